//! Periods: the worked examples, and what must hold for all of them.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the failure")]

use guosuo_rules::calendar::{Calendar, Notice};
use guosuo_rules::period::{
    CalendarDays, Direction, Due, Hours, Months, OutOfRange, Period, RestReason, Roll, WorkingDays, WorkingSpan, Years, due,
    due_rolled, explain, working_days_between,
};
use jiff::civil::{Date, date};
use proptest::prelude::*;

fn after(trigger: Date, period: impl Into<Period>) -> Date {
    due(trigger, period.into(), Direction::After, Calendar::builtin()).unwrap().firm().unwrap()
}

fn before(trigger: Date, period: impl Into<Period>) -> Date {
    due(trigger, period.into(), Direction::Before, Calendar::builtin()).unwrap().firm().unwrap()
}

#[test]
fn worked_examples_of_working_days() {
    assert_eq!(after(date(2026, 1, 5), WorkingDays(30)), date(2026, 2, 14));
    assert_eq!(after(date(2026, 2, 12), WorkingDays(10)), date(2026, 3, 4));
    assert_eq!(after(date(2026, 9, 24), WorkingDays(5)), date(2026, 10, 9));
    assert_eq!(after(date(2026, 9, 18), WorkingDays(10)), date(2026, 10, 9));
    assert_eq!(after(date(2026, 1, 1), WorkingDays(10)), date(2026, 1, 15));
    assert_eq!(after(date(2026, 1, 5), WorkingDays(0)), date(2026, 1, 5));
}

#[test]
fn corresponding_days() {
    assert_eq!(before(date(2029, 8, 31), Months(6)), date(2029, 2, 28));
    assert_eq!(after(date(2028, 2, 29), Years(3)), date(2031, 2, 28));
    assert_eq!(after(date(2026, 1, 31), Months(1)), date(2026, 2, 28));
    assert_eq!(after(date(2026, 12, 31), Months(2)), date(2027, 2, 28));
    assert_eq!(after(date(2027, 12, 31), Months(2)), date(2028, 2, 29));
    assert_eq!(after(date(2026, 1, 5), CalendarDays(30)), date(2026, 2, 4));
    assert_eq!(before(date(2026, 3, 1), CalendarDays(1)), date(2026, 2, 28));
    assert_eq!(before(date(2026, 1, 15), Months(1)), date(2025, 12, 15));
}

#[test]
fn a_rest_day_at_the_end_moves_only_when_the_rule_says_so() {
    let calendar = Calendar::builtin();
    let rolled = |trigger, days, roll| {
        due_rolled(trigger, CalendarDays(days).into(), Direction::After, roll, calendar).unwrap().firm().unwrap()
    };
    // 2026-01-31 is a Saturday, 2026-02-14 a Saturday that is worked, 2026-10-01 begins seven days off.
    assert_eq!(rolled(date(2026, 1, 1), 30, Roll::Stay), date(2026, 1, 31));
    assert_eq!(rolled(date(2026, 1, 1), 30, Roll::Next), date(2026, 2, 2));
    assert_eq!(rolled(date(2026, 1, 1), 30, Roll::Earlier), date(2026, 1, 30));
    assert_eq!(rolled(date(2026, 1, 15), 30, Roll::Next), date(2026, 2, 14));
    assert_eq!(rolled(date(2026, 9, 1), 30, Roll::Next), date(2026, 10, 8));
    assert_eq!(rolled(date(2026, 9, 1), 30, Roll::Earlier), date(2026, 9, 30));
}

#[test]
fn a_rest_day_in_an_unknown_year_is_a_range() {
    let calendar = Calendar::builtin();
    let rolled = due_rolled(date(2026, 10, 1), Months(4).into(), Direction::After, Roll::Next, calendar).unwrap();
    let Due::Provisional { earliest, latest, first_unknown_year: 2027 } = rolled else { panic!("{rolled:?}") };
    // 2027-02-01 is a Monday: worked, or part of a holiday that nobody has arranged yet.
    assert_eq!(earliest, date(2027, 2, 1));
    assert!(latest > date(2027, 2, 5) && latest < date(2027, 2, 20), "{latest}");
}

#[test]
fn hours_start_at_once() {
    let trigger: jiff::Timestamp = "2026-02-16T15:30:00Z".parse().unwrap();
    assert_eq!(Hours(4).due(trigger).unwrap().to_string(), "2026-02-16T19:30:00Z");
    assert_eq!(Hours(u32::MAX).due(trigger), Err(OutOfRange));
}

#[test]
fn a_period_into_an_unknown_year_is_a_range() {
    let found = due(date(2026, 11, 20), WorkingDays(30).into(), Direction::After, Calendar::builtin()).unwrap();
    let expected = Due::Provisional { earliest: date(2027, 1, 2), latest: date(2027, 1, 5), first_unknown_year: 2027 };
    assert_eq!(found, expected);
    // The last working day of 2026 is firm, one more is not.
    assert_eq!(after(date(2026, 11, 20), WorkingDays(29)), date(2026, 12, 31));
}

#[test]
fn backward_into_an_unknown_year() {
    let found = due(date(2024, 1, 10), WorkingDays(10).into(), Direction::Before, Calendar::builtin()).unwrap();
    let Due::Provisional { earliest, latest, first_unknown_year: 2023 } = found else { panic!("{found:?}") };
    // The real 2023 gives 2023-12-26; the notice of 2023 is not part of this calendar.
    assert!(earliest <= date(2023, 12, 26) && date(2023, 12, 26) <= latest, "{found:?}");
}

#[test]
fn periods_beyond_all_years_are_refused() {
    let calendar = Calendar::builtin();
    let far = |period: Period, direction| due(date(2026, 1, 5), period, direction, calendar);
    assert_eq!(far(WorkingDays(u32::MAX).into(), Direction::After), Err(OutOfRange));
    assert_eq!(far(WorkingDays(10_000).into(), Direction::Before), Err(OutOfRange));
    assert_eq!(far(CalendarDays(u32::MAX).into(), Direction::After), Err(OutOfRange));
    assert_eq!(far(Years(u32::MAX).into(), Direction::Before), Err(OutOfRange));
    assert_eq!(far(Months(u32::MAX).into(), Direction::After), Err(OutOfRange));
}

#[test]
fn an_explanation_holds_every_day() {
    let explanation =
        explain(date(2026, 2, 12), WorkingDays(10).into(), Direction::After, Roll::Stay, Calendar::builtin()).unwrap();
    assert_eq!(explanation.due, Due::Firm { date: date(2026, 3, 4) });
    assert_eq!(explanation.counted.len(), 10);
    assert_eq!(explanation.counted[1].date, date(2026, 2, 14));
    assert_eq!(explanation.counted[1].make_up.as_deref(), Some("春节"));
    assert_eq!(explanation.counted.last().unwrap().date, date(2026, 3, 4));
    let holidays = explanation.skipped.iter().filter(|skipped| {
        matches!(&skipped.reason, RestReason::Holiday { name, document } if name == "春节" && document == "国办发明电〔2025〕7号")
    });
    assert_eq!(holidays.count(), 9);
    assert_eq!(explanation.skipped[0].reason, RestReason::EventDay);
    // Nothing is left out between the event and the last day.
    let all = explanation.counted.len() + explanation.skipped.len();
    assert_eq!(all, 21);
    assert_eq!(explanation.calendar, Calendar::builtin().version());
}

#[test]
fn an_explanation_of_a_rolled_day() {
    let explanation =
        explain(date(2026, 1, 1), CalendarDays(30).into(), Direction::After, Roll::Next, Calendar::builtin()).unwrap();
    assert_eq!(explanation.rolled_from, Some(date(2026, 1, 31)));
    let articles: Vec<String> = explanation.articles.iter().map(ToString::to_string).collect();
    assert_eq!(articles, ["CC 201", "CC 203"]);
}

#[test]
fn days_left_and_days_overdue() {
    let calendar = Calendar::builtin();
    let between = |from, to| working_days_between(from, to, calendar).unwrap();
    assert_eq!(between(date(2026, 2, 13), date(2026, 2, 24)), WorkingSpan::Firm { days: 2 });
    assert_eq!(between(date(2026, 2, 24), date(2026, 2, 13)), WorkingSpan::Firm { days: -2 });
    assert_eq!(between(date(2026, 2, 24), date(2026, 2, 24)), WorkingSpan::Firm { days: 0 });
    let WorkingSpan::Provisional { least, most, first_unknown_year } = between(date(2026, 12, 31), date(2027, 12, 31)) else {
        panic!("2027 is unknown")
    };
    assert_eq!((least, most, first_unknown_year), (245, 250, 2027));
}

/// The builtin calendar without some of its years.
fn without(years: &[i16]) -> Calendar {
    let keep = Calendar::builtin().notices().iter().filter(|notice| !years.contains(&notice.year));
    keep.fold(Calendar::empty(), |calendar, notice: &Notice| calendar.with_notice(notice.clone()).unwrap())
}

/// The heart of the matter: had a year been unknown, the truth would have been inside the range that we gave.
#[test]
fn the_truth_lies_in_the_range_for_every_day_and_every_known_year() {
    let truth = Calendar::builtin();
    let hidden = [vec![2024], vec![2025], vec![2026], vec![2024, 2025], vec![2025, 2026], vec![2024, 2025, 2026]];
    let mut widest = 0;
    for years in hidden {
        let blind = without(&years);
        let step = if years.len() == 1 { 2 } else { 9 };
        for day in date(2024, 1, 1).series(jiff::Span::new().days(step)).take_while(|day| day.year() < 2027) {
            for direction in [Direction::After, Direction::Before] {
                for n in [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 500] {
                    let Due::Firm { date: real } = due(day, WorkingDays(n).into(), direction, truth).unwrap() else {
                        continue;
                    };
                    let given = due(day, WorkingDays(n).into(), direction, &blind).unwrap();
                    assert!(
                        given.earliest() <= real && real <= given.latest(),
                        "{day} {n} {direction:?} without {years:?}: {real} is not in {given:?}"
                    );
                    if years.len() == 1 {
                        widest = widest.max((given.latest() - given.earliest()).get_days());
                    }
                }
            }
        }
    }
    // A range is of use only while it is narrow.
    assert!(widest <= 36, "{widest}");
}

fn day() -> impl Strategy<Value = Date> {
    (0_i32..365 * 3 + 1).prop_map(|n| date(2024, 1, 1).checked_add(jiff::Span::new().days(n)).unwrap())
}

proptest! {
    #[test]
    fn more_days_are_never_earlier(day in day(), n in 0_u32..400, more in 0_u32..50) {
        let calendar = Calendar::builtin();
        let few = due(day, WorkingDays(n).into(), Direction::After, calendar).unwrap();
        let many = due(day, WorkingDays(n + more).into(), Direction::After, calendar).unwrap();
        prop_assert!(few.earliest() <= many.earliest() && few.latest() <= many.latest());
        let few = due(day, WorkingDays(n).into(), Direction::Before, calendar).unwrap();
        let many = due(day, WorkingDays(n + more).into(), Direction::Before, calendar).unwrap();
        prop_assert!(few.earliest() >= many.earliest() && few.latest() >= many.latest());
    }

    #[test]
    fn a_later_event_is_never_due_earlier(day in day(), later in 0_i32..90, n in 1_u32..200) {
        let calendar = Calendar::builtin();
        let other = day.checked_add(jiff::Span::new().days(later)).unwrap();
        let first = due(day, WorkingDays(n).into(), Direction::After, calendar).unwrap();
        let second = due(other, WorkingDays(n).into(), Direction::After, calendar).unwrap();
        prop_assert!(first.earliest() <= second.earliest() && first.latest() <= second.latest());
    }

    #[test]
    fn there_and_back_again(day in day(), n in 1_u32..200) {
        let calendar = Calendar::builtin();
        if let Due::Firm { date: end } = due(day, WorkingDays(n).into(), Direction::After, calendar).unwrap() {
            prop_assert_eq!(calendar.is_working(end), Some(true));
            prop_assert_eq!(working_days_between(day, end, calendar), Ok(WorkingSpan::Firm { days: i64::from(n) }));
            // Back to the event itself when it is a working day, else to the working day before it.
            if let Due::Firm { date: back } = due(end, WorkingDays(n).into(), Direction::Before, calendar).unwrap() {
                prop_assert!(back <= day);
                if calendar.is_working(day) == Some(true) {
                    prop_assert_eq!(back, day);
                }
            }
        }
    }

    #[test]
    fn months_there_and_back_lose_at_most_the_end_of_a_month(day in day(), n in 0_u32..600) {
        let there = after(day, Months(n));
        let back = before(there, Months(n));
        prop_assert!(back <= day && (day - back).get_days() <= 3);
        prop_assert_eq!(back.month(), day.month());
    }

    #[test]
    fn an_explanation_counts_what_due_counts(day in day(), n in 0_u32..120) {
        let calendar = Calendar::builtin();
        let explanation = explain(day, WorkingDays(n).into(), Direction::After, Roll::Stay, calendar).unwrap();
        match explanation.due {
            Due::Firm { date } => prop_assert_eq!(explanation.counted.last().map_or(day, |last| last.date), date),
            Due::Provisional { .. } => prop_assert!(explanation.counted.len() < n as usize),
        }
    }
}
