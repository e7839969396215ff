//! Every paper before an independent validator: Preflight of Apache PDFBox.
//!
//! The papers are PDF/A-2a; Preflight knows part 1 only, of which part 2 relaxes little that the
//! papers use. So it must find nothing beyond the objections listed in [`RELAXED`], each with
//! the reason why part 2 does not share it. A validator of part 2 itself does not run here.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use guosuo_paper::{Mode, Paper};

use crate::outside::PRESS;

/// Jars of the Debian packages libpdfbox2-java, libjaxb-api-java and libactivation-java.
const JARS: [&str; 7] = ["preflight", "pdfbox2", "xmpbox", "fontbox2", "commons-logging", "jaxb-api", "javax.activation"];

/// What Preflight says of sound PDF/A-2 files, and why it may.
const RELAXED: [(&str, &str); 5] = [
    ("2.1.6 : Invalid graphics object, Invalid version of the ICCProfile", "ISO 19005-2 6.2.3 allows profiles of ICC version 4"),
    (
        "1.2.3 : Body Syntax error, Error: can't convert to Destination COSObject",
        "a reference to a destination, ISO 32000-1 7.3.10",
    ),
    ("4.1.2 : Transparency error, CA entry in a ExtGState is invalid", "ISO 19005-2 6.2.10 allows transparency"),
    ("4.1.2 : Transparency error, ca entry in a ExtGState is invalid", "the same, for areas"),
    (
        "7.3 : Error on MetaData, Cannot find a definition for the namespace http://www.aiim.org/pdfua/ns/id/",
        "the file describes that schema itself as ISO 19005-2 6.6.2.3 wants; this reader knows its own list only",
    ),
];

/// What Preflight objects to, counted, for the PDF files of a folder.
fn objections(folder: &Path) -> BTreeMap<String, usize> {
    let jars = JARS.map(|jar| format!("/usr/share/java/{jar}.jar")).join(":");
    let out = Command::new("java")
        .args(["-cp", &jars, "org.apache.pdfbox.preflight.Validator_A1b", "batch"])
        .arg(folder)
        .output()
        .expect("a Java runtime and Debian's libpdfbox2-java, libjaxb-api-java, libactivation-java");
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let files = std::fs::read_dir(folder).expect("the folder").count();
    let judged = text.lines().filter(|l| l.starts_with("The file ")).count();
    assert_eq!(judged, files, "every file is judged: {text}{}", String::from_utf8_lossy(&out.stderr));
    let mut found = BTreeMap::new();
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with("The file ")) {
        *found.entry(line.to_owned()).or_default() += 1;
    }
    found
}

fn put<P: Paper>(folder: &Path, papers: &[P]) {
    for (i, paper) in papers.iter().enumerate() {
        for mode in [Mode::Final, Mode::Draft] {
            let pdf = PRESS.print(paper, mode).expect("the paper prints");
            let name = std::any::type_name::<P>().rsplit(':').next().unwrap_or_default();
            std::fs::write(folder.join(format!("{name}-{i}-{mode:?}.pdf")), &pdf.bytes).expect("room on the disk");
        }
    }
}

#[test]
fn an_independent_validator_objects_to_nothing_that_part_2_forbids() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let to = folder.path();
    put(to, &guosuo_paper::ApplicationForm::samples());
    put(to, &guosuo_paper::Receipt::samples());
    put(to, &guosuo_paper::FiledNotice::samples());
    put(to, &guosuo_paper::RefusalNotice::samples());
    put(to, &guosuo_paper::JointOpinion::samples());
    put(to, &guosuo_paper::MaterialList::samples());
    put(to, &guosuo_paper::QueueList::samples());
    put(to, &guosuo_paper::CaseCover::samples());
    put(to, &guosuo_paper::Statement::samples());
    put(to, &guosuo_paper::ImpactReport::samples());
    put(to, &guosuo_paper::CertificatePaper::samples());
    put(to, &guosuo_paper::MeasureNotice::samples());
    put(to, &guosuo_paper::DeclineNotice::samples());
    put(to, &guosuo_paper::EntrustmentReceipt::samples());
    let found = objections(to);
    let real: Vec<_> = found.iter().filter(|(line, _)| !RELAXED.iter().any(|(known, _)| line.starts_with(known))).collect();
    assert!(real.is_empty(), "{real:#?}");
}

#[test]
fn the_validator_sees_a_font_that_is_not_embedded() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pdf = PRESS.print(&guosuo_paper::CertificatePaper::samples()[0], Mode::Final).expect("the paper prints");
    let key = b"/FontFile3";
    let mut bytes = pdf.bytes.clone();
    let places: Vec<usize> = (0..bytes.len() - key.len()).filter(|&i| &bytes[i..i + key.len()] == key).collect();
    assert!(!places.is_empty(), "fonts are embedded");
    for at in places {
        bytes[at..at + key.len()].copy_from_slice(b"/FontFil_3");
    }
    std::fs::write(folder.path().join("without.pdf"), bytes).expect("room on the disk");
    let found = objections(folder.path());
    assert!(found.keys().any(|line| line.contains("FontFile entry is missing")), "{found:#?}");
}
