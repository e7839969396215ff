//! What the filing of a body makes public. Filing and publication are one act (M 12(3)), so
//! both come from the same projection of the case.

use guosuo_case::Life as _;
use guosuo_case::filing::{Filing, Phase};
use guosuo_rules::time::cst_date;
use serde_json::json;

use crate::db::micros;
use crate::project::{BodyRow, BodyStatusRow, CaseMeta, PublicationRow};

/// The entry in the register.
pub(crate) fn body(case: &CaseMeta<'_>, f: &Filing) -> Vec<BodyRow> {
    let Some((d, number)) = f.decision().and_then(|d| Some((d, d.filing.as_ref()?))) else { return Vec::new() };
    let day = cst_date(d.at).to_string();
    let form = &f.dossier.form;
    vec![BodyRow {
        id: case.id.to_owned(),
        number: number.to_string(),
        org: f.owner.to_string(),
        name: form.org_name.clone(),
        credit_code: f.credit_code.clone(),
        filed: day.clone(),
        published: day,
        case_id: case.id.to_owned(),
        source: String::new(),
        data: json!({ "approval_number": form.approval_number, "nature": form.nature }).to_string(),
    }]
}

/// Its status history.
pub(crate) fn statuses(case: &CaseMeta<'_>, f: &Filing) -> Vec<BodyStatusRow> {
    let Some(d) = f.decision().filter(|d| d.filing.is_some()) else { return Vec::new() };
    let row = |seq, status: &str, at, reason: &str| BodyStatusRow {
        body: case.id.to_owned(),
        seq,
        status: status.to_owned(),
        since: cst_date(at).to_string(),
        reason: reason.to_owned(),
        at: micros(at),
    };
    let mut out = vec![row(1, "filed", d.at, "")];
    if let Phase::Removed { removal, .. } = &f.phase {
        out.push(row(2, "removed", removal.at, &removal.ground));
    }
    out
}

/// The publications.
pub(crate) fn publications(case: &CaseMeta<'_>, f: &Filing) -> Vec<PublicationRow> {
    let Some((d, number)) = f.decision().and_then(|d| Some((d, d.filing.as_ref()?))) else { return Vec::new() };
    let row = |suffix: &str, kind: &str, at, more: serde_json::Value| PublicationRow {
        id: format!("{}-{suffix}", case.id),
        kind: kind.to_owned(),
        number: number.to_string(),
        case_id: case.id.to_owned(),
        org: f.owner.to_string(),
        title: f.dossier.form.org_name.clone(),
        published: cst_date(at).to_string(),
        at: micros(at),
        data: more.to_string(),
    };
    let mut out =
        vec![row("filing", Filing::KIND, d.at, json!({ "credit_code": f.credit_code, "notice": d.notice.to_string() }))];
    if let Phase::Removed { removal, .. } = &f.phase {
        out.push(row("removal", "removal", removal.at, json!({ "credit_code": f.credit_code, "ground": removal.ground })));
    }
    out
}
