//! Tables of working days for runs of known years: any period inside a run is two array reads.

use jiff::civil::{Date, date};

/// A run of consecutive known years.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    first_year: i16,
    last_year: i16,
    /// Index of the first day of each month of the run.
    month_start: Vec<u32>,
    /// `before[i]`: working days before day `i`; one entry more than there are days.
    before: Vec<u32>,
    /// The working days in order.
    working: Vec<Date>,
}

impl Run {
    #[inline]
    pub(crate) fn covers(&self, year: i16) -> bool {
        self.first_year <= year && year <= self.last_year
    }

    /// Index of `day`, which must lie in the run.
    #[inline]
    fn index(&self, day: Date) -> usize {
        let months = i32::from(day.year() - self.first_year) * 12 + i32::from(day.month()) - 1;
        let month = usize::try_from(months).expect("the caller asks for a day of the run");
        self.month_start[month] as usize + usize::from(day.day().unsigned_abs()) - 1
    }

    pub(crate) fn is_working(&self, day: Date) -> bool {
        let index = self.index(day);
        self.before[index + 1] > self.before[index]
    }

    /// Working days in `from..=to`.
    pub(crate) fn count(&self, from: Date, to: Date) -> u32 {
        self.before[self.index(to) + 1].saturating_sub(self.before[self.index(from)])
    }

    /// The `n`-th working day after `day` (`n` ≥ 1), when it lies in the run.
    #[inline]
    pub(crate) fn nth_after(&self, day: Date, n: u32) -> Option<Date> {
        let position = u64::from(self.before[self.index(day) + 1]) + u64::from(n) - 1;
        self.working.get(usize::try_from(position).ok()?).copied()
    }

    /// The `n`-th working day from `day` on (`n` ≥ 1), `day` itself included, when it lies in the run.
    pub(crate) fn nth_from(&self, day: Date, n: u32) -> Option<Date> {
        let position = u64::from(self.before[self.index(day)]) + u64::from(n) - 1;
        self.working.get(usize::try_from(position).ok()?).copied()
    }

    /// The `n`-th working day back from `day` (`n` ≥ 1), `day` itself included, when it lies in the run.
    pub(crate) fn nth_upto(&self, day: Date, n: u32) -> Option<Date> {
        let position = self.before[self.index(day) + 1].checked_sub(n)?;
        self.working.get(position as usize).copied()
    }

    /// The `n`-th working day before `day` (`n` ≥ 1), when it lies in the run.
    #[inline]
    pub(crate) fn nth_before(&self, day: Date, n: u32) -> Option<Date> {
        let position = self.before[self.index(day)].checked_sub(n)?;
        self.working.get(position as usize).copied()
    }
}

/// Builds the runs of `years` (sorted, without repetition).
pub(super) fn runs(years: &[i16], works: impl Fn(Date) -> bool) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for group in years.chunk_by(|a, b| a + 1 == *b) {
        let (Some(&first_year), Some(&last_year)) = (group.first(), group.last()) else {
            continue;
        };
        let mut run = Run { first_year, last_year, month_start: Vec::new(), before: vec![0], working: Vec::new() };
        let mut day = date(first_year, 1, 1);
        let mut index = 0;
        while day.year() <= last_year {
            if day.day() == 1 {
                run.month_start.push(index);
            }
            if works(day) {
                run.working.push(day);
            }
            run.before.push(u32::try_from(run.working.len()).expect("a run is shorter than 2^32 days"));
            index += 1;
            match day.tomorrow() {
                Ok(next) => day = next,
                Err(_) => break,
            }
        }
        runs.push(run);
    }
    runs
}
