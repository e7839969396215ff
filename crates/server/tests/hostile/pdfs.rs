//! PDF files made by hand, good and bad.

use std::io::Write as _;

/// Puts a PDF together: objects are numbered from 1 in the order they are added.
#[derive(Default)]
pub(crate) struct Maker(Vec<Vec<u8>>);

impl Maker {
    pub(crate) fn add(&mut self, object: impl AsRef<[u8]>) -> usize {
        self.0.push(object.as_ref().to_vec());
        self.0.len()
    }

    pub(crate) fn stream(&mut self, entries: &str, data: &[u8]) -> usize {
        let mut o = format!("<<{entries}/Length {}>>stream\n", data.len()).into_bytes();
        o.extend_from_slice(data);
        o.extend_from_slice(b"\nendstream");
        self.add(o)
    }

    /// The number of the object that is added next.
    pub(crate) fn next(&self) -> usize {
        self.0.len() + 1
    }

    pub(crate) fn finish(&self, root: usize, trailer: &str) -> Vec<u8> {
        let mut out = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
        let mut places = Vec::new();
        for (i, o) in self.0.iter().enumerate() {
            places.push(out.len());
            writeln!(out, "{} 0 obj", i + 1).unwrap();
            out.extend_from_slice(o);
            out.extend_from_slice(b"\nendobj\n");
        }
        let xref = out.len();
        write!(out, "xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).unwrap();
        for p in &places {
            writeln!(out, "{p:010} 00000 n ").unwrap();
        }
        write!(out, "trailer\n<</Size {}/Root {root} 0 R{trailer}>>\nstartxref\n{xref}\n%%EOF\n", places.len() + 1).unwrap();
        out
    }
}

/// One page with this content and these resources; `extra` goes into the catalog.
pub(crate) fn page_with(m: &mut Maker, content: &[u8], filters: &str, resources: &str, media: &str, extra: &str) -> Vec<u8> {
    let c = m.stream(filters, content);
    let page = m.next();
    m.add(format!("<</Type/Page/Parent {} 0 R/MediaBox{media}/Contents {c} 0 R/Resources<<{resources}>>>>", page + 1));
    m.add(format!("<</Type/Pages/Count 1/Kids[{page} 0 R]>>"));
    let root = m.add(format!("<</Type/Catalog/Pages {} 0 R{extra}>>", page + 1));
    m.finish(root, "")
}

pub(crate) const A4: &str = "[0 0 595 842]";
pub(crate) const HELVETICA: &str = "/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>";

/// A page of plain text, nothing wrong with it.
pub(crate) fn plain() -> Vec<u8> {
    text("0 0 0 rg BT /F1 24 Tf 72 700 Td (Good morning) Tj ET")
}

pub(crate) fn text(content: &str) -> Vec<u8> {
    page_with(&mut Maker::default(), content.as_bytes(), "", HELVETICA, A4, "")
}

/// The same with something in the catalog, and further objects from number 5 on.
pub(crate) fn with_catalog(extra: &str, objects: &[&str]) -> Vec<u8> {
    let mut m = Maker::default();
    let c = m.stream("", b"BT /F1 24 Tf 72 700 Td (Good morning) Tj ET");
    m.add(format!("<</Type/Page/Parent 3 0 R/MediaBox{A4}/Contents {c} 0 R/Resources<<{HELVETICA}>>>>"));
    m.add("<</Type/Pages/Count 1/Kids[2 0 R]>>");
    let root = m.add(format!("<</Type/Catalog/Pages 3 0 R{extra}>>"));
    for o in objects {
        m.add(o);
    }
    m.finish(root, "")
}

/// Chinese text whose font is not in the file, as old office programs write it.
pub(crate) fn chinese(text: &str, encoding: &str, base_font: &str) -> Vec<u8> {
    let bytes: Vec<u8> = if encoding.starts_with("GBK") {
        encoding_rs::GB18030.encode(text).0.into_owned()
    } else {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    };
    let hex: String = bytes.iter().map(|b| format!("{b:02X}")).collect();
    let font = format!(
        "/Font<</F1<</Type/Font/Subtype/Type0/BaseFont/{base_font}/Encoding/{encoding}/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/{base_font}\
         /CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000\
         /FontDescriptor<</Type/FontDescriptor/FontName/{base_font}/Flags 6/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 900/Descent -200/CapHeight 700/StemV 80>>>>]>>>>"
    );
    let content = format!("0 0 0 rg BT /F1 28 Tf 60 700 Td <{hex}> Tj ET");
    page_with(&mut Maker::default(), content.as_bytes(), "", &font, A4, "")
}

/// A letter that is a drawing within the file (Type 3), as browsers print: its descriptor names no font file.
pub(crate) fn drawn() -> Vec<u8> {
    let mut m = Maker::default();
    let letter = m.stream("", b"1000 0 0 0 750 750 d1 0 0 750 750 re f");
    let font = format!(
        "/Font<</F1<</Type/Font/Subtype/Type3/FontBBox[0 0 750 750]/FontMatrix[.001 0 0 .001 0 0]/CharProcs<</a {letter} 0 R>>\
         /Encoding<</Type/Encoding/Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[1000]\
         /FontDescriptor<</Type/FontDescriptor/FontName/Drawn/Flags 4>>>>>>"
    );
    page_with(&mut m, b"0 0 0 rg BT /F1 48 Tf 72 700 Td (aaa) Tj ET", "", &font, A4, "")
}

/// Pages without anything in common.
pub(crate) fn many_pages(n: usize) -> Vec<u8> {
    let mut m = Maker::default();
    m.add("<</Type/Catalog/Pages 2 0 R>>");
    let kids: String = (0..n).map(|i| format!("{} 0 R ", i * 2 + 3)).collect();
    m.add(format!("<</Type/Pages/Count {n}/Kids[{kids}]>>"));
    for i in 0..n {
        m.add(format!("<</Type/Page/Parent 2 0 R/MediaBox{A4}/Contents {} 0 R/Resources<<{HELVETICA}>>>>", i * 2 + 4));
        m.stream("", format!("BT /F1 24 Tf 72 700 Td (Page {}) Tj ET", i + 1).as_bytes());
    }
    m.finish(1, "")
}

/// A small file that grows to 256 MiB on its way through three filters.
pub(crate) fn bomb() -> Vec<u8> {
    let zeros = vec![b' '; 1 << 20];
    let mut data = Vec::new();
    {
        let mut e = flate2::write::ZlibEncoder::new(&mut data, flate2::Compression::fast());
        for _ in 0..256 {
            e.write_all(&zeros).unwrap();
        }
        e.finish().unwrap();
    }
    for _ in 0..2 {
        let mut e = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        e.write_all(&data).unwrap();
        data = e.finish().unwrap();
    }
    page_with(&mut Maker::default(), &data, "/Filter[/FlateDecode/FlateDecode/FlateDecode]", "", A4, "")
}

/// As many as that brackets, one in the other, where an object is expected and in the content.
pub(crate) fn nested(depth: usize, open: &str, close: &str) -> Vec<u8> {
    let deep = format!("{}{}", open.repeat(depth), close.repeat(depth));
    let mut m = Maker::default();
    m.add(&deep);
    page_with(&mut m, format!("{deep} TJ").as_bytes(), "", HELVETICA, A4, "/Extra 1 0 R")
}

/// The table of objects names itself as its predecessor.
pub(crate) fn xref_loop() -> Vec<u8> {
    let mut out = plain();
    let at = out.windows(4).rposition(|w| w == b"xref").unwrap();
    let at = out[..at].windows(5).rposition(|w| w == b"\nxref").unwrap() + 1;
    let text = String::from_utf8_lossy(&out[at..]).replace(">>\nstartxref", &format!("/Prev {at}>>\nstartxref"));
    out.truncate(at);
    out.extend_from_slice(text.as_bytes());
    out
}

/// The tree of pages has itself among its branches.
pub(crate) fn page_loop() -> Vec<u8> {
    let mut m = Maker::default();
    m.add("<</Type/Catalog/Pages 2 0 R>>");
    m.add("<</Type/Pages/Count 3/Kids[2 0 R 3 0 R 2 0 R]>>");
    m.add(format!("<</Type/Pages/Count 1/Kids[2 0 R 3 0 R]/MediaBox{A4}>>"));
    m.finish(1, "")
}

/// A drawing that draws itself.
pub(crate) fn form_loop() -> Vec<u8> {
    let mut m = Maker::default();
    m.stream("/Type/XObject/Subtype/Form/BBox[0 0 600 900]/Resources<</XObject<</X 1 0 R/Y 2 0 R>>>>", b"/X Do /Y Do /X Do");
    m.stream("/Type/XObject/Subtype/Form/BBox[0 0 600 900]/Resources<</XObject<</X 1 0 R/Y 2 0 R>>>>", b"/Y Do /X Do /Y Do");
    page_with(&mut m, b"/X Do /Y Do", "", "/XObject<</X 1 0 R/Y 2 0 R>>", A4, "")
}

/// Drawings that each draw the next ten times: 10^9 in the end.
pub(crate) fn form_tower() -> Vec<u8> {
    let mut m = Maker::default();
    for i in 1..=9 {
        let next = i + 1;
        m.stream(
            &format!("/Type/XObject/Subtype/Form/BBox[0 0 600 900]/Resources<</XObject<</X {next} 0 R>>>>"),
            "/X Do ".repeat(10).as_bytes(),
        );
    }
    m.stream("/Type/XObject/Subtype/Form/BBox[0 0 600 900]", b"0 0 m 500 500 l S");
    page_with(&mut m, b"/X Do", "", "/XObject<</X 1 0 R>>", A4, "")
}

/// A picture that claims a size.
pub(crate) fn huge_image(width: u64, height: u64) -> Vec<u8> {
    let mut m = Maker::default();
    m.stream(
        &format!("/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceRGB/BitsPerComponent 8"),
        &[0; 300],
    );
    page_with(&mut m, b"500 0 0 500 40 40 cm /X Do", "", "/XObject<</X 1 0 R>>", A4, "")
}

/// A pattern with steps far below a pixel.
pub(crate) fn fine_pattern() -> Vec<u8> {
    let mut m = Maker::default();
    m.stream(
        "/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.00001/YStep 0.00001/Resources<<>>",
        b"0 0 1 1 re f",
    );
    page_with(&mut m, b"/Pattern cs /P scn 0 0 600 800 re f", "", "/Pattern<</P 1 0 R>>", A4, "")
}

/// A page of that size.
pub(crate) fn media(media: &str) -> Vec<u8> {
    page_with(&mut Maker::default(), b"BT /F1 24 Tf 72 700 Td (Good morning) Tj ET", "", HELVETICA, media, "")
}

/// Protected by a password that nobody knows.
pub(crate) fn locked() -> Vec<u8> {
    let mut m = Maker::default();
    let c = m.stream("", b"BT /F1 24 Tf 72 700 Td (Good morning) Tj ET");
    m.add(format!("<</Type/Page/Parent 3 0 R/MediaBox{A4}/Contents {c} 0 R/Resources<<{HELVETICA}>>>>"));
    m.add("<</Type/Pages/Count 1/Kids[2 0 R]>>");
    m.add("<</Type/Catalog/Pages 3 0 R>>");
    let secret = "5A".repeat(32);
    m.finish(4, &format!("/ID[<0102><0102>]/Encrypt<</Filter/Standard/V 2/R 3/Length 128/O<{secret}>/U<{secret}>/P -4>>"))
}
