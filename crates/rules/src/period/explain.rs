//! Why a period ends when it ends: data for a page, a notice or a court.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Direction, Due, OutOfRange, Period, Roll, due, due_rolled};
use crate::article::{Article, Instrument};
use crate::calendar::{Calendar, DayKind};

/// A day that counts, with its ordinal number (1 = the day after the event, or the first working day after it).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Its place in the count.
    pub number: u32,
    /// The day.
    pub date: Date,
    /// The holiday for which this weekend day is worked, if it is such a day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub make_up: Option<String>,
}

/// Why a day does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum RestReason {
    /// The day of the event itself (CC 201).
    EventDay,
    /// Saturday or Sunday.
    Weekend,
    /// A day off by the notice.
    Holiday {
        /// The holiday.
        name: String,
        /// Document number of the notice.
        document: String,
    },
}

/// A day that does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The day.
    pub date: Date,
    /// Why.
    #[serde(flatten)]
    pub reason: RestReason,
}

/// Everything about one period: pure data, no sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The day of the event.
    pub trigger: Date,
    /// The length.
    #[serde(flatten)]
    pub period: Period,
    /// Forward or backward.
    pub direction: Direction,
    /// What was done about a rest day at the end.
    pub roll: Roll,
    /// The result.
    pub due: Due,
    /// Working-day periods: the days counted, in the order of counting, as far as notices are known.
    pub counted: Vec<Counted>,
    /// The event day, and for working-day periods the rest days passed over on the way.
    pub skipped: Vec<Skipped>,
    /// Other periods: the last day before it was rolled, when it was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rolled_from: Option<Date>,
    /// Other periods: what the last day is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_day: Option<DayKind>,
    /// The articles applied.
    pub articles: Vec<Article>,
    /// Version of the calendar.
    pub calendar: String,
}

/// The same as [`due_rolled`], with the reasons.
///
/// # Errors
/// [`OutOfRange`] when the period leaves the supported years.
pub fn explain(
    trigger: Date,
    period: Period,
    direction: Direction,
    roll: Roll,
    calendar: &Calendar,
) -> Result<Explanation, OutOfRange> {
    let result = due_rolled(trigger, period, direction, roll, calendar)?;
    let mut explanation = Explanation {
        trigger,
        period,
        direction,
        roll,
        due: result,
        counted: Vec::new(),
        skipped: vec![Skipped { date: trigger, reason: RestReason::EventDay }],
        rolled_from: None,
        last_day: None,
        articles: vec![Article::of(Instrument::Cc, "201")],
        calendar: calendar.version().to_owned(),
    };
    if let Period::WorkingDays(days) = period {
        if days.0 == 0 {
            explanation.skipped.clear();
        }
        walk(&mut explanation, days.0, calendar);
        explanation.articles.push(Article::of(Instrument::Hol, "—"));
        return Ok(explanation);
    }
    if matches!(period, Period::Months(_) | Period::Years(_)) {
        explanation.articles.push(Article::of(Instrument::Cc, "202"));
    }
    let plain = due(trigger, period, direction, calendar)?.earliest();
    explanation.last_day = Some(calendar.day_kind(plain));
    if result != (Due::Firm { date: plain }) {
        explanation.rolled_from = Some(plain);
        explanation.articles.push(Article::of(Instrument::Cc, "203"));
    }
    Ok(explanation)
}

fn walk(explanation: &mut Explanation, n: u32, calendar: &Calendar) {
    let mut day = explanation.trigger;
    let mut number = 0;
    while number < n {
        let next = match explanation.direction {
            Direction::After => day.tomorrow(),
            Direction::Before => day.yesterday(),
        };
        let Ok(next) = next else { return };
        day = next;
        let reason = match calendar.day_kind(day) {
            DayKind::Unknown => return,
            DayKind::Weekday => Ok(None),
            DayKind::MakeUp { name } => Ok(Some(name)),
            DayKind::Weekend => Err(RestReason::Weekend),
            DayKind::Holiday { name } => Err(RestReason::Holiday { name, document: document_of(calendar, day) }),
        };
        match reason {
            Ok(make_up) => {
                number += 1;
                explanation.counted.push(Counted { number, date: day, make_up });
            }
            Err(reason) => explanation.skipped.push(Skipped { date: day, reason }),
        }
    }
}

fn document_of(calendar: &Calendar, day: Date) -> String {
    calendar
        .notices()
        .iter()
        .rev()
        .find(|notice| notice.holidays.iter().any(|block| block.off.contains(&day)))
        .map(|notice| notice.document.clone())
        .unwrap_or_default()
}
