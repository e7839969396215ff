//! `/account`: one's own data, language and sessions.

use askama::Template;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use guosuo_store::Error as StoreError;
use guosuo_store::accounts::CredentialKind;

use super::{checks, front_of};
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::{Choice, Fact};
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

struct SessionLine {
    id: String,
    here: bool,
    begun: String,
    seen: String,
    place: String,
    agent: String,
}

#[derive(Template)]
#[template(path = "account/own.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    facts: Vec<Fact>,
    langs: Vec<Choice>,
    sessions: Vec<SessionLine>,
    factor: bool,
    members: bool,
}

async fn page(cx: &Cx, form: Option<Form>) -> Result<Response, Error> {
    let l = cx.l();
    let signed = cx.signed()?;
    let mut reader = cx.app.store.reader().await?;
    let account = reader.account(signed.actor.user.as_str()).await?.ok_or(Error::NotFound)?;
    let factor = reader.credential(&account.id, CredentialKind::Totp).await?.is_some();
    let found = reader.sessions(&account.id, cx.now).await?;
    drop(reader);
    let sessions = found
        .into_iter()
        .map(|s| SessionLine {
            here: s.id == signed.session,
            begun: l.stamp(s.created).words,
            seen: l.stamp(s.seen).words,
            place: s.place,
            agent: browser(l, &s.agent),
            id: s.id,
        })
        .collect();
    let roles: Vec<_> = account.roles.iter().map(|r| words::role(l, *r)).collect();
    let mut facts = vec![
        Fact::new(l.t("姓名", "Name"), &account.name),
        Fact::new(l.t("登录名", "Sign-in name"), &account.login).code(),
        Fact::new(l.t("所在机构", "Organisation"), &signed.org_name),
        Fact::new(l.t("角色", "Roles"), roles.join(l.t("、", ", "))),
    ];
    if !signed.org_active {
        facts.push(Fact::new(
            l.t("注册状态", "Registration"),
            l.t(
                "待确认。可以准备备案材料，确认后才能提交。",
                "Not confirmed yet. You can prepare a filing; it can be submitted after the confirmation.",
            ),
        ));
    }
    let form = form.unwrap_or_else(|| {
        Form::new().with("phone", &account.contact.phone).with("mail", &account.contact.mail).with("lang", &account.lang)
    });
    let shell = Shell::new(&cx.screen, front_of(signed.actor.org_kind), l.t("我的账号", "My account")).for_form(&form);
    let page = Page {
        l,
        facts,
        langs: vec![Choice::new("zh", "中文"), Choice::new("en", "English")],
        sessions,
        factor,
        members: signed.actor.has(guosuo_case::Role::OrgAdmin),
        shell,
        form,
    };
    let status = page.form.status();
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// A browser as people call it; what is not known stays as the browser named itself.
fn browser(l: Lang, agent: &str) -> String {
    let name = [("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]
        .into_iter()
        .find(|(mark, _)| agent.contains(mark));
    let system = [
        ("Windows", "Windows"),
        ("OpenHarmony", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]
    .into_iter()
    .find(|(mark, _)| agent.contains(mark));
    match (name, system) {
        (Some((_, name)), Some((_, system))) => l.pick(format!("{name}（{system}）"), format!("{name} ({system})")),
        _ => agent.to_owned(),
    }
}

/// `GET /account`.
///
/// # Errors
/// When the store cannot be read.
pub async fn show(cx: Cx) -> Result<Response, Error> {
    page(&cx, None).await
}

/// `POST /account`: telephone, mail, language.
///
/// # Errors
/// When the store fails.
pub async fn save(cx: Cx, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let signed = cx.signed()?;
    let phone = checks::phone(&mut form, l, "phone", false);
    let mail = checks::mail(&mut form, l, "mail", false);
    let lang = if form.value("lang") == "en" { "en" } else { "zh" };
    if !form.ok() {
        return page(&cx, Some(form)).await;
    }
    let mut account = cx.app.store.reader().await?.account(signed.actor.user.as_str()).await?.ok_or(Error::NotFound)?;
    account.contact.phone = phone;
    account.contact.mail = mail;
    lang.clone_into(&mut account.lang);
    let (now, origin) = (cx.now, cx.origin()?);
    cx.app
        .store
        .write_with((account, origin), move |tx, (account, origin)| {
            Box::pin(async move {
                tx.set_account(account, now).await?;
                tx.record_act("account.changed", &account.id, origin, &serde_json::json!({ "lang": account.lang }), now).await
            })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    Ok(Flash::good(l.t("已保存。", "Saved.")).to(l, "/account"))
}

/// `POST /account/sessions`: signs out one session (`id`) or all the others (`all`).
///
/// # Errors
/// When the store fails.
pub async fn end_sessions(cx: Cx, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let signed = cx.signed()?.clone();
    let (all, id) = (form.has("all", "yes"), form.value("id").to_owned());
    let (now, origin, account) = (cx.now, cx.origin()?, signed.actor.user.0.clone());
    let keep = signed.session.clone();
    cx.app
        .store
        .write_with((account, origin, id, keep), move |tx, (account, origin, id, keep)| {
            Box::pin(async move {
                if all {
                    tx.end_sessions(account, keep).await?;
                } else {
                    tx.end_session(id, account).await?;
                }
                tx.record_act("sessions.ended", account, origin, &serde_json::json!({ "all": all }), now).await
            })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    Ok(Flash::good(l.t("已退出所选的登录。", "The sessions have been signed out.")).to(l, "/account"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_have_names_and_strangers_keep_theirs() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0";
        assert_eq!(browser(Lang::Zh, edge), "Edge（Windows）");
        assert_eq!(
            browser(Lang::En, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
            "Firefox (Linux)"
        );
        assert_eq!(browser(Lang::Zh, "curl/8.14"), "curl/8.14");
    }
}
