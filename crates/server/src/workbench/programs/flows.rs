//! Declared flows for programs (M 10(1)): the flows as data, put to the law as the page does; and what was declared so
//! far, each declaration with the differences that the law has found.

use guosuo_case::Recorded;
use guosuo_case::certificate::{Certificate, Command, Difference, Direction, Event};
use guosuo_case::certification::{DocRef, Scope};
use guosuo_store::Error as StoreError;
use serde_json::{Value, json};

use super::super::ask::kept_field;
use super::super::certificate as held;
use super::super::flows::{SOURCE, declared, source};
use super::{Seen, by, possible_with};
use crate::app::Cx;
use crate::certification::scope_data;
use crate::error::Error;
use crate::web::{Form, Lang};
use crate::words::certificate as said;

/// The name of the act.
pub(crate) const DECLARE_FLOWS: &str = "declare-flows";
/// The member that holds the flows.
pub(crate) const ACTUAL: &str = "actual";

/// The command of a declaration; nothing, with the fields marked, when it cannot be read.
pub(super) async fn command(cx: &Cx, id: &str, form: &mut Form) -> Result<Option<Command>, Error> {
    let value: Value = serde_json::from_str(form.value(ACTUAL)).unwrap_or_default();
    let actual = match scope_data::read(&value, true) {
        Ok(actual) => actual,
        Err(faults) => {
            for f in faults {
                form.fail(f.within(ACTUAL), f.words(cx.l()));
            }
            return Ok(None);
        }
    };
    if let Some(file) = form.value(&kept_field(SOURCE)).split(' ').next().filter(|f| !f.is_empty()) {
        let here = match cx.app.store.reader().await?.blob(file).await {
            Ok(blob) => blob.case_id == id && blob.org == cx.actor()?.org.as_str(),
            Err(StoreError::NotFound(_)) => false,
            Err(e) => return Err(e.into()),
        };
        if !here {
            let l = cx.l();
            form.fail(
                format!("{SOURCE}.0.file"),
                l.t("没有上传过这个文件。", "No such document was sent with this certificate."),
            );
            return Ok(None);
        }
    }
    let source = source(cx, id, form, &actual).await?;
    Ok(Some(Command::DeclareFlows { actual: Box::new(actual), source }))
}

fn line(l: Lang, d: &Difference) -> Value {
    let mut v = json!(d);
    v["message"] = said::difference(l, d).into();
    v
}

fn entry(l: Lang, (e, actual, source, differences): (&Recorded<Event>, &Scope, &DocRef, &[Difference])) -> Value {
    json!({
        "seq": e.seq,
        "at": e.at,
        "by": by(&e.by),
        "actual": actual,
        "source": source,
        "within": differences.iter().all(|d| d.direction == Direction::Unused),
        "differences": differences.iter().map(|d| line(l, d)).collect::<Vec<_>>(),
    })
}

/// The declarations so far beside what is certified, newest first; who may open the certificate reads them.
///
/// # Errors
/// [`Error::NotFound`] for a certificate that does not concern the organisation, the refusal for one that may not be
/// opened.
pub(crate) async fn declarations(cx: &Cx, id: &str) -> Result<Seen, Error> {
    let h = held::load(cx, id).await?;
    h.open(cx.actor()?)?;
    cx.app.store.record_read(&cx.origin()?, id, id, "api", cx.now).await?;
    let events = cx.app.store.history::<Certificate>(id).await?;
    let items: Vec<Value> = declared(&events).into_iter().map(|d| entry(cx.l(), d)).collect();
    let body = json!({
        "certificate": h.id,
        "version": h.version,
        "number": h.certificate.number,
        "status": h.certificate.status_on(cx.today()),
        "certified": h.certificate.scope,
        "items": items,
    });
    Ok(Seen { version: h.version, body, possible: possible_with(&h), closed: None })
}

/// One declaration of a certificate, by the number of its event, for whoever has made it.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn declaration(cx: &Cx, id: &str, seq: u64) -> Result<Option<Value>, Error> {
    let events = cx.app.store.history::<Certificate>(id).await?;
    Ok(declared(&events).into_iter().find(|d| d.0.seq == seq).map(|d| entry(cx.l(), d)))
}
