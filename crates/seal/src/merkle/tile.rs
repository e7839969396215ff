//! C2SP tlog-tiles: the tree as files of up to 256 digests, and bundles of entries.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::{NodeId, NodeReader, node_hash};
use crate::digest::Digest32;
use crate::text::decimal;

/// Digests in a full tile, entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;
/// Levels of the tree inside one tile.
const TILE_HEIGHT: u8 = 8;
/// Highest tile level the format can name; no tree of 2^64 leaves reaches level 8.
const MAX_TILE_LEVEL: u8 = 63;
/// Longest entry in a bundle, in bytes.
pub const MAX_ENTRY: usize = u16::MAX as usize;

/// Width of tile `index` in a level of `count` digests (`index` is not beyond them).
fn width_of(count: u64, index: u64) -> u16 {
    let rest = count - index * u64::from(TILE_WIDTH);
    u16::try_from(rest).map_or(TILE_WIDTH, |rest| rest.min(TILE_WIDTH))
}

/// The text is not a tile path, or not the only spelling of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a tile path")]
pub struct TilePathError;

/// Address of a tile: `tile/0/x001/234`, `tile/1/000.p/7`, `tile/entries/000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TilePath {
    /// Tile level, `None` for a bundle of entries.
    level: Option<u8>,
    index: u64,
    width: u16,
}

impl TilePath {
    /// Tile of digests: `level` at most 63, `width` 1 to 256.
    pub fn hashes(level: u8, index: u64, width: u16) -> Option<Self> {
        let fits = level <= MAX_TILE_LEVEL && (1..=TILE_WIDTH).contains(&width);
        fits.then_some(Self { level: Some(level), index, width })
    }

    /// Bundle of entries: `width` 1 to 256.
    pub fn entries(index: u64, width: u16) -> Option<Self> {
        (1..=TILE_WIDTH).contains(&width).then_some(Self { level: None, index, width })
    }

    /// Tile level; `None` for a bundle of entries.
    pub fn level(&self) -> Option<u8> {
        self.level
    }

    /// Index of the tile within its level.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Digests or entries in it; 256 when full.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// The nodes whose digests this tile holds, left to right. `None` for a bundle of entries
    /// and for a tile that lies beyond any tree.
    pub fn nodes(&self) -> Option<Vec<NodeId>> {
        let level = self.level?.checked_mul(TILE_HEIGHT)?;
        let start = self.index.checked_mul(u64::from(TILE_WIDTH))?;
        let last = NodeId::new(level, start + u64::from(self.width) - 1);
        last.complete_at()?;
        Some((start..=last.index).map(|index| NodeId::new(level, index)).collect())
    }

    /// Indexes of the entries in this bundle; `None` for a tile of digests or beyond any tree.
    pub fn entry_range(&self) -> Option<std::ops::Range<u64>> {
        if self.level.is_some() {
            return None;
        }
        let start = self.index.checked_mul(u64::from(TILE_WIDTH))?;
        Some(start..start.checked_add(u64::from(self.width))?)
    }

    /// Whether a tree of `size` leaves contains everything this tile holds.
    pub fn exists_at(&self, size: u64) -> bool {
        match self.level {
            None => self.entry_range().is_some_and(|r| r.end <= size),
            Some(_) => self.nodes().and_then(|nodes| nodes.last().and_then(|n| n.complete_at())).is_some_and(|end| end <= size),
        }
    }

    /// The tile that holds `node` (itself or as an inner node) in a tree of `size` leaves, as
    /// wide as it is at that size. `None` when the tree has no such node.
    pub fn holding(node: NodeId, size: u64) -> Option<Self> {
        if node.complete_at()? > size {
            return None;
        }
        let level = node.level / TILE_HEIGHT;
        let first = node.index << (node.level % TILE_HEIGHT);
        let index = first / u64::from(TILE_WIDTH);
        let all = size >> (u32::from(level) * u32::from(TILE_HEIGHT));
        Self::hashes(level, index, width_of(all, index))
    }

    /// Every tile of digests of a tree of `size` leaves, partial ones included.
    pub fn all(size: u64) -> Vec<Self> {
        let mut tiles = Vec::new();
        let (mut level, mut count) = (0, size);
        while count > 0 {
            for index in 0..count.div_ceil(u64::from(TILE_WIDTH)) {
                tiles.push(Self { level: Some(level), index, width: width_of(count, index) });
            }
            level += 1;
            count /= u64::from(TILE_WIDTH);
        }
        tiles
    }

    /// Bytes of this tile: its digests one after the other, at most 8192 bytes. `None` when the
    /// reader lacks one of them or this is a bundle of entries.
    pub fn encode(&self, reader: &impl NodeReader) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::from(self.width) * 32);
        for id in self.nodes()? {
            bytes.extend_from_slice(reader.node(id)?.as_bytes());
        }
        Some(bytes)
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Some(level) => write!(f, "tile/{level}/")?,
            None => f.write_str("tile/entries/")?,
        }
        let mut groups = vec![self.index % 1000];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for (left, group) in groups.iter().enumerate().rev() {
            match left {
                0 => write!(f, "{group:03}")?,
                _ => write!(f, "x{group:03}/")?,
            }
        }
        if self.width < TILE_WIDTH {
            write!(f, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

impl FromStr for TilePath {
    type Err = TilePathError;

    fn from_str(text: &str) -> Result<Self, TilePathError> {
        Self::read(text).filter(|path| path.to_string() == text).ok_or(TilePathError)
    }
}

impl TilePath {
    /// Reads generously; the caller compares with the one spelling.
    fn read(text: &str) -> Option<Self> {
        let (level, rest) = text.strip_prefix("tile/")?.split_once('/')?;
        let (rest, width) = match rest.split_once(".p/") {
            Some((rest, width)) => (rest, u16::try_from(decimal(width)?).ok()?),
            None => (rest, TILE_WIDTH),
        };
        let mut index = 0_u64;
        for group in rest.split('/') {
            let digits = group.strip_prefix('x').unwrap_or(group);
            if digits.len() != 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
        }
        match level {
            "entries" => Self::entries(index, width),
            _ => Self::hashes(u8::try_from(decimal(level)?).ok()?, index, width),
        }
    }
}

/// A tile's bytes do not fit its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tile of {width} digests has {expected} bytes, not {found}")]
pub struct TileSetError {
    /// Digests the address promises.
    pub width: u16,
    /// Bytes that makes.
    pub expected: usize,
    /// Bytes given.
    pub found: usize,
}

/// Tiles a client has fetched; gives every node inside them, so proofs are built without help
/// from the server. Digests are not trusted: check the proof against a signed root.
#[derive(Clone, Debug, Default)]
pub struct TileSet {
    tiles: BTreeMap<(u8, u64), Vec<Digest32>>,
}

impl TileSet {
    /// No tiles yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a tile of digests by its bytes. A wider copy replaces a narrower one.
    pub fn insert(&mut self, path: &TilePath, bytes: &[u8]) -> Result<(), TileSetError> {
        let expected = usize::from(path.width) * 32;
        let (Some(level), true) = (path.level, bytes.len() == expected) else {
            return Err(TileSetError { width: path.width, expected, found: bytes.len() });
        };
        let digests: Vec<_> = bytes.chunks_exact(32).filter_map(Digest32::from_slice).collect();
        let kept = self.tiles.entry((level, path.index)).or_default();
        if kept.len() < digests.len() {
            *kept = digests;
        }
        Ok(())
    }
}

impl NodeReader for TileSet {
    fn node(&self, id: NodeId) -> Option<Digest32> {
        let inner = id.level % TILE_HEIGHT;
        let first = id.index.checked_mul(1 << inner)?;
        let tile = self.tiles.get(&(id.level / TILE_HEIGHT, first / u64::from(TILE_WIDTH)))?;
        let start = usize::try_from(first % u64::from(TILE_WIDTH)).ok()?;
        let mut row = tile.get(start..start + (1 << inner))?.to_vec();
        while row.len() > 1 {
            row = row.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
        }
        row.first().copied()
    }
}

/// A bundle of entries cannot be written or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// An entry is longer than 65535 bytes.
    #[error("an entry is longer than 65535 bytes")]
    TooLong,
    /// More than 256 entries.
    #[error("a bundle holds at most 256 entries")]
    TooMany,
    /// The bytes end inside an entry.
    #[error("the bundle ends inside an entry")]
    Cut,
}

/// Writes entries as a bundle: each with its length in two bytes, high byte first.
pub fn bundle_entries<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, BundleError> {
    let mut bytes = Vec::new();
    for (i, entry) in entries.into_iter().enumerate() {
        if i >= usize::from(TILE_WIDTH) {
            return Err(BundleError::TooMany);
        }
        let len = u16::try_from(entry.len()).map_err(|_| BundleError::TooLong)?;
        bytes.extend_from_slice(&len.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// Reads a bundle of entries.
pub fn split_bundle(mut bytes: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::new();
    while let Some((len, rest)) = bytes.split_first_chunk::<2>() {
        if entries.len() == usize::from(TILE_WIDTH) {
            return Err(BundleError::TooMany);
        }
        let len = usize::from(u16::from_be_bytes(*len));
        let (entry, rest) = rest.split_at_checked(len).ok_or(BundleError::Cut)?;
        entries.push(entry);
        bytes = rest;
    }
    if bytes.is_empty() { Ok(entries) } else { Err(BundleError::Cut) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_spelled_as_in_the_specification() {
        for (level, index, width, text) in [
            (Some(0), 0, 256, "tile/0/000"),
            (Some(0), 1234, 256, "tile/0/x001/234"),
            (Some(3), 1_234_067, 256, "tile/3/x001/x234/067"),
            (Some(1), 0, 7, "tile/1/000.p/7"),
            (Some(63), 999, 255, "tile/63/999.p/255"),
            (None, 1000, 1, "tile/entries/x001/000.p/1"),
            (Some(0), u64::MAX, 256, "tile/0/x018/x446/x744/x073/x709/x551/615"),
        ] {
            let path = TilePath { level, index, width };
            assert_eq!(path.to_string(), text);
            assert_eq!(text.parse(), Ok(path));
        }
    }

    #[test]
    fn any_other_spelling_is_refused() {
        for bad in [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/0000",
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/0/x000/000",
            "tile/0/001/234",
            "tile/0/x001",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/000.p/1.p/1",
            "/tile/0/000",
            "tile/0/000/",
            "tile/8/0/000",
            "tile/0/x001//234",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/entries",
            "tile/Entries/000",
            "tile/0/０００",
            "tile/0/xx01/000",
            "tile/0/+12",
        ] {
            assert_eq!(bad.parse::<TilePath>(), Err(TilePathError), "{bad:?}");
        }
    }

    #[test]
    fn tiles_of_a_tree_of_70000_are_those_of_the_specification() {
        let tiles = TilePath::all(70_000);
        let of = |l, full| tiles.iter().filter(|t| t.level() == Some(l) && (t.width() == 256) == full).count();
        assert_eq!((of(0, true), of(1, true), of(2, true)), (273, 1, 0));
        let partial: Vec<_> = tiles.iter().filter(|t| t.width() < 256).map(ToString::to_string).collect();
        assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
        assert!(tiles.iter().all(|t| t.exists_at(70_000)));
        assert!(!TilePath::hashes(0, 273, 113).unwrap().exists_at(70_000));
        assert!(TilePath::all(0).is_empty());
    }

    #[test]
    fn bundles_come_back_as_they_went_in() {
        let entries: Vec<&[u8]> = vec![b"", b"a", &[7; 300]];
        let bytes = bundle_entries(entries.clone()).unwrap();
        assert_eq!(split_bundle(&bytes), Ok(entries));
        for cut in 1..bytes.len() {
            let whole = split_bundle(&bytes[..cut]);
            assert!(whole.is_err() || cut == 2 || cut == 5, "cut at {cut}");
        }
        assert_eq!(bundle_entries([vec![0; 65_536].as_slice()]), Err(BundleError::TooLong));
        assert_eq!(bundle_entries(vec![&[][..]; 257]), Err(BundleError::TooMany));
        assert_eq!(split_bundle(&[0; 514]), Err(BundleError::TooMany));
    }
}
