//! The queue `mail`. Jobs carry who is to be told of what, never an address: that is read when
//! the mail is sent, so that somebody who has left gets none. A mail says that there is
//! something to do and where; names and materials stay inside.

use std::fmt::Write as _;

use anyhow::Context as _;
use guosuo_case::{OrgKind, Role};
use guosuo_rules::time::cst_date;
use guosuo_store::accounts::{Account, AccountStatus};
use guosuo_store::{ClaimedJob, Error as StoreError, FilingFilter, FilingRow, FilingSort, NewJob};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::clocks::{Alarm, left};
use crate::account::people::{INVITATION, PURPOSE};
use crate::app::App;
use crate::auth::session::new_token;
use crate::web::lang::Lang;

pub use crate::consequences::MAIL_QUEUE as QUEUE;

/// Most cases named in one part of a digest.
const LINES: usize = 40;

/// A mail to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Order {
    /// A message lies in the inbox of somebody's organisation.
    Notify {
        /// The account.
        account: String,
        /// The organisation.
        org: String,
        /// The message.
        message: String,
    },
    /// A message lies in the inbox of an organisation: its people are told one by one.
    Inbox {
        /// The organisation.
        org: String,
        /// The message.
        message: String,
    },
    /// The lamp of a limit has changed.
    Alarm {
        /// The account.
        account: String,
        /// What it says.
        alarm: Alarm,
    },
    /// A one-time link to choose a password.
    Invite {
        /// The account.
        invited: String,
        /// The first password of an account: nothing to send once it has one.
        first: bool,
    },
    /// The day's overview.
    Digest {
        /// The account.
        account: String,
        /// The day.
        day: Date,
    },
}

/// Does a job of this queue.
///
/// # Errors
/// When the store or the mail server fails: the job comes back later.
pub async fn work(app: &App, job: &ClaimedJob) -> anyhow::Result<()> {
    match job.read::<Order>()? {
        Order::Inbox { org, message } => spread(app, org, message).await,
        Order::Notify { account, org, message } => {
            let mut reader = app.store.reader().await?;
            // Read on the screen meanwhile: nothing to tell.
            if reader.message(&org, &message).await?.read_at.is_some() {
                return Ok(());
            }
            let kind = reader.organisation(&org).await?.map_or(OrgKind::Cac, |o| o.kind);
            drop(reader);
            let front = &format!("{}/inbox", crate::account::base_of(kind));
            to(app, &account, |l| Some(notify(l, &app.config.public_origin, front))).await
        }
        Order::Alarm { account, alarm } => {
            let row = app.store.reader().await?.filing(&alarm.case).await?;
            // Decided or withdrawn since the night: nothing to hurry any more.
            if row.is_none_or(|r| r.phase != "under_review" || r.due_from > alarm.due) {
                return Ok(());
            }
            to(app, &account, |l| Some(urgent(l, &app.config.public_origin, &alarm))).await
        }
        Order::Invite { invited, first } => invite(app, &invited, first).await,
        Order::Digest { account, day } => digest(app, &account, day).await,
    }
}

/// Makes a one-time link and sends it. A mail that is not taken leaves a ticket that nobody
/// knows; the next attempt makes another one.
async fn invite(app: &App, account: &str, first: bool) -> anyhow::Result<()> {
    let Some(a) = app.store.reader().await?.account(account).await? else { return Ok(()) };
    let done = match a.status {
        AccountStatus::Invited => false,
        AccountStatus::Active => first,
        AccountStatus::Disabled => true,
    };
    if done || a.contact.mail.is_empty() {
        return Ok(());
    }
    let (token, digest) = new_token();
    let now = app.now();
    app.store
        .write_with((a.id.clone(), digest), move |tx, (id, digest)| {
            Box::pin(async move { tx.add_ticket(digest, PURPOSE, id, "mail", now, now + INVITATION).await })
        })
        .await?;
    let l = language(&a);
    let (subject, body) = invitation(l, &app.config.origin(), &token);
    app.mailer.send(&a.contact.mail, subject, body).await.context("the mail was not taken")?;
    metrics::counter!("guosuo_mails_total").increment(1);
    Ok(())
}

fn invitation(l: Lang, origin: &str, token: &str) -> (&'static str, String) {
    let subject = l.t("设置登录密码", "Choose your password");
    let days = INVITATION.as_hours() / 24;
    let text = l.pick(
        format!("请在{days}天内打开下面的链接，设置您的平台账号的登录密码。链接只能用一次，请勿转发。"),
        format!("Open this link within {days} days to choose the password of your account on the platform. It works once; do not pass it on."),
    );
    let note = l.t(
        "本邮件由平台自动发出，请勿回复。不认识这个平台的，请忽略本邮件。",
        "This mail was sent by the platform; do not reply. If you do not know the platform, ignore it.",
    );
    (subject, format!("{text}\n\n{origin}{}\n\n{note}\n", l.href(format!("/invite/{token}"))))
}

fn language(a: &Account) -> Lang {
    if a.lang == "en" { Lang::En } else { Lang::Zh }
}

/// One job for each person of an organisation, so that a mail that fails is not the reason why
/// another is sent twice.
async fn spread(app: &App, org: String, message: String) -> anyhow::Result<()> {
    let now = app.now();
    let people = app.store.reader().await?.accounts(&org).await?;
    let people: Vec<String> = people.into_iter().filter(usable).map(|a| a.id).collect();
    app.store
        .write_with((org, message, people), move |tx, (org, message, people)| {
            Box::pin(async move {
                for account in people {
                    let order = Order::Notify { account: account.clone(), org: org.clone(), message: message.clone() };
                    tx.enqueue(NewJob::new(QUEUE, &order, now)?.once(format!("notify:{message}:{account}")), now).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    Ok(())
}

fn usable(a: &Account) -> bool {
    a.status == AccountStatus::Active && !a.contact.mail.is_empty()
}

async fn to(app: &App, account: &str, text: impl FnOnce(Lang) -> Option<(String, String)>) -> anyhow::Result<()> {
    let Some(a) = app.store.reader().await?.account(account).await?.filter(usable) else { return Ok(()) };
    let l = language(&a);
    let Some((subject, body)) = text(l) else { return Ok(()) };
    app.mailer.send(&a.contact.mail, &subject, body).await.context("the mail was not taken")?;
    metrics::counter!("guosuo_mails_total").increment(1);
    Ok(())
}

fn foot(l: Lang, origin: &str, path: &str) -> String {
    let note = l.t(
        "本邮件由平台自动发出，请勿回复。内容以平台内的记录为准。",
        "This mail was sent by the platform; do not reply. What counts is the record on the platform.",
    );
    if origin.is_empty() {
        return format!("\n{}\n\n{note}\n", l.t("请登录平台查看。", "Sign in to the platform to read more."));
    }
    format!("\n{}{}\n\n{note}\n", origin.trim_end_matches('/'), l.href(path))
}

fn notify(l: Lang, origin: &str, front: &str) -> (String, String) {
    let subject = l.t("收件箱有新消息", "A new message in your inbox").to_owned();
    let text = l.t(
        "贵机构的收件箱有一条新消息，请登录后查看。",
        "There is a new message in the inbox of your organisation. Please sign in to read it.",
    );
    (subject, format!("{text}\n{}", foot(l, origin, front)))
}

fn urgent(l: Lang, origin: &str, a: &Alarm) -> (String, String) {
    let Alarm { number, due, left, .. } = a;
    let (zh, en) = match *left {
        n if n < 0 => (
            (
                format!("已超期：{number}"),
                format!(
                    "{number}的审核期限已于{due}届满，已超{}个工作日。请尽快办结，并在案件中书面说明超期原因。平台不会自动作出决定。",
                    -n
                ),
            ),
            (
                format!("Overdue: {number}"),
                format!(
                    "The limit of {number} passed on {due}, {} working days ago. Please decide, and give the reason in writing in the case. The platform never decides by itself.",
                    -n
                ),
            ),
        ),
        0 => (
            (format!("今日到期：{number}"), format!("{number}的审核期限今日（{due}）届满，公示也在期限之内。")),
            (format!("Due today: {number}"), format!("The limit of {number} ends today ({due}); publication is part of it.")),
        ),
        n => (
            (format!("还剩{n}个工作日：{number}"), format!("{number}的审核期限于{due}届满，还剩{n}个工作日，公示也在期限之内。")),
            (
                format!("{n} working days left: {number}"),
                format!("The limit of {number} ends on {due}, in {n} working days; publication is part of it."),
            ),
        ),
    };
    let (subject, text) = l.pick(zh, en);
    (subject, format!("{text}\n{}", foot(l, origin, &format!("/authority/filings/{}", a.case))))
}

/// Orders the digest of a working day for everybody who reviews; answers for how many.
///
/// # Errors
/// When the store fails.
pub async fn order_digests(app: &App, day: Date) -> Result<usize, StoreError> {
    let now = app.now();
    if app.store.calendar().await?.is_working(day) == Some(false) {
        return Ok(0);
    }
    let people: Vec<String> = app
        .store
        .reader()
        .await?
        .accounts("")
        .await?
        .into_iter()
        .filter(|a| usable(a) && a.roles.iter().any(|r| matches!(r, Role::CacHandler | Role::CacHead | Role::NdaReviewer)))
        .map(|a| a.id)
        .collect();
    let n = people.len();
    app.store
        .write_with(people, move |tx, people| {
            Box::pin(async move {
                for account in people {
                    let order = Order::Digest { account: account.clone(), day };
                    tx.enqueue(NewJob::new(QUEUE, &order, now)?.once(format!("digest:{day}:{account}")), now).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    Ok(n)
}

/// Sends the digest, or nothing when there is nothing to do.
async fn digest(app: &App, account: &str, day: Date) -> anyhow::Result<()> {
    if cst_date(app.now()) != day {
        // The mail server was away for the whole day: yesterday's overview helps nobody.
        return Ok(());
    }
    let calendar = app.store.calendar().await?;
    let mut reader = app.store.reader().await?;
    let Some(person) = reader.account(account).await? else { return Ok(()) };
    let rows = reader.filings(&FilingFilter::default(), FilingSort::Due, false, 1000, 0).await?;
    drop(reader);
    let days = |r: &FilingRow| match (r.due_from.parse(), r.due_to.parse()) {
        (Ok(a), Ok(b)) => left(day, a, b, &calendar),
        _ => i64::MAX,
    };
    let lamps = app.config.lamps;
    let (head, nda) = (person.roles.contains(&Role::CacHead), person.roles.contains(&Role::NdaReviewer));
    let concerns = |r: &FilingRow| head || (nda && r.nda == "sent") || r.handler == person.id;
    let mine: Vec<(i64, &FilingRow)> = rows.iter().filter(|r| concerns(r)).map(|r| (days(r), r)).collect();
    to(app, account, |l| {
        let part = |title: &str, pick: &dyn Fn(i64, &FilingRow) -> bool| part(l, title, &mine, pick);
        let parts = [
            part(l.t("已超期，须书面说明原因", "Overdue: a written reason is needed"), &|n, _| n < 0),
            part(l.t("红灯", "Red"), &|n, _| (0..=lamps.red).contains(&n)),
            part(l.t("黄灯", "Yellow"), &|n, _| n > lamps.red && n <= lamps.yellow),
            part(l.t("待分办", "To be assigned"), &|_, r| head && r.stage == "unassigned"),
            part(l.t("待审定", "Waiting for the decision"), &|_, r| head && r.stage == "proposed"),
            part(l.t("待会同审核", "Waiting for the joint opinion"), &|_, r| nda && r.nda == "sent"),
            part(l.t("会同意见已反馈，待提出办理意见", "Joint opinion given, proposal to be made"), &|_, r| {
                r.handler == person.id && r.stage == "opinion"
            }),
        ];
        let text = parts.concat();
        if text.is_empty() {
            return None;
        }
        let today = l.date(day).words;
        let subject = l.pick(format!("{today}：备案审核待办"), format!("Filings to review, {today}"));
        Some((subject, format!("{text}{}", foot(l, &app.config.public_origin, "/authority/filings"))))
    })
    .await
}

fn part(l: Lang, title: &str, rows: &[(i64, &FilingRow)], pick: &dyn Fn(i64, &FilingRow) -> bool) -> String {
    let found: Vec<_> = rows.iter().filter(|(n, r)| pick(*n, r)).collect();
    if found.is_empty() {
        return String::new();
    }
    let mut out = l.pick(format!("{title}（{}件）\n", found.len()), format!("{title} ({})\n", found.len()));
    for (n, r) in found.iter().take(LINES) {
        let when = match n {
            n if *n < 0 => l.pick(format!("已超{}个工作日", -n), format!("{} working days overdue", -n)),
            n => l.pick(format!("还剩{n}个工作日"), format!("{n} working days left")),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  {}  {}  {when}", r.number, r.due_from);
    }
    if found.len() > LINES {
        let more = found.len() - LINES;
        let _ = writeln!(out, "  {}", l.pick(format!("……另有{more}件"), format!("… and {more} more")));
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_read_back_as_what_it_was() {
        let alarm = Alarm {
            case: "c".into(),
            clock: "CB-FILE-DECIDE".into(),
            number: "备申〔2026〕003号".into(),
            name: "示例机构（虚构）".into(),
            lamp: "red".into(),
            due: "2026-04-01".into(),
            left: 3,
        };
        for order in [
            Order::Notify { account: "a".into(), org: "o".into(), message: "m".into() },
            Order::Inbox { org: "o".into(), message: "m".into() },
            Order::Alarm { account: "a".into(), alarm: alarm.clone() },
            Order::Invite { invited: "a".into(), first: true },
            Order::Digest { account: "a".into(), day: jiff::civil::date(2026, 3, 12) },
        ] {
            let text = serde_json::to_string(&order).unwrap();
            assert_eq!(serde_json::from_str::<Order>(&text).unwrap(), order, "{text}");
        }
    }

    #[test]
    fn a_mail_names_the_case_and_not_the_body() {
        let alarm = Alarm {
            case: "c1".into(),
            clock: "x".into(),
            number: "备申〔2026〕003号".into(),
            name: "示例机构（虚构）".into(),
            lamp: "over".into(),
            due: "2026-04-01".into(),
            left: -2,
        };
        for l in [Lang::Zh, Lang::En] {
            let (subject, text) = urgent(l, "https://example.gov.cn/", &alarm);
            assert!(subject.contains("备申〔2026〕003号") && text.contains("2026-04-01"));
            assert!(!text.contains("示例机构") && !subject.contains("示例机构"));
            assert!(text.contains("https://example.gov.cn") && !text.contains("cn//"), "{text}");
        }
    }
}
