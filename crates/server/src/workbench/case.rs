//! `…/applications/{id}`: one application with everything that is known and all that can be done.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::certification::{Action, Application, DocRef, Grade, LegalBasis, Nonconformity};
use guosuo_rules::basis::Edition;
use guosuo_rules::time::cst_date;

use super::acts::nc_name;
use super::desk::{self, Desk, Room};
use super::view::{self, Times, by, document};
use super::{letters, papers};
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::{ClockView, Fact, Happening, Link, Step, Tone};
use crate::web::{Lang, Shell};
use crate::words;

/// One nonconformity with the chain of its dates.
pub(super) struct NcLine {
    pub(super) name: String,
    pub(super) statement: String,
    pub(super) stage: (&'static str, Tone),
    /// Each date of the chain: what, and the day or nothing.
    pub(super) dates: Vec<(&'static str, String)>,
    pub(super) action: String,
    pub(super) evidence: Vec<Fact>,
    pub(super) link: Option<Link>,
}

/// A panel of facts.
struct Panel {
    id: &'static str,
    title: &'static str,
    chip: Option<(String, Tone)>,
    facts: Vec<Fact>,
    link: Option<Link>,
}

#[derive(Template)]
#[template(path = "workbench/case.html")]
struct Page {
    shell: Shell,
    l: Lang,
    name: String,
    number: String,
    state: (&'static str, Tone),
    purpose: &'static str,
    actions: Vec<Link>,
    more: Vec<Link>,
    steps: Vec<Step>,
    news: Vec<(Tone, String, String)>,
    ncs: Vec<NcLine>,
    panels: Vec<Panel>,
    blocked: Vec<(&'static str, String)>,
    clock: ClockView,
    limit: String,
    facts: Vec<Fact>,
    people: Vec<(String, String, Tone)>,
    history: Vec<Happening>,
}

/// Before somebody may open the case: who the parties are, and the declaration.
#[derive(Template)]
#[template(path = "workbench/gate.html")]
struct Gate {
    shell: Shell,
    l: Lang,
    state: (&'static str, Tone),
    why: String,
    facts: Vec<Fact>,
    declare: Option<Link>,
}

/// The chain of dates of a nonconformity (R37 4.4).
pub(super) fn nc_line(l: Lang, n: &Nonconformity, base: &str, here: &BTreeSet<String>, link: Option<Link>) -> NcLine {
    let day = |d: Option<jiff::civil::Date>| d.map(|d| l.day(d).words).unwrap_or_default();
    NcLine {
        name: nc_name(l, n),
        statement: n.statement.clone(),
        stage: (words::workbench::nc_stage(l, n.stage), view::nc_tone(n.stage)),
        dates: vec![
            (l.t("确定", "Found"), day(Some(n.determined_on))),
            (l.t("提出纠正", "Proposed"), day(n.proposed_on)),
            (l.t("计划完成", "Planned for"), day(n.planned_for)),
            (l.t("同意", "Approved"), day(n.approved_on)),
            (l.t("开始", "Begun"), day(n.started_on)),
            (l.t("完成", "Completed"), day(n.done_on)),
            (l.t("验证", "Judged"), day(n.judged_on)),
        ],
        action: n.action.clone(),
        evidence: n.evidence.iter().map(|d| document(l, l.t("证据", "Evidence"), d, base, here)).collect(),
        link,
    }
}

/// The documents of a case that a side may open. What was found against the applicant and reported
/// to the authorities (M 11) stays with the body; the audit is no business of the verification body.
fn documents(a: &Application, room: Room) -> Vec<&DocRef> {
    let form = &a.dossier.form;
    let mut out: Vec<&DocRef> = Vec::new();
    out.extend(a.dossier.mandate.iter().map(|m| &m.document));
    out.extend(form.eligibility.iter().flat_map(|e| &e.evidence));
    out.extend(form.impact.iter().map(|i| &i.document));
    out.extend(form.notice.iter());
    if let Some(LegalBasis::Consent { document }) = &form.legal_basis {
        out.push(document);
    }
    out.extend(a.verification.iter().map(|v| &v.report));
    if room == Room::Verification {
        return out;
    }
    out.extend(a.audit.iter().filter_map(|x| x.report.as_ref()));
    out.extend(a.nonconformities.iter().flat_map(|n| &n.evidence));
    if room == Room::Body {
        out.extend(a.audit.iter().flat_map(|x| x.findings.values()).flat_map(|f| &f.evidence));
        out.extend(a.violations.iter().flat_map(|v| &v.evidence));
    }
    out
}

fn plan_panel(l: Lang, d: &Desk, names: &[(String, String)], labs: &[(String, String)]) -> Option<Panel> {
    let p = d.app.plan.as_ref()?;
    let of = |list: &[(String, String)], id: &str| {
        list.iter().find(|(x, _)| x == id).map_or_else(|| id.to_owned(), |(_, n)| n.clone())
    };
    let comma = l.t("、", ", ");
    let team: Vec<_> = p.team.iter().map(|u| of(names, u.as_str())).collect();
    let lists: Vec<_> = p
        .checklists
        .iter()
        .map(|c| {
            let (name, n) = (words::workbench::standard(&c.standard), c.clauses.len());
            l.pick(format!("{name}（{n}条）"), format!("{name} ({n} clauses)"))
        })
        .collect();
    let facts = vec![
        Fact::new(l.t("个人信息种类", "Kinds"), p.kinds.join(comma)),
        Fact::new(
            l.t("人数", "People"),
            l.pick(
                format!("{}，其中敏感个人信息{}", many(l, p.people.non_sensitive), many(l, p.people.sensitive)),
                format!("{} non-sensitive, {} sensitive", many(l, p.people.non_sensitive), many(l, p.people.sensitive)),
            ),
        ),
        Fact::new(l.t("处理活动范围", "Processing"), p.processing.clone()),
        Fact::new(l.t("技术验证机构", "Verification body"), of(labs, p.verification_body.as_str())),
        Fact::new(l.t("审核组", "Team"), team.join(comma)),
        Fact::new(l.t("审核人日", "Man-days"), p.man_days.to_string()),
        Fact::new(l.t("检查表", "Checklists"), lists.join(comma)),
    ];
    Some(Panel { id: "plan", title: l.t("认证方案", "Plan"), chip: None, facts, link: None })
}

fn verification_panel(l: Lang, d: &Desk, here: &BTreeSet<String>) -> Option<Panel> {
    let v = d.app.verification.as_ref()?;
    let mut facts = vec![
        document(l, l.t("验证报告", "Report"), &v.report, &d.path(""), here),
        Fact::new(l.t("签署", "Signed"), by(l, &v.by, v.at)),
    ];
    let checked = v.checked_by.as_ref().map_or_else(|| l.t("待复核", "To be checked").to_owned(), |b| b.name.clone());
    facts.push(Fact::new(l.t("复核", "Checked by"), checked));
    let chip = if v.conforming {
        (l.t("符合", "Conforming").to_owned(), Tone::Ok)
    } else {
        (l.t("不符合", "Not conforming").to_owned(), Tone::Late)
    };
    Some(Panel { id: "verification", title: l.t("技术验证", "Technical verification"), chip: Some(chip), facts, link: None })
}

fn audit_panel(l: Lang, d: &Desk, here: &BTreeSet<String>) -> Option<Panel> {
    let a = d.app.audit.as_ref()?;
    let all = d.app.plan.as_ref().map_or(0, |p| p.clauses().count());
    let count = |g: Grade| a.findings.values().filter(|f| f.grade == g).count();
    let found = words::workbench::GRADES
        .iter()
        .map(|(_, g)| format!("{} {}", words::workbench::grade(l, *g), count(*g)))
        .collect::<Vec<_>>()
        .join(l.t("，", ", "));
    let mut facts =
        vec![Fact::new(l.t("进场日期", "On site from"), l.date(a.on).words), Fact::new(l.t("审核结论", "Findings"), found)];
    if let Some(r) = &a.report {
        facts.push(document(l, l.t("审核报告", "Report"), r, &d.path(""), here));
    }
    if let Some(s) = &a.signed_by {
        facts.push(Fact::new(l.t("签署", "Signed by"), s.name.clone()));
    }
    let done = a.findings.len();
    let chip = (format!("{done}/{all}"), if done == all { Tone::Ok } else { Tone::Info });
    let link = (d.room == Room::Body).then(|| Link::new(l.href(d.path("audit")), l.t("检查表", "Checklist")));
    Some(Panel { id: "audit", title: l.t("现场审核", "On-site audit"), chip: Some(chip), facts, link })
}

fn decision_panel(l: Lang, d: &Desk) -> Option<Panel> {
    let mut facts = Vec::new();
    if let Some(e) = &d.app.evaluation {
        let term = if e.deceit { l.t("欺骗隐瞒", "Deceit") } else { l.t("综合评价", "Evaluation") };
        facts.push(Fact::new(term, words::workbench::outcome(l, e.recommends)).note(e.summary.clone()));
        facts.push(Fact::new(l.t("评价人", "Evaluated by"), by(l, &e.by, e.at)));
    }
    if let Some(c) = &d.app.conclusion {
        facts.push(Fact::new(l.t("认证决定", "Decision"), words::workbench::outcome(l, c.outcome)).note(c.reasons.clone()));
        facts.push(Fact::new(l.t("认证决定人员", "Certifier"), by(l, &c.certifier, c.signed_at)));
        let head = match (&c.head, c.countersigned_at) {
            (Some(h), Some(at)) => by(l, h, at),
            _ => l.t("待签发", "To be signed").to_owned(),
        };
        facts.push(Fact::new(l.t("机构负责人", "Head"), head));
    }
    if !d.app.reasons.is_empty() {
        facts.push(Fact::new(l.t("理由", "Reasons"), d.app.reasons.clone()));
    }
    if facts.is_empty() {
        return None;
    }
    Some(Panel { id: "decision", title: l.t("评价和决定", "Evaluation and decision"), chip: None, facts, link: None })
}

/// A number of people in words.
pub(super) fn many(l: Lang, n: u64) -> String {
    l.people(i64::try_from(n).unwrap_or(i64::MAX))
}

/// The scope as facts, one for each field that M 10 compares.
pub(super) fn scope_facts(l: Lang, s: &guosuo_case::certification::Scope) -> Vec<Fact> {
    let comma = l.t("、", ", ");
    let semicolon = l.t("；", "; ");
    let kinds: Vec<_> = s
        .kinds
        .iter()
        .map(|k| {
            if k.sensitive {
                l.pick(format!("{}（敏感）", k.name), format!("{} (sensitive)", k.name))
            } else {
                k.name.clone()
            }
        })
        .collect();
    let recipients: Vec<_> = s.recipients.iter().map(|r| format!("{} [{}] {}", r.name, r.country, r.contact)).collect();
    let onward: Vec<_> = s.onward.iter().map(|o| format!("{} → {} [{}]", o.from, o.name, o.country)).collect();
    let none = |list: Vec<String>| if list.is_empty() { l.t("没有", "none").to_owned() } else { list.join(semicolon) };
    vec![
        Fact::new(l.t("目的", "Purposes"), s.purposes.join(comma)),
        Fact::new(l.t("个人信息种类", "Kinds"), kinds.join(comma)),
        Fact::new(
            l.t("每年人数", "People per year"),
            l.pick(
                format!("非敏感{}，敏感{}", many(l, s.people.non_sensitive), many(l, s.people.sensitive)),
                format!("{} non-sensitive, {} sensitive", many(l, s.people.non_sensitive), many(l, s.people.sensitive)),
            ),
        ),
        Fact::new(l.t("境外接收方", "Recipients"), none(recipients)),
        Fact::new(l.t("再提供", "Onward"), none(onward)),
        Fact::new(l.t("系统", "Systems"), s.systems.join(comma)),
        Fact::new(
            l.t("境外保存期限", "Retention abroad"),
            l.pick(format!("{}个月", s.retention_months), format!("{} months", s.retention_months)),
        ),
    ]
}

fn dossier_panel(l: Lang, d: &Desk, here: &BTreeSet<String>) -> Panel {
    let (form, base) = (&d.app.dossier.form, d.path(""));
    let mut facts = scope_facts(l, &form.scope);
    if let Some(r) = &d.app.receipt {
        facts.push(Fact::new(l.t("出境路径", "Path"), words::workbench::path(l, r.path)).note(r.law.clone()));
    }
    if let Some(g) = &form.ledger {
        facts.push(Fact::new(l.t("台账合计", "Totals of the ledger"), crate::processor::ledger::told(l, g)));
    }
    if let Some(e) = &form.eligibility {
        facts.extend(e.evidence.iter().map(|x| document(l, l.t("人数依据", "Evidence of counts"), x, &base, here)));
    }
    if let Some(i) = &form.impact {
        let fact = document(l, l.t("影响评估报告", "Impact assessment"), &i.document, &base, here);
        facts.push(fact);
    }
    if let Some(n) = &form.notice {
        facts.push(document(l, l.t("告知文本", "Notice"), n, &base, here));
    }
    match &form.legal_basis {
        Some(LegalBasis::Consent { document: x }) => facts.push(document(l, l.t("单独同意文本", "Consent"), x, &base, here)),
        Some(LegalBasis::Other { words }) => facts.push(Fact::new(l.t("其他合法性基础", "Other basis"), words.clone())),
        None => {}
    }
    if let Some(m) = &d.app.dossier.mandate {
        let fact = document(l, l.t("授权委托书", "Mandate"), &m.document, &base, here);
        facts.push(fact);
        facts.push(Fact::new(l.t("授权期限", "Term of the mandate"), l.span(m.from, m.until)));
    }
    Panel { id: "dossier", title: l.t("委托资料", "Entrustment"), chip: None, facts, link: None }
}

fn side_facts(l: Lang, d: &Desk, applicant: &str) -> Vec<Fact> {
    let a = &d.app;
    let basis = Edition::by_id(&a.basis).map_or_else(
        || a.basis.clone(),
        |e| e.standards.iter().map(words::workbench::standard).collect::<Vec<_>>().join(l.t("、", ", ")),
    );
    let mut out = vec![
        Fact::new(l.t("认证委托人", "Applicant"), applicant.to_owned()),
        Fact::new(l.t("个人信息处理者", "Processor"), a.processor.name.clone())
            .note(format!("{} {}", a.processor.country, a.processor.code)),
        Fact::new(l.t("注册地址", "Address"), a.processor.address.clone()),
        Fact::new(l.t("认证依据", "Basis"), basis),
    ];
    if let Some(b) = &a.dossier.body {
        out.push(Fact::new(l.t("认证机构", "Body"), b.name.clone()));
    }
    if let Some(r) = &a.receipt {
        out.push(Fact::new(l.t("收到", "Received"), l.date_weekday(cst_date(r.at)).words).note(r.by.name.clone()));
    }
    out
}

fn news(l: Lang, d: &Desk) -> Vec<(Tone, String, String)> {
    let mut out = Vec::new();
    if let Some(r) = &d.app.rectification
        && !d.app.open_nonconformities().is_empty()
    {
        let day = l.date(r.until).words;
        let moved = if r.moved > 0 {
            l.pick(format!("期限调整过{}次。", r.moved), format!("Moved {} times.", r.moved))
        } else {
            String::new()
        };
        out.push((
            Tone::Warn,
            l.pick(format!("限期整改：{day}前完成（机构时限）"), format!("Rectification until {day} (house limit)")),
            moved,
        ));
    }
    for v in d.app.violations.iter().filter(|_| d.room == Room::Body) {
        let when = l.stamp(v.at).words;
        out.push((
            Tone::Late,
            l.pick(format!("已向主管部门报告违法（{when}）"), format!("Violation reported ({when})")),
            v.summary.clone(),
        ));
    }
    out
}

/// What somebody sees who may not open the case yet.
fn gate(cx: &Cx, d: &Desk, refusal: &guosuo_case::Refusal) -> Result<Response, Error> {
    let l = cx.l();
    let declare = d
        .can(Action::DeclareInterest)
        .then(|| Link::new(l.href(d.act_path(Action::DeclareInterest)), words::workbench::action(l, Action::DeclareInterest)));
    let page = Gate {
        shell: d.shell(cx, d.number()),
        l,
        state: (words::application_phase(l, d.app.phase), words::application_tone(d.app.phase)),
        why: words::refusal(l, refusal),
        facts: vec![
            Fact::new(l.t("个人信息处理者", "Processor"), d.app.processor.name.clone()),
            Fact::new(l.t("编号", "Number"), d.number()),
        ],
        declare,
    };
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// `GET …/applications/{id}`.
///
/// # Errors
/// [`Error::NotFound`] for a case that is not for this person.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let d = desk::load(&cx, &id).await?;
    let actor = cx.actor()?;
    if let Err(r) = d.open(actor) {
        if desk::is_about_independence(&r) {
            return gate(&cx, &d, &r);
        }
        return Err(r.into());
    }
    let calendar = cx.calendar().await?;
    let times = Times { l, today: cx.today(), calendar: &calendar, lamps: cx.app.config.lamps };
    let events = cx.app.store.history::<Application>(&id).await?;
    let here = papers::here(&cx, &id).await?;
    let body = d.app.body().map(|b| b.0.clone()).unwrap_or_default();
    let mut names: Vec<(String, String)> = desk::people(&cx, &body).await?.into_iter().collect();
    let mut labs = Vec::new();
    if let Some(lab) = d.app.verification_body() {
        let name = cx.app.store.organisation(lab.as_str()).await?.map_or_else(|| lab.0.clone(), |o| o.name);
        labs.push((lab.0.clone(), name));
        names.extend(desk::people(&cx, lab.as_str()).await?);
    }
    let applicant = cx.app.store.organisation(d.app.owner.as_str()).await?.map_or_else(|| d.app.owner.0.clone(), |o| o.name);
    let inside = d.room == Room::Body;
    let panels =
        [plan_panel(l, &d, &names, &labs), verification_panel(l, &d, &here), audit_panel(l, &d, &here), decision_panel(l, &d)];
    let mut panels: Vec<Panel> = panels.into_iter().flatten().collect();
    panels.push(dossier_panel(l, &d, &here));
    // The verification body reads what it verifies; the body's audit and decision are not its business.
    if d.room == Room::Verification {
        panels.retain(|p| !matches!(p.id, "audit" | "decision"));
    }
    let ncs = if d.room == Room::Verification { &[][..] } else { &d.app.nonconformities };
    let people = d
        .app
        .interests
        .iter()
        .filter(|_| inside)
        .map(|(user, i)| {
            let name = names.iter().find(|(id, _)| id == user.as_str()).map_or_else(|| user.to_string(), |(_, n)| n.clone());
            if i.has {
                (name, l.t("有利益关系，回避", "has an interest").to_owned(), Tone::Late)
            } else {
                (
                    name,
                    l.pick(
                        format!("没有利益关系 {}", l.day(cst_date(i.at)).words),
                        format!("no interest, {}", l.day(cst_date(i.at)).words),
                    ),
                    Tone::Ok,
                )
            }
        })
        .collect();
    let (actions, mut more) = split(&d, l);
    if d.room != Room::Verification {
        more.extend(letters::ending(l, &d));
    }
    let limit = d.stage_limit().map(|(s, n)| {
        let s = words::stage_of_body(l, s);
        l.pick(
            format!("{s}：本机构公布的时限为{n}个工作日"),
            format!("{s}: {} as published by the body", l.working_days(i64::from(n))),
        )
    });
    let page = Page {
        shell: d.shell(&cx, d.app.processor.name.clone()).here(d.number()),
        l,
        name: d.app.processor.name.clone(),
        number: d.number(),
        state: (words::application_phase(l, d.app.phase), words::application_tone(d.app.phase)),
        purpose: words::purpose(l, &d.app.purpose),
        actions,
        more,
        steps: view::steps(l, &d.app, &events),
        news: news(l, &d),
        ncs: ncs.iter().map(|n| nc_line(l, n, &d.path(""), &here, None)).collect(),
        panels,
        blocked: d.blocked(&cx)?,
        clock: times.stage(&d.app, &d.app.clock, &d.app.limits),
        limit: limit.unwrap_or_default(),
        facts: side_facts(l, &d, &applicant),
        people,
        history: if inside || d.room == Room::Authority { view::history(l, &events) } else { Vec::new() },
    };
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// The next steps as buttons, and what is possible beside them.
fn split(d: &Desk, l: Lang) -> (Vec<Link>, Vec<Link>) {
    let beside = [
        Action::DeclareInterest,
        Action::ReportDeceit,
        Action::StopClock,
        Action::ResumeClock,
        Action::MigrateBasis,
        Action::ReportViolation,
    ];
    let (mut main, mut more) = (Vec::new(), Vec::new());
    for (action, link) in d.offers(l) {
        if beside.contains(&action) { more.push(link) } else { main.push(link) }
    }
    (main, more)
}

/// `GET …/applications/{id}/files/{sha256}`: a document of the case, recorded before it leaves.
///
/// # Errors
/// [`Error::NotFound`] for a document that the case does not name.
pub async fn file(cx: Cx, Path((id, sha256)): Path<(String, String)>) -> Result<Response, Error> {
    let d = desk::load(&cx, &id).await?;
    d.open(cx.actor()?)?;
    papers::give(&cx, &id, &documents(&d.app, d.room), &sha256).await
}
