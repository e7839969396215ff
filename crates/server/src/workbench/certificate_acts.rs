//! What each act on a certificate asks for, and the command that the answers make.

use guosuo_case::CaseId;
use guosuo_case::certificate::{Action, Certificate, Changes, Command, Measure, Obliges, Origin, Propose, Status, Trigger};
use guosuo_case::certification::Purpose;
use jiff::civil::Date;

use super::ask::{Ask, Kind, numbered, read_choice, read_day, read_number, read_yes_no, yes_no};
use super::{mandate, papers};
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::Choice;
use crate::web::{Form, Lang};
use crate::words::certificate as words;

/// The measures with their names in a form.
const MEASURES: [(&str, Measure); 4] =
    [("suspend", Measure::Suspend), ("restore", Measure::Restore), ("revoke", Measure::Revoke), ("cancel", Measure::Cancel)];

/// What a finding may oblige to, with the names in a form.
const OBLIGES: [(&str, Obliges); 2] = [("suspend", Obliges::Suspend), ("revoke", Obliges::Revoke)];

/// Which measures a status admits, the change of particulars included.
fn measures(l: Lang, status: Status) -> Vec<Choice> {
    let fits = |m: &Measure| match m {
        Measure::Suspend => status == Status::Valid,
        Measure::Restore => status == Status::Suspended,
        Measure::Revoke | Measure::Cancel | Measure::Change { .. } => status.is_live(),
    };
    let mut out: Vec<Choice> =
        MEASURES.iter().filter(|(_, m)| fits(m)).map(|(n, m)| Choice::new(*n, words::measure(l, m))).collect();
    if status.is_live() {
        out.push(Choice::new("change", l.t("变更证书内容", "Change the particulars")));
    }
    out
}

/// What a holder may ask for: everything but the revocation, which is for fault.
fn requests(l: Lang, status: Status) -> Vec<Choice> {
    measures(l, status).into_iter().filter(|c| c.value != "revoke").collect()
}

/// What a measure may come from: the body, a request that waits, a finding that stands.
fn origins(l: Lang, c: &Certificate) -> Vec<Choice> {
    let mut out = vec![Choice::new("body", l.t("认证机构主动", "The body itself"))];
    out.extend(c.requests.iter().filter(|r| r.open).map(|r| {
        let name = words::measure(l, &r.asks);
        let label = l.pick(format!("持证人第{}号申请：{name}", r.id), format!("The holder's request no. {}: {name}", r.id));
        Choice::new(format!("request-{}", r.id), label)
    }));
    out.extend(c.standing_findings().map(|f| {
        let what = words::obliges(l, f.obliges);
        let label =
            l.pick(format!("主管部门第{}号监督意见：{what}", f.id), format!("The authority's finding no. {}: {what}", f.id));
        Choice::new(format!("finding-{}", f.id), label)
    }));
    out
}

/// Applications for a change of this certificate that were decided and carry it.
pub(super) type Changing = Vec<(String, String)>;

fn propose(l: Lang, c: &Certificate, today: Date, changing: &Changing) -> Vec<Ask> {
    let none = || Choice::new("", l.t("没有", "none"));
    let mut out = vec![
        Ask::new("origin", l.t("来由", "Where it comes from"), Kind::Radios(origins(l, c))),
        Ask::new("measure", l.t("处理措施", "Measure"), Kind::Radios(measures(l, c.status_on(today))))
            .hint(l.t("按持证人申请办理的，以申请的内容为准。", "On a request of the holder, what it asks for counts.")),
    ];
    let open: Vec<Choice> =
        c.suggestions.iter().filter(|s| s.open).map(|s| numbered(l, s.id, &words::cause(l, &s.cause))).collect();
    if !open.is_empty() {
        let list = [none()].into_iter().chain(open).collect();
        out.push(Ask::new("suggestion", l.t("依据的系统提示", "Suggestion that it follows"), Kind::Select(list)).optional());
    }
    out.push(Ask::area("ground", l.t("理由", "Ground")));
    out.push(Ask::files(l, "evidence", l.t("证据", "Evidence"), true).optional());
    out.push(Ask::area("publication", l.t("公布内容", "Text to be published")).hint(l.t(
        "会在证书查询页和全国认证认可信息公共服务平台公布，不要写个人信息和商业秘密。",
        "It is published with the certificate and on the national platform: no personal information, no trade secrets.",
    )));
    out.push(
        Ask::area("urgent", l.t("紧急暂停的原因", "Why a suspension cannot wait"))
            .hint(l.t("只有不能等持证人陈述的暂停才填写。", "Only for a suspension that cannot wait for the hearing."))
            .optional(),
    );
    out.push(Ask::new("name", l.t("变更后的名称", "New name"), Kind::Line).optional());
    out.push(Ask::new("address", l.t("变更后的注册地址", "New address"), Kind::Line).optional());
    if !changing.is_empty() {
        let list = [none()].into_iter().chain(changing.iter().map(|(id, n)| Choice::new(id.clone(), n.clone()))).collect();
        out.push(
            Ask::new("application", l.t("变更认证委托", "Application for change"), Kind::Select(list))
                .hint(l.t("认证范围按这件委托的决定变更。", "The scope becomes that of this application."))
                .optional(),
        );
    }
    out
}

/// The fields of an act, in the order of the page.
pub(super) fn asks(l: Lang, action: Action, c: &Certificate, today: Date, changing: &Changing) -> Vec<Ask> {
    let reason = || Ask::area("reason", l.t("理由", "Reason"));
    let pick = |id, label, list: Vec<Choice>| Ask::new(id, label, Kind::Select(list));
    match action {
        Action::DeclareInterest => vec![
            Ask::new(
                "has",
                l.t("与持证人有没有利益关系？", "Do you have an interest in the holder?"),
                yes_no(l.t("有，我回避", "Yes, I step aside"), l.t("没有", "No")),
            ),
            Ask::area("words", l.t("说明（有利益关系的必填）", "Which one (needed if there is one)")).optional(),
        ],
        Action::Request => vec![
            Ask::new("measure", l.t("申请事项", "What is asked for"), Kind::Radios(requests(l, c.status_on(today)))),
            reason(),
            Ask::new("name", l.t("变更后的名称", "New name"), Kind::Line).optional(),
            Ask::new("address", l.t("变更后的注册地址", "New address"), Kind::Line).optional(),
        ],
        Action::BeHeard => vec![
            Ask::new(
                "waives",
                l.t("陈述意见", "Hearing"),
                yes_no(l.t("放弃陈述", "Waive it"), l.t("提出以下意见", "State the following")),
            ),
            Ask::area("statement", l.t("意见", "Statement")).optional(),
        ],
        Action::RefuseRequest => {
            let open = c.requests.iter().filter(|r| r.open).map(|r| numbered(l, r.id, words::measure(l, &r.asks))).collect();
            vec![pick("number", l.t("申请", "Request"), open), reason()]
        }
        Action::StateFinding => vec![
            Ask::new(
                "obliges",
                l.t("认证机构应当", "The body is obliged to"),
                Kind::Radios(OBLIGES.iter().map(|(n, o)| Choice::new(*n, words::obliges(l, *o))).collect()),
            ),
            Ask::area("summary", l.t("发现的问题", "What was found")),
            Ask::files(l, "evidence", l.t("证据", "Evidence"), true).optional(),
        ],
        Action::LiftFinding => {
            let open = c.standing_findings().map(|f| numbered(l, f.id, &f.summary)).collect();
            vec![pick("number", l.t("监督意见", "Finding"), open), reason()]
        }
        Action::SetAside => {
            let open = c.suggestions.iter().filter(|s| s.open).map(|s| numbered(l, s.id, &words::cause(l, &s.cause))).collect();
            vec![pick("number", l.t("系统提示", "Suggestion"), open), reason()]
        }
        Action::Propose => propose(l, c, today, changing),
        Action::DropMeasure => vec![reason()],
        Action::TakeMeasure => vec![
            Ask::day(l, "effective_on", l.t("生效日期", "Effective on")),
            Ask::new("checked", l.t("已核对理由、证据和公布内容", "I have checked ground, evidence and publication"), Kind::Tick),
        ],
        Action::TriggerSurveillance => vec![
            Ask::new(
                "trigger",
                l.t("原因", "Cause"),
                Kind::Radios(words::TRIGGERS.iter().map(|(n, t)| Choice::new(*n, words::trigger(l, *t))).collect()),
            ),
            Ask::day(l, "due", l.t("完成日期", "To be done by")),
            reason(),
        ],
        Action::RecordSurveillance => {
            let open = c
                .surveillances
                .iter()
                .filter(|s| s.conforming.is_none())
                .map(|s| {
                    let why = s.trigger.map_or_else(|| l.t("计划内", "planned"), |t| words::trigger(l, t));
                    numbered(l, s.id, &format!("{} {why}", l.day(s.due).words))
                })
                .collect();
            vec![
                pick("number", l.t("获证后监督", "Surveillance"), open),
                Ask::files(l, "report", l.t("监督报告", "Report"), false),
                Ask::new("conforming", l.t("结论", "Result"), yes_no(l.t("通过", "Passed"), l.t("没有通过", "Not passed"))),
                Ask::area("note", l.t("说明（没有通过的必填）", "Note (needed if not passed)")).optional(),
            ]
        }
        Action::ReportViolation => vec![
            Ask::area("summary", l.t("发现的情况", "What was found")),
            Ask::files(l, "evidence", l.t("证据", "Evidence"), true),
        ],
        Action::CorrectReport => {
            let all = c.reports.iter().map(|r| numbered(l, r.record.seq, words::change(l, r.record.change))).collect();
            vec![pick("number", l.t("有误的报送", "Report that was wrong"), all), reason()]
        }
        Action::RegisterReceipt => {
            let next = c.waiting_report().map(|r| numbered(l, r.seq, words::change(l, r.change))).into_iter().collect();
            vec![pick("number", l.t("报送", "Report"), next), Ask::new("receipt", l.t("回执编号", "Receipt"), Kind::Line)]
        }
        Action::SendReport => {
            let next = c.unsent_report().map(|r| numbered(l, r.seq, words::change(l, r.change))).into_iter().collect();
            vec![pick("number", l.t("报送", "Report"), next)]
        }
        Action::RejectReport => {
            let next = c.waiting_report().map(|r| numbered(l, r.seq, words::change(l, r.change))).into_iter().collect();
            vec![pick("number", l.t("报送", "Report"), next), reason()]
        }
        Action::ResendReport => {
            let sent = c.reports.iter().filter(|r| r.may_be_resent());
            let list = sent.map(|r| numbered(l, r.record.seq, words::change(l, r.record.change))).collect();
            vec![pick("number", l.t("报送", "Report"), list), reason()]
        }
        Action::AcknowledgeViolation => {
            let open = (1..).zip(&c.violations).filter(|(_, v)| v.acknowledged.is_none());
            let list = open.map(|(n, v)| numbered(l, n, &v.summary)).collect();
            vec![
                pick("number", l.t("违法情况报告", "Violation report"), list),
                Ask::area("note", l.t("处理意见", "Opinion: what will be done")),
            ]
        }
        Action::RecordMandate => mandate::asks(l),
        Action::Issue
        | Action::TakeOver
        | Action::DeclareFlows
        | Action::NoteRenewal
        | Action::LinkSuccessor
        | Action::Expire => Vec::new(),
    }
}

/// Whether an act is done on these pages: the platform's acts are not, and flows and renewals have
/// forms of their own.
pub(super) fn is_shown(action: Action) -> bool {
    !matches!(
        action,
        Action::Issue | Action::TakeOver | Action::DeclareFlows | Action::NoteRenewal | Action::LinkSuccessor | Action::Expire
    )
}

fn origin_of(text: &str) -> Option<Origin> {
    if text == "body" {
        return Some(Origin::Body);
    }
    let (kind, id) = text.split_once('-')?;
    let id = id.parse().ok()?;
    match kind {
        "request" => Some(Origin::Request { id }),
        "finding" => Some(Origin::Finding { id }),
        _ => None,
    }
}

/// The measure that a proposal asks for: what the holder asked where it asked, else what was chosen.
async fn measure(cx: &Cx, c: &Certificate, origin: Option<Origin>, form: &mut Form) -> Result<Option<Measure>, Error> {
    let l = cx.l();
    if let Some(Origin::Request { id }) = origin
        && let Some(r) = c.requests.iter().find(|r| r.id == id)
    {
        return Ok(Some(r.asks.clone()));
    }
    let name = form.value("measure").to_owned();
    if name != "change" {
        let found = MEASURES.iter().find(|(n, _)| *n == name).map(|(_, m)| m.clone());
        if found.is_none() {
            form.fail("measure", l.t("选一项处理措施。", "Choose a measure."));
        }
        return Ok(found);
    }
    let given = |v: &str| (!v.is_empty()).then(|| v.to_owned());
    let mut changes =
        Changes { name: given(form.trimmed("name")), address: given(form.trimmed("address")), ..Changes::default() };
    let application = form.trimmed("application").to_owned();
    if !application.is_empty() {
        let (app, _) = crate::certification::acts::application(cx, &application).await?;
        changes.scope = Some(app.dossier.form.scope.clone());
        if app.basis != c.basis {
            changes.basis = Some(app.basis);
        }
    }
    Ok(Some(Measure::Change { changes: Box::new(changes) }))
}

/// The command that the answers make; errors stand at their fields, and then there is none.
///
/// # Errors
/// Faults of the store; [`Error::Malformed`] for an act that is not done here.
pub(super) async fn command(
    cx: &Cx,
    id: &str,
    c: &Certificate,
    action: Action,
    form: &mut Form,
) -> Result<Option<Command>, Error> {
    let l = cx.l();
    let text = |form: &Form, field: &str| form.trimmed(field).to_owned();
    let command = match action {
        Action::DeclareInterest => {
            let has = read_yes_no(l, form, "has");
            Command::DeclareInterest { has, words: text(form, "words") }
        }
        Action::Request => {
            let Some(asks) = measure(cx, c, None, form).await? else { return Ok(None) };
            Command::Request { asks, reason: text(form, "reason") }
        }
        Action::BeHeard => {
            let waives = read_yes_no(l, form, "waives");
            Command::BeHeard { statement: (!waives).then(|| text(form, "statement")) }
        }
        Action::RefuseRequest => Command::RefuseRequest { id: read_number(l, form, "number"), reason: text(form, "reason") },
        Action::StateFinding => {
            let obliges = read_choice(l, form, "obliges", &OBLIGES).unwrap_or(Obliges::Suspend);
            let evidence = papers::declared(cx, id, form, "evidence").await?;
            Command::StateFinding { obliges, summary: text(form, "summary"), evidence }
        }
        Action::LiftFinding => Command::LiftFinding { id: read_number(l, form, "number"), reason: text(form, "reason") },
        Action::SetAside => Command::SetAside { id: read_number(l, form, "number"), reason: text(form, "reason") },
        Action::Propose => {
            let origin = origin_of(form.value("origin"));
            if origin.is_none() {
                form.fail("origin", l.t("选一项来由。", "Choose where it comes from."));
            }
            let measure = measure(cx, c, origin, form).await?;
            let evidence = papers::declared(cx, id, form, "evidence").await?;
            let (Some(measure), Some(origin)) = (measure, origin) else { return Ok(None) };
            let application = text(form, "application");
            let urgent = text(form, "urgent");
            Command::Propose(Box::new(Propose {
                measure,
                origin,
                suggestion: form.trimmed("suggestion").parse().ok(),
                application: (!application.is_empty()).then_some(CaseId(application)),
                ground: text(form, "ground"),
                evidence,
                publication: text(form, "publication"),
                urgent: (!urgent.is_empty()).then_some(urgent),
            }))
        }
        Action::DropMeasure => Command::DropMeasure { reason: text(form, "reason") },
        Action::TakeMeasure => {
            if !form.has("checked", "yes") {
                form.fail("checked", l.t("决定前请确认已经核对。", "Confirm that you have checked it."));
            }
            Command::TakeMeasure { effective_on: read_day(l, form, "effective_on") }
        }
        Action::TriggerSurveillance => {
            let trigger = read_choice(l, form, "trigger", &words::TRIGGERS).unwrap_or(Trigger::Authority);
            Command::TriggerSurveillance { trigger, due: read_day(l, form, "due"), reason: text(form, "reason") }
        }
        Action::RecordSurveillance => {
            let number = read_number(l, form, "number");
            let conforming = read_yes_no(l, form, "conforming");
            let report = papers::one(cx, id, form, "report").await?;
            Command::RecordSurveillance { id: number, report, conforming, note: text(form, "note") }
        }
        Action::ReportViolation => {
            let evidence = papers::declared(cx, id, form, "evidence").await?;
            Command::ReportViolation { summary: text(form, "summary"), evidence }
        }
        Action::CorrectReport => Command::CorrectReport { seq: read_number(l, form, "number"), reason: text(form, "reason") },
        Action::RegisterReceipt => {
            Command::RegisterReceipt { seq: read_number(l, form, "number"), receipt: text(form, "receipt") }
        }
        Action::SendReport => {
            let seq = read_number(l, form, "number");
            let digest = c.report(seq).map(|r| crate::reporting::digest_of(&r.record)).unwrap_or_default();
            Command::SendReport { seq, target: crate::reporting::HAND.to_owned(), digest }
        }
        Action::RejectReport => Command::RejectReport { seq: read_number(l, form, "number"), reason: text(form, "reason") },
        Action::ResendReport => Command::ResendReport { seq: read_number(l, form, "number"), reason: text(form, "reason") },
        Action::AcknowledgeViolation => {
            // The field is an opinion: the law's words ask for a reason.
            let note = form.require("note", l.t("请写明处理意见。", "Write your opinion."));
            Command::AcknowledgeViolation { id: read_number(l, form, "number"), note }
        }
        Action::RecordMandate => return mandate::command(cx, id, c, form).await,
        Action::Issue
        | Action::TakeOver
        | Action::DeclareFlows
        | Action::NoteRenewal
        | Action::LinkSuccessor
        | Action::Expire => return Err(Error::Malformed("act")),
    };
    Ok(form.ok().then_some(command))
}

/// The decided applications for a change of a certificate, by case and in words.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn changing(cx: &Cx, id: &str, c: &Certificate) -> Result<Changing, Error> {
    use guosuo_case::certification::Application;
    let mut reader = cx.app.store.reader().await?;
    let mut out = Vec::new();
    for row in reader.applications_of(c.applicant.as_str()).await? {
        if row.purpose != "change" || row.phase != "decided" || row.body != c.body.as_str() {
            continue;
        }
        let state = reader.case::<Application>(&row.case_id).await?.state;
        if state.is_some_and(|a| a.purpose == Purpose::Change { certificate: CaseId(id.to_owned()) }) {
            out.push((row.case_id, row.number));
        }
    }
    Ok(out)
}

/// The field at which a refusal of an act is shown.
pub(super) fn field_of(asks: &[Ask], form: &Form, r: &guosuo_case::Refusal) -> &'static str {
    use guosuo_case::RefusalCode as C;
    use guosuo_case::certification::Reason as R;
    let first = |want: fn(&Kind) -> bool| asks.iter().find(|a| want(&a.kind)).map_or("", |a| a.id);
    let has = |id: &'static str| if asks.iter().any(|a| a.id == id) { id } else { "" };
    match &r.code {
        C::TextNeeded => {
            let empty = |a: &&Ask| matches!(a.kind, Kind::Area | Kind::Line) && form.trimmed(a.id).is_empty() && !a.optional;
            asks.iter().find(empty).map_or_else(|| first(|k| matches!(k, Kind::Area)), |a| a.id)
        }
        C::Certification { reason } => match **reason {
            R::DocumentIncomplete => first(|k| matches!(k, Kind::File | Kind::Files)),
            R::DayOutside { .. } => first(|k| matches!(k, Kind::Day)),
            R::StatusOf { .. } | R::NothingChanges | R::NeedsApplication => has("measure"),
            R::AsksOtherwise => has("origin"),
            R::NotOpen | R::NoSurveillance | R::ReportOrder { .. } | R::NothingToResend { .. } => has("number"),
            R::ReceiptUsed { .. } => has("receipt"),
            R::MandateExpired { .. } => has("until"),
            R::MandateOfAnother => has("holder_code"),
            _ => "",
        },
        _ => "",
    }
}
