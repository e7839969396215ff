//! `/api/v1/webhooks`: the addresses that are called when something happens, and what was delivered.

use axum::body::Body;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_store::{Error as StoreError, NewWebhook, Origin, Webhook, WebhookState, new_id};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Call, json_of, page, reply};
use super::cases::id;
use super::problem::Problem;
use super::scope::Scope;
use super::strict::Asked;
use crate::app::App;
use crate::auth::session::new_token;
use crate::error::Error;
use crate::jobs::webhooks::fit;
use crate::web::Lang;

/// How long the old secret holds beside a new one.
pub(crate) const BOTH: SignedDuration = SignedDuration::from_hours(24);
/// Addresses of one organisation.
const MOST: usize = 20;

/// A fresh secret.
pub(crate) fn new_secret() -> String {
    format!("whsec_{}", new_token().0)
}

fn line(w: &Webhook) -> Value {
    json!({
        "id": w.id,
        "url": w.url,
        "state": w.state,
        "position": w.position,
        "two_secrets": w.before.is_some(),
        "created_at": w.created,
    })
}

/// Adds an address: what happens from now on is told to it. The inner error says what is wrong with it.
///
/// # Errors
/// When the store fails.
pub(crate) async fn add(
    app: &App,
    l: Lang,
    org: &str,
    url: &str,
    origin: &Origin,
    now: Timestamp,
) -> Result<Result<(String, String), String>, Error> {
    if let Err(why) = fit(&app.config, url) {
        return Ok(Err(why.words(l)));
    }
    let mut reader = app.store.reader().await?;
    if reader.webhooks(org, now).await?.len() >= MOST {
        return Ok(Err(l.pick(format!("最多{MOST}个回调地址。"), format!("At most {MOST} addresses."))));
    }
    let position = reader.feed_last(org).await?;
    drop(reader);
    let secret = new_secret();
    let new = NewWebhook {
        id: new_id(),
        org: org.to_owned(),
        url: url.to_owned(),
        secret: secret.clone().into_bytes(),
        position,
        actor: origin.actor.clone(),
    };
    let made = new.id.clone();
    app.store
        .write_with((new, origin.clone()), move |tx, (new, origin)| {
            Box::pin(async move {
                tx.add_webhook(new, now).await?;
                tx.record_act("webhook.added", &new.id, origin, &json!({ "url": new.url }), now).await
            })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    Ok(Ok((made, secret)))
}

/// Finds an address of an organisation.
///
/// # Errors
/// [`Error::NotFound`] for those of others.
pub(crate) async fn own(app: &App, org: &str, at: &str, now: Timestamp) -> Result<Webhook, Error> {
    let found = app.store.reader().await?.webhook(at, now).await?;
    found.filter(|w| w.org == org).ok_or(Error::NotFound)
}

/// What is done to an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// It is called no more until it goes on.
    Pause,
    /// It is called again; what waited goes out.
    Resume,
    /// It is gone.
    Remove,
    /// A new secret; the old one holds beside it for a day.
    Rotate(String),
    /// These deliveries go out again.
    Replay(i64, i64),
}

impl Change {
    fn act(&self) -> &'static str {
        match self {
            Self::Pause => "webhook.paused",
            Self::Resume => "webhook.resumed",
            Self::Remove => "webhook.removed",
            Self::Rotate(_) => "webhook.secret_changed",
            Self::Replay(..) => "webhook.replayed",
        }
    }
}

/// Changes an address and records it; answers how many deliveries go out again.
///
/// # Errors
/// When the store fails.
pub(crate) async fn change(app: &App, at: &str, change: Change, origin: &Origin, now: Timestamp) -> Result<u64, Error> {
    let work = (at.to_owned(), change, origin.clone());
    app.store
        .write_with(work, move |tx, (at, change, origin)| {
            Box::pin(async move {
                let mut again = 0;
                match change {
                    Change::Pause => tx.set_webhook_state(at, WebhookState::Paused, now).await?,
                    Change::Resume => tx.set_webhook_state(at, WebhookState::Active, now).await?,
                    Change::Remove => tx.set_webhook_state(at, WebhookState::Removed, now).await?,
                    Change::Rotate(secret) => tx.rotate_webhook(at, secret.as_bytes(), now + BOTH, now).await?,
                    Change::Replay(from, to) => again = tx.replay_deliveries(at, *from, *to, now).await?,
                }
                tx.record_act(change.act(), at, origin, &json!({ "again": again }), now).await?;
                Ok(again)
            })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))
}

/// `GET /api/v1/webhooks`.
///
/// # Errors
/// The scope is missing.
pub(crate) async fn list(call: Call) -> Result<Response, Problem> {
    call.need(Scope::Webhooks)?;
    let found = call.cx.app.store.reader().await?.webhooks(call.actor()?.org.as_str(), call.cx.now).await?;
    Ok(page(found.iter().map(line).collect(), None))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    url: String,
}

/// Runs work under the key of the request: the second time the kept answer is given, without secrets.
async fn once<F>(call: &Call, parts: &[&[u8]], status: StatusCode, work: F) -> Result<Response, Problem>
where
    F: AsyncFnOnce() -> Result<(Value, Value), Problem>,
{
    let idem = call.idem(parts)?;
    if let Some(kept) = call.before(&idem).await? {
        let body: Value = serde_json::from_str(&kept).unwrap_or_default();
        return Ok(reply(status, &body));
    }
    let (shown, kept) = work().await?;
    let (actor, now) = (call.actor()?.user.0.clone(), call.cx.now);
    let stored: Result<(), StoreError> = call
        .cx
        .app
        .store
        .write_with((idem, actor, kept.to_string()), move |tx, (idem, actor, body)| {
            Box::pin(async move { tx.done(idem, actor, body, now).await })
        })
        .await;
    stored?;
    Ok(reply(status, &shown))
}

/// `POST /api/v1/webhooks`: the secret is shown once.
///
/// # Errors
/// The address cannot be called.
pub(crate) async fn create(call: Call, body: Body) -> Result<Response, Problem> {
    call.need(Scope::Webhooks)?;
    let (new, bytes) = json_of::<New>(&call.headers, body).await?;
    once(&call, &[b"webhooks", &bytes], StatusCode::CREATED, async || {
        let (l, cx) = (call.cx.l(), &call.cx);
        let org = call.actor()?.org.0.clone();
        if cx.app.store.reader().await?.webhooks(&org, cx.now).await?.len() >= MOST {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "webhooks_enough",
                format!("最多{MOST}个回调地址，先删除不用的。"),
                format!("At most {MOST} addresses: remove one that is not used."),
            ));
        }
        let (made, secret) = add(&cx.app, l, &org, &new.url, &cx.origin()?, cx.now)
            .await?
            .map_err(|why| Problem::fields(vec![("url".into(), why)]))?;
        let w = own(&cx.app, &org, &made, cx.now).await?;
        let kept = line(&w);
        let mut shown = kept.clone();
        shown["secret"] = secret.into();
        Ok((shown, kept))
    })
    .await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// `POST /api/v1/webhooks/{id}/acts/{act}`: pause, resume, remove, rotate.
///
/// # Errors
/// There is no such address or act.
pub(crate) async fn act(call: Call, Path((at, name)): Path<(String, String)>, body: Body) -> Result<Response, Problem> {
    call.need(Scope::Webhooks)?;
    let org = call.actor()?.org.0.clone();
    let at = id(&at)?;
    let what = match name.as_str() {
        "pause" => Change::Pause,
        "resume" => Change::Resume,
        "remove" => Change::Remove,
        "rotate" => Change::Rotate(new_secret()),
        _ => return Err(Error::NotFound.into()),
    };
    let (Nothing {}, bytes) = json_of::<Nothing>(&call.headers, body).await?;
    once(&call, &[b"webhooks", at.as_bytes(), name.as_bytes(), &bytes], StatusCode::OK, async || {
        let cx = &call.cx;
        own(&cx.app, &org, at, cx.now).await?;
        change(&cx.app, at, what.clone(), &cx.origin()?, cx.now).await?;
        let kept = json!({ "id": at, "act": name });
        let mut shown = kept.clone();
        if let Change::Rotate(secret) = &what {
            shown["secret"] = secret.clone().into();
            shown["old_secret_until"] = (cx.now + BOTH).to_string().into();
        }
        Ok((shown, kept))
    })
    .await
}

/// `GET /api/v1/webhooks/{id}/deliveries?state=…&after=…`.
///
/// # Errors
/// There is no such address.
pub(crate) async fn deliveries(call: Call, Path(at): Path<String>, asked: Asked) -> Result<Response, Problem> {
    call.need(Scope::Webhooks)?;
    let w = own(&call.cx.app, call.actor()?.org.as_str(), id(&at)?, call.cx.now).await?;
    asked.only(&["limit", "after", "state"])?;
    let state = asked.one_of("state", &["waiting", "delivered", "parked"])?;
    let (after, n) = (asked.after()?, asked.limit()?);
    let rows = call.cx.app.store.reader().await?.deliveries(&w.id, state, after, n).await?;
    let next = (rows.len() == n as usize).then(|| rows.last().map(|r| r.n.to_string())).flatten();
    let moment = |us: i64| (us > 0).then(|| Timestamp::from_microsecond(us).map(|t| t.to_string()).unwrap_or_default());
    let items = rows
        .iter()
        .map(|d| {
            json!({
                "n": d.n,
                "case": d.case_id,
                "state": d.state,
                "attempts": d.attempts,
                "not_before": moment(d.due),
                "status": (d.status > 0).then_some(d.status),
                "error": (!d.error.is_empty()).then_some(&d.error),
                "last_attempt_at": moment(d.at),
            })
        })
        .collect();
    Ok(page(items, next))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replay {
    from: u32,
    to: u32,
}

/// `POST /api/v1/webhooks/{id}/replay`: the deliveries from one number to another go out again, in order.
///
/// # Errors
/// There is no such address.
pub(crate) async fn replay(call: Call, Path(at): Path<String>, body: Body) -> Result<Response, Problem> {
    call.need(Scope::Webhooks)?;
    let org = call.actor()?.org.0.clone();
    let at = id(&at)?;
    let (r, bytes) = json_of::<Replay>(&call.headers, body).await?;
    once(&call, &[b"webhooks/replay", at.as_bytes(), &bytes], StatusCode::OK, async || {
        let cx = &call.cx;
        own(&cx.app, &org, at, cx.now).await?;
        let what = Change::Replay(i64::from(r.from), i64::from(r.to));
        let again = change(&cx.app, at, what, &cx.origin()?, cx.now).await?;
        let body = json!({ "again": again });
        Ok((body.clone(), body))
    })
    .await
}
