//! `guosuo witness`: another authority looks on. It keeps the last head of each log that it has seen and signs a new
//! one only when the log proves that it has only added to that (C2SP tlog-witness, cosignature/v1). A log that shows
//! different people different things, or takes something back, gets no signature.
//!
//! The state is on the disk before a signature leaves; a fork cannot be signed by starting the witness again, and not
//! by asking it twice at the same time.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use data_encoding::BASE64;
use guosuo_seal::Digest32;
use guosuo_seal::checkpoint::{Checkpoint, CheckpointError};
use guosuo_seal::digest::sha256;
use guosuo_seal::keys::{Algorithm, Signer as _, SigningKey};
use guosuo_seal::merkle::{ConsistencyProof, empty_root};
use guosuo_seal::note::{KeyUse, Note, VerifierKey};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::{keys, serve};

/// Longest request: 63 digests and a note with its lines fit many times.
const MOST: usize = 64 << 10;
/// No tree of fewer than 2^64 leaves has a longer proof.
const MOST_HASHES: usize = 63;

/// Arguments of `guosuo witness`.
#[derive(Debug, Clone, clap::Args)]
pub struct WitnessArgs {
    /// 目录：密钥和见过的日志头 / folder of the key and of the heads seen
    #[arg(long, env = "GUOSUO_DATA", default_value = "guosuo-witness")]
    pub data: PathBuf,
    /// 监听地址 / address to listen on
    #[arg(long, default_value = "127.0.0.1:8061")]
    pub listen: String,
    /// 见证人的名称，写进每个签名，例如 witness.example.cn / name in every signature
    #[arg(long)]
    pub name: String,
    /// 日志的验证公钥（/log 页上的 name+hash+key），每行一个 / file of verifier keys of the logs, one on a line
    #[arg(long)]
    pub logs: PathBuf,
}

/// The last head of a log that was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    origin: String,
    size: u64,
    root: Digest32,
    note: String,
}

/// A witness of logs.
#[derive(Debug)]
pub struct Witness {
    name: String,
    key: SigningKey,
    logs: BTreeMap<String, Vec<VerifierKey>>,
    folder: PathBuf,
    clock: Clock,
    /// Whoever holds this compares, stores and signs: one at a time.
    kept: Mutex<BTreeMap<String, Kept>>,
    /// Held as long as the witness lives: two that work on one folder could sign two heads.
    _lock: File,
}

/// What a log is answered with.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    /// Status.
    pub status: StatusCode,
    /// Signature line, the size that counts, or the reason.
    pub text: String,
    /// Whether the text is a size (`text/x.tlog.size`).
    pub size: bool,
}

fn no(status: StatusCode, why: &str) -> Said {
    Said { status, text: format!("{why}\n"), size: false }
}

fn known(size: u64) -> Said {
    Said { status: StatusCode::CONFLICT, text: format!("{size}\n"), size: true }
}

/// `old N`, the proof, an empty line, the note.
fn parse(body: &[u8]) -> Option<(u64, Vec<Digest32>, &[u8])> {
    let end = body.windows(2).position(|w| w == b"\n\n")?;
    let head = std::str::from_utf8(&body[..end]).ok()?;
    let mut lines = head.split('\n');
    let digits = lines.next()?.strip_prefix("old ")?;
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    let old = if plain { digits.parse().ok()? } else { return None };
    let hashes: Vec<Digest32> =
        lines.map(|l| BASE64.decode(l.as_bytes()).ok().and_then(|b| Digest32::from_slice(&b))).collect::<Option<_>>()?;
    (hashes.len() <= MOST_HASHES).then_some((old, hashes, &body[end + 2..]))
}

impl Witness {
    /// Opens the folder, making key and folder at the first start.
    ///
    /// # Errors
    /// When the folder is in use or damaged, or a key of a log cannot be read.
    pub fn open(folder: &Path, name: &str, logs: &str, clock: Clock) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let lock = File::create(folder.join("lock"))?;
        rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive)
            .with_context(|| format!("another witness works on {}", folder.display()))?;
        let key = keys::single(folder, "witness-ed25519", Algorithm::Ed25519)?;
        VerifierKey::cosigner(name, key.public_key().clone())
            .with_context(|| format!("{name} cannot be the name of a witness"))?;
        let mut known: BTreeMap<String, Vec<VerifierKey>> = BTreeMap::new();
        for line in logs.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let key: VerifierKey = line.parse().with_context(|| format!("not the verifier key of a log: {line}"))?;
            anyhow::ensure!(key.usage() == KeyUse::Sign, "the key of a witness, not of a log: {line}");
            known.entry(key.name().to_owned()).or_default().push(key);
        }
        anyhow::ensure!(!known.is_empty(), "no verifier key of a log was given");
        let mut kept = BTreeMap::new();
        for origin in known.keys() {
            let path = folder.join(Self::file_of(origin));
            if path.exists() {
                let text = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
                let k: Kept = serde_json::from_slice(&text).with_context(|| {
                    format!("{} is damaged: restore it, a witness must not forget what it has signed", path.display())
                })?;
                anyhow::ensure!(k.origin == *origin, "{} is of another log", path.display());
                kept.insert(origin.clone(), k);
            }
        }
        Ok(Self {
            name: name.to_owned(),
            key,
            logs: known,
            folder: folder.to_owned(),
            clock,
            kept: Mutex::new(kept),
            _lock: lock,
        })
    }

    /// The key that checks this witness's signatures, as logs and verifiers take it.
    ///
    /// # Errors
    /// Never: the name was checked at the start.
    pub fn verifier(&self) -> anyhow::Result<VerifierKey> {
        Ok(VerifierKey::cosigner(&self.name, self.key.public_key().clone())?)
    }

    fn file_of(origin: &str) -> String {
        format!("log-{}.json", &sha256(origin.as_bytes()).to_hex()[..16])
    }

    /// Written, synced, named, and the name synced: what was signed survives a loss of power.
    fn store(&self, k: &Kept) -> std::io::Result<()> {
        let path = self.folder.join(Self::file_of(&k.origin));
        let fresh = path.with_extension("new");
        let mut file = File::create(&fresh)?;
        file.write_all(&serde_json::to_vec(k)?)?;
        file.sync_all()?;
        std::fs::rename(&fresh, &path)?;
        File::open(&self.folder)?.sync_all()
    }

    /// Looks at a head and signs it, or says why not.
    pub async fn add(&self, body: &[u8]) -> Said {
        let Some((old, hashes, note)) = parse(body) else { return no(StatusCode::BAD_REQUEST, "malformed request") };
        let Ok(note) = Note::parse(note) else { return no(StatusCode::BAD_REQUEST, "malformed note") };
        let Ok(claimed) = note.text().parse::<Checkpoint>() else { return no(StatusCode::BAD_REQUEST, "malformed checkpoint") };
        let Some(keys) = self.logs.get(&claimed.origin) else { return no(StatusCode::NOT_FOUND, "unknown log") };
        let head = match Checkpoint::open_note(&note, &claimed.origin, keys) {
            Ok((head, _)) => head,
            Err(CheckpointError::Note(_)) => return no(StatusCode::FORBIDDEN, "not signed by the log"),
            Err(_) => return no(StatusCode::BAD_REQUEST, "malformed checkpoint"),
        };
        if old > head.size {
            return no(StatusCode::BAD_REQUEST, "the old size is larger than the new one");
        }
        let mut kept = self.kept.lock().await;
        let (last, last_root) = kept.get(&head.origin).map_or((0, empty_root()), |k| (k.size, k.root));
        if old != last {
            return known(last);
        }
        if head.size == last && last > 0 && head.root != last_root {
            tracing::error!(log = head.origin, size = last, "two heads of one size: the log forks");
            return known(last);
        }
        let proof = ConsistencyProof { from: old, to: head.size, hashes };
        if proof.verify(&last_root, &head.root).is_err() {
            tracing::error!(log = head.origin, from = old, to = head.size, "a head that does not continue the last one");
            return no(StatusCode::UNPROCESSABLE_ENTITY, "the proof does not show that the log only added");
        }
        let time = u64::try_from(self.clock.now().as_second()).unwrap_or(0);
        let Ok(mut bare) = Note::new(note.text()) else { return no(StatusCode::BAD_REQUEST, "malformed note") };
        if head.size > last {
            let k = Kept { origin: head.origin.clone(), size: head.size, root: head.root, note: note.to_string() };
            if let Err(e) = self.store(&k) {
                tracing::error!(error = %e, "the head could not be kept, so it is not signed");
                return no(StatusCode::INTERNAL_SERVER_ERROR, "not kept");
            }
            kept.insert(head.origin.clone(), k);
        }
        match bare.cosign(&self.name, &self.key, time) {
            Ok(()) => {
                let lines: String = bare.lines().iter().map(|l| format!("{l}\n")).collect();
                Said { status: StatusCode::OK, text: lines, size: false }
            }
            Err(_) => no(StatusCode::INTERNAL_SERVER_ERROR, "not signed"),
        }
    }

    /// The service: `POST /add-checkpoint`, and `GET /` with the key.
    pub fn service(self: &Arc<Self>) -> Router {
        Router::new().route("/", get(key)).route("/add-checkpoint", post(add)).with_state(Arc::clone(self))
    }
}

async fn add(State(w): State<Arc<Witness>>, body: Body) -> Response {
    let Ok(bytes) = axum::body::to_bytes(body, MOST).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let said = w.add(&bytes).await;
    let media = if said.size { "text/x.tlog.size" } else { "text/plain; charset=utf-8" };
    (said.status, [(header::CONTENT_TYPE, media)], said.text).into_response()
}

async fn key(State(w): State<Arc<Witness>>) -> Response {
    match w.verifier() {
        Ok(key) => format!("{key}\n").into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Serves until told to stop.
///
/// # Errors
/// When the folder cannot be opened or the address not be listened on.
pub async fn run(args: WitnessArgs) -> anyhow::Result<()> {
    let logs = std::fs::read_to_string(&args.logs)
        .with_context(|| format!("cannot read the keys of the logs {}", args.logs.display()))?;
    let witness = Arc::new(Witness::open(&args.data, &args.name, &logs, Clock::Machine)?);
    let listener = serve::listen(&args.listen).await?;
    println!("http://{}/", listener.local_addr()?);
    println!("{}", witness.verifier()?);
    Ok(axum::serve(listener, witness.service()).with_graceful_shutdown(serve::stopped()).await?)
}
