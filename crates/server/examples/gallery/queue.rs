//! The officers' queue.

use askama::Template;
use axum::response::Html;
use guosuo::web::components::{Choice, ClockView, Pages, SumItem, Tab, Tone};
use guosuo::web::{Front, Lang, Screen, Shell, UserBlock};
use jiff::civil::{Date, date};

struct Row {
    clock: ClockView,
    body: String,
    code: &'static str,
    number: &'static str,
    received: String,
    stage: (&'static str, Tone),
    materials: (String, Tone),
    opinion: (&'static str, Tone),
    opinion_note: String,
    officer: &'static str,
    current: bool,
}

#[derive(Template)]
#[template(path = "dev/queue.html")]
struct Queue {
    shell: Shell,
    l: Lang,
    as_of: String,
    sums: Vec<SumItem>,
    tabs: Vec<Tab>,
    stages: Vec<Choice>,
    rows: Vec<Row>,
    pages: Pages,
}

pub(crate) fn officer(l: Lang) -> UserBlock {
    UserBlock {
        name: l.t("示例陈（虚构）", "Example Chen (fictitious)").to_owned(),
        role: l.t("备案审核岗", "Filing officer").to_owned(),
        unread: 5,
        inbox: "/authority/inbox".to_owned(),
        idle_seconds: 900,
        roles: std::collections::BTreeSet::new(),
    }
}

/// Days left, due, name, code, number, received; then which stage, materials, opinion.
type Given = (i64, Date, &'static str, &'static str, &'static str, Date, u8, u8, u8);

fn rows(l: Lang) -> Vec<Row> {
    let given: [Given; 8] = [
        (-1, date(2026, 3, 11), "示例零号", "91110108MA0X****6K", "备申〔2026〕002号", date(2026, 1, 22), 0, 0, 0),
        (1, date(2026, 3, 13), "示例一号", "91110108MA0X****7K", "备申〔2026〕003号", date(2026, 1, 26), 0, 0, 0),
        (3, date(2026, 3, 17), "示例二号", "12310000MB1X****2F", "备申〔2026〕004号", date(2026, 1, 28), 1, 1, 0),
        (5, date(2026, 3, 19), "示例三号质量认证股份", "91440300MA5X****9C", "备申〔2026〕005号", date(2026, 1, 30), 2, 0, 1),
        (10, date(2026, 3, 26), "示例四号", "91320100MA2X****6W", "备申〔2026〕008号", date(2026, 2, 6), 3, 1, 2),
        (14, date(2026, 4, 1), "示例五号", "91330106MA2X****8H", "备申〔2026〕009号", date(2026, 2, 12), 2, 0, 1),
        (25, date(2026, 4, 17), "示例六号", "12370000MB2X****7A", "备申〔2026〕013号", date(2026, 3, 5), 4, 2, 2),
        (30, date(2026, 4, 24), "示例七号", "91320594MA1X****2Q", "备申〔2026〕014号", date(2026, 3, 12), 4, 2, 2),
    ];
    let stages = [
        (l.t("处务会审议", "Section meeting"), Tone::Info),
        (l.t("拟写通知", "Drafting notice"), Tone::Late),
        (l.t("会同审核", "Joint review"), Tone::Info),
        (l.t("齐全性审核", "Completeness"), Tone::Info),
        (l.t("分办", "To assign"), Tone::Mute),
    ];
    let materials = [
        (l.t("9/9 齐全", "9/9 complete"), Tone::Ok),
        (l.t("8/9 缺第8组", "8/9, item 8 missing"), Tone::Late),
        (l.t("9/9 待核", "9/9 to check"), Tone::Mute),
    ];
    let opinions =
        [(l.t("已反馈", "Given"), Tone::Ok), (l.t("待反馈", "Waiting"), Tone::Warn), (l.t("未送", "Not sent"), Tone::Mute)];
    given
        .into_iter()
        .map(|(left, due, body, code, number, received, stage, material, opinion)| Row {
            clock: ClockView::working_days(l, left, 30, due, 3, 10),
            body: l.pick(format!("{body}认证有限公司（虚构）"), format!("{body} (fictitious)")),
            code,
            number,
            received: l.pick(format!("{}收到", l.day_month(received).words), format!("received {}", l.day_month(received).words)),
            stage: stages[usize::from(stage)],
            materials: (materials[usize::from(material)].0.to_owned(), materials[usize::from(material)].1),
            opinion: opinions[usize::from(opinion)],
            opinion_note: match opinion {
                0 => l.day_month(date(2026, 3, 9)).words,
                1 => l.pick("已送12个工作日".to_owned(), "sent 12 working days ago".to_owned()),
                _ => String::new(),
            },
            officer: l.t("示例陈", "Chen"),
            current: left == 3,
        })
        .collect()
}

fn page(screen: &Screen, rows: Vec<Row>) -> Html<String> {
    let l = screen.lang;
    let count = rows.len() as u64;
    let sum = |tone, icon, count, zh: &str, en: &str, note_zh: &str, note_en: &str| SumItem {
        tone,
        icon,
        count,
        name: l.t(zh, en).to_owned(),
        note: l.t(note_zh, note_en).to_owned(),
        href: "#".to_owned(),
        current: false,
    };
    let tab = |zh: &str, en: &str, current| Tab { href: "#".to_owned(), name: l.t(zh, en).to_owned(), current };
    let title = l.pick(format!("备案审核待办（{count}件）"), format!("Filings to review ({count})"));
    let at = jiff::Timestamp::from_second(1_773_279_000).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let page = Queue {
        shell: Shell::new(screen, Front::Authority, title)
            .at("queue")
            .crumb("/authority/queue", l.t("备案审核", "Filings"))
            .here(l.t("待办", "To do"))
            .user(officer(l)),
        l,
        as_of: l.moment_weekday(at).words,
        sums: vec![
            sum(Tone::Over, "", u64::from(count > 0), "已超期", "Overdue", "须写明原因", "reason needed"),
            sum(Tone::Late, "", 2.min(count), "红灯", "Red", "剩3个工作日以内", "3 working days or fewer"),
            sum(Tone::Warn, "", 2.min(count), "黄灯", "Amber", "剩4至10个工作日", "4 to 10 working days"),
            sum(Tone::Ok, "", 3.min(count), "绿灯", "Green", "剩11个工作日以上", "11 or more"),
            sum(Tone::Mute, "talk", 2.min(count), "等会同意见", "Waiting for opinion", "数据管理部门未反馈", "data authority"),
            sum(Tone::Mute, "new", 0, "今日新收", "Received today", "待分办0件", "0 to assign"),
        ],
        tabs: vec![
            tab("全部待办（8）", "All (8)", true),
            tab("我承办的（6）", "Mine (6)", false),
            tab("红灯和黄灯（4）", "Red and amber (4)", false),
            tab("材料不齐（2）", "Incomplete (2)", false),
        ],
        stages: vec![Choice::new("", l.t("全部", "All")), Choice::new("joint", l.t("会同审核", "Joint review"))],
        pages: Pages::new(l, count * 30, 20, 3, |n| l.href(format!("/gallery/queue?page={n}"))),
        rows,
    };
    Html(page.render().unwrap_or_else(|e| e.to_string()))
}

/// Mock-up 1.
pub(crate) async fn show(screen: Screen) -> Html<String> {
    page(&screen, rows(screen.lang))
}

/// Nothing to do.
pub(crate) async fn empty(screen: Screen) -> Html<String> {
    page(&screen, Vec::new())
}
