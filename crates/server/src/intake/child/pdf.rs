//! Reading and drawing PDF.

use std::collections::HashMap;
use std::io::{Read as _, Seek as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hayro::hayro_interpret::font::{FontData, FontQuery, Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache, InterpreterSettings,
    InterpreterWarning, SoftMask, interpret_page,
};
use hayro::hayro_syntax::object::{Array, Stream};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::kurbo::{Affine, BezPath, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

use super::super::pages::MAX_PIXELS;
use super::super::sniff::find;
use super::super::wire::{Failure, Marks, Report};
use super::OpenFont;
use super::ink::{Drawn, Ink};
use super::{pdf_scan, qr};

/// Width at which pages are drawn to see whether anything is on them.
const GLANCE: u32 = 640;
/// Pages on which the form's code is looked for.
const CODE_PAGES: usize = 3;

fn load(bytes: Vec<u8>) -> Result<Pdf, Failure> {
    // Where the end was cut off the reader guesses what it can, and pages may be lost
    // without a word: such a file is broken.
    let end = &bytes[bytes.len().saturating_sub(2048)..];
    if find(end, b"%%EOF").is_none() {
        return Err(Failure::Broken);
    }
    let pdf = Pdf::new(bytes).map_err(|e| match e {
        LoadPdfError::Decryption(_) => Failure::Encrypted,
        LoadPdfError::Invalid => Failure::Broken,
    })?;
    if pdf.pages().is_empty() { Err(Failure::Broken) } else { Ok(pdf) }
}

/// Says what is wrong with a PDF. Pages are drawn as long as half of the time lasts.
pub(super) fn examine(
    bytes: Vec<u8>,
    fonts: Vec<OpenFont>,
    max_pages: u32,
    want_code: bool,
    seconds: u64,
) -> Result<Report, Failure> {
    let begun = Instant::now();
    let enough = Duration::from_secs(seconds) / 2;
    let pdf = load(bytes)?;
    let pages = pdf.pages();
    let mut report = Report { pages: Some(count(pages.len())), ..Report::default() };
    pdf_scan::scan(&pdf, &mut report);
    let easel = Easel::new(fonts);
    for (i, page) in pages.iter().take(usize::try_from(max_pages).unwrap_or(usize::MAX)).enumerate() {
        if begun.elapsed() > enough {
            break;
        }
        let number = count(i + 1);
        let seen = catch_unwind(AssertUnwindSafe(|| easel.draw(page, GLANCE)));
        report.looked_at += 1;
        match seen {
            Ok(Some((_, marks))) => {
                if marks.blank {
                    report.blank_pages.push(number);
                }
                if marks.missing_glyphs > 0 {
                    report.gaps.push(number);
                }
                if marks.broken_images > 0 {
                    report.undrawn.push(number);
                }
            }
            Ok(None) | Err(_) => report.undrawn.push(number),
        }
        if want_code && i < CODE_PAGES && report.codes.is_empty() {
            for width in qr::WIDTHS {
                if let Ok(Some((ink, _))) = catch_unwind(AssertUnwindSafe(|| easel.draw(page, width))) {
                    report.codes = qr::read(&ink);
                }
                if !report.codes.is_empty() || begun.elapsed() > enough {
                    break;
                }
            }
        }
    }
    report.missing_fonts.extend(easel.missing_fonts());
    report.missing_fonts.sort();
    report.missing_fonts.dedup();
    report.missing_fonts.truncate(50);
    Ok(report)
}

/// Draws one page.
pub(super) fn draw(bytes: Vec<u8>, fonts: Vec<OpenFont>, page: u32, width: u32) -> Result<Drawn, Failure> {
    let pdf = load(bytes)?;
    let pages = pdf.pages();
    let index = usize::try_from(page).ok().and_then(|p| p.checked_sub(1)).ok_or(Failure::NoSuchPage)?;
    let page = pages.get(index).ok_or(Failure::NoSuchPage)?;
    let (ink, marks) = Easel::new(fonts).draw(page, width).ok_or(Failure::Broken)?;
    Ok(Drawn { ink, pages: count(pages.len()), marks })
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Draws the pages of one document.
struct Easel<'a> {
    shelf: Arc<Shelf>,
    settings: InterpreterSettings,
    cache: RenderCache<'a>,
    notes: Arc<Notes>,
}

/// What the drawing reports on the side.
#[derive(Default)]
struct Notes {
    fonts: Mutex<Vec<String>>,
    broken_images: AtomicU32,
}

impl<'a> Easel<'a> {
    fn new(fonts: Vec<OpenFont>) -> Self {
        let notes = Arc::new(Notes::default());
        let standard = InterpreterSettings::default();
        let shelf = Arc::new(Shelf { fonts: Mutex::new(fonts), read: Mutex::default() });
        let (resolver_notes, sink_notes) = (notes.clone(), notes.clone());
        let (for_drawing, ordinary) = (shelf.clone(), standard.font_resolver.clone());
        let settings = InterpreterSettings {
            font_resolver: Arc::new(move |query| {
                let FontQuery::Fallback(wanted) = query else { return ordinary(query) };
                let name = wanted.post_script_name.clone().or_else(|| wanted.font_name.clone()).unwrap_or_default();
                let mut seen = resolver_notes.fonts.lock().unwrap_or_else(PoisonError::into_inner);
                if !seen.contains(&name) && seen.len() < 50 {
                    seen.push(name.chars().take(60).collect());
                }
                for_drawing.take(wanted.is_serif).or_else(|| ordinary(query))
            }),
            warning_sink: Arc::new(move |w| {
                if matches!(w, InterpreterWarning::ImageDecodeFailure) {
                    sink_notes.broken_images.fetch_add(1, Ordering::Relaxed);
                }
            }),
            ..standard
        };
        Self { shelf, settings, cache: RenderCache::new(), notes }
    }

    fn missing_fonts(&self) -> Vec<String> {
        self.notes.fonts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Draws a page so many pixels wide, less where it would be too high. `None` for a page
    /// without size.
    fn draw(&self, page: &'a Page<'a>, width: u32) -> Option<(Ink, Marks)> {
        let (w, h) = page.render_dimensions();
        if !(w.is_finite() && h.is_finite() && w >= 1.0 && h >= 1.0) {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "a bound, not a count")]
        let most = (MAX_PIXELS as f32 / (w * h)).sqrt();
        #[expect(clippy::cast_precision_loss, reason = "at most some thousands")]
        let scale = (width as f32 / w).min(most).min(30_000.0 / w.max(h));
        if w * scale < 1.0 || h * scale < 1.0 {
            return None;
        }
        self.notes.broken_images.store(0, Ordering::Relaxed);
        let before = self.missing_fonts().len();
        let pixmap = render(
            page,
            &self.cache,
            &self.settings,
            &RenderSettings::default(),
            &PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE },
        );
        let mut rgb = Vec::with_capacity(pixmap.data().len() * 3);
        for p in pixmap.data() {
            rgb.extend([p.r, p.g, p.b]);
        }
        let ink = Ink { width: pixmap.width().into(), height: pixmap.height().into(), rgb };
        let mut tally = Tally { substitutes: self.shelf.taken(), ..Tally::default() };
        let mut cx = Context::new(
            Affine::IDENTITY,
            Rect::new(0.0, 0.0, f64::from(w), f64::from(h)),
            &InterpreterCache::new(),
            page.xref(),
            self.settings.clone(),
        );
        let broken_images = self.notes.broken_images.load(Ordering::Relaxed);
        interpret_page(page, &mut cx, &mut tally);
        let blank = ink.is_blank() && (tally.glyphs > 0 || tally.images > 0 || promises(page));
        let marks = Marks {
            glyphs: tally.glyphs,
            missing_glyphs: tally.missing,
            images: tally.images,
            broken_images,
            missing_fonts: count(self.missing_fonts().len() - before),
            blank,
        };
        Some((ink, marks))
    }
}

/// Whether the content of a page would show text or pictures, or cannot be decoded at all:
/// then nothing drawn is not the same as nothing there.
fn promises(page: &Page<'_>) -> bool {
    let shows = page.page_stream().is_some_and(|content| {
        let mut words = content.split(|b| b.is_ascii_whitespace() || b"()<>[]/".contains(b));
        words.any(|word| [&b"Tj"[..], b"TJ", b"Do", b"BI", b"sh"].contains(&word))
    });
    // Nothing packed takes eight bytes; more that unpacks to nothing is damage.
    let lost = |s: &Stream<'_>| match s.decoded() {
        Ok(content) => content.is_empty() && s.raw_data().len() > 12,
        Err(_) => true,
    };
    let raw = page.raw();
    shows
        || raw.get::<Stream<'_>>("Contents").as_ref().is_some_and(lost)
        || raw.get::<Array<'_>>("Contents").is_some_and(|a| a.iter::<Stream<'_>>().any(|s| lost(&s)))
}

/// The fonts of this machine, read when first wanted.
struct Shelf {
    fonts: Mutex<Vec<OpenFont>>,
    read: Mutex<HashMap<usize, Option<(FontData, u32)>>>,
}

impl Shelf {
    /// A face with or without serifs, else any.
    fn take(&self, serif: bool) -> Option<(FontData, u32)> {
        let mut fonts = self.fonts.lock().unwrap_or_else(PoisonError::into_inner);
        let which = fonts.iter().position(|f| f.serif == serif).or_else(|| (!fonts.is_empty()).then_some(0))?;
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let fill = || {
            let font = fonts.get_mut(which)?;
            let mut bytes = Vec::new();
            font.file.rewind().ok()?;
            font.file.read_to_end(&mut bytes).ok()?;
            let data: FontData = Arc::new(bytes);
            Some((data, font.index))
        };
        read.entry(which).or_insert_with(fill).clone()
    }
}

impl Shelf {
    /// The faces that were lent so far.
    fn taken(&self) -> Vec<FontData> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.values().flatten().map(|(data, _)| data.clone()).collect()
    }
}

/// Counts what a page shows, without drawing it.
#[derive(Default)]
struct Tally {
    glyphs: u32,
    missing: u32,
    images: u32,
    /// Whether a glyph has a shape, by its identity.
    shaped: HashMap<u128, bool>,
    /// Faces of this machine that stand in for fonts of the file.
    substitutes: Vec<FontData>,
}

impl<'a> Device<'a> for Tally {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, _: DrawProps<'a>, mode: &DrawMode) {
        // The invisible text layer of a scan is not meant to be seen.
        if matches!(mode, DrawMode::Invisible) {
            return;
        }
        for positioned in run.glyphs() {
            let Glyph::Outline(glyph) = &**positioned else {
                self.glyphs = self.glyphs.saturating_add(1);
                continue;
            };
            let letter = match glyph.as_unicode() {
                Some(BfString::Char(c)) => Some(c),
                Some(BfString::String(s)) => s.chars().next(),
                None => None,
            };
            if letter.is_some_and(is_silent) {
                continue;
            }
            // The number of a glyph means nothing in another font: without a meaning the
            // substitute shows an arbitrary shape.
            let arbitrary = letter.is_none()
                && !self.substitutes.is_empty()
                && glyph.font_data().is_some_and(|f| self.substitutes.iter().any(|s| Arc::ptr_eq(s, &f.data)));
            let shaped = *self.shaped.entry(glyph.identifier().cache_key()).or_insert_with(|| !glyph.outline().is_empty());
            let unknown = glyph.glyph_id().to_u32() == 0;
            // Without a meaning and without a shape it may be a blank; with one of them it
            // counts, and glyph 0 is what fonts show for a character they do not have.
            if letter.is_none() && !shaped && !unknown && !arbitrary {
                continue;
            }
            self.glyphs = self.glyphs.saturating_add(1);
            if !shaped || unknown || arbitrary {
                self.missing = self.missing.saturating_add(1);
            }
        }
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.images = self.images.saturating_add(1);
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// Characters without a shape of their own.
fn is_silent(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(u32::from(c), 0xAD | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF | 0xFFFC..=0xFFFD)
}
