//! Alarms of certification: reports to the national platform on the second and the fourth working
//! day, on the last and after it (M 9(1)); renewals nine, seven and six months before the end
//! (M 8(2)); the end of a validity; what bodies set for themselves: stages, corrections,
//! surveillance, findings of authorities (R37 4.5, 4.6, M 10(2)). Nothing is decided here.

use guosuo_case::Life as _;
use guosuo_case::certificate::{ALARM_DAYS, Certificate, alarm_days, renewal_dates};
use guosuo_case::certification::{Application, MANDATE_REMINDER_DAYS};
use guosuo_rules::calendar::Calendar;
use guosuo_rules::deadline::DeadlineId;
use guosuo_rules::period::{Direction, Due, WorkingDays, due};
use guosuo_rules::time::cst_date;
use guosuo_store::{CertificateRow, Error, Reader, StoredClock};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::clocks::{Lamp, left};
use crate::app::App;
use crate::certification::{facts, follow};
use crate::words::{MessageData, MessageKind};

/// Clocks looked at in one query.
const PAGE: u32 = 1000;
/// Certificates with a finding that are looked at.
const MOST: u32 = 5000;

/// An alarm to be raised: once for the clock, its day and the lamp.
struct Ringing {
    clock: StoredClock,
    lamp: String,
    kind: MessageKind,
    data: MessageData,
    to: Vec<String>,
}

/// What every look at a clock needs.
struct Look<'a> {
    today: Date,
    calendar: &'a Calendar,
}

impl Look<'_> {
    /// The day so many working days from today.
    fn ahead(&self, days: i64) -> Date {
        let days = u32::try_from(days.max(0)).unwrap_or(0);
        due(self.today, WorkingDays(days).into(), Direction::After, self.calendar).map_or(self.today, Due::latest)
    }

    fn left(&self, clock: &StoredClock) -> Option<i64> {
        Some(left(self.today, clock.due_from.parse().ok()?, clock.due_to.parse().ok()?, self.calendar))
    }
}

/// The lamp of a report: on the second and the fourth working day, on the last, and after it.
fn report_lamp(look: &Look<'_>, clock: &StoredClock, left: i64) -> Option<String> {
    if left < 0 {
        return Some(Lamp::Over(-left / 5).name());
    }
    if left == 0 {
        return Some("last".to_owned());
    }
    let trigger: Date = clock.trigger.parse().ok()?;
    let days = alarm_days(trigger, look.calendar);
    let past = ALARM_DAYS.into_iter().zip(days).rfind(|(_, day)| day.latest() <= look.today)?;
    Some(format!("day{}", past.0))
}

/// Which lamps of a limit of the house are worth a message: when it grows urgent, and after it.
fn house_lamp(app: &App, left: i64) -> Option<String> {
    Lamp::of(left, app.config.lamps).filter(|l| *l >= Lamp::Red).map(Lamp::name)
}

/// Raises the alarms that are due; answers how many were new.
///
/// # Errors
/// When the store fails. What was raised before stays raised, and the rest follows next time.
pub async fn run(app: &App) -> Result<u64, Error> {
    let today = cst_date(app.now());
    let calendar = app.store.calendar().await?;
    let look = Look { today, calendar: &calendar };
    let mut reader = app.store.reader().await?;
    let mut ringing = Vec::new();
    reports(app, &mut reader, &look, &mut ringing).await?;
    renewals(&mut reader, &look, &mut ringing).await?;
    house(app, &mut reader, &look, &mut ringing).await?;
    findings(app, &mut reader, &look, &mut ringing).await?;
    mandates(&mut reader, &look, &mut ringing).await?;
    let mut new = Vec::new();
    for r in ringing {
        if !reader.alarm_raised(&r.clock, &r.lamp).await? {
            new.push(r);
        }
    }
    // Who writes while holding a connection for reading can wait on himself.
    drop(reader);
    let mut raised = 0;
    for r in new {
        raised += u64::from(raise(app, r).await?);
    }
    Ok(raised)
}

/// All running clocks of a deadline up to a day.
async fn running(reader: &mut Reader, kind: &str, id: DeadlineId, by: Date) -> Result<Vec<StoredClock>, Error> {
    let mut out = Vec::new();
    loop {
        let offset = u32::try_from(out.len()).unwrap_or(u32::MAX);
        let page = reader.clocks_due_of(kind, id, by, PAGE, offset).await?;
        let last = page.len() < PAGE as usize;
        out.extend(page);
        if last {
            return Ok(out);
        }
    }
}

fn data(number: &str, name: &str, due: &str, left: i64) -> MessageData {
    MessageData { number: number.to_owned(), name: name.to_owned(), due: due.to_owned(), left, ..MessageData::default() }
}

fn day_of(clock: &StoredClock, left: i64) -> &str {
    if left < 0 { &clock.due_to } else { &clock.due_from }
}

async fn reports(app: &App, reader: &mut Reader, look: &Look<'_>, out: &mut Vec<Ringing>) -> Result<(), Error> {
    for id in [DeadlineId::CertReport, DeadlineId::StatusReport] {
        for clock in running(reader, Certificate::KIND, id, look.ahead(3)).await? {
            let Some(left) = look.left(&clock) else { continue };
            let Some(lamp) = report_lamp(look, &clock, left) else { continue };
            let Some(c) = reader.certificate(&clock.case_id).await? else { continue };
            let data = data(&c.number, &c.holder, day_of(&clock, left), left);
            let to = vec![clock.org.clone()];
            out.push(Ringing { clock, lamp, kind: MessageKind::ReportDue, data, to });
        }
    }
    for clock in running(reader, Certificate::KIND, DeadlineId::CertValid, look.ahead(app.config.lamps.yellow)).await? {
        let Some(left) = look.left(&clock).filter(|n| *n >= 0) else { continue };
        let Some(lamp) = Lamp::of(left, app.config.lamps).map(Lamp::name) else { continue };
        let Some(c) = reader.certificate(&clock.case_id).await? else { continue };
        let (data, to) = (data(&c.number, &c.holder, &clock.due_from, left), holder_side(&c));
        out.push(Ringing { clock, lamp, kind: MessageKind::ValidityEnds, data, to });
    }
    Ok(())
}

/// The side of the holder, each organisation once.
fn holder_side(c: &CertificateRow) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for org in [&c.applicant, &c.holder_org, &c.representative] {
        if !org.is_empty() && !out.contains(org) {
            out.push(org.clone());
        }
    }
    out
}

/// Nine, seven and six months before the end, unless the renewal was applied for.
async fn renewals(reader: &mut Reader, look: &Look<'_>, out: &mut Vec<Ringing>) -> Result<(), Error> {
    let config = facts::config(reader, None).await?;
    let most = config.reminder_months.iter().max().copied().unwrap_or(0);
    let ahead = i64::from(most.saturating_sub(config.renewal_months)) + 1;
    let by = look.today.saturating_add(ahead.months());
    for clock in running(reader, Certificate::KIND, DeadlineId::CertRenew, by).await? {
        let Some(c) = reader.certificate(&clock.case_id).await? else { continue };
        let Ok(until) = c.valid_until.parse::<Date>() else { continue };
        let Some(dates) = renewal_dates(until, &config, look.calendar) else { continue };
        let past = dates.reminders.iter().filter(|(_, day)| *day <= look.today && until >= look.today);
        let Some((months, _)) = past.min_by_key(|(months, _)| *months) else { continue };
        let left = look.left(&clock).unwrap_or(0);
        let (data, to) = (data(&c.number, &c.holder, &dates.day.earliest().to_string(), left), holder_side(&c));
        out.push(Ringing { clock, lamp: format!("m{months}"), kind: MessageKind::RenewalDue, data, to });
    }
    Ok(())
}

/// What bodies set for themselves.
async fn house(app: &App, reader: &mut Reader, look: &Look<'_>, out: &mut Vec<Ringing>) -> Result<(), Error> {
    let by = look.ahead(app.config.lamps.red.max(1));
    for clock in running(reader, Certificate::KIND, DeadlineId::Surv, by).await? {
        let Some(left) = look.left(&clock) else { continue };
        let Some(lamp) = house_lamp(app, left) else { continue };
        let Some(c) = reader.certificate(&clock.case_id).await? else { continue };
        let (data, to) = (data(&c.number, &c.holder, day_of(&clock, left), left), vec![clock.org.clone()]);
        out.push(Ringing { clock, lamp, kind: MessageKind::SurveillanceDue, data, to });
    }
    for (id, kind) in [(DeadlineId::StageLimits, MessageKind::StageDue), (DeadlineId::Rectify, MessageKind::RectificationDue)] {
        for clock in running(reader, Application::KIND, id, by).await? {
            let Some(left) = look.left(&clock) else { continue };
            let Some(lamp) = house_lamp(app, left) else { continue };
            let Some(a) = reader.application(&clock.case_id).await? else { continue };
            let (data, to) = (data(&a.number, &a.processor, day_of(&clock, left), left), vec![clock.org.clone()]);
            out.push(Ringing { clock, lamp, kind, data, to });
        }
    }
    Ok(())
}

/// Findings that are not carried out. Their days are a setting, so they have no row of their own.
async fn findings(app: &App, reader: &mut Reader, look: &Look<'_>, out: &mut Vec<Ringing>) -> Result<(), Error> {
    for row in reader.certificates_with_findings(MOST).await? {
        let Some(c) = reader.case::<Certificate>(&row.case_id).await?.state else { continue };
        let days = facts::config(reader, Some(&c.body)).await?.finding_days;
        for f in c.standing_findings().filter(|f| f.done.is_none()) {
            let Some(due) = f.due(days, look.calendar) else { continue };
            let clock = StoredClock {
                case_id: row.case_id.clone(),
                name: format!("FINDING:{}", f.id),
                org: row.body.clone(),
                article: "M 10(2)".to_owned(),
                trigger: cst_date(f.at).to_string(),
                due_from: due.earliest().to_string(),
                due_to: due.latest().to_string(),
                calendar: look.calendar.version().to_owned(),
                status: "running".to_owned(),
                ended: None,
            };
            let Some(left) = look.left(&clock) else { continue };
            let Some(lamp) = house_lamp(app, left) else { continue };
            let mut to = vec![row.body.clone()];
            if left < 0 {
                to.push(f.authority.to_string());
            }
            let data = data(&row.number, &row.holder, day_of(&clock, left), left);
            out.push(Ringing { clock, lamp, kind: MessageKind::FindingDue, data, to });
        }
    }
    Ok(())
}

/// Mandates of holders abroad that end before their certificates do (M 7(2)): so many days before, and once they have
/// ended, when the body is told as well. They have no row of their own among the clocks.
async fn mandates(reader: &mut Reader, look: &Look<'_>, out: &mut Vec<Ringing>) -> Result<(), Error> {
    let by = look.today.saturating_add(i64::from(MANDATE_REMINDER_DAYS[0]).days());
    for c in reader.mandates_ending(by, look.today, MOST).await? {
        let Ok(until) = c.mandate_until.parse::<Date>() else { continue };
        let left = i64::from(look.today.until(until).map_or(0, |s| s.get_days()));
        let Some(lamp) = mandate_lamp(left) else { continue };
        let clock = StoredClock {
            case_id: c.case_id.clone(),
            // A renewed mandate is another one.
            name: format!("MANDATE:{until}"),
            org: c.applicant.clone(),
            article: "M 7(2)".to_owned(),
            trigger: look.today.to_string(),
            due_from: until.to_string(),
            due_to: until.to_string(),
            calendar: look.calendar.version().to_owned(),
            status: "running".to_owned(),
            ended: None,
        };
        let mut to = holder_side(&c);
        if left < 0 {
            to.push(c.body.clone());
        }
        let data = data(&c.number, &c.holder, &c.mandate_until, left);
        out.push(Ringing { clock, lamp, kind: MessageKind::MandateEnds, data, to });
    }
    Ok(())
}

/// The lamp of a mandate by the calendar days that are left.
fn mandate_lamp(left: i64) -> Option<String> {
    if left < 0 {
        return Some("ended".to_owned());
    }
    MANDATE_REMINDER_DAYS.into_iter().rev().find(|d| left <= i64::from(*d)).map(|d| format!("d{d}"))
}

/// The alarm, its messages and its mails in one write unit: all of them once, or none.
async fn raise(app: &App, ringing: Ringing) -> Result<bool, Error> {
    let now = app.now();
    app.store
        .write_with(ringing, move |tx, r| {
            Box::pin(async move {
                if !tx.raise_alarm(&r.clock, &r.lamp, now).await? {
                    return Ok::<_, Error>(false);
                }
                for org in &r.to {
                    follow::tell(tx, org, &r.clock.case_id, r.kind, &r.data, now).await?;
                }
                Ok(true)
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn clock(trigger: Date, due: Date) -> StoredClock {
        StoredClock {
            case_id: "c".into(),
            name: "CERT_REPORT:1".into(),
            org: "b".into(),
            article: "M 9(1)".into(),
            trigger: trigger.to_string(),
            due_from: due.to_string(),
            due_to: due.to_string(),
            calendar: String::new(),
            status: "running".into(),
            ended: None,
        }
    }

    #[test]
    fn a_mandate_rings_sixty_thirty_and_seven_days_before_its_end_and_after_it() {
        let lamps: Vec<_> = [61, 60, 31, 30, 8, 7, 0, -1, -40].map(|n| mandate_lamp(n).unwrap_or_default()).into();
        assert_eq!(lamps, ["", "d60", "d60", "d30", "d30", "d7", "d7", "ended", "ended"]);
    }

    #[test]
    fn a_report_rings_on_the_second_and_fourth_working_day_on_the_last_and_after_it() {
        let c = Calendar::builtin();
        // Issued on Thursday 24 September 2026: Mid-autumn and National Day lie between.
        let clock = clock(date(2026, 9, 24), date(2026, 10, 9));
        let lamp = |today| {
            let look = Look { today, calendar: c };
            let left = look.left(&clock).unwrap();
            report_lamp(&look, &clock, left).unwrap_or_default()
        };
        let days = [
            (date(2026, 9, 28), ""),
            (date(2026, 9, 29), "day2"),
            (date(2026, 9, 30), "day2"),
            (date(2026, 10, 7), "day2"),
            (date(2026, 10, 8), "day4"),
            (date(2026, 10, 9), "last"),
            (date(2026, 10, 10), "over"),
            (date(2026, 10, 19), "over+5"),
        ];
        for (day, want) in days {
            assert_eq!(lamp(day), want, "{day}");
        }
    }
}
