//! The only place that asks the machine for the time.

use std::sync::Mutex;

use jiff::Timestamp;

/// A clock: the machine's, or one that tests and demonstrations move by hand.
#[derive(Debug)]
pub enum Clock {
    /// The machine's clock.
    Machine,
    /// Stands still until it is moved.
    Fixed(Mutex<Timestamp>),
    /// Runs with the machine, shifted by so many seconds.
    Shifted(i64),
}

impl Clock {
    /// A clock that stands still.
    pub fn fixed(at: Timestamp) -> Self {
        Self::Fixed(Mutex::new(at))
    }

    /// Now, cut to microseconds: what the store keeps.
    pub fn now(&self) -> Timestamp {
        let t = match self {
            Self::Machine => machine(),
            Self::Fixed(t) => *t.lock().unwrap_or_else(std::sync::PoisonError::into_inner),
            Self::Shifted(seconds) => machine() + jiff::SignedDuration::from_secs(*seconds),
        };
        Timestamp::from_microsecond(t.as_microsecond()).unwrap_or(t)
    }

    /// Moves a fixed clock; the others do not move.
    pub fn set(&self, at: Timestamp) {
        if let Self::Fixed(t) = self {
            *t.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = at;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this module is the one that may")]
fn machine() -> Timestamp {
    Timestamp::now()
}
