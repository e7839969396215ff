//! Duties that last: audits, officers, risks, incidents, logs.

/// Hands these rows, after those before them, to the next macro.
macro_rules! duties {
    ($next:ident $($before:tt)*) => {
        $next! { $($before)*
            AuditBig "AUDIT_BIG" {
                trigger: "last audit",
                act: "audit",
                direction: Direction::After,
                length: Length::Period(Period::Years(Years(2))),
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Processor,
                articles: &[Article::of(Instrument::Aud, "4")],
                mark: Mark::Verified,
                note: "processors of more than 10 million persons",
            }
            AuditRect "AUDIT_RECT" {
                trigger: "rectification done",
                act: "report",
                direction: Direction::After,
                length: Length::Period(Period::WorkingDays(WorkingDays(15))),
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Processor,
                articles: &[Article::of(Instrument::Aud, "11")],
                mark: Mark::Verified,
                note: "",
            }
            DpoFirst "DPO_FIRST" {
                trigger: "reaching 1 m",
                act: "report to city CAC",
                direction: Direction::After,
                length: Length::Period(Period::WorkingDays(WorkingDays(30))),
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Processor,
                articles: &[Article::of(Instrument::Dpo, "—")],
                mark: Mark::Verified,
                note: "",
            }
            DpoChange "DPO_CHANGE" {
                trigger: "change",
                act: "report",
                direction: Direction::After,
                length: Length::Period(Period::WorkingDays(WorkingDays(30))),
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Processor,
                articles: &[Article::of(Instrument::Dpo, "—")],
                mark: Mark::Verified,
                note: "",
            }
            MinorAudit "MINOR_AUDIT" {
                trigger: "each year",
                act: "report",
                direction: Direction::After,
                length: Length::EachYear { month: 1, day: 31 },
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Processor,
                articles: &[Article::of(Instrument::Min, "—")],
                mark: Mark::Verified,
                note: "",
            }
            RiskReport "RISK_REPORT" {
                trigger: "yearly assessment done",
                act: "report",
                direction: Direction::After,
                length: Length::Period(Period::WorkingDays(WorkingDays(20))),
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Processor,
                articles: &[Article::of(Instrument::Risk, "—")],
                mark: Mark::Verified,
                note: "",
            }
            IncOther "INC_OTHER" {
                trigger: "learning of incident (≥ 较大)",
                act: "report to provincial CAC",
                direction: Direction::After,
                length: Length::Hours(Hours(4)),
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Operator,
                articles: &[Article::of(Instrument::Inc, "4")],
                mark: Mark::Verified,
                note: "",
            }
            IncCii "INC_CII" {
                trigger: "same",
                act: "report",
                direction: Direction::After,
                length: Length::Hours(Hours(1)),
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Operator,
                articles: &[Article::of(Instrument::Inc, "4")],
                mark: Mark::Verified,
                note: "",
            }
            IncFinal "INC_FINAL" {
                trigger: "handling ended",
                act: "summary report",
                direction: Direction::After,
                length: Length::Period(Period::CalendarDays(CalendarDays(30))),
                extension: None,
                roll: Roll::Next,
                sense: Sense::ActBy,
                owner: Owner::Operator,
                articles: &[Article::of(Instrument::Inc, "8")],
                mark: Mark::Verified,
                note: "",
            }
            LogKeep "LOG_KEEP" {
                trigger: "log written",
                act: "retain",
                direction: Direction::After,
                length: Length::Period(Period::Months(Months(6))),
                extension: None,
                roll: Roll::Stay,
                sense: Sense::KeepUntil,
                owner: Owner::Operator,
                articles: &[Article::of(Instrument::Csl, "23")],
                mark: Mark::Verified,
                note: "",
            }
            EcertKeep "ECERT_KEEP" {
                trigger: "e-signature certificate lapses",
                act: "retain",
                direction: Direction::After,
                length: Length::Period(Period::Years(Years(5))),
                extension: None,
                roll: Roll::Stay,
                sense: Sense::KeepUntil,
                owner: Owner::CaProvider,
                articles: &[Article::of(Instrument::Esl, "24")],
                mark: Mark::Verified,
                note: "",
            }
        }
    };
}
