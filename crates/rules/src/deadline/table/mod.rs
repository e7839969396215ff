//! The table of deadlines. Its rows stand by theme in the files beside; each theme hands its rows on, so that one macro
//! makes of all of them one enumeration.

#[macro_use]
mod certification;
#[macro_use]
mod duties;
#[macro_use]
mod export;
#[macro_use]
mod filing;
#[macro_use]
mod procedure;

use super::{Deadline, Length, Mark, Owner, Sense};
use crate::article::{Article, Instrument};
use crate::period::{CalendarDays, Direction, Hours, Months, Period, Roll, WorkingDays, Years};

macro_rules! deadlines {
    ($($variant:ident $code:literal { trigger: $trigger:literal, act: $act:literal, $($field:ident: $value:expr),* $(,)? })*) => {
        /// The deadlines of the regime by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DeadlineId {
            $(#[doc = concat!($trigger, " → ", $act)] $variant,)*
        }

        impl DeadlineId {
            /// Every deadline.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in data and interfaces, for example `CB_FILE`.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The deadline of a name.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }

        /// The rule behind a name.
        pub const fn deadline(id: DeadlineId) -> &'static Deadline {
            match id {
                $(DeadlineId::$variant => {
                    const RULE: Deadline = Deadline { id: DeadlineId::$variant, trigger: $trigger, act: $act, $($field: $value),* };
                    &RULE
                })*
            }
        }
    };
}

macro_rules! then_certification { ($($rows:tt)*) => { certification! { then_export $($rows)* } }; }
macro_rules! then_export { ($($rows:tt)*) => { export! { then_procedure $($rows)* } }; }
macro_rules! then_procedure { ($($rows:tt)*) => { procedure! { then_duties $($rows)* } }; }
macro_rules! then_duties { ($($rows:tt)*) => { duties! { deadlines $($rows)* } }; }

filing! { then_certification }
