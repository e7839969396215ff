//! What happens to versions: a revision is opened or dropped, an old version looked at after its time.

use axum::extract::Path;
use axum::response::Response;
use guosuo_case::assessment::Command;

use super::acts;
use crate::app::Cx;
use crate::error::Error;
use crate::web::Form;
use crate::web::shell::Flash;
use crate::words;
use guosuo_case::filing::parse_date;

async fn done(cx: &Cx, id: &str, command: Command, good: &str) -> Result<Response, Error> {
    let (l, hub) = (cx.l(), format!("/processor/assessments/{id}"));
    Ok(match acts::act(cx, id, command).await? {
        Ok(_) => Flash::good(good).to(l, &hub),
        Err(r) => Flash::bad(words::refusal(l, &r)).to(l, &hub),
    })
}

/// `POST …/revise`.
///
/// # Errors
/// [`Error::NotFound`] for another organisation's assessment.
pub(super) async fn revise(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let good = cx.l().t(
        "已从现行版本开始修订；定稿以前，现行版本不变。",
        "A revision of the version in force is open; until it is frozen, that version stands.",
    );
    done(&cx, &id, Command::Revise, good).await
}

/// `POST …/drop`.
///
/// # Errors
/// As [`revise`].
pub(super) async fn drop_revision(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let good = cx.l().t("修订已放弃。", "The revision is dropped.");
    done(&cx, &id, Command::DropRevision, good).await
}

/// `POST …/retention`.
///
/// # Errors
/// As [`revise`].
pub(super) async fn review(cx: Cx, Path(id): Path<String>, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let typed = form.trimmed("keep_until");
    let keep_until = parse_date(typed);
    if keep_until.is_none() && !typed.is_empty() {
        let words = l.t("日期写成2029-10-01这样。", "Write the day such as 2029-10-01.");
        return Ok(Flash::bad(words).to(l, &format!("/processor/assessments/{id}")));
    }
    let command = Command::ReviewRetention {
        version: form.trimmed("version").parse().unwrap_or(0),
        keep_until,
        reason: form.value("reason").to_owned(),
    };
    done(&cx, &id, command, l.t("复核已记录。", "The review is recorded.")).await
}
