//! The same question as SQL, for engines that spread over machines.

use crate::Options;
use crate::row::{Column, Kind};

/// A dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Spark SQL.
    Spark,
    /// Trino.
    Trino,
    /// SQLite, on which the statement is easily tried.
    Sqlite,
}

/// A statement that gives, for each year, kind and day, the new people and the people since 1 January.
///
/// The table `table` has the columns of the log, dates as text that begins with YYYY-MM-DD in China Standard Time.
/// Keys are compared as they stand: blanks are cut and a final x of an ID number is taken for X, as the counter does.
/// Columns by number are not possible in SQL; they are named `c1`, `c2` and so on.
pub fn sql(dialect: Dialect, table: &str, options: &Options) -> String {
    let quote = |name: &str| match dialect {
        Dialect::Spark => format!("`{}`", name.replace('`', "``")),
        Dialect::Trino | Dialect::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
    };
    let column = |column: &Column| match column {
        Column::Name(name) => quote(name),
        Column::Number(number) => quote(&format!("c{number}")),
    };
    let key = column(&options.key);
    let day = column(&options.day);
    let day = match dialect {
        Dialect::Spark => format!("to_date(substr(trim({day}), 1, 10))"),
        Dialect::Trino => format!("cast(substr(trim({day}), 1, 10) as date)"),
        Dialect::Sqlite => format!("date(substr(trim({day}), 1, 10))"),
    };
    let year = match dialect {
        Dialect::Spark | Dialect::Trino => "year(day)",
        Dialect::Sqlite => "cast(strftime('%Y', day) as integer)",
    };
    let kind = match &options.kind {
        Kind::All(true) => "1".to_owned(),
        Kind::All(false) => "0".to_owned(),
        Kind::Column(name) => {
            let cell = column(name);
            format!("case when lower(trim({cell})) in ('1','true','yes','y','t','是','敏感','sensitive','s') then 1 else 0 end")
        }
    };
    let scenario = options.scenario.as_ref().map_or_else(String::new, |name| {
        let cell = column(name);
        format!("\n  where {cell} is null or trim({cell}) in ('', '-', 'none', 'hr_without_collective_contract')")
    });
    let table = quote(table);
    let id = match dialect {
        Dialect::Spark => format!("case when trim({key}) rlike '^[0-9]{{17}}x$' then upper(trim({key})) else trim({key}) end"),
        Dialect::Trino => {
            format!("case when regexp_like(trim({key}), '^[0-9]{{17}}x$') then upper(trim({key})) else trim({key}) end")
        }
        Dialect::Sqlite => format!(
            "case when length(trim({key})) = 18 and trim({key}) not glob '*[^0-9x]*' then upper(trim({key})) else trim({key}) end"
        ),
    };
    format!(
        "with rows_that_count as (
  select {id} as person, {day} as day, {kind} as sensitive
  from {table}{scenario}
), first_days as (
  select {year} as year, sensitive, person, min(day) as day
  from rows_that_count
  where person <> ''
  group by {year}, sensitive, person
), new_people as (
  select year, sensitive, day, count(*) as new_people
  from first_days
  group by year, sensitive, day
)
select year, sensitive, day, new_people,
  sum(new_people) over (partition by year, sensitive order by day) as people_since_1_january
from new_people
order by year, sensitive, day;
"
    )
}
