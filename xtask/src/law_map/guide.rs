//! The filing guide, part by part.

use super::Clause;
use super::Place::{Act, Rule, Screen, Test};

const EMPTY: super::Place = Test("an_empty_draft_names_every_slot_but_the_optional_one");
const SEAL: super::Place = Test("only_items_1_and_3_need_the_seal_and_only_9_is_optional");
const SHEETS: super::Place = Test("the_number_of_people_equals_the_number_on_the_form_and_each_has_a_sheet");

/// Every part.
pub(super) const CLAUSES: &[Clause] = &[
    Clause {
        id: "G 一",
        gist: "who files, within 10 working days",
        places: &[Rule("filing_due"), Test("late_is_marked_and_asks_for_a_note_but_does_not_block")],
    },
    Clause {
        id: "G 二",
        gist: "register, sign in and submit online",
        places: &[
            Act("Action::Submit"),
            Screen("/sign-in"),
            Test("an_operator_signs_in_and_out"),
            Test("submission_runs_the_same_check"),
        ],
    },
    Clause { id: "G 三(一)1", gist: "qualification: form and four copies", places: &[Rule("Slot"), EMPTY] },
    Clause {
        id: "G 三(一)2",
        gist: "work of the last three years: standards, certification, assessment, audits",
        places: &[Rule("past_work_window"), Rule("covers"), EMPTY],
    },
    Clause {
        id: "G 三(一)3",
        gist: "statement, and a sheet for everyone doing the work",
        places: &[Rule("check_roster"), SHEETS],
    },
    Clause {
        id: "G 三(一)4",
        gist: "detailed rules: basis, mode, procedure, certificate and mark, responsibilities",
        places: &[Rule("covers"), EMPTY],
    },
    Clause {
        id: "G 三(一)5",
        gist: "work plan: conditions, management, technology, people, equipment",
        places: &[Rule("covers"), EMPTY],
    },
    Clause { id: "G 三(一)6", gist: "risk prevention: rules, protection, confidentiality", places: &[Rule("covers"), EMPTY] },
    Clause {
        id: "G 三(一)7", gist: "supervision: method, frequency, cycle, effect, measures", places: &[Rule("covers"), EMPTY]
    },
    Clause { id: "G 三(一)8", gist: "complaints and disputes: channels, rules, practice", places: &[Rule("covers"), EMPTY] },
    Clause { id: "G 三(一)9", gist: "other materials", places: &[Rule("is_optional"), SEAL] },
    Clause {
        id: "G 三(二)",
        gist: "review with the data authority; filed and published, or notified with reasons; 30 working days",
        places: &[
            Rule("decision_due"),
            Act("Action::Decide"),
            Test("a_complete_filing_is_filed_and_published_in_one_act"),
            Test("an_incomplete_filing_is_refused_with_reasons"),
        ],
    },
    Clause { id: "G table 1", gist: "form, sealed", places: &[Rule("needs_seal"), SEAL] },
    Clause { id: "G table 1.1", gist: "approval certificate, copy", places: &[Rule("is_copy"), EMPTY] },
    Clause { id: "G table 1.2", gist: "credit code certificate, copy", places: &[Rule("is_copy"), EMPTY] },
    Clause { id: "G table 1.3", gist: "legal representative's identity document, copy", places: &[Rule("is_copy"), EMPTY] },
    Clause { id: "G table 1.4", gist: "operator's identity document, copy", places: &[Rule("is_copy"), EMPTY] },
    Clause { id: "G table 2", gist: "work of the last three years", places: &[Rule("past_work_window"), EMPTY] },
    Clause {
        id: "G table 3",
        gist: "one sealed sheet per person, copies",
        places: &[Rule("check_roster"), Rule("needs_seal"), SHEETS, SEAL],
    },
    Clause { id: "G table 4", gist: "detailed rules", places: &[Rule("Slot"), EMPTY] },
    Clause { id: "G table 5", gist: "work plan", places: &[Rule("Slot"), EMPTY] },
    Clause { id: "G table 6", gist: "risk prevention", places: &[Rule("Slot"), EMPTY] },
    Clause { id: "G table 7", gist: "continuous supervision", places: &[Rule("Slot"), EMPTY] },
    Clause { id: "G table 8", gist: "complaints and disputes", places: &[Rule("Slot"), EMPTY] },
    Clause { id: "G table 9", gist: "other materials, if any", places: &[Rule("is_optional"), SEAL] },
    Clause {
        id: "G 附件2",
        gist: "the form with every field",
        places: &[
            Rule("Field"),
            Rule("ApplicationForm"),
            Test("fields_that_cannot_stand_are_named"),
            Test("dates_are_checked_at_their_boundaries"),
        ],
    },
    Clause {
        id: "G 附件2 pledge",
        gist: "true, complete, accurate, valid; cooperation in the review",
        places: &[Rule("RefusalCode::PledgeMissing"), Test("submission_runs_the_same_check")],
    },
    Clause {
        id: "G 附件2 seal and date",
        gist: "seal and date on the printed form",
        places: &[Rule("check_scan"), Test("a_form_changed_after_printing_makes_the_scan_stale_and_names_the_fields")],
    },
    Clause { id: "G 附件2 attachments", gist: "four attachments", places: &[Rule("Slot"), EMPTY] },
];
