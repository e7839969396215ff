//! What `typst-library` asks for when a document has a bibliography. Here no entry can ever be read:
//! both readers refuse, and an [`Entry`] is a type without a value.

use std::convert::Infallible;
use std::marker::PhantomData;

pub mod citationberg;

/// A work that could be cited: there is none.
#[derive(Debug, Clone)]
pub struct Entry(Infallible);

impl Entry {
    /// The name by which it is cited.
    pub fn key(&self) -> &str {
        match self.0 {}
    }

    /// Its title.
    pub fn title(&self) -> Option<&Title> {
        match self.0 {}
    }
}

/// The title of a work: there is none.
#[derive(Debug, Clone)]
pub struct Title {
    /// Its words.
    pub value: Words,
}

/// Words: there are none.
#[derive(Debug, Clone)]
pub struct Words(Infallible);

impl Words {
    /// As text.
    pub fn to_str(&self) -> &str {
        match self.0 {}
    }
}

/// What a file of works holds: nothing.
#[derive(Debug, Clone)]
pub struct Library;

impl Library {
    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        true
    }
}

impl IntoIterator for Library {
    type Item = Entry;
    type IntoIter = std::iter::Empty<Entry>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::empty()
    }
}

/// The readers.
pub mod io {
    use std::ops::Range;

    use crate::Library;

    const REFUSED: &str = "this build sets no bibliographies";

    /// Why a file of works could not be read.
    #[derive(Debug, Clone)]
    pub enum BibLaTeXError {
        /// Its form.
        Parse(Fault),
        /// The type of a field.
        Type(Fault),
    }

    /// Where and what.
    #[derive(Debug, Clone)]
    pub struct Fault {
        /// Where, in bytes.
        pub span: Range<usize>,
        /// What.
        pub kind: &'static str,
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn from_yaml_str(_text: &str) -> Result<Library, serde_yaml::Error> {
        Err(<serde_yaml::Error as serde::de::Error>::custom(REFUSED))
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn from_biblatex_str(_text: &str) -> Result<Library, Vec<BibLaTeXError>> {
        Err(vec![BibLaTeXError::Parse(Fault { span: 0..0, kind: REFUSED })])
    }
}

/// The styles that come with the program.
pub mod archive {
    use crate::citationberg::{IndependentStyle, Locale, Style};

    /// The one style that Typst names as its default.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum ArchivedStyle {
        /// The default.
        InstituteOfElectricalAndElectronicsEngineers,
    }

    impl ArchivedStyle {
        /// By its name: none is known.
        pub fn by_name(_name: &str) -> Option<Self> {
            None
        }

        /// Every style.
        pub fn all() -> &'static [Self] {
            &[Self::InstituteOfElectricalAndElectronicsEngineers]
        }

        /// Its rules: none.
        pub fn get(self) -> Style {
            Style::Independent(IndependentStyle::default())
        }

        /// Its names.
        pub fn names(self) -> &'static [&'static str] {
            &["ieee"]
        }

        /// Its name for people.
        pub fn display_name(self) -> &'static str {
            "IEEE"
        }
    }

    /// The words of languages: none.
    pub fn locales() -> Vec<Locale> {
        Vec::new()
    }
}

/// A place in a work.
#[derive(Debug)]
pub struct SpecificLocator<'a>(pub citationberg::taxonomy::Locator, pub LocatorPayload<'a>);

/// What is said of the place.
#[derive(Debug)]
pub enum LocatorPayload<'a> {
    /// Something that only the caller understands.
    Transparent(TransparentLocator<'a>),
}

/// Something that only the caller understands.
#[derive(Debug)]
pub struct TransparentLocator<'a>(PhantomData<&'a ()>);

impl TransparentLocator<'_> {
    /// Forgets it.
    pub fn new<T>(_content: T) -> Self {
        Self(PhantomData)
    }
}

/// In which form a work is cited.
#[derive(Debug, Clone, Copy)]
pub enum CitePurpose {
    /// By its author.
    Author,
    /// By its year.
    Year,
    /// At full length.
    Full,
    /// In a sentence.
    Prose,
}

/// One work in a citation.
#[derive(Debug)]
pub struct CitationItem<'a, T>(PhantomData<&'a T>);

impl<'a, T> CitationItem<'a, T> {
    /// Forgets it.
    pub fn new(
        _entry: &'a T,
        _locator: Option<SpecificLocator<'a>>,
        _locale: Option<citationberg::LocaleCode>,
        _hidden: bool,
        _purpose: Option<CitePurpose>,
    ) -> Self {
        Self(PhantomData)
    }
}

/// A citation.
#[derive(Debug)]
pub struct CitationRequest<'a, T>(PhantomData<&'a T>);

impl<'a, T> CitationRequest<'a, T> {
    /// Forgets it.
    pub fn new(
        _items: Vec<CitationItem<'a, T>>,
        _style: &'a citationberg::IndependentStyle,
        _locale: Option<citationberg::LocaleCode>,
        _locales: &'a [citationberg::Locale],
        _note: Option<usize>,
    ) -> Self {
        Self(PhantomData)
    }
}

/// How the list of works is wanted.
#[derive(Debug)]
pub struct BibliographyRequest<'a> {
    /// In which style.
    pub style: &'a citationberg::IndependentStyle,
    /// In which language.
    pub locale: Option<citationberg::LocaleCode>,
    /// The words of languages.
    pub locale_files: &'a [citationberg::Locale],
}

/// Collects citations and gives nothing.
#[derive(Debug)]
pub struct BibliographyDriver<'a, T>(PhantomData<&'a T>);

impl<'a, T> BibliographyDriver<'a, T> {
    /// An empty one.
    #[expect(clippy::new_without_default, reason = "the signature that is asked for")]
    pub fn new() -> Self {
        Self(PhantomData)
    }

    /// Without effect.
    #[must_use]
    pub fn with_citation_number_offset(self, _offset: usize) -> Self {
        self
    }

    /// Without effect.
    pub fn citation(&mut self, _request: CitationRequest<'a, T>) {}

    /// Nothing.
    pub fn finish(self, _request: BibliographyRequest<'_>) -> Rendered {
        Rendered { bibliography: None, citations: Vec::new() }
    }
}

/// What was set.
#[derive(Debug)]
pub struct Rendered {
    /// The list of works.
    pub bibliography: Option<RenderedBibliography>,
    /// The citations.
    pub citations: Vec<RenderedCitation>,
}

/// A citation as set.
#[derive(Debug)]
pub struct RenderedCitation {
    /// Its parts.
    pub citation: ElemChildren,
}

/// A list of works as set.
#[derive(Debug)]
pub struct RenderedBibliography {
    /// Its lines.
    pub items: Vec<BibliographyItem>,
    /// Whether later lines are set in.
    pub hanging_indent: bool,
}

/// A line of the list.
#[derive(Debug)]
pub struct BibliographyItem {
    /// The work.
    pub key: String,
    /// What stands apart at its head.
    pub first_field: Option<ElemChild>,
    /// The rest.
    pub content: ElemChildren,
}

/// Parts in their order.
#[derive(Debug)]
pub struct ElemChildren(pub Vec<ElemChild>);

impl ElemChildren {
    /// The first part of that meaning: there is none.
    pub fn find_meta(&self, _meta: &ElemMeta) -> Option<&Elem> {
        None
    }
}

/// A part.
#[derive(Debug)]
pub enum ElemChild {
    /// Text.
    Text(Formatted),
    /// A group.
    Elem(Elem),
    /// Mathematics.
    Markup(String),
    /// A link.
    Link {
        /// Its words.
        text: Formatted,
        /// Its address.
        url: String,
    },
    /// Something that only the caller understands.
    Transparent {
        /// Of which citation.
        cite_idx: usize,
        /// How it looks.
        format: Formatting,
    },
}

/// A group of parts.
#[derive(Debug)]
pub struct Elem {
    /// The parts.
    pub children: ElemChildren,
    /// Where it stands.
    pub display: Option<citationberg::Display>,
    /// What it means.
    pub meta: Option<ElemMeta>,
}

/// What a group means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElemMeta {
    /// The number of a citation.
    CitationNumber,
    /// A work.
    Entry(usize),
}

/// Text with its look.
#[derive(Debug)]
pub struct Formatted {
    /// The text.
    pub text: String,
    /// Its look.
    pub formatting: Formatting,
}

/// A look.
#[derive(Debug)]
pub struct Formatting {
    /// Upright or not.
    pub font_style: citationberg::FontStyle,
    /// Small capitals or not.
    pub font_variant: citationberg::FontVariant,
    /// How heavy.
    pub font_weight: citationberg::FontWeight,
    /// Underlined or not.
    pub text_decoration: citationberg::TextDecoration,
    /// On, above or below the line.
    pub vertical_align: citationberg::VerticalAlign,
}
