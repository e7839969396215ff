//! The language of styles, as far as `typst-library` names it.

/// A style.
#[derive(Debug, Clone)]
pub enum Style {
    /// With rules of its own.
    Independent(IndependentStyle),
    /// With those of another.
    Dependent,
}

/// A style with rules of its own.
#[derive(Debug, Clone, Default)]
pub struct IndependentStyle {
    /// What holds for all of it.
    pub settings: StyleSettings,
}

impl IndependentStyle {
    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn from_xml(_text: &str) -> Result<Self, &'static str> {
        Err("this build sets no bibliographies")
    }
}

/// What holds for all of a style.
#[derive(Debug, Clone, Default)]
pub struct StyleSettings {
    /// Where citations stand.
    pub class: StyleClass,
}

/// Where citations stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StyleClass {
    /// In the text.
    #[default]
    InText,
    /// In notes.
    Note,
}

/// The name of a language.
#[derive(Debug, Clone)]
pub struct LocaleCode(pub String);

/// The words of a language.
#[derive(Debug, Clone)]
pub struct Locale;

/// Where a part stands.
#[derive(Debug, Clone, Copy)]
pub enum Display {
    /// On lines of its own.
    Block,
    /// At the head of the line.
    LeftMargin,
    /// In the line.
    RightInline,
    /// Set in.
    Indent,
}

/// Upright or not.
#[derive(Debug, Clone, Copy)]
pub enum FontStyle {
    /// Upright.
    Normal,
    /// Not.
    Italic,
}

/// Small capitals or not.
#[derive(Debug, Clone, Copy)]
pub enum FontVariant {
    /// Not.
    Normal,
    /// Small capitals.
    SmallCaps,
}

/// How heavy.
#[derive(Debug, Clone, Copy)]
pub enum FontWeight {
    /// As usual.
    Normal,
    /// Heavy.
    Bold,
    /// Light.
    Light,
}

/// Underlined or not.
#[derive(Debug, Clone, Copy)]
pub enum TextDecoration {
    /// Not.
    None,
    /// Underlined.
    Underline,
}

/// On, above or below the line.
#[derive(Debug, Clone, Copy)]
pub enum VerticalAlign {
    /// On the line.
    None,
    /// On the line, said so.
    Baseline,
    /// Above.
    Sup,
    /// Below.
    Sub,
}

/// The names of places in works.
pub mod taxonomy {
    /// A kind of place.
    #[derive(Debug, Clone, Copy)]
    pub enum Locator {
        /// Any other.
        Custom,
    }
}
