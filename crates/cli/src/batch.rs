//! One answer line for each input line, whatever the line holds.

use std::io::{BufRead, Write};

use crate::{Failure, Lang, Outcome};

/// Longest line that is looked at; a longer one is answered with an error and passed over.
const LONGEST: usize = 1 << 20;

/// Calls `answer` with each line (without its end); `Err` becomes an error line.
pub(crate) fn lines(
    lang: Lang,
    stdin: &mut dyn BufRead,
    stdout: &mut dyn Write,
    mut answer: impl FnMut(&str, &mut dyn Write) -> Result<Result<(), String>, std::io::Error>,
) -> Result<Outcome, Failure> {
    let mut line = Vec::new();
    let mut first = true;
    loop {
        line.clear();
        let Some(complete) = read_line(stdin, &mut line)? else {
            break;
        };
        if line.ends_with(b"\r") {
            line.pop();
        }
        let mut bytes = line.as_slice();
        if first {
            bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            first = false;
        }
        let result = match std::str::from_utf8(bytes) {
            _ if !complete => Err(lang.t("行太长", "line too long").to_owned()),
            Err(_) => Err(lang.t("不是 UTF-8 文本", "not UTF-8 text").to_owned()),
            Ok(text) if text.trim().is_empty() => Err(lang.t("空行", "empty line").to_owned()),
            Ok(text) => answer(text, stdout)?,
        };
        if let Err(reason) = result {
            // A reason may quote the input: it must stay one line of two columns.
            let reason: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            writeln!(stdout, "error\t{reason}")?;
        }
    }
    Ok(Outcome::Done)
}

/// Reads one line without its end; `None` at the end, `Some(false)` when it was too long to keep.
fn read_line(stdin: &mut dyn BufRead, line: &mut Vec<u8>) -> Result<Option<bool>, std::io::Error> {
    let (mut any, mut complete) = (false, true);
    loop {
        let buffer = match stdin.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if buffer.is_empty() {
            return Ok(any.then_some(complete));
        }
        any = true;
        let end = buffer.iter().position(|&byte| byte == b'\n');
        let part = &buffer[..end.unwrap_or(buffer.len())];
        if line.len() + part.len() <= LONGEST {
            line.extend_from_slice(part);
        } else {
            complete = false;
        }
        let used = end.map_or(buffer.len(), |at| at + 1);
        stdin.consume(used);
        if end.is_some() {
            return Ok(Some(complete));
        }
    }
}
