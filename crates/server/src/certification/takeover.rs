//! Older certificates taken over from a table (M 18): read cell by cell, checked by the law, recorded all together or
//! not at all, each as an event that names the row and the digest of the file.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use guosuo_case::certificate::{Cell, Certificate, ChangeKind, Command, Mark, Source, Stood, TakeOver, Wrong};
use guosuo_case::certification::{Kind, MAINLAND, Onward, Party, People, Recipient, Scope};
use guosuo_case::filing::{half_width, parse_date};
use guosuo_case::{Actor, OrgId, OrgKind};
use guosuo_rules::time::cst_date;
use guosuo_seal::digest::sha256;
use guosuo_store::accounts::OrgStatus;
use guosuo_store::{ActError, Origin, new_id};
use jiff::civil::Date;

use super::facts;
use crate::app::App;
use crate::body::roster_file::{CellError, cell};
use crate::error::Error;
use crate::intake::{self, Accept, Sample};
use crate::path::people;
use crate::web::Lang;
use crate::words::takeover as words;

/// Most rows of one file.
pub const MOST: usize = 50_000;
/// Rows among which the heading is looked for.
const HEAD: usize = 20;
/// A cell that is as long was cut by whoever read the file.
const CUT: usize = intake::LONG_CELL;

/// A record that was read.
#[derive(Debug)]
pub struct Read {
    /// The certificates, in the order of the rows.
    pub list: Vec<TakeOver>,
    /// Every cell that cannot stand; nothing is recorded then.
    pub errors: Vec<CellError>,
    /// Which column each letter of the table is; empty where its heading cannot be used.
    pub heads: BTreeMap<String, Cell>,
    /// Name of the file.
    pub file: String,
    /// Hex SHA-256 of its bytes.
    pub sha256: String,
}

/// What stands in the rows below the heading.
struct Row<'a> {
    l: Lang,
    number: usize,
    cells: &'a [String],
    columns: &'a BTreeMap<Cell, usize>,
    errors: Vec<(Cell, String)>,
}

impl Row<'_> {
    fn text(&self, c: Cell) -> &str {
        self.columns.get(&c).and_then(|i| self.cells.get(*i)).map_or("", |v| v.trim())
    }

    fn fail(&mut self, c: Cell, problem: String) {
        if !self.errors.iter().any(|e| e.0 == c) {
            self.errors.push((c, problem));
        }
    }

    /// What a cell takes, with what stands there.
    fn unreadable(&mut self, c: Cell) {
        let right = words::takes(self.l, c);
        let problem = if self.text(c).is_empty() {
            words::wrong(self.l, c, &Wrong::Missing)
        } else {
            self.l.pick(format!("读不出来。{right}。"), format!("It cannot be read. {right}."))
        };
        self.fail(c, problem);
    }

    fn list(&self, c: Cell) -> Vec<String> {
        self.text(c).split(['；', ';']).map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect()
    }

    /// Parts of each member of a list, as many as asked for.
    fn parts<const N: usize>(&mut self, c: Cell) -> Vec<[String; N]> {
        let mut out = Vec::new();
        for one in self.list(c) {
            let mut parts = one.split(['|', '｜']).map(|p| p.trim().to_owned());
            let read: [String; N] = std::array::from_fn(|_| parts.next().unwrap_or_default());
            if parts.next().is_some() {
                self.unreadable(c);
            }
            out.push(read);
        }
        out
    }

    fn people(&mut self, c: Cell) -> u64 {
        match people(self.l, self.text(c)) {
            Ok(n) => n,
            Err(why) => {
                self.fail(c, why);
                0
            }
        }
    }

    fn day(&mut self, c: Cell) -> Date {
        parse_date(self.text(c)).unwrap_or_else(|| {
            self.unreadable(c);
            Date::ZERO
        })
    }

    fn scope(&mut self) -> Scope {
        let sensitive = self.list(Cell::Sensitive);
        let kinds: Vec<Kind> =
            self.list(Cell::Kinds).into_iter().map(|name| Kind { sensitive: sensitive.contains(&name), name }).collect();
        if let Some(odd) = sensitive.iter().find(|s| !kinds.iter().any(|k| k.name == **s)) {
            let problem = self
                .l
                .pick(format!("“{odd}”不在个人信息种类里。"), format!("“{odd}” is not among the kinds of personal information."));
            self.fail(Cell::Sensitive, problem);
        }
        let people = People { non_sensitive: self.people(Cell::People), sensitive: self.people(Cell::PeopleSensitive) };
        let recipients = self.parts::<3>(Cell::Recipients).into_iter();
        let recipients = recipients.map(|[name, country, contact]| Recipient { name, country, contact }).collect();
        let onward =
            self.parts::<3>(Cell::Onward).into_iter().map(|[from, name, country]| Onward { from, name, country }).collect();
        let retention_months = half_width(self.text(Cell::Retention)).parse().unwrap_or_else(|_| {
            self.unreadable(Cell::Retention);
            0
        });
        Scope {
            purposes: self.list(Cell::Purposes),
            kinds,
            people,
            recipients,
            onward,
            systems: self.list(Cell::Systems),
            retention_months,
        }
    }

    /// What had become of it. One that time has ended ended on the day after its last.
    fn stood(&mut self, valid_until: Date) -> Option<Stood> {
        let kind = match self.text(Cell::Status).to_lowercase().as_str() {
            "有效" | "valid" => None,
            "暂停" | "suspended" => Some(ChangeKind::Suspended),
            "撤销" | "revoked" => Some(ChangeKind::Revoked),
            "注销" | "cancelled" => Some(ChangeKind::Cancelled),
            "过期" | "过期失效" | "已过期" | "expired" => {
                return Some(Stood::by_time(valid_until));
            }
            "" => {
                self.unreadable(Cell::Status);
                return None;
            }
            _ => {
                let problem = words::wrong(self.l, Cell::Status, &Wrong::NotAStatus);
                self.fail(Cell::Status, problem);
                return None;
            }
        }?;
        Some(Stood { kind, since: self.day(Cell::Since), ground: self.text(Cell::Ground).to_owned() })
    }

    fn read(&mut self, source: Source) -> TakeOver {
        let long: Vec<Cell> = Cell::ALL.into_iter().filter(|c| self.text(*c).chars().count() >= CUT).collect();
        for c in long {
            let most = CUT - 1;
            let problem = self.l.pick(format!("超过{most}个字，请缩短。"), format!("More than {most} characters; shorten it."));
            self.fail(c, problem);
        }
        let (issued_on, valid_until) = (self.day(Cell::IssuedOn), self.day(Cell::ValidUntil));
        let country = self.text(Cell::Country).to_uppercase();
        let code = self.text(Cell::Code);
        let code = if country == MAINLAND { guosuo_rules::ids::normalise(code) } else { code.to_owned() };
        TakeOver {
            holder: Party {
                org: None,
                name: self.text(Cell::Holder).to_owned(),
                address: self.text(Cell::Address).to_owned(),
                country,
                code,
            },
            applicant: None,
            mandate: None,
            number: self.text(Cell::Number).to_owned(),
            scope: self.scope(),
            basis: self.text(Cell::Basis).to_uppercase(),
            mark: Mark { cross_border: true, body: self.text(Cell::Mark).to_owned() },
            issued_on,
            valid_until,
            stood: self.stood(valid_until),
            source,
        }
    }
}

/// Where the columns are, by either heading.
fn columns(row: &[String]) -> BTreeMap<Cell, usize> {
    let plain = |t: &str| t.chars().filter(|c| !c.is_whitespace() && *c != '_').flat_map(char::to_lowercase).collect::<String>();
    let heads: Vec<String> = row.iter().map(|t| plain(t)).collect();
    let at = |c: Cell| {
        let (zh, en) = words::column(c);
        heads.iter().position(|h| *h == plain(zh) || *h == plain(en))
    };
    Cell::ALL.into_iter().filter_map(|c| Some((c, at(c)?))).collect()
}

/// The column of a cell: `Q` of `Q3`.
fn letters(cell: &str) -> &str {
    cell.trim_end_matches(|c: char| c.is_ascii_digit())
}

impl Read {
    /// A cell with the name of its column, so that nobody has to count letters: `Q3 发证日期`.
    pub fn named(&self, l: Lang, cell: &str) -> String {
        self.heads.get(letters(cell)).map_or_else(
            || cell.to_owned(),
            |c| {
                let (zh, en) = words::column(*c);
                format!("{cell} {}", l.t(zh, en))
            },
        )
    }
}

/// The heading of the table as a row.
pub fn heading(l: Lang) -> Vec<&'static str> {
    Cell::ALL.into_iter().map(|c| l.t(words::column(c).0, words::column(c).1)).collect()
}

/// Reads and checks a table for a body; nothing is recorded.
///
/// # Errors
/// Faults of the machine and of the store. What is wrong with the table is in the answer.
pub async fn check(app: &App, l: Lang, body: &str, file: &str, bytes: &Bytes) -> Result<Read, Error> {
    let mut out = Read {
        list: Vec::new(),
        errors: Vec::new(),
        heads: BTreeMap::new(),
        file: file.to_owned(),
        sha256: sha256(bytes).to_hex(),
    };
    let whole = |problem: String| CellError { cell: "A1".into(), value: String::new(), problem };
    let kind = match app.intake.sniff(file, &Sample::of(bytes), Accept::ROSTER) {
        Ok(kind) => kind,
        Err(no) => {
            out.errors.push(whole(intake::words::rejection_of_table(l, &no)));
            return Ok(out);
        }
    };
    let table = match app.intake.long_table(kind, bytes, MOST + HEAD).await? {
        Ok(table) => table,
        Err(f) => {
            out.errors.push(whole(intake::words::failure(l, &f)));
            return Ok(out);
        }
    };
    if table.cut {
        let problem =
            l.pick(format!("一次最多{MOST}行，请分成几个文件。"), format!("At most {MOST} rows at one time; divide the file."));
        out.errors.push(CellError { cell: cell(MOST, 0), value: String::new(), problem });
    }
    rows(app, l, body, &table.rows, &mut out).await?;
    Ok(out)
}

async fn rows(app: &App, l: Lang, body: &str, table: &[Vec<String>], out: &mut Read) -> Result<(), Error> {
    let head = table.iter().take(HEAD).position(|r| columns(r).contains_key(&Cell::Number)).unwrap_or(0);
    let columns = table.get(head).map(|r| columns(r)).unwrap_or_default();
    if columns.is_empty() {
        // Another table altogether: its own words help more than all the names that it lacks.
        let there: String = table.first().map(|r| r.join(l.t("、", ", "))).unwrap_or_default().chars().take(200).collect();
        let problem = l.pick(
            format!("第一行没有一个认得的列名，现在是：{there}。用下载的空表填写，不要改列名。"),
            format!("The first line has none of the column names; it has: {there}. Use the table that you can download and keep its head."),
        );
        out.errors.push(CellError { cell: cell(0, 0), value: String::new(), problem });
        return Ok(());
    }
    for c in Cell::ALL.into_iter().filter(|c| !columns.contains_key(c)) {
        let (zh, en) = words::column(c);
        out.errors.push(CellError {
            cell: cell(head, 0),
            value: String::new(),
            problem: l.pick(format!("没有“{zh}”这一列。"), format!("There is no column “{en}”.")),
        });
    }
    if !out.errors.is_empty() {
        return Ok(());
    }
    out.heads = columns.iter().map(|(c, i)| (letters(&cell(0, *i)).to_owned(), *c)).collect();
    let today = cst_date(app.now());
    let mut reader = app.store.reader().await?;
    let calendar = app.store.calendar().await?;
    let mut facts = facts::of_certificate(&mut reader, calendar, &importer(body), of(&body.into()), today).await?;
    facts.numbers = Arc::new(reader.certificate_numbers(body).await?);
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for (r, cells) in table.iter().enumerate().skip(head + 1) {
        if cells.iter().all(|c| c.trim().is_empty()) {
            continue;
        }
        let number = r + 1;
        let mut row = Row { l, number, cells, columns: &columns, errors: Vec::new() };
        let place = Source { file: out.file.clone(), sha256: out.sha256.clone(), row: u32::try_from(number).unwrap_or(u32::MAX) };
        let mut t = row.read(place);
        // Where a day could not be read, nothing is said of what depends on it.
        let dated = !row.errors.iter().any(|e| matches!(e.0, Cell::IssuedOn | Cell::ValidUntil | Cell::Since));
        for fault in t.faults(&facts, today) {
            let depends = matches!(fault.wrong, Wrong::EditionNotInForce { .. } | Wrong::DayOutside { .. } | Wrong::HasEnded);
            if dated || !depends {
                row.fail(fault.cell, words::wrong(l, fault.cell, &fault.wrong));
            }
        }
        if let Some(twin) = first.get(&t.number) {
            let problem = l.pick(format!("与第{twin}行的编号重复。"), format!("The same number as in row {twin}."));
            row.fail(Cell::Number, problem);
        } else if !t.number.is_empty() {
            first.insert(t.number.clone(), row.number);
        }
        let mut errors = std::mem::take(&mut row.errors);
        errors.sort_by_key(|e| e.0);
        out.errors.extend(errors.into_iter().map(|(c, problem)| CellError {
            cell: cell(r, columns.get(&c).copied().unwrap_or(0)),
            value: row.text(c).chars().take(60).collect(),
            problem,
        }));
        if t.holder.country == MAINLAND
            && let Some(o) = reader.organisation_by_code(&t.holder.code).await?
            && o.kind == OrgKind::Processor
            // Anybody may register under a code that is public: only once an officer has confirmed who it is, it is the holder.
            && matches!(o.status, OrgStatus::Active | OrgStatus::Suspended)
        {
            t.holder.org = Some(o.id.into());
        }
        out.list.push(t);
    }
    if out.list.is_empty() {
        let problem = l.t("表里还没有证书。", "The table holds no certificates yet.").to_owned();
        out.errors.push(CellError { cell: cell(head + 1, 0), value: String::new(), problem });
    }
    Ok(())
}

/// What the facts are about: a case that does not exist yet.
fn of(body: &OrgId) -> facts::Certified<'_> {
    facts::Certified { case: "", body, applications: &[], number: "" }
}

/// Whoever runs the instance, on behalf of a body.
pub fn importer(body: &str) -> Actor {
    Actor { org: body.into(), org_kind: OrgKind::Body, ..Actor::system("import-certificates") }
}

/// Records what was read without an error, in one transaction; answers how many certificates.
///
/// # Errors
/// The law's refusal of the first that cannot stand any more, and faults of the store: nothing is recorded then.
pub async fn record(app: &App, body: &str, actor: Actor, session: String, read: Read) -> Result<usize, ActError> {
    let now = app.now();
    let work = (body.to_owned(), actor, session, read);
    app.store
        .write_with(work, move |tx, (body, actor, session, read)| {
            Box::pin(async move {
                let calendar = tx.calendar().await?;
                let reader = tx.reader().await?;
                let numbers = reader.certificate_numbers(body).await?;
                let mut facts = facts::of_certificate(reader, calendar, actor, of(&body.as_str().into()), cst_date(now)).await?;
                facts.numbers = Arc::new(numbers);
                for t in &read.list {
                    let case = tx.case::<Certificate>(&new_id()).await?;
                    Box::pin(tx.act(case, Command::TakeOver(Box::new(t.clone())), actor, session, &facts, now)).await?;
                }
                let origin = Origin { actor: actor.user.0.clone(), org: body.clone(), session: session.clone() };
                let what = serde_json::json!({ "file": read.file, "sha256": read.sha256, "certificates": read.list.len() });
                tx.record_act("certificates.taken_over", body, &origin, &what, now).await?;
                Ok::<_, ActError>(read.list.len())
            })
        })
        .await
}
