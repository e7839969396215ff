//! `…/certificates/{id}`: the life of a certificate for the body that issued it, for its holder, who
//! asks and is heard, and for an authority, which sees and states (M 10).

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::certificate::{Action, Certificate, ChangeKind, Facts, available, permit, renewal_dates};
use guosuo_case::certification::{DocRef, check_independence};
use guosuo_case::{Actor, OrgKind, Refusal};

use super::certificate_acts::is_shown;
use super::certificate_panels::{
    Item, findings, flow_items, proposal, reports, requests, suggestions, surveillances, violations,
};
use super::desk::Room;
use super::view::Times;
use super::{flows, letters, mandate, papers};
use crate::app::Cx;
use crate::certification::acts;
use crate::certification::mandate::would_help;
use crate::error::Error;
use crate::web::components::{Fact, Happening, Link, Tone};
use crate::web::{Lang, Shell};
use crate::words;
use crate::words::certificate as said;

/// The events of a certificate.
pub(super) type Events = [guosuo_case::Recorded<guosuo_case::certificate::Event>];

/// A certificate for one request.
pub(super) struct Held {
    pub(super) id: String,
    pub(super) certificate: Certificate,
    pub(super) version: u64,
    pub(super) facts: Facts,
    pub(super) actions: Vec<Action>,
    pub(super) room: Room,
}

/// Loads a certificate for the body that issued it, for its holder's side, or for an authority.
///
/// # Errors
/// [`Error::NotFound`] for anybody else.
pub(super) async fn load(cx: &Cx, id: &str) -> Result<Held, Error> {
    let actor = cx.actor()?;
    let room = Room::of(actor)?;
    let (certificate, loaded) = acts::certificate(cx, id).await?;
    match room {
        Room::Body if certificate.body == actor.org => {}
        Room::Authority | Room::Processor => {}
        _ => return Err(Error::NotFound),
    }
    let facts = acts::certificate_facts(cx, id, &certificate).await?;
    let actions = available(Some(&certificate), actor, &facts, cx.now);
    Ok(Held { id: id.to_owned(), certificate, version: loaded.version, facts, actions, room })
}

impl Held {
    /// The address of a page of this certificate, without language.
    pub(super) fn path(&self, rest: &str) -> String {
        let base = self.room.certificates();
        if rest.is_empty() { format!("{base}/{}", self.id) } else { format!("{base}/{}/{rest}", self.id) }
    }

    /// Whether somebody of the body may open it (CAR 13, 14); an authority may.
    ///
    /// # Errors
    /// What stands in the way.
    pub(super) fn open(&self, actor: &Actor) -> Result<(), Refusal> {
        if actor.org_kind != OrgKind::Body {
            return Ok(());
        }
        check_independence(&self.certificate.interests, &actor.user, self.facts.practises_elsewhere.as_ref())
            .map_err(Refusal::certification)
    }

    /// What can be done now, each with its page.
    fn offers(&self, l: Lang) -> Vec<(Action, Link)> {
        let shown = self.actions.iter().copied().filter(|a| self.has_page(*a));
        shown.map(|a| (a, Link::new(l.href(self.act_path(a)), said::action(l, a)))).collect()
    }

    /// Where another mandate is recorded, if that would help against a refusal and this person can (M 7(2)).
    pub(super) fn remedy(&self, l: Lang, refused: Option<&Refusal>) -> Option<Link> {
        let helps = refused.is_some_and(would_help) && self.actions.contains(&Action::RecordMandate);
        helps.then(|| Link::new(l.href(self.act_path(Action::RecordMandate)), said::action(l, Action::RecordMandate)))
    }

    /// What can be done now, as links.
    pub(super) fn links(&self, l: Lang) -> Vec<Link> {
        self.offers(l).into_iter().map(|(_, link)| link).collect()
    }

    /// Whether an act has a page here: flows and the renewal have pages of their own, and the holder renews.
    fn has_page(&self, action: Action) -> bool {
        // Who acts for a holder of the mainland is nobody's to record.
        (is_shown(action) && (action != Action::RecordMandate || self.certificate.holder.is_overseas()))
            || action == Action::DeclareFlows
            || (action == Action::NoteRenewal && self.room == Room::Processor)
    }

    /// The page on which an act is done.
    fn act_path(&self, action: Action) -> String {
        match action {
            // With what the platform knows already, so that nothing delays it (M 11).
            Action::ReportViolation => self.path("violation"),
            Action::DeclareFlows => self.path("flows"),
            Action::NoteRenewal => self.path("renewal"),
            a => self.path(&format!("acts/{}", said::act_name(a))),
        }
    }

    /// The frame of a page.
    pub(super) fn shell(&self, cx: &Cx, title: impl Into<String>) -> Shell {
        let l = cx.l();
        Shell::new(&cx.screen, self.room.front(), title)
            .at("certificates")
            .crumb(self.room.certificates(), l.t("认证证书", "Certificates"))
    }
}

struct Panel {
    id: &'static str,
    title: &'static str,
    items: Vec<Item>,
}

#[derive(Template)]
#[template(path = "workbench/certificate.html")]
struct Page {
    shell: Shell,
    l: Lang,
    number: String,
    holder: String,
    state: (&'static str, Tone),
    /// Whether it was issued before the body worked here.
    taken_over: bool,
    actions: Vec<Link>,
    more: Vec<Link>,
    news: Vec<(Tone, String, String)>,
    proposal: Option<Item>,
    panels: Vec<Panel>,
    changes: Vec<Happening>,
    scope: Vec<Fact>,
    facts: Vec<Fact>,
    papers: Vec<Link>,
    blocked: Vec<(&'static str, String)>,
    history: Vec<Happening>,
}

#[derive(Template)]
#[template(path = "workbench/gate.html")]
struct Gate {
    shell: Shell,
    l: Lang,
    state: (&'static str, Tone),
    why: String,
    facts: Vec<Fact>,
    declare: Option<Link>,
}

fn side(l: Lang, h: &Held, body: String, case: bool) -> Vec<Fact> {
    let c = &h.certificate;
    let basis = guosuo_rules::basis::Edition::by_id(&c.basis).map_or_else(
        || c.basis.clone(),
        |e| e.standards.iter().map(words::workbench::standard).collect::<Vec<_>>().join(l.t("、", ", ")),
    );
    let mut out = vec![
        Fact::new(l.t("证书编号", "Number"), c.number.clone()).code(),
        Fact::new(l.t("持证人", "Holder"), c.holder.name.clone()).note(format!("{} {}", c.holder.country, c.holder.code)),
        Fact::new(l.t("注册地址", "Address"), c.holder.address.clone()),
        Fact::new(l.t("认证机构", "Body"), body),
        Fact::new(l.t("认证依据", "Basis"), basis),
        Fact::new(l.t("发证日期", "Issued on"), l.date(c.issued_on).words),
        Fact::new(l.t("有效期至", "Valid until"), l.date(c.valid_until).words),
    ];
    if let Some(dates) = renewal_dates(c.valid_until, &h.facts.config, &h.facts.calendar) {
        let day = l.date(dates.day.earliest()).words;
        out.push(Fact::new(l.t("续证", "Renewal"), l.pick(format!("{day}前提出"), format!("to be applied for by {day}"))));
    }
    if let Some(r) = &c.renewal {
        let late = if r.late { l.t("（逾期提出）", " (late)") } else { "" };
        let path = h.room.applications();
        let fact = Fact::new(l.t("续证委托", "Renewal applied for"), format!("{}{late}", l.date(r.on).words));
        out.push(if h.room == Room::Body {
            fact.link(l.href(format!("{path}/{}", r.application)), l.t("查看", "See"))
        } else {
            fact
        });
    }
    if let Some(s) = &c.taken_over {
        let row = s.row;
        let fact =
            Fact::new(l.t("来源", "Source"), l.pick(format!("接收自{}第{row}行", s.file), format!("{}, row {row}", s.file)));
        out.push(fact.note(format!("SHA-256 {}…", s.sha256.get(..16).unwrap_or_default())));
    }
    // A certificate that was taken over has no case here.
    if h.room == Room::Body && case {
        let path = format!("{}/{}", h.room.applications(), c.application);
        out.push(Fact::new(l.t("认证委托", "Application"), "").link(l.href(path), l.t("打开案卷", "Open the case")));
    }
    for (term, other) in [(l.t("前一证书", "Follows"), &c.predecessor), (l.t("后一证书", "Followed by"), &c.successor)] {
        if let Some(id) = other {
            let path = format!("{}/{id}", h.room.certificates());
            out.push(Fact::new(term, "").link(l.href(path), l.t("打开", "Open")));
        }
    }
    out
}

fn news(l: Lang, h: &Held, today: jiff::civil::Date) -> Vec<(Tone, String, String)> {
    let c = &h.certificate;
    let mut out: Vec<_> = mandate::news(l, c, today).into_iter().collect();
    for f in c.standing_findings().filter(|f| f.done.is_none()) {
        out.push((
            Tone::Late,
            l.pick(
                format!("主管部门监督意见：应当{}", said::obliges(l, f.obliges)),
                format!("An authority's finding: {}", said::obliges(l, f.obliges)),
            ),
            f.summary.clone(),
        ));
    }
    if let Some(x) = c.history.iter().find(|x| x.effective_on > today) {
        let day = l.date(x.effective_on).words;
        out.push((
            Tone::Info,
            l.pick(
                format!("已决定{}，{day}生效", said::change(l, x.kind)),
                format!("{}, effective {day}", said::change(l, x.kind)),
            ),
            x.publication.clone(),
        ));
    } else if let Some(x) = c.suspension() {
        out.push((Tone::Warn, l.t("证书暂停使用", "The certificate is suspended").to_owned(), x.publication.clone()));
    }
    out
}

/// The documents of a certificate that a side may open: the holder what a measure rests on, the
/// others everything.
fn documents<'a>(c: &'a Certificate, events: &'a Events, room: Room) -> Vec<&'a DocRef> {
    let mut out: Vec<&DocRef> = Vec::new();
    out.extend(c.history.iter().flat_map(|x| &x.evidence));
    out.extend(c.proposal.iter().flat_map(|p| &p.evidence));
    out.extend(c.surveillances.iter().filter_map(|s| s.report.as_ref()));
    out.extend(flows::declared(events).into_iter().map(|d| d.2));
    out.extend(mandate::documents(events));
    if room != Room::Processor {
        out.extend(c.findings.iter().flat_map(|f| &f.evidence));
        out.extend(c.violations.iter().flat_map(|v| &v.evidence));
    }
    out
}

/// `GET …/certificates/{id}`.
///
/// # Errors
/// [`Error::NotFound`] for a certificate that is not for this person.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let h = load(&cx, &id).await?;
    let c = &h.certificate;
    let actor = cx.actor()?;
    let status = c.status_on(cx.today());
    let state = words::certificate_status(l, status);
    if let Err(r) = h.open(actor) {
        let declare = h.actions.contains(&Action::DeclareInterest).then(|| {
            let path = h.path(&format!("acts/{}", said::act_name(Action::DeclareInterest)));
            Link::new(l.href(path), said::action(l, Action::DeclareInterest))
        });
        let facts = vec![
            Fact::new(l.t("持证人", "Holder"), c.holder.name.clone()),
            Fact::new(l.t("证书编号", "Number"), c.number.clone()),
        ];
        let page = Gate { shell: h.shell(&cx, c.number.clone()), l, state, why: words::refusal(l, &r), facts, declare };
        return Ok(([(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response());
    }
    let calendar = cx.calendar().await?;
    let t = Times { l, today: cx.today(), calendar: &calendar, lamps: cx.app.config.lamps };
    let events = cx.app.store.history::<Certificate>(&id).await?;
    let mut here = papers::here(&cx, &id).await?;
    here.retain(|sha256| documents(c, &events, h.room).iter().any(|d| d.sha256 == *sha256));
    let mut orgs = std::collections::BTreeMap::new();
    for org in c.findings.iter().map(|f| &f.authority).chain([&c.body]).chain(mandate::holders(&events)) {
        if let Some(o) = cx.app.store.organisation(org.as_str()).await? {
            orgs.insert(org.0.clone(), o.name);
        }
    }
    let case = cx.app.store.reader().await?.application(c.application.as_str()).await?.is_some();
    let name = |org: &str| orgs.get(org).cloned().unwrap_or_else(|| org.to_owned());
    let panels = [
        Panel {
            id: "findings",
            title: l.t("主管部门监督意见", "Findings of authorities"),
            items: findings(&t, &h, &here, &name),
        },
        Panel {
            id: "violations",
            title: l.t("向网信部门报告的违法情况", "Violations reported to CAC"),
            // Between the body and the authorities (M 11): the holder is not told here.
            items: if h.room == Room::Processor { Vec::new() } else { violations(l, &c.violations, &h.path(""), &here) },
        },
        Panel {
            id: "mandates",
            title: l.t("授权委托书", "Mandates"),
            items: mandate::items(l, &h, &events, &here, cx.today(), &name),
        },
        Panel { id: "requests", title: l.t("持证人申请", "Requests of the holder"), items: requests(l, c) },
        Panel { id: "suggestions", title: l.t("系统提示", "Suggestions"), items: suggestions(l, &h) },
        Panel { id: "flows", title: l.t("实际出境情况申报", "Declared flows"), items: flow_items(l, &h, &events, &here) },
        Panel { id: "surveillance", title: l.t("获证后监督", "Surveillance"), items: surveillances(&t, &h, &here) },
        Panel {
            id: "reports",
            title: l.t("向国家平台报送（5个工作日）", "Reports to the national platform (5 working days)"),
            items: reports(&t, c),
        },
    ];
    let mut changes: Vec<Happening> = c
        .history
        .iter()
        .map(|x| {
            let day = l.date(x.effective_on).words;
            let what = l
                .pick(format!("{}，{day}生效", said::change(l, x.kind)), format!("{}, effective {day}", said::change(l, x.kind)));
            let parts = [said::origin(l, x.origin), words::article(l, &x.ground), x.publication.clone(), x.by.name.clone()];
            let note = parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" · ");
            let bad = matches!(x.kind, ChangeKind::Suspended | ChangeKind::Revoked);
            Happening { bad, ..Happening::new(l.stamp(x.at), what).note(note) }
        })
        .collect();
    changes.reverse();
    let beside = [
        Action::DeclareInterest,
        Action::ReportViolation,
        Action::CorrectReport,
        Action::TriggerSurveillance,
        Action::SendReport,
        Action::RegisterReceipt,
        Action::RejectReport,
        Action::ResendReport,
    ];
    let (mut main, mut more) = (Vec::new(), Vec::new());
    // A mandate is renewed now and then; it is the next step only where it ends.
    let quiet = |a: Action| {
        beside.contains(&a)
            || (a == Action::RecordMandate && !mandate::is_due(c, cx.today()))
            // The holder declares; the body does it now and then for somebody, never as its next step.
            || (a == Action::DeclareFlows && h.room == Room::Body)
    };
    for (a, link) in h.offers(l) {
        if quiet(a) { more.push(link) } else { main.push(link) }
    }
    let blocked = Action::ALL
        .iter()
        .copied()
        .filter(|a| h.has_page(*a) && a.right().held_by(actor))
        .filter_map(|a| permit(Some(c), a, actor, &h.facts, cx.now).err().map(|r| (said::action(l, a), words::refusal(l, &r))))
        .collect();
    let page = Page {
        shell: h.shell(&cx, c.number.clone()),
        l,
        number: c.number.clone(),
        holder: c.holder.name.clone(),
        state,
        taken_over: c.taken_over.is_some(),
        actions: main,
        more,
        news: news(l, &h, cx.today()),
        proposal: proposal(&t, &h, &here),
        panels: panels.into_iter().filter(|p| !p.items.is_empty()).collect(),
        changes,
        scope: super::case::scope_facts(l, &c.scope),
        facts: side(l, &h, name(c.body.as_str()), case),
        papers: letters::links(&cx, &h).await?,
        blocked,
        history: if h.room == Room::Processor { Vec::new() } else { history(l, &events) },
    };
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

fn history(l: Lang, events: &Events) -> Vec<Happening> {
    let mut out: Vec<Happening> = events
        .iter()
        .map(|e| {
            let text = said::said(&e.event);
            let who = if e.by.name.is_empty() { l.t("平台", "the platform") } else { e.by.name.as_str() };
            let note = if text.is_empty() { who.to_owned() } else { l.pick(format!("{who}：{text}"), format!("{who}: {text}")) };
            Happening { bad: said::is_bad(&e.event), ..Happening::new(l.stamp(e.at), said::event(l, &e.event)).note(note) }
        })
        .collect();
    out.reverse();
    out
}

/// `GET …/certificates/{id}/files/{sha256}`: a document, recorded before it leaves.
///
/// # Errors
/// [`Error::NotFound`] for a document that the certificate does not name.
pub async fn file(cx: Cx, Path((id, sha256)): Path<(String, String)>) -> Result<Response, Error> {
    let h = load(&cx, &id).await?;
    h.open(cx.actor()?)?;
    let events = cx.app.store.history::<Certificate>(&id).await?;
    papers::give(&cx, &id, &documents(&h.certificate, &events, h.room), &sha256).await
}
