//! QR codes as SVG with one path.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

use crate::PaperError;

/// Quiet zone in modules, as the standard demands.
const QUIET: usize = 4;

/// An SVG of the QR code of `text`, error correction M (15 %): survives a scan
/// at 150 dpi and a corner of a seal.
pub(crate) fn svg(text: &str) -> Result<String, PaperError> {
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M)
        .map_err(|_| PaperError::QrTooLong { bytes: text.len() })?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            if row[x] == Color::Light {
                x += 1;
                continue;
            }
            let run = row[x..].iter().take_while(|c| **c == Color::Dark).count();
            // Writing to a String cannot fail.
            let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            x += run;
        }
    }
    Ok(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path fill="#000" d="{path}"/></svg>"##
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_longer_than_any_code_is_refused() {
        let long = "长".repeat(2000);
        assert!(matches!(svg(&long), Err(PaperError::QrTooLong { bytes: 6000 })));
    }

    #[test]
    fn the_quiet_zone_is_four_modules() {
        // Version 1 has 21 modules; the finder pattern begins after the quiet zone.
        let s = svg("A").unwrap();
        assert!(s.contains(r#"viewBox="0 0 29 29""#), "{s}");
        assert!(s.contains("M4 4h7v1"), "{s}");
    }
}
