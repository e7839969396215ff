//! Clocks, pages and comparisons in words.

use super::*;
use jiff::civil::date;

#[test]
fn a_clock_tells_lamp_words_date_and_bar() {
    let clock = |left| ClockView::working_days(Lang::Zh, left, 30, date(2026, 3, 13), 3, 10);
    let told: Vec<_> = [30, 11, 10, 4, 3, 1, 0, -2].map(|left| (clock(left).tone, clock(left).words, clock(left).used)).into();
    let expected = [
        (Tone::Ok, "剩30个工作日", 0),
        (Tone::Ok, "剩11个工作日", 633),
        (Tone::Warn, "剩10个工作日", 666),
        (Tone::Warn, "剩4个工作日", 866),
        (Tone::Late, "剩3个工作日", 900),
        (Tone::Late, "剩1个工作日", 966),
        (Tone::Late, "今天届满", 1000),
        (Tone::Over, "已超期2个工作日", 1000),
    ];
    for ((tone, words, used), (t, w, u)) in told.iter().zip(expected) {
        assert_eq!((*tone, words.as_str(), *used), (t, w, u));
    }
    assert_eq!(clock(1).due, "3月13日届满");
    assert_eq!(clock(1).bar(), 164);
    let english = ClockView::working_days(Lang::En, -1, 30, date(2026, 3, 13), 3, 10);
    assert_eq!((english.words.as_str(), english.due.as_str()), ("1 working day overdue", "was due 13 March"));
}

#[test]
fn pages_show_the_ends_and_the_neighbours() {
    let pages = Pages::new(Lang::Zh, 401, 20, 10, |n| format!("?page={n}"));
    let shown: Vec<_> = pages.numbers.iter().map(|p| p.as_ref().map_or(0, |p| p.0)).collect();
    assert_eq!(shown, [1, 0, 8, 9, 10, 11, 12, 0, 21]);
    assert_eq!(pages.next.as_deref(), Some("?page=11"));
    let one = Pages::new(Lang::En, 0, 20, 7, |n| n.to_string());
    assert_eq!((one.numbers.len(), one.prev, one.next), (1, None, None));
}

#[test]
fn a_comparison_names_the_change() {
    assert_eq!(DiffRow::new("a", "1", "1").change, Change::Same);
    assert_eq!(DiffRow::new("a", "", "1").words(&Lang::Zh), "新增");
    assert_eq!(DiffRow::new("a", "1", "").words(&Lang::En), "Removed");
    assert_eq!(DiffRow::new("a", "1", "2").tone(), Tone::Warn);
}
