//! Searching a register of a million certificates by parts of names, as its public page does: what half of the
//! searches and what 99 in 100 take, and whether any name was missed.
//!
//! `cargo run --release -p guosuo-store --example register_search [-- CERTIFICATES [SEARCHES [sqlite|postgres|both]]]`
//!
//! PostgreSQL is one of the tests' own. A search is all that the page asks of the store: number, code,
//! what was recorded since, the index, and the lines of the first fifty.

use std::time::{Duration, Instant};

use guosuo_store::{Names, Options, RegisterFilter, RootKey, Store, migrate, schema_id};
use sqlx::{Connection as _, PgConnection, SqliteConnection};

type Fault = Box<dyn std::error::Error>;

/// Names written in one statement.
const BATCH: usize = 20_000;
/// Searches whose whole answer is compared with a look into every name.
const COMPARED: usize = 60;
/// Lines of a page and the one that says that there are more.
const PAGE: u32 = 51;

const PLACES: [&str; 24] = [
    "示例京",
    "示例沪",
    "示例津",
    "示例渝",
    "示例海棠",
    "示例云岫",
    "示例江北",
    "示例江南",
    "示例河东",
    "示例河西",
    "示例山前",
    "示例山后",
    "示例湖畔",
    "示例滨海",
    "示例关外",
    "示例岭南",
    "示例塞上",
    "示例中原",
    "示例东湾",
    "示例西坡",
    "示例南浦",
    "示例北原",
    "示例新城",
    "示例老城",
];
const TRADES: [&str; 24] = [
    "科技",
    "网络",
    "数据",
    "信息技术",
    "旅行",
    "旅游",
    "物流",
    "供应链管理",
    "电子商务",
    "生物医药",
    "汽车",
    "新能源",
    "金融科技",
    "教育咨询",
    "人力资源",
    "酒店管理",
    "文化传媒",
    "游戏",
    "软件",
    "智能装备",
    "跨境贸易",
    "航空服务",
    "国际货运代理",
    "云计算",
];
const FORMS: [&str; 5] = ["有限公司", "有限公司", "有限责任公司", "股份有限公司", "集团有限公司"];
/// Own names are made of these; the first ones come often, the last ones seldom.
const OWN: &str = "华中新天海东金大国明德信达通泰安平和光辉宏远盛兴隆昌瑞祥福禄康宁顺利丰茂源广博雅正清风云龙凤麒麟鹏飞翔腾跃升\
     恒久永长春秋夏冬日月星辰山川河湖江洋波涛林森木竹松柏梅兰菊荷莲桃李杏花草石玉珠宝银铜铁钢铝锡晶瓷陶丝绸锦绣彩虹霞雪霜露雨雷电\
     启衡云岫海棠晨曦暮朝夕晓旭阳阴晴岚岭峰峦岩崖壑谷溪泉潭渊渡桥舟帆港湾岛屿礁滩渔樵耕读琴棋书画诗词歌赋笔墨纸砚鼎彝尊爵觥斝\
     轩辕尧舜禹汤昊穹寰宇乾坤艮巽坎离震兑蓍筮璇玑枢衡斗牛女虚危室壁奎娄胃昴毕觜参井鬼柳张翼轸𠮷䶮";

/// Numbers that look like chance and are the same every time (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % sides.max(1) as u64).unwrap_or(0)
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.roll(list.len())]
    }

    /// Small numbers come more often than great ones.
    fn often(&mut self, sides: usize) -> usize {
        let sides = self.roll(sides) + 1;
        self.roll(sides)
    }
}

fn name(dice: &mut Dice, own: &[char], i: usize) -> String {
    match dice.roll(20) {
        0 => format!("Example {} {i} GmbH (fictitious)", dice.of(&["Handels", "Travel", "Data", "Logistics", "Care"])),
        1 => {
            let mut part = || (0..2 + dice.roll(2)).map(|_| own[dice.often(own.len())]).collect::<String>();
            format!("{}·{}商行（虚构）", part(), part())
        }
        _ => {
            let own: String = (0..2 + dice.roll(3)).map(|_| own[dice.often(own.len())]).collect();
            format!("{}{own}{}{}（虚构）", dice.of(&PLACES), dice.of(&TRADES), dice.of(&FORMS))
        }
    }
}

/// What people look for: parts of names that exist, and what may exist nowhere.
fn questions(dice: &mut Dice, names: &[String], own: &[char], count: usize) -> Vec<(&'static str, String)> {
    let part = |dice: &mut Dice, most: usize| {
        let chars: Vec<char> = names[dice.roll(names.len())].chars().collect();
        let length = most.min(chars.len());
        let from = dice.roll(chars.len() - length + 1);
        chars[from..from + length].iter().collect::<String>()
    };
    let mut all = Vec::with_capacity(count);
    for i in 0..count {
        all.push(match i % 8 {
            0 => ("one character", part(dice, 1)),
            1 | 2 => ("two characters", part(dice, 2)),
            3 => ("three characters", part(dice, 3)),
            4 => ("four characters", part(dice, 4)),
            5 => {
                let most = 5 + dice.roll(8);
                ("five to twelve", part(dice, most))
            }
            6 => ("two, perhaps nowhere", (0..2).map(|_| own[dice.roll(own.len())]).collect()),
            _ => ("three or four, perhaps nowhere", (0..3 + dice.roll(2)).map(|_| own[dice.often(own.len())]).collect()),
        });
    }
    all
}

const COLUMNS: &str = "INSERT INTO certificate (case_id, version, number, body, applicant, holder, holder_org, holder_code, country, address, representative, basis, mark, issued_on, valid_until, status, status_from, status_before, ground, origin, publication, application, predecessor, successor, renewal, proposal, open_requests, open_findings, open_suggestions, open_surveillances, reports, reports_owed, updated) ";

/// One batch: names as a JSON list, the number of the first.
fn fill(sqlite: bool) -> String {
    let (id, number, day, from) = if sqlite {
        (
            "printf('%032x', n)",
            "printf('SLQH-2099-%08d', n)",
            "date('2026-01-02', '+' || (n / 1000) || ' days')",
            "(SELECT key + $2 AS n, value AS name FROM json_each($1)) AS t",
        )
    } else {
        (
            "lpad(to_hex(n), 32, '0')",
            "'SLQH-2099-' || lpad(n::text, 8, '0')",
            "to_char(date '2026-01-02' + (n / 1000)::int, 'YYYY-MM-DD')",
            "(SELECT ord - 1 + $2 AS n, value AS name FROM json_array_elements_text($1::json) WITH ORDINALITY AS e(value, ord)) AS t",
        )
    };
    let status = "CASE WHEN n % 97 = 0 THEN 'suspended' WHEN n % 101 = 0 THEN 'revoked' ELSE 'valid' END";
    format!(
        "{COLUMNS}SELECT {id}, 1, {number}, 'body-' || (n % 7), 'co', name, '', 'CODE' || n, 'CN', '示例路1号', '', 'A53', 'SLQH', \
         {day}, '2099-12-31', {status}, {day}, 'valid', '', 'body', '', 'a', '', '', '', '', 0, 0, 0, 0, 1, 0, 1770000000000000 + n FROM {from}"
    )
}

async fn write(url: &str, names: &[String]) -> Result<(), Fault> {
    let sqlite = url.starts_with("sqlite:");
    let sql = fill(sqlite);
    for (i, part) in names.chunks(BATCH).enumerate() {
        let list = serde_json::to_string(part)?;
        let first = i64::try_from(i * BATCH)?;
        let query = sqlx::AssertSqlSafe(sql.clone());
        if sqlite {
            let mut c = SqliteConnection::connect(url).await?;
            sqlx::query(query).bind(list).bind(first).execute(&mut c).await?;
            c.close().await?;
        } else {
            let mut c = PgConnection::connect(url).await?;
            sqlx::query(query).bind(list).bind(first).execute(&mut c).await?;
            c.close().await?;
        }
    }
    if !sqlite {
        // PostgreSQL does so by itself within a minute.
        let mut c = PgConnection::connect(url).await?;
        sqlx::query("ANALYZE certificate").execute(&mut c).await?;
        c.close().await?;
    }
    Ok(())
}

fn line(what: &str, mut took: Vec<Duration>) {
    took.sort();
    let at = |part: usize| {
        took.get((took.len() * part / 1000).min(took.len().saturating_sub(1))).copied().unwrap_or_default().as_micros()
    };
    println!("  {what:<32} {:>6} searches {:>8} {:>8} {:>8} µs", took.len(), at(500), at(990), at(1000));
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap_or(0) / 1024
}

async fn measure(url: &str, names: &[String], asked: &[(&'static str, String)]) -> Result<usize, Fault> {
    let store = Store::open(url, Options::new(RootKey::new([7; 32]))).await?;
    let begun = Instant::now();
    write(url, names).await?;
    println!("  written in {} s", begun.elapsed().as_secs());
    let index = Names::default();
    let (before, begun) = (resident(), Instant::now());
    index.follow(&mut store.reader().await?).await?;
    println!(
        "  {} names in the index after {:.1} s, {} MB",
        index.len(),
        begun.elapsed().as_secs_f32(),
        resident().saturating_sub(before)
    );
    let (warm, rest) = asked.split_at(asked.len().min(200));
    for (_, text) in warm {
        index.search(&mut store.reader().await?, text, 0, PAGE).await?;
    }
    println!("  {:<32} {:>6} {:>8} {:>8} {:>8} {:>8}", "", "", "", "p50", "p99", "most");
    let mut took: Vec<(&str, Duration)> = Vec::with_capacity(rest.len());
    for (kind, text) in rest {
        let begun = Instant::now();
        let mut reader = store.reader().await?;
        let found = index.search(&mut reader, text, 0, PAGE).await?;
        drop(reader);
        took.push((kind, begun.elapsed()));
        if found.iter().any(|row| !folded(&row.holder).contains(&folded(text))) {
            return Err(format!("{text} found what does not contain it").into());
        }
    }
    let mut kinds: Vec<&str> = took.iter().map(|t| t.0).collect();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        line(kind, took.iter().filter(|t| t.0 == kind).map(|t| t.1).collect());
    }
    line("all", took.iter().map(|t| t.1).collect());
    for (what, filter) in [
        ("the register, nothing asked", RegisterFilter::default()),
        ("all that are valid", RegisterFilter { status: "valid".into(), ..RegisterFilter::default() }),
        ("all of one body", RegisterFilter { body: "body-3".into(), ..RegisterFilter::default() }),
    ] {
        let mut pages = Vec::new();
        for _ in 0..200 {
            let begun = Instant::now();
            let rows = store.reader().await?.register(&filter, jiff::civil::date(2029, 1, 1), false, PAGE, 0).await?;
            pages.push(begun.elapsed());
            if names.len() > 10_000 && rows.len() != PAGE as usize {
                return Err("a page of the register is not full".into());
            }
        }
        line(what, pages);
    }
    let folded_names: Vec<String> = names.iter().map(|n| folded(n)).collect();
    let mut missed = 0;
    for (_, text) in asked.iter().step_by((asked.len() / COMPARED).max(1)) {
        let wanted: Vec<String> =
            (0..names.len()).rev().filter(|i| folded_names[*i].contains(&folded(text))).map(|i| format!("{i:032x}")).collect();
        let found = index.find(&mut store.reader().await?, text, 0, usize::MAX).await?;
        missed += wanted.iter().filter(|id| found.binary_search_by(|f| id.as_str().cmp(f.as_str())).is_err()).count();
        if found.len() != wanted.len() {
            return Err(format!("{text}: {} found, {} wanted", found.len(), wanted.len()).into());
        }
    }
    println!("  the whole answers of {COMPARED} searches compared with a look into every name: {missed} missed");
    store.close().await;
    Ok(missed)
}

/// Only what these names have: full width brackets and letters.
fn folded(name: &str) -> String {
    name.to_lowercase().replace('（', "(").replace('）', ")")
}

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let mut args = std::env::args().skip(1);
    let count: usize = args.next().map_or(Ok(1_000_000), |a| a.parse())?;
    let searches: usize = args.next().map_or(Ok(8_000), |a| a.parse())?;
    let which = args.next().unwrap_or_else(|| "both".into());
    let own: Vec<char> = OWN.chars().filter(|c| !c.is_whitespace()).collect();
    let mut dice = Dice(20_260_101);
    let names: Vec<String> = (0..count).map(|i| name(&mut dice, &own, i)).collect();
    let asked = questions(&mut dice, &names, &own, searches + 200);
    let mut missed = 0;
    if which != "postgres" {
        let dir = tempfile::tempdir()?;
        println!("SQLite, {count} certificates");
        missed += measure(&format!("sqlite://{}?mode=rwc", dir.path().join("register.db").display()), &names, &asked).await?;
    }
    if which != "sqlite" {
        let database = tokio::task::spawn_blocking(|| {
            let cluster = guosuo_testkit::pg::cluster()?;
            Some(cluster.from_template(&schema_id(), |url| {
                let (url, options) = (url.to_owned(), Options::new(RootKey::new([7; 32])));
                let done = tokio::runtime::Handle::current().block_on(async move { migrate(&url, options).await });
                assert!(done.is_ok(), "{done:?}");
            }))
        })
        .await?;
        match database {
            Some(database) => {
                println!("PostgreSQL, {count} certificates");
                missed += measure(&database.url(), &names, &asked).await?;
            }
            None => println!("PostgreSQL is not installed"),
        }
    }
    if missed == 0 { Ok(()) } else { Err(format!("{missed} names were missed").into()) }
}
