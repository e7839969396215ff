#!/usr/bin/env python3
"""The counter beside other programs: the same numbers (`agree`), the same work (`bench`), their files (`samples`).

Needs the packages of requirements.txt: python3 -m venv V && V/bin/pip install -r requirements.txt
"""

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

COLUMNS = "{'person': 'VARCHAR', 'date': 'DATE', 'sensitive': 'UTINYINT', 'scenario': 'VARCHAR'}"
TEXTS = "all_varchar = true, header = true"


def run(args, **more):
    return subprocess.run(args, check=True, stdout=subprocess.PIPE, text=True, **more).stdout


# ---- agree: the emitted SQL on DuckDB gives what the counter gives -------------------------------------------------

ODD = """user-1,2025-12-31,0,
user-1,2025-06-01,否,-
user-1,2026-01-01 23:59:59,Sensitive,none
user-2,2026-02-30,0,
user-2,soon,0,
user-2,1999-12-31,0,
,2026-01-01,0,
user-2,2026-01-01,maybe,
user-2,2026-01-01,0,holiday
11010519491231002x,2026-03-01,1,
11010519491231002X,2026-02-01,1,
99999999999999999x,2026-03-01,1,
99999999999999999X,2026-03-01,1,
user-3,2026-03-01,1,hr
user-3,2026-03-01,1,hr_without_collective_contract
"""


def statements(text):
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    return [part for part in "\n".join(lines).split(";") if part.strip()]


def days(rows):
    return sorted((int(y), int(s), str(d)[:10], int(new), int(total)) for y, s, d, new, total in rows)


def agree(options):
    import sqlite3

    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log.csv")
        text = run([options.bin, "count", "--generate", str(options.rows), "--people", str(options.rows // 3)]) + ODD
        with open(log, "w", encoding="utf-8") as file:
            file.write(text)
        count = [options.bin, "count", log, "--scenario", "scenario"]
        printed = run(count + ["--format", "csv"], stderr=subprocess.DEVNULL).splitlines()[1:]
        wanted = days((y, kind == "sensitive", d, n, t) for y, kind, d, n, t in (line.split(",") for line in printed))
        import json

        report = json.loads(run(count + ["--json"], stderr=subprocess.DEVNULL))
        verdicts = {"counted": report["counted"]}
        verdicts.update({f"excluded: {ground}": number for ground, number in report["excluded"].items()})
        verdicts.update({f"bad: {reason}": number for reason, number in report["bad"].items()})

        duck = duckdb.connect()
        duck.execute(f"create table exports as select * from read_csv('{log}', {TEXTS})")
        lite = sqlite3.connect(":memory:")
        lite.execute("create table exports (person text, date text, sensitive text, scenario text)")
        lite.executemany("insert into exports values (?, ?, ?, ?)", [line.split(",") for line in text.splitlines()[1:]])
        engines = {
            # DuckDB speaks Trino's words here, and Spark's but for the quotes of names.
            "trino": ("DuckDB", lambda sql: duck.execute(sql).fetchall()),
            "spark": ("DuckDB", lambda sql: duck.execute(sql.replace("`", '"')).fetchall()),
            "sqlite": ("SQLite", lambda sql: lite.execute(sql).fetchall()),
        }
        for dialect, (engine, ask) in engines.items():
            emitted = run([options.bin, "count", log, "--scenario", "scenario", "--emit-sql", dialect])
            by_day, by_verdict = statements(emitted)
            found, rows = days(ask(by_day)), {name: int(number) for name, number in ask(by_verdict)}
            if found != wanted or rows != verdicts:
                sys.exit(f"{dialect} on {engine} differs:\n{rows}\n{verdicts}\n{sorted(set(found) ^ set(wanted))[:6]}")
            print(f"{dialect:6} on {engine}: {len(found)} days and {sum(rows.values())} rows agree with the counter")

        # Its own files, in every way it can pack and page them that is read here.
        duck.execute(
            "create table typed as select person, try_cast(substr(date, 1, 10) as date) as date, sensitive, scenario from exports"
        )
        for number, form in enumerate(["", ", compression zstd, parquet_version v2", ", compression gzip", ", row_group_size 2048"]):
            path = os.path.join(folder, f"{number}.parquet")
            duck.execute(f"copy typed to '{path}' (format parquet{form})")
            args = [options.bin, "count", path, "--scenario", "scenario", "--format", "csv"]
            if run(args, stderr=subprocess.DEVNULL).splitlines()[1:] != printed:
                sys.exit(f"Parquet of DuckDB{form} differs")
        print("Parquet files of DuckDB: 4 forms agree with the log in text")


# ---- bench: one run, all programs, the same log --------------------------------------------------------------------

DUCK = """
import duckdb, sys
con = duckdb.connect()
con.execute("set threads = " + sys.argv[2])
con.execute("set enable_progress_bar = false")
source = sys.argv[1]
columns = "COLUMNS"
read = f"read_parquet('{source}')" if source.endswith('.parquet') else f"read_csv('{source}', header = true, columns = {columns})"
sql = f'''
with first_days as (
  select sensitive, person, min(date) as day from {read}
  where scenario is null or scenario = '' group by sensitive, person)
select sensitive, day, count(*) as people from first_days group by sensitive, day'''
rows = con.execute(sql).fetchall()
print(sum(n for s, _, n in rows if s == 0), sum(n for s, _, n in rows if s == 1))
""".replace("COLUMNS", COLUMNS)

POLARS = """
import sys, os
os.environ['POLARS_MAX_THREADS'] = sys.argv[2]
import polars as pl
source = sys.argv[1]
if source.endswith('.parquet'):
    frame = pl.scan_parquet(source)
else:
    frame = pl.scan_csv(source, schema={'person': pl.String, 'date': pl.String, 'sensitive': pl.UInt8, 'scenario': pl.String})
frame = (frame.filter(pl.col('scenario').is_null() | (pl.col('scenario') == ''))
    .group_by('sensitive', 'person').agg(pl.col('date').min())
    .group_by('sensitive', 'date').agg(pl.len()))
rows = frame.collect(engine='streaming').rows()
print(sum(n for s, _, n in rows if s == 0), sum(n for s, _, n in rows if s == 1))
"""

# Only the totals: days are beyond it.
SORT = (
    "awk -F, 'NR > 1 && $4 == \"\" { print $3 $1 }' \"$0\" | LC_ALL=C sort -u -S \"$2\" --parallel=\"$1\""
    " | cut -c1 | uniq -c | awk '{ a[$2] = $1 } END { print a[0] + 0, a[1] + 0 }'"
)


def measured(args):
    """Wall time, processor time, peak memory of the largest process, output."""
    begun = time.monotonic()
    child = subprocess.Popen(args, stdout=subprocess.PIPE, text=True)
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - begun
    if status != 0:
        sys.exit(f"{args[0]} failed")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out


def people(out):
    found = re.findall(r"(?:non-sensitive|sensitive): (\d+) people", out)
    return " ".join(found) if found else out.strip()


def bench(options):
    cores = str(options.threads or os.cpu_count())
    folder = tempfile.mkdtemp(prefix="peers-", dir=options.folder)
    try:
        log, table = os.path.join(folder, "log.csv"), os.path.join(folder, "log.parquet")
        with open(log, "w", encoding="utf-8") as file:
            args = [options.bin, "count", "--generate", str(options.rows), "--people", str(options.people)]
            subprocess.run(args, check=True, stdout=file)
        from importlib.metadata import version

        # Neither is imported here: a child begins with the memory of its parent.
        duckdb_version, polars_version = version("duckdb"), version("polars")
        copy = f"copy (select * from read_csv('{log}', header = true, columns = {COLUMNS})) to '{table}' (format parquet)"
        subprocess.run([sys.executable, "-c", "import duckdb, sys; duckdb.execute(sys.argv[1])", copy], check=True)

        def own(path, *more):
            return [options.bin, "count", path, "--scenario", "scenario", "--lang", "en", "--threads", cores, *more]

        duck, pola = (lambda path: [sys.executable, "-c", DUCK, path, cores]), (lambda path: [sys.executable, "-c", POLARS, path, cores])
        entries = [
            ("CSV", "guosuo count", own(log)),
            ("CSV", "guosuo count, 64 MB and spill", own(log, "--memory", "64M")),
            ("CSV", f"DuckDB {duckdb_version}", duck(log)),
            ("CSV", f"Polars {polars_version}", pola(log)),
            ("CSV", "awk and sort -u", ["sh", "-c", SORT, log, cores, "25%"]),
            ("Parquet", "guosuo count", own(table)),
            ("Parquet", f"DuckDB {duckdb_version}", duck(table)),
            ("Parquet", f"Polars {polars_version}", pola(table)),
        ]
        best, answers = {}, {}
        for _ in range(options.runs):
            for entry in entries:
                wall, processor, memory, out = measured(entry[2])
                key = entry[:2]
                old = best.get(key)
                best[key] = (wall, processor, memory) if old is None or wall < old[0] else old
                answers[key] = people(out)
        sizes = ", ".join(f"{os.path.getsize(path) / 1e6:.0f} MB of {name}" for path, name in [(log, "CSV"), (table, "Parquet")])
        print(f"{options.rows} rows, {options.people} people, {sizes}, {cores} threads, best of {options.runs}, load {os.getloadavg()[0]:.1f}")
        print(f"{'form':8} {'program':31} {'s':>8} {'CPU s':>8} {'rows/s':>12} {'peak MB':>8} {'× time':>7} {'× memory':>8}")
        for form, program, _ in entries:
            wall, processor, memory = best[(form, program)]
            first = best[(form, "guosuo count")]
            print(
                f"{form:8} {program:31} {wall:8.2f} {processor:8.2f} {options.rows / wall:12.0f} {memory:8.0f}"
                f" {wall / first[0]:7.2f} {memory / first[2]:8.2f}"
            )
        if len(set(answers.values())) != 1:
            sys.exit(f"the programs do not agree: {answers}")
        print(f"all say: {next(iter(answers.values()))} (non-sensitive, sensitive)")
    finally:
        shutil.rmtree(folder)


# ---- samples: files of other writers, for the tests ----------------------------------------------------------------


def samples(options):
    import duckdb
    import polars as pl

    log = os.path.join(options.folder, "log.csv")
    with open(log, "w", encoding="utf-8") as file:
        subprocess.run([options.bin, "count", "--generate", "1500", "--people", "500"], check=True, stdout=file)
    duck = duckdb.connect()
    duck.execute(f"create table texts as select * from read_csv('{log}', {TEXTS})")
    duck.execute(
        "create table log as select person, cast(date as date) as date, cast(sensitive as boolean) as sensitive,"
        " nullif(scenario, '') as scenario from texts"
    )
    for name, source, form in [
        ("duckdb-snappy", "log", ""),
        ("duckdb-zstd-v2", "log", ", compression zstd, parquet_version v2"),
        ("duckdb-gzip-text", "texts", ", compression gzip"),
    ]:
        duck.execute(f"copy {source} to '{options.folder}/{name}.parquet' (format parquet{form})")
    frame = pl.read_csv(log, infer_schema=False)
    frame = frame.with_columns(date=pl.col("date").str.to_date(), sensitive=pl.col("sensitive").cast(pl.Int8))
    frame.write_parquet(f"{options.folder}/polars-zstd.parquet", row_group_size=400)
    frame.write_parquet(f"{options.folder}/polars-brotli.parquet", compression="brotli")
    nanos = frame.with_columns(date=pl.col("date").cast(pl.Datetime("ns")))
    nanos.write_parquet(f"{options.folder}/polars-snappy-nanos.parquet", compression="snappy")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default="target/release/guosuo-rules", help="the program")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("agree", help="the emitted SQL on DuckDB and SQLite gives what the counter gives")
    command.add_argument("--rows", type=int, default=30_000)
    command.set_defaults(do=agree)
    command = commands.add_parser("bench", help="time and memory beside DuckDB, Polars and sort -u")
    command.add_argument("--rows", type=int, default=50_000_000)
    command.add_argument("--people", type=int, default=5_000_000)
    command.add_argument("--threads", type=int, default=0)
    command.add_argument("--runs", type=int, default=3)
    command.add_argument("--folder", default=None, help="where the log is made (it is removed afterwards)")
    command.set_defaults(do=bench)
    command = commands.add_parser("samples", help="Parquet files of other writers")
    command.add_argument("folder")
    command.set_defaults(do=samples)
    options = parser.parse_args()
    options.do(options)


if __name__ == "__main__":
    main()
