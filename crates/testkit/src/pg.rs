//! A PostgreSQL of the tests' own, from the programs of the operating system.
//!
//! The first test that asks starts one cluster on a free port (as user `postgres` when run by
//! root, because PostgreSQL refuses root). Later tests, also in other processes, find it
//! there. It stops and removes itself after some idle minutes. Each test gets a database of
//! its own, copied from a template.
//!
//! `GUOSUO_TEST_PG` says what to do: `auto` (default) uses PostgreSQL if its programs are
//! installed, `required` fails without them, `off` never does.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const USER: &str = "guosuo";

/// A running cluster.
#[derive(Debug, Clone)]
pub struct Cluster {
    bin: PathBuf,
    home: PathBuf,
    port: u16,
}

/// A database that is dropped when the value is.
#[derive(Debug)]
pub struct Database {
    cluster: Cluster,
    name: String,
}

impl Database {
    /// Address as the program takes it.
    pub fn url(&self) -> String {
        self.cluster.url(&self.name)
    }

    /// The cluster it is in.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Name of the database.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = self.cluster.sql("postgres", &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// The cluster, started if need be. `None` when PostgreSQL is not to be used here.
///
/// # Panics
/// If it cannot be started, or is required and not installed: a test cannot go on.
pub fn cluster() -> Option<Cluster> {
    let wish = std::env::var("GUOSUO_TEST_PG").unwrap_or_else(|_| "auto".into());
    if wish == "off" {
        return None;
    }
    let Some(bin) = programs() else {
        assert!(wish != "required", "PostgreSQL is required (GUOSUO_TEST_PG) and not installed: apt-get install postgresql");
        eprintln!("PostgreSQL is not installed: its half of the tests is left out (apt-get install postgresql)");
        return None;
    };
    Some(start(&bin).unwrap_or_else(|e| panic!("PostgreSQL did not start: {e}")))
}

fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path().join("bin"))
        .filter(|p| p.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop().or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|p| p.join("initdb").exists() && p.join("postgres").exists())
    })
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout.starts_with(b"0\n"))
}

/// A command that runs as a user PostgreSQL accepts.
fn as_postgres(program: &Path, args: &[&str]) -> Command {
    let mut c = if is_root() {
        let mut c = Command::new("runuser");
        c.args(["-u", "postgres", "--"]).arg(program);
        c
    } else {
        Command::new(program)
    };
    c.args(args).current_dir("/").stdin(Stdio::null());
    c
}

fn run(mut c: Command) -> io::Result<Output> {
    let out = c.output()?;
    if out.status.success() {
        return Ok(out);
    }
    Err(io::Error::other(format!("{c:?}: {}", String::from_utf8_lossy(&out.stderr))))
}

fn start(bin: &Path) -> io::Result<Cluster> {
    let home = std::env::temp_dir().join(format!("guosuo-test-pg{}", if is_root() { "-root" } else { "" }));
    std::fs::create_dir_all(&home)?;
    let lock = File::create(home.join("lock"))?;
    lock.lock()?;
    let (data, port_file) = (home.join("data"), home.join("port"));
    let path = |p: &Path| p.to_string_lossy().into_owned();
    if let Ok(port) = std::fs::read_to_string(&port_file)
        && let Ok(port) = port.trim().parse()
    {
        let c = Cluster { bin: bin.to_owned(), home: home.clone(), port };
        if c.sql("postgres", "SELECT 1").is_ok() {
            return Ok(c);
        }
    }
    if data.exists() {
        let _ = run(as_postgres(&bin.join("pg_ctl"), &["-D", &path(&data), "-m", "immediate", "stop"]));
        std::fs::remove_dir_all(&data)?;
    }
    std::fs::create_dir(&data)?;
    if is_root() {
        let mut chown = Command::new("chown");
        chown.arg("postgres").arg(&data);
        run(chown)?;
    }
    run(as_postgres(
        &bin.join("initdb"),
        &["-D", &path(&data), "-U", USER, "-A", "trust", "--encoding=UTF8", "--locale=C.UTF-8"],
    ))?;
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let options = format!(
        "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c max_connections=300 -c logging_collector=off"
    );
    let log = path(&data.join("server.log"));
    run(as_postgres(&bin.join("pg_ctl"), &["-D", &path(&data), "-l", &log, "-w", "-t", "60", "-o", &options, "start"]))?;
    std::fs::write(&port_file, port.to_string())?;
    let cluster = Cluster { bin: bin.to_owned(), home, port };
    cluster.watch()?;
    Ok(cluster)
}

impl Cluster {
    fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Stops the cluster once nobody has been connected for five minutes.
    fn watch(&self) -> io::Result<()> {
        const SCRIPT: &str = r#"
            idle=0
            while [ $idle -lt 10 ]; do
                sleep 30
                n=$("$1/psql" -X -At -h 127.0.0.1 -p "$3" -U guosuo -d postgres -c "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'" 2>/dev/null) || n=gone
                case "$n" in gone) exit 0 ;; 1) idle=$((idle + 1)) ;; *) idle=0 ;; esac
            done
            exec 9>"$2/lock"; flock 9
            "$1/pg_ctl" -D "$2/data" -m fast stop
        "#;
        let (bin, home, port) = (self.bin.to_string_lossy(), self.home.to_string_lossy(), self.port.to_string());
        if is_root() {
            let mut chmod = Command::new("chmod");
            chmod.arg("0666").arg(self.home.join("lock"));
            run(chmod)?;
        }
        as_postgres(Path::new("setsid"), &["sh", "-c", SCRIPT, "watch", &bin, &home, &port])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(())
    }

    /// Runs one SQL text and answers its output, unaligned.
    pub fn sql(&self, database: &str, sql: &str) -> io::Result<String> {
        let mut c = Command::new(self.bin.join("psql"));
        c.args(["-X", "-At", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", USER, "-d", database, "-p"])
            .arg(self.port.to_string())
            .args(["-c", sql])
            .stdin(Stdio::null());
        Ok(String::from_utf8_lossy(&run(c)?.stdout).into_owned())
    }

    /// An empty database.
    pub fn empty(&self) -> Database {
        let name = fresh_name();
        self.sql("postgres", &format!("CREATE DATABASE {name}")).unwrap_or_else(|e| panic!("create database: {e}"));
        Database { cluster: self.clone(), name }
    }

    /// A database that `prepare` was run on once for this `key` (a digest of the schema).
    pub fn from_template(&self, key: &str, prepare: impl FnOnce(&str)) -> Database {
        let template = format!("template_{key}");
        let lock = File::create(self.home.join("template.lock")).unwrap_or_else(|e| panic!("template lock: {e}"));
        lock.lock().unwrap_or_else(|e| panic!("template lock: {e}"));
        let exists = self
            .sql("postgres", &format!("SELECT 1 FROM pg_database WHERE datname = '{template}'"))
            .unwrap_or_else(|e| panic!("template: {e}"));
        if exists.trim().is_empty() {
            let half = format!("{template}_half");
            let _ = self.sql("postgres", &format!("DROP DATABASE IF EXISTS {half} WITH (FORCE)"));
            self.sql("postgres", &format!("CREATE DATABASE {half}")).unwrap_or_else(|e| panic!("template: {e}"));
            prepare(&self.url(&half));
            self.sql("postgres", &format!("ALTER DATABASE {half} RENAME TO {template}"))
                .unwrap_or_else(|e| panic!("template: {e}"));
        }
        let name = fresh_name();
        self.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE {template}"))
            .unwrap_or_else(|e| panic!("create database: {e}"));
        Database { cluster: self.clone(), name }
    }
}

fn fresh_name() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static N: AtomicU32 = AtomicU32::new(0);
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos());
    format!("t_{}_{}_{}", std::process::id(), nanos % 1_000_000_007, N.fetch_add(1, Ordering::Relaxed))
}
