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
use super::desk::Room;
use super::papers;
use super::view::{Times, by, document};
use crate::app::Cx;
use crate::certification::acts;
use crate::error::Error;
use crate::web::components::{ClockView, Fact, Happening, Link, Tone};
use crate::web::{Lang, Shell};
use crate::words;
use crate::words::certificate as said;

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

    /// What can be done now, as links.
    pub(super) fn links(&self, l: Lang) -> Vec<Link> {
        let shown = self.actions.iter().copied().filter(|a| is_shown(*a));
        let path = |a: Action| match a {
            // With what the platform knows already, so that nothing delays it (M 11).
            Action::ReportViolation => self.path("violation"),
            other => self.path(&format!("acts/{}", said::act_name(other))),
        };
        shown.map(|a| Link::new(l.href(path(a)), said::action(l, a))).collect()
    }

    /// The frame of a page.
    pub(super) fn shell(&self, cx: &Cx, title: impl Into<String>) -> Shell {
        let l = cx.l();
        Shell::new(&cx.screen, self.room.front(), title)
            .at("certificates")
            .crumb(self.room.certificates(), l.t("认证证书", "Certificates"))
    }
}

/// A row of a table of things that wait or are done.
struct Item {
    name: String,
    text: String,
    chip: (String, Tone),
    facts: Vec<Fact>,
    clock: Option<ClockView>,
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
    actions: Vec<Link>,
    more: Vec<Link>,
    news: Vec<(Tone, String, String)>,
    proposal: Option<Item>,
    panels: Vec<Panel>,
    changes: Vec<Happening>,
    scope: Vec<Fact>,
    facts: Vec<Fact>,
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

fn proposal(t: &Times<'_>, h: &Held, here: &std::collections::BTreeSet<String>) -> Option<Item> {
    let l = t.l;
    let p = h.certificate.proposal.as_ref()?;
    let mut facts = vec![
        Fact::new(l.t("来由", "From"), said::origin(l, p.origin)),
        Fact::new(l.t("理由", "Ground"), p.ground.clone()),
        Fact::new(l.t("公布内容", "Publication"), p.publication.clone()),
        Fact::new(l.t("提出", "Proposed"), by(l, &p.by, p.at)),
    ];
    if let Some(u) = &p.urgent {
        facts.push(Fact::new(l.t("紧急原因", "Urgent because"), u.clone()));
    }
    facts.extend(p.evidence.iter().map(|d| document(l, l.t("证据", "Evidence"), d, &h.path(""), here)));
    let (chip, clock) = match (&p.heard, p.needs_hearing()) {
        (Some(x), _) => {
            let words = x.statement.clone().unwrap_or_else(|| l.t("放弃陈述", "waived").to_owned());
            facts.push(Fact::new(l.t("持证人陈述", "The holder said"), words).note(by(l, &x.by, x.at)));
            ((l.t("已听取陈述，待决定", "Heard, to be decided").to_owned(), Tone::Info), None)
        }
        (None, false) => ((l.t("待决定", "To be decided").to_owned(), Tone::Info), None),
        (None, true) => {
            let due = p.hearing_until(h.facts.config.hearing_days, t.calendar);
            let clock = due.map(|d| t.house(d.earliest(), d.latest(), i64::from(h.facts.config.hearing_days)));
            ((l.t("等持证人陈述", "Waiting for the holder").to_owned(), Tone::Warn), clock)
        }
    };
    Some(Item { name: said::measure(l, &p.measure).to_owned(), text: String::new(), chip, facts, clock })
}

fn findings(t: &Times<'_>, h: &Held, here: &std::collections::BTreeSet<String>, names: &dyn Fn(&str) -> String) -> Vec<Item> {
    let l = t.l;
    h.certificate
        .findings
        .iter()
        .map(|f| {
            let mut facts = vec![
                Fact::new(l.t("主管部门", "Authority"), names(f.authority.as_str())),
                Fact::new(l.t("提出", "Stated"), l.stamp(f.at).words),
            ];
            facts.extend(f.evidence.iter().map(|d| document(l, l.t("证据", "Evidence"), d, &h.path(""), here)));
            if let Some(c) = f.done.and_then(|n| h.certificate.history.get(n)) {
                facts.push(Fact::new(l.t("机构办理", "What was done"), said::change(l, c.kind)).note(format!(
                    "{} {}",
                    l.date(c.effective_on).words,
                    by(l, &c.by, c.at)
                )));
            }
            if let Some(why) = &f.lifted {
                facts.push(Fact::new(l.t("解除理由", "Lifted because"), why.clone()));
            }
            let due = f.due(h.facts.config.finding_days, t.calendar);
            let (chip, clock) = match (&f.lifted, f.done) {
                (Some(_), _) => ((l.t("已解除", "Lifted").to_owned(), Tone::Mute), None),
                (None, Some(_)) => ((l.t("已办理，未解除", "Done, still stands").to_owned(), Tone::Info), None),
                (None, None) => (
                    (l.t("待机构办理", "The body has to act").to_owned(), Tone::Late),
                    due.map(|d| t.house(d.earliest(), d.latest(), i64::from(h.facts.config.finding_days))),
                ),
            };
            let name = l.pick(
                format!("第{}号：{}", f.id, said::obliges(l, f.obliges)),
                format!("No. {}: {}", f.id, said::obliges(l, f.obliges)),
            );
            Item { name, text: f.summary.clone(), chip, facts, clock }
        })
        .collect()
}

fn requests(l: Lang, c: &Certificate) -> Vec<Item> {
    c.requests
        .iter()
        .map(|r| {
            let chip = match (&r.refused, r.open) {
                (Some(_), _) => (l.t("不同意", "Refused").to_owned(), Tone::Late),
                (None, true) => (l.t("待办理", "Waits").to_owned(), Tone::Warn),
                (None, false) => (l.t("已办理", "Done").to_owned(), Tone::Ok),
            };
            let mut facts = vec![Fact::new(l.t("提出", "Asked"), by(l, &r.by, r.at))];
            facts.extend(r.refused.iter().map(|x| Fact::new(l.t("不同意的理由", "Refused because"), x.clone())));
            let name = said::measure(l, &r.asks);
            Item {
                name: l.pick(format!("第{}号：{name}", r.id), format!("No. {}: {name}", r.id)),
                text: r.reason.clone(),
                chip,
                facts,
                clock: None,
            }
        })
        .collect()
}

fn suggestions(l: Lang, c: &Certificate) -> Vec<Item> {
    c.suggestions
        .iter()
        .map(|s| {
            let chip = match (&s.set_aside, s.open) {
                (Some(_), _) => (l.t("不采纳", "Set aside").to_owned(), Tone::Mute),
                (None, true) => (l.t("待处理", "Waits").to_owned(), Tone::Warn),
                (None, false) => (l.t("已采纳", "Followed").to_owned(), Tone::Ok),
            };
            let facts = s.set_aside.iter().map(|x| Fact::new(l.t("理由", "Because"), x.clone())).collect();
            let name = l.pick(format!("第{}号系统提示：建议暂停", s.id), format!("No. {}: suspension suggested", s.id));
            Item { name, text: said::cause(l, &s.cause), chip, facts, clock: None }
        })
        .collect()
}

fn surveillances(t: &Times<'_>, h: &Held, here: &std::collections::BTreeSet<String>) -> Vec<Item> {
    let l = t.l;
    let live = h.certificate.status_on(t.today).is_live();
    h.certificate
        .surveillances
        .iter()
        .map(|s| {
            let why = s.trigger.map_or_else(|| l.t("按计划", "planned"), |x| said::trigger(l, x));
            let (chip, clock) = match s.conforming {
                Some(true) => ((l.t("通过", "Passed").to_owned(), Tone::Ok), None),
                Some(false) => ((l.t("没有通过", "Not passed").to_owned(), Tone::Late), None),
                None if live => ((l.t("待办理", "To be done").to_owned(), Tone::Info), Some(t.house(s.due, s.due, 250))),
                None => ((l.t("未办理", "Not done").to_owned(), Tone::Mute), None),
            };
            let mut facts: Vec<Fact> =
                s.report.iter().map(|d| document(l, l.t("监督报告", "Report"), d, &h.path(""), here)).collect();
            if let (Some(who), Some(on)) = (&s.by, s.on) {
                facts.push(Fact::new(l.t("办理", "Done"), format!("{} {}", who.name, l.day(on).words)));
            }
            let name = l.pick(format!("第{}次：{why}", s.id), format!("No. {}: {why}", s.id));
            Item { name, text: String::new(), chip, facts, clock }
        })
        .collect()
}

/// What is owed to the national platform: a limit of the law, five working days (M 9(1)).
fn reports(t: &Times<'_>, c: &Certificate) -> Vec<Item> {
    let l = t.l;
    c.reports
        .iter()
        .map(|r| {
            let (words, tone) = said::report_state(l, r.state());
            let chip = (words.to_owned(), tone);
            let due = if r.is_owed() { r.due(t.calendar) } else { None };
            let clock = due.map(|d| ClockView { house: false, ..t.house(d.earliest(), d.latest(), 5) });
            let name = l.pick(
                format!("第{}号：{}", r.record.seq, said::change(l, r.record.change)),
                format!("No. {}: {}", r.record.seq, said::change(l, r.record.change)),
            );
            Item { name, text: String::new(), chip, facts: Vec::new(), clock }
        })
        .collect()
}

fn side(l: Lang, h: &Held, body: String) -> Vec<Fact> {
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
    if h.room == Room::Body {
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
    let mut out = Vec::new();
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
fn documents(c: &Certificate, room: Room) -> Vec<&DocRef> {
    let mut out: Vec<&DocRef> = Vec::new();
    out.extend(c.history.iter().flat_map(|x| &x.evidence));
    out.extend(c.proposal.iter().flat_map(|p| &p.evidence));
    out.extend(c.surveillances.iter().filter_map(|s| s.report.as_ref()));
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
    let mut here = papers::here(&cx, &id).await?;
    here.retain(|sha256| documents(c, h.room).iter().any(|d| d.sha256 == *sha256));
    let events = cx.app.store.history::<Certificate>(&id).await?;
    let mut orgs = std::collections::BTreeMap::new();
    for org in c.findings.iter().map(|f| &f.authority).chain([&c.body]) {
        if let Some(o) = cx.app.store.organisation(org.as_str()).await? {
            orgs.insert(org.0.clone(), o.name);
        }
    }
    let name = |org: &str| orgs.get(org).cloned().unwrap_or_else(|| org.to_owned());
    let panels = [
        Panel {
            id: "findings",
            title: l.t("主管部门监督意见", "Findings of authorities"),
            items: findings(&t, &h, &here, &name),
        },
        Panel { id: "requests", title: l.t("持证人申请", "Requests of the holder"), items: requests(l, c) },
        Panel { id: "suggestions", title: l.t("系统提示", "Suggestions"), items: suggestions(l, c) },
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
    let links = h.links(l);
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
    let shown: Vec<Action> = h.actions.iter().copied().filter(|a| is_shown(*a)).collect();
    let (mut main, mut more) = (Vec::new(), Vec::new());
    for (a, link) in shown.into_iter().zip(links) {
        if beside.contains(&a) { more.push(link) } else { main.push(link) }
    }
    let blocked = Action::ALL
        .iter()
        .copied()
        .filter(|a| is_shown(*a) && a.right().held_by(actor))
        .filter_map(|a| permit(Some(c), a, actor, &h.facts, cx.now).err().map(|r| (said::action(l, a), words::refusal(l, &r))))
        .collect();
    let page = Page {
        shell: h.shell(&cx, c.number.clone()),
        l,
        number: c.number.clone(),
        holder: c.holder.name.clone(),
        state,
        actions: main,
        more,
        news: news(l, &h, cx.today()),
        proposal: proposal(&t, &h, &here),
        panels: panels.into_iter().filter(|p| !p.items.is_empty()).collect(),
        changes,
        scope: super::case::scope_facts(l, &c.scope),
        facts: side(l, &h, name(c.body.as_str())),
        blocked,
        history: if h.room == Room::Processor { Vec::new() } else { history(l, &events) },
    };
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

fn history(l: Lang, events: &[guosuo_case::Recorded<guosuo_case::certificate::Event>]) -> Vec<Happening> {
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
    papers::give(&cx, &id, &documents(&h.certificate, h.room), &sha256).await
}
