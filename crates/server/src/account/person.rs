//! The lists and pages of people that both kinds of administrator see.

use askama::Template;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::Role;
use guosuo_store::accounts::{Account, AccountStatus};

use crate::error::Error;
use crate::web::components::{Choice, Fact, Tone};
use crate::web::{Form, Lang, Shell};
use crate::words;

/// The status of an account in words and its colour family.
pub fn status_words(l: Lang, s: AccountStatus) -> (&'static str, Tone) {
    match s {
        AccountStatus::Invited => (l.t("已邀请，未启用", "Invited"), Tone::Info),
        AccountStatus::Active => (l.t("在用", "In use"), Tone::Ok),
        AccountStatus::Disabled => (l.t("已停用", "Blocked"), Tone::Mute),
    }
}

/// Roles as choices of a form.
pub fn role_choices(l: Lang, roles: &[Role]) -> Vec<Choice> {
    roles.iter().map(|r| Choice::new(r.as_str(), words::role(l, *r)).hint(hint(l, *r))).collect()
}

fn hint(l: Lang, r: Role) -> &'static str {
    match r {
        Role::Operator => l.t("填写、上传、提交", "Fills in, uploads, submits"),
        Role::OrgAdmin => l.t("管理成员，也可以办理", "Manages members, may also file"),
        Role::CacHandler => l.t("审核材料，提出办理意见", "Reviews and proposes"),
        Role::CacHead => l.t("分办和审定，与提出意见的人不能是同一人", "Assigns and decides; never the person who proposed"),
        Role::NdaReviewer => l.t("会同审核，反馈意见", "Gives the joint opinion"),
        Role::SamrReader => l.t("查阅备案信息", "Reads the register"),
        Role::SystemAdmin => l.t("运行平台，看不到案件", "Runs the platform, sees no case"),
        Role::SecurityAdmin => l.t("管理人员账号，看不到案件", "Manages accounts, sees no case"),
        Role::AuditAdmin => l.t("查阅审计记录，看不到案件", "Reads the record, sees no case"),
        Role::Applicant | Role::Representative => l.t("委托认证，答复整改", "Applies and answers"),
        Role::CaseManager => l.t("受理、制定方案、管理证书", "Accepts, plans, keeps certificates"),
        Role::Verifier | Role::VerificationStaff => l.t("技术验证，不参与认证决定", "Verifies; takes no part in the decision"),
        Role::Auditor => l.t("现场审核，不参与认证决定", "Audits; takes no part in the decision"),
        Role::Evaluator => l.t("综合评价并提出建议", "Evaluates and recommends"),
        Role::Certifier => l.t("作出认证决定，先签字", "Decides and signs first"),
        Role::BodyHead => l.t("复核认证决定，后签字", "Signs second"),
        Role::PartyAdmin => l.t("管理本单位人员和角色", "Manages the members and their roles"),
        Role::CacSupervisor | Role::SamrSupervisor => l.t("监督检查，通报发现的问题", "Supervises and states findings"),
    }
}

/// One row of a list.
pub struct Line {
    /// Address of the person's page.
    pub href: String,
    /// Name.
    pub name: String,
    /// Sign-in name.
    pub login: String,
    /// Organisation, where several are listed.
    pub org: String,
    /// Roles in words.
    pub roles: String,
    /// Last sign-in.
    pub seen: String,
    /// Status in words.
    pub status: &'static str,
    /// Its colour family.
    pub tone: Tone,
}

impl Line {
    /// A row; `base` is the list's address.
    pub fn new(l: Lang, a: &Account, base: &str, org: &str) -> Self {
        let (status, tone) = status_words(l, a.status);
        Self {
            href: l.href(format!("{base}/{}", a.id)),
            name: a.name.clone(),
            login: a.login.clone(),
            org: org.to_owned(),
            roles: a.roles.iter().map(|r| words::role(l, *r)).collect::<Vec<_>>().join(l.t("、", ", ")),
            seen: a.signed_in.map_or_else(|| l.t("从未登录", "Never").to_owned(), |t| l.stamp(t).words),
            status,
            tone,
        }
    }
}

/// A list of people with the form that invites one more.
#[derive(Template)]
#[template(path = "account/people.html")]
pub struct People<'a> {
    /// Frame.
    pub shell: Shell,
    /// Language.
    pub l: Lang,
    /// The form of the invitation.
    pub form: Form,
    /// One or two sentences on top.
    pub lead: &'static str,
    /// Address of the list.
    pub base: &'a str,
    /// The people.
    pub rows: Vec<Line>,
    /// Organisations to choose from; empty: the own one.
    pub orgs: Vec<Choice>,
    /// Roles to choose from.
    pub roles: Vec<Choice>,
    /// A link just made, shown once: (name, address).
    pub link: Option<(String, String)>,
}

/// The page of one person.
#[derive(Template)]
#[template(path = "account/person.html")]
pub struct Person {
    /// Frame.
    pub shell: Shell,
    /// Language.
    pub l: Lang,
    /// The form of the roles.
    pub form: Form,
    /// Facts.
    pub facts: Vec<Fact>,
    /// Address of the page.
    pub base: String,
    /// Roles to choose from.
    pub roles: Vec<Choice>,
    /// The page is about the administrator who reads it.
    pub own: bool,
    /// Blocked.
    pub disabled: bool,
    /// The second factor can be reset here.
    pub can_reset: bool,
    /// A link just made, shown once.
    pub link: Option<String>,
}

/// The facts of a person.
pub fn facts(l: Lang, a: &Account, org: &str) -> Vec<Fact> {
    let none = l.t("未填写", "Not given");
    let or_none = |s: &str| if s.is_empty() { none.to_owned() } else { s.to_owned() };
    vec![
        Fact::new(l.t("姓名", "Name"), &a.name),
        Fact::new(l.t("登录名", "Sign-in name"), &a.login).code(),
        Fact::new(l.t("机构", "Organisation"), org),
        Fact::new(l.t("状态", "Status"), status_words(l, a.status).0),
        Fact::new(l.t("联系电话", "Telephone"), or_none(&a.contact.phone)),
        Fact::new(l.t("电子邮箱", "Mail"), or_none(&a.contact.mail)),
        Fact::new(
            l.t("最近登录", "Last sign-in"),
            a.signed_in.map_or_else(|| l.t("从未登录", "Never").to_owned(), |t| l.moment(t).words),
        ),
    ]
}

/// The answer with a page of people: never kept by the browser.
///
/// # Errors
/// When the page cannot be rendered.
pub fn answer(form_status: axum::http::StatusCode, page: &impl Template) -> Result<Response, Error> {
    Ok((form_status, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}
