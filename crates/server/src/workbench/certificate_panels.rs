//! The tables on the page of a certificate: what waits, what was found, declared, asked, done, reported.

use std::collections::BTreeSet;

use guosuo_case::certificate::{Action, Certificate, Direction};
use guosuo_case::certification::Violation;

use super::certificate::{Events, Held};
use super::flows;
use super::view::{Times, by, document};
use crate::web::Lang;
use crate::web::components::{ClockView, Fact, Tone};
use crate::words::certificate as said;

/// A row of a table of things that wait or are done.
pub(super) struct Item {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) chip: (String, Tone),
    pub(super) facts: Vec<Fact>,
    pub(super) clock: Option<ClockView>,
}

pub(super) fn proposal(t: &Times<'_>, h: &Held, here: &BTreeSet<String>) -> Option<Item> {
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

pub(super) fn findings(t: &Times<'_>, h: &Held, here: &BTreeSet<String>, names: &dyn Fn(&str) -> String) -> Vec<Item> {
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

/// What the body reported to the authorities (M 11), and whether it was acknowledged; `base` is where its documents are.
pub(super) fn violations(l: Lang, list: &[Violation], base: &str, here: &BTreeSet<String>) -> Vec<Item> {
    (1..)
        .zip(list)
        .map(|(n, v): (u32, &Violation)| {
            let mut facts = vec![Fact::new(l.t("报告人", "Reported"), by(l, &v.by, v.at))];
            facts.extend(v.evidence.iter().map(|d| document(l, l.t("证据", "Evidence"), d, base, here)));
            let chip = match &v.acknowledged {
                None => (l.t("待签收", "To be acknowledged").to_owned(), Tone::Late),
                Some(a) => {
                    facts.push(Fact::new(l.t("处理意见", "What will be done"), a.note.clone()).note(by(l, &a.by, a.at)));
                    (l.t("已签收", "Acknowledged").to_owned(), Tone::Ok)
                }
            };
            let name = l.pick(format!("第{n}号"), format!("No. {n}"));
            Item { name, text: v.summary.clone(), chip, facts, clock: None }
        })
        .collect()
}

pub(super) fn requests(l: Lang, c: &Certificate) -> Vec<Item> {
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

pub(super) fn suggestions(l: Lang, h: &Held) -> Vec<Item> {
    let proposes = h.actions.contains(&Action::Propose);
    h.certificate
        .suggestions
        .iter()
        .map(|s| {
            let chip = match (&s.set_aside, s.open) {
                (Some(_), _) => (l.t("不采纳", "Set aside").to_owned(), Tone::Mute),
                (None, true) => (l.t("待处理", "Waits").to_owned(), Tone::Warn),
                (None, false) => (l.t("已采纳", "Followed").to_owned(), Tone::Ok),
            };
            let mut facts: Vec<Fact> = s.set_aside.iter().map(|x| Fact::new(l.t("理由", "Because"), x.clone())).collect();
            if s.open && proposes {
                let path = h.path(&format!("acts/propose?suggestion={}", s.id));
                facts.push(Fact::new("", l.t("据此提出暂停", "Propose a suspension on it")).link(l.href(path), ""));
            }
            let name = l.pick(format!("第{}号系统提示：建议暂停", s.id), format!("No. {}: suspension suggested", s.id));
            Item { name, text: said::cause(l, &s.cause), chip, facts, clock: None }
        })
        .collect()
}

/// The declarations of actual flows, each with its differences (M 10(1)).
pub(super) fn flow_items(l: Lang, h: &Held, events: &Events, here: &BTreeSet<String>) -> Vec<Item> {
    flows::declared(events)
        .into_iter()
        .map(|(e, _, source, differences)| {
            let beyond = differences.iter().any(|d| d.direction == Direction::Beyond);
            let chip = if beyond {
                (l.t("超出认证范围", "Beyond the scope").to_owned(), Tone::Late)
            } else {
                (l.t("在认证范围以内", "Within the scope").to_owned(), Tone::Ok)
            };
            let mut facts = vec![document(l, l.t("依据", "Rests on"), source, &h.path(""), here)];
            facts.extend(differences.iter().map(|d| Fact::new("", said::difference(l, d))));
            let when = l.stamp(e.at).words;
            Item { name: when, text: e.by.name.clone(), chip, facts, clock: None }
        })
        .collect()
}

pub(super) fn surveillances(t: &Times<'_>, h: &Held, here: &BTreeSet<String>) -> Vec<Item> {
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
pub(super) fn reports(t: &Times<'_>, c: &Certificate) -> Vec<Item> {
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
