//! How pages look: never blank without saying so, always marked, and the code on a scan.

use guosuo::intake::{Fault, Intake, Kind, Mark, READING_WIDTH, Sheet, form_code_text};
use guosuo_case::filing::{FileProblem as P, FormCode};
use guosuo_paper::{ApplicationForm, Fonts, Mode, Press};
use image::{GrayImage, Rgb, RgbImage};

use crate::{examine, intake, pdfs};

async fn sheet(intake: &Intake, kind: Kind, bytes: Vec<u8>, page: u32) -> std::sync::Arc<Sheet> {
    let open = async || Ok::<_, Fault>(bytes.into());
    intake.page("file", kind, page, open).await.unwrap().unwrap()
}

fn mark() -> Mark {
    Mark::new("示例审核员（虚构）", "国家互联网信息办公室（演示）", "2026-03-12T01:30:00Z".parse().unwrap(), "备申〔2026〕003号")
}

fn decode(png: &[u8]) -> RgbImage {
    image::load_from_memory(png).unwrap().into_rgb8()
}

/// Writes a picture for looking at, where `GUOSUO_SHOW` names a folder.
fn show(name: &str, image: &RgbImage) {
    if let Some(folder) = std::env::var_os("GUOSUO_SHOW") {
        image.save(std::path::Path::new(&folder).join(name)).unwrap();
    }
}

fn dark(image: &RgbImage) -> usize {
    image.pixels().filter(|p| p.0.iter().all(|c| *c < 90)).count()
}

#[tokio::test]
async fn chinese_without_its_font_is_drawn_and_told() {
    for (encoding, font) in [("UniGB-UCS2-H", "SimSun"), ("GBK-EUC-H", "SimHei"), ("UniGB-UTF16-H", "FangSong_GB2312")] {
        let bytes = pdfs::chinese("个人信息出境认证专业机构备案", encoding, font);
        let i = intake();
        let s = sheet(&i, Kind::Pdf, bytes.clone(), 1).await;
        let picture = decode(&i.stamp(&s, &mark()).unwrap());
        show(&format!("chinese-{encoding}.png"), &picture);
        assert!(dark(&picture) > 3000, "{encoding}: {} dark pixels", dark(&picture));
        assert_eq!((s.marks.glyphs, s.marks.missing_glyphs, s.marks.blank), (14, 0, false), "{encoding}");
        let e = examine(Kind::Pdf, bytes).await;
        assert_eq!(e.problems, [P::FontMissing]);
        assert_eq!(e.report.missing_fonts, [font]);
    }
}

#[tokio::test]
async fn letters_that_are_drawings_need_no_font_file() {
    let e = examine(Kind::Pdf, pdfs::drawn()).await;
    assert_eq!((e.problems.as_slice(), e.report.missing_fonts.as_slice()), ([].as_slice(), [].as_slice()));
}

#[tokio::test]
async fn white_on_white_and_characters_without_shape_are_never_passed_off_as_read() {
    let hidden = pdfs::text("1 1 1 rg BT /F1 24 Tf 72 700 Td (The rules say the opposite) Tj ET");
    assert_eq!(examine(Kind::Pdf, hidden.clone()).await.problems, [P::BlankPage]);
    let s = sheet(&intake(), Kind::Pdf, hidden, 1).await;
    assert!(s.marks.blank && s.marks.doubtful());
    // The picture itself says so, above the page.
    let told = decode(&intake().stamp(&s, &mark()).unwrap());
    show("hidden.png", &told);
    assert!(told.height() > s.height + 60 && told.get_pixel(2, 2).0[0] < 200, "a dark band on top");

    let undecodable =
        pdfs::page_with(&mut pdfs::Maker::default(), b"not deflated at all", "/Filter/FlateDecode", "", pdfs::A4, "");
    assert_eq!(
        examine(Kind::Pdf, undecodable).await.problems,
        [P::BlankPage],
        "content that cannot be decoded is not an empty page"
    );

    let honest = pdfs::text("");
    assert!(examine(Kind::Pdf, honest).await.problems.is_empty(), "an empty page that claims nothing is a separator sheet");
    let invisible = pdfs::text("BT 3 Tr /F1 24 Tf 72 700 Td (text layer of a scan) Tj ET 0 0 200 200 re f");
    assert!(examine(Kind::Pdf, invisible).await.problems.is_empty());

    // Numbers of glyphs in a font that is not there: what is drawn has nothing to do with
    // what the author saw.
    let numbers = pdfs::chinese("备案", "Identity-H", "SimSun").into_iter().collect::<Vec<_>>();
    let numbers = String::from_utf8_lossy(&numbers).replace("Ordering(GB1)", "Ordering(Identity)").into_bytes();
    let s = sheet(&intake(), Kind::Pdf, numbers.clone(), 1).await;
    assert!(s.marks.missing_glyphs == 2 && s.marks.doubtful(), "{:?}", s.marks);
    let e = examine(Kind::Pdf, numbers).await;
    assert_eq!((e.report.gaps.as_slice(), e.problems.contains(&P::FontMissing)), ([1].as_slice(), true));

    for grey in [255, 128, 0] {
        let mut png = std::io::Cursor::new(Vec::new());
        RgbImage::from_pixel(800, 1100, Rgb([grey; 3])).write_to(&mut png, image::ImageFormat::Png).unwrap();
        assert_eq!(examine(Kind::Png, png.into_inner()).await.problems, [P::BlankPage], "a page of one colour");
    }
}

#[tokio::test]
async fn pages_beyond_the_last_and_files_without_pages() {
    let i = intake();
    let none =
        async |kind, bytes: Vec<u8>, page| i.page("x", kind, page, async || Ok::<_, Fault>(bytes.into())).await.unwrap().err();
    assert_eq!(none(Kind::Pdf, pdfs::plain(), 2).await, Some(guosuo::intake::Failure::NoSuchPage));
    assert_eq!(none(Kind::Pdf, pdfs::plain(), 0).await, Some(guosuo::intake::Failure::NoSuchPage));
    assert_eq!(none(Kind::Ofd, crate::zips::ofd(), 1).await, Some(guosuo::intake::Failure::WrongType));
    assert_eq!(none(Kind::Pdf, pdfs::locked(), 1).await, Some(guosuo::intake::Failure::Encrypted));
    let s = sheet(&i, Kind::Pdf, pdfs::plain(), 1).await;
    assert_eq!((s.width, s.pages), (READING_WIDTH, 1));
    // Drawn once, then from memory: the file is not even opened.
    let again = i.page("file", Kind::Pdf, 1, async || Err::<guosuo::intake::Input, _>(Fault::Busy)).await.unwrap().unwrap();
    assert_eq!(again, s);
}

#[tokio::test]
async fn the_mark_survives_half_a_page_and_a_bad_jpeg() {
    // On white, on text, on a dark photograph.
    let dark_ground = pdfs::text("0.1 0.1 0.15 rg 0 0 595 842 re f 1 g BT /F1 24 Tf 72 700 Td (Good morning) Tj ET");
    for (name, bytes) in [("light", pdfs::plain()), ("dark", dark_ground)] {
        // The cache names content by its id; each file here has its own workshop.
        let i = intake();
        let s = sheet(&i, Kind::Pdf, bytes, 1).await;
        let marked = decode(&i.stamp(&s, &mark()).unwrap());
        show(&format!("mark-{name}.png"), &marked);
        let plain = decode(&i.stamp(&s, &Mark::new("", "", "2026-03-12T01:30:00Z".parse().unwrap(), "")).unwrap());
        assert_ne!(marked, plain);
        let (w, h) = (marked.width(), marked.height());
        let stencil = stencil(&marked, &s);
        for (x, y) in [(0, 0), (w / 2, 0), (0, h / 2), (w / 2, h / 2), (w / 4, h / 4)] {
            let part = image::imageops::crop_imm(&marked, x, y, w / 2, h / 2).to_image();
            let mut jpeg = Vec::new();
            image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 60).encode_image(&part).unwrap();
            let seen = image::load_from_memory(&jpeg).unwrap().into_luma8();
            let original = crop(&s, x, y, w / 2, h / 2);
            let strength = correlation(&seen, &original, &image::imageops::crop_imm(&stencil, x, y, w / 2, h / 2).to_image());
            assert!(strength > 0.8, "{name} at {x},{y}: {strength}");
        }
        // Another officer's mark is another mark.
        let other = decode(
            &i.stamp(
                &s,
                &Mark::new(
                    "另一审核员（虚构）",
                    "国家数据局（演示）",
                    "2026-03-12T02:30:00Z".parse().unwrap(),
                    "备申〔2026〕004号",
                ),
            )
            .unwrap(),
        );
        assert_ne!(marked, other);
    }
}

/// Where the mark is: what differs from the unmarked page.
fn stencil(marked: &RgbImage, s: &Sheet) -> GrayImage {
    let original = s.rgb();
    GrayImage::from_fn(marked.width(), marked.height(), |x, y| {
        let at = ((y * marked.width() + x) * 3) as usize;
        let d: u32 = marked.get_pixel(x, y).0.iter().zip(&original[at..at + 3]).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
        image::Luma([if d > 24 { 255 } else { 0 }])
    })
}

fn crop(s: &Sheet, x: u32, y: u32, w: u32, h: u32) -> GrayImage {
    let whole = RgbImage::from_raw(s.width, s.height, s.rgb().to_vec()).unwrap();
    image::DynamicImage::ImageRgb8(image::imageops::crop_imm(&whole, x, y, w, h).to_image()).into_luma8()
}

/// How well the change seen matches the mark, −1 to 1.
fn correlation(seen: &GrayImage, original: &GrayImage, mark: &GrayImage) -> f64 {
    let change: Vec<f64> = seen.pixels().zip(original.pixels()).map(|(a, b)| f64::from(a.0[0].abs_diff(b.0[0]))).collect();
    let mark: Vec<f64> = mark.pixels().map(|p| f64::from(p.0[0])).collect();
    let n = change.len() as f64;
    let (mc, mm) = (change.iter().sum::<f64>() / n, mark.iter().sum::<f64>() / n);
    let (mut cov, mut vc, mut vm) = (0.0, 0.0, 0.0);
    for (c, m) in change.iter().zip(&mark) {
        cov += (c - mc) * (m - mm);
        vc += (c - mc).powi(2);
        vm += (m - mm).powi(2);
    }
    cov / (vc * vm).sqrt()
}

fn printed(digest: &str) -> Vec<u8> {
    let mut form = ApplicationForm::samples().remove(0);
    form.qr_text = form_code_text("0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b", digest);
    Press::new(Fonts::load().unwrap()).print(&form, Mode::Final).unwrap().bytes
}

/// Printed, scanned askew at 150 dpi, saved as a bad JPEG.
fn scanned(page: &RgbImage, degrees: f64) -> Vec<u8> {
    let (w, h) = (1240_u32, 1754_u32);
    let scale = f64::from(page.width()) / f64::from(w);
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (cx, cy) = (f64::from(w) / 2.0, f64::from(h) / 2.0);
    let turned = RgbImage::from_fn(w, h, |x, y| {
        let (dx, dy) = (f64::from(x) - cx, f64::from(y) - cy);
        let (sx, sy) = ((dx * cos - dy * sin + cx) * scale, (dx * sin + dy * cos + cy) * scale);
        if sx < 0.0 || sy < 0.0 || sx >= f64::from(page.width() - 1) || sy >= f64::from(page.height() - 1) {
            return Rgb([250, 250, 248]);
        }
        let (x0, y0) = (sx as u32, sy as u32);
        let (fx, fy) = (sx.fract(), sy.fract());
        let mix = |c: usize| {
            let p = |x, y| f64::from(page.get_pixel(x, y).0[c]);
            let v = p(x0, y0) * (1.0 - fx) * (1.0 - fy)
                + p(x0 + 1, y0) * fx * (1.0 - fy)
                + p(x0, y0 + 1) * (1.0 - fx) * fy
                + p(x0 + 1, y0 + 1) * fx * fy;
            // Grey paper, faded ink.
            (30.0 + v * 0.86) as u8
        };
        Rgb([mix(0), mix(1), mix(2)])
    });
    show(&format!("scan-{degrees}.png"), &turned);
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 50).encode_image(&turned).unwrap();
    jpeg
}

#[tokio::test]
async fn the_code_of_a_form_is_read_from_print_and_from_a_bad_scan() {
    let digest = "0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778899aabbccddeeff0".to_owned();
    let pdf = printed(&digest);
    let want = Some(FormCode { case: "0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b".into(), digest });
    assert_eq!(intake().examine(Kind::Pdf, pdf.clone().into(), true).await.unwrap().form_code, want);

    let s = sheet(&intake(), Kind::Pdf, pdf, 1).await;
    let page = RgbImage::from_raw(s.width, s.height, s.rgb().to_vec()).unwrap();
    let code = async |kind, bytes: Vec<u8>| intake().examine(kind, bytes.into(), true).await.unwrap();
    for degrees in [0.0, 3.0, -3.0] {
        let jpeg = scanned(&page, degrees);
        assert_eq!(code(Kind::Jpeg, jpeg.clone()).await.form_code, want, "picture at {degrees}°");
        let e = code(Kind::Pdf, in_pdf(&jpeg)).await;
        assert_eq!((e.form_code, e.problems.as_slice()), (want.clone(), [].as_slice()), "scan in a PDF at {degrees}°");
    }
    let upside_down = image::imageops::rotate180(&page);
    assert_eq!(code(Kind::Jpeg, scanned(&upside_down, 1.0)).await.form_code, want, "upside down");
    let mut sideways = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut sideways, 50)
        .encode_image(&image::imageops::rotate90(&page))
        .unwrap();
    assert_eq!(code(Kind::Jpeg, sideways).await.form_code, want, "sideways");
    assert_eq!(code(Kind::Pdf, pdfs::plain()).await.form_code, None, "no code is no code");
}

/// What scanners write: a page that is one JPEG.
fn in_pdf(jpeg: &[u8]) -> Vec<u8> {
    let mut m = pdfs::Maker::default();
    m.stream("/Type/XObject/Subtype/Image/Width 1240/Height 1754/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode", jpeg);
    pdfs::page_with(&mut m, b"595 0 0 842 0 0 cm /X Do", "", "/XObject<</X 1 0 R>>", pdfs::A4, "")
}
