//! Certificates by the thousand, good and bad, with the answers that they must get. Everything is
//! fictitious; the keys are public and protect nothing.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guosuo_seal::certificate::{
    Basis, Body, Change, Compact, Content, Day, Entry, Evidence, Head, Holder, Keyring, Mark, Moment, PublishedKey, PublishedLog,
    ScopeWords, SlotStatus, StatusList, TakenOver, Use, entry, qr,
};
use guosuo_seal::chain::{Chain, Linked, Row};
use guosuo_seal::checkpoint::Checkpoint;
use guosuo_seal::keys::{Algorithm, Signer, SigningKey};
use guosuo_seal::merkle::{NodeId, inclusion_proof};
use guosuo_seal::note::Note;
use guosuo_seal::proof::TlogProof;
use guosuo_seal::{Digest32, FileDigests, salted, sha256};

/// The log of the corpus.
pub(crate) const ORIGIN: &str = "guosuo.example/log/2026";
/// Host of the QR codes.
pub(crate) const HOST: &str = "guosuo.example";
/// Another authority that signs heads of the log.
pub(crate) const WITNESS: &str = "witness.example/cac";
/// Moment of the check.
pub(crate) const AT: &str = "2026-06-01T02:00:00Z";

/// The two keys of one role.
pub(crate) struct Pair {
    pub(crate) sm2: SigningKey,
    pub(crate) ed25519: SigningKey,
}

impl Pair {
    fn new(seed: u8) -> Self {
        let key = |algorithm| SigningKey::from_secret(algorithm, &[seed; 32]).expect("a key");
        Self { sm2: key(Algorithm::Sm2Sm3), ed25519: key(Algorithm::Ed25519) }
    }

    pub(crate) fn signers(&self) -> [&dyn Signer; 2] {
        [&self.sm2, &self.ed25519]
    }
}

/// Keys of everybody in the corpus.
pub(crate) struct Keys {
    /// In use until the end of April 2026.
    pub(crate) now: Pair,
    /// In use during 2025.
    pub(crate) old: Pair,
    /// Has followed the pair in use: signs anew what bears an earlier date of issue.
    pub(crate) next: Pair,
    /// Of somebody else.
    pub(crate) foreign: Pair,
    /// Signs status lists.
    pub(crate) statement: Pair,
    /// Signs heads of the log.
    pub(crate) log: Pair,
    /// Another authority that looks on; neither program knows its key.
    pub(crate) witness: Pair,
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

impl Keys {
    pub(crate) fn new() -> Self {
        let [now, old, foreign, statement, log, next, witness] = [0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17].map(Pair::new);
        Self { now, old, next, foreign, statement, log, witness }
    }

    /// The file of published keys.
    pub(crate) fn ring(&self) -> Keyring {
        let published = |usage, pair: &Pair, from, until: Option<&str>| {
            pair.signers().map(|s| PublishedKey::new(usage, s.public_key(), day(from), until.map(day)).expect("a key"))
        };
        let keys = [
            published(Use::Certificate, &self.old, "2025-01-01", Some("2025-12-31")),
            published(Use::Certificate, &self.now, "2026-01-01", Some("2026-04-30")),
            published(Use::Certificate, &self.next, "2026-05-01", None),
            published(Use::Statement, &self.statement, "2026-01-01", None),
        ];
        let log = self.log.signers().map(Signer::public_key);
        Keyring { keys: keys.into_iter().flatten().collect(), logs: vec![PublishedLog::new(ORIGIN, &log).expect("a log")], v: 1 }
    }
}

/// Numbers that look like chance and are the same every time (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ z >> 31) % sides as u64).expect("fewer than the sides")
    }
}

/// What a certificate of the corpus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    Valid,
    Altered,
    Expired,
    Suspended,
    Revoked,
    Cancelled,
    Replaced,
    ForeignKey,
    OldKey,
    OldKeyLate,
    /// Signed anew by the key that followed, with its own date of issue from before.
    SuccessorKey,
    /// Issued before any key was in use.
    TooEarly,
    NotInList,
    OthersEvidence,
    /// Issued elsewhere before any key was in use, and taken over.
    TakenOver,
    /// Taken over when the keys that have signed it had ended, though they were in use when it was issued.
    TakenOverLate,
}

impl Kind {
    const ALL: [Self; 16] = [
        Self::Valid,
        Self::Altered,
        Self::Expired,
        Self::Suspended,
        Self::Revoked,
        Self::Cancelled,
        Self::Replaced,
        Self::ForeignKey,
        Self::OldKey,
        Self::OldKeyLate,
        Self::SuccessorKey,
        Self::TooEarly,
        Self::NotInList,
        Self::OthersEvidence,
        Self::TakenOver,
        Self::TakenOverLate,
    ];

    /// The answers that it must get, with evidence and list.
    pub(crate) fn answers(self) -> [&'static str; 3] {
        match self {
            Self::Valid | Self::OldKey | Self::SuccessorKey | Self::TakenOver => ["yes", "yes", "valid"],
            Self::Altered => ["altered", "not_checked", "not_checked"],
            Self::Expired => ["yes", "yes", "expired"],
            Self::Suspended => ["yes", "yes", "suspended"],
            Self::Revoked => ["yes", "yes", "revoked"],
            Self::Cancelled => ["yes", "yes", "cancelled"],
            Self::Replaced => ["yes", "yes", "replaced"],
            Self::ForeignKey => ["unknown_key", "not_checked", "not_checked"],
            Self::OldKeyLate | Self::TooEarly | Self::TakenOverLate => ["out_of_term", "not_checked", "not_checked"],
            Self::NotInList => ["yes", "yes", "unknown"],
            Self::OthersEvidence => ["yes", "no", "valid"],
        }
    }

    /// The mark that it bears, as both programs tell it behind the number.
    pub(crate) fn mark(self) -> Option<&'static str> {
        (self == Self::TakenOver).then_some("taken_over:2026-02-03")
    }

    fn listed(self) -> Option<SlotStatus> {
        match self {
            Self::Suspended => Some(SlotStatus::Suspended),
            Self::Revoked => Some(SlotStatus::Revoked),
            Self::Cancelled => Some(SlotStatus::Cancelled),
            Self::Replaced => Some(SlotStatus::Replaced),
            Self::NotInList => None,
            // A list may be drawn up before the night in which a validity ends.
            _ => Some(SlotStatus::Valid),
        }
    }
}

/// One certificate with its two forms and its evidence.
pub(crate) struct Sample {
    pub(crate) kind: Kind,
    pub(crate) envelope: Vec<u8>,
    pub(crate) code: String,
    pub(crate) evidence: Vec<u8>,
    /// The head in the evidence bears a witness's line, which neither program can check.
    pub(crate) witnessed: bool,
}

/// The whole corpus.
pub(crate) struct Corpus {
    pub(crate) keys: Keys,
    pub(crate) samples: Vec<Sample>,
    pub(crate) list: Vec<u8>,
}

/// A content; `i` makes it different from the others.
pub(crate) fn content(i: u32, issued_on: &str, valid_until: &str) -> Content {
    // Long and rare names, names from abroad, quotes, all that a reader may stumble over.
    let name = match i % 5 {
        0 => format!("示例出海{i}有限公司（虚构）"),
        1 => format!("Example Handels GmbH No. {i} \"fictitious\""),
        2 => format!("示例𠮷野䶮山·{i}\u{3000}（虚构）\\"),
        3 => format!("示例{}集团（虚构）", "跨境数据服务".repeat(12)),
        _ => format!("Пример {i} <вымышлено> & Söhne"),
    };
    let (country, code) = if i % 5 == 1 {
        ("DE", "HRB 000000 at the register of Example ".repeat(2))
    } else {
        ("CN", "91990108MA0X00017J".to_owned())
    };
    Content {
        basis: Basis { edition: "A53".into(), standards: vec!["GB/T 35273-2020".into(), "GB/T 46068-2025".into()] },
        body: Body { code: "91990108MA0X00017J".into(), name: "示例启衡认证有限公司（虚构）".into() },
        holder: Holder { address: format!("示例市示例路{i}号"), code, country: country.into(), name },
        issued_on: day(issued_on),
        log: ORIGIN.into(),
        mark: Mark { body: "SLQH".into(), cross_border: true },
        mode: "技术验证＋现场审核＋获证后监督".into(),
        number: format!("SLQH-2099-{i:06}"),
        predecessor: i.is_multiple_of(7).then(|| format!("SLQH-2096-{i:06}")),
        scope: ScopeWords {
            digests: FileDigests::of(format!("scope {i}").as_bytes()),
            en: "Overseas hotel booking: names, contacts, orders of guests.\nNo sensitive personal information.".into(),
            zh: "境外酒店预订：入住人姓名、联系方式和订单信息。\n不含敏感个人信息。".into(),
        },
        slot: i,
        taken_over: None,
        v: 1,
        valid_until: day(valid_until),
    }
}

/// The same, taken over on a day.
pub(crate) fn taken_over(content: Content, on: &str) -> Content {
    Content { taken_over: Some(TakenOver::new(day(on))), v: 2, ..content }
}

/// The printed form that goes with it.
pub(crate) fn printed(i: u32) -> Vec<u8> {
    format!("%PDF-1.7 stands for the printed certificate {i}\n").into_bytes()
}

/// The text behind both signatures, on the host of the corpus.
pub(crate) fn code_of(content: &Content, pair: &Pair) -> qr::QrCode {
    let says = Compact::new(content, HOST, pair.sm2.public_key(), pair.ed25519.public_key()).expect("a code");
    says.sign(&pair.sm2, &pair.ed25519).expect("a signed code")
}

struct Logged {
    row: Vec<u8>,
    salt: Digest32,
    linked: Linked,
    entry: Entry,
}

impl Corpus {
    /// `count` certificates of all kinds in turn.
    pub(crate) fn new(count: u32) -> Self {
        let keys = Keys::new();
        let mut chain = Chain::new(ORIGIN);
        let mut nodes: HashMap<NodeId, Digest32> = HashMap::new();
        let mut head = Head::START;
        let mut samples = Vec::new();
        let mut logged = Vec::new();
        for i in 0..count {
            let kind = Kind::ALL[i as usize % Kind::ALL.len()];
            let (from, until) = match kind {
                Kind::OldKey => ("2025-06-10", "2028-06-09"),
                Kind::Expired => ("2026-01-02", "2026-05-31"),
                Kind::TooEarly | Kind::TakenOver => ("2024-06-10", "2027-06-09"),
                Kind::TakenOverLate => ("2025-06-10", "2028-06-09"),
                _ => ("2026-02-03", "2029-02-02"),
            };
            let pair = match kind {
                Kind::ForeignKey => &keys.foreign,
                Kind::OldKey | Kind::OldKeyLate | Kind::TakenOverLate => &keys.old,
                Kind::SuccessorKey | Kind::TooEarly => &keys.next,
                _ => &keys.now,
            };
            let said = content(i, from, until);
            let older = matches!(kind, Kind::TakenOver | Kind::TakenOverLate);
            let said = if older { taken_over(said, "2026-02-03") } else { said };
            let code = code_of(&said, pair);
            let unsigned = said.document(FileDigests::of(&printed(i))).expect("a document");
            let envelope = unsigned.sign(&pair.signers()).expect("a signed document").to_bytes().expect("bytes");
            let entry = Entry {
                at: "2026-02-03T08:00:00Z".parse().expect("a moment"),
                certificate: said.number.clone(),
                change: Change::Issued,
                content: said.digest().expect("a digest"),
                effective_on: said.issued_on,
                n: head.n + 1,
                prev: head.digest,
                seq: 1,
                slot: i,
                v: 1,
                valid_until: said.valid_until,
            };
            head = head.follow(&entry).expect("entries follow each other");
            // Other rows lie between those of certificates.
            for _ in 0..i % 3 {
                let other = row(chain.next_seq(), "event", None);
                nodes.extend(chain.append(&other).nodes);
            }
            let salt = sha256(&i.to_be_bytes());
            let body = salted(salt.as_bytes(), &entry.to_bytes().expect("bytes"));
            let row = row(chain.next_seq(), entry::ROW_KIND, Some(body));
            let linked = chain.append(&row);
            nodes.extend(linked.nodes.iter().copied());
            logged.push(Logged { row, salt, linked, entry });
            let (envelope, code) = if kind == Kind::Altered { altered(&envelope, &code) } else { (envelope, code.text()) };
            samples.push(Sample { kind, envelope, code, evidence: Vec::new(), witnessed: i % 3 == 1 });
        }
        let top = chain.head();
        let note = Checkpoint::new(ORIGIN, top.size, top.root).sign(&[&keys.log.ed25519, &keys.log.sm2]).expect("a head");
        let mut seen = note.clone();
        let witness = &keys.witness.ed25519;
        seen.cosign(WITNESS, witness, 1_780_000_000).expect("a cosignature");
        for (i, sample) in samples.iter_mut().enumerate() {
            let note = if sample.witnessed { &seen } else { &note };
            let other = if sample.kind == Kind::OthersEvidence { (i + 1) % logged.len() } else { i };
            sample.evidence = evidence(&logged[other], &nodes, top.size, note);
        }
        let statuses = samples.iter().zip(0..).filter_map(|(s, slot)| s.kind.listed().map(|status| (slot, status)));
        let as_of: Moment = "2026-05-31T12:00:00Z".parse().expect("a moment");
        let list = StatusList::new(0, ORIGIN, as_of, head, statuses).expect("a list");
        let list =
            list.document().expect("a document").sign(&keys.statement.signers()).expect("signed").to_bytes().expect("bytes");
        Self { keys, samples, list }
    }
}

fn row(seq: u64, kind: &str, body: Option<Digest32>) -> Vec<u8> {
    let row = Row {
        v: 1,
        seq,
        at: "2026-02-03T08:00:00.000001Z".into(),
        logical: "2026-02-03T08:00:00.000001Z".into(),
        kind: kind.into(),
        actor: "system".into(),
        role: None,
        org: None,
        session: None,
        action: entry::ROW_ACTION.into(),
        object: "certificate/0".into(),
        case: None,
        case_version: None,
        body,
    };
    row.to_bytes().expect("a row")
}

fn evidence(l: &Logged, nodes: &HashMap<NodeId, Digest32>, size: u64, note: &Note) -> Vec<u8> {
    let path = inclusion_proof(nodes, l.linked.seq, size).expect("a path");
    let proof = TlogProof::new(path, note.clone()).expect("a proof").to_string();
    let evidence = Evidence { entry: l.entry.clone(), prev: l.linked.prev, proof, row: l.row.clone(), salt: l.salt, v: 1 };
    evidence.to_bytes().expect("bytes")
}

/// The payload says another year of end, the signatures stay; both forms.
fn altered(envelope: &[u8], code: &qr::QrCode) -> (Vec<u8>, String) {
    let mut value: serde_json::Value = serde_json::from_slice(envelope).expect("JSON");
    let payload = STANDARD.decode(value["payload"].as_str().expect("a payload")).expect("Base64");
    let payload = String::from_utf8(payload).expect("text").replace("2029-02-02", "2039-02-02");
    value["payload"] = STANDARD.encode(payload).into();
    let mut code = code.clone();
    code.says.valid_until = day("2039-02-02");
    (guosuo_seal::canon::write_value(&value).expect("JSON"), code.text())
}
