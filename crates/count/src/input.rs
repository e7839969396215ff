//! Inputs: files or standard input, plain, gzip or zstd, UTF-8, UTF-16 or GB 18030, cut into blocks of whole records.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use encoding_rs::{Decoder, Encoding, GB18030};
use flate2::bufread::MultiGzDecoder;
use memchr::{memchr_iter, memrchr};
use ruzstd::decoding::StreamingDecoder;

/// Bytes of one block.
const BLOCK: usize = 1 << 20;

/// Largest record; a longer one means a quote that never closes.
const LONGEST: usize = 16 << 20;

/// One input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

impl Input {
    /// Name for messages.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "-".to_owned(),
        }
    }
}

/// Reads at most the length that the file had when it was opened, and tells how far the reading is.
struct Measured<'a, R> {
    inner: R,
    read: &'a AtomicU64,
}

impl<R: Read> Read for Measured<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Relaxed);
        Ok(count)
    }
}

/// Frames of zstd one after the other.
enum Zstd<R: Read> {
    Frame(Box<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>),
    Between(R),
    Done,
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(self, Self::Done) {
                Self::Done => return Ok(0),
                Self::Between(mut source) => {
                    if source.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    let frame = StreamingDecoder::new(source).map_err(|error| io::Error::other(error.to_string()))?;
                    *self = Self::Frame(Box::new(frame));
                }
                Self::Frame(mut frame) => {
                    let count = frame.read(buffer)?;
                    if count > 0 || buffer.is_empty() {
                        *self = Self::Frame(frame);
                        return Ok(count);
                    }
                    *self = Self::Between((*frame).into_inner());
                }
            }
        }
    }
}

/// Turns another encoding into UTF-8.
struct Recoded<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    ready: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Read for Recoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && !self.ended {
            self.raw.resize(1 << 16, 0);
            let count = self.inner.read(&mut self.raw)?;
            self.ended = count == 0;
            let mut text = String::with_capacity(self.decoder.max_utf8_buffer_length(count).unwrap_or(1 << 18));
            let (_, _, wrong) = self.decoder.decode_to_string(&self.raw[..count], &mut text, self.ended);
            if wrong {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "text in no known encoding"));
            }
            self.ready = text.into_bytes();
            self.at = 0;
        }
        let count = buffer.len().min(self.ready.len() - self.at);
        buffer[..count].copy_from_slice(&self.ready[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// An opened input.
pub(crate) struct Opened<'a> {
    source: Box<dyn Read + 'a>,
    /// Encoding, when it was not UTF-8.
    pub(crate) encoding: Option<&'static str>,
    start: Vec<u8>,
}

/// Opens an input, looks into compression and encoding.
pub(crate) fn open<'a>(input: &Input, stdin: &'a mut (dyn Read + Send), read: &'a AtomicU64) -> io::Result<Opened<'a>> {
    let raw: Box<dyn Read + 'a> = match input {
        Input::Stdin => Box::new(stdin),
        Input::File(path) => {
            let file = File::open(path)?;
            let metadata = file.metadata()?;
            if metadata.is_dir() {
                return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a folder"));
            }
            // A log may grow while it is read: what was there at the start is counted. Pipes have no length.
            if metadata.is_file() { Box::new(file.take(metadata.len())) } else { Box::new(file) }
        }
    };
    let mut raw = BufReader::with_capacity(BLOCK, Measured { inner: raw, read });
    let magic = raw.fill_buf()?;
    let mut source: Box<dyn Read + 'a> = if magic.starts_with(&[0x1F, 0x8B]) {
        Box::new(MultiGzDecoder::new(raw))
    } else if magic.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) {
        Box::new(Zstd::Between(raw))
    } else {
        Box::new(raw)
    };
    let mut start = Vec::new();
    source.by_ref().take(BLOCK as u64).read_to_end(&mut start)?;
    let whole = start.len() < BLOCK;
    let encoding = match Encoding::for_bom(&start) {
        Some((encoding, _)) if encoding == encoding_rs::UTF_8 => {
            start.drain(..3);
            None
        }
        Some((encoding, _)) => Some(encoding),
        None => match std::str::from_utf8(&start) {
            Ok(_) => None,
            // Only the last character is cut.
            Err(error) if error.error_len().is_none() && !whole => None,
            Err(_) => Some(GB18030),
        },
    };
    if let Some(encoding) = encoding {
        let inner = io::Cursor::new(std::mem::take(&mut start)).chain(source);
        let decoder = encoding.new_decoder();
        source = Box::new(Recoded { inner, decoder, raw: Vec::new(), ready: Vec::new(), at: 0, ended: false });
    }
    Ok(Opened { source, encoding: encoding.map(Encoding::name), start })
}

/// Whole records of one input.
pub(crate) struct Block {
    pub(crate) bytes: Vec<u8>,
    /// Number of the first line, from 1.
    pub(crate) line: u64,
    /// Whether there are quotes in it.
    pub(crate) quoted: bool,
}

impl Opened<'_> {
    /// Calls `each` with block after block.
    ///
    /// A record ends at a line end outside quotes, and whether one is outside follows from the number of quotes
    /// before it: so blocks can be cut without reading the records.
    pub(crate) fn blocks(mut self, mut each: impl FnMut(Block) -> io::Result<()>) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.start);
        let mut line = 1;
        loop {
            let had = bytes.len();
            self.source.by_ref().take((BLOCK * 2).saturating_sub(had).max(BLOCK) as u64).read_to_end(&mut bytes)?;
            let ended = bytes.len() == had;
            if ended && bytes.is_empty() {
                return Ok(());
            }
            let cut = if ended { Some(bytes.len()) } else { last_record_end(&bytes) };
            let Some(cut) = cut else {
                if bytes.len() > LONGEST {
                    let message = format!("line {line}: a record longer than {LONGEST} bytes (a quote that never closes?)");
                    return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                }
                continue;
            };
            let rest = bytes.split_off(cut);
            let lines = memchr_iter(b'\n', &bytes).count() as u64;
            let quoted = memchr::memchr(b'"', &bytes).is_some();
            each(Block { bytes, line, quoted })?;
            line += lines;
            bytes = rest;
            if ended {
                return Ok(());
            }
        }
    }
}

fn last_record_end(bytes: &[u8]) -> Option<usize> {
    let mut inside = memchr_iter(b'"', bytes).count() % 2 == 1;
    let mut end = bytes.len();
    loop {
        // Backwards over line ends; each quote on the way changes sides.
        let at = memrchr(b'\n', &bytes[..end])?;
        if memchr_iter(b'"', &bytes[at..end]).count() % 2 == 1 {
            inside = !inside;
        }
        if !inside {
            return Some(at + 1);
        }
        end = at;
    }
}

/// The files of a pattern with `*` and `?` in its last part; a name without them is itself.
pub fn expand(pattern: &str) -> io::Result<Vec<Input>> {
    if pattern == "-" {
        return Ok(vec![Input::Stdin]);
    }
    let path = Path::new(pattern);
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if path.exists() || !name.contains(['*', '?']) {
        return Ok(vec![Input::File(path.to_owned())]);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(|text| fits(name.as_bytes(), text.as_bytes())) {
            found.push(Input::File(entry.path()));
        }
    }
    found.sort_by_key(Input::name);
    if found.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "no file fits"));
    }
    Ok(found)
}

fn fits(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => fits(rest, text) || text.split_first().is_some_and(|(_, after)| fits(pattern, after)),
        (Some((b'?', rest)), Some((_, after))) => fits(rest, after),
        (Some((a, rest)), Some((b, after))) => a == b && fits(rest, after),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_end_at_records_not_inside_quotes() {
        assert_eq!(last_record_end(b"a,b\nc,d\ne"), Some(8));
        assert_eq!(last_record_end(b"a,b\n\"c\nd"), Some(4));
        assert_eq!(last_record_end(b"a,\"b\n\"\n\"c\n"), Some(7));
        assert_eq!(last_record_end(b"\"a\nb\nc"), None);
        assert_eq!(last_record_end(b"a \"\" b\n"), Some(7));
    }

    #[test]
    fn patterns() {
        assert!(fits(b"*.csv", b"a.csv") && fits(b"log-?.csv*", b"log-1.csv.gz") && fits(b"*", b""));
        assert!(!fits(b"*.csv", b"a.tsv") && !fits(b"?", b""));
    }
}
