//! Words of `count` for what went wrong.

use guosuo_count::{BadRow, CountError, KeyedFile, Reached};

use crate::{Lang, Outcome};

/// What is wrong with a row, and what would be right.
pub(super) fn bad_row(reason: BadRow, lang: Lang) -> &'static str {
    match reason {
        BadRow::Columns => lang.t("列数不足", "too few columns"),
        BadRow::EmptyKey => lang.t("没有个人标识", "no person"),
        BadRow::NotAnId => lang.t("不是有效的身份证号码", "not a valid ID number"),
        BadRow::Date => lang.t("日期不能识别（如 2026-01-05）", "not a date (write 2026-01-05)"),
        BadRow::DateOutOfRange => lang.t("日期不在 2000–2100 年", "date outside 2000–2100"),
        BadRow::Sensitivity => lang.t("敏感列应为 1/0、是/否", "sensitive column: 1/0, true/false"),
        BadRow::Scenario => lang.t("不认识的豁免情形", "unknown exempt scenario"),
    }
}

/// Why nothing was counted, and what to do.
pub(super) fn error(error: &CountError, lang: Lang) -> String {
    match (error, lang) {
        (CountError::Input { name, source }, _) => format!("{name}: {source}"),
        (CountError::Cut { name }, Lang::Zh) => {
            format!("{name}：压缩数据在中途结束，文件不完整，请重新取得完整文件；没有输出任何结果")
        }
        (CountError::Cut { name }, Lang::En) => {
            format!("{name}: the compressed data ends in the middle; get the whole file; nothing was counted")
        }
        (CountError::NoColumn { name, column, existing }, _) => no_column(name, column, existing, lang),
        (CountError::ColumnType { name, column, found }, Lang::Zh) => {
            format!("{name}：列“{column}”的类型为 {found}，应为文本、日期、时间、整数或布尔")
        }
        (CountError::ColumnType { name, column, found }, Lang::En) => {
            format!("{name}: column \"{column}\" is {found}; text, dates, times, integers and booleans can be read")
        }
        (CountError::Strict { name, line, reason }, Lang::Zh) => {
            format!("{name} 第 {line} 行：{}（--strict 遇坏行即停止，没有输出任何结果）", bad_row(*reason, lang))
        }
        (CountError::Strict { name, line, reason }, Lang::En) => {
            format!("{name} line {line}: {} (--strict stops at a bad row; nothing was counted)", bad_row(*reason, lang))
        }
        (CountError::Spill { folder, written, source }, Lang::Zh) => format!(
            "临时文件（{}，已写 {written} 字节）：{source}。请用 TMPDIR 指向空间更大的目录，或加大 --memory；没有输出任何结果",
            folder.display()
        ),
        (CountError::Spill { folder, written, source }, Lang::En) => format!(
            "temporary file in {} ({written} bytes written): {source}. Point TMPDIR to a folder with more space, or give more --memory; nothing was counted",
            folder.display()
        ),
        (CountError::OtherSecret { name }, Lang::Zh) => {
            format!("{name}：该集合由另一密钥生成；请用 --secret 给出同一密钥文件")
        }
        (CountError::OtherSecret { name }, Lang::En) => {
            format!("{name}: this set was made with another secret; give the same file to --secret")
        }
        (CountError::Changed { name }, Lang::Zh) => {
            format!("{name}：计入集合之后文件被改动（不只是在末尾追加）；请删除 --keep 文件，从头计数")
        }
        (CountError::Changed { name }, Lang::En) => {
            format!("{name}: changed since it was counted, other than at its end; remove the --keep file and count anew")
        }
        (CountError::Keep { place, source }, Lang::Zh) => format!("不能写入 {}：{source}；原文件未动", place.display()),
        (CountError::Keep { place, source }, Lang::En) => {
            format!("cannot write {}: {source}; what was there is untouched", place.display())
        }
        (CountError::Lost, Lang::Zh) => "程序内部错误：一个计数线程提前结束".to_owned(),
        (CountError::Lost, Lang::En) => "a fault of the program: a counting thread ended early".to_owned(),
        (CountError::Stopped(reached), _) => stopped(reached, lang),
    }
}

/// What became of the file for the yearly ledger, and what to do with it.
pub(super) fn keyed(keyed: &KeyedFile, lang: Lang) -> (String, Outcome) {
    match (keyed, lang) {
        (KeyedFile::Written { place, values, key }, Lang::Zh) => (
            format!(
                "去重数据 {values} 条已写入 {}；在年度台账上报时，“密钥的名称”填 {key}（同一密钥的名称总是相同）",
                place.display()
            ),
            Outcome::Done,
        ),
        (KeyedFile::Written { place, values, key }, Lang::En) => (
            format!(
                "{values} keyed values written to {}; in the yearly ledger the name of the key is {key} (one secret always has the same name)",
                place.display()
            ),
            Outcome::Done,
        ),
        (KeyedFile::Nobody, _) => {
            (lang.t("没有计入任何人，没有写出去重数据", "nobody counts: no keyed values were written").to_owned(), Outcome::No)
        }
        (KeyedFile::TooMany { values, most }, Lang::Zh) => (
            format!("去重数据有 {values} 条，年度台账一份最多 {most} 条：没有写出。请改报累计人数：--format ledger"),
            Outcome::No,
        ),
        (KeyedFile::TooMany { values, most }, Lang::En) => (
            format!(
                "there are {values} keyed values and the yearly ledger takes {most} at once: none were written. Report the numbers by day: --format ledger"
            ),
            Outcome::No,
        ),
    }
}

fn no_column(name: &str, column: &str, existing: &[String], lang: Lang) -> String {
    let list = existing.join(", ");
    // One column with another separator inside: the separator was meant otherwise.
    let joined = existing.first().filter(|only| existing.len() == 1 && only.contains([',', ';', '\t', '|']));
    match (lang, joined) {
        (Lang::Zh, None) => format!("{name}：没有列“{column}”；现有 {} 列：{list}", existing.len()),
        (Lang::Zh, Some(_)) => format!("{name}：没有列“{column}”；按此分隔符只有一列：{list}。请检查 --delimiter"),
        (Lang::En, None) => format!("{name}: no column \"{column}\"; the {} columns are: {list}", existing.len()),
        (Lang::En, Some(_)) => {
            format!("{name}: no column \"{column}\"; with this separator there is one column: {list}. Check --delimiter")
        }
    }
}

/// What a run that was stopped has read, and how to go on.
pub(super) fn stopped(reached: &Reached, lang: Lang) -> String {
    let (rows, whole) = (reached.rows, reached.whole.join(lang.t("、", ", ")));
    let read = match lang {
        Lang::Zh => format!("已中断：读取了 {rows} 行。"),
        Lang::En => format!("stopped: {rows} rows were read."),
    };
    let whole = match lang {
        _ if whole.is_empty() => String::new(),
        Lang::Zh => format!("读完的文件：{whole}。"),
        Lang::En => format!(" Read to the end: {whole}."),
    };
    let at = match (&reached.at, lang) {
        (None, _) => String::new(),
        (Some((name, line)), Lang::Zh) => format!("{name} 读到第 {line} 行。"),
        (Some((name, line)), Lang::En) => format!(" {name} was read to line {line}."),
    };
    let next = if reached.kept {
        lang.t(
            "已读部分保存在 --keep 文件中。再次运行同一命令即可继续：读完的文件不再读取，未读完的文件重读但不会重复计人。",
            "What was read is in the --keep file. Run the same command again to go on: files read to the end are not read again, and nobody is counted twice.",
        )
    } else {
        lang.t(
        "没有写出任何结果，临时数据已随进程消失。再次运行同一命令即可重新计数；加 --keep 则可从中断处继续。",
        "Nothing was written and temporary data is gone with the process. Run the same command again to count; with --keep it goes on from where it was stopped.",
        )
    };
    format!("{read}{whole}{at}\n{next}")
}
