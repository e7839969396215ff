//! Cost of one deadline inside the known years: the goal is ten nanoseconds.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use guosuo_rules::calendar::Calendar;
use guosuo_rules::period::{Direction, WorkingDays, due, working_days_between};
use jiff::civil::date;

fn bench(criterion: &mut Criterion) {
    let calendar = Calendar::builtin();
    let day = date(2026, 1, 5);
    criterion.bench_function("due/30 working days", |b| {
        b.iter(|| due(black_box(day), black_box(WorkingDays(30).into()), Direction::After, calendar));
    });
    criterion.bench_function("due/10 working days back", |b| {
        b.iter(|| due(black_box(day), black_box(WorkingDays(10).into()), Direction::Before, calendar));
    });
    criterion.bench_function("working days between", |b| {
        b.iter(|| working_days_between(black_box(day), black_box(date(2026, 2, 14)), calendar));
    });
    criterion.bench_function("due/into an unknown year", |b| {
        b.iter(|| due(black_box(date(2026, 11, 20)), WorkingDays(30).into(), Direction::After, calendar));
    });
}

criterion_group!(benches, bench);
criterion_main!(benches);
