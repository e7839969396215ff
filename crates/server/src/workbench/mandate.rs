//! The mandate of whoever acts for a certificate's holder abroad (M 7(2), PIPL 53), after the application: renewed by
//! the holder's side before it ends, given to another by the processor itself, or recorded by the body on a document
//! that the processor signed. What the parties and the authorities see of it.

use std::collections::BTreeSet;

use guosuo_case::certificate::{Certificate, Command, Event};
use guosuo_case::certification::{DocRef, MANDATE_REMINDER_DAYS, Mandate};
use jiff::civil::Date;

use super::ask::{Ask, Kind};
use super::certificate::{Events, Held};
use super::certificate_panels::Item;
use super::papers;
use super::view::{by, document};
use crate::app::Cx;
use crate::certification::mandate;
use crate::error::Error;
use crate::web::components::{Fact, Tone};
use crate::web::{Form, Lang};
use crate::words;

/// The fields of the page.
pub(super) fn asks(l: Lang) -> Vec<Ask> {
    vec![
        Ask::new("kind", l.t("性质", "Kind"), Kind::Radios(mandate::kinds(l))),
        Ask::new("holder_code", l.t("受托机构的统一社会信用代码", "Credit code of the organisation that acts"), Kind::Line)
            .hint(l.t(
                "受托机构不变的不填；由受托机构自己登记的也不填。更换的填新受托机构的代码，它要先在本平台注册。",
                "Leave it empty if the organisation stays the same, or if it records the mandate itself. Another one has to be registered on this platform first.",
            ))
            .optional(),
        Ask::files(l, "document", l.t("授权文件", "The document"), false),
        Ask::new("acts", l.t("授权范围", "What it reaches"), Kind::Checks(mandate::acts(l))),
        Ask::day(l, "from", l.t("开始日期", "From")),
        Ask::day(l, "until", l.t("终止日期", "Until")).hint(l.t("这一天仍然有效。", "Still in force on this day.")),
        Ask::new(
            "reported_to",
            l.t("姓名和联系方式已报送的部门", "Authority to which name and contact were reported"),
            Kind::Line,
        )
        .hint(l.t("《个人信息保护法》第五十三条。", "PIPL, Article 53.")),
    ]
}

/// The page begins with what is known: most renewals change the document and the days alone.
pub(super) fn begin(c: &Certificate) -> Form {
    mandate::begin(c.mandate.as_ref())
}

/// The command that the answers make.
///
/// # Errors
/// Faults of the store; what a person can put right stands at its field, and then there is no command.
pub(super) async fn command(cx: &Cx, id: &str, c: &Certificate, form: &mut Form) -> Result<Option<Command>, Error> {
    let l = cx.l();
    let mut mandate = mandate::read(cx, form, c.mandate.as_ref().map(|m| &m.holder)).await?;
    mandate.document = papers::one(cx, id, form, "document").await?;
    if !mandate.document.is_complete() {
        form.fail("document", l.t("上传授权文件。", "Upload the document of the mandate."));
    }
    Ok(form.ok().then(|| Command::RecordMandate { mandate: Box::new(mandate) }))
}

/// Every mandate under which somebody acted, the one of the issue first, with the event that recorded a later one.
fn all(events: &Events) -> Vec<(&Mandate, &guosuo_case::Recorded<Event>)> {
    events
        .iter()
        .filter_map(|e| match &e.event {
            Event::Issued { issue } | Event::TakenOver { issue, .. } => issue.mandate.as_ref().map(|m| (m, e)),
            Event::MandateRecorded { mandate } => Some((&**mandate, e)),
            _ => None,
        })
        .collect()
}

/// The documents of the mandates.
pub(super) fn documents(events: &Events) -> Vec<&DocRef> {
    all(events).into_iter().map(|(m, _)| &m.document).collect()
}

/// The organisations that act or acted.
pub(super) fn holders(events: &Events) -> Vec<&guosuo_case::OrgId> {
    all(events).into_iter().map(|(m, _)| &m.holder).collect()
}

/// How a mandate stands on a day.
fn state(l: Lang, m: &Mandate, today: Date) -> (String, Tone) {
    match left(m, today) {
        n if n < 0 => (l.t("已到期", "Ended").to_owned(), Tone::Late),
        _ if today < m.from => (l.t("尚未开始", "Not begun").to_owned(), Tone::Info),
        n if n <= i64::from(MANDATE_REMINDER_DAYS[0]) => (l.pick(format!("还剩{n}天"), format!("{n} days left")), Tone::Warn),
        _ => (l.t("有效", "In force").to_owned(), Tone::Ok),
    }
}

/// Calendar days until the last day, negative after it.
fn left(m: &Mandate, today: Date) -> i64 {
    i64::from(today.until(m.until).map_or(0, |s| s.get_days()))
}

/// Whether it is time to record another one: none, ended, or close to its end.
pub(super) fn is_due(c: &Certificate, today: Date) -> bool {
    let near = |m: &Mandate| left(m, today) <= i64::from(MANDATE_REMINDER_DAYS[0]) && m.until < c.valid_until;
    c.holder.is_overseas() && c.status_on(today).is_live() && c.mandate.as_ref().is_none_or(near)
}

/// What is said at the top of the page of a certificate whose mandate ends, has ended or is missing.
pub(super) fn news(l: Lang, c: &Certificate, today: Date) -> Option<(Tone, String, String)> {
    if !is_due(c, today) {
        return None;
    }
    let todo = l.t(
        "处理者一方不能办理任何事项，直到在“登记授权委托书”登记有效的授权（《办法》第七条）。",
        "The holder's side can do nothing until a mandate in force is recorded under “Record the mandate” (Measures, Article 7).",
    );
    Some(match &c.mandate {
        None => (Tone::Late, l.t("没有登记授权委托书", "No mandate is recorded").to_owned(), todo.to_owned()),
        Some(m) if today > m.until => {
            let day = l.date(m.until).words;
            (Tone::Late, l.pick(format!("授权委托书已于{day}到期"), format!("The mandate ended on {day}")), todo.to_owned())
        }
        Some(m) => {
            let (day, n) = (l.date(m.until).words, left(m, today));
            let title = l.pick(format!("授权委托书还剩{n}天，{day}到期"), format!("The mandate ends on {day}, in {n} days"));
            let text = l.t("请在到期前登记续签的授权。", "Record a renewed mandate before it ends.");
            (Tone::Warn, title, text.to_owned())
        }
    })
}

/// The mandates of a certificate, the one in force first.
pub(super) fn items(
    l: Lang,
    h: &Held,
    events: &Events,
    here: &BTreeSet<String>,
    today: Date,
    name: &dyn Fn(&str) -> String,
) -> Vec<Item> {
    let list = all(events);
    let newest = list.len();
    let mut out: Vec<Item> = (1..)
        .zip(list)
        .map(|(n, (m, e))| {
            let acts: Vec<_> = m.acts.iter().map(|a| words::mandate_act(l, *a)).collect();
            let (from, until) = (l.date(m.from).words, l.date(m.until).words);
            let mut facts = vec![
                Fact::new(l.t("期限", "Term"), l.pick(format!("{from}至{until}"), format!("{from} to {until}"))),
                Fact::new(l.t("范围", "Reaches"), acts.join(l.t("；", "; "))),
                Fact::new(l.t("已报送", "Reported to"), m.reported_to.clone()),
                Fact::new(l.t("登记", "Recorded"), by(l, &e.by, e.at)),
            ];
            facts.push(document(l, l.t("文件", "Document"), &m.document, &h.path(""), here));
            // The one before the last runs on until that begins.
            let runs = n + 1 == newest
                && h.certificate.mandate_before.is_some()
                && h.certificate.mandate.as_ref().is_some_and(|m| today < m.from);
            let chip = if n == newest || runs {
                state(l, m, today)
            } else {
                (l.t("已被新的授权代替", "Replaced").to_owned(), Tone::Mute)
            };
            Item { name: name(m.holder.as_str()), text: words::mandate_kind(l, m.kind).to_owned(), chip, facts, clock: None }
        })
        .collect();
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use guosuo_case::certification::{MandateAct, MandateKind};
    use jiff::civil::date;

    #[test]
    fn a_mandate_stands_until_the_end_of_its_last_day() {
        let m = Mandate {
            holder: "rep".into(),
            kind: MandateKind::DesignatedRepresentative,
            document: DocRef::default(),
            acts: [MandateAct::Status].into(),
            from: date(2026, 1, 10),
            until: date(2026, 6, 30),
            reported_to: String::new(),
        };
        let on = |day| state(Lang::Zh, &m, day);
        assert_eq!(on(date(2026, 1, 9)).1, Tone::Info);
        assert_eq!(on(date(2026, 5, 1)), ("还剩60天".to_owned(), Tone::Warn));
        assert_eq!(on(date(2026, 4, 30)).1, Tone::Ok);
        assert_eq!(on(date(2026, 6, 30)), ("还剩0天".to_owned(), Tone::Warn), "its last day counts");
        assert_eq!(on(date(2026, 7, 1)).1, Tone::Late, "expired yesterday");
    }
}
