//! `/authority/splitting` and `/body/splitting`: applications and flows of ledgers that look like one export in several parts
//! (M 5(4)), each finding with its evidence in words and as tables. For a person to judge: a finding accuses nobody. An
//! authority looks into the ledgers with a ground, which is recorded first.

use askama::Template;
use axum::extract::Multipart;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::{OrgKind, Right};
use guosuo_rules::splitting::{self, Settings};
use serde::Deserialize;

use super::grouping::MarkRow;
use super::splitting_words::{Finding, findings};
use super::statements::Statements;
use super::{acts, grouping};
use crate::account::front_of;
use crate::app::Cx;
use crate::body::case::page;
use crate::body::keep;
use crate::error::Error;
use crate::reporting::shared;
use crate::web::components::Choice;
use crate::web::{Form, Front, Lang, Shell};

/// Labelled synthetic groups, of which the demonstration shows some.
const LABELLED: &str = include_str!("../../../../data/splitting/labelled.jsonl");

/// Kinds of groups that the demonstration shows, one of each.
const SHOWN: [&str; 4] = ["two-halves", "three-parts", "sensitive-halves", "ledger-and-application"];

/// Most applications in one file.
const ROWS_MAX: usize = 100_000;

#[derive(Deserialize)]
struct Labelled {
    kind: String,
    group: u32,
    application: splitting::Application,
}

#[derive(Template)]
#[template(path = "preparing/splitting.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    action: String,
    /// Applications and flows of ledgers that were compared.
    seen: (usize, usize),
    stored: Vec<Finding>,
    /// Groups whose people were counted and stay below the line.
    settled_below: usize,
    file: String,
    uploaded: Option<(usize, Vec<Finding>)>,
    samples: Vec<Finding>,
    /// Grounds for looking into the ledgers; none where the actor may not.
    grounds: Vec<Choice>,
    /// Whether the ledgers were looked into.
    ledgers: bool,
    marks: Vec<MarkRow>,
    /// Names of applicants on the platform, for marking.
    applicants: Vec<String>,
    can_mark: bool,
}

/// The labelled groups that the demonstration shows: one of each kind.
fn samples() -> Vec<splitting::Application> {
    let rows: Vec<Labelled> = LABELLED.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    SHOWN
        .iter()
        .flat_map(|kind| {
            let group = rows.iter().find(|r| r.kind == **kind).map(|r| r.group);
            rows.iter().filter(move |r| Some(r.group) == group).map(|r| r.application.clone())
        })
        .collect()
}

/// Reads a file in the format of `guosuo splitting`: one JSON object per line.
///
/// # Errors
/// The line and what is wrong with it.
fn read(l: Lang, text: &str) -> Result<Vec<splitting::Application>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let rows: Vec<(usize, &str)> = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).collect();
    if rows.is_empty() {
        return Err(l.t("文件里没有一行数据。", "There is not a single row in the file.").to_owned());
    }
    if rows.len() > ROWS_MAX {
        return Err(l.pick(format!("一次最多{ROWS_MAX}行。"), format!("At most {ROWS_MAX} rows at once.")));
    }
    rows.into_iter()
        .map(|(at, line)| {
            serde_json::from_str(line).map_err(|e| {
                let n = at + 1;
                let (zh, en) = if e.is_data() {
                    (format!("字段或者取值不对（{e}）"), format!("a field or value is wrong ({e})"))
                } else {
                    ("不是JSON".to_owned(), "it is not JSON".to_owned())
                };
                l.pick(
                    format!("第{n}行不能用：{zh}。一行一个JSON：id、applicant、group、recipient、purpose、on、non_sensitive、sensitive。"),
                    format!("Line {n} cannot be used: {en}. One JSON a line: id, applicant, group, recipient, purpose, on, non_sensitive, sensitive."),
                )
            })
        })
        .collect()
}

/// What a page shows beside the applications.
#[derive(Default)]
struct Asked<'a> {
    /// The file that was sent, and its rows.
    file: String,
    uploaded: Option<&'a [splitting::Application]>,
    /// The ground on which the ledgers are looked into.
    ground: Option<&'a str>,
}

/// The page with what was typed into the form of marks.
pub(super) async fn render(cx: &Cx, form: Form, status: StatusCode) -> Result<Response, Error> {
    render_with(cx, form, Asked::default(), status).await
}

async fn render_with(cx: &Cx, form: Form, asked: Asked<'_>, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let kind = cx.actor()?.org_kind;
    let settings = Settings::default();
    let listed = |list: &[splitting::Application]| findings(l, splitting::find(list, &settings), &[]);
    let marks = acts::grouping(cx).await?;
    let mut known = Statements::of_applications(cx, &marks).await?;
    if let Some(ground) = asked.ground {
        known.read_ledgers(cx, ground).await?;
    }
    known.join();
    let found = known.look(&cx.app, &settings).await?;
    let body = kind == OrgKind::Body;
    let front = if body { Front::Bench } else { front_of(kind) };
    let certificates = l.t("认证证书", "Certificates");
    let above = match kind {
        OrgKind::Body => ("/body/certificates", "certificates", certificates),
        _ if Right::RegisterReadFull.held_by(cx.actor()?) => ("/authority/stats", "stats", l.t("统计", "Statistics")),
        _ => ("/authority/certificates", "certificates", certificates),
    };
    let action = l.href(if body { "/body/splitting" } else { "/authority/splitting" });
    let view = Page {
        shell: Shell::new(&cx.screen, front, l.t("拆分线索", "Signs of splitting"))
            .at(above.1)
            .crumb(above.0, above.2)
            .for_form(&form),
        l,
        form,
        marks: grouping::rows(l, &marks, &known.list, &action),
        action,
        seen: (known.applications, known.flows),
        stored: findings(l, found.hits, &known.ties),
        settled_below: found.settled_below,
        file: asked.file,
        uploaded: asked.uploaded.map(|list| (list.len(), listed(list))),
        samples: if cx.screen.site.demo { listed(&samples()) } else { Vec::new() },
        grounds: if Right::SplittingLedgers.held_by(cx.actor()?) { shared::grounds(l) } else { Vec::new() },
        ledgers: asked.ground.is_some(),
        applicants: known.applicants.into_iter().take(200).collect(),
        can_mark: Right::SplittingMark.held_by(cx.actor()?),
    };
    page(status, &view)
}

/// `GET …/splitting`.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn show(cx: Cx) -> Result<Response, Error> {
    render(&cx, Form::new(), StatusCode::OK).await
}

/// `POST …/splitting`: looks at a file. Nothing of it is kept.
///
/// # Errors
/// [`Error::TooLarge`]; faults of the store. What a person can put right re-renders the page.
pub(super) async fn look(cx: Cx, form: Multipart) -> Result<Response, Error> {
    let l = cx.l();
    let sent = keep::read(&cx, form).await?;
    let mut form = Form::new();
    let read = match sent.files.first() {
        None => Err(l.t("先选择文件。", "Choose a file first.").to_owned()),
        Some(f) => match std::str::from_utf8(&f.bytes) {
            Ok(text) => read(l, text).map(|list| (f.name.clone(), list)),
            Err(_) => Err(l.t("文件不是UTF-8编码。", "The file is not UTF-8.").to_owned()),
        },
    };
    match read {
        Ok((file, list)) => render_with(&cx, form, Asked { file, uploaded: Some(&list), ground: None }, StatusCode::OK).await,
        Err(why) => {
            form.fail("file", why);
            render(&cx, form, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

/// `POST /authority/splitting/ledgers`: looks into the ledgers of processors too. The ground is recorded before anything leaves
/// (PIPL 63, M 14); the page shows findings, not ledgers.
///
/// # Errors
/// Faults of the store, and then nothing leaves.
pub(super) async fn ledgers(cx: Cx, mut form: Form) -> Result<Response, Error> {
    let ground = shared::ground(cx.l(), &mut form);
    if !form.ok() {
        return render(&cx, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    render_with(&cx, form, Asked { ground: Some(&ground), ..Asked::default() }, StatusCode::OK).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_groups_are_one_finding_each_and_explained() {
        for l in [Lang::Zh, Lang::En] {
            let found = findings(l, splitting::find(&samples(), &Settings::default()), &[]);
            assert_eq!(found.len(), SHOWN.len());
            for f in &found {
                assert_eq!((f.why.len(), f.group.len(), f.lines.len()), (4, 1, 1), "{}", f.title);
                assert!(f.parts.len() >= 2 && f.articles.contains(l.t("第五条第四款", "art. 5(4)")), "{}", f.articles);
            }
        }
    }

    #[test]
    fn a_bad_line_is_named() {
        assert!(read(Lang::Zh, "{}\n").unwrap_err().starts_with("第1行"));
        assert!(read(Lang::En, " \n").unwrap_err().contains("single row"));
        let good = r#"{"id":"1","applicant":"a","recipient":"r","purpose":"p","on":"2026-01-02"}"#;
        assert_eq!(read(Lang::En, good).unwrap().len(), 1);
    }
}
