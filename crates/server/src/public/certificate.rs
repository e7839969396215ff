//! `GET /certificates/{number}` and `GET /V/{code}`: one certificate, as anybody may check it on a
//! phone. Suspended and revoked are called by their names; a QR code is checked before it is believed.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use guosuo_case::filing::parse_date;
use guosuo_rules::ids::respelled;
use guosuo_rules::time::cst_date;
use guosuo_seal::certificate::{Content, Genuine, With, check, qr::QrCode};
use guosuo_store::{CertificateChangeRow, CertificateRow, PaperRow};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;

use super::day;
use super::memory::Keep;
use crate::app::Cx;
use crate::error::Error;
use crate::jobs::papers;
use crate::router::encode;
use crate::web::components::{Fact, Happening, Tone};
use crate::web::{Front, Lang, Shell};
use crate::words;

/// `?as_of=…&body=…`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The day; today when empty.
    pub as_of: String,
    /// The body, where two bodies have used the same number.
    pub body: String,
}

/// A certificate with everything that is public about it.
pub(crate) struct Public {
    pub(crate) row: CertificateRow,
    pub(crate) changes: Vec<CertificateChangeRow>,
    pub(crate) papers: Vec<PaperRow>,
    pub(crate) entries: Vec<guosuo_store::EntryRow>,
    body: String,
    body_entry: Option<(String, bool)>,
    actors: Vec<(String, String)>,
    received: Vec<(Timestamp, String)>,
    taken_over: Option<papers::TakenOver>,
}

impl Public {
    /// The status on a day: time ends a validity by itself, what is final stays.
    pub(crate) fn status_on(&self, on: Date) -> &str {
        let text = on.to_string();
        let mut status = "";
        for change in self.changes.iter().filter(|c| c.effective_on <= text && !c.status.is_empty()) {
            if matches!(status, "revoked" | "cancelled" | "expired") {
                break;
            }
            status = &change.status;
        }
        if matches!(status, "valid" | "suspended") && text > self.row.valid_until { "expired" } else { status }
    }

    /// The change that gave the status of a day, unless time did.
    fn cause(&self, on: Date) -> Option<&CertificateChangeRow> {
        let text = on.to_string();
        let status = self.status_on(on);
        self.changes.iter().rev().find(|c| c.effective_on <= text && c.status == status)
    }

    /// The version in force on a day.
    fn content(&self, on: Date) -> Option<Content> {
        let text = on.to_string();
        let paper = self.papers.iter().rev().find(|p| p.effective_on <= text).or(self.papers.first())?;
        paper.read().ok()
    }

    fn actor(&self, org: &str) -> String {
        self.actors.iter().find(|a| a.0 == org).map(|a| a.1.clone()).unwrap_or_default()
    }
}

/// Finds the certificate of a number; `body` where two bodies have used it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Malformed`] where the number alone is not enough.
pub(crate) async fn find(cx: &Cx, number: &str, body: &str) -> Result<Public, Error> {
    let mut reader = cx.app.store.reader().await?;
    let mut rows = reader.certificates_of_number(number).await?;
    rows.retain(|r| body.is_empty() || r.body == body);
    if rows.len() > 1 {
        return Err(Error::Malformed("several bodies have used this number: add ?body= with the id of one of them"));
    }
    let row = rows.pop().ok_or(Error::NotFound)?;
    drop(reader);
    gather(cx, row).await
}

async fn gather(cx: &Cx, row: CertificateRow) -> Result<Public, Error> {
    let mut reader = cx.app.store.reader().await?;
    let changes = reader.certificate_changes(&row.case_id).await?;
    let papers = reader.papers_of(&row.case_id).await?;
    let entries = reader.entries_of(&row.case_id).await?;
    let org = reader.organisation(&row.body).await?;
    let body = org.as_ref().map(|o| o.name.clone()).unwrap_or_default();
    let code = org.and_then(|o| o.credit_code).unwrap_or_default();
    let listed = if code.is_empty() { Vec::new() } else { reader.bodies(cx.today(), &code, 10).await? };
    let body_entry = listed.iter().find(|b| b.credit_code == code).map(|b| (b.id.clone(), b.status == "filed"));
    let mut actors: Vec<(String, String)> = Vec::new();
    for change in &changes {
        if !actors.iter().any(|a| a.0 == change.actor_org) {
            let name = reader.organisation(&change.actor_org).await?.map(|o| o.name).unwrap_or_default();
            actors.push((change.actor_org.clone(), name));
        }
    }
    let received = reader
        .certificate_reports(&row.case_id)
        .await?
        .into_iter()
        .filter(|r| r.state == "received")
        .map(|r| (Timestamp::from_microsecond(r.received_at).unwrap_or(cx.now), r.receipt))
        .collect();
    // Only what was taken over rests on no application here.
    let taken_over = if row.application.is_empty() { papers::taken_over(&mut reader, &row.case_id).await? } else { None };
    Ok(Public { row, changes, papers, entries, body, body_entry, actors, received, taken_over })
}

#[derive(Template)]
#[template(path = "public/certificate.html")]
struct Page {
    shell: Shell,
    l: Lang,
    tone: Tone,
    title: &'static str,
    sub: String,
    facts: Vec<Fact>,
    notes: Vec<String>,
    history: Vec<Happening>,
    known: bool,
    /// It was issued later than the day that was asked for.
    early: bool,
    host: String,
    base: String,
    list: Option<u32>,
}

fn facts(l: Lang, c: &Public, on: Date) -> Vec<Fact> {
    let content = c.content(on);
    let holder = content.as_ref().map_or(&c.row.holder, |c| &c.holder.name);
    let mut out = vec![
        Fact::new(l.t("证书编号", "Certificate number"), &c.row.number).code(),
        Fact::new(l.t("获证个人信息处理者", "Holder"), holder).note(&c.row.holder_code),
    ];
    let status = c.status_on(on);
    if let Some(cause) = c.cause(on).filter(|_| status != "valid") {
        let term = match status {
            "suspended" => l.t("暂停的理由", "Why it is suspended"),
            "revoked" => l.t("撤销的理由", "Why it is revoked"),
            "cancelled" => l.t("注销的理由", "Why it is cancelled"),
            _ => l.t("理由", "Ground"),
        };
        if status != "expired" {
            let ground = words::article(l, if cause.publication.is_empty() { &cause.ground } else { &cause.publication });
            let who = words::origin_words(l, &cause.origin, &c.actor(&cause.actor_org));
            let since = day(l, &cause.effective_on);
            out.push(Fact::new(term, ground).note(l.pick(format!("{since}起，{who}"), format!("since {since}, {who}"))));
        }
    }
    if let Some(scope) = content.as_ref().map(|c| l.t(&c.scope.zh, &c.scope.en)) {
        let (first, rest) = scope.split_once('\n').unwrap_or((scope, ""));
        out.push(Fact::new(l.t("认证范围", "Scope"), first).note(rest.replace('\n', l.t("；", "; "))));
    }
    let mut body = Fact::new(l.t("发证机构", "Issued by"), &c.body);
    body = match &c.body_entry {
        Some((id, true)) => {
            body.note(l.t("已备案，", "Filed. ")).link(l.href(format!("/bodies/{id}")), l.t("查看备案公示", "See its entry"))
        }
        Some((id, false)) => body
            .note(l.t("已移出备案名录，", "Removed from the list. "))
            .link(l.href(format!("/bodies/{id}")), l.t("查看", "See")),
        None => body,
    };
    out.push(body);
    if let Some(t) = &c.taken_over {
        let (on, row) = (l.date(t.on).words, t.source.row);
        let told = l.pick(
            format!("{on}接收自发证机构的原有登记（第{row}行），不是在本平台出具的"),
            format!("Taken over on {on} from the earlier register of the body (row {row}); not issued on this platform"),
        );
        let source = l.pick("登记表文件的SHA-256：", "SHA-256 of the file of the register: ");
        out.push(Fact::new(l.t("登记来源", "Source of this entry"), told).note(format!("{source}{}", t.source.sha256)));
    }
    let (from, until) = (day(l, &c.row.issued_on), day(l, &c.row.valid_until));
    out.push(Fact::new(l.t("有效期", "Validity"), l.pick(format!("{from}至{until}"), format!("{from} to {until}"))));
    out
}

fn history(l: Lang, c: &Public, now: Timestamp) -> Vec<Happening> {
    let today = cst_date(now).to_string();
    let mut out: Vec<(String, Happening)> = c
        .changes
        .iter()
        .map(|h| {
            let at = l.date(h.effective_on.parse().unwrap_or_else(|_| cst_date(now)));
            let mut line = Happening::new(at, words::change_words(l, &h.kind));
            if h.kind != "issued" {
                let who = words::origin_words(l, &h.origin, &c.actor(&h.actor_org));
                let ground = words::article(l, if h.publication.is_empty() { &h.ground } else { &h.publication });
                line = line.note(if ground.is_empty() { who } else { format!("{ground}{}{who}", l.t("　", " — ")) });
            }
            line.bad = matches!(h.kind.as_str(), "suspended" | "revoked");
            line.planned = h.effective_on > today;
            (h.effective_on.clone(), line)
        })
        .collect();
    if let Some(t) = &c.taken_over {
        let words = l.t("接收自原有登记", "Taken over from an earlier register");
        out.push((t.on.to_string(), Happening::new(l.date(t.on), words).note(&c.body)));
    }
    for (at, receipt) in &c.received {
        let on = cst_date(*at);
        let line = Happening::new(
            l.date(on),
            l.t("报送全国认证认可信息公共服务平台", "Reported to the national platform for certification"),
        );
        out.push((on.to_string(), if receipt.is_empty() { line } else { line.note(receipt.clone()) }));
    }
    if c.status_on(cst_date(now)) == "expired" && !c.changes.iter().any(|h| h.kind == "expired") {
        let at = l.date(c.row.valid_until.parse().unwrap_or_else(|_| cst_date(now)));
        out.push((c.row.valid_until.clone(), Happening::new(at, words::change_words(l, "expired"))));
    }
    // Each list begins with its oldest: of one day the newest stands first, too.
    out.reverse();
    out.sort_by(|a, b| b.0.cmp(&a.0));
    out.into_iter().map(|(_, h)| h).collect()
}

/// The page of a certificate, or that there is none; `notes` stand above the facts.
fn page(cx: &Cx, found: Option<&Public>, on: Date, notes: Vec<String>) -> Result<Response, Error> {
    let l = cx.l();
    let status = found.map_or("", |c| c.status_on(on));
    let early = found.is_some() && status.is_empty();
    let (title, tone) = if early {
        (l.t("这一天还没有颁发这张证书", "The certificate was not yet issued on that day"), Tone::Mute)
    } else {
        words::verdict_words(l, status)
    };
    let now = l.moment(cx.now).words;
    let sub = if on == cx.today() {
        l.pick(format!("查验时间 {now}"), format!("Checked {now}"))
    } else {
        let then = l.date(on).words;
        l.pick(format!("{then}当天的状态，不是现在的状态"), format!("On {then}, not now"))
    };
    let number = found.map(|c| c.row.number.clone()).unwrap_or_default();
    let shell = Shell::new(
        &cx.screen,
        Front::Plain,
        if number.is_empty() { title.to_owned() } else { format!("{title}{}{number}", l.t("：", ": ")) },
    );
    let page = Page {
        shell,
        l,
        tone,
        title,
        sub,
        facts: found.filter(|_| !early).map(|c| facts(l, c, on)).unwrap_or_default(),
        notes,
        history: found.map(|c| history(l, c, cx.now)).unwrap_or_default(),
        known: found.is_some() && !status.is_empty(),
        early,
        host: papers::host(&cx.app).to_ascii_lowercase(),
        base: format!("/certificates/{}", super::certificates::segment(&number)),
        list: found
            .and_then(|c| c.papers.last())
            .and_then(|p| u32::try_from(p.slot).ok())
            .map(|s| s / guosuo_seal::certificate::LIST_SLOTS),
    };
    let answer = if page.known { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let response = (answer, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response();
    // The time of the check stands on the page.
    Ok(match found {
        Some(c) if page.known => Keep::this_minute(&c.row.case_id, cx.now).mark(response),
        _ => response,
    })
}

/// `GET /certificates/{number}` (and `{number}.json`).
///
/// # Errors
/// [`Error::Malformed`] for a wrong date; when the store cannot be read.
pub async fn show(cx: Cx, Path(number): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let on = if asked.as_of.trim().is_empty() {
        cx.today()
    } else {
        parse_date(&asked.as_of).ok_or(Error::Malformed("as_of is not a date such as 2026-01-05"))?
    };
    if let Some(number) = number.strip_suffix(".json") {
        let c = find(&cx, number, &asked.body).await?;
        return Ok(Keep::today(&c.row.case_id, cx.now).mark(json_of(&c, on)));
    }
    match find(&cx, &number, &asked.body).await {
        Ok(c) => page(&cx, Some(&c), on, Vec::new()),
        Err(Error::NotFound) => {
            // A number typed in small letters is no forgery.
            let spelled = respelled(&number);
            if spelled != number && !matches!(find(&cx, &spelled, &asked.body).await, Err(Error::NotFound)) {
                let there = cx.l().href(format!("/certificates/{}", super::certificates::segment(&spelled)));
                return Ok(Redirect::to(&there).into_response());
            }
            page(&cx, None, on, Vec::new())
        }
        // Two bodies have used the number: the list lets people choose.
        Err(Error::Malformed(_)) => {
            Ok(Redirect::to(&format!("{}?q={}", cx.l().href("/certificates"), encode(&number))).into_response())
        }
        Err(e) => Err(e),
    }
}

fn json_of(c: &Public, on: Date) -> Response {
    let content = c.content(on);
    let history: Vec<_> = c
        .changes
        .iter()
        .map(|h| {
            json!({
                "seq": h.seq,
                "change": h.kind,
                "status": h.status,
                "effective_on": h.effective_on,
                "origin": h.origin,
                "actor": c.actor(&h.actor_org),
                "ground": if h.publication.is_empty() { &h.ground } else { &h.publication },
            })
        })
        .collect();
    let body = json!({
        "number": c.row.number,
        "as_of": on.to_string(),
        "status": c.status_on(on),
        "holder": content.as_ref().map_or(&c.row.holder, |c| &c.holder.name),
        "holder_code": c.row.holder_code,
        "country": c.row.country,
        "body": c.body,
        "issued_on": c.row.issued_on,
        "valid_until": c.row.valid_until,
        "basis": c.row.basis,
        "mark": c.row.mark,
        "scope": content.as_ref().map(|c| json!({"zh": c.scope.zh, "en": c.scope.en})),
        "taken_over": c.taken_over.as_ref().map(|t| {
            json!({ "on": t.on.to_string(), "row": t.source.row, "sha256": t.source.sha256 })
        }),
        "slot": c.papers.last().map(|p| p.slot),
        "history": history,
    });
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], body.to_string())
        .into_response()
}

/// `GET /V/{code}`: where a QR code leads. The code is checked first; then the page tells the
/// status of the certificate that it names.
///
/// # Errors
/// When the store cannot be read.
pub async fn code(cx: Cx, Path(coded): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let host = papers::host(&cx.app);
    let text = format!("HTTPS://{host}/V/{coded}");
    let with = With { evidence: None, lists: &[], pdf: None, at: papers::moment(cx.now)? };
    let genuine = check(text.as_bytes(), &cx.app.published.trusted, &with).genuine;
    let said = QrCode::parse(&text).ok().filter(|_| genuine == Genuine::Yes);
    let Some(said) = said else {
        let why = match genuine {
            Genuine::Malformed => l.t(
                "这个二维码不是认证证书的二维码，或者没有扫完整。",
                "This is not the code of a certificate, or it was not scanned whole.",
            ),
            Genuine::UnknownKey => {
                l.t("这个二维码不是本平台签发的，可能是冒用的。", "This code was not issued here and may be a fake.")
            }
            Genuine::OutOfTerm => l.t(
                "签署这个二维码的密钥当时不在使用期内，不能确认。",
                "The key that signed this code was not in use at that time.",
            ),
            _ => l.t(
                "这个二维码的内容被改动过，或者不是本平台的，不能相信。",
                "The content of this code was altered, or it is of another site. Do not believe it.",
            ),
        };
        return page(&cx, None, cx.today(), vec![why.to_owned()]);
    };
    let mut reader = cx.app.store.reader().await?;
    let paper = reader.paper(i64::from(said.says.slot)).await?;
    let row = match &paper {
        Some(p) => reader.certificate(&p.certificate).await?,
        None => None,
    };
    drop(reader);
    let (Some(paper), Some(row)) = (paper, row) else {
        return page(
            &cx,
            None,
            cx.today(),
            vec![
                l.t(
                    "二维码是真的，但是登记里没有这张证书。请向发证机构核实。",
                    "The code is genuine, but the register has no such certificate. Ask the body.",
                )
                .to_owned(),
            ],
        );
    };
    let c = gather(&cx, row).await?;
    let mut notes = vec![
        l.t(
            "二维码是真的：由本平台的密钥签署，没有改动。",
            "The code is genuine: signed by the keys of this platform and not altered.",
        )
        .to_owned(),
    ];
    let today = cx.today().to_string();
    if c.papers.iter().any(|p| p.seq > paper.seq && p.effective_on <= today) {
        notes.push(
            l.t(
                "这张证书已经变更并且换发。您手里的是旧版，以下面的内容为准。",
                "This certificate was changed and issued anew. Yours is an old version; what stands below counts.",
            )
            .to_owned(),
        );
    }
    page(&cx, Some(&c), cx.today(), notes)
}
