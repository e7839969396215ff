//! Somebody with full rights over the database changes the record. Do the published heads tell?

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(clippy::cast_possible_truncation, reason = "the trees here are small")]

use guosuo_seal::chain::{Chain, ChainFault, ChainVerifier, Fault, Head, Linked, Row, leaf};
use guosuo_seal::{Digest32, merkle, salted};
use proptest::prelude::*;

const ORIGIN: &str = "example.org/log/2026";

#[derive(Clone, Debug, PartialEq)]
struct Stored {
    seq: u64,
    bytes: Vec<u8>,
    prev: Digest32,
    link: Digest32,
}

fn row(seq: u64, actor: &str) -> Row {
    Row {
        v: 1,
        seq,
        at: format!("2026-02-03T08:00:{:02}Z", seq % 60),
        logical: format!("2026-02-03T08:00:{:02}Z", seq % 60),
        session: None,
        kind: "event".into(),
        actor: actor.into(),
        role: None,
        org: Some("91110000EXAMPLE00X".into()),
        action: "filing.submitted".into(),
        object: format!("filing/{seq}"),
        case: Some(format!("case-{}", seq % 7)),
        case_version: Some(seq),
        body: Some(salted(&[seq as u8; 32], b"content")),
    }
}

/// Writes a ledger of these rows, renumbering them; heads after every `every` rows and at the end.
fn write(rows: &[Row], every: u64) -> (Vec<Stored>, Vec<Head>) {
    let mut chain = Chain::new(ORIGIN);
    let (mut stored, mut heads) = (Vec::new(), vec![chain.head()]);
    for (i, row) in rows.iter().enumerate() {
        let bytes = Row { seq: i as u64, ..row.clone() }.to_bytes().unwrap();
        let Linked { seq, prev, link, .. } = chain.append(&bytes);
        stored.push(Stored { seq, bytes, prev, link });
        if chain.next_seq().is_multiple_of(every) {
            heads.push(chain.head());
        }
    }
    heads.push(chain.head());
    (stored, heads)
}

fn rows(n: u64) -> Vec<Row> {
    (0..n).map(|i| row(i, "user-1")).collect()
}

fn verify(stored: &[Stored], heads: &[Head]) -> Result<Chain, ChainFault> {
    let mut v = ChainVerifier::new(ORIGIN, heads.iter().copied());
    for s in stored {
        v.push_row(s.seq, &s.bytes, &s.prev, &s.link)?;
    }
    v.finish()
}

#[test]
fn an_honest_ledger_passes_with_and_without_heads() {
    let (stored, heads) = write(&rows(100), 10);
    assert_eq!(verify(&stored, &heads).unwrap().head(), *heads.last().unwrap());
    assert!(verify(&stored, &[]).is_ok());
    assert!(verify(&[], &[]).is_ok());
}

#[test]
fn each_naive_change_is_named_with_its_place() {
    let (honest, _) = write(&rows(20), 10);
    let fault = |change: &dyn Fn(&mut Vec<Stored>)| {
        let mut stored = honest.clone();
        change(&mut stored);
        let f = verify(&stored, &[]).unwrap_err();
        (f.seq, f.what)
    };
    assert_eq!(fault(&|s| s[7].bytes[10] ^= 1), (7, Fault::Link));
    assert_eq!(fault(&|s| s[7].link = Digest32::ZERO), (7, Fault::Link));
    assert_eq!(fault(&|s| s[7].prev = Digest32::ZERO), (7, Fault::Prev));
    assert_eq!(fault(&|s| drop(s.remove(7))), (7, Fault::Number { found: 8 }));
    assert_eq!(fault(&|s| s.swap(7, 8)), (7, Fault::Number { found: 8 }));
    assert_eq!(fault(&|s| s.insert(7, s[6].clone())), (7, Fault::Number { found: 6 }));
}

#[test]
fn a_row_that_lies_about_its_number_or_is_no_row_is_refused() {
    let mut chain = Chain::new(ORIGIN);
    let lying = row(5, "user-1").to_bytes().unwrap();
    let l = chain.append(&lying);
    let f = ChainVerifier::new(ORIGIN, []).push_row(0, &lying, &l.prev, &l.link).unwrap_err();
    assert_eq!(f.what, Fault::InnerNumber { found: 5 });

    let mut chain = Chain::new(ORIGIN);
    let spaced = [row(0, "user-1").to_bytes().unwrap(), b"\n".to_vec()].concat();
    let l = chain.append(&spaced);
    let f = ChainVerifier::new(ORIGIN, []).push_row(0, &spaced, &l.prev, &l.link).unwrap_err();
    assert!(matches!(f.what, Fault::Form(_)));
}

#[test]
fn the_chain_of_another_log_does_not_fit() {
    let (stored, _) = write(&rows(3), 10);
    let mut v = ChainVerifier::new("example.org/other", []);
    let s = &stored[0];
    let f = v.push(s.seq, &s.bytes, &s.prev, &s.link).unwrap_err();
    assert_eq!((f.seq, f.what), (0, Fault::Prev));
}

#[test]
fn verification_goes_on_from_a_stored_state() {
    let (stored, heads) = write(&rows(50), 7);
    let half = verify(&stored[..30], &[]).unwrap();
    let json = serde_json::to_string(&half).unwrap();
    let half: Chain = serde_json::from_str(&json).unwrap();
    let mut v = ChainVerifier::resume(half, heads.iter().copied());
    for s in &stored[30..] {
        v.push(s.seq, &s.bytes, &s.prev, &s.link).unwrap();
    }
    assert_eq!(v.finish().unwrap().head(), *heads.last().unwrap());
}

#[test]
fn a_published_leaf_proves_one_row_without_the_others() {
    let (stored, heads) = write(&rows(50), 50);
    let mut frontier = merkle::Frontier::new();
    let nodes: std::collections::HashMap<_, _> = stored.iter().flat_map(|s| frontier.append(leaf(&s.link))).collect();
    let proof = merkle::inclusion_proof(&nodes, 33, 50).unwrap();
    let root = heads.last().unwrap().root;
    assert_eq!(proof.verify(&leaf(&stored[33].link), &root), Ok(()));
    assert!(proof.verify(&leaf(&stored[32].link), &root).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The attacker rewrites rows and computes the whole chain anew, so that the chain alone is
    /// perfect; only the head published before the attack stands in the way.
    #[test]
    fn rewriting_with_a_perfect_chain_is_caught_by_the_published_heads(
        n in 2_u64..80,
        every in 1_u64..20,
        kind in 0..5,
        at in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
    ) {
        let honest = rows(n);
        let (_, heads) = write(&honest, every);
        let (at, to) = (at.index(n as usize), to.index(n as usize));
        let mut forged = honest.clone();
        match kind {
            0 => forged[at].actor = "user-2".into(),
            1 => drop(forged.remove(at)),
            2 => forged.insert(at, row(0, "user-2")),
            3 => forged.truncate(at),
            _ => forged.swap(at, to),
        }
        let (stored, _) = write(&forged, every);
        prop_assert!(verify(&stored, &[]).is_ok(), "the chain alone is blind to this");
        if kind == 4 && at == to {
            prop_assert!(verify(&stored, &heads).is_ok());
            return Ok(());
        }
        let fault = verify(&stored, &heads).unwrap_err();
        let first = if kind == 4 { at.min(to) } else { at };
        match fault.what {
            Fault::Cut { published } => prop_assert!(published > stored.len() as u64),
            Fault::Head { .. } => prop_assert!(fault.seq > first as u64, "row {}", fault.seq),
            other => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn any_flipped_bit_in_the_stored_rows_is_caught_where_it_is(
        n in 1_u64..30, at in any::<prop::sample::Index>(), place in any::<prop::sample::Index>(), bit in 0..8_u8,
    ) {
        let (mut stored, heads) = write(&rows(n), 10);
        let i = at.index(stored.len());
        let s = &mut stored[i];
        let place = place.index(s.bytes.len() + 64);
        match place.checked_sub(s.bytes.len()) {
            None => s.bytes[place] ^= 1 << bit,
            Some(p) => {
                let d = if p < 32 { &mut s.prev } else { &mut s.link };
                let mut bytes = d.into_bytes();
                bytes[p % 32] ^= 1 << bit;
                *d = Digest32::new(bytes);
            }
        }
        prop_assert_eq!(verify(&stored, &heads).unwrap_err().seq, i as u64);
    }
}
