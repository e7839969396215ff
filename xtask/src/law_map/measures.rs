//! The Measures, paragraph by paragraph.

use super::Place::{Act, NotYet, NothingToBuild, Rule, Screen, Test};
use super::{Clause, Place};

const RENEWAL: &str = "renewal: the page on which it is asked for";
const FLOWS: &str = "drift: the page on which actual flows are declared";
const REPORTING: &str = "adapters and receipts of the national platform";
const WAY: Place = Test("an_overseas_applicant_goes_the_whole_way");
const DUTIES: Place = Test("the_duties_before_applying_are_declared_by_version_and_digest");
const EDITOR: Place = Screen("/processor/assessments/{id}/edit/{section}");
const PARTS: Place = Test("each_part_of_the_six_items_is_asked_for");
const FINDER: Place = Test("every_seeded_contradiction_is_found_and_nothing_else");
const REPORT: Place = Test("the_report_says_everything_that_the_assessment_holds");
const SUPERVISION: &str = "supervision";

/// Every paragraph and item.
pub(super) const CLAUSES: &[Clause] = &[
    Clause { id: "M 1", gist: "purpose", places: &[NothingToBuild("states the purpose")] },
    Clause {
        id: "M 2",
        gist: "applies to exports by way of certification",
        places: &[Rule("path::decide"), Test("flows_are_classified_before_they_are_counted")],
    },
    Clause {
        id: "M 3",
        gist: "what certification is, and by whom: bodies with the qualification",
        places: &[
            Rule("OrgKind"),
            Rule("carries_a_certificate"),
            Test("no_certificate_without_a_decision_of_this_body"),
            Screen("/body/applications/{id}"),
        ],
    },
    Clause {
        id: "M 4 sentence 1",
        gist: "CAC and the data authority make standards",
        places: &[Rule("Edition"), Rule("editions"), Test("the_basis_changed_on_the_day_of_publication")],
    },
    Clause {
        id: "M 4 sentence 2",
        gist: "SAMR and CAC make rules, certificate and mark",
        places: &[
            Rule("Edition"),
            Rule("Mark"),
            Test("a_case_stays_on_its_edition_until_an_act_migrates_it"),
            Screen("/certificates/{number}"),
        ],
    },
    Clause {
        id: "M 5(1)",
        gist: "both conditions together",
        places: &[
            Rule("path::decide"),
            Screen("/path"),
            Screen("/path/result"),
            Screen("/api/v1/path"),
            Test("every_combination_of_facts_and_boundaries"),
            Test("the_web_answers_as_the_engine_does"),
            Test("each_answer_is_reached_in_both_languages"),
        ],
    },
    Clause {
        id: "M 5(1)(一)",
        gist: "not an operator of critical information infrastructure",
        places: &[
            Rule("path::decide"),
            Screen("/path/{question}"),
            Test("every_combination_of_facts_and_boundaries"),
            Test("each_answer_is_reached_in_both_languages"),
        ],
    },
    Clause {
        id: "M 5(1)(二)",
        gist: "100,000 to below 1,000,000 people, or below 10,000 sensitive, since 1 January",
        places: &[
            Rule("path::decide"),
            Screen("/path/{question}"),
            Test("the_table_of_boundary_values"),
            Test("a_line_is_crossed_on_its_day"),
            Test("the_boundaries_on_the_web"),
            Test("wrong_answers_are_told_with_what_would_be_right"),
        ],
    },
    Clause {
        id: "M 5(2)",
        gist: "important data is not meant",
        places: &[
            Rule("path::decide"),
            Screen("/path/{question}"),
            Test("every_combination_of_facts_and_boundaries"),
            Test("each_answer_is_reached_in_both_languages"),
        ],
    },
    Clause {
        id: "M 5(3)",
        gist: "other provisions prevail",
        places: &[
            Rule("path::decide"),
            Screen("/path/{question}"),
            Test("a_zone_may_have_its_own_numbers"),
            Test("an_old_decision_is_replayed_on_the_web"),
        ],
    },
    Clause {
        id: "M 5(4)",
        gist: "no splitting of numbers",
        places: &[
            Rule("splitting::find"),
            Rule("path::range"),
            Screen("/path/result"),
            Test("parts_below_the_line_that_reach_it_together_are_shown_with_their_evidence"),
            Test("several_flows_are_classified_and_then_counted_together"),
            Screen("/authority/splitting"),
            Screen("/body/splitting"),
            Test("three_sample_groups_are_three_hits_and_each_is_explained"),
            Test("splitting_is_explained_to_authorities_and_bodies"),
        ],
    },
    Clause {
        id: "M 6",
        gist: "notice, separate consent, impact assessment before applying",
        places: &[
            Rule("duty_problems"),
            Rule("exports::duties"),
            Rule("Notice"),
            Rule("check_consents"),
            Act("Action::AdoptText"),
            Act("Action::RecordConsents"),
            Act("Action::Freeze"),
            Screen("/processor/assessments"),
            Screen("/processor/notices/{flow}"),
            Screen("/processor/consents/{text}"),
            DUTIES,
            Test("consent_is_asked_for_only_where_it_is_the_basis_and_the_notice_always"),
            Test("a_notice_tells_what_the_three_articles_ask_for"),
            Test("each_consent_proves_something_or_is_refused"),
            Test("an_assessment_goes_from_an_empty_draft_to_a_frozen_report"),
        ],
    },
    Clause {
        id: "M 6(一)",
        gist: "purpose, scope, method: lawful, proper, necessary",
        places: &[Rule("ImpactItem"), Rule("assessment::check_content"), EDITOR, DUTIES, PARTS, FINDER, REPORT],
    },
    Clause {
        id: "M 6(二)",
        gist: "size, kinds, sensitivity, risks",
        places: &[
            Rule("Concern"),
            Rule("risk::Method"),
            EDITOR,
            Screen("/processor/ledger"),
            PARTS,
            Test("each_concern_that_the_article_names_is_judged"),
            Test("a_risk_above_low_needs_a_measure_and_what_remains"),
            FINDER,
            REPORT,
        ],
    },
    Clause {
        id: "M 6(三)",
        gist: "the recipient's duties and ability",
        places: &[Rule("RecipientProfile"), Rule("ContractFacts"), EDITOR, PARTS, FINDER, REPORT],
    },
    Clause {
        id: "M 6(四)",
        gist: "risks after export, remedies",
        places: &[Rule("Concern"), EDITOR, PARTS, Test("each_concern_that_the_article_names_is_judged"), REPORT],
    },
    Clause {
        id: "M 6(五)",
        gist: "law of the recipient's country",
        places: &[
            Rule("CountryProfile"),
            EDITOR,
            PARTS,
            Test("every_destination_has_a_profile_with_day_and_source"),
            FINDER,
            REPORT,
        ],
    },
    Clause { id: "M 6(六)", gist: "other matters", places: &[Rule("ImpactItem"), EDITOR, PARTS, REPORT] },
    Clause {
        id: "M 7(1)",
        gist: "apply to a certification body",
        places: &[
            Act("Action::ChooseBody"),
            Act("Action::Submit"),
            Rule("check_application"),
            Test("only_a_filed_body_can_be_chosen"),
            Test("a_complete_application_gets_a_receipt_and_its_edition"),
            Screen("/processor/applications/{id}/body"),
            Screen("/processor/applications/{id}/receipt"),
            Test("a_body_that_is_not_filed_is_shown_with_the_reason_and_cannot_be_chosen"),
        ],
    },
    Clause {
        id: "M 7(2)",
        gist: "overseas processors apply through an office or representative",
        places: &[
            Act("Action::RecordMandate"),
            Rule("check_mandate"),
            Test("an_overseas_processor_goes_through_its_office_or_representative"),
            Test("the_mandate_is_checked_on_every_act"),
            Test("acts_outside_the_mandate_are_refused"),
            Screen("/processor/applications/{id}/mandate"),
            Test("a_mandate_that_expired_yesterday_carries_nothing"),
            Test("an_overseas_applicant_comes_in_english_to_the_receipt"),
        ],
    },
    Clause {
        id: "M 8(1)",
        gist: "certify by the rules, issue promptly",
        places: &[
            Act("Action::Issue"),
            Rule("carries_a_certificate"),
            WAY,
            Test("every_short_sequence_from_every_stage"),
            Screen("/body/applications/{id}"),
            Screen("/body/applications/{id}/issue"),
            Test("an_application_goes_from_entrustment_to_certificate"),
            Test("no_step_can_be_skipped_by_a_direct_request"),
        ],
    },
    Clause {
        id: "M 8(2)",
        gist: "three years; renewal six months before the end",
        places: &[
            Rule("CertRenew"),
            Rule("valid_until"),
            Rule("renewal_dates"),
            Act("Action::Expire"),
            Act("Action::NoteRenewal"),
            Test("the_last_day_is_stored_as_printed"),
            Test("a_renewal_is_in_time_on_the_very_day_and_late_after_it"),
            Test("validity_ends_by_time_exactly_once"),
            Screen("/body/certificates/{id}"),
            NotYet(RENEWAL),
        ],
    },
    Clause {
        id: "M 9(1)",
        gist: "report to the national platform within 5 working days",
        places: &[
            Rule("CertReport"),
            Rule("StatusReport"),
            Rule("ReportRecord"),
            Rule("check_stream"),
            Rule("reconcile"),
            Test("five_working_days_and_two_alarms"),
            Test("every_change_of_status_opens_a_report_and_nothing_else_does"),
            NotYet(REPORTING),
        ],
    },
    Clause {
        id: "M 9(2)",
        gist: "SAMR and CAC share information",
        places: &[
            Rule("Right::RegisterReadFull"),
            Test("the_committed_matrix_is_the_code"),
            Screen("/authority/certificates"),
            NotYet(REPORTING),
        ],
    },
    Clause {
        id: "M 10(1)",
        gist: "mismatch: suspend up to revoke",
        places: &[
            Rule("compare"),
            Act("Action::DeclareFlows"),
            Act("Action::Propose"),
            Act("Action::TakeMeasure"),
            Test("drift_suggests_a_suspension_with_its_evidence"),
            Test("the_party_is_heard_before_it_is_hurt"),
            Screen("/body/certificates/{id}/acts/{act}"),
            Screen("/processor/certificates/{id}/acts/{act}"),
            NotYet(FLOWS),
        ],
    },
    Clause {
        id: "M 10(2)",
        gist: "the same on the authority's finding",
        places: &[
            Act("Action::StateFinding"),
            Act("Action::LiftFinding"),
            Rule("AuthorityFinding"),
            Test("suspension_on_the_authoritys_finding_and_restoration"),
            Screen("/authority/certificates/{id}/acts/{act}"),
            Test("a_finding_of_an_authority_obliges_the_body_until_it_is_lifted"),
        ],
    },
    Clause {
        id: "M 10(3)",
        gist: "published on the national platform",
        places: &[
            Rule("Change"),
            Rule("status_on"),
            Test("suspension_on_the_authoritys_finding_and_restoration"),
            Screen("/certificates/{number}"),
            Test("five_verdicts_and_unknown_each_by_its_name"),
            NotYet(REPORTING),
        ],
    },
    Clause {
        id: "M 11",
        gist: "bodies report violations to CAC",
        places: &[
            Act("Action::ReportViolation"),
            Rule("ViolReport"),
            Test("a_violation_is_reported_at_once_and_the_case_goes_on"),
            Screen("/body/applications/{id}/acts/{act}"),
            Screen("/body/certificates/{id}/acts/{act}"),
            NotYet(REPORTING),
        ],
    },
    Clause {
        id: "M 12(1)",
        gist: "file within 10 working days of the approval, with materials",
        places: &[
            Rule("filing_due"),
            Rule("CbFile"),
            Act("Action::Submit"),
            Test("late_is_marked_and_asks_for_a_note_but_does_not_block"),
            Test("the_clocks_of_the_measures"),
        ],
    },
    Clause {
        id: "M 12(1)(一)",
        gist: "qualification",
        places: &[Rule("Slot"), Test("an_empty_draft_names_every_slot_but_the_optional_one")],
    },
    Clause {
        id: "M 12(1)(二)",
        gist: "work of the last three years",
        places: &[Rule("past_work_window"), Test("an_empty_draft_names_every_slot_but_the_optional_one")],
    },
    Clause {
        id: "M 12(1)(三)",
        gist: "background checks",
        places: &[Rule("check_roster"), Test("the_number_of_people_equals_the_number_on_the_form_and_each_has_a_sheet")],
    },
    Clause {
        id: "M 12(1)(四)",
        gist: "detailed rules and work plan",
        places: &[Rule("Slot"), Test("an_empty_draft_names_every_slot_but_the_optional_one")],
    },
    Clause { id: "M 12(1)(五)", gist: "risk prevention", places: &[Rule("Slot"), Test("submission_runs_the_same_check")] },
    Clause {
        id: "M 12(1)(六)",
        gist: "continuous supervision",
        places: &[Rule("Slot"), Test("an_empty_draft_names_every_slot_but_the_optional_one")],
    },
    Clause {
        id: "M 12(1)(七)",
        gist: "complaints and disputes",
        places: &[Rule("Slot"), Test("an_unreadable_file_does_not_count")],
    },
    Clause {
        id: "M 12(1)(八)",
        gist: "other materials",
        places: &[Rule("is_optional"), Test("only_items_1_and_3_need_the_seal_and_only_9_is_optional")],
    },
    Clause {
        id: "M 12(2)",
        gist: "the body answers for the truth of the materials",
        places: &[Rule("RefusalCode::PledgeMissing"), Act("Action::Submit"), Test("submission_runs_the_same_check")],
    },
    Clause {
        id: "M 12(3)",
        gist: "CAC with the data authority: complete, filed and published; incomplete, refused with reasons; 30 working days",
        places: &[
            Rule("decision_due"),
            Act("Action::Decide"),
            Act("Action::GiveOpinion"),
            Test("a_complete_filing_is_filed_and_published_in_one_act"),
            Test("an_incomplete_filing_is_refused_with_reasons"),
            Test("the_limit_is_thirty_working_days_and_a_passed_one_is_explained_never_decided_by_itself"),
        ],
    },
    Clause { id: "M 13", gist: "inspections, spot checks, evaluation of bodies", places: &[NotYet(SUPERVISION)] },
    Clause {
        id: "M 14",
        gist: "secrets stay secret",
        places: &[
            Rule("allow"),
            Rule("record_read"),
            Test("administrators_reach_no_case"),
            Test("another_organisation_is_not_told_that_the_case_exists"),
        ],
    },
    Clause { id: "M 15", gist: "anyone may complain or report", places: &[NotYet(SUPERVISION)] },
    Clause { id: "M 16", gist: "talks and rectification", places: &[NotYet(SUPERVISION)] },
    Clause { id: "M 17", gist: "liability by other laws", places: &[NothingToBuild("refers to other laws")] },
    Clause {
        id: "M 18",
        gist: "earlier rules give way",
        places: &[
            Rule("path::law"),
            Rule("RenewalReading"),
            Act("Action::MigrateBasis"),
            Test("an_old_decision_is_replayed_under_the_law_of_its_day"),
            Test("a_case_stays_on_its_edition_until_an_act_migrates_it"),
        ],
    },
    Clause {
        id: "M 19",
        gist: "in force from 2026-01-01",
        places: &[Rule("path::law"), Test("an_old_decision_is_replayed_under_the_law_of_its_day")],
    },
];
