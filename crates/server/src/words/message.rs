//! Messages of the inbox in words.

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
}

impl MessageKind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
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
}

/// Subject and text of a message. An unknown kind, written by a later version, is named as it
/// is stored.
pub fn message(l: Lang, kind: &str, d: &MessageData) -> (String, String) {
    let Some(kind) = MessageKind::parse(kind) else { return (kind.to_owned(), d.number.clone()) };
    let MessageData { number, name, notice, filing, reason, by } = d;
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
            ("机构注册已确认".to_owned(), format!("{name}可以办理备案了。")),
            ("Registration confirmed".to_owned(), format!("{name} can file now.")),
        ),
        MessageKind::OrgRefused => {
            (("机构注册没有通过核对".to_owned(), reason.clone()), ("Registration not confirmed".to_owned(), reason.clone()))
        }
    };
    l.pick(zh, en)
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
