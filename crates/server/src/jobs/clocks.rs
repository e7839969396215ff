//! Running limits: an alarm when a lamp changes, to the handler first and to the section head
//! when it grows urgent, before the limit and after it. A limit that has passed is never
//! decided by the platform: it asks for a written reason (M 12(3)).

use std::collections::BTreeSet;

use guosuo_case::{OrgKind, Role};
use guosuo_rules::calendar::Calendar;
use guosuo_rules::deadline::DeadlineId;
use guosuo_rules::period::{Direction, Due, WorkingDays, WorkingSpan, due, working_days_between};
use guosuo_rules::time::{cst, cst_date};
use guosuo_store::accounts::{Account, AccountStatus};
use guosuo_store::{Error, FilingRow, NewJob, Reader, StoredClock};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::mail::{Order, QUEUE};
use super::schedule::DIGEST;
use crate::app::App;
use crate::config::Lamps;
use crate::words::MessageKind;

/// After the limit an alarm is repeated every so many working days.
const REPEAT: i64 = 5;
/// Most clocks looked at in one run; the most urgent come first.
const MOST: u32 = 5000;

/// How urgent a limit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lamp {
    /// Few working days left.
    Yellow,
    /// Very few.
    Red,
    /// It ends today or on the next working day.
    Last,
    /// It has passed, so many times five working days ago.
    Over(i64),
}

impl Lamp {
    /// The stored name, one for each alarm.
    pub fn name(self) -> String {
        match self {
            Self::Yellow => "yellow".to_owned(),
            Self::Red => "red".to_owned(),
            Self::Last => "last".to_owned(),
            Self::Over(0) => "over".to_owned(),
            Self::Over(n) => format!("over+{}", n * REPEAT),
        }
    }

    /// The lamp for so many working days left; negative when the limit has passed.
    pub fn of(left: i64, lamps: Lamps) -> Option<Self> {
        match left {
            n if n < 0 => Some(Self::Over(-n / REPEAT)),
            0 | 1 => Some(Self::Last),
            n if n <= lamps.red => Some(Self::Red),
            n if n <= lamps.yellow => Some(Self::Yellow),
            _ => None,
        }
    }
}

/// Working days left of a limit: 0 on its last day, negative only when it has certainly
/// passed. Where a notice is missing, the smaller number counts.
pub fn left(today: Date, due_from: Date, due_to: Date, calendar: &Calendar) -> i64 {
    let span = |a, b| match working_days_between(a, b, calendar) {
        Ok(WorkingSpan::Firm { days }) => days,
        Ok(WorkingSpan::Provisional { least, .. }) => least,
        Err(_) => 0,
    };
    if today > due_to { -span(due_to, today).max(1) } else { span(today, due_from).max(0) }
}

/// What an alarm says; stored with the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// The case.
    pub case: String,
    /// Which deadline, by its name in the rules.
    pub clock: String,
    /// 备申〔YYYY〕NNN号, or empty before the submission.
    pub number: String,
    /// Name of the body.
    pub name: String,
    /// The lamp by its stored name.
    pub lamp: String,
    /// Last day.
    pub due: String,
    /// Working days left, negative when passed.
    pub left: i64,
}

/// People whom alarms reach.
struct Staff {
    cac: Vec<Account>,
    nda: Vec<Account>,
}

impl Staff {
    async fn read(reader: &mut Reader) -> Result<Self, Error> {
        let (mut cac, mut nda) = (Vec::new(), Vec::new());
        for a in reader.accounts("").await?.into_iter().filter(|a| a.status == AccountStatus::Active) {
            if a.roles.iter().any(|r| r.org_kind() == OrgKind::Cac) {
                cac.push(a);
            } else if a.roles.contains(&Role::NdaReviewer) {
                nda.push(a);
            }
        }
        Ok(Self { cac, nda })
    }

    /// Who hears of a lamp: at yellow the handler, or the heads while nobody holds the case;
    /// from red on the heads as well, and the joint reviewers while the case is with them.
    fn hear(&self, row: &FilingRow, lamp: Lamp) -> BTreeSet<&str> {
        let urgent = lamp >= Lamp::Red;
        let heads = self.cac.iter().filter(|a| a.roles.contains(&Role::CacHead) && (urgent || row.handler.is_empty()));
        let handler = self.cac.iter().filter(|a| a.id == row.handler);
        let joint = self.nda.iter().filter(|_| urgent && row.nda == "sent");
        handler.chain(heads).chain(joint).map(|a| a.id.as_str()).collect()
    }
}

/// Mail of the night waits for the morning.
fn not_before_morning(now: Timestamp) -> Timestamp {
    cst_date(now).to_datetime(DIGEST).to_zoned(cst()).map_or(now, |z| z.timestamp().max(now))
}

/// Raises the alarms that are due; answers how many were new.
///
/// # Errors
/// When the store fails. What was raised before stays raised, and the rest follows next time.
pub async fn run(app: &App) -> Result<u64, Error> {
    let now = app.now();
    let today = cst_date(now);
    let calendar = app.store.calendar().await?;
    let lamps = app.config.lamps;
    let ahead = u32::try_from(lamps.yellow.max(lamps.red).max(1)).unwrap_or(10);
    let horizon = due(today, WorkingDays(ahead).into(), Direction::After, &calendar).map_or(today, Due::latest);
    let mut reader = app.store.reader().await?;
    let mut staff = None;
    let mut alarms = Vec::new();
    for clock in reader.clocks_due(horizon, MOST).await? {
        let (Ok(from), Ok(to)) = (clock.due_from.parse(), clock.due_to.parse()) else { continue };
        let left = left(today, from, to, &calendar);
        let Some(lamp) = Lamp::of(left, lamps) else { continue };
        let Some(row) = reader.filing(&clock.case_id).await? else { continue };
        let body = clock.name == DeadlineId::CbFile.code();
        // To the body only what matters: late is allowed, and said once.
        if body && !matches!(lamp, Lamp::Red | Lamp::Last | Lamp::Over(0)) {
            continue;
        }
        if staff.is_none() {
            staff = Some((Staff::read(&mut reader).await?, reader.organisations(Some(OrgKind::Cac), None).await?));
        }
        let Some((people, authorities)) = &staff else { continue };
        let alarm = Alarm {
            case: clock.case_id.clone(),
            clock: clock.name.clone(),
            number: row.number.clone(),
            name: row.org_name.clone(),
            lamp: lamp.name(),
            due: if today > to { clock.due_to.clone() } else { clock.due_from.clone() },
            left,
        };
        let told = if body {
            Told { inboxes: vec![clock.org.clone()], mail_inboxes: true, accounts: Vec::new() }
        } else {
            Told {
                inboxes: if lamp >= Lamp::Red { authorities.iter().map(|o| o.id.clone()).collect() } else { Vec::new() },
                mail_inboxes: false,
                accounts: people.hear(&row, lamp).into_iter().map(str::to_owned).collect(),
            }
        };
        alarms.push((clock, alarm, told));
    }
    // Who writes while holding a connection for reading can wait on himself.
    drop(reader);
    let mut raised = 0;
    for (clock, alarm, told) in alarms {
        raised += u64::from(raise(app, clock, alarm, told, now).await?);
    }
    Ok(raised)
}

struct Told {
    inboxes: Vec<String>,
    mail_inboxes: bool,
    accounts: Vec<String>,
}

/// The alarm, its messages and its mails in one write unit: all of them once, or none.
async fn raise(app: &App, clock: StoredClock, alarm: Alarm, told: Told, now: Timestamp) -> Result<bool, Error> {
    let at = not_before_morning(now);
    app.store
        .write_with((clock, alarm, told), move |tx, (clock, alarm, told)| {
            Box::pin(async move {
                if !tx.raise_alarm(clock, &alarm.lamp, now).await? {
                    return Ok::<_, Error>(false);
                }
                for org in &told.inboxes {
                    let message = tx.send_message(org, &alarm.case, MessageKind::Deadline.as_str(), alarm, None, now).await?;
                    if told.mail_inboxes {
                        let order = Order::Inbox { org: org.clone(), message };
                        tx.enqueue(NewJob::new(QUEUE, &order, now)?.at(at), now).await?;
                    }
                }
                for account in &told.accounts {
                    let key = format!("alarm:{}:{}:{}:{}:{account}", alarm.case, alarm.clock, clock.due_from, alarm.lamp);
                    let order = Order::Alarm { account: account.clone(), alarm: alarm.clone() };
                    tx.enqueue(NewJob::new(QUEUE, &order, now)?.at(at).once(key), now).await?;
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

    #[test]
    fn lamps_follow_the_working_days() {
        let lamps = Lamps { red: 3, yellow: 10 };
        let name = |left| Lamp::of(left, lamps).map(Lamp::name).unwrap_or_default();
        assert_eq!(
            [11, 10, 4, 3, 2, 1, 0, -1, -4, -5, -9, -10].map(name),
            ["", "yellow", "yellow", "red", "red", "last", "last", "over", "over", "over+5", "over+5", "over+10"]
        );
    }

    #[test]
    fn the_last_day_is_not_late_and_the_rest_day_after_it_is() {
        let c = Calendar::builtin();
        // Friday 2026-03-06; the ninth is the next working day.
        let friday = date(2026, 3, 6);
        assert_eq!(left(friday, friday, friday, c), 0);
        assert_eq!(left(date(2026, 3, 7), friday, friday, c), -1);
        assert_eq!(left(date(2026, 3, 9), friday, friday, c), -1);
        assert_eq!(left(date(2026, 3, 10), friday, friday, c), -2);
        assert_eq!(left(date(2026, 3, 5), friday, friday, c), 1);
    }

    #[test]
    fn a_limit_that_is_not_fixed_yet_is_not_late_before_its_latest_day() {
        let c = Calendar::builtin();
        let (from, to) = (date(2027, 1, 4), date(2027, 1, 13));
        assert_eq!(left(date(2027, 1, 11), from, to, c), 0);
        assert!(left(date(2027, 1, 14), from, to, c) < 0);
    }
}
