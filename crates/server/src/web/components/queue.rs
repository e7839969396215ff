//! Parts of a queue: saved filters, the strip of lamps, pages.

use super::Tone;
use crate::web::lang::Lang;

/// A saved filter above a queue.
#[derive(Clone, Debug)]
pub struct Tab {
    /// Address.
    pub href: String,
    /// Name with its count.
    pub name: String,
    /// Selected.
    pub current: bool,
}

/// One field of the strip above a queue.
#[derive(Clone, Debug)]
pub struct SumItem {
    /// Lamp.
    pub tone: Tone,
    /// Icon instead of a lamp for neutral entries: `talk` or `new`.
    pub icon: &'static str,
    /// Count.
    pub count: u64,
    /// Name.
    pub name: String,
    /// Quieter line.
    pub note: String,
    /// Filter that shows these cases.
    pub href: String,
    /// Selected.
    pub current: bool,
}

/// Pages of a list.
#[derive(Clone, Debug)]
pub struct Pages {
    /// `共12件，每页20件`.
    pub summary: String,
    /// Previous page.
    pub prev: Option<String>,
    /// Next page.
    pub next: Option<String>,
    /// Numbered pages; `None` is a gap.
    pub numbers: Vec<Option<(u64, String, bool)>>,
}

impl Pages {
    /// Pages 1 to `ceil(total / per_page)`; `address` gives the address (with language) of a page number.
    pub fn new(l: Lang, total: u64, per_page: u64, at: u64, address: impl Fn(u64) -> String) -> Self {
        let last = total.div_ceil(per_page.max(1)).max(1);
        let at = at.clamp(1, last);
        let mut numbers = Vec::new();
        let mut before = 0;
        for page in 1..=last {
            if page == 1 || page == last || page.abs_diff(at) <= 2 {
                if page > before + 1 {
                    numbers.push(None);
                }
                numbers.push(Some((page, address(page), page == at)));
                before = page;
            }
        }
        let count = l.number(total);
        Self {
            summary: l.pick(format!("共{count}件，每页{per_page}件"), format!("{count} in all, {per_page} a page")),
            prev: (at > 1).then(|| address(at - 1)),
            next: (at < last).then(|| address(at + 1)),
            numbers,
        }
    }
}
