//! Re-walking the record: chain, tree, published heads, bodies, and every case folded again
//! and compared with the tables that pages read. Says which row of which table differs where.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use guosuo_case::{By, Life, Recorded};
use guosuo_rules::calendar::Calendar;
use guosuo_seal::Digest32;
use guosuo_seal::certificate::Trusted;
use guosuo_seal::chain::{self, Chain, Head as TreeHead};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::act::{Head, decode_plain, event_plain};
use crate::buffer::{T, TABLES, Val};
use crate::certification_rows::{ApplicationRow, CertificateChangeRow, CertificateReportRow, CertificateRow, ViolationRow};
use crate::clocks::StoredClock;
use crate::db::{Reader, from_row, instant, micros, on, signed, statements, unsigned};
use crate::error::Error;
use crate::keys::CaseKey;
use crate::ledger::{LedgerRow, digest};
use crate::open::Store;
use crate::project::{BodyRow, BodyStatusRow, CaseMeta, FilingRow, Projected, PublicationRow, Rows, head_values};

statements! {
    ALL_EVENTS = "SELECT seq, kind, name, at, actor, org, body FROM event WHERE case_id = $1 ORDER BY seq";
    NODES_ALL = "SELECT level, idx, hash FROM merkle_node ORDER BY level, idx";
    BODY_COUNT = "SELECT CAST(COUNT(*) AS BIGINT) FROM ledger_body";
    STRAY_EVENTS = "SELECT DISTINCT case_id FROM event WHERE case_id NOT IN (SELECT case_id FROM case_head) ORDER BY case_id";
    STRAY_LEDGER = "SELECT DISTINCT case_id FROM ledger WHERE class = 'event' AND case_id NOT IN (SELECT case_id FROM case_head) ORDER BY case_id";
    STRAY_FILINGS = "SELECT case_id FROM filing WHERE case_id NOT IN (SELECT case_id FROM case_head) ORDER BY case_id";
    STRAY_CLOCKS = "SELECT DISTINCT case_id FROM clock WHERE case_id NOT IN (SELECT case_id FROM case_head) ORDER BY case_id";
    STRAY_APPLICATIONS = "SELECT case_id FROM application WHERE case_id NOT IN (SELECT case_id FROM case_head) ORDER BY case_id";
    STRAY_CERTIFICATES = "SELECT case_id FROM certificate WHERE case_id NOT IN (SELECT case_id FROM case_head) ORDER BY case_id";
    STRAY_CHANGES = "SELECT DISTINCT certificate FROM certificate_change WHERE certificate NOT IN (SELECT case_id FROM case_head) ORDER BY certificate";
    STRAY_REPORTS = "SELECT DISTINCT certificate FROM certificate_report WHERE certificate NOT IN (SELECT case_id FROM case_head) ORDER BY certificate";
    STRAY_VIOLATIONS = "SELECT DISTINCT case_id FROM violation WHERE case_id NOT IN (SELECT case_id FROM case_head) ORDER BY case_id";
    STRAY_BODIES = "SELECT DISTINCT case_id FROM body_register WHERE case_id <> '' AND case_id NOT IN (SELECT case_id FROM case_head) ORDER BY case_id";
    STRAY_PUBLICATIONS = "SELECT DISTINCT case_id FROM publication WHERE case_id NOT IN (SELECT case_id FROM case_head) ORDER BY case_id";
}

/// Where the record is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The table.
    pub table: String,
    /// The key of the row.
    pub row: String,
    /// The column, or empty when it is the row as a whole.
    pub column: String,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.table, self.row)?;
        if !self.column.is_empty() {
            write!(f, ", column {}", self.column)?;
        }
        write!(f, ": {}", self.what)
    }
}

/// What was walked, and what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Rows of the ledger.
    pub rows: u64,
    /// Published heads compared.
    pub heads: u64,
    /// Cases folded again.
    pub cases: u64,
    /// Events decrypted and compared.
    pub events: u64,
    /// Cases whose content was destroyed; only their ledger rows were compared.
    pub destroyed: u64,
    /// Versions of certificates with their signatures.
    pub papers: u64,
    /// Entries of the register of certificates.
    pub entries: u64,
    /// Everything that differs.
    pub faults: Vec<Fault>,
}

impl Report {
    /// Whether nothing differs.
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }

    pub(crate) fn fault(&mut self, table: &str, row: impl ToString, column: &str, what: impl ToString) {
        self.faults.push(Fault { table: table.into(), row: row.to_string(), column: column.into(), what: what.to_string() });
    }
}

/// A decrypted event of any kind of case.
struct Plain {
    seq: u64,
    at: i64,
    by: By,
    json: Box<RawValue>,
}

type Refold = fn(&str, &[Plain], &Calendar) -> Result<Option<(CaseHead, Rows)>, String>;

struct CaseHead {
    version: u64,
    org: String,
    created: i64,
    updated: i64,
}

fn refold<L: Projected>(id: &str, events: &[Plain], calendar: &Calendar) -> Result<Option<(CaseHead, Rows)>, String> {
    let recorded: Vec<Recorded<L::Event>> = events
        .iter()
        .map(|e| {
            let event = serde_json::from_str(e.json.get()).map_err(|x| format!("event {}: {x}", e.seq))?;
            Ok(Recorded { seq: e.seq, at: instant(e.at), by: e.by.clone(), event })
        })
        .collect::<Result<_, String>>()?;
    let (Some(first), Some(last)) = (recorded.first(), recorded.last()) else { return Ok(None) };
    let Some(state) = <L as Life>::fold(&recorded) else { return Ok(None) };
    let version = recorded.len() as u64;
    let meta = CaseMeta { id, version, created: first.at, updated: last.at };
    let head = CaseHead { version, org: state.owner().to_string(), created: micros(first.at), updated: micros(last.at) };
    Ok(Some((head, L::project(&meta, &state, calendar))))
}

/// Checks the text of a published head and answers the head it certifies.
pub type NoteCheck<'a> = &'a (dyn Fn(&str) -> Result<TreeHead, String> + Send + Sync);

/// Walks the record.
pub struct Verifier<'a> {
    kinds: BTreeMap<&'static str, Refold>,
    known: Vec<TreeHead>,
    note: Option<NoteCheck<'a>>,
    keys: Option<&'a Trusted>,
}

impl Default for Verifier<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Verifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("kinds", &self.kinds.keys()).finish_non_exhaustive()
    }
}

impl<'a> Verifier<'a> {
    /// Knows no kind of case yet.
    pub fn new() -> Self {
        Self { kinds: BTreeMap::new(), known: Vec::new(), note: None, keys: None }
    }

    /// Cases of this kind are folded again.
    #[must_use]
    pub fn with<L: Projected>(mut self) -> Self {
        self.kinds.insert(L::KIND, refold::<L>);
        self
    }

    /// Heads known from elsewhere: printed, witnessed, copied.
    #[must_use]
    pub fn known(mut self, heads: impl IntoIterator<Item = TreeHead>) -> Self {
        self.known.extend(heads);
        self
    }

    /// Checks the signatures of the stored heads.
    #[must_use]
    pub fn notes(mut self, check: NoteCheck<'a>) -> Self {
        self.note = Some(check);
        self
    }

    /// Checks the signatures of certificates with the published keys.
    #[must_use]
    pub fn keys(mut self, keys: &'a Trusted) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Walks everything in one snapshot of the database.
    ///
    /// # Errors
    /// Only if the database cannot be read; what differs is in the report.
    pub async fn run(&self, store: &Store) -> Result<Report, Error> {
        let mut report = Report::default();
        let calendar = store.calendar().await?;
        let mut r = store.reader().await?;
        let begin = if r.link.is_sqlite() { "BEGIN" } else { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" };
        r.link.simple(begin).await?;
        let walked = self.walk(&mut r, store.origin(), &calendar, &mut report).await;
        if r.link.simple("ROLLBACK").await.is_err() {
            r.link.condemn();
        }
        walked?;
        Ok(report)
    }

    async fn walk(&self, r: &mut Reader, origin: &str, calendar: &Calendar, report: &mut Report) -> Result<(), Error> {
        self.ledger(r, origin, report).await?;
        let mut after = String::new();
        loop {
            let heads = r.heads_after(&after).await?;
            let Some(last) = heads.last() else { break };
            after.clone_from(&last.case_id);
            for head in heads {
                self.case(r, &head, calendar, report).await?;
            }
        }
        crate::verify_papers::walk(r, self.keys, report).await?;
        for (table, sql) in [
            ("event", STRAY_EVENTS),
            ("ledger", STRAY_LEDGER),
            ("filing", STRAY_FILINGS),
            ("clock", STRAY_CLOCKS),
            ("body_register", STRAY_BODIES),
            ("publication", STRAY_PUBLICATIONS),
            ("application", STRAY_APPLICATIONS),
            ("certificate", STRAY_CERTIFICATES),
            ("certificate_change", STRAY_CHANGES),
            ("certificate_report", STRAY_REPORTS),
            ("violation", STRAY_VIOLATIONS),
        ] {
            let stray: Vec<(String,)> = on!(r.conn(), |c| sqlx::query_as(sql).fetch_all(c).await)?;
            for (id,) in stray {
                report.fault(table, id, "case_id", "there is no head of this case");
            }
        }
        Ok(())
    }

    async fn ledger(&self, r: &mut Reader, origin: &str, report: &mut Report) -> Result<(), Error> {
        let mut heads: BTreeMap<u64, Vec<(Digest32, String)>> = BTreeMap::new();
        for k in &self.known {
            heads.entry(k.size).or_default().push((k.root, "a head known from elsewhere".into()));
        }
        for c in r.checkpoints().await? {
            let Some(root) = Digest32::from_slice(&c.root) else {
                report.fault("checkpoint", c.size, "root", "not 32 bytes");
                continue;
            };
            match self.note.map(|check| check(&c.note)) {
                Some(Err(why)) => report.fault("checkpoint", c.size, "note", why),
                Some(Ok(h)) if h.size != unsigned(c.size) => {
                    report.fault("checkpoint", c.size, "size", format!("the note says {}", h.size));
                }
                Some(Ok(h)) if h.root != root => report.fault("checkpoint", c.size, "root", "the signed note names another root"),
                _ => {}
            }
            heads.entry(unsigned(c.size)).or_default().push((root, "the published head".into()));
        }
        report.heads = heads.values().map(|v| v.len() as u64).sum();
        let mut chain = Chain::new(origin);
        let mut nodes: BTreeMap<(i64, i64), Vec<u8>> = BTreeMap::new();
        let (mut bodies, mut logical) = (0_i64, i64::MIN);
        let mut from = 0;
        loop {
            let page = r.ledger_from(from, 500).await?;
            let Some(last) = page.last() else { break };
            from = unsigned(last.seq) + 1;
            for row in page {
                report.rows += 1;
                Self::row(&mut chain, &mut nodes, &row, report);
                logical = Self::columns(r, &row, logical, &mut bodies, report).await?;
                check_heads(&mut heads, &chain, report);
            }
        }
        for (size, list) in heads.into_iter().filter(|(size, _)| *size > 0) {
            for (_, name) in list {
                report.fault("ledger", chain.next_seq(), "", format!("rows are missing: {name} covers {size} rows"));
            }
        }
        let (stored,): (i64,) = on!(r.conn(), |c| sqlx::query_as(BODY_COUNT).fetch_one(c).await)?;
        if stored != bodies {
            report.fault("ledger_body", stored, "seq", format!("{bodies} bodies belong to the ledger, {stored} are stored"));
        }
        let stored: Vec<(i64, i64, Vec<u8>)> = on!(r.conn(), |c| sqlx::query_as(NODES_ALL).fetch_all(c).await)?;
        let mut seen = BTreeSet::new();
        for (level, idx, hash) in stored {
            match nodes.get(&(level, idx)) {
                Some(h) if *h == hash => {}
                Some(_) => report.fault("merkle_node", format!("{level}/{idx}"), "hash", "is not the hash of the rows below"),
                None => report.fault("merkle_node", format!("{level}/{idx}"), "", "does not belong to the tree"),
            }
            seen.insert((level, idx));
        }
        for (level, idx) in nodes.keys().filter(|k| !seen.contains(k)) {
            report.fault("merkle_node", format!("{level}/{idx}"), "", "is missing");
        }
        Ok(())
    }

    /// Number, links and tree of one row. After a fault the walk goes on from what is stored,
    /// so that one changed row is reported as one.
    fn row(chain: &mut Chain, nodes: &mut BTreeMap<(i64, i64), Vec<u8>>, row: &LedgerRow, report: &mut Report) {
        let expected = chain.next_seq();
        if unsigned(row.seq) != expected {
            report.fault("ledger", expected, "seq", format!("row {} stands in its place", row.seq));
        }
        let (Some(prev), Some(link)) = (Digest32::from_slice(&row.prev), Digest32::from_slice(&row.link)) else {
            report.fault("ledger", row.seq, "link", "not 32 bytes");
            return;
        };
        let true_prev = chain.link();
        let computed = chain::link(&true_prev, expected, row.row.as_bytes());
        if prev != true_prev && computed == link {
            report.fault("ledger", row.seq, "prev", "is not the link of the row before");
        } else if prev != true_prev {
            report.fault("ledger", row.seq, "prev", "does not continue the row before: one of them was rewritten");
        } else if computed != link {
            report.fault("ledger", row.seq, "row", "its link differs: row or link was changed");
        }
        let linked = chain.append(row.row.as_bytes());
        for (id, hash) in linked.nodes {
            if id.level > 0 && id.level % 8 == 0 {
                nodes.insert((i64::from(id.level), signed(id.index)), hash.as_bytes().to_vec());
            }
        }
        if computed != link {
            *chain = Chain::resume(link, chain.frontier().clone());
        }
    }

    async fn columns(r: &mut Reader, row: &LedgerRow, logical: i64, bodies: &mut i64, report: &mut Report) -> Result<i64, Error> {
        let fields = match row.fields() {
            Ok(f) => f,
            Err(e) => {
                report.fault("ledger", row.seq, "row", e);
                return Ok(logical);
            }
        };
        for (column, same) in [
            ("row", fields.seq == unsigned(row.seq)),
            ("at", fields.logical == instant(row.at).to_string()),
            ("class", fields.kind == row.class),
            ("actor", fields.actor == row.actor),
            ("case_id", fields.case.as_deref().unwrap_or_default() == row.case_id),
        ] {
            if !same {
                report.fault("ledger", row.seq, column, "is not what the chained row says");
            }
        }
        if row.at < logical {
            report.fault("ledger", row.seq, "at", "logical time runs backwards");
        }
        if row.class != "event" && fields.body.is_some() {
            *bodies += 1;
            match r.ledger_plain(row).await {
                Ok(Some(plain)) if digest(&plain) == fields.body => {}
                Ok(Some(_)) => report.fault("ledger_body", row.seq, "body", "has another digest than the ledger says"),
                Ok(None) => report.fault("ledger_body", row.seq, "", "is missing"),
                Err(Error::Damaged(_)) => report.fault("ledger_body", row.seq, "body", "does not open: it was changed"),
                Err(Error::Destroyed(_)) => report.destroyed += 1,
                Err(e) => return Err(e),
            }
        }
        Ok(row.at.max(logical))
    }

    async fn case(&self, r: &mut Reader, head: &Head, calendar: &Calendar, report: &mut Report) -> Result<(), Error> {
        let id = head.case_id.as_str();
        report.cases += 1;
        let ledger: Vec<LedgerRow> = r.ledger_of_case(id).await?.into_iter().filter(|l| l.class == "event").collect();
        let rows: Vec<StoredEvent> = on!(r.conn(), |c| sqlx::query_as(ALL_EVENTS).bind(id).fetch_all(c).await)?;
        if ledger.len() != rows.len() {
            report.fault("event", id, "", format!("{} events are stored, the ledger has {}", rows.len(), ledger.len()));
        }
        let key = match r.case_key_uncached(id).await {
            Ok(Some(k)) => Some(k),
            Ok(None) => {
                report.fault("case_key", id, "", "is missing");
                return Ok(());
            }
            Err(Error::Destroyed(_)) => None,
            Err(Error::Damaged(what)) => {
                report.fault("case_key", id, "wrapped", what);
                return Ok(());
            }
            Err(e) => return Err(e),
        };
        let mut events = Vec::with_capacity(rows.len());
        for (i, e) in rows.iter().enumerate() {
            report.events += 1;
            let entry = ledger.get(i).map(LedgerRow::fields).transpose().unwrap_or_default();
            if let Some(plain) = event(id, i, e, entry.as_ref(), key.as_ref(), report) {
                events.push(plain);
            }
        }
        if key.is_none() {
            report.destroyed += 1;
            return Ok(());
        }
        let Some(refold) = self.kinds.get(head.kind.as_str()) else {
            report.fault("case_head", id, "kind", format!("{} is not a kind that is known", head.kind));
            return Ok(());
        };
        if events.len() != rows.len() {
            return Ok(());
        }
        match refold(id, &events, calendar) {
            Err(why) => report.fault("event", id, "body", why),
            Ok(None) => report.fault("case_head", id, "", "its events make no case"),
            Ok(Some((want, rows))) => {
                let meta = |v: u64, c, u| CaseMeta { id, version: v, created: instant(c), updated: instant(u) };
                let stored = head_values(&meta(unsigned(head.version), head.created, head.updated), &head.kind, &head.org);
                let wanted = head_values(&meta(want.version, want.created, want.updated), &head.kind, &want.org);
                compare(report, T::Head, id, Some(stored), Some(wanted));
                tables(r, id, rows, report).await?;
            }
        }
        Ok(())
    }
}

struct StoredEvent {
    seq: i64,
    kind: String,
    name: String,
    at: i64,
    actor: String,
    org: String,
    body: Vec<u8>,
}

from_row!(StoredEvent { seq, kind, name, at, actor, org, body });

fn event(
    id: &str,
    i: usize,
    e: &StoredEvent,
    entry: Option<&chain::Row>,
    key: Option<&CaseKey>,
    report: &mut Report,
) -> Option<Plain> {
    let row = format!("{id}/{}", e.seq);
    let number = i as u64 + 1;
    if unsigned(e.seq) != number {
        report.fault("event", &row, "seq", format!("{number} is missing"));
    }
    if let Some(l) = entry {
        for (column, same) in [
            ("seq", l.case_version == Some(unsigned(e.seq))),
            ("kind", l.object == e.kind),
            ("name", l.action == e.name),
            ("at", l.at == instant(e.at).to_string()),
            ("actor", l.actor == e.actor),
            ("org", l.org.as_deref().unwrap_or_default() == e.org),
        ] {
            if !same {
                report.fault("event", &row, column, "is not what the ledger says");
            }
        }
    }
    let Some(plain) = event_plain(id, e.seq, &e.kind, key?, &e.body) else {
        report.fault("event", &row, "body", "does not open: body, seq, kind or case_id was changed");
        return None;
    };
    if entry.is_some_and(|l| l.body != digest(&plain)) {
        report.fault("event", &row, "body", "has another digest than the ledger says");
    }
    let Some((by, json)) = decode_plain(&plain) else {
        report.fault("event", &row, "body", "cannot be read");
        return None;
    };
    Some(Plain {
        seq: unsigned(e.seq),
        at: e.at,
        by: By { user: e.actor.as_str().into(), name: by, org: e.org.as_str().into() },
        json,
    })
}

fn check_heads(heads: &mut BTreeMap<u64, Vec<(Digest32, String)>>, chain: &Chain, report: &mut Report) {
    let Some(list) = heads.remove(&chain.next_seq()) else { return };
    let found = chain.head().root;
    for (root, name) in list {
        if root != found {
            report.fault(
                "ledger",
                format!("0 to {}", chain.next_seq() - 1),
                "",
                format!("rows were rewritten: {name} has another root"),
            );
        }
    }
}

/// Compares a stored row with the one that the events make, column by column.
fn compare(report: &mut Report, table: T, row: &str, stored: Option<Vec<Val>>, wanted: Option<Vec<Val>>) {
    let t = &TABLES[table as usize];
    match (stored, wanted) {
        (Some(s), Some(w)) => {
            for ((column, s), w) in t.columns.iter().zip(&s).zip(&w).filter(|((_, s), w)| s != w) {
                report.fault(t.name, row, column, format!("stored {s}, the events make {w}"));
            }
        }
        (Some(_), None) => report.fault(t.name, row, "", "the events do not make this row"),
        (None, Some(_)) => report.fault(t.name, row, "", "is missing"),
        (None, None) => {}
    }
}

/// Compares lists of rows by their keys.
fn compare_all(report: &mut Report, table: T, case_id: &str, stored: Vec<Vec<Val>>, wanted: Vec<Vec<Val>>) {
    let keys = TABLES[table as usize].key;
    let by_key = |rows: Vec<Vec<Val>>| -> BTreeMap<String, Vec<Val>> {
        rows.into_iter().map(|r| (r[..keys].iter().map(ToString::to_string).collect::<Vec<_>>().join("/"), r)).collect()
    };
    let (mut stored, wanted) = (by_key(stored), by_key(wanted));
    for (key, w) in wanted {
        compare(report, table, &key, stored.remove(&key), Some(w));
    }
    for (key, s) in stored {
        debug_assert!(!key.is_empty(), "rows of {case_id} have keys");
        compare(report, table, &key, Some(s), None);
    }
}

async fn tables(r: &mut Reader, id: &str, rows: Rows, report: &mut Report) -> Result<(), Error> {
    compare(report, T::Filing, id, r.filing(id).await?.map(FilingRow::values), rows.filing.map(FilingRow::values));
    let stored = r.clocks(id).await?.into_iter().map(StoredClock::values).collect();
    compare_all(report, T::Clock, id, stored, rows.clocks.into_iter().map(|c| c.values(id)).collect());
    let bodies = r.bodies_of_case(id).await?;
    for b in &bodies {
        let stored = r.body_statuses(&b.id).await?.into_iter().map(BodyStatusRow::values).collect();
        let wanted = rows.statuses.iter().filter(|s| s.body == b.id).cloned().map(BodyStatusRow::values).collect();
        compare_all(report, T::BodyStatus, id, stored, wanted);
    }
    let stored = bodies.into_iter().map(BodyRow::values).collect();
    compare_all(report, T::Body, id, stored, rows.bodies.into_iter().map(BodyRow::values).collect());
    let stored = r.publications_of_case(id).await?.into_iter().map(PublicationRow::values).collect();
    compare_all(report, T::Publication, id, stored, rows.publications.into_iter().map(PublicationRow::values).collect());
    let (application, certificate) = (r.application(id).await?, r.certificate(id).await?);
    compare(report, T::Application, id, application.map(ApplicationRow::values), rows.application.map(ApplicationRow::values));
    compare(report, T::Certificate, id, certificate.map(CertificateRow::values), rows.certificate.map(CertificateRow::values));
    let stored = r.certificate_changes(id).await?.into_iter().map(CertificateChangeRow::values).collect();
    let wanted = rows.changes.into_iter().map(CertificateChangeRow::values).collect();
    compare_all(report, T::CertificateChange, id, stored, wanted);
    let stored = r.certificate_reports(id).await?.into_iter().map(CertificateReportRow::values).collect();
    let wanted = rows.reports.into_iter().map(CertificateReportRow::values).collect();
    compare_all(report, T::CertificateReport, id, stored, wanted);
    let stored = r.violations_of(id).await?.into_iter().map(ViolationRow::values).collect();
    compare_all(report, T::Violation, id, stored, rows.violations.into_iter().map(ViolationRow::values).collect());
    // How a sending goes is no business of the case; what it carries is.
    for (seq, digest) in r.carried(id).await? {
        let key = format!("{id}/{seq}");
        if !digest.is_empty() && !rows.carried.iter().any(|c| c.0 == seq && c.1 == digest) {
            report.fault("report_outbox", &key, "digest", "is not that of the record");
        }
    }
    Ok(())
}
