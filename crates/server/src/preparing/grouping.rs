//! Who belongs together, for the page on splitting: what applicants declare in their applications, and what the own organisation
//! has marked with a reason. The marks are made and lifted here.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::OrgKind;
use guosuo_case::certification::Application;
use guosuo_case::grouping::{Command, Grouping, MEMBERS_MAX, Mark};
use guosuo_rules::splitting::{self as rules, Tie};

use super::fields::lines;
use super::{acts, splitting};
use crate::app::Cx;
use crate::error::{Error, refusal_status};
use crate::web::shell::Flash;
use crate::web::{Form, Lang};
use crate::words;

/// Why applicants count as one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    /// An applicant names its group.
    Group { applicant: String, group: String },
    /// An applicant names its affiliates.
    Affiliates { applicant: String, names: Vec<String> },
    /// A ledger counts exports of another company.
    Ledger { holder: String, exporter: String },
    /// The own organisation marked them.
    Marked(Box<Mark>),
}

/// What an application declares about the group of its processor.
pub(super) fn declared(a: &Application) -> Vec<Tie<Why>> {
    let (form, applicant) = (&a.dossier.form, a.processor.name.clone());
    let mut out = Vec::new();
    if !form.group.trim().is_empty() {
        let why = Why::Group { applicant: applicant.clone(), group: form.group.clone() };
        out.push(Tie { group: form.group.clone(), members: vec![applicant.clone()], why });
    }
    if !form.affiliates.is_empty() {
        let members = std::iter::once(applicant.clone()).chain(form.affiliates.iter().cloned()).collect();
        out.push(Tie { group: String::new(), members, why: Why::Affiliates { applicant, names: form.affiliates.clone() } });
    }
    out
}

/// What the marks that stand say.
pub(super) fn marked(marks: &Grouping) -> impl Iterator<Item = Tie<Why>> {
    marks.standing().map(|m| Tie { group: m.group.clone(), members: m.members.clone(), why: Why::Marked(Box::new(m.clone())) })
}

/// One sentence of evidence.
pub(super) fn evidence(l: Lang, why: &Why) -> String {
    match why {
        Why::Group { applicant, group } => l.pick(
            format!("{applicant}在申请里写明所属集团：{group}。"),
            format!("{applicant} names its group in its application: {group}."),
        ),
        Why::Affiliates { applicant, names } => l.pick(
            format!("{applicant}在申请里写明同一集团的单位：{}。", names.join("、")),
            format!("{applicant} names members of its group in its application: {}.", names.join(", ")),
        ),
        Why::Ledger { holder, exporter } => l.pick(
            format!("{holder}的台账把{exporter}列为境内提供方。"),
            format!("The ledger of {holder} names {exporter} as an exporter."),
        ),
        Why::Marked(m) => {
            let day = l.date(guosuo_rules::time::cst_date(m.at)).words;
            l.pick(
                format!("{}{day}标注为同一集团“{}”：{}。理由：{}", m.by.name, m.group, m.members.join("、"), m.reason),
                format!(
                    "Marked as one group “{}” by {} on {day}: {}. Reason: {}",
                    m.group,
                    m.by.name,
                    m.members.join(", "),
                    m.reason
                ),
            )
        }
    }
}

/// A mark as the page shows it.
pub(super) struct MarkRow {
    pub(super) number: u32,
    pub(super) group: String,
    pub(super) members: Vec<String>,
    /// Those of them that no application bears: written otherwise, or not here yet.
    pub(super) unknown: String,
    pub(super) reason: String,
    pub(super) by: String,
    pub(super) lifted: String,
    pub(super) href: String,
}

/// All marks, newest first, beside the statements that they are to tie.
pub(super) fn rows(l: Lang, marks: &Grouping, list: &[rules::Application], base: &str) -> Vec<MarkRow> {
    let row = |m: &Mark| MarkRow {
        number: m.number,
        group: m.group.clone(),
        members: m.members.clone(),
        unknown: if m.lifted.is_none() { rules::unknown(&m.members, list).join(l.t("、", ", ")) } else { String::new() },
        reason: m.reason.clone(),
        by: format!("{} {}", l.stamp(m.at).words, m.by.name),
        lifted: m.lifted.as_ref().map(|(at, by, why)| format!("{} {}：{why}", l.stamp(*at).words, by.name)).unwrap_or_default(),
        href: format!("{base}/groups/{}/lift", m.number),
    };
    marks.marks.iter().rev().map(row).collect()
}

fn home(kind: OrgKind) -> &'static str {
    if kind == OrgKind::Body { "/body/splitting" } else { "/authority/splitting" }
}

/// `POST …/splitting/groups`: marks applicants as one group.
///
/// # Errors
/// Faults of the store. What a person can put right re-renders the page.
pub(super) async fn mark(cx: Cx, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let members = lines(form.value("members"));
    form.require("group", l.t("给这一组起个名称，例如集团的名称。", "Name the group, such as the name of the company group."));
    form.require(
        "reason",
        l.t(
            "写明为什么认为是同一集团，例如股权关系的来源。",
            "Say why they are one group, such as where the shareholding is published.",
        ),
    );
    if members.len() < 2 || members.len() > MEMBERS_MAX {
        let words = l.pick(
            format!("写2个到{MEMBERS_MAX}个申请人的名称，一行一个；现在是{}个。", members.len()),
            format!("Give 2 to {MEMBERS_MAX} names of applicants, one a line; there are {}.", members.len()),
        );
        form.fail("members", words);
    }
    if !form.ok() {
        return splitting::render(&cx, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let command = Command::Mark { group: form.trimmed("group").to_owned(), members, reason: form.value("reason").to_owned() };
    match acts::act_on_grouping(&cx, command).await? {
        Ok(_) => {
            let good = l.t(
                "已标注，查找时按同一集团合并查看。和申请对不上的名称，在标注里注明。",
                "Marked: they are looked at as one group. Names that no application bears are noted beside the mark.",
            );
            Ok(Flash::good(good).to(l, home(cx.actor()?.org_kind)))
        }
        Err(r) => {
            form.fail("", words::refusal(l, &r));
            splitting::render(&cx, form, refusal_status(&r)).await
        }
    }
}

/// `POST …/splitting/groups/{n}/lift`.
///
/// # Errors
/// Faults of the store.
pub(super) async fn lift(cx: Cx, Path(mark): Path<u32>, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let command = Command::Lift { mark, reason: form.value("reason").to_owned() };
    let flash = match acts::act_on_grouping(&cx, command).await? {
        Ok(_) => Flash::good(l.t("标注已撤销，记录保留。", "The mark is lifted; it stays in the record.")),
        Err(r) => Flash::bad(words::refusal(l, &r)),
    };
    Ok(flash.to(l, home(cx.actor()?.org_kind)))
}
