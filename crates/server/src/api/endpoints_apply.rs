//! The addresses of the applicant's part, as [`super::endpoints`] documents all of them.

use super::endpoints::{Endpoint, get, one, path};
use super::examples;
use super::schema::of;
use super::scope::Scope;
use crate::workbench::programs;

/// The applicant's part, besides the acts on a draft.
pub(super) fn drafts() -> Vec<Endpoint> {
    use examples::id::APPLICATION;
    let (read, apply) = (Some(Scope::CasesRead), Some(Scope::CasesApply));
    let open = &programs::OPEN;
    vec![
        get(
            "/api/v1/bodies",
            "listBodies",
            "applications",
            read,
            "Bodies",
            ("名录里的认证机构，以及能不能选择（M 7(1)）", "The bodies of the register, and which can be chosen (M 7(1))"),
        )
        .answers(&[422]),
        get("/api/v1/applications", "openApplication", "applications", apply, "ApplicationActDone", open.words)
            .post(
                201,
                super::schema_draft::open(),
                vec![("own".to_owned(), examples::open_own()), ("overseas".to_owned(), examples::open_overseas())],
            )
            .by_member(),
        get(
            "/api/v1/applications/{id}/draft",
            "saveDraft",
            "applications",
            apply,
            "DraftSaved",
            (
                "保存委托书的各个部分：范围、适用条件、影响评估、告知、同意",
                "Save parts of a draft: scope, eligibility, assessment, notice, consent",
            ),
        )
        .with(vec![path("id", APPLICATION)])
        .post(200, of("Draft"), one(examples::draft()))
        .patch()
        .by_member(),
        get(
            "/api/v1/applications/{id}/check",
            "checkDraft",
            "applications",
            read,
            "DraftChecked",
            ("还有什么不对：与页面和提交时同一个引擎", "What is wrong, by the engine of the page and of the submission"),
        )
        .with(vec![path("id", APPLICATION)])
        .answers(&[404]),
        get(
            "/api/v1/applications/{id}/receipt",
            "getReceipt",
            "applications",
            read,
            "Receipt",
            ("收件回执，由平台签署", "The receipt, signed by the platform"),
        )
        .with(vec![path("id", APPLICATION)])
        .answers(&[404]),
    ]
}
