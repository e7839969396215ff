//! The commands of `docs/verifying.md`, pasted into a shell and run.

use std::path::Path;
use std::process::Command;

use super::program::desk;

/// The blocks of the page that are marked to be run, one after the other as a reader pastes them.
fn commands() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/verifying.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let blocks: Vec<&str> =
        page.split("<!-- run -->\n```sh\n").skip(1).map(|rest| rest.split_once("\n```").expect("a block ends").0).collect();
    assert_eq!(blocks.len(), 3);
    blocks.join("\n")
}

/// What the shell prints about sample `i`.
fn pasted(dir: &Path, i: usize) -> String {
    for (name, as_name) in [(format!("{i}.json"), "certificate.json"), (format!("{i}.pdf"), "certificate.pdf")] {
        std::fs::copy(dir.join(name), dir.join(as_name)).expect("a copy");
    }
    let out = Command::new("bash").arg("-c").arg(commands()).current_dir(dir).output().expect("bash");
    String::from_utf8([out.stdout, out.stderr].concat()).expect("UTF-8")
}

#[test]
fn the_commands_of_the_page_accept_the_genuine_and_refuse_the_altered() {
    let dir = tempfile::tempdir().unwrap();
    desk(dir.path());
    let valid = pasted(dir.path(), 0);
    assert_eq!(valid.matches("Signature Verified Successfully").count(), 2, "{valid}");
    for line in [
        "SHA-256 of the PDF fits",
        "SM3 of the PDF fits",
        "issued on 2026-02-03",
        "key in use from 2026-01-01",
        "as of 2026-05-31T12:00:00Z",
        "status 1",
    ] {
        assert!(valid.contains(line), "{line} not in {valid}");
    }
    assert!(!valid.contains("taken over"), "{valid}");
    let older = pasted(dir.path(), 14);
    assert_eq!(older.matches("Signature Verified Successfully").count(), 2, "{older}");
    assert!(older.contains("issued on 2024-06-10") && older.contains("taken over on 2026-02-03, not issued here"), "{older}");
    let altered = pasted(dir.path(), 1);
    assert_eq!(altered.matches("Signature Verified Successfully").count(), 0, "{altered}");
    assert_eq!(altered.matches("Verification Failure").count(), 2, "{altered}");
    assert!(pasted(dir.path(), 3).contains("status 2"), "suspended");
    let revoked = pasted(dir.path(), 4);
    assert!(revoked.contains("status 3") && revoked.matches("Signature Verified Successfully").count() == 2, "{revoked}");
    // The keys of a stranger are not in the file that the reader trusts.
    let foreign = pasted(dir.path(), 7);
    assert_eq!(foreign.matches("Signature Verified Successfully").count(), 0, "{foreign}");
    let old = pasted(dir.path(), 8);
    assert_eq!(old.matches("Signature Verified Successfully").count(), 2, "{old}");
    assert!(old.contains("key in use from 2025-01-01"), "{old}");
}
