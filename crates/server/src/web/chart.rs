//! Bar charts as SVG: presentation attributes only, real text, the table underneath, one sentence that says the result.
//!
//! Colour is never alone: every bar ends in its number, series differ in the legend and in the table, and the axis
//! starts at 0.

use std::fmt::{self, Write as _};

use askama::filters::HtmlSafe;

use super::fmt::grouped;
use super::lang::Lang;

const WIDTH: u64 = 560;
const ROW: u64 = 28;
const BAR: u64 = 16;

/// Horizontal bars. Several series (up to six) that add up are stacked, others stand one under the other.
#[derive(Clone, Debug)]
pub struct BarChart {
    /// Id on the page, for the title and the description.
    pub id: &'static str,
    /// Title, also the caption of the table.
    pub title: String,
    /// One sentence that says the result.
    pub says: String,
    /// Head of the first column of the table.
    pub head: String,
    /// Names of the series.
    pub series: Vec<String>,
    /// Whether the series are parts of one whole, so that their sum says something.
    pub adds: bool,
    /// Rows: label and one value per series.
    pub rows: Vec<(String, Vec<u64>)>,
}

/// Finished HTML, escaped where it was made.
#[derive(Clone, Debug)]
pub struct Drawn(String);

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// Made only below, where every text goes through `escape`.
impl HtmlSafe for Drawn {}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}

/// Width of a label at 13 px: Han characters are square, others a little more than half.
fn width(text: &str) -> u64 {
    text.chars().map(|c| if c.is_ascii() { 8 } else { 14 }).sum()
}

impl BarChart {
    /// The figure: sentence, legend, drawing, table.
    #[must_use]
    pub fn draw(&self, l: &Lang) -> Drawn {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(*l, &mut out);
        Drawn(out)
    }

    fn write(&self, l: Lang, out: &mut String) -> fmt::Result {
        let id = self.id;
        write!(out, "<figure class=\"reg-chart\"><figcaption>{}</figcaption>", escape(&self.says))?;
        if self.series.len() > 1 {
            out.push_str("<ul class=\"reg-legend\">");
            for (at, name) in self.series.iter().enumerate() {
                let square = format!(
                    "<svg viewBox=\"0 0 12 12\" aria-hidden=\"true\" focusable=\"false\"><rect class=\"c{at}\" width=\"12\" height=\"12\"/></svg>"
                );
                write!(out, "<li>{square}{}</li>", escape(name))?;
            }
            out.push_str("</ul>");
        }
        let stacked = self.adds || self.series.len() < 2;
        let longest =
            |values: &[u64]| if stacked { values.iter().sum::<u64>() } else { values.iter().copied().max().unwrap_or(0) };
        let most = self.rows.iter().map(|(_, values)| longest(values)).max().unwrap_or(0).max(1);
        let left = self.rows.iter().map(|(label, _)| width(label)).max().unwrap_or(0).clamp(40, 220) + 10;
        let room = WIDTH - left - 60;
        let row = if stacked { ROW } else { (BAR + 2) * self.series.len() as u64 + 10 };
        let height = row * self.rows.len() as u64 + 8;
        write!(
            out,
            "<div class=\"reg-scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"{id}-title\"><svg viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\"><title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc>",
            escape(&self.title),
            escape(&self.says),
        )?;
        for (at, (label, values)) in self.rows.iter().enumerate() {
            let y = row * at as u64 + 4;
            let text = y + BAR / 2 + 5;
            let middle = text + (row - ROW) / 2;
            write!(out, "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{}</text>", left - 10, escape(label))?;
            if !stacked {
                for (series, value) in values.iter().enumerate() {
                    let down = (BAR + 2) * series as u64;
                    let w = if *value > 0 { (value * room / most).max(2) } else { 0 };
                    write!(out, "<rect class=\"c{series}\" x=\"{left}\" y=\"{}\" width=\"{w}\" height=\"{BAR}\"/>", y + down)?;
                    write!(out, "<text x=\"{}\" y=\"{}\">{}</text>", left + w + 7, text + down, l.number(*value))?;
                }
                continue;
            }
            let mut x = left;
            for (series, value) in values.iter().enumerate().filter(|(_, value)| **value > 0) {
                let w = (value * room / most).max(2);
                write!(out, "<rect class=\"c{series}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{BAR}\"/>")?;
                x += w;
            }
            let sum = grouped(i64::try_from(longest(values)).unwrap_or(i64::MAX));
            write!(out, "<text x=\"{}\" y=\"{text}\">{sum}</text>", x + 7)?;
        }
        write!(out, "<path class=\"axis\" d=\"M{left} 0V{height}\" fill=\"none\"/></svg></div>")?;
        self.write_table(l, out)?;
        out.push_str("</figure>");
        Ok(())
    }

    fn write_table(&self, l: Lang, out: &mut String) -> fmt::Result {
        let many = self.adds && self.series.len() > 1;
        let label = escape(&self.title);
        write!(
            out,
            "<div class=\"reg-scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{label}{}\"><table class=\"reg-table\"><caption class=\"pi-visually-hidden\">{label}</caption><thead><tr><th scope=\"col\">{}</th>",
            l.t("（表）", " (table)"),
            escape(&self.head)
        )?;
        for name in &self.series {
            write!(out, "<th scope=\"col\" class=\"is-num\">{}</th>", escape(name))?;
        }
        if many {
            write!(out, "<th scope=\"col\" class=\"is-num\">{}</th>", l.t("合计", "Total"))?;
        }
        out.push_str("</tr></thead><tbody>");
        for (label, values) in &self.rows {
            write!(out, "<tr><th scope=\"row\">{}</th>", escape(label))?;
            for value in values {
                write!(out, "<td class=\"is-num\">{}</td>", l.number(*value))?;
            }
            if many {
                write!(out, "<td class=\"is-num\">{}</td>", l.number(values.iter().sum::<u64>()))?;
            }
            out.push_str("</tr>");
        }
        out.push_str("</tbody></table></div>");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_has_its_numbers_as_text_and_no_inline_style() {
        let chart = BarChart {
            id: "left",
            title: "按剩余工作日 <在办>".to_owned(),
            says: "3件在3个工作日以内。".to_owned(),
            head: "剩余".to_owned(),
            series: vec!["审核".to_owned(), "会同".to_owned()],
            adds: true,
            rows: vec![("3日以内".to_owned(), vec![2, 1]), ("11日以上".to_owned(), vec![1200, 0]), ("无".to_owned(), vec![0, 0])],
        };
        let html = chart.draw(&Lang::Zh).to_string();
        assert!(html.contains("&lt;在办&gt;") && !html.contains("<在办>"));
        assert!(html.contains("1,200") && !html.contains("style="));
        assert_eq!(html.matches("<rect class=\"c0\" x=").count(), 2, "no bar for zero");
        assert_eq!(html.matches("<tr>").count(), 4);
        // What does not add up is not added up.
        let apart = BarChart { adds: false, ..chart }.draw(&Lang::Zh).to_string();
        assert!(html.contains("合计") && !apart.contains("合计"));
        assert_eq!(apart.matches("<rect class=\"c1\" x=").count(), 3);
    }
}
