//! No Chinese without its English: string literals of the Rust sources.

use std::fs;
use std::path::{Path, PathBuf};

/// Files whose Chinese is not a screen text in one language, with the reason.
const APART: [(&str, &str); 23] = [
    ("demo", "names of fictitious people and cases are data"),
    ("testing", "for tests"),
    ("ops/", "commands say both languages in one line"),
    ("cli.rs", "help and messages of the command line stand in both languages in one line"),
    ("tests", "tests"),
    ("config.rs", "the authority's name is a default of the settings"),
    ("web/shell.rs", "the platform's two names are settings"),
    ("main.rs", "the program's entrance"),
    ("authority/letter.rs", "notices are written in Chinese, the language of the procedure"),
    ("certification/letters.rs", "letters of a body are written in Chinese, the text that binds"),
    ("authority/opinion.rs", "the joint opinion is printed in Chinese"),
    ("authority/phrases.rs", "ready reasons for the notice, which is in Chinese"),
    ("authority/export.rs", "name of the sheet in an officers' workbook"),
    ("body/print.rs", "the guide's form is printed in Chinese"),
    ("body/docx.rs", "the outlines are written in Chinese, the language of the filing"),
    ("body/classify.rs", "words looked for in the names of files"),
    ("body/roster_file.rs", "words looked for in the heads of tables"),
    ("body/receipt.rs", "the receipt is printed in Chinese"),
    ("preparing/report.rs", "the report of the assessment is printed in Chinese"),
    ("reporting/mock.rs", "what another platform answers is data"),
    ("reporting/golden.rs", "fictitious records are data"),
    ("reporting/trial.rs", "fictitious certificates are data"),
    ("preparing/docx.rs", "the report of the assessment is written in Chinese"),
];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

fn han(text: &str) -> bool {
    text.chars().any(|c| matches!(u32::from(c), 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0x2_0000..=0x3_23AF))
}

/// What could be the English partner: words, a number, or nothing but places to fill in.
fn english(text: &str) -> bool {
    !han(text)
        && (text.contains(|c: char| c == '{' || c.is_ascii_digit())
            || text.split(|c: char| !c.is_ascii_alphabetic()).any(|w| w.len() >= 2))
}

/// Whether a brace begins a block of statements of its own, seen from what stands before it. The
/// braces of a value (`Words {`), of `if l.zh() {` and of `else {` belong to what is around.
fn begins_block(before: &str) -> bool {
    let before = before.trim_end();
    if before.ends_with("zh()") || before.ends_with("else") || before.ends_with("=>") {
        return false;
    }
    let mut words = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_'));
    let (last, earlier) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let value = last.chars().next().is_some_and(char::is_uppercase)
        && !["impl", "struct", "enum", "trait", "for", "match", "dyn"].contains(&earlier)
        && !before[..before.len() - last.len()].trim_end().ends_with("->");
    !value
}

/// A piece of a source: a string literal, or one other character.
enum Piece {
    Text { line: usize, text: String },
    Other(char),
}

/// Cuts a source into literals and the rest; comments are dropped.
fn pieces(source: &str) -> Vec<Piece> {
    let chars: Vec<char> = source.chars().collect();
    let (mut out, mut i, mut line) = (Vec::new(), 0, 1);
    let starts = |i: usize, s: &str| s.chars().enumerate().all(|(k, c)| chars.get(i + k) == Some(&c));
    while i < chars.len() {
        if starts(i, "//") {
            while i < chars.len() && chars[i] != '\n' {
                i += 1;
            }
        } else if starts(i, "r#\"") || starts(i, "r\"") {
            let end = if starts(i, "r#") { "\"#" } else { "\"" };
            let from = i + if starts(i, "r#") { 3 } else { 2 };
            let mut to = from;
            while to < chars.len() && !starts(to, end) {
                to += 1;
            }
            let text: String = chars[from..to].iter().collect();
            out.push(Piece::Text { line, text: text.clone() });
            line += text.matches('\n').count();
            i = to + end.len();
        } else if chars[i] == '"' {
            let (begun, mut text) = (line, String::new());
            i += 1;
            while i < chars.len() && chars[i] != '"' {
                if chars[i] == '\\' {
                    i += 1;
                }
                if chars.get(i) == Some(&'\n') {
                    line += 1;
                }
                text.extend(chars.get(i));
                i += 1;
            }
            i += 1;
            out.push(Piece::Text { line: begun, text });
        } else if chars[i] == '\''
            && (chars.get(i + 2) == Some(&'\'') || (chars.get(i + 1) == Some(&'\\') && chars.get(i + 3) == Some(&'\'')))
        {
            // A character: Chinese punctuation in it is no text.
            i += if chars.get(i + 1) == Some(&'\\') { 4 } else { 3 };
        } else {
            if chars[i] == '\n' {
                line += 1;
            }
            out.push(Piece::Other(chars[i]));
            i += 1;
        }
    }
    out
}

/// Chinese literals without an English partner. A partner stands in one of the pairs of round
/// or square brackets around both, or in the same block; that covers `t(zh, en)`,
/// `pick(zh, en)`, tables of pairs and the arms of a `match` on the language.
fn lonely(source: &str) -> Vec<(usize, String)> {
    let pieces = pieces(source);
    // For each piece the bracket it stands in; for each bracket its parent and whether it holds English.
    let mut parent = vec![0_usize];
    let mut holds = vec![false];
    let mut block = vec![true];
    let mut before = String::new();
    let mut at = 0;
    // The brackets around a place, the first block included.
    let around = |at: usize, parent: &[usize], block: &[bool]| {
        let mut out = vec![at];
        let mut up = at;
        while !block[up] {
            up = parent[up];
            out.push(up);
        }
        out
    };
    let mut chinese = Vec::new();
    for piece in &pieces {
        match piece {
            Piece::Other(c @ ('(' | '[' | '{')) => {
                parent.push(at);
                holds.push(false);
                block.push(*c == '{' && begins_block(&before));
                before.push(*c);
                at = parent.len() - 1;
            }
            Piece::Other(c @ (')' | ']' | '}')) => {
                at = parent[at];
                before.push(*c);
            }
            Piece::Other(c) => before.push(*c),
            Piece::Text { line, text } if han(text) => chinese.push((*line, text.clone(), at)),
            Piece::Text { text, .. } => {
                if english(text) {
                    for place in around(at, &parent, &block) {
                        holds[place] = true;
                    }
                }
            }
        }
    }
    chinese
        .into_iter()
        .filter(|(_, _, at)| !around(*at, &parent, &block).into_iter().any(|place| holds[place]))
        .map(|(line, text, _)| (line, text))
        .collect()
}

#[test]
fn every_chinese_literal_has_an_english_one_beside_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 50, "the sources were found");
    let mut missing = Vec::new();
    for file in files {
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        if APART.iter().any(|(part, _)| name.contains(part)) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        missing.extend(lonely(code).into_iter().map(|(line, text)| format!("{name}:{line}: {text}")));
    }
    assert!(missing.is_empty(), "{} Chinese texts without English:\n{}", missing.len(), missing.join("\n"));
}

#[test]
fn the_search_for_missing_english_sees_what_it_should() {
    assert!(lonely("fn f(l: Lang) -> &str { l.t(\"备案\", \"filing\") }").is_empty());
    assert!(lonely("match l { Zh => format!(\"第{n}条\"), En => format!(\"Row {n}\") }").is_empty());
    assert_eq!(lonely("fn f() { g(h(i(\"备案\"))) }").len(), 1);
    assert_eq!(lonely("fn f() -> &str { \"备案\" }\nfn g() -> &str { \"other words\" }").len(), 1);
    assert!(lonely("// 备案\nfn f() -> char { '，' }").is_empty());
}
