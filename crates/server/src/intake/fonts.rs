//! Chinese faces of this machine: for text whose font is not in the file, and for the mark on
//! page images. Searched as the press does: `GUOSUO_FONT_DIR`, then the usual folders.

use std::path::{Path, PathBuf};

use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider as _};

use super::wire::Face;

/// Families of the Han script in simplified forms, best first; the flag says serif (宋).
const FAMILIES: &[(&str, bool)] = &[
    ("Noto Sans CJK SC", false),
    ("Source Han Sans SC", false),
    ("Source Han Sans CN", false),
    ("Noto Sans SC", false),
    ("Noto Serif CJK SC", true),
    ("Source Han Serif SC", true),
    ("Source Han Serif CN", true),
    ("Noto Serif SC", true),
    ("FangSong_GB2312", true),
    ("仿宋_GB2312", true),
];

/// Folders of the usual packages.
const FOLDERS: &[&str] = &[
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-cjk",
    "/usr/share/fonts/adobe-source-han-sans",
    "/usr/share/fonts/adobe-source-han-serif",
    "/usr/local/share/fonts",
];

/// Font files larger than this are not opened.
const MAX_FILE: u64 = 64 << 20;

/// The faces found: at most one without and one with serifs, the one without first.
pub(crate) fn find() -> Vec<Face> {
    match std::env::var_os("GUOSUO_FONT_DIR").filter(|v| !v.is_empty()) {
        Some(dir) => find_in(&[PathBuf::from(dir)]),
        None => find_in(&FOLDERS.iter().map(PathBuf::from).collect::<Vec<_>>()),
    }
}

fn find_in(folders: &[PathBuf]) -> Vec<Face> {
    let mut found: Vec<(usize, Face)> = Vec::new();
    for folder in folders {
        for path in files(folder, 3) {
            // A bold face is no fallback for running text.
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            if ["bold", "black", "light", "thin", "medium", "mono"].iter().any(|w| name.contains(w)) {
                continue;
            }
            let Ok(bytes) = std::fs::read(&path) else { continue };
            found.extend(faces(&path, &bytes));
        }
        if !found.is_empty() {
            break;
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    let first = |serif: bool| found.iter().find(|(_, f)| f.serif == serif).map(|(_, f)| f.clone());
    first(false).into_iter().chain(first(true)).collect()
}

fn faces(path: &Path, bytes: &[u8]) -> Vec<(usize, Face)> {
    let mut out = Vec::new();
    for index in 0..32 {
        let Ok(font) = FontRef::from_index(bytes, index) else { break };
        let names = font.localized_strings(StringId::FAMILY_NAME).map(|s| s.to_string());
        let typographic = font.localized_strings(StringId::TYPOGRAPHIC_FAMILY_NAME).map(|s| s.to_string());
        let all: Vec<String> = names.chain(typographic).collect();
        let rank = FAMILIES.iter().position(|(f, _)| all.iter().any(|n| n == f));
        // A face that lacks the Han script is not what its name promises.
        if let Some(rank) = rank
            && font.charmap().map('备').is_some()
        {
            out.push((rank, Face { path: path.to_owned(), index, serif: FAMILIES[rank].1 }));
        }
    }
    out
}

fn files(dir: &Path, depth: usize) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut all: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    all.sort();
    let mut out = Vec::new();
    for p in all {
        let ext = p.extension().unwrap_or_default().to_ascii_lowercase();
        if p.is_dir() {
            if depth > 1 {
                out.extend(files(&p, depth - 1));
            }
        } else if ["otf", "ttf", "ttc", "otc"].iter().any(|e| ext == *e) && p.metadata().is_ok_and(|m| m.len() <= MAX_FILE) {
            out.push(p);
        }
    }
    out
}
