//! `GET /bodies`: the register of filed certification bodies, also as it stood on a past day.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::filing::parse_date;
use guosuo_store::RegisteredBody;
use jiff::civil::Date;
use serde::Deserialize;

use super::BodyLine;
use crate::app::Cx;
use crate::error::Error;
use crate::router::encode;
use crate::web::{Form, Front, Lang, Shell};

/// Most entries of one answer.
const MOST: u32 = 5000;

/// `?q=…&as_of=…`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Part of a name or number, or a credit code.
    pub q: String,
    /// The day; today when empty.
    pub as_of: String,
}

impl Asked {
    /// The day asked for.
    ///
    /// # Errors
    /// [`NoDay`] for what is no date, and for a day that has not come: the register knows nothing of it.
    pub fn day(&self, today: Date) -> Result<Date, NoDay> {
        if self.as_of.trim().is_empty() {
            return Ok(today);
        }
        match parse_date(&self.as_of) {
            Some(day) if day <= today => Ok(day),
            Some(_) => Err(NoDay::ToCome),
            None => Err(NoDay::Unread),
        }
    }
}

/// Why the register cannot be shown as of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoDay {
    /// It is no date.
    Unread,
    /// It lies ahead.
    ToCome,
}

impl NoDay {
    /// What is wrong and what would be right.
    pub(crate) fn words(self, l: Lang) -> &'static str {
        match self {
            Self::Unread => {
                l.t("日期没有看懂。按“2026-01-05”的格式填写。", "The date could not be read. Write it like 2026-01-05.")
            }
            Self::ToCome => l.t(
                "这一天还没有到，名录最晚只能查到今天。填写今天或者以前的日期。",
                "That day has not come yet. The register can be read as of today or an earlier day.",
            ),
        }
    }
}

/// The entries asked for, as of a day.
///
/// # Errors
/// When the store cannot be read.
pub async fn find(cx: &Cx, asked: &Asked, day: Date) -> Result<Vec<RegisteredBody>, Error> {
    let q = asked.q.trim();
    let mut reader = cx.app.store.reader().await?;
    let mut found = reader.bodies(day, q, MOST).await?;
    // A credit code may be typed in lower case or with blanks.
    if found.is_empty() && !q.is_empty() {
        found = reader.bodies(day, &guosuo_rules::ids::normalise(q), MOST).await?;
    }
    Ok(found)
}

#[derive(Template)]
#[template(path = "public/bodies.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    rows: Vec<BodyLine>,
    told: String,
    query: String,
    today: bool,
}

/// The list.
///
/// # Errors
/// When the store cannot be read.
pub async fn show(cx: Cx, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let l = cx.l();
    let mut form = Form::new().with("q", asked.q.clone()).with("as_of", asked.as_of.clone());
    let day = asked.day(cx.today());
    let rows = match day {
        Ok(day) => find(&cx, &asked, day).await?,
        Err(no) => {
            form.fail("as_of", no.words(l));
            Vec::new()
        }
    };
    let shown = day.unwrap_or_else(|_| cx.today());
    let count = rows.len();
    let told = l.pick(
        format!("截至{}，共{count}家", l.date(shown).words),
        format!("As of {}: {}", l.date(shown).words, if count == 1 { "1 body".to_owned() } else { format!("{count} bodies") }),
    );
    let query = format!("?q={}&as_of={}", encode(asked.q.trim()), encode(asked.as_of.trim()));
    let rows = rows.iter().map(|b| BodyLine::new(l, b)).collect();
    let shell = Shell::new(&cx.screen, Front::Public, l.t("专业认证机构名录", "Register of certification bodies"))
        .at("bodies")
        .crumb("/bodies", l.t("专业认证机构", "Certification bodies"))
        .here(l.t("名录", "Register"))
        .for_form(&form);
    let status: StatusCode = form.status();
    let today = shown == cx.today();
    Ok((status, Html(Page { shell, l, form, rows, told, query, today }.render()?)).into_response())
}
