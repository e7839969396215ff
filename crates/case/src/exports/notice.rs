//! The notice to individuals, as items with what fills them. The fronts turn it into sentences.

use serde::{Deserialize, Serialize};

use super::duty::{Duty, duties};
use super::flow::FlowFacts;
use crate::text;

macro_rules! items {
    ($($(#[$doc:meta])* $name:ident $code:literal $article:literal,)*) => {
        /// A thing that a notice tells.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum NoticeItem { $($(#[$doc])* $name,)* }

        impl NoticeItem {
            /// All, in the order of the notice.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Name in forms and files.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Where it is written.
            pub const fn article(self) -> &'static str {
                match self { $(Self::$name => $article,)* }
            }
        }
    };
}

items! {
    /// Who exports.
    Processor "processor" "PIPL 17(1)(i)",
    /// How to reach it.
    ProcessorContact "processor_contact" "PIPL 17(1)(i)",
    /// Who receives.
    Recipient "recipient" "PIPL 39",
    /// How to reach it.
    RecipientContact "recipient_contact" "PIPL 39",
    /// What for.
    Purpose "purpose" "PIPL 39",
    /// How it is handled.
    Method "method" "PIPL 39",
    /// What kinds of information.
    Kinds "kinds" "PIPL 39",
    /// How long it is kept.
    Retention "retention" "PIPL 17(1)(ii)",
    /// How to exercise rights towards the exporter.
    Rights "rights" "PIPL 17(1)(iii)",
    /// How to exercise them towards the recipient.
    RightsAbroad "rights_abroad" "PIPL 39",
    /// Why sensitive information has to leave.
    Necessity "necessity" "PIPL 30",
    /// What that means for the rights of the individual.
    Effect "effect" "PIPL 30",
}

/// A notice: each item with what fills it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The items of this flow, in order; the text is empty where nothing was given.
    pub items: Vec<(NoticeItem, String)>,
    /// Kinds that are sensitive.
    pub sensitive: Vec<String>,
    /// Kinds that are not.
    pub other: Vec<String>,
    /// Longest retention abroad in months.
    pub retention_months: u32,
    /// Whether separate consent is asked for.
    pub consent: bool,
    /// Whether a parent or guardian gives it.
    pub guardian: bool,
}

impl Notice {
    /// The notice of a flow.
    pub fn of(f: &FlowFacts) -> Self {
        let owed = duties(f);
        let (sensitive, other): (Vec<_>, Vec<_>) = f.kinds.iter().partition(|k| k.sensitive || f.under_14);
        let names = |list: Vec<&crate::certification::Kind>| list.into_iter().map(|k| k.name.clone()).collect::<Vec<_>>();
        let months = if f.retention_months == 0 { String::new() } else { f.retention_months.to_string() };
        let fill = |item: NoticeItem| match item {
            NoticeItem::Processor => f.exporter.clone(),
            NoticeItem::ProcessorContact => f.contact.clone(),
            NoticeItem::Recipient => f.recipient.name.clone(),
            NoticeItem::RecipientContact => f.recipient.contact.clone(),
            NoticeItem::Purpose => f.purpose.clone(),
            NoticeItem::Method => f.method.clone(),
            NoticeItem::Kinds => f.kinds.iter().map(|k| k.name.as_str()).collect::<Vec<_>>().join("、"),
            NoticeItem::Retention => months.clone(),
            NoticeItem::Rights => f.rights.clone(),
            NoticeItem::RightsAbroad => f.rights_abroad.clone(),
            NoticeItem::Necessity => f.necessity.clone(),
            NoticeItem::Effect => f.effect.clone(),
        };
        let told = |item: &NoticeItem| {
            !matches!(item, NoticeItem::Necessity | NoticeItem::Effect) || owed.contains(&Duty::SensitiveNotice)
        };
        Self {
            items: NoticeItem::ALL.iter().copied().filter(told).map(|i| (i, fill(i))).collect(),
            sensitive: names(sensitive),
            other: names(other),
            retention_months: f.retention_months,
            consent: owed.contains(&Duty::SeparateConsent),
            guardian: owed.contains(&Duty::GuardianConsent),
        }
    }

    /// Items that nothing fills yet.
    pub fn missing(&self) -> Vec<NoticeItem> {
        self.items.iter().filter(|(_, text)| text::is_blank(text)).map(|(item, _)| *item).collect()
    }
}
