//! `/processor/applications/{id}/ledger`: what the applicant gives of its yearly ledger with the application: flows and
//! numbers, as the platform added them up. A choice: nothing of a ledger reaches a body unless it is given here.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::certification::{Action, LedgerGiven};
use guosuo_rules::splitting::LedgerFlow;

use super::case::{self, Case};
use crate::app::Cx;
use crate::body::case::page;
use crate::error::Error;
use crate::preparing;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words::exports as say;

/// A flow as it is given.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) exporter: String,
    pub(crate) recipient: String,
    pub(crate) purpose: String,
    pub(crate) way: &'static str,
    pub(crate) people: [String; 2],
    /// The first day and the last.
    pub(crate) days: (String, String),
}

impl Row {
    fn new(l: Lang, f: &LedgerFlow) -> Self {
        let (n, s) = (l.number(f.non_sensitive), l.number(f.sensitive));
        Self {
            name: f.name.clone(),
            exporter: f.exporter.clone(),
            recipient: f.recipient.clone(),
            purpose: f.purpose.clone(),
            way: say::way(l, f.way),
            people: l
                .pick([format!("非敏感{n}人"), format!("敏感{s}人")], [format!("{n} non-sensitive"), format!("{s} sensitive")]),
            days: (l.day(f.from).words, l.pick(format!("至{}", l.day(f.until).words), format!("to {}", l.day(f.until).words))),
        }
    }
}

#[derive(Template)]
#[template(path = "processor/ledger.html")]
struct Page {
    shell: Shell,
    l: Lang,
    blocked: String,
    form: Form,
    base: String,
    version: u32,
    year: i16,
    now: Vec<Row>,
    /// That flows of other exporters stay out; empty when there are none.
    left_out: String,
    given: Vec<Row>,
    given_words: String,
    ledger: String,
    can_save: bool,
}

/// The flows of this year in the ledger of the applicant that may be given, and how many may not.
async fn flows(cx: &Cx, case: &Case) -> Result<(Vec<LedgerFlow>, usize), Error> {
    let Some(record) = preparing::record(cx).await? else { return Ok((Vec::new(), 0)) };
    let year = record.year(&cx.app, cx.today().year()).await?;
    let mut flows = year.map(|y| record.state.flows_of(&y)).unwrap_or_default();
    let all = flows.len();
    flows.retain(|f| LedgerGiven::may_hold(f, &case.app.processor, &case.app.owner));
    let left_out = all - flows.len();
    Ok((flows, left_out))
}

/// Says that flows of other exporters stay out.
fn said_of_others(l: Lang, left_out: usize, processor: &str) -> String {
    l.pick(
        format!(
            "台账里另有{left_out}项业务，其境内提供方不是“{processor}”，不附在这件委托里（《办法》第七条第一款）。\
             属于这个处理者的，先在台账里把境内提供方写成与委托里相同的名称。"
        ),
        format!(
            "Flows of the ledger whose exporter is not “{processor}”: {left_out}. They are not given with this application \
             (Measures, Article 7(1)). Where they are its own, enter its name in the ledger as it stands in the application."
        ),
    )
}

/// What was given, in one line.
pub(crate) fn told(l: Lang, g: &LedgerGiven) -> String {
    let (n, day) = (g.flows.len(), l.date(g.on).words);
    l.pick(
        format!("{}年台账的{n}项业务，{day}的合计", g.year),
        format!(
            "{} of the ledger of {}, as added up on {day}",
            l.count_of(i64::try_from(n).unwrap_or(i64::MAX), "项", "flow"),
            g.year
        ),
    )
}

async fn render(cx: &Cx, case: &Case, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let given = case.dossier().form.ledger.as_ref();
    let title = l.t("随申请附上台账合计", "Give the totals of the ledger");
    let (now, left_out) = flows(cx, case).await?;
    let view = Page {
        shell: case::shell(cx, case, title).for_form(&form),
        l,
        blocked: case.blocked(cx, Action::SaveForm)?,
        base: l.href(case.path("")),
        version: case.dossier().form_rev,
        year: cx.today().year(),
        now: now.iter().map(|f| Row::new(l, f)).collect(),
        left_out: if left_out > 0 { said_of_others(l, left_out, &case.app.processor.name) } else { String::new() },
        given: given.map(|g| g.flows.iter().map(|f| Row::new(l, f)).collect()).unwrap_or_default(),
        given_words: given.map(|g| told(l, g)).unwrap_or_default(),
        ledger: l.href("/processor/ledger"),
        can_save: case.can(Action::SaveForm),
        form,
    };
    page(status, &view)
}

/// `GET`.
///
/// # Errors
/// [`Error::NotFound`] for an application that concerns others.
pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let case = case::draft(&cx, &id).await?;
    render(&cx, &case, Form::new(), StatusCode::OK).await
}

/// `POST`: `then=give` takes the totals of this moment into the application, `then=take` takes them out.
///
/// # Errors
/// As [`show`]; faults of the store.
pub(super) async fn save(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::draft(&cx, &id).await?;
    let ledger = match form.value("then") {
        "give" => {
            let (flows, left_out) = flows(&cx, &case).await?;
            if flows.is_empty() {
                let none = l.t(
                    "台账里今年还没有计入的业务，没有可以附上的。先在台账里描述业务、上报人数。",
                    "The ledger counts no flow this year, so there is nothing to give. Describe flows there and report their numbers first.",
                );
                let why = match left_out {
                    0 => none.to_owned(),
                    n => said_of_others(l, n, &case.app.processor.name),
                };
                form.fail("", why);
                return render(&cx, &case, form, StatusCode::UNPROCESSABLE_ENTITY).await;
            }
            Some(LedgerGiven { year: cx.today().year(), on: cx.today(), flows })
        }
        _ => None,
    };
    let good = if ledger.is_some() {
        l.t(
            "台账合计已附上，提交以后认证机构能看到。",
            "The totals are given; the body sees them once the application is submitted.",
        )
    } else {
        l.t("台账合计已撤下。", "The totals are taken out.")
    };
    let whole = guosuo_case::certification::Form { ledger, ..case.dossier().form.clone() };
    if let Some((case, status)) = case::saved(&cx, &case, whole, &mut form).await? {
        return render(&cx, &case, form, status).await;
    }
    Ok(Flash::good(good).to(l, &case.path("scope")))
}
