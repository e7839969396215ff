//! The forms of a report: canonical JSON, and tables of records for people and spreadsheets. One
//! content, so that a row of a table carries the same digest as the JSON.

use guosuo_case::certificate::{Origin, ReportRecord};
use guosuo_seal::digest::sha256;
use rust_xlsxwriter::{Format as Cells, Workbook};
use serde::{Deserialize, Serialize};

use super::settings::Format;
use crate::public::machine::csv_of;

/// SHA-256 of the canonical bytes of a record, hexadecimal: what identifies a report everywhere.
pub fn digest_of(record: &ReportRecord) -> String {
    sha256(record.canonical().as_bytes()).to_hex()
}

/// A record with its digest, as files carry it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// [`digest_of`] the record.
    pub digest: String,
    /// The record.
    pub record: ReportRecord,
}

impl Carried {
    /// The record with its digest.
    pub fn new(record: ReportRecord) -> Self {
        Self { digest: digest_of(&record), record }
    }
}

/// The columns of a table: the field of the record, and what it is called in Chinese.
const COLUMNS: [(&str, &str); 22] = [
    ("certificate", "证书编号"),
    ("seq", "报送序号"),
    ("corrects", "更正的序号"),
    ("change", "变化"),
    ("status", "证书状态"),
    ("effective_on", "生效日期"),
    ("valid_until", "有效期至"),
    ("body", "认证机构"),
    ("holder", "获证个人信息处理者"),
    ("holder_code", "统一社会信用代码或者登记号"),
    ("purposes", "出境目的"),
    ("kinds", "个人信息种类"),
    ("sensitive_kinds", "其中敏感个人信息"),
    ("people", "人数（不含敏感）"),
    ("people_sensitive", "人数（敏感）"),
    ("recipients", "境外接收方"),
    ("onward", "再提供的接收方"),
    ("systems", "系统"),
    ("retention_months", "境外保存期限（月）"),
    ("origin", "来由"),
    ("ground", "事由"),
    ("digest", "SHA-256"),
];

fn row(c: &Carried) -> Vec<String> {
    let r = &c.record;
    let name = |v: &dyn erased::Name| v.name();
    let joined = |list: Vec<String>| list.join("；");
    let origin = match r.origin {
        Origin::Body => "body".to_owned(),
        Origin::Request { id } => format!("request {id}"),
        Origin::Finding { id } => format!("finding {id}"),
        Origin::Time => "time".to_owned(),
    };
    vec![
        r.certificate.clone(),
        r.seq.to_string(),
        r.corrects.map(|n| n.to_string()).unwrap_or_default(),
        name(&r.change),
        r.status.as_str().to_owned(),
        r.effective_on.to_string(),
        r.valid_until.to_string(),
        r.body.clone(),
        r.holder.clone(),
        r.holder_code.clone(),
        joined(r.scope.purposes.clone()),
        joined(r.scope.kinds.iter().map(|k| k.name.clone()).collect()),
        joined(r.scope.kinds.iter().filter(|k| k.sensitive).map(|k| k.name.clone()).collect()),
        r.scope.people.non_sensitive.to_string(),
        r.scope.people.sensitive.to_string(),
        joined(r.scope.recipients.iter().map(|x| format!("{}（{}）", x.name, x.country)).collect()),
        joined(r.scope.onward.iter().map(|x| format!("{}（{}）", x.name, x.country)).collect()),
        joined(r.scope.systems.clone()),
        r.scope.retention_months.to_string(),
        origin,
        r.ground.clone(),
        c.digest.clone(),
    ]
}

mod erased {
    //! The stored name of a value that serde writes as one word.

    pub(super) trait Name {
        fn name(&self) -> String;
    }

    impl<T: serde::Serialize> Name for T {
        fn name(&self) -> String {
            serde_json::to_value(self).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
        }
    }
}

/// A file with records, in their order.
///
/// # Errors
/// Never in practice: it is written to memory.
pub fn file(format: Format, records: &[Carried]) -> anyhow::Result<Vec<u8>> {
    Ok(match format {
        Format::Json => serde_json::to_vec_pretty(&serde_json::json!({ "format": "guosuo-reports/1", "reports": records }))?,
        Format::Csv => {
            let heads = [COLUMNS.map(|c| c.0.to_owned()).to_vec(), COLUMNS.map(|c| c.1.to_owned()).to_vec()];
            csv_of(heads.into_iter().chain(records.iter().map(row))).map_err(|e| anyhow::anyhow!("csv: {e:?}"))?
        }
        Format::Xlsx => {
            let mut book = Workbook::new();
            let bold = Cells::new().set_bold();
            let sheet = book.add_worksheet();
            sheet.set_name("reports")?;
            for (column, (field, words)) in (0_u16..).zip(COLUMNS) {
                sheet.write_string_with_format(0, column, field, &bold)?;
                sheet.write_string_with_format(1, column, words, &bold)?;
                sheet.set_column_width(column, 20)?;
            }
            for (n, record) in (2_u32..).zip(records) {
                // Every cell is a text cell: nothing that a person typed becomes a formula.
                for (column, cell) in (0_u16..).zip(row(record)) {
                    sheet.write_string(n, column, cell)?;
                }
            }
            sheet.set_freeze_panes(2, 2)?;
            book.save_to_buffer()?
        }
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use calamine::Reader as _;
    use guosuo_case::certificate::{ChangeKind, Status};
    use guosuo_case::certification::{Kind, People, Recipient, Scope};
    use jiff::civil::date;

    pub(in crate::reporting) fn record(seq: u32) -> ReportRecord {
        ReportRecord {
            certificate: "SL-PIP-2026-0001".into(),
            seq,
            corrects: None,
            body: "donghu".into(),
            holder: "=示例公司（虚构）".into(),
            holder_code: "91110108MA0000000A".into(),
            scope: Scope {
                purposes: vec!["订单履行".into(), "客户服务".into()],
                kinds: vec![Kind { name: "姓名".into(), sensitive: false }, Kind { name: "护照号".into(), sensitive: true }],
                people: People { non_sensitive: 300_000, sensitive: 5_000 },
                recipients: vec![Recipient { name: "Example GmbH".into(), country: "DE".into(), contact: String::new() }],
                onward: Vec::new(),
                systems: vec!["CRM".into()],
                retention_months: 24,
            },
            change: ChangeKind::Issued,
            status: Status::Valid,
            effective_on: date(2026, 3, 12),
            valid_until: date(2029, 3, 11),
            origin: Origin::Body,
            ground: "M 8(1)".into(),
        }
    }

    #[test]
    fn all_three_files_carry_the_same_digest_and_no_formula() {
        let records = [Carried::new(record(1)), Carried::new(record(2))];
        assert_eq!(records[0].digest, digest_of(&record(1)));
        let json = file(Format::Json, &records).unwrap();
        let read: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let back: Vec<Carried> = serde_json::from_value(read["reports"].clone()).unwrap();
        assert_eq!(back, records);
        assert!(back.iter().all(|c| digest_of(&c.record) == c.digest), "what was read back has the digest it names");

        let csv = String::from_utf8(file(Format::Csv, &records).unwrap()).unwrap();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[0].trim_start_matches('\u{feff}').starts_with("certificate,seq,"), "{}", lines[0]);
        assert!(lines[2].contains("'=示例公司（虚构）") && lines[2].ends_with(&records[0].digest), "{}", lines[2]);

        let xlsx = file(Format::Xlsx, &records).unwrap();
        let mut book = calamine::Xlsx::new(std::io::Cursor::new(xlsx)).unwrap();
        let sheet = book.worksheet_range("reports").unwrap();
        assert_eq!(sheet.get_value((2, 8)), Some(&calamine::Data::String("=示例公司（虚构）".into())));
        assert_eq!(sheet.get_value((3, 21)), Some(&calamine::Data::String(records[1].digest.clone())));
        assert!(book.worksheet_formula("reports").unwrap().is_empty());
    }
}
