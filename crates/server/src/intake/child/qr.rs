//! Looking for the form's code on a scanned page.

use rqrr::PreparedImage;

use super::ink::Ink;

/// Widths at which a page is tried, the likeliest first: 200 dpi of A4, then finer and coarser.
pub(super) const WIDTHS: [u32; 3] = [1654, 2400, 1150];

/// A macro because the type of a prepared picture cannot be named outside its crate.
macro_rules! texts {
    ($image:expr) => {{
        let mut image = $image;
        let grids = image.detect_grids();
        grids.iter().take(16).filter_map(|g| g.decode().ok()).map(|(_, t)| t.chars().take(300).collect()).collect::<Vec<String>>()
    }};
}

/// Texts of all codes on a page; local contrast first, then fixed thresholds, then a slight
/// blur, which mends prints with broken modules.
pub(super) fn read(ink: &Ink) -> Vec<String> {
    let (w, h) = (ink.width as usize, ink.height as usize);
    let grey = ink.grey();
    if grey.len() != w * h || w < 32 || h < 32 {
        return Vec::new();
    }
    let mut found = texts!(PreparedImage::prepare_from_greyscale(w, h, |x, y| grey[y * w + x]));
    for threshold in [128, 170, 90] {
        if found.is_empty() {
            found = texts!(PreparedImage::prepare_from_bitmap(w, h, |x, y| grey[y * w + x] < threshold));
        }
    }
    if found.is_empty() {
        let soft = blur(&grey, w, h);
        found = texts!(PreparedImage::prepare_from_greyscale(w, h, |x, y| soft[y * w + x]));
        if found.is_empty() {
            found = texts!(PreparedImage::prepare_from_bitmap(w, h, |x, y| soft[y * w + x] < 128));
        }
    }
    found
}

/// The mean of each pixel and its eight neighbours.
fn blur(grey: &[u8], w: usize, h: usize) -> Vec<u8> {
    let mut out = grey.to_vec();
    for y in 1..h.saturating_sub(1) {
        for x in 1..w.saturating_sub(1) {
            let sum: u32 = (0..9).map(|i| u32::from(grey[(y + i / 3 - 1) * w + x + i % 3 - 1])).sum();
            out[y * w + x] = u8::try_from(sum / 9).unwrap_or(u8::MAX);
        }
    }
    out
}
