//! `guosuo admin import-certificates`: certificates that a body issued before it worked here (M 18), for whoever runs
//! the instance. Without `--record` the table is only checked.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use guosuo_case::OrgKind;
use guosuo_store::ActError;

use super::print_json;
use crate::app::App;
use crate::certification::takeover::{check, importer, record};
use crate::cli::InstanceArgs;
use crate::web::Lang;
use crate::words;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub struct TakeOverArgs {
    #[command(flatten)]
    pub(super) instance: InstanceArgs,
    /// 专业认证机构的统一社会信用代码或者平台内编号 / credit code of the body, or its id here
    #[arg(long)]
    pub(super) body: String,
    /// 核对无误后正式接收；不写只核对 / take over if nothing is wrong; without it the table is only checked
    #[arg(long)]
    pub(super) record: bool,
    /// 错误用英文说明 / explain errors in English
    #[arg(long)]
    pub(super) english: bool,
    /// 输出JSON / print JSON
    #[arg(long)]
    pub(super) json: bool,
    /// 原有证书表（CSV或者XLSX，一行一张）/ table of the certificates, one in each row
    pub(super) file: PathBuf,
}

async fn body_of(app: &App, named: &str) -> anyhow::Result<String> {
    let mut reader = app.store.reader().await?;
    let found = match reader.organisation_by_code(named).await? {
        Some(o) => Some(o),
        None => reader.organisation(named).await?,
    };
    let body = found.filter(|o| o.kind == OrgKind::Body);
    body.map(|o| o.id).with_context(|| format!("没有这家专业认证机构 / no such certification body: {named}"))
}

/// Checks a table and takes its certificates over; exit status 1 when a cell is wrong.
///
/// # Errors
/// When the file cannot be read, there is no such body, or the store fails.
pub async fn import(app: &App, args: &TakeOverArgs) -> anyhow::Result<ExitCode> {
    let l = if args.english { Lang::En } else { Lang::Zh };
    let bytes = std::fs::read(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?;
    let name = args.file.file_name().map_or_else(|| "table".to_owned(), |n| n.to_string_lossy().into_owned());
    let body = body_of(app, &args.body).await?;
    let read = check(app, l, &body, &name, &bytes.into()).await.map_err(|e| anyhow::anyhow!("{e:?}"))?;
    let (count, sha256, errors) = (read.list.len(), read.sha256.clone(), read.errors.clone());
    let mut recorded = 0;
    let mut refused = String::new();
    if args.record && errors.is_empty() {
        match record(app, &body, importer(&body), String::new(), read).await {
            Ok(n) => recorded = n,
            Err(ActError::Refused(r)) => refused = words::refusal(l, &r),
            Err(e) => return Err(e.into()),
        }
    }
    if args.json {
        print_json(&serde_json::json!({
            "body": body, "file": name, "sha256": sha256, "certificates": count, "recorded": recorded, "errors": errors, "refused": refused,
        }))?;
    } else {
        for e in &errors {
            println!("{}\t{}\t{}", e.cell, e.value, e.problem);
        }
        let none = l.t("一张也没有接收。", "Nothing was taken over.");
        let said = match (errors.len(), recorded) {
            _ if !refused.is_empty() => format!("{refused} {none}"),
            (0, 0) => l.pick(
                format!("已核对{count}张证书，没有要改的地方，还没有接收。加上 --record 正式接收。"),
                format!(
                    "{count} certificates checked; nothing needs changes, nothing was taken over. Add --record to take them over."
                ),
            ),
            (0, n) => l.pick(format!("已接收{n}张证书。"), format!("{n} certificates were taken over.")),
            (n, _) => l.pick(format!("{n}处要修改。{none}"), format!("{n} cells need changes. {none}")),
        };
        eprintln!("{said}");
    }
    Ok(if errors.is_empty() && refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
