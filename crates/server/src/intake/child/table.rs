//! Reading tables: spreadsheets and separated text.

use std::io::Cursor;

use calamine::{DataRef, Reader as _, SheetVisible, Xlsx, XlsxError};

use super::super::wire::{Failure, MAX_JSON};

type Rows = Vec<Vec<String>>;

/// All cells together; leaves room for the escapes of JSON.
const MAX_TEXT: usize = MAX_JSON / 8;

/// Which part of a table is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// The first row, 0 for that of the sheet.
    pub(super) first_row: usize,
    /// Rows from there on.
    pub(super) max_rows: usize,
    /// Columns.
    pub(super) max_columns: usize,
    /// Characters kept of a cell.
    pub(super) max_cell: usize,
}

/// The first sheet of a workbook that can be seen.
pub(super) fn spreadsheet(bytes: Vec<u8>, bounds: Bounds) -> Result<(Rows, bool), Failure> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(fault)?;
    // Templates keep their lists of choices in hidden sheets.
    let sheets = book.sheets_metadata();
    let first = sheets
        .iter()
        .find(|s| s.visible == SheetVisible::Visible)
        .or(sheets.first())
        .map(|s| s.name.clone())
        .ok_or(Failure::Nothing)?;
    let mut cells = book.worksheet_cells_reader(&first).map_err(fault)?;
    let mut sheet = Sheet::new(bounds);
    // Cell by cell: a sheet that claims a million columns reserves nothing.
    while let Some(cell) = cells.next_cell().map_err(fault)? {
        let (row, column) = cell.get_position();
        let text = shown(cell.get_value());
        if !text.is_empty() && !sheet.put(row as usize, column as usize, &text) {
            break;
        }
    }
    sheet.finish()
}

#[expect(clippy::needless_pass_by_value, reason = "used as a mapping")]
fn fault(e: XlsxError) -> Failure {
    if matches!(e, XlsxError::Password) { Failure::Encrypted } else { Failure::Broken }
}

/// A value as the sheet shows it: numbers without exponent, dates as year-month-day.
fn shown(v: &DataRef<'_>) -> String {
    match v {
        DataRef::Empty => String::new(),
        DataRef::String(s) => s.clone(),
        DataRef::SharedString(s) => (*s).to_owned(),
        DataRef::Int(i) => i.to_string(),
        DataRef::Float(f) => f.to_string(),
        DataRef::Bool(b) => b.to_string(),
        DataRef::DateTime(d) => {
            let (year, month, day, ..) = d.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => s.clone(),
        DataRef::Error(e) => e.to_string(),
    }
}

/// Separated text in any of the usual encodings.
pub(super) fn text(bytes: &[u8], bounds: Bounds) -> Result<(Rows, bool), Failure> {
    let text = decoded(bytes);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter(&text)).from_reader(text.as_bytes());
    let mut sheet = Sheet::new(bounds);
    for (row, record) in reader.records().enumerate() {
        let record = record.map_err(|_| Failure::Broken)?;
        for (column, cell) in record.iter().enumerate() {
            if !cell.trim().is_empty() && !sheet.put(row, column, cell) {
                return sheet.finish();
            }
        }
    }
    sheet.finish()
}

/// By its mark, else UTF-8 where it is valid, else GB 18030.
fn decoded(bytes: &[u8]) -> String {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode_with_bom_removal(bytes).0.into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(s) => s.to_owned(),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// The separator that stands most often outside quotes in the first ten lines.
fn delimiter(text: &str) -> u8 {
    let mut counts = [0_usize; 4];
    let candidates = [b',', b'\t', b';', b'|'];
    let (mut quoted, mut lines) = (false, 0);
    for b in text.bytes().take(64 << 10) {
        match b {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                lines += 1;
                if lines == 10 {
                    break;
                }
            }
            _ if !quoted => {
                if let Some(i) = candidates.iter().position(|c| *c == b) {
                    counts[i] += 1;
                }
            }
            _ => {}
        }
    }
    let best = (0..4).rev().max_by_key(|i| counts[*i]).unwrap_or(0);
    candidates[best]
}

struct Sheet {
    rows: Rows,
    cut: bool,
    text: usize,
    bounds: Bounds,
}

impl Sheet {
    fn new(bounds: Bounds) -> Self {
        Self { rows: Vec::new(), cut: false, text: 0, bounds }
    }

    /// Puts a cell in its place; false when nothing more fits.
    fn put(&mut self, row: usize, column: usize, cell: &str) -> bool {
        let Some(row) = row.checked_sub(self.bounds.first_row) else { return true };
        if row >= self.bounds.max_rows || self.text > MAX_TEXT {
            self.cut = true;
            return false;
        }
        if column >= self.bounds.max_columns {
            self.cut = true;
            return true;
        }
        let cell: String = cell.trim().chars().take(self.bounds.max_cell).collect();
        self.text += cell.len();
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Vec::new);
        }
        if self.rows[row].len() <= column {
            self.rows[row].resize(column + 1, String::new());
        }
        self.rows[row][column] = cell;
        true
    }

    fn finish(self) -> Result<(Rows, bool), Failure> {
        if self.rows.is_empty() && !self.cut { Err(Failure::Nothing) } else { Ok((self.rows, self.cut)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { first_row: 0, max_rows: 100, max_columns: 10, max_cell: 500 };

    fn read(bytes: &[u8]) -> Rows {
        text(bytes, BOUNDS).unwrap().0
    }

    #[test]
    fn encodings_and_separators_are_found() {
        let want = [["姓名", "证件号码"], ["欧阳𠮷野", "110101199003070134"]];
        let (gbk, _, _) = encoding_rs::GB18030.encode("姓名,证件号码\r\n欧阳𠮷野,110101199003070134\r\n");
        let utf16: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain("姓名\t证件号码\n欧阳𠮷野\t110101199003070134".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        for bytes in [
            "姓名,证件号码\n欧阳𠮷野,110101199003070134".as_bytes(),
            "\u{feff}姓名;证件号码\n\"欧阳𠮷野\";110101199003070134\n\n".as_bytes(),
            &gbk,
            &utf16,
        ] {
            assert_eq!(read(bytes), want);
        }
    }

    #[test]
    fn formulas_are_text_and_rows_keep_their_numbers() {
        assert_eq!(read(b"=1+1,@x\n,\n\"+a,b\",'c"), [vec!["=1+1", "@x"], vec![], vec!["+a,b", "'c"]]);
    }

    #[test]
    fn too_much_is_cut_and_said() {
        let long = "a,b\n".repeat(200);
        let (rows, cut) = text(long.as_bytes(), BOUNDS).unwrap();
        assert_eq!((rows.len(), cut), (100, true));
        let (rows, cut) = text("x,".repeat(30).as_bytes(), BOUNDS).unwrap();
        assert_eq!((rows[0].len(), cut), (10, true));
        assert_eq!(text(b" \n\n", BOUNDS), Err(Failure::Nothing));
        let cell = |max_cell| text("字".repeat(9_000).as_bytes(), Bounds { max_cell, ..BOUNDS }).unwrap().0[0][0].chars().count();
        assert_eq!((cell(500), cell(8_001)), (500, 8_001));
    }

    #[test]
    fn a_part_begins_where_the_one_before_it_ended() {
        let long: String = (0..250).map(|n| format!("{n},x\n")).collect();
        let part = |first_row| text(long.as_bytes(), Bounds { first_row, ..BOUNDS });
        let (rows, cut) = part(200).unwrap();
        assert_eq!((rows.len(), rows[0][0].as_str(), cut), (50, "200", false));
        assert_eq!(part(250), Err(Failure::Nothing), "nothing is left");
    }
}
