//! Broken, heavy and active files: what the examination says.

use std::process::Command;

use guosuo::intake::{Failure, Kind};
use guosuo_case::filing::FileProblem as P;
use guosuo_paper::{ApplicationForm, Fonts, Mode, Press};

use crate::{examine, intake, pdfs, with, zips};

fn form() -> Vec<u8> {
    let press = Press::new(Fonts::load().expect("fonts"));
    press.print(&ApplicationForm::samples().remove(0), Mode::Final).expect("a form").bytes
}

#[tokio::test]
async fn good_files_have_no_problems() {
    let e = examine(Kind::Pdf, form()).await;
    assert_eq!((e.problems.as_slice(), e.pages), ([].as_slice(), Some(1)), "{e:?}");
    assert!(examine(Kind::Pdf, pdfs::plain()).await.problems.is_empty());
    let e = examine(Kind::Ofd, zips::ofd()).await;
    assert_eq!((e.problems.as_slice(), e.pages), ([].as_slice(), Some(2)));
}

#[tokio::test]
async fn empty_and_cut_off_files_are_told() {
    assert_eq!(examine(Kind::Pdf, Vec::new()).await.problems, [P::Empty]);
    for whole in [form(), pdfs::many_pages(40)] {
        for tenth in 1..10 {
            let cut = whole[..whole.len() * tenth / 10].to_vec();
            assert_eq!(examine(Kind::Pdf, cut).await.problems, [P::Broken], "{tenth} tenths");
        }
    }
    for (kind, format) in [(Kind::Png, image::ImageFormat::Png), (Kind::Jpeg, image::ImageFormat::Jpeg)] {
        let mut whole = std::io::Cursor::new(Vec::new());
        image::RgbImage::from_fn(300, 400, |x, y| image::Rgb([(x * y % 251) as u8, (x % 256) as u8, (y % 256) as u8]))
            .write_to(&mut whole, format)
            .unwrap();
        let whole = whole.into_inner();
        assert!(examine(kind, whole.clone()).await.problems.is_empty());
        for tenth in 1..10 {
            assert_eq!(
                examine(kind, whole[..whole.len() * tenth / 10].to_vec()).await.problems,
                [P::Broken],
                "{kind} {tenth} tenths"
            );
        }
    }
    let ofd = zips::ofd();
    assert_eq!(examine(Kind::Ofd, ofd[..ofd.len() / 2].to_vec()).await.problems, [P::Broken]);
    assert_eq!(
        examine(Kind::Ofd, zips::zip(&[("sub/OFD.xml", b"<x/>")])).await.problems,
        [P::Broken],
        "the main file is not at the root"
    );
}

#[tokio::test]
async fn flipped_bits_get_some_answer() {
    let whole = form();
    let mut seed = 7_u64;
    for flips in [1, 3, 10, 100, 2000] {
        for _ in 0..6 {
            let mut bytes = whole.clone();
            for _ in 0..flips {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = usize::try_from(seed >> 33).unwrap() % bytes.len();
                bytes[at] ^= 1 << (seed & 7);
            }
            // Any typed answer will do: `examine` holds time and memory.
            drop(examine(Kind::Pdf, bytes).await);
        }
    }
}

#[tokio::test]
async fn passwords_are_told() {
    assert_eq!(examine(Kind::Pdf, pdfs::locked()).await.problems, [P::Encrypted]);
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("a.pdf"), folder.path().join("b.pdf"));
    std::fs::write(&from, pdfs::plain()).unwrap();
    // With the real tool where it is installed; the file above is made without it.
    for bits in ["128", "256"] {
        let qpdf = Command::new("qpdf").args(["--encrypt", "secret", "owner", bits, "--"]).arg(&from).arg(&to).output();
        if qpdf.is_ok_and(|o| o.status.success()) {
            assert_eq!(examine(Kind::Pdf, std::fs::read(&to).unwrap()).await.problems, [P::Encrypted], "{bits} bits");
        }
    }
    // Only forbidding to print or copy hides nothing from the reviewer.
    let qpdf = Command::new("qpdf").args(["--encrypt", "", "owner", "256", "--print=none", "--"]).arg(&from).arg(&to).output();
    if qpdf.is_ok_and(|o| o.status.success()) {
        assert_eq!(examine(Kind::Pdf, std::fs::read(&to).unwrap()).await.problems, []);
    }
}

#[tokio::test]
async fn bombs_end_the_worker_at_most() {
    let bomb = pdfs::bomb();
    assert!(bomb.len() < 2000, "{} bytes", bomb.len());
    drop(examine(Kind::Pdf, bomb.clone()).await);
    // With little memory it cannot be read: said, not suffered.
    let tight = with(|u| u.draw_memory_mib = 64).examine(Kind::Pdf, bomb.into(), false).await.unwrap();
    assert!(tight.problems == [P::TooHeavy] || tight.report.looked_at == 1, "{tight:?}");
}

#[tokio::test]
async fn loops_towers_and_claims_of_size_come_to_an_end() {
    for (name, bytes) in [
        ("xref loop", pdfs::xref_loop()),
        ("page loop", pdfs::page_loop()),
        ("form loop", pdfs::form_loop()),
        ("huge image", pdfs::huge_image(100_000, 100_000)),
        ("absurd image", pdfs::huge_image(4_000_000_000, 4_000_000_000)),
        ("fine pattern", pdfs::fine_pattern()),
        ("huge page", pdfs::media("[0 0 1000000000 1000000000]")),
        ("narrow page", pdfs::media("[0 0 0.0001 100000]")),
        ("no page", pdfs::media("[0 0 0 0]")),
        ("odd page", pdfs::media("[/a /b]")),
    ] {
        let e = examine(Kind::Pdf, bytes).await;
        println!("{name}: {:?} {:?}", e.problems, e.report);
    }
    let tower = examine(Kind::Pdf, pdfs::form_tower()).await;
    assert_eq!(tower.problems, [P::TooHeavy], "10^9 drawings take too long: {tower:?}");
}

#[tokio::test]
async fn nesting_without_end_is_refused() {
    for (open, close) in [("[", "]"), ("<</A", ">>"), ("(", ")")] {
        let e = examine(Kind::Pdf, pdfs::nested(200_000, open, close)).await;
        println!("{open}: {:?}", e.problems);
    }
}

#[tokio::test]
async fn five_thousand_pages_are_too_many_to_draw_but_are_counted() {
    let e = examine(Kind::Pdf, pdfs::many_pages(5000)).await;
    assert_eq!((e.pages, e.problems.as_slice()), (Some(5000), [P::TooManyPages].as_slice()), "{:?}", e.report);
    let at_limit = intake().examine(Kind::Pdf, pdfs::many_pages(500).into(), false).await.unwrap();
    assert_eq!((at_limit.pages, at_limit.problems.as_slice()), (Some(500), [].as_slice()));
}

#[tokio::test]
async fn pictures_that_claim_too_much_are_too_heavy() {
    let mut header = b"\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR".to_vec();
    header.extend([0, 0, 0x7B, 0x87, 0, 0, 0x7B, 0x87, 8, 2, 0, 0, 0]); // 31,623 × 31,623
    header.extend(crc(&header[12..29]).to_be_bytes());
    header.extend(b"\0\0\0\0IDAT\x35\xAF\x06\x1E\0\0\0\0IEND\xAE\x42\x60\x82");
    assert_eq!(examine(Kind::Png, header).await.problems, [P::TooHeavy]);
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(!0_u32, |c, b| (0..8).fold(c ^ u32::from(*b), |c, _| if c & 1 == 1 { (c >> 1) ^ 0xEDB8_8320 } else { c >> 1 }))
}

#[tokio::test]
async fn what_acts_by_itself_is_told_and_what_only_leads_somewhere_is_not() {
    for (catalog, objects, want) in [
        ("/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>", [].as_slice(), "JavaScript"),
        ("/Names<</JavaScript<</Names[(a) 5 0 R]>>>>", &["<</S/JavaScript/JS(1)>>"], "JavaScript"),
        ("/OpenAction<</S/Launch/F(cmd.exe)>>", &[], "Launch"),
        ("/Names<</EmbeddedFiles<</Names[(a) 5 0 R]>>>>", &["<</Type/Filespec/F(a.exe)/EF<</F 5 0 R>>>>"], "EmbeddedFiles"),
        ("/OpenAction<</S/J#61vaScript/J#53(1)>>", &[], "JavaScript"),
        ("/X[[[<</S/SubmitForm/F(http://example.com)>>]]]", &[], "SubmitForm"),
        ("/AcroForm<</XFA 5 0 R>>", &["[]"], "XFA"),
        ("", &["<</Type/Annot/Subtype/RichMedia>>"], "RichMedia"),
    ] {
        let e = examine(Kind::Pdf, pdfs::with_catalog(catalog, objects)).await;
        assert_eq!(e.problems, [P::ActiveContent], "{catalog}");
        assert!(e.report.active.iter().any(|a| a == want), "{catalog}: {:?}", e.report.active);
        assert!(!e.blocks());
    }
    for harmless in ["/OpenAction[2 0 R/Fit]", "/OpenAction<</S/GoTo/D[2 0 R/Fit]>>", "/X<</S/URI/URI(https://example.com)>>"] {
        assert_eq!(examine(Kind::Pdf, pdfs::with_catalog(harmless, &[])).await.problems, [], "{harmless}");
    }
}

#[tokio::test]
async fn files_of_another_type_than_said_are_broken() {
    for (kind, bytes) in
        [(Kind::Pdf, zips::docx()), (Kind::Png, pdfs::plain()), (Kind::Jpeg, zips::ofd()), (Kind::Ofd, pdfs::plain())]
    {
        assert_eq!(examine(kind, bytes).await.problems, [P::Broken]);
    }
    assert_eq!(intake().table(Kind::Pdf, pdfs::plain().into()).await.unwrap(), Err(Failure::WrongType));
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_the_machines_fault() {
    let short = guosuo::intake::Input::stream(100, std::io::Cursor::new(vec![b'%'; 50]));
    assert!(matches!(intake().examine(Kind::Pdf, short, false).await, Err(guosuo::intake::Fault::Input(_))));
    let absent = guosuo::intake::Intake::with_worker(&guosuo::config::Uploads::default(), "/nowhere/guosuo".into());
    assert!(matches!(absent.examine(Kind::Pdf, pdfs::plain().into(), false).await, Err(guosuo::intake::Fault::Worker(_))));
    let other = guosuo::intake::Intake::with_worker(&guosuo::config::Uploads::default(), "/bin/true".into());
    assert!(matches!(other.examine(Kind::Pdf, pdfs::plain().into(), false).await, Err(guosuo::intake::Fault::Worker(_))));
}

#[tokio::test]
async fn many_hostile_files_at_once_wait_for_one_another() {
    // A bomb is stopped early, so that six of them end within the patience of those that wait.
    let intake = with(|limits| limits.draw_seconds = 4);
    let jobs: Vec<_> = (0..12)
        .map(|i| {
            let intake = intake.clone();
            tokio::spawn(async move {
                let bytes = if i % 2 == 0 { pdfs::bomb() } else { pdfs::plain() };
                intake.examine(Kind::Pdf, bytes.into(), false).await.unwrap()
            })
        })
        .collect();
    for (i, job) in jobs.into_iter().enumerate() {
        let e = job.await.unwrap();
        assert!(i % 2 == 0 || e.problems.is_empty(), "a good file among bombs: {e:?}");
    }
}

/// What the kernel holds a worker to, read while it waits for its file.
#[test]
fn a_worker_holds_nothing_and_can_open_nothing() {
    use std::io::Write as _;
    use std::process::Stdio;
    let request =
        br#"{"memory":536870912,"seconds":7,"fonts":[],"task":{"examine":{"kind":"pdf","max_pages":1,"want_code":false}}}"#;
    let mut child = Command::new(env!("CARGO_BIN_EXE_guosuo"))
        .arg("parse-worker")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&u32::try_from(request.len()).unwrap().to_be_bytes()).unwrap();
    stdin.write_all(request).unwrap();
    let proc = std::path::PathBuf::from(format!("/proc/{}", child.id()));
    let limit = |name: &str| {
        let text = std::fs::read_to_string(proc.join("limits")).unwrap();
        let line = text.lines().find(|l| l.starts_with(name)).unwrap().to_owned();
        line[name.len()..].split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let begun = std::time::Instant::now();
    while limit("Max cpu time") != ["7", "7"] {
        assert!(begun.elapsed().as_secs() < 20, "the worker confines itself before it reads the file");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(limit("Max open files"), ["3", "3"], "standard input, output, error and no more: no file, no socket");
    assert_eq!(limit("Max file size"), ["0", "0"]);
    assert_eq!(limit("Max core file size"), ["0", "0"]);
    assert_eq!(limit("Max processes"), ["0", "0"]);
    assert_eq!(limit("Max address space"), ["536870912", "536870912"]);
    assert_eq!(std::fs::read(proc.join("environ")).unwrap(), b"", "no secret from the environment");
    drop(stdin);
    assert!(child.wait().unwrap().success());
}
