//! The first entries of a real instance: bodies that were published before it existed.

use guosuo_store::{BodyRow, Error as StoreError, Origin};
use jiff::civil::Date;
use serde::Deserialize;

use crate::app::App;

/// A notice with the bodies it names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    /// Title of the notice.
    notice: String,
    /// Day of the notice: the entries count from it.
    published: Date,
    /// Official address of the notice.
    source: String,
    #[serde(rename = "body")]
    bodies: Vec<Named>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    credit_code: String,
}

/// Enters the bodies of a notice into the register, with their source, as a recorded act.
/// Entries that are there already stay as they are. Answers how many are new.
///
/// # Errors
/// When the text is not such a notice, or the store fails.
pub async fn import_published(app: &App, toml_text: &str) -> anyhow::Result<usize> {
    let notice: Published = toml::from_str(toml_text)?;
    anyhow::ensure!(
        notice.source.starts_with("https://") || notice.source.starts_with("http://"),
        "the notice has no official address"
    );
    anyhow::ensure!(!notice.bodies.is_empty(), "the notice names no body");
    for b in &notice.bodies {
        anyhow::ensure!(
            !b.name.trim().is_empty() && guosuo_case::text::check(&b.name, false).is_ok(),
            "a body has no usable name"
        );
    }
    let now = app.now();
    let added = app
        .store
        .write_with(notice, move |tx, notice| {
            Box::pin(async move {
                let origin = Origin::system("import-published");
                let mut added = 0_usize;
                for (i, b) in notice.bodies.iter().enumerate() {
                    let row = BodyRow {
                        id: format!("notice-{}-{}", notice.published, i + 1),
                        number: b.number.clone(),
                        org: String::new(),
                        name: b.name.clone(),
                        credit_code: b.credit_code.clone(),
                        filed: notice.published.to_string(),
                        published: notice.published.to_string(),
                        case_id: String::new(),
                        source: notice.source.clone(),
                        data: serde_json::json!({ "notice": notice.notice }).to_string(),
                    };
                    let id = row.id.clone();
                    if tx.import_body(row, "filed", now).await? {
                        added += 1;
                        let what = serde_json::json!({ "name": b.name, "notice": notice.notice, "source": notice.source });
                        tx.record_act("register.imported", &id, &origin, &what, now).await?;
                    }
                }
                Ok::<_, StoreError>(added)
            })
        })
        .await?;
    Ok(added)
}

/// The notice that the program brings along: the first three bodies, of 30 December 2025.
pub const FIRST_NOTICE: &str = include_str!("../../../../data/published-2025-12-30.toml");
