//! Reading the roster from a spreadsheet or a text table, and long tables in parts.

use bytes::Bytes;

use super::Intake;
use super::kind::Kind;
use super::run::{Fault, Input};
use super::wire::{Answer, Failure, Task};

/// Most rows read: some times the staff of the largest body.
pub(crate) const MAX_ROWS: usize = 2_000;
/// Most columns read.
pub(crate) const MAX_COLUMNS: usize = 40;
/// Characters kept of a cell.
const CELL: usize = 500;
/// Characters kept of a cell of a long table, where one cell may list a thing per line: one more than what may stand
/// there, so that a longer one is seen to be longer.
pub(crate) const LONG_CELL: usize = 8_001;
/// Rows of a long table that are read at one time.
const PART: usize = 1_000;

/// The cells of a table as text, as they are shown, empty rows at the end left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Rows; row 0 is the first of the sheet, so that messages can name cells.
    pub rows: Vec<Vec<String>>,
    /// The table went on beyond 2,000 rows or 40 columns.
    pub cut: bool,
}

impl Intake {
    /// Reads the first sheet of an XLSX, or a CSV (UTF-8, UTF-16 or GB 18030; separated by
    /// comma, semicolon, tab or bar). Values are text; what begins like a formula is text too.
    ///
    /// # Errors
    /// A fault of the machine; what is wrong with the file is the inner answer.
    pub async fn table(&self, kind: Kind, input: Input) -> Result<Result<Table, Failure>, Fault> {
        self.part(kind, input, (0, MAX_ROWS), CELL).await
    }

    /// As [`Self::table`], for as many as `most` rows with long cells: read part by part, so that no worker answers
    /// more than it may. `cut` is set when the table goes on beyond them.
    ///
    /// # Errors
    /// As [`Self::table`]; a row that is longer than a worker may answer is [`Failure::TooHeavy`].
    pub async fn long_table(&self, kind: Kind, bytes: &Bytes, most: usize) -> Result<Result<Table, Failure>, Fault> {
        let mut out = Table::default();
        loop {
            let first = out.rows.len();
            let part = match self.part(kind, Input::from(bytes.clone()), (first, PART), LONG_CELL).await? {
                Ok(part) => part,
                Err(Failure::Nothing) if first > 0 => return Ok(Ok(out)),
                Err(f) => return Ok(Err(f)),
            };
            out.rows.extend(part.rows);
            if !part.cut {
                return Ok(Ok(out));
            }
            if out.rows.len() == first {
                // Empty rows, and something after them.
                out.rows.resize(first + PART, Vec::new());
                continue;
            }
            // The last row may have been cut in the middle: it begins the next part.
            out.rows.pop();
            if out.rows.len() <= first {
                return Ok(Err(Failure::TooHeavy));
            }
            if out.rows.len() >= most {
                out.rows.truncate(most);
                return Ok(Ok(Table { cut: true, ..out }));
            }
        }
    }

    /// So many rows from one on.
    async fn part(
        &self,
        kind: Kind,
        input: Input,
        (first_row, max_rows): (usize, usize),
        max_cell: usize,
    ) -> Result<Result<Table, Failure>, Fault> {
        let task = Task::Table { kind, first_row, max_rows, max_columns: MAX_COLUMNS, max_cell };
        let mut run = self.0.runner.start(task, input).await?;
        match run.answer().await? {
            Answer::Table { rows, cut } if rows.len() <= max_rows => Ok(Ok(Table { rows, cut })),
            Answer::Failed(f) => Ok(Err(f)),
            other => Err(Fault::Worker(format!("{:?} to table", std::mem::discriminant(&other)))),
        }
    }
}
