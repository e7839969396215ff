//! The counter against a plain set, against itself across runs and forms, and against what real files do to it.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the failure")]

mod keep;
#[cfg(feature = "parquet")]
mod tables;
mod text;

use guosuo_count::{Column, Kind, Options, Secret};

/// What a count of the logs of these tests asks for.
fn options() -> Options {
    Options {
        key: Column::Name("person".into()),
        day: Column::Name("date".into()),
        kind: Kind::Column(Column::Name("sensitive".into())),
        scenario: Some(Column::Name("scenario".into())),
        delimiter: None,
        header: true,
        ids_only: false,
        strict: false,
        memory: 64 << 20,
        threads: 2,
        secret: Secret::from_bytes(b"secret of a test"),
        keep: None,
        keyed_out: None,
        as_of: None,
    }
}
