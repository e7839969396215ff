//! What one running instance holds, and what every handler gets of it.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use guosuo_case::filing::{Action, Command, Facts, Filing, NumberKind};
use guosuo_case::{Actor, Life as _};
use guosuo_paper::Press;
use guosuo_rules::calendar::Calendar;
use guosuo_rules::time::cst_date;
use guosuo_seal::digest::sha256;
use guosuo_store::{ActError, Acted, Blobs, Idem, Loaded, Origin, Request, Store, Tx, UnitFuture};
use jiff::Timestamp;

use crate::auth::SignedIn;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::Error;
use crate::intake::Intake;
use crate::keys::{Keys, Published};
use crate::mail::Mailer;
use crate::web::lang::{Lang, Screen};

/// A running instance; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// The parts of an instance.
pub struct Inner {
    /// Settings.
    pub config: Config,
    /// The clock.
    pub clock: Clock,
    /// The record.
    pub store: Store,
    /// The files.
    pub blobs: Blobs,
    /// The printing press; `None` with the reason when the fonts do not suffice.
    pub press: Result<Press, String>,
    /// Keys for certificates, for statements and for the log.
    pub keys: Keys,
    /// The public keys that ever signed, with the days of their use.
    pub published: Published,
    /// Names of holders, for searching.
    pub names: guosuo_store::Names,
    /// Finished answers of the public register.
    pub memory: crate::public::memory::Memory,
    /// Status lists that were signed a moment ago.
    pub lists: crate::public::certificate_data::Lists,
    /// Mail.
    pub mailer: Mailer,
    /// The workshop for uploads.
    pub intake: Intake,
    /// How often addresses have asked for certificates that do not exist.
    pub guesses: crate::public::guesses::Guesses,
    /// How often tokens are used.
    pub limits: crate::api::limit::Limits,
    /// Connections to the platforms that take reports.
    pub platforms: crate::reporting::Connections,
    /// Years of ledgers that were added up from files.
    pub years: crate::preparing::Years,
}

impl Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// Puts the parts together.
    pub fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Now, by the instance's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The press, or the error page that says what is missing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] while PDF output is switched off.
    pub fn press(&self) -> Result<&Press, Error> {
        self.press.as_ref().map_err(|_| Error::Unavailable("fonts"))
    }
}

/// Digest (hex SHA-256) of a form's canonical bytes: what the code on the print carries.
pub fn form_digest(form: &guosuo_case::filing::Form) -> String {
    sha256(form.canonical().as_bytes()).to_string()
}

/// The context of one request.
#[derive(Clone)]
pub struct Cx {
    /// The instance.
    pub app: App,
    /// Language and preferences.
    pub screen: Screen,
    /// Who is signed in.
    pub signed: Option<SignedIn>,
    /// When the request reached the platform (ESL 11).
    pub now: Timestamp,
}

impl FromRequestParts<App> for Cx {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let screen = Screen::from_request_parts(parts, app).await?;
        let signed = parts.extensions.get::<SignedIn>().cloned();
        let now = parts.extensions.get::<Received>().map_or_else(|| app.now(), |r| r.0);
        Ok(Self { app: app.clone(), screen, signed, now })
    }
}

/// When the first byte of a request arrived; put into its extensions by the outermost layer.
#[derive(Debug, Clone, Copy)]
pub struct Received(pub Timestamp);

impl Cx {
    /// The language of the screen.
    pub fn l(&self) -> Lang {
        self.screen.lang
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// [`Error::SignInNeeded`]; the guard of the route has normally asked before.
    pub fn signed(&self) -> Result<&SignedIn, Error> {
        self.signed.as_ref().ok_or(Error::SignInNeeded)
    }

    /// The actor.
    ///
    /// # Errors
    /// As [`Cx::signed`].
    pub fn actor(&self) -> Result<&Actor, Error> {
        Ok(&self.signed()?.actor)
    }

    /// The origin that ledger rows carry.
    ///
    /// # Errors
    /// As [`Cx::signed`].
    pub fn origin(&self) -> Result<Origin, Error> {
        let s = self.signed()?;
        Ok(Origin::of(&s.actor, &s.session))
    }

    /// Today in China Standard Time.
    pub fn today(&self) -> jiff::civil::Date {
        cst_date(self.now)
    }

    /// The calendar in force.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn calendar(&self) -> Result<Arc<Calendar>, Error> {
        Ok(self.app.store.calendar().await?)
    }

    /// Loads a filing that the actor may see.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that does not exist or belongs to somebody else.
    pub async fn filing(&self, case_id: &str) -> Result<(Filing, Loaded<Filing>), Error> {
        let loaded = self.app.store.case_for::<Filing>(self.actor()?, case_id).await?;
        let state = loaded.state.clone().ok_or(Error::NotFound)?;
        Ok((state, loaded))
    }

    /// Puts a command to a filing: decided by the law, recorded in one transaction.
    ///
    /// # Errors
    /// [`ActError::Refused`] with the article, or a fault of the store.
    pub async fn act(&self, case_id: &str, command: Command, idem: Option<Idem>) -> Result<Acted<Filing>, ActError> {
        self.act_on(case_id, command, None, idem).await
    }

    /// As [`Cx::act`], but only on the version of the case that the actor saw.
    ///
    /// # Errors
    /// As [`Cx::act`]; [`guosuo_store::Error::Stale`] if the case has changed since.
    pub async fn act_on(
        &self,
        case_id: &str,
        command: Command,
        expected: Option<u64>,
        idem: Option<Idem>,
    ) -> Result<Acted<Filing>, ActError> {
        let signed = self.signed.as_ref().ok_or(guosuo_store::Error::NotFound("session"))?;
        let request = Request {
            case_id: case_id.to_owned(),
            command,
            actor: Actor::clone(&signed.actor),
            session: signed.session.clone(),
            expected,
            idem,
            now: self.now,
        };
        put(&self.app, request).await
    }
}

/// Puts a command of any actor, the platform included, to a filing.
///
/// # Errors
/// As [`Cx::act`].
pub async fn act(
    app: &App,
    actor: &Actor,
    session: &str,
    case_id: &str,
    command: Command,
    idem: Option<Idem>,
    now: Timestamp,
) -> Result<Acted<Filing>, ActError> {
    let request = Request {
        case_id: case_id.to_owned(),
        command,
        actor: actor.clone(),
        session: session.to_owned(),
        expected: None,
        idem,
        now,
    };
    put(app, request).await
}

/// What a decision needs to know of this instance.
struct Known {
    action: Action,
    config: guosuo_case::filing::Config,
    credit_code: String,
    code_overridden: bool,
    year: i16,
}

/// One transaction: the act and what follows from it (messages, jobs).
async fn put(app: &App, request: Request<Filing>) -> Result<Acted<Filing>, ActError> {
    let action = request.command.action();
    let org = app.store.organisation(request.actor.org.as_str()).await?;
    let known = Known {
        action,
        config: app.config.filing.clone(),
        credit_code: org.as_ref().and_then(|o| o.credit_code.clone()).unwrap_or_default(),
        code_overridden: org.is_some_and(|o| o.code_overridden),
        year: cst_date(request.now).year(),
    };
    let told = crate::consequences::Told::find(app, action).await?;
    app.store
        .write_with((request, facts(known), told), |tx, (request, facts, told)| {
            Box::pin(async move {
                let acted = tx.run_request(request, facts).await?;
                if !acted.replayed {
                    crate::consequences::follow(tx, &acted, told, request.now).await?;
                }
                Ok(acted)
            })
        })
        .await
}

fn facts(
    known: Known,
) -> impl for<'t> Fn(&'t mut Tx, Option<&'t Filing>) -> UnitFuture<'t, Facts, guosuo_store::Error> + Send + Sync + 'static {
    let known = Arc::new(known);
    move |tx, state| {
        let known = Arc::clone(&known);
        Box::pin(async move {
            let form_digest = state.map(|s| form_digest(&s.dossier.form)).unwrap_or_default();
            let outcome = state.and_then(Filing::review).and_then(|r| r.proposal.as_ref()).map(|p| p.outcome);
            let (mut next_number, mut next_filing) = (0, 0);
            match (known.action, outcome) {
                (Action::Submit, _) => next_number = tx.next_number(NumberKind::Submission.as_str(), known.year).await?,
                (Action::Decide, Some(guosuo_case::filing::Outcome::File)) => {
                    next_number = tx.next_number(NumberKind::FiledNotice.as_str(), known.year).await?;
                    next_filing = tx.next_number(NumberKind::Filing.as_str(), known.year).await?;
                }
                (Action::Decide, _) => next_number = tx.next_number(NumberKind::RefusalNotice.as_str(), known.year).await?,
                _ => {}
            }
            Ok(Facts {
                calendar: tx.calendar().await?,
                config: known.config.clone(),
                credit_code: known.credit_code.clone(),
                code_overridden: known.code_overridden,
                form_digest,
                next_number,
                next_filing,
                already_filed: false,
            })
        })
    }
}

/// The name under which filings are stored.
pub const FILING: &str = Filing::KIND;

impl From<guosuo_store::Error> for Error {
    fn from(e: guosuo_store::Error) -> Self {
        use guosuo_store::Error as S;
        match e {
            S::NotFound(_) => Self::NotFound,
            S::Stale { .. } => Self::Conflict,
            S::KeyReused => Self::KeyReused,
            S::NoSpace => Self::NoSpace,
            other => Self::Fault(other.into()),
        }
    }
}

impl From<ActError> for Error {
    fn from(e: ActError) -> Self {
        match e {
            ActError::Refused(r) => Self::Refused(r),
            ActError::Store(e) => e.into(),
        }
    }
}
