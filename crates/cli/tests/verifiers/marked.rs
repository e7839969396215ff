//! The mark of a certificate that was taken over: both programs tell it in every form, nobody can put it on, take it off
//! or change it, and what says two things about it is no certificate, whoever has signed it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guosuo_seal::FileDigests;
use guosuo_seal::certificate::content::{TYPE, TYPE_TAKEN_OVER};
use guosuo_seal::certificate::{Content, qr};
use guosuo_seal::envelope::{Envelope, Unsigned};
use serde_json::{Value, json};

use super::corpus::{AT, Keys, Pair, code_of, content, day, printed, taken_over};
use super::program::{call, desk, other};
use super::{coded, ours, same, theirs};

/// Sample 14 of the desk is taken over.
const SAMPLE: &str = "14";

fn signed(document: Unsigned, pair: &Pair) -> Vec<u8> {
    document.sign(&pair.signers()).unwrap().to_bytes().unwrap()
}

fn document(content: &Content, pair: &Pair) -> Vec<u8> {
    signed(content.document(FileDigests::of(&printed(content.slot))).unwrap(), pair)
}

/// Another content, other words about its type, under the same signatures.
fn under(envelope: &[u8], kind: &str, body: impl FnOnce(&mut Value)) -> String {
    let mut value: Value = serde_json::from_slice(envelope).unwrap();
    let mut payload: Value = serde_json::from_slice(&STANDARD.decode(value["payload"].as_str().unwrap()).unwrap()).unwrap();
    body(&mut payload["body"]);
    value["payload"] = STANDARD.encode(guosuo_seal::canon::write_value(&payload).unwrap()).into();
    value["payloadType"] = kind.into();
    coded(&guosuo_seal::canon::write_value(&value).unwrap())
}

fn off(body: &mut Value) {
    body.as_object_mut().unwrap().remove("taken_over");
    body["v"] = 1.into();
}

fn on(body: &mut Value) {
    body["taken_over"] = json!({"on": "2026-02-03", "vouched_by": "body"});
    body["v"] = 2.into();
}

fn bent(code: &qr::QrCode, change: impl FnOnce(&mut qr::Compact)) -> String {
    let mut code = code.clone();
    change(&mut code.says);
    code.text()
}

/// Both programs' answers, which are the same.
fn both(keys: &Keys, lines: &[String]) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("keys.json");
    std::fs::write(&file, keys.ring().to_bytes().unwrap()).unwrap();
    let args = ["--keys", file.to_str().unwrap(), "--at", AT];
    let joined = lines.join("\n");
    let (mine, other) = (ours(&args, &joined), theirs(&args, &joined));
    same(&mine, &other, lines);
    mine
}

#[test]
fn the_mark_is_told_in_every_form_and_in_both_languages() {
    let dir = tempfile::tempdir().unwrap();
    let corpus = desk(dir.path());
    let dir = dir.path();
    let base = ["--keys", "keys.json", "--at", AT, "--status", "list.json"];
    let (file, code) = (format!("{SAMPLE}.json"), corpus.samples[14].code.as_str());
    for given in [file.as_str(), code] {
        for (lang, told, not) in [
            ("zh", "来源：2026-02-03接收自发证机构的原有登记，不是在本平台出具的", "taken over"),
            (
                "en",
                "Source: taken over on 2026-02-03 from the earlier register of the body, not issued through this platform",
                "接收",
            ),
        ] {
            let args: Vec<&str> = [given, "--lang", lang].into_iter().chain(base).collect();
            let (out, status) = call(dir, &args);
            assert!(status == 0 && out.contains(told) && !out.contains(not), "{out}");
        }
        let args: Vec<&str> = [given].into_iter().chain(base).collect();
        let (status, words) = other(dir, &args);
        assert!(status == 0 && words.contains("2026-02-03 taken over from the earlier register of the body"), "{words}");
        let args: Vec<&str> = [given, "--json"].into_iter().chain(base).collect();
        let json = |text: &str| serde_json::from_str::<Value>(text).unwrap()["subject"]["taken_over"].clone();
        let wanted = json!({"on": "2026-02-03", "vouched_by": "body"});
        assert_eq!((json(&call(dir, &args).0), json(&other(dir, &args).1)), (wanted.clone(), wanted));
    }
    // What was issued here says nothing of the kind.
    let args: Vec<&str> = ["0.json"].into_iter().chain(base).collect();
    assert!(!call(dir, &args).0.contains("来源") && !other(dir, &args).1.contains("taken over"));
    let args: Vec<&str> = ["0.json", "--json"].into_iter().chain(base).collect();
    for out in [call(dir, &args).0, other(dir, &args).1] {
        assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["subject"]["taken_over"], Value::Null, "{out}");
    }
}

#[test]
fn nobody_puts_the_mark_on_takes_it_off_or_changes_it() {
    let keys = Keys::new();
    let plain = content(14, "2026-02-03", "2029-02-02");
    let marked = taken_over(plain.clone(), "2026-02-03");
    let (plain_doc, marked_doc) = (document(&plain, &keys.now), document(&marked, &keys.now));
    let (plain_code, marked_code) = (code_of(&plain, &keys.now), code_of(&marked, &keys.now));
    let genuine = [coded(&plain_doc), coded(&marked_doc), plain_code.text(), marked_code.text()];
    let number = &plain.number;
    let (unmarked, mark) = (
        format!("yes\tnot_checked\tnot_checked\t{number}"),
        format!("yes\tnot_checked\tnot_checked\t{number}\ttaken_over:2026-02-03"),
    );
    assert_eq!(both(&keys, &genuine), [&unmarked, &mark, &unmarked, &mark].map(String::clone));
    let flipped = [
        under(&marked_doc, TYPE, off),
        under(&marked_doc, TYPE_TAKEN_OVER, off),
        under(&marked_doc, TYPE, |_| {}),
        under(&marked_doc, TYPE_TAKEN_OVER, |b| b["taken_over"]["on"] = "2026-02-04".into()),
        under(&marked_doc, TYPE_TAKEN_OVER, |b| b["taken_over"]["vouched_by"] = "platform".into()),
        under(&marked_doc, TYPE_TAKEN_OVER, |b| b["v"] = 1.into()),
        under(&plain_doc, TYPE_TAKEN_OVER, on),
        under(&plain_doc, TYPE, on),
        under(&plain_doc, TYPE_TAKEN_OVER, |_| {}),
        bent(&marked_code, |says| says.taken_over = None),
        bent(&marked_code, |says| says.taken_over = Some(day("2026-02-04"))),
        bent(&plain_code, |says| says.taken_over = Some(day("2026-02-03"))),
    ];
    for (line, answer) in flipped.iter().zip(both(&keys, &flipped)) {
        assert_eq!(answer, "altered\tnot_checked\tnot_checked\t-", "{line}");
    }
}

#[test]
fn type_version_and_mark_say_the_same_or_it_is_no_certificate() {
    let keys = Keys::new();
    let plain = content(14, "2026-02-03", "2029-02-02");
    let marked = taken_over(plain.clone(), "2026-02-03");
    let attached = |c: &Content| {
        let document: Envelope = c.document(FileDigests::of(b"%PDF")).unwrap().sign(&keys.now.signers()).unwrap();
        serde_json::from_slice::<Value>(document.payload()).unwrap()
    };
    // Signed by the right keys: whoever holds them cannot make one program see the mark and another not.
    let made = |kind: &str, of: &Content, change: &dyn Fn(&mut Value)| {
        let mut payload = attached(of);
        change(&mut payload["body"]);
        let attachments = serde_json::from_value(payload["attachments"].clone()).unwrap();
        coded(&signed(Unsigned::new(kind, &payload["body"], attachments).unwrap(), &keys.now))
    };
    let lines = [
        made(TYPE, &marked, &|_| {}),
        made(TYPE_TAKEN_OVER, &plain, &|_| {}),
        made(TYPE, &marked, &|b| b["v"] = 1.into()),
        made(TYPE, &plain, &|b| b["v"] = 2.into()),
        made(TYPE_TAKEN_OVER, &plain, &|b| b["v"] = 2.into()),
        made(TYPE_TAKEN_OVER, &marked, &|b| b["v"] = 1.into()),
        made(TYPE_TAKEN_OVER, &marked, &|b| b["v"] = 3.into()),
        made(TYPE_TAKEN_OVER, &marked, &|b| b["taken_over"]["vouched_by"] = "platform".into()),
        made(TYPE_TAKEN_OVER, &marked, &|b| b["taken_over"]["on"] = "2026-02-30".into()),
        made(TYPE_TAKEN_OVER, &marked, &|b| b["taken_over"]["more"] = true.into()),
        made(TYPE_TAKEN_OVER, &marked, &|b| b["taken_over"] = "2026-02-03".into()),
        made("application/vnd.guosuo.certificate.v3+json", &marked, &|_| {}),
    ];
    for (line, answer) in lines.iter().zip(both(&keys, &lines)) {
        assert_eq!(answer, "malformed\tnot_checked\tnot_checked\t-", "{line}");
    }
}
