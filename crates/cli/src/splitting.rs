//! `splitting`: applications and flows of ledgers that look like one export in several parts (M 5(4)).

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Write};
use std::path::PathBuf;

use clap::Args;
use guosuo_rules::splitting::{Application, Hit, Part, Settings, Source, find};
use serde::{Deserialize, Serialize};

use crate::words::cite;
use crate::{Failure, Lang, Outcome, path_words, splitting_sample};

/// The labelled set shipped with the program.
const LABELLED: &str = include_str!("../../../data/splitting/labelled.jsonl");

/// Arguments of `splitting`.
#[derive(Debug, Args)]
pub struct SplittingArgs {
    /// 申请或者业务，每行一个 JSON；`-` 表示标准输入 / applications, one JSON object per line; `-` is standard input
    input: Option<PathBuf>,
    /// 在带标注的合成数据上测精确率和召回率（不给文件就用自带的） / precision and recall on labelled synthetic groups
    #[arg(long)]
    measure: bool,
    /// 生成带标注的合成数据，每种情形 N 组 / make labelled synthetic data, N groups of each kind
    #[arg(long, value_name = "N", conflicts_with_all = ["input", "measure"])]
    sample: Option<u32>,
    /// 生成用的种子 / seed of the sample
    #[arg(long, default_value_t = 2026)]
    seed: u64,
    /// 相邻两份最多相隔几天 / most days between one part and the next
    #[arg(long, value_name = "DAYS")]
    window_days: Option<u16>,
    /// 一份至少占界限的千分之几 / least share of the line that a part has, in thousandths
    #[arg(long, value_name = "PERMILLE")]
    part: Option<u16>,
    /// 最大的一份以外至少占界限的千分之几 / least share of the line beside the largest part, in thousandths
    #[arg(long, value_name = "PERMILLE")]
    rest: Option<u16>,
    /// 接收方名称最低相似度（千分比） / least likeness of recipients, in thousandths
    #[arg(long, value_name = "PERMILLE")]
    recipient: Option<u16>,
    /// 目的最低相似度（千分比） / least likeness of purposes, in thousandths
    #[arg(long, value_name = "PERMILLE")]
    purpose: Option<u16>,
    /// 至少几份 / least number of parts
    #[arg(long, value_name = "N")]
    parts: Option<usize>,
    /// JSON
    #[arg(long)]
    json: bool,
    /// 语言 / language
    #[arg(long, value_enum, default_value = "zh", env = "GUOSUO_LANG")]
    lang: Lang,
}

/// An application of the labelled set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Labelled {
    /// What was made.
    pub(crate) kind: String,
    /// Number of the group that was made together.
    pub(crate) group: u32,
    /// Whether the group is one export in parts.
    pub(crate) split: bool,
    /// The values of its people, from one number up to another, under one key of the group; nothing where only the number is
    /// known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) people: Option<[u64; 2]>,
    /// The application or flow.
    pub(crate) application: Application,
}

pub(crate) fn run(args: &SplittingArgs, stdin: &mut dyn BufRead, out: &mut dyn Write) -> Result<Outcome, Failure> {
    if let Some(groups) = args.sample {
        for row in splitting_sample::make(groups, args.seed) {
            let line = serde_json::to_string(&row).map_err(std::io::Error::from)?;
            writeln!(out, "{line}")?;
        }
        return Ok(Outcome::Done);
    }
    let settings = args.settings();
    let text = match (&args.input, args.measure) {
        (None, true) => LABELLED.to_owned(),
        (None, false) => {
            let message = args.lang.t(
                "给出一个文件，或者 -；--measure 用自带的数据",
                "name a file, or -; --measure uses the data shipped with the program",
            );
            return Err(Failure::Usage(message.to_owned()));
        }
        (Some(path), _) if path.as_os_str() == "-" => {
            let mut text = String::new();
            stdin.read_to_string(&mut text)?;
            text
        }
        (Some(path), _) => {
            std::fs::read_to_string(path).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?
        }
    };
    if args.measure {
        let rows: Vec<Labelled> = rows(&text, args.lang)?;
        return measure(&rows, &settings, args, out);
    }
    let applications: Vec<Application> = rows(&text, args.lang)?;
    let hits = find(&applications, &settings);
    if args.json {
        for hit in &hits {
            let line = serde_json::to_string(hit).map_err(std::io::Error::from)?;
            writeln!(out, "{line}")?;
        }
        return Ok(Outcome::Done);
    }
    for hit in &hits {
        explain(hit, args.lang, out)?;
    }
    let (all, found) = (applications.len(), hits.len());
    match args.lang {
        Lang::Zh => writeln!(out, "{all} 份中有 {found} 组值得查看。是否拆分由人判断：同一人可能出现在几份里。")?,
        Lang::En => writeln!(
            out,
            "{found} groups in {all} statements deserve a look. Whether they are a split is for a person to judge: the same people may be in several."
        )?,
    }
    Ok(Outcome::Done)
}

impl SplittingArgs {
    fn settings(&self) -> Settings {
        let usual = Settings::default();
        Settings {
            window_days: self.window_days.unwrap_or(usual.window_days),
            part: self.part.unwrap_or(usual.part),
            rest: self.rest.unwrap_or(usual.rest),
            recipient: self.recipient.unwrap_or(usual.recipient),
            purpose: self.purpose.unwrap_or(usual.purpose),
            parts: self.parts.unwrap_or(usual.parts),
        }
    }
}

/// One object per line; the first line that is none ends the command with its number.
fn rows<T: for<'de> Deserialize<'de>>(text: &str, lang: Lang) -> Result<Vec<T>, Failure> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            serde_json::from_str(line).map_err(|error| {
                let n = at + 1;
                Failure::Usage(match lang {
                    Lang::Zh => format!("第{n}行不合要求：{error}"),
                    Lang::En => format!("line {n} cannot be used: {error}"),
                })
            })
        })
        .collect()
}

/// A hit with its evidence.
fn explain(hit: &Hit, lang: Lang, out: &mut dyn Write) -> Result<(), std::io::Error> {
    let fact = path_words::fact(hit.fact, lang);
    let (n, line, least, most, days) = (hit.parts.len(), hit.line, hit.least, hit.most, hit.days);
    match lang {
        Lang::Zh => {
            let apart = format!("同一人全部重合时最少 {least}");
            let same = if hit.exact { "按同一密钥去重后的实数" } else { &apart };
            writeln!(out, "{n} 份单独都不满 {line}，合计最多 {most}（{fact}；{same}）")?;
            writeln!(out, "  同一集团，接收方相似度 {}‰ 以上，目的相似度 {}‰ 以上，前后 {days} 天", hit.recipient, hit.purpose)?;
        }
        Lang::En => {
            let apart = format!("{least} if all hold the same people");
            let same = if hit.exact { "different people under one key" } else { &apart };
            writeln!(out, "{n} parts, each below {line}, together up to {most} ({fact}; {same})")?;
            writeln!(
                out,
                "  one group, recipients alike by {}‰ or more, purposes by {}‰ or more, within {days} days",
                hit.recipient, hit.purpose
            )?;
        }
    }
    for part in &hit.parts {
        let source = match (part.source, part.added) {
            (Source::Application, true) => lang.t("申请", "application"),
            (Source::Ledger, true) => lang.t("台账", "ledger"),
            (Source::Application, false) => lang.t("申请（不重复相加）", "application (not added twice)"),
            (Source::Ledger, false) => lang.t("台账（不重复相加）", "ledger (not added twice)"),
        };
        let days = part.until.map_or_else(|| part.on.to_string(), |until| format!("{}/{until}", part.on));
        let Part { id, count, applicant, recipient, purpose, .. } = part;
        writeln!(out, "  {days}\t{source}\t{id}\t{count}\t{applicant}\t{recipient}\t{purpose}")?;
    }
    let articles: Vec<String> = hit.articles.iter().map(|article| cite(lang, article)).collect();
    writeln!(out, "  {}", articles.join(lang.t("；", "; ")))
}

/// How the groups of one kind fared.
#[derive(Default, Serialize)]
struct Fared {
    split: bool,
    /// `applications`, or `ledgers` where a ledger is among the statements.
    source: &'static str,
    groups: usize,
    flagged: usize,
}

/// How the groups of one source fared.
#[derive(Serialize)]
struct Score {
    source: &'static str,
    groups: usize,
    splits: usize,
    right: usize,
    wrong: usize,
    precision: String,
    recall: String,
    /// Splits of kinds that nothing in the statements shows.
    unseen: usize,
}

const APPLICATIONS: &str = "applications";
const LEDGERS: &str = "ledgers";
const BOTH: &str = "both";

fn share(part: usize, whole: usize) -> String {
    let tenths = (part * 1000).checked_div(whole).unwrap_or(0);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// How many different people stand in parts that are all keyed alike; nothing where one is not keyed, or where the parts are
/// of several groups, each with a key of its own.
fn distinct(hit: &Hit, of: &BTreeMap<&str, &Labelled>) -> Option<u64> {
    let added = hit.parts.iter().filter(|part| part.added);
    let groups: BTreeSet<u32> = added.clone().filter_map(|part| of.get(part.id.as_str())).map(|row| row.group).collect();
    if groups.len() > 1 {
        return None;
    }
    let mut ranges = added.map(|part| of.get(part.id.as_str())?.people).collect::<Option<Vec<[u64; 2]>>>()?;
    ranges.sort_unstable();
    let (mut sum, mut end) = (0, 0);
    for [from, until] in ranges {
        sum += until.saturating_sub(from.max(end));
        end = end.max(until);
    }
    Some(sum)
}

fn score(source: &'static str, kinds: &BTreeMap<&str, Fared>, mixed: usize) -> Score {
    let of: Vec<(&&str, &Fared)> = kinds.iter().filter(|(_, f)| source == BOTH || f.source == source).collect();
    let sum = |pick: &dyn Fn(&str, &Fared) -> usize| of.iter().map(|(kind, fared)| pick(kind, fared)).sum::<usize>();
    let groups = sum(&|_, f| f.groups);
    let splits = sum(&|_, f| if f.split { f.groups } else { 0 });
    let right = sum(&|_, f| if f.split { f.flagged } else { 0 });
    let wrong = sum(&|_, f| if f.split { 0 } else { f.flagged }) + mixed;
    let unseen = sum(&|kind, f| if splitting_sample::UNSEEN.contains(&kind) { f.groups - f.flagged } else { 0 });
    Score { source, groups, splits, right, wrong, precision: share(right, right + wrong), recall: share(right, splits), unseen }
}

/// Precision and recall. A flagged group is right when it was made as a split; a hit that mixes groups is wrong.
fn measure(rows: &[Labelled], settings: &Settings, args: &SplittingArgs, out: &mut dyn Write) -> Result<Outcome, Failure> {
    let applications: Vec<Application> = rows.iter().map(|row| row.application.clone()).collect();
    let of: BTreeMap<&str, &Labelled> = rows.iter().map(|row| (row.application.id.as_str(), row)).collect();
    // Where all parts are keyed alike the number is known, as on the platform.
    let settled = |hit: Hit| match distinct(&hit, &of) {
        Some(people) => hit.settle(people),
        None => Some(hit),
    };
    let hits: Vec<Hit> = find(&applications, settings).into_iter().filter_map(settled).collect();
    let (mut flagged, mut mixed) = (BTreeSet::new(), 0_usize);
    for hit in &hits {
        let groups: BTreeSet<u32> = hit.parts.iter().filter_map(|part| of.get(part.id.as_str())).map(|row| row.group).collect();
        match groups.first() {
            Some(group) if groups.len() == 1 => {
                flagged.insert(*group);
            }
            _ => mixed += 1,
        }
    }
    let mut groups: BTreeMap<u32, (&Labelled, bool)> = BTreeMap::new();
    for row in rows {
        let known = groups.entry(row.group).or_insert((row, false));
        known.1 |= row.application.source == Source::Ledger;
    }
    let mut kinds: BTreeMap<&str, Fared> = BTreeMap::new();
    for (group, (row, ledger)) in &groups {
        let fared = kinds.entry(row.kind.as_str()).or_default();
        fared.split = row.split;
        fared.source = if *ledger { LEDGERS } else { APPLICATIONS };
        fared.groups += 1;
        fared.flagged += usize::from(flagged.contains(group));
    }
    let sources = [(APPLICATIONS, 0), (LEDGERS, 0), (BOTH, mixed)].map(|(source, mixed)| score(source, &kinds, mixed));
    if args.json {
        let value = serde_json::json!({ "settings": settings, "statements": rows.len(), "sources": sources, "kinds": kinds });
        writeln!(out, "{value}")?;
        return Ok(Outcome::Done);
    }
    let lang = args.lang;
    let name = |source: &str| match source {
        APPLICATIONS => lang.t("申请", "applications"),
        LEDGERS => lang.t("台账", "ledgers"),
        _ => lang.t("合计", "together"),
    };
    let heads = [
        lang.t("情形", "kind"),
        lang.t("来源", "source"),
        lang.t("拆分", "split"),
        lang.t("组", "groups"),
        lang.t("报出", "flagged"),
    ];
    writeln!(out, "{}", heads.join("\t"))?;
    for (kind, fared) in &kinds {
        let split = if fared.split { lang.t("是", "yes") } else { lang.t("否", "no") };
        writeln!(out, "{kind}\t{}\t{split}\t{}\t{}", name(fared.source), fared.groups, fared.flagged)?;
    }
    for Score { source, groups, splits, right, wrong, precision, recall, unseen } in &sources {
        let source = name(source);
        match lang {
            Lang::Zh => writeln!(
                out,
                "{source}：{groups} 组，其中拆分 {splits} 组。报对 {right}，报错 {wrong}：精确率 {precision}，召回率 {recall}（{unseen} 组拆分在材料里看不出来）"
            )?,
            Lang::En => writeln!(
                out,
                "{source}: {groups} groups, {splits} of them split. {right} right, {wrong} wrong: precision {precision}, recall {recall} ({unseen} splits that no statement shows)"
            )?,
        }
    }
    Ok(Outcome::Done)
}
