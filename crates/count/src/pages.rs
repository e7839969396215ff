//! Pages of a Parquet file: read from their place, and unpacked here with the decompressors that the program has
//! anyway, so that no second library for each of them enters the build.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use ::bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

/// Largest page after unpacking: beyond it the file is not what it says.
const LARGEST: u64 = 1 << 30;

/// A file that many threads read at their own places.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) file: Arc<File>,
    pub(crate) length: u64,
}

/// Reads on from a place.
pub(crate) struct From {
    file: Arc<File>,
    at: u64,
}

impl Read for From {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Length for Shared {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Shared {
    type T = BufReader<From>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(BufReader::new(From { file: Arc::clone(&self.file), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        if start.saturating_add(length as u64) > self.length {
            return Err(ParquetError::EOF("the file is cut".to_owned()));
        }
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

/// What a page that was unpacked holds.
pub(crate) enum Held {
    /// So many entries of the dictionary.
    Dictionary { entries: usize },
    /// Values, and how many bytes of levels stand before them (nothing: their length stands before them too).
    Data { rows: usize, encoding: Encoding, levels: Option<usize> },
}

fn wrong(error: &dyn std::fmt::Display) -> ParquetError {
    ParquetError::General(format!("a page cannot be unpacked: {error}"))
}

/// Bytes of a page before it was packed.
fn snappy_length(bytes: &[u8]) -> Result<usize> {
    let length = snap::raw::decompress_len(bytes).map_err(|error| wrong(&error))?;
    if length as u64 > LARGEST { Err(wrong(&"too large")) } else { Ok(length) }
}

/// The pages of one column in one row group, unpacked.
pub(crate) struct Pages {
    packed: SerializedPageReader<Shared>,
    codec: Compression,
}

impl Pages {
    pub(crate) fn new(file: &Shared, column: &ColumnChunkMetaData, rows: usize) -> Result<Self> {
        let codec = column.compression();
        if matches!(codec, Compression::LZO | Compression::BROTLI(_) | Compression::LZ4 | Compression::LZ4_RAW) {
            let message = format!("compression {codec} is not read here; write the file with snappy, gzip or zstd");
            return Err(ParquetError::NYI(message));
        }
        // Called uncompressed, the pages come as they are in the file.
        let raw = column.clone().into_builder().set_compression(Compression::UNCOMPRESSED).build()?;
        Ok(Self { packed: SerializedPageReader::new(Arc::new(file.clone()), &raw, rows, None)?, codec })
    }

    fn unpack(&self, bytes: &[u8], into: &mut Vec<u8>) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        match self.codec {
            Compression::SNAPPY => {
                let length = snappy_length(bytes)?;
                let had = into.len();
                into.resize(had + length, 0);
                snap::raw::Decoder::new().decompress(bytes, &mut into[had..]).map_err(|error| wrong(&error))?;
            }
            Compression::GZIP(_) => {
                flate2::bufread::MultiGzDecoder::new(bytes).take(LARGEST).read_to_end(into)?;
            }
            Compression::ZSTD(_) => {
                let frame = ruzstd::decoding::StreamingDecoder::new(bytes).map_err(|error| wrong(&error))?;
                frame.take(LARGEST).read_to_end(into)?;
            }
            _ => into.extend_from_slice(bytes),
        }
        Ok(())
    }

    /// The next page, unpacked into `room`, which is used again and again; nothing after the last.
    pub(crate) fn next_into(&mut self, room: &mut Vec<u8>) -> Result<Option<Held>> {
        let Some(page) = self.packed.get_next_page()? else { return Ok(None) };
        let (held, packed, levels) = match &page {
            Page::DictionaryPage { num_values, .. } => (Held::Dictionary { entries: *num_values as usize }, true, 0),
            Page::DataPage { num_values, encoding, .. } => {
                (Held::Data { rows: *num_values as usize, encoding: *encoding, levels: None }, true, 0)
            }
            Page::DataPageV2 { num_values, encoding, def_levels_byte_len, rep_levels_byte_len, is_compressed, .. } => {
                // Levels stand before the values and are never packed. What is read here has no repetition.
                let levels = (*def_levels_byte_len + *rep_levels_byte_len) as usize;
                let held = Held::Data { rows: *num_values as usize, encoding: *encoding, levels: Some(levels) };
                (held, *is_compressed, levels)
            }
        };
        let bytes = page.buffer();
        let (levels, values) =
            bytes.split_at_checked(levels).ok_or_else(|| ParquetError::General("a page is shorter than its levels".into()))?;
        if packed && levels.is_empty() && matches!(self.codec, Compression::SNAPPY) && !values.is_empty() {
            // The common case: room that is there is not filled with zeros first.
            let length = snappy_length(values)?;
            room.resize(length, 0);
            snap::raw::Decoder::new().decompress(values, room).map_err(|error| wrong(&error))?;
            return Ok(Some(held));
        }
        room.clear();
        room.extend_from_slice(levels);
        if packed {
            self.unpack(values, room)?;
        } else {
            room.extend_from_slice(values);
        }
        Ok(Some(held))
    }

    fn unpacked(&self, page: Page) -> Result<Page> {
        if matches!(self.codec, Compression::UNCOMPRESSED) {
            return Ok(page);
        }
        let mut out = Vec::with_capacity(page.buffer().len() * 3);
        let (packed, offset) = match &page {
            Page::DataPage { .. } | Page::DictionaryPage { .. } => (true, 0),
            // Levels stand before the values and are never packed.
            Page::DataPageV2 { def_levels_byte_len, rep_levels_byte_len, is_compressed, .. } => {
                (*is_compressed, (*def_levels_byte_len + *rep_levels_byte_len) as usize)
            }
        };
        if !packed {
            return Ok(page);
        }
        let bytes = page.buffer();
        let (levels, values) =
            bytes.split_at_checked(offset).ok_or_else(|| ParquetError::General("a page is shorter than its levels".into()))?;
        out.extend_from_slice(levels);
        self.unpack(values, &mut out)?;
        let new = Bytes::from(out);
        let mut page = page;
        match &mut page {
            Page::DataPage { buf, .. } | Page::DictionaryPage { buf, .. } | Page::DataPageV2 { buf, .. } => *buf = new,
        }
        Ok(page)
    }
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        self.packed.get_next_page()?.map(|page| self.unpacked(page)).transpose()
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.packed.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.packed.skip_next_page()
    }
}
