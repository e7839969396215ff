//! The write unit: everything that is stored together, and everything that waits together.
//!
//! All writing goes through one task. It takes what has queued up, runs each closure under its
//! own undo point in one transaction, commits once and then answers all. A closure that fails
//! takes back only what it did; if sending or committing fails, every closure is run again
//! alone, so one bad unit never spoils another. Closures must therefore be repeatable: no
//! mail, no files.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use crate::error::{Error, Failure};
use crate::open::Shared;
use crate::tx::Tx;

/// Most units in one commit.
const MAX_GROUP: usize = 256;
/// How often a unit is run again after 40001, 40P01 or SQLITE_BUSY.
const ATTEMPTS: u32 = 8;

/// What the closure of a unit returns.
pub type UnitFuture<'t, T, E> = BoxFuture<'t, Result<T, E>>;

pub(crate) trait Unit: Send {
    /// Runs the closure. `false`: it failed with an answer of its own and must be undone.
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, bool>;
    /// Whether the failure was the database asking for repetition.
    fn wants_repeat(&self) -> bool;
    /// Whether the closure panicked: the connection is in no known state.
    fn panicked(&self) -> bool;
    /// Answers the caller.
    fn answer(self: Box<Self>, fault: Option<Error>);
}

struct Typed<A, F, T, E> {
    args: A,
    work: F,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<A, F, T, E> Unit for Typed<A, F, T, E>
where
    A: Send + Sync,
    F: for<'t> Fn(&'t mut Tx, &'t A) -> UnitFuture<'t, T, E> + Send,
    T: Send,
    E: Failure,
{
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, bool> {
        let work = (self.work)(tx, &self.args);
        let outcome = &mut self.outcome;
        Box::pin(async move {
            let result =
                std::panic::AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| Err(E::from(Error::Panicked)));
            let good = result.is_ok();
            *outcome = Some(result);
            good
        })
    }

    fn wants_repeat(&self) -> bool {
        matches!(&self.outcome, Some(Err(e)) if e.store().is_some_and(Error::is_transient))
    }

    fn panicked(&self) -> bool {
        matches!(&self.outcome, Some(Err(e)) if matches!(e.store(), Some(Error::Panicked)))
    }

    fn answer(self: Box<Self>, fault: Option<Error>) {
        let result = match (fault, self.outcome) {
            // A refusal stands whatever happened to the others in the group.
            (_, Some(Err(e))) => Err(e),
            (Some(f), _) => Err(E::from(f)),
            (None, Some(ok)) => ok,
            (None, None) => Err(E::from(Error::Closed)),
        };
        // The caller may have gone away; what was committed stays committed.
        let _ = self.reply.send(result);
    }
}

/// Where units are handed in.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Box<dyn Unit>>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    pub(crate) fn start(shared: Arc<Shared>) -> Self {
        let (queue, units) = mpsc::channel(4 * MAX_GROUP);
        tokio::spawn(run(shared, units));
        Self { queue }
    }

    pub(crate) async fn submit<A, F, T, E>(&self, args: A, work: F) -> Result<T, E>
    where
        A: Send + Sync + 'static,
        F: for<'t> Fn(&'t mut Tx, &'t A) -> UnitFuture<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: Failure,
    {
        let (reply, answer) = oneshot::channel();
        let unit = Box::new(Typed { args, work, outcome: None, reply });
        self.queue.send(unit).await.map_err(|_| E::from(Error::Closed))?;
        answer.await.map_err(|_| E::from(Error::Closed))?
    }
}

async fn run(shared: Arc<Shared>, mut units: mpsc::Receiver<Box<dyn Unit>>) {
    let mut last = 1;
    while let Some(first) = units.recv().await {
        let mut group = vec![first];
        // After a shared commit the same callers come back at once: give them that moment,
        // or groups alternate between one and the rest.
        let patience = Instant::now();
        loop {
            while group.len() < MAX_GROUP
                && let Ok(unit) = units.try_recv()
            {
                group.push(unit);
            }
            if group.len() >= last || patience.elapsed() > Duration::from_micros(300) {
                break;
            }
            tokio::task::yield_now().await;
        }
        last = group.len();
        together(&shared, group).await;
    }
}

/// Commits a group; on a fault that is not one unit's own, falls back to one at a time.
async fn together(shared: &Arc<Shared>, mut group: Vec<Box<dyn Unit>>) {
    if let Some(reason) = shared.poison() {
        for unit in group {
            unit.answer(Some(Error::Poisoned(reason.clone())));
        }
        return;
    }
    if group.len() > 1 {
        match attempt(shared, &mut group).await {
            Ok(()) => return group.into_iter().for_each(|u| u.answer(None)),
            Err(Error::Unknown) => return group.into_iter().for_each(|u| u.answer(Some(Error::Unknown))),
            Err(Error::Poisoned(reason)) => {
                return group.into_iter().for_each(|u| u.answer(Some(Error::Poisoned(reason.clone()))));
            }
            Err(e) => tracing::debug!(error = %e, units = group.len(), "group falls back to single units"),
        }
    }
    for unit in group {
        alone(shared, unit).await;
    }
}

async fn alone(shared: &Arc<Shared>, unit: Box<dyn Unit>) {
    let mut one = vec![unit];
    let mut tries = 0;
    let fault = loop {
        tries += 1;
        let result = attempt(shared, &mut one).await;
        let again = match &result {
            Ok(()) => one[0].wants_repeat(),
            Err(e) => e.is_transient(),
        };
        if !again {
            break result.err();
        }
        if tries == ATTEMPTS {
            break Some(Error::Busy);
        }
        tokio::time::sleep(Duration::from_millis(1 << tries)).await;
    };
    if let Some(unit) = one.pop() {
        unit.answer(fault);
    }
}

async fn attempt(shared: &Arc<Shared>, group: &mut [Box<dyn Unit>]) -> Result<(), Error> {
    let mut tx = Tx::begin(shared).await?;
    let mut good = 0;
    let many = group.len() > 1;
    for unit in group.iter_mut() {
        tx.enter();
        if unit.run(&mut tx).await {
            tx.leave().await?;
            good += 1;
        } else if unit.panicked() {
            return Err(Error::Panicked);
        } else if unit.wants_repeat() && many {
            return Err(Error::Busy);
        } else {
            tx.undo().await?;
        }
    }
    if good == 0 {
        return tx.rollback().await;
    }
    let result = tx.commit().await;
    if let Err(Error::Poisoned(reason)) = &result {
        shared.set_poison(reason);
    }
    result
}
