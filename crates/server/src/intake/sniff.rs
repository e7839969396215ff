//! What a file is, from its first and last bytes. Only searches for byte strings: nothing is
//! decoded here, so hostile bytes cannot do anything. Structure is read by the worker process.

use guosuo_seal::digest::{FileDigests, StreamDigest};

use super::kind::{Accept, Kind, Rejection};

/// Bytes kept from the front.
const HEAD: usize = 64 << 10;
/// Bytes kept from the end: the longest ZIP trailer (22 + 65,535) and a little.
const TAIL: usize = (64 << 10) + 512;
/// Longest file name taken, in characters.
pub const MAX_NAME: usize = 200;

/// Looks at a file while it streams by: its ends, its size, both digests.
#[derive(Default)]
pub struct Sampler {
    head: Vec<u8>,
    tail: Vec<u8>,
    digest: StreamDigest,
}

impl std::fmt::Debug for Sampler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sampler").field("size", &self.size()).finish_non_exhaustive()
    }
}

impl Sampler {
    /// Takes the next bytes.
    pub fn push(&mut self, chunk: &[u8]) {
        self.digest.update(chunk);
        let room = HEAD.saturating_sub(self.head.len()).min(chunk.len());
        self.head.extend_from_slice(&chunk[..room]);
        // Doubled before it is cut, so that small chunks do not move the bytes each time.
        let keep = chunk.len().min(TAIL);
        self.tail.extend_from_slice(&chunk[chunk.len() - keep..]);
        if self.tail.len() > 2 * TAIL {
            self.tail.drain(..self.tail.len() - TAIL);
        }
    }

    /// Bytes so far.
    pub fn size(&self) -> u64 {
        self.digest.size()
    }

    /// The sample of the whole file.
    pub fn finish(mut self) -> Sample {
        if self.tail.len() > TAIL {
            self.tail.drain(..self.tail.len() - TAIL);
        }
        Sample { size: self.digest.size(), head: self.head, tail: self.tail, digests: self.digest.finish() }
    }
}

/// Ends, size and digests of a file.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Bytes.
    pub size: u64,
    /// SHA-256 and SM3.
    pub digests: FileDigests,
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Sample {
    /// The sample of bytes in memory.
    pub fn of(bytes: &[u8]) -> Self {
        let mut s = Sampler::default();
        s.push(bytes);
        s.finish()
    }
}

/// Says what a file is and whether it is taken here under its name.
///
/// # Errors
/// The reason why not.
pub fn sniff(name: &str, sample: &Sample, accept: Accept, max_mib: u64) -> Result<Kind, Rejection> {
    check_name(name)?;
    if sample.size == 0 {
        return Err(Rejection::Empty);
    }
    if sample.size > max_mib << 20 {
        return Err(Rejection::TooLarge { max_mib });
    }
    let is = content(sample)?;
    if let Some(also) = second_nature(sample, is) {
        return Err(Rejection::Polyglot { is, also });
    }
    if !accept.has(is) {
        return Err(match is {
            Kind::Zip => Rejection::Archive("ZIP"),
            Kind::Xlsx => Rejection::Spreadsheet,
            Kind::Csv => Rejection::Text,
            _ => Rejection::NotHere { is },
        });
    }
    match extension(name) {
        Some(says) if !is.extensions().contains(&says.as_str()) => {
            Err(Rejection::Renamed { says: says.chars().take(12).collect(), is })
        }
        _ => Ok(is),
    }
}

/// Names are kept as given, but must be names: no folder, no control or direction characters.
fn check_name(name: &str) -> Result<(), Rejection> {
    let fine = !name.trim().is_empty()
        && name.chars().count() <= MAX_NAME
        && name != "."
        && name != ".."
        && !name.contains(['/', '\\'])
        && guosuo_case::text::check(name, false).is_ok();
    if fine { Ok(()) } else { Err(Rejection::BadName) }
}

/// The last part of a name as browsers may send it: some send a whole path.
pub fn base_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name).trim()
}

/// Extension in lower case, if the name has one.
fn extension(name: &str) -> Option<String> {
    let (stem, ext) = name.rsplit_once('.')?;
    (!stem.is_empty() && !ext.is_empty()).then(|| ext.trim().to_lowercase())
}

pub(super) fn content(s: &Sample) -> Result<Kind, Rejection> {
    let h = s.head.as_slice();
    if is_test_virus(h) {
        return Err(Rejection::Malware);
    }
    if h.starts_with(b"%PDF-") {
        return Ok(Kind::Pdf);
    }
    if h.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(Kind::Png);
    }
    if h.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Ok(Kind::Jpeg);
    }
    if h.starts_with(b"PK\x03\x04") || h.starts_with(b"PK\x05\x06") {
        return zipped(s);
    }
    if let Some(other) = foreign(h) {
        return Err(other);
    }
    let front = &h[..h.len().min(1024)];
    if has_markup(front) {
        return Err(if has(front, b"<svg") && !has(front, b"<html") { Rejection::Svg } else { Rejection::Html });
    }
    // Readers look for the header in the first kilobyte, so it opens as PDF although
    // something else stands before it.
    if find(front, b"%PDF-")
        .is_some_and(|at| front[..at].iter().all(|b| b.is_ascii_whitespace() || [0xEF, 0xBB, 0xBF].contains(b)))
    {
        return Ok(Kind::Pdf);
    }
    if find(front, b"%PDF-").is_some() {
        return Err(Rejection::Polyglot { is: Kind::Pdf, also: "data" });
    }
    if is_text(h) { Ok(Kind::Csv) } else { Err(Rejection::Unknown) }
}

/// A ZIP, by the names of its entries, which stand uncompressed in both ends of the file.
fn zipped(s: &Sample) -> Result<Kind, Rejection> {
    let named = |n: &[u8]| find(&s.head, n).is_some() || find(&s.tail, n).is_some();
    if named(b"word/document.xml") || named(b"content.xml") && named(b"opendocument.text") {
        Err(Rejection::Document)
    } else if named(b"xl/workbook.xml") {
        Ok(Kind::Xlsx)
    } else if named(b"xl/workbook.bin") || named(b"xl/vbaProject.bin") {
        Err(Rejection::Spreadsheet)
    } else if named(b"ppt/presentation.xml") {
        Err(Rejection::Slides)
    } else if named(b"OFD.xml") && !named(b"__MACOSX") && is_root_entry(s, b"OFD.xml") {
        Ok(Kind::Ofd)
    } else if named(b"META-INF/MANIFEST.MF") || named(b"AndroidManifest.xml") {
        Err(Rejection::Program)
    } else {
        Ok(Kind::Zip)
    }
}

/// Whether an entry name stands at the root: the 46-byte header of the central directory or
/// the 30-byte local header comes right before it.
fn is_root_entry(s: &Sample, name: &[u8]) -> bool {
    let preceded = |hay: &[u8], magic: &[u8], gap: usize| {
        let mut from = 0;
        while let Some(at) = find(&hay[from..], name).map(|i| i + from) {
            if at >= gap && hay[at - gap..].starts_with(magic) {
                return true;
            }
            from = at + 1;
        }
        false
    };
    preceded(&s.tail, b"PK\x01\x02", 46) || preceded(&s.head, b"PK\x03\x04", 30)
}

/// Types that are known and not taken anywhere.
fn foreign(h: &[u8]) -> Option<Rejection> {
    use Rejection::{Archive, OldOffice, Picture, Program};
    const TABLE: &[(&[u8], Rejection)] = &[
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", OldOffice),
        (b"{\\rtf", Rejection::Document),
        (b"Rar!\x1A\x07", Archive("RAR")),
        (b"7z\xBC\xAF\x27\x1C", Archive("7z")),
        (b"\x1F\x8B", Archive("GZIP")),
        (b"BZh", Archive("BZIP2")),
        (b"\xFD7zXZ", Archive("XZ")),
        (b"PK\x07\x08", Archive("ZIP")),
        (b"GIF8", Picture("GIF")),
        (b"BM", Picture("BMP")),
        (b"II*\0", Picture("TIFF")),
        (b"MM\0*", Picture("TIFF")),
        (b"8BPS", Picture("PSD")),
        (b"MZ", Program),
        (b"\x7FELF", Program),
        (b"#!", Program),
        (b"\xCA\xFE\xBA\xBE", Program),
        (b"\xCF\xFA\xED\xFE", Program),
    ];
    if let Some((_, r)) = TABLE.iter().find(|(magic, _)| h.starts_with(magic)) {
        // "BM" and "MZ" also begin words: a text is judged as text.
        let short = h.starts_with(b"BM") || h.starts_with(b"MZ");
        return (!short || !is_text(h)).then(|| r.clone());
    }
    let at = |i: usize, m: &[u8]| h.get(i..i + m.len()) == Some(m);
    if at(0, b"RIFF") && at(8, b"WEBP") {
        return Some(Picture("WebP"));
    }
    if at(4, b"ftyp") && (at(8, b"heic") || at(8, b"heix") || at(8, b"mif1") || at(8, b"hevc")) {
        return Some(Picture("HEIC"));
    }
    if at(4, b"ftypavif") {
        return Some(Picture("AVIF"));
    }
    at(257, b"ustar").then_some(Archive("TAR"))
}

/// A second format in a file that opens as `is`.
fn second_nature(s: &Sample, is: Kind) -> Option<&'static str> {
    if !matches!(is, Kind::Pdf | Kind::Png | Kind::Jpeg) {
        return None;
    }
    if ends_as_zip(&s.tail) {
        return Some("ZIP");
    }
    let front = match is {
        // The content of a PDF begins soon; its metadata may hold any word.
        Kind::Pdf => &s.head[..s.head.len().min(1024)],
        _ => &s.head,
    };
    if has_markup(front) {
        return Some("HTML");
    }
    let end: &[u8] = match is {
        Kind::Pdf => b"%%EOF",
        Kind::Png => b"IEND\xAE\x42\x60\x82",
        _ => return None,
    };
    let after = rfind(&s.tail, end).map(|i| &s.tail[i + end.len()..])?;
    if has_markup(after) {
        return Some("HTML");
    }
    // Scanners and signers pad with blanks and zeros; a kilobyte of anything else is a file.
    (after.iter().filter(|b| !b.is_ascii_whitespace() && **b != 0).count() > 1024).then_some("data")
}

/// Whether a ZIP reader, which reads from the end, would open it.
fn ends_as_zip(tail: &[u8]) -> bool {
    let mut from = 0;
    while let Some(at) = find(&tail[from..], b"PK\x05\x06").map(|i| i + from) {
        if let Some(&[low, high]) = tail.get(at + 20..at + 22)
            && at + 22 + usize::from(u16::from_le_bytes([low, high])) == tail.len()
        {
            return true;
        }
        from = at + 1;
    }
    false
}

fn has_markup(bytes: &[u8]) -> bool {
    [&b"<html"[..], b"<!doctype", b"<script", b"<svg", b"<body", b"<iframe"].iter().any(|m| has(bytes, m))
}

/// Case-insensitive search for a lower-case needle.
fn has(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|w| w.eq_ignore_ascii_case(needle))
}

pub(super) fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(i) = hay.get(from..)?.iter().position(|b| *b == first) {
        if hay[from + i..].starts_with(needle) {
            return Some(from + i);
        }
        from += i + 1;
    }
    None
}

fn rfind(hay: &[u8], needle: &[u8]) -> Option<usize> {
    (0..=hay.len().checked_sub(needle.len())?).rev().find(|i| hay[*i..].starts_with(needle))
}

/// The string that every virus scanner reports, assembled so that this program is none.
fn is_test_virus(h: &[u8]) -> bool {
    let mark = [&b"EICAR-STANDARD"[..], b"-ANTIVIRUS-TEST-FILE"].concat();
    find(&h[..h.len().min(4096)], &mark).is_some()
}

/// UTF-8, UTF-16 with a mark, or GB 18030, without control bytes.
fn is_text(h: &[u8]) -> bool {
    let mut part = &h[..h.len().min(8192)];
    if part.starts_with(&[0xFF, 0xFE]) || part.starts_with(&[0xFE, 0xFF]) {
        return true;
    }
    if part.iter().any(|b| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0C)) {
        return false;
    }
    // The cut may go through a character.
    for _ in 0..4 {
        if std::str::from_utf8(part).is_ok()
            || encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(part).is_some()
        {
            return true;
        }
        part = &part[..part.len() - 1];
    }
    false
}
