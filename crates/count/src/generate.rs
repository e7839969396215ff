//! Logs that look like real ones and are openly invented: for tests, benches and demonstrations.

use std::io::{self, Write};

use guosuo_rules::ids::ric::check_character;
use jiff::civil::{Date, date};

/// What to make up.
#[derive(Clone, Copy, Debug)]
pub struct Generator {
    /// Rows.
    pub rows: u64,
    /// Different people among whom the rows are spread.
    pub people: u64,
    /// Year.
    pub year: i16,
    /// Rows of sensitive information of a thousand.
    pub sensitive_per_mille: u64,
    /// Rows of exempt scenarios of a thousand.
    pub exempt_per_mille: u64,
    /// Where the made-up sequence starts: the same number gives the same log.
    pub seed: u64,
}

/// Writes `person,date,sensitive,scenario` rows, in the order of days.
///
/// # Errors
/// What the writer says.
pub fn generate(plan: &Generator, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "person,date,sensitive,scenario")?;
    let mut state = plan.seed;
    let mut random = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        crate::table::spread(state)
    };
    let first = date(plan.year, 1, 1);
    let days = if first.in_leap_year() { 366 } else { 365 };
    let days: Vec<String> =
        (0..days).map(|at| first.checked_add(jiff::Span::new().days(at)).unwrap_or(Date::MAX).to_string()).collect();
    let mut line = Vec::with_capacity(64);
    for row in 0..plan.rows {
        let place = u128::from(row) * days.len() as u128 / u128::from(plan.rows.max(1));
        let day = &days[usize::try_from(place).unwrap_or(0)];
        let chance = random();
        let sensitive = chance % 1000 < plan.sensitive_per_mille;
        let exempt = chance / 1000 % 1000 < plan.exempt_per_mille;
        line.clear();
        person(random() % plan.people.max(1), &mut line);
        write!(line, ",{day},{},{}", u8::from(sensitive), if exempt { "contract" } else { "" })?;
        line.push(b'\n');
        out.write_all(&line)?;
    }
    Ok(())
}

/// The invented ID number of person `index`: of the division 990000, which does not exist.
fn person(index: u64, line: &mut Vec<u8>) {
    let (sequence, rest) = (index % 1000, index / 1000);
    let (day, rest) = (rest % 28 + 1, rest / 28);
    let (month, rest) = (rest % 12 + 1, rest / 12);
    let (year, division) = (rest % 80 + 1930, rest / 80);
    let first = format!("{:06}{year:04}{month:02}{day:02}{sequence:03}", 990_000 + division % 10_000);
    line.extend_from_slice(first.as_bytes());
    line.extend(check_character(&first).map(|check| check as u8));
}
