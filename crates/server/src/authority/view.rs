//! What the pages of the authorities share: frame, clock, chips.

use guosuo_case::filing::{Material, Slot};
use guosuo_case::{Object, Right, allow};
use guosuo_rules::calendar::Calendar;
use guosuo_rules::period::{WorkingSpan, working_days_between};
use guosuo_rules::time::cst_date;
use guosuo_store::FilingRow;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::app::Cx;
use crate::config::Lamps;
use crate::web::components::{ClockView, Tone};
use crate::web::{Front, Lang, Shell};

/// Working days that CAC has for the decision (M 12(3)).
pub(super) const DECISION_DAYS: i64 = 30;

/// The right behind each channel of the navigation.
const CHANNELS: [(&str, Right); 4] = [
    ("/authority/filings", Right::QueueRead),
    ("/authority/bodies", Right::RegisterReadFull),
    ("/authority/registrations", Right::OrganisationConfirm),
    ("/authority/stats", Right::RegisterReadFull),
];

/// Whether whoever is signed in holds a right at all.
pub(super) fn may(cx: &Cx, right: Right) -> bool {
    allow(cx.signed.as_ref().map(|s| &*s.actor), right, &Object::None)
}

/// The frame of a page of the authorities, with the channels that this person can open.
pub(super) fn frame(cx: &Cx, channel: &str, title: impl Into<String>) -> Shell {
    let l = cx.l();
    let mut shell = Shell::new(&cx.screen, Front::Authority, title).at(channel);
    shell.nav.retain(|n| CHANNELS.iter().all(|(path, right)| l.href(path) != n.href || may(cx, *right)));
    shell
}

/// What a clock is read against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times<'a> {
    /// Language.
    pub(super) l: Lang,
    /// Today in China Standard Time.
    pub(super) today: Date,
    /// The calendar in force.
    pub(super) calendar: &'a Calendar,
    /// Thresholds.
    pub(super) lamps: Lamps,
}

impl Times<'_> {
    /// Working days from one day to another; where a notice is missing, the smaller number.
    pub(super) fn working_days(&self, from: Date, to: Date) -> i64 {
        match working_days_between(from, to, self.calendar) {
            Ok(WorkingSpan::Firm { days }) => days,
            Ok(WorkingSpan::Provisional { least, .. }) => least,
            Err(_) => 0,
        }
    }

    /// Working days left until a limit; negative only when it has certainly passed.
    pub(super) fn left(&self, due_from: Date, due_to: Date) -> i64 {
        if self.today > due_to {
            -self.working_days(due_to, self.today).max(1)
        } else {
            self.working_days(self.today, due_from).max(0)
        }
    }

    /// The clock of a limit.
    pub(super) fn clock(&self, due_from: Date, due_to: Date) -> ClockView {
        let day = if self.today > due_to { due_to } else { due_from };
        let view =
            ClockView::working_days(self.l, self.left(due_from, due_to), DECISION_DAYS, day, self.lamps.red, self.lamps.yellow);
        if due_from == due_to { view } else { view.provisional() }
    }

    /// The clock of a line of the queue.
    pub(super) fn clock_of(&self, row: &FilingRow) -> ClockView {
        let l = self.l;
        if row.phase != "under_review" {
            let when = row.decided.parse::<Date>().map(|d| l.day(d).words).unwrap_or_default();
            return ClockView::still(phase_name(l, &row.phase), when);
        }
        match (row.due_from.parse(), row.due_to.parse()) {
            (Ok(a), Ok(b)) => self.clock(a, b),
            _ => ClockView::still(l.t("时限未定", "No limit yet"), ""),
        }
    }

    /// The last day on which a limit still has so many working days left from today.
    pub(super) fn day_with_left(&self, days: i64) -> Date {
        use guosuo_rules::period::{Direction, WorkingDays, due};
        let n = u32::try_from(days.max(0)).unwrap_or(0);
        due(self.today, WorkingDays(n).into(), Direction::After, self.calendar)
            .map_or(self.today, guosuo_rules::period::Due::latest)
    }
}

/// A phase by its stored name.
pub(super) fn phase_name(l: Lang, phase: &str) -> &'static str {
    match phase {
        "draft" => l.t("暂存", "Draft"),
        "under_review" => l.t("审核中", "Under review"),
        "filed" => l.t("已备案并公示", "Filed and published"),
        "refused" => l.t("不予备案", "Not filed"),
        "withdrawn" => l.t("已撤回", "Withdrawn"),
        "removed" => l.t("已移出名单", "Removed from the list"),
        _ => "",
    }
}

/// Colour of a phase.
pub(super) fn phase_tone(phase: &str) -> Tone {
    match phase {
        "filed" => Tone::Ok,
        "refused" | "removed" => Tone::Late,
        "under_review" => Tone::Info,
        _ => Tone::Mute,
    }
}

/// Colour of a stage.
pub(super) fn stage_tone(stage: &str) -> Tone {
    match stage {
        "checking" | "with_nda" | "proposed" => Tone::Info,
        "opinion" => Tone::Warn,
        _ => Tone::Mute,
    }
}

/// The verdicts on the nine materials in a few words: `8/9 缺第8组`.
pub(super) fn materials_chip(l: Lang, row: &FilingRow) -> (String, Tone) {
    let all = Material::all().count();
    let count = |n: i64| usize::try_from(n).unwrap_or(0);
    let (wanting, open) = (count(row.wanting), count(row.unjudged));
    if wanting > 0 {
        let good = all.saturating_sub(wanting);
        let list = row.wanting_items.replace(',', l.t("、", ", "));
        return (l.pick(format!("{good}/{all} 第{list}组不齐全"), format!("{good}/{all}, not complete: {list}")), Tone::Late);
    }
    match open {
        0 => (l.pick(format!("{all}/{all} 齐全"), format!("{all}/{all} complete")), Tone::Ok),
        // An empty item 9 needs no verdict and counts as complete from the beginning.
        n if n + 1 >= all => (l.pick(format!("{all}/{all} 待核"), format!("{all}/{all} to check")), Tone::Mute),
        n => (l.pick(format!("{}/{all} 已核", all - n), format!("{}/{all} checked", all - n)), Tone::Info),
    }
}

/// State of the joint opinion: words, colour, note.
pub(super) fn opinion_chip(t: &Times<'_>, nda: &str, since: i64) -> (&'static str, Tone, String) {
    let l = t.l;
    let day = Timestamp::from_microsecond(since).ok().filter(|_| since > 0).map(cst_date);
    let date = day.map(|d| l.day_month(d).words).unwrap_or_default();
    match nda {
        "sent" => {
            let waited = day.map_or(0, |d| t.working_days(d, t.today).max(0));
            let note = match waited {
                0 => l.t("今天送出", "sent today").to_owned(),
                n => l.pick(format!("已送{n}个工作日"), format!("sent {} ago", l.working_days(n))),
            };
            (l.t("待反馈", "Waiting"), Tone::Warn, note)
        }
        "complete" => (l.t("已反馈", "Given"), Tone::Ok, date),
        "wanting" => (l.t("反馈不齐全", "Not complete"), Tone::Late, date),
        "disputed" => (l.t("意见不一致", "Differs"), Tone::Late, date),
        _ => (l.t("未送", "Not sent"), Tone::Mute, String::new()),
    }
}

/// Colour of a verdict.
pub(super) fn verdict_tone(v: guosuo_case::filing::Verdict) -> Tone {
    use guosuo_case::filing::Verdict;
    match v {
        Verdict::Complete => Tone::Ok,
        Verdict::Missing => Tone::Late,
        Verdict::Unclear | Verdict::NotConforming => Tone::Warn,
    }
}

/// `第8项“投诉和争议解决机制说明”`.
pub(super) fn slot_words(l: Lang, s: Slot) -> String {
    let name = crate::words::slot_short(l, s);
    l.pick(format!("第{}项“{name}”", s.id()), format!("item {} ({name})", s.id()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn times(today: Date) -> Times<'static> {
        Times { l: Lang::Zh, today, calendar: Calendar::builtin(), lamps: Lamps::default() }
    }

    #[test]
    fn the_nine_materials_fit_into_one_chip() {
        for (wanting, items, unjudged, words, tone) in [
            (0, "", 0, "9/9 齐全", Tone::Ok),
            (0, "", 9, "9/9 待核", Tone::Mute),
            (0, "", 8, "9/9 待核", Tone::Mute),
            (0, "", 5, "4/9 已核", Tone::Info),
            (1, "8", 0, "8/9 第8组不齐全", Tone::Late),
            (2, "3,8", 1, "7/9 第3、8组不齐全", Tone::Late),
        ] {
            let row = FilingRow { wanting, wanting_items: items.into(), unjudged, ..FilingRow::default() };
            assert_eq!(materials_chip(Lang::Zh, &row), (words.to_owned(), tone));
        }
    }

    #[test]
    fn a_limit_is_passed_only_after_its_last_day() {
        // Received 2026-01-26: the thirtieth working day is 13 March.
        let due = date(2026, 3, 13);
        assert_eq!(times(date(2026, 3, 12)).left(due, due), 1);
        assert_eq!(times(due).left(due, due), 0);
        assert_eq!(times(date(2026, 3, 14)).left(due, due), -1, "a Saturday: passed, though no working day lies between");
        assert_eq!(times(date(2026, 3, 16)).left(due, due), -1);
        assert_eq!(times(date(2026, 3, 17)).left(due, due), -2);
    }

    #[test]
    fn a_provisional_limit_is_overdue_only_when_its_latest_day_has_passed() {
        let (a, b) = (date(2027, 1, 4), date(2027, 1, 8));
        let t = times(date(2027, 1, 6));
        assert_eq!(t.left(a, b), 0);
        assert!(t.clock(a, b).provisional);
        assert_eq!(times(date(2027, 1, 9)).clock(a, b).tone, Tone::Over);
    }

    #[test]
    fn the_day_of_a_lamp_is_the_last_day_that_still_shows_it() {
        let t = times(date(2026, 3, 12));
        assert_eq!(t.day_with_left(3), date(2026, 3, 17));
        assert_eq!(t.left(date(2026, 3, 17), date(2026, 3, 17)), 3);
        assert_eq!(t.left(date(2026, 3, 18), date(2026, 3, 18)), 4);
    }
}
