//! Messages of the inbox in words.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::web::lang::Lang;

/// What a message is about. The stored names are kept for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// A body has submitted (to CAC).
    Submitted,
    /// A body has taken its filing back (to CAC).
    Withdrawn,
    /// A case waits for the joint opinion (to the data authority).
    SentToNda,
    /// The opinion is here (to CAC).
    Opinion,
    /// A proposal waits for the decision (to CAC).
    Proposed,
    /// A proposal was returned (to CAC).
    Returned,
    /// Filed and published (to the body).
    Filed,
    /// Not filed (to the body).
    Refused,
    /// Taken off the list (to the body).
    Removed,
    /// An organisation asks for registration (to CAC).
    Registered,
    /// The registration is confirmed (to the body).
    OrgConfirmed,
    /// The registration is not confirmed (to the body).
    OrgRefused,
    /// A limit draws near or has passed (to whose it is).
    Deadline,
    /// A new holiday notice has moved a limit (to both sides).
    Redated,
    /// An application was received (to the body).
    ApplicationReceived,
    /// An application was taken back (to the body).
    ApplicationWithdrawn,
    /// An application was accepted (to the applicant).
    ApplicationAccepted,
    /// An application was not accepted (to the applicant).
    ApplicationDeclined,
    /// A plan names the verification body (to it).
    VerificationAsked,
    /// The report of the verification is here (to body and applicant, R37 4.2).
    VerificationSigned,
    /// Rectification was ordered (to the applicant).
    RectificationOrdered,
    /// A correction was proposed or completed (to the body).
    CorrectionAnswered,
    /// A correction was returned (to the applicant).
    CorrectionReturned,
    /// Decided: a certificate follows (to the applicant).
    CertificationDecided,
    /// Ended with written reasons (to the applicant).
    CertificationEnded,
    /// A certificate was issued (to the holder).
    CertificateIssued,
    /// A certificate was suspended (to the holder).
    CertificateSuspended,
    /// A certificate was restored (to the holder).
    CertificateRestored,
    /// A certificate was revoked (to the holder).
    CertificateRevoked,
    /// A certificate was cancelled (to the holder).
    CertificateCancelled,
    /// The validity of a certificate has ended (to the holder).
    CertificateExpired,
    /// A certificate was changed (to the holder).
    CertificateChanged,
    /// A measure is proposed and the holder can be heard (to the holder).
    HearingOpened,
    /// An authority stated a finding (to the body, M 10(2)).
    FindingStated,
    /// The holder asks for something (to the body).
    CertificateRequested,
    /// The national platform refused a report (to the body).
    ReportRejected,
    /// A body reports a violation (to CAC, M 11).
    ViolationReported,
    /// CAC acknowledged it (to the body).
    ViolationAcknowledged,
    /// A report to the national platform is owed (to the body, M 9(1)).
    ReportDue,
    /// A surveillance draws near or is overdue (to the body, R37 4.5).
    SurveillanceDue,
    /// The time to apply for renewal draws near (to the holder, M 8(2)).
    RenewalDue,
    /// The validity of a certificate comes to its end (to the holder).
    ValidityEnds,
    /// The limit of a stage draws near or has passed (to the body, R37 4.6).
    StageDue,
    /// The time for corrections draws near or has passed (to the applicant).
    RectificationDue,
    /// A finding of an authority is not carried out (to the body, M 10(2)).
    FindingDue,
    /// Declared flows go beyond the certified scope (to the body, M 10(1)).
    FlowsBeyond,
    /// The mandate of whoever acts for a holder abroad ends or has ended (to the holder's side, M 7(2)).
    MandateEnds,
    /// A mandate was recorded: renewed, or given to another (to the body and to the holder's side, M 7(2)).
    MandateRecorded,
}

impl MessageKind {
    /// All kinds.
    pub const ALL: [Self; 48] = [
        Self::Submitted,
        Self::Withdrawn,
        Self::SentToNda,
        Self::Opinion,
        Self::Proposed,
        Self::Returned,
        Self::Filed,
        Self::Refused,
        Self::Removed,
        Self::Registered,
        Self::OrgConfirmed,
        Self::OrgRefused,
        Self::Deadline,
        Self::Redated,
        Self::ApplicationReceived,
        Self::ApplicationWithdrawn,
        Self::ApplicationAccepted,
        Self::ApplicationDeclined,
        Self::VerificationAsked,
        Self::VerificationSigned,
        Self::RectificationOrdered,
        Self::CorrectionAnswered,
        Self::CorrectionReturned,
        Self::CertificationDecided,
        Self::CertificationEnded,
        Self::CertificateIssued,
        Self::CertificateSuspended,
        Self::CertificateRestored,
        Self::CertificateRevoked,
        Self::CertificateCancelled,
        Self::CertificateExpired,
        Self::CertificateChanged,
        Self::HearingOpened,
        Self::FindingStated,
        Self::CertificateRequested,
        Self::ReportRejected,
        Self::ViolationReported,
        Self::ViolationAcknowledged,
        Self::ReportDue,
        Self::SurveillanceDue,
        Self::RenewalDue,
        Self::ValidityEnds,
        Self::StageDue,
        Self::RectificationDue,
        Self::FindingDue,
        Self::FlowsBeyond,
        Self::MandateEnds,
        Self::MandateRecorded,
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Withdrawn => "withdrawn",
            Self::SentToNda => "sent_to_nda",
            Self::Opinion => "opinion",
            Self::Proposed => "proposed",
            Self::Returned => "returned",
            Self::Filed => "filed",
            Self::Refused => "refused",
            Self::Removed => "removed",
            Self::Registered => "registered",
            Self::OrgConfirmed => "org_confirmed",
            Self::OrgRefused => "org_refused",
            Self::Deadline => "deadline",
            Self::Redated => "redated",
            Self::ApplicationReceived => "application_received",
            Self::ApplicationWithdrawn => "application_withdrawn",
            Self::ApplicationAccepted => "application_accepted",
            Self::ApplicationDeclined => "application_declined",
            Self::VerificationAsked => "verification_asked",
            Self::VerificationSigned => "verification_signed",
            Self::RectificationOrdered => "rectification_ordered",
            Self::CorrectionAnswered => "correction_answered",
            Self::CorrectionReturned => "correction_returned",
            Self::CertificationDecided => "certification_decided",
            Self::CertificationEnded => "certification_ended",
            Self::CertificateIssued => "certificate_issued",
            Self::CertificateSuspended => "certificate_suspended",
            Self::CertificateRestored => "certificate_restored",
            Self::CertificateRevoked => "certificate_revoked",
            Self::CertificateCancelled => "certificate_cancelled",
            Self::CertificateExpired => "certificate_expired",
            Self::CertificateChanged => "certificate_changed",
            Self::HearingOpened => "hearing_opened",
            Self::FindingStated => "finding_stated",
            Self::CertificateRequested => "certificate_requested",
            Self::ReportRejected => "report_rejected",
            Self::ViolationReported => "violation_reported",
            Self::ViolationAcknowledged => "violation_acknowledged",
            Self::ReportDue => "report_due",
            Self::SurveillanceDue => "surveillance_due",
            Self::RenewalDue => "renewal_due",
            Self::ValidityEnds => "validity_ends",
            Self::StageDue => "stage_due",
            Self::RectificationDue => "rectification_due",
            Self::FindingDue => "finding_due",
            Self::FlowsBeyond => "flows_beyond",
            Self::MandateEnds => "mandate_ends",
            Self::MandateRecorded => "mandate_recorded",
        }
    }

    /// Reads a stored name.
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == s)
    }
}

/// What the words of a message need; stored as JSON with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageData {
    /// 备申〔YYYY〕NNN号.
    pub number: String,
    /// Name of the body.
    pub name: String,
    /// 文号 of the notice.
    pub notice: String,
    /// 备案编号.
    pub filing: String,
    /// A reason given.
    pub reason: String,
    /// Who acted.
    pub by: String,
    /// Last day of a limit.
    pub due: String,
    /// Its latest possible last day, where a notice is missing; else empty or the same.
    pub until: String,
    /// Working days left, negative when passed.
    pub left: i64,
}

/// Subject and text of a message. An unknown kind, written by a later version, is named as it
/// is stored.
pub fn message(l: Lang, kind: &str, d: &MessageData) -> (String, String) {
    let Some(kind) = MessageKind::parse(kind) else { return (kind.to_owned(), d.number.clone()) };
    let MessageData { number, name, notice, filing, reason, by, due, .. } = d;
    let (zh, en) = match kind {
        MessageKind::Submitted => (
            (format!("新收到备案材料：{name}"), format!("{number}，待分办。")),
            (format!("New filing: {name}"), format!("{number}, to be assigned.")),
        ),
        MessageKind::Withdrawn => (
            (format!("备案申请已撤回：{name}"), format!("{number}由申请机构撤回。")),
            (format!("Filing withdrawn: {name}"), format!("{number} was taken back by the body.")),
        ),
        MessageKind::SentToNda => (
            (format!("请会同审核：{name}"), format!("{number}，由{by}送来。30个工作日的时限继续计算。")),
            (
                format!("For the joint opinion: {name}"),
                format!("{number}, sent by {by}. The limit of 30 working days keeps running."),
            ),
        ),
        MessageKind::Opinion => (
            (format!("会同意见已反馈：{name}"), format!("{number}，可以提出办理意见。")),
            (format!("Joint opinion given: {name}"), format!("{number}: the proposal can be made.")),
        ),
        MessageKind::Proposed => (
            (format!("待审定：{name}"), format!("{number}，{by}已提出办理意见。")),
            (format!("Waiting for the decision: {name}"), format!("{number}, proposed by {by}.")),
        ),
        MessageKind::Returned => (
            (format!("办理意见已退回：{name}"), format!("{number}：{reason}")),
            (format!("Proposal returned: {name}"), format!("{number}: {reason}")),
        ),
        MessageKind::Filed => (
            (
                "备案通知书：予以备案并公示".to_owned(),
                format!("{number}审核完毕，予以备案并公示。备案编号{filing}，通知书{notice}。"),
            ),
            (
                "Notice: filed and published".to_owned(),
                format!("{number} has been reviewed: filed and published. Filing number {filing}, notice {notice}."),
            ),
        ),
        MessageKind::Refused => (
            (
                "不予备案通知书".to_owned(),
                format!("{number}本次不予备案，理由见通知书{notice}。补齐后可以重新提交，已有材料会保留。"),
            ),
            (
                "Notice: not filed".to_owned(),
                format!(
                    "{number} is not filed this time; the reasons are in notice {notice}. Complete the materials and file again: your documents are kept."
                ),
            ),
        ),
        MessageKind::Removed => (
            ("已移出备案名单".to_owned(), format!("{name}：{reason}")),
            ("Removed from the list".to_owned(), format!("{name}: {reason}")),
        ),
        MessageKind::Registered => (
            (format!("机构申请注册：{name}"), "待核对注册材料。".to_owned()),
            (format!("Registration asked for: {name}"), "The scans wait to be checked.".to_owned()),
        ),
        MessageKind::OrgConfirmed => (
            ("机构注册已确认".to_owned(), format!("{name}可以提交了。")),
            ("Registration confirmed".to_owned(), format!("{name} can submit now.")),
        ),
        MessageKind::OrgRefused => {
            (("机构注册没有通过核对".to_owned(), reason.clone()), ("Registration not confirmed".to_owned(), reason.clone()))
        }
        MessageKind::Deadline => (deadline(Lang::Zh, d), deadline(Lang::En, d)),
        MessageKind::Redated => {
            let (zh, en) = if d.until.is_empty() || d.until == *due {
                (due.clone(), due.clone())
            } else {
                (
                    format!("{due}至{}之间（放假通知尚未发布）", d.until),
                    format!("between {due} and {} (a holiday notice is still missing)", d.until),
                )
            };
            (
                (format!("期限日期已按新的放假通知调整：{name}"), format!("{number}期限届满日：{zh}。依据：{reason}。")),
                (format!("A limit was dated again: {name}"), format!("{number} The last day is now {en}. Source: {reason}.")),
            )
        }
        of_certification => return super::message_certification::message(l, of_certification, d),
    };
    l.pick(zh, en)
}

/// Without a number it is the body's own ten working days, with one the review's thirty.
fn deadline(l: Lang, d: &MessageData) -> (String, String) {
    let MessageData { number, name, left, .. } = d;
    let due = d.due.parse::<Date>().map_or_else(|_| d.due.clone(), |day| l.date(day).words);
    let days = l.working_days(left.abs());
    match (number.is_empty(), *left < 0) {
        (true, true) => (
            l.t("备案办理期限已过", "The time for filing has passed").to_owned(),
            l.pick(
                format!("应于{due}前办理备案。仍可以提交，平台会标注逾期，请在表单中说明原因。"),
                format!("The filing was due by {due}. It can still be submitted; it is marked late, and the form asks for the reason."),
            ),
        ),
        (true, false) => (
            l.pick(format!("备案办理期限还剩{days}"), format!("{days} left to file")),
            l.pick(format!("请于{due}前提交备案材料。"), format!("Please submit the filing by {due}.")),
        ),
        (false, true) => (
            l.pick(format!("审核已超期：{name}"), format!("Review overdue: {name}")),
            l.pick(
                format!("{number}的审核期限已于{due}届满，已超{days}，须书面说明原因。平台不会自动作出决定。"),
                format!("The limit of {number} passed on {due}, {days} ago: a written reason is needed. The platform never decides by itself."),
            ),
        ),
        (false, false) => (
            l.pick(format!("审核期限还剩{days}：{name}"), format!("{days} left: {name}")),
            l.pick(
                format!("{number}的审核期限于{due}届满，公示也在期限之内。"),
                format!("The limit of {number} ends on {due}; publication is part of it."),
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_words_in_both_languages_and_its_name_comes_back() {
        let data = MessageData {
            name: "示例机构（虚构）".into(), number: "备申〔2026〕003号".into(), ..MessageData::default()
        };
        for kind in MessageKind::ALL {
            assert_eq!(MessageKind::parse(kind.as_str()), Some(kind));
            let (zh, en) = (message(Lang::Zh, kind.as_str(), &data), message(Lang::En, kind.as_str(), &data));
            assert_ne!(zh.0, en.0);
        }
        assert_eq!(message(Lang::Zh, "later", &data).0, "later");
    }
}
