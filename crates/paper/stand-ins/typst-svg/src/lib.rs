//! What `typst-html` asks for when it writes pictures into a web page. Papers are printed as PDF
//! only, so nothing here is ever called: a call would draw nothing, and say so in the page.

use comemo::Tracked;
use ecow::EcoString;
use typst_library::foundations::Smart;
use typst_library::layout::{Abs, Frame, Point};
use typst_library::model::LateLinkResolver;
use typst_library::visualize::{Image, ImageScaling};

/// A frame drawn as SVG: here a comment that says it is not drawn.
pub fn svg_in_html(
    _frame: &Frame,
    _text_size: Abs,
    _pretty: bool,
    _id: Option<&str>,
    _styles: &str,
    _anchors: &[(Point, EcoString)],
    _link_resolver: Tracked<LateLinkResolver>,
) -> String {
    "<!-- not drawn: this build prints PDF only -->".to_owned()
}

/// How the picture is to be scaled in a style sheet: left to the reader.
pub fn convert_image_scaling(_scaling: Smart<ImageScaling>) -> Option<&'static str> {
    None
}

/// A picture for a web page: here always an empty one.
#[derive(Debug, Clone, Hash)]
pub struct WebImage;

impl WebImage {
    /// The picture that stands for any other.
    pub fn new(_image: &Image) -> Self {
        Self
    }

    /// The address of an empty picture.
    pub fn to_base64_url(&self) -> EcoString {
        "data:,".into()
    }
}
