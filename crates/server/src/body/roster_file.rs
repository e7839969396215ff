//! The roster as a table: reading what people fill in, with an error for every cell, and
//! writing the template and the export.

use guosuo_case::filing::Person;
use guosuo_case::text;
use guosuo_rules::ids::{self, Options, ric};
use guosuo_store::new_id;
use rust_xlsxwriter::{DataValidation, Format, FormatBorder, Workbook, XlsxError};

use crate::error::Error;
use crate::web::Lang;

/// Most people taken.
pub const MOST: usize = 2_000;
/// Longest name, position or number in characters.
pub const LONGEST: usize = 100;

/// The kinds of identity document, with what people write for them.
pub const KINDS: [(&str, &str, &str); 4] = [
    ("resident_id", "居民身份证", "Resident ID card"),
    ("passport", "护照", "Passport"),
    ("permit", "通行证或者居留证件", "Travel or residence permit"),
    ("other", "其他证件", "Other document"),
];

/// A kind of document in words.
pub fn kind_words(l: Lang, kind: &str) -> &'static str {
    KINDS.iter().find(|k| k.0 == kind).map_or("", |k| l.t(k.1, k.2))
}

/// A cell that cannot stand.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CellError {
    /// As spreadsheets name it: `B3`.
    pub cell: String,
    /// What stands there.
    pub value: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    Kind,
    Number,
    Position,
}

impl Column {
    fn of(head: &str) -> Option<Self> {
        let head: String = head.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
        let head = head.trim_end_matches(['*', '＊', ':', '：']);
        Some(match head {
            "姓名" | "名字" | "人员姓名" | "name" | "fullname" => Self::Name,
            "证件类型" | "证件种类" | "身份证件类型" | "documenttype" | "document" => Self::Kind,
            "证件号码" | "证件号" | "身份证号" | "身份证号码" | "身份证件号码" | "documentnumber" | "number" | "idnumber" => {
                Self::Number
            }
            "岗位" | "职务" | "岗位/职务" | "岗位职务" | "position" | "role" => Self::Position,
            _ => return None,
        })
    }
}

fn kind_of(text: &str) -> Option<&'static str> {
    let t: String = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    Some(match t.as_str() {
        "" | "身份证" | "居民身份证" | "二代身份证" | "residentid" | "residentidcard" | "id" | "resident_id" => {
            "resident_id"
        }
        "护照" | "passport" => "passport",
        "其他" | "其他证件" | "other" | "otherdocument" => "other",
        t if t.contains("通行证") || t.contains("居留") || t.contains("居住证") || t.contains("permit") => "permit",
        _ => return None,
    })
}

/// The name of a cell: row and column from 0.
pub fn cell(row: usize, column: usize) -> String {
    let mut name = String::new();
    let mut n = column + 1;
    while n > 0 {
        name.insert(0, char::from(b'A' + u8::try_from((n - 1) % 26).unwrap_or(0)));
        n = (n - 1) / 26;
    }
    format!("{name}{}", row + 1)
}

/// Reads people from the cells of a table.
///
/// # Errors
/// Every cell that cannot stand; nothing is taken then.
pub fn read(l: Lang, rows: &[Vec<String>]) -> Result<Vec<Person>, Vec<CellError>> {
    let head = rows.iter().take(20).position(|r| r.iter().any(|c| Column::of(c) == Some(Column::Name)));
    let Some(head) = head else {
        return Err(vec![CellError {
            cell: "A1".into(),
            value: rows.first().and_then(|r| r.first()).cloned().unwrap_or_default(),
            problem: l
                .t(
                    "没有找到“姓名”这一列。请用下载的表，不要改动表头。",
                    "There is no column “name”. Use the table that you can download and keep its head.",
                )
                .into(),
        }]);
    };
    let columns: Vec<Option<Column>> = rows[head].iter().map(|c| Column::of(c)).collect();
    let mut errors = Vec::new();
    if !columns.contains(&Some(Column::Number)) {
        errors.push(CellError {
            cell: cell(head, 0),
            value: String::new(),
            problem: l.t("没有找到“证件号码”这一列。", "There is no column “document number”.").into(),
        });
    }
    let mut people: Vec<Person> = Vec::new();
    for (r, row) in rows.iter().enumerate().skip(head + 1) {
        if row.iter().all(|c| text::is_blank(c)) {
            continue;
        }
        let place = |c: Column| columns.iter().position(|x| *x == Some(c));
        let at = |c: Column| place(c).and_then(|i| row.get(i)).map_or("", |v| v.trim());
        let mut fail = |c: Column, problem: String| {
            errors.push(CellError { cell: cell(r, place(c).unwrap_or(0)), value: at(c).to_owned(), problem });
        };
        for c in [Column::Name, Column::Number, Column::Position] {
            if let Err(problem) = check_text(l, at(c)) {
                fail(c, problem);
            }
        }
        if at(Column::Name).is_empty() {
            fail(Column::Name, l.t("填写姓名。", "Enter the name.").into());
        }
        let kind = kind_of(at(Column::Kind));
        if kind.is_none() {
            let all = KINDS.map(|k| l.t(k.1, k.2)).join(l.t("、", ", "));
            fail(Column::Kind, l.pick(format!("证件类型写{all}中的一个。"), format!("Write one of: {all}.")));
        }
        let kind = kind.unwrap_or("other");
        let number = number_of(kind, at(Column::Number));
        if number.is_empty() {
            fail(Column::Number, l.t("填写证件号码。", "Enter the document number.").into());
        } else if let Some(problem) = number_problem(l, kind, &number) {
            fail(Column::Number, problem);
        } else if let Some(twin) = people.iter().find(|p| p.doc_kind == kind && p.doc_number == number) {
            fail(
                Column::Number,
                l.pick(
                    format!("与“{}”的证件号码重复。一人只列一次。", twin.name),
                    format!("The same number as “{}”. List each person once.", twin.name),
                ),
            );
        }
        people.push(Person {
            id: new_id(),
            name: at(Column::Name).to_owned(),
            doc_kind: kind.to_owned(),
            doc_number: number,
            position: at(Column::Position).to_owned(),
            sheet: None,
        });
    }
    if people.is_empty() && errors.is_empty() {
        errors.push(CellError {
            cell: cell(head + 1, 0),
            value: String::new(),
            problem: l.t("表里还没有人员。", "The table holds no people yet.").into(),
        });
    }
    if people.len() > MOST {
        errors.push(CellError {
            cell: cell(head + MOST, 0),
            value: String::new(),
            problem: l.pick(format!("最多{MOST}人。"), format!("At most {MOST} people.")),
        });
    }
    if errors.is_empty() { Ok(people) } else { Err(errors) }
}

/// The spelling that the roster keeps: resident numbers without blanks and in capitals.
pub fn number_of(kind: &str, typed: &str) -> String {
    if kind == "resident_id" { ids::normalise(typed) } else { typed.trim().to_owned() }
}

/// A text that cannot be kept: control characters, too long.
pub(super) fn check_text(l: Lang, value: &str) -> Result<(), String> {
    if let Err(f) = text::check(value, false) {
        let (n, c) = (f.position, f.code_point);
        return Err(l.pick(
            format!("第{n}个字符（U+{c:04X}）看不见或者会改变文字顺序，删掉它再试。"),
            format!("Character {n} (U+{c:04X}) is invisible or reorders text. Delete it and try again."),
        ));
    }
    if value.chars().count() > LONGEST {
        return Err(l.pick(format!("最多{LONGEST}个字。"), format!("At most {LONGEST} characters.")));
    }
    Ok(())
}

/// What is wrong with a resident number that a table holds: nearly always a lost digit or a
/// number that the spreadsheet rounded.
pub(super) fn number_problem(l: Lang, kind: &str, number: &str) -> Option<String> {
    if kind != "resident_id" || ric::check(number, Options::default()).is_valid() {
        return None;
    }
    let chars = number.chars().count();
    Some(if chars == 18 {
        l.t("身份证号码校验不对，请对照证件核对。长数字在电子表格里要存成文本，否则末几位会变成0。", "The number fails its check. Compare it with the card. Keep long numbers as text in spreadsheets, or the last digits become 0.").to_owned()
    } else {
        l.pick(
            format!("身份证号码是18位，现在是{chars}位。"),
            format!("A resident ID number has 18 characters; this one has {chars}."),
        )
    })
}

/// The roster as a workbook; without people it is the template.
///
/// # Errors
/// When the workbook cannot be written.
pub fn write(l: Lang, people: &[Person]) -> Result<Vec<u8>, Error> {
    build(l, people).map_err(|e| Error::Fault(e.into()))
}

fn build(l: Lang, people: &[Person]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let head = Format::new().set_bold().set_background_color("#E8EEF6").set_border(FormatBorder::Thin);
    let as_text = Format::new().set_num_format("@");
    let sheet = book.add_worksheet();
    sheet.set_name(l.t("人员名册", "Roster"))?;
    let names =
        [l.t("姓名", "Name"), l.t("证件类型", "Document type"), l.t("证件号码", "Document number"), l.t("岗位", "Position")];
    for (i, name) in (0_u16..).zip(names) {
        sheet.set_column_format(i, &as_text)?;
        sheet.write_string_with_format(0, i, name, &head)?;
    }
    for (i, width) in (0_u16..).zip([14.0, 22.0, 26.0, 22.0]) {
        sheet.set_column_width(i, width)?;
    }
    let kinds = KINDS.map(|k| l.t(k.1, k.2));
    let choice = DataValidation::new().allow_list_strings(&kinds)?;
    sheet.add_data_validation(1, 1, u32::try_from(MOST).unwrap_or(2000), 1, &choice)?;
    for (row, p) in (1_u32..).zip(people) {
        // Always strings: a name that begins with “=” stays a name.
        for (column, value) in
            (0_u16..).zip([p.name.as_str(), kind_words(l, &p.doc_kind), p.doc_number.as_str(), p.position.as_str()])
        {
            sheet.write_string_with_format(row, column, value, &as_text)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lines: &[&[&str]]) -> Vec<Vec<String>> {
        lines.iter().map(|r| r.iter().map(|c| (*c).to_owned()).collect()).collect()
    }

    #[test]
    fn a_table_is_read_by_its_head_in_any_order() {
        let t = rows(&[
            &["人员名册"],
            &["岗位", "姓名 *", "证件号码", "证件类型"],
            &["审核员", "买买提·吐尔逊", "E12345678", "护照"],
            &["", "", "", ""],
            &["=SUM(A1)", "欧阳𠮷野", "H0001", "港澳居民来往内地通行证"],
        ]);
        let people = read(Lang::Zh, &t).unwrap();
        assert_eq!(people.len(), 2);
        assert_eq!((people[0].name.as_str(), people[0].doc_kind.as_str()), ("买买提·吐尔逊", "passport"));
        assert_eq!((people[1].position.as_str(), people[1].doc_kind.as_str()), ("=SUM(A1)", "permit"));
    }

    #[test]
    fn every_wrong_cell_is_named() {
        let t = rows(&[
            &["姓名", "证件类型", "证件号码"],
            &["", "身份证", "1101"],
            &["张\u{202E}三", "驾照", ""],
            &["李四", "护照", "E1"],
            &["王五", "护照", "E1"],
        ]);
        let errors = read(Lang::Zh, &t).unwrap_err();
        let cells: Vec<_> = errors.iter().map(|e| e.cell.as_str()).collect();
        assert_eq!(cells, ["A2", "C2", "A3", "B3", "C3", "C5"]);
        assert!(errors[1].problem.contains("18位，现在是4位"));
        assert!(errors[5].problem.contains("“李四”"));
    }

    #[test]
    fn a_table_without_head_or_people_says_so() {
        assert_eq!(read(Lang::Zh, &rows(&[&["张三", "1"]])).unwrap_err()[0].cell, "A1");
        assert_eq!(read(Lang::En, &rows(&[&["Name", "Number"]])).unwrap_err()[0].cell, "A2");
        assert_eq!(cell(9, 27), "AB10");
    }

    #[test]
    fn the_template_is_a_workbook() {
        let bytes = write(Lang::Zh, &[]).unwrap();
        assert_eq!(&bytes[..2], b"PK");
    }
}
