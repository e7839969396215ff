//! `/authority/splitting` and `/body/splitting`: applications that look like one export in several parts (M 5(4)), each
//! with its evidence in words and as a table. For a person to judge: a hit accuses nobody.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::Multipart;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::certification::Application;
use guosuo_case::grouping::Grouping;
use guosuo_case::{Life as _, OrgKind, Right};
use guosuo_cli::path_words;
use guosuo_rules::splitting::{self, Hit, Settings, Tie};
use guosuo_rules::time::cst_date;
use guosuo_store::Error as StoreError;
use serde::Deserialize;

use super::grouping::{MarkRow, Why};
use super::ledger::{cli, line_words};
use super::{acts, grouping};
use crate::account::front_of;
use crate::app::Cx;
use crate::body::case::page;
use crate::body::keep;
use crate::error::Error;
use crate::web::{Form, Front, Lang, Shell};
use crate::words;

/// Labelled synthetic groups, of which the demonstration shows three.
const LABELLED: &str = include_str!("../../../../data/splitting/labelled.jsonl");

/// Kinds of groups that the demonstration shows, one of each.
const SHOWN: [&str; 3] = ["two-halves", "three-parts", "sensitive-halves"];

/// Most applications in one file.
const ROWS_MAX: usize = 100_000;

#[derive(Deserialize)]
struct Labelled {
    kind: String,
    group: u32,
    application: splitting::Application,
}

struct Part {
    id: String,
    applicant: String,
    on: String,
    recipient: String,
    purpose: String,
    count: String,
    share: String,
}

/// A hit in words.
struct Found {
    title: String,
    why: Vec<String>,
    /// Why its applicants count as one group.
    group: Vec<String>,
    parts: Vec<Part>,
    least: String,
    most: String,
    line: String,
    articles: String,
}

#[derive(Template)]
#[template(path = "preparing/splitting.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    action: String,
    seen: usize,
    stored: Vec<Found>,
    file: String,
    uploaded: Option<(usize, Vec<Found>)>,
    samples: Vec<Found>,
    window: u16,
    marks: Vec<MarkRow>,
    /// Names of applicants on the platform, for marking.
    applicants: Vec<String>,
    can_mark: bool,
}

fn permille(l: Lang, n: u16) -> String {
    let (whole, tenth) = (n / 10, n % 10);
    if tenth == 0 { format!("{whole}%") } else { l.pick(format!("{whole}.{tenth}%"), format!("{whole}.{tenth} %")) }
}

fn explain(l: Lang, h: &Hit, list: &[splitting::Application], ties: &[Tie<Why>]) -> Found {
    let fact = path_words::fact(h.fact, cli(l));
    let (n, line) = (h.parts.len(), line_words(l, h.line));
    let (least, most) = (l.number(h.least), l.number(h.most));
    let (recipient, purpose) = (permille(l, h.recipient), permille(l, h.purpose));
    let days = h.days;
    let share = |count: u64| {
        let thousandths = u128::from(count) * 1000 / u128::from(h.line.max(1));
        permille(l, u16::try_from(thousandths).unwrap_or(u16::MAX))
    };
    let why = if l.zh() {
        vec![
            format!("每一份单独都不满{line}（{fact}）；合在一起最多{most}人，达到{line}。"),
            format!("如果各份是同一批人，合计只有{least}人。人是否重合，要由申请人的去重数据说明。"),
            format!("接收方名称相似度不低于{recipient}，处理目的相似度不低于{purpose}。"),
            format!("第一份到最后一份相隔{days}天，都在同一个累计年度。"),
        ]
    } else {
        vec![
            format!("Each part is below {line} ({fact}); together they may reach it: at most {most} people."),
            format!(
                "If all parts hold the same people, they are {least}. The applicant's de-duplicated data tell whether they do."
            ),
            format!("Recipients alike by {recipient} or more, purposes by {purpose} or more."),
            format!("{days} days from the first part to the last, all in one year of counting."),
        ]
    };
    Found {
        title: l.pick(
            format!("{n}份合计{least}至{most}人，界限{line}"),
            format!("{n} parts, {least} to {most} people together, line {line}"),
        ),
        why,
        group: same_group(l, h, list, ties),
        parts: h
            .parts
            .iter()
            .map(|p| Part {
                id: p.id.clone(),
                applicant: p.applicant.clone(),
                on: l.day(p.on).words,
                recipient: p.recipient.clone(),
                purpose: p.purpose.clone(),
                count: l.number(p.count),
                share: share(p.count),
            })
            .collect(),
        least,
        most,
        line: l.number(h.line),
        articles: h.articles.iter().map(|a| words::article(l, &a.to_string())).collect::<Vec<_>>().join(l.t("；", "; ")),
    }
}

/// Why the applicants of a hit count as one group.
fn same_group(l: Lang, h: &Hit, list: &[splitting::Application], ties: &[Tie<Why>]) -> Vec<String> {
    let Some(first) = h.parts.first() else { return Vec::new() };
    if h.parts.iter().all(|p| p.applicant == first.applicant) {
        return vec![l.t("各份都是同一申请人。", "All parts have the same applicant.").to_owned()];
    }
    let found: Vec<String> = splitting::ties_of(&first.applicant, ties).iter().map(|t| grouping::evidence(l, &t.why)).collect();
    if !found.is_empty() {
        return found;
    }
    let group = list.iter().find(|a| a.id == first.id).map(|a| a.group.clone()).unwrap_or_default();
    vec![l.pick(format!("清单写明同一集团：{group}。"), format!("The list names one group: {group}."))]
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

/// An application as it is compared: all recipients and all purposes of its scope together.
fn of(id: &str, a: &Application) -> Option<splitting::Application> {
    let receipt = a.receipt.as_ref()?;
    let s = &a.dossier.form.scope;
    let recipients: Vec<&str> = s.recipients.iter().map(|r| r.name.as_str()).collect();
    let number = receipt.number.to_string();
    Some(splitting::Application {
        id: if number.is_empty() { id.to_owned() } else { number },
        applicant: a.processor.name.clone(),
        group: String::new(),
        recipient: recipients.join("；"),
        purpose: s.purposes.join("；"),
        on: cst_date(receipt.at),
        non_sensitive: s.people.non_sensitive,
        sensitive: s.people.sensitive,
        replaces: None,
    })
}

/// The submitted applications that the actor may see, each with its group, and what ties the groups.
async fn stored(cx: &Cx, marks: &Grouping) -> Result<(Vec<splitting::Application>, Vec<Tie<Why>>), Error> {
    let actor = cx.actor()?;
    let mut reader = cx.app.store.reader().await?;
    let (mut out, mut ties, mut after) = (Vec::new(), Vec::new(), String::new());
    loop {
        let heads = reader.heads_after(&after).await?;
        let Some(last) = heads.last() else { break };
        after.clone_from(&last.case_id);
        for head in heads.iter().filter(|h| h.kind == Application::KIND) {
            match reader.case_for::<Application>(actor, &head.case_id).await {
                Ok(loaded) => {
                    if let Some((a, application)) = loaded.state.as_ref().and_then(|a| Some((a, of(&head.case_id, a)?))) {
                        ties.extend(grouping::declared(a));
                        out.push(application);
                    }
                }
                Err(StoreError::NotFound(_)) => {}
                Err(e) => return Err(e.into()),
            }
        }
    }
    ties.extend(grouping::marked(marks));
    splitting::join(&mut out, &ties);
    Ok((out, ties))
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
                l.pick(
                    format!("第{n}行不合要求：{e}。一行一个JSON：id、applicant、group、recipient、purpose、on、non_sensitive、sensitive。"),
                    format!("Line {n} cannot be used: {e}. One JSON a line: id, applicant, group, recipient, purpose, on, non_sensitive, sensitive."),
                )
            })
        })
        .collect()
}

/// The page with what was typed into the form of marks.
pub(super) async fn render(cx: &Cx, form: Form, status: StatusCode) -> Result<Response, Error> {
    render_with(cx, form, String::new(), None, status).await
}

async fn render_with(
    cx: &Cx,
    form: Form,
    file: String,
    uploaded: Option<&[splitting::Application]>,
    status: StatusCode,
) -> Result<Response, Error> {
    let l = cx.l();
    let kind = cx.actor()?.org_kind;
    let settings = Settings::default();
    let hits = |list: &[splitting::Application], ties: &[Tie<Why>]| {
        splitting::find(list, &settings).iter().map(|h| explain(l, h, list, ties)).collect::<Vec<_>>()
    };
    let marks = acts::grouping(cx).await?;
    let (known, ties) = stored(cx, &marks).await?;
    let body = kind == OrgKind::Body;
    let front = if body { Front::Bench } else { front_of(kind) };
    let above = if body { ("/body/certificates", "certificates") } else { ("/authority/stats", "stats") };
    let action = l.href(if body { "/body/splitting" } else { "/authority/splitting" });
    let view = Page {
        shell: Shell::new(&cx.screen, front, l.t("拆分线索", "Signs of splitting"))
            .at(above.1)
            .crumb(above.0, if body { l.t("认证证书", "Certificates") } else { l.t("统计", "Statistics") })
            .for_form(&form),
        l,
        form,
        marks: grouping::rows(l, &marks, &action),
        action,
        seen: known.len(),
        stored: hits(&known, &ties),
        file,
        uploaded: uploaded.map(|list| (list.len(), hits(list, &[]))),
        samples: if cx.screen.site.demo { hits(&samples(), &[]) } else { Vec::new() },
        window: settings.window_days,
        applicants: known.iter().map(|a| a.applicant.clone()).collect::<BTreeSet<_>>().into_iter().take(200).collect(),
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
        Ok((name, list)) => render_with(&cx, form, name, Some(&list), StatusCode::OK).await,
        Err(why) => {
            form.fail("file", why);
            render(&cx, form, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_sample_groups_are_three_hits_and_each_is_explained() {
        for l in [Lang::Zh, Lang::En] {
            let list = samples();
            let hits = splitting::find(&list, &Settings::default());
            assert_eq!(hits.len(), SHOWN.len());
            for h in &hits {
                let f = explain(l, h, &list, &[]);
                assert_eq!((f.why.len(), f.group.len(), f.parts.len()), (4, 1, h.parts.len()));
                assert!(f.articles.contains(l.t("第五条第四款", "art. 5(4)")), "{}", f.articles);
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
