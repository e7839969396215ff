//! `/body/members`, `/processor/members`, `/verification/members`: the people of one's own organisation.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::{Actor, OrgKind, Role};
use guosuo_store::accounts::{Account, AccountStatus};

use super::person::{Line, People, Person, answer, facts, role_choices};
use super::{base_of, checks, front_of, people};
use crate::app::Cx;
use crate::error::Error;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};

/// The kind of one's own organisation and the address of its members. The page of another kind
/// does not exist.
fn place(cx: &Cx) -> Result<(OrgKind, String), Error> {
    let kind = cx.actor()?.org_kind;
    let base = format!("{}/members", base_of(kind));
    if cx.screen.path.starts_with(&base) { Ok((kind, base)) } else { Err(Error::NotFound) }
}

/// The roles that an administrator gives. Somebody of an office or representative acts by mandate
/// and nobody else does, so the two roles of a processor do not mix.
fn roles_of_kind(actor: &Actor) -> Vec<Role> {
    match actor.org_kind {
        OrgKind::Processor if actor.has(Role::Representative) => vec![Role::Representative, Role::PartyAdmin],
        OrgKind::Processor => vec![Role::Applicant, Role::PartyAdmin],
        kind => Role::ALL.into_iter().filter(|r| r.exists_in(kind)).collect(),
    }
}

/// Says why roles do not go together, or cannot be given here.
fn unfit(l: Lang, actor: &Actor, roles: &BTreeSet<Role>) -> Option<&'static str> {
    if let Some(why) = people::incompatible(l, actor.org_kind, roles) {
        return Some(why);
    }
    let mine = roles_of_kind(actor);
    roles
        .iter()
        .any(|r| !mine.contains(r))
        .then(|| l.t("所选角色不属于这个单位。", "The roles do not exist in this organisation."))
}

async fn list_page(cx: &Cx, form: Form, link: Option<(String, String)>) -> Result<Response, Error> {
    let l = cx.l();
    let signed = cx.signed()?;
    let (kind, base) = place(cx)?;
    let found = cx.app.store.reader().await?.accounts(signed.actor.org.as_str()).await?;
    let rows = found.iter().map(|a| Line::new(l, a, &base, "")).collect();
    let shell = Shell::new(&cx.screen, front_of(kind), l.t("成员和角色", "Members and roles"))
        .at("organisation")
        .crumb(&format!("{}/organisation", base_of(kind)), l.t("本机构", "Organisation"))
        .for_form(&form);
    let lead = l.t("同一机构的成员共用草稿和消息。用一次性链接邀请，对方自己设置密码。", "Members of an organisation share its drafts and messages. People are invited by a one-time link and choose their own password.");
    let status = form.status();
    let roles = role_choices(l, &roles_of_kind(&signed.actor));
    answer(status, &People { shell, l, form, lead, base: &base, rows, orgs: Vec::new(), roles, link })
}

/// `GET /body/members`.
///
/// # Errors
/// When the store cannot be read.
pub async fn list(cx: Cx) -> Result<Response, Error> {
    let first = roles_of_kind(cx.actor()?).first().map(|r| r.as_str()).unwrap_or_default();
    list_page(&cx, Form::new().with("roles", first), None).await
}

/// `POST /body/members`: invites somebody; the link is shown once.
///
/// # Errors
/// When the store fails.
pub async fn invite(cx: Cx, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let name = checks::line(&mut form, l, "name", l.t("填写姓名。", "Enter the name."));
    let login = checks::login(&mut form, l, "login");
    checks::mail(&mut form, l, "mail", false);
    checks::phone(&mut form, l, "phone", false);
    if let Some(why) = unfit(l, cx.actor()?, &people::roles_of(&form)) {
        form.fail("roles", why);
    }
    if !form.ok() {
        return list_page(&cx, form, None).await;
    }
    let account = people::new_account(&form, cx.actor()?.org.as_str(), login, name.clone());
    match people::invite(&cx, account).await? {
        Ok(link) => list_page(&cx, Form::new(), Some((name, link))).await,
        Err(e) => {
            let Some((field, why)) = people::problem(l, &e) else { return Err(e.into()) };
            form.fail(field, why);
            list_page(&cx, form, None).await
        }
    }
}

/// A member of one's own organisation; others do not exist here.
async fn member(cx: &Cx, id: &str) -> Result<Account, Error> {
    let found = cx.app.store.reader().await?.account(id).await?;
    found.filter(|a| a.org == cx.signed.as_ref().map(|s| s.actor.org.0.as_str()).unwrap_or_default()).ok_or(Error::NotFound)
}

async fn person_page(cx: &Cx, a: &Account, form: Option<Form>, link: Option<String>) -> Result<Response, Error> {
    let l = cx.l();
    let signed = cx.signed()?;
    let form = form.unwrap_or_else(|| Form::from_pairs(a.roles.iter().map(|r| ("roles".to_owned(), r.as_str().to_owned()))));
    let (kind, base) = place(cx)?;
    let shell = Shell::new(&cx.screen, front_of(kind), a.name.clone())
        .at("organisation")
        .crumb(&base, l.t("成员", "Members"))
        .for_form(&form);
    let status: StatusCode = form.status();
    answer(
        status,
        &Person {
            shell,
            l,
            form,
            facts: facts(l, a, &signed.org_name),
            base: format!("{base}/{}", a.id),
            roles: role_choices(l, &roles_of_kind(&signed.actor)),
            // Changing oneself is allowed as long as another administrator remains.
            own: false,
            disabled: a.status == AccountStatus::Disabled,
            can_reset: false,
            link,
        },
    )
}

/// `GET /body/members/{id}`.
///
/// # Errors
/// [`Error::NotFound`] for people of other organisations.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let a = member(&cx, &id).await?;
    person_page(&cx, &a, None, None).await
}

/// `POST /body/members/{id}/roles`.
///
/// # Errors
/// As [`show`]; when the store fails.
pub async fn roles(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let a = member(&cx, &id).await?;
    let roles = people::roles_of(&form);
    let (kind, base) = place(&cx)?;
    if let Some(why) = unfit(l, cx.actor()?, &roles) {
        form.fail("roles", why);
        return person_page(&cx, &a, Some(form), None).await;
    }
    if let Err(e) = people::set_roles(&cx, kind, a.clone(), roles).await? {
        let Some((field, why)) = people::problem(l, &e) else { return Err(e.into()) };
        form.fail(field, why);
        return person_page(&cx, &a, Some(form), None).await;
    }
    Ok(Flash::good(l.t("角色已修改，本人需要重新登录。", "The roles have been changed; the person signs in again.")).to(l, &base))
}

/// `POST /body/members/{id}/status`: `enabled` = `yes` or `no`.
///
/// # Errors
/// As [`roles`].
pub async fn status(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let a = member(&cx, &id).await?;
    let enabled = form.has("enabled", "yes");
    let (kind, base) = place(&cx)?;
    if let Err(e) = people::set_status(&cx, kind, a.clone(), enabled).await? {
        let Some((_, why)) = people::problem(l, &e) else { return Err(e.into()) };
        form.fail("", why);
        return person_page(&cx, &a, Some(form), None).await;
    }
    let told = if enabled {
        l.t("账号已恢复。", "The account can be used again.")
    } else {
        l.t("账号已停用，登录都已退出。", "The account is blocked and signed out.")
    };
    Ok(Flash::good(told).to(l, &base))
}

/// `POST /body/members/{id}/link`: a new one-time link.
///
/// # Errors
/// As [`roles`].
pub async fn link(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let a = member(&cx, &id).await?;
    if a.status == AccountStatus::Disabled {
        return Err(Error::Conflict);
    }
    let link = people::link(&cx, &a).await?;
    person_page(&cx, &a, None, Some(link)).await
}
