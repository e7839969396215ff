//! A text as a QR code, drawn by the macro `qr` of `templates/macros/parts.html`: an image in the page itself, which the
//! content security policy allows.

use qrcode::{Color, EcLevel, QrCode};

use crate::error::Error;

/// The modules of a code.
#[derive(Clone, Debug, Default)]
pub struct Qr {
    /// Modules on a side.
    pub size: usize,
    /// Dark runs as (x, y, width).
    pub dark: Vec<(usize, usize, usize)>,
}

impl Qr {
    /// The code of a text; long texts get less redundancy, so that phones still read them from paper.
    ///
    /// # Errors
    /// When the text is too long for a code.
    pub fn of(text: &str) -> Result<Self, Error> {
        let level = if text.len() > 300 { EcLevel::L } else { EcLevel::M };
        let code = QrCode::with_error_correction_level(text, level).map_err(|e| Error::Fault(anyhow::anyhow!("qr: {e}")))?;
        let size = code.width();
        let colours = code.to_colors();
        let mut dark = Vec::new();
        for y in 0..size {
            let mut x = 0;
            while x < size {
                let start = x;
                while x < size && colours[y * size + x] == Color::Dark {
                    x += 1;
                }
                if x > start {
                    dark.push((start, y, x - start));
                }
                x += 1;
            }
        }
        Ok(Self { size, dark })
    }
}
