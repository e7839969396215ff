//! What each act on an application asks for, and the command that the answers make.

use guosuo_case::certification::{Action, Application, Command, Grade, NcId, NcStage, Nonconformity, Outcome, PauseReason};
use guosuo_rules::basis::editions;
use jiff::civil::Date;

use super::ask::{Ask, Kind, numbered, read_choice, read_day, read_number, read_yes_no, yes_no};
use super::papers;
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::Choice;
use crate::web::{Form, Lang};
use crate::words::workbench as words;

/// The conclusions with their names in a form.
const OUTCOMES: [(&str, Outcome); 2] = [("certify", Outcome::Certify), ("refuse", Outcome::Refuse)];

fn choices<T: Copy>(table: &[(&'static str, T)], word: impl Fn(T) -> &'static str) -> Vec<Choice> {
    table.iter().map(|(name, v)| Choice::new(*name, word(*v))).collect()
}

/// Nonconformities at these stages.
fn waiting(l: Lang, app: &Application, stages: &[NcStage]) -> Ask {
    let list = app
        .nonconformities
        .iter()
        .filter(|n| stages.contains(&n.stage))
        .map(|n| Choice::new(n.id.to_string(), nc_name(l, n)))
        .collect();
    Ask::new("nc", l.t("不符合项", "Nonconformity"), Kind::Select(list))
}

/// `第1项 GB/T 35273 5.1（一般不符合）`.
pub(super) fn nc_name(l: Lang, n: &Nonconformity) -> String {
    let grade = words::grade(l, n.grade);
    l.pick(format!("第{}项 {}（{grade}）", n.id, n.clause), format!("No. {} {} ({grade})", n.id, n.clause))
}

/// The fields of an act, in the order of the page. Acts with a page of their own have none.
pub(super) fn asks(l: Lang, action: Action, app: &Application, today: Date) -> Vec<Ask> {
    let reason = || Ask::area("reason", l.t("理由", "Reason"));
    match action {
        Action::DeclareInterest => vec![
            Ask::new(
                "has",
                l.t("与委托人、个人信息处理者有没有利益关系？", "Do you have an interest in the applicant or the processor?"),
                yes_no(l.t("有，我回避", "Yes, I step aside"), l.t("没有", "No")),
            )
            .hint(l.t(
                "包括任职、持股、提供咨询或者产品、近亲属关系，以及其他可能影响公正的关系。",
                "Employment, shares, consulting or products, close relatives, and anything else that could impair impartiality.",
            )),
            Ask::area("words", l.t("说明（有利益关系的必填）", "Which one (needed if there is one)")).optional(),
        ],
        Action::Decline => vec![Ask::area("reasons", l.t("不予受理的理由", "Reasons"))],
        Action::SignVerification => vec![
            Ask::files(l, "report", l.t("技术验证报告", "Verification report"), false),
            Ask::new(
                "conforming",
                l.t("验证结论", "Conclusion"),
                yes_no(l.t("符合", "Conforming"), l.t("不符合", "Not conforming")),
            ),
        ],
        Action::CheckVerification => vec![
            Ask::new(
                "take",
                l.t("复核意见", "Result of the check"),
                yes_no(l.t("接受，进入现场审核", "Take it; the audit follows"), l.t("退回", "Return it")),
            ),
            Ask::area("reason", l.t("退回的理由", "Reason, if returned")).optional(),
        ],
        Action::BeginAudit => vec![Ask::day(l, "on", l.t("进场日期", "First day on site"))],
        Action::SignAudit => vec![Ask::files(l, "report", l.t("现场审核报告", "Audit report"), false)],
        Action::OrderRectification => vec![Ask::day(l, "until", l.t("整改期限", "Last day of the rectification"))],
        Action::ProposeCorrection => vec![
            waiting(l, app, &[NcStage::Determined, NcStage::Ineffective]),
            Ask::area("action", l.t("原因和纠正措施", "Cause and correction")),
            Ask::day(l, "planned_for", l.t("计划完成日期", "To be completed by")),
        ],
        Action::ReviewCorrection => vec![
            waiting(l, app, &[NcStage::Proposed]),
            Ask::new(
                "approve",
                l.t("审查意见", "Result of the review"),
                yes_no(l.t("同意实施", "Approve"), l.t("退回", "Return it")),
            ),
            Ask::area("reason", l.t("退回的理由", "Reason, if returned")).optional(),
        ],
        Action::ReportCorrection => vec![
            waiting(l, app, &[NcStage::Approved]),
            Ask::day(l, "started_on", l.t("开始日期", "Begun on")),
            Ask::day(l, "done_on", l.t("完成日期", "Completed on")),
            Ask::files(l, "evidence", l.t("完成的证据", "Evidence of completion"), true),
        ],
        Action::JudgeCorrection => vec![
            waiting(l, app, &[NcStage::Done]),
            Ask::new(
                "effective",
                l.t("验证结论", "Judgement"),
                yes_no(l.t("有效，关闭", "Effective: close it"), l.t("无效", "Not effective")),
            ),
            Ask::area("note", l.t("说明（无效的必填）", "Note (needed if not effective)")).optional(),
        ],
        Action::Evaluate => vec![
            Ask::new("recommends", l.t("建议", "Recommendation"), Kind::Radios(choices(&OUTCOMES, |o| words::outcome(l, o)))),
            Ask::area("summary", l.t("评价意见", "Evaluation")),
        ],
        Action::ReportDeceit | Action::ReportViolation => vec![
            Ask::area("summary", l.t("发现的情况", "What was found")),
            Ask::files(l, "evidence", l.t("证据", "Evidence"), true),
        ],
        Action::AcknowledgeViolation => {
            let open = (1..).zip(&app.violations).filter(|(_, v)| v.acknowledged.is_none());
            let list = open.map(|(n, v)| numbered(l, n, &v.summary)).collect();
            vec![
                Ask::new("number", l.t("违法情况报告", "Violation report"), Kind::Select(list)),
                Ask::area("note", l.t("处理意见", "Opinion: what will be done")),
            ]
        }
        Action::ReturnEvaluation | Action::ReturnConclusion | Action::Withdraw => vec![reason()],
        Action::Sign => vec![
            Ask::new("outcome", l.t("认证决定", "Decision"), Kind::Radios(choices(&OUTCOMES, |o| words::outcome(l, o)))),
            Ask::area("reasons", l.t("决定的理由（终止认证的，会书面告知委托人）", "Reasons (told in writing if it ends)")),
        ],
        Action::Countersign => vec![Ask::new(
            "checked",
            l.t("已核对认证决定和全部材料", "I have checked the decision and all the material"),
            Kind::Tick,
        )],
        Action::StopClock => vec![
            Ask::new("pause", l.t("中止原因", "Cause"), Kind::Select(choices(&words::PAUSES, |p| crate::words::pause(l, p)))),
            Ask::area("note", l.t("说明", "Note")),
        ],
        Action::MigrateBasis => {
            let list = editions().iter().filter(|e| e.in_force(today) && e.id != app.basis);
            let name = |e: &guosuo_rules::basis::Edition| {
                e.standards.iter().map(words::standard).collect::<Vec<_>>().join(l.t("、", ", "))
            };
            let list = list.map(|e| Choice::new(e.id.clone(), name(e))).collect();
            vec![Ask::new("to", l.t("转换到", "To"), Kind::Select(list)), reason()]
        }
        Action::Accept
        | Action::ResumeClock
        | Action::MakePlan
        | Action::AuditClause
        | Action::RecordCertificate
        | Action::Open
        | Action::RecordMandate
        | Action::ChooseBody
        | Action::SaveForm
        | Action::Submit => Vec::new(),
    }
}

/// The command that the answers make; errors stand at their fields, and then there is none.
/// What the law requires of a text or document is left to the law, unless its words do not fit the field.
///
/// # Errors
/// Faults of the store; [`Error::Malformed`] for an act that has a page of its own.
pub(super) async fn command(cx: &Cx, id: &str, action: Action, form: &mut Form) -> Result<Option<Command>, Error> {
    let l = cx.l();
    let text = |form: &Form, field: &str| form.trimmed(field).to_owned();
    let command = match action {
        Action::DeclareInterest => {
            let has = read_yes_no(l, form, "has");
            Command::DeclareInterest { has, words: text(form, "words") }
        }
        Action::Accept => Command::Accept,
        Action::Decline => Command::Decline { reasons: text(form, "reasons") },
        Action::SignVerification => {
            let conforming = read_yes_no(l, form, "conforming");
            Command::SignVerification { report: papers::one(cx, id, form, "report").await?, conforming }
        }
        Action::CheckVerification => {
            let take = read_yes_no(l, form, "take");
            Command::CheckVerification { take, reason: text(form, "reason") }
        }
        Action::BeginAudit => Command::BeginAudit { on: read_day(l, form, "on") },
        Action::SignAudit => Command::SignAudit { report: papers::one(cx, id, form, "report").await? },
        Action::OrderRectification => Command::OrderRectification { until: read_day(l, form, "until") },
        Action::ProposeCorrection => {
            let nc: NcId = read_number(l, form, "nc");
            let planned_for = read_day(l, form, "planned_for");
            Command::ProposeCorrection { nc, action: text(form, "action"), planned_for }
        }
        Action::ReviewCorrection => {
            let nc: NcId = read_number(l, form, "nc");
            let approve = read_yes_no(l, form, "approve");
            Command::ReviewCorrection { nc, approve, reason: text(form, "reason") }
        }
        Action::ReportCorrection => {
            let nc: NcId = read_number(l, form, "nc");
            let (started_on, done_on) = (read_day(l, form, "started_on"), read_day(l, form, "done_on"));
            let evidence = papers::declared(cx, id, form, "evidence").await?;
            Command::ReportCorrection { nc, started_on, done_on, evidence }
        }
        Action::JudgeCorrection => {
            let nc: NcId = read_number(l, form, "nc");
            let effective = read_yes_no(l, form, "effective");
            Command::JudgeCorrection { nc, effective, note: text(form, "note") }
        }
        Action::Evaluate => {
            let recommends = read_choice(l, form, "recommends", &OUTCOMES).unwrap_or(Outcome::Refuse);
            Command::Evaluate { recommends, summary: text(form, "summary") }
        }
        Action::ReportDeceit => {
            let evidence = papers::declared(cx, id, form, "evidence").await?;
            Command::ReportDeceit { summary: text(form, "summary"), evidence }
        }
        Action::ReportViolation => {
            let evidence = papers::declared(cx, id, form, "evidence").await?;
            Command::ReportViolation { summary: text(form, "summary"), evidence }
        }
        Action::AcknowledgeViolation => {
            // The field is an opinion: the law's words ask for a reason.
            let note = form.require("note", l.t("请写明处理意见。", "Write your opinion."));
            Command::AcknowledgeViolation { id: read_number(l, form, "number"), note }
        }
        Action::ReturnEvaluation => Command::ReturnEvaluation { reason: text(form, "reason") },
        Action::ReturnConclusion => Command::ReturnConclusion { reason: text(form, "reason") },
        Action::Withdraw => Command::Withdraw { reason: text(form, "reason") },
        Action::Sign => {
            let outcome = read_choice(l, form, "outcome", &OUTCOMES).unwrap_or(Outcome::Refuse);
            Command::Sign { outcome, reasons: text(form, "reasons") }
        }
        Action::Countersign => {
            if !form.has("checked", "yes") {
                form.fail("checked", l.t("签发前请确认已经核对。", "Confirm that you have checked it."));
            }
            Command::Countersign
        }
        Action::StopClock => {
            let reason = read_choice(l, form, "pause", &words::PAUSES).unwrap_or(PauseReason::WaitsForApplicant);
            Command::StopClock { reason, note: text(form, "note") }
        }
        Action::ResumeClock => Command::ResumeClock,
        Action::MigrateBasis => Command::MigrateBasis { to: text(form, "to"), reason: text(form, "reason") },
        Action::MakePlan
        | Action::AuditClause
        | Action::RecordCertificate
        | Action::Open
        | Action::RecordMandate
        | Action::ChooseBody
        | Action::SaveForm
        | Action::Submit => return Err(Error::Malformed("act")),
    };
    Ok(form.ok().then_some(command))
}

/// The field at which a refusal of an act is shown.
pub(super) fn field_of(action: Action, asks: &[Ask], form: &Form, r: &guosuo_case::Refusal) -> &'static str {
    use guosuo_case::RefusalCode as C;
    use guosuo_case::certification::Reason as R;
    let first = |want: fn(&Kind) -> bool| asks.iter().find(|a| want(&a.kind)).map_or("", |a| a.id);
    match &r.code {
        C::TextNeeded => {
            let empty = |a: &&Ask| matches!(a.kind, Kind::Area | Kind::Line) && form.trimmed(a.id).is_empty() && !a.optional;
            asks.iter().find(empty).map_or_else(|| first(|k| matches!(k, Kind::Area)), |a| a.id)
        }
        C::Certification { reason } => match **reason {
            R::DocumentIncomplete => first(|k| matches!(k, Kind::File | Kind::Files)),
            R::DayOutside { .. } if action == Action::ReportCorrection => "done_on",
            R::DayOutside { .. } => first(|k| matches!(k, Kind::Day)),
            R::NothingToCorrect => first(|k| matches!(k, Kind::Select(_))),
            R::VerificationNotConforming | R::NonconformitiesOpen { .. } => "recommends",
            R::AgainstRecommendation => "outcome",
            _ => "",
        },
        _ => "",
    }
}

/// The grade of a name in a form.
pub(super) fn grade_of(name: &str) -> Option<Grade> {
    words::GRADES.iter().find(|(n, _)| *n == name).map(|(_, g)| *g)
}
