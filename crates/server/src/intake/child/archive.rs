//! Reading ZIP archives within limits.

use std::io::{Cursor, Read as _, Write};

use zip::ZipArchive;
use zip::result::ZipError;

use super::super::kind::{Kind, Rejection};
use super::super::sniff::{MAX_NAME, Sample, content};
use super::super::wire::{self, Answer, Bounds, Failure, Report};
use super::Stop;

/// Entries of an OFD that are looked at.
const OFD_ENTRIES: usize = 20_000;
/// Growth that nobody minds.
const SMALL: u64 = 1 << 20;

fn open(bytes: Vec<u8>) -> Result<ZipArchive<Cursor<Vec<u8>>>, Failure> {
    ZipArchive::new(Cursor::new(bytes)).map_err(|_| Failure::Broken)
}

/// An OFD must name its main file; pages are counted by their usual names.
pub(super) fn examine_ofd(bytes: Vec<u8>) -> Result<Report, Failure> {
    let mut zip = open(bytes)?;
    if zip.len() > OFD_ENTRIES {
        return Err(Failure::TooHeavy);
    }
    let (mut main, mut pages) = (false, 0);
    for i in 0..zip.len() {
        let entry = zip.by_index_raw(i).map_err(|_| Failure::Broken)?;
        if entry.encrypted() {
            return Err(Failure::Encrypted);
        }
        let name = entry.name_raw();
        main |= name == b"OFD.xml";
        let page = name.windows(7).any(|w| w == b"/Pages/") && name.ends_with(b"/Content.xml");
        pages += u32::from(page);
    }
    if !main {
        return Err(Failure::Broken);
    }
    // Each entry must come out whole: a damaged OFD is found now, not by the reviewer.
    let mut room = 512 << 20;
    for i in 0..zip.len() {
        let entry = zip.by_index(i).map_err(|_| Failure::Broken)?;
        let read = std::io::copy(&mut entry.take(room), &mut std::io::sink()).map_err(|_| Failure::Broken)?;
        room -= read;
        if room == 0 {
            return Err(Failure::TooHeavy);
        }
    }
    Ok(Report { pages: (pages > 0).then_some(pages), ..Report::default() })
}

/// Sends the files of an archive, one after the other.
pub(super) fn unpack(bytes: Vec<u8>, bounds: Bounds, out: &mut impl Write) -> Result<(), Stop> {
    let mut zip = open(bytes)?;
    if zip.len() > bounds.entries {
        return Err(Failure::TooManyEntries.into());
    }
    // What the archive says of itself is checked before anything leaves…
    let mut declared = 0_u64;
    for i in 0..zip.len() {
        let entry = zip.by_index_raw(i).map_err(|_| Failure::Broken)?;
        if entry.encrypted() {
            return Err(Failure::Encrypted.into());
        }
        declared = declared.saturating_add(entry.size());
        if entry.size() > bounds.entry_bytes || entry.size() > growth(entry.compressed_size(), bounds) {
            return Err(Failure::TooLarge.into());
        }
    }
    if declared > bounds.total_bytes {
        return Err(Failure::TooLarge.into());
    }
    // … and what really comes out again, for sizes may lie.
    let (mut total, mut sent) = (0_u64, 0);
    for i in 0..zip.len() {
        let entry = zip
            .by_index(i)
            .map_err(|e| if matches!(e, ZipError::UnsupportedArchive(_)) { Failure::WrongType } else { Failure::Broken })?;
        if entry.is_dir() || entry.is_symlink() {
            continue;
        }
        let Some((folder, name)) = place(&decode(entry.name_raw())) else { continue };
        let most = bounds.entry_bytes.min(bounds.total_bytes - total).min(growth(entry.compressed_size(), bounds));
        let mut file = Vec::new();
        entry.take(most + 1).read_to_end(&mut file).map_err(|_| Failure::Broken)?;
        let size = file.len() as u64;
        if size > most {
            return Err(Failure::TooLarge.into());
        }
        if is_archive(&file) {
            return Err(Failure::Nested { name }.into());
        }
        total += size;
        sent += 1;
        wire::say(out, &Answer::Entry { name, folder, size })?;
        wire::pour(out, &file)?;
    }
    if sent == 0 {
        return Err(Failure::Nothing.into());
    }
    Ok(wire::say(out, &Answer::Done)?)
}

fn growth(compressed: u64, bounds: Bounds) -> u64 {
    compressed.saturating_mul(bounds.ratio).max(SMALL)
}

/// An archive within the archive; OFD and office files, which are ZIPs too, are files.
fn is_archive(file: &[u8]) -> bool {
    matches!(content(&Sample::of(file)), Ok(Kind::Zip) | Err(Rejection::Archive(_)))
}

/// Names are UTF-8 or, from Windows, GBK without saying so.
fn decode(raw: &[u8]) -> String {
    match std::str::from_utf8(raw) {
        Ok(s) => s.to_owned(),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(raw).0.into_owned(),
    }
}

/// Folder and name, without anything that leads elsewhere; `None` for what systems add.
fn place(path: &str) -> Option<(String, String)> {
    let clean = |part: &str| -> String {
        part.chars()
            .map(|c| if guosuo_case::text::check(c.encode_utf8(&mut [0; 4]), false).is_ok() { c } else { '_' })
            .take(MAX_NAME)
            .collect()
    };
    let mut parts: Vec<String> = path
        .split(['/', '\\'])
        .filter(|p| !matches!(p.trim(), "" | "." | ".."))
        .filter(|p| !(p.len() == 2 && p.ends_with(':')))
        .map(clean)
        .collect();
    let name = parts.pop()?;
    let added =
        matches!(name.as_str(), ".DS_Store" | "Thumbs.db" | "desktop.ini") || parts.first().is_some_and(|p| p == "__MACOSX");
    (!added).then(|| (parts.join("/"), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_nowhere() {
        let at = |p: &str| place(p).map(|(f, n)| format!("{f}|{n}"));
        assert_eq!(at("材料/1 申请表.pdf").unwrap(), "材料|1 申请表.pdf");
        assert_eq!(at("../../etc/passwd").unwrap(), "etc|passwd");
        assert_eq!(at("C:\\Windows\\..\\a.pdf").unwrap(), "Windows|a.pdf");
        assert_eq!(at("/abs/a.pdf").unwrap(), "abs|a.pdf");
        assert_eq!(at("a\u{202e}fdp.exe").unwrap(), "|a_fdp.exe");
        assert_eq!(at("a\0.pdf").unwrap(), "|a_.pdf");
        assert_eq!(at("__MACOSX/._a.pdf"), None);
        assert_eq!(at("../.."), None);
    }

    #[test]
    fn names_from_windows_are_read() {
        let (gbk, _, _) = encoding_rs::GB18030.encode("法定代表人身份证件.pdf");
        assert_eq!(decode(&gbk), "法定代表人身份证件.pdf");
        assert_eq!(decode("䶮𠮷.pdf".as_bytes()), "䶮𠮷.pdf");
    }
}
