//! What is taken under which name.

use guosuo::intake::{Accept, Kind, Rejection, Sample, Sampler, base_name, sniff, words};
use guosuo::web::Lang;

use crate::{pdfs, zips};

fn look(name: &str, bytes: &[u8]) -> Result<Kind, Rejection> {
    sniff(name, &Sample::of(bytes), Accept::MATERIAL, 100)
}

fn png() -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(4, 4).write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

fn jpeg() -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(4, 4).write_to(&mut out, image::ImageFormat::Jpeg).unwrap();
    out.into_inner()
}

#[test]
fn the_four_types_are_taken_under_their_own_names() {
    assert_eq!(look("1 申请表.pdf", &pdfs::plain()), Ok(Kind::Pdf));
    assert_eq!(look("申请表.PDF", &pdfs::plain()), Ok(Kind::Pdf));
    assert_eq!(look("申请表", &pdfs::plain()), Ok(Kind::Pdf), "a name without extension promises nothing");
    assert_eq!(look("批准书.ofd", &zips::ofd()), Ok(Kind::Ofd));
    assert_eq!(look("a.png", &png()), Ok(Kind::Png));
    assert_eq!(look("a.JPEG", &jpeg()), Ok(Kind::Jpeg));
    assert_eq!(
        look("䶮𠮷.pdf", &[b"\xEF\xBB\xBF\r\n".as_slice(), &pdfs::plain()].concat()),
        Ok(Kind::Pdf),
        "a mark and blanks in front"
    );
}

#[test]
fn a_name_that_says_something_else_is_refused_with_the_right_name() {
    for (name, bytes, is) in [
        ("a.jpg", pdfs::plain(), Kind::Pdf),
        ("a.pdf", png(), Kind::Png),
        ("a.exe", pdfs::plain(), Kind::Pdf),
        ("a.pdf", zips::ofd(), Kind::Ofd),
    ] {
        let r = look(name, &bytes).unwrap_err();
        let says = name.rsplit('.').next().unwrap().to_owned();
        assert_eq!(r, Rejection::Renamed { says, is });
        assert!(words::rejection(Lang::Zh, &r).contains(&format!(".{}", is.extensions()[0])));
    }
}

#[test]
fn what_only_calls_itself_pdf_is_refused_for_what_it_is() {
    let html = b"<!DOCTYPE html><html><script>alert(1)</script></html>".as_slice();
    let svg = b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>".as_slice();
    let xlsx = zips::workbook("");
    let docx = zips::docx();
    let slides = zips::zip(&[("ppt/presentation.xml", b"x")]);
    let archive = zips::zip(&[("a.pdf", b"x")]);
    let jar = zips::zip(&[("META-INF/MANIFEST.MF", b"x")]);
    let tar = [vec![b'a'; 257], b"ustar\0".to_vec(), vec![0; 300]].concat();
    for (bytes, want) in [
        (html, Rejection::Html),
        (svg, Rejection::Svg),
        (&docx, Rejection::Document),
        (&xlsx, Rejection::Spreadsheet),
        (&slides, Rejection::Slides),
        (&archive, Rejection::Archive("ZIP")),
        (&jar, Rejection::Program),
        (&tar, Rejection::Archive("TAR")),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1....", Rejection::OldOffice),
        (b"{\\rtf1 hello}", Rejection::Document),
        (b"Rar!\x1A\x07\x01\x00", Rejection::Archive("RAR")),
        (b"7z\xBC\xAF\x27\x1C", Rejection::Archive("7z")),
        (b"GIF89a....", Rejection::Picture("GIF")),
        (b"II*\0....", Rejection::Picture("TIFF")),
        (b"RIFF\x10\0\0\0WEBPVP8 ", Rejection::Picture("WebP")),
        (b"\0\0\0\x18ftypheic....", Rejection::Picture("HEIC")),
        (b"MZ\x90\0\x03\0\0\0", Rejection::Program),
        (b"\x7FELF\x02\x01\x01", Rejection::Program),
        ("只是一段文字，BM不是图片。\n".as_bytes(), Rejection::Text),
        (b"BMW is a word, not a bitmap", Rejection::Text),
        (&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], Rejection::Unknown),
        (b"", Rejection::Empty),
    ] {
        let got = look("a.pdf", bytes).unwrap_err();
        assert_eq!(got, want);
        for l in [Lang::Zh, Lang::En] {
            assert!(words::rejection(l, &got).len() > 20, "{got:?} has words that help");
        }
    }
}

#[test]
fn two_formats_in_one_file_are_refused() {
    let archive = zips::zip(&[("evil.exe", b"MZ")]);
    let tail = [vec![b'A'; 5000], b"\n".to_vec()].concat();
    for (bytes, also) in [
        ([pdfs::plain(), archive.clone()].concat(), "ZIP"),
        ([pdfs::plain(), b"<html><script>1</script>".to_vec()].concat(), "HTML"),
        ([pdfs::plain(), tail].concat(), "data"),
        ([b"junk\x01\x02".to_vec(), pdfs::plain()].concat(), "data"),
        ([b"%PDF-1.7\n<html><body onload=x>".to_vec(), pdfs::plain()].concat(), "HTML"),
    ] {
        assert_eq!(look("a.pdf", &bytes), Err(Rejection::Polyglot { is: Kind::Pdf, also }));
    }
    assert_eq!(look("a.pdf", &[b"<html>".to_vec(), pdfs::plain()].concat()), Err(Rejection::Html));
    assert_eq!(look("a.png", &[png(), archive.clone()].concat()), Err(Rejection::Polyglot { is: Kind::Png, also: "ZIP" }));
    assert_eq!(look("a.jpg", &[jpeg(), archive].concat()), Err(Rejection::Polyglot { is: Kind::Jpeg, also: "ZIP" }));
    let mut commented = jpeg();
    commented.splice(2..2, [&[0xFF, 0xFE, 0, 24][..], b"<SCRIPT>alert(1)</  "].concat());
    assert_eq!(look("a.jpg", &commented), Err(Rejection::Polyglot { is: Kind::Jpeg, also: "HTML" }));
}

#[test]
fn the_virus_scanners_test_string_is_blocked() {
    // Assembled from halves, so that this file is no finding itself.
    let eicar = [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD", r"-ANTIVIRUS-TEST-FILE!$H+H*"].concat();
    assert_eq!(look("a.pdf", eicar.as_bytes()), Err(Rejection::Malware));
    assert_eq!(look("a.pdf", &[b"%PDF-1.7\n".to_vec(), eicar.into_bytes()].concat()), Err(Rejection::Malware));
}

#[test]
fn names_must_be_names() {
    for bad in [
        "",
        "  ",
        "..",
        "a/b.pdf",
        "a\\b.pdf",
        "a\0.pdf",
        "a\r\nX: y.pdf",
        "a\u{202e}fdp.exe",
        "a\u{200b}.pdf",
        &"长".repeat(201),
    ] {
        assert_eq!(look(bad, &pdfs::plain()), Err(Rejection::BadName), "{bad:?}");
    }
    assert_eq!(look(&format!("{}.pdf", "长".repeat(196)), &pdfs::plain()), Ok(Kind::Pdf));
    assert_eq!(base_name("C:\\扫描\\1 申请表.pdf"), "1 申请表.pdf");
}

#[test]
fn size_is_checked_to_the_byte() {
    let mut s = Sampler::default();
    s.push(&pdfs::plain());
    let room = (1_u64 << 20) - s.size();
    s.push(&vec![b'\n'; usize::try_from(room).unwrap()]);
    assert_eq!(sniff("a.pdf", &s.finish(), Accept::MATERIAL, 1), Ok(Kind::Pdf));
    let mut s = Sampler::default();
    s.push(&pdfs::plain());
    s.push(&vec![b'\n'; usize::try_from(room + 1).unwrap()]);
    assert_eq!(sniff("a.pdf", &s.finish(), Accept::MATERIAL, 1), Err(Rejection::TooLarge { max_mib: 1 }));
}

#[test]
fn each_place_takes_its_own_types() {
    let sample = Sample::of(&zips::zip(&[("1 申请表.pdf", b"x")]));
    assert_eq!(sniff("全套.zip", &sample, Accept::BATCH, 100), Ok(Kind::Zip));
    let csv = Sample::of("姓名,证件号码\n某某,1\n".as_bytes());
    assert_eq!(sniff("名单.csv", &csv, Accept::ROSTER, 100), Ok(Kind::Csv));
    assert_eq!(sniff("名单.xlsx", &Sample::of(&zips::workbook("")), Accept::ROSTER, 100), Ok(Kind::Xlsx));
    assert_eq!(sniff("名单.xlsx", &csv, Accept::ROSTER, 100), Err(Rejection::Renamed { says: "xlsx".into(), is: Kind::Csv }));
    assert_eq!(sniff("a.ofd", &Sample::of(&zips::ofd()), Accept::SCAN, 100), Err(Rejection::NotHere { is: Kind::Ofd }));
    assert_eq!(Accept::SCAN.attribute(), ".pdf,.png,.jpg,.jpeg,.jpe,.jfif");
}

#[test]
fn a_stream_in_pieces_is_the_same_as_the_whole() {
    let bytes = [pdfs::many_pages(2000), zips::zip(&[("x", b"y")])].concat();
    let mut s = Sampler::default();
    for chunk in bytes.chunks(997) {
        s.push(chunk);
    }
    let (streamed, whole) = (s.finish(), Sample::of(&bytes));
    assert_eq!((streamed.size, streamed.digests), (whole.size, whole.digests));
    for sample in [streamed, whole] {
        assert_eq!(sniff("a.pdf", &sample, Accept::MATERIAL, 100), Err(Rejection::Polyglot { is: Kind::Pdf, also: "ZIP" }));
    }
}
