//! `/body/tokens`, `/processor/tokens`, `/verification/tokens`: the tokens of one's own organisation, and
//! `/account/tokens`: which of them may act in one's own name.

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_store::{Error as StoreError, NewToken, Token, new_id};
use jiff::SignedDuration;

use super::{base_of, checks, front_of};
use crate::api::scope::Scope;
use crate::app::Cx;
use crate::auth::token::new_token;
use crate::error::Error;
use crate::web::components::{Choice, Tone};
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};

struct Line {
    id: String,
    name: String,
    scopes: String,
    made: String,
    until: String,
    used: String,
    people: String,
    state: (&'static str, Tone),
    live: bool,
}

#[derive(Template)]
#[template(path = "account/tokens.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    base: String,
    hooks: String,
    rows: Vec<Line>,
    scopes: Vec<Choice>,
    most: String,
    token: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "account/grants.html")]
struct Grants {
    shell: Shell,
    l: Lang,
    rows: Vec<(Line, bool)>,
    login: String,
}

/// The address of the page; that of another kind of organisation does not exist.
fn place(cx: &Cx) -> Result<String, Error> {
    let base = format!("{}/tokens", base_of(cx.actor()?.org_kind));
    if cx.screen.path.starts_with(&base) { Ok(base) } else { Err(Error::NotFound) }
}

fn line(cx: &Cx, t: &Token, names: &[(String, String)], people: Vec<String>) -> Line {
    let l = cx.l();
    let live = t.is_live(cx.now);
    let state = if t.revoked.is_some() {
        (l.t("已撤销", "Revoked"), Tone::Mute)
    } else if live {
        (l.t("在用", "In use"), Tone::Ok)
    } else {
        (l.t("已到期", "Ended"), Tone::Mute)
    };
    let words: Vec<&str> = t.scopes.iter().filter_map(|s| Scope::parse(s)).map(|s| s.words(l)).collect();
    let by = names.iter().find(|n| n.0 == t.actor).map(|n| n.1.clone()).unwrap_or_default();
    let used = match t.used {
        Some(at) if !t.place.is_empty() => format!("{} {}", l.stamp(at).words, t.place),
        Some(at) => l.stamp(at).words,
        None => l.t("没有用过", "never").to_owned(),
    };
    Line {
        id: t.id.clone(),
        name: t.name.clone(),
        scopes: words.join(l.t("、", ", ")),
        made: format!("{} {by}", l.stamp(t.created).words),
        until: l.stamp(t.until).words,
        used,
        people: people.join(l.t("、", ", ")),
        state,
        live,
    }
}

async fn lines(cx: &Cx) -> Result<Vec<Line>, Error> {
    let org = cx.actor()?.org.0.clone();
    let mut reader = cx.app.store.reader().await?;
    let names: Vec<(String, String)> = reader.accounts(&org).await?.into_iter().map(|a| (a.id, a.name)).collect();
    let grants = reader.grants(&org).await?;
    let tokens = reader.tokens(&org).await?;
    let who = |t: &Token| grants.iter().filter(|g| g.token == t.id).map(|g| g.name.clone()).collect();
    Ok(tokens.iter().map(|t| line(cx, t, &names, who(t))).collect())
}

async fn render(cx: &Cx, form: Form, token: Option<(String, String)>) -> Result<Response, Error> {
    let l = cx.l();
    let kind = cx.actor()?.org_kind;
    let base = place(cx)?;
    let scopes =
        Scope::ALL.into_iter().filter(|s| s.exists_in(kind)).map(|s| Choice::new(s.as_str(), s.words(l)).hint(s.as_str()));
    let shell = Shell::new(&cx.screen, front_of(kind), l.t("接口令牌", "Tokens"))
        .at("organisation")
        .crumb(&format!("{}/organisation", base_of(kind)), l.t("本机构", "Organisation"))
        .for_form(&form);
    let status = form.status();
    let page = Page {
        shell,
        l,
        base: l.href(&base),
        hooks: l.href(format!("{}/webhooks", base_of(kind))),
        rows: lines(cx).await?,
        scopes: scopes.collect(),
        most: l
            .pick(format!("最多{}天。", cx.app.config.api.token_days), format!("At most {} days.", cx.app.config.api.token_days)),
        token,
        form,
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// `GET`.
///
/// # Errors
/// When the store cannot be read.
pub async fn show(cx: Cx) -> Result<Response, Error> {
    let days = cx.app.config.api.token_days.min(180);
    render(&cx, Form::new().with("days", days.to_string()), None).await
}

/// `POST`: makes a token and shows it, once.
///
/// # Errors
/// When the store fails.
pub async fn create(cx: Cx, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let actor = cx.actor()?.clone();
    let name = checks::line(&mut form, l, "name", l.t("写明这个令牌给哪个系统用。", "Say which system the token is for."));
    let most = cx.app.config.api.token_days;
    let days = guosuo_case::filing::half_width(form.trimmed("days")).parse::<u32>().ok().filter(|d| (1..=most).contains(d));
    if days.is_none() {
        form.fail(
            "days",
            l.pick(format!("有效天数填1至{most}的整数。"), format!("Enter a whole number of days from 1 to {most}.")),
        );
    }
    let chosen: Vec<Scope> = form.values("scopes").iter().filter_map(|s| Scope::parse(s)).collect();
    if chosen.is_empty() || chosen.iter().any(|s| !s.exists_in(actor.org_kind)) {
        form.fail("scopes", l.t("至少选一个范围。", "Choose at least one scope."));
    }
    let (Some(days), true) = (days, form.ok()) else { return render(&cx, form, None).await };
    let (token, digest) = new_token();
    let scopes = chosen.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(" ");
    let new = NewToken {
        id: new_id(),
        org: actor.org.0.clone(),
        name: name.clone(),
        digest,
        scopes,
        actor: actor.user.0.clone(),
        until: cx.now + SignedDuration::from_hours(24 * i64::from(days)),
    };
    let (now, origin) = (cx.now, cx.origin()?);
    cx.app
        .store
        .write_with((new, origin), move |tx, (new, origin)| {
            Box::pin(async move {
                tx.add_token(new, now).await?;
                let what = serde_json::json!({ "name": new.name, "scopes": new.scopes, "until": new.until });
                tx.record_act("token.made", &new.id, origin, &what, now).await
            })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    render(&cx, Form::new().with("days", days.to_string()), Some((name, token))).await
}

/// `POST …/tokens/{id}/revoke`: the token ends at once.
///
/// # Errors
/// [`Error::NotFound`] for one of another organisation.
pub async fn revoke(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let base = format!("{}/tokens", base_of(cx.actor()?.org_kind));
    if !cx.screen.path.starts_with(&base) {
        return Err(Error::NotFound);
    }
    let org = cx.actor()?.org.0.clone();
    let (now, origin) = (cx.now, cx.origin()?);
    let ended = cx
        .app
        .store
        .write_with((id, org, origin), move |tx, (id, org, origin)| {
            Box::pin(async move {
                let ended = tx.revoke_token(id, org, now).await?;
                if ended {
                    tx.record_act("token.revoked", id, origin, &serde_json::json!({}), now).await?;
                }
                Ok(ended)
            })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    if !ended {
        return Err(Error::NotFound);
    }
    Ok(Flash::good(l.t("令牌已撤销，马上失效。", "The token is revoked and works no more.")).to(l, &base))
}

/// `GET /account/tokens`: which tokens may act in one's own name.
///
/// # Errors
/// When the store cannot be read.
pub async fn own(cx: Cx) -> Result<Response, Error> {
    let l = cx.l();
    let signed = cx.signed()?;
    let org = signed.actor.org.as_str();
    let mut reader = cx.app.store.reader().await?;
    let tokens = reader.tokens(org).await?;
    let grants = reader.grants(org).await?;
    drop(reader);
    let mine = |t: &Token| grants.iter().any(|g| g.token == t.id && g.account == signed.actor.user.0);
    let rows = tokens.iter().filter(|t| t.is_live(cx.now)).map(|t| (line(&cx, t, &[], Vec::new()), mine(t))).collect();
    let shell = Shell::new(&cx.screen, front_of(signed.actor.org_kind), l.t("接口令牌", "Tokens"))
        .crumb("/account", l.t("我的账号", "My account"));
    let page = Grants { shell, l, rows, login: signed.login.clone() };
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// `POST /account/tokens`: `token`, and `given` = `yes` or `no`.
///
/// # Errors
/// [`Error::NotFound`] for a token of another organisation.
pub async fn grant(cx: Cx, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let signed = cx.signed()?.clone();
    let given = form.has("given", "yes");
    let token = form.value("token").to_owned();
    let found = cx.app.store.reader().await?.token(&token).await?;
    found.filter(|t| t.org == signed.actor.org.0 && (t.is_live(cx.now) || !given)).ok_or(Error::NotFound)?;
    let (now, origin) = (cx.now, cx.origin()?);
    cx.app
        .store
        .write_with((token, signed.actor.user.0.clone(), origin), move |tx, (token, account, origin)| {
            Box::pin(async move {
                tx.grant_token(token, account, given, now).await?;
                let act = if given { "token.granted" } else { "token.grant_withdrawn" };
                tx.record_act(act, token, origin, &serde_json::json!({}), now).await
            })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    let told = if given {
        l.t("已同意。以您的名义办理的每一步都会记在您的名下。", "Agreed. Every act in your name is recorded as yours.")
    } else {
        l.t("已收回，马上生效。", "Withdrawn with immediate effect.")
    };
    Ok(Flash::good(told).to(l, "/account/tokens"))
}
