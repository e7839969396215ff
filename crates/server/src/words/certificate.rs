//! The life of a certificate in words. Every match is total.

use guosuo_case::certificate::{
    Action, Cause, ChangeKind, Difference, Direction, DriftField, Event, Measure, Obliges, Origin, ReportState, Trigger,
};

use crate::web::components::Tone;
use crate::web::lang::Lang;

/// What happened to a certificate.
pub fn change(l: Lang, k: ChangeKind) -> &'static str {
    match k {
        ChangeKind::Issued => l.t("发证", "Issued"),
        ChangeKind::Suspended => l.t("暂停", "Suspended"),
        ChangeKind::Restored => l.t("恢复", "Restored"),
        ChangeKind::Revoked => l.t("撤销", "Revoked"),
        ChangeKind::Cancelled => l.t("注销", "Cancelled"),
        ChangeKind::Expired => l.t("过期失效", "Expired"),
        ChangeKind::Changed => l.t("变更", "Changed"),
    }
}

/// How a report to the national platform stands.
pub fn report_state(l: Lang, s: ReportState) -> (&'static str, Tone) {
    match s {
        ReportState::Queued => (l.t("待报送", "To be sent"), Tone::Warn),
        ReportState::Sent => (l.t("已报送，待回执", "Sent, no receipt yet"), Tone::Info),
        ReportState::Received => (l.t("已有回执", "Received"), Tone::Ok),
        ReportState::Rejected => (l.t("被退回，待更正", "Refused, to be corrected"), Tone::Over),
        ReportState::Corrected => (l.t("已更正", "Corrected"), Tone::Mute),
    }
}

/// A measure.
pub fn measure(l: Lang, m: &Measure) -> &'static str {
    match m {
        Measure::Suspend => l.t("暂停证书", "Suspend"),
        Measure::Restore => l.t("恢复证书", "Restore"),
        Measure::Revoke => l.t("撤销证书", "Revoke"),
        Measure::Cancel => l.t("注销证书", "Cancel"),
        Measure::Change { .. } => l.t("变更证书", "Change"),
    }
}

/// Who acted.
pub fn origin(l: Lang, o: Origin) -> String {
    match o {
        Origin::Body => l.t("认证机构主动", "the body itself").to_owned(),
        Origin::Request { id } => l.pick(format!("持证人申请（第{id}号）"), format!("the holder's request no. {id}")),
        Origin::Finding { id } => l.pick(format!("主管部门监督意见（第{id}号）"), format!("the authority's finding no. {id}")),
        Origin::Time => l.t("有效期届满", "time").to_owned(),
    }
}

/// What a finding obliges to.
pub fn obliges(l: Lang, o: Obliges) -> &'static str {
    match o {
        Obliges::Suspend => l.t("暂停使用证书", "suspend the certificate"),
        Obliges::Revoke => l.t("撤销证书", "revoke the certificate"),
    }
}

/// Why a surveillance comes before its turn.
pub fn trigger(l: Lang, t: Trigger) -> &'static str {
    match t {
        Trigger::Complaint => l.t("投诉举报", "Complaint"),
        Trigger::Volume => l.t("出境人数超过认证范围", "More people than certified"),
        Trigger::Country => l.t("接收方所在国家或者地区情况变化", "Change in the recipient's country"),
        Trigger::Incident => l.t("个人信息安全事件", "Security incident"),
        Trigger::Authority => l.t("主管部门通知", "Notice of an authority"),
    }
}

/// All triggers, with their names in a form.
pub const TRIGGERS: [(&str, Trigger); 5] = [
    ("complaint", Trigger::Complaint),
    ("volume", Trigger::Volume),
    ("country", Trigger::Country),
    ("incident", Trigger::Incident),
    ("authority", Trigger::Authority),
];

/// The act as its button says it.
pub fn action(l: Lang, a: Action) -> &'static str {
    match a {
        Action::Issue => l.t("发证", "Issue"),
        Action::TakeOver => l.t("接收原有证书", "Take over an older certificate"),
        Action::DeclareInterest => l.t("声明利益关系", "Declare interests"),
        Action::RecordMandate => l.t("登记授权委托书", "Record the mandate"),
        Action::Request => l.t("提出申请", "Ask"),
        Action::RefuseRequest => l.t("不同意持证人申请", "Refuse a request"),
        Action::StateFinding => l.t("提出监督意见", "State a finding"),
        Action::LiftFinding => l.t("解除监督意见", "Lift the finding"),
        Action::DeclareFlows => l.t("申报实际出境情况", "Declare actual flows"),
        Action::SetAside => l.t("不采纳系统提示", "Set a suggestion aside"),
        Action::Propose => l.t("提出处理措施", "Propose a measure"),
        Action::BeHeard => l.t("陈述意见", "Be heard"),
        Action::DropMeasure => l.t("撤销处理措施", "Drop the measure"),
        Action::TakeMeasure => l.t("决定处理措施", "Decide the measure"),
        Action::TriggerSurveillance => l.t("提前监督", "Trigger a surveillance"),
        Action::RecordSurveillance => l.t("登记监督结果", "Record a surveillance"),
        Action::NoteRenewal => l.t("续证", "Renew"),
        Action::LinkSuccessor => l.t("关联新证书", "Link the successor"),
        Action::Expire => l.t("登记过期", "Record the end by time"),
        Action::ReportViolation => l.t("向网信部门报告违法", "Report a violation to CAC"),
        Action::CorrectReport => l.t("更正报送", "Correct a report"),
        Action::SendReport => l.t("登记已经报送", "Note that it was handed over"),
        Action::RegisterReceipt => l.t("登记报送回执", "Register a receipt"),
        Action::RejectReport => l.t("登记平台退回", "Register a refusal"),
        Action::ResendReport => l.t("重新报送", "Send again"),
        Action::AcknowledgeViolation => l.t("签收违法情况报告", "Acknowledge the violation report"),
    }
}

/// The act in an address.
pub fn act_name(a: Action) -> &'static str {
    match a {
        Action::Issue => "issue",
        Action::TakeOver => "take-over",
        Action::DeclareInterest => "declare-interest",
        Action::RecordMandate => "record-mandate",
        Action::Request => "request",
        Action::RefuseRequest => "refuse-request",
        Action::StateFinding => "state-finding",
        Action::LiftFinding => "lift-finding",
        Action::DeclareFlows => "declare-flows",
        Action::SetAside => "set-aside",
        Action::Propose => "propose",
        Action::BeHeard => "be-heard",
        Action::DropMeasure => "drop-measure",
        Action::TakeMeasure => "take-measure",
        Action::TriggerSurveillance => "trigger-surveillance",
        Action::RecordSurveillance => "record-surveillance",
        Action::NoteRenewal => "note-renewal",
        Action::LinkSuccessor => "link-successor",
        Action::Expire => "expire",
        Action::ReportViolation => "report-violation",
        Action::CorrectReport => "correct-report",
        Action::SendReport => "send-report",
        Action::RegisterReceipt => "register-receipt",
        Action::RejectReport => "reject-report",
        Action::ResendReport => "resend-report",
        Action::AcknowledgeViolation => "acknowledge-violation",
    }
}

/// What the act means, before it is done.
pub fn about(l: Lang, a: Action) -> &'static str {
    match a {
        Action::Propose => l.t(
            "写明理由、证据和公布内容，由机构负责人决定。对持证人不利的措施先听取持证人陈述；紧急暂停要写明为什么不能等。",
            "State ground, evidence and the text to be published; the head decides. A measure that hurts the holder waits for its hearing; an urgent suspension says why it cannot wait.",
        ),
        Action::TakeMeasure => l.t(
            "决定后按生效日期改变证书状态，并在5个工作日内向全国认证认可信息公共服务平台报送。提出人不能自己决定。",
            "Decided, the status changes on the day named and is reported to the national platform within 5 working days. Whoever proposed does not decide.",
        ),
        Action::DropMeasure => l.t("撤销要写明理由，证书状态不变。", "Dropped with a reason; the status stays."),
        Action::StateFinding => l.t(
            "监督意见写明发现的问题和证据。认证机构应当配合，暂停使用直至撤销证书。",
            "The finding states what was found, with evidence. The body is obliged to suspend, and in the end revoke, the certificate.",
        ),
        Action::LiftFinding => l.t("写明解除的理由。解除后证书才能恢复。", "State why. The certificate can be restored only after that."),
        Action::RefuseRequest => l.t("写明不同意的理由，理由会告知持证人。", "State the reason; the holder is told."),
        Action::SetAside => l.t("写明不采纳的理由。系统提示本身不改变证书状态。", "State why. A suggestion changes nothing by itself."),
        Action::TriggerSurveillance => l.t("在计划以外提前监督，写明原因。", "A surveillance before its turn, with its reason."),
        Action::RecordSurveillance => l.t(
            "上传监督报告，写明结论。不通过的，系统提示暂停，由人决定。",
            "Upload the report and the result. If it is not passed a suspension is suggested; a person decides.",
        ),
        Action::ReportViolation => l.t(
            "发现个人信息出境活动违反法律、行政法规和国家有关规定的，及时向国家网信部门和有关部门报告。",
            "Exports found to break law or regulations are reported promptly to CAC and the departments concerned.",
        ),
        Action::CorrectReport => l.t("报送有误的，另发一份更正，原报送保留。", "A wrong report is corrected by another one; the first stays."),
        Action::SendReport => l.t(
            "自己在全国认证认可信息公共服务平台录入的，在这里登记；同一张证书按顺序报送。",
            "For what you have entered on the national platform yourself. Reports of one certificate go in order.",
        ),
        Action::RegisterReceipt => l.t(
            "登记平台给出的回执编号。登记回执后，5个工作日的期限办结。",
            "Register the receipt that the platform gave. It ends the five working days.",
        ),
        Action::RejectReport => l.t(
            "平台退回的，登记退回的理由，再更正报送。5个工作日的期限继续计算。",
            "Register why the platform refused it, then correct it. The five working days keep running.",
        ),
        Action::ResendReport => l.t(
            "内容一字不改，再发一次。平台认得出是同一份，不会重复登记。",
            "The very same content goes out once more. The platform recognises it and does not enter it twice.",
        ),
        Action::AcknowledgeViolation => l.t(
            "签收认证机构报告的违法情况，写明处理意见，认证机构会收到通知。",
            "Acknowledge what the body reported and say what will be done; the body is told.",
        ),
        Action::DeclareInterest => l.t(
            "打开证书案卷以前，先声明有没有利益关系。",
            "Before opening the file of a certificate, declare whether there is an interest.",
        ),
        Action::Request => l.t(
            "写明理由，由认证机构决定。认证范围变大的，另外提出变更认证委托。",
            "State the reason; the body decides. A scope that grows needs an application for change.",
        ),
        Action::BeHeard => l.t(
            "认证机构提出了对您不利的措施。请在期限内陈述意见，或者放弃陈述。",
            "The body proposed a measure that hurts you. State your view within the time given, or waive it.",
        ),
        Action::RecordMandate => l.t(
            "境外处理者通过在境内的专门机构或者指定代表办理（《个人信息保护法》第五十三条）。到期前登记续签的授权；更换受托机构的，由处理者登记，或者由认证机构凭处理者签署的文件登记。新的授权代替原来的授权。",
            "A processor abroad acts through its dedicated office or designated representative in China (PIPL, Article 53). Record a renewed mandate before it ends; another organisation is named by the processor, or by the body on a document that the processor signed. The new mandate takes the place of the old one.",
        ),
        Action::Issue
        | Action::TakeOver
        | Action::DeclareFlows
        | Action::NoteRenewal
        | Action::LinkSuccessor
        | Action::Expire => "",
    }
}

/// A field of the scope that is compared.
pub fn drift_field(l: Lang, f: DriftField) -> &'static str {
    match f {
        DriftField::Purpose => l.t("目的", "Purpose"),
        DriftField::Kind => l.t("个人信息种类", "Kind"),
        DriftField::Sensitive => l.t("是否敏感", "Sensitive"),
        DriftField::People => l.t("人数（不含敏感）", "People (non-sensitive)"),
        DriftField::PeopleSensitive => l.t("人数（敏感）", "People (sensitive)"),
        DriftField::Recipient => l.t("境外接收方", "Recipient"),
        DriftField::RecipientCountry => l.t("接收方所在地", "Recipient's country"),
        DriftField::Onward => l.t("再提供的接收方", "Onward recipient"),
        DriftField::OnwardCountry => l.t("再提供接收方所在地", "Onward recipient's country"),
        DriftField::System => l.t("系统", "System"),
        DriftField::Retention => l.t("境外保存期限（月）", "Retention (months)"),
    }
}

/// Which way they differ.
pub fn direction(l: Lang, d: Direction) -> &'static str {
    match d {
        Direction::Beyond => l.t("超出", "beyond"),
        Direction::Unused => l.t("未使用", "unused"),
    }
}

/// A value that is compared, as people read it.
pub fn drift_value(l: Lang, field: DriftField, value: &str) -> String {
    match (field, value) {
        (_, "") => "—".to_owned(),
        (DriftField::Sensitive, "sensitive") => l.t("敏感", "sensitive").to_owned(),
        (DriftField::Sensitive, _) => l.t("不敏感", "not sensitive").to_owned(),
        (DriftField::RecipientCountry | DriftField::OnwardCountry, code) => super::country(l, code),
        (DriftField::People | DriftField::PeopleSensitive, n) => n.parse().map_or_else(|_| n.to_owned(), |n: i64| l.number(n)),
        _ => value.to_owned(),
    }
}

/// One difference in a sentence.
pub fn difference(l: Lang, d: &Difference) -> String {
    let way = direction(l, d.direction);
    let field = drift_field(l, d.field);
    let value = |v: &str| drift_value(l, d.field, v);
    l.pick(
        format!("{field}（{way}）{}：认证{}，实际{}", d.item, value(&d.certified), value(&d.actual)),
        format!("{field} ({way}) {}: certified {}, actual {}", d.item, value(&d.certified), value(&d.actual)),
    )
}

/// Why a suspension is suggested.
pub fn cause(l: Lang, c: &Cause) -> String {
    match c {
        Cause::Drift { differences } => {
            let list: Vec<_> =
                differences.iter().filter(|d| d.direction == Direction::Beyond).map(|d| difference(l, d)).collect();
            l.pick(
                format!("实际出境情况与认证范围不一致。{}", list.join("；")),
                format!("Actual flows differ from the certified scope. {}", list.join("; ")),
            )
        }
        Cause::Surveillance { id } => {
            l.pick(format!("第{id}次获证后监督没有通过"), format!("Surveillance no. {id} was not passed"))
        }
    }
}

/// An event in the history.
pub fn event(l: Lang, e: &Event) -> String {
    let fixed = match e {
        Event::Issued { issue } => {
            return l.pick(format!("发证，编号{}", issue.number), format!("Issued, number {}", issue.number));
        }
        Event::TakenOver { issue, source, .. } => {
            let (number, file, row) = (&issue.number, &source.file, source.row);
            return l.pick(
                format!("接收原有证书{number}（{file}第{row}行，依据{}）", issue.basis),
                format!("Older certificate {number} taken over ({file}, row {row}, edition {})", issue.basis),
            );
        }
        Event::InterestDeclared { has: false, .. } => l.t("声明：没有利益关系", "Declared: no interest"),
        Event::InterestDeclared { has: true, .. } => l.t("声明：有利益关系，回避", "Declared an interest and steps aside"),
        Event::MandateRecorded { mandate } => {
            let until = l.date(mandate.until).words;
            return l.pick(format!("登记授权委托书，有效期至{until}"), format!("Mandate recorded, until {until}"));
        }
        Event::Requested { asks, .. } => {
            return l.pick(format!("持证人申请：{}", measure(l, asks)), format!("The holder asks: {}", measure(l, asks)));
        }
        Event::RequestRefused { id, .. } => return l.pick(format!("不同意第{id}号申请"), format!("Request no. {id} refused")),
        Event::FindingStated { obliges: o, .. } => {
            return l
                .pick(format!("主管部门监督意见：{}", obliges(l, *o)), format!("Finding of an authority: {}", obliges(l, *o)));
        }
        Event::FindingLifted { id, .. } => return l.pick(format!("解除第{id}号监督意见"), format!("Finding no. {id} lifted")),
        Event::FlowsDeclared { .. } => l.t("申报实际出境情况", "Actual flows declared"),
        Event::SuggestionSetAside { id, .. } => {
            return l.pick(format!("不采纳第{id}号系统提示"), format!("Suggestion no. {id} set aside"));
        }
        Event::MeasureProposed { measure: m, .. } => {
            return l.pick(format!("提出：{}", measure(l, m)), format!("Proposed: {}", measure(l, m)));
        }
        Event::PartyHeard { statement: Some(_) } => l.t("持证人陈述意见", "The holder was heard"),
        Event::PartyHeard { statement: None } => l.t("持证人放弃陈述", "The holder waived the hearing"),
        Event::MeasureDropped { .. } => l.t("撤销处理措施", "Measure dropped"),
        Event::MeasureTaken { effective_on } => {
            let d = l.date(*effective_on).words;
            return l.pick(format!("决定处理措施，{d}生效"), format!("Measure decided, effective {d}"));
        }
        Event::SurveillanceTriggered { trigger: t, .. } => {
            return l.pick(format!("提前监督：{}", trigger(l, *t)), format!("Surveillance triggered: {}", trigger(l, *t)));
        }
        Event::SurveillanceDone { id, conforming: true, .. } => {
            return l.pick(format!("第{id}次监督：通过"), format!("Surveillance no. {id}: passed"));
        }
        Event::SurveillanceDone { id, .. } => {
            return l.pick(format!("第{id}次监督：没有通过"), format!("Surveillance no. {id}: not passed"));
        }
        Event::RenewalApplied { late: false, .. } => l.t("收到续证委托", "Renewal applied for"),
        Event::RenewalApplied { late: true, .. } => l.t("收到续证委托（逾期）", "Renewal applied for, late"),
        Event::SuccessorLinked { .. } => l.t("关联新证书", "Successor linked"),
        Event::Expired => l.t("有效期届满", "Validity ended"),
        Event::ViolationReported { .. } => l.t("向网信部门和有关部门报告违法", "Violation reported to the authorities"),
        Event::ReportOwed { record } => {
            return l.pick(
                format!("应报送第{}号：{}", record.seq, change(l, record.change)),
                format!("Report no. {} owed: {}", record.seq, change(l, record.change)),
            );
        }
        Event::ReportSent { seq, target, .. } => {
            return l.pick(format!("第{seq}号报送已发出（{target}）"), format!("Report no. {seq} handed over ({target})"));
        }
        Event::ReportReceived { seq, .. } => {
            return l.pick(format!("第{seq}号报送已有回执"), format!("Report no. {seq} has its receipt"));
        }
        Event::ReportRejected { seq, .. } => {
            return l.pick(format!("第{seq}号报送被平台退回"), format!("Report no. {seq} was refused by the platform"));
        }
        Event::ReportResent { seq, .. } => {
            return l.pick(format!("第{seq}号报送重新发出"), format!("Report no. {seq} is sent again"));
        }
        Event::ViolationAcknowledged { id, .. } => {
            return l.pick(format!("第{id}次违法情况报告已签收"), format!("Violation report no. {id} acknowledged"));
        }
    };
    fixed.to_owned()
}

/// What somebody wrote in an event.
pub fn said(e: &Event) -> &str {
    match e {
        Event::Requested { reason, .. }
        | Event::RequestRefused { reason, .. }
        | Event::FindingLifted { reason, .. }
        | Event::SuggestionSetAside { reason, .. }
        | Event::MeasureDropped { reason }
        | Event::ReportRejected { reason, .. }
        | Event::ReportResent { reason, .. }
        | Event::SurveillanceTriggered { reason, .. } => reason,
        Event::ViolationAcknowledged { note, .. } => note,
        Event::FindingStated { summary, .. } | Event::ViolationReported { summary, .. } => summary,
        Event::MeasureProposed { ground, .. } => ground,
        Event::PartyHeard { statement } => statement.as_deref().unwrap_or_default(),
        Event::SurveillanceDone { note, .. } => note,
        Event::InterestDeclared { words, .. } => words,
        Event::ReportReceived { receipt, .. } => receipt,
        _ => "",
    }
}

/// Whether an event is bad news.
pub fn is_bad(e: &Event) -> bool {
    matches!(
        e,
        Event::FindingStated { .. }
            | Event::RequestRefused { .. }
            | Event::InterestDeclared { has: true, .. }
            | Event::SurveillanceDone { conforming: false, .. }
            | Event::Expired
            | Event::ReportRejected { .. }
            | Event::ViolationReported { .. }
    ) || matches!(e, Event::MeasureProposed { measure, .. } if !matches!(measure, Measure::Restore | Measure::Change { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_has_its_own_address_and_name() {
        for l in [Lang::Zh, Lang::En] {
            let mut names: Vec<_> = Action::ALL.iter().map(|a| (act_name(*a), action(l, *a))).collect();
            names.sort_unstable();
            names.dedup_by(|a, b| a.0 == b.0 || a.1 == b.1);
            assert_eq!(names.len(), Action::ALL.len());
        }
    }
}
