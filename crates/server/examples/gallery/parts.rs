//! Everything else: chips, boxes, comparison, chart, lists, news.

use askama::Template;
use axum::response::Html;
use guosuo::web::chart::BarChart;
use guosuo::web::components::{ClockView, DiffRow, Fact, Tone};
use guosuo::web::shell::Flash;
use guosuo::web::{Front, Lang, Screen, Shell};
use jiff::civil::date;

#[derive(Template)]
#[template(path = "dev/parts.html")]
struct Parts {
    shell: Shell,
    l: Lang,
    tones: Vec<(&'static str, Tone)>,
    clocks: Vec<ClockView>,
    answers: Vec<Fact>,
    diff: Vec<DiffRow>,
    chart: BarChart,
}

pub(crate) async fn show(screen: Screen) -> Html<String> {
    let l = screen.lang;
    let clock = |left, due| ClockView::working_days(l, left, 30, due, 3, 10);
    let news = l.t(
        "已收到。编号备申〔2026〕003号，收到时间2026年1月26日16:40。最迟3月13日告知结果。",
        "Received. Number 备申〔2026〕003号, 26 January 2026, 16:40 (UTC+8). You will hear the result by 13 March at the latest.",
    );
    let page = Parts {
        shell: Shell::new(&screen, Front::Body, l.t("页面部件", "Page parts"))
            .crumb("/gallery/parts", l.t("部件", "Parts"))
            .user(super::filing::operator(l))
            .news(Flash::good(news)),
        l,
        tones: vec![
            (l.t("未开始", "Not started"), Tone::Mute),
            (l.t("填写中", "In progress"), Tone::Info),
            (l.t("已上传", "Uploaded"), Tone::Ok),
            (l.t("待反馈", "Waiting"), Tone::Warn),
            (l.t("需修改", "Needs change"), Tone::Late),
        ],
        clocks: vec![
            clock(25, date(2026, 4, 17)),
            clock(5, date(2026, 3, 19)),
            clock(1, date(2026, 3, 13)),
            clock(-2, date(2026, 3, 10)),
            clock(28, date(2027, 1, 20)).provisional(),
            ClockView::still(l.t("已办结", "Closed"), l.day_month(date(2026, 3, 2)).words),
        ],
        answers: vec![
            Fact::new(l.t("机构名称", "Name"), l.t("示例一号认证有限公司（虚构）", "Example No. 1 (fictitious)"))
                .link("#", l.t("修改", "Change")),
            Fact::new(l.t("统一社会信用代码", "Credit code"), "91110108MA0X12347K").code().link("#", l.t("修改", "Change")),
            Fact::new(l.t("从事认证人员数量", "Certification staff"), "18")
                .note(l.t("背景审查表18份", "18 background sheets"))
                .link("#", l.t("修改", "Change")),
            Fact::new(l.t("网址", "Website"), "").link("#", l.t("填写", "Fill in")),
        ],
        diff: vec![
            DiffRow::new(l.t("从事认证人员数量", "Certification staff"), "15", "18"),
            DiffRow::new(
                l.t("第8组 投诉受理和争议解决机制说明", "Item 8"),
                "",
                l.t("投诉机制.pdf，1.4 MB", "complaints.pdf, 1.4 MB"),
            ),
            DiffRow::new(l.t("第9组 其他材料", "Item 9"), l.t("旧证明.pdf", "old.pdf"), ""),
            DiffRow::new(l.t("法定代表人", "Legal representative"), l.t("示例甲", "Example A"), l.t("示例甲", "Example A")),
        ],
        chart: BarChart {
            id: "ageing",
            title: l.t("在办件按剩余工作日", "Open cases by working days left").to_owned(),
            says: l.t("在办12件，其中6件剩10个工作日以内。", "12 open cases; 6 have 10 working days or fewer left.").to_owned(),
            head: l.t("剩余工作日", "Working days left").to_owned(),
            series: vec![
                l.t("齐全性审核", "Completeness").to_owned(),
                l.t("会同审核", "Joint review").to_owned(),
                l.t("拟写通知", "Drafting").to_owned(),
            ],
            adds: true,
            rows: vec![
                (l.t("已超期", "Overdue").to_owned(), vec![0, 0, 0]),
                (l.t("3日以内", "3 or fewer").to_owned(), vec![0, 1, 1]),
                (l.t("4至10日", "4 to 10").to_owned(), vec![2, 2, 0]),
                (l.t("11日以上", "11 or more").to_owned(), vec![4, 2, 0]),
            ],
        },
    };
    Html(page.render().unwrap_or_else(|e| e.to_string()))
}
