//! Reading the roster from a spreadsheet or a text table.

use super::Intake;
use super::kind::Kind;
use super::run::{Fault, Input};
use super::wire::{Answer, Failure, Task};

/// Most rows read: some times the staff of the largest body.
pub(crate) const MAX_ROWS: usize = 2_000;
/// Most columns read.
pub(crate) const MAX_COLUMNS: usize = 40;

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
        let task = Task::Table { kind, max_rows: MAX_ROWS, max_columns: MAX_COLUMNS };
        let mut run = self.0.runner.start(task, input).await?;
        match run.answer().await? {
            Answer::Table { rows, cut } if rows.len() <= MAX_ROWS => Ok(Ok(Table { rows, cut })),
            Answer::Failed(f) => Ok(Err(f)),
            other => Err(Fault::Worker(format!("{:?} to table", std::mem::discriminant(&other)))),
        }
    }
}
