//! Printed papers of filing and certification: a data struct in, PDF bytes out.
//!
//! This is the only crate that knows Typst. A caller fills one of the structs
//! ([`ApplicationForm`], [`Receipt`], [`FiledNotice`], …) and hands it to a
//! [`Press`]. The struct travels to the template as JSON that the template
//! reads itself, so nothing a person typed is ever spliced into markup.
//!
//! What comes out is PDF/A-2a and PDF/UA-1: tagged, with title and language,
//! fonts embedded as subsets, and **the same bytes for the same data**, so that
//! a digest or signature over a paper can be reproduced from the record.
//!
//! A character that the loaded fonts do not have is a state of the case
//! ([`PaperError::MissingGlyph`]) and never silently replaced.
//!
//! [`Press::print`] blocks for some milliseconds (some hundred the first time):
//! call it from a blocking thread.
//!
//! ```no_run
//! use guosuo_paper::{ApplicationForm, Fonts, Mode, Press};
//!
//! let fonts = Fonts::load()?;
//! println!("{}", fonts.self_test()?);
//! let press = Press::new(fonts);
//! let form = ApplicationForm::samples().remove(0);
//! let pdf = press.print(&form, Mode::Final)?;
//! std::fs::write("form.pdf", pdf.bytes)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod certificate;
mod certificate_samples;
mod entrustment;
mod error;
mod fonts;
mod form;
mod lists;
mod notice;
mod opinion;
mod press;
mod qr;
mod receipt;
mod report;
mod samples;
mod statement;
mod text;

pub use certificate::{
    CertificatePaper, DeclineNotice, DeclineReason, DeclineStage, LogLine, MeasureKind, MeasureNotice, MeasureOrigin,
    SigningKeyLine, TakenOverLine,
};
pub use entrustment::{EntrustmentDocument, EntrustmentReceipt};
pub use error::{FontError, PaperError};
pub use fonts::{FaceReport, FontReport, FontSource, Fonts};
pub use form::{ApplicationForm, OrgNature};
pub use lists::{CaseCover, CaseFact, CaseStep, Lamp, MaterialList, MaterialRow, QueueList, QueueRow};
pub use notice::{Contact, FiledNotice, NoticeHead, RefusalNotice, RefusalReason};
pub use opinion::{JointOpinion, OpinionVerdict, SignatureLine};
pub use press::{Mode, Paper, Pdf, Press, Template, forget};
pub use receipt::{Due, Receipt, ReceiptFile, ReceiptLanguage};
pub use report::{ImpactReport, ReportBlock, ReportMapCell, ReportMapRow};
pub use statement::{Statement, StatementSection};
