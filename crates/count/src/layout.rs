//! Where the columns stand in a file of text.

use crate::Options;
use crate::error::CountError;
use crate::input::Block;
use crate::row::{Column, Kind, Places};

/// Finds the separator and the columns in the first block, and takes the header off.
pub(crate) fn layout(block: &mut Block, options: &Options, name: &str) -> Result<(Places, u8), CountError> {
    let mut first = csv::ByteRecord::new();
    let line_end = memchr::memchr(b'\n', &block.bytes).unwrap_or(block.bytes.len());
    let delimiter = options.delimiter.unwrap_or_else(|| {
        let line = &block.bytes[..line_end];
        let often = |byte: u8| memchr::memchr_iter(byte, line).count();
        [b',', b'\t', b';', b'|'].into_iter().max_by_key(|&byte| (often(byte), byte == b',')).unwrap_or(b',')
    });
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).flexible(true).from_reader(block.bytes.as_slice());
    let _ = reader.read_byte_record(&mut first);
    let end = usize::try_from(reader.position().byte()).unwrap_or(block.bytes.len());
    let cells: Vec<String> = first.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
    let place = |column: &Column| match column {
        Column::Number(number) if *number <= cells.len() || !options.header => Ok(number - 1),
        Column::Name(wanted) if options.header => {
            cells.iter().position(|cell| cell == wanted).ok_or_else(|| missing(name, wanted.clone(), &cells))
        }
        Column::Number(number) => Err(missing(name, number.to_string(), &cells)),
        Column::Name(wanted) => Err(missing(name, wanted.clone(), &[])),
    };
    let places = Places {
        key: place(&options.key)?,
        day: place(&options.day)?,
        sensitive: match &options.kind {
            Kind::Column(column) => Ok(place(column)?),
            Kind::All(sensitive) => Err(*sensitive),
        },
        scenario: options.scenario.as_ref().map(place).transpose()?,
    };
    if options.header {
        let rest = block.bytes.split_off(end.min(block.bytes.len()));
        let head = memchr::memchr_iter(b'\n', &block.bytes).count() as u64;
        (block.line, block.ends) = (block.line + head, block.ends - head);
        block.bytes = rest;
    }
    Ok((places, delimiter))
}

pub(crate) fn missing(name: &str, column: String, cells: &[String]) -> CountError {
    CountError::NoColumn { name: name.to_owned(), column, existing: cells.to_vec() }
}
