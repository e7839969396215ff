//! The same question as SQL, for engines that spread over machines.

use guosuo_rules::path::Ground;

use crate::Options;
use guosuo_rules::yearly::{NOT_SENSITIVE, SENSITIVE};

use crate::row::{Column, Kind};

/// A dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Spark SQL, from 3.4.
    Spark,
    /// Trino; DuckDB understands the same words.
    Trino,
    /// SQLite, for a log that lies in one already.
    Sqlite,
}

/// A statement that gives, for each year, kind and day, the new people and the people since 1 January.
///
/// The table `table` has the columns of the log; days are dates, times in China Standard Time, or text that begins
/// with YYYY-MM-DD. Keys are compared as they stand: blanks are cut and a final x of an ID number is taken for X, as
/// the counter does. Columns by number are not possible in SQL; they are named `c1`, `c2` and so on.
pub fn sql(dialect: Dialect, table: &str, options: &Options) -> String {
    format!(
        "{judged}, first_days as (
  select {year} as year, sensitive, person, min(day) as day
  from judged
  where verdict = 'counted'
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
",
        judged = judged(dialect, table, options),
        year = year(dialect),
    )
}

/// A statement that says what became of the rows: counted, left out with their ground, or bad with the reason.
pub fn rows_sql(dialect: Dialect, table: &str, options: &Options) -> String {
    let judged = judged(dialect, table, options);
    format!("{judged}\nselect verdict, count(*) as number_of_rows\nfrom judged\ngroup by verdict\norder by verdict;\n")
}

fn year(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Spark | Dialect::Trino => "extract(year from day)",
        Dialect::Sqlite => "cast(strftime('%Y', day) as integer)",
    }
}

/// Every row with its person, day, kind and verdict.
fn judged(dialect: Dialect, table: &str, options: &Options) -> String {
    let quote = |name: &str| match dialect {
        Dialect::Spark => format!("`{}`", name.replace('`', "``")),
        Dialect::Trino | Dialect::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
    };
    let text = match dialect {
        Dialect::Spark => "string",
        Dialect::Trino => "varchar",
        Dialect::Sqlite => "text",
    };
    let cell = |column: &Column| {
        let name = match column {
            Column::Name(name) => quote(name),
            Column::Number(number) => quote(&format!("c{number}")),
        };
        format!("trim(cast({name} as {text}))")
    };
    let kind = match &options.kind {
        Kind::All(sensitive) => format!("'{}'", u8::from(*sensitive)),
        Kind::Column(column) => format!("lower({})", cell(column)),
    };
    let scenario = options.scenario.as_ref().map_or_else(|| "''".to_owned(), |column| format!("coalesce({}, '')", cell(column)));
    let list =
        |words: &mut dyn Iterator<Item = &'static str>| words.map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ");
    let stays = |ground: &Ground| matches!(ground, Ground::None | Ground::HrWithoutCollectiveContract);
    let exempt = list(&mut Ground::ALL.iter().filter(|ground| !stays(ground)).map(|ground| ground.code()));
    let counted = list(&mut Ground::ALL.iter().filter(|ground| stays(ground)).map(|ground| ground.code()).chain(["", "-"]));
    let (yes, no) = (list(&mut SENSITIVE.into_iter()), list(&mut NOT_SENSITIVE.into_iter()));
    let id = match dialect {
        Dialect::Spark | Dialect::Trino => "translate(substr(person, 1, 17), '0123456789', '') = ''",
        Dialect::Sqlite => "substr(person, 1, 17) not glob '*[^0-9]*'",
    };
    let day = match dialect {
        Dialect::Spark | Dialect::Trino => "try_cast(substr(day, 1, 10) as date)",
        // SQLite takes 30 February for 2 March: only what comes back unchanged is a date.
        Dialect::Sqlite => "case when date(substr(day, 1, 10), '+0 days') = substr(day, 1, 10) then substr(day, 1, 10) end",
    };
    let excluded = match dialect {
        Dialect::Spark | Dialect::Trino => "concat('excluded: ', scenario)",
        Dialect::Sqlite => "'excluded: ' || scenario",
    };
    let (key, date, table) = (cell(&options.key), cell(&options.day), quote(table));
    let year = year(dialect);
    format!(
        "with cells as (
  select {key} as person, {date} as day, {kind} as kind, {scenario} as scenario
  from {table}
), typed as (
  select case when length(person) = 18 and substr(person, 18, 1) = 'x' and {id} then upper(person) else person end as person,
    {day} as day,
    case when kind in ({yes}) then 1 when kind in ({no}) then 0 end as sensitive,
    scenario
  from cells
), judged as (
  select person, day, sensitive,
    case
      when sensitive is null then 'bad: sensitivity'
      when scenario in ({exempt}) then {excluded}
      when scenario not in ({counted}) then 'bad: scenario'
      when person is null or person = '' then 'bad: empty_key'
      when day is null then 'bad: date'
      when {year} not between 2000 and 2100 then 'bad: date_out_of_range'
      else 'counted'
    end as verdict
  from typed
)"
    )
}
