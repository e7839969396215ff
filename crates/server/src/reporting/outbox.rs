//! The outbox at work: takes what is due, sends it, and puts what the answer means to the law.
//!
//! Any number of processes may work at it. Of each certificate only its first unanswered report is
//! claimed, so none overtakes another; a worker that dies loses its claim, and what it had sent is
//! sent again under the same key. Nothing is ever given up: a platform that is away for days is
//! asked again every half hour, and the alarms tell people.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use guosuo_case::certificate::{self, Answer, Certificate, Command, Next, Report, judge, pause};
use guosuo_case::certification::{Config, Standing};
use guosuo_case::{Actor, CaseId};
use guosuo_rules::calendar::Calendar;
use guosuo_store::{ActError, ClaimedReport, Error as StoreError, Tx, new_id};
use jiff::{SignedDuration, Timestamp};

use super::http::{HttpPlatform, Sent};
use super::record::digest_of;
use super::settings::{HttpTarget, Target};
use super::{compare, folder};
use crate::app::App;
use crate::certification::follow;

/// Name of the part of the platform that acts here.
const TASK: &str = "outbox";
/// Sleep between two looks at the outbox.
pub(super) const NAP: Duration = Duration::from_secs(5);
/// A claim lasts at least this long, and four times as long as a target may take to answer.
const LOCK: SignedDuration = SignedDuration::from_mins(2);
/// So many reports in a row without an answer: the platform is away.
const SILENT: u32 = 8;
/// Longest pause after a platform was found away.
const AWAY: Duration = Duration::from_mins(15);
/// How long a report waits whose row of the outbox does not fit its record: a person has to look.
const DAMAGED: SignedDuration = SignedDuration::from_hours(1);

/// Works at the outbox until the store closes.
pub async fn serve(app: App) {
    if app.config.reporting.targets.is_empty() {
        return;
    }
    let (mut compared, mut nap) = (None, NAP);
    loop {
        match run(&app).await {
            Ok(ran) => nap = if ran.away { (nap * 2).min(AWAY) } else { NAP },
            Err(e) => tracing::error!(error = format!("{e:#}"), "the outbox pauses after a fault"),
        }
        if app.store.poisoned().is_some() {
            return;
        }
        compare::daily(&app, &mut compared).await;
        tokio::time::sleep(nap).await;
    }
}

/// What a run over the outbox did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ran {
    /// Reports that were tried.
    pub tried: u64,
    /// Whether a platform seems to be away, so that the rest was left for later.
    pub away: bool,
}

/// Sends everything that is due now.
///
/// # Errors
/// When the store fails. What a platform does is no error.
pub async fn run(app: &App) -> anyhow::Result<Ran> {
    let mut ran = Ran::default();
    if !app.config.reporting.targets.is_empty() && app.store.reader().await?.outbox_lacks().await? {
        app.store.write(|tx| Box::pin(async move { tx.heal_outbox().await })).await?;
    }
    let due = app.store.reader().await?.next_report_at().await?.is_some_and(|at| at <= app.now());
    for target in &app.config.reporting.targets {
        match target {
            Target::Http(_) if !due => {}
            Target::Http(t) => {
                let one = http(app, t).await?;
                ran = Ran { tried: ran.tried + one.tried, away: ran.away || one.away };
            }
            Target::File(t) => match folder::run(app, t).await {
                Ok(n) => ran.tried += n,
                Err(e) => {
                    tracing::error!(target = t.id, error = format!("{e:#}"), "reports could not be written into the folder");
                }
            },
        }
    }
    Ok(ran)
}

/// Sends what is due to one platform, several certificates at a time.
async fn http(app: &App, target: &HttpTarget) -> anyhow::Result<Ran> {
    let platform = match HttpPlatform::new(target, &app.keys, &app.platforms) {
        Ok(p) => p,
        Err(e) => {
            tracing::error!(target = target.id, error = format!("{e:#}"), "a target of reports cannot be used");
            return Ok(Ran::default());
        }
    };
    let worker = new_id();
    let whose = Arc::new(app.config.reporting.whose(&Target::Http(target.clone())));
    let lock = LOCK.max(SignedDuration::from_millis(i64::try_from(target.timeout_ms).unwrap_or(i64::MAX / 8).saturating_mul(4)));
    let mut under_way = FuturesUnordered::new();
    let (mut tried, mut dry) = (0, false);
    // A few at first, twice as many with every answer, half as many with every silence; and whoever
    // is silent so many times in a row is left alone for a while. Thousands of certificates do not
    // knock at a closed door each for itself.
    let mut window = 2_usize.min(target.parallel);
    // Who was found away is asked with one report whether it is back.
    let mut silent = app.platforms.silences(&target.id).min(SILENT - 1);
    if silent == SILENT - 1 {
        window = 1;
    }
    loop {
        let away = silent >= SILENT;
        if !dry && !away && under_way.len() <= window / 2 {
            let now = app.now();
            let room = u32::try_from(window.saturating_sub(under_way.len())).unwrap_or(1);
            let args = (worker.clone(), Arc::clone(&whose));
            let claimed: Vec<ClaimedReport> = app
                .store
                .write_with(args, move |tx, (worker, whose)| {
                    Box::pin(async move { tx.claim_reports(whose, worker, lock, room, now).await })
                })
                .await?;
            // Fewer than asked for: nothing else is due, until an answer frees the next report of its certificate.
            dry = claimed.len() < room as usize;
            for c in claimed {
                under_way.push(one(app, &platform, target, &worker, c));
            }
        }
        match under_way.next().await {
            Some(outcome) => {
                let Outcome { answered, frees } = outcome?;
                silent = if answered { 0 } else { silent + 1 };
                window = if answered { (window * 2).min(target.parallel) } else { (window / 2).max(1) };
                tried += 1;
                dry &= !frees;
            }
            None if dry || away => {
                app.platforms.note(&target.id, silent);
                return Ok(Ran { tried, away });
            }
            None => {}
        }
    }
}

/// What came of one report.
#[derive(Debug, Clone, Copy)]
struct Outcome {
    /// Whether the platform answered something.
    answered: bool,
    /// Whether another report of the same certificate may be due now.
    frees: bool,
}

/// One report: read, sent, answered, recorded.
async fn one(
    app: &App,
    platform: &HttpPlatform<'_>,
    target: &HttpTarget,
    worker: &str,
    claimed: ClaimedReport,
) -> anyhow::Result<Outcome> {
    let state = app.store.reader().await?.case::<Certificate>(&claimed.certificate).await?.state;
    let seq = u32::try_from(claimed.seq).unwrap_or(0);
    let Some(report) = state.as_ref().and_then(|c| c.report(seq)).filter(|r| r.is_open()) else {
        give_back(app, &claimed, worker, app.now(), "").await?;
        return Ok(Outcome { answered: true, frees: true });
    };
    let digest = digest_of(&report.record);
    if !claimed.digest.is_empty() && claimed.digest != digest {
        tracing::error!(certificate = claimed.certificate, seq, "the outbox carries another digest than the record");
        give_back(app, &claimed, worker, app.now() + DAMAGED, "the digest is not that of the record").await?;
        return Ok(Outcome { answered: true, frees: false });
    }
    let sent = platform.send(&report.record, &digest).await;
    metrics::counter!("guosuo_reports_sent_total", "target" => target.id.clone()).increment(1);
    let answered = !matches!(sent.answer, Answer::Unclear { .. } | Answer::Busy { .. });
    // The next of the certificate, or, where the platform has lost some, those before.
    let later = state.as_ref().is_some_and(|c| c.reports.iter().any(|r| r.is_open() && r.record.seq > seq));
    let frees = later || matches!(sent.answer, Answer::Gap { .. });
    settle(app, target.id.clone(), worker, claimed, digest, sent).await?;
    Ok(Outcome { answered, frees })
}

async fn give_back(app: &App, claimed: &ClaimedReport, worker: &str, at: Timestamp, why: &str) -> anyhow::Result<()> {
    let args = (claimed.clone(), worker.to_owned(), why.to_owned());
    app.store
        .write_with(args, move |tx, (claimed, worker, why)| {
            Box::pin(async move { tx.release_report(claimed, worker, at, why).await })
        })
        .await?;
    Ok(())
}

struct Settling {
    target: String,
    worker: String,
    claimed: ClaimedReport,
    digest: String,
    sent: Sent,
}

/// What the answer means, decided by the law and recorded with the claim in one transaction.
async fn settle(
    app: &App,
    target: String,
    worker: &str,
    claimed: ClaimedReport,
    digest: String,
    sent: Sent,
) -> anyhow::Result<()> {
    let now = app.now();
    let args = Settling { target, worker: worker.to_owned(), claimed, digest, sent };
    let settled = app.store.write_with(args, move |tx, s| Box::pin(async move { record(tx, s, now).await })).await;
    match settled {
        Ok(()) => Ok(()),
        Err(ActError::Store(e)) => Err(e.into()),
        // Somebody else has answered for it meanwhile; the claim ends by itself.
        Err(ActError::Refused(r)) => {
            tracing::warn!(refusal = %r, "an answer of a platform came too late to be recorded");
            Ok(())
        }
    }
}

async fn record(tx: &mut Tx, s: &Settling, now: Timestamp) -> Result<(), ActError> {
    let id = &s.claimed.certificate;
    let seq = u32::try_from(s.claimed.seq).unwrap_or(0);
    let case = tx.case::<Certificate>(id).await?;
    let Some(report) = case.state.as_ref().and_then(|c| c.report(seq)).cloned() else { return Ok(()) };
    let attempts = u32::try_from(s.claimed.attempts).unwrap_or(u32::MAX);
    let share = spread(&s.digest, attempts);
    let later = now + pause(attempts, share);
    let next =
        if report.is_open() { judge(s.sent.answer.clone(), &report, &s.digest, attempts, share, now) } else { Next::Known };
    let facts = platform_facts(tx.calendar().await?, id);
    if s.sent.handed_over && report.sent.is_none() && report.is_open() {
        let command = Command::SendReport { seq, target: s.target.clone(), digest: s.digest.clone() };
        act(tx, id, command, &facts, now).await?;
    }
    let (at, why) = match next {
        Next::Register(receipt) => {
            match act(tx, id, Command::RegisterReceipt { seq, receipt }, &facts, now).await {
                Ok(()) => (now, String::new()),
                // For example a receipt that this platform gave to another report before.
                Err(ActError::Refused(r)) => (later, r.to_string()),
                Err(e) => return Err(e),
            }
        }
        Next::Known => (now, String::new()),
        Next::Reject(reason) => {
            let reason = if reason.trim().is_empty() { "—".to_owned() } else { reason };
            act(tx, id, Command::RejectReport { seq, reason: reason.clone() }, &facts, now).await?;
            (now, reason)
        }
        Next::Rewind(from) => {
            rewind(tx, id, &report, from, &facts, now).await?;
            (later, format!("the platform lacks report {from}"))
        }
        Next::Later { at, why } => (at, why),
    };
    tx.release_report(&s.claimed, &s.worker, at, &why).await?;
    Ok(())
}

/// The platform has lost what it had taken: everything from there on is sent again, in order.
async fn rewind(
    tx: &mut Tx,
    id: &str,
    upto: &Report,
    from: u32,
    facts: &certificate::Facts,
    now: Timestamp,
) -> Result<(), ActError> {
    for seq in from..upto.record.seq {
        let case = tx.case::<Certificate>(id).await?;
        if case.state.as_ref().and_then(|c| c.report(seq)).is_some_and(Report::may_be_resent) {
            let reason = format!("the platform asked for report {from}");
            act(tx, id, Command::ResendReport { seq, reason }, facts, now).await?;
            tx.report_again(id, i64::from(seq), now).await?;
        }
    }
    Ok(())
}

async fn act(tx: &mut Tx, id: &str, command: Command, facts: &certificate::Facts, now: Timestamp) -> Result<(), ActError> {
    let acted = tx.by_platform::<Certificate>(TASK, id, command, facts, now).await?;
    follow::certificate(tx, &acted, now).await?;
    Ok(())
}

/// The acts of the outbox depend on the certificate alone.
pub(crate) fn platform_facts(calendar: Arc<Calendar>, certificate: &str) -> certificate::Facts {
    certificate::Facts {
        calendar,
        config: Arc::new(Config::default()),
        certificate: CaseId(certificate.to_owned()),
        applications: std::collections::BTreeMap::new(),
        standing: Standing::NotFiled,
        numbers: Arc::default(),
        roster: std::collections::BTreeSet::new(),
        practises_elsewhere: None,
    }
}

/// A number in 0..1000 that differs between reports and attempts and is the same again tomorrow.
fn spread(digest: &str, attempts: u32) -> u16 {
    let mix = guosuo_seal::digest::sha256(format!("{digest}:{attempts}").as_bytes());
    let bytes = mix.as_bytes();
    u16::from_be_bytes([bytes[0], bytes[1]]) % 1000
}

/// Records that a report was handed over in a file.
///
/// # Errors
/// When the store fails. What somebody else has noted meanwhile stays.
pub(super) async fn handed_over(app: &App, id: &str, seq: u32, target: &str, digest: &str) -> anyhow::Result<()> {
    let now = app.now();
    let args = (id.to_owned(), target.to_owned(), digest.to_owned());
    let done = app
        .store
        .write_with(args, move |tx, (id, target, digest)| {
            Box::pin(async move {
                let facts = platform_facts(tx.calendar().await?, id);
                let command = Command::SendReport { seq, target: target.clone(), digest: digest.clone() };
                act(tx, id, command, &facts, now).await
            })
        })
        .await;
    match done {
        Ok(()) | Err(ActError::Refused(_)) => Ok(()),
        Err(ActError::Store(e)) => Err(e.into()),
    }
}

/// Sends a report again on behalf of the platform, as a comparison found it missing.
///
/// # Errors
/// When the store fails.
pub(super) async fn send_again(app: &App, id: &str, from: u32, reason: &str) -> anyhow::Result<bool> {
    let now = app.now();
    let args = (id.to_owned(), reason.to_owned());
    Ok(app
        .store
        .write_with(args, move |tx, (id, reason)| {
            Box::pin(async move {
                let facts = platform_facts(tx.calendar().await?, id);
                let case = tx.case::<Certificate>(id).await?;
                let Some(c) = case.state else { return Ok(false) };
                let mut any = false;
                for r in c.reports.iter().filter(|r| r.record.seq >= from && !r.is_open() && r.may_be_resent()) {
                    let seq = r.record.seq;
                    let command = Command::ResendReport { seq, reason: reason.clone() };
                    match act(tx, id, command, &facts, now).await {
                        Ok(()) => {}
                        Err(ActError::Store(e)) => return Err(e),
                        Err(ActError::Refused(_)) => continue,
                    }
                    tx.report_again(id, i64::from(seq), now).await?;
                    any = true;
                }
                Ok::<_, StoreError>(any)
            })
        })
        .await?)
}

/// The platform's own actor, for the record of what it compares.
pub(super) fn origin() -> guosuo_store::Origin {
    guosuo_store::Origin::of(&Actor::system(TASK), "")
}
