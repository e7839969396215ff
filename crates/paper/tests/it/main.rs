//! The papers seen from outside, with poppler-utils, qpdf and PDFBox. One binary:
//! linking the type setter is what costs.

mod certificate;
mod conformance;
mod content;
mod hostile;
mod outside;
mod preflight;
