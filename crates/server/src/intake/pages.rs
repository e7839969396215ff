//! Page images: drawn by a worker, kept for a while without mark, marked when they leave.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::Intake;
use super::kind::Kind;
use super::run::{Fault, Input};
use super::wire::{Answer, Failure, Marks, Task};

/// Width of a page for reading on a screen, in pixels (145 dpi on A4).
pub const READING_WIDTH: u32 = 1200;
/// Most pixels of one picture.
pub(crate) const MAX_PIXELS: u64 = 16_000_000;
/// Memory for pictures that are kept.
const CACHE_BYTES: usize = 96 << 20;

/// A drawn page without mark: never sent as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Pages of the file.
    pub pages: u32,
    /// What was noticed; [`Marks::doubtful`] must be said beside the picture.
    pub marks: Marks,
    /// Red, green, blue of each pixel, in rows.
    pub(crate) rgb: Vec<u8>,
}

impl Sheet {
    /// Red, green, blue of each pixel, in rows: for checks, never for delivery.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }
}

impl Intake {
    /// Draws a page (the first is 1) or takes it from memory. `file` names the content for ever,
    /// so its digest or its id; `open` is asked only when the page must be drawn.
    ///
    /// # Errors
    /// A fault of the machine or of `open`; what is wrong with the file is the inner answer.
    pub async fn page<E, F>(
        &self,
        file: &str,
        kind: Kind,
        page: u32,
        open: impl FnOnce() -> F,
    ) -> Result<Result<Arc<Sheet>, Failure>, E>
    where
        E: From<Fault>,
        F: Future<Output = Result<Input, E>>,
    {
        if !kind.has_page_images() {
            return Ok(Err(Failure::WrongType));
        }
        let key = (file.to_owned(), page);
        if let Some(sheet) = self.0.cache.get(&key) {
            return Ok(Ok(sheet));
        }
        let drawn = self.draw(kind, page, open().await?).await?;
        Ok(drawn.map(|s| self.0.cache.put(key, s)))
    }

    async fn draw(&self, kind: Kind, page: u32, input: Input) -> Result<Result<Sheet, Failure>, Fault> {
        let task = Task::Draw { kind, page, width: READING_WIDTH };
        let mut run = self.0.runner.start(task, input).await?;
        let (width, height, pages, marks) = match run.answer().await? {
            Answer::Picture { width, height, pages, marks } => (width, height, pages, marks),
            Answer::Failed(f) => return Ok(Err(f)),
            other => return Err(Fault::Worker(format!("{other:?} to draw"))),
        };
        if width == 0 || height == 0 || u64::from(width) * u64::from(height) > MAX_PIXELS {
            return Err(Fault::Worker(format!("a picture of {width} × {height}")));
        }
        let len = width as usize * height as usize * 3;
        Ok(run.content(len).await?.map(|rgb| Sheet { width, height, pages, marks, rgb }))
    }
}

type Key = (String, u32);

/// The pages drawn last, within a bound of memory.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    sheets: HashMap<Key, Arc<Sheet>>,
    order: VecDeque<Key>,
    bytes: usize,
}

impl Cache {
    fn get(&self, key: &Key) -> Option<Arc<Sheet>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sheet = kept.sheets.get(key).cloned()?;
        kept.order.retain(|k| k != key);
        kept.order.push_back(key.clone());
        Some(sheet)
    }

    fn put(&self, key: Key, sheet: Sheet) -> Arc<Sheet> {
        let sheet = Arc::new(sheet);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.sheets.insert(key.clone(), sheet.clone()).is_none() {
            kept.bytes += sheet.rgb.len();
            kept.order.push_back(key);
        }
        while kept.bytes > CACHE_BYTES
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.bytes -= kept.sheets.remove(&oldest).map_or(0, |s| s.rgb.len());
        }
        sheet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(bytes: usize) -> Sheet {
        Sheet { width: 1, height: 1, pages: 1, marks: Marks::default(), rgb: vec![0; bytes] }
    }

    #[test]
    fn the_cache_forgets_what_was_not_looked_at_for_longest() {
        let c = Cache::default();
        for i in 0..3 {
            c.put((format!("f{i}"), 1), sheet(30 << 20));
        }
        assert!(c.get(&("f0".into(), 1)).is_some());
        c.put(("f3".into(), 1), sheet(30 << 20));
        assert!(c.get(&("f1".into(), 1)).is_none(), "f1 is the oldest after f0 was looked at");
        assert!(c.get(&("f0".into(), 1)).is_some() && c.get(&("f3".into(), 1)).is_some());
        c.put(("huge".into(), 1), sheet(CACHE_BYTES + 1));
        assert_eq!(c.0.lock().unwrap().bytes, 0, "never more than the bound");
    }
}
