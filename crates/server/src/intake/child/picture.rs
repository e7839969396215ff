//! Reading photographs and scans.

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageError, Limits, Rgb, RgbImage};

use super::super::kind::Kind;
use super::super::sniff::find;
use super::super::wire::{Failure, Marks, Report};
use super::ink::{Drawn, Ink};
use super::qr;

/// Most pixels of a picture that is decoded (a 600 dpi scan of A4 has 35 million).
const MAX_SOURCE: u64 = 100_000_000;

fn decode(kind: Kind, bytes: &[u8]) -> Result<RgbImage, Failure> {
    if kind == Kind::Jpeg && !jpeg_is_whole(bytes) {
        return Err(Failure::Broken);
    }
    match kind {
        Kind::Png => finish(PngDecoder::with_limits(Cursor::new(bytes), limits()).map_err(fault)?),
        _ => finish(JpegDecoder::new(Cursor::new(bytes)).map_err(fault)?),
    }
}

fn limits() -> Limits {
    let mut l = Limits::default();
    l.max_image_width = Some(60_000);
    l.max_image_height = Some(60_000);
    l.max_alloc = Some(MAX_SOURCE * 4);
    l
}

fn finish(mut decoder: impl ImageDecoder) -> Result<RgbImage, Failure> {
    let (w, h) = decoder.dimensions();
    if u64::from(w) * u64::from(h) > MAX_SOURCE {
        return Err(Failure::TooHeavy);
    }
    decoder.set_limits(limits()).map_err(fault)?;
    let turn = decoder.orientation().map_err(fault)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(fault)?;
    image.apply_orientation(turn);
    if !image.color().has_alpha() {
        return Ok(image.into_rgb8());
    }
    // What is transparent lies on white paper.
    let image = image.into_rgba8();
    let mut out = RgbImage::new(image.width(), image.height());
    for (to, from) in out.pixels_mut().zip(image.pixels()) {
        let a = u32::from(from.0[3]);
        *to = Rgb([0, 1, 2].map(|i| u8::try_from((u32::from(from.0[i]) * a + 255 * (255 - a)) / 255).unwrap_or(u8::MAX)));
    }
    Ok(out)
}

#[expect(clippy::needless_pass_by_value, reason = "used as a mapping")]
fn fault(e: ImageError) -> Failure {
    if matches!(e, ImageError::Limits(_)) { Failure::TooHeavy } else { Failure::Broken }
}

/// The decoder fills up what was cut off with grey; so look whether the end is there. The end
/// mark cannot stand within picture data, and thumbnails stand before it.
fn jpeg_is_whole(bytes: &[u8]) -> bool {
    let last = |mark: [u8; 2]| bytes.windows(2).rposition(|w| w == mark);
    match (last([0xFF, 0xDA]), last([0xFF, 0xD9])) {
        (Some(scan), Some(end)) => scan < end,
        _ => false,
    }
}

/// Says what is wrong with a picture.
pub(super) fn examine(kind: Kind, bytes: &[u8], want_code: bool) -> Result<Report, Failure> {
    let image = decode(kind, bytes)?;
    let mut report = Report { pages: Some(1), looked_at: 1, ..Report::default() };
    let ink = shrink(image.clone(), 640);
    if ink.is_blank() {
        report.blank_pages.push(1);
    }
    if want_code {
        for width in qr::WIDTHS.into_iter().chain([image.width().min(4000)]) {
            report.codes = qr::read(&shrink(image.clone(), width));
            if !report.codes.is_empty() {
                break;
            }
        }
    }
    // Scripts in the notes of a picture do nothing here, but tell something about it.
    if find(bytes, b"<script").is_some() {
        report.active.push("script".into());
    }
    Ok(report)
}

/// Draws a picture at reading size.
pub(super) fn draw(kind: Kind, bytes: &[u8], width: u32) -> Result<Drawn, Failure> {
    let ink = shrink(decode(kind, bytes)?, width);
    let marks = Marks { images: 1, blank: ink.is_blank(), ..Marks::default() };
    Ok(Drawn { ink, pages: 1, marks })
}

/// At most so wide, and at most four times as high.
fn shrink(image: RgbImage, width: u32) -> Ink {
    let (w, h) = image.dimensions();
    let scale = (f64::from(width) / f64::from(w.max(1))).min(f64::from(width) * 4.0 / f64::from(h.max(1))).min(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not larger than the picture")]
    let to = |n: u32| ((f64::from(n) * scale).round() as u32).max(1);
    let image = if scale < 1.0 { image::imageops::resize(&image, to(w), to(h), FilterType::Triangle) } else { image };
    Ink { width: image.width(), height: image.height(), rgb: image.into_raw() }
}
