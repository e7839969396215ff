//! The rule tools: identifiers, holiday notices, batch lines.

use std::io::Cursor;

use clap::Parser as _;
use guosuo_cli::{Cli, Command};
use guosuo_rules::calendar::{Calendar, Notice};
use guosuo_rules::ids::{self, Checked, IdKind, Options, ric, uscc};
use jiff::civil::date;

/// Credit codes and ID numbers.
pub fn identifier(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let tidy = ids::normalise(text);
    assert_eq!(ids::normalise(&tidy), tidy, "tidying twice changes nothing");
    for normalise in [false, true] {
        for on in [None, Some(date(2026, 2, 3))] {
            let options = Options { normalise, on };
            for checked in [uscc::check(text, None, options), ric::check(text, options), ids::check(text, options)] {
                identifier_holds(&checked, text, normalise);
            }
        }
    }
}

fn identifier_holds(checked: &Checked, text: &str, normalise: bool) {
    let given = if normalise { ids::normalise(text) } else { text.to_owned() };
    assert_eq!(checked.code, given, "what is judged is what was given");
    if !checked.is_valid() {
        return;
    }
    let code = checked.code.as_str();
    assert!(code.len() == 18 && code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()));
    let last = code.chars().last();
    match checked.kind {
        IdKind::Uscc => assert_eq!(uscc::check_character(&code[..17]), last),
        IdKind::Ric => assert_eq!(ric::check_character(&code[..17]), last),
    }
    // Both check characters catch every single wrong character.
    for i in 0..17 {
        let mut bent = code.as_bytes().to_vec();
        bent[i] = if bent[i] == b'1' { b'2' } else { b'1' };
        let bent = std::str::from_utf8(&bent).expect("still ASCII");
        let options = Options::default();
        let again = match checked.kind {
            IdKind::Uscc => uscc::check(bent, None, options),
            IdKind::Ric => ric::check(bent, options),
        };
        assert!(!again.is_valid(), "{bent}");
    }
}

/// Holiday notices in TOML.
pub fn holiday_notice(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(notice) = Notice::parse_toml(text) else {
        return;
    };
    assert_eq!(notice.validate(), Ok(()), "what was read is valid");
    let _ = notice.oddities();
    let (year, amends) = (notice.year, notice.amends.is_some());
    let days: Vec<_> = notice.holidays.iter().flat_map(|h| &h.off).copied().collect();
    let calendar = Calendar::empty().with_notice(notice.clone());
    assert_eq!(calendar.is_err(), amends, "a first notice is taken, an amendment of nothing is not");
    if let Ok(calendar) = calendar {
        assert!(calendar.knows(year));
        assert!(calendar.working_days_in(year).is_some_and(|n| n <= 366));
        for day in days.into_iter().filter(|d| d.year() == year) {
            assert_eq!(calendar.is_working(day), Some(false), "{day} is off");
        }
        assert!(calendar.with_notice(notice).is_err(), "no notice counts twice");
    }
}

/// Batch lines of `due -` and `id -`: one answer line for each line, whatever it holds. The bytes
/// choose the command, so that each run is a short one.
pub fn batch_lines(data: &[u8]) {
    let commands: [&[&str]; 5] = [
        &["due", "-"],
        &["due", "-", "--back", "--lang", "en"],
        &["due", "-", "--unit", "mo", "--roll", "next", "--json"],
        &["due", "-", "--unit", "d", "--roll", "earlier"],
        &["id", "-", "--normalise", "--on", "2026-02-03"],
    ];
    let lines = data.split_inclusive(|b| *b == b'\n').count();
    let choice = data.iter().fold(0_usize, |sum, b| sum + usize::from(*b));
    let args = commands[choice % commands.len()];
    let words = std::iter::once(&"guosuo-rules").chain(args);
    let Command::Rule(command) = Cli::parse_from(words).command;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    // Success is not compared: `ExitCode` has no equality; the streams tell.
    let _ = guosuo_cli::run(command, &mut Cursor::new(data), &mut out, &mut err);
    assert!(err.is_empty(), "{args:?}: {}", String::from_utf8_lossy(&err));
    let out = String::from_utf8(out).expect("answers are UTF-8");
    assert!(out.is_empty() || out.ends_with('\n'));
    assert_eq!(out.matches('\n').count(), lines, "{args:?}: one answer for one line");
    for answer in out.lines().filter(|a| args[0] == "due" && !a.starts_with('{')) {
        let columns = answer.split('\t').count();
        let expected = if answer.starts_with("error\t") { 2 } else { 3 };
        assert_eq!(columns, expected, "{answer:?}");
    }
}
