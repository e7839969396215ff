//! `/body/organisation`, `/processor/organisation`, `/verification/organisation`: what the platform knows of one's own organisation.

use askama::Template;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::{OrgKind, Role};
use guosuo_store::accounts::OrgStatus;

use super::{base_of, front_of};
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::{Fact, Tone};
use crate::web::{Lang, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "account/organisation.html")]
struct Page {
    shell: Shell,
    l: Lang,
    facts: Vec<Fact>,
    told: &'static str,
    tone: Tone,
    refusal: String,
    administrator: bool,
    members: String,
    tokens: String,
    body: bool,
}

fn standing(l: Lang, s: OrgStatus) -> (&'static str, &'static str, Tone) {
    match s {
        OrgStatus::Pending => (
            l.t("待确认", "Not confirmed yet"),
            l.t(
                "办理机关正在核对注册信息。可以先准备材料，确认后才能提交。",
                "The authority is checking the registration. You can prepare; submitting waits for the confirmation.",
            ),
            Tone::Warn,
        ),
        OrgStatus::Active => {
            (l.t("已确认", "Confirmed"), l.t("注册已确认，可以提交。", "The organisation can submit."), Tone::Ok)
        }
        OrgStatus::Suspended => {
            (l.t("已停用", "Suspended"), l.t("请联系办理机关。", "Please contact the authority."), Tone::Late)
        }
        OrgStatus::Refused => (
            l.t("未通过核对", "Not confirmed"),
            l.t("理由见下。改正后请联系办理机关。", "The reason stands below. Correct it and contact the authority."),
            Tone::Late,
        ),
    }
}

/// `GET /body/organisation`.
///
/// # Errors
/// When the store cannot be read.
pub async fn show(cx: Cx) -> Result<Response, Error> {
    let l = cx.l();
    let actor = cx.actor()?;
    let org = cx.app.store.organisation(actor.org.as_str()).await?.ok_or(Error::NotFound)?;
    let (status, told, tone) = standing(l, org.status);
    let given = |s: &str| if s.is_empty() { l.t("未填写", "Not given").to_owned() } else { s.to_owned() };
    let mut facts = vec![
        Fact::new(l.t("机构名称", "Name"), &org.name),
        Fact::new(l.t("统一社会信用代码", "Unified social credit code"), given(org.credit_code.as_deref().unwrap_or_default()))
            .code(),
        Fact::new(l.t("法定代表人", "Legal representative"), given(&org.details.legal_rep)),
        Fact::new(l.t("通讯地址", "Postal address"), given(&org.details.address)),
        Fact::new(l.t("联系电话", "Telephone"), given(&org.details.phone)),
        Fact::new(l.t("注册时间", "Registered"), l.moment(org.created).words),
        Fact::new(l.t("注册状态", "Registration"), status),
    ];
    if !org.details.country.is_empty() {
        let number = Fact::new(l.t("境外注册号", "Register number abroad"), org.details.registration.clone());
        facts.push(number.note(words::country(l, &org.details.country)));
    }
    if !org.details.represents.is_empty() {
        facts.push(Fact::new(
            l.t("专门机构、指定代表或者被代表的处理者", "Office, representative, or processor represented"),
            org.details.represents.clone(),
        ));
    }
    let base = base_of(actor.org_kind);
    if !cx.screen.path.starts_with(base) {
        return Err(Error::NotFound);
    }
    let shell = Shell::new(&cx.screen, front_of(actor.org_kind), l.t("本机构", "Organisation")).at("organisation");
    let administrator = actor.has_any(&[Role::OrgAdmin, Role::PartyAdmin]);
    let members = l.href(format!("{base}/members"));
    let page = Page {
        shell,
        l,
        facts,
        told,
        tone,
        refusal: org.details.refusal,
        administrator,
        members,
        tokens: l.href(format!("{base}/tokens")),
        body: actor.org_kind == OrgKind::Body,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}
