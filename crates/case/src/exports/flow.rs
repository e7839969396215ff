//! A flow: what leaves, to whom, what for, and on which legal basis.

use guosuo_rules::path::Ground;
use guosuo_rules::yearly::Way;
use serde::{Deserialize, Serialize};

use crate::certification::{Kind, MAINLAND, Recipient, is_country};
use crate::text;

macro_rules! bases {
    ($($(#[$doc:meta])* $name:ident $code:literal $article:literal,)*) => {
        /// On what the handling rests (PIPL 13(1)). Only under (i) is consent asked for; under (ii)–(vii) none is needed,
        /// but the notice is (PIPL 13(2), Q2607 q1).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Basis { $($(#[$doc])* $name,)* }

        impl Basis {
            /// All, in the order of the article.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Name in forms and files.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Where it is written.
            pub const fn article(self) -> &'static str {
                match self { $(Self::$name => $article,)* }
            }

            /// The basis of a name.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|b| b.code() == code)
            }
        }
    };
}

bases! {
    /// (一) Consent.
    Consent "consent" "PIPL 13(1)(i)",
    /// (二) A contract of the individual, or the management of its employees under lawful rules and collective contract.
    Contract "contract" "PIPL 13(1)(ii)",
    /// (三) A statutory duty or obligation.
    Duty "duty" "PIPL 13(1)(iii)",
    /// (四) Public health, or an emergency for life, health or property.
    Emergency "emergency" "PIPL 13(1)(iv)",
    /// (五) News reporting and supervision by public opinion, within reason.
    News "news" "PIPL 13(1)(v)",
    /// (六) Information that the individual published or that was lawfully published, within reason.
    Published "published" "PIPL 13(1)(vi)",
    /// (七) Other cases of laws and administrative regulations.
    OtherLaw "other_law" "PIPL 13(1)(vii)",
}

/// What is known of a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FlowFacts {
    /// Its name.
    pub name: String,
    /// The affiliate that exports.
    pub exporter: String,
    /// How individuals reach the exporter.
    pub contact: String,
    /// Who receives.
    pub recipient: Recipient,
    /// What for.
    pub purpose: String,
    /// How the recipient handles it.
    pub method: String,
    /// What kinds.
    pub kinds: Vec<Kind>,
    /// Longest retention abroad, in months.
    pub retention_months: u32,
    /// On what it rests.
    pub basis: Option<Basis>,
    /// Why that basis holds, where it is not consent.
    pub basis_words: String,
    /// Whether people under 14 are among them: all their information is sensitive (PIPL 28).
    pub under_14: bool,
    /// Why sensitive information has to leave (PIPL 30).
    pub necessity: String,
    /// What that means for the rights of the individual (PIPL 30).
    pub effect: String,
    /// How rights are exercised towards the exporter (PIPL 17(1)(iii)).
    pub rights: String,
    /// How they are exercised towards the recipient (PIPL 39).
    pub rights_abroad: String,
    /// Under what it leaves.
    pub way: Way,
    /// The exempt scenario that is claimed (P16 3–6).
    pub exempt: Ground,
}

impl Default for FlowFacts {
    fn default() -> Self {
        Self {
            name: String::new(),
            exporter: String::new(),
            contact: String::new(),
            recipient: Recipient::default(),
            purpose: String::new(),
            method: String::new(),
            kinds: Vec::new(),
            retention_months: 0,
            basis: None,
            basis_words: String::new(),
            under_14: false,
            necessity: String::new(),
            effect: String::new(),
            rights: String::new(),
            rights_abroad: String::new(),
            way: Way::None,
            exempt: Ground::None,
        }
    }
}

impl FlowFacts {
    /// Whether anything in it is sensitive (PIPL 28).
    pub fn is_sensitive(&self) -> bool {
        self.under_14 || self.kinds.iter().any(|k| k.sensitive)
    }
}

/// What a flow lacks before it can stand in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "lack", rename_all = "snake_case")]
pub enum FlowLack {
    /// A text is empty, too long, or holds a character that cannot be stored.
    Text {
        /// Which field, by its name in the form.
        field: &'static str,
    },
    /// The recipient is in no country that is known, or in the mainland.
    Country,
    /// No kind is given.
    Kinds,
    /// No legal basis is chosen (PIPL 13).
    Basis,
    /// The basis is not consent, and nothing says why it holds.
    BasisWords,
}

/// What a flow lacks, in the order of the form. Texts of the notice may come later: [`super::Notice`] names them.
pub fn check_flow(f: &FlowFacts) -> Vec<FlowLack> {
    let fits = |value: &str, max: usize| value.chars().count() <= max && text::check(value, true).is_ok();
    let mut out = Vec::new();
    for (field, value) in [
        ("name", &f.name),
        ("exporter", &f.exporter),
        ("recipient", &f.recipient.name),
        ("recipient_contact", &f.recipient.contact),
        ("purpose", &f.purpose),
        ("method", &f.method),
    ] {
        if text::is_blank(value) || !fits(value, 500) {
            out.push(FlowLack::Text { field });
        }
    }
    for (field, value) in [
        ("contact", &f.contact),
        ("basis_words", &f.basis_words),
        ("necessity", &f.necessity),
        ("effect", &f.effect),
        ("rights", &f.rights),
        ("rights_abroad", &f.rights_abroad),
    ] {
        if !fits(value, 4_000) {
            out.push(FlowLack::Text { field });
        }
    }
    if !is_country(&f.recipient.country) || f.recipient.country == MAINLAND {
        out.push(FlowLack::Country);
    }
    if f.kinds.is_empty() || f.kinds.len() > 200 || f.kinds.iter().any(|k| text::is_blank(&k.name) || !fits(&k.name, 200)) {
        out.push(FlowLack::Kinds);
    }
    match f.basis {
        None => out.push(FlowLack::Basis),
        Some(Basis::Consent) => {}
        Some(_) if text::is_blank(&f.basis_words) => out.push(FlowLack::BasisWords),
        Some(_) => {}
    }
    out
}
