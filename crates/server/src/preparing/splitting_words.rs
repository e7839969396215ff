//! Hits of looking for splits, in words: one finding for one export, with all lines that it meets, its evidence, and every
//! statement that is part of it.

use guosuo_cli::path_words;
use guosuo_rules::splitting::{self, Hit, Part, Source, Tie};

use super::grouping::{self, Why};
use super::ledger::{cli, line_words};
use crate::web::Lang;
use crate::web::components::Tone;
use crate::words;

/// From how many parts on the table of parts begins closed.
const MANY: usize = 4;

/// One line that an export meets.
pub(super) struct LineRow {
    pub(super) fact: &'static str,
    pub(super) line: String,
    pub(super) together: String,
    pub(super) known: (&'static str, Tone),
    pub(super) alone: String,
}

/// One statement.
pub(super) struct PartRow {
    pub(super) source: (&'static str, Tone),
    pub(super) id: String,
    pub(super) days: String,
    pub(super) applicant: String,
    pub(super) holder: String,
    pub(super) recipient: String,
    pub(super) purpose: String,
    /// People by line, with the share of it.
    pub(super) people: Vec<String>,
    pub(super) note: &'static str,
}

/// A finding.
pub(super) struct Finding {
    pub(super) title: String,
    pub(super) lines: Vec<LineRow>,
    pub(super) why: Vec<String>,
    /// Why its applicants count as one group.
    pub(super) group: Vec<String>,
    pub(super) parts: Vec<PartRow>,
    pub(super) parts_title: String,
    pub(super) open: bool,
    pub(super) articles: String,
}

fn permille(n: u16) -> String {
    let (whole, tenth) = (n / 10, n % 10);
    if tenth == 0 { format!("{whole}%") } else { format!("{whole}.{tenth}%") }
}

fn share(count: u64, line: u64) -> String {
    let thousandths = u128::from(count) * 1000 / u128::from(line.max(1));
    permille(u16::try_from(thousandths).unwrap_or(u16::MAX))
}

fn line(l: Lang, h: &Hit) -> LineRow {
    let largest = h.parts.iter().filter(|p| p.added).map(|p| p.count).max().unwrap_or(0);
    let (least, most) = (l.number(h.least), l.number(h.most));
    LineRow {
        fact: path_words::fact(h.fact, cli(l)),
        line: line_words(l, h.line),
        together: if h.exact { most } else { l.pick(format!("{least}至{most}"), format!("{least} to {most}")) },
        known: if h.exact {
            (l.t("同一密钥去重", "distinct by one key"), Tone::Late)
        } else {
            (l.t("视人员是否重合", "depends on the overlap"), Tone::Warn)
        },
        alone: share(largest, h.line),
    }
}

/// All statements of some hits, each once, by day.
fn parts(hits: &[Hit]) -> Vec<&Part> {
    let mut out: Vec<&Part> = Vec::new();
    for p in hits.iter().flat_map(|h| &h.parts) {
        if !out.iter().any(|known| known.is(p)) {
            out.push(p);
        }
    }
    out.sort_by(|a, b| (a.on, &a.id).cmp(&(b.on, &b.id)));
    out
}

fn part(l: Lang, hits: &[Hit], p: &Part) -> PartRow {
    let here = |h: &Hit| h.parts.iter().find(|q| q.is(p)).cloned();
    let mut added = false;
    let people = hits.iter().filter_map(|h| {
        let q = here(h)?;
        added |= q.added;
        let (fact, n, of) = (path_words::fact(h.fact, cli(l)), l.number(q.count), share(q.count, h.line));
        Some(l.pick(format!("{fact}{n}（占界限{of}）"), format!("{fact}: {n} ({of} of the line)")))
    });
    let people = people.collect();
    PartRow {
        source: match p.source {
            Source::Application => (l.t("申请", "Application"), Tone::Info),
            Source::Ledger => (l.t("台账", "Ledger"), Tone::Mute),
        },
        id: p.id.clone(),
        days: p.until.map_or_else(
            || l.day(p.on).words,
            |until| {
                let (from, until) = (l.day(p.on).words, l.day(until).words);
                l.pick(format!("{from}至{until}"), format!("{from} to {until}"))
            },
        ),
        applicant: p.applicant.clone(),
        holder: if p.holder == p.applicant { String::new() } else { p.holder.clone() },
        recipient: p.recipient.clone(),
        purpose: p.purpose.clone(),
        people,
        note: if added { "" } else { l.t("不重复相加", "not added twice") },
    }
}

fn sources(l: Lang, all: &[&Part]) -> String {
    let count = |source| i64::try_from(all.iter().filter(|p| p.source == source).count()).unwrap_or(i64::MAX);
    let applications = |n| l.count_of(n, "份申请", "application");
    let flows = |n| l.pick(format!("台账里的{n}项业务"), format!("{} of ledgers", l.count_of(n, "项", "flow")));
    match (count(Source::Application), count(Source::Ledger)) {
        (a, 0) => applications(a),
        (0, f) => flows(f),
        (a, f) => format!("{}{}{}", applications(a), l.t("、", " and "), flows(f)),
    }
}

/// How like recipients and purposes are, in thousandths; what is all the same is said so.
fn alike(l: Lang, recipient: u16, purpose: u16) -> String {
    let one = |name: &str, n: u16| {
        if n >= 1000 {
            l.pick(format!("{name}相同"), format!("{name} the same"))
        } else {
            let least = permille(n);
            l.pick(format!("{name}相似度不低于{least}"), format!("{name} alike by {least} or more"))
        }
    };
    let (recipients, purposes) = (one(l.t("接收方名称", "Recipients"), recipient), one(l.t("处理目的", "purposes"), purpose));
    l.pick(format!("{recipients}，{purposes}。"), format!("{recipients}, {purposes}."))
}

/// The evidence, sentence by sentence.
fn why(l: Lang, hits: &[Hit], all: &[&Part]) -> Vec<String> {
    let least = |pick: fn(&Hit) -> u16| hits.iter().map(pick).min().unwrap_or(0);
    let alike = alike(l, least(|h| h.recipient), least(|h| h.purpose));
    let days = hits.iter().map(|h| h.days).max().unwrap_or(0);
    let exact = hits.iter().all(|h| h.exact);
    let twice = hits.iter().any(|h| h.parts.iter().any(|p| !p.added));
    let from = sources(l, all);
    let overlap = if exact {
        l.t(
            "各份都是同一密钥的去重数据，合计是不同的人数。",
            "All are distinct values under one key: the number is that of different people.",
        )
    } else {
        l.t(
            "如果各份是同一批人，合计只有较小的那个数。人是否重合，要由申请人的去重数据说明。",
            "If all parts hold the same people, the smaller number holds. The applicant's de-duplicated data tell whether they do.",
        )
    };
    let mut out = if l.zh() {
        vec![
            format!("来源：{from}。每一份单独都不满界限，合在一起达到界限。"),
            overlap.to_owned(),
            alike,
            format!("从最早一天到最晚一天{days}天，都在同一个累计年度。"),
        ]
    } else {
        vec![
            format!("From {from}. Each is below the line alone; together they reach it."),
            overlap.to_owned(),
            alike,
            format!("{days} days from the first day to the last, all in one year of counting."),
        ]
    };
    if twice {
        out.push(
            l.t(
                "同一单位的申请和台账说的可能是同一批出境，只加较大的一方，另一方标明“不重复相加”。",
                "An application and the ledger of the same organisation may state the same export: the larger is added, the other marked as not added twice.",
            )
            .to_owned(),
        );
    }
    out
}

/// Why the applicants of a finding count as one group.
fn group(l: Lang, hits: &[Hit], all: &[&Part], ties: &[Tie<Why>]) -> Vec<String> {
    let Some(first) = all.first() else { return Vec::new() };
    if all.iter().all(|p| p.applicant == first.applicant && p.holder == first.holder) {
        return vec![l.t("各份都是同一申请人。", "All parts have the same applicant.").to_owned()];
    }
    let found: Vec<String> = splitting::ties_of(&first.applicant, ties).iter().map(|t| grouping::evidence(l, &t.why)).collect();
    if !found.is_empty() {
        return found;
    }
    let group = hits.first().map(|h| h.group.clone()).unwrap_or_default();
    vec![l.pick(format!("清单写明同一集团：{group}。"), format!("The list names one group: {group}."))]
}

/// Hits about one export as one finding.
pub(super) fn explain(l: Lang, hits: &[Hit], ties: &[Tie<Why>]) -> Finding {
    let all = parts(hits);
    let name = hits.first().map(|h| h.group.trim().to_owned()).filter(|g| !g.is_empty());
    let name = name.or_else(|| all.first().map(|p| p.holder.clone())).unwrap_or_default();
    let from = sources(l, &all);
    let mut articles: Vec<String> = Vec::new();
    for a in hits.iter().flat_map(|h| &h.articles) {
        let cited = words::article(l, &a.to_string());
        if !articles.contains(&cited) {
            articles.push(cited);
        }
    }
    Finding {
        title: l.pick(format!("{name}：{from}"), format!("{name}: {from}")),
        lines: hits.iter().map(|h| line(l, h)).collect(),
        why: why(l, hits, &all),
        group: group(l, hits, &all, ties),
        parts: all.iter().map(|p| part(l, hits, p)).collect(),
        parts_title: l.pick(format!("各份的情况（{}）", all.len()), format!("The parts ({})", all.len())),
        open: all.len() <= MANY,
        articles: articles.join(l.t("；", "; ")),
    }
}

/// All findings of some hits.
pub(super) fn findings(l: Lang, hits: Vec<Hit>, ties: &[Tie<Why>]) -> Vec<Finding> {
    splitting::together(hits).iter().map(|hits| explain(l, hits, ties)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use guosuo_rules::splitting::{Application, Settings, find};
    use jiff::civil::date;

    fn one(id: &str, non_sensitive: u64, sensitive: u64) -> Application {
        Application {
            id: id.into(),
            applicant: "示例甲公司（虚构）".into(),
            holder: String::new(),
            source: Source::Application,
            group: String::new(),
            recipient: "Fictional GmbH".into(),
            purpose: "订单履行".into(),
            on: date(2026, 3, 2),
            until: None,
            non_sensitive,
            sensitive,
            replaces: None,
        }
    }

    #[test]
    fn eight_parts_that_meet_two_lines_are_one_finding() {
        let list: Vec<Application> = (0..8).map(|n| one(&format!("认委〔2026〕00{n}号"), 210_000, 3_200)).collect();
        for l in [Lang::Zh, Lang::En] {
            let found = findings(l, find(&list, &Settings::default()), &[]);
            assert_eq!(found.len(), 1);
            let f = &found[0];
            assert_eq!((f.lines.len(), f.parts.len(), f.open), (2, 8, false));
            assert!(f.parts.iter().all(|p| p.people.len() == 2 && p.note.is_empty()));
            assert_eq!(f.lines[0].alone, "21%");
            assert!(f.title.starts_with("示例甲公司（虚构）"), "{}", f.title);
        }
    }

    #[test]
    fn every_finding_says_where_it_comes_from_and_what_is_not_added() {
        let mut ledger = one("会员订单", 700_000, 0);
        (ledger.source, ledger.until) = (Source::Ledger, Some(date(2026, 9, 1)));
        let mut other = one("乙的申请", 500_000, 0);
        (other.applicant, other.group) = ("示例乙公司（虚构）".into(), "示例集团（虚构）".into());
        let mut own = one("甲的申请", 600_000, 0);
        own.group = other.group.clone();
        ledger.group = other.group.clone();
        let f = findings(Lang::Zh, find(&[ledger, other, own], &Settings::default()), &[]).remove(0);
        assert_eq!(f.title, "示例集团（虚构）：2份申请、台账里的1项业务");
        let notes: Vec<(&str, &str)> = f.parts.iter().map(|p| (p.id.as_str(), p.note)).collect();
        assert_eq!(notes, [("乙的申请", ""), ("会员订单", ""), ("甲的申请", "不重复相加")]);
        assert!(f.why.last().unwrap().contains("只加较大的一方"));
        assert!(f.articles.contains("第五条第四款"), "{}", f.articles);
    }
}
