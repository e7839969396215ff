//! An application as the workbench meets it: loaded for one person, with the facts that its law
//! needs, and what can be done now.

use std::collections::BTreeMap;

use guosuo_case::certification::{
    Action, Application, Command, Facts, Phase, Purpose, Reason, Stage, available, may_open, permit,
};
use guosuo_case::{Actor, OrgKind, Refusal, RefusalCode};
use guosuo_store::{ActError, Acted, Idem};

use crate::app::Cx;
use crate::certification::acts;
use crate::error::Error;
use crate::web::components::Link;
use crate::web::{Front, Lang, Shell};
use crate::words;

/// The side from which somebody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// The certification body.
    Body,
    /// The technical verification body.
    Verification,
    /// The applicant, or whoever acts for it.
    Processor,
    /// CAC or SAMR.
    Authority,
}

impl Room {
    /// The side of an actor; nobody else has one.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for the platform and the data authority.
    pub(super) fn of(actor: &Actor) -> Result<Self, Error> {
        match actor.org_kind {
            OrgKind::Body => Ok(Self::Body),
            OrgKind::VerificationBody => Ok(Self::Verification),
            OrgKind::Processor => Ok(Self::Processor),
            OrgKind::Cac | OrgKind::Samr => Ok(Self::Authority),
            OrgKind::Nda | OrgKind::Platform => Err(Error::Forbidden),
        }
    }

    /// Where its applications are.
    pub(super) fn applications(self) -> &'static str {
        match self {
            Self::Body => "/body/applications",
            Self::Verification => "/verification/applications",
            Self::Processor => "/processor/applications",
            Self::Authority => "/authority/applications",
        }
    }

    /// Where its list of applications is.
    pub(super) fn list(self) -> &'static str {
        match self {
            Self::Processor => "/processor",
            // An authority meets the applications of which something was reported.
            Self::Authority => "/authority/violations",
            other => other.applications(),
        }
    }

    /// Where its certificates are.
    pub(super) fn certificates(self) -> &'static str {
        match self {
            Self::Body | Self::Verification => "/body/certificates",
            Self::Processor => "/processor/certificates",
            Self::Authority => "/authority/certificates",
        }
    }

    /// The front of its pages.
    pub(super) fn front(self) -> Front {
        match self {
            Self::Body => Front::Bench,
            Self::Verification => Front::Verification,
            Self::Processor => Front::Processor,
            Self::Authority => Front::Authority,
        }
    }

    /// What its list of applications is called.
    pub(super) fn list_name(self, l: Lang) -> &'static str {
        match self {
            Self::Body => l.t("认证业务", "Applications"),
            Self::Authority => l.t("违法情况报告", "Violation reports"),
            Self::Verification => l.t("技术验证", "Verifications"),
            Self::Processor => l.t("认证委托", "Applications"),
        }
    }
}

/// An application for one request.
pub(super) struct Desk {
    /// Its id.
    pub(super) id: String,
    /// Its state.
    pub(super) app: Application,
    /// The number of its events.
    pub(super) version: u64,
    /// What the law needs to know.
    pub(super) facts: Facts,
    /// What this person can do now.
    pub(super) actions: Vec<Action>,
    /// From which side.
    pub(super) room: Room,
}

/// Loads an application for whoever asks. A draft is nobody's business but the applicant's, and an authority's only
/// what was reported to it.
///
/// # Errors
/// [`Error::NotFound`] for one that does not exist or does not concern the organisation.
pub(super) async fn load(cx: &Cx, id: &str) -> Result<Desk, Error> {
    let actor = cx.actor()?;
    let room = Room::of(actor)?;
    let loaded = cx.app.store.case_for::<Application>(actor, id).await?;
    let (version, app) = (loaded.version, loaded.state.ok_or(Error::NotFound)?);
    if room != Room::Processor && app.phase == Phase::Draft {
        return Err(Error::NotFound);
    }
    // M 11, 14: an authority meets an application only through what was reported of it.
    if room == Room::Authority && app.violations.is_empty() {
        return Err(Error::NotFound);
    }
    let facts = acts::application_facts(cx, Some(&app)).await?;
    let actions = available(Some(&app), actor, &facts, cx.now);
    Ok(Desk { id: id.to_owned(), app, version, facts, actions, room })
}

impl Desk {
    /// Whether this person may read the case at all (CAR 13, 14).
    ///
    /// # Errors
    /// What stands in the way: the declaration, an interest, another body.
    pub(super) fn open(&self, actor: &Actor) -> Result<(), Refusal> {
        may_open(&self.app, actor, &self.facts)
    }

    /// Whether an act exists now for this person.
    pub(super) fn can(&self, action: Action) -> bool {
        self.actions.contains(&action)
    }

    /// The address of a page of this case, without language.
    pub(super) fn path(&self, rest: &str) -> String {
        let base = self.room.applications();
        if rest.is_empty() { format!("{base}/{}", self.id) } else { format!("{base}/{}/{rest}", self.id) }
    }

    /// Number of the receipt.
    pub(super) fn number(&self) -> String {
        self.app.receipt.as_ref().map(|r| r.number.to_string()).unwrap_or_default()
    }

    /// The page on which an act is done.
    pub(super) fn act_path(&self, action: Action) -> String {
        match action {
            Action::MakePlan => self.path("plan"),
            Action::AuditClause => self.path("audit"),
            a => self.path(&format!("acts/{}", words::workbench::act_name(a))),
        }
    }

    /// What can be done now, each with its page; the platform's own acts have no button, but where
    /// it could record a certificate somebody can issue one.
    pub(super) fn offers(&self, l: Lang) -> Vec<(Action, Link)> {
        let mut out: Vec<(Action, Link)> = self
            .actions
            .iter()
            .copied()
            .filter(|a| is_shown(*a))
            .map(|a| (a, Link::new(l.href(self.act_path(a)), self.name_of(l, a))))
            .collect();
        let issues = self.can(Action::RecordCertificate)
            && self.app.carries_a_certificate()
            && !matches!(self.app.purpose, Purpose::Change { .. });
        if self.room == Room::Body && issues {
            out.push((Action::RecordCertificate, Link::new(l.href(self.path("issue")), l.t("发证", "Issue the certificate"))));
        }
        out
    }

    /// The name of an act in this case.
    fn name_of(&self, l: Lang, action: Action) -> &'static str {
        match action {
            Action::OrderRectification if self.app.rectification.is_some() => l.t("调整整改期限", "Move the limit"),
            Action::MakePlan if self.app.plan.is_some() => l.t("重新制定方案", "Make the plan again"),
            a => words::workbench::action(l, a),
        }
    }

    /// What can be done now, as links.
    pub(super) fn links(&self, l: Lang) -> Vec<Link> {
        let mut out: Vec<Link> = self.offers(l).into_iter().map(|(_, link)| link).collect();
        // It has a page of its own, and is what helps when the mandate has ended or is too narrow.
        if self.room == Room::Processor && self.can(Action::RecordMandate) {
            let name = words::workbench::action(l, Action::RecordMandate);
            out.push(Link::new(l.href(self.path("mandate")), name));
        }
        out
    }

    /// Acts of this person's roles that do not exist now, each with its reason.
    pub(super) fn blocked(&self, cx: &Cx) -> Result<Vec<(&'static str, String)>, Error> {
        let actor = cx.actor()?;
        let l = cx.l();
        let mut out = Vec::new();
        for action in Action::ALL.iter().copied().filter(|a| is_shown(*a) && a.right().held_by(actor)) {
            if let Err(r) = permit(Some(&self.app), action, actor, &self.facts, cx.now) {
                out.push((words::workbench::action(l, action), words::refusal(l, &r)));
            }
        }
        Ok(out)
    }

    /// The frame of a page of this case.
    pub(super) fn shell(&self, cx: &Cx, title: impl Into<String>) -> Shell {
        let l = cx.l();
        Shell::new(&cx.screen, self.room.front(), title).at("applications").crumb(self.room.list(), self.room.list_name(l))
    }

    /// As [`Self::shell`], for a page below the case.
    pub(super) fn shell_below(&self, cx: &Cx, title: &str) -> Shell {
        self.shell(cx, title).crumb(&self.path(""), self.number())
    }

    /// The limit of the stage at hand, in working days, and its name.
    pub(super) fn stage_limit(&self) -> Option<(Stage, u32)> {
        let stage = Stage::of(self.app.phase)?;
        Some((stage, self.app.limits.of(stage)))
    }
}

/// Whether an act has a button: what applicants do with a draft and what the platform records has
/// none here.
pub(super) fn is_shown(action: Action) -> bool {
    !matches!(
        action,
        Action::Open | Action::RecordMandate | Action::ChooseBody | Action::SaveForm | Action::Submit | Action::RecordCertificate
    )
}

/// Acts and separates what the law says no to from faults.
///
/// # Errors
/// Faults of the store, and refusals that tell nothing but "not yours".
pub(super) async fn act(
    cx: &Cx,
    id: &str,
    command: Command,
    expected: Option<u64>,
    idem: Option<Idem>,
) -> Result<Result<Acted<Application>, Refusal>, Error> {
    match acts::act(cx, id, command, expected, idem).await {
        Ok(acted) => Ok(Ok(acted)),
        Err(ActError::Refused(r)) if r.code == RefusalCode::NotFound => Err(Error::NotFound),
        Err(ActError::Refused(r)) => Ok(Err(r)),
        Err(e) => Err(e.into()),
    }
}

/// Whether a refusal is about the people of the case and not about the act.
pub(super) fn is_about_independence(r: &Refusal) -> bool {
    matches!(&r.code, RefusalCode::Certification { reason } if matches!(
        **reason,
        Reason::InterestUndeclared | Reason::ConflictOfInterest | Reason::PractisesElsewhere { .. }
    ))
}

/// Names of the people of an organisation by account.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn people(cx: &Cx, org: &str) -> Result<BTreeMap<String, String>, Error> {
    let all = cx.app.store.reader().await?.accounts(org).await?;
    Ok(all.into_iter().map(|a| (a.id, a.name)).collect())
}
