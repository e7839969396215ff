//! `…/applications/{id}/audit`: the on-site audit, clause by clause (R37 4.3).

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::certification::{Action, Command, Finding, Reason, permit};
use guosuo_case::{Refusal, RefusalCode};
use guosuo_store::new_id;
use serde::Deserialize;

use super::acts::grade_of;
use super::ask::{Ask, version_field};
use super::checklists::{self, Known};
use super::desk::{self, Desk, Room};
use super::papers::{self, Sent};
use super::view;
use crate::app::Cx;
use crate::authority::idem;
use crate::error::{Error, refusal_status};
use crate::router::encode;
use crate::web::components::{Choice, Fact, Link, Tone};
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;
use guosuo_case::certification::Grade;

/// A clause of a checklist as the table shows it.
struct Line {
    clause: String,
    title: String,
    href: String,
    grade: (&'static str, Tone),
    statement: String,
    evidence: Vec<Fact>,
    by: String,
    current: bool,
}

/// A checklist.
struct Table {
    name: String,
    done: usize,
    note: &'static str,
    lines: Vec<Line>,
}

/// The clause that is being audited.
struct Now {
    key: String,
    title: String,
    requirement: String,
    evidence: String,
}

#[derive(Template)]
#[template(path = "workbench/audit.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    path: String,
    case: String,
    about: String,
    tables: Vec<Table>,
    done: usize,
    all: usize,
    now: Option<Now>,
    /// Why nothing can be recorded now; empty where it can.
    refused: String,
    instead: Vec<Link>,
    grades: Vec<Choice>,
    files: Ask,
    version_id: String,
    version: u64,
    idem: String,
}

/// Which clause a page is about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    clause: String,
}

fn tone(g: Grade) -> Tone {
    match g {
        Grade::Conforming => Tone::Ok,
        Grade::NotApplicable => Tone::Mute,
        Grade::Minor => Tone::Warn,
        Grade::Major => Tone::Late,
    }
}

fn evidence_ask(l: Lang) -> Ask {
    Ask::files(l, "evidence", l.t("证据", "Evidence"), true).optional()
}

/// The clause asked for, else the first without a finding.
fn which(d: &Desk, asked: &str) -> String {
    let plan = d.app.plan.as_ref();
    if plan.is_some_and(|p| p.clauses().any(|c| c == asked)) {
        return asked.to_owned();
    }
    d.app.open_clauses().into_iter().next().unwrap_or_default()
}

async fn page(
    cx: &Cx,
    d: &Desk,
    asked: &str,
    form: Option<Form>,
    refused: Option<&Refusal>,
    status: StatusCode,
) -> Result<Response, Error> {
    let l = cx.l();
    let plan = d.app.plan.as_ref().ok_or(Error::NotFound)?;
    let known = checklists::all(cx).await?;
    let here = papers::here(cx, &d.id).await?;
    let findings = d.app.audit.as_ref().map(|a| &a.findings);
    let clause = if refused.is_none() { which(d, asked) } else { String::new() };
    let base = d.path("");
    let finding = |key: &str| findings.and_then(|f| f.get(key));
    let tables: Vec<Table> = plan
        .checklists
        .iter()
        .map(|c| {
            // Words only from the very list that the plan fixed.
            let words = known.iter().find(|k| k.list.standard() == c.standard && k.sha256 == c.sha256);
            let lines: Vec<Line> = c
                .clauses
                .iter()
                .map(|number| line(l, d, number, &c.key(number), finding(&c.key(number)), words, &clause, &base, &here))
                .collect();
            Table {
                name: words::workbench::standard(&c.standard),
                done: c.clauses.iter().filter(|n| finding(&c.key(n)).is_some()).count(),
                note: if words.is_none() {
                    l.t(
                        "检查表已换版：这件案件仍按方案确定的版本，只显示条款编号。",
                        "The list was replaced; this case stays on the one of its plan, by numbers only.",
                    )
                } else {
                    ""
                },
                lines,
            }
        })
        .collect();
    let now = (!clause.is_empty()).then(|| {
        let of = plan.checklists.iter().flat_map(|c| c.clauses.iter().map(move |n| (c, n))).find(|(c, n)| c.key(n) == clause);
        let w = of.and_then(|(c, n)| {
            known.iter().find(|k| k.list.standard() == c.standard && k.sha256 == c.sha256).and_then(|k| k.list.words.get(n))
        });
        let w = w.cloned().unwrap_or_default();
        Now { key: clause.clone(), title: w.title, requirement: w.requirement, evidence: w.evidence }
    });
    let form = form.unwrap_or_else(|| begin(finding(&clause)));
    let title = words::workbench::action(l, Action::AuditClause);
    let (done, all) = (findings.map_or(0, std::collections::BTreeMap::len), plan.clauses().count());
    let page = Page {
        shell: d.shell_below(cx, title).for_form(&form),
        l,
        path: l.href(d.path("audit")),
        case: l.href(d.path("")),
        about: format!("{} {}", d.app.processor.name, d.number()),
        tables,
        done,
        all,
        now,
        refused: refused.map(|r| words::refusal(l, r)).unwrap_or_default(),
        instead: d.links(l),
        grades: words::workbench::GRADES.iter().map(|(name, g)| Choice::new(*name, words::workbench::grade(l, *g))).collect(),
        files: evidence_ask(l).with_kept(&form),
        version_id: version_field("evidence"),
        version: d.version,
        idem: new_id(),
        form,
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// The form as it begins: the finding that stands, to be replaced.
fn begin(finding: Option<&Finding>) -> Form {
    let Some(f) = finding else { return Form::new() };
    let grade = words::workbench::GRADES.iter().find(|(_, g)| *g == f.grade).map_or("", |(n, _)| n);
    Form::new().with("grade", grade).with("statement", f.statement.clone())
}

#[expect(clippy::too_many_arguments, reason = "one row of a table with what it is read against")]
fn line(
    l: Lang,
    d: &Desk,
    number: &str,
    key: &str,
    finding: Option<&Finding>,
    known: Option<&Known>,
    current: &str,
    base: &str,
    here: &std::collections::BTreeSet<String>,
) -> Line {
    let title = known.and_then(|k| k.list.words.get(number)).map(|w| w.title.clone()).unwrap_or_default();
    Line {
        clause: number.to_owned(),
        title,
        href: l.href(format!("{}?clause={}", d.path("audit"), encode(key))),
        grade: finding.map_or((l.t("待审核", "Open"), Tone::Mute), |f| (words::workbench::grade(l, f.grade), tone(f.grade))),
        statement: finding.map(|f| f.statement.clone()).unwrap_or_default(),
        evidence: finding
            .iter()
            .flat_map(|f| f.evidence.iter())
            .map(|e| view::document(l, l.t("证据", "Evidence"), e, base, here))
            .collect(),
        by: finding.map(|f| f.by.name.clone()).unwrap_or_default(),
        current: key == current,
    }
}

/// `GET …/applications/{id}/audit`.
///
/// # Errors
/// [`Error::NotFound`] for a case that is not for this person, or without a plan.
pub async fn show(cx: Cx, Path(id): Path<String>, Query(q): Query<Which>) -> Result<Response, Error> {
    let d = desk::load(&cx, &id).await?;
    if d.room != Room::Body {
        return Err(Error::NotFound);
    }
    let actor = cx.actor()?;
    d.open(actor)?;
    match permit(Some(&d.app), Action::AuditClause, actor, &d.facts, cx.now) {
        Ok(()) => page(&cx, &d, &q.clause, None, None, StatusCode::OK).await,
        Err(r) => page(&cx, &d, "", None, Some(&r), StatusCode::OK).await,
    }
}

/// The command that the answers make; errors stand at their fields, and then there is none.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn command(cx: &Cx, id: &str, d: &Desk, form: &mut Form) -> Result<Option<Command>, Error> {
    let clause = form.trimmed("clause").to_owned();
    let grade = grade_of(form.value("grade"));
    if grade.is_none() {
        form.fail("grade", cx.l().t("选一个审核结论。", "Choose a finding."));
    }
    let (Some(grade), true) = (grade, form.ok()) else { return Ok(None) };
    let mut evidence = papers::declared(cx, id, form, "evidence").await?;
    if evidence.is_empty() {
        // What proved the finding before goes on proving it, unless something else was sent.
        let before = d.app.audit.as_ref().and_then(|a| a.findings.get(&clause));
        evidence = before.map(|f| f.evidence.clone()).unwrap_or_default();
    }
    let statement = form.trimmed("statement").to_owned();
    Ok(Some(Command::AuditClause { clause, grade, statement, evidence }))
}

/// `POST …/applications/{id}/audit`: the finding on a clause.
///
/// # Errors
/// As [`show`]; a refusal is shown on the page, with everything typed.
pub async fn submit(cx: Cx, Path(id): Path<String>, sent: Sent) -> Result<Response, Error> {
    let l = cx.l();
    let d = desk::load(&cx, &id).await?;
    let clause = sent.form.trimmed("clause").to_owned();
    if let Err(r) = permit(Some(&d.app), Action::AuditClause, cx.actor()?, &d.facts, cx.now) {
        if d.app.plan.is_none() || d.room != Room::Body || d.open(cx.actor()?).is_err() {
            return Err(r.into());
        }
        return page(&cx, &d, "", Some(sent.form), Some(&r), refusal_status(&r)).await;
    }
    let mut form = papers::keep(&cx, &id, &[evidence_ask(l)], sent).await?;
    let Some(command) = command(&cx, &id, &d, &mut form).await? else {
        return page(&cx, &d, &clause, Some(form), None, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let Command::AuditClause { grade, statement, evidence, .. } = &command else { return Err(Error::Malformed("act")) };
    let (grade, statement) = (*grade, statement.clone());
    let digests: Vec<String> = evidence.iter().map(|e| e.sha256.clone()).collect();
    let key = idem(&form, &[&id, &clause, form.value("grade"), &statement, &digests.join(",")]);
    match desk::act(&cx, &id, command, None, key).await {
        Ok(Ok(done)) => {
            let said = l.pick(
                format!("条款{clause}：{}。", words::workbench::grade(l, grade)),
                format!("Clause {clause}: {}.", words::workbench::grade(l, grade)),
            );
            let open = done.state.open_clauses();
            let all: Vec<String> = done.state.plan.iter().flat_map(|p| p.clauses().collect::<Vec<_>>()).collect();
            let after = all.iter().skip_while(|c| **c != clause).skip(1).find(|c| open.contains(c)).or_else(|| open.first());
            let to = after.map_or_else(|| d.path("audit"), |c| format!("{}?clause={}", d.path("audit"), encode(c)));
            Ok(Flash::good(said).to(l, &to))
        }
        Ok(Err(r)) => {
            let field = match &r.code {
                RefusalCode::TextNeeded => "statement",
                RefusalCode::Certification { reason } if **reason == Reason::DocumentIncomplete => "evidence",
                _ => "",
            };
            form.fail(field, words::refusal(l, &r));
            page(&cx, &d, &clause, Some(form), None, refusal_status(&r)).await
        }
        Err(e) => Err(e),
    }
}
