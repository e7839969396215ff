//! `/processor`: the applications of one's own organisation, and what to do next.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::Right;
use guosuo_case::certification::Phase;
use guosuo_store::accounts::OrgStatus;
use jiff::Timestamp;

use crate::app::Cx;
use crate::body::case::page;
use crate::error::Error;
use crate::web::components::Tone;
use crate::web::fmt::Time;
use crate::web::{Front, Lang, Shell};
use crate::words;

struct Line {
    href: String,
    name: String,
    processor: String,
    body: String,
    phase: &'static str,
    tone: Tone,
    todo: String,
    updated: Time,
}

struct Held {
    href: String,
    number: String,
    holder: String,
    status: &'static str,
    tone: Tone,
    until: String,
}

#[derive(Template)]
#[template(path = "processor/list.html")]
struct Page {
    shell: Shell,
    l: Lang,
    org: String,
    active: bool,
    refusal: String,
    can_open: bool,
    lines: Vec<Line>,
    certificates: Vec<Held>,
}

/// A stored phase.
pub(super) fn phase_of(name: &str) -> Option<Phase> {
    Phase::ALL.into_iter().find(|p| p.as_str() == name)
}

/// What happens next, from the applicant's side.
pub(super) fn next(l: Lang, phase: Phase) -> &'static str {
    match phase {
        Phase::Draft => l.t("完成各项后提交", "Finish the tasks and submit"),
        Phase::Entrusted => l.t("等待认证机构受理", "The body decides on acceptance"),
        Phase::Accepted => l.t("认证机构制定认证方案", "The body makes the plan"),
        Phase::Planned => l.t("技术验证机构开展技术验证", "The verification body verifies"),
        Phase::Verified => l.t("认证机构现场审核", "The body audits on site"),
        Phase::Audited => l.t("认证机构综合评价", "The body evaluates"),
        Phase::Rectifying => l.t("在期限内整改", "Correct within the limit"),
        Phase::Evaluated | Phase::Signed => l.t("等待认证决定", "Waiting for the decision"),
        Phase::Decided => l.t("等待颁发证书", "The certificate is being issued"),
        Phase::Certified => l.t("按认证范围出境，接受监督", "Export within the scope; surveillance follows"),
        Phase::Declined | Phase::Ended => l.t("查看理由", "Read the reasons"),
        Phase::Withdrawn => l.t("已结束", "Finished"),
    }
}

/// `GET /processor`.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn show(cx: Cx) -> Result<Response, Error> {
    let l = cx.l();
    let signed = cx.signed()?;
    let org = signed.actor.org.as_str();
    let mut reader = cx.app.store.reader().await?;
    let lines = reader
        .applications_of(org)
        .await?
        .into_iter()
        .filter_map(|a| {
            let phase = phase_of(&a.phase)?;
            Some(Line {
                href: l.href(format!("/processor/applications/{}", a.case_id)),
                name: if a.number.is_empty() { l.t("暂存件", "Draft").to_owned() } else { a.number },
                processor: a.processor,
                body: if a.chosen_name.is_empty() { "—".to_owned() } else { a.chosen_name },
                phase: words::application_phase(l, phase),
                tone: words::application_tone(phase),
                todo: next(l, phase).to_owned(),
                updated: l.stamp(Timestamp::from_microsecond(a.updated).unwrap_or(cx.now)),
            })
        })
        .collect();
    let today = cx.today();
    let certificates = reader
        .certificates_of(org)
        .await?
        .into_iter()
        .filter_map(|c| {
            let status = guosuo_case::certificate::Status::ALL.into_iter().find(|s| s.as_str() == c.status_on(today))?;
            let (status, tone) = words::certificate_status(l, status);
            let until = c.valid_until.parse().map_or_else(|_| c.valid_until.clone(), |d: jiff::civil::Date| l.date(d).words);
            Some(Held {
                href: l.href(format!("/processor/certificates/{}", c.case_id)),
                number: c.number,
                holder: c.holder,
                status,
                tone,
                until,
            })
        })
        .collect();
    let refusal = match reader.organisation(org).await? {
        Some(o) if o.status == OrgStatus::Refused => o.details.refusal,
        _ => String::new(),
    };
    drop(reader);
    let view = Page {
        shell: Shell::new(&cx.screen, Front::Processor, l.t("个人信息出境认证", "Certification for exports")).at("applications"),
        l,
        org: signed.org_name.clone(),
        active: signed.org_active,
        refusal,
        can_open: Right::ApplicationEdit.held_by(&signed.actor),
        lines,
        certificates,
    };
    page(StatusCode::OK, &view)
}
