//! Archives with the whole set, and rosters.

use guosuo::intake::{Bounds, Failure, Kind, Unpacked};

use crate::{intake, memory, pdfs, with, zips};

async fn unpack(bytes: Vec<u8>) -> Result<Vec<Unpacked>, Failure> {
    intake().unpack(bytes.into()).await.unwrap().all().await.unwrap()
}

#[tokio::test]
async fn a_set_comes_out_file_by_file() {
    let set = zips::zip(&[
        ("全套/1 申请表.pdf", &pdfs::plain()),
        ("全套/2 批准书.ofd", &zips::ofd()),
        ("__MACOSX/._1", b"x"),
        ("全套/.DS_Store", b"x"),
    ]);
    let files = unpack(set).await.unwrap();
    let names: Vec<_> = files.iter().map(|f| (f.folder.as_str(), f.name.as_str())).collect();
    assert_eq!(names, [("全套", "1 申请表.pdf"), ("全套", "2 批准书.ofd")]);
    assert_eq!(files[0].bytes, pdfs::plain());
}

#[tokio::test]
async fn names_from_windows_and_names_that_climb() {
    let (gbk, _, _) = encoding_rs::GB18030.encode("材料/法定代表人身份证件.pdf");
    let files = unpack(zips::raw_entry(&gbk, 0, 3, b"abc")).await.unwrap();
    assert_eq!((files[0].folder.as_str(), files[0].name.as_str()), ("材料", "法定代表人身份证件.pdf"));
    for climbing in ["../../etc/cron.d/x", "/etc/passwd", "..\\..\\x", "C:\\x"] {
        let files = unpack(zips::raw_entry(climbing.as_bytes(), 0, 3, b"abc")).await.unwrap();
        let f = &files[0];
        assert!(
            !f.name.contains(['/', '\\']) && !f.folder.contains("..") && !f.folder.starts_with('/') && !f.folder.contains(':'),
            "{f:?}"
        );
    }
}

#[tokio::test]
async fn bombs_nests_locks_and_lies_are_refused() {
    let zeros = vec![0; 300 << 20];
    let before = memory();
    let bomb = zips::zip(&[("1.pdf", &zeros)]);
    drop(zeros);
    assert!(bomb.len() < 1 << 20);
    assert_eq!(unpack(bomb).await, Err(Failure::TooLarge));
    assert!(memory().saturating_sub(before) < 64 << 20);

    let inner = zips::zip(&[("a.pdf", b"x")]);
    assert_eq!(
        unpack(zips::zip(&[("1.pdf", b"x"), ("more.zip", &inner)])).await,
        Err(Failure::Nested { name: "more.zip".into() })
    );
    assert_eq!(unpack(zips::zip(&[("renamed.pdf", &inner)])).await, Err(Failure::Nested { name: "renamed.pdf".into() }));
    assert_eq!(unpack(zips::raw_entry(b"a.pdf", 1, 3, b"abc")).await, Err(Failure::Encrypted));
    assert!(unpack(zips::raw_entry(b"a.pdf", 0, 1, &vec![b'a'; 4096])).await.is_err(), "a size that lies");
    assert_eq!(unpack(b"PK\x03\x04 and nothing".to_vec()).await, Err(Failure::Broken));
    assert_eq!(unpack(zips::zip(&[("folder/", b"")])).await, Err(Failure::Nothing));

    let many: Vec<String> = (0..501).map(|i| format!("{i}.pdf")).collect();
    let files: Vec<(&str, &[u8])> = many.iter().map(|n| (n.as_str(), b"x".as_slice())).collect();
    assert_eq!(unpack(zips::zip(&files)).await, Err(Failure::TooManyEntries));
    assert_eq!(unpack(zips::zip(&files[..500])).await.unwrap().len(), 500);
}

#[tokio::test]
async fn the_sum_of_all_entries_is_bounded() {
    let small = with(|u| u.max_mib = 1);
    assert_eq!(small.bounds(), Bounds { entries: 500, entry_bytes: 1 << 20, total_bytes: 10 << 20, ratio: 100 });
    let mut noise = vec![0_u8; 1 << 20];
    let mut seed = 1_u64;
    for b in &mut noise {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *b = (seed >> 56) as u8;
    }
    let names: Vec<String> = (0..11).map(|i| format!("{i}.pdf")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), noise.as_slice())).collect();
    let set = zips::zip(&files);
    assert_eq!(small.unpack(set.into()).await.unwrap().all().await.unwrap(), Err(Failure::TooLarge));
    let set = zips::zip(&files[..10]);
    assert_eq!(small.unpack(set.into()).await.unwrap().all().await.unwrap().unwrap().len(), 10);
}

#[tokio::test]
async fn rosters_are_text_whatever_they_hold() {
    let csv = "姓名,证件号码,职务\n=HYPERLINK(\"http://x\"),'110101199003070134,@SUM(A1)\n\"欧阳𠮷野\",110101199003070134,+1\n";
    let t = intake().table(Kind::Csv, csv.as_bytes().to_vec().into()).await.unwrap().unwrap();
    assert_eq!(t.rows[1], ["=HYPERLINK(\"http://x\")", "'110101199003070134", "@SUM(A1)"]);
    assert_eq!(t.rows[2][0], "欧阳𠮷野");

    let cells = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c><c r="B1" t="inlineStr"><is><t>证件号码</t></is></c></row>
        <row r="3"><c r="A3" t="str"><f>1+1</f><v>䶮某</v></c><c r="B3"><v>110101199003070134</v></c><c r="C3"><v>13800138000</v></c></row>"#;
    let t = intake().table(Kind::Xlsx, zips::workbook(cells).into()).await.unwrap().unwrap();
    assert_eq!(t.rows[0], ["姓名", "证件号码"]);
    assert!(t.rows[1].is_empty(), "row numbers are kept for messages");
    assert_eq!((t.rows[2][0].as_str(), t.rows[2][2].as_str()), ("䶮某", "13800138000"));
}

#[tokio::test]
async fn sheets_that_claim_or_hold_too_much() {
    let far = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
    let t = intake().table(Kind::Xlsx, zips::workbook(far).into()).await.unwrap().unwrap();
    assert_eq!((t.rows.len(), t.cut), (1, true));
    let wide = r#"<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>"#;
    let t = intake().table(Kind::Xlsx, zips::workbook(wide).into()).await.unwrap().unwrap();
    assert_eq!((t.rows[0].len(), t.cut), (1, true));
    let bomb = format!("<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{}</t></is></c></row>", "a".repeat(200 << 20));
    let answer = intake().table(Kind::Xlsx, zips::workbook(&bomb).into()).await.unwrap();
    assert!(answer.as_ref().is_err_and(|f| *f == Failure::TooHeavy) || answer.is_ok_and(|t| t.rows[0][0].len() <= 500));
    assert_eq!(intake().table(Kind::Xlsx, zips::zip(&[("xl/workbook.xml", b"<x")]).into()).await.unwrap(), Err(Failure::Broken));
}
