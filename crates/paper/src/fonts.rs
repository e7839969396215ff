//! Fonts: where they come from, which face plays which part, what they lack.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use typst::foundations::Bytes;
use typst::layout::Abs;
use typst::text::{Font, FontBook, FontFlags, FontVariations, FontWeight};
use typst::utils::LazyHash;

use crate::error::{FontError, PaperError};
use crate::press::{Template, template_chars};
use crate::text::is_variation_selector;

/// Families for running text (宋, or 仿宋 where a site has it), best first.
const SONG: &[&str] = &[
    "FangSong_GB2312",
    "仿宋_GB2312",
    "FZFangSong-Z02S",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "Noto Serif SC",
    "Noto Serif S Chinese",
];
/// Families for headings, tables and small print (黑), best first.
const HEI: &[&str] = &["Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC", "Noto Sans S Chinese"];
/// Families for titles of letters (小标宋); without one the bold 宋 serves.
const TITLE: &[&str] = &["FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体"];

/// System folders of the usual packages, and the file names worth opening there.
const SYSTEM: &[&str] = &[
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-cjk",
    "/usr/share/fonts/adobe-source-han-serif",
    "/usr/share/fonts/adobe-source-han-sans",
    "/usr/local/share/fonts",
];
const SYSTEM_NAMES: &[&str] = &["NotoSerifCJK", "NotoSansCJK", "SourceHanSerif", "SourceHanSans"];

/// Characters that every installation must be able to print besides those of
/// the templates: punctuation of documents, words of the law, rare characters
/// of personal and place names.
const REQUIRED: &str = "〔〕《》“”‘’——…、，。；：？！（）【】·%‰℃№①②③④⑤⑥⑦⑧⑨⑩□√●▲◆■\
    零〇一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾\
    个人信息出境认证办法专业机构备案申请批准书统一社会信用代码法定代表经办数据安全保护处理者\
    境外接收方敏感重要国家网信部门市场监督管理总局公示通知不予补正投诉举报检查抽查评价约谈整改\
    暂停恢复撤销注销变更届满续期审核评审监督备查印章签名摘要\
    赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨亓仉乜尉迟澹台皇甫邬禚逄甯\
    䶮𠮷㐂𬭎㛃𬱖亳濮潢";

/// Where the faces came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "at")]
pub enum FontSource {
    /// The folder named by `GUOSUO_FONT_DIR`.
    Dir(PathBuf),
    /// A folder of the system.
    System(PathBuf),
    /// Bytes built into the program.
    Embedded,
}

/// The loaded faces. Cheap to clone.
#[derive(Clone)]
pub struct Fonts {
    inner: std::sync::Arc<Inner>,
}

struct Inner {
    source: FontSource,
    book: LazyHash<FontBook>,
    faces: Vec<Face>,
    song: String,
    hei: String,
    title: Option<String>,
}

struct Face {
    font: Font,
    file: String,
    file_sha256: String,
}

/// One face as it goes into the record of an issued paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaceReport {
    /// Family name.
    pub family: String,
    /// Weight, 400 is regular, 700 bold.
    pub weight: u16,
    /// PostScript name.
    pub postscript: String,
    /// Version string of the font.
    pub version: String,
    /// File name without folder, or `embedded`.
    pub file: String,
    /// SHA-256 of the whole font file, lower-case hexadecimal.
    pub sha256: String,
    /// Code points covered.
    pub code_points: usize,
}

/// Result of a successful [`Fonts::self_test`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FontReport {
    /// Where the faces came from.
    pub source: FontSource,
    /// Family used for running text.
    pub song: String,
    /// Family used for headings, tables, small print.
    pub hei: String,
    /// All loaded faces.
    pub faces: Vec<FaceReport>,
    /// How many required characters were checked in every face.
    pub checked: usize,
}

impl fmt::Display for FontReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "text {}, headings {}, ", self.song, self.hei)?;
        match &self.source {
            FontSource::Dir(p) => write!(f, "from GUOSUO_FONT_DIR {}", p.display())?,
            FontSource::System(p) => write!(f, "from {}", p.display())?,
            FontSource::Embedded => write!(f, "built in")?,
        }
        write!(f, ", {} faces, {} characters checked", self.faces.len(), self.checked)
    }
}

impl Fonts {
    /// Looks in `GUOSUO_FONT_DIR`, then in the known folders of the system.
    pub fn load() -> Result<Self, FontError> {
        Self::load_or(&[])
    }

    /// As [`Fonts::load`], and last the font files built into the program.
    pub fn load_or(embedded: &[&'static [u8]]) -> Result<Self, FontError> {
        let dir = std::env::var_os("GUOSUO_FONT_DIR").filter(|v| !v.is_empty());
        Self::resolve(dir.map(PathBuf::from).as_deref(), embedded)
    }

    /// The resolver with everything given: an explicit folder (must be usable),
    /// then system folders, then `embedded`.
    pub fn resolve(dir: Option<&Path>, embedded: &[&'static [u8]]) -> Result<Self, FontError> {
        if let Some(dir) = dir {
            let found = read_folder(dir, 3, &|_| true)?;
            return Self::choose(FontSource::Dir(dir.to_owned()), found).ok_or_else(|| FontError::BadDir { dir: dir.to_owned() });
        }
        for place in SYSTEM.iter().map(Path::new) {
            let wanted = |name: &str| {
                let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
                SYSTEM_NAMES.iter().any(|n| stem.starts_with(n)) && (stem.ends_with("-Regular") || stem.ends_with("-Bold"))
            };
            let found = read_folder(place, 2, &wanted)?;
            if let Some(fonts) = Self::choose(FontSource::System(place.to_owned()), found) {
                return Ok(fonts);
            }
        }
        Self::from_bytes(embedded.iter().copied())
            .ok_or_else(|| FontError::NotFound { searched: SYSTEM.iter().map(PathBuf::from).collect() })
    }

    /// Fonts from font files in memory; `None` when no usable Chinese face is
    /// among them.
    pub fn from_bytes(files: impl IntoIterator<Item = &'static [u8]>) -> Option<Self> {
        let files = files.into_iter().map(|b| ("embedded".to_owned(), Bytes::new(b))).collect();
        Self::choose(FontSource::Embedded, files)
    }

    /// Picks one family per part, and of it the upright faces of regular and
    /// bold weight. `None` when no family known to us is there.
    fn choose(source: FontSource, files: Vec<(String, Bytes)>) -> Option<Self> {
        let mut all: Vec<(usize, Font)> = Vec::new();
        for (i, (_, bytes)) in files.iter().enumerate() {
            // Variable fonts gave empty boxes in type setters and viewers.
            all.extend(
                Font::iter(bytes.clone())
                    .filter(|f| !f.info().flags.contains(FontFlags::VARIABLE))
                    .filter(|f| f.info().coverage.contains(u32::from('备')))
                    .map(|f| (i, f)),
            );
        }
        let pick = |wanted: &[&'static str]| wanted.iter().find(|w| all.iter().any(|(_, f)| f.info().family == **w)).copied();
        let hei = pick(HEI).or_else(|| pick(SONG))?;
        let song = pick(SONG).unwrap_or(hei);
        let title = pick(TITLE);

        let mut faces = Vec::new();
        let families: BTreeSet<&str> = [Some(song), Some(hei), title].into_iter().flatten().collect();
        for family in families {
            for weight in [FontWeight::REGULAR, FontWeight::BOLD] {
                let nearest = all
                    .iter()
                    .filter(|(_, f)| f.info().family == family)
                    .min_by_key(|(_, f)| f.info().variant.weight.distance(weight));
                if let Some((i, font)) = nearest
                    && !faces.iter().any(|(_, f): &(usize, Font)| f == font)
                {
                    faces.push((*i, font.clone()));
                }
            }
        }
        let faces: Vec<Face> = faces
            .into_iter()
            .map(|(i, font)| Face { file: files[i].0.clone(), file_sha256: hex::encode(Sha256::digest(&files[i].1)), font })
            .collect();
        let book = FontBook::from_fonts(faces.iter().map(|f| &f.font));
        Some(Self {
            inner: std::sync::Arc::new(Inner {
                source,
                book: LazyHash::new(book),
                faces,
                song: song.to_owned(),
                hei: hei.to_owned(),
                title: title.map(str::to_owned),
            }),
        })
    }

    /// Family of running text.
    pub fn song(&self) -> &str {
        &self.inner.song
    }

    /// Family of headings, tables, small print.
    pub fn hei(&self) -> &str {
        &self.inner.hei
    }

    /// Family of letter titles, if a special one is there.
    pub(crate) fn title(&self) -> Option<&str> {
        self.inner.title.as_deref()
    }

    pub(crate) fn book(&self) -> &LazyHash<FontBook> {
        &self.inner.book
    }

    pub(crate) fn font(&self, index: usize) -> Option<Font> {
        self.inner.faces.get(index).map(|f| f.font.clone())
    }

    /// Characters of `text` that at least one loaded face lacks, each once, in
    /// order. Every face must have them: what is bold in one paper is regular
    /// in another. A variation sequence must be in the face as such.
    pub fn missing<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Vec<char> {
        let mut seen = BTreeSet::new();
        let mut out = Vec::new();
        for text in texts {
            let mut before = None;
            for c in text.chars() {
                let lacks = if c == '\n' {
                    false
                } else if is_variation_selector(c) {
                    before.is_none_or(|b| !self.has_sequence(b, c))
                } else {
                    seen.insert(c) && !self.has(c)
                };
                if lacks && !out.contains(&c) {
                    out.push(c);
                }
                before = Some(c);
            }
        }
        out
    }

    fn has(&self, c: char) -> bool {
        // Private-use characters mean something else in every font, and
        // archival PDF forbids them.
        let private = matches!(u32::from(c), 0xE000..=0xF8FF | 0xF_0000..=0x10_FFFF);
        !private && self.inner.faces.iter().all(|f| f.font.info().coverage.contains(u32::from(c)))
    }

    fn has_sequence(&self, base: char, selector: char) -> bool {
        self.inner.faces.iter().all(|f| {
            let variant = f.font.info().variant;
            f.font
                .clone()
                .instantiate(variant, Abs::pt(10.0), &FontVariations::default())
                .ttf()
                .glyph_variation_index(base, selector)
                .is_some()
        })
    }

    /// Checks the required characters and those of all templates in every
    /// face, and prints a trial document. To be called at start: without a good
    /// answer the program must not promise papers.
    pub fn self_test(&self) -> Result<FontReport, FontError> {
        let mut required: BTreeSet<char> = REQUIRED.chars().filter(|c| !c.is_whitespace()).collect();
        required.extend((' '..='~').chain(Template::ALL.into_iter().flat_map(template_chars)));
        for face in &self.inner.faces {
            let coverage = &face.font.info().coverage;
            let chars: Vec<char> = required.iter().copied().filter(|c| !coverage.contains(u32::from(*c))).collect();
            if !chars.is_empty() {
                return Err(FontError::Incomplete { family: face.font.info().family.clone(), chars });
            }
        }
        crate::Press::new(self.clone()).trial().map_err(|e: PaperError| FontError::Trial(Box::new(e)))?;
        Ok(self.report(required.len()))
    }

    fn report(&self, checked: usize) -> FontReport {
        FontReport {
            source: self.inner.source.clone(),
            song: self.inner.song.clone(),
            hei: self.inner.hei.clone(),
            faces: self.inner.faces.iter().map(Face::report).collect(),
            checked,
        }
    }
}

impl Face {
    fn report(&self) -> FaceReport {
        let info = self.font.info();
        let instance = self.font.clone().instantiate(info.variant, Abs::pt(10.0), &FontVariations::default());
        // Name id 5 of the OpenType name table is the version string.
        let version =
            instance.ttf().names().into_iter().filter(|n| n.name_id == 5).find_map(|n| n.to_string()).unwrap_or_default();
        FaceReport {
            family: info.family.clone(),
            weight: info.variant.weight.to_number(),
            postscript: self.font.post_script_name().unwrap_or_default(),
            version,
            file: self.file.clone(),
            sha256: self.file_sha256.clone(),
            code_points: info.coverage.iter().count(),
        }
    }
}

/// Font files below `dir` whose name passes `wanted`, in name order (so that
/// the same folder gives the same choice everywhere). A folder that does not
/// exist is empty.
fn read_folder(dir: &Path, depth: usize, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<(String, Bytes)>, FontError> {
    let mut out = Vec::new();
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Ok(out);
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if depth > 1 {
                out.extend(read_folder(&path, depth - 1, wanted)?);
            }
            continue;
        }
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let ext = path.extension().map(std::ffi::OsStr::to_ascii_lowercase).unwrap_or_default();
        if !["otf", "ttf", "ttc", "otc"].iter().any(|e| ext == *e) || !wanted(&name) {
            continue;
        }
        let bytes = std::fs::read(&path).map_err(|source| FontError::Read { path: path.clone(), source })?;
        out.push((name, Bytes::new(bytes)));
    }
    Ok(out)
}
