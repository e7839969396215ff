//! `/processor/assessments/{id}`: the task list, the risk map, the contradictions, the versions.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::assessment::{Action, Assessment, Content, Part, available, check_content, contradictions};
use guosuo_case::filing::Severity;
use guosuo_rules::risk::{Impact, Likelihood, Method};

use super::sections::Section;
use super::{acts, list, section};
use crate::app::Cx;
use crate::body::case::page;
use crate::error::Error;
use crate::web::components::{Link, MaterialRow, Tone};
use crate::web::{Lang, Shell};
use crate::words::assessment as words;

/// A cell of the risk map.
pub(super) struct Cell {
    pub(super) level: &'static str,
    pub(super) words: &'static str,
    pub(super) before: Vec<usize>,
    pub(super) after: Vec<usize>,
}

impl Cell {
    fn before_text(&self) -> String {
        list_of("●", &self.before)
    }

    fn after_text(&self) -> String {
        list_of("○", &self.after)
    }
}

/// A row of the risk map, from the highest impact.
pub(super) struct MapRow {
    pub(super) impact: &'static str,
    pub(super) cells: Vec<Cell>,
}

/// The risk map of a content: numbers of risks before measures and of what remains.
pub(super) fn map(l: Lang, content: &Content, method: &Method) -> Vec<MapRow> {
    let numbers = |at: &dyn Fn(&guosuo_case::assessment::Risk) -> Option<(Impact, Likelihood)>, cell| {
        content.risks.iter().zip(1..).filter(|(r, _)| at(r) == Some(cell)).map(|(_, n)| n).collect::<Vec<usize>>()
    };
    Impact::ALL
        .into_iter()
        .rev()
        .map(|i| MapRow {
            impact: words::impact(l, i),
            cells: Likelihood::ALL
                .into_iter()
                .map(|x| {
                    let level = method.level(i, x);
                    Cell {
                        level: level.code(),
                        words: words::level(l, level),
                        before: numbers(&|r| r.impact.zip(r.likelihood), (i, x)),
                        // A low risk without measures remains where it is.
                        after: numbers(&|r| r.residual_impact.zip(r.residual_likelihood).or(r.impact.zip(r.likelihood)), (i, x)),
                    }
                })
                .collect(),
        })
        .collect()
}

/// Numbers as people read them.
fn list_of(mark: &str, numbers: &[usize]) -> String {
    let list: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("{mark}{}", list.join(" "))
}

struct Line {
    number: u32,
    state: &'static str,
    tone: Tone,
    frozen: String,
    by: String,
    keep: String,
    digest: String,
    pdf: String,
    docx: String,
    released: bool,
}

#[derive(Template)]
#[template(path = "preparing/hub.html")]
struct Page {
    shell: Shell,
    l: Lang,
    base: String,
    phase: &'static str,
    tone: Tone,
    fresh: String,
    old: bool,
    rows: Vec<MaterialRow>,
    done: usize,
    all: usize,
    progress: String,
    saved: String,
    likelihoods: Vec<&'static str>,
    map: Vec<MapRow>,
    method: String,
    compared: String,
    contradictions: Vec<String>,
    versions: Vec<Line>,
    can_freeze: bool,
    can_revise: bool,
    can_drop: bool,
    can_review: bool,
    ready: bool,
    draft: bool,
}

fn rows(l: Lang, base: &str, a: &Assessment, gaps: &[guosuo_case::assessment::Gap]) -> Vec<MaterialRow> {
    let draft = a.draft.is_some();
    Section::all()
        .into_iter()
        .zip(1..)
        .map(|(s, n)| {
            let of = || gaps.iter().filter(|g| g.place == s.place());
            let open = of().filter(|g| g.severity == Severity::Blocks).count();
            let notes = of().count() - open;
            let (state, tone) = match (open, notes) {
                (0, 0) => (l.t("已完成", "Complete").to_owned(), Tone::Ok),
                (0, n) => (l.pick(format!("已完成，{n}处提示"), format!("Complete, {n} notes")), Tone::Info),
                (n, _) => (l.pick(format!("还缺{n}处"), format!("{n} open")), Tone::Mute),
            };
            let note = match s {
                Section::Item(i) => {
                    let names: Vec<&str> = Part::of(i).map(|p| words::part(l, p)).collect();
                    names.join(l.t("、", ", "))
                }
                _ => String::new(),
            };
            let action = if draft { l.t("填写", "Fill in") } else { l.t("查看", "Read") };
            MaterialRow {
                number: n.to_string(),
                name: section::name(l, s),
                note,
                state,
                tone,
                action: Some(Link::new(format!("{base}/edit/{}", s.code()), action)),
                ..MaterialRow::default()
            }
        })
        .collect()
}

/// `GET /processor/assessments/{id}`.
///
/// # Errors
/// [`Error::NotFound`] for another organisation's assessment.
pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let a = acts::assessment(&cx, &id).await?;
    let facts = acts::facts(&cx, &a).await?;
    let gaps = check_content(a.content(), &facts.method, cx.today(), &facts.config);
    let found = contradictions(a.content(), &facts.elsewhere);
    let can = available(Some(&a), cx.actor()?, &facts, cx.now);
    let base = l.href(format!("/processor/assessments/{id}"));
    let sections = Section::all();
    let blocked = |s: &&Section| gaps.iter().any(|g| g.place == s.place() && g.severity == Severity::Blocks);
    let (all, done) = (sections.len(), sections.iter().filter(|s| !blocked(s)).count());
    let versions = a.versions.iter().rev().map(|v| {
        let superseded = v.superseded_at.is_some();
        let day = l.date(v.keep_until).words;
        Line {
            number: v.number,
            state: if superseded { l.t("已被取代", "Superseded") } else { l.t("现行", "In force") },
            tone: if superseded { Tone::Mute } else { Tone::Ok },
            frozen: l.moment(v.frozen_at).words,
            by: v.by.name.clone(),
            keep: l.pick(format!("保存至{day}"), format!("Kept until {day}")),
            digest: v.digests.sha256.clone(),
            pdf: format!("{base}/report.pdf?v={}", v.number),
            docx: format!("{base}/report.docx?v={}", v.number),
            released: v.released.is_some(),
        }
    });
    let (phase, tone) = list::phase(l, a.phase());
    let (fresh, old) = list::fresh(l, &a, cx.today());
    let view = Page {
        shell: {
            let title = if a.content().title.is_empty() {
                l.t("影响评估", "Impact assessment").to_owned()
            } else {
                a.content().title.clone()
            };
            Shell::new(&cx.screen, crate::web::Front::Processor, title)
                .at("preparing")
                .crumb("/processor/assessments", l.t("影响评估", "Impact assessments"))
        },
        l,
        rows: rows(l, &base, &a, &gaps),
        versions: versions.collect(),
        base,
        phase,
        tone,
        fresh,
        old,
        done,
        all,
        progress: l.pick(format!("{all}部分，已完成{done}部分"), format!("{done} of {all} parts complete")),
        saved: section::saved_line(l, &a),
        likelihoods: Likelihood::ALL.into_iter().map(|x| words::likelihood(l, x)).collect(),
        map: map(l, a.content(), &facts.method),
        method: words::method(l, &facts.method),
        compared: words::compared(l, a.content(), &facts.elsewhere),
        contradictions: found.iter().map(|c| words::contradiction(l, c)).collect(),
        can_freeze: can.contains(&Action::Freeze),
        can_revise: can.contains(&Action::Revise),
        can_drop: can.contains(&Action::DropRevision),
        can_review: can.contains(&Action::ReviewRetention),
        ready: done == all,
        draft: a.draft.is_some(),
    };
    page(StatusCode::OK, &view)
}
