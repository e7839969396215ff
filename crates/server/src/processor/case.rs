//! An application as the pages of its applicant need it.

use axum::http::StatusCode;
use guosuo_case::certification::{
    Action, Application, Command, Dossier, Facts, Field, Form as Filled, Phase, Problem, Severity, available, check_application,
    permit,
};
use guosuo_case::{Refusal, RefusalCode};
use guosuo_store::{ActError, Acted, Idem};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::app::Cx;
use crate::certification::acts;
use crate::error::{Error, refusal_status};
use crate::web::shell::Flash;
use crate::web::{Form, Front, Lang, Shell};
use crate::words;

/// An application that concerns the actor's organisation, read for one request.
pub(super) struct Case {
    /// Its id.
    pub(super) id: String,
    /// Its state.
    pub(super) app: Application,
    /// When it last changed.
    pub(super) updated: Timestamp,
    /// What the law needs to know.
    pub(super) facts: Facts,
    /// What is wrong with it today.
    pub(super) problems: Vec<Problem>,
    /// What can be done now.
    pub(super) actions: Vec<Action>,
    /// Today in China Standard Time.
    pub(super) today: Date,
}

/// Loads an application.
///
/// # Errors
/// [`Error::NotFound`] for one that does not exist or concerns others.
pub(super) async fn load(cx: &Cx, id: &str) -> Result<Case, Error> {
    let (app, loaded) = acts::application(cx, id).await?;
    let updated = loaded.updated.unwrap_or(app.opened_at);
    let facts = acts::application_facts(cx, Some(&app)).await?;
    let today = cx.today();
    let problems = check_application(&app.processor, &app.owner, &app.dossier, today, &facts.config);
    let actions = available(Some(&app), cx.actor()?, &facts, cx.now);
    Ok(Case { id: id.to_owned(), app, updated, facts, problems, actions, today })
}

/// As [`load`], for a page that only a draft has.
///
/// # Errors
/// As [`load`]; [`Error::Elsewhere`] after the submission: the page of the status.
pub(super) async fn draft(cx: &Cx, id: &str) -> Result<Case, Error> {
    let case = load(cx, id).await?;
    if case.app.phase == Phase::Draft {
        return Ok(case);
    }
    let news = cx.l().t(
        "这件委托已经提交，不能再改。下面是它现在的状态。",
        "This application has been submitted and can no longer be changed. This is where it stands.",
    );
    Err(Error::Elsewhere { news: Flash::bad(news), lang: cx.l(), path: case.path("") })
}

impl Case {
    /// What the applicant prepares.
    pub(super) fn dossier(&self) -> &Dossier {
        &self.app.dossier
    }

    /// Whether an act exists now for this person.
    pub(super) fn can(&self, action: Action) -> bool {
        self.actions.contains(&action)
    }

    /// Why an act does not exist now for this person, in words; empty when it does.
    pub(super) fn blocked(&self, cx: &Cx, action: Action) -> Result<String, Error> {
        let refused = permit(Some(&self.app), action, cx.actor()?, &self.facts, cx.now).err();
        Ok(refused.map(|r| words::refusal(cx.l(), &r)).unwrap_or_default())
    }

    /// The address of a page of this application, without language.
    pub(super) fn path(&self, rest: &str) -> String {
        let base = format!("/processor/applications/{}", self.id);
        if rest.is_empty() { base } else { format!("{base}/{rest}") }
    }

    /// Problems of these fields.
    pub(super) fn of(&self, fields: &'static [Field]) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|p| fields.contains(&p.field))
    }

    /// Whether nothing stands against the submission.
    pub(super) fn complete(&self) -> bool {
        !self.problems.iter().any(|p| p.severity == Severity::Blocks)
    }

    /// Whether the applicant and the processor are different parties without an overseas processor
    /// between them, so that their relation is asked for (R37 4.4).
    pub(super) fn relation_asked(&self) -> bool {
        !self.app.processor.is_overseas() && self.app.processor.org.as_ref() != Some(&self.app.owner)
    }
}

/// The task that a field belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// Choose a body.
    Body,
    /// The mandate of an overseas processor.
    Mandate,
    /// Show that certification is the right way.
    Eligibility,
    /// Describe the scope.
    Scope,
    /// Declare the duties before applying.
    Duties,
}

impl Task {
    /// All, in order: without a mandate nobody of an office or representative can fill in the rest.
    pub(super) const ALL: [Self; 5] = [Self::Mandate, Self::Body, Self::Eligibility, Self::Scope, Self::Duties];

    /// The last part of its address.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Mandate => "mandate",
            Self::Eligibility => "eligibility",
            Self::Scope => "scope",
            Self::Duties => "duties",
        }
    }

    /// The fields that are filled in there.
    pub(super) fn fields(self) -> &'static [Field] {
        use Field as F;
        match self {
            Self::Body => &[F::Body],
            Self::Mandate => &[F::Mandate],
            Self::Eligibility => &[F::Eligibility, F::EligibilityEvidence, F::EligibilityNote],
            Self::Scope => &[
                F::Relation,
                F::Purposes,
                F::Kinds,
                F::People,
                F::PeopleSensitive,
                F::Recipients,
                F::RecipientCountry,
                F::RecipientContact,
                F::Onward,
                F::OnwardCountry,
                F::OnwardFrom,
                F::Systems,
                F::Retention,
            ],
            Self::Duties => &[F::Impact, F::ImpactItems, F::ImpactDate, F::Notice, F::Consent, F::ConsentNote],
        }
    }

    /// Its name.
    pub(super) fn name(self, l: Lang) -> &'static str {
        match self {
            Self::Body => l.t("选择认证机构", "Choose a certification body"),
            Self::Mandate => l.t("登记授权委托书", "Record the mandate"),
            Self::Eligibility => l.t("说明适用条件", "Show that certification applies"),
            Self::Scope => l.t("描述认证范围", "Describe the scope"),
            Self::Duties => l.t("申报影响评估、告知和同意", "Declare assessment, notice and consent"),
        }
    }

    /// The article that it rests on.
    pub(super) fn article(self) -> &'static str {
        match self {
            Self::Body => "M 7(1)",
            Self::Mandate => "M 7(2)",
            Self::Eligibility => "M 5(1)",
            Self::Scope => "R37 4.1",
            Self::Duties => "M 6",
        }
    }
}

/// The frame of a page of one application.
pub(super) fn shell(cx: &Cx, case: &Case, title: &str) -> Shell {
    let l = cx.l();
    let hub = match &case.app.receipt {
        Some(r) => r.number.to_string(),
        None => l.t("准备委托材料", "Prepare the application").to_owned(),
    };
    Shell::new(&cx.screen, Front::Processor, title).at("applications").crumb(&case.path(""), hub)
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
) -> Result<Result<Acted<Application>, Refusal>, Error> {
    act_on(cx, id, command, None, key).await
}

/// As [`try_act`], on the version that the caller has seen.
///
/// # Errors
/// As [`try_act`]; [`Error::Conflict`] for an old version.
pub(super) async fn act_on(
    cx: &Cx,
    id: &str,
    command: Command,
    expected: Option<u64>,
    key: Option<Idem>,
) -> Result<Result<Acted<Application>, Refusal>, Error> {
    match acts::act(cx, id, command, expected, key).await {
        Ok(acted) => Ok(Ok(acted)),
        Err(ActError::Refused(r)) if r.code == RefusalCode::NotFound => Err(Error::NotFound),
        Err(ActError::Refused(r)) => Ok(Err(r)),
        Err(e) => Err(e.into()),
    }
}

/// Saves a form that was typed against the revision in the field `version`.
///
/// # Errors
/// As [`try_act`].
pub(super) async fn save(cx: &Cx, case: &Case, filled: Filled, typed: &Form) -> Result<Result<u32, Refusal>, Error> {
    if filled == case.dossier().form {
        return Ok(Ok(case.dossier().form_rev));
    }
    let seen = typed.trimmed("version").parse().unwrap_or(0);
    let done = try_act(cx, &case.id, Command::SaveForm { form: Box::new(filled), seen }, None).await?;
    Ok(done.map(|a| a.state.dossier.form_rev))
}

/// Saves the form. A refusal is told in what was typed; then the case comes back as it is now, with the answer's status.
///
/// # Errors
/// As [`try_act`].
pub(super) async fn saved(cx: &Cx, case: &Case, filled: Filled, form: &mut Form) -> Result<Option<(Case, StatusCode)>, Error> {
    let Err(r) = save(cx, case, filled, form).await? else { return Ok(None) };
    form.fail("", words::refusal(cx.l(), &r));
    Ok(Some((load(cx, &case.id).await?, refusal_status(&r))))
}

/// Puts the problems of a task at their fields. `at` names the field of the page.
pub(super) fn mark(l: Lang, case: &Case, task: Task, form: &mut Form, at: impl Fn(&Problem) -> String) {
    for p in case.of(task.fields()).filter(|p| p.severity == Severity::Blocks) {
        form.fail(at(p), words::problem(l, p));
    }
}
