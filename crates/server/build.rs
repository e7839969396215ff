//! Builds the front-end assets (`frontend/`) inside `OUT_DIR` and writes a table of them, so that
//! `cargo run` is the only command and the binary carries everything it serves.
//!
//! Ways around Node: `GUOSUO_UI_DIST=/folder` takes a folder built elsewhere with `npm run build`,
//! the feature `stub-ui` builds pages without styles.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

type Outcome<T> = Result<T, String>;

const NAMES: [(&str, &str); 4] = [
    ("app.css", "text/css; charset=utf-8"),
    ("app.js", "text/javascript; charset=utf-8"),
    ("licences.txt", "text/plain; charset=utf-8"),
    ("icon.svg", "image/svg+xml"),
];

fn main() {
    println!("cargo::rerun-if-env-changed=GUOSUO_UI_DIST");
    if let Err(message) = assets() {
        for line in message.lines() {
            println!("cargo::error={line}");
        }
    }
}

fn assets() -> Outcome<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let dist = if env::var_os("CARGO_FEATURE_STUB_UI").is_some() {
        stub(&out)?
    } else if let Some(folder) = env::var_os("GUOSUO_UI_DIST") {
        println!("cargo::rerun-if-changed={}", Path::new(&folder).display());
        PathBuf::from(folder)
    } else {
        with_node(&out)?
    };
    let manifest = dist.join("manifest.tsv");
    let text = fs::read_to_string(&manifest).map_err(|e| {
        format!(
            "{}: {e}. 这个目录不是 npm run build 的结果。This folder is not the result of `npm run build`.",
            manifest.display()
        )
    })?;
    let mut table = String::from("&[\n");
    for line in text.lines() {
        let [name, hashed, kind] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("{}: unexpected line {line:?}", manifest.display()));
        };
        let file = dist.join(hashed);
        let path = file.to_str().ok_or("the path of the assets is not UTF-8")?;
        writeln!(
            table,
            "Asset {{ name: {name:?}, file: {hashed:?}, url: {:?}, kind: {kind:?}, raw: include_bytes!({path:?}), \
             brotli: include_bytes!({:?}), gzip: include_bytes!({:?}) }},",
            format!("/a/{hashed}"),
            format!("{path}.br"),
            format!("{path}.gz"),
        )
        .map_err(|e| e.to_string())?;
    }
    table.push(']');
    fs::write(out.join("assets.rs"), table).map_err(|e| format!("assets.rs: {e}"))
}

/// Empty files under the real names: pages work, they only look plain.
fn stub(out: &Path) -> Outcome<PathBuf> {
    let dist = out.join("stub");
    let made = || -> io::Result<()> {
        fs::create_dir_all(&dist)?;
        let mut manifest = String::new();
        for (name, kind) in NAMES {
            let hashed = name.replace('.', "-000000000000.");
            for ending in ["", ".br", ".gz"] {
                fs::write(dist.join(format!("{hashed}{ending}")), "")?;
            }
            let _ = writeln!(manifest, "{name}\t{hashed}\t{kind}");
        }
        fs::write(dist.join("manifest.tsv"), manifest)
    };
    made().map_err(|e| e.to_string())?;
    Ok(dist)
}

/// Copies `frontend/` to `OUT_DIR/ui`, installs what the lockfile names, runs the build script.
fn with_node(out: &Path) -> Outcome<PathBuf> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set")?);
    let source = root.join("../../frontend");
    let (ui, dist) = (out.join("ui"), out.join("ui/dist"));
    for part in ["scss", "js"] {
        let _ = fs::remove_dir_all(ui.join(part));
    }
    let entries = "package.json package-lock.json .npmrc build.mjs icon.svg scss js";
    for entry in entries.split(' ') {
        let from = source.join(entry);
        println!("cargo::rerun-if-changed={}", from.display());
        copy(&from, &ui.join(entry)).map_err(|e| format!("{}: {e}", from.display()))?;
    }
    let lock = fs::read(ui.join("package-lock.json")).map_err(|e| e.to_string())?;
    let stamp = ui.join("installed");
    if fs::read(&stamp).ok().as_ref() != Some(&lock) {
        run(&ui, "npm ci --ignore-scripts --no-audit --no-fund", &dist)?;
        fs::write(&stamp, &lock).map_err(|e| e.to_string())?;
    }
    run(&ui, "node build.mjs", &dist)?;
    Ok(dist)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        return fs::copy(from, to).map(drop);
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn run(folder: &Path, line: &str, dist: &Path) -> Outcome<()> {
    let others = "没有网络或没有 Node 时，还有两个办法：GUOSUO_UI_DIST=/目录（在别处用 npm run build 生成），或者 --features stub-ui（没有样式）。\n\
                  Without network or Node there are two other ways: GUOSUO_UI_DIST=/folder (made elsewhere with `npm run build` in frontend/), or --features stub-ui (no styles).";
    let mut words = line.split(' ');
    let program = words.next().unwrap_or_default();
    let mut command = Command::new(program);
    command.args(words).current_dir(folder).env("UI_OUT", dist);
    let done = command.output().map_err(|e| {
        format!(
            "找不到 {program}（{e}）。请安装 Node.js 20 或更高版本和 npm。\n\
             {program} was not found ({e}). Install Node.js 20 or newer with npm.\n{others}"
        )
    })?;
    if done.status.success() {
        return Ok(());
    }
    let text = [done.stderr, done.stdout].concat();
    let text = String::from_utf8_lossy(&text);
    let said = text.lines().filter(|l| !l.trim().is_empty() && !l.contains("npm warn"));
    let said = said.take(8).collect::<Vec<_>>().join("\n");
    Err(format!("前端资源没有生成：{line} 失败。\nThe front-end assets were not built: {line} failed.\n{said}\n{others}"))
}
