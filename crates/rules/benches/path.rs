//! Cost of one decision on the path of an export: the answer alone, and with everything that would change it.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use guosuo_rules::path::{Case, Flow, Ground, answer, decide};
use jiff::civil::date;

fn bench(criterion: &mut Criterion) {
    let on = date(2026, 11, 22);
    let flow = |non_sensitive, sensitive, exempt| Flow { non_sensitive, sensitive, exempt, ..Flow::default() };
    let one = Case::single(flow(420_000, 6_800, Ground::None), false, on);
    let many = Case {
        flows: vec![
            flow(420_000, 6_800, Ground::None),
            flow(99_999, 0, Ground::None),
            flow(3_000_000, 0, Ground::Contract),
            flow(0, 12, Ground::HrWithoutCollectiveContract),
        ],
        ..one.clone()
    };
    for (name, case) in [("one flow", &one), ("four flows", &many)] {
        criterion.bench_function(&format!("path/answer, {name}"), |b| b.iter(|| answer(black_box(case))));
        criterion.bench_function(&format!("path/decide, {name}"), |b| b.iter(|| decide(black_box(case))));
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
