//! The press: one struct in, one PDF out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::{Fonts, PaperError, qr, text};

/// Weight that one paper may have: its characters, a line end as
/// [`text::LINE`]. Some 80 pages, a receipt for 600 files. The fronts have far
/// lower limits, this one keeps a defect there from blocking a thread for
/// minutes.
const MAX_CHARS: usize = 120_000;

/// Memoised results of the type setter are dropped when this many further
/// papers were printed without using them. 0 would also forget what all papers
/// share (the evaluated library, the shaped fixed text).
const KEEP: usize = 2;

/// Offset of China Standard Time in minutes, for the PDF's date.
const CST_MINUTES: i32 = 480;

/// A kind of paper, that is, a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is documented at its struct")]
pub enum Template {
    ApplicationForm,
    Receipt,
    FiledNotice,
    RefusalNotice,
    JointOpinion,
    MaterialList,
    QueueList,
    CaseCover,
    Statement,
    Certificate,
    MeasureNotice,
    DeclineNotice,
    ImpactReport,
    EntrustmentReceipt,
}

impl Template {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::ApplicationForm,
        Self::Receipt,
        Self::FiledNotice,
        Self::RefusalNotice,
        Self::JointOpinion,
        Self::MaterialList,
        Self::QueueList,
        Self::CaseCover,
        Self::Statement,
        Self::Certificate,
        Self::MeasureNotice,
        Self::DeclineNotice,
        Self::ImpactReport,
        Self::EntrustmentReceipt,
    ];

    /// File name below `templates/`.
    pub const fn file(self) -> &'static str {
        match self {
            Self::ApplicationForm => "application_form.typ",
            Self::Receipt => "receipt.typ",
            Self::FiledNotice => "filed_notice.typ",
            Self::RefusalNotice => "refusal_notice.typ",
            Self::JointOpinion => "joint_opinion.typ",
            Self::MaterialList => "material_list.typ",
            Self::QueueList => "queue_list.typ",
            Self::CaseCover => "case_cover.typ",
            Self::Statement => "statement.typ",
            Self::Certificate => "certificate.typ",
            Self::MeasureNotice => "measure_notice.typ",
            Self::DeclineNotice => "decline_notice.typ",
            Self::ImpactReport => "impact_report.typ",
            Self::EntrustmentReceipt => "entrustment_receipt.typ",
        }
    }

    const fn body(self) -> &'static str {
        match self {
            Self::ApplicationForm => include_str!("../templates/application_form.typ"),
            Self::Receipt => include_str!("../templates/receipt.typ"),
            Self::FiledNotice => include_str!("../templates/filed_notice.typ"),
            Self::RefusalNotice => include_str!("../templates/refusal_notice.typ"),
            Self::JointOpinion => include_str!("../templates/joint_opinion.typ"),
            Self::MaterialList => include_str!("../templates/material_list.typ"),
            Self::QueueList => include_str!("../templates/queue_list.typ"),
            Self::CaseCover => include_str!("../templates/case_cover.typ"),
            Self::Statement => include_str!("../templates/statement.typ"),
            Self::Certificate => include_str!("../templates/certificate.typ"),
            Self::MeasureNotice => include_str!("../templates/measure_notice.typ"),
            Self::DeclineNotice => include_str!("../templates/decline_notice.typ"),
            Self::ImpactReport => include_str!("../templates/impact_report.typ"),
            Self::EntrustmentReceipt => include_str!("../templates/entrustment_receipt.typ"),
        }
    }
}

const BASE: &str = include_str!("../templates/base.typ");
const LETTER: &str = include_str!("../templates/letter.typ");

/// Characters outside ASCII in the templates, for the self-test.
pub(crate) fn template_chars(template: Template) -> impl Iterator<Item = char> {
    [BASE, LETTER, template.body()].into_iter().flat_map(str::chars).filter(|c| !c.is_ascii())
}

/// A struct that can be printed.
pub trait Paper: Serialize {
    /// Which template sets it.
    const TEMPLATE: Template;

    /// Title of the document, as a reader shows it in its window.
    fn title(&self) -> String;

    /// The moment that stands in the document's metadata. Part of the data, so
    /// that printing again gives the same bytes.
    fn dated(&self) -> Timestamp;

    /// Text of the QR code, if the paper has one.
    fn qr(&self) -> Option<&str> {
        None
    }
}

/// Binding paper or preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The paper as issued.
    Final,
    /// A preview before the act binds: watermark 草稿, a sentence saying that
    /// it has no legal effect, no document number, no QR code, no seal.
    Draft,
}

/// A printed paper.
#[derive(Debug, Clone)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// Number of pages.
    pub pages: usize,
    /// SHA-256 of `bytes`, lower-case hexadecimal.
    pub sha256: String,
}

/// Sets papers with one set of fonts. Cheap to clone, usable from many threads.
#[derive(Clone)]
pub struct Press {
    fonts: Fonts,
}

impl Press {
    /// A press with these fonts. Call [`Fonts::self_test`] first.
    pub fn new(fonts: Fonts) -> Self {
        Self { fonts }
    }

    /// The fonts in use.
    pub fn fonts(&self) -> &Fonts {
        &self.fonts
    }

    /// Prints `paper`. Blocks; the same paper, mode and fonts give the same
    /// bytes.
    pub fn print<P: Paper>(&self, paper: &P, mode: Mode) -> Result<Pdf, PaperError> {
        let mut doc = serde_json::to_value(paper)?;
        let mut title = Value::String(paper.title());
        let chars = text::clean(&mut doc) + text::clean(&mut title);
        if chars > MAX_CHARS {
            return Err(PaperError::TooLong { chars, limit: MAX_CHARS });
        }
        let mut texts = Vec::new();
        text::each_string(&doc, &mut |s| texts.push(s));
        text::each_string(&title, &mut |s| texts.push(s));
        let lacking = self.fonts.missing(texts);
        if !lacking.is_empty() {
            return Err(PaperError::MissingGlyph { chars: lacking });
        }
        let code = match paper.qr().filter(|_| mode == Mode::Final) {
            Some(text) => Some(qr::svg(text)?),
            None => None,
        };
        let data = json!({
            "doc": doc,
            "title": title,
            "draft": mode == Mode::Draft,
            "qr": code.is_some(),
            "song": self.fonts.song(),
            "hei": self.fonts.hei(),
            "title_font": self.fonts.title(),
        });
        let data = serde_json::to_vec(&data)?;
        let set = || self.set(P::TEMPLATE, data, code.unwrap_or_default(), paper.dated());
        let outcome = catch_unwind(AssertUnwindSafe(set));
        typst::comemo::evict(KEEP);
        outcome.unwrap_or_else(|panic| Err(PaperError::Panicked(panic_text(&*panic))))
    }

    fn set(&self, template: Template, data: Vec<u8>, code: String, dated: Timestamp) -> Result<Pdf, PaperError> {
        // The identity of the document is its content, so it is stable.
        let ident = format!("{}:{}", template.file(), hex::encode(Sha256::digest(&data)));
        let letter = matches!(
            template,
            Template::FiledNotice | Template::RefusalNotice | Template::MeasureNotice | Template::DeclineNotice
        );
        let main = [BASE, if letter { LETTER } else { "" }, template.body()].concat();
        let desk = Desk {
            fonts: &self.fonts,
            main: Source::new(PATHS.main, main),
            data: Bytes::new(data),
            code: Bytes::from_string(code),
        };
        let refused = |errors: &[SourceDiagnostic]| PaperError::Template { template: template.file(), message: messages(errors) };
        let document: PagedDocument = typst::compile(&desk).output.map_err(|errors| refused(&errors))?;
        let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
            .map_err(|e| PaperError::Export(e.message().to_string()))?;
        let options = PdfOptions {
            ident: Smart::Custom(ident),
            creator: Smart::Custom(Some(concat!("Guosuo ", env!("CARGO_PKG_VERSION")).to_owned())),
            timestamp: pdf_date(dated),
            standards,
            ..PdfOptions::default()
        };
        let bytes = typst_pdf::pdf(&document, &options).map_err(|errors| PaperError::Export(messages(&errors)))?;
        Ok(Pdf { sha256: hex::encode(Sha256::digest(&bytes)), pages: document.pages().len(), bytes })
    }

    /// Prints one small paper, so that broken fonts show at start and the
    /// first real paper is not the slow one.
    pub(crate) fn trial(&self) -> Result<(), PaperError> {
        for form in crate::ApplicationForm::samples().iter().take(1) {
            self.print(form, Mode::Final)?;
        }
        Ok(())
    }
}

fn pdf_date(at: Timestamp) -> Option<typst_pdf::Timestamp> {
    let d = Offset::constant(8).to_datetime(at);
    let year = i32::from(d.year());
    let part = |n: i8| u8::try_from(n).unwrap_or_default();
    let datetime =
        Datetime::from_ymd_hms(year, part(d.month()), part(d.day()), part(d.hour()), part(d.minute()), part(d.second()))?;
    typst_pdf::Timestamp::new_local(datetime, CST_MINUTES)
}

fn messages(errors: &[SourceDiagnostic]) -> String {
    let list: Vec<String> = errors.iter().map(|e| e.message.to_string()).collect();
    list.join("; ")
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

/// Always the same three path names: Typst interns every path for ever and
/// stops the process after 65,535 of them.
struct Paths {
    main: FileId,
    data: FileId,
    code: FileId,
}

static PATHS: LazyLock<Paths> = LazyLock::new(|| {
    let id = |name: &str| {
        let path = VirtualPath::new(name).expect("a plain file name is a valid path");
        RootedPath::new(VirtualRoot::Project, path).intern()
    };
    Paths { main: id("main.typ"), data: id("data.json"), code: id("qr.svg") }
});

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
    let features = [Feature::A11yExtras].into_iter().collect();
    LazyHash::new(Library::builder().with_features(features).build())
});

/// What the type setter sees of the world: three files and the fonts. No
/// network, no packages, no clock.
struct Desk<'f> {
    fonts: &'f Fonts,
    main: Source,
    data: Bytes,
    code: Bytes,
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        PATHS.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == PATHS.main { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == PATHS.data {
            Ok(self.data.clone())
        } else if id == PATHS.code {
            Ok(self.code.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Forgets everything the type setter has memoised, for measuring a cold start.
pub fn forget() {
    typst::comemo::evict(0);
}
