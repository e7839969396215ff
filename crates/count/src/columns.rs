//! Parquet: the columns of one row group, side by side.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::date;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, FixedLenByteArray, FixedLenByteArrayType, Int32Type, Int64Type, Int96,
    Int96Type,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::schema::types::ColumnDescriptor;

use crate::Options;
use crate::decode::{Chunk, Value, is_plain};
use crate::error::CountError;
use crate::key::Key;
use crate::layout::missing;
use crate::pages::{Pages, Shared};
use crate::row::{BadRow, Cells, Column, DateForm, Day, DayCell, Kind, Places, Reader, Row, ground_of, kind_of};

/// Rows that are read at once.
const ROWS: usize = 4096;

/// Rows that are read at once where columns are plain: what is made of them stays near the processor.
const PLAIN_ROWS: usize = 1024;

/// Where rows go.
pub(crate) trait Takes {
    /// A row that counts, of a packed ID number.
    fn person(&mut self, sensitive: bool, key: u64, day: Day) -> Result<(), CountError>;
    /// What became of any other row.
    fn row(&mut self, number: u64, row: Result<Row, BadRow>) -> Result<(), CountError>;
    /// Whether more rows are wanted.
    fn goes_on(&self) -> bool;
}

/// An opened file: what its end says.
#[derive(Debug)]
pub(crate) struct Table {
    file: Shared,
    metadata: ParquetMetaData,
    places: Places,
}

/// Whether a file is Parquet: it begins with four letters that no log begins with.
pub(crate) fn is_table(path: &Path) -> bool {
    let mut magic = [0; 4];
    path.is_file() && File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && &magic == b"PAR1"
}

fn failure(name: &str, error: ParquetError) -> CountError {
    let text = match error {
        ParquetError::General(text) | ParquetError::NYI(text) | ParquetError::EOF(text) => text,
        error => error.to_string(),
    };
    CountError::Input { name: name.to_owned(), source: io::Error::new(io::ErrorKind::InvalidData, format!("Parquet: {text}")) }
}

impl Table {
    pub(crate) fn open(path: &Path, name: &str, options: &Options) -> Result<Self, CountError> {
        let open = || -> io::Result<Shared> {
            let file = File::open(path)?;
            let length = file.metadata()?.len();
            Ok(Shared { file: Arc::new(file), length })
        };
        let file = open().map_err(|source| CountError::Input { name: name.to_owned(), source })?;
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).map_err(|error| failure(name, error))?;
        let places = places(&metadata, name, options)?;
        Ok(Self { file, metadata, places })
    }

    pub(crate) fn groups(&self) -> usize {
        self.metadata.num_row_groups()
    }

    /// Rows before a group.
    pub(crate) fn before(&self, group: usize) -> u64 {
        self.metadata.row_groups().iter().take(group).map(|group| u64::try_from(group.num_rows()).unwrap_or(0)).sum()
    }

    /// Bytes of a group in the file.
    pub(crate) fn bytes(&self, group: usize) -> u64 {
        u64::try_from(self.metadata.row_group(group).compressed_size()).unwrap_or(0)
    }

    /// Hands over what became of row after row of a group.
    pub(crate) fn rows(&self, group: usize, name: &str, reader: &mut Reader<'_>, to: &mut impl Takes) -> Result<(), CountError> {
        let places = &self.places;
        let mut used = [Some(places.key), Some(places.day), places.sensitive.ok(), places.scenario].into_iter().flatten();
        if used.all(|at| is_plain(self.metadata.row_group(group).column(at))) {
            self.plain_rows(group, name, reader, to)
        } else {
            self.all_rows(group, name, reader, to)
        }
    }

    /// A column on its way, and what its values mean.
    fn chunk<C: Copy>(&self, group: usize, at: usize) -> Result<(Chunk<C>, Meaning), ParquetError> {
        let chunk = self.metadata.row_group(group).column(at);
        let rows = usize::try_from(self.metadata.row_group(group).num_rows()).unwrap_or(0);
        let meaning = meaning(&chunk.column_descr_ptr()).unwrap_or(Meaning::Plain);
        Ok((Chunk::new(Pages::new(&self.file, chunk, rows)?, chunk), meaning))
    }

    /// The rows of a group whose columns are plain: what a cell says is found out once for every entry of a dictionary.
    fn plain_rows(&self, group: usize, name: &str, reader: &mut Reader<'_>, to: &mut impl Takes) -> Result<(), CountError> {
        let places = &self.places;
        let failed = |error| failure(name, error);
        let (mut key, _) = self.chunk(group, places.key).map_err(failed)?;
        let (mut day, day_means) = self.chunk(group, places.day).map_err(failed)?;
        let mut kind = places.sensitive.ok().map(|at| self.chunk(group, at)).transpose().map_err(failed)?;
        let mut scenario = places.scenario.map(|at| self.chunk(group, at)).transpose().map_err(failed)?;
        let (mut keys, mut days, mut kinds, mut scenarios) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut number = self.before(group);
        let mut left = usize::try_from(self.metadata.row_group(group).num_rows()).unwrap_or(0);
        let mut room = Vec::new();
        while left > 0 {
            let want = left.min(PLAIN_ROWS);
            key.fill(want, &mut keys, |value| reader.key_of(text_of(value, &mut room))).map_err(failed)?;
            // Days mostly come many times in a row.
            let mut last: Option<(i64, Result<Day, BadRow>)> = None;
            let make = |value: Value<'_>| match (value, day_means) {
                (Value::Int(of), Meaning::Days | Meaning::Instant { .. }) => match last {
                    Some((known, day)) if known == of => day,
                    _ => last.insert((of, reader.day_of(day_of_number(of, day_means)))).1,
                },
                (value, _) => reader.day_of(DayCell::Text(text_of(value, &mut room))),
            };
            day.fill(want, &mut days, make).map_err(failed)?;
            if let Some((kind, _)) = &mut kind {
                kind.fill(want, &mut kinds, |value| kind_of(text_of(value, &mut room))).map_err(failed)?;
            }
            if let Some((scenario, _)) = &mut scenario {
                scenario.fill(want, &mut scenarios, |value| ground_of(text_of(value, &mut room))).map_err(failed)?;
            }
            let all = places.sensitive.err().unwrap_or_default();
            for at in 0..want {
                number += 1;
                let kind = kinds.get(at).copied().unwrap_or(Ok(all));
                let scenario = scenarios.get(at).copied().unwrap_or(Ok(None));
                if let (Ok(kind), Ok(None), Ok(Key::Packed(key)), Ok(day)) = (kind, scenario, keys[at], days[at]) {
                    reader.forms[day.2 as usize] += 1;
                    to.person(kind, key, day)?;
                    continue;
                }
                let row = reader.decide(kind, scenario, keys[at], days[at]);
                to.row(number, row)?;
            }
            if !to.goes_on() {
                return Ok(());
            }
            left -= want;
        }
        Ok(())
    }

    /// The rows of a group of any kind.
    fn all_rows(&self, group: usize, name: &str, reader: &mut Reader<'_>, to: &mut impl Takes) -> Result<(), CountError> {
        let places = &self.places;
        let column = |at: usize| self.column(group, at).map_err(|error| failure(name, error));
        let mut key = column(places.key)?;
        let mut day = column(places.day)?;
        let mut kind = places.sensitive.ok().map(column).transpose()?;
        let mut scenario = places.scenario.map(column).transpose()?;
        let mut number = self.before(group);
        let all = usize::try_from(self.metadata.row_group(group).num_rows()).unwrap_or(0);
        let mut left = all;
        let mut texts: [Vec<u8>; 4] = Default::default();
        while left > 0 {
            let want = left.min(ROWS);
            for column in [Some(&mut key), Some(&mut day), kind.as_mut(), scenario.as_mut()].into_iter().flatten() {
                column.load(want).map_err(|error| failure(name, error))?;
            }
            let [key_text, day_text, kind_text, scenario_text] = &mut texts;
            for _ in 0..want {
                number += 1;
                let cells = Cells {
                    key: key.text(key_text),
                    day: day.day(day_text),
                    sensitive: match &mut kind {
                        Some(kind) => Ok(kind.text(kind_text)),
                        None => Err(places.sensitive.err().unwrap_or_default()),
                    },
                    scenario: scenario.as_mut().map(|scenario| scenario.text(scenario_text)),
                };
                let row = reader.judge(&cells);
                to.row(number, row)?;
            }
            if !to.goes_on() {
                return Ok(());
            }
            left -= want;
        }
        Ok(())
    }

    fn column(&self, group: usize, at: usize) -> Result<Loaded, ParquetError> {
        let chunk = self.metadata.row_group(group).column(at);
        let rows = usize::try_from(self.metadata.row_group(group).num_rows()).unwrap_or(0);
        let pages = Box::new(Pages::new(&self.file, chunk, rows)?);
        let description = chunk.column_descr_ptr();
        let meaning = meaning(&description).unwrap_or(Meaning::Plain);
        let optional = (description.max_def_level() > 0).then(|| description.max_def_level());
        let values = match get_column_reader(description, pages) {
            ColumnReader::BoolColumnReader(reader) => Values::Bool(Buffer::new(reader)),
            ColumnReader::Int32ColumnReader(reader) => Values::Int32(Buffer::new(reader)),
            ColumnReader::Int64ColumnReader(reader) => Values::Int64(Buffer::new(reader)),
            ColumnReader::Int96ColumnReader(reader) => Values::Int96(Buffer::new(reader)),
            ColumnReader::ByteArrayColumnReader(reader) => Values::Bytes(Buffer::new(reader)),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => Values::Fixed(Buffer::new(reader)),
            _ => return Err(ParquetError::General("floating-point columns are not read".to_owned())),
        };
        Ok(Loaded { values, meaning, optional, levels: Vec::new(), row: 0, value: 0 })
    }
}

/// What the numbers of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// Themselves.
    Plain,
    /// Days since 1970.
    Days,
    /// Parts of a second since 1970, so many in a second, in UTC or in China Standard Time already.
    Instant { parts: i64, utc: bool },
    /// Sixteen bytes that people write with hyphens.
    Uuid,
}

/// The meaning of a column, or the name of a type that cannot be read.
fn meaning(column: &ColumnDescriptor) -> Result<Meaning, String> {
    if column.max_rep_level() > 0 {
        return Err("a list".to_owned());
    }
    let parts = |unit: &TimeUnit| match unit {
        TimeUnit::MILLIS => 1_000,
        TimeUnit::MICROS => 1_000_000,
        TimeUnit::NANOS => 1_000_000_000,
    };
    match (column.physical_type(), column.logical_type_ref(), column.converted_type()) {
        (Type::FLOAT | Type::DOUBLE, _, _) => Err("floating point (it loses digits of long numbers)".to_owned()),
        (_, Some(LogicalType::Decimal(_)), _) | (_, _, ConvertedType::DECIMAL) => Err("decimal".to_owned()),
        (Type::INT32, Some(LogicalType::Date), _) | (Type::INT32, _, ConvertedType::DATE) => Ok(Meaning::Days),
        (Type::INT64, Some(LogicalType::Timestamp(stamp)), _) => {
            Ok(Meaning::Instant { parts: parts(&stamp.unit), utc: stamp.is_adjusted_to_u_t_c })
        }
        (Type::INT64, _, ConvertedType::TIMESTAMP_MILLIS) => Ok(Meaning::Instant { parts: 1_000, utc: true }),
        (Type::INT64, _, ConvertedType::TIMESTAMP_MICROS) => Ok(Meaning::Instant { parts: 1_000_000, utc: true }),
        (Type::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::Uuid), _) => Ok(Meaning::Uuid),
        _ => Ok(Meaning::Plain),
    }
}

fn places(metadata: &ParquetMetaData, name: &str, options: &Options) -> Result<Places, CountError> {
    let columns = metadata.file_metadata().schema_descr().columns();
    let names: Vec<String> = columns.iter().map(|column| column.path().string()).collect();
    let place = |wanted: &Column| {
        let (at, text) = match wanted {
            Column::Number(number) => (Some(number - 1).filter(|&at| at < names.len()), number.to_string()),
            Column::Name(text) => (names.iter().position(|name| name == text), text.clone()),
        };
        let at = at.ok_or_else(|| missing(name, text.clone(), &names))?;
        meaning(&columns[at]).map_err(|found| CountError::ColumnType { name: name.to_owned(), column: text, found })?;
        Ok(at)
    };
    Ok(Places {
        key: place(&options.key)?,
        day: place(&options.day)?,
        sensitive: match &options.kind {
            Kind::Column(column) => Ok(place(column)?),
            Kind::All(sensitive) => Err(*sensitive),
        },
        scenario: options.scenario.as_ref().map(place).transpose()?,
    })
}

/// A reader and the values it read last.
struct Buffer<T: DataType> {
    reader: ColumnReaderImpl<T>,
    values: Vec<T::T>,
}

impl<T: DataType> Buffer<T> {
    fn new(reader: ColumnReaderImpl<T>) -> Self {
        Self { reader, values: Vec::new() }
    }

    /// Reads the next rows; fewer than wanted is an error.
    fn load(&mut self, rows: usize, levels: Option<&mut Vec<i16>>) -> Result<(), ParquetError> {
        self.values.clear();
        let mut none = Vec::new();
        let levels = match levels {
            Some(levels) => {
                levels.clear();
                levels
            }
            None => &mut none,
        };
        let mut have = 0;
        while have < rows {
            let (records, _, _) = self.reader.read_records(rows - have, Some(levels), None, &mut self.values)?;
            if records == 0 {
                return Err(ParquetError::EOF("a column has fewer values than rows".to_owned()));
            }
            have += records;
        }
        Ok(())
    }
}

enum Values {
    Bool(Buffer<BoolType>),
    Int32(Buffer<Int32Type>),
    Int64(Buffer<Int64Type>),
    Int96(Buffer<Int96Type>),
    Bytes(Buffer<ByteArrayType>),
    Fixed(Buffer<FixedLenByteArrayType>),
}

/// One value of the general reader.
enum General<'a> {
    Int96(Int96),
    Other(Value<'a>),
}

/// A value as the text that a log in text would have; nothing where it is missing.
fn text_of<'a>(value: Value<'a>, room: &'a mut Vec<u8>) -> &'a [u8] {
    use std::io::Write;
    room.clear();
    match value {
        Value::Missing => b"",
        Value::Bytes(bytes) => bytes.trim_ascii(),
        Value::Bool(true) | Value::Int(1) => b"1",
        Value::Bool(false) | Value::Int(0) => b"0",
        Value::Int(value) => {
            // Writing to memory cannot fail.
            let _ = write!(room, "{value}");
            room
        }
    }
}

/// A number of a column of days or instants as a day in China.
fn day_of_number(value: i64, meaning: Meaning) -> DayCell<'static> {
    let (found, form) = match meaning {
        Meaning::Days => (value.checked_mul(86_400).and_then(|seconds| at(seconds, false)), DateForm::Plain),
        Meaning::Instant { parts, utc } => {
            let form = if utc { DateForm::WithOffset } else { DateForm::WithTime };
            (at(value.div_euclid(parts), utc), form)
        }
        Meaning::Plain | Meaning::Uuid => (None, DateForm::Plain),
    };
    found.map_or(DayCell::Text(b""), |(year, day)| DayCell::Known { year, day, form })
}

/// A column with the rows in hand.
struct Loaded {
    values: Values,
    meaning: Meaning,
    /// Level of a value that is there, where values may be missing.
    optional: Option<i16>,
    levels: Vec<i16>,
    row: usize,
    value: usize,
}

impl Loaded {
    fn load(&mut self, rows: usize) -> Result<(), ParquetError> {
        (self.row, self.value) = (0, 0);
        let levels = self.optional.is_some().then_some(&mut self.levels);
        match &mut self.values {
            Values::Bool(buffer) => buffer.load(rows, levels),
            Values::Int32(buffer) => buffer.load(rows, levels),
            Values::Int64(buffer) => buffer.load(rows, levels),
            Values::Int96(buffer) => buffer.load(rows, levels),
            Values::Bytes(buffer) => buffer.load(rows, levels),
            Values::Fixed(buffer) => buffer.load(rows, levels),
        }
    }

    fn next(&mut self) -> General<'_> {
        let row = self.row;
        self.row += 1;
        if self.optional.is_some_and(|there| self.levels.get(row) != Some(&there)) {
            return General::Other(Value::Missing);
        }
        let at = self.value;
        self.value += 1;
        let found = match &self.values {
            Values::Bool(buffer) => buffer.values.get(at).map(|&value| Value::Bool(value)),
            Values::Int32(buffer) => buffer.values.get(at).map(|&value| Value::Int(value.into())),
            Values::Int64(buffer) => buffer.values.get(at).map(|&value| Value::Int(value)),
            Values::Int96(buffer) => match buffer.values.get(at) {
                Some(&value) => return General::Int96(value),
                None => None,
            },
            Values::Bytes(buffer) => buffer.values.get(at).map(|value: &ByteArray| Value::Bytes(value.data())),
            Values::Fixed(buffer) => buffer.values.get(at).map(|value: &FixedLenByteArray| Value::Bytes(value.data())),
        };
        General::Other(found.unwrap_or(Value::Missing))
    }

    /// The next value as the text that a log in text would have; nothing where it is missing.
    fn text<'a>(&'a mut self, room: &'a mut Vec<u8>) -> &'a [u8] {
        use std::io::Write;
        let uuid = self.meaning == Meaning::Uuid;
        match self.next() {
            General::Int96(_) => b"",
            General::Other(Value::Bytes(bytes)) if uuid && bytes.len() == 16 => {
                room.clear();
                for (at, byte) in bytes.iter().enumerate() {
                    let hyphen = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
                    let _ = write!(room, "{hyphen}{byte:02x}");
                }
                room
            }
            General::Other(value) => text_of(value, room),
        }
    }

    /// The next value as a day in China.
    fn day<'a>(&'a mut self, room: &'a mut Vec<u8>) -> DayCell<'a> {
        let meaning = self.meaning;
        let numbers = matches!(meaning, Meaning::Days | Meaning::Instant { .. });
        if !numbers && !matches!(self.values, Values::Int96(_)) {
            return DayCell::Text(self.text(room));
        }
        match self.next() {
            General::Int96(value) => at(value.to_seconds(), true).map_or(DayCell::Text(b""), |(year, day)| DayCell::Known {
                year,
                day,
                form: DateForm::WithOffset,
            }),
            General::Other(Value::Int(value)) => day_of_number(value, meaning),
            General::Other(_) => DayCell::Text(b""),
        }
    }
}

/// Year and day of the year, from 0, of an instant, in China when it is in UTC.
fn at(seconds: i64, utc: bool) -> Option<(i16, u16)> {
    let seconds = if utc { seconds } else { seconds.checked_sub(8 * 3600)? };
    let day = guosuo_rules::time::cst_date(Timestamp::from_second(seconds).ok()?);
    let place = (day - date(day.year(), 1, 1)).get_days();
    Some((day.year(), u16::try_from(place).ok()?))
}
