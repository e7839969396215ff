//! `id`: credit codes and ID numbers.

use std::io::{BufRead, Write};

use clap::{Args, ValueEnum};
use guosuo_rules::ids::{self, Checked, IdFault, IdKind, Options, Warning, ric, uscc};

use crate::words::parse_date;
use crate::{Failure, Lang, Outcome, batch};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// 统一社会信用代码 / credit code
    Uscc,
    /// 居民身份证号码 / ID number
    Ric,
}

/// Arguments of `id`.
#[derive(Debug, Args)]
pub struct IdArgs {
    /// 代码；`-` 表示从标准输入逐行读取 / the code, `-` reads lines
    code: String,
    /// 种类；不写则自动判断 / kind, recognised when absent
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// 先规范全角、空格、连字符、小写 / put right full-width letters, blanks, hyphens, lower case first
    #[arg(long, visible_alias = "normalize")]
    normalise: bool,
    /// 判断出生日期的基准日（默认今天） / reference day for dates of birth (default: today)
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// JSON
    #[arg(long)]
    json: bool,
    /// 语言 / language
    #[arg(long, value_enum, default_value = "zh", env = "GUOSUO_LANG")]
    lang: Lang,
}

pub(crate) fn run(args: &IdArgs, stdin: &mut dyn BufRead, stdout: &mut dyn Write) -> Result<Outcome, Failure> {
    let lang = args.lang;
    let on = match &args.on {
        Some(text) => parse_date(lang, text).map_err(Failure::Usage)?,
        None => crate::today(),
    };
    let options = Options { normalise: args.normalise, on: Some(on) };
    let check = |code: &str| match args.kind {
        Some(Kind::Uscc) => uscc::check(code, None, options),
        Some(Kind::Ric) => ric::check(code, options),
        None => ids::check(code, options),
    };
    if args.code == "-" {
        return batch::lines(lang, stdin, stdout, |line, out| {
            let checked = check(line);
            if args.json {
                writeln!(out, "{}", json(line, &checked))?;
                return Ok(Ok(()));
            }
            if line.contains('\t') {
                return Ok(Err(lang.t("一行只能有一列", "one column expected").to_owned()));
            }
            let reason = checked.fault.map_or("-", IdFault::code);
            let warnings = warnings(&checked);
            let state = if checked.is_valid() { "valid" } else { "invalid" };
            writeln!(out, "{line}\t{}\t{state}\t{reason}\t{warnings}", checked.kind.code())?;
            Ok(Ok(()))
        });
    }
    let checked = check(&args.code);
    if args.json {
        writeln!(stdout, "{}", json(&args.code, &checked))?;
    } else {
        print(&checked, lang, stdout)?;
    }
    Ok(if checked.is_valid() { Outcome::Done } else { Outcome::No })
}

fn warnings(checked: &Checked) -> String {
    if checked.warnings.is_empty() {
        return "-".to_owned();
    }
    checked.warnings.iter().map(|warning| warning.code()).collect::<Vec<_>>().join(",")
}

fn json(given: &str, checked: &Checked) -> serde_json::Value {
    serde_json::json!({
        "given": given,
        "code": checked.code,
        "kind": checked.kind,
        "valid": checked.is_valid(),
        "reason": checked.fault,
        "warnings": checked.warnings,
    })
}

fn print(checked: &Checked, lang: Lang, out: &mut dyn Write) -> Result<(), std::io::Error> {
    let kind = match checked.kind {
        IdKind::Uscc => lang.t("统一社会信用代码", "unified social credit code"),
        IdKind::Ric => lang.t("公民身份号码", "resident ID number"),
    };
    let state = if checked.is_valid() { lang.t("有效", "valid") } else { lang.t("无效", "invalid") };
    writeln!(out, "{}\t{kind}\t{state}", checked.code)?;
    if let Some(fault) = checked.fault {
        writeln!(out, "{}{}", lang.t("原因：", "Reason: "), fault_words(fault, lang))?;
    }
    for &warning in &checked.warnings {
        writeln!(out, "{}{}", lang.t("提示：", "Note: "), warning_words(warning, lang))?;
    }
    Ok(())
}

fn fault_words(fault: IdFault, lang: Lang) -> &'static str {
    match fault {
        IdFault::Length => lang.t("应为 18 位", "18 characters are needed"),
        IdFault::FirstGeneration => {
            lang.t("15 位第一代号码，已停止使用", "a 15-digit number of the first generation, no longer in use")
        }
        IdFault::Alphabet => lang.t("含有标准字符集以外的字符", "a character outside the alphabet of the standard"),
        IdFault::BirthDate => lang.t("出生日期不存在", "the date of birth does not exist"),
        IdFault::BirthInFuture => lang.t("出生日期晚于基准日", "the date of birth is after the reference day"),
        IdFault::CheckCharacter => lang.t("校验码不符", "the check character does not fit"),
    }
}

fn warning_words(warning: Warning, lang: Lang) -> &'static str {
    match warning {
        Warning::InnerCheck => {
            lang.t("主体标识码（第 9–17 位）的校验码不符", "the inner organisation code (characters 9–17) fails its own check")
        }
        Warning::Category => lang.t(
            "登记管理部门与机构类别代码不在标准表内",
            "the registration department and category are not in the table of the standard",
        ),
        Warning::CategoryAgainstNature => {
            lang.t("机构类别代码与所填机构性质不一致", "the category does not fit the stated nature of the organisation")
        }
        Warning::Division => lang.t("行政区划代码的前两位不是省级代码", "the administrative division is in no province"),
        Warning::VeryOld => lang.t("出生日期距基准日超过 130 年", "born more than 130 years before the reference day"),
        Warning::ForeignPermanentResident => {
            lang.t("外国人永久居留身份证号码", "the number of a foreigner with permanent residence")
        }
        Warning::Ambiguous => lang.t("该文本同时符合两种代码", "the text fits both kinds of code"),
        Warning::Normalised => lang.t("已先行规范书写", "the writing was put right first"),
    }
}
