//! `guosuo doctor`: can this instance run, and will it go on? Says for everything that is not in
//! order what to do. Looks; writes nothing but a probe that it removes.

mod checks;

use std::process::ExitCode;

use serde::Serialize;

use super::print_json;
use crate::clock::Clock;
use crate::config::Config;
use crate::serve::without_password;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// As it should be.
    Ok,
    /// It runs, and somebody should look.
    Warn,
    /// It does not run.
    Fail,
}

/// One check.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// How it came out.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// What to do; empty when nothing is to be done.
    pub todo: String,
}

/// Everything that was looked at, and the settings in force.
#[derive(Debug, Clone, Serialize)]
pub struct Findings {
    /// The checks in order.
    pub checks: Vec<Check>,
    /// Settings without secrets.
    pub settings: Vec<(&'static str, String)>,
}

impl Findings {
    fn good(&mut self, name: &'static str, found: impl Into<String>) {
        self.checks.push(Check { name, health: Health::Ok, found: found.into(), todo: String::new() });
    }

    fn warn(&mut self, name: &'static str, found: impl Into<String>, todo: impl Into<String>) {
        self.checks.push(Check { name, health: Health::Warn, found: found.into(), todo: todo.into() });
    }

    fn fail(&mut self, name: &'static str, found: impl Into<String>, todo: impl Into<String>) {
        self.checks.push(Check { name, health: Health::Fail, found: found.into(), todo: todo.into() });
    }

    /// The check of a name.
    pub fn check(&self, name: &str) -> Option<&Check> {
        self.checks.iter().find(|c| c.name == name)
    }

    /// The worst of all.
    pub fn worst(&self) -> Health {
        self.checks.iter().map(|c| c.health).max().unwrap_or(Health::Ok)
    }
}

/// Looks at everything; `clock` is the machine's, except in tests.
pub async fn look(config: &Config, clock: &Clock) -> Findings {
    let mut f = Findings { checks: Vec::new(), settings: settings(config) };
    checks::all(&mut f, config, clock.now()).await;
    f
}

/// The settings in force, without passwords.
fn settings(c: &Config) -> Vec<(&'static str, String)> {
    vec![
        ("data", c.data.display().to_string()),
        ("listen", c.listen.clone()),
        ("database", without_password(&c.database_url())),
        ("blobs", without_password(&c.blobs_url())),
        ("public_origin", c.public_origin.clone()),
        ("metrics_listen", c.metrics_listen.clone()),
        ("authority", c.authority.clone()),
        ("log_origin", c.log_origin.clone()),
        ("mail.smtp", without_password(&c.mail.smtp)),
        ("mail.from", c.mail.from.clone()),
        ("auth.idle_minutes_staff", c.auth.idle_minutes_staff.to_string()),
        ("auth.idle_minutes_body", c.auth.idle_minutes_body.to_string()),
        ("auth.absolute_hours", c.auth.absolute_hours.to_string()),
        ("auth.tries_per_account", c.auth.tries_per_account.to_string()),
        ("auth.tries_per_address", c.auth.tries_per_address.to_string()),
        ("auth.wait_minutes", c.auth.wait_minutes.to_string()),
        ("uploads.max_mib", c.uploads.max_mib.to_string()),
        ("uploads.max_pages", c.uploads.max_pages.to_string()),
        ("uploads.max_files_per_slot", c.uploads.max_files_per_slot.to_string()),
        ("uploads.unfinished_days", c.uploads.unfinished_days.to_string()),
        ("uploads.draw_memory_mib", c.uploads.draw_memory_mib.to_string()),
        ("uploads.draw_seconds", c.uploads.draw_seconds.to_string()),
        ("lamps.red", c.lamps.red.to_string()),
        ("lamps.yellow", c.lamps.yellow.to_string()),
    ]
}

/// The command: 0 when everything runs (warnings allowed), 1 when something does not.
///
/// # Errors
/// When the answer cannot be written.
pub async fn run(config: &Config, json: bool) -> anyhow::Result<ExitCode> {
    let f = look(config, &Clock::Machine).await;
    if json {
        print_json(&f)?;
    } else {
        for c in &f.checks {
            let mark = match c.health {
                Health::Ok => "ok  ",
                Health::Warn => "warn",
                Health::Fail => "FAIL",
            };
            println!("{mark}  {:<14} {}", c.name, c.found);
            if !c.todo.is_empty() {
                println!("{:20} → {}", "", c.todo);
            }
        }
        println!();
        for (key, value) in &f.settings {
            println!("      {key} = {value}");
        }
    }
    Ok(if f.worst() == Health::Fail { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_printed() {
        let mut c = Config { database: "postgres://guosuo:geheim@127.0.0.1/guosuo".into(), ..Config::default() };
        c.mail.smtp = "smtps://mailer:geheim@mail.example:465".into();
        let all = format!("{:?}", settings(&c));
        assert!(!all.contains("geheim"), "{all}");
        assert!(all.contains("guosuo:…@127.0.0.1"));
    }

    #[tokio::test]
    async fn a_folder_that_was_never_started_is_no_fault_and_is_not_made() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config { data: dir.path().join("data"), ..Config::default() };
        let f = look(&config, &Clock::Machine).await;
        assert_ne!(f.worst(), Health::Fail, "{f:?}");
        assert!(!config.data.exists());
    }
}
