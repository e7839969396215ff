//! `/admin/staff`: accounts of the authorities and of the platform, managed by the security
//! administrator.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use guosuo_case::Role;
use guosuo_store::accounts::{Account, AccountStatus, Organisation};

use crate::account::person::{Line, People, Person, answer, facts, role_choices};
use crate::account::{checks, people};
use crate::app::Cx;
use crate::error::Error;
use crate::web::Form;
use crate::web::components::Choice;
use crate::web::shell::Flash;

const BASE: &str = "/admin/staff";

async fn offices(cx: &Cx) -> Result<Vec<Organisation>, Error> {
    let mut found = cx.app.store.reader().await?.organisations(None, None).await?;
    found.retain(|o| !o.kind.registers_itself());
    Ok(found)
}

fn staff_roles() -> Vec<Role> {
    Role::ALL.into_iter().filter(|r| r.needs_second_factor()).collect()
}

async fn list_page(cx: &Cx, form: Form, link: Option<(String, String)>) -> Result<Response, Error> {
    let l = cx.l();
    let offices = offices(cx).await?;
    let mut rows = Vec::new();
    for o in &offices {
        let people = cx.app.store.reader().await?.accounts(&o.id).await?;
        rows.extend(people.iter().map(|a| Line::new(l, a, BASE, &o.name)));
    }
    let orgs = offices.iter().map(|o| Choice::new(o.id.clone(), o.name.clone())).collect();
    let shell = super::shell(cx, "staff", l.t("工作人员", "Staff")).for_form(&form);
    let lead = l.t(
        "主管部门和平台运行单位的账号。系统、安全、审计三种管理员必须由不同的人担任。",
        "Accounts of the authorities and of the platform. System, security and audit administrator are different people.",
    );
    let status = form.status();
    answer(status, &People { shell, l, form, lead, base: BASE, rows, orgs, roles: role_choices(l, &staff_roles()), link })
}

/// `GET /admin/staff`.
///
/// # Errors
/// When the store cannot be read.
pub async fn list(cx: Cx) -> Result<Response, Error> {
    list_page(&cx, Form::new(), None).await
}

/// `POST /admin/staff`: creates an account with an invitation, shown once.
///
/// # Errors
/// When the store fails.
pub async fn invite(cx: Cx, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    if let Some(again) = super::stale_factor(&cx, BASE) {
        return Ok(again.into_response());
    }
    let name = checks::line(&mut form, l, "name", l.t("填写姓名。", "Enter the name."));
    let login = checks::login(&mut form, l, "login");
    checks::mail(&mut form, l, "mail", false);
    checks::phone(&mut form, l, "phone", false);
    let Some(office) = offices(&cx).await?.into_iter().find(|o| o.id == form.value("org")) else {
        form.fail("org", l.t("选择机构。", "Choose the organisation."));
        return list_page(&cx, form, None).await;
    };
    if let Some(why) = people::incompatible(l, office.kind, &people::roles_of(&form)) {
        form.fail("roles", why);
    }
    if !form.ok() {
        return list_page(&cx, form, None).await;
    }
    let account = people::new_account(&form, &office.id, login, name.clone());
    match people::invite(&cx, account).await? {
        Ok(link) => list_page(&cx, Form::new(), Some((name, link))).await,
        Err(e) => {
            let Some((field, why)) = people::problem(l, &e) else { return Err(e.into()) };
            form.fail(field, why);
            list_page(&cx, form, None).await
        }
    }
}

/// An account of staff with its organisation; people of bodies are managed by their own
/// administrators and do not exist here.
async fn member(cx: &Cx, id: &str) -> Result<(Account, Organisation), Error> {
    let mut reader = cx.app.store.reader().await?;
    let account = reader.account(id).await?.ok_or(Error::NotFound)?;
    let office = reader.organisation(&account.org).await?.filter(|o| !o.kind.registers_itself()).ok_or(Error::NotFound)?;
    Ok((account, office))
}

/// The same for an act: not on oneself, and with a second factor shown lately.
async fn other(cx: &Cx, id: &str) -> Result<Result<(Account, Organisation), Response>, Error> {
    let found = member(cx, id).await?;
    if found.0.id == cx.actor()?.user.0 {
        return Err(Error::Forbidden);
    }
    Ok(match super::stale_factor(cx, &format!("{BASE}/{id}")) {
        Some(again) => Err(again.into_response()),
        None => Ok(found),
    })
}

async fn person_page(
    cx: &Cx,
    a: &Account,
    office: &Organisation,
    form: Option<Form>,
    link: Option<String>,
) -> Result<Response, Error> {
    let l = cx.l();
    let form = form.unwrap_or_else(|| Form::from_pairs(a.roles.iter().map(|r| ("roles".to_owned(), r.as_str().to_owned()))));
    let roles: Vec<Role> = Role::ALL.into_iter().filter(|r| r.org_kind() == office.kind).collect();
    let shell = super::shell(cx, "staff", a.name.clone()).crumb(BASE, l.t("工作人员", "Staff")).for_form(&form);
    let status: StatusCode = form.status();
    answer(
        status,
        &Person {
            shell,
            l,
            form,
            facts: facts(l, a, &office.name),
            base: format!("{BASE}/{}", a.id),
            roles: role_choices(l, &roles),
            own: a.id == cx.actor()?.user.0,
            disabled: a.status == AccountStatus::Disabled,
            can_reset: true,
            link,
        },
    )
}

/// `GET /admin/staff/{id}`.
///
/// # Errors
/// [`Error::NotFound`] for people of bodies.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let (a, office) = member(&cx, &id).await?;
    person_page(&cx, &a, &office, None, None).await
}

/// `POST /admin/staff/{id}/roles`.
///
/// # Errors
/// [`Error::Forbidden`] on oneself; as [`show`].
pub async fn roles(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let (a, office) = match other(&cx, &id).await? {
        Ok(found) => found,
        Err(again) => return Ok(again),
    };
    let roles = people::roles_of(&form);
    if let Some(why) = people::incompatible(l, office.kind, &roles) {
        form.fail("roles", why);
        return person_page(&cx, &a, &office, Some(form), None).await;
    }
    if let Err(e) = people::set_roles(&cx, office.kind, a.clone(), roles).await? {
        let Some((field, why)) = people::problem(l, &e) else { return Err(e.into()) };
        form.fail(field, why);
        return person_page(&cx, &a, &office, Some(form), None).await;
    }
    Ok(Flash::good(l.t("角色已修改，本人需要重新登录。", "The roles have been changed; the person signs in again.")).to(l, BASE))
}

/// `POST /admin/staff/{id}/status`: `enabled` = `yes` or `no`.
///
/// # Errors
/// As [`roles`].
pub async fn status(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let (a, office) = match other(&cx, &id).await? {
        Ok(found) => found,
        Err(again) => return Ok(again),
    };
    let enabled = form.has("enabled", "yes");
    if let Err(e) = people::set_status(&cx, office.kind, a.clone(), enabled).await? {
        let Some((_, why)) = people::problem(l, &e) else { return Err(e.into()) };
        form.fail("", why);
        return person_page(&cx, &a, &office, Some(form), None).await;
    }
    let told = if enabled {
        l.t("账号已恢复。", "The account can be used again.")
    } else {
        l.t("账号已停用，登录都已退出。", "The account is blocked and signed out.")
    };
    Ok(Flash::good(told).to(l, BASE))
}

/// `POST /admin/staff/{id}/link`: a new one-time link.
///
/// # Errors
/// As [`roles`]; [`Error::Conflict`] for a blocked account.
pub async fn link(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let (a, office) = match other(&cx, &id).await? {
        Ok(found) => found,
        Err(again) => return Ok(again),
    };
    if a.status == AccountStatus::Disabled {
        return Err(Error::Conflict);
    }
    let link = people::link(&cx, &a).await?;
    person_page(&cx, &a, &office, None, Some(link)).await
}

/// `POST /admin/staff/{id}/factor`: takes away the second factor of a lost telephone.
///
/// # Errors
/// As [`roles`].
pub async fn factor(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let (a, _) = match other(&cx, &id).await? {
        Ok(found) => found,
        Err(again) => return Ok(again),
    };
    people::reset_factor(&cx, &a).await?;
    Ok(Flash::good(l.t(
        "动态口令已重置，本人下次登录时重新设置。",
        "The one-time codes were reset; the person sets them up at the next sign-in.",
    ))
    .to(l, BASE))
}
