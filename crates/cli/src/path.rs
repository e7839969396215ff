//! `path`: which way personal information may leave.

use std::io::{BufRead, Write};
use std::path::PathBuf;

use clap::Args;
use guosuo_rules::path::{Case, Decision, Flow, Ftz, Ground, Overlay, decide};
use jiff::civil::Date;
use serde::Deserialize;

use crate::words::{cite, parse_date};
use crate::{Failure, Lang, Outcome, batch, path_words};

/// More people than live on earth: a slip of the keyboard, not a count.
const MOST_PEOPLE: u64 = 10_000_000_000;

/// Arguments of `path`.
#[derive(Debug, Args)]
pub struct PathArgs {
    /// `-` 表示从标准输入逐行读取 JSON；不给任何事实则逐项提问 / `-` reads JSON lines; without any fact it asks
    input: Option<String>,
    /// 一个 JSON 对象 / the facts as one JSON object
    #[arg(long, value_name = "JSON")]
    facts: Option<String>,
    /// 关键信息基础设施运营者 / operator of critical information infrastructure
    #[arg(long)]
    ciio: bool,
    /// 国家机关 / state organ
    #[arg(long)]
    state_organ: bool,
    /// 含有重要数据 / important data
    #[arg(long)]
    important_data: bool,
    /// 自当年1月1日起累计出境人数（不含敏感，去重） / distinct people since 1 January, non-sensitive
    #[arg(long, value_name = "N")]
    non_sensitive: Option<u64>,
    /// 同上，敏感个人信息 / the same, sensitive
    #[arg(long, value_name = "N")]
    sensitive: Option<u64>,
    /// 豁免情形：none contract hr hr_without_collective_contract emergency legal_duty transit no_pi_no_important gba_contract / exempt scenario
    #[arg(long, value_name = "E")]
    exempt: Option<String>,
    /// 自贸区：not_ftz list_absent inside_list outside_list / free trade zone
    #[arg(long, value_name = "Z")]
    ftz: Option<String>,
    /// 国际条约、协定另有规定 / a treaty has its own conditions
    #[arg(long)]
    treaty: bool,
    /// 按该日有效的规定判断（默认今天） / the law of this day (default: today)
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// 负面清单自有人数界限（TOML） / own numbers of a negative list (TOML)
    #[arg(long, value_name = "FILE")]
    overlay: Option<PathBuf>,
    /// JSON
    #[arg(long)]
    json: bool,
    /// 语言 / language
    #[arg(long, value_enum, default_value = "zh", env = "GUOSUO_LANG")]
    lang: Lang,
}

/// Facts as they come from outside. What is absent is assumed, and the answer says so.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    ciio: Option<bool>,
    state_organ: Option<bool>,
    important_data: Option<bool>,
    non_sensitive: Option<u64>,
    sensitive: Option<u64>,
    handled: Option<u64>,
    exempt: Option<Ground>,
    ftz: Option<Ftz>,
    treaty: Option<bool>,
    export: Option<bool>,
    on: Option<Date>,
}

impl Facts {
    fn case(&self, on: Date, overlay: Option<&Overlay>) -> Case {
        let flow = Flow {
            name: String::new(),
            export: self.export.unwrap_or(true),
            important_data: self.important_data.unwrap_or(false),
            non_sensitive: self.non_sensitive.unwrap_or(0),
            sensitive: self.sensitive.unwrap_or(0),
            exempt: self.exempt.unwrap_or(Ground::None),
            ftz: self.ftz.unwrap_or(Ftz::NotFtz),
            treaty: self.treaty.unwrap_or(false),
        };
        Case {
            state_organ: self.state_organ.unwrap_or(false),
            handled: self.handled.unwrap_or(0),
            overlay: overlay.cloned(),
            ..Case::single(flow, self.ciio.unwrap_or(false), self.on.unwrap_or(on))
        }
    }

    fn assumed(&self) -> Vec<&'static str> {
        [
            ("ciio", self.ciio.is_none()),
            ("important_data", self.important_data.is_none()),
            ("non_sensitive", self.non_sensitive.is_none()),
            ("sensitive", self.sensitive.is_none()),
            ("exempt", self.exempt.is_none()),
            ("ftz", self.ftz.is_none()),
        ]
        .into_iter()
        .filter_map(|(name, absent)| absent.then_some(name))
        .collect()
    }

    fn parse(text: &str, lang: Lang) -> Result<Self, String> {
        let facts: Self = serde_json::from_str(text).map_err(|error| match lang {
            Lang::Zh => format!("JSON 不合要求：{error}"),
            Lang::En => format!("unusable JSON: {error}"),
        })?;
        facts.checked(lang)
    }

    fn checked(self, lang: Lang) -> Result<Self, String> {
        let counts = [self.non_sensitive, self.sensitive, self.handled];
        if counts.into_iter().flatten().any(|count| count > MOST_PEOPLE) {
            return Err(lang.t("人数超过全球人口", "more people than live on earth").to_owned());
        }
        Ok(self)
    }
}

pub(crate) fn run(args: &PathArgs, stdin: &mut dyn BufRead, stdout: &mut dyn Write) -> Result<Outcome, Failure> {
    let lang = args.lang;
    let on = match &args.on {
        Some(text) => parse_date(lang, text).map_err(Failure::Usage)?,
        None => crate::today(),
    };
    let overlay = match &args.overlay {
        None => None,
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| error.to_string());
            let overlay = text.and_then(|text| Overlay::parse_toml(&text));
            Some(overlay.map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?)
        }
    };
    match args.input.as_deref() {
        Some("-") => {
            return batch::lines(lang, stdin, stdout, |line, out| {
                let answer = Facts::parse(line, lang).and_then(|facts| {
                    let case = facts.case(on, overlay.as_ref());
                    let decision = decide(&case).map_err(|error| no_law(error.day, lang))?;
                    Ok(json(&decision, &facts))
                });
                match answer {
                    Ok(answer) => writeln!(out, "{answer}").map(Ok),
                    Err(reason) => Ok(Err(reason)),
                }
            });
        }
        Some(other) => {
            let message = lang.t("不认识的参数（批量请用 -）：", "unknown argument (for a batch write -): ");
            return Err(Failure::Usage(format!("{message}{other}")));
        }
        None => {}
    }
    let facts = if let Some(text) = &args.facts {
        Facts::parse(text, lang).map_err(Failure::Usage)?
    } else if args.has_facts() {
        args.by_flags()?.checked(lang).map_err(Failure::Usage)?
    } else {
        questions(lang, stdin, stdout)?.checked(lang).map_err(Failure::Usage)?
    };
    let decision = decide(&facts.case(on, overlay.as_ref())).map_err(|error| Failure::Usage(no_law(error.day, lang)))?;
    if args.json {
        writeln!(stdout, "{}", json(&decision, &facts))?;
    } else {
        print(&decision, lang, stdout)?;
    }
    Ok(Outcome::Done)
}

fn no_law(day: Date, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("没有 {day} 的规则参数（自 2022-09-01 起）"),
        Lang::En => format!("no parameters of the law are known for {day} (from 2022-09-01)"),
    }
}

impl PathArgs {
    fn has_facts(&self) -> bool {
        self.ciio
            || self.state_organ
            || self.important_data
            || self.treaty
            || self.non_sensitive.is_some()
            || self.sensitive.is_some()
            || self.exempt.is_some()
            || self.ftz.is_some()
    }

    fn by_flags(&self) -> Result<Facts, Failure> {
        let unknown = |text: &str, known: Vec<&str>| {
            let message = self.lang.t("没有这个取值：", "no such value: ");
            Failure::Usage(format!("{message}{text} ({})", known.join(" ")))
        };
        let exempt = match &self.exempt {
            None => Ground::None,
            Some(text) => {
                Ground::from_code(text).ok_or_else(|| unknown(text, Ground::ALL.iter().map(|ground| ground.code()).collect()))?
            }
        };
        let ftz = match &self.ftz {
            None => Ftz::NotFtz,
            Some(text) => Ftz::from_code(text).ok_or_else(|| unknown(text, Ftz::ALL.iter().map(|ftz| ftz.code()).collect()))?,
        };
        Ok(Facts {
            ciio: Some(self.ciio),
            state_organ: Some(self.state_organ),
            important_data: Some(self.important_data),
            non_sensitive: self.non_sensitive,
            sensitive: self.sensitive,
            handled: None,
            exempt: Some(exempt),
            ftz: Some(ftz),
            treaty: Some(self.treaty),
            export: None,
            on: None,
        })
    }
}

/// One question after the other; a wrong answer is asked again.
fn questions(lang: Lang, stdin: &mut dyn BufRead, out: &mut dyn Write) -> Result<Facts, Failure> {
    let yes = |text: &str| match text.to_ascii_lowercase().as_str() {
        "y" | "yes" | "是" => Some(true),
        "n" | "no" | "否" | "" => Some(false),
        _ => None,
    };
    let number = |text: &str| {
        if text.is_empty() { Some(0) } else { text.replace([',', '，', ' '], "").parse().ok() }
    };
    let mut facts = Facts {
        ciio: Some(ask(
            lang,
            stdin,
            out,
            lang.t("是否为关键信息基础设施运营者？[y/N]", "Operator of critical information infrastructure? [y/N]"),
            yes,
        )?),
        important_data: Some(ask(
            lang,
            stdin,
            out,
            lang.t("出境数据是否含有被告知或者公开发布的重要数据？[y/N]", "Important data, notified or published as such? [y/N]"),
            yes,
        )?),
        ..Facts::default()
    };
    let mut menu = lang.t("是否属于下列情形？（输入序号）\n", "Does one of these apply? (its number)\n").to_owned();
    for (at, &ground) in Ground::ALL.iter().enumerate() {
        menu.extend(["  ", &at.to_string(), " ", path_words::ground(ground, lang), "\n"]);
    }
    facts.exempt = Some(ask(lang, stdin, out, &menu, |text| pick(text, Ground::ALL))?);
    let mut menu = lang.t("自由贸易试验区？（输入序号）\n", "Free trade zone? (its number)\n").to_owned();
    for (at, &ftz) in Ftz::ALL.iter().enumerate() {
        menu.extend(["  ", &at.to_string(), " ", path_words::ftz(ftz, lang), "\n"]);
    }
    facts.ftz = Some(ask(lang, stdin, out, &menu, |text| pick(text, Ftz::ALL))?);
    let people = lang.t(
        "自当年1月1日起累计出境多少人的个人信息（不含敏感，去重，不计豁免情形）？",
        "How many distinct people since 1 January, non-sensitive, exempt flows left out?",
    );
    facts.non_sensitive = Some(ask(lang, stdin, out, people, number)?);
    let people = lang.t("其中敏感个人信息多少人（去重）？", "And how many with sensitive information?");
    facts.sensitive = Some(ask(lang, stdin, out, people, number)?);
    Ok(facts)
}

fn pick<T: Copy>(text: &str, all: &[T]) -> Option<T> {
    if text.is_empty() {
        return all.first().copied();
    }
    all.get(text.parse::<usize>().ok()?).copied()
}

fn ask<T>(
    lang: Lang,
    stdin: &mut dyn BufRead,
    out: &mut dyn Write,
    question: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, Failure> {
    loop {
        write!(out, "{} ", question.trim_end())?;
        out.flush()?;
        let mut line = String::new();
        if stdin.read_line(&mut line)? == 0 {
            writeln!(out)?;
            return Err(Failure::Usage(lang.t("没有读到回答", "no answer was given").to_owned()));
        }
        if let Some(answer) = read(line.trim()) {
            return Ok(answer);
        }
        writeln!(out, "{}", lang.t("没有看懂，请再答一次。", "Not understood, please answer again."))?;
    }
}

/// The answer as the contract has it.
fn json(decision: &Decision, facts: &Facts) -> serde_json::Value {
    let steps: Vec<_> = decision.flows.iter().flat_map(|flow| &flow.steps).chain(&decision.steps).collect();
    serde_json::json!({
        "path": decision.path,
        "item": decision.item,
        "articles": decision.articles,
        "open_in_law": decision.open_in_law,
        "would_change": decision.would_change,
        "boundaries": decision.boundaries,
        "trace": steps,
        "law": decision.law,
        "assumed": facts.assumed(),
    })
}

fn print(decision: &Decision, lang: Lang, out: &mut dyn Write) -> Result<(), std::io::Error> {
    writeln!(out, "{}", path_words::path(decision.path, lang))?;
    writeln!(out, "{}", lang.t("依据：", "Articles:"))?;
    for article in &decision.articles {
        writeln!(out, "  {article}\t{}", cite(lang, article))?;
    }
    writeln!(out, "{}", lang.t("判断过程：", "Tests, in order:"))?;
    for step in decision.flows.iter().flat_map(|flow| &flow.steps).chain(&decision.steps) {
        let mark = if step.holds { lang.t("是", "yes") } else { lang.t("否", "no") };
        writeln!(out, "  {mark}\t{}", path_words::test(step.test, lang))?;
    }
    let list = |out: &mut dyn Write, head: &str, lines: Vec<String>| -> Result<(), std::io::Error> {
        if !lines.is_empty() {
            writeln!(out, "{head}")?;
        }
        lines.iter().try_for_each(|line| writeln!(out, "  {line}"))
    };
    let boundaries = decision.boundaries.iter().map(|boundary| path_words::boundary(boundary, lang));
    list(out, lang.t("所用界限：", "Lines used:"), boundaries.collect())?;
    let open = decision.open_in_law.iter().map(|&open| path_words::open(open, lang).to_owned());
    list(out, lang.t("法律未明之处：", "Left open by the law:"), open.collect())?;
    let changes = decision.would_change.iter().map(|change| path_words::change(change, lang));
    list(out, lang.t("何种变化会改变结论：", "What would change the answer:"), changes.collect())?;
    if matches!(decision.path, guosuo_rules::path::Path::Exempt) {
        writeln!(
            out,
            "{}",
            lang.t(
                "注意：免予申报不等于免除告知、取得单独同意、个人信息保护影响评估等义务（P16 10）。",
                "Note: exempt from the mechanisms is not exempt from notice, consent and impact assessment (P16 10)."
            )
        )?;
    }
    writeln!(out, "{}{}", lang.t("规则版本：", "Version of the law: "), decision.law)
}
