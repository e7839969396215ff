//! What the path engine is told, and what it answers.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::law::Overlay;
use crate::article::Article;

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $code)] $variant,)* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Name in interfaces.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The value of a name.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

codes! {
    /// The exempt scenario that the exporter claims for a flow.
    Ground {
        /// None.
        None "none",
        /// Contract to which the individual is a party, really needed.
        Contract "contract",
        /// Cross-border HR management under lawful labour rules and a collective contract, really needed.
        Hr "hr",
        /// Cross-border HR management without the collective contract: no exemption.
        HrWithoutCollectiveContract "hr_without_collective_contract",
        /// Emergency, to protect life, health or property.
        Emergency "emergency",
        /// Statutory duty or obligation.
        LegalDuty "legal_duty",
        /// Information collected abroad that only passes through.
        Transit "transit",
        /// Neither personal information nor important data.
        NoPiNoImportant "no_pi_no_important",
        /// The standard contract of the Greater Bay Area.
        GbaContract "gba_contract",
    }
}

codes! {
    /// Where the exporter stands towards the negative list of a free trade zone.
    Ftz {
        /// Not in a zone.
        NotFtz "not_ftz",
        /// In a zone without a filed list.
        ListAbsent "list_absent",
        /// The data are inside the list.
        InsideList "inside_list",
        /// The data are outside the list.
        OutsideList "outside_list",
    }
}

codes! {
    /// The answer.
    Path {
        /// Nothing is exported.
        None "none",
        /// None of the three mechanisms is needed.
        Exempt "exempt",
        /// Standard contract or certification, as the exporter likes.
        SccOrCertification "scc_or_certification",
        /// Security assessment.
        SecurityAssessment "security_assessment",
        /// As the negative list of the zone says.
        ByNegativeList "by_negative_list",
        /// As the treaty says.
        Treaty "treaty",
        /// The texts do not decide: a person must.
        Review "review",
    }
}

codes! {
    /// The tests, in the order in which they are made.
    Test {
        /// Is anything exported at all?
        Export "export",
        /// Neither personal information nor important data.
        NoPersonalNoImportant "no_personal_no_important",
        /// Foreign information passing through.
        TransitOnly "transit_only",
        /// Important data notified or published.
        ImportantData "important_data",
        /// Outside the negative list of the zone.
        OutsideNegativeList "outside_negative_list",
        /// Contract with the individual.
        ContractNeed "contract_need",
        /// HR management.
        HrManagement "hr_management",
        /// Emergency.
        EmergencyNeed "emergency_need",
        /// Statutory duty.
        StatutoryDuty "statutory_duty",
        /// The contract of the Greater Bay Area.
        GbaContractUsed "gba_contract_used",
        /// A treaty with own conditions.
        TreatyConditions "treaty_conditions",
        /// Inside the negative list of the zone.
        InsideNegativeList "inside_negative_list",
        /// State organ.
        StateOrgan "state_organ",
        /// Operator of critical information infrastructure.
        Ciio "ciio",
        /// People handled in all (first version of the law).
        HandledLine "handled_line",
        /// A line of the security assessment is reached.
        AssessmentLine "assessment_line",
        /// A line of the contract or certification is reached.
        MechanismLine "mechanism_line",
        /// Below every line.
        BelowAllLines "below_all_lines",
    }
}

codes! {
    /// What the law leaves open and the answer depends on or should mention.
    Open {
        /// Whether the non-sensitive part below its line must join the sensitive part.
        NonSensitiveBesideSensitive "non_sensitive_beside_sensitive",
        /// How a person is counted of whom both kinds left.
        PersonOfBothKinds "person_of_both_kinds",
        /// One official answer says "more than" where the Provisions say "at least"; the count is exactly the line.
        ExactlyAtTheLine "exactly_at_the_line",
        /// The statutory-duty ground stands in the Regulations and not in the older Provisions.
        LegalDutyNotInProvisions "legal_duty_not_in_provisions",
        /// Important data outside a negative list: which rule goes first.
        ImportantDataOutsideList "important_data_outside_list",
        /// Whether the exemptions reach operators of critical information infrastructure.
        ExemptionOfCiio "exemption_of_ciio",
        /// Data of such an operator inside a negative list.
        CiioInsideList "ciio_inside_list",
        /// The details of the contract of the Greater Bay Area were not verified.
        GbaDetails "gba_details",
        /// The facts contradict one another.
        FactsContradict "facts_contradict",
        /// The same people may be in several flows, and the answer depends on it.
        OverlapOfFlows "overlap_of_flows",
        /// The first version of the law counts sensitive information in; the sum counts some people twice.
        OldRuleTotal "old_rule_total",
        /// The ground was not law yet on that day.
        GroundNotInForce "ground_not_in_force",
    }
}

/// One export flow, or all of them when there is only one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// The exporter's name for it.
    #[serde(default)]
    pub name: String,
    /// Is it an export act at all (sending, remote access from abroad, processing abroad of people in China)?
    #[serde(default = "yes")]
    pub export: bool,
    /// Does it hold important data that were notified or published as such?
    #[serde(default)]
    pub important_data: bool,
    /// Distinct people since the law's starting day whose non-sensitive information left.
    #[serde(default)]
    pub non_sensitive: u64,
    /// Distinct people since the law's starting day whose sensitive information left.
    #[serde(default)]
    pub sensitive: u64,
    /// The exempt scenario claimed.
    #[serde(default = "no_ground")]
    pub exempt: Ground,
    /// The free trade zone.
    #[serde(default = "no_zone")]
    pub ftz: Ftz,
    /// Does a treaty to which China is a party set its own conditions?
    #[serde(default)]
    pub treaty: bool,
}

const fn yes() -> bool {
    true
}
const fn no_ground() -> Ground {
    Ground::None
}
const fn no_zone() -> Ftz {
    Ftz::NotFtz
}

impl Default for Flow {
    fn default() -> Self {
        Self {
            name: String::new(),
            export: true,
            important_data: false,
            non_sensitive: 0,
            sensitive: 0,
            exempt: Ground::None,
            ftz: Ftz::NotFtz,
            treaty: false,
        }
    }
}

/// Distinct people over all flows that count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Non-sensitive.
    pub non_sensitive: u64,
    /// Sensitive.
    pub sensitive: u64,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Operator of critical information infrastructure (关键信息基础设施运营者)?
    #[serde(default)]
    pub ciio: bool,
    /// A state organ?
    #[serde(default)]
    pub state_organ: bool,
    /// People whose information the exporter handles at all; used by the first version of the law only.
    #[serde(default)]
    pub handled: u64,
    /// The flows.
    pub flows: Vec<Flow>,
    /// Distinct people over all flows that count, where known exactly; otherwise the engine reasons with the range
    /// from the largest flow to the sum.
    #[serde(default)]
    pub totals: Option<Counts>,
    /// The day on which the question is asked.
    pub on: Date,
    /// Own numbers of the negative list, for flows inside it.
    #[serde(default)]
    pub overlay: Option<Overlay>,
}

impl Case {
    /// A case of a single flow.
    pub fn single(flow: Flow, ciio: bool, on: Date) -> Self {
        Self { ciio, state_organ: false, handled: 0, flows: vec![flow], totals: None, on, overlay: None }
    }
}

/// One test that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The test.
    pub test: Test,
    /// Whether it decided.
    pub holds: bool,
    /// The articles that it applies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub articles: Vec<Article>,
}

/// A number that the answer was measured against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Boundary {
    /// Which count.
    pub fact: Fact,
    /// The count.
    pub count: u64,
    /// The line.
    pub line: u64,
    /// Whether the count reaches it (equal or above: CC 1259, QP2604 q1).
    pub reached: bool,
    /// Where the line is written.
    pub article: Article,
}

codes! {
    /// A fact that the answer depends on.
    Fact {
        /// People, non-sensitive.
        NonSensitive "non_sensitive",
        /// People, sensitive.
        Sensitive "sensitive",
        /// People handled.
        Handled "handled",
        /// Operator of critical information infrastructure.
        Ciio "ciio",
        /// Important data.
        ImportantData "important_data",
        /// Exempt scenario.
        Exempt "exempt",
        /// Free trade zone.
        Ftz "ftz",
    }
}

/// A change of one fact that changes the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The fact.
    pub fact: Fact,
    /// What it would have to be: a number, a truth value, a code.
    pub value: ChangeTo,
    /// For numbers: how far away that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<u64>,
    /// The answer then.
    pub path: Path,
}

/// The changed value of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ChangeTo {
    /// A number of people.
    Number(u64),
    /// A yes or no.
    Truth(bool),
    /// An exempt scenario.
    Ground(Ground),
    /// A place towards a negative list.
    Ftz(Ftz),
}

/// The result for one flow before aggregation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlowResult {
    /// The exporter's name for it.
    pub name: String,
    /// The answer when the flow settles it by itself; `None` when it goes into the counts.
    pub path: Option<Path>,
    /// Whether its people count.
    pub counted: bool,
    /// The tests made.
    pub steps: Vec<Step>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The path of the whole.
    pub path: Path,
    /// For an exempt answer: the item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Article>,
    /// The articles that carry the answer.
    pub articles: Vec<Article>,
    /// The version of the law.
    pub law: String,
    /// Each flow.
    pub flows: Vec<FlowResult>,
    /// The tests of the whole, in order.
    pub steps: Vec<Step>,
    /// The counts used.
    pub counts: Counts,
    /// The numbers that they were measured against.
    pub boundaries: Vec<Boundary>,
    /// What the law leaves open here.
    pub open_in_law: Vec<Open>,
    /// What would change the answer.
    pub would_change: Vec<Change>,
}
