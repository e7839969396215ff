//! What a processor prepares before it applies (M 6): the impact assessment, the yearly ledger of its exports (M 5),
//! notices and evidence of consent; and the page on which authorities and bodies look at signs of splitting (M 5(4)).
//!
//! `sections` says which fields a page of the assessment has and how they are read back; `section` is the page of all of
//! them. Lists are groups of fields with one empty group at the end, so that everything works without script.

mod acts;
mod conclude;
mod consents;
mod docx;
mod evidence;
mod fields;
mod flows;
mod grouping;
mod hub;
mod ledger;
mod list;
mod notice_text;
mod notices;
mod report;
mod section;
mod sections;
mod sets;
mod sheet;
mod splitting;
mod splitting_words;
mod statements;
mod versions;

use guosuo_case::Right::{
    ApplicationEdit, ApplicationReadOwn, ApplicationSubmit, FlowsDeclare, SplittingLedgers, SplittingLook, SplittingMark,
};

use crate::router::Routes;

pub(crate) use acts::{Record, act_on_exports_once, record};
pub use acts::{assessment_digests, seed_assessment, seed_exports};
pub use sets::Years;
pub(crate) use sheet::Sheet;

/// The text of the notice of a flow.
pub fn notice_of(l: crate::web::Lang, facts: &guosuo_case::exports::FlowFacts) -> String {
    notice_text::text(l, &guosuo_case::exports::Notice::of(facts))
}

/// The addresses of this room.
pub fn routes(r: Routes) -> Routes {
    let r = r
        .get("/processor/assessments", ApplicationReadOwn, list::show)
        .post("/processor/assessments", ApplicationEdit, list::open)
        .get("/processor/assessments/{id}", ApplicationReadOwn, hub::show)
        .get("/processor/assessments/{id}/edit/{section}", ApplicationReadOwn, section::show)
        .post("/processor/assessments/{id}/edit/{section}", ApplicationEdit, section::save)
        .post("/processor/assessments/{id}/edit/{section}/autosave", ApplicationEdit, section::autosave)
        .get("/processor/assessments/{id}/evidence", ApplicationReadOwn, evidence::show)
        .post("/processor/assessments/{id}/evidence", ApplicationEdit, evidence::add)
        .get("/processor/assessments/{id}/evidence/{sha256}", ApplicationReadOwn, evidence::download)
        .get("/processor/assessments/{id}/freeze", ApplicationReadOwn, conclude::show)
        .post("/processor/assessments/{id}/freeze", ApplicationSubmit, conclude::freeze)
        .post("/processor/assessments/{id}/revise", ApplicationEdit, versions::revise)
        .post("/processor/assessments/{id}/drop", ApplicationEdit, versions::drop_revision)
        .post("/processor/assessments/{id}/retention", ApplicationSubmit, versions::review)
        .get("/processor/assessments/{id}/report.pdf", ApplicationReadOwn, report::pdf)
        .get("/processor/assessments/{id}/report.docx", ApplicationReadOwn, docx::report);
    r.get("/processor/ledger", ApplicationReadOwn, ledger::show)
        .post("/processor/ledger/reports", FlowsDeclare, ledger::upload)
        .post("/processor/ledger/reports/{n}/void", FlowsDeclare, ledger::void)
        .post("/processor/ledger/dossiers", ApplicationSubmit, ledger::close)
        .get("/processor/ledger/flows/{flow}", ApplicationReadOwn, flows::show)
        .post("/processor/ledger/flows/{flow}", ApplicationEdit, flows::save)
        .get("/processor/notices", ApplicationReadOwn, notices::list)
        .get("/processor/notices/{flow}", ApplicationReadOwn, notices::show)
        .post("/processor/notices/{flow}", ApplicationEdit, notices::adopt)
        .get("/processor/consents/{text}", ApplicationReadOwn, consents::show)
        .post("/processor/consents/{text}", FlowsDeclare, consents::upload)
        .post("/processor/consents/{text}/withdraw", FlowsDeclare, consents::withdraw)
        .get("/authority/splitting", SplittingLook, splitting::show)
        .post("/authority/splitting", SplittingLook, splitting::look)
        .post("/authority/splitting/ledgers", SplittingLedgers, splitting::ledgers)
        .post("/authority/splitting/groups", SplittingMark, grouping::mark)
        .post("/authority/splitting/groups/{n}/lift", SplittingMark, grouping::lift)
        .get("/body/splitting", SplittingLook, splitting::show)
        .post("/body/splitting", SplittingLook, splitting::look)
        .post("/body/splitting/groups", SplittingMark, grouping::mark)
        .post("/body/splitting/groups/{n}/lift", SplittingMark, grouping::lift)
}
