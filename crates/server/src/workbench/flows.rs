//! `…/certificates/{id}/flows`: the flows that really take place, typed or read from a file, compared
//! with the certified scope field by field before anything is recorded (M 10(1)). Where they go beyond
//! it, the declaration suggests a suspension with the differences as evidence; people decide.

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::certificate::{Action, Certificate, Command, Difference, Direction, Event, compare, permit};
use guosuo_case::certification::{DocRef, Field, Reason, Scope};
use guosuo_case::{Recorded, Refusal, RefusalCode};
use guosuo_seal::canon;
use guosuo_seal::digest::sha256;
use guosuo_store::{ActError, NewBlob, new_id};

use super::ask::{Ask, kept_field, version_field};
use super::certificate::{self, Held};
use super::papers::{self, Sent};
use super::view;
use crate::app::Cx;
use crate::authority::idem;
use crate::certification::acts;
use crate::certification::scope_form::{self, Unreadable};
use crate::error::{Error, refusal_status};
use crate::web::components::{Choice, Link, Tone};
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;
use crate::words::certificate as said;

/// The field of the document that a declaration rests on.
pub(super) const SOURCE: &str = "source";
/// The field of the file that the fields are read from.
const TABLE: &str = "table";
/// Longest file of flows, in bytes: far more than 200 rows of every list.
const MOST_TABLE: usize = 1 << 20;

/// One compared field, as people read it.
pub(super) struct Line {
    /// The field.
    pub(super) field: &'static str,
    /// Which entry.
    pub(super) item: String,
    /// As certified.
    pub(super) certified: String,
    /// As it is.
    pub(super) actual: String,
    /// Which way.
    pub(super) chip: (&'static str, Tone),
}

impl Line {
    /// A difference in words.
    pub(super) fn new(l: Lang, d: &Difference) -> Self {
        Self {
            field: said::drift_field(l, d.field),
            item: d.item.clone(),
            certified: said::drift_value(l, d.field, &d.certified),
            actual: said::drift_value(l, d.field, &d.actual),
            chip: (
                said::direction(l, d.direction),
                match d.direction {
                    Direction::Beyond => Tone::Late,
                    Direction::Unused => Tone::Mute,
                },
            ),
        }
    }
}

/// An earlier declaration.
struct Before {
    when: String,
    who: String,
    said: String,
}

#[derive(Template)]
#[template(path = "workbench/flows.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    path: String,
    case: String,
    about: String,
    state: (&'static str, Tone),
    refused: String,
    remedy: Option<Link>,
    compared: bool,
    beyond: bool,
    lines: Vec<Line>,
    kinds: Vec<usize>,
    recipients: Vec<usize>,
    onward: Vec<usize>,
    countries: Vec<Choice>,
    kept: Vec<(String, String)>,
    before: Vec<Before>,
    scope_file: String,
    version: u64,
    idem: String,
}

/// The declarations so far, newest first.
pub(super) fn declared(events: &[Recorded<Event>]) -> Vec<(&Recorded<Event>, &Scope, &DocRef, &[Difference])> {
    let flows = events.iter().rev().filter_map(|e| match &e.event {
        Event::FlowsDeclared { actual, source, differences } => Some((e, &**actual, source, &differences[..])),
        _ => None,
    });
    flows.collect()
}

fn ask(l: Lang) -> Ask {
    Ask::files(l, SOURCE, l.t("依据材料", "What it rests on"), false).optional()
}

struct Shown<'a> {
    form: Form,
    actual: Option<&'a Scope>,
    refused: Option<&'a Refusal>,
    status: StatusCode,
}

async fn page(cx: &Cx, h: &Held, shown: Shown<'_>) -> Result<Response, Error> {
    let l = cx.l();
    let Shown { form, actual, refused, status } = shown;
    let differences = actual.map(|a| compare(&h.certificate.scope, a)).unwrap_or_default();
    let events = cx.app.store.history::<Certificate>(&h.id).await?;
    let before = declared(&events)
        .into_iter()
        .map(|(e, _, source, differences)| Before {
            when: l.stamp(e.at).words,
            who: e.by.name.clone(),
            said: summary(l, differences, source),
        })
        .collect();
    let title = said::action(l, Action::DeclareFlows);
    let view = Page {
        shell: h.shell(cx, title).crumb(&h.path(""), h.certificate.number.clone()).for_form(&form),
        l,
        path: l.href(h.path("flows")),
        case: l.href(h.path("")),
        about: format!("{} {}", h.certificate.holder.name, h.certificate.number),
        state: words::certificate_status(l, h.certificate.status_on(cx.today())),
        refused: refused.map(|r| words::refusal(l, r)).unwrap_or_default(),
        remedy: h.remedy(l, refused),
        compared: actual.is_some(),
        beyond: differences.iter().any(|d| d.direction == Direction::Beyond),
        lines: differences.iter().map(|d| Line::new(l, d)).collect(),
        kinds: scope_form::rows(&form, "kind"),
        recipients: scope_form::rows(&form, "recipient"),
        onward: scope_form::rows(&form, "onward"),
        countries: words::countries(l, false),
        kept: ask(l).with_kept(&form).kept,
        before,
        scope_file: l.href(h.path("scope.json")),
        version: h.version,
        idem: new_id(),
        form,
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}

/// What a declaration came to, in one sentence.
pub(super) fn summary(l: Lang, differences: &[Difference], source: &DocRef) -> String {
    let beyond = differences.iter().filter(|d| d.direction == Direction::Beyond).count();
    let unused = differences.len() - beyond;
    let title = &source.title;
    match (beyond, unused) {
        (0, 0) => l.pick(format!("与认证范围一致。依据：{title}"), format!("The same as the certified scope. Rests on {title}")),
        (0, n) => l.pick(
            format!("在认证范围以内，{n}项没有使用。依据：{title}"),
            format!("Within the certified scope, {n} not used. Rests on {title}"),
        ),
        (n, _) => {
            l.pick(format!("{n}项超出认证范围。依据：{title}"), format!("{n} beyond the certified scope. Rests on {title}"))
        }
    }
}

/// `GET …/certificates/{id}/flows`.
///
/// # Errors
/// [`Error::NotFound`] for a certificate that is not for this person.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let h = certificate::load(&cx, &id).await?;
    if let Err(r) = permit(Some(&h.certificate), Action::DeclareFlows, cx.actor()?, &h.facts, cx.now) {
        let shown = Shown { form: Form::new(), actual: None, refused: Some(&r), status: refusal_status(&r) };
        return page(&cx, &h, shown).await;
    }
    let events = cx.app.store.history::<Certificate>(&id).await?;
    let list = declared(&events);
    let scope = list.first().map_or(&h.certificate.scope, |d| d.1);
    page(&cx, &h, Shown { form: scope_form::typed(scope), actual: None, refused: None, status: StatusCode::OK }).await
}

fn unreadable(l: Lang, why: &Unreadable) -> String {
    match why {
        Unreadable::Text => l
            .t(
                "这个文件不是文字，或者是空的。用UTF-8编码的CSV或者JSON。",
                "This file is not text, or it is empty. Use CSV or JSON in UTF-8.",
            )
            .to_owned(),
        Unreadable::Json(what) => l.pick(
            format!("这个JSON读不懂：{what}。格式与本页“认证范围数据”相同。"),
            format!("This JSON cannot be read: {what}. Its shape is that of “the certified scope as data” on this page."),
        ),
        Unreadable::Member(fault) => {
            let (at, why) = (&fault.at, fault.words(l));
            l.pick(
                format!("这个JSON的“{at}”不能用：{why}。格式与本页“认证范围数据”相同。"),
                format!("“{at}” in this JSON: {why}. Its shape is that of “the certified scope as data” on this page."),
            )
        }
        Unreadable::Line(n, what) => l.pick(
            format!("第{n}行的“{what}”读不懂。每行写类别、名称、所在地、是否敏感或者由谁提供。"),
            format!("“{what}” in line {n} is not understood. A line has: what, name, country, sensitive or by whom."),
        ),
    }
}

async fn keep(cx: &Cx, id: &str, media: &str, bytes: Vec<u8>) -> Result<guosuo_store::Blob, Error> {
    let actor = cx.actor()?;
    let new = NewBlob {
        case_id: id.to_owned(),
        org: actor.org.0.clone(),
        media: media.to_owned(),
        actor: actor.user.0.clone(),
        max: cx.app.config.uploads.max_mib << 20,
    };
    Ok(cx.app.blobs.put_bytes(&new, bytes, cx.now).await?)
}

/// Puts what a file says into the fields, and the file among the documents of the declaration.
async fn read_table(cx: &Cx, id: &str, form: &mut Form, name: &str, bytes: &[u8]) -> Result<(), Error> {
    let l = cx.l();
    if bytes.len() > MOST_TABLE {
        form.fail(TABLE, l.t("文件超过1 MB。", "The file is larger than 1 MB."));
        return Ok(());
    }
    match scope_form::from_file(bytes) {
        Err(why) => form.fail(TABLE, unreadable(l, &why)),
        Ok(scope) => {
            let json = bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{');
            let media = if json { "application/json" } else { "text/csv" };
            let blob = keep(cx, id, media, bytes.to_vec()).await?;
            // Only what the file says counts: nothing typed before mixes with it.
            *form = scope_form::typed(&scope)
                .with("version", form.value("version").to_owned())
                .with("idem", form.value("idem").to_owned())
                .with(&version_field(SOURCE), form.value(&version_field(SOURCE)).to_owned());
            form.push(&kept_field(SOURCE), format!("{} {name}", blob.id));
        }
    }
    Ok(())
}

/// The document that a declaration rests on: what was uploaded, or the declaration itself as data.
pub(super) async fn source(cx: &Cx, id: &str, form: &mut Form, actual: &Scope) -> Result<DocRef, Error> {
    if form.trimmed(&version_field(SOURCE)).is_empty() {
        form.set(&version_field(SOURCE), cx.today().to_string());
    }
    let given = papers::one(cx, id, form, SOURCE).await?;
    if given.is_complete() {
        return Ok(given);
    }
    let bytes = canon::to_vec(actual).map_err(|e| Error::Fault(e.into()))?;
    let blob = keep(cx, id, "application/json", bytes).await?;
    Ok(DocRef {
        title: "actual-flows.json".to_owned(),
        version: cx.today().to_string(),
        sha256: blob.sha256.to_hex(),
        sm3: blob.sm3.to_hex(),
    })
}

/// `POST …/certificates/{id}/flows`: `then=read` puts a file into the fields, `then=compare` shows the
/// differences, `then=declare` records.
///
/// # Errors
/// As [`show`]; a refusal is shown on the page, with everything typed.
pub async fn submit(cx: Cx, Path(id): Path<String>, mut sent: Sent) -> Result<Response, Error> {
    let l = cx.l();
    let h = certificate::load(&cx, &id).await?;
    let actor = cx.actor()?;
    if let Err(r) = permit(Some(&h.certificate), Action::DeclareFlows, actor, &h.facts, cx.now) {
        let shown = Shown { form: sent.form, actual: None, refused: Some(&r), status: refusal_status(&r) };
        return page(&cx, &h, shown).await;
    }
    let then = sent.form.value("then").to_owned();
    let table = sent.files.iter().position(|f| f.0 == TABLE).map(|at| sent.files.swap_remove(at));
    let mut form = papers::keep(&cx, &id, &[ask(l)], sent).await?;
    match table {
        Some((_, name, bytes)) => read_table(&cx, &id, &mut form, &name, &bytes).await?,
        None if then == "read" => form.fail(TABLE, l.t("选一个CSV或者JSON文件。", "Choose a CSV or JSON file.")),
        None => {}
    }
    let actual = scope_form::read(l, &mut form, &Scope::default());
    if !form.ok() {
        let shown = Shown { form, actual: None, refused: None, status: StatusCode::UNPROCESSABLE_ENTITY };
        return page(&cx, &h, shown).await;
    }
    if then != "declare" {
        return page(&cx, &h, Shown { form, actual: Some(&actual), refused: None, status: StatusCode::OK }).await;
    }
    let source = source(&cx, &id, &mut form, &actual).await?;
    let digest = canon::to_vec(&actual).map(|bytes| sha256(&bytes).to_hex()).map_err(|e| Error::Fault(e.into()))?;
    let key = idem(&form, &[&id, "flows", &source.sha256, &digest]);
    let expected = form.value("version").parse::<u64>().ok();
    let command = Command::DeclareFlows { actual: Box::new(actual.clone()), source };
    match acts::act_on_certificate(&cx, &id, command, expected, key).await {
        Ok(done) => {
            let beyond = compare(&h.certificate.scope, &actual).iter().any(|d| d.direction == Direction::Beyond);
            let flash = if beyond {
                Flash::bad(l.t(
                    "已申报。实际出境情况超出认证范围，系统已提示认证机构处理。",
                    "Declared. The actual flows go beyond the certified scope, and the body has been told.",
                ))
            } else {
                Flash::good(l.t("已申报，在认证范围以内。", "Declared; within the certified scope."))
            };
            Ok(flash.to(l, &format!("{}/{}", h.room.certificates(), done.case_id)))
        }
        Err(ActError::Refused(r)) if r.code == RefusalCode::NotFound => Err(Error::NotFound),
        Err(ActError::Refused(r)) => {
            if let RefusalCode::Certification { reason } = &r.code
                && let Reason::NotReady { problems } = &**reason
            {
                for p in problems.iter().filter(|p| p.field != Field::Relation) {
                    form.fail(scope_form::at(p), words::problem(l, p));
                }
            } else {
                form.fail("", words::refusal(l, &r));
            }
            let status = refusal_status(&r);
            page(&cx, &h, Shown { form, actual: Some(&actual), refused: None, status }).await
        }
        Err(ActError::Store(guosuo_store::Error::Stale { .. })) => {
            let h = certificate::load(&cx, &id).await?;
            form.fail("", view::moved_on(l));
            page(&cx, &h, Shown { form, actual: Some(&actual), refused: None, status: StatusCode::CONFLICT }).await
        }
        Err(e) => Err(e.into()),
    }
}

/// `GET …/certificates/{id}/scope.json`: the certified scope as data, in the canonical bytes whose
/// digests stand in the signed certificate. It holds more than is published (M 14): for the parties
/// and the authorities only, and each reading is recorded.
///
/// # Errors
/// [`Error::NotFound`] for a certificate that is not for this person.
pub async fn scope(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let h = certificate::load(&cx, &id).await?;
    h.open(cx.actor()?)?;
    let bytes = canon::to_vec(&h.certificate.scope).map_err(|e| Error::Fault(e.into()))?;
    cx.app.store.record_read(&cx.origin()?, "scope", &id, "certification", cx.now).await?;
    Ok(crate::body::file("application/json", &format!("{}-scope.json", h.certificate.number), false, bytes))
}
