//! Archives and tables made by hand.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut z = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        z.start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)).unwrap();
        z.write_all(content).unwrap();
    }
    z.finish().unwrap().into_inner()
}

/// One stored entry with its name as these bytes, and these flags and sizes: what no writer
/// would produce.
pub(crate) fn raw_entry(name: &[u8], flags: u16, declared: u32, content: &[u8]) -> Vec<u8> {
    let crc = crc32(content);
    let size = u32::try_from(content.len()).unwrap();
    let name_len = u16::try_from(name.len()).unwrap();
    let mut out = Vec::new();
    let common = |out: &mut Vec<u8>| {
        out.extend(20_u16.to_le_bytes());
        out.extend(flags.to_le_bytes());
        out.extend([0; 6]);
        out.extend(crc.to_le_bytes());
        out.extend(size.to_le_bytes());
        out.extend(declared.to_le_bytes());
        out.extend(name_len.to_le_bytes());
        out.extend([0; 2]);
    };
    out.extend(b"PK\x03\x04");
    common(&mut out);
    out.extend(name);
    out.extend(content);
    let directory = u32::try_from(out.len()).unwrap();
    out.extend(b"PK\x01\x02\x14\x00");
    common(&mut out);
    out.extend([0; 14 - 4]);
    out.extend(0_u32.to_le_bytes());
    out.extend(name);
    let length = u32::try_from(out.len()).unwrap() - directory;
    out.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    out.extend(length.to_le_bytes());
    out.extend(directory.to_le_bytes());
    out.extend([0; 2]);
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(!0_u32, |c, b| (0..8).fold(c ^ u32::from(*b), |c, _| if c & 1 == 1 { (c >> 1) ^ 0xEDB8_8320 } else { c >> 1 }))
}

pub(crate) fn ofd() -> Vec<u8> {
    zip(&[
        ("OFD.xml", br#"<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.0" DocType="OFD"/>"#),
        ("Doc_0/Document.xml", b"<x/>"),
        ("Doc_0/Pages/Page_0/Content.xml", b"<x/>"),
        ("Doc_0/Pages/Page_1/Content.xml", b"<x/>"),
    ])
}

pub(crate) fn docx() -> Vec<u8> {
    zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>")])
}

/// A workbook with these cells (reference, inner XML) and no shared texts.
pub(crate) fn workbook(cells: &str) -> Vec<u8> {
    let sheet = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>"#
    );
    zip(&[
        (
            "_rels/.rels",
            br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        ("[Content_Types].xml", br#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#),
        (
            "xl/workbook.xml",
            br#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}
