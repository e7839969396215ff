//! The report as DOCX: the same blocks as the PDF, in the fonts and spacing that the template names (TPL).

use std::io::{Cursor, Write as _};

use axum::extract::{Path, Query};
use axum::response::Response;
use guosuo_paper::{ImpactReport, ReportBlock};
use quick_xml::escape::escape;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::report::{Asked, asked, file_name};
use crate::app::Cx;
use crate::body::case::file;
use crate::body::docx::{CONTENT_TYPES, DOCUMENT_RELS, MEDIA, RELS};
use crate::error::Error;

/// 仿宋 四号, numbers in Times New Roman, lines of 26 pt; headings 黑体, 楷体 bold, 仿宋 bold.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋"/><w:sz w:val="28"/><w:lang w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:line="520" w:lineRule="exact"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="Body"><w:name w:val="Body Text"/><w:basedOn w:val="Normal"/><w:pPr><w:ind w:firstLineChars="200" w:firstLine="560"/></w:pPr></w:style><w:style w:type="paragraph" w:styleId="Cell"><w:name w:val="Table Text"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:line="320" w:lineRule="exact"/></w:pPr><w:rPr><w:sz w:val="21"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:pPr><w:jc w:val="center"/><w:spacing w:before="2400" w:after="480" w:line="800" w:lineRule="exact"/></w:pPr><w:rPr><w:rFonts w:eastAsia="黑体"/><w:b/><w:sz w:val="52"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Cover"><w:name w:val="Cover"/><w:basedOn w:val="Normal"/><w:pPr><w:jc w:val="center"/><w:spacing w:before="240"/></w:pPr></w:style><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:next w:val="Body"/><w:pPr><w:keepNext/><w:spacing w:before="240"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:rFonts w:eastAsia="黑体"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/><w:basedOn w:val="Normal"/><w:next w:val="Body"/><w:pPr><w:keepNext/><w:ind w:firstLineChars="200" w:firstLine="560"/><w:outlineLvl w:val="1"/></w:pPr><w:rPr><w:rFonts w:eastAsia="楷体"/><w:b/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Heading3"><w:name w:val="heading 3"/><w:basedOn w:val="Normal"/><w:next w:val="Body"/><w:pPr><w:keepNext/><w:ind w:firstLineChars="200" w:firstLine="560"/><w:outlineLvl w:val="2"/></w:pPr><w:rPr><w:b/></w:rPr></w:style></w:styles>"#;

/// Width between the margins, in twentieths of a point.
const WIDTH: u32 = 8300;

fn paragraph(style: &str, text: &str) -> String {
    format!(
        r#"<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t xml:space="preserve">{}</w:t></w:r></w:p>"#,
        escape(visible(text))
    )
}

/// XML takes no control characters; what a draft cannot hold is dropped here as well.
fn visible(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn paragraphs(style: &str, text: &str) -> String {
    let lines: String = text.lines().filter(|l| !l.trim().is_empty()).map(|l| paragraph(style, l.trim())).collect();
    if lines.is_empty() { paragraph(style, "") } else { lines }
}

fn table(head: &[String], widths: &[u8], rows: &[Vec<String>]) -> String {
    let all: u32 = widths.iter().map(|w| u32::from(*w)).sum::<u32>().max(1);
    let width = |n: usize| WIDTH * u32::from(widths.get(n).copied().unwrap_or(1)) / all;
    let border: String = ["top", "left", "bottom", "right", "insideH", "insideV"]
        .iter()
        .map(|side| format!(r#"<w:{side} w:val="single" w:sz="4" w:color="000000"/>"#))
        .collect();
    let cell = |n: usize, text: &str, shade: bool| {
        let shade = if shade { r#"<w:shd w:val="clear" w:color="auto" w:fill="F0F0F0"/>"# } else { "" };
        format!(r#"<w:tc><w:tcPr><w:tcW w:w="{}" w:type="dxa"/>{shade}</w:tcPr>{}</w:tc>"#, width(n), paragraphs("Cell", text))
    };
    let line = |cells: &[String], first: bool| {
        let head = if first { "<w:trPr><w:tblHeader/></w:trPr>" } else { "" };
        let cells: String = cells.iter().enumerate().map(|(n, c)| cell(n, c, first)).collect();
        format!("<w:tr>{head}{cells}</w:tr>")
    };
    let grid: String = (0..head.len()).map(|n| format!(r#"<w:gridCol w:w="{}"/>"#, width(n))).collect();
    let rows: String = rows.iter().map(|r| line(r, false)).collect();
    format!(
        r#"<w:tbl><w:tblPr><w:tblW w:w="{WIDTH}" w:type="dxa"/><w:tblBorders>{border}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{}{rows}</w:tbl>"#,
        line(head, true)
    )
}

fn block(b: &ReportBlock) -> String {
    match b {
        ReportBlock::Heading { level, text } => paragraph(&format!("Heading{level}"), text),
        ReportBlock::Text { text } => paragraphs("Body", text),
        ReportBlock::Table { head, widths, rows } => table(head, widths, rows) + &paragraph("Body", ""),
        ReportBlock::Map { impact, likelihood, columns, rows, note } => {
            let mut head = vec![format!("{impact}＼{likelihood}")];
            head.extend(columns.iter().cloned());
            let list = |mark: &str, n: &[usize]| {
                if n.is_empty() {
                    String::new()
                } else {
                    format!("{mark}{}", n.iter().map(ToString::to_string).collect::<Vec<_>>().join("、"))
                }
            };
            let rows: Vec<Vec<String>> = rows
                .iter()
                .map(|r| {
                    let cells = r.cells.iter().map(|c| format!("{}\n{}\n{}", c.words, list("●", &c.before), list("○", &c.after)));
                    std::iter::once(r.impact.clone()).chain(cells).collect()
                })
                .collect();
            table(&head, &[3, 2, 2, 2, 2], &rows) + &paragraph("Cell", note)
        }
    }
}

/// The report as a file.
///
/// # Errors
/// When the archive cannot be written.
pub(super) fn bytes(report: &ImpactReport) -> Result<Vec<u8>, Error> {
    let day = report.completed_on.map_or_else(|| "（未填写）".to_owned(), |d| crate::web::Lang::Zh.date(d).words);
    let version = if report.version == 0 { "草稿".to_owned() } else { format!("第{}版", report.version) };
    let mut body = paragraph("Title", "个人信息保护影响评估报告");
    for line in [
        "（个人信息出境认证）",
        &report.subject,
        "",
        &format!("个人信息处理者：{}（盖章）", report.processor),
        &format!("完成评估日期：{day}"),
        &version,
    ] {
        body += &paragraph("Cover", line);
    }
    if !report.sha256.is_empty() {
        body += &paragraph("Cell", &format!("内容摘要 SHA-256 {}", report.sha256));
        body += &paragraph("Cell", &format!("内容摘要 SM3 {}", report.sm3));
    }
    body += r#"<w:p><w:r><w:br w:type="page"/></w:r></w:p>"#;
    body.extend(report.blocks.iter().map(block));
    let document = format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1803" w:bottom="1440" w:left="1803" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr></w:body></w:document>"#
    );
    let fault = |e: zip::result::ZipError| Error::Fault(e.into());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let files = [
        ("[Content_Types].xml", CONTENT_TYPES),
        ("_rels/.rels", RELS),
        ("word/_rels/document.xml.rels", DOCUMENT_RELS),
        ("word/styles.xml", STYLES),
        ("word/document.xml", &document),
    ];
    for (name, content) in files {
        zip.start_file(name, SimpleFileOptions::default()).map_err(fault)?;
        zip.write_all(content.as_bytes()).map_err(|e| Error::Fault(e.into()))?;
    }
    Ok(zip.finish().map_err(fault)?.into_inner())
}

/// `GET …/report.docx`.
///
/// # Errors
/// [`Error::NotFound`] for another organisation's assessment.
pub(super) async fn report(cx: Cx, Path(id): Path<String>, Query(q): Query<Asked>) -> Result<Response, Error> {
    let (report, _) = asked(&cx, &id, q.v).await?;
    Ok(file(MEDIA, &file_name(&report, "docx"), false, bytes(&report)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn the_samples_are_well_formed_and_complete() {
        for report in ImpactReport::samples() {
            let mut zip = zip::ZipArchive::new(Cursor::new(bytes(&report).unwrap())).unwrap();
            for name in ["word/document.xml", "word/styles.xml"] {
                let mut xml = String::new();
                zip.by_name(name).unwrap().read_to_string(&mut xml).unwrap();
                let mut reader = quick_xml::Reader::from_str(&xml);
                while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
                if name == "word/document.xml" {
                    assert!(xml.contains(&report.processor) && xml.contains("二、影响评估情况及结论") && xml.contains("<w:tbl>"));
                }
            }
        }
    }

    #[test]
    fn what_a_person_typed_is_text_and_never_markup() {
        let xml = block(&ReportBlock::Text { text: "<w:p>&\u{0}\n第二段".into() });
        assert!(xml.contains("&lt;w:p&gt;&amp;") && !xml.contains('\u{0}'));
        assert_eq!(xml.matches("<w:p>").count(), 2);
    }
}
