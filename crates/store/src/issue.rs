//! The issue of a certificate: two cases, or three, and one transaction.

use guosuo_case::certificate::{self, Certificate, Mark};
use guosuo_case::certification::{self, Application};
use guosuo_case::{Actor, CaseId};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::act::Acted;
use crate::error::{ActError, Error};
use crate::idem::Idem;
use crate::open::Store;
use crate::project::Projected;
use crate::tx::Tx;
use crate::unit::UnitFuture;

/// What is to be issued.
#[derive(Debug, Clone)]
pub struct Issuing {
    /// The case of the application that was decided.
    pub application: String,
    /// The version of it that the actor saw; `None` if it does not matter.
    pub expected: Option<u64>,
    /// The new case of the certificate.
    pub certificate: String,
    /// Its number by the body's own pattern.
    pub number: String,
    /// Its mark.
    pub mark: Mark,
    /// The last day as printed; `None` for the usual one.
    pub valid_until: Option<Date>,
    /// Who issues.
    pub actor: Actor,
    /// The session, for the ledger.
    pub session: String,
    /// The idempotency key of the request.
    pub idem: Option<Idem>,
    /// When the request reached the platform.
    pub now: Timestamp,
}

/// What both decisions need to know.
#[derive(Debug, Clone)]
pub struct IssueFacts {
    /// For the application.
    pub application: certification::Facts,
    /// For the certificate. The application and the certificate that it follows are added here.
    pub certificate: certificate::Facts,
}

impl Store {
    /// Issues a certificate and records it with its application, and with the certificate that
    /// it follows (M 8(1), 8(2)): all of it or nothing. The report that the issue makes owed and
    /// its five working days begin in the same transaction (M 9(1)).
    ///
    /// # Errors
    /// As [`Store::act`]; [`Error::Stale`] speaks of the application.
    pub async fn issue_certificate<F>(&self, issuing: Issuing, facts: F) -> Result<Acted<Certificate>, ActError>
    where
        F: for<'t> Fn(&'t mut Tx, &'t Application) -> UnitFuture<'t, IssueFacts, Error> + Send + Sync + 'static,
    {
        self.write_with((issuing, facts), |tx, (i, facts)| Box::pin(tx.issue_certificate(i, facts))).await
    }
}

impl Tx {
    /// [`Store::issue_certificate`] inside a larger write unit.
    pub async fn issue_certificate<F>(&mut self, i: &Issuing, facts: &F) -> Result<Acted<Certificate>, ActError>
    where
        F: for<'t> Fn(&'t mut Self, &'t Application) -> UnitFuture<'t, IssueFacts, Error> + Send + Sync,
    {
        if let Some(idem) = &i.idem
            && let Some(response) = self.once(idem, i.actor.user.as_str(), i.now).await?
        {
            return Ok(self.replay(&response).await?);
        }
        let application = self.case::<Application>(&i.application).await?;
        if let Some(expected) = i.expected
            && expected != application.version
        {
            return Err(Error::Stale { expected, current: application.version }.into());
        }
        let Some(state) = application.state.clone() else { return Err(Error::NotFound("case").into()) };
        let mut known = facts(self, &state).await?;
        let predecessor = match &state.purpose {
            certification::Purpose::Renewal { certificate, .. } => Some(certificate.clone()),
            certification::Purpose::New | certification::Purpose::Change { .. } => None,
        };
        known.certificate.certificate = CaseId(i.certificate.clone());
        known.certificate.applications.insert(CaseId(i.application.clone()), std::sync::Arc::new(state));
        let new = self.case::<Certificate>(&i.certificate).await?;
        let issue = certificate::Command::Issue {
            application: CaseId(i.application.clone()),
            number: i.number.clone(),
            mark: i.mark.clone(),
            valid_until: i.valid_until,
        };
        let issued = self.act(new, issue, &i.actor, &i.session, &known.certificate, i.now).await?;
        let platform = Actor::system("certificates");
        let certificate = CaseId(i.certificate.clone());
        let record = certification::Command::RecordCertificate { certificate: certificate.clone() };
        Box::pin(self.act(application, record, &platform, "", &known.application, i.now)).await?;
        if let Some(predecessor) = predecessor {
            self.follow(predecessor, certificate, known.certificate, i.now).await?;
        }
        if let Some(idem) = &i.idem {
            self.finished(idem, &issued, &i.actor, i.now).await?;
        }
        Ok(issued)
    }

    /// Tells a certificate which one follows it, if its renewal was noted.
    async fn follow(
        &mut self,
        predecessor: CaseId,
        certificate: CaseId,
        facts: certificate::Facts,
        now: Timestamp,
    ) -> Result<(), ActError> {
        let before = self.case::<Certificate>(predecessor.as_str()).await?;
        if before.state.as_ref().is_none_or(|c| c.renewal.is_none() || c.successor.is_some()) {
            return Ok(());
        }
        let facts = certificate::Facts { certificate: predecessor, ..facts };
        let command = certificate::Command::LinkSuccessor { certificate };
        self.act(before, command, &Actor::system("certificates"), "", &facts, now).await?;
        Ok(())
    }

    /// One command of a case in a larger write unit, by the platform itself.
    pub async fn by_platform<L: Projected>(
        &mut self,
        task: &str,
        case_id: &str,
        command: L::Command,
        facts: &L::Facts,
        now: Timestamp,
    ) -> Result<Acted<L>, ActError> {
        let case = self.case::<L>(case_id).await?;
        self.act(case, command, &Actor::system(task), "", facts, now).await
    }
}
