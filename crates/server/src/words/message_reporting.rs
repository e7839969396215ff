//! Messages of reporting and of the limits of certification in words.

use jiff::civil::Date;

use super::message_certification::Both;
use super::{MessageData, MessageKind};
use crate::web::lang::Lang;

/// Subject and text of a message in both languages.
pub(super) fn message(kind: MessageKind, d: &MessageData) -> Both {
    let MessageData { number, name, reason, left, .. } = d;
    let day = |l: Lang| d.due.parse::<Date>().map_or_else(|_| d.due.clone(), |day| l.date(day).words);
    let (zh_day, en_day) = (day(Lang::Zh), day(Lang::En));
    let days = |l: Lang| l.working_days(left.abs());
    let (zh_left, en_left) = (days(Lang::Zh), days(Lang::En));
    let over = *left < 0;
    // What runs, in a sentence before and after its last day.
    let limit = |zh: &str, en: &str, zh_more: &str, en_more: &str| {
        if over {
            (
                (format!("{zh}已超期：{name}"), format!("{number}：期限已于{zh_day}届满，已超{zh_left}。{zh_more}")),
                (format!("{en} overdue: {name}"), format!("{number}: the limit passed on {en_day}, {en_left} ago. {en_more}")),
            )
        } else {
            (
                (format!("{zh}还剩{zh_left}：{name}"), format!("{number}：期限于{zh_day}届满。{zh_more}")),
                (format!("{en}: {en_left} left: {name}"), format!("{number}: the limit ends on {en_day}. {en_more}")),
            )
        }
    };
    match kind {
        MessageKind::ReportRejected => (
            (
                format!("报送被退回：{name}"),
                format!("证书{number}的报送被平台退回：{reason}。请更正报送，5个工作日的期限继续计算。"),
            ),
            (
                format!("Report refused: {name}"),
                format!(
                    "The platform refused a report of certificate {number}: {reason}. Correct it; the five working days keep running."
                ),
            ),
        ),
        MessageKind::ViolationReported => (
            (format!("认证机构报告违法：{name}"), format!("{number}：认证机构依照办法第十一条报告，发现的情况：{reason}")),
            (
                format!("Violation reported by a body: {name}"),
                format!("{number}: reported under Article 11 of the Measures. What was found: {reason}"),
            ),
        ),
        MessageKind::ViolationAcknowledged => (
            (format!("违法情况报告已签收：{name}"), format!("{number}：{reason}")),
            (format!("Violation report acknowledged: {name}"), format!("{number}: {reason}")),
        ),
        MessageKind::ReportDue => limit(
            "证书信息报送",
            "Report to the national platform",
            "请尽快报送或者登记回执。",
            "Send the report or register its receipt.",
        ),
        MessageKind::SurveillanceDue => {
            limit("获证后监督", "Surveillance", "期限是本机构规定的。", "The limit is the body's own.")
        }
        MessageKind::StageDue => {
            limit("认证环节", "Stage of the certification", "期限是本机构公布的。", "The limit is the body's own.")
        }
        MessageKind::RectificationDue => limit("整改", "Rectification", "请提交整改材料。", "Hand in the corrections."),
        MessageKind::FindingDue => limit(
            "主管部门监督意见",
            "Finding of an authority",
            "应当配合暂停使用直至撤销证书。",
            "The body is obliged to suspend, and in the end revoke, the certificate.",
        ),
        MessageKind::RenewalDue => (
            (
                format!("证书续期提醒：{name}"),
                format!(
                    "证书{number}需要继续使用的，应当在有效期届满前6个月，即{zh_day}前提出认证委托。逾期仍会受理，会作标注。"
                ),
            ),
            (
                format!("Time to renew: {name}"),
                format!(
                    "To go on using certificate {number}, apply by {en_day}, six months before its end. A late application is accepted and marked."
                ),
            ),
        ),
        MessageKind::MandateEnds if d.left < 0 => (
            (
                format!("授权委托书已经到期：{name}"),
                format!(
                    "证书{number}的授权委托书已于{zh_day}到期，受托机构不能再办理任何事项。请在证书页面“登记授权委托书”登记续签或者更换的授权（《办法》第七条）。"
                ),
            ),
            (
                format!("Mandate ended: {name}"),
                format!(
                    "The mandate for certificate {number} ended on {en_day}; whoever held it can no longer act. Record a renewed or another one on the page of the certificate, under “Record the mandate” (Measures, Article 7)."
                ),
            ),
        ),
        MessageKind::MandateEnds => (
            (
                format!("授权委托书还剩{}天到期：{name}", d.left),
                format!(
                    "证书{number}的授权委托书于{zh_day}到期，到期后受托机构不能再办理任何事项。请在证书页面“登记授权委托书”登记续签的授权（《办法》第七条）。"
                ),
            ),
            (
                format!("Mandate ends in {} days: {name}", d.left),
                format!(
                    "The mandate for certificate {number} ends on {en_day}; after that day whoever holds it cannot act. Record a renewed one on the page of the certificate, under “Record the mandate” (Measures, Article 7)."
                ),
            ),
        ),
        MessageKind::ValidityEnds => (
            (format!("证书即将到期：{name}"), format!("证书{number}的有效期到{zh_day}，到期后不得继续使用。")),
            (
                format!("Certificate about to expire: {name}"),
                format!("Certificate {number} is valid until {en_day} and not after it."),
            ),
        ),
        other => {
            let plain = (other.as_str().to_owned(), number.clone());
            (plain.clone(), plain)
        }
    }
}
