//! The mark on page images: who looked, from where, when, at which case. Burnt into the
//! pixels, so that it stays in a photograph or a part of the page.

use std::sync::OnceLock;

use hayro::kurbo::{Affine, BezPath, Shape as _};
use hayro::vello_cpu::{self, Pixmap, RenderContext};
use image::ImageEncoder as _;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use jiff::Timestamp;
use jiff::tz::Offset;
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, MetadataProvider as _};

use super::Intake;
use super::pages::Sheet;
use super::wire::{Face, Marks};

/// Height of the letters, in pixels of a page 1,200 wide.
const SIZE: f64 = 20.0;
/// Height of a line.
const LINE: f64 = 26.0;
/// Widest line; longer text runs on in the next.
const MEASURE: f64 = 330.0;
/// Slant in degrees.
const SLANT: f64 = -24.0;
/// From one mark to the next, across.
const ACROSS: i64 = 480;
/// From one row of marks to the next.
const DOWN: i64 = 190;
/// How strong the mark is, of 255.
const STRENGTH: u32 = 72;

/// What the mark says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    lines: Vec<String>,
}

impl Mark {
    /// The mark of one look at one page.
    pub fn new(person: &str, organisation: &str, at: Timestamp, case: &str) -> Self {
        let t = Offset::constant(8).to_datetime(at);
        let time = format!("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", t.year(), t.month(), t.day(), t.hour(), t.minute(), t.second());
        Self { lines: [person, organisation, &time, case].map(str::to_owned).into() }
    }
}

/// Light type on dark ground, for a warning on the picture itself.
const BAND: [u8; 3] = [140, 45, 4];
/// Widest line of a warning.
const BAND_MEASURE: f64 = 1120.0;

/// Draws marks with one face.
#[derive(Debug)]
pub(crate) struct Stamper {
    face: Option<Face>,
    font: OnceLock<Option<Vec<u8>>>,
}

/// The mark as coverage, 0 to 255.
struct Stencil {
    width: usize,
    height: usize,
    ink: Vec<u8>,
}

impl Stamper {
    pub(crate) fn new(face: Option<Face>) -> Self {
        Self { face, font: OnceLock::new() }
    }

    fn stencil(&self, lines: &[String], measure: f64, slant: f64) -> Option<Stencil> {
        let face = self.face.as_ref()?;
        let bytes = self.font.get_or_init(|| std::fs::read(&face.path).ok()).as_ref()?;
        let font = FontRef::from_index(bytes, face.index).ok()?;
        let lines = outlines(&font, lines, measure);
        let turn = Affine::rotate(slant.to_radians());
        let bounds = lines.iter().map(|l| (turn * l.clone()).bounding_box()).reduce(|a, b| a.union(b))?;
        let (width, height) = (bounds.width().ceil() + 2.0, bounds.height().ceil() + 2.0);
        if !(width > 0.0 && height > 0.0 && width < 4000.0 && height < 4000.0) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
        let (w, h) = (width as u16, height as u16);
        let mut cx = RenderContext::new(w, h);
        cx.set_paint(vello_cpu::color::palette::css::BLACK);
        cx.set_transform(Affine::translate((1.0 - bounds.x0, 1.0 - bounds.y0)) * turn);
        for line in &lines {
            cx.fill_path(line);
        }
        cx.flush();
        let mut pixmap = Pixmap::new(w, h);
        cx.render_with(&mut pixmap, &mut vello_cpu::Resources::default(), vello_cpu::RasterizerSettings::default());
        let ink = pixmap.data().iter().map(|p| p.a).collect();
        Some(Stencil { width: w.into(), height: h.into(), ink })
    }
}

/// The lines as outlines, wrapped at a measure, each at its place.
fn outlines(font: &FontRef<'_>, lines: &[String], measure: f64) -> Vec<BezPath> {
    #[expect(clippy::cast_possible_truncation, reason = "a constant")]
    let size = Size::new(SIZE as f32);
    let (charmap, glyphs) = (font.charmap(), font.outline_glyphs());
    let metrics = font.glyph_metrics(size, LocationRef::default());
    let mut out: Vec<BezPath> = Vec::new();
    for line in lines {
        out.push(BezPath::new());
        let mut x = 0.0;
        for c in line.chars() {
            let id = charmap.map(c).unwrap_or_default();
            let advance = f64::from(metrics.advance_width(id).unwrap_or_default());
            if x + advance > measure {
                out.push(BezPath::new());
                x = 0.0;
            }
            #[expect(clippy::cast_precision_loss, reason = "a few lines")]
            let y = out.len() as f64 * LINE;
            let mut pen = Pen(BezPath::new());
            if let Some(glyph) = glyphs.get(id) {
                let _ = glyph.draw(DrawSettings::unhinted(size, LocationRef::default()), &mut pen);
            }
            if let Some(path) = out.last_mut() {
                path.extend(Affine::new([1.0, 0.0, 0.0, -1.0, x, y]) * pen.0);
            }
            x += advance;
        }
    }
    out.retain(|p| !p.is_empty());
    out
}

struct Pen(BezPath);

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to((x, y));
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to((x, y));
    }
    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.0.quad_to((cx, cy), (x, y));
    }
    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.0.curve_to((ax, ay), (bx, by), (x, y));
    }
    fn close(&mut self) {
        self.0.close_path();
    }
}

/// Puts the stencil on the page again and again, rows shifted by a third, so that a quarter of
/// the page still holds a whole one.
fn put_on(sheet: &Sheet, stencil: &Stencil) -> Vec<u8> {
    let mut rgb = sheet.rgb.clone();
    let (width, height) = (i64::from(sheet.width), i64::from(sheet.height));
    let size = |n: usize| i64::try_from(n).unwrap_or(i64::MAX / 4);
    let (w, h) = (size(stencil.width), size(stencil.height));
    let (across, down) = (ACROSS.max(w + 20), DOWN.max(h / 2));
    let mut row = 0;
    let mut top = -h / 2;
    while top < height {
        let mut left = -(row % 3) * across / 3;
        while left < width {
            for y in top.max(0)..(top + h).min(height) {
                for x in left.max(0)..(left + w).min(width) {
                    let ink = stencil.ink[usize::try_from((y - top) * w + x - left).unwrap_or(0)];
                    if ink > 0 {
                        let at = usize::try_from((y * width + x) * 3).unwrap_or(0);
                        tint(&mut rgb[at..at + 3], ink);
                    }
                }
            }
            left += across;
        }
        row += 1;
        top += down;
    }
    rgb
}

/// Darkens light ground and lightens dark ground, bluish, so that the mark shows on both.
fn tint(pixel: &mut [u8], ink: u8) {
    let light = pixel.iter().map(|c| u32::from(*c)).sum::<u32>() > 3 * 110;
    let colour: [u32; 3] = if light { [20, 50, 120] } else { [200, 215, 255] };
    let a = u32::from(ink) * STRENGTH / 255;
    for (c, to) in pixel.iter_mut().zip(colour) {
        *c = u8::try_from((u32::from(*c) * (255 - a) + to * a) / 255).unwrap_or(u8::MAX);
    }
}

impl Intake {
    /// The page as PNG with the mark burnt in. Takes some ten milliseconds: call it from a
    /// blocking thread. `None` when there is no face to write the mark with: then the page must
    /// not be sent.
    pub fn stamp(&self, sheet: &Sheet, mark: &Mark) -> Option<Vec<u8>> {
        let stencil = self.0.stamper.stencil(&mark.lines, MEASURE, SLANT)?;
        let mut rgb = put_on(sheet, &stencil);
        let mut height = sheet.height;
        if let Some(warning) = warning(&sheet.marks) {
            let (band, rows) = self.band(&warning, sheet.width)?;
            rgb.splice(0..0, band);
            height += rows;
        }
        encode(&rgb, sheet.width, height)
    }

    /// A picture that says why there is no page.
    pub fn notice(&self, text: &str) -> Option<Vec<u8>> {
        let width = super::READING_WIDTH;
        let (rgb, height) = self.band(&[text.to_owned()], width)?;
        encode(&rgb, width, height)
    }

    /// Lines on dark ground, as wide as the page.
    fn band(&self, lines: &[String], width: u32) -> Option<(Vec<u8>, u32)> {
        let text = self.0.stamper.stencil(lines, BAND_MEASURE.min(f64::from(width) - 48.0).max(60.0), 0.0)?;
        let (w, rows) = (width as usize, text.height + 32);
        let mut rgb = BAND.repeat(w * rows);
        for y in 0..text.height {
            for x in 0..text.width.min(w.saturating_sub(24)) {
                let a = u32::from(text.ink[y * text.width + x]);
                let at = ((y + 16) * w + x + 24) * 3;
                for c in &mut rgb[at..at + 3] {
                    *c = u8::try_from((u32::from(*c) * (255 - a) + 255 * a) / 255).unwrap_or(u8::MAX);
                }
            }
        }
        Some((rgb, u32::try_from(rows).ok()?))
    }
}

/// What must be said on a page that may show less than the file holds, in both languages:
/// the picture is the same for everybody who looks.
fn warning(m: &Marks) -> Option<Vec<String>> {
    let mut zh = Vec::new();
    let mut en = Vec::new();
    if m.blank {
        zh.push("本页有内容，但是画出来是空白的".to_owned());
        en.push("this page holds something but comes out blank".to_owned());
    }
    if m.missing_glyphs > 0 {
        zh.push(format!("{}个字符中有{}个没有可靠的字形", m.glyphs, m.missing_glyphs));
        en.push(format!("{} of {} characters have no reliable shape", m.missing_glyphs, m.glyphs));
    }
    if m.broken_images > 0 {
        zh.push(format!("{}幅图像解不开", m.broken_images));
        en.push(format!("{} pictures could not be decoded", m.broken_images));
    }
    (!zh.is_empty()).then(|| {
        vec![
            format!("不能视为已经看过：{}。请查看原件。", zh.join("；")),
            format!("Not to be taken as read: {}. See the original.", en.join("; ")),
        ]
    })
}

fn encode(rgb: &[u8], width: u32, height: u32) -> Option<Vec<u8>> {
    let mut png = Vec::with_capacity(rgb.len() / 8);
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive)
        .write_image(rgb, width, height, image::ExtendedColorType::Rgb8)
        .ok()?;
    Some(png)
}
