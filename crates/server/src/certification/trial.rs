//! A trial of certificates: how many an instance issues per second, how many are checked per second, and how
//! long after a change of its status the public page shows it, here and on another server.
//!
//! Everything is the real thing: the law decides, the ledger records, keys sign what was recorded, the
//! certificate is printed and checked, pages are asked through the whole service. Only the case behind
//! the certificates is one for all of them.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::body::Body;
use axum::http::Request;
use guosuo_seal::certificate::{Genuine, InLog, Status, With, check};
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use serde::Serialize;
use tower::ServiceExt as _;

use crate::clock::Clock;
use crate::config::Config;
use crate::jobs::{checkpoint, papers};
use crate::public::remember::Remembering;
use crate::reporting::trial::{World, number};
use crate::serve;

/// The moment of the trial: Tuesday 24 March 2026, 09:00 in Beijing.
const BEGIN: &str = "2026-03-24T01:00:00Z";
/// Certificates issued before the time is taken.
const WARM: usize = 5;
/// How long certificates are checked.
const CHECKING: Duration = Duration::from_secs(3);
/// A change that is not seen after so long never will be.
const NEVER: Duration = Duration::from_secs(30);

/// What is tried.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Certificates that are issued.
    pub certificates: usize,
    /// Changes of status.
    pub changes: usize,
    /// The database; empty for SQLite in a temporary folder.
    pub database: String,
}

/// What half and 99 in 100 took, in milliseconds.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Took {
    /// Half.
    pub p50: f64,
    /// 99 in 100.
    pub p99: f64,
    /// All.
    pub most: f64,
}

impl Took {
    fn of(mut all: Vec<Duration>) -> Self {
        all.sort();
        let at = |part: usize| {
            let place = (all.len() * part / 100).min(all.len().saturating_sub(1));
            all.get(place).map_or(0.0, |d| d.as_secs_f64() * 1000.0)
        };
        Self { p50: at(50), p99: at(99), most: at(100) }
    }
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// Certificates issued per second: decided, recorded, published in the log, signed, printed and checked.
    pub issued_per_second: f64,
    /// Of that, decided and recorded.
    pub decided_per_second: f64,
    /// Signed forms checked per second with evidence of the log, status list and printed form, on one processor.
    pub verified_per_second: f64,
    /// QR codes checked per second with a status list, on one processor.
    pub codes_per_second: f64,
    /// From the answer to whoever changed a status to the first public page that shows it.
    pub visible_here: Took,
    /// The same on another server of the instance, which looks for what others record.
    pub visible_elsewhere: Took,
    /// Changes of status.
    pub changes: usize,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let took = |t: Took| format!("half {:.2} ms, 99 in 100 {:.2} ms, all {:.2} ms", t.p50, t.p99, t.most);
        writeln!(f, "issued per second     {:.1} (decided and recorded {:.0})", self.issued_per_second, self.decided_per_second)?;
        writeln!(f, "verified per second   {:.0} (QR codes {:.0})", self.verified_per_second, self.codes_per_second)?;
        writeln!(f, "visible here          {} ({} changes)", took(self.visible_here), self.changes)?;
        write!(f, "visible elsewhere     {}", took(self.visible_elsewhere))
    }
}

/// A rate; counts of a trial are small.
#[expect(clippy::cast_precision_loss, reason = "counts of a trial")]
fn rate(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64().max(1e-9)
}

impl Trial {
    /// Runs the trial.
    ///
    /// # Errors
    /// When the instance cannot be opened, the law refuses, or what was issued does not pass its check.
    pub async fn run(&self) -> anyhow::Result<Outcome> {
        let folder = tempfile::tempdir()?;
        let begin: Timestamp = BEGIN.parse()?;
        let config = Config { data: folder.path().join("data"), database: self.database.clone(), ..Config::default() };
        let app = serve::open(config.clone(), Clock::fixed(begin)).await?;
        let world = World::new(app, self.certificates.max(1) + WARM).await?;
        for i in 0..WARM {
            world.act(i, false).await?;
        }
        sign(&world).await?;
        let started = Instant::now();
        for i in WARM..world.ids.len() {
            world.act(i, false).await?;
        }
        let decided = started.elapsed();
        sign(&world).await?;
        let issued = started.elapsed();
        checkpoint::publish(&world.app).await?;
        let count = world.ids.len() - WARM;
        let here = serve::service(world.app.clone());
        let (verified_per_second, codes_per_second) = checked(&world, &here).await?;
        let other = serve::open(config, Clock::fixed(world.app.now())).await?;
        let there = serve::service(other.clone());
        let (mut near, mut far) = (Vec::new(), Vec::new());
        for n in 0..self.changes {
            let index = n % world.ids.len();
            let path = format!("/certificates/{}.json", number(index));
            let before = status(&there, &path).await?;
            world.act(index, true).await?;
            let committed = Instant::now();
            near.push(seen(&here, &path, &before, committed).await?);
            far.push(seen(&there, &path, &before, committed).await?);
        }
        other.store.close().await;
        world.app.store.close().await;
        Ok(Outcome {
            issued_per_second: rate(count, issued),
            decided_per_second: rate(count, decided),
            verified_per_second,
            codes_per_second,
            visible_here: Took::of(near),
            visible_elsewhere: Took::of(far),
            changes: self.changes,
        })
    }
}

/// Publishes, signs and prints all that waits.
async fn sign(w: &World) -> anyhow::Result<()> {
    while papers::run(&w.app).await? > 0 {}
    Ok(())
}

async fn get(service: &Remembering, path: &str) -> anyhow::Result<Vec<u8>> {
    let request = Request::get(path).body(Body::empty())?;
    let response = service.clone().oneshot(request).await?;
    anyhow::ensure!(response.status().is_success(), "{path}: {}", response.status());
    Ok(response.into_body().collect().await.context("the answer broke off")?.to_bytes().to_vec())
}

async fn status(service: &Remembering, path: &str) -> anyhow::Result<String> {
    let json: serde_json::Value = serde_json::from_slice(&get(service, path).await?)?;
    Ok(json["status"].as_str().unwrap_or_default().to_owned())
}

/// How long after a moment a public answer shows another status than before.
async fn seen(service: &Remembering, path: &str, before: &str, since: Instant) -> anyhow::Result<Duration> {
    loop {
        if status(service, path).await? != before {
            return Ok(since.elapsed());
        }
        anyhow::ensure!(since.elapsed() < NEVER, "a change of status is not shown");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Checks what the site gives away, again and again: signed forms with everything, then codes.
async fn checked(w: &World, service: &Remembering) -> anyhow::Result<(f64, f64)> {
    let mut given = Vec::new();
    let list = get(service, "/certificates/status/0.json").await?;
    for index in 0..w.ids.len().min(50) {
        let base = format!("/certificates/{}", number(index));
        let signed = get(service, &format!("{base}/signed.json")).await?;
        let evidence = get(service, &format!("{base}/evidence.json")).await?;
        let mut reader = w.app.store.reader().await?;
        let id = w.ids.get(index).context("there are so many")?;
        let paper = reader.papers_of(id).await?.pop().context("a certificate has a version")?;
        let blob = reader.blob(&paper.blob).await?;
        drop(reader);
        let pdf = guosuo_seal::FileDigests::of(&w.app.blobs.read_all(&blob, 20 << 20).await?);
        given.push((signed, evidence, pdf, paper.code));
    }
    let at = papers::moment(w.app.now())?;
    let lists = [&list[..]];
    let trusted = &w.app.published.trusted;
    let (mut forms, started) = (0, Instant::now());
    while started.elapsed() < CHECKING {
        for (signed, evidence, pdf, _) in &given {
            let with = With { evidence: Some(evidence), lists: &lists, pdf: Some(*pdf), at };
            let told = check(signed, trusted, &with);
            let all = (told.genuine, told.log, told.status);
            anyhow::ensure!(all == (Genuine::Yes, InLog::Yes, Status::Valid), "what was issued is {all:?}");
            forms += 1;
        }
    }
    let whole = rate(forms, started.elapsed());
    let (mut codes, started) = (0, Instant::now());
    while started.elapsed() < CHECKING {
        for (.., code) in &given {
            let told = check(code.as_bytes(), trusted, &With { evidence: None, lists: &lists, pdf: None, at });
            anyhow::ensure!((told.genuine, told.status) == (Genuine::Yes, Status::Valid), "a code is {told:?}");
            codes += 1;
        }
    }
    Ok((whole, rate(codes, started.elapsed())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_is_issued_is_checked_and_what_changes_is_seen() {
        let told = Trial { certificates: 2, changes: 3, database: String::new() }.run().await.unwrap();
        assert!(told.issued_per_second > 0.0 && told.verified_per_second > 0.0 && told.codes_per_second > 0.0, "{told}");
        assert_eq!(told.changes, 3);
        assert!(told.visible_elsewhere.most < 5_000.0 && told.visible_here.most < 5_000.0, "{told}");
    }

    #[test]
    fn shares_are_those_of_the_sorted_list() {
        let took = Took::of((1..=200).rev().map(Duration::from_millis).collect());
        assert!(
            (took.p50 - 101.0).abs() < 0.01 && (took.p99 - 199.0).abs() < 0.01 && (took.most - 200.0).abs() < 0.01,
            "{took:?}"
        );
        assert!(Took::of(Vec::new()).most.abs() < 0.01);
    }
}
