//! Addresses that people can read, say and type: `/bodies/2026-003` for 个认备〔2026〕003号.
//! Entries without such a number, those taken over from a notice, keep the address of their id;
//! addresses with ids, as they stand in older notices, go on leading to the same pages.

use guosuo_case::filing::{Number, NumberKind};
use guosuo_store::{Error, Reader};

/// Year and number of a filing, `2026-003`.
struct Short(Number);

impl Short {
    fn of(year: &str, seq: &str) -> Option<Self> {
        Some(Self(Number { kind: NumberKind::Filing, year: year.parse().ok()?, seq: seq.parse().ok()? }))
    }

    /// From an address; nothing if it is anything else than what [`Self::text`] writes.
    fn read(text: &str) -> Option<Self> {
        let (year, seq) = text.split_once('-')?;
        Self::of(year, seq).filter(|short| short.text() == text)
    }

    /// From a filing number; nothing if another kind of number stands there.
    fn of_number(number: &str) -> Option<Self> {
        let (year, seq) = number.split_once('〔')?.1.split_once('〕')?;
        Self::of(year, seq.strip_suffix('号')?).filter(|short| short.0.to_string() == number)
    }

    fn text(&self) -> String {
        format!("{}-{:03}", self.0.year, self.0.seq)
    }
}

/// Path of the page of a body, without language.
pub(crate) fn body(id: &str, number: &str) -> String {
    format!("/bodies/{}", Short::of_number(number).map_or_else(|| id.to_owned(), |short| short.text()))
}

/// Path of the publication of a filing, without language.
pub(crate) fn filing(case_id: &str, number: &str) -> String {
    publication(&format!("{case_id}-filing"), "filing", number)
}

/// Path of a publication, without language.
pub(crate) fn publication(id: &str, kind: &str, number: &str) -> String {
    let suffix = if kind == "filing" { String::new() } else { format!("-{kind}") };
    let name = Short::of_number(number).map_or_else(|| id.to_owned(), |short| short.text() + &suffix);
    format!("/publications/{name}")
}

/// The id of the entry that an address names.
///
/// # Errors
/// [`Error::NotFound`]; when the store cannot be read.
pub(super) async fn body_id(reader: &mut Reader, named: String) -> Result<String, Error> {
    match Short::read(&named) {
        Some(short) => reader.body_of_number(&short.0.to_string()).await?.ok_or(Error::NotFound("body")),
        None => Ok(named),
    }
}

/// The id of the publication that an address names.
///
/// # Errors
/// [`Error::NotFound`]; when the store cannot be read.
pub(super) async fn publication_id(reader: &mut Reader, named: String) -> Result<String, Error> {
    let (number, kind) = match named.strip_suffix("-removal") {
        Some(rest) => (rest, "removal"),
        None => (named.as_str(), "filing"),
    };
    match Short::read(number) {
        Some(short) => reader.publication_of_number(&short.0.to_string(), kind).await?.ok_or(Error::NotFound("publication")),
        None => Ok(named),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_filings_are_short_and_everything_else_keeps_its_id() {
        assert_eq!(body("x", "个认备〔2026〕003号"), "/bodies/2026-003");
        assert_eq!(body("x", "个认备〔2026〕1003号"), "/bodies/2026-1003");
        for other in ["", "备申〔2026〕003号", "个认备〔2026〕3号", "个认备〔2026〕003号甲", "公告〔2026〕003号"]
        {
            assert_eq!(body("x", other), "/bodies/x", "{other}");
        }
        assert_eq!(filing("c", "个认备〔2026〕003号"), "/publications/2026-003");
        assert_eq!(filing("c", ""), "/publications/c-filing");
        assert_eq!(publication("c-removal", "removal", "个认备〔2026〕003号"), "/publications/2026-003-removal");
        for odd in ["2026-3", "2026-0003", "+2026-003", "2026-003-", "-1-003", "2026–003", "20260-1"] {
            assert!(Short::read(odd).is_none(), "{odd}");
        }
    }
}
