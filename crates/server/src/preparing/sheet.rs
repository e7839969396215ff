//! Files of the yearly ledger: numbers by day, or keyed values. They are read while they arrive, line by line, so that a set of
//! a million people needs no more memory than its different values.

use std::collections::HashMap;

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use guosuo_case::exports::{KEYED_MAX, PEOPLE_MAX, POINTS_MAX};
use guosuo_case::filing::parse_date;
use guosuo_rules::yearly::{Count, Person, Point, Seen, says_sensitive};
use jiff::civil::Date;

use crate::app::Cx;
use crate::error::Error;
use crate::intake;
use crate::web::Lang;

/// Longest line, in bytes.
const LINE_MAX: usize = 64 << 10;

/// Longest text field beside the file, in bytes.
const FIELD_MAX: usize = 64 << 10;

/// Where the columns stand.
enum Columns {
    Numbers { date: usize, non_sensitive: usize, sensitive: usize },
    Keyed { person: usize, date: usize, sensitive: Option<usize> },
}

/// A file on its way in.
pub(crate) struct Sheet {
    l: Lang,
    columns: Option<Columns>,
    /// Columns of the first line.
    width: usize,
    /// Lines read so far.
    line: usize,
    /// The beginning of a line whose end has not arrived.
    rest: Vec<u8>,
    points: Vec<Point>,
    /// The first day of each person, by kind of information and year.
    seen: HashMap<(Person, bool, i16), Date>,
    /// The first thing that is wrong; what comes after it is not read.
    fault: Option<String>,
}

/// A form with the file of the ledger.
pub(super) struct Received {
    /// Text fields in order.
    pub(super) fields: Vec<(String, String)>,
    /// Name and content of the file.
    pub(super) file: Option<(String, Sheet)>,
}

/// Reads the form. A file above the limit ends the request with 413.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Malformed`].
pub(super) async fn receive(cx: &Cx, mut form: Multipart) -> Result<Received, Error> {
    let max_mib = cx.app.config.uploads.max_mib;
    let max = usize::try_from(max_mib).unwrap_or(100).saturating_mul(1 << 20);
    let broken = move |e: MultipartError| match e.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge { max_mib },
        _ => Error::Malformed("multipart form"),
    };
    let mut received = Received { fields: Vec::new(), file: None };
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let Some(file) = field.file_name().map(|f| intake::base_name(f).to_owned()) else {
            let text = text(field, max_mib, broken).await?;
            received.fields.push((name, text));
            continue;
        };
        let mut sheet = Sheet::new(cx.l());
        let mut size = 0;
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            size += chunk.len();
            if size > max {
                return Err(Error::TooLarge { max_mib });
            }
            sheet.feed(&chunk);
        }
        if received.file.is_none() && !(file.is_empty() && size == 0) {
            received.file = Some((file, sheet));
        }
    }
    Ok(received)
}

async fn text(mut field: Field<'_>, max_mib: u64, broken: impl Fn(MultipartError) -> Error) -> Result<String, Error> {
    let mut out = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(&broken)? {
        if out.len() + chunk.len() > FIELD_MAX {
            return Err(Error::TooLarge { max_mib });
        }
        out.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// The cells of a line. What stands in quotes is one cell: `"400,000"` is never 400.
fn cells(line: &str) -> Vec<&str> {
    let mut quoted = false;
    let between = |c: char| {
        quoted ^= c == '"';
        !quoted && matches!(c, ',' | '\t')
    };
    line.split(between).map(|c| c.trim().trim_matches('"').trim()).collect()
}

/// What stands in a cell, for a message.
fn shown(l: Lang, cell: &str) -> String {
    let cell: String = cell.chars().take(40).collect();
    if cell.is_empty() { l.t("空的", "empty").to_owned() } else { format!("“{cell}”") }
}

impl Sheet {
    pub(crate) fn new(l: Lang) -> Self {
        Self { l, columns: None, width: 0, line: 0, rest: Vec::new(), points: Vec::new(), seen: HashMap::new(), fault: None }
    }

    /// Takes the next bytes.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) {
        while let Some(end) = bytes.iter().position(|b| *b == b'\n').filter(|_| self.fault.is_none()) {
            if self.rest.is_empty() {
                self.one(&bytes[..end]);
            } else {
                let mut line = std::mem::take(&mut self.rest);
                line.extend_from_slice(&bytes[..end]);
                self.one(&line);
            }
            bytes = &bytes[end + 1..];
        }
        if self.fault.is_none() {
            self.rest.extend_from_slice(bytes);
            if self.rest.len() > LINE_MAX {
                self.wrong(self.line + 1, self.l.t("这一行太长，不是CSV。", "the line is too long for CSV"));
            }
        }
    }

    fn wrong(&mut self, line: usize, why: &str) {
        self.fault = Some(self.l.pick(format!("第{line}行：{why}"), format!("line {line}: {why}")));
    }

    fn one(&mut self, line: &[u8]) {
        self.line += 1;
        let l = self.l;
        let Ok(text) = std::str::from_utf8(line) else {
            let why = l.t("不是UTF-8编码。另存为“CSV UTF-8”再上传。", "not UTF-8. Save the file as “CSV UTF-8”.");
            return self.wrong(self.line, why);
        };
        let text = if self.line == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        if text.trim().is_empty() {
            return;
        }
        let cells = cells(text);
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let more = cells.iter().skip(self.width).any(|c| !c.is_empty());
        if self.columns.is_some() && more {
            let (here, head) = (cells.len(), self.width);
            let why = l.pick(
                format!("这一行有{here}格，第一行有{head}列；人数不要加千位分隔"),
                format!("{here} cells, and the first line has {head} columns; write numbers without separators"),
            );
            return self.wrong(self.line, &why);
        }
        let read = match &self.columns {
            None => match columns(l, &cells) {
                Ok(found) => {
                    (self.columns, self.width) = (Some(found), cells.len());
                    Ok(())
                }
                Err(why) => {
                    self.fault = Some(why);
                    return;
                }
            },
            Some(Columns::Keyed { person, date, sensitive }) => keyed(l, cell(*person), cell(*date), sensitive.map(cell))
                .and_then(|s| {
                    let first = self.seen.entry((s.person, s.sensitive, s.on.year())).or_insert(s.on);
                    *first = s.on.min(*first);
                    if self.seen.len() > KEYED_MAX { Err(too_many(l)) } else { Ok(()) }
                }),
            Some(Columns::Numbers { date, non_sensitive, sensitive }) => {
                numbers(l, cell(*date), cell(*non_sensitive), cell(*sensitive)).and_then(|point| {
                    self.points.push(point);
                    if self.points.len() <= POINTS_MAX {
                        return Ok(());
                    }
                    Err(l.pick(format!("一次最多{POINTS_MAX}天的人数。"), format!("at most {POINTS_MAX} days at once.")))
                })
            }
        };
        if let Err(why) = read {
            self.wrong(self.line, &why);
        }
    }

    /// What the file says; `key` is the name of the key of keyed values.
    ///
    /// # Errors
    /// The line and what would be right.
    pub(crate) fn finish(mut self, key: &str) -> Result<Count, String> {
        if self.fault.is_none() && !self.rest.is_empty() {
            let line = std::mem::take(&mut self.rest);
            self.one(&line);
        }
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        match self.columns {
            None => Err(columns(self.l, &[]).err().unwrap_or_default()),
            Some(Columns::Numbers { .. }) => Ok(Count::Plain { points: self.points }),
            Some(Columns::Keyed { .. }) => {
                let mut seen: Vec<Seen> =
                    self.seen.into_iter().map(|((person, sensitive, _), on)| Seen { person, on, sensitive }).collect();
                // In the order of the values: the order of the rows is nobody's business.
                seen.sort_unstable();
                Ok(Count::Keyed { key: key.trim().to_owned(), seen })
            }
        }
    }
}

/// Where the columns stand, from the first line.
fn columns(l: Lang, head: &[&str]) -> Result<Columns, String> {
    let at = |name: &str| head.iter().position(|h| *h == name);
    if let (Some(person), Some(date)) = (at("person"), at("date")) {
        return Ok(Columns::Keyed { person, date, sensitive: at("sensitive") });
    }
    if let (Some(date), Some(non_sensitive), Some(sensitive)) = (at("date"), at("non_sensitive"), at("sensitive")) {
        return Ok(Columns::Numbers { date, non_sensitive, sensitive });
    }
    if head.is_empty() {
        return Err(l.t("文件是空的。", "The file is empty.").to_owned());
    }
    let there: String = head.join(l.t("、", ", ")).chars().take(200).collect();
    Err(l.pick(
        format!("第一行要有列名 date、non_sensitive、sensitive（累计人数），或者 person、date、sensitive（去重数据），用逗号或者制表符隔开；现在是：{there}"),
        format!("The first line names date, non_sensitive, sensitive (numbers), or person, date, sensitive (keyed values), divided by commas or tabs; it has: {there}"),
    ))
}

fn day(l: Lang, typed: &str) -> Result<Date, String> {
    parse_date(typed).ok_or_else(|| {
        let typed = shown(l, typed);
        l.pick(format!("日期写成2026-06-30这样，现在是{typed}"), format!("write the day such as 2026-06-30; it is {typed}"))
    })
}

/// Information of which kind. A word that says neither is never taken for "not sensitive".
fn kind(l: Lang, typed: &str) -> Result<bool, String> {
    says_sensitive(typed).ok_or_else(|| {
        let typed = shown(l, typed);
        l.pick(
            format!("sensitive 写1（敏感）或者0（非敏感），现在是{typed}"),
            format!("sensitive is 1 (yes) or 0 (no); it is {typed}"),
        )
    })
}

fn keyed(l: Lang, person: &str, on: &str, sensitive: Option<&str>) -> Result<Seen, String> {
    let person = person.parse().map_err(|_| {
        l.t(
            "person 要是32位小写十六进制的密钥值，不能是证件号码",
            "person is a keyed value of 32 lower-case hexadecimal digits, never an identity number",
        )
        .to_owned()
    })?;
    Ok(Seen { person, on: day(l, on)?, sensitive: sensitive.map_or(Ok(false), |s| kind(l, s))? })
}

fn numbers(l: Lang, on: &str, non_sensitive: &str, sensitive: &str) -> Result<Point, String> {
    let number = |typed: &str| {
        typed.parse::<u64>().ok().filter(|n| *n <= PEOPLE_MAX).ok_or_else(|| {
            let (typed, most) = (shown(l, typed), l.number(PEOPLE_MAX));
            l.pick(
                format!("人数要是0到{most}的整数，只写数字，不加逗号和空格；现在是{typed}"),
                format!("a number of people is whole, from 0 to {most}, digits only; it is {typed}"),
            )
        })
    };
    Ok(Point { on: day(l, on)?, non_sensitive: number(non_sensitive)?, sensitive: number(sensitive)? })
}

fn too_many(l: Lang) -> String {
    l.pick(
        format!("一份文件最多{}个不同的值（同一人只算一次），到这一行已经超过。更大的集合用 guosuo count 在本机去重，再上报每天的累计人数（--format ledger）。", l.people(1_000_000)),
        format!("a file holds at most {KEYED_MAX} different values (a person counts once), and this line is beyond. Count a larger set with `guosuo count --format ledger` and report its numbers by day."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(l: Lang, text: &str, key: &str) -> Result<Count, String> {
        let mut whole = Sheet::new(l);
        whole.feed(text.as_bytes());
        // However the bytes arrive, the same comes out.
        for size in [1, 7, 64] {
            let mut pieces = Sheet::new(l);
            text.as_bytes().chunks(size).for_each(|piece| pieces.feed(piece));
            let mut again = Sheet::new(l);
            again.feed(text.as_bytes());
            assert_eq!(pieces.finish(key), again.finish(key), "{size}");
        }
        whole.finish(key)
    }

    #[test]
    fn both_kinds_of_files_are_read() {
        let plain = read(Lang::Zh, "\u{feff}date,non_sensitive,sensitive\n2026-06-30,420000,6800\n", "").unwrap();
        let Count::Plain { points } = plain else { unreachable!() };
        assert_eq!((points[0].non_sensitive, points[0].sensitive), (420_000, 6_800));
        let keyed =
            read(Lang::Zh, "person\tdate\tsensitive\n00000000000000000000000000000a0b\t2026-01-05\t1\n", "集团密钥甲").unwrap();
        let Count::Keyed { key, seen } = keyed else { unreachable!() };
        assert_eq!((key.as_str(), seen[0].sensitive), ("集团密钥甲", true));
    }

    #[test]
    fn a_bad_line_is_named_with_what_would_be_right() {
        let bad = |text: &str| read(Lang::Zh, text, "k").unwrap_err();
        assert!(bad("日期,人数\n").contains("日期、人数"), "says which columns there are");
        assert!(bad("date,non_sensitive,sensitive\n2026-06-30,-1,0").starts_with("第2行：人数"));
        assert!(bad("date,non_sensitive,sensitive\n昨天,1,0").starts_with("第2行：日期"));
        assert!(bad("person,date\n11010519491231002X,2026-01-01").contains("不能是证件号码"));
        // A thousand's separator never makes 400,000 people 400, and no number is beyond all people.
        for number in ["\"400,000\"", "400 000", "99999999999", "", "4e5"] {
            let why = bad(&format!("date,non_sensitive,sensitive\n2026-06-30,{number},0"));
            assert!(why.starts_with("第2行：人数要是0到") && why.contains("现在是"), "{why}");
        }
        assert!(bad("date,non_sensitive,sensitive\n2026-06-30,400,000,0").contains("这一行有4格，第一行有3列"));
        assert_eq!(bad(""), "文件是空的。");
    }

    #[test]
    fn what_does_not_say_the_kind_is_never_taken_for_not_sensitive() {
        let one = |word: &str| read(Lang::Zh, &format!("person,date,sensitive\n{:032x},2026-01-05,{word}\n", 7), "k");
        for (word, kind) in [("1", true), ("TRUE", true), ("是", true), ("0", false), ("False", false), ("否", false)] {
            let Ok(Count::Keyed { seen, .. }) = one(word) else { panic!("{word}") };
            assert_eq!(seen[0].sensitive, kind, "{word}");
        }
        for word in ["", "maybe", "2"] {
            assert!(one(word).unwrap_err().starts_with("第2行：sensitive 写1"), "{word}");
        }
        // Cells that a spreadsheet leaves empty at the end are nothing.
        assert!(read(Lang::Zh, "date,non_sensitive,sensitive\n2026-06-30,5,0,,\n", "").is_ok());
    }

    #[test]
    fn a_person_counts_once_on_its_first_day_by_kind_and_year() {
        let row = |day: &str, sensitive: u8| format!("{:032x},{day},{sensitive}\n", 7);
        let text = format!(
            "person,date,sensitive\r\n{}{}{}{}",
            row("2026-02-01", 0),
            row("2026-01-05", 0),
            row("2026-03-01", 1),
            row("2025-03-01", 0)
        );
        let Ok(Count::Keyed { seen, .. }) = read(Lang::Zh, &text, "k") else { unreachable!() };
        let days: Vec<String> = seen.iter().map(|s| s.on.to_string()).collect();
        assert_eq!(days, ["2025-03-01", "2026-01-05", "2026-03-01"]);
    }

    #[test]
    fn a_set_beyond_the_limit_is_refused_at_its_line_with_the_limit() {
        let mut sheet = Sheet::new(Lang::En);
        sheet.feed(b"person,date\n");
        for n in 0..KEYED_MAX {
            sheet.seen.insert((Person(n as u128 + 10), false, 2026), jiff::civil::date(2026, 1, 1));
        }
        sheet.feed(format!("{:032x},2026-01-01\n", 1).as_bytes());
        let why = sheet.finish("k").unwrap_err();
        assert!(why.starts_with("line 2: ") && why.contains("1000000") && why.contains("guosuo count"), "{why}");
        let mut endless = Sheet::new(Lang::En);
        endless.feed(&vec![b'a'; LINE_MAX + 1]);
        assert!(endless.finish("k").unwrap_err().contains("too long"));
    }
}
