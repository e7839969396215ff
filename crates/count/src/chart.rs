//! A chart of one year as SVG: two curves, the lines of the law, the days on which they were reached.
#![expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels")]

use std::fmt::Write;

use jiff::civil::date;

use crate::report::{Series, YearReport};

const WIDTH: f64 = 900.0;
const PANEL: f64 = 240.0;
const LEFT: f64 = 90.0;
const RIGHT: f64 = 150.0;

/// Draws one year. Titles are the caller's words: of the whole, of the upper and of the lower panel.
pub fn chart(year: &YearReport, titles: [&str; 3]) -> String {
    let mut svg = String::new();
    let height = 60.0 + 2.0 * (PANEL + 70.0);
    // Writing to a string cannot fail.
    let _ = write!(
        svg,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/><text x="{LEFT}" y="34" font-size="20" font-weight="bold">{}</text>"##,
        escape(titles[0])
    );
    panel(&mut svg, year.year, &year.non_sensitive, titles[1], 60.0, "#1a5fb4", &[100_000, 1_000_000]);
    panel(&mut svg, year.year, &year.sensitive, titles[2], 130.0 + PANEL, "#a51d2d", &[10_000]);
    svg.push_str("</svg>\n");
    svg
}

fn panel(svg: &mut String, year: i16, series: &Series, title: &str, top: f64, colour: &str, lines: &[u64]) {
    let first = date(year, 1, 1);
    let days = f64::from((date(year, 12, 31) - first).get_days());
    // Lines far above the curve would flatten it: only those within reach are drawn.
    let drawn: Vec<u64> = lines.iter().copied().filter(|&line| line <= series.total.saturating_mul(4).max(10)).collect();
    let top_value = drawn
        .iter()
        .copied()
        .chain([series.total, 10])
        // The forecast has to fit: a cut line would show a wrong slope.
        .chain(series.forecast.as_ref().map(|forecast| forecast.high))
        .max()
        .unwrap_or(10) as f64
        * 1.08;
    let (base, right) = (top + 30.0 + PANEL, WIDTH - RIGHT);
    let x = |day: jiff::civil::Date| LEFT + (right - LEFT) * f64::from((day - first).get_days()) / days;
    let y = |value: u64| base - PANEL * value as f64 / top_value;
    let _ = write!(
        svg,
        r#"<text x="{LEFT}" y="{:.0}" font-weight="bold">{} {}</text>"#,
        top + 16.0,
        escape(title),
        group(series.total)
    );
    for month in 1..=12 {
        let at = x(date(year, month, 1));
        let _ = write!(
            svg,
            r##"<line x1="{at:.1}" y1="{:.1}" x2="{at:.1}" y2="{base:.1}" stroke="#eee"/><text x="{at:.1}" y="{:.1}" fill="#555">{month}</text>"##,
            base - PANEL,
            base + 18.0
        );
    }
    for quarter in 0..=4_u8 {
        let value = (top_value / 1.08 * f64::from(quarter) / 4.0).round() as u64;
        let at = y(value);
        let _ = write!(
            svg,
            r##"<line x1="{LEFT}" y1="{at:.1}" x2="{right}" y2="{at:.1}" stroke="#ddd"/><text x="{:.1}" y="{:.1}" text-anchor="end" fill="#555">{}</text>"##,
            LEFT - 8.0,
            at + 4.0,
            group(value)
        );
    }
    let mut points = format!("{:.1},{:.1}", x(first), y(0));
    let mut last = 0;
    for day in &series.days {
        let at = x(day.date);
        let _ = write!(points, " {at:.1},{:.1} {at:.1},{:.1}", y(last), y(day.total));
        last = day.total;
    }
    let _ = write!(svg, r#"<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>"#);
    if let (Some(forecast), Some(day)) = (&series.forecast, series.days.last()) {
        for value in [forecast.low, forecast.expected, forecast.high] {
            let (from, to) = (x(forecast.from.max(day.date)), x(date(year, 12, 31)));
            let end = y(value);
            let _ = write!(
                svg,
                r#"<line x1="{from:.1}" y1="{:.1}" x2="{to:.1}" y2="{end:.1}" stroke="{colour}" stroke-dasharray="4 4"/>"#,
                y(last)
            );
        }
    }
    for line in drawn {
        let at = y(line);
        let when = series.crossings.iter().find(|crossing| crossing.line == line);
        let note = when.map_or_else(String::new, |crossing| format!(" {}", crossing.date));
        let _ = write!(
            svg,
            r##"<line x1="{LEFT}" y1="{at:.1}" x2="{right}" y2="{at:.1}" stroke="#c64600" stroke-width="1.5"/><text x="{:.1}" y="{:.1}" fill="#c64600">{}{note}</text>"##,
            right + 6.0,
            at + 4.0,
            group(line)
        );
        if let Some(crossing) = when {
            let _ = write!(svg, r##"<circle cx="{:.1}" cy="{at:.1}" r="4" fill="#c64600"/>"##, x(crossing.date));
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Thousands apart.
fn group(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
