//! `guosuo admin import-notice FILE`: a holiday notice of the State Council as an act with its
//! document number. Running clocks are dated again and the parties told, in the same
//! transaction.

use std::process::ExitCode;

use guosuo_case::OrgKind;
use guosuo_case::certificate::Certificate;
use guosuo_case::certification::Application;
use guosuo_case::filing::Filing;
use guosuo_rules::calendar::Notice;
use guosuo_store::{Error as StoreError, Moved, NewJob, Origin, Tx};
use jiff::Timestamp;
use serde::Serialize;

use super::print_json;
use crate::app::App;
use crate::jobs::mail::{Order, QUEUE};
use crate::words::{MessageData, MessageKind};

/// What an import did.
#[derive(Debug, Clone, Serialize)]
pub struct Imported {
    /// Document number 文号.
    pub document: String,
    /// The year that it arranges.
    pub year: i16,
    /// Version of the calendar now in force.
    pub calendar: String,
    /// Clocks whose last day has moved.
    pub moved: Vec<Moved>,
}

/// Dates the clocks of every kind of case again.
///
/// # Errors
/// When the store fails.
pub(crate) async fn redate(tx: &mut Tx, origin: &Origin, now: Timestamp) -> Result<Vec<Moved>, StoreError> {
    let mut moved = tx.redate::<Filing>(origin, now).await?;
    moved.extend(tx.redate::<Application>(origin, now).await?);
    moved.extend(tx.redate::<Certificate>(origin, now).await?);
    Ok(moved)
}

/// Number and name by which a case is known, and whether the authorities review it.
async fn named(tx: &mut Tx, case_id: &str) -> Result<(String, String, bool), StoreError> {
    let reader = tx.reader().await?;
    if let Some(f) = reader.filing(case_id).await? {
        return Ok((f.number, f.org_name, true));
    }
    if let Some(a) = reader.application(case_id).await? {
        return Ok((a.number, a.processor, false));
    }
    let c = reader.certificate(case_id).await?.unwrap_or_default();
    Ok((c.number, c.holder, false))
}

/// Imports a notice and dates the running clocks again.
///
/// # Errors
/// When the text is no notice, contradicts the calendar, or was imported before.
pub async fn import_notice(app: &App, toml: &str, origin: Origin) -> anyhow::Result<Imported> {
    let notice = Notice::parse_toml(toml)?;
    let now = app.now();
    let authorities: Vec<String> =
        app.store.reader().await?.organisations(Some(OrgKind::Cac), None).await?.into_iter().map(|o| o.id).collect();
    let (calendar, moved) = app
        .store
        .write_with(
            (toml.to_owned(), notice.document.clone(), origin, authorities),
            move |tx, (toml, document, origin, authorities)| {
                Box::pin(async move {
                    let calendar = tx.import_notice(toml, origin, now).await?.version().to_owned();
                    let moved = redate(tx, origin, now).await?;
                    for m in &moved {
                        let (number, name, review) = named(tx, &m.case_id).await?;
                        let data = MessageData {
                            number,
                            name,
                            reason: document.clone(),
                            due: m.after.0.clone(),
                            until: m.after.1.clone(),
                            ..MessageData::default()
                        };
                        let message =
                            tx.send_message(&m.org, &m.case_id, MessageKind::Redated.as_str(), &data, None, now).await?;
                        let order = Order::Inbox { org: m.org.clone(), message };
                        tx.enqueue(NewJob::new(QUEUE, &order, now)?, now).await?;
                        for org in authorities.iter().filter(|_| review) {
                            tx.send_message(org, &m.case_id, MessageKind::Redated.as_str(), &data, None, now).await?;
                        }
                    }
                    Ok::<_, StoreError>((calendar, moved))
                })
            },
        )
        .await?;
    Ok(Imported { document: notice.document, year: notice.year, calendar, moved })
}

/// The command.
///
/// # Errors
/// As [`import_notice`].
pub async fn import(app: &App, toml: &str, json: bool) -> anyhow::Result<ExitCode> {
    let done = match import_notice(app, toml, Origin::system("import-notice")).await {
        Ok(done) => done,
        Err(e) => {
            eprintln!("未导入 / not imported: {e:#}");
            return Ok(ExitCode::from(1));
        }
    };
    if json {
        print_json(&done)?;
        return Ok(ExitCode::SUCCESS);
    }
    println!("已导入 / imported: {} ({})", done.document, done.year);
    println!("时限重新计算 / clocks moved: {}", done.moved.len());
    for m in &done.moved {
        println!("  {}\t{}\t{}..{} -> {}..{}", m.case_id, m.name, m.before.0, m.before.1, m.after.0, m.after.1);
    }
    Ok(ExitCode::SUCCESS)
}
