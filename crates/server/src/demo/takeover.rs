//! Certificates of the demonstration that its body issued before it used this platform: a renewal that is due soon,
//! one that is late, a certificate that time has ended. They come in by the table of every other import (M 18).

use anyhow::{Context as _, Result, ensure};
use guosuo_case::certification::Scope;
use guosuo_rules::basis::Edition;
use guosuo_rules::time::cst_date;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::cast::{PARTIES, credit_code};
use super::certify::{BODY, scope};
use crate::app::App;
use crate::certification::takeover::{check, heading, importer, record};
use crate::web::Lang;

/// One row of the table, in the order of its columns.
fn row(holder: &str, number: &str, until: Date, today: Date) -> Result<Vec<String>> {
    let party = PARTIES.iter().find(|o| o.id == holder).context("no such party")?;
    let Scope { purposes, kinds, people, recipients, systems, retention_months, .. } = scope();
    let issued = until.saturating_sub(3.years()).saturating_add(1.days());
    let names = |sensitive: bool| kinds.iter().filter(|k| !sensitive || k.sensitive).map(|k| k.name.clone()).collect::<Vec<_>>();
    let recipients: Vec<_> = recipients.iter().map(|r| format!("{}|{}|{}", r.name, r.country, r.contact)).collect();
    let basis = Edition::on(issued).context("no edition of the basis on the day of issue")?;
    Ok(vec![
        number.into(),
        party.name.into(),
        credit_code(party.code.unwrap_or_default()),
        "CN".into(),
        "示例市示例区示例路2号".into(),
        purposes.join("；"),
        names(false).join("；"),
        names(true).join("；"),
        people.non_sensitive.to_string(),
        people.sensitive.to_string(),
        recipients.join("；"),
        String::new(),
        systems.join("；"),
        retention_months.to_string(),
        basis.id.clone(),
        "SLDH".into(),
        issued.to_string(),
        until.to_string(),
        if until < today { "过期" } else { "有效" }.into(),
        String::new(),
        String::new(),
    ])
}

/// Takes them over.
///
/// # Errors
/// When a cell cannot stand or the store fails.
pub(super) async fn older(app: &App) -> Result<()> {
    let today = cst_date(app.now());
    let rows = [
        row("chenhai", "DH-PIP-2098-0007", today.saturating_add(7.months()), today)?,
        row("linyuan", "DH-PIP-2098-0008", today.saturating_add(2.months()), today)?,
        row("chenhai", "DH-PIP-2098-0009", today.saturating_sub(10.days()), today)?,
    ];
    let mut table = heading(Lang::Zh).join(",");
    for row in rows {
        table.push('\n');
        table.push_str(&row.join(","));
    }
    let read = check(app, Lang::Zh, BODY, "原有证书（演示）.csv", &table.into()).await.map_err(|e| anyhow::anyhow!("{e:?}"))?;
    ensure!(read.errors.is_empty(), "the table of older certificates: {:?}", read.errors);
    record(app, BODY, importer(BODY), String::new(), read).await?;
    Ok(())
}
