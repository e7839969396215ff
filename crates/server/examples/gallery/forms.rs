//! Every form part: empty, filled, wrong (`?state=empty|typical|error`).

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Html;
use guosuo::web::components::Choice;
use guosuo::web::{Form, Front, Lang, Screen, Shell};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct State {
    state: Option<String>,
}

#[derive(Template)]
#[template(path = "dev/forms.html")]
struct Forms {
    shell: Shell,
    l: Lang,
    form: Form,
    natures: Vec<Choice>,
    roles: Vec<Choice>,
}

fn page(screen: &Screen, form: Form) -> (StatusCode, Html<String>) {
    let l = screen.lang;
    let natures = vec![
        Choice::new("institution", l.t("事业单位", "Public institution")),
        Choice::new("enterprise", l.t("企业", "Enterprise")).hint(l.t("含国有和民营企业", "State-owned and private")),
        Choice::new("other", l.t("其他", "Other")).reveals("nature-other", l.t("请说明机构性质", "Which nature?")),
    ];
    let roles = vec![
        Choice::new("operator", l.t("经办人", "Operator")).hint(l.t("填写和提交", "fills in and submits")),
        Choice::new("admin", l.t("机构管理员", "Administrator")),
    ];
    let shell = Shell::new(screen, Front::Body, l.t("表单部件", "Form parts"))
        .at("filings")
        .crumb("/gallery/forms", l.t("部件", "Parts"))
        .for_form(&form)
        .user(super::filing::operator(l));
    let status = form.status();
    (status, Html(Forms { shell, l, form, natures, roles }.render().unwrap_or_else(|e| e.to_string())))
}

fn wrong(l: Lang, mut form: Form) -> Form {
    form.fail("name", l.t("填写机构名称，与批准书一致。", "Enter the name as on the approval."));
    form.fail(
        "code",
        l.t(
            "统一社会信用代码是18位，现在是17位。对照证件重新填写。",
            "The unified social credit code has 18 characters; you entered 17. Copy it again from the certificate.",
        ),
    );
    form.fail("scope", l.t("写明业务范围。", "Describe the business scope."));
    form.fail("nature", l.t("选择机构性质。", "Choose the nature."));
    form.fail(
        "founded",
        l.t("没有2月30日。按证件填写成立日期。", "There is no 30 February. Copy the date from the certificate."),
    );
    form.fail(
        "scan",
        l.t(
            "这里收PDF、OFD、JPG和PNG。“工作计划.docx”请另存为PDF再上传。",
            "This field takes PDF, OFD, JPG and PNG. Save “工作计划.docx” as a PDF and upload that.",
        ),
    );
    form.fail("pledge", l.t("勾选承诺后才能提交。", "Tick the pledge before you submit."));
    form
}

pub(crate) async fn show(screen: Screen, Query(state): Query<State>) -> (StatusCode, Html<String>) {
    let l = screen.lang;
    let filled = Form::new()
        .with("name", l.t("示例一号认证有限公司（虚构）", "Example No. 1 (fictitious)"))
        .with("code", "91110108MA0X12347")
        .with("capital", "5000")
        .with("nature", "other")
        .with("nature-other", "示例")
        .with("founded-year", "2020")
        .with("founded-month", "2")
        .with("founded-day", "30")
        .with("approved", "2026-03-09")
        .with("province", "31")
        .with("roles", "operator");
    match state.state.as_deref() {
        Some("error") => page(&screen, wrong(l, filled)),
        Some("typical") => page(&screen, filled),
        _ => page(&screen, Form::new()),
    }
}

pub(crate) async fn send(screen: Screen, form: Form) -> (StatusCode, Html<String>) {
    let l = screen.lang;
    page(&screen, wrong(l, form))
}

#[derive(Template)]
#[template(path = "dev/sign-in.html")]
struct SignIn {
    shell: Shell,
    l: Lang,
    form: Form,
}

/// The card of sign-in.
pub(crate) async fn sign_in(screen: Screen) -> Html<String> {
    let l = screen.lang;
    let shell = Shell::new(&screen, Front::Plain, l.t("登录", "Sign in"));
    Html(SignIn { shell, l, form: Form::new() }.render().unwrap_or_else(|e| e.to_string()))
}
