//! Messages of certification in words.

use jiff::civil::Date;

use super::{MessageData, MessageKind};
use crate::web::lang::Lang;

/// Subject and text of a message of certification.
pub(super) fn message(l: Lang, kind: MessageKind, d: &MessageData) -> (String, String) {
    let MessageData { number, name, reason, .. } = d;
    let day = |l: Lang| d.due.parse::<Date>().map_or_else(|_| d.due.clone(), |day| l.date(day).words);
    let (zh_day, en_day) = (day(Lang::Zh), day(Lang::En));
    let (zh, en) = match kind {
        MessageKind::ApplicationReceived => (
            (format!("收到认证委托：{name}"), format!("{number}，待受理。打开案件前先作利益关系声明。")),
            (
                format!("Application received: {name}"),
                format!("{number} waits to be accepted. Declare your interests before you open it."),
            ),
        ),
        MessageKind::ApplicationWithdrawn => (
            (format!("认证委托已撤回：{name}"), format!("{number}：{reason}")),
            (format!("Application withdrawn: {name}"), format!("{number}: {reason}")),
        ),
        MessageKind::ApplicationAccepted => (
            (format!("认证委托已受理：{name}"), format!("{number}已经受理，下一步由认证机构制定认证方案。")),
            (
                format!("Application accepted: {name}"),
                format!("{number} was accepted. Next, the body makes the certification plan."),
            ),
        ),
        MessageKind::ApplicationDeclined => (
            (format!("认证委托不予受理：{name}"), format!("{number}，理由：{reason}")),
            (format!("Application not accepted: {name}"), format!("{number}. Reasons: {reason}")),
        ),
        MessageKind::VerificationAsked => (
            (format!("请开展技术验证：{name}"), format!("{number}的认证方案指定本机构开展技术验证。")),
            (
                format!("Technical verification asked for: {name}"),
                format!("The plan of {number} names your organisation for the technical verification."),
            ),
        ),
        MessageKind::VerificationSigned => (
            (format!("技术验证报告已签署：{name}"), format!("{number}，报告同时提供给认证机构和委托人。")),
            (
                format!("Verification report signed: {name}"),
                format!("{number}: the report goes to the certification body and to the applicant."),
            ),
        ),
        MessageKind::RectificationOrdered => (
            (format!("限期整改：{name}"), format!("{number}有不符合项，请在{zh_day}前完成整改。期限由认证机构规定。")),
            (
                format!("Rectification: {name}"),
                format!("{number} has nonconformities. Correct them by {en_day}; the limit is set by the body."),
            ),
        ),
        MessageKind::CorrectionAnswered => (
            (format!("整改有新的材料：{name}"), format!("{number}，待审核员确认。")),
            (format!("Correction answered: {name}"), format!("{number} waits for the auditor.")),
        ),
        MessageKind::CorrectionReturned => (
            (format!("整改措施被退回：{name}"), format!("{number}：{reason}")),
            (format!("Correction returned: {name}"), format!("{number}: {reason}")),
        ),
        MessageKind::CertificationDecided => (
            (format!("决定予以认证：{name}"), format!("{number}，证书由认证机构及时颁发。")),
            (format!("Decided to certify: {name}"), format!("{number}: the body issues the certificate promptly.")),
        ),
        MessageKind::CertificationEnded => (
            (format!("终止认证：{name}"), format!("{number}，书面理由：{reason}")),
            (format!("Certification ended: {name}"), format!("{number}. Written reasons: {reason}")),
        ),
        MessageKind::CertificateIssued => (
            (format!("证书已颁发：{name}"), format!("证书编号{number}，有效期至{zh_day}。")),
            (format!("Certificate issued: {name}"), format!("Certificate {number}, valid until {en_day}.")),
        ),
        MessageKind::CertificateSuspended => changed(name, number, reason, &zh_day, &en_day, ("暂停", "suspended")),
        MessageKind::CertificateRestored => changed(name, number, reason, &zh_day, &en_day, ("恢复", "restored")),
        MessageKind::CertificateRevoked => changed(name, number, reason, &zh_day, &en_day, ("撤销", "revoked")),
        MessageKind::CertificateCancelled => changed(name, number, reason, &zh_day, &en_day, ("注销", "cancelled")),
        MessageKind::CertificateChanged => changed(name, number, reason, &zh_day, &en_day, ("变更", "changed")),
        MessageKind::CertificateExpired => (
            (format!("证书有效期已届满：{name}"), format!("证书{number}已经过期。继续出境的，请另行办理。")),
            (format!("Certificate expired: {name}"), format!("Certificate {number} has ended. To go on, apply anew.")),
        ),
        MessageKind::HearingOpened => (
            (format!("拟对证书采取措施，可以陈述意见：{name}"), format!("证书{number}，事由：{reason}")),
            (format!("A measure is proposed; you can be heard: {name}"), format!("Certificate {number}. Ground: {reason}")),
        ),
        MessageKind::FindingStated => (
            (format!("主管部门提出意见：{name}"), format!("证书{number}：{reason}。应当暂停直至撤销的，请及时办理。")),
            (format!("Finding of an authority: {name}"), format!("Certificate {number}: {reason}. Act on it promptly.")),
        ),
        MessageKind::CertificateRequested => (
            (format!("持证人提出申请：{name}"), format!("证书{number}：{reason}")),
            (format!("Request of the holder: {name}"), format!("Certificate {number}: {reason}")),
        ),
        MessageKind::MandateRecorded => (
            (
                format!("授权委托书已登记：{name}"),
                format!("证书{number}的授权委托书已登记，由{}办理，有效期至{zh_day}。登记人：{}。", d.reason, d.by),
            ),
            (
                format!("Mandate recorded: {name}"),
                format!("The mandate for certificate {number} was recorded by {}: {reason} acts until {en_day}.", d.by),
            ),
        ),
        MessageKind::FlowsBeyond => (
            (
                format!("实际出境情况超出认证范围：{name}"),
                format!("证书{number}：申报的实际情况有{}项超出。请核实，是否暂停直至撤销由人决定。", d.left),
            ),
            (
                format!("Actual flows beyond the certified scope: {name}"),
                format!(
                    "Certificate {number}: {} of the declared facts go beyond it. Look into it; people decide on suspension and revocation.",
                    d.left
                ),
            ),
        ),
        other => super::message_reporting::message(other, d),
    };
    l.pick(zh, en)
}

/// Both languages of a change of status.
pub(super) type Both = ((String, String), (String, String));

fn changed(name: &str, number: &str, reason: &str, zh_day: &str, en_day: &str, what: (&str, &str)) -> Both {
    (
        (format!("证书已{}：{name}", what.0), format!("证书{number}自{zh_day}起{}。事由：{reason}", what.0)),
        (
            format!("Certificate {}: {name}", what.1),
            format!("Certificate {number} is {} from {en_day}. Ground: {reason}", what.1),
        ),
    )
}
