//! `path`: which way personal information may leave.

use std::io::{BufRead, Write};
use std::path::PathBuf;

use clap::Args;
use guosuo_rules::path::{Decision, Ftz, Ground, Overlay};

use crate::path_facts::{Facts, Fault, line};
use crate::words::{cite, parse_date};
use crate::{Failure, Lang, Outcome, batch, path_words};

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
            return batch::lines(lang, stdin, stdout, |text, out| {
                let answer = Facts::parse(text, lang).and_then(|facts| facts.answer(on, overlay.as_ref(), lang));
                match answer {
                    Ok((_, answer)) => writeln!(out, "{answer}").map(Ok),
                    Err(faults) => Ok(Err(line(&faults, lang))),
                }
            });
        }
        Some(other) => {
            let message = lang.t("不认识的参数（批量请用 -）：", "unknown argument (for a batch write -): ");
            return Err(Failure::Usage(format!("{message}{other}")));
        }
        None => {}
    }
    let wrong = |faults: Vec<Fault>| Failure::Usage(line(&faults, lang));
    let facts = if let Some(text) = &args.facts {
        Facts::parse(text, lang).map_err(wrong)?
    } else if args.has_facts() {
        args.by_flags()?.checked(lang).map_err(wrong)?
    } else {
        questions(lang, stdin, stdout)?.checked(lang).map_err(wrong)?
    };
    let (decision, answer) = facts.answer(on, overlay.as_ref(), lang).map_err(wrong)?;
    if args.json {
        writeln!(stdout, "{answer}")?;
    } else {
        print(&decision, lang, stdout)?;
    }
    Ok(Outcome::Done)
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
            exempt: Some(exempt),
            ftz: Some(ftz),
            treaty: Some(self.treaty),
            ..Facts::default()
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
