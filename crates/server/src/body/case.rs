//! A filing as its pages need it: state, calendar, digest of the form, findings.

use std::sync::Arc;

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::filing::{
    Action, CheckContext, Command, Dossier, Filing, Finding, Phase, Severity, Slot, available, check_dossier, filing_due,
};
use guosuo_case::{Refusal, RefusalCode};
use guosuo_rules::calendar::Calendar;
use guosuo_rules::period::{Due, WorkingSpan, working_days_between};
use guosuo_store::{ActError, Acted, Idem};
use jiff::Timestamp;
use jiff::civil::Date;
use rand::Rng as _;

use crate::app::{Cx, form_digest};
use crate::error::Error;
use crate::web::shell::Flash;
use crate::web::{Front, Lang, Shell};
use crate::words;

/// A filing of the actor's own organisation, read for one request.
pub(super) struct Case {
    /// Its id.
    pub(super) id: String,
    /// Its state.
    pub(super) filing: Filing,
    /// Number of its events.
    pub(super) version: u64,
    /// When it last changed.
    pub(super) updated: Timestamp,
    /// The calendar in force.
    pub(super) calendar: Arc<Calendar>,
    /// Digest of the form as it stands.
    pub(super) digest: String,
    /// What the completeness engine sees today.
    pub(super) findings: Vec<Finding>,
    /// What can be done now.
    pub(super) actions: Vec<Action>,
    /// Today in China Standard Time.
    pub(super) today: Date,
}

/// Loads a filing of the actor's organisation.
///
/// # Errors
/// [`Error::NotFound`] for one that does not exist or is somebody else's.
pub(super) async fn load(cx: &Cx, id: &str) -> Result<Case, Error> {
    let (filing, loaded) = cx.filing(id).await?;
    let updated = loaded.updated.unwrap_or(filing.opened_at);
    of(cx, id, filing, loaded.version, updated).await
}

/// As [`load`], for an act that only a draft knows.
///
/// # Errors
/// As [`load`]; [`RefusalCode::WrongPhase`] after submission.
pub(super) async fn draft(cx: &Cx, id: &str) -> Result<Case, Error> {
    let case = load(cx, id).await?;
    match case.filing.phase {
        Phase::Draft => Ok(case),
        _ => Err(Refusal::new(RefusalCode::WrongPhase, Action::SaveForm.article()).into()),
    }
}

/// Puts together what the pages need to know of a filing that is at hand.
pub(super) async fn of(cx: &Cx, id: &str, filing: Filing, version: u64, updated: Timestamp) -> Result<Case, Error> {
    let calendar = cx.calendar().await?;
    let today = cx.today();
    let digest = form_digest(&filing.dossier.form);
    let findings = check_dossier(
        &filing.dossier,
        &CheckContext {
            today,
            calendar: &calendar,
            config: &cx.app.config.filing,
            credit_code: &filing.credit_code,
            code_overridden: filing.code_overridden,
            form_digest: &digest,
        },
    );
    let actions = available(Some(&filing), cx.actor()?, cx.now);
    Ok(Case { id: id.to_owned(), filing, version, updated, calendar, digest, findings, actions, today })
}

impl Case {
    /// What the applicant prepares.
    pub(super) fn dossier(&self) -> &Dossier {
        &self.filing.dossier
    }

    /// For a page that only a draft has (an old tab, the back button): the way to the status.
    pub(super) fn away(&self, l: Lang) -> Option<Response> {
        let gone = !matches!(self.filing.phase, Phase::Draft);
        gone.then(|| {
            let news = l.t(
                "这件备案已经提交，材料不能再改。下面是它现在的状态。",
                "This filing has been submitted and can no longer be changed. This is where it stands.",
            );
            Flash::bad(news).to(l, &self.path(""))
        })
    }

    /// Whether an act exists now for this person.
    pub(super) fn can(&self, action: Action) -> bool {
        self.actions.contains(&action)
    }

    /// The address of a page of this filing, without language.
    pub(super) fn path(&self, rest: &str) -> String {
        if rest.is_empty() { format!("/body/filings/{}", self.id) } else { format!("/body/filings/{}/{rest}", self.id) }
    }

    /// Findings at a slot that stop the submission.
    pub(super) fn blocks(&self, slot: Slot) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |f| f.slot == slot && f.severity == Severity::Blocks)
    }

    /// Findings at a slot that do not.
    pub(super) fn warnings(&self, slot: Slot) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |f| f.slot == slot && f.severity == Severity::Warns)
    }

    /// Whether nothing stands against the submission.
    pub(super) fn complete(&self) -> bool {
        !self.findings.iter().any(|f| f.severity == Severity::Blocks)
    }

    /// Required slots, and how many of them are complete.
    pub(super) fn progress(&self) -> (usize, usize) {
        let required = Slot::ALL.into_iter().filter(|s| !s.is_optional());
        let all = required.clone().count();
        (required.filter(|s| self.blocks(*s).next().is_none()).count(), all)
    }

    /// Last day of the 10 working days (M 12(1)), once the form names the approval date.
    pub(super) fn filing_due(&self) -> Option<Due> {
        filing_due(self.dossier(), &self.calendar)
    }

    /// Working days from today to a day, negative when it has passed; the smaller number while
    /// a year's notice is missing.
    pub(super) fn days_to(&self, day: Date) -> i64 {
        match working_days_between(self.today, day, &self.calendar) {
            Ok(WorkingSpan::Firm { days }) => days,
            Ok(WorkingSpan::Provisional { least, .. }) => least,
            Err(_) => 0,
        }
    }

    /// Whether the 10 working days have certainly passed.
    pub(super) fn late(&self) -> bool {
        self.filing_due().is_some_and(|d| self.today > d.latest())
    }
}

/// The frame of a page of one filing.
pub(super) fn shell(cx: &Cx, case: &Case, title: &str) -> Shell {
    let l = cx.l();
    let name = l.t("机构备案", "Filing").to_owned();
    let draft = matches!(case.filing.phase, Phase::Draft);
    let hub = if draft { l.t("准备材料", "Prepare the materials").to_owned() } else { status_name(l, case) };
    Shell::new(&cx.screen, Front::Body, title).at("filings").crumb("/body/filings", name).crumb(&case.path(""), hub)
}

/// The name of a filing after submission.
pub(super) fn status_name(l: Lang, case: &Case) -> String {
    case.filing.submission().map_or_else(|| words::phase(l, &case.filing.phase).to_owned(), |s| s.number.to_string())
}

/// A page with its status; pages of this side are never kept by caches.
///
/// # Errors
/// When the template cannot be rendered.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Result<Response, Error> {
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(template.render()?)).into_response())
}

/// A random key for a form whose act must happen once.
pub(crate) fn fresh_key() -> String {
    let mut bytes = [0_u8; 16];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes)
}

/// The idempotency key of a form, if it carries one.
pub(crate) fn idem(key: &str, act: &str, parts: &[&[u8]]) -> Option<Idem> {
    let sane = (8..=64).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let mut all = vec![act.as_bytes()];
    all.extend_from_slice(parts);
    sane.then(|| Idem::new(key, &all))
}

/// Acts and separates what the law says no to from faults.
///
/// # Errors
/// Faults of the store, and refusals that tell nothing but "not yours".
pub(super) async fn try_act(
    cx: &Cx,
    id: &str,
    command: Command,
    key: Option<Idem>,
) -> Result<Result<Acted<Filing>, Refusal>, Error> {
    match cx.act(id, command, key).await {
        Ok(acted) => Ok(Ok(acted)),
        Err(ActError::Refused(r)) if r.code == RefusalCode::NotFound => Err(Error::NotFound),
        Err(ActError::Refused(r)) => Ok(Err(r)),
        Err(e) => Err(e.into()),
    }
}

/// A file that the browser shows or saves; never interpreted as a page.
pub(crate) fn file(media: &'static str, name: &str, inline: bool, bytes: Vec<u8>) -> Response {
    let kind = if inline { "inline" } else { "attachment" };
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect();
    let disposition =
        format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{}", crate::router::encode(name).replace('/', "%2F"));
    (
        [
            (header::CONTENT_TYPE, media.to_owned()),
            (header::CONTENT_DISPOSITION, disposition),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        ],
        bytes,
    )
        .into_response()
}
