//! Acts of programs: JSON in, the command of the page out. Every field is checked for its kind before the law
//! looks at it, and an unknown field is an error, so that a typing mistake is no silent omission.

use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::certification::Reason;
use guosuo_case::{Refusal, RefusalCode};
use serde_json::{Map, Value, json};

use super::call::{Call, is_id, reply};
use super::problem::Problem;
use super::strict::MOST_NUMBER;
use crate::certification::scope_data;
use crate::error::Error;
use crate::processor::programs::{self as drafts, DOCUMENT, PARTS};
use crate::web::{Form, Lang};
use crate::words;
use crate::workbench::programs::{self, Act, Field, Of, Outcome, Shape};

/// The act that saves parts of a draft; it has an address of its own.
pub(crate) const SAVE: &str = "save-form";
/// The act that ends a draft with a receipt.
const SUBMIT: &str = "submit";
/// Longest text of a field, in characters.
pub(crate) const MOST_TEXT: usize = 4000;

fn acts(of: Of) -> &'static [Act] {
    match of {
        Of::Application => &programs::APPLICATION_ACTS,
        Of::Certificate => &programs::CERTIFICATE_ACTS,
    }
}

/// The act of a name.
fn act_of(of: Of, name: &str) -> Option<&'static Act> {
    acts(of).iter().find(|a| a.name == name)
}

/// What can be done, as programs read it.
pub(crate) fn offers(l: Lang, of: Of, base: &str, names: &[&str]) -> Vec<Value> {
    let offer = |name: &&str| {
        if *name == SAVE {
            return Some(json!({
                "act": SAVE,
                "title": l.t("保存委托书的各个部分", "Save parts of the draft"),
                "article": "M 6",
                "method": "PATCH",
                "href": format!("{base}/draft"),
                "fields": PARTS,
            }));
        }
        let a = act_of(of, name)?;
        Some(json!({
            "act": a.name,
            "title": l.pick(a.words.0, a.words.1),
            "article": a.article,
            "method": "POST",
            "href": format!("{base}/acts/{}", a.name),
            "fields": a.fields.iter().map(|f| f.id).collect::<Vec<_>>(),
        }))
    };
    names.iter().filter_map(offer).collect()
}

fn wrong(l: Lang, zh: &str, en: &str) -> String {
    l.t("应为", "must be ").to_owned() + l.pick(zh, en)
}

/// Puts one field into the form of the page; says what would be right where it does not fit.
fn put(l: Lang, form: &mut Form, f: &Field, value: &Value) -> Result<(), String> {
    let text = |v: &Value| v.as_str().map(str::to_owned);
    match &f.shape {
        Shape::Text => form.set(f.id, plain(l, &text(value).ok_or_else(|| wrong(l, "文字", "a text"))?)?),
        Shape::Day => {
            let day = text(value).filter(|t| t.parse::<jiff::civil::Date>().is_ok() && t.len() == 10);
            form.set(f.id, day.ok_or_else(|| wrong(l, "2026-03-12 这样的日期", "a day such as 2026-03-12"))?);
        }
        Shape::YesNo => {
            let yes = value.as_bool().ok_or_else(|| wrong(l, "true 或者 false", "true or false"))?;
            form.set(f.id, if yes { "yes" } else { "no" });
        }
        Shape::Tick => {
            if value.as_bool() != Some(true) {
                return Err(wrong(l, "true：确认已经核对", "true: confirm that it was checked"));
            }
            form.set(f.id, "yes");
        }
        Shape::Choice(list) => {
            let chosen = text(value).filter(|t| list.iter().any(|c| c.0 == *t));
            let names = list.iter().map(|c| c.0.as_str()).collect::<Vec<_>>().join(", ");
            let right = || wrong(l, &format!("其中之一：{names}"), &format!("one of: {names}"));
            form.set(f.id, chosen.ok_or_else(right)?);
        }
        Shape::Number => {
            let (from, to) = (f.least(), MOST_NUMBER);
            let right = || wrong(l, &format!("{from}至{to}的整数"), &format!("a whole number from {from} to {to}"));
            let n = value.as_u64().filter(|n| (from..=to).contains(n)).ok_or_else(right)?;
            form.set(f.id, n.to_string());
        }
        Shape::List => {
            let list = value.as_array().and_then(|a| a.iter().map(text).collect::<Option<Vec<_>>>());
            let list = list.ok_or_else(|| wrong(l, "文字的数组", "an array of texts"))?;
            for one in &list {
                plain(l, one)?;
            }
            // Kinds are lines of one field on the page; people and standards are ticked one by one.
            if f.id == "kinds" {
                form.set(f.id, list.join("\n"));
            } else {
                for one in list {
                    form.push(f.id, one);
                }
            }
        }
        Shape::Documents { many } => {
            let right = || {
                wrong(
                    l,
                    "文件的数组，每个是 {\"file\": 上传得到的编号, \"title\": 名称, \"version\": 版本}",
                    "an array of documents, each {\"file\": id of the upload, \"title\": …, \"version\": …}",
                )
            };
            let list = value.as_array().filter(|a| *many || a.len() <= 1).ok_or_else(right)?;
            for d in list {
                let object = d.as_object().ok_or_else(right)?;
                let part = |name: &str| object.get(name).map_or(Some(""), Value::as_str);
                let known = object.keys().all(|k| matches!(k.as_str(), "file" | "title" | "version"));
                let (Some(file), Some(title), Some(version), true) = (part("file"), part("title"), part("version"), known) else {
                    return Err(right());
                };
                if !is_id(file) || title.trim().is_empty() {
                    return Err(right());
                }
                plain(l, title)?;
                plain(l, version)?;
                programs::put_document(form, f.id, file, title, version);
            }
        }
        Shape::Choices(list) => {
            let names = list.iter().map(|c| c.0.as_str()).collect::<Vec<_>>().join(", ");
            let right = || wrong(l, &format!("数组，取自：{names}"), &format!("an array of: {names}"));
            for one in value.as_array().ok_or_else(right)? {
                let chosen = text(one).filter(|t| list.iter().any(|c| c.0 == *t));
                form.push(f.id, chosen.ok_or_else(right)?);
            }
        }
        Shape::Scope => form.set(f.id, value.to_string()),
        Shape::Declared => {
            let right = || {
                wrong(
                    l,
                    "文件：{\"title\", \"version\"} 加上传得到的 \"file\"，或者 \"sha256\" 和 \"sm3\"",
                    "a document: {\"title\", \"version\"} with the \"file\" of an upload, or \"sha256\" and \"sm3\"",
                )
            };
            let object = value.as_object().filter(|o| o.keys().all(|k| DOCUMENT.contains(&k.as_str()))).ok_or_else(right)?;
            for (name, part) in object {
                let part = plain(l, &text(part).ok_or_else(right)?)?;
                if name == "file" && !is_id(&part) {
                    return Err(right());
                }
                form.set(&format!("{}_{name}", f.id), part);
            }
        }
    }
    Ok(())
}

/// A text as it can be stored, wherever it goes.
fn plain(l: Lang, text: &str) -> Result<String, String> {
    if text.chars().count() > MOST_TEXT {
        return Err(l.pick(format!("最多{MOST_TEXT}个字"), format!("at most {MOST_TEXT} characters")));
    }
    match guosuo_case::text::check(text, true) {
        Ok(()) => Ok(text.to_owned()),
        Err(bad) => {
            let (place, code) = (bad.position, bad.code_point);
            Err(l.pick(
                format!("第{place}个字符（U+{code:04X}）看不见或者会改变文字方向，不能保存"),
                format!("character {place} (U+{code:04X}) is invisible or changes the direction of the text"),
            ))
        }
    }
}

/// The form that a body of JSON fills.
pub(crate) fn form_of(l: Lang, act: &Act, body: &Map<String, Value>) -> Result<Form, Problem> {
    let mut form = Form::new();
    let mut errors = Vec::new();
    for (name, value) in body {
        match act.fields.iter().find(|f| f.id == name) {
            Some(f) if value.is_null() && f.optional => {}
            Some(f) => {
                // A scope names each member that is wrong by its place.
                let faults = if f.shape == Shape::Scope { scope_data::read(value, true).err() } else { None };
                if let Some(faults) = faults {
                    errors.extend(faults.iter().map(|x| (x.within(name), x.words(l))));
                } else if let Err(why) = put(l, &mut form, f, value) {
                    errors.push((name.clone(), why));
                }
            }
            None => {
                let known = act.fields.iter().map(|f| f.id).collect::<Vec<_>>().join(", ");
                let why = l.pick(format!("没有这个字段；有：{known}"), format!("there is no such field; there are: {known}"));
                errors.push((name.clone(), why));
            }
        }
    }
    for f in act.fields.iter().filter(|f| !f.optional && !body.contains_key(f.id)) {
        errors.push((f.id.to_owned(), l.pick(format!("缺少：{}", f.words.0), format!("missing: {}", f.words.1))));
    }
    if errors.is_empty() { Ok(form) } else { Err(Problem::fields(errors)) }
}

/// What the case is now and what can be done: added to every refusal.
pub(crate) async fn instead(call: &Call, of: Of, id: &str, p: Problem) -> Problem {
    let cx = &call.cx;
    let (seen, base, state) = match of {
        Of::Application => (programs::application(cx, id).await, format!("/api/v1/applications/{id}"), "phase"),
        Of::Certificate => (programs::certificate(cx, id).await, format!("/api/v1/certificates/{id}"), "status"),
    };
    let Ok(seen) = seen else { return p };
    p.with("state", seen.body[state].clone())
        .with("version", seen.version.into())
        .with("possible", offers(cx.l(), of, &base, &seen.possible).into())
}

/// What an act is answered with.
pub(crate) fn did(of: Of, id: &str, act: &str, version: Option<u64>, certificate: Option<&str>, replayed: bool) -> Value {
    let kind = match of {
        Of::Application => "application",
        Of::Certificate => "certificate",
    };
    json!({ kind: id, "act": act, "version": version, "issued": certificate, "replayed": replayed })
}

/// The answer with its version as ETag.
pub(crate) fn done(status: StatusCode, body: &Value) -> Response {
    let mut response = reply(status, body);
    let version = body["version"].as_u64();
    if let Some(value) = version.and_then(|v| axum::http::HeaderValue::try_from(format!("\"{v}\"")).ok()) {
        response.headers_mut().insert(axum::http::header::ETAG, value);
    }
    response
}

/// Takes an act: the same decision, the same transaction as on the page.
///
/// # Errors
/// What is wrong, with the state of the case and what is possible instead.
pub(crate) async fn take(call: &Call, of: Of, id: &str, name: &str, body: Value, bytes: &[u8]) -> Result<Response, Problem> {
    call.member()?;
    let l = call.cx.l();
    let act = act_of(of, name).ok_or_else(|| {
        let known: Vec<&str> = acts(of).iter().map(|a| a.name).collect();
        Problem::new(StatusCode::NOT_FOUND, "act_unknown", "没有这种操作，见 acts。", "There is no such act; see acts.")
            .with("acts", json!(known))
    })?;
    let expected = call.expected()?;
    let idem = call.idem(&[name.as_bytes(), id.as_bytes(), bytes])?;
    if let Some(kept) = call.before(&idem).await? {
        let kept: Value = serde_json::from_str(&kept).unwrap_or_default();
        let issued = (name == programs::ISSUE).then(|| kept["case_id"].as_str()).flatten();
        let version = if issued.is_some() { None } else { kept["last"].as_u64() };
        let mut body = did(of, id, name, version, issued, true);
        receipt(call, name, id, &mut body).await?;
        return Ok(done(StatusCode::OK, &body));
    }
    let Value::Object(body) = body else {
        return Err(Problem::fields(vec![(String::new(), wrong(l, "JSON 对象", "a JSON object"))]));
    };
    let form = form_of(l, act, &body)?;
    let outcome = match of {
        Of::Application => Box::pin(programs::act_on_application(&call.cx, id, name, form, expected, Some(idem))).await,
        Of::Certificate => Box::pin(programs::act_on_certificate(&call.cx, id, name, form, expected, Some(idem))).await,
    };
    match outcome {
        Ok(Outcome::Done { version, certificate }) => {
            let mut body = did(of, id, name, Some(version), certificate.as_deref(), false);
            receipt(call, name, id, &mut body).await?;
            Ok(done(StatusCode::OK, &body))
        }
        other => Err(refused(call, of, id, other).await),
    }
}

/// Where a submission leaves its receipt, and what the law has found in declared flows.
async fn receipt(call: &Call, act: &str, id: &str, body: &mut Value) -> Result<(), Problem> {
    if act == SUBMIT {
        body["number"] = drafts::number(&call.cx, id).await?.into();
        body["receipt"] = format!("/api/v1/applications/{id}/receipt").into();
    }
    if act == programs::DECLARE_FLOWS
        && let Some(seq) = body["version"].as_u64()
    {
        body["declaration"] = programs::declaration(&call.cx, id, seq).await?.into();
    }
    Ok(())
}

/// The members of declared flows that the law cannot compare, each by its place.
fn places(l: Lang, r: &Refusal) -> Vec<Value> {
    let RefusalCode::Certification { reason } = &r.code else { return Vec::new() };
    let Reason::NotReady { problems } = &**reason else { return Vec::new() };
    let told = problems.iter().filter_map(|p| Some((scope_data::place(p)?, words::problem(l, p))));
    told.map(|(at, why)| json!({ "field": format!("{}.{at}", programs::ACTUAL), "message": why })).collect()
}

/// Why an act was not done, with what is possible instead.
pub(crate) async fn refused(call: &Call, of: Of, id: &str, outcome: Result<Outcome, Error>) -> Problem {
    match outcome {
        Ok(Outcome::Wrong(errors)) => Problem::fields(errors),
        Ok(Outcome::Refused(r)) => {
            let places = if of == Of::Certificate { places(call.cx.l(), &r) } else { Vec::new() };
            let mut p = Problem::refused(r);
            if !places.is_empty() {
                p = p.with("errors", places.into());
            }
            instead(call, of, id, p).await
        }
        Err(Error::Conflict) => {
            let p = Problem::new(
                StatusCode::PRECONDITION_FAILED,
                "version_old",
                "您读取以后，案件又有了变化，这次没有办理。重新读取再决定。",
                "The case has changed since you read it and nothing was done. Read it again and decide.",
            );
            instead(call, of, id, p).await
        }
        Ok(Outcome::Done { .. }) => Error::NotFound.into(),
        Err(e) => e.into(),
    }
}
