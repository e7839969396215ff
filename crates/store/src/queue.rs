//! The queue of filings: filters, order, sums. All of it is fixed SQL with parameters that may
//! be empty.

use jiff::civil::Date;

use crate::db::{Reader, from_row, on, statements, unsigned};
use crate::error::Error;
use crate::project::FilingRow;

macro_rules! columns {
    () => {
        "case_id, version, org, org_name, credit_code, number, phase, stage, received, submitted, due_from, due_to, handler, handler_name, complete, wanting, wanting_items, unjudged, nda, nda_since, late, previous, decided, updated"
    };
}
// $1 sent only, $2 text, $3 stage, $4 handler ('-' for none), $5 $6 received, $7 $8 due,
// $9 passed before, $10 opinion, $11 incomplete only.
macro_rules! narrow {
    () => {
        " AND (NOT $1 OR nda <> '') AND ($2 = '' OR replace(org_name, $2, '') <> org_name OR replace(credit_code, $2, '') <> credit_code OR replace(number, $2, '') <> number) AND ($3 = '' OR stage = $3) AND ($4 = '' OR handler = $4 OR ($4 = '-' AND handler = '')) AND ($5 = '' OR received >= $5) AND ($6 = '' OR received <= $6) AND ($7 = '' OR due_to >= $7) AND ($8 = '' OR due_from <= $8) AND ($9 = '' OR due_to < $9) AND ($10 = '' OR nda = $10) AND (NOT $11 OR wanting > 0)"
    };
}
macro_rules! open {
    ($order:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM filing WHERE phase = 'under_review'",
            narrow!(),
            " ORDER BY ",
            $order,
            " LIMIT $12 OFFSET $13"
        )
    };
}
macro_rules! done {
    ($order:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM filing WHERE phase IN ('filed', 'refused', 'withdrawn', 'removed') AND submitted > 0",
            narrow!(),
            " ORDER BY ",
            $order,
            " LIMIT $12 OFFSET $13"
        )
    };
}

/// Gives a query the eleven values that `narrow!` names, in its order.
macro_rules! bind_filter {
    ($query:expr, $f:expr) => {
        $query
            .bind($f.sent_only)
            .bind($f.text.as_str())
            .bind($f.stage.as_str())
            .bind($f.handler.as_str())
            .bind($f.received_from.as_str())
            .bind($f.received_to.as_str())
            .bind($f.due_from.as_str())
            .bind($f.due_to.as_str())
            .bind($f.passed_before.as_str())
            .bind($f.nda.as_str())
            .bind($f.incomplete)
    };
}

statements! {
    OPEN_DUE = open!("due_from, case_id");
    OPEN_DUE_DOWN = open!("due_from DESC, case_id DESC");
    OPEN_RECEIVED = open!("submitted, case_id");
    OPEN_RECEIVED_DOWN = open!("submitted DESC, case_id DESC");
    OPEN_NAME = open!("org_name, case_id");
    OPEN_NAME_DOWN = open!("org_name DESC, case_id DESC");
    OPEN_NUMBER = open!("substr(number, 1, 8), length(number), number, case_id");
    OPEN_NUMBER_DOWN = open!("substr(number, 1, 8) DESC, length(number) DESC, number DESC, case_id DESC");
    DONE_DUE = done!("decided, case_id");
    DONE_DUE_DOWN = done!("decided DESC, case_id DESC");
    DONE_RECEIVED = done!("submitted, case_id");
    DONE_RECEIVED_DOWN = done!("submitted DESC, case_id DESC");
    DONE_NAME = done!("org_name, case_id");
    DONE_NAME_DOWN = done!("org_name DESC, case_id DESC");
    DONE_NUMBER = done!("substr(number, 1, 8), length(number), number, case_id");
    DONE_NUMBER_DOWN = done!("substr(number, 1, 8) DESC, length(number) DESC, number DESC, case_id DESC");
    OPEN_COUNT = concat!("SELECT CAST(COUNT(*) AS BIGINT) FROM filing WHERE phase = 'under_review'", narrow!());
    DONE_COUNT = concat!("SELECT CAST(COUNT(*) AS BIGINT) FROM filing WHERE phase IN ('filed', 'refused', 'withdrawn', 'removed') AND submitted > 0", narrow!());
    COUNTS = "SELECT CAST(COUNT(*) AS BIGINT) AS open, CAST(COALESCE(SUM(CASE WHEN due_to < $3 THEN 1 ELSE 0 END), 0) AS BIGINT) AS over, CAST(COALESCE(SUM(CASE WHEN due_to >= $3 AND due_from <= $4 THEN 1 ELSE 0 END), 0) AS BIGINT) AS red, CAST(COALESCE(SUM(CASE WHEN due_to >= $3 AND due_from > $4 AND due_from <= $5 THEN 1 ELSE 0 END), 0) AS BIGINT) AS yellow, CAST(COALESCE(SUM(CASE WHEN due_from > $5 THEN 1 ELSE 0 END), 0) AS BIGINT) AS green, CAST(COALESCE(SUM(CASE WHEN nda = 'sent' THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting, CAST(COALESCE(SUM(CASE WHEN received = $3 THEN 1 ELSE 0 END), 0) AS BIGINT) AS today, CAST(COALESCE(SUM(CASE WHEN handler = '' THEN 1 ELSE 0 END), 0) AS BIGINT) AS unassigned, CAST(COALESCE(SUM(CASE WHEN handler = $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS mine, CAST(COALESCE(SUM(CASE WHEN wanting > 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS incomplete FROM filing WHERE phase = 'under_review' AND (NOT $1 OR nda <> '')";
    FILING = concat!("SELECT ", columns!(), " FROM filing WHERE case_id = $1");
    FILING_OF_NUMBER = concat!("SELECT ", columns!(), " FROM filing WHERE number = $1 AND number <> ''");
    FILINGS_OF = concat!("SELECT ", columns!(), " FROM filing WHERE org = $1 ORDER BY updated DESC, case_id DESC");
}

/// What somebody asks of the queue. Empty fields ask for nothing; days are `YYYY-MM-DD`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilingFilter {
    /// Decided or withdrawn cases instead of those under review.
    pub done: bool,
    /// Only what was sent to the National Data Administration.
    pub sent_only: bool,
    /// Part of a name, a credit code or a number.
    pub text: String,
    /// Stage of the review.
    pub stage: String,
    /// Account of the handler; `-` for cases that nobody holds.
    pub handler: String,
    /// Received on this day or later.
    pub received_from: String,
    /// Received on this day or earlier.
    pub received_to: String,
    /// Due on this day or later.
    pub due_from: String,
    /// Due on this day or earlier.
    pub due_to: String,
    /// The limit passed before this day.
    pub passed_before: String,
    /// State of the opinion: `sent`, `complete`, `wanting`, `disputed`.
    pub nda: String,
    /// Only with a material found wanting.
    pub incomplete: bool,
}

impl FilingFilter {
    /// The same circle of cases without anything that narrows it.
    #[must_use]
    pub fn scope(&self) -> Self {
        Self { sent_only: self.sent_only, ..Self::default() }
    }
}

/// The orders of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FilingSort {
    /// Last day of the decision; for decided cases the day of the decision.
    #[default]
    Due,
    /// Receipt.
    Received,
    /// Name of the body.
    Name,
    /// Number of the submission.
    Number,
}

/// The sums above the queue. Lamps exclude one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FilingCounts {
    /// Under review.
    pub open: u64,
    /// Limit passed.
    pub over: u64,
    /// Due by the red day.
    pub red: u64,
    /// Due by the yellow day.
    pub yellow: u64,
    /// Due later.
    pub green: u64,
    /// Opinion of the data authority outstanding.
    pub waiting: u64,
    /// Received today.
    pub today: u64,
    /// Nobody holds it.
    pub unassigned: u64,
    /// Held by the person asking.
    pub mine: u64,
    /// With a material found wanting.
    pub incomplete: u64,
}

struct CountsRow {
    open: i64,
    over: i64,
    red: i64,
    yellow: i64,
    green: i64,
    waiting: i64,
    today: i64,
    unassigned: i64,
    mine: i64,
    incomplete: i64,
}

from_row!(CountsRow { open, over, red, yellow, green, waiting, today, unassigned, mine, incomplete });

impl Reader {
    /// A page of the queue.
    pub async fn filings(
        &mut self,
        f: &FilingFilter,
        by: FilingSort,
        down: bool,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<FilingRow>, Error> {
        use FilingSort::{Due, Name, Number, Received};
        let sql = match (f.done, by, down) {
            (false, Due, false) => OPEN_DUE,
            (false, Due, true) => OPEN_DUE_DOWN,
            (false, Received, false) => OPEN_RECEIVED,
            (false, Received, true) => OPEN_RECEIVED_DOWN,
            (false, Name, false) => OPEN_NAME,
            (false, Name, true) => OPEN_NAME_DOWN,
            (false, Number, false) => OPEN_NUMBER,
            (false, Number, true) => OPEN_NUMBER_DOWN,
            (true, Due, false) => DONE_DUE,
            (true, Due, true) => DONE_DUE_DOWN,
            (true, Received, false) => DONE_RECEIVED,
            (true, Received, true) => DONE_RECEIVED_DOWN,
            (true, Name, false) => DONE_NAME,
            (true, Name, true) => DONE_NAME_DOWN,
            (true, Number, false) => DONE_NUMBER,
            (true, Number, true) => DONE_NUMBER_DOWN,
        };
        Ok(on!(self.conn(), |c| bind_filter!(sqlx::query_as(sql), f)
            .bind(i64::from(limit))
            .bind(i64::from(offset))
            .fetch_all(c)
            .await)?)
    }

    /// How many cases a filter finds.
    pub async fn count_filings(&mut self, f: &FilingFilter) -> Result<u64, Error> {
        let sql = if f.done { DONE_COUNT } else { OPEN_COUNT };
        let (n,): (i64,) = on!(self.conn(), |c| bind_filter!(sqlx::query_as(sql), f).fetch_one(c).await)?;
        Ok(unsigned(n))
    }

    /// The sums above the queue for one person; `red` and `yellow` are the last days of those
    /// lamps.
    pub async fn filing_counts(
        &mut self,
        scope: &FilingFilter,
        account: &str,
        today: Date,
        red: Date,
        yellow: Date,
    ) -> Result<FilingCounts, Error> {
        let [today, red, yellow] = [today, red, yellow].map(|d| d.to_string());
        let r: CountsRow = on!(self.conn(), |c| sqlx::query_as(COUNTS)
            .bind(scope.sent_only)
            .bind(account)
            .bind(today.as_str())
            .bind(red.as_str())
            .bind(yellow.as_str())
            .fetch_one(c)
            .await)?;
        Ok(FilingCounts {
            open: unsigned(r.open),
            over: unsigned(r.over),
            red: unsigned(r.red),
            yellow: unsigned(r.yellow),
            green: unsigned(r.green),
            waiting: unsigned(r.waiting),
            today: unsigned(r.today),
            unassigned: unsigned(r.unassigned),
            mine: unsigned(r.mine),
            incomplete: unsigned(r.incomplete),
        })
    }

    /// The line of one filing.
    pub async fn filing(&mut self, case_id: &str) -> Result<Option<FilingRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(FILING).bind(case_id).fetch_optional(c).await)?)
    }

    /// The filing with a submission number.
    pub async fn filing_of_number(&mut self, number: &str) -> Result<Option<FilingRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(FILING_OF_NUMBER).bind(number).fetch_optional(c).await)?)
    }

    /// The filings of one body, last changed first.
    pub async fn filings_of(&mut self, org: &str) -> Result<Vec<FilingRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(FILINGS_OF).bind(org).fetch_all(c).await)?)
    }
}
