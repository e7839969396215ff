//! The three administrators, who exclude one another: the system administrator runs the
//! platform, the security administrator manages the accounts of staff, the audit
//! administrator reads the record. None of them reaches a case.

pub mod calendar;
pub mod ledger;
pub mod settings;
pub mod staff;
pub mod system;

use axum::response::Redirect;
use guosuo_case::{Object, Right, Role, allow};
use jiff::SignedDuration;

use crate::app::Cx;
use crate::error::Error;
use crate::router::{Routes, encode};
use crate::web::{Front, Shell};

/// The addresses of this room.
pub fn routes(r: Routes) -> Routes {
    r.get("/admin", Right::OwnAccount, home)
        .get("/admin/system", Right::SystemOperate, system::show)
        .post("/admin/system/jobs/{id}", Right::SystemOperate, system::retry)
        .get("/admin/calendar", Right::CalendarImport, calendar::show)
        .post("/admin/calendar", Right::CalendarImport, calendar::preview)
        .post("/admin/calendar/import", Right::CalendarImport, calendar::import)
        .get("/admin/staff", Right::StaffManage, staff::list)
        .post("/admin/staff", Right::StaffManage, staff::invite)
        .get("/admin/staff/{id}", Right::StaffManage, staff::show)
        .post("/admin/staff/{id}/roles", Right::StaffManage, staff::roles)
        .post("/admin/staff/{id}/status", Right::StaffManage, staff::status)
        .post("/admin/staff/{id}/link", Right::StaffManage, staff::link)
        .post("/admin/staff/{id}/factor", Right::StaffManage, staff::factor)
        .get("/admin/ledger", Right::LedgerRead, ledger::list)
        .get("/admin/ledger.csv", Right::LedgerRead, ledger::csv)
        .get("/admin/ledger/{seq}", Right::LedgerRead, ledger::show)
}

/// `GET /admin`: leads each administrator to the own page.
///
/// # Errors
/// [`Error::Forbidden`] for everybody else.
pub async fn home(cx: Cx) -> Result<Redirect, Error> {
    let actor = cx.actor()?;
    let page = if actor.has(Role::SystemAdmin) {
        "/admin/system"
    } else if actor.has(Role::SecurityAdmin) {
        "/admin/staff"
    } else if actor.has(Role::AuditAdmin) {
        "/admin/ledger"
    } else {
        return Err(Error::Forbidden);
    };
    Ok(Redirect::to(&cx.l().href(page)))
}

/// The frame of an administrator's page: only the channels that this administrator can open.
pub(crate) fn shell(cx: &Cx, key: &str, title: impl Into<String>) -> Shell {
    let mut shell = Shell::new(&cx.screen, Front::Admin, title).at(key);
    let actor = cx.signed.as_ref().map(|s| &*s.actor);
    let l = cx.l();
    for (path, right) in [
        ("/admin/system", Right::SystemOperate),
        ("/admin/calendar", Right::CalendarImport),
        ("/admin/staff", Right::StaffManage),
        ("/admin/ledger", Right::LedgerRead),
    ] {
        if !allow(actor, right, &Object::None) {
            let hidden = l.href(path);
            shell.nav.retain(|n| n.href != hidden);
        }
    }
    shell
}

/// Acts on accounts and on the calendar want a second factor that was shown lately. Gives the
/// redirect to where it is shown again, when it was not.
pub(crate) fn stale_factor(cx: &Cx, back: &str) -> Option<Redirect> {
    let fresh = SignedDuration::from_mins(cx.app.config.filing.fresh_factor_minutes);
    let shown = cx.signed.as_ref().and_then(|s| s.actor.second_factor_at);
    if shown.is_some_and(|t| cx.now.duration_since(t) <= fresh) {
        return None;
    }
    Some(Redirect::to(&cx.l().href(format!("/sign-in/again?next={}", encode(back)))))
}
