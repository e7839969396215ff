//! Inputs: files or standard input, plain, gzip or zstd, UTF-8, UTF-16 or GB 18030, cut into blocks of whole records.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};

use encoding_rs::{Decoder, Encoding, GB18030};
use flate2::bufread::MultiGzDecoder;
use memchr::{memchr_iter, memrchr};
use ruzstd::decoding::StreamingDecoder;

use crate::Progress;
use crate::error::CountError;

/// Bytes of one block: small enough that what was read is still near the processor when it is looked through.
const BLOCK: usize = 1 << 19;

/// Bytes that a packed file is read by.
const PACKED: usize = 1 << 16;

/// Room for blocks that was used before: asking the system for it anew costs as much as reading.
#[derive(Debug, Default)]
pub(crate) struct Spare {
    rooms: Mutex<Vec<Vec<u8>>>,
}

impl Spare {
    /// Takes room back.
    pub(crate) fn give(&self, room: Vec<u8>) {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        // One that grew for a very long record is not kept for ever.
        if rooms.len() < 64 && room.capacity() <= BLOCK * 2 {
            rooms.push(room);
        }
    }

    fn take(&self) -> Vec<u8> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}

/// Where a record is no record any more: a quote that never closes.
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
    /// Whether it is a set that another run kept.
    pub fn is_set(&self) -> bool {
        matches!(self, Self::File(path) if crate::kept::is_set(path))
    }

    /// Name for messages.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "-".to_owned(),
        }
    }
}

/// Tells how far the reading is, and ends when the run is stopped.
struct Measured<'a, R> {
    inner: R,
    progress: &'a Progress,
}

impl<R: Read> Read for Measured<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.progress.stop.load(Relaxed) {
            return Err(io::Error::other("stopped"));
        }
        let count = self.inner.read(buffer)?;
        self.progress.bytes.fetch_add(count as u64, Relaxed);
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
                    let count = match frame.read(buffer) {
                        Ok(count) => count,
                        // The source was eaten up and the frame asks for more.
                        Err(_) if frame.get_mut().fill_buf()?.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
                        Err(error) => return Err(error),
                    };
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
    /// Whether the file grew while it was read: what was added is left out.
    pub(crate) grown: bool,
    /// A file that is read as it stands, with its length when it was opened.
    watched: Option<(File, u64)>,
    /// What was read and not handed out yet, and room behind it.
    bytes: Vec<u8>,
    /// How much of it was read.
    have: usize,
    line: u64,
    ended: bool,
    /// Whether there was UTF-8 beyond ASCII.
    wide: bool,
    /// Whether blocks are GB 18030: found out after a beginning in ASCII.
    recode: bool,
}

/// What a failure to read an input means.
pub(crate) fn failure(name: &str, source: io::Error) -> CountError {
    let name = name.to_owned();
    if source.kind() == io::ErrorKind::UnexpectedEof { CountError::Cut { name } } else { CountError::Input { name, source } }
}

/// Opens an input, looks into compression and encoding.
pub(crate) fn open<'a>(input: &Input, stdin: &'a mut (dyn Read + Send), progress: &'a Progress) -> io::Result<Opened<'a>> {
    let mut watched = None;
    let raw: Box<dyn Read + 'a> = match input {
        Input::Stdin => Box::new(stdin),
        Input::File(path) => {
            let file = File::open(path)?;
            let metadata = file.metadata()?;
            if metadata.is_dir() {
                return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a folder"));
            }
            // A log may grow while it is read: what was there at the start is counted. Pipes have no length.
            if metadata.is_file() {
                watched = Some((file.try_clone()?, metadata.len()));
                Box::new(file.take(metadata.len()))
            } else {
                Box::new(file)
            }
        }
    };
    let mut raw = BufReader::with_capacity(PACKED, Measured { inner: raw, progress });
    let magic = raw.fill_buf()?;
    if magic.starts_with(b"PAR1") {
        let message = "Parquet is read from files, by a program built with the feature parquet";
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    let compressed = magic.starts_with(&[0x1F, 0x8B]) || magic.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]);
    watched = watched.filter(|_| !compressed);
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
    let encoding = encoding.map(Encoding::name);
    let have = start.len();
    let new =
        Opened { source, encoding, grown: false, watched, bytes: start, have, line: 1, ended: false, wide: false, recode: false };
    Ok(new)
}

/// Whole records of one input.
pub(crate) struct Block {
    pub(crate) bytes: Vec<u8>,
    /// Number of the first line, from 1.
    pub(crate) line: u64,
    /// Number of line ends.
    pub(crate) ends: u64,
    /// Whether there are quotes in it.
    pub(crate) quoted: bool,
}

impl Block {
    /// Number of the last line.
    pub(crate) fn last_line(&self) -> u64 {
        self.line + self.ends.saturating_sub(1)
    }
}

impl Opened<'_> {
    /// The next block.
    ///
    /// A record ends at a line end outside quotes, and whether one is outside follows from the number of quotes
    /// before it: so blocks can be cut without reading the records.
    pub(crate) fn next(&mut self, spare: &Spare) -> io::Result<Option<Block>> {
        while !self.ended {
            self.fill()?;
            if self.ended {
                self.end()?;
            }
            let read = &self.bytes[..self.have];
            if self.ended && read.is_empty() {
                return Ok(None);
            }
            let quotes = memchr::memchr(b'"', read).is_some();
            let whole = if quotes { last_record_end(read) } else { memrchr(b'\n', read).map(|at| at + 1) };
            if whole.is_none() && self.have >= LONGEST {
                let message = format!("line {}: a record of {LONGEST} bytes or more (a quote that never closes?)", self.line);
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            // The last record may have no line end.
            let Some(cut) = (if self.ended { Some(read.len()) } else { whole }) else { continue };
            let mut next = spare.take();
            let rest = &self.bytes[cut..self.have];
            next.resize(BLOCK.max(rest.len()), 0);
            next[..rest.len()].copy_from_slice(rest);
            self.have = rest.len();
            let mut bytes = std::mem::replace(&mut self.bytes, next);
            bytes.truncate(cut);
            let bytes = self.utf8(bytes)?;
            let line = self.line;
            let ends = memchr_iter(b'\n', &bytes).count() as u64;
            self.line += ends;
            let quoted = quotes && memchr::memchr(b'"', &bytes).is_some();
            return Ok(Some(Block { bytes, line, ends, quoted }));
        }
        Ok(None)
    }

    /// Reads until the room is full or the source ends; makes more room first where it was full and held no record.
    fn fill(&mut self) -> io::Result<()> {
        let room = if self.have < BLOCK { BLOCK } else { self.have * 2 };
        if self.bytes.len() < room {
            self.bytes.resize(room, 0);
        }
        while self.have < self.bytes.len() {
            match self.source.read(&mut self.bytes[self.have..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(count) => self.have += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A block in UTF-8. A log may be ASCII for long and then turn out to be GB 18030, whose characters never contain
    /// a line end, a quote or a separator: what was cut before stays right.
    fn utf8(&mut self, bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        if bytes.is_ascii() {
            return Ok(bytes);
        }
        if !self.recode && std::str::from_utf8(&bytes).is_ok() {
            self.wide = true;
            return Ok(bytes);
        }
        let (text, wrong) = GB18030.decode_without_bom_handling(&bytes);
        if self.wide || self.encoding.is_some_and(|_| !self.recode) || wrong {
            let message = format!("after line {}: text in no known encoding, or in several", self.line);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        self.recode = true;
        self.encoding = Some(GB18030.name());
        Ok(text.into_owned().into_bytes())
    }

    /// At the end of the data: what became of the file meanwhile?
    fn end(&mut self) -> io::Result<()> {
        let Some((file, length)) = &mut self.watched else { return Ok(()) };
        let now = file.metadata()?.len();
        if now < *length {
            let message = format!("the file became shorter while it was read ({length} bytes, now {now})");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        self.grown = now > *length;
        let read = &self.bytes[..self.have];
        if self.grown && read.last().is_some_and(|&last| last != b'\n') {
            // The last record was being written when the file was opened: half a person is none.
            self.have = last_record_end(read).unwrap_or(0);
        }
        Ok(())
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
    use std::io::Write;

    #[test]
    fn blocks_end_at_records_not_inside_quotes() {
        assert_eq!(last_record_end(b"a,b\nc,d\ne"), Some(8));
        assert_eq!(last_record_end(b"a,b\n\"c\nd"), Some(4));
        assert_eq!(last_record_end(b"a,\"b\n\"\n\"c\n"), Some(7));
        assert_eq!(last_record_end(b"\"a\nb\nc"), None);
        assert_eq!(last_record_end(b"a \"\" b\n"), Some(7));
    }

    /// A log of a hundred rows, the file it lies in, and what was read of it.
    fn grown(change: impl FnOnce(&mut File)) -> io::Result<(String, bool)> {
        let mut file = tempfile::NamedTempFile::new()?;
        let rows = "a,2026-01-05,0\n".repeat(100);
        // The last row is being written.
        write!(file, "{rows}11010519491231")?;
        file.flush()?;
        let progress = Progress::default();
        let input = Input::File(file.path().to_owned());
        let mut nothing = io::empty();
        let mut opened = open(&input, &mut nothing, &progress)?;
        change(file.as_file_mut());
        let mut text = Vec::new();
        while let Some(block) = opened.next(&Spare::default())? {
            text.extend(block.bytes);
        }
        Ok((String::from_utf8_lossy(&text).into_owned(), opened.grown))
    }

    #[test]
    fn a_file_that_grows_is_read_as_it_was_and_no_half_row_counts() {
        let (text, grew) = grown(|file| file.write_all(b"002X,2026-01-05,0\nb,2026-01-05,0\n").unwrap()).unwrap();
        assert_eq!((text.lines().count(), text.ends_with("a,2026-01-05,0\n"), grew), (100, true, true));
        // Left as it is, its last row is a row, if a bad one.
        let (text, grew) = grown(|_| ()).unwrap();
        assert_eq!((text.lines().count(), grew), (101, false));
        let error = grown(|file| file.set_len(100).unwrap()).unwrap_err();
        assert!(error.to_string().contains("became shorter"), "{error}");
    }

    #[test]
    fn patterns() {
        assert!(fits(b"*.csv", b"a.csv") && fits(b"log-?.csv*", b"log-1.csv.gz") && fits(b"*", b""));
        assert!(!fits(b"*.csv", b"a.tsv") && !fits(b"?", b""));
    }
}
