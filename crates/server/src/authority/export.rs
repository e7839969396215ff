//! The queue as a file: XLSX for work, PDF for paper. Each is recorded before it leaves.

use axum::extract::Query as FromQuery;
use axum::response::{IntoResponse as _, Redirect, Response};
use guosuo_paper::{Lamp, Mode, QueueList, QueueRow};
use guosuo_store::{Error as StoreError, FilingRow};
use jiff::civil::Date;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::filter::Query;
use super::paper::{download, print};
use super::queue::Line;
use super::view::Times;
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::Tone;

/// Most lines of one file.
const MOST: u32 = 5000;
/// Most lines of the printed list.
const MOST_PRINTED: u32 = 500;

/// Where to go instead when a day typed cannot be read: to the list, which says so. A file that
/// silently holds other rows than were asked for would be worse than none.
fn back(cx: &Cx, query: &Query) -> Option<Response> {
    let l = cx.l();
    (!query.misread(l).is_empty())
        .then(|| Redirect::to(&l.href(format!("/authority/filings{}", query.with(&[])))).into_response())
}

async fn rows(cx: &Cx, query: &Query, t: &Times<'_>, most: u32, action: &'static str) -> Result<Vec<FilingRow>, Error> {
    let filter = query.filter(cx, t)?;
    let (by, down) = query.sorting();
    let rows = cx.app.store.reader().await?.filings(&filter, by, down, most, 0).await?;
    let now = cx.now;
    let args = (cx.origin()?, query.with(&[]), rows.len());
    cx.app
        .store
        .write_with(args, move |tx, (origin, query, n)| {
            Box::pin(async move {
                tx.record_act(action, "filings", origin, &serde_json::json!({"query": query, "rows": n}), now).await
            })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    Ok(rows)
}

/// `GET /authority/filings.xlsx`.
///
/// # Errors
/// When the store fails.
pub async fn xlsx(cx: Cx, FromQuery(query): FromQuery<Query>) -> Result<Response, Error> {
    if let Some(back) = back(&cx, &query) {
        return Ok(back);
    }
    let l = cx.l();
    let calendar = cx.calendar().await?;
    let t = Times { l, today: cx.today(), calendar: &calendar, lamps: cx.app.config.lamps };
    let rows = rows(&cx, &query, &t, MOST, "queue_exported").await?;
    let bytes = book(&t, &rows).map_err(|e| Error::Fault(e.into()))?;
    let name = format!("{}-{}.xlsx", l.t("备案审核", "filings"), t.today);
    Ok(download(bytes, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &name, false))
}

/// Every cell is a text cell: what a person typed can never become a formula.
fn book(t: &Times<'_>, rows: &[FilingRow]) -> Result<Vec<u8>, XlsxError> {
    let l = t.l;
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let sheet = book.add_worksheet();
    sheet.set_name(l.t("备案审核", "Filings"))?;
    let heads: [(&str, f64); 11] = [
        (l.t("申请编号", "Number"), 20.0),
        (l.t("专业认证机构", "Body"), 38.0),
        (l.t("统一社会信用代码", "Credit code"), 22.0),
        (l.t("收到日期", "Received"), 12.0),
        (l.t("办理时限", "Due"), 12.0),
        (l.t("剩余", "Left"), 18.0),
        (l.t("环节", "Stage"), 14.0),
        (l.t("材料", "Materials"), 22.0),
        (l.t("会同意见", "Joint opinion"), 14.0),
        (l.t("承办人", "Handler"), 12.0),
        (l.t("逾期提交", "Filed late"), 10.0),
    ];
    for (column, (head, width)) in (0_u16..).zip(heads) {
        sheet.write_string_with_format(0, column, head, &bold)?;
        sheet.set_column_width(column, width)?;
    }
    for (n, row) in (1_u32..).zip(rows) {
        let line = Line::new(t, row);
        let cells = [
            row.number.as_str(),
            row.org_name.as_str(),
            row.credit_code.as_str(),
            row.received.as_str(),
            row.due_from.as_str(),
            line.clock.words.as_str(),
            line.stage.0,
            line.materials.0.as_str(),
            line.opinion.0,
            line.handler.as_str(),
            if row.late { l.t("是", "yes") } else { "" },
        ];
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string(n, column, cell)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    book.save_to_buffer()
}

/// `GET /authority/filings.pdf`: the list on paper.
///
/// # Errors
/// When the store or the press fails.
pub async fn pdf(cx: Cx, FromQuery(query): FromQuery<Query>) -> Result<Response, Error> {
    if let Some(back) = back(&cx, &query) {
        return Ok(back);
    }
    // Papers of the authority are Chinese.
    let l = crate::web::Lang::Zh;
    let calendar = cx.calendar().await?;
    let t = Times { l, today: cx.today(), calendar: &calendar, lamps: cx.app.config.lamps };
    let rows = rows(&cx, &query, &t, MOST_PRINTED, "queue_printed").await?;
    let list = QueueList {
        heading: if query.tab == "done" { "备案审核已办" } else { "备案审核待办" }.into(),
        as_of: cx.now,
        printed_by: cx.actor()?.name.clone(),
        filter: [&query.q, &query.from, &query.to].into_iter().filter(|s| !s.is_empty()).cloned().collect::<Vec<_>>().join("，"),
        rows: rows.iter().map(|r| printed(&t, r)).collect(),
    };
    let pdf = print(&cx.app, list, Mode::Final).await?;
    Ok(download(pdf.bytes, "application/pdf", &format!("备案审核清单-{}.pdf", t.today), true))
}

fn printed(t: &Times<'_>, row: &FilingRow) -> QueueRow {
    let line = Line::new(t, row);
    let day = |s: &str| s.parse::<Date>().unwrap_or(t.today);
    QueueRow {
        lamp: match line.clock.tone {
            Tone::Over => Lamp::Overdue,
            Tone::Late => Lamp::Red,
            Tone::Warn => Lamp::Yellow,
            Tone::Ok | Tone::Info | Tone::Mute => Lamp::Green,
        },
        left: line.clock.words,
        due: day(&row.due_from),
        organisation: row.org_name.clone(),
        credit_code: row.credit_code.clone(),
        number: row.number.clone(),
        received: day(&row.received),
        stage: line.stage.0.to_owned(),
        materials: line.materials.0,
        opinion: line.opinion.0.to_owned(),
        handler: line.handler,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::Reader as _;
    use guosuo_rules::calendar::Calendar;

    #[test]
    fn a_formula_typed_as_a_name_stays_a_text() {
        let row = FilingRow {
            org_name: "=HYPERLINK(\"http://example\")".into(),
            number: "备申〔2026〕003号".into(),
            phase: "under_review".into(),
            unjudged: 9,
            ..FilingRow::default()
        };
        let t = Times {
            l: crate::web::Lang::Zh,
            today: jiff::civil::date(2026, 3, 12),
            calendar: Calendar::builtin(),
            lamps: crate::config::Lamps::default(),
        };
        let bytes = book(&t, &[row]).unwrap();
        let mut read = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        let sheet = read.worksheet_range("备案审核").unwrap();
        assert_eq!(sheet.get_value((1, 1)), Some(&calamine::Data::String("=HYPERLINK(\"http://example\")".into())));
        assert!(read.worksheet_formula("备案审核").unwrap().is_empty());
    }
}
