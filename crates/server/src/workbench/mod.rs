//! The workbench of certification (M 7–11, R37): the body's queue and cases, the verification body's
//! own sign-in, the applicant's corrections, and what an authority sees and states of a certificate.
//!
//! One case page and one page for an act serve every side: what each sees and may do comes from the
//! law's own table of acts. `papers` takes documents in and gives them out, `checklists` knows the
//! clauses of the standards, `letters` hands out what was printed, `flows` compares what really leaves with
//! the certified scope.

pub mod act;
mod acts;
mod ask;
pub mod audit;
pub mod case;
pub mod certificate;
pub mod certificate_act;
mod certificate_acts;
mod certificate_panels;
pub mod certificates;
mod checklists;
pub mod corrections;
mod desk;
pub mod flows;
pub mod import;
pub mod issue;
pub mod letters;
mod mandate;
pub(crate) mod papers;
pub mod plan;
pub(crate) mod programs;
pub mod queue;
pub mod reported;
mod view;

use guosuo_case::Right::{
    ApplicationRead, ApplicationReadOwn, CertificateManage, CertificateRequest, CorrectionAnswer, FindingState, FlowsDeclare,
    ViolationAcknowledge,
};

use crate::router::Routes;

/// The addresses of this room.
pub fn routes(r: Routes) -> Routes {
    let r = r
        .get("/body/applications", ApplicationRead, queue::show)
        .get("/body/applications/{id}", ApplicationRead, case::show)
        .get("/body/applications/{id}/files/{sha256}", ApplicationRead, case::file)
        .get("/body/applications/{id}/acts/{act}", ApplicationRead, act::show)
        .post("/body/applications/{id}/acts/{act}", ApplicationRead, act::submit)
        .get("/body/applications/{id}/plan", ApplicationRead, plan::show)
        .post("/body/applications/{id}/plan", ApplicationRead, plan::submit)
        .get("/body/applications/{id}/audit", ApplicationRead, audit::show)
        .post("/body/applications/{id}/audit", ApplicationRead, audit::submit)
        .get("/body/applications/{id}/issue", ApplicationRead, issue::show)
        .post("/body/applications/{id}/issue", ApplicationRead, issue::submit)
        .get("/body/certificates", ApplicationRead, certificates::show)
        .get("/body/certificates/import", CertificateManage, import::ask)
        .post("/body/certificates/import", CertificateManage, import::submit)
        .get("/body/certificates/import/template.csv", CertificateManage, import::template)
        .get("/body/certificates/{id}", ApplicationRead, certificate::show)
        .get("/body/certificates/{id}/files/{sha256}", ApplicationRead, certificate::file)
        .get("/body/certificates/{id}/acts/{act}", ApplicationRead, certificate_act::show)
        .post("/body/certificates/{id}/acts/{act}", ApplicationRead, certificate_act::submit)
        .get("/body/certificates/{id}/flows", FlowsDeclare, flows::show)
        .post("/body/certificates/{id}/flows", FlowsDeclare, flows::submit)
        .get("/body/certificates/{id}/scope.json", ApplicationRead, flows::scope)
        .get("/body/certificates/{id}/versions/{seq}", ApplicationRead, letters::version)
        .get("/body/certificates/{id}/letters/{n}", ApplicationRead, letters::letter)
        .get("/body/applications/{id}/letter", ApplicationRead, letters::application);
    let r = r
        .get("/verification/applications", ApplicationRead, queue::show)
        .get("/verification/applications/{id}", ApplicationRead, case::show)
        .get("/verification/applications/{id}/files/{sha256}", ApplicationRead, case::file)
        .get("/verification/applications/{id}/acts/{act}", ApplicationRead, act::show)
        .post("/verification/applications/{id}/acts/{act}", ApplicationRead, act::submit);
    r.get("/processor/applications/{id}/corrections", ApplicationReadOwn, corrections::show)
        .get("/processor/applications/{id}/acts/{act}", ApplicationReadOwn, act::show)
        .post("/processor/applications/{id}/acts/{act}", CorrectionAnswer, act::submit)
        .get("/processor/applications/{id}/files/{sha256}", ApplicationReadOwn, case::file)
        .get("/processor/certificates", ApplicationReadOwn, certificates::show)
        .get("/processor/certificates/{id}", ApplicationReadOwn, certificate::show)
        .get("/processor/certificates/{id}/files/{sha256}", ApplicationReadOwn, certificate::file)
        .get("/processor/certificates/{id}/acts/{act}", ApplicationReadOwn, certificate_act::show)
        .post("/processor/certificates/{id}/acts/{act}", CertificateRequest, certificate_act::submit)
        .get("/processor/certificates/{id}/flows", FlowsDeclare, flows::show)
        .post("/processor/certificates/{id}/flows", FlowsDeclare, flows::submit)
        .get("/processor/certificates/{id}/scope.json", ApplicationReadOwn, flows::scope)
        .get("/processor/certificates/{id}/versions/{seq}", ApplicationReadOwn, letters::version)
        .get("/processor/certificates/{id}/letters/{n}", ApplicationReadOwn, letters::letter)
        .get("/processor/applications/{id}/letter", ApplicationReadOwn, letters::application)
        .get("/authority/applications/{id}", FindingState, reported::show)
        .get("/authority/applications/{id}/files/{sha256}", FindingState, reported::file)
        .get("/authority/applications/{id}/acts/{act}", ViolationAcknowledge, act::show)
        .post("/authority/applications/{id}/acts/{act}", ViolationAcknowledge, act::submit)
        .get("/authority/certificates", FindingState, certificates::show)
        .get("/authority/certificates/{id}", FindingState, certificate::show)
        .get("/authority/certificates/{id}/files/{sha256}", FindingState, certificate::file)
        .get("/authority/certificates/{id}/acts/{act}", FindingState, certificate_act::show)
        .post("/authority/certificates/{id}/acts/{act}", FindingState, certificate_act::submit)
        .get("/authority/certificates/{id}/scope.json", FindingState, flows::scope)
        .get("/authority/certificates/{id}/versions/{seq}", FindingState, letters::version)
        .get("/authority/certificates/{id}/letters/{n}", FindingState, letters::letter)
}
