//! `/processor/applications/{id}/duties`: what has to be done before applying (M 6): the impact
//! assessment with its focal points, the notice, and separate consent or another legal basis; each
//! declared by version and digest.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::certification::{Action, Field, Form as Filled, Impact, ImpactItem, LegalBasis, Problem, Profile, Severity};

use super::case::{self, Case, Task};
use super::document::{self, DocField};
use crate::app::Cx;
use crate::body::case::page;
use crate::body::keep;
use crate::error::Error;
use crate::web::components::Choice;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

const ITEMS: [(&str, ImpactItem); 6] = [
    ("purpose", ImpactItem::Purpose),
    ("risks", ImpactItem::Risks),
    ("recipient", ImpactItem::Recipient),
    ("after_export", ImpactItem::AfterExport),
    ("country", ImpactItem::Country),
    ("other", ImpactItem::Other),
];

#[derive(Template)]
#[template(path = "processor/duties.html")]
struct Page {
    shell: Shell,
    l: Lang,
    blocked: String,
    form: Form,
    base: String,
    version: u32,
    impact: DocField,
    profiles: Vec<Choice>,
    items: Vec<Choice>,
    notice: DocField,
    bases: Vec<Choice>,
    consent: DocField,
    warnings: Vec<String>,
    can_save: bool,
}

fn render(cx: &Cx, case: &Case, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let f = &case.dossier().form;
    let consent = match &f.legal_basis {
        Some(LegalBasis::Consent { document }) => Some(document),
        _ => None,
    };
    let view = Page {
        shell: case::shell(cx, case, Task::Duties.name(l)).for_form(&form),
        l,
        blocked: case.blocked(cx, Action::SaveForm)?,
        base: l.href(case.path("")),
        version: case.dossier().form_rev,
        impact: DocField::new(
            cx,
            case,
            "impact",
            l.t("评估报告", "The report"),
            l.t("个人信息保护影响评估报告。", "The report of the personal information protection impact assessment."),
            f.impact.as_ref().map(|i| &i.document),
        ),
        profiles: vec![
            Choice::new("certification", l.t("为认证做的评估", "For certification")),
            Choice::new("standard_contract", l.t("为标准合同做的评估", "For the standard contract")).hint(l.t(
                "缺少对国家安全、公共利益的评估，不能用于认证。",
                "It lacks national security and public interest, so it cannot be used here.",
            )),
        ],
        items: ITEMS.into_iter().map(|(name, i)| Choice::new(name, words::impact_item(l, i))).collect(),
        notice: DocField::new(
            cx,
            case,
            "notice",
            l.t("告知书", "The notice"),
            l.t(
                "向个人告知接收方名称、联系方式、目的、方式、种类以及行使权利的方式。",
                "It names recipient, contact, purpose, method, kinds and how rights are exercised.",
            ),
            f.notice.as_ref(),
        ),
        bases: vec![
            Choice::new("consent", l.t("取得个人的单独同意", "Separate consent of the individuals")),
            Choice::new("other", l.t("不基于同意", "Another legal basis"))
                .hint(l.t("《个人信息保护法》第十三条第一款第二项至第七项。", "PIPL, Article 13(1)(ii) to (vii).")),
        ],
        consent: DocField::new(
            cx,
            case,
            "consent",
            l.t("单独同意书", "The text of the consent"),
            l.t("取得同意所用的文本。", "The text by which consent is asked for."),
            consent,
        ),
        warnings: case
            .of(Task::Duties.fields())
            .filter(|p| p.severity == Severity::Warns)
            .map(|p| words::problem(l, p))
            .collect(),
        can_save: case.can(Action::SaveForm),
        form,
    };
    page(status, &view)
}

fn typed(f: &Filled) -> Form {
    let mut pairs = Vec::new();
    let mut put = |name: &str, value: &str| pairs.push((name.to_owned(), value.to_owned()));
    match &f.impact {
        Some(i) => {
            put("profile", if i.profile == Profile::Certification { "certification" } else { "standard_contract" });
            put("completed_on", &i.completed_on.to_string());
            for (name, item) in ITEMS {
                if i.items.contains(&item) {
                    put("items", name);
                }
            }
        }
        None => put("profile", "certification"),
    }
    match &f.legal_basis {
        Some(LegalBasis::Other { words }) => {
            put("basis", "other");
            put("basis_words", words);
        }
        _ => put("basis", "consent"),
    }
    let form = document::typed(Form::from_pairs(pairs), "impact", f.impact.as_ref().map(|i| &i.document));
    let form = document::typed(form, "notice", f.notice.as_ref());
    match &f.legal_basis {
        Some(LegalBasis::Consent { document }) => document::typed(form, "consent", Some(document)),
        _ => form,
    }
}

fn at(p: &Problem) -> String {
    match p.field {
        Field::Impact => "impact_file",
        Field::ImpactItems => "items",
        Field::ImpactDate => "completed_on",
        Field::Notice => "notice_file",
        Field::Consent => "consent_file",
        Field::ConsentNote => "basis_words",
        _ => "",
    }
    .to_owned()
}

/// `GET`.
///
/// # Errors
/// [`Error::NotFound`] for an application that concerns others.
pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let case = case::draft(&cx, &id).await?;
    render(&cx, &case, typed(&case.dossier().form), StatusCode::OK)
}

/// `POST`.
///
/// # Errors
/// As [`show`]; faults of the store.
pub(super) async fn save(cx: Cx, Path(id): Path<String>, sent: Multipart) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::draft(&cx, &id).await?;
    let mut sent = keep::read(&cx, sent).await?;
    let mut form = Form::from_pairs(std::mem::take(&mut sent.fields));
    let stored = case.dossier().form.clone();
    let old = stored.impact.as_ref().map(|i| &i.document);
    let impact = document::receive(&cx, &case, &mut sent, &mut form, "impact", old).await?;
    let notice = document::receive(&cx, &case, &mut sent, &mut form, "notice", stored.notice.as_ref()).await?;
    let old = match &stored.legal_basis {
        Some(LegalBasis::Consent { document }) => Some(document),
        _ => None,
    };
    let consent = document::receive(&cx, &case, &mut sent, &mut form, "consent", old).await?;
    let items: BTreeSet<ImpactItem> = ITEMS.into_iter().filter(|(n, _)| form.has("items", n)).map(|(_, i)| i).collect();
    let completed_on = form.date("completed_on");
    if impact.is_some() && completed_on.is_none() {
        form.fail(
            "completed_on",
            l.t("填写评估完成日期，格式如“2026-01-05”。", "Enter the day of completion, such as 2026-01-05."),
        );
    }
    let basis_words = form.value("basis_words").replace("\r\n", "\n").trim().to_owned();
    if guosuo_case::text::check(&basis_words, true).is_err() {
        form.fail("basis_words", l.t("删掉看不见的字符。", "Delete the invisible characters."));
    }
    if !form.ok() {
        return render(&cx, &case, form, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let profile = if form.value("profile") == "standard_contract" { Profile::StandardContract } else { Profile::Certification };
    let filled = Filled {
        impact: impact.zip(completed_on).map(|(document, completed_on)| Impact { document, profile, completed_on, items }),
        notice,
        legal_basis: if form.value("basis") == "other" {
            Some(LegalBasis::Other { words: basis_words })
        } else {
            consent.map(|document| LegalBasis::Consent { document })
        },
        ..stored
    };
    if let Some((case, status)) = case::saved(&cx, &case, filled, &mut form).await? {
        return render(&cx, &case, form, status);
    }
    let then = form.value("then").to_owned();
    let case = case::load(&cx, &id).await?;
    let mut form = typed(&case.dossier().form);
    if then != "later" {
        case::mark(l, &case, Task::Duties, &mut form, at);
    }
    if form.ok() {
        return Ok(Flash::good(l.t("申报已保存。", "The declarations are saved.")).to(l, &case.path("")));
    }
    render(&cx, &case, form, StatusCode::UNPROCESSABLE_ENTITY)
}
