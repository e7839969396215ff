//! Certificates whose last day has passed: time ends them, and the platform records it once, so that
//! the end is published and reported like every other change of status (M 8(2), 9(1)).

use guosuo_case::Actor;
use guosuo_case::certificate::{Certificate, Command};
use guosuo_rules::time::cst_date;
use guosuo_store::{ActError, Error, Request};

use crate::app::App;
use crate::certification::acts;

/// Certificates ended in one run; the rest follows in the next.
const MOST: u32 = 500;

/// Records the end of what has ended; answers how many.
///
/// # Errors
/// When the store fails. What was recorded stays recorded.
pub async fn run(app: &App) -> Result<u64, Error> {
    let now = app.now();
    let past = app.store.reader().await?.certificates_past(cst_date(now), MOST).await?;
    let mut ended = 0;
    for row in past {
        let request = Request::<Certificate> {
            case_id: row.case_id,
            command: Command::Expire,
            actor: Actor::system("expiry"),
            session: String::new(),
            expected: None,
            idem: None,
            now,
        };
        match acts::put_certificate(app, request).await {
            Ok(_) => ended += 1,
            // Another worker was faster, or a measure ended it on the same day.
            Err(ActError::Refused(_)) => {}
            Err(ActError::Store(e)) => return Err(e),
        }
    }
    Ok(ended)
}
