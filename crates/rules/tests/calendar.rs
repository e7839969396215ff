//! The calendar: what the notices say, what may be imported, what is unknown.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the failure")]

use guosuo_rules::calendar::{Calendar, DayKind, HolidayBlock, Notice, NoticeError, NoticeOddity};
use jiff::civil::{Date, date};

fn months_of(year: i16) -> Vec<u32> {
    let calendar = Calendar::builtin();
    (1..=12)
        .map(|month| {
            let first = date(year, month, 1);
            let days = (1..=first.days_in_month()).filter(|&day| calendar.is_working(date(year, month, day)) == Some(true));
            u32::try_from(days.count()).unwrap()
        })
        .collect()
}

#[test]
fn working_days_of_each_month_agree_with_an_independent_count() {
    assert_eq!(months_of(2025), [19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23]);
    assert_eq!(months_of(2026), [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]);
    let calendar = Calendar::builtin();
    assert_eq!(calendar.working_days_in(2025), Some(248));
    assert_eq!(calendar.working_days_in(2026), Some(248));
    assert_eq!(calendar.working_days_in(2024), Some(251));
    assert_eq!(calendar.working_days_in(2027), None);
}

#[test]
fn off_days_and_make_up_days_of_2025_and_2026() {
    let calendar = Calendar::builtin();
    let make_up: Vec<Date> = date(2025, 1, 1)
        .series(jiff::Span::new().days(1))
        .take_while(|day| day.year() < 2027)
        .filter(|&day| matches!(calendar.day_kind(day), DayKind::MakeUp { .. }))
        .collect();
    let expected = [
        date(2025, 1, 26),
        date(2025, 2, 8),
        date(2025, 4, 27),
        date(2025, 9, 28),
        date(2025, 10, 11),
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ];
    assert_eq!(make_up, expected);
    let off = |year| {
        date(year, 1, 1)
            .series(jiff::Span::new().days(1))
            .take_while(|day| day.year() == year)
            .filter(|&day| matches!(calendar.day_kind(day), DayKind::Holiday { .. }))
            .count()
    };
    assert_eq!((off(2025), off(2026)), (1 + 8 + 3 + 5 + 3 + 8, 3 + 9 + 3 + 5 + 3 + 3 + 7));
    assert_eq!(calendar.day_kind(date(2026, 2, 20)), DayKind::Holiday { name: "春节".into() });
    assert_eq!(calendar.day_kind(date(2026, 7, 4)), DayKind::Weekend);
    assert_eq!(calendar.day_kind(date(2026, 7, 6)), DayKind::Weekday);
    assert_eq!(calendar.day_kind(date(2027, 7, 6)), DayKind::Unknown);
}

#[test]
fn the_shipped_notices_keep_the_decree() {
    for notice in Calendar::builtin().notices() {
        assert_eq!(notice.oddities(), [], "{}", notice.document);
        assert!(notice.address.starts_with("https://www.gov.cn/"));
    }
}

/// An openly invented notice for 2027.
fn invented(year: i16, document: &str) -> Notice {
    Notice {
        year,
        document: document.into(),
        title: "示例通知（虚构）".into(),
        issued: date(year - 1, 11, 4),
        address: "https://example.cn/notice".into(),
        amends: None,
        holidays: vec![HolidayBlock {
            name: "元旦".into(),
            off: vec![date(year, 1, 1), date(year, 1, 2), date(year, 1, 3)],
            work: Vec::new(),
        }],
    }
}

#[test]
fn a_notice_makes_its_year_known_and_changes_the_version() {
    let before = Calendar::builtin();
    let after = before.with_notice(invented(2027, "示例〔2026〕1号")).unwrap();
    assert_eq!(before.is_working(date(2027, 1, 4)), None);
    assert_eq!(after.is_working(date(2027, 1, 4)), Some(true));
    assert_eq!(after.is_working(date(2027, 1, 1)), Some(false));
    assert_ne!(before.version(), after.version());
    assert!(after.version().contains("国办发明电〔2025〕7号") && after.version().contains("示例〔2026〕1号"));
}

#[test]
fn the_version_does_not_depend_on_the_order_of_import() {
    let (a, b) = (invented(2027, "甲"), invented(2028, "乙"));
    let one = Calendar::builtin().with_notice(a.clone()).unwrap().with_notice(b.clone()).unwrap();
    let two = Calendar::builtin().with_notice(b).unwrap().with_notice(a).unwrap();
    assert_eq!(one.version(), two.version());
}

#[test]
fn a_gap_between_known_years_stays_unknown() {
    let calendar = Calendar::builtin().with_notice(invented(2028, "乙")).unwrap();
    assert_eq!(calendar.is_working(date(2027, 6, 1)), None);
    assert_eq!(calendar.is_working(date(2028, 6, 1)), Some(true));
}

#[test]
fn what_is_refused_and_why() {
    let refuse = |change: fn(&mut Notice)| {
        let mut notice = invented(2027, "示例〔2026〕1号");
        change(&mut notice);
        Calendar::builtin().with_notice(notice).unwrap_err()
    };
    assert_eq!(refuse(|n| n.document = "  ".into()), NoticeError::NoDocument);
    assert_eq!(refuse(|n| n.address = "gov.cn".into()), NoticeError::NoAddress);
    assert_eq!(refuse(|n| n.holidays.clear()), NoticeError::Empty);
    assert_eq!(refuse(|n| n.year = 1999), NoticeError::Year { year: 1999 });
    let day = date(2028, 1, 1);
    assert_eq!(refuse(|n| n.holidays[0].off.push(date(2028, 1, 1))), NoticeError::OtherYear { day });
    let day = date(2027, 1, 2);
    assert_eq!(refuse(|n| n.holidays[0].off.push(date(2027, 1, 2))), NoticeError::Twice { day });
    assert_eq!(refuse(|n| n.holidays[0].work.push(date(2027, 1, 2))), NoticeError::Both { day });
    let day = date(2027, 1, 6);
    assert_eq!(refuse(|n| n.holidays[0].work.push(date(2027, 1, 6))), NoticeError::WorkNotOnWeekend { day });
    assert_eq!(
        refuse(|n| n.document = "国办发明电〔2025〕7号".into()),
        NoticeError::Repeated { document: "国办发明电〔2025〕7号".into() }
    );
    let second = Calendar::builtin().with_notice(invented(2026, "示例〔2026〕2号")).unwrap_err();
    assert_eq!(second, NoticeError::YearKnown { year: 2026, document: "国办发明电〔2025〕7号".into() });
}

#[test]
fn new_year_may_reach_back_into_december() {
    // As in the notice for 2019: Saturday 12-29 worked, Monday 12-31 off.
    let mut notice = invented(2025 + 2, "示例〔2026〕1号");
    notice.holidays[0].off.push(date(2026, 12, 31));
    notice.holidays[0].work.push(date(2026, 12, 26));
    let calendar = Calendar::builtin().with_notice(notice.clone()).unwrap();
    assert_eq!(calendar.is_working(date(2026, 12, 31)), Some(false));
    assert_eq!(calendar.is_working(date(2026, 12, 26)), Some(true));
    notice.holidays[0].off.push(date(2026, 12, 1));
    assert!(matches!(notice.validate(), Err(NoticeError::OtherYear { .. })));
}

#[test]
fn an_amending_notice_overrides_single_days() {
    let mut notice = invented(2026, "示例〔2026〕3号");
    notice.amends = Some("国办发明电〔2025〕7号".into());
    notice.holidays = vec![HolidayBlock { name: "示例".into(), off: vec![date(2026, 7, 6)], work: vec![date(2026, 5, 4)] }];
    let calendar = Calendar::builtin().with_notice(notice.clone()).unwrap();
    assert_eq!(calendar.is_working(date(2026, 7, 6)), Some(false));
    assert_eq!(calendar.is_working(date(2026, 5, 4)), Some(true));
    assert_eq!(calendar.is_working(date(2026, 5, 5)), Some(false));
    notice.amends = Some("没有这一号".into());
    assert!(matches!(Calendar::builtin().with_notice(notice), Err(NoticeError::UnknownAmended { .. })));
}

#[test]
fn unreadable_data_says_where() {
    let error = Notice::parse_toml("year = 2027\ndocument = 7").unwrap_err();
    let NoticeError::Unreadable { message } = error else { panic!("{error:?}") };
    assert!(message.contains("line 2"), "{message}");
    assert!(Notice::parse_toml("year = 2027\nsurprise = 1").is_err());
}

#[test]
fn oddities_are_shown_to_the_importer() {
    let oddities = invented(2027, "示例〔2026〕1号").oddities();
    assert!(oddities.contains(&NoticeOddity::NetDays { expected: 13, found: 1 }));
    assert!(oddities.contains(&NoticeOddity::FixedDayWorked { day: date(2027, 10, 1) }));
}
