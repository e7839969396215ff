//! What a processor prepares before it applies (impact assessments, the record of exports), and the marks of groups. All are
//! read as whole cases, so that they have a head and no read table of their own.

use guosuo_case::assessment::Assessment;
use guosuo_case::exports::Exports;
use guosuo_case::grouping::Grouping;
use guosuo_rules::calendar::Calendar;

use crate::project::{CaseMeta, Projected, Rows};

impl Projected for Assessment {
    fn project(_: &CaseMeta<'_>, _: &Self, _: &Calendar) -> Rows {
        Rows::default()
    }
}

impl Projected for Exports {
    fn project(_: &CaseMeta<'_>, _: &Self, _: &Calendar) -> Rows {
        Rows::default()
    }
}

impl Projected for Grouping {
    fn project(_: &CaseMeta<'_>, _: &Self, _: &Calendar) -> Rows {
        Rows::default()
    }
}
