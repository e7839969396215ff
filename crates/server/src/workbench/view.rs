//! What the pages of the workbench share: the strip of stages, clocks of the house, documents and
//! history in words.

use std::collections::BTreeSet;

use guosuo_case::certification::{Application, Clock, DocRef, Event, NcStage, Phase, StageDays};
use guosuo_case::{By, Recorded};
use guosuo_rules::calendar::Calendar;
use guosuo_rules::period::{WorkingSpan, working_days_between};
use guosuo_rules::time::cst_date;
use jiff::civil::Date;

use crate::config::Lamps;
use crate::web::Lang;
use crate::web::components::{ClockView, Fact, Happening, Phase as Part, Step, Tone};
use crate::words::workbench as words;

/// Colour of a nonconformity.
pub(super) fn nc_tone(s: NcStage) -> Tone {
    match s {
        NcStage::Closed => Tone::Ok,
        NcStage::Ineffective => Tone::Late,
        NcStage::Determined | NcStage::Approved => Tone::Warn,
        NcStage::Proposed | NcStage::Done => Tone::Info,
    }
}

/// What is said when somebody else was faster.
pub(super) fn moved_on(l: Lang) -> &'static str {
    l.t(
        "您打开这一页以后，同事办理过这件案件，这次操作没有生效。填写的内容还在下面，请看一下最新情况再决定。",
        "Since you opened this page a colleague has acted on the case, and nothing was done. What you typed is still below; look at the latest state and decide again.",
    )
}

/// The nine stations of the way, as the strip shows them.
const STATIONS: [(&str, &str); 9] = [
    ("委托", "Entrustment"),
    ("受理", "Acceptance"),
    ("方案", "Plan"),
    ("技术验证", "Verification"),
    ("现场审核", "Audit"),
    ("整改", "Rectification"),
    ("评价", "Evaluation"),
    ("决定", "Decision"),
    ("发证", "Certificate"),
];

/// How far an application has come: the station at hand, counted from 0, and whether it ended there.
fn station(a: &Application) -> (usize, bool) {
    match a.phase {
        Phase::Draft => (0, false),
        Phase::Entrusted => (1, false),
        Phase::Accepted => (2, false),
        Phase::Planned => (3, false),
        Phase::Verified => (4, false),
        Phase::Rectifying => (5, false),
        Phase::Audited => (if a.open_nonconformities().is_empty() { 6 } else { 5 }, false),
        Phase::Evaluated | Phase::Signed => (7, false),
        Phase::Decided => (8, false),
        Phase::Certified => (9, false),
        Phase::Declined => (1, true),
        Phase::Ended => (7, true),
        Phase::Withdrawn => (reached(a), true),
    }
}

/// The station that a withdrawn application had reached.
fn reached(a: &Application) -> usize {
    let audited = a.audit.as_ref().is_some_and(|x| x.signed_by.is_some());
    let verified = a.verification.as_ref().is_some_and(|v| v.checked_by.is_some());
    match () {
        () if a.conclusion.is_some() || a.evaluation.is_some() => 7,
        () if audited && !a.open_nonconformities().is_empty() => 5,
        () if audited => 6,
        () if verified => 4,
        () if a.plan.is_some() => 3,
        () => usize::from(a.receipt.is_some()),
    }
}

/// The strip of stations with the day on which each was passed.
pub(super) fn steps(l: Lang, a: &Application, events: &[Recorded<Event>]) -> Vec<Step> {
    let (now, stopped) = station(a);
    let day = |want: &dyn Fn(&Event) -> bool| {
        events.iter().rev().find(|e| want(&e.event)).map(|e| l.day(cst_date(e.at)).words).unwrap_or_default()
    };
    let passed = [
        day(&|e| matches!(e, Event::Submitted { .. })),
        day(&|e| matches!(e, Event::Accepted | Event::Declined { .. })),
        day(&|e| matches!(e, Event::Planned { .. })),
        day(&|e| matches!(e, Event::VerificationTaken)),
        day(&|e| matches!(e, Event::AuditSigned { .. })),
        if a.nonconformities.is_empty() && now > 5 {
            l.t("没有不符合项", "none needed").to_owned()
        } else {
            day(&|e| matches!(e, Event::CorrectionJudged { effective: true, .. }))
        },
        day(&|e| matches!(e, Event::Evaluated { .. } | Event::DeceitReported { .. })),
        day(&|e| matches!(e, Event::Countersigned)),
        day(&|e| matches!(e, Event::Certified { .. })),
    ];
    STATIONS
        .iter()
        .zip(passed)
        .enumerate()
        .map(|(i, ((zh, en), day))| {
            let (part, note) = match i {
                i if i < now => (Part::Done, day),
                i if i == now && stopped => (Part::Stop, crate::words::application_phase(l, a.phase).to_owned()),
                i if i == now => (Part::Now, crate::words::application_phase(l, a.phase).to_owned()),
                _ => (Part::Next, String::new()),
            };
            Step::new(part, l.t(zh, en), note)
        })
        .collect()
}

/// What a clock of the house is read against.
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
    fn working_days(&self, from: Date, to: Date) -> i64 {
        match working_days_between(from, to, self.calendar) {
            Ok(WorkingSpan::Firm { days }) => days,
            Ok(WorkingSpan::Provisional { least, .. }) => least,
            Err(_) => 0,
        }
    }

    /// A limit of the house: marked as such wherever it is shown (R37 4.6).
    pub(super) fn house(&self, due_from: Date, due_to: Date, total: i64) -> ClockView {
        let over = self.today > due_to;
        let left =
            if over { -self.working_days(due_to, self.today).max(1) } else { self.working_days(self.today, due_from).max(0) };
        let day = if over { due_to } else { due_from };
        let amber = self.lamps.yellow.min(total / 3).max(self.lamps.red.min(total / 5));
        let view = ClockView::working_days(self.l, left, total, day, self.lamps.red.min(total / 5), amber).house();
        let view = if day.year() == self.today.year() {
            view
        } else {
            let date = self.l.date(day).words;
            ClockView { due: self.l.pick(format!("{date}届满"), format!("due {date}")), ..view }
        };
        if due_from == due_to { view } else { view.provisional() }
    }

    /// The clock of a stage; the rectification has the day that was ordered.
    pub(super) fn stage(&self, a: &Application, clock: &Clock, limits: &StageDays) -> ClockView {
        let l = self.l;
        if let Some((since, reason)) = clock.stands {
            let day = l.day_month(since).words;
            return ClockView::still(
                l.pick(
                    format!("已中止：{}", crate::words::pause(l, reason)),
                    format!("Stopped: {}", crate::words::pause(l, reason)),
                ),
                l.pick(format!("{day}起"), format!("since {day}")),
            )
            .house();
        }
        if a.phase == Phase::Rectifying
            && let Some(r) = &a.rectification
        {
            return self.house(r.until, r.until, self.working_days(r.ordered_on, r.until).max(1));
        }
        let total = guosuo_case::certification::Stage::of(a.phase).map_or(0, |s| limits.of(s));
        match clock.due(a.phase, limits, self.today, self.calendar) {
            Some(due) => self.house(due.earliest(), due.latest(), i64::from(total)),
            None => {
                ClockView::still(crate::words::application_phase(l, a.phase), l.t("没有正在计算的时限", "no limit is running"))
            }
        }
    }
}

/// A document as a fact: title, version, digest, and the link where the file is here.
pub(super) fn document(l: Lang, term: &str, d: &DocRef, base: &str, here: &BTreeSet<String>) -> Fact {
    let value = l.pick(format!("{}（版本{}）", d.title, d.version), format!("{} (version {})", d.title, d.version));
    let digest = d.sha256.get(..16).unwrap_or_default();
    let fact = Fact::new(term, value).note(format!("SHA-256 {digest}…"));
    if here.contains(&d.sha256) { fact.link(l.href(format!("{base}/files/{}", d.sha256)), l.t("打开", "Open")) } else { fact }
}

/// Who, and when.
pub(super) fn by(l: Lang, by: &By, at: jiff::Timestamp) -> String {
    format!("{} {}", by.name, l.stamp(at).words)
}

/// The history, newest first. What the applicant did before the submission is left out, and the
/// clauses of an audit are told in one line.
pub(super) fn history(l: Lang, events: &[Recorded<Event>]) -> Vec<Happening> {
    let begins = events.iter().position(|e| matches!(e.event, Event::Submitted { .. })).unwrap_or(0);
    let mut out: Vec<Happening> = Vec::new();
    let mut clauses = 0;
    for e in &events[begins..] {
        match e.event {
            Event::ClauseAudited { .. } => {
                clauses += 1;
                continue;
            }
            // They have a list of their own.
            Event::InterestDeclared { has: false, .. } => continue,
            _ => {}
        }
        let mut what = words::event(l, &e.event);
        if matches!(e.event, Event::AuditSigned { .. }) {
            what.push_str(&l.pick(format!("（审核记录{clauses}条）"), format!(" ({clauses} findings recorded)")));
        }
        let said = words::said(&e.event);
        let note = if said.is_empty() {
            e.by.name.clone()
        } else {
            l.pick(format!("{}：{said}", e.by.name), format!("{}: {said}", e.by.name))
        };
        out.push(Happening { bad: words::is_bad(&e.event), ..Happening::new(l.stamp(e.at), what).note(note) });
    }
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_limit_of_the_house_says_so() {
        let t = Times { l: Lang::Zh, today: date(2026, 3, 12), calendar: Calendar::builtin(), lamps: Lamps::default() };
        let view = t.house(date(2026, 3, 13), date(2026, 3, 13), 5);
        assert!(view.house);
        assert_eq!(view.words, "剩1个工作日");
        assert_eq!(t.house(date(2026, 3, 11), date(2026, 3, 11), 5).tone, Tone::Over);
    }
}
