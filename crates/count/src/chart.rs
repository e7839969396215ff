//! A chart of one year as SVG: people since 1 January by day, the lines of the law, the days on which they were
//! reached, and where the year is heading.
#![expect(clippy::cast_precision_loss, reason = "pixels")]

use std::fmt::Write;

use jiff::civil::{Date, date};

use guosuo_rules::series::{Forecast, Series};

use crate::report::YearReport;

const WIDTH: f64 = 960.0;
const PANEL: f64 = 250.0;
const LEFT: f64 = 92.0;
const RIGHT: f64 = 168.0;
const TOP: f64 = 64.0;
/// From the top of one panel to the top of the next.
const STEP: f64 = PANEL + 84.0;

/// Families in the order of preference: the first is what the documents of this program are set in.
const FONTS: &str = "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif";

const INK: &str = "#1d2733";
const FAINT: &str = "#5b6673";
const LINE: &str = "#b3400a";

/// The words of a chart: the caller's language.
#[derive(Clone, Debug)]
pub struct ChartWords {
    /// Title of the whole.
    pub title: String,
    /// Title of the upper panel.
    pub non_sensitive: String,
    /// Title of the lower panel.
    pub sensitive: String,
    /// The word for people behind a number.
    pub people: String,
    /// Names of the months.
    pub months: [String; 12],
    /// Before the date on which a line was reached.
    pub reached: String,
    /// Before the date on which a line is expected to be reached.
    pub expected: String,
    /// Above the forecast.
    pub forecast: String,
    /// Before a line too far above the curve to be drawn.
    pub beyond: String,
    /// How the forecast is made, and what was counted: the last line of the chart.
    pub note: String,
}

/// Draws one year.
pub fn chart(year: &YearReport, words: &ChartWords) -> String {
    let mut svg = String::new();
    let height = TOP + 2.0 * STEP + 18.0;
    // Writing to a string cannot fail.
    let _ = write!(
        svg,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" font-family="{FONTS}" font-size="13" fill="{INK}"><title>{title}</title><rect width="{WIDTH}" height="{height}" fill="#fff"/><text x="{LEFT}" y="38" font-size="20" font-weight="bold">{title}</text>"##,
        title = escape(&words.title)
    );
    let floor = [100_000, 1_000_000];
    Panel::new(year.year, &year.non_sensitive, &floor, TOP, "#1a5fb4").draw(&mut svg, &words.non_sensitive, words);
    Panel::new(year.year, &year.sensitive, &[10_000], TOP + STEP, "#8a1538").draw(&mut svg, &words.sensitive, words);
    let _ = write!(
        svg,
        r#"<text x="{LEFT}" y="{:.0}" font-size="11" fill="{FAINT}">{}</text></svg>"#,
        height - 12.0,
        escape(&words.note)
    );
    svg.push('\n');
    svg
}

struct Panel<'a> {
    year: i16,
    series: &'a Series,
    /// Lines that are drawn.
    lines: Vec<u64>,
    /// The first line that is not.
    beyond: Option<u64>,
    top: f64,
    /// Value at the upper edge.
    high: f64,
    tick: u64,
    colour: &'static str,
}

impl<'a> Panel<'a> {
    fn new(year: i16, series: &'a Series, lines: &[u64], top: f64, colour: &'static str) -> Self {
        let heading = series.forecast.as_ref().map_or(series.total, |forecast| forecast.high.max(series.total));
        // A line far above the curve would flatten it: only those within reach are drawn.
        let (lines, beyond): (Vec<u64>, Vec<u64>) = lines.iter().partition(|&&line| line <= heading.saturating_mul(3).max(10));
        let most = lines.iter().copied().chain([heading, 10]).max().unwrap_or(10);
        let high = most as f64 * 1.1;
        Self { year, series, lines, beyond: beyond.first().copied(), top, high, tick: tick(most), colour }
    }

    fn base(&self) -> f64 {
        self.top + 30.0 + PANEL
    }

    fn x(&self, day: Date) -> f64 {
        let first = date(self.year, 1, 1);
        let days = f64::from((date(self.year, 12, 31) - first).get_days());
        LEFT + (WIDTH - RIGHT - LEFT) * f64::from((day - first).get_days()) / days
    }

    fn y(&self, value: u64) -> f64 {
        self.base() - PANEL * value as f64 / self.high
    }

    fn draw(&self, svg: &mut String, title: &str, words: &ChartWords) {
        let people = escape(&words.people);
        let _ = write!(
            svg,
            r#"<text x="{LEFT}" y="{:.0}" font-size="15" font-weight="bold" fill="{}">{}　{} {people}</text>"#,
            self.top + 16.0,
            self.colour,
            escape(title),
            group(self.series.total)
        );
        self.axes(svg, words);
        if let Some(forecast) = &self.series.forecast {
            self.forecast(svg, forecast, words);
        }
        self.curve(svg);
        for &line in &self.lines {
            self.line(svg, line, words);
        }
        if let Some(line) = self.beyond {
            let _ = write!(
                svg,
                r#"<text x="{:.1}" y="{:.1}" text-anchor="end" font-size="12" fill="{LINE}">{} {} {people} ↑</text>"#,
                WIDTH - RIGHT,
                self.base() - PANEL - 8.0,
                escape(&words.beyond),
                group(line)
            );
        }
    }

    fn axes(&self, svg: &mut String, words: &ChartWords) {
        let (base, right) = (self.base(), WIDTH - RIGHT);
        for (at, name) in words.months.iter().enumerate() {
            let month = i8::try_from(at + 1).unwrap_or(1);
            let first = self.x(date(self.year, month, 1));
            let middle = f64::midpoint(first, self.x(date(self.year, month, 1).last_of_month()));
            let _ = write!(
                svg,
                r##"<line x1="{first:.1}" y1="{:.1}" x2="{first:.1}" y2="{:.1}" stroke="#e4e7eb"/><text x="{middle:.1}" y="{:.1}" text-anchor="middle" font-size="12" fill="{FAINT}">{}</text>"##,
                base - PANEL,
                base + 5.0,
                base + 18.0,
                escape(name)
            );
        }
        let mut value = 0;
        while value as f64 <= self.high {
            let at = self.y(value);
            let _ = write!(
                svg,
                r#"<line x1="{LEFT}" y1="{at:.1}" x2="{right}" y2="{at:.1}" stroke="{}"/><text x="{:.1}" y="{:.1}" text-anchor="end" font-size="12" fill="{FAINT}">{}</text>"#,
                if value == 0 { "#7a8591" } else { "#e4e7eb" },
                LEFT - 8.0,
                at + 4.0,
                group(value)
            );
            value += self.tick;
        }
    }

    fn curve(&self, svg: &mut String) {
        let (first, base) = (self.x(date(self.year, 1, 1)), self.base());
        let mut points = format!("{first:.1},{base:.1}");
        let (mut last, mut at) = (0, first);
        for day in &self.series.days {
            at = self.x(day.date);
            let _ = write!(points, " {at:.1},{:.1} {at:.1},{:.1}", self.y(last), self.y(day.total));
            last = day.total;
        }
        if let Some(forecast) = &self.series.forecast {
            // Days without anybody new are known too.
            at = at.max(self.x(forecast.from));
            let _ = write!(points, " {at:.1},{:.1}", self.y(last));
        }
        let colour = self.colour;
        let _ = write!(
            svg,
            r#"<polygon points="{points} {at:.1},{base:.1}" fill="{colour}" fill-opacity="0.08"/><polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-linejoin="round"/>"#
        );
    }

    fn forecast(&self, svg: &mut String, forecast: &Forecast, words: &ChartWords) {
        let (from, to) = (self.x(forecast.from), self.x(date(self.year, 12, 31)));
        let start = self.y(self.series.total);
        let [low, middle, high] = [forecast.low, forecast.expected, forecast.high].map(|value| self.y(value));
        let colour = self.colour;
        let _ = write!(
            svg,
            r#"<polygon points="{from:.1},{start:.1} {to:.1},{high:.1} {to:.1},{low:.1}" fill="{colour}" fill-opacity="0.18"/><line x1="{from:.1}" y1="{start:.1}" x2="{to:.1}" y2="{middle:.1}" stroke="{colour}" stroke-width="2" stroke-dasharray="6 4"/><line x1="{from:.1}" y1="{:.1}" x2="{from:.1}" y2="{:.1}" stroke="{FAINT}" stroke-dasharray="2 3"/>"#,
            self.base() - PANEL,
            self.base()
        );
        // Beside the end of the band, but inside the panel.
        let at = middle.clamp(self.base() - PANEL + 14.0, self.base() - 24.0);
        let rows = [
            (escape(&words.forecast), -14.0, "normal", 11),
            (group(forecast.expected), 3.0, "bold", 14),
            (format!("{} – {}", group(forecast.low), group(forecast.high)), 18.0, "normal", 11),
        ];
        for (text, below, weight, size) in rows {
            let _ = write!(
                svg,
                r#"<text x="{:.1}" y="{:.1}" font-size="{size}" font-weight="{weight}" fill="{colour}">{text}</text>"#,
                to + 8.0,
                at + below
            );
        }
    }

    fn line(&self, svg: &mut String, line: u64, words: &ChartWords) {
        let (at, right) = (self.y(line), WIDTH - RIGHT);
        let reached = self.series.crossings.iter().find(|crossing| crossing.line == line).map(|crossing| crossing.date);
        let expected = self.series.forecast.iter().flat_map(|forecast| &forecast.reaches);
        let expected = expected.into_iter().find(|(value, _)| *value == line).map(|(_, day)| *day);
        // A line that is reached early has the curve where its name would stand.
        let early = reached.or(expected).is_some_and(|day| self.x(day) < LEFT + 160.0);
        let (name_x, name_anchor) = if early { (right - 6.0, "end") } else { (LEFT + 6.0, "start") };
        let _ = write!(
            svg,
            r#"<line x1="{LEFT}" y1="{at:.1}" x2="{right}" y2="{at:.1}" stroke="{LINE}" stroke-width="1.5"/><text x="{name_x:.1}" y="{:.1}" text-anchor="{name_anchor}" fill="{LINE}" font-weight="bold">{} {}</text>"#,
            at - 5.0,
            group(line),
            escape(&words.people)
        );
        let Some(day) = reached.or(expected) else { return };
        let (x, base) = (self.x(day), self.base());
        let word = if reached.is_some() { &words.reached } else { &words.expected };
        // The curve only rises: after the mark it is above the line, before it below.
        // Close to the axis there is no room below: the months stand there.
        let (text_x, anchor, below) = if x > right - 170.0 {
            (x - 9.0, "end", -7.0)
        } else if base - at < 26.0 {
            (x + 14.0, "start", -7.0)
        } else {
            (x + 9.0, "start", 18.0)
        };
        let fill = if reached.is_some() { LINE } else { "#fff" };
        let _ = write!(
            svg,
            r##"<line x1="{x:.1}" y1="{at:.1}" x2="{x:.1}" y2="{base:.1}" stroke="{LINE}" stroke-dasharray="3 3"/><circle cx="{x:.1}" cy="{at:.1}" r="4.5" fill="{fill}" stroke="{LINE}" stroke-width="2"/><text x="{text_x:.1}" y="{:.1}" text-anchor="{anchor}" fill="{LINE}" stroke="#fff" stroke-width="3" paint-order="stroke">{} {day}</text>"##,
            at + below,
            escape(word)
        );
    }
}

/// The distance of the marks on the upright axis: 1, 2 or 5 times a power of ten, four to nine marks.
fn tick(most: u64) -> u64 {
    let mut unit = 1;
    loop {
        for step in [unit, unit * 2, unit * 5] {
            if most / step < 8 {
                return step;
            }
        }
        unit *= 10;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_few() {
        for (most, step) in [(10, 2), (100_000, 20_000), (1_100_000, 200_000), (7, 1), (36_500, 5_000)] {
            assert_eq!(tick(most), step, "{most}");
        }
        assert_eq!(group(1_234_567), "1,234,567");
    }
}
