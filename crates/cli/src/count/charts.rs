//! Charts as files.

use std::io;
use std::path::{Path, PathBuf};

use guosuo_count::{ChartWords, Report, YearReport, chart};

use crate::Lang;

/// The form of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Svg,
    Png,
}

/// The form that a file name asks for.
pub(super) fn form(path: &Path, lang: Lang) -> Result<Form, String> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    match ending.as_deref() {
        Some("svg") => Ok(Form::Svg),
        Some("png") if cfg!(feature = "png") => Ok(Form::Png),
        _ => Err(format!("{}: {}", path.display(), lang.t("图表文件名应以 .svg 或 .png 结尾", "a chart ends in .svg or .png"))),
    }
}

/// Writes the chart of each year, whole or not at all.
pub(super) fn write(report: &Report, path: &Path, lang: Lang) -> Result<(), String> {
    let form = form(path, lang)?;
    for year in &report.years {
        let svg = chart(year, &words(report, year, lang));
        let bytes = match form {
            Form::Svg => svg.into_bytes(),
            Form::Png => picture(&svg, lang)?,
        };
        let target = target(path, year.year, report.years.len());
        save(&target, &bytes).map_err(|error| format!("{}: {error}", target.display()))?;
    }
    Ok(())
}

#[cfg(feature = "png")]
fn picture(svg: &str, lang: Lang) -> Result<Vec<u8>, String> {
    use guosuo_count::{ImageError, png};
    png(svg).map_err(|error| match error {
        ImageError::NoFont => lang
            .t(
                "找不到中文字体，不能生成 PNG；请安装 fonts-noto-cjk（Noto Sans CJK SC），或改用 .svg",
                "no font with Chinese characters: install fonts-noto-cjk (Noto Sans CJK SC), or ask for .svg",
            )
            .to_owned(),
        error @ ImageError::Draw(_) => error.to_string(),
    })
}

#[cfg(not(feature = "png"))]
fn picture(_: &str, _: Lang) -> Result<Vec<u8>, String> {
    Err("built without PNG".to_owned())
}

fn target(path: &Path, year: i16, years: usize) -> PathBuf {
    if years == 1 {
        return path.to_owned();
    }
    let (stem, ending) = (path.file_stem().unwrap_or_default(), path.extension().unwrap_or_default());
    path.with_file_name(format!("{}-{year}.{}", stem.to_string_lossy(), ending.to_string_lossy()))
}

/// Under its name only when it is whole; a failure takes the draft away.
fn save(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = target.with_extension("part");
    let saved = std::fs::write(&draft, bytes).and_then(|()| std::fs::rename(&draft, target));
    if saved.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    saved
}

fn words(report: &Report, year: &YearReport, lang: Lang) -> ChartWords {
    let (number, rows, bad) = (year.year, report.counted, report.bad_rows());
    let excluded: u64 = report.excluded.values().sum();
    let (title, note) = match lang {
        Lang::Zh => (
            format!("{number} 年自 1 月 1 日起累计出境人数（去重，精确）"),
            format!(
                "计入 {rows} 行，按豁免情形不计 {excluded} 行，坏行 {bad} 行。预测：最近 28 日日均新增外推，区间为全年最低与最高的 28 日。"
            ),
        ),
        Lang::En => (
            format!("People exported since 1 January {number} (distinct, exact)"),
            format!(
                "{rows} rows counted, {excluded} exempt, {bad} bad. Forecast: the mean of the last 28 days continued; range: the quietest and busiest 28 days of the year."
            ),
        ),
    };
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut at = 0;
    let months = MONTHS.map(|name| {
        at += 1;
        match lang {
            Lang::Zh => format!("{at}月"),
            Lang::En => name.to_owned(),
        }
    });
    let own = |zh: &str, en: &str| lang.t(zh, en).to_owned();
    ChartWords {
        title,
        non_sensitive: own("非敏感个人信息", "Non-sensitive"),
        sensitive: own("敏感个人信息", "Sensitive"),
        people: own("人", "people"),
        months,
        reached: own("达到", "reached"),
        expected: own("预计", "expected"),
        forecast: own("预测 12-31", "forecast 31 Dec"),
        beyond: own("下一条线", "next line"),
        note,
    }
}
