//! The fuzz targets of the rule tools on stable: see `fuzz/README.md`.

#[path = "../../../fuzz/src/rules.rs"]
#[expect(unreachable_pub, reason = "the fuzz workspace uses this module as a library")]
mod rules;
#[path = "../../../fuzz/src/seeds.rs"]
#[expect(unreachable_pub, reason = "the test suites of several rooms use this module")]
mod seeds;

macro_rules! targets {
    ($($name:ident),+) => {$(
        #[test]
        fn $name() {
            seeds::run(stringify!($name), rules::$name);
        }
    )+};
}

targets!(identifier, holiday_notice, batch_lines);
