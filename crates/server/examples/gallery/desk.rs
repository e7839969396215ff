//! The case page: page images beside verdicts and facts.

use askama::Template;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use guosuo::web::components::{Choice, ClockView, Fact, Happening, Link, Tone, ViewerView};
use guosuo::web::{Form, Front, Lang, Screen, Shell};
use jiff::civil::date;

#[derive(Template)]
#[template(path = "dev/desk.html")]
struct Desk {
    shell: Shell,
    l: Lang,
    form: Form,
    clock: ClockView,
    viewer: ViewerView,
    none: ViewerView,
    verdicts: Vec<(&'static str, String, &'static str, Tone, bool)>,
    choices: Vec<Choice>,
    facts: Vec<Fact>,
    history: Vec<Happening>,
}

/// A stand-in for a page image.
pub(crate) async fn page_image() -> impl IntoResponse {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 210 297\"><rect width=\"210\" height=\"297\" fill=\"#fff\"/><path d=\"M24 40h162M24 60h162M24 76h162M24 92h120M24 120h162M24 136h162M24 152h90\" stroke=\"#9aa5b1\" stroke-width=\"4\"/><circle cx=\"150\" cy=\"240\" r=\"24\" fill=\"none\" stroke=\"#c0392b\" stroke-width=\"3\"/></svg>";
    ([(header::CONTENT_TYPE, "image/svg+xml")], svg)
}

/// Officer's desk.
pub(crate) async fn show(screen: Screen) -> Html<String> {
    let l = screen.lang;
    let mut form = Form::new().with("verdict", "missing").with("reason", "");
    form.fail("reason", l.t("选“缺”时要写清缺什么。", "Say what is missing."));
    let alt = l.t("第1页图像", "Image of page 1");
    let name = l.t("8-投诉受理和争议解决机制说明.pdf", "8-complaints.pdf").to_owned();
    let page = Desk {
        shell: Shell::new(&screen, Front::Authority, l.t("备申〔2026〕004号", "Filing 备申〔2026〕004号"))
            .at("queue")
            .crumb("/authority/queue", l.t("备案审核", "Filings"))
            .for_form(&form)
            .user(super::queue::officer(l)),
        l,
        form,
        clock: ClockView::working_days(l, 3, 30, date(2026, 3, 17), 3, 10),
        viewer: ViewerView {
            name: name.clone(),
            facts: l.t("2.1 MB，2页，SHA-256 9f2c…71aa", "2.1 MB, 2 pages, SHA-256 9f2c…71aa").to_owned(),
            pages: vec![
                ("/gallery/page.svg".to_owned(), alt.to_owned()),
                ("/gallery/page.svg".to_owned(), l.t("第2页图像", "Image of page 2").to_owned()),
            ],
            original: "#".to_owned(),
            prev: Some(Link::new("#", l.t("上一项", "Previous"))),
            next: Some(Link::new("#", l.t("下一项", "Next"))),
            problem: l
                .t("第2页有一张图片未能绘出，以原件为准。", "One picture on page 2 could not be drawn; the original counts.")
                .to_owned(),
        },
        none: ViewerView {
            name: l.t("9-其他证明材料.ofd", "9-other.ofd").to_owned(),
            facts: "0.2 MB".to_owned(),
            pages: Vec::new(),
            original: "#".to_owned(),
            prev: None,
            next: None,
            problem: l.t("OFD不能在线查看，请下载原件。", "OFD cannot be shown here. Download the original.").to_owned(),
        },
        verdicts: ["1", "1.1", "2", "3", "8"]
            .into_iter()
            .map(|n| {
                let (word, tone) = match n {
                    "8" => (l.t("缺", "Missing"), Tone::Late),
                    "3" => (l.t("未核", "Open"), Tone::Mute),
                    _ => (l.t("齐全", "Complete"), Tone::Ok),
                };
                (n, l.pick(format!("材料第{n}组"), format!("Item {n}")), word, tone, n == "8")
            })
            .collect(),
        choices: vec![
            Choice::new("complete", l.t("齐全", "Complete")),
            Choice::new("missing", l.t("缺", "Missing")),
            Choice::new("unclear", l.t("不清晰", "Not legible")),
            Choice::new("other", l.t("不符合要求", "Not as required")),
        ],
        facts: vec![
            Fact::new(l.t("专业认证机构", "Body"), l.t("示例二号标准认证中心（虚构）", "Example No. 2 (fictitious)"))
                .link("#", l.t("查看机构", "see")),
            Fact::new(l.t("信用代码", "Credit code"), "12310000MB1X****2F").code(),
            Fact::new(l.t("收到", "Received"), l.date(date(2026, 1, 28)).words)
                .note(l.t("到达系统16:40", "reached the system at 16:40")),
            Fact::new(l.t("承办人", "Officer"), l.t("示例陈（虚构）", "Example Chen (fictitious)")),
        ],
        history: vec![
            Happening { planned: true, ..Happening::new(l.date(date(2026, 3, 17)), l.t("届满", "Limit")) },
            Happening::new(l.date(date(2026, 3, 6)), l.t("数据管理部门反馈：无意见", "Data authority: no objection")),
            Happening {
                bad: true, ..Happening::new(l.date(date(2026, 2, 20)), l.t("第8组标为“缺”", "Item 8 marked missing"))
            },
            Happening::new(l.date(date(2026, 1, 28)), l.t("收到备案材料", "Materials received")).note("SHA-256 9f2c…71aa"),
        ],
    };
    Html(page.render().unwrap_or_else(|e| e.to_string()))
}
