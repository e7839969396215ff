//! `/api`: the interface in words, from the same list as the document for programs.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use super::endpoints::{Content, Endpoint, all};
use super::scope::Scope;
use crate::app::Cx;
use crate::error::Error;
use crate::web::{Front, Lang, Shell};

struct Row {
    method: &'static str,
    path: String,
    words: &'static str,
    scope: &'static str,
    member: bool,
    example: String,
}

struct Group {
    title: &'static str,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "api/page.html")]
struct Page {
    shell: Shell,
    l: Lang,
    groups: Vec<Group>,
    scopes: Vec<(&'static str, &'static str)>,
    problems: Vec<(&'static str, &'static str)>,
    origin: String,
    requests: u32,
    sample: String,
}

fn title(l: Lang, group: &str) -> &'static str {
    match group {
        "applications" => l.t("认证委托", "Applications"),
        "certificates" => l.t("证书", "Certificates"),
        "exports" => l.t("出境台账", "Record of exports"),
        "changes" => l.t("变化", "Changes"),
        "webhooks" => l.t("回调", "Calls back"),
        "path" => l.t("出境路径", "Export path"),
        _ => l.t("本单位", "The organisation"),
    }
}

fn row(l: Lang, e: &Endpoint) -> Row {
    let example = match &e.body {
        Content::Json(_, list) => list.first().map(|(_, v)| v.to_string()).unwrap_or_default(),
        Content::None | Content::File => String::new(),
    };
    Row {
        method: e.method,
        path: e.path.clone(),
        words: l.pick(e.words.0, e.words.1),
        scope: e.scope.map_or("", Scope::as_str),
        member: e.member,
        example: if example == "{}" { String::new() } else { example },
    }
}

/// The problems that programs meet most, each the end of an address of its own.
fn problems(l: Lang) -> Vec<(&'static str, &'static str)> {
    vec![
        ("token_needed", l.t("没有令牌。浏览器的登录在这里不算。", "No token. The session of a browser does not count here.")),
        ("token_invalid", l.t("令牌不存在、到期或者撤销。", "The token does not exist, has ended or was revoked.")),
        ("scope_needed", l.t("令牌没有这个范围。", "The token does not have the scope.")),
        ("member_needed", l.t("要写明以哪个成员的名义办理。", "Say in whose name it is done.")),
        ("member_not_granted", l.t("本人没有同意这个令牌。", "The person has not let the token act in their name.")),
        ("code_wrong", l.t("动态口令不对或者已经用过。", "The one-time code is wrong or used up.")),
        ("idempotency_key_needed", l.t("POST 要带 Idempotency-Key。", "A POST carries an Idempotency-Key.")),
        ("idempotency_key_reused", l.t("同一个键用在了另一个请求上。", "The key was used for another request.")),
        ("version_old", l.t("案件有了变化，重新读取再决定。", "The case has changed; read it again and decide.")),
        ("fields_wrong", l.t("字段不符合要求，逐个说明。", "Fields cannot be taken; each is named.")),
        ("not_ready", l.t("还不能提交，见 reason.reason.problems。", "It cannot be submitted yet; see reason.reason.problems.")),
        (
            "mandate_missing",
            l.t(
                "境外处理者由其专门机构或者指定代表在授权范围内办理。",
                "For an overseas processor its office or representative acts, within its mandate.",
            ),
        ),
        ("body_not_filed", l.t("机构没有备案，不能选择。", "The body has not filed and cannot be chosen.")),
        ("stage", l.t("这一步现在不能办，见 possible。", "Not possible at this stage; see possible.")),
        ("interest_undeclared", l.t("先作利益关系声明，再打开案件。", "Interests are declared before a case is opened.")),
        (
            "fresh_factor_needed",
            l.t("签字要本人的动态口令：Guosuo-Code。", "A signature takes the person's one-time code: Guosuo-Code."),
        ),
        ("not_allowed", l.t("成员的角色不能办这一步。", "The member's roles do not allow the act.")),
        ("too_many", l.t("请求太频繁，按 Retry-After 等候。", "Too many requests; wait as Retry-After says.")),
    ]
}

/// `GET /api`.
///
/// # Errors
/// When the page cannot be rendered.
pub(crate) async fn show(cx: Cx) -> Result<Response, Error> {
    let l = cx.l();
    let mut groups: Vec<Group> = Vec::new();
    for e in all() {
        let title = title(l, e.group);
        if !groups.iter().any(|g| g.title == title) {
            groups.push(Group { title, rows: Vec::new() });
        }
        if let Some(g) = groups.iter_mut().find(|g| g.title == title) {
            g.rows.push(row(l, &e));
        }
    }
    let shell = Shell::new(&cx.screen, Front::Public, l.t("程序接口", "Interface for programs"))
        .crumb("/about", l.t("网站声明", "About this site"));
    let page = Page {
        shell,
        l,
        groups,
        scopes: Scope::ALL.iter().map(|s| (s.as_str(), s.words(l))).collect(),
        problems: problems(l),
        origin: cx.app.config.origin(),
        requests: cx.app.config.api.requests_per_minute,
        sample: serde_json::to_string_pretty(&crate::jobs::webhooks::sample()).unwrap_or_default(),
    };
    Ok(Html(page.render()?).into_response())
}
