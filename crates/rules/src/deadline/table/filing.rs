//! The filing of a certification body (M 12).

/// Hands these rows, after those before them, to the next macro.
macro_rules! filing {
    ($next:ident $($before:tt)*) => {
        $next! { $($before)*
            CbFile "CB_FILE" {
                trigger: "SAMR approval of PIP qualification",
                act: "file with CAC",
                direction: Direction::After,
                length: Length::Period(Period::WorkingDays(WorkingDays(10))),
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Body,
                articles: &[Article::of(Instrument::M, "12(1)")],
                mark: Mark::Verified,
                note: "",
            }
            CbFileDecide "CB_FILE_DECIDE" {
                trigger: "CAC receives material (complete)",
                act: "file and publish",
                direction: Direction::After,
                length: Length::Period(Period::WorkingDays(WorkingDays(30))),
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::CacWithNda,
                articles: &[Article::of(Instrument::M, "12(3)")],
                mark: Mark::Verified,
                note: "",
            }
            CbFileRefuse "CB_FILE_REFUSE" {
                trigger: "CAC receives material (incomplete)",
                act: "notify refusal with reasons",
                direction: Direction::After,
                length: Length::Period(Period::WorkingDays(WorkingDays(30))),
                extension: None,
                roll: Roll::Stay,
                sense: Sense::ActBy,
                owner: Owner::Cac,
                articles: &[Article::of(Instrument::M, "12(3)")],
                mark: Mark::Verified,
                note: "",
            }
            CbPastWork "CB_PAST_WORK" {
                trigger: "filing date",
                act: "look-back window of item 2",
                direction: Direction::Before,
                length: Length::Period(Period::Years(Years(3))),
                extension: None,
                roll: Roll::Stay,
                sense: Sense::LooksBack,
                owner: Owner::Body,
                articles: &[Article::of(Instrument::M, "12(1)(ii)"), Article::of(Instrument::G, "—")],
                mark: Mark::Verified,
                note: "",
            }
        }
    };
}
