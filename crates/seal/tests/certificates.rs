//! The certificate: the same bytes on every issue, keys in their term, intents, entries without
//! gaps, lists, and the seeds of the fuzz target, which are issued here.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use guosuo_seal::certificate::{
    Basis, Body, Change, Compact, Content, ContentError, Day, Entry, Genuine, Head, Holder, Intent, IntentError, Keyring,
    KeyringError, LIST_SLOTS, Mark, Moment, PublishedKey, PublishedLog, Purpose, QrCode, QrError, ScopeWords, SlotStatus, Status,
    StatusList, TakenOver, Use, With, check,
};
use guosuo_seal::keys::{Algorithm, Signer, SigningKey, sm2_to_der};
use guosuo_seal::{Digest32, FileDigests};

#[path = "../../../fuzz/src/seal.rs"]
#[expect(unreachable_pub, dead_code, reason = "the fuzz workspace uses this module as a library")]
mod seal;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

fn content() -> Content {
    Content {
        basis: Basis { edition: "A53".into(), standards: vec!["GB/T 35273-2020".into(), "GB/T 46068-2025".into()] },
        body: Body { code: "91990108MA0X00017J".into(), name: "示例启衡认证有限公司（虚构）".into() },
        holder: Holder {
            address: "示例省示例市示例路1号".into(),
            code: "91990108MA0X00017J".into(),
            country: "CN".into(),
            name: "示例海棠湾旅行网络有限公司（虚构）".into(),
        },
        issued_on: day("2026-02-03"),
        log: seal::ORIGIN.into(),
        mark: Mark { body: "SLQH".into(), cross_border: true },
        mode: "技术验证＋现场审核＋获证后监督".into(),
        number: "SLQH-2099-000137".into(),
        predecessor: None,
        scope: ScopeWords { digests: FileDigests::of(b"scope"), en: "Hotel booking".into(), zh: "境外酒店预订".into() },
        slot: 0,
        taken_over: None,
        v: 1,
        valid_until: day("2029-02-02"),
    }
}

/// One that was issued before, elsewhere.
fn older() -> Content {
    Content {
        issued_on: day("2024-05-20"),
        number: "OLD-2024-000002".into(),
        taken_over: Some(TakenOver::new(day("2026-02-03"))),
        v: 2,
        valid_until: day("2027-05-19"),
        ..content()
    }
}

fn pair() -> (&'static SigningKey, &'static SigningKey) {
    let [ed25519, sm2] = seal::signers();
    (sm2, ed25519)
}

/// Issues the content with its PDF: signed file and text of the code.
fn issue(content: &Content) -> (Vec<u8>, String) {
    let (sm2, ed25519) = pair();
    let says = Compact::new(content, "guosuo.example", sm2.public_key(), ed25519.public_key()).unwrap();
    let code = says.sign(sm2, ed25519).unwrap().text();
    let signed = content.document(FileDigests::of(b"%PDF")).unwrap().sign(&[sm2, ed25519]).unwrap();
    (signed.to_bytes().unwrap(), code)
}

fn list(statuses: &[(u32, SlotStatus)]) -> Vec<u8> {
    let (sm2, ed25519) = pair();
    let list = StatusList::new(0, seal::ORIGIN, moment("2026-03-11T20:00:00Z"), Head::START, statuses.iter().copied()).unwrap();
    list.document().unwrap().sign(&[sm2, ed25519]).unwrap().to_bytes().unwrap()
}

fn ring() -> Keyring {
    let (sm2, ed25519) = pair();
    let key = |usage, key: &SigningKey| PublishedKey::new(usage, key.public_key(), day("2026-01-01"), None).unwrap();
    let keys = [Use::Certificate, Use::Statement].into_iter().flat_map(|u| [key(u, sm2), key(u, ed25519)]).collect();
    let log = PublishedLog::new(seal::ORIGIN, &[ed25519.public_key(), sm2.public_key()]).unwrap();
    Keyring { keys, logs: vec![log], v: 1 }
}

/// The seeds in the repository are what is issued today: the same content gives the same bytes.
/// `UPDATE_SEEDS=1` writes them.
#[test]
fn a_certificate_is_issued_again_byte_for_byte() {
    let (signed, code) = issue(&content());
    assert_eq!(issue(&content()), (signed.clone(), code.clone()));
    let (older, older_code) = issue(&older());
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/certificate");
    let seeds = [
        ("good", signed),
        ("code", code.into_bytes()),
        ("older", older),
        ("older-code", older_code.into_bytes()),
        ("list", list(&[(0, SlotStatus::Valid)])),
        ("keys", ring().to_bytes().unwrap()),
    ];
    for (name, bytes) in seeds {
        if std::env::var_os("UPDATE_SEEDS").is_some() {
            std::fs::create_dir_all(&dir).unwrap();
            std::fs::write(dir.join(name), &bytes).unwrap();
        }
        assert_eq!(std::fs::read(dir.join(name)).unwrap(), bytes, "{name}");
    }
}

#[test]
fn a_code_is_as_small_as_it_should_be_and_binds_its_host() {
    let (_, code) = issue(&content());
    assert!(code.starts_with("HTTPS://GUOSUO.EXAMPLE/V/"));
    let alphanumeric = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || "$%*+-./: ".contains(c);
    assert!(code.chars().all(alphanumeric), "the alphanumeric mode of QR: {code}");
    // 483 characters fit on a code of 69 modules at level M.
    assert!(code.len() <= 483, "{}", code.len());
    let with = With { evidence: None, lists: &[], pdf: None, at: moment("2026-03-12T00:00:00Z") };
    assert_eq!(check(code.as_bytes(), seal::trusted(), &with).genuine, Genuine::Yes);
    let elsewhere = code.replace("GUOSUO.EXAMPLE", "GUOSUO.EXAMPIE");
    assert_eq!(check(elsewhere.as_bytes(), seal::trusted(), &with).genuine, Genuine::Altered);
    for bad in ["", "HTTP://GUOSUO.EXAMPLE/V/AA", "HTTPS:///V/AA", "HTTPS://GUOSUO.EXAMPLE/W/AA", "HTTPS://a b/V/AA"] {
        assert_eq!(QrCode::parse(bad), Err(QrError::Form), "{bad}");
    }
    // Long names leave the code; the number never does.
    let mut long = content();
    long.holder.name = "示".repeat(61);
    let (sm2, ed25519) = pair();
    let says = Compact::new(&long, "h", sm2.public_key(), ed25519.public_key()).unwrap();
    assert_eq!((says.name.as_str(), says.number.as_str()), ("", "SLQH-2099-000137"));
    long.number = "N".repeat(97);
    assert_eq!(Compact::new(&long, "h", sm2.public_key(), ed25519.public_key()), Err(QrError::TooLong("number")));
    assert_eq!(Compact::new(&content(), "h/x", sm2.public_key(), ed25519.public_key()), Err(QrError::Host));
}

#[test]
fn what_cannot_be_read_is_not_issued() {
    assert_eq!(content().check(), Ok(()));
    let bent = |f: &dyn Fn(&mut Content)| {
        let mut c = content();
        f(&mut c);
        c.check()
    };
    assert_eq!(bent(&|c| c.number.clear()), Err(ContentError::Text("number")));
    assert_eq!(bent(&|c| c.number.push('\n')), Err(ContentError::Text("number")));
    assert_eq!(bent(&|c| c.scope.en = " ".into()), Err(ContentError::Text("scope in English")));
    assert_eq!(bent(&|c| c.valid_until = day("2026-02-02")), Err(ContentError::Days));
    assert_eq!(bent(&|c| c.v = 2), Err(ContentError::Version(2)));
    assert_eq!(older().check(), Ok(()));
    assert_eq!(Content { v: 1, ..older() }.check(), Err(ContentError::Version(1)));
    let early = Some(TakenOver::new(day("2024-05-19")));
    assert_eq!(Content { taken_over: early, ..older() }.check(), Err(ContentError::TakenOver));
}

#[test]
fn what_was_taken_over_says_so_and_everything_else_is_written_as_before() {
    let text = |c: &Content| String::from_utf8(c.to_bytes().unwrap()).unwrap();
    assert!(!text(&content()).contains("taken_over"));
    assert!(text(&older()).contains(r#""taken_over":{"on":"2026-02-03","vouched_by":"body"},"v":2,"#), "{}", text(&older()));
    let with = With { evidence: None, lists: &[], pdf: None, at: moment("2026-03-12T00:00:00Z") };
    let (signed, code) = issue(&older());
    for given in [&signed[..], code.as_bytes()] {
        let told = check(given, seal::trusted(), &with);
        assert_eq!((told.genuine, told.subject.unwrap().taken_over), (Genuine::Yes, older().taken_over));
    }
    // Keys that begin on the day of taking over have signed it, those that had ended before have not.
    for (from, until, genuine) in [
        ("2026-02-03", None, Genuine::Yes),
        ("2026-02-04", None, Genuine::OutOfTerm),
        ("2024-01-01", Some("2026-02-02"), Genuine::OutOfTerm),
    ] {
        let mut ring = ring();
        for key in ring.keys.iter_mut().filter(|k| k.usage == Use::Certificate) {
            (key.from, key.until) = (day(from), until.map(day));
        }
        let trusted = ring.trust().unwrap();
        assert_eq!([&signed[..], code.as_bytes()].map(|given| check(given, &trusted, &with).genuine), [genuine; 2], "{from}");
    }
    // The mark takes two bytes of the code: one of the ordinary length stays as small as it was.
    let ordinary = Content { number: content().number, ..older() };
    assert!(issue(&ordinary).1.len() <= 483, "{}", issue(&ordinary).1.len());
}

#[test]
fn a_key_counts_in_its_term_only() {
    let with = With { evidence: None, lists: &[], pdf: None, at: moment("2026-03-12T00:00:00Z") };
    let (signed, code) = issue(&content());
    for (from, until, genuine) in [
        ("2026-02-03", Some("2026-02-03"), Genuine::Yes),
        ("2026-02-04", None, Genuine::OutOfTerm),
        ("2025-01-01", Some("2026-02-02"), Genuine::OutOfTerm),
    ] {
        let mut ring = ring();
        for key in ring.keys.iter_mut().filter(|k| k.usage == Use::Certificate) {
            (key.from, key.until) = (day(from), until.map(day));
        }
        let trusted = ring.trust().unwrap();
        assert_eq!(check(&signed, &trusted, &with).genuine, genuine);
        assert_eq!(check(code.as_bytes(), &trusted, &with).genuine, genuine);
    }
    // Keys of statements do not sign certificates.
    let mut statements = ring();
    statements.keys.retain(|k| k.usage == Use::Statement);
    assert_eq!(check(&signed, &statements.trust().unwrap(), &with).genuine, Genuine::UnknownKey);
    // A file that lies about a key is refused as a whole.
    let mut lying = ring();
    lying.keys[0].kid = lying.keys[1].kid.clone();
    assert!(matches!(lying.trust(), Err(KeyringError::Key(_))));
}

#[test]
fn only_what_was_recorded_is_signed() {
    let (sm2, ed25519) = pair();
    let document = content().document(FileDigests::of(b"%PDF")).unwrap();
    let bytes = document.to_be_signed();
    let keys = [sm2.public_key(), ed25519.public_key()];
    let intent = Intent::new(Purpose::Certificate, &content().number, &bytes, &keys);
    let signers: [&dyn Signer; 2] = [sm2, ed25519];
    let made = intent.carry_out(&bytes, &signers).unwrap();
    let signed = document.sign(&signers).unwrap();
    assert_eq!(signed.signatures().iter().map(|s| s.sig.clone()).collect::<Vec<_>>(), [made[0].to_vec(), made[1].to_vec()]);
    assert_eq!(intent.admits(b"other", &signers), Err(IntentError::Bytes));
    assert_eq!(intent.admits(&bytes, &[ed25519, sm2]), Err(IntentError::Keys));
    let other = SigningKey::from_secret(Algorithm::Sm2Sm3, &[7; 32]).unwrap();
    assert_eq!(intent.carry_out(&bytes, &[&other, ed25519]), Err(IntentError::Keys));
    assert!(sm2_to_der(&made[0]).is_ok());
}

#[test]
fn whoever_follows_the_entries_sees_a_gap() {
    let entry = |n: u64, prev: Digest32| Entry {
        at: moment("2026-02-03T08:00:00Z"),
        certificate: "X".into(),
        change: Change::Issued,
        content: Digest32::ZERO,
        effective_on: day("2026-02-03"),
        n,
        prev,
        seq: 1,
        slot: 0,
        v: 1,
        valid_until: day("2029-02-02"),
    };
    let first = entry(1, Digest32::ZERO);
    let one = Head::START.follow(&first).unwrap();
    let second = entry(2, one.digest);
    let two = one.follow(&second).unwrap();
    assert_eq!(two.n, 2);
    assert!(Head::START.follow(&second).is_err(), "the first was left out");
    assert!(one.follow(&entry(2, Digest32::ZERO)).is_err(), "the first was another one");
    assert!(two.follow(&second).is_err(), "twice");
}

#[test]
fn a_list_says_what_it_knows_until_when_it_knows_it() {
    let all = [
        SlotStatus::Valid,
        SlotStatus::Suspended,
        SlotStatus::Revoked,
        SlotStatus::Cancelled,
        SlotStatus::Expired,
        SlotStatus::Replaced,
    ];
    let statuses: Vec<_> = (0..).zip(all).collect();
    let bytes = list(&statuses);
    let read = StatusList::open(&bytes, seal::trusted()).unwrap();
    for (slot, status) in statuses {
        assert_eq!(read.status(slot), Some(status));
    }
    assert_eq!(read.status(6), None);
    assert_eq!(read.status(LIST_SLOTS), None, "a place of another list");
    let told = |slot: u32, at: &str| {
        let mut c = content();
        c.slot = slot;
        let lists = [&bytes[..]];
        check(&issue(&c).0, seal::trusted(), &With { evidence: None, lists: &lists, pdf: None, at: moment(at) }).status
    };
    let next = "2026-03-12T20:00:00Z";
    assert_eq!(told(0, next), Status::Valid, "good for a day");
    assert_eq!(told(0, "2026-03-12T20:00:01Z"), Status::Stale);
    assert_eq!(told(1, "2026-03-12T20:00:01Z"), Status::Stale, "it may have been restored");
    assert_eq!(told(2, "2028-01-01T00:00:00Z"), Status::Revoked, "final stays final");
    assert_eq!(told(0, "2029-02-02T16:00:00Z"), Status::Expired, "the day ends in China");
    assert_eq!(told(9, next), Status::Unknown);
    assert_eq!(told(LIST_SLOTS, next), Status::NotChecked, "the list of another range says nothing");
}

#[test]
fn two_lists_are_read_and_the_newer_one_counts() {
    let older = list(&[(0, SlotStatus::Valid)]);
    let (sm2, ed25519) = pair();
    let newer =
        StatusList::new(0, seal::ORIGIN, moment("2026-03-11T21:00:00Z"), Head::START, [(0, SlotStatus::Suspended)]).unwrap();
    let newer = newer.document().unwrap().sign(&[sm2, ed25519]).unwrap().to_bytes().unwrap();
    let given = issue(&content()).0;
    for lists in [[&older[..], &newer], [&newer, &older]] {
        let with = With { evidence: None, lists: &lists, pdf: None, at: moment("2026-03-12T00:00:00Z") };
        assert_eq!(check(&given, seal::trusted(), &with).status, Status::Suspended);
    }
    // Signed by the keys of certificates alone it is no list.
    let mut ring = ring();
    ring.keys.retain(|k| k.usage == Use::Certificate);
    assert_eq!(StatusList::open(&older, &ring.trust().unwrap()), None);
}
