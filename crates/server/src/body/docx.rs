//! Outlines of items 2 to 8 as DOCX, from the guide's own words: what each must cover becomes
//! a heading with room under it. Chinese, because the filing is.

use std::io::{Cursor, Write as _};

use axum::extract::Path;
use axum::response::Response;
use guosuo_case::filing::Slot;
use quick_xml::escape::escape;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{case, roster_file};
use crate::app::Cx;
use crate::error::Error;
use crate::web::Lang;
use crate::words;

pub(crate) const MEDIA: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// A piece of the outline.
enum Block {
    Title(String),
    Heading(String),
    Text(String),
    /// Label and empty cell, row by row.
    Table(Vec<&'static str>),
    PageBreak,
}

pub(crate) const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>"#;
pub(crate) const RELS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;
pub(crate) const DOCUMENT_RELS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋"/><w:sz w:val="28"/><w:lang w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:line="460" w:lineRule="exact"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:pPr><w:jc w:val="center"/><w:spacing w:after="320" w:line="600" w:lineRule="exact"/></w:pPr><w:rPr><w:rFonts w:eastAsia="黑体"/><w:b/><w:sz w:val="36"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="240" w:after="80"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:rFonts w:eastAsia="黑体"/><w:b/></w:rPr></w:style></w:styles>"#;

fn paragraph(style: &str, text: &str) -> String {
    let style = if style.is_empty() { String::new() } else { format!(r#"<w:pPr><w:pStyle w:val="{style}"/></w:pPr>"#) };
    format!(r#"<w:p>{style}<w:r><w:t xml:space="preserve">{}</w:t></w:r></w:p>"#, escape(text))
}

fn table(rows: &[&str]) -> String {
    let border: String = ["top", "left", "bottom", "right", "insideH", "insideV"]
        .iter()
        .map(|side| format!(r#"<w:{side} w:val="single" w:sz="6" w:color="000000"/>"#))
        .collect();
    let cell = |width: u32, text: &str| {
        format!(r#"<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{}</w:tc>"#, paragraph("", text))
    };
    let rows: String = rows.iter().map(|r| format!("<w:tr>{}{}</w:tr>", cell(2800, r), cell(6200, ""))).collect();
    format!(
        r#"<w:tbl><w:tblPr><w:tblW w:w="9000" w:type="dxa"/><w:tblBorders>{border}</w:tblBorders></w:tblPr><w:tblGrid><w:gridCol w:w="2800"/><w:gridCol w:w="6200"/></w:tblGrid>{rows}</w:tbl>"#
    )
}

fn document(blocks: &[Block]) -> String {
    let body: String = blocks
        .iter()
        .map(|b| match b {
            Block::Title(t) => paragraph("Title", t),
            Block::Heading(t) => paragraph("Heading1", t),
            Block::Text(t) => paragraph("", t),
            Block::Table(rows) => table(rows),
            Block::PageBreak => r#"<w:p><w:r><w:br w:type="page"/></w:r></w:p>"#.to_owned(),
        })
        .collect();
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr></w:body></w:document>"#
    )
}

fn packed(files: &[(&str, Vec<u8>)]) -> Result<Vec<u8>, Error> {
    let fault = |e: zip::result::ZipError| Error::Fault(e.into());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).map_err(fault)?;
        zip.write_all(content).map_err(|e| Error::Fault(e.into()))?;
    }
    Ok(zip.finish().map_err(fault)?.into_inner())
}

const NUMERALS: [&str; 9] = ["一", "二", "三", "四", "五", "六", "七", "八", "九"];

/// The outline of a material.
fn outline(slot: Slot) -> Vec<Block> {
    let l = Lang::Zh;
    let mut out = vec![Block::Title(words::slot(l, slot).to_owned())];
    if slot == Slot::Background {
        out[0] = Block::Title("人员安全背景审查说明".to_owned());
        out.push(Block::Text(
            "（写明本机构对从事个人信息出境认证工作的人员开展安全背景审查的依据、范围、方法、时间和结论。）".to_owned(),
        ));
        for (n, part) in NUMERALS.iter().zip(["审查依据和范围", "审查方法和过程", "审查人数和结论", "后续管理"])
        {
            out.push(Block::Heading(format!("{n}、{part}")));
            out.push(Block::Text("（在此填写）".to_owned()));
        }
        out.push(Block::Text("单位（公章）：　　　　　　　　日期：".to_owned()));
        out.push(Block::PageBreak);
        out.push(Block::Title("人员背景审查表".to_owned()));
        out.push(Block::Text("（一人一表，加盖公章。文件名写成“3-姓名.pdf”，批量上传时可以自动对应到人。）".to_owned()));
        out.push(Block::Table(vec![
            "姓名",
            "身份证件类型和号码",
            "岗位",
            "从事认证工作起始时间",
            "工作经历",
            "审查内容",
            "审查结论",
            "审查人和日期",
        ]));
        out.push(Block::Text("单位（公章）：　　　　　　　　日期：".to_owned()));
        return out;
    }
    out.push(Block::Text(format!(
        "（备案材料第{}项。{}以下标题出自备案指南，可以增加，不要删去。）",
        slot.id(),
        words::requirement(l, slot)
    )));
    for (n, part) in NUMERALS.iter().zip(words::covers(l, slot)) {
        out.push(Block::Heading(format!("{n}、{part}")));
        out.push(Block::Text("（在此填写）".to_owned()));
    }
    out
}

/// The outline of a material as DOCX.
///
/// # Errors
/// When the archive cannot be written.
pub fn template(slot: Slot) -> Result<Vec<u8>, Error> {
    packed(&[
        ("[Content_Types].xml", CONTENT_TYPES.into()),
        ("_rels/.rels", RELS.into()),
        ("word/_rels/document.xml.rels", DOCUMENT_RELS.into()),
        ("word/styles.xml", STYLES.into()),
        ("word/document.xml", document(&outline(slot)).into_bytes()),
    ])
}

fn file_name(slot: Slot) -> String {
    format!("{}-{}.docx", slot.id(), words::slot_short(Lang::Zh, slot))
}

/// `GET /body/templates/{slot}.docx`.
///
/// # Errors
/// [`Error::NotFound`] for a material without an outline.
pub async fn one(_: Cx, Path(file): Path<String>) -> Result<Response, Error> {
    let slot = file.strip_suffix(".docx").and_then(Slot::parse).filter(|s| words::template_outline(*s)).ok_or(Error::NotFound)?;
    Ok(case::file(MEDIA, &file_name(slot), false, template(slot)?))
}

/// `GET /body/templates.zip`: all outlines and the table of the roster.
///
/// # Errors
/// When an archive cannot be written.
pub async fn all(_: Cx) -> Result<Response, Error> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for slot in Slot::ALL.into_iter().filter(|s| words::template_outline(*s)) {
        files.push((file_name(slot), template(slot)?));
    }
    files.push(("3-人员名册.xlsx".to_owned(), roster_file::write(Lang::Zh, &[])?));
    let named: Vec<(&str, Vec<u8>)> = files.iter().map(|(n, b)| (n.as_str(), b.clone())).collect();
    Ok(case::file("application/zip", "备案材料模板.zip", false, packed(&named)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn every_outline_names_what_the_guide_asks_for() {
        for slot in Slot::ALL.into_iter().filter(|s| words::template_outline(*s)) {
            let bytes = template(slot).unwrap();
            let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
            let mut xml = String::new();
            zip.by_name("word/document.xml").unwrap().read_to_string(&mut xml).unwrap();
            let mut reader = quick_xml::Reader::from_str(&xml);
            loop {
                if reader.read_event().unwrap() == quick_xml::events::Event::Eof {
                    break;
                }
            }
            if slot != Slot::Background {
                for part in words::covers(Lang::Zh, slot) {
                    assert!(xml.contains(part), "{} {part}", slot.id());
                }
            }
        }
    }
}
