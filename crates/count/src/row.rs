//! From the bytes of a line to a row that counts, a row that does not, or a bad row.

use guosuo_rules::path::Ground;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use crate::key::{Key, Secret, pack};
use crate::lines::Line;
use crate::store::Seen;

/// Why a row is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadRow {
    /// Fewer columns than the ones asked for.
    Columns,
    /// No person.
    EmptyKey,
    /// An ID number was demanded and this is none.
    NotAnId,
    /// Not a date in one of the accepted forms.
    Date,
    /// A date before 2000 or after 2100.
    DateOutOfRange,
    /// Neither sensitive nor not.
    Sensitivity,
    /// An unknown exempt scenario.
    Scenario,
}

impl BadRow {
    /// Name in reports.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Columns => "columns",
            Self::EmptyKey => "empty_key",
            Self::NotAnId => "not_an_id",
            Self::Date => "date",
            Self::DateOutOfRange => "date_out_of_range",
            Self::Sensitivity => "sensitivity",
            Self::Scenario => "scenario",
        }
    }
}

/// The form in which a date was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DateForm {
    /// 2026-01-05 or 2026/1/5 or 2026.1.5.
    Plain,
    /// 20260105.
    Compact,
    /// A date with a time of day, in China Standard Time.
    WithTime,
    /// A date and time with an offset, turned into China Standard Time.
    WithOffset,
    /// Seconds or milliseconds since 1970.
    Epoch,
}

/// Years in which an export can lie.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2100;

/// Reads a day. Returns the day in China and the form.
pub(crate) fn parse_day(text: &[u8]) -> Result<(Date, DateForm), BadRow> {
    let (day, form) = read_day(text).ok_or(BadRow::Date)?;
    if YEARS.contains(&day.year()) { Ok((day, form)) } else { Err(BadRow::DateOutOfRange) }
}

fn number(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 18 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(text.iter().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0')))
}

fn day_of(year: &[u8], month: &[u8], day: &[u8]) -> Option<Date> {
    let small = |text| i8::try_from(number(text)?).ok();
    Date::new(i16::try_from(number(year)?).ok()?, small(month)?, small(day)?).ok()
}

fn read_day(text: &[u8]) -> Option<(Date, DateForm)> {
    if text.iter().all(u8::is_ascii_digit) {
        return match text.len() {
            8 => Some((day_of(&text[..4], &text[4..6], &text[6..])?, DateForm::Compact)),
            10 | 13 => {
                let seconds = number(text)? / if text.len() == 13 { 1000 } else { 1 };
                let instant = jiff::Timestamp::from_second(seconds).ok()?;
                Some((guosuo_rules::time::cst_date(instant), DateForm::Epoch))
            }
            _ => None,
        };
    }
    let separator = *text.get(4)?;
    if !matches!(separator, b'-' | b'/' | b'.') {
        return None;
    }
    let end = text.iter().position(|byte| matches!(byte, b'T' | b't' | b' ')).unwrap_or(text.len());
    let (day, time) = text.split_at(end);
    let mut parts = day.split(|&byte| byte == separator);
    let (year, month, last) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || month.len() > 2 || last.len() > 2 {
        return None;
    }
    let day = day_of(year, month, last)?;
    if time.is_empty() {
        return Some((day, DateForm::Plain));
    }
    let time = std::str::from_utf8(&time[1..]).ok()?.trim();
    let at = time.rfind(['Z', 'z', '+', '-']);
    let (clock, offset) = time.split_at(at.unwrap_or(time.len()));
    let clock: jiff::civil::Time = clock.trim().parse().ok()?;
    if offset.is_empty() {
        return Some((day, DateForm::WithTime));
    }
    let offset = if offset.eq_ignore_ascii_case("z") { "+00:00" } else { offset };
    let text = format!("{day}T{clock}{offset}");
    let instant: jiff::Timestamp = text.parse().ok()?;
    Some((guosuo_rules::time::cst_date(instant), DateForm::WithOffset))
}

/// Whether a cell says that the information is sensitive.
pub(crate) fn kind_of(text: &[u8]) -> Result<bool, BadRow> {
    sensitive(text).ok_or(BadRow::Sensitivity)
}

/// The ground on which a row is left out; nothing where it counts.
pub(crate) fn ground_of(text: &[u8]) -> Result<Option<Ground>, BadRow> {
    let ground = match text {
        b"" | b"-" => Some(Ground::None),
        text => std::str::from_utf8(text).ok().and_then(Ground::from_code),
    };
    let counts = |ground: &Ground| !matches!(ground, Ground::None | Ground::HrWithoutCollectiveContract);
    Ok(Some(ground.ok_or(BadRow::Scenario)?).filter(counts))
}

fn sensitive(text: &[u8]) -> Option<bool> {
    match text {
        // What nearly all logs write, without a detour through text.
        b"1" => return Some(true),
        b"0" => return Some(false),
        _ => {}
    }
    guosuo_rules::yearly::says_sensitive(std::str::from_utf8(text).ok()?)
}

/// How the kind of a row is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A column says it.
    Column(Column),
    /// The whole input is of one kind (`true`: sensitive).
    All(bool),
}

/// A column by its name in the header or by its number from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// By name.
    Name(String),
    /// By number, from 1.
    Number(usize),
}

impl Column {
    /// Digits are a number, everything else a name.
    pub fn parse(text: &str) -> Self {
        match text.parse() {
            Ok(number) if number > 0 => Self::Number(number),
            _ => Self::Name(text.to_owned()),
        }
    }
}

/// Where the needed columns stand in one file, from 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    pub(crate) key: usize,
    pub(crate) day: usize,
    pub(crate) sensitive: Result<usize, bool>,
    pub(crate) scenario: Option<usize>,
}

impl Places {
    pub(crate) fn last(&self) -> usize {
        let sensitive = self.sensitive.unwrap_or(0);
        self.key.max(self.day).max(sensitive).max(self.scenario.unwrap_or(0))
    }
}

/// The cells of one row, blanks cut.
pub(crate) struct Cells<'c> {
    pub(crate) key: &'c [u8],
    pub(crate) day: DayCell<'c>,
    /// What the row says, or what holds for all.
    pub(crate) sensitive: Result<&'c [u8], bool>,
    pub(crate) scenario: Option<&'c [u8]>,
}

/// A day as it comes.
#[derive(Clone, Copy)]
pub(crate) enum DayCell<'c> {
    /// As text.
    Text(&'c [u8]),
    /// Known already: year, day of the year from 0, and how it was written.
    #[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "only tables of columns have such days"))]
    Known { year: i16, day: u16, form: DateForm },
}

/// What became of a row.
pub(crate) enum Row {
    Counts(Seen),
    Excluded(Ground),
}

/// A day: year, day of the year from 0, and how it was written.
pub(crate) type Day = (i16, u16, DateForm);

/// Reads rows; remembers the last date, since logs are mostly in order.
pub(crate) struct Reader<'a> {
    pub(crate) secret: &'a Secret,
    /// Only ID numbers are people.
    pub(crate) ids_only: bool,
    /// ID numbers are keyed too, because the values leave the process.
    keyed: bool,
    last_text: Vec<u8>,
    last_day: Option<Day>,
    /// How often each form of date was read.
    pub(crate) forms: [u64; 5],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(secret: &'a Secret, ids_only: bool, keyed: bool) -> Self {
        Self { secret, ids_only, keyed, last_text: Vec::new(), last_day: None, forms: [0; 5] }
    }

    /// The day of the row before, as it is written and as it is.
    pub(crate) fn last_day(&self) -> Option<(&[u8], Day)> {
        Some((&self.last_text, self.last_day?))
    }

    /// A row as nearly all logs write it: an ID number, the day of the row before, `0` or `1`, no exempt scenario. The
    /// kind, the packed number and the day; nothing where the row has to be looked at closely.
    #[inline]
    pub(crate) fn quick(&mut self, places: &Places, line: &Line<'_>) -> Option<(bool, u64, (i16, u16))> {
        let (year, day, form) = self.last_day?;
        let kind = match places.sensitive {
            Ok(at) => match line.cell(at)? {
                b"0" => false,
                b"1" => true,
                _ => return None,
            },
            Err(all) => all,
        };
        if let Some(at) = places.scenario
            && !line.cell(at)?.is_empty()
        {
            return None;
        }
        if self.keyed || !same(&self.last_text, line.cell(places.day)?) {
            return None;
        }
        let key = pack(line.cell(places.key)?)?;
        self.forms[form as usize] += 1;
        Some((kind, key, (year, day)))
    }

    /// Reads the cells of one row of text.
    pub(crate) fn read<'c>(&mut self, places: &Places, cell: impl Fn(usize) -> Option<&'c [u8]>) -> Result<Row, BadRow> {
        let cell = |at: usize| cell(at).map(<[u8]>::trim_ascii).ok_or(BadRow::Columns);
        let cells = Cells {
            key: cell(places.key)?,
            day: DayCell::Text(cell(places.day)?),
            sensitive: match places.sensitive {
                Ok(at) => Ok(cell(at)?),
                Err(all) => Err(all),
            },
            scenario: places.scenario.map(cell).transpose()?,
        };
        self.judge(&cells)
    }

    /// What becomes of a row.
    pub(crate) fn judge(&mut self, cells: &Cells<'_>) -> Result<Row, BadRow> {
        let kind = match cells.sensitive {
            Ok(text) => kind_of(text)?,
            Err(all) => all,
        };
        if let Some(excluded) = cells.scenario.map_or(Ok(None), ground_of)? {
            return Ok(Row::Excluded(excluded));
        }
        if cells.key.is_empty() {
            return Err(BadRow::EmptyKey);
        }
        let day = self.day_of(cells.day)?;
        self.forms[day.2 as usize] += 1;
        Ok(Row::Counts(Seen { group: (day.0, kind), key: self.key_of(cells.key)?, day: day.1 }))
    }

    /// What becomes of a row whose cells were read before.
    #[cfg(feature = "parquet")]
    pub(crate) fn decide(
        &mut self,
        kind: Result<bool, BadRow>,
        scenario: Result<Option<Ground>, BadRow>,
        key: Result<Key, BadRow>,
        day: Result<Day, BadRow>,
    ) -> Result<Row, BadRow> {
        let kind = kind?;
        if let Some(excluded) = scenario? {
            return Ok(Row::Excluded(excluded));
        }
        if key == Err(BadRow::EmptyKey) {
            return Err(BadRow::EmptyKey);
        }
        let day = day?;
        self.forms[day.2 as usize] += 1;
        Ok(Row::Counts(Seen { group: (day.0, kind), key: key?, day: day.1 }))
    }

    /// The day of a cell.
    pub(crate) fn day_of(&mut self, cell: DayCell<'_>) -> Result<Day, BadRow> {
        match cell {
            DayCell::Known { year, .. } if !YEARS.contains(&year) => Err(BadRow::DateOutOfRange),
            DayCell::Known { year, day, form } => Ok((year, day, form)),
            DayCell::Text(text) => {
                if let Some(day) = self.last_day.filter(|_| same(&self.last_text, text)) {
                    return Ok(day);
                }
                let (day, form) = parse_day(text)?;
                let place = (day - date(day.year(), 1, 1)).get_days();
                let found = (day.year(), u16::try_from(place).map_err(|_| BadRow::Date)?, form);
                self.last_text.clear();
                self.last_text.extend_from_slice(text);
                self.last_day = Some(found);
                Ok(found)
            }
        }
    }

    /// Who a cell names.
    pub(crate) fn key_of(&self, text: &[u8]) -> Result<Key, BadRow> {
        match pack(text) {
            _ if text.is_empty() => Err(BadRow::EmptyKey),
            Some(_) if self.keyed => Ok(Key::Keyed(self.secret.keyed(&text.to_ascii_uppercase()))),
            Some(packed) => Ok(Key::Packed(packed)),
            None if self.ids_only => Err(BadRow::NotAnId),
            // An ID number with a wrong check character is still the same person in either case of the letter.
            None if lower_id(text) => Ok(Key::Keyed(self.secret.keyed(&text.to_ascii_uppercase()))),
            None => Ok(Key::Keyed(self.secret.keyed(text))),
        }
    }
}

/// Whether two texts are the same: those of a day are short, and two words of eight bytes tell.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    match (a.first_chunk::<8>(), a.last_chunk::<8>(), b.first_chunk::<8>(), b.last_chunk::<8>()) {
        (Some(a1), Some(a2), Some(b1), Some(b2)) if a.len() <= 16 => a.len() == b.len() && a1 == b1 && a2 == b2,
        _ => a == b,
    }
}

/// Whether a key looks like an ID number that ends in a small x.
fn lower_id(key: &[u8]) -> bool {
    matches!(key, [digits @ .., b'x'] if digits.len() == 17 && digits.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_dates() {
        let day = |text: &str| parse_day(text.as_bytes());
        let fifth = date(2026, 1, 5);
        for (text, form) in [
            ("2026-01-05", DateForm::Plain),
            ("2026/1/5", DateForm::Plain),
            ("2026.01.5", DateForm::Plain),
            ("20260105", DateForm::Compact),
            ("2026-01-05 23:59:59", DateForm::WithTime),
            ("2026-01-05T00:00", DateForm::WithTime),
            ("2026-01-05T00:00:00.123+08:00", DateForm::WithOffset),
            // 16:00 in Greenwich is midnight in China.
            ("2026-01-04T16:00:00Z", DateForm::WithOffset),
            ("1767542400", DateForm::Epoch),
            ("1767542400000", DateForm::Epoch),
        ] {
            assert_eq!(day(text), Ok((fifth, form)), "{text}");
        }
        assert_eq!(day("2026-01-04T15:59:59Z").map(|(day, _)| day), Ok(date(2026, 1, 4)));
        for text in ["", "01/02/2026", "2026-13-01", "2026-02-29", "2026-1-5-6", "2026-01-05 25:00", "yesterday", "2026"] {
            assert_eq!(day(text), Err(BadRow::Date), "{text}");
        }
        assert_eq!(day("1999-12-31"), Err(BadRow::DateOutOfRange));
    }
}
