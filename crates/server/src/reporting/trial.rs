//! A trial of reporting: thousands of issues and changes of status over simulated weeks, through the
//! real law, the real outbox and the real adapter, to a rude platform that is away for four days.
//! At the end both sides are compared report by report: nothing lost, doubled, out of order or late.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures::StreamExt as _;
use guosuo_case::certificate::{self, Certificate, Command, Mark, Measure, Origin, Propose, check_stream};
use guosuo_case::certification::{Application, Config as Rules, DocRef, Standing};
use guosuo_case::{Actor, CaseId};
use guosuo_rules::calendar::Calendar;
use guosuo_rules::time::cst_date;
use guosuo_seal::digest::sha256;
use guosuo_store::{ActError, Tx, new_id};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::mock::{Counts, Faults, Mock, Now};
use super::settings::{HttpTarget, Reporting, Target};
use super::{compare, outbox};
use crate::app::App;
use crate::certification::follow;
use crate::clock::Clock;
use crate::config::Config;
use crate::demo::certify::{BODY, Certifying, Step};
use crate::demo::{self, Player, Stage};
use crate::serve;

/// When the simulated weeks begin: Tuesday 24 March 2026, 09:00 in Beijing. The rest days of
/// Qingming and of Labour Day lie in them.
const BEGIN: &str = "2026-03-24T01:00:00Z";
/// Simulated days over which the changes are spread.
const DAYS: i64 = 35;
/// From which simulated day the platform is away, and for how many.
const AWAY: (i64, i64) = (9, 4);
/// Reports of one certificate, on average.
const EACH: usize = 5;
/// Acts under way at the same time.
const ACTS: usize = 64;

/// What is tried.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Reports that become owed: issues and changes of status. Corrections come on top.
    pub events: usize,
    /// Seed of the moods of the platform and of the times of the changes.
    pub seed: u64,
    /// The database; empty for SQLite in a temporary folder.
    pub database: String,
    /// Simulated hours between two looks at what has happened: the changes of so many hours come
    /// together.
    pub hours: i64,
}

/// How far a trial is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Simulated days that have passed.
    pub day: i64,
    /// Issues and changes that have happened.
    pub happened: usize,
    /// Reports that the platform has taken.
    pub taken: u64,
    /// Seconds since the first day began, and of them those in which the outbox worked or knocked.
    pub seconds: (f64, f64),
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// Certificates.
    pub certificates: usize,
    /// Reports that became owed, corrections included.
    pub reports: usize,
    /// Reports that the platform does not have.
    pub lost: usize,
    /// Reports that the platform has more than once.
    pub doubled: usize,
    /// Faults in the streams of the platform, and numbers that were skipped.
    pub out_of_order: usize,
    /// Reports that the platform took after the last of their five working days.
    pub late: usize,
    /// Reports whose receipt here is not the one that the platform has.
    pub receipts_wrong: usize,
    /// What the platform counted.
    pub platform: Counts,
    /// Simulated days until the last receipt.
    pub days: i64,
    /// Seconds that the outbox worked, without the knocks at a platform that was away.
    pub seconds: f64,
    /// Reports taken per second of work of the outbox.
    pub per_second: f64,
    /// Requests per second of work of the outbox.
    pub requests_per_second: f64,
}

impl Outcome {
    /// Whether nothing went wrong.
    pub fn is_good(&self) -> bool {
        self.lost + self.doubled + self.out_of_order + self.late + self.receipts_wrong == 0 && self.platform.malformed == 0
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "certificates       {}", self.certificates)?;
        writeln!(f, "reports            {}", self.reports)?;
        writeln!(f, "lost               {}", self.lost)?;
        writeln!(f, "doubled            {}", self.doubled)?;
        writeln!(f, "out of order       {}", self.out_of_order)?;
        writeln!(f, "late               {} (5 working days, simulated time)", self.late)?;
        writeln!(f, "wrong receipts     {}", self.receipts_wrong)?;
        writeln!(f, "simulated days     {}", self.days)?;
        writeln!(f, "requests           {}", self.platform.requests)?;
        for (name, n) in &self.platform.faults {
            writeln!(f, "  {name:<17}{n}")?;
        }
        writeln!(f, "repetitions known  {}", self.platform.repeated)?;
        write!(f, "reports per second {:.0} (requests {:.0})", self.per_second, self.requests_per_second)
    }
}

/// A change to come.
struct Due {
    at: Timestamp,
    certificate: usize,
    change: bool,
}

/// An instance with one decided application, on which any number of certificates rest.
pub(crate) struct World {
    pub(crate) app: App,
    application: (CaseId, Arc<Application>),
    manager: Actor,
    head: Actor,
    /// The cases of the certificates, issued or not.
    pub(crate) ids: Vec<String>,
}

impl Trial {
    /// Runs the trial.
    ///
    /// # Errors
    /// When the instance or the platform cannot be started, or the law refuses a change.
    pub async fn run(&self) -> anyhow::Result<Outcome> {
        self.run_telling(&|_| {}).await
    }

    /// The same; tells after each simulated day how far it is.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn run_telling(&self, tell: &(dyn Fn(Progress) + Send + Sync)) -> anyhow::Result<Outcome> {
        let folder = tempfile::tempdir()?;
        let begin: Timestamp = BEGIN.parse()?;
        let clock = Arc::new(Clock::fixed(begin));
        let seen = Arc::clone(&clock);
        let now: Now = Arc::new(move || seen.now());
        let mock = Mock::new(self.seed, Faults::RUDE, Duration::from_millis(1500), now);
        mock.away(begin + SignedDuration::from_hours(24 * AWAY.0), begin + SignedDuration::from_hours(24 * (AWAY.0 + AWAY.1)));
        let (at, server) = mock.start("127.0.0.1:0").await?;
        let target = HttpTarget {
            id: "mock".into(),
            bodies: Vec::new(),
            url: format!("http://{at}/reports"),
            shown_url: format!("http://{at}/certificates"),
            token_file: std::path::PathBuf::new(),
            timeout_ms: 1000,
            parallel: 32,
            sign: true,
        };
        let config = Config {
            data: folder.path().join("data"),
            database: self.database.clone(),
            reporting: Reporting { targets: vec![Target::Http(target)] },
            ..Config::default()
        };
        let app = serve::open(config, Clock::fixed(begin)).await?;
        let world = World::new(app, (self.events / EACH).max(1)).await?;
        let outcome = self.weeks(&world, &mock, &clock, begin, tell).await;
        server.abort();
        world.app.store.close().await;
        outcome
    }

    fn dice(&self, what: &str, below: u64) -> u64 {
        let mix = sha256(format!("{}:{what}", self.seed).as_bytes());
        let mut eight = [0; 8];
        eight.copy_from_slice(&mix.as_bytes()[..8]);
        u64::from_be_bytes(eight) % below.max(1)
    }

    /// When each certificate is issued and changed, in order.
    fn plan(&self, certificates: usize, begin: Timestamp) -> Vec<Due> {
        let span = u64::try_from(DAYS * 24 * 3600).unwrap_or(0);
        let at = |s: u64| begin + SignedDuration::from_secs(i64::try_from(s).unwrap_or(0));
        let mut out: Vec<Due> = (0..certificates)
            .map(|i| Due { at: at(self.dice(&format!("issue {i}"), span / 4)), certificate: i, change: false })
            .collect();
        for n in 0..self.events.saturating_sub(certificates) {
            let certificate = n % certificates;
            let first = self.dice(&format!("issue {certificate}"), span / 4);
            let later = first + 60 + self.dice(&format!("change {n}"), span - first - 60);
            out.push(Due { at: at(later), certificate, change: true });
        }
        out.sort_by_key(|d| (d.at, d.certificate, d.change));
        out
    }

    async fn weeks(
        &self,
        w: &World,
        mock: &Mock,
        clock: &Clock,
        begin: Timestamp,
        tell: &(dyn Fn(Progress) + Send + Sync),
    ) -> anyhow::Result<Outcome> {
        let all = self.events.max(w.ids.len());
        let (started, mut outbox_seconds, mut told) = (Instant::now(), 0.0, 0);
        let mut plan = self.plan(w.ids.len(), begin).into_iter().peekable();
        let mut worked = Duration::ZERO;
        let mut hour = begin;
        let mut asked = cst_date(begin);
        let end = begin + SignedDuration::from_hours(24 * (DAYS + 30));
        loop {
            set(w, clock, hour);
            // The changes of this hour, those of one certificate one after the other.
            let mut acts: HashMap<usize, Vec<bool>> = HashMap::new();
            while let Some(due) = plan.next_if(|d| d.at <= hour) {
                acts.entry(due.certificate).or_default().push(due.change);
            }
            let mut running = futures::stream::iter(acts.into_iter().map(|(i, list)| async move {
                for change in list {
                    w.act(i, change).await?;
                }
                anyhow::Ok(())
            }))
            .buffer_unordered(ACTS);
            while let Some(done) = running.next().await {
                done?;
            }
            drop(running);
            let next = hour + SignedDuration::from_hours(self.hours.max(1));
            let knocking = Instant::now();
            worked += self.hour(w, clock, next).await?;
            outbox_seconds += knocking.elapsed().as_secs_f64();
            w.correct().await?;
            let today = cst_date(w.app.now());
            if today != asked && compare::with_platform(&w.app, BODY, &outbox::origin()).await.is_ok() {
                asked = today;
            }
            let quiet = plan.peek().is_none() && w.open().await? == 0;
            if quiet {
                // Nothing is open: what the platform has forgotten since is found by one more comparison.
                if self.agree(w).await? {
                    break;
                }
            }
            hour = next;
            let day = hour.duration_since(begin).as_hours() / 24;
            if day > told {
                told = day;
                tell(Progress {
                    day,
                    happened: all - plan.len(),
                    taken: mock.counts().taken,
                    seconds: (started.elapsed().as_secs_f64(), outbox_seconds),
                });
            }
            anyhow::ensure!(hour < end, "after {DAYS} days and 30 more there are still reports open");
        }
        self.judge(w, mock, begin, worked).await
    }

    /// Whether both records agree; what does not is sent again.
    async fn agree(&self, w: &World) -> anyhow::Result<bool> {
        // A platform that hangs up when asked what it shows is asked again in the next hour.
        let Ok(kept) = compare::with_platform(&w.app, BODY, &outbox::origin()).await else { return Ok(false) };
        Ok(serde_json::from_str::<Vec<certificate::Found>>(&kept.found)?.is_empty())
    }

    /// Lets the outbox work until the next hour begins.
    async fn hour(&self, w: &World, clock: &Clock, until: Timestamp) -> anyhow::Result<Duration> {
        let mut worked = Duration::ZERO;
        let nap = SignedDuration::try_from(outbox::NAP)?;
        loop {
            let begun = Instant::now();
            let ran = outbox::run(&w.app).await?;
            let now = w.app.now();
            let next = if ran.away {
                // As long as the outbox itself leaves a silent platform alone.
                now + SignedDuration::from_mins(15)
            } else {
                worked += begun.elapsed();
                match w.app.store.reader().await?.next_report_at().await? {
                    // As often as the outbox itself looks.
                    Some(at) => at.max(now + nap),
                    None => return Ok(worked),
                }
            };
            if next >= until {
                return Ok(worked);
            }
            set(w, clock, next);
        }
    }

    /// Both sides, report by report.
    async fn judge(&self, w: &World, mock: &Mock, begin: Timestamp, worked: Duration) -> anyhow::Result<Outcome> {
        let entries = mock.entries();
        let calendar = w.app.store.calendar().await?;
        let mut reader = w.app.store.reader().await?;
        let (mut reports, mut lost, mut doubled, mut late, mut wrong) = (0, 0, 0, 0, 0);
        for id in &w.ids {
            let Some(c) = reader.case::<Certificate>(id).await?.state else { continue };
            let theirs = entries.get(&(c.body.to_string(), c.number.clone())).map(Vec::as_slice).unwrap_or_default();
            for r in &c.reports {
                reports += 1;
                let digest = super::digest_of(&r.record);
                let mine: Vec<_> = theirs.iter().filter(|e| e.digest == digest).collect();
                match mine[..] {
                    [] => lost += 1,
                    [e] => {
                        let due = r.due(&calendar).context("a report has a last day")?;
                        // What the platform had forgotten it took a second time; the first receipt counts.
                        let taken = r.receipt.as_ref().map_or(e.at, |x| x.at.min(e.at));
                        late += usize::from(cst_date(taken) > due.latest());
                        let known = r.latest_receipt().map(|x| x.number.as_str());
                        wrong += usize::from(!e.refused && known != Some(e.receipt.as_str()));
                    }
                    _ => doubled += 1,
                }
            }
        }
        drop(reader);
        let faults: usize =
            entries.values().map(|list| check_stream(&list.iter().map(|e| e.record.clone()).collect::<Vec<_>>()).len()).sum();
        let platform = mock.counts();
        let seconds = worked.as_secs_f64();
        let days = w.app.now().duration_since(begin).as_hours() / 24;
        #[expect(clippy::cast_precision_loss, reason = "counts of a trial")]
        let rate = |n: u64| if seconds > 0.0 { n as f64 / seconds } else { 0.0 };
        Ok(Outcome {
            certificates: w.ids.len(),
            reports,
            lost,
            doubled,
            out_of_order: faults + usize::try_from(platform.out_of_order).unwrap_or(usize::MAX),
            late,
            receipts_wrong: wrong,
            per_second: rate(platform.taken),
            requests_per_second: rate(platform.requests),
            platform,
            days,
            seconds,
        })
    }
}

fn set(w: &World, clock: &Clock, at: Timestamp) {
    clock.set(at);
    w.app.clock.set(at);
}

/// The number of a certificate of the trial.
pub(crate) fn number(index: usize) -> String {
    format!("TRIAL-2099-{:06}", index + 1)
}

impl World {
    /// A filed body with one application that is decided: all certificates rest on it.
    pub(crate) async fn new(app: App, certificates: usize) -> anyhow::Result<Self> {
        demo::seed(&app).await?;
        let mut player = Player::new(&app).await?;
        player.play(BODY, "chenmin", 60, Stage::Decided(None)).await?;
        let certifying = Certifying::new(&app).await?;
        certifying.link("shenhe", "p1").await?;
        let case = certifying.play(&player, "chenhai", 20, Step::Decided).await?;
        let state = app.store.reader().await?.case::<Application>(&case).await?.state.context("the application is gone")?;
        let (manager, head) = (certifying.actor("qianguan"), certifying.actor("wangfu"));
        let ids = (0..certificates).map(|_| new_id()).collect();
        Ok(Self { app, application: (CaseId(case), Arc::new(state)), manager, head, ids })
    }

    fn facts(&self, id: &str, calendar: Arc<Calendar>) -> certificate::Facts {
        certificate::Facts {
            calendar,
            config: Arc::new(Rules::default()),
            certificate: CaseId(id.to_owned()),
            applications: BTreeMap::from([self.application.clone()]),
            standing: Standing::Filed,
            numbers: Arc::default(),
            roster: std::collections::BTreeSet::new(),
            practises_elsewhere: None,
        }
    }

    /// The issue of a certificate, or its next change: suspension and restoration in turn.
    pub(crate) async fn act(&self, index: usize, change: bool) -> anyhow::Result<()> {
        let id = self.ids[index].clone();
        let now = self.app.now();
        let state = self.app.store.reader().await?.case::<Certificate>(&id).await?.state;
        let with_factor = |a: &Actor| Actor { second_factor_at: Some(now), ..a.clone() };
        let (manager, head) = (with_factor(&self.manager), with_factor(&self.head));
        let today = cst_date(now);
        let mut commands = Vec::new();
        match state {
            None if !change => commands.push((
                manager,
                Command::Issue {
                    application: self.application.0.clone(),
                    number: number(index),
                    mark: Mark { cross_border: true, body: "SLDH".into() },
                    valid_until: None,
                },
            )),
            None => anyhow::bail!("a change before the issue"),
            Some(c) => {
                let restore = c.suspension().is_some();
                let evidence = DocRef {
                    title: "示例检查记录（虚构）".into(),
                    version: "1.0".into(),
                    sha256: "0a".repeat(32),
                    sm3: "0b".repeat(32),
                };
                let propose = Propose {
                    measure: if restore { Measure::Restore } else { Measure::Suspend },
                    origin: Origin::Body,
                    suggestion: None,
                    application: None,
                    ground: "示例事由（虚构）".into(),
                    evidence: vec![evidence],
                    publication: "示例公布（虚构）".into(),
                    urgent: (!restore).then(|| "示例紧急情况（虚构）".to_owned()),
                };
                commands.push((manager, Command::Propose(Box::new(propose))));
                commands.push((head, Command::TakeMeasure { effective_on: today }));
            }
        }
        self.put(id, commands, now).await
    }

    async fn put(&self, id: String, commands: Vec<(Actor, Command)>, now: Timestamp) -> anyhow::Result<()> {
        let calendar = self.app.store.calendar().await?;
        let facts = self.facts(&id, calendar);
        self.app
            .store
            .write_with((id, commands, facts), move |tx: &mut Tx, (id, commands, facts)| {
                Box::pin(async move {
                    for (actor, command) in commands {
                        let case = tx.case::<Certificate>(id).await?;
                        let acted = tx.act(case, command.clone(), actor, "", facts, now).await?;
                        follow::certificate(tx, &acted, now).await?;
                    }
                    Ok::<_, ActError>(())
                })
            })
            .await?;
        Ok(())
    }

    /// Somebody of the body corrects what the platform refused.
    async fn correct(&self) -> anyhow::Result<()> {
        let lines = self.app.store.reader().await?.report_lines_due(BODY, "", 10_000, 0).await?;
        let now = self.app.now();
        for line in lines.into_iter().filter(|line| line.state == "rejected") {
            let manager = Actor { second_factor_at: Some(now), ..self.manager.clone() };
            let command =
                Command::CorrectReport { seq: u32::try_from(line.seq)?, reason: "按平台意见更正（示例）".into() };
            self.put(line.certificate, vec![(manager, command)], now).await?;
        }
        Ok(())
    }

    /// Reports that still wait for something.
    async fn open(&self) -> anyhow::Result<u64> {
        let counts = self.app.store.reader().await?.report_counts("").await?;
        Ok(counts.iter().filter(|c| matches!(c.state.as_str(), "owed" | "sent" | "rejected")).map(|c| c.count).sum())
    }
}
