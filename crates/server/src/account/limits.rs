//! `/body/organisation/limits`: the limits of the stages that a body sets for itself and publishes
//! (R37 4.6). Limits of the house: a case keeps those of the day on which it was received.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::certification::{Stage, StageDays};

use crate::app::Cx;
use crate::body::case::page;
use crate::certification::facts;
use crate::error::Error;
use crate::web::shell::Flash;
use crate::web::{Form, Front, Lang, Shell};
use crate::words;

/// Most working days of a stage.
const MOST: u32 = 250;

#[derive(Template)]
#[template(path = "account/limits.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    rows: Vec<(&'static str, String)>,
    action: String,
}

fn field(s: Stage) -> &'static str {
    match s {
        Stage::Acceptance => "acceptance",
        Stage::Planning => "planning",
        Stage::Verification => "verification",
        Stage::Audit => "audit",
        Stage::Evaluation => "evaluation",
        Stage::Decision => "decision",
        Stage::Issue => "issue",
    }
}

fn render(cx: &Cx, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let shell = Shell::new(&cx.screen, Front::Body, l.t("认证各环节期限", "Limits of the stages"))
        .at("organisation")
        .crumb("/body/organisation", l.t("本机构", "Organisation"))
        .for_form(&form);
    let rows = Stage::ALL.into_iter().map(|s| (field(s), words::stage_of_body(l, s).to_owned())).collect();
    page(status, &Page { shell, l, form, rows, action: l.href("/body/organisation/limits") })
}

/// `GET`.
///
/// # Errors
/// When the store cannot be read.
pub async fn show(cx: Cx) -> Result<Response, Error> {
    let config = facts::config(&mut cx.app.store.reader().await?, Some(&cx.actor()?.org)).await?;
    let form = Stage::ALL.into_iter().fold(Form::new(), |form, s| form.with(field(s), config.stage_days.of(s).to_string()));
    render(&cx, form, StatusCode::OK)
}

/// `POST`: seven numbers of working days. Recorded as an act.
///
/// # Errors
/// When the store fails.
pub async fn save(cx: Cx, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let mut read = |s: Stage| {
        let days = guosuo_case::filing::half_width(form.trimmed(field(s))).parse::<u32>();
        days.ok().filter(|d| (1..=MOST).contains(d)).unwrap_or_else(|| {
            form.fail(
                field(s),
                l.pick(
                    format!("填1至{MOST}的整数，单位是工作日。"),
                    format!("Enter a whole number of working days from 1 to {MOST}."),
                ),
            );
            1
        })
    };
    let days = StageDays {
        acceptance: read(Stage::Acceptance),
        planning: read(Stage::Planning),
        verification: read(Stage::Verification),
        audit: read(Stage::Audit),
        evaluation: read(Stage::Evaluation),
        decision: read(Stage::Decision),
        issue: read(Stage::Issue),
    };
    if !form.ok() {
        return render(&cx, form, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let (now, origin) = (cx.now, cx.origin()?);
    let key = facts::stage_days_key(cx.actor()?.org.as_str());
    cx.app
        .store
        .write_with((key, days, origin), move |tx, (key, days, origin)| {
            Box::pin(async move { tx.set_setting(key, days, origin, now).await })
        })
        .await?;
    let told =
        l.t("期限已保存，适用于今后收到的委托。", "The limits are saved; they apply to applications received from now on.");
    Ok(Flash::good(told).to(l, "/body/organisation/limits"))
}
