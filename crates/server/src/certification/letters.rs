//! The letters about applications and certificates: not accepted, ended (R37 4.1, 4.4), suspended,
//! restored, revoked, cancelled (M 10, R37 5.1.3). Built from the record alone, so that printing one
//! again gives the same bytes.

use std::collections::BTreeMap;

use guosuo_case::certificate::{Certificate, Change, ChangeKind, Event, Measure, Origin};
use guosuo_case::certification::{Application, Outcome, Party, Phase};
use guosuo_case::{Life as _, Recorded};
use guosuo_paper::{DeclineNotice, DeclineReason, DeclineStage, MeasureKind, MeasureNotice, MeasureOrigin, NoticeHead};
use guosuo_rules::time::cst_date;
use jiff::Timestamp;

use crate::config::Config;
use crate::web::Lang;
use crate::words;

/// The letters are Chinese in both languages: the Chinese text is the one that binds.
const L: Lang = Lang::Zh;

fn code_label(party: &Party) -> String {
    if party.is_overseas() { "注册号" } else { "统一社会信用代码" }.to_owned()
}

/// The address by which anybody finds the status of a certificate.
fn status_url(config: &Config, number: &str) -> String {
    format!("{}/certificates/{}", config.public_origin.trim_end_matches('/'), crate::router::encode(number).replace('/', "%2F"))
}

fn head(body: &str, number: String, to: &Party, receipt: (String, jiff::civil::Date), at: Timestamp, url: String) -> NoticeHead {
    NoticeHead {
        authority: body.to_owned(),
        number,
        organisation: to.name.clone(),
        credit_code: to.code.clone(),
        receipt_number: receipt.0,
        received_on: receipt.1,
        issued_at: at,
        further: Vec::new(),
        contact: None,
        verify_url: url,
    }
}

fn kind_of(kind: ChangeKind) -> Option<(MeasureKind, &'static str)> {
    match kind {
        ChangeKind::Suspended => Some((MeasureKind::Suspension, "停")),
        ChangeKind::Restored => Some((MeasureKind::Restoration, "复")),
        ChangeKind::Revoked => Some((MeasureKind::Revocation, "撤")),
        ChangeKind::Cancelled => Some((MeasureKind::Cancellation, "注")),
        ChangeKind::Issued | ChangeKind::Expired | ChangeKind::Changed => None,
    }
}

/// Whether a line of the history is told by a letter. What was decided before this platform has the letters of then.
pub fn has_letter(line: &Change) -> bool {
    line.proposed_by.is_some() && kind_of(line.kind).is_some()
}

/// What the party said, as the letter tells it.
fn heard(events: &[Recorded<Event>]) -> String {
    let Some(from) = events.iter().rposition(|e| matches!(e.event, Event::MeasureProposed { .. })) else {
        return String::new();
    };
    let Event::MeasureProposed { measure, origin, urgent, .. } = &events[from].event else { return String::new() };
    let said = events[from..].iter().find_map(|e| match &e.event {
        Event::PartyHeard { statement } => Some((statement, e.at)),
        _ => None,
    });
    match (said, urgent) {
        (Some((Some(words), at)), _) => format!("你单位{}陈述：{words}", L.date(cst_date(at)).words),
        (Some((None, at)), _) => format!("你单位{}表示放弃陈述。", L.date(cst_date(at)).words),
        (None, Some(why)) => format!("情况紧急，没有等候陈述：{why}"),
        (None, None) if matches!(measure, Measure::Restore) || matches!(origin, Origin::Request { .. }) => String::new(),
        (None, None) => "你单位在规定的时间内没有陈述意见。".to_owned(),
    }
}

/// The letter about line `n` of a certificate's history, 0 for the issue; `None` where that line has
/// none. `body` is the body's name, `authorities` the names of authorities by organisation.
pub fn measure(
    config: &Config,
    events: &[Recorded<Event>],
    n: usize,
    body: &str,
    authorities: &BTreeMap<String, String>,
) -> Option<MeasureNotice> {
    let mut state: Option<Certificate> = None;
    let mut at = 0;
    for (i, event) in events.iter().enumerate() {
        state = Certificate::apply(state, event);
        if state.as_ref().is_some_and(|c| c.history.len() > n) {
            at = i;
            break;
        }
    }
    let c = state.filter(|c| c.history.len() > n)?;
    let line = c.history.get(n).filter(|line| has_letter(line))?;
    let (kind, mark) = kind_of(line.kind)?;
    let (origin, authority) = match line.origin {
        Origin::Request { .. } => (MeasureOrigin::Request, None),
        Origin::Finding { id } => (MeasureOrigin::Authority, c.findings.iter().find(|f| f.id == id).map(|f| &f.authority)),
        Origin::Body | Origin::Time => (MeasureOrigin::Body, None),
    };
    let authority_name =
        authority.map(|org| authorities.get(org.as_str()).cloned().unwrap_or_else(|| "主管部门".to_owned())).unwrap_or_default();
    let day = cst_date(line.at);
    // Every line of the history has its own number: the letters of one certificate have theirs.
    let number = format!("{}〔{}〕{mark}{n}号", c.number, day.year());
    Some(MeasureNotice {
        head: head(body, number, &c.holder, (c.number.clone(), day), line.at, status_url(config, &c.number)),
        reference_label: "证书编号".to_owned(),
        code_label: code_label(&c.holder),
        kind,
        origin,
        authority_name,
        certificate: c.number.clone(),
        issued_on: c.issued_on,
        valid_until: c.valid_until,
        effective_on: line.effective_on,
        ground: words::article(L, &line.ground),
        heard: heard(&events[..=at]),
    })
}

/// The steps that an application went through, in words.
fn steps(a: &Application) -> String {
    let mut out = Vec::new();
    if a.verification.as_ref().is_some_and(|v| v.checked_by.is_some()) {
        out.push("技术验证");
    }
    if a.audit.as_ref().is_some_and(|x| x.signed_by.is_some()) {
        out.push("现场审核");
    }
    if a.rectification.is_some() {
        out.push("限期整改");
    }
    match out.as_slice() {
        [] => "审查".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{}和{last}", first.join("、")),
    }
}

/// The letter that ends an application without a certificate; `None` where it has none. `at` is the
/// moment of the act that ended it.
pub fn decline(a: &Application, at: Timestamp) -> Option<DeclineNotice> {
    let receipt = a.receipt.as_ref()?;
    let (stage, mark, words, basis) = match a.phase {
        Phase::Declined => (DeclineStage::NotAccepted, "不受", &a.reasons, "《个人信息保护认证实施规则》4.1"),
        Phase::Ended => {
            let c = a.conclusion.as_ref().filter(|c| c.outcome == Outcome::Refuse)?;
            (DeclineStage::Ended, "终认", &c.reasons, "《个人信息保护认证实施规则》4.4")
        }
        _ => return None,
    };
    let body = a.dossier.body.as_ref().map(|b| b.name.as_str()).unwrap_or_default();
    let number = format!("认委{mark}〔{}〕{:03}号", receipt.number.year, receipt.number.seq);
    let reasons = words.lines().map(str::trim).filter(|l| !l.is_empty());
    let to = (receipt.number.to_string(), cst_date(receipt.at));
    // No address to check it: the letter is between body and applicant, and nothing of it is public.
    Some(DeclineNotice {
        head: head(body, number, &a.processor, to, at, String::new()),
        reference_label: "委托编号".to_owned(),
        code_label: code_label(&a.processor),
        stage,
        steps: if stage == DeclineStage::Ended { steps(a) } else { String::new() },
        reasons: reasons.map(|text| DeclineReason { text: text.to_owned(), basis: basis.to_owned() }).collect(),
    })
}
