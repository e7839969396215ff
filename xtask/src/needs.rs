//! What the tests need beside Rust, Node and a C compiler, and how it gets here.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

/// A Debian package and how to see that it is here.
struct Need {
    package: &'static str,
    present: fn() -> bool,
    why: &'static str,
}

const NEEDS: [Need; 12] = [
    Need { package: "postgresql", present: || postgres().is_some(), why: "the store's tests run on PostgreSQL too" },
    Need { package: "chromium", present: || program("chromium"), why: "browser journeys" },
    Need {
        package: "fonts-noto-cjk",
        present: || Path::new("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc").exists(),
        why: "PDF output",
    },
    Need { package: "poppler-utils", present: || program("pdffonts") && program("pdftoppm"), why: "PDFs are read back" },
    Need { package: "qpdf", present: || program("qpdf"), why: "PDFs are checked" },
    Need { package: "default-jre-headless", present: || program("java"), why: "PDF/A is judged by PDFBox" },
    Need { package: "libpdfbox2-java", present: || jar("preflight"), why: "PDF/A is judged by PDFBox" },
    Need { package: "libjaxb-api-java", present: || jar("jaxb-api"), why: "PDFBox needs it" },
    Need { package: "libactivation-java", present: || jar("javax.activation"), why: "PDFBox needs it" },
    Need { package: "python3-venv", present: python, why: "DuckDB, a local S3 server and schemathesis (PyPI)" },
    Need { package: "sqlite3", present: || program("sqlite3"), why: "a journey changes one byte of the database" },
    Need { package: "openssl", present: || program("openssl"), why: "signatures are checked by a second program" },
];

fn program(name: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|p| std::env::split_paths(&p).any(|d| d.join(name).is_file()))
}

fn jar(name: &str) -> bool {
    Path::new(&format!("/usr/share/java/{name}.jar")).exists()
}

fn python() -> bool {
    let mut command = Command::new("python3");
    command.args(["-c", "import venv, ensurepip"]).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn postgres() -> Option<()> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    versions.flatten().find(|v| v.path().join("bin/initdb").is_file()).map(drop)
}

/// Installs what is missing, or says in one message what to install.
///
/// # Errors
/// When something is missing and cannot be installed here.
pub(crate) fn provide() -> Result<()> {
    let missing: Vec<&Need> = NEEDS.iter().filter(|n| !(n.present)()).collect();
    if !missing.is_empty() {
        let packages: Vec<&str> = missing.iter().map(|n| n.package).collect();
        let list = missing.iter().map(|n| format!("  {:<16} {}", n.package, n.why)).collect::<Vec<_>>().join("\n");
        if !(program("apt-get") && is_root()) {
            bail!(
                "these packages are missing; install them and run the command again:\n{list}\n  apt-get install {}",
                packages.join(" ")
            );
        }
        println!("installing: {}", packages.join(" "));
        apt(&["update"])?;
        apt(&[&["install", "--yes", "--no-install-recommends"], packages.as_slice()].concat())?;
        if let Some(still) = missing.iter().find(|n| !(n.present)()) {
            bail!("{} was installed but is not found where it is expected", still.package);
        }
    }
    for (name, what) in [("node", "Node 20 or later"), ("npm", "npm"), ("cc", "a C compiler")] {
        if !program(name) {
            bail!("{what} is missing: `{name}` was not found in PATH");
        }
    }
    Ok(())
}

fn apt(arguments: &[&str]) -> Result<()> {
    let status = Command::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()?;
    if !status.success() {
        bail!("apt-get {} failed; run it by hand to see why", arguments.join(" "));
    }
    Ok(())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout.trim_ascii() == b"0")
}
