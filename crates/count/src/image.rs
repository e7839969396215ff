//! A chart as PNG.

use std::path::Path;
use std::sync::Arc;

use resvg::{tiny_skia, usvg};
use thiserror::Error;

/// Where Debian's `fonts-noto-cjk` puts the family that charts are set in; the rest is found by the system's rules.
const FAMILY: &str = "Noto Sans CJK SC";
const FILES: [&str; 2] =
    ["/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"];

/// Families that have Chinese characters, when the first is not there.
const OTHERS: [&str; 5] =
    ["Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei", "Noto Serif CJK SC"];

/// Why there is no picture.
#[derive(Debug, Error)]
pub enum ImageError {
    /// No font with Chinese characters.
    #[error("no font with Chinese characters was found; install the package fonts-noto-cjk (Noto Sans CJK SC)")]
    NoFont,
    /// The SVG cannot be drawn: a fault of the program.
    #[error("the chart cannot be drawn: {0}")]
    Draw(String),
}

/// Draws a chart made by [`crate::chart()`], at twice its size so that print is sharp.
///
/// # Errors
/// [`ImageError`].
pub fn png(svg: &str) -> Result<Vec<u8>, ImageError> {
    let mut fonts = usvg::fontdb::Database::new();
    for file in FILES {
        if Path::new(file).exists() {
            // A damaged file is a missing one.
            let _ = fonts.load_font_file(file);
        }
    }
    let has = |fonts: &usvg::fontdb::Database, name: &str| {
        fonts.faces().any(|face| face.families.iter().any(|(family, _)| family == name))
    };
    if !has(&fonts, FAMILY) {
        fonts.load_system_fonts();
        let family = OTHERS.into_iter().chain([FAMILY]).find(|name| has(&fonts, name)).ok_or(ImageError::NoFont)?;
        fonts.set_sans_serif_family(family);
    }
    let options = usvg::Options { fontdb: Arc::new(fonts), ..usvg::Options::default() };
    let draw = |error: &dyn std::fmt::Display| ImageError::Draw(error.to_string());
    let tree = usvg::Tree::from_str(svg, &options).map_err(|error| draw(&error))?;
    let size = tree.size().to_int_size().scale_by(2.0).ok_or_else(|| draw(&"size"))?;
    let mut pixels = tiny_skia::Pixmap::new(size.width(), size.height()).ok_or_else(|| draw(&"size"))?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(2.0, 2.0), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| draw(&error))
}
