//! `…/applications/{id}/plan`: the certification plan 认证方案 (R37 4.1).

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::certification::{Action, Command, People, Plan, PlanFault, Reason, permit};
use guosuo_case::{OrgKind, Refusal, RefusalCode, Role};
use guosuo_store::accounts::{AccountStatus, OrgStatus};
use guosuo_store::new_id;

use super::ask::read_number;
use super::checklists::{self, Known};
use super::desk::{self, Desk};
use super::view;
use crate::app::Cx;
use crate::authority::idem;
use crate::error::{Error, refusal_status};
use crate::web::components::{Choice, Fact, Link};
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "workbench/plan.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    path: String,
    case: String,
    about: String,
    refused: String,
    instead: Vec<Link>,
    labs: Vec<Choice>,
    team: Vec<Choice>,
    off_roster: usize,
    lists: Vec<Choice>,
    unverified: bool,
    scope: Vec<Fact>,
    again: bool,
    version: u64,
    idem: String,
}

fn list_choice(l: Lang, k: &Known) -> Choice {
    let (name, n) = (words::workbench::standard(&k.list.standard()), k.list.clauses().count());
    let label = l.pick(format!("{name}（{n}条）"), format!("{name} ({n} clauses)"));
    let whose = if k.own {
        l.t("本机构提供的检查表", "the operator's list")
    } else {
        l.t("内置条款编号", "built-in clause numbers")
    };
    let digest = k.sha256.get(..12).unwrap_or_default();
    let hint = if k.list.verified {
        format!("{whose} SHA-256 {digest}…")
    } else {
        l.pick(
            format!("{whose}，编号没有与标准原文核对过。持有标准的机构应当提供完整检查表。SHA-256 {digest}…"),
            format!("{whose}, numbers not compared with the standard. Whoever holds the standard supplies the whole list. SHA-256 {digest}…"),
        )
    };
    Choice::new(k.list.number.clone(), label).hint(hint)
}

/// The form as it begins: from the plan that stands, or from the scope.
fn begin(d: &Desk, lists: &[Known]) -> Form {
    let mut form = Form::new();
    let scope = &d.app.dossier.form.scope;
    let (kinds, people) = match &d.app.plan {
        Some(p) => (p.kinds.clone(), p.people),
        None => (scope.kinds.iter().map(|k| k.name.clone()).collect(), scope.people),
    };
    form.set("kinds", kinds.join("\n"));
    form.set("non_sensitive", people.non_sensitive.to_string());
    form.set("sensitive", people.sensitive.to_string());
    if let Some(p) = &d.app.plan {
        form.set("processing", p.processing.clone());
        form.set("verification_body", p.verification_body.0.clone());
        form.set("man_days", p.man_days.to_string());
        for user in &p.team {
            form.push("team", user.0.clone());
        }
    }
    for k in lists {
        form.push("lists", k.list.number.clone());
    }
    form
}

async fn page(cx: &Cx, d: &Desk, form: Option<Form>, refused: Option<&Refusal>, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let lists = checklists::of_basis(cx, &d.app.basis).await?;
    let mut reader = cx.app.store.reader().await?;
    let labs = reader.organisations(Some(OrgKind::VerificationBody), Some(OrgStatus::Active)).await?;
    let body = d.app.body().map(|b| b.0.clone()).unwrap_or_default();
    let auditors: Vec<_> = reader
        .accounts(&body)
        .await?
        .into_iter()
        .filter(|a| a.status == AccountStatus::Active && a.roles.contains(&Role::Auditor))
        .collect();
    drop(reader);
    let form = form.unwrap_or_else(|| begin(d, &lists));
    let (on, off): (Vec<_>, Vec<_>) = auditors.into_iter().partition(|a| d.facts.roster.contains(&a.id.as_str().into()));
    let title = words::workbench::action(l, Action::MakePlan);
    let mut choices = vec![Choice::new("", l.t("请选择", "Choose"))];
    choices.extend(labs.into_iter().map(|o| Choice::new(o.id, o.name)));
    let page = Page {
        shell: d.shell_below(cx, title).for_form(&form),
        l,
        path: l.href(d.path("plan")),
        case: l.href(d.path("")),
        about: format!("{} {}", d.app.processor.name, d.number()),
        refused: refused.map(|r| words::refusal(l, r)).unwrap_or_default(),
        instead: d.links(l),
        labs: choices,
        team: on.into_iter().map(|a| Choice::new(a.id, a.name)).collect(),
        off_roster: off.len(),
        unverified: lists.iter().any(|k| !k.list.verified),
        lists: lists.iter().map(|k| list_choice(l, k)).collect(),
        scope: super::case::scope_facts(l, &d.app.dossier.form.scope),
        again: d.app.plan.is_some(),
        version: d.version,
        idem: new_id(),
        form,
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// `GET …/applications/{id}/plan`.
///
/// # Errors
/// [`Error::NotFound`] for a case that is not for this person.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let d = desk::load(&cx, &id).await?;
    match permit(Some(&d.app), Action::MakePlan, cx.actor()?, &d.facts, cx.now) {
        Ok(()) => page(&cx, &d, None, None, StatusCode::OK).await,
        Err(r) => page(&cx, &d, None, Some(&r), refusal_status(&r)).await,
    }
}

fn people(l: Lang, form: &mut Form, field: &'static str) -> u64 {
    let text: String = form.trimmed(field).chars().filter(|c| *c != ',' && *c != '，').collect();
    match text.parse() {
        Ok(n) => n,
        Err(_) if text.is_empty() => 0,
        Err(_) => {
            form.fail(field, l.t("人数填整数。", "Enter a whole number."));
            0
        }
    }
}

fn field_of(r: &Refusal) -> &'static str {
    match &r.code {
        RefusalCode::Certification { reason } => match **reason {
            Reason::PlanUnfit { what: PlanFault::VerificationBody } => "verification_body",
            Reason::PlanUnfit { what: PlanFault::Team } | Reason::NotOnRoster { .. } => "team",
            Reason::PlanUnfit { what: PlanFault::ManDays } => "man_days",
            Reason::PlanUnfit { what: PlanFault::Checklists } => "lists",
            Reason::PlanUnfit { what: PlanFault::Kinds } => "kinds",
            _ => "",
        },
        _ => "",
    }
}

/// The command that the answers make; errors stand at their fields, and then there is none.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn command(cx: &Cx, d: &Desk, form: &mut Form) -> Result<Option<Command>, Error> {
    let l = cx.l();
    let known = checklists::of_basis(cx, &d.app.basis).await?;
    let (non_sensitive, sensitive) = (people(l, form, "non_sensitive"), people(l, form, "sensitive"));
    let man_days = read_number(l, form, "man_days");
    let processing = form.require("processing", l.t("写明处理活动的范围。", "Say what processing is covered."));
    let lab = form.require("verification_body", l.t("选择技术验证机构。", "Choose the verification body."));
    let exists = cx.app.store.organisation(&lab).await?.is_some_and(|o| o.kind == OrgKind::VerificationBody);
    if !lab.is_empty() && !exists {
        form.fail(
            "verification_body",
            l.t("没有这家技术验证机构，从列表里选。", "There is no such verification body; choose from the list."),
        );
    }
    if !form.ok() {
        return Ok(None);
    }
    let plan = Plan {
        kinds: form.value("kinds").lines().map(str::trim).filter(|k| !k.is_empty()).map(str::to_owned).collect(),
        people: People { non_sensitive, sensitive },
        processing,
        verification_body: lab.into(),
        team: form.values("team").iter().map(|u| u.as_str().into()).collect(),
        man_days,
        checklists: known.iter().filter(|k| form.has("lists", &k.list.number)).map(Known::fixed).collect(),
    };
    Ok(Some(Command::MakePlan { plan: Box::new(plan) }))
}

/// `POST …/applications/{id}/plan`.
///
/// # Errors
/// As [`show`]; a refusal is shown on the page, with everything typed.
pub async fn submit(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let d = desk::load(&cx, &id).await?;
    if let Err(r) = permit(Some(&d.app), Action::MakePlan, cx.actor()?, &d.facts, cx.now) {
        return page(&cx, &d, Some(form), Some(&r), refusal_status(&r)).await;
    }
    let Some(command) = command(&cx, &d, &mut form).await? else {
        return page(&cx, &d, Some(form), None, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let typed: Vec<String> = form.pairs().filter(|(n, _)| *n != "idem").map(|(n, v)| format!("{n}={v}")).collect();
    let parts: Vec<&str> = [id.as_str(), "plan"].into_iter().chain(typed.iter().map(String::as_str)).collect();
    let (key, expected) = (idem(&form, &parts), form.value("version").parse().ok());
    match desk::act(&cx, &id, command, expected, key).await {
        Ok(Ok(_)) => Ok(Flash::good(
            l.t("认证方案已确定，并通知技术验证机构。", "The plan stands, and the verification body has been told."),
        )
        .to(l, &d.path(""))),
        Ok(Err(r)) => {
            form.fail(field_of(&r), words::refusal(l, &r));
            page(&cx, &d, Some(form), None, refusal_status(&r)).await
        }
        Err(Error::Conflict) => {
            let d = desk::load(&cx, &id).await?;
            form.fail("", view::moved_on(l));
            page(&cx, &d, Some(form), None, StatusCode::CONFLICT).await
        }
        Err(e) => Err(e),
    }
}
