//! Trying certificate numbers by the thousand is slowed down, looking up certificates is not.
//!
//! The register is public, and which numbers exist is no secret (M 9(1)); but an address that asks for number after
//! number that nobody has issued is no citizen with a certificate in hand. Only answers "unknown" are counted: so many at
//! once, and then so many in a minute for each address. A number that exists is answered always, also to an address
//! that has tried many others.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use crate::app::App;
use crate::auth::session::place;
use crate::error::Error;

/// Addresses remembered at most: those that have been quiet long enough go when there are more. While there are still
/// as many, those not known yet share one allowance.
const MOST: usize = 20_000;
/// Whose allowance is the shared one.
const OTHERS: &str = "";

/// What is remembered.
#[derive(Debug, Default)]
struct Table {
    /// What each address has left: answers, and when that was counted.
    left: HashMap<String, (f64, Timestamp)>,
    /// When those that have been quiet were last looked for.
    swept: Option<Timestamp>,
}

/// What each address has left.
#[derive(Debug, Clone, Default)]
pub struct Guesses(Arc<Mutex<Table>>);

impl Guesses {
    /// Takes one answer "unknown"; the error says after how many seconds there is another one.
    ///
    /// # Errors
    /// When the address has used up its answers.
    pub fn take(&self, who: &str, per_minute: u32, now: Timestamp) -> Result<(), u64> {
        let most = f64::from(per_minute.max(1));
        // A clock that was set back gives nothing and takes nothing.
        let left = |(had, at): (f64, Timestamp)| (had + now.duration_since(at).as_secs_f64().max(0.0) * most / 60.0).min(most);
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Table { left: all, swept } = &mut *table;
        // Not at every request: whoever fills the table would have it walked through each time.
        if all.len() >= MOST && swept.is_none_or(|at| now.duration_since(at).as_secs_f64().abs() >= 1.0) {
            all.retain(|_, kept| left(*kept) < most);
            *swept = Some(now);
        }
        let who = if all.len() >= MOST && !all.contains_key(who) { OTHERS } else { who };
        let now_left = all.get(who).map_or(most, |kept| left(*kept));
        if now_left < 1.0 {
            let wait = Duration::from_secs_f64(((1.0 - now_left) * 60.0 / most).clamp(0.0, 60.0));
            return Err((wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1));
        }
        all.insert(who.to_owned(), (now_left - 1.0, now));
        Ok(())
    }
}

/// Who asks: the address, of IPv6 the network, since one customer has all addresses of it.
fn client(place: String) -> String {
    match place.parse::<IpAddr>() {
        Ok(IpAddr::V6(ip)) if ip.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = ip.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
        _ => place,
    }
}

fn is_lookup(path: &str) -> bool {
    path.starts_with("/certificates/{number}") || path == "/V/{code}"
}

/// Layer: an answer "unknown" is given as long as the address has any left.
pub async fn slow(State(app): State<App>, request: Request, next: Next) -> Response {
    let lookup = request.extensions().get::<MatchedPath>().is_some_and(|p| is_lookup(p.as_str()));
    if !lookup {
        return next.run(request).await;
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0);
    let who = client(place(request.headers(), peer));
    let response = next.run(request).await;
    if response.status() != StatusCode::NOT_FOUND {
        return response;
    }
    match app.guesses.take(&who, app.config.unknown_per_minute, app.now()) {
        Ok(()) => response,
        Err(seconds) => {
            metrics::counter!("guosuo_guesses_slowed_total").increment(1);
            Error::TooMany { seconds }.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn each_address_has_so_many_and_gets_them_back_one_by_one() {
        let guesses = Guesses::default();
        let t: Timestamp = "2026-03-12T01:30:00Z".parse().unwrap();
        assert!((0..30).all(|_| guesses.take("a", 30, t).is_ok()));
        assert_eq!(guesses.take("a", 30, t), Err(2));
        assert!(guesses.take("b", 30, t).is_ok(), "another address");
        let later = t + SignedDuration::from_secs(2);
        assert!(guesses.take("a", 30, later).is_ok() && guesses.take("a", 30, later).is_err(), "one in two seconds");
        assert!(guesses.take("a", 30, t).is_err(), "a clock that was set back gives nothing");
        let hour = t + SignedDuration::from_hours(1);
        assert!(
            (0..30).all(|_| guesses.take("a", 30, hour).is_ok()) && guesses.take("a", 30, hour).is_err(),
            "never more than all"
        );
    }

    #[test]
    fn the_table_keeps_its_size_whoever_asks() {
        let guesses = Guesses::default();
        let t: Timestamp = "2026-03-12T01:30:00Z".parse().unwrap();
        let taken = (0..30_000).filter(|n| guesses.take(&format!("2001:db8:{n:x}::"), 30, t).is_ok()).count();
        assert_eq!(taken, MOST + 30, "those beyond share one allowance");
        assert_eq!(guesses.0.lock().unwrap().left.len(), MOST + 1);
        assert!(guesses.take("2001:db8:0::", 30, t).is_ok(), "who was known keeps its own");
        let later = t + SignedDuration::from_secs(60);
        assert!(guesses.take("another", 30, later).is_ok());
        assert_eq!(guesses.0.lock().unwrap().left.len(), 1, "all were quiet for a minute");
    }

    #[test]
    fn one_network_is_one_client() {
        assert_eq!(client("2001:db8:1:2:3::4".into()), client("2001:db8:1:2:ffff::".into()));
        assert_ne!(client("2001:db8:1:2::".into()), client("2001:db8:1:3::".into()));
        assert_eq!(client("192.0.2.7".into()), "192.0.2.7");
        assert_eq!(client(String::new()), "");
    }

    #[test]
    fn lists_and_status_lists_are_no_guesses() {
        assert!(is_lookup("/certificates/{number}") && is_lookup("/certificates/{number}/signed.json") && is_lookup("/V/{code}"));
        assert!(!is_lookup("/certificates") && !is_lookup("/certificates/status/{list}") && !is_lookup("/bodies/{id}"));
    }
}
