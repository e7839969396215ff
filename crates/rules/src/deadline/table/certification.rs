//! Certification and certificates (M 8–11, R37).

/// Hands these rows, after those before them, to the next macro.
macro_rules! certification {
    ($next:ident $($before:tt)*) => {
        $next! { $($before)*
            CertIssue "CERT_ISSUE" {
                trigger: "conforming decision",
                act: "issue certificate",
                direction: Direction::After,
                length: Length::Promptly,
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Body,
                articles: &[Article::of(Instrument::M, "8(1)"), Article::of(Instrument::Car, "23")],
                mark: Mark::Verified,
                note: "",
            }
            CertReport "CERT_REPORT" {
                trigger: "certificate issued",
                act: "report to platform",
                direction: Direction::After,
                length: Length::Period(Period::WorkingDays(WorkingDays(5))),
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Body,
                articles: &[Article::of(Instrument::M, "9(1)")],
                mark: Mark::Verified,
                note: "",
            }
            StatusReport "STATUS_REPORT" {
                trigger: "status change",
                act: "report to platform",
                direction: Direction::After,
                length: Length::Period(Period::WorkingDays(WorkingDays(5))),
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Body,
                articles: &[Article::of(Instrument::M, "9(1)")],
                mark: Mark::Verified,
                note: "",
            }
            CertValid "CERT_VALID" {
                trigger: "date of issue",
                act: "validity",
                direction: Direction::After,
                length: Length::Period(Period::Years(Years(3))),
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ValidUntil,
                owner: Owner::Nobody,
                articles: &[Article::of(Instrument::M, "8(2)")],
                mark: Mark::Verified,
                note: "the last valid day is open: store the printed date",
            }
            CertRenew "CERT_RENEW" {
                trigger: "expiry",
                act: "apply",
                direction: Direction::Before,
                length: Length::Period(Period::Months(Months(6))),
                extension: None,
                roll: Roll::Earlier,
                sense: Sense::ActBy,
                owner: Owner::Processor,
                articles: &[Article::of(Instrument::M, "8(2)")],
                mark: Mark::Verified,
                note: "whether latest date or window is open; the careful reading is the latest date",
            }
            CertRenewOld "CERT_RENEW_OLD" {
                trigger: "expiry",
                act: "R37 wording, superseded",
                direction: Direction::Before,
                length: Length::Period(Period::Months(Months(6))),
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Applicant,
                articles: &[Article::of(Instrument::R37, "5.1.1")],
                mark: Mark::Verified,
                note: "superseded by M 8(2)",
            }
            StageLimits "STAGE_LIMITS" {
                trigger: "each stage",
                act: "accept, verify, audit, decide",
                direction: Direction::After,
                length: Length::SetByBody,
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Body,
                articles: &[Article::of(Instrument::R37, "4.6")],
                mark: Mark::Verified,
                note: "",
            }
            Surv "SURV" {
                trigger: "issue",
                act: "surveillance",
                direction: Direction::After,
                length: Length::SetByBody,
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Body,
                articles: &[Article::of(Instrument::R37, "4.5.1")],
                mark: Mark::Verified,
                note: "",
            }
            Rectify "RECTIFY" {
                trigger: "order",
                act: "rectification",
                direction: Direction::After,
                length: Length::SetByBody,
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Applicant,
                articles: &[Article::of(Instrument::R37, "4.4")],
                mark: Mark::Verified,
                note: "",
            }
            SuspendMax "SUSPEND_MAX" {
                trigger: "suspension",
                act: "restore or revoke",
                direction: Direction::After,
                length: Length::SetByBody,
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Body,
                articles: &[Article::of(Instrument::R37, "5.1.3")],
                mark: Mark::Unsure,
                note: "",
            }
            ViolReport "VIOL_REPORT" {
                trigger: "body finds illegal export",
                act: "report to CAC and departments",
                direction: Direction::After,
                length: Length::Promptly,
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Body,
                articles: &[Article::of(Instrument::M, "11")],
                mark: Mark::Verified,
                note: "",
            }
            Mismatch "MISMATCH" {
                trigger: "export ≠ scope",
                act: "suspend up to revoke, publish",
                direction: Direction::After,
                length: Length::Unstated,
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Body,
                articles: &[Article::of(Instrument::M, "10")],
                mark: Mark::Verified,
                note: "",
            }
        }
    };
}
