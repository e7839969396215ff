//! What an officer asks of the queue: the query part of its address, in words and for the store.

use guosuo_case::OrgKind;
use guosuo_case::filing::parse_date;
use guosuo_store::{FilingFilter, FilingSort};
use serde::Deserialize;

use super::view::Times;
use crate::app::Cx;
use crate::error::Error;
use crate::router::encode;
use crate::web::Lang;

/// Cases on one page.
pub(super) const PER_PAGE: u32 = 20;

/// Stages of the review by their stored names.
pub(super) const STAGES: [&str; 5] = ["unassigned", "checking", "with_nda", "opinion", "proposed"];

/// The query part of the address of the queue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Query {
    /// Which cases: empty (all open), `mine`, `alarm`, `nda`, `incomplete`, `over`, `red`,
    /// `yellow`, `green`, `today`, `done`.
    pub tab: String,
    /// Part of a name, credit code or number.
    pub q: String,
    /// Stage.
    pub stage: String,
    /// Account of the handler; `-` for nobody.
    pub handler: String,
    /// Received from this day.
    pub from: String,
    /// Received until this day.
    pub to: String,
    /// `due`, `name`, `number`, `received`; with `-` in front descending.
    pub sort: String,
    /// Page, 1 for the first.
    pub page: u32,
}

impl Query {
    /// The page asked for.
    pub(super) fn page(&self) -> u32 {
        self.page.max(1)
    }

    /// Column and direction.
    pub(super) fn sorting(&self) -> (FilingSort, bool) {
        let (name, down) = match self.sort.strip_prefix('-') {
            Some(rest) => (rest, true),
            None => (self.sort.as_str(), false),
        };
        let by = match name {
            "name" => FilingSort::Name,
            "number" => FilingSort::Number,
            "received" => FilingSort::Received,
            _ => FilingSort::Due,
        };
        (by, down)
    }

    /// The query part with other values for some keys; empty values are left out, and the page
    /// begins anew unless it is set.
    pub(super) fn with(&self, changes: &[(&str, &str)]) -> String {
        let own = [
            ("tab", &self.tab),
            ("q", &self.q),
            ("stage", &self.stage),
            ("handler", &self.handler),
            ("from", &self.from),
            ("to", &self.to),
            ("sort", &self.sort),
        ];
        let mut out = String::new();
        let mut add = |key: &str, value: &str| {
            if !value.is_empty() {
                out.push(if out.is_empty() { '?' } else { '&' });
                out.push_str(key);
                out.push('=');
                out.push_str(&encode(value));
            }
        };
        for (key, value) in own {
            let value = changes.iter().find(|(k, _)| *k == key).map_or(value.as_str(), |(_, v)| v);
            add(key, value);
        }
        if let Some((_, page)) = changes.iter().find(|(k, _)| *k == "page") {
            add("page", page);
        }
        out
    }

    /// The filter for the store, as this person may use it.
    ///
    /// # Errors
    /// [`Error::SignInNeeded`] without an actor.
    pub(super) fn filter(&self, cx: &Cx, t: &Times<'_>) -> Result<FilingFilter, Error> {
        let actor = cx.actor()?;
        let day = |text: &str| parse_date(text).map(|d| d.to_string()).unwrap_or_default();
        let mut f = FilingFilter {
            sent_only: actor.org_kind != OrgKind::Cac,
            text: self.q.trim().to_owned(),
            stage: self.stage.clone(),
            handler: self.handler.clone(),
            received_from: day(&self.from),
            received_to: day(&self.to),
            ..FilingFilter::default()
        };
        let today = t.today.to_string();
        let after = |d: jiff::civil::Date| d.tomorrow().map(|d| d.to_string()).unwrap_or_default();
        let (red, yellow) = (t.day_with_left(t.lamps.red), t.day_with_left(t.lamps.yellow));
        match self.tab.as_str() {
            "mine" => f.handler = actor.user.to_string(),
            "alarm" => f.due_to = yellow.to_string(),
            "nda" => "sent".clone_into(&mut f.nda),
            "incomplete" => f.incomplete = true,
            "over" => f.passed_before = today,
            "red" => (f.due_from, f.due_to) = (today, red.to_string()),
            "yellow" => (f.due_from, f.due_to) = (after(red), yellow.to_string()),
            "green" => f.due_from = after(yellow),
            "today" => (f.received_from, f.received_to) = (today.clone(), today),
            "done" => f.done = true,
            _ => {}
        }
        Ok(f)
    }

    /// Why the list is not narrowed by the days typed; empty when it is, or none was typed.
    pub(super) fn misread(&self, l: Lang) -> &'static str {
        let read = |text: &str| if text.trim().is_empty() { Ok(None) } else { parse_date(text).map(Some).ok_or(()) };
        match (read(&self.from), read(&self.to)) {
            (Ok(Some(from)), Ok(Some(to))) if from > to => l.t(
                "起始日期晚于截止日期，所以没有案件。请对调或者修改。",
                "The first day is after the last, so no case fits. Exchange or correct them.",
            ),
            (Ok(_), Ok(_)) => "",
            _ => l.t(
                "日期没有看懂，下面没有按这个日期筛选。按“2026-01-05”的格式填写。",
                "A date could not be read, and the list is not narrowed by it. Write it like 2026-01-05.",
            ),
        }
    }

    /// Whether anything beside the tab narrows the list.
    pub(super) fn is_narrow(&self) -> bool {
        ![&self.q, &self.stage, &self.handler, &self.from, &self.to].iter().all(|s| s.is_empty())
    }
}

/// The query part of an address with only what the queue knows in it.
pub(super) fn canonical(text: &str) -> String {
    let Some((_, query)) = text.split_once('?') else { return String::new() };
    let Ok(uri) = format!("http://x/?{query}").parse::<axum::http::Uri>() else { return String::new() };
    axum::extract::Query::<Query>::try_from_uri(&uri).map(|q| q.0.with(&[])).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_address_holds_only_what_the_queue_knows() {
        assert_eq!(canonical("?tab=mine&stage=checking&page=4"), "?tab=mine&stage=checking");
        assert_eq!(canonical("?evil=1"), "");
        assert_eq!(canonical("https://elsewhere.example/?q=1"), "?q=1");
        assert_eq!(canonical("?q=%E4%BA%91%26x"), "?q=%E4%BA%91%26x");
        assert_eq!(canonical("?q=\u{7f}"), "");
    }

    #[test]
    fn an_address_keeps_what_is_set_and_drops_what_is_not() {
        let q = Query { tab: "mine".into(), q: "云岫 100%".into(), page: 3, ..Query::default() };
        assert_eq!(q.with(&[]), "?tab=mine&q=%E4%BA%91%E5%B2%AB%20100%25");
        assert_eq!(q.with(&[("tab", ""), ("q", "")]), "");
        assert_eq!(q.with(&[("q", ""), ("page", "2")]), "?tab=mine&page=2");
        assert!(q.is_narrow() && !Query::default().is_narrow());
        assert_eq!(Query { sort: "-name".into(), ..Query::default() }.sorting(), (FilingSort::Name, true));
    }
}
