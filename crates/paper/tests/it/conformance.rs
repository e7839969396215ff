//! Every sample, as issued and as draft, is a sound archival PDF, and the same
//! data give the same bytes.

use crate::outside::{OnDisk, PRESS, print};
use guosuo_paper::{
    ApplicationForm, CaseCover, FiledNotice, JointOpinion, MaterialList, Mode, Paper, Press, QueueList, Receipt, RefusalNotice,
};

fn sound<P: Paper>(papers: &[P]) {
    assert!(!papers.is_empty());
    for (i, paper) in papers.iter().enumerate() {
        for mode in [Mode::Final, Mode::Draft] {
            let pdf = PRESS.print(paper, mode).unwrap_or_else(|e| panic!("{i} {mode:?}: {e}"));
            let file = OnDisk::new(&pdf);

            let check = file.run("qpdf", &["--check"], &[]);
            assert_eq!(check.status.code(), Some(0), "{}", String::from_utf8_lossy(&check.stdout));

            let fonts = file.stdout("pdffonts", &[], &[]);
            let rows: Vec<&str> = fonts.lines().skip(2).collect();
            assert!(!rows.is_empty());
            for row in rows {
                // Columns: embedded, subset, with Unicode map.
                assert!(row.contains(" yes yes yes "), "{row}");
                assert!(row.contains("CID Type 0C"), "outlines, not pictures of glyphs: {row}");
            }

            let info = file.stdout("pdfinfo", &[], &[]);
            assert!(info.contains(&format!("Title:           {}", paper.title())), "{info}");
            assert!(info.contains("Tagged:          yes"), "{info}");
            assert!(info.contains("595.276 x 841.89") || info.contains("841.89 x 595.276"), "{info}");
            assert!(info.contains(&format!("Pages:           {}", pdf.pages)), "{info}");

            let xmp = file.stdout("pdfinfo", &["-meta"], &[]);
            for mark in ["<pdfaid:part>2<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"] {
                assert!(xmp.contains(mark), "{mark} not in {xmp}");
            }
        }
    }
}

#[test]
fn form_is_sound() {
    sound(&ApplicationForm::samples());
}

#[test]
fn receipt_is_sound() {
    sound(&Receipt::samples());
}

#[test]
fn notices_are_sound() {
    sound(&FiledNotice::samples());
    sound(&RefusalNotice::samples());
}

#[test]
fn working_papers_are_sound() {
    sound(&JointOpinion::samples());
    sound(&MaterialList::samples());
    sound(&QueueList::samples());
    sound(&CaseCover::samples());
    sound(&guosuo_paper::Statement::samples());
    sound(&guosuo_paper::ImpactReport::samples());
}

#[test]
fn certificates_and_letters_about_them_are_sound() {
    sound(&guosuo_paper::CertificatePaper::samples());
    sound(&guosuo_paper::MeasureNotice::samples());
    sound(&guosuo_paper::DeclineNotice::samples());
    sound(&guosuo_paper::EntrustmentReceipt::samples());
}

#[test]
fn the_document_says_its_language() {
    let lang = |receipt: &Receipt| {
        let file = OnDisk::new(&print(receipt));
        let qdf = file.run("qpdf", &["--qdf", "--object-streams=disable"], &["-"]).stdout;
        String::from_utf8_lossy(&qdf).into_owned()
    };
    let samples = Receipt::samples();
    assert!(lang(&samples[0]).contains("/Lang (zh-CN)"));
    let english = lang(&samples[2]);
    assert!(english.contains("/Lang (en)"));
    assert!(!english.contains("/Lang (zh"));
}

#[test]
fn same_data_same_bytes_whatever_was_printed_between() {
    let forms = ApplicationForm::samples();
    let first = print(&forms[0]);
    print(&forms[1]);
    print(&Receipt::samples()[1]);
    guosuo_paper::forget();
    let other_press = Press::new(PRESS.fonts().clone());
    let again = other_press.print(&forms[0], Mode::Final).unwrap();
    assert!(first.bytes == again.bytes, "not byte-identical");
    assert_eq!(first.sha256, again.sha256);

    let mut later = forms[0].clone();
    later.printed_at = "2026-01-26T01:12:41Z".parse().unwrap();
    assert_ne!(print(&later).sha256, first.sha256);
}

#[test]
fn four_threads_print_the_same_bytes() {
    let receipt = Receipt::samples().remove(1);
    let alone = print(&receipt).sha256;
    std::thread::scope(|s| {
        let runs: Vec<_> = (0..4).map(|_| s.spawn(|| print(&receipt).sha256)).collect();
        for run in runs {
            assert_eq!(run.join().unwrap(), alone);
        }
    });
}
