//! How often a token is used: so many calls in a minute, counted in this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

const WINDOW: SignedDuration = SignedDuration::from_mins(1);
/// Counters kept at most: those of a window that has passed go when there are more.
const MOST: usize = 10_000;

/// Counters of the running minute.
#[derive(Debug, Clone, Default)]
pub struct Limits(Arc<Mutex<HashMap<String, (Timestamp, u32)>>>);

impl Limits {
    /// Counts a call; `false` when the minute's calls are used up.
    pub fn take(&self, key: &str, most: u32, now: Timestamp) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() > MOST {
            all.retain(|_, (since, _)| now.duration_since(*since) < WINDOW);
        }
        let (since, count) = all.entry(key.to_owned()).or_insert((now, 0));
        // A clock that was set back begins a new window.
        if now < *since || now.duration_since(*since) >= WINDOW {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        *count <= most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_so_many_calls_and_then_begins_anew() {
        let limits = Limits::default();
        let t: Timestamp = "2026-03-12T01:30:00Z".parse().unwrap();
        assert!((0..3).all(|_| limits.take("a", 3, t)));
        assert!(!limits.take("a", 3, t + SignedDuration::from_secs(59)));
        assert!(limits.take("b", 3, t), "each token has its own");
        assert!(limits.take("a", 3, t + SignedDuration::from_secs(60)));
    }
}
