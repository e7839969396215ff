//! Looking through all objects of a PDF for what acts by itself and for fonts that are not in
//! the file.

use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{Dict, MaybeRef, Name, Object};

use super::super::wire::Report;

/// Deepest nesting followed within one object.
const DEPTH: usize = 64;
/// Most entries looked at in the whole file.
const ENTRIES: usize = 4_000_000;

/// Keys that hold something active wherever they stand.
const ACTIVE_KEYS: &[&str] = &["JS", "JavaScript", "EmbeddedFiles", "EmbeddedFile", "XFA", "RichMedia", "RichMediaContent"];
/// Kinds of action (`/S`) that do more than move within the document or open an address.
const ACTIVE_ACTIONS: &[&str] = &[
    "JavaScript",
    "Launch",
    "SubmitForm",
    "ImportData",
    "GoToE",
    "GoToR",
    "Rendition",
    "Movie",
    "Sound",
    "RichMediaExecute",
    "GoTo3DView",
];
/// Kinds of annotation (`/Subtype`) that carry files or media.
const ACTIVE_NOTES: &[&str] = &["FileAttachment", "RichMedia", "Screen", "Movie", "Sound", "3D"];
/// The fonts that every reader has.
const STANDARD: &[&str] = &["Helvetica", "Times", "Courier", "Symbol", "ZapfDingbats", "Arial", "TimesNewRoman"];

/// Adds what was found to the report.
pub(super) fn scan(pdf: &Pdf, report: &mut Report) {
    let mut left = ENTRIES;
    for object in pdf.objects() {
        look(&object, report, DEPTH, &mut left);
        if left == 0 {
            break;
        }
    }
    report.active.sort();
    report.active.dedup();
}

fn look(object: &Object<'_>, report: &mut Report, depth: usize, left: &mut usize) {
    *left = left.saturating_sub(1);
    if depth == 0 || *left == 0 {
        return;
    }
    match object {
        Object::Dict(d) => look_into(d, report, depth, left),
        Object::Stream(s) => look_into(s.dict(), report, depth, left),
        Object::Array(a) => {
            for item in a.raw_iter() {
                if let MaybeRef::NotRef(o) = item {
                    look(&o, report, depth - 1, left);
                }
            }
        }
        _ => {}
    }
}

fn look_into(d: &Dict<'_>, report: &mut Report, depth: usize, left: &mut usize) {
    let name = |key: &str| d.get::<Name<'_>>(key).map(|n| n.as_str().to_owned());
    let mut found = |what: &str| {
        if report.active.len() < 100 {
            report.active.push(what.to_owned());
        }
    };
    for key in ACTIVE_KEYS.iter().filter(|k| d.contains_key(k)) {
        found(key);
    }
    if let Some(action) = name("S").filter(|s| ACTIVE_ACTIONS.contains(&s.as_str())) {
        found(&action);
    }
    if let Some(note) = name("Subtype").filter(|s| ACTIVE_NOTES.contains(&s.as_str())) {
        found(&note);
    }
    if name("Type").is_some_and(|t| t == "EmbeddedFile") {
        found("EmbeddedFile");
    }
    // Glyphs of Type 3 are drawings within the file, and their descriptor names no font file.
    if name("Subtype").is_none_or(|t| t != "Type3")
        && let Some(font) = d.get::<Dict<'_>>("FontDescriptor")
        && !["FontFile", "FontFile2", "FontFile3"].iter().any(|k| font.contains_key(k))
    {
        let font = font.get::<Name<'_>>("FontName").map(|n| n.as_str().to_owned()).unwrap_or_default();
        if !STANDARD.iter().any(|s| font.starts_with(s)) && report.missing_fonts.len() < 50 {
            report.missing_fonts.push(font.chars().take(60).collect());
        }
    }
    for (_, value) in d.entries() {
        if let MaybeRef::NotRef(o) = value {
            look(&o, report, depth - 1, left);
        }
    }
}
