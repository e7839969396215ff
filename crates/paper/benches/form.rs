//! The form, cold and warm.
//!
//! - `cold`: nothing memoised, as for the first paper after a start (fonts are
//!   loaded and hashed before);
//! - `warm`: another form each time, as in service;
//! - `fonts`: reading the font files.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use guosuo_paper::{ApplicationForm, Fonts, Mode, Press, Receipt};

fn form(c: &mut Criterion) {
    let mut group = c.benchmark_group("paper");
    group.sample_size(20);
    group.bench_function("fonts", |b| {
        b.iter(|| Fonts::load().expect("fonts-noto-cjk"));
    });
    let press = Press::new(Fonts::load().expect("fonts-noto-cjk"));
    let plain = ApplicationForm::samples().remove(0);
    let receipt = Receipt::samples().remove(1);
    press.print(&plain, Mode::Final).expect("a sample prints");
    group.bench_function("form cold", |b| {
        b.iter_batched(
            guosuo_paper::forget,
            |()| press.print(&plain, Mode::Final).expect("a sample prints"),
            BatchSize::PerIteration,
        );
    });
    let mut n = 0_u64;
    group.bench_function("form warm", |b| {
        b.iter(|| {
            n += 1;
            let form = ApplicationForm { form_id: format!("BA-{n:08}"), ..plain.clone() };
            press.print(&form, Mode::Final).expect("a sample prints")
        });
    });
    group.bench_function("receipt with 18 files warm", |b| {
        b.iter(|| {
            n += 1;
            let receipt = Receipt { form_id: format!("BA-{n:08}"), ..receipt.clone() };
            press.print(&receipt, Mode::Final).expect("a sample prints")
        });
    });
    group.finish();
}

criterion_group!(benches, form);
criterion_main!(benches);
