//! An application from its draft to the receipt, for programs: the fields of the pages, read by the functions of the
//! pages, put to the law by the same command. Parts of the draft are data and come as data.

use axum::extract::Path;
use axum::response::Response;
use guosuo_case::certification::{
    Action, Command, DocRef, Eligibility, Form as Filled, Impact, ImpactItem, LegalBasis, Phase, Profile, permit,
};
use guosuo_case::text;
use guosuo_cli::path_facts::Facts;
use guosuo_store::{Error as StoreError, Idem, new_id};
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::case::{self, Case};
use super::eligibility::MOST_EVIDENCE;
use super::{document, mandate, open as opening, receipt, submit};
use crate::app::Cx;
use crate::body::keep::Sent;
use crate::certification::scope_data::{self, LONGEST};
use crate::certification::{facts, scope_form};
use crate::error::Error;
use crate::path::tools;
use crate::web::{Form, Lang};
use crate::words;
use crate::workbench::programs::Outcome;

/// The parts of a draft.
pub(crate) const PARTS: [&str; 8] =
    ["relation", "group", "affiliates", "scope", "eligibility", "impact", "notice", "legal_basis"];
/// What a document says about itself.
pub(crate) const DOCUMENT: [&str; 5] = ["title", "version", "file", "sha256", "sm3"];

fn errors(form: &Form) -> Vec<(String, String)> {
    let plain = |field: &str| match field.rsplit_once('_') {
        // The page has one box for each of these.
        Some((at, name)) if DOCUMENT.contains(&name) => format!("{at}.{name}"),
        _ => field.to_owned(),
    };
    form.errors().iter().map(|(f, m)| (plain(f), m.clone())).collect()
}

/// Opens a draft; answers its id and version.
///
/// # Errors
/// When the store fails.
pub(crate) async fn open(cx: &Cx, mut form: Form, idem: Idem) -> Result<Result<(String, u64), Outcome>, Error> {
    if form.value("who").is_empty() {
        let other = cx.actor()?.has(guosuo_case::Role::Representative);
        form.set("who", if other { "other" } else { "self" });
    }
    let Some((processor, purpose)) = opening::read(cx, &mut form).await? else {
        return Ok(Err(Outcome::Wrong(errors(&form))));
    };
    let command = Command::Open { processor: Box::new(processor), purpose };
    Ok(match case::try_act(cx, &new_id(), command, Some(idem)).await? {
        Ok(acted) => Ok((acted.case_id, acted.version)),
        Err(r) => Err(Outcome::Refused(r)),
    })
}

/// What a program may do with a draft now, by name.
pub(crate) fn possible(phase: Phase, actions: &[Action]) -> Vec<&'static str> {
    let shown = |a: &Action| match a {
        Action::ChooseBody | Action::SaveForm | Action::Submit => phase == Phase::Draft,
        Action::RecordMandate => true,
        _ => false,
    };
    actions.iter().filter(|a| shown(a)).map(|a| words::workbench::act_name(*a)).collect()
}

/// Takes an act on a draft, exactly as its page does.
///
/// # Errors
/// [`Error::NotFound`] for an application that concerns others, [`Error::Conflict`] for an old version.
pub(crate) async fn act(
    cx: &Cx,
    id: &str,
    action: Action,
    mut form: Form,
    expected: Option<u64>,
    idem: Option<Idem>,
) -> Result<Outcome, Error> {
    let case = case::load(cx, id).await?;
    if let Err(r) = permit(Some(&case.app), action, cx.actor()?, &case.facts, cx.now) {
        return Ok(Outcome::Refused(r));
    }
    let command = match action {
        Action::ChooseBody => Command::ChooseBody { body: form.trimmed("body").into() },
        Action::RecordMandate => {
            known_file(cx, id, &mut form, "doc").await?;
            let read = mandate::read(cx, &case, &mut Sent::default(), &mut form).await?;
            let Some(mandate) = read.filter(|_| form.ok()) else { return Ok(Outcome::Wrong(errors(&form))) };
            Command::RecordMandate { mandate: Box::new(mandate) }
        }
        Action::Submit => {
            if let Some(why) = submit::unconfirmed(cx)? {
                return Ok(Outcome::Wrong(vec![(String::new(), why.to_owned())]));
            }
            Command::Submit { pledge: form.has("pledge", "yes") }
        }
        _ => return Err(Error::NotFound),
    };
    put(cx, id, command, expected, idem).await
}

async fn put(cx: &Cx, id: &str, command: Command, expected: Option<u64>, idem: Option<Idem>) -> Result<Outcome, Error> {
    Ok(match case::act_on(cx, id, command, expected, idem).await? {
        Ok(acted) => Outcome::Done { version: acted.version, certificate: None },
        Err(r) => Outcome::Refused(r),
    })
}

/// A document that was sent before is declared by its digests, as if it had been chosen on the page.
async fn known_file(cx: &Cx, case_id: &str, form: &mut Form, id: &str) -> Result<(), Error> {
    let field = format!("{id}_file");
    let file = form.trimmed(&field).to_owned();
    if file.is_empty() {
        return Ok(());
    }
    let org = cx.actor()?.org.clone();
    match cx.app.store.reader().await?.blob(&file).await {
        Ok(blob) if blob.case_id == case_id && blob.org == org.as_str() => {
            form.set(&format!("{id}_sha256"), blob.sha256.to_hex());
            form.set(&format!("{id}_sm3"), blob.sm3.to_hex());
        }
        Ok(_) | Err(StoreError::NotFound(_)) => {
            let l = cx.l();
            form.fail(field, l.t("没有上传过这个文件。", "No such document was sent with this application."));
        }
        Err(e) => return Err(e.into()),
    }
    Ok(())
}

/// Saves parts of a draft; those that are not there stay as they are.
///
/// # Errors
/// As [`act`].
pub(crate) async fn save(
    cx: &Cx,
    id: &str,
    body: &Map<String, Value>,
    expected: Option<u64>,
    idem: Idem,
) -> Result<Outcome, Error> {
    let l = cx.l();
    let case = case::load(cx, id).await?;
    if let Err(r) = permit(Some(&case.app), Action::SaveForm, cx.actor()?, &case.facts, cx.now) {
        return Ok(Outcome::Refused(r));
    }
    let mut draft = Draft { cx, l, case: &case, form: Form::new() };
    let mut filled = case.dossier().form.clone();
    for (name, value) in body {
        if let Some((at, why)) = unstorable(l, name, value) {
            draft.form.fail(at, why);
            continue;
        }
        draft.part(name, value, &mut filled).await?;
    }
    if !draft.form.ok() {
        return Ok(Outcome::Wrong(errors(&draft.form)));
    }
    let seen = case.dossier().form_rev;
    put(cx, id, Command::SaveForm { form: Box::new(filled), seen }, expected, Some(idem)).await
}

/// What no draft may hold, wherever it stands.
fn unstorable(l: Lang, at: &str, value: &Value) -> Option<(String, String)> {
    match value {
        Value::String(s) => match text::check(s, true) {
            Err(bad) => {
                let (place, code) = (bad.position, bad.code_point);
                let why = l.pick(
                    format!("第{place}个字符（U+{code:04X}）看不见或者会改变文字方向，不能保存"),
                    format!("character {place} (U+{code:04X}) is invisible or changes the direction of the text"),
                );
                Some((at.to_owned(), why))
            }
            Ok(()) if s.chars().count() > LONGEST => {
                Some((at.to_owned(), l.pick(format!("最多{LONGEST}个字"), format!("at most {LONGEST} characters"))))
            }
            Ok(()) => None,
        },
        Value::Array(list) if list.len() > scope_form::MOST => {
            let most = scope_form::MOST;
            Some((at.to_owned(), l.pick(format!("最多{most}项"), format!("at most {most} of them"))))
        }
        Value::Array(list) => list.iter().enumerate().find_map(|(i, v)| unstorable(l, &format!("{at}.{i}"), v)),
        Value::Object(map) => map.iter().find_map(|(k, v)| unstorable(l, &format!("{at}.{k}"), v)),
        _ => None,
    }
}

/// A draft that is being filled from data.
struct Draft<'a> {
    cx: &'a Cx,
    l: Lang,
    case: &'a Case,
    /// What is wrong, field by field.
    form: Form,
}

impl Draft<'_> {
    fn wrong(&mut self, at: impl Into<String>, zh: &str, en: &str) {
        let why = self.l.t("应为", "must be ").to_owned() + self.l.pick(zh, en);
        self.form.fail(at, why);
    }

    async fn part(&mut self, name: &str, value: &Value, filled: &mut Filled) -> Result<(), Error> {
        match name {
            "relation" => filled.relation = self.words(name, value),
            "group" => filled.group = self.words(name, value),
            "affiliates" => filled.affiliates = self.data(name, value, ("文字的数组", "an array of texts")).unwrap_or_default(),
            "scope" => {
                if let Some(scope) = self.scope(value) {
                    filled.scope = scope;
                }
            }
            "eligibility" => filled.eligibility = self.eligibility(value).await?,
            "impact" => filled.impact = self.impact(value).await?,
            "notice" => filled.notice = self.declared(name, value).await?,
            "legal_basis" => filled.legal_basis = self.legal_basis(value).await?,
            _ => {
                let known = PARTS.join(", ");
                self.wrong(name, &format!("其中之一：{known}"), &format!("one of: {known}"));
            }
        }
        Ok(())
    }

    fn words(&mut self, at: &str, value: &Value) -> String {
        match value {
            Value::Null => String::new(),
            Value::String(s) => s.trim().to_owned(),
            _ => {
                self.wrong(at, "文字", "a text");
                String::new()
            }
        }
    }

    fn data<T: DeserializeOwned>(&mut self, at: &str, value: &Value, right: (&str, &str)) -> Option<T> {
        if value.is_null() {
            return None;
        }
        let read = serde_json::from_value(value.clone()).ok();
        if read.is_none() {
            self.wrong(at, right.0, right.1);
        }
        read
    }

    /// An object with these members and no others; nothing for null.
    fn object<'v>(&mut self, at: &str, value: &'v Value, known: &[&str]) -> Option<&'v Map<String, Value>> {
        if value.is_null() {
            return None;
        }
        let names = known.join(", ");
        let Some(map) = value.as_object() else {
            self.wrong(at, &format!("对象，有：{names}"), &format!("an object with: {names}"));
            return None;
        };
        for unknown in map.keys().filter(|k| !known.contains(&k.as_str())) {
            self.wrong(format!("{at}.{unknown}"), &format!("其中之一：{names}"), &format!("one of: {names}"));
        }
        Some(map)
    }

    fn day(&mut self, at: &str, value: Option<&Value>) -> Option<Date> {
        let text = value.and_then(Value::as_str).filter(|t| t.len() == 10);
        let day = text.and_then(|t| t.parse::<Date>().ok());
        if day.is_none() {
            self.wrong(at, "2026-03-12 这样的日期", "a day such as 2026-03-12");
        }
        day
    }

    fn scope(&mut self, value: &Value) -> Option<guosuo_case::certification::Scope> {
        if value.is_null() {
            return Some(guosuo_case::certification::Scope::default());
        }
        // A draft may lack members: the engine of the submission says so.
        match scope_data::read(value, false) {
            Ok(scope) => Some(scope),
            Err(faults) => {
                for f in faults {
                    self.form.fail(f.within("scope"), f.words(self.l));
                }
                None
            }
        }
    }

    /// A document by its version and its digests, or by the id of what was sent.
    async fn declared(&mut self, at: &str, value: &Value) -> Result<Option<DocRef>, Error> {
        let Some(map) = self.object(at, value, &DOCUMENT) else { return Ok(None) };
        for name in DOCUMENT {
            let text = map.get(name).map_or(Some(""), |v| if v.is_null() { Some("") } else { v.as_str() });
            match text {
                Some(text) => self.form.set(&format!("{at}_{name}"), text),
                None => self.wrong(format!("{at}.{name}"), "文字", "a text"),
            }
        }
        known_file(self.cx, &self.case.id, &mut self.form, at).await?;
        let doc = document::receive(self.cx, self.case, &mut Sent::default(), &mut self.form, at, None).await?;
        if doc.is_none() {
            self.wrong(at, "名称、版本和两个摘要，或者上传得到的编号", "title, version and both digests, or the id of an upload");
        }
        Ok(doc)
    }

    async fn eligibility(&mut self, value: &Value) -> Result<Option<Eligibility>, Error> {
        let Some(map) = self.object("eligibility", value, &["answers", "evidence", "note"]) else { return Ok(None) };
        let note = self.words("eligibility.note", map.get("note").unwrap_or(&Value::Null));
        let given: &[Value] = match map.get("evidence") {
            None | Some(Value::Null) => &[],
            Some(Value::Array(list)) if list.len() <= MOST_EVIDENCE => list,
            Some(_) => {
                let most = MOST_EVIDENCE;
                self.wrong(
                    "eligibility.evidence",
                    &format!("至多{most}个文件的数组"),
                    &format!("an array of at most {most} documents"),
                );
                &[]
            }
        };
        let mut evidence = Vec::new();
        for (i, one) in given.iter().enumerate() {
            evidence.extend(self.declared(&format!("eligibility.evidence.{i}"), one).await?);
        }
        let today = self.case.today;
        let text = map.get("answers").unwrap_or(&Value::Null).to_string();
        let (l, at) = (self.l, "eligibility.answers");
        let fail = |form: &mut Form, faults: Vec<guosuo_cli::path_facts::Fault>| {
            for f in faults {
                let field = if f.field.is_empty() { at.to_owned() } else { format!("{at}.{}", f.field) };
                form.fail(field, f.message);
            }
        };
        let answers = match Facts::parse(&text, tools(l)) {
            Err(faults) => {
                fail(&mut self.form, faults);
                return Ok(None);
            }
            Ok(answers) => answers,
        };
        // The page asks every question; here none is answered by an assumption either.
        let organ = answers.state_organ.is_none().then(|| "state_organ".to_owned());
        for open in answers.assumed().into_iter().chain(organ) {
            let why = l.t("这一项要回答，这里不作假定", "answer it: nothing is assumed here");
            self.form.fail(format!("{at}.{open}"), why);
        }
        if answers.on.is_some_and(|d| d != today) {
            self.wrong(format!("{at}.on"), &format!("今天 {today}，或者不写"), &format!("today, {today}, or left out"));
        }
        if let Err(faults) = answers.answer(today, None, tools(l)) {
            fail(&mut self.form, faults);
        }
        Ok(Some(Eligibility { answers: answers.case(today, None), evidence, note }))
    }

    async fn impact(&mut self, value: &Value) -> Result<Option<Impact>, Error> {
        let known = ["document", "profile", "completed_on", "items"];
        let Some(map) = self.object("impact", value, &known) else { return Ok(None) };
        let get = |name: &str| map.get(name).unwrap_or(&Value::Null);
        let document = self.declared("impact.document", get("document")).await?;
        if document.is_none() && get("document").is_null() {
            self.wrong("impact.document", "评估报告的版本和摘要", "the report by version and digests");
        }
        let profile = match get("profile") {
            Value::Null => Some(Profile::Certification),
            other => {
                self.data("impact.profile", other, ("certification 或者 standard_contract", "certification or standard_contract"))
            }
        };
        let items: Vec<ImpactItem> = self
            .data(
                "impact.items",
                get("items"),
                (
                    "purpose, risks, recipient, after_export, country, other 的数组",
                    "an array of: purpose, risks, recipient, after_export, country, other",
                ),
            )
            .unwrap_or_default();
        let completed_on = self.day("impact.completed_on", map.get("completed_on"));
        let (Some(document), Some(profile), Some(completed_on)) = (document, profile, completed_on) else { return Ok(None) };
        Ok(Some(Impact { document, profile, completed_on, items: items.into_iter().collect() }))
    }

    async fn legal_basis(&mut self, value: &Value) -> Result<Option<LegalBasis>, Error> {
        let at = "legal_basis";
        let Some(map) = self.object(at, value, &["basis", "document", "words"]) else { return Ok(None) };
        let get = |name: &str| map.get(name).unwrap_or(&Value::Null);
        Ok(match get("basis").as_str() {
            Some("consent") if get("words").is_null() => {
                let document = self.declared("legal_basis.document", get("document")).await?;
                if document.is_none() && get("document").is_null() {
                    self.wrong(
                        "legal_basis.document",
                        "单独同意书的版本和摘要",
                        "the text of the consent by version and digests",
                    );
                }
                document.map(|document| LegalBasis::Consent { document })
            }
            Some("other") if get("document").is_null() => {
                Some(LegalBasis::Other { words: self.words("legal_basis.words", get("words")) })
            }
            _ => {
                self.wrong(
                    at,
                    "{\"basis\": \"consent\", \"document\": …} 或者 {\"basis\": \"other\", \"words\": …}",
                    "{\"basis\": \"consent\", \"document\": …} or {\"basis\": \"other\", \"words\": …}",
                );
                None
            }
        })
    }
}

/// What is wrong with a draft, by the engine that the task list and the submission ask.
///
/// # Errors
/// [`Error::NotFound`] for an application that concerns others.
pub(crate) async fn check(cx: &Cx, id: &str) -> Result<Value, Error> {
    let case = case::load(cx, id).await?;
    let problems: Vec<Value> = case
        .problems
        .iter()
        .map(|p| {
            let mut v = json!(p);
            v["message"] = words::problem(cx.l(), p).into();
            v
        })
        .collect();
    Ok(json!({ "application": case.id, "phase": case.app.phase, "complete": case.complete(), "problems": problems }))
}

/// The number of the receipt, once there is one.
///
/// # Errors
/// As [`check`].
pub(crate) async fn number(cx: &Cx, id: &str) -> Result<Option<String>, Error> {
    Ok(case::load(cx, id).await?.app.receipt.map(|r| r.number.to_string()))
}

/// The signed statement that the application was received.
///
/// # Errors
/// [`Error::NotFound`] before the submission.
pub(crate) async fn statement(cx: &Cx, id: &str) -> Result<Response, Error> {
    receipt::signed(cx.clone(), Path(id.to_owned())).await
}

/// The bodies of the public register, with whether each can be chosen (M 7(1)).
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn bodies(cx: &Cx) -> Result<Vec<Value>, Error> {
    let all = facts::bodies(&mut cx.app.store.reader().await?, cx.today()).await?;
    let some = |t: String| (!t.is_empty()).then_some(t);
    Ok(all
        .into_iter()
        .map(|b| {
            let can = b.can_be_chosen();
            json!({
                "body": some(b.org),
                "name": b.name,
                "filing_number": some(b.number),
                "standing": b.standing,
                "since": some(b.since),
                "can_be_chosen": can,
            })
        })
        .collect())
}
