//! `/body/webhooks`, `/processor/webhooks`, `/verification/webhooks`: the addresses of one's own organisation that are
//! called when something happens, and what was delivered to them.

use askama::Template;
use axum::extract::Path;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use guosuo_store::Webhook;
use jiff::Timestamp;

use super::{base_of, front_of};
use crate::api::hooks::{self, Change};
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::Tone;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};

/// Deliveries on the page of an address.
const SHOWN: u32 = 100;

struct Line {
    href: String,
    url: String,
    made: String,
    state: (&'static str, Tone),
    counts: String,
}

#[derive(Template)]
#[template(path = "account/webhooks.html")]
struct List {
    shell: Shell,
    l: Lang,
    form: Form,
    base: String,
    rows: Vec<Line>,
    secret: Option<(String, String)>,
}

struct Row {
    n: i64,
    case: String,
    at: String,
    state: (&'static str, Tone),
    note: String,
}

#[derive(Template)]
#[template(path = "account/webhook.html")]
struct One {
    shell: Shell,
    l: Lang,
    form: Form,
    base: String,
    url: String,
    state: (&'static str, Tone),
    active: bool,
    two: bool,
    counts: String,
    rows: Vec<Row>,
    secret: Option<(String, String)>,
}

fn place(cx: &Cx) -> Result<String, Error> {
    let base = format!("{}/webhooks", base_of(cx.actor()?.org_kind));
    if cx.screen.path.starts_with(&base) { Ok(base) } else { Err(Error::NotFound) }
}

fn state_of(l: Lang, w: &Webhook) -> (&'static str, Tone) {
    if w.state == "active" { (l.t("在用", "In use"), Tone::Ok) } else { (l.t("已暂停", "Paused"), Tone::Warn) }
}

fn delivery_state(l: Lang, state: &str) -> (&'static str, Tone) {
    match state {
        "delivered" => (l.t("已送到", "Delivered"), Tone::Ok),
        "parked" => (l.t("已停止重试", "Parked"), Tone::Late),
        _ => (l.t("等待", "Waiting"), Tone::Info),
    }
}

fn counted(l: Lang, counts: &[(String, i64)]) -> String {
    counts.iter().map(|(s, n)| format!("{} {n}", delivery_state(l, s).0)).collect::<Vec<_>>().join(l.t("，", ", "))
}

async fn list(cx: &Cx, form: Form, secret: Option<(String, String)>) -> Result<Response, Error> {
    let l = cx.l();
    let kind = cx.actor()?.org_kind;
    let base = place(cx)?;
    let mut reader = cx.app.store.reader().await?;
    let mut rows = Vec::new();
    for w in reader.webhooks(cx.actor()?.org.as_str(), cx.now).await? {
        let counts = reader.delivery_counts(&w.id).await?;
        rows.push(Line {
            href: l.href(format!("{base}/{}", w.id)),
            made: l.stamp(w.created).words,
            state: state_of(l, &w),
            counts: counted(l, &counts),
            url: w.url,
        });
    }
    drop(reader);
    let shell = Shell::new(&cx.screen, front_of(kind), l.t("回调地址", "Addresses that are called"))
        .at("organisation")
        .crumb(&format!("{}/organisation", base_of(kind)), l.t("本机构", "Organisation"))
        .for_form(&form);
    let status = form.status();
    let page = List { shell, l, form, base: l.href(&base), rows, secret };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// `GET`.
///
/// # Errors
/// When the store cannot be read.
pub async fn show(cx: Cx) -> Result<Response, Error> {
    list(&cx, Form::new(), None).await
}

/// `POST`: `url`; the secret is shown once.
///
/// # Errors
/// When the store fails.
pub async fn create(cx: Cx, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let url = form.require("url", l.t("填写回调地址。", "Enter the address."));
    if !form.ok() {
        return list(&cx, form, None).await;
    }
    let org = cx.actor()?.org.0.clone();
    match hooks::add(&cx.app, l, &org, &url, &cx.origin()?, cx.now).await? {
        Ok((_, secret)) => list(&cx, Form::new(), Some((url, secret))).await,
        Err(why) => {
            form.fail("url", why);
            list(&cx, form, None).await
        }
    }
}

async fn page(cx: &Cx, w: &Webhook, form: Form, secret: Option<(String, String)>) -> Result<Response, Error> {
    let l = cx.l();
    let kind = cx.actor()?.org_kind;
    let base = place(cx)?;
    let mut reader = cx.app.store.reader().await?;
    let counts = reader.delivery_counts(&w.id).await?;
    let found = reader.last_deliveries(&w.id, SHOWN).await?;
    drop(reader);
    let stamp = |us: i64| Timestamp::from_microsecond(us).map(|t| l.stamp(t).words).unwrap_or_default();
    let rows = found
        .iter()
        .map(|d| {
            let tries = l.pick(format!("第{}次", d.attempts), format!("attempt {}", d.attempts));
            let next = if d.state == "waiting" && d.attempts > 0 {
                l.pick(format!("，{}以后再试", stamp(d.due)), format!(", again after {}", stamp(d.due)))
            } else {
                String::new()
            };
            let error = if d.error.is_empty() { String::new() } else { format!(" {}", d.error) };
            Row {
                n: d.n,
                case: d.case_id.clone(),
                at: if d.at > 0 { stamp(d.at) } else { String::new() },
                state: delivery_state(l, &d.state),
                note: if d.attempts > 0 { format!("{tries}{error}{next}") } else { String::new() },
            }
        })
        .collect();
    let shell = Shell::new(&cx.screen, front_of(kind), l.t("回调地址", "Address that is called"))
        .at("organisation")
        .crumb(&base, l.t("回调地址", "Addresses that are called"))
        .for_form(&form);
    let status = form.status();
    let one = One {
        shell,
        l,
        form,
        base: l.href(format!("{base}/{}", w.id)),
        url: w.url.clone(),
        state: state_of(l, w),
        active: w.state == "active",
        two: w.before.is_some(),
        counts: counted(l, &counts),
        rows,
        secret,
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(one.render()?)).into_response())
}

/// `GET …/webhooks/{id}`.
///
/// # Errors
/// [`Error::NotFound`] for those of others.
pub async fn one(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let w = hooks::own(&cx.app, cx.actor()?.org.as_str(), &id, cx.now).await?;
    page(&cx, &w, Form::new(), None).await
}

/// `POST …/webhooks/{id}`: `act` is `pause`, `resume`, `remove`, `rotate` or `replay` with `from` and `to`.
///
/// # Errors
/// As [`one`].
pub async fn act(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let base = place(&cx)?;
    let w = hooks::own(&cx.app, cx.actor()?.org.as_str(), &id, cx.now).await?;
    let at = format!("{base}/{id}");
    let change = match form.value("act") {
        "pause" => Change::Pause,
        "resume" => Change::Resume,
        "remove" => Change::Remove,
        "rotate" => Change::Rotate(hooks::new_secret()),
        "replay" => {
            let number = |f: &str| guosuo_case::filing::half_width(form.trimmed(f)).parse::<u32>().ok();
            let (Some(from), Some(to)) = (number("from"), number("to")) else {
                form.fail("from", l.t("填两个整数：从第几号到第几号。", "Enter two whole numbers: from which to which."));
                return page(&cx, &w, form, None).await;
            };
            Change::Replay(from.into(), to.into())
        }
        _ => return Err(Error::Malformed("act")),
    };
    let again = hooks::change(&cx.app, &id, change.clone(), &cx.origin()?, cx.now).await?;
    match change {
        Change::Rotate(secret) => {
            let w = hooks::own(&cx.app, cx.actor()?.org.as_str(), &id, cx.now).await?;
            let url = w.url.clone();
            page(&cx, &w, Form::new(), Some((url, secret))).await
        }
        Change::Remove => Ok(Flash::good(l.t("回调地址已删除。", "The address is removed.")).to(l, &base)),
        Change::Replay(..) => {
            let told = l.pick(format!("{again}条重新投递。"), format!("{again} go out again."));
            Ok(Flash::good(told).to(l, &at))
        }
        Change::Pause | Change::Resume => Ok(Flash::good(l.t("已保存。", "Saved.")).to(l, &at)),
    }
}
