//! Tools that look at a PDF from outside: poppler-utils and qpdf. Tests need
//! them; a machine without them fails with the name of the package.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;

use guosuo_paper::{Fonts, Mode, Paper, Pdf, Press};

pub(crate) static PRESS: LazyLock<Press> = LazyLock::new(|| Press::new(Fonts::load().expect("Debian package fonts-noto-cjk")));

pub(crate) fn print<P: Paper>(paper: &P) -> Pdf {
    PRESS.print(paper, Mode::Final).expect("the paper prints")
}

/// A PDF as a file, gone with the value.
pub(crate) struct OnDisk {
    dir: tempfile::TempDir,
}

impl OnDisk {
    pub(crate) fn new(pdf: &Pdf) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(dir.path().join("paper.pdf"), &pdf.bytes).expect("room on the disk");
        Self { dir }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.dir.path().join("paper.pdf")
    }

    /// Runs a tool with `before`, the file, `after`.
    pub(crate) fn run(&self, tool: &str, before: &[&str], after: &[&str]) -> Output {
        Command::new(tool)
            .args(before)
            .arg(self.path())
            .args(after)
            .current_dir(self.dir.path())
            .output()
            .unwrap_or_else(|e| panic!("{tool}: {e}; install poppler-utils and qpdf"))
    }

    pub(crate) fn stdout(&self, tool: &str, before: &[&str], after: &[&str]) -> String {
        let out = self.run(tool, before, after);
        assert!(out.status.success(), "{tool}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).expect("UTF-8")
    }

    /// The first page as grey pixels at `dpi`.
    pub(crate) fn page(&self, dpi: u32) -> image::GrayImage {
        let dpi = dpi.to_string();
        self.stdout("pdftoppm", &["-r", &dpi, "-png", "-singlefile"], &["page"]);
        image::open(self.dir.path().join("page.png")).expect("a PNG").to_luma8()
    }
}

/// The text of a paper without any white space: line breaks fall anywhere.
pub(crate) fn text(pdf: &Pdf) -> String {
    squeeze(&OnDisk::new(pdf).stdout("pdftotext", &["-raw"], &["-"]))
}

pub(crate) fn squeeze(s: &str) -> String {
    s.chars().filter(|c| !c.is_whitespace()).collect()
}

#[track_caller]
pub(crate) fn assert_has(text: &str, wanted: &[&str]) {
    for w in wanted {
        assert!(text.contains(&squeeze(w)), "missing {w:?} in:\n{text}");
    }
}

/// Texts of all QR codes on a page image.
pub(crate) fn qr_codes(page: &image::GrayImage) -> Vec<String> {
    let (w, h) = (page.width() as usize, page.height() as usize);
    let mut seen = rqrr::PreparedImage::prepare_from_greyscale(w, h, |x, y| {
        page.get_pixel(u32::try_from(x).expect("small"), u32::try_from(y).expect("small")).0[0]
    });
    seen.detect_grids().iter().map(|g| g.decode().expect("a readable code").1).collect()
}
