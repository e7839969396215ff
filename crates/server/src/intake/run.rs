//! Starting worker processes and listening to them. A file can end its worker, never the
//! service: whatever happens there becomes a [`Failure`] here.

use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

use super::wire::{self, Answer, Face, Failure, Request, Task};

/// Exit status of a worker that could not begin (limits, request): the machine's fault.
pub(crate) const CANNOT_BEGIN: u8 = 81;
/// Address space that the program itself, fonts and the allocator take.
const BASE_MEMORY: u64 = 256 << 20;
/// How long a request waits for a free worker.
const WAIT: Duration = Duration::from_secs(30);

/// The content of a file on its way to a worker.
pub enum Input {
    /// In memory.
    Bytes(Bytes),
    /// Streaming, with its size.
    Stream {
        /// Bytes.
        size: u64,
        /// The bytes.
        reader: Pin<Box<dyn AsyncRead + Send>>,
    },
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Input({} bytes)", self.size())
    }
}

impl Input {
    /// A stream of known size.
    pub fn stream(size: u64, reader: impl AsyncRead + Send + 'static) -> Self {
        Self::Stream { size, reader: Box::pin(reader) }
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        match self {
            Self::Bytes(b) => b.len() as u64,
            Self::Stream { size, .. } => *size,
        }
    }
}

impl From<Vec<u8>> for Input {
    fn from(v: Vec<u8>) -> Self {
        Self::Bytes(v.into())
    }
}

impl From<Bytes> for Input {
    fn from(b: Bytes) -> Self {
        Self::Bytes(b)
    }
}

/// A fault of the machine, not of the file.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The worker cannot be started, or did not answer as a worker does.
    #[error("the worker process cannot work: {0}")]
    Worker(String),
    /// All workers are busy.
    #[error("all worker processes are busy")]
    Busy,
    /// The file could not be read from its store.
    #[error("the file cannot be read: {0}")]
    Input(io::Error),
}

impl From<Fault> for crate::error::Error {
    fn from(f: Fault) -> Self {
        match f {
            Fault::Busy => Self::TooMany { seconds: 10 },
            other => Self::Fault(other.into()),
        }
    }
}

/// Starts workers, not more at once than the machine bears.
#[derive(Debug)]
pub(crate) struct Runner {
    program: PathBuf,
    /// For looking at uploads.
    gate: Arc<Semaphore>,
    /// For drawing pages: reviewers do not wait behind uploads.
    viewing: Arc<Semaphore>,
    memory: u64,
    seconds: u64,
    fonts: Vec<Face>,
}

impl Runner {
    pub(crate) fn new(program: PathBuf, at_once: usize, memory: u64, seconds: u64, fonts: Vec<Face>) -> Self {
        let gate = || Arc::new(Semaphore::new(at_once));
        Self { program, gate: gate(), viewing: gate(), memory, seconds, fonts }
    }

    /// The faces that workers are given.
    pub(crate) fn fonts(&self) -> &[Face] {
        &self.fonts
    }

    /// Starts a worker on a task.
    pub(crate) async fn start(&self, task: Task, input: Input) -> Result<Run, Fault> {
        let gate = if matches!(task, Task::Draw { .. }) { &self.viewing } else { &self.gate };
        let permit = match timeout(WAIT, gate.clone().acquire_owned()).await {
            Ok(Ok(p)) => p,
            Ok(Err(_)) | Err(_) => return Err(Fault::Busy),
        };
        let long = matches!(task, Task::Unpack(_));
        let request = Request {
            memory: self.memory + BASE_MEMORY + 2 * input.size(),
            seconds: self.seconds,
            fonts: self.fonts.clone(),
            task,
        };
        let head = wire::request(&request).map_err(|e| Fault::Worker(e.to_string()))?;
        let mut child = Command::new(&self.program)
            .arg("parse-worker")
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| Fault::Worker(format!("{}: {e}", self.program.display())))?;
        let missing = || Fault::Worker("no pipe".into());
        let mut stdin = child.stdin.take().ok_or_else(missing)?;
        let stdout = child.stdout.take().ok_or_else(missing)?;
        let stderr = child.stderr.take().ok_or_else(missing)?;
        let feeder = tokio::spawn(async move {
            // A worker that has ended takes no more: that shows on its side.
            if stdin.write_all(&head).await.is_err() {
                return Ok(());
            }
            match input {
                Input::Bytes(b) => drop(stdin.write_all(&b).await),
                Input::Stream { mut reader, size } => {
                    let mut buffer = vec![0; 64 << 10];
                    let mut left = size;
                    loop {
                        let n = reader.read(&mut buffer).await?;
                        if n == 0 && left > 0 {
                            return Err(io::Error::other("the file is shorter than recorded"));
                        }
                        if n == 0 {
                            break;
                        }
                        left = left.checked_sub(n as u64).ok_or_else(|| io::Error::other("the file is longer than recorded"))?;
                        if stdin.write_all(&buffer[..n]).await.is_err() {
                            return Ok(());
                        }
                    }
                }
            }
            Ok(())
        });
        // Whoever takes the entries of an archive may be slow; the others answer at once.
        let wall = Duration::from_secs(if long { 900 } else { self.seconds * 2 + 5 });
        Ok(Run {
            child,
            stdout,
            stderr: Some(tokio::spawn(first_words(stderr))),
            feeder: Some(feeder),
            until: Instant::now() + wall,
            _permit: permit,
        })
    }
}

/// What the worker says before it dies, at most 4 KiB.
async fn first_words(mut stderr: ChildStderr) -> String {
    let mut words = vec![0; 4096];
    let mut n = 0;
    while n < words.len() {
        match stderr.read(&mut words[n..]).await {
            Ok(0) | Err(_) => break,
            Ok(more) => n += more,
        }
    }
    String::from_utf8_lossy(&words[..n]).into_owned()
}

/// A worker at work.
pub(crate) struct Run {
    child: Child,
    stdout: ChildStdout,
    stderr: Option<JoinHandle<String>>,
    feeder: Option<JoinHandle<io::Result<()>>>,
    until: Instant,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Run {
    fn drop(&mut self) {
        if let Some(f) = &self.feeder {
            f.abort();
        }
    }
}

impl Run {
    /// The next answer; [`Answer::Failed`] when the worker ended because of the file.
    pub(crate) async fn answer(&mut self) -> Result<Answer, Fault> {
        let answer = self.heard().await;
        // A worker answers after it has read everything, so by now the file was read well or
        // not; what was said about half a file does not count.
        if let Some(feeder) = self.feeder.take()
            && let Ok(Ok(Err(e))) = timeout_at(self.until, feeder).await
        {
            let _ = self.child.kill().await;
            return Err(Fault::Input(e));
        }
        answer
    }

    async fn heard(&mut self) -> Result<Answer, Fault> {
        let heard = match timeout_at(self.until, read_frame(&mut self.stdout)).await {
            Err(_) => return Ok(Answer::Failed(self.too_slow().await)),
            Ok(heard) => heard,
        };
        match heard {
            Ok((wire::JSON, json)) => match serde_json::from_slice(&json) {
                Ok(answer) => Ok(answer),
                Err(e) => Err(self.astray(&e.to_string()).await),
            },
            Ok(_) => Err(self.astray("bytes instead of an answer").await),
            Err(_) => self.died().await.map(Answer::Failed),
        }
    }

    /// Content that belongs to the last answer, exactly so many bytes.
    pub(crate) async fn content(&mut self, len: usize) -> Result<Result<Vec<u8>, Failure>, Fault> {
        let mut out = Vec::with_capacity(len.min(32 << 20));
        while out.len() < len {
            let heard = match timeout_at(self.until, read_frame(&mut self.stdout)).await {
                Err(_) => return Ok(Err(self.too_slow().await)),
                Ok(heard) => heard,
            };
            match heard {
                Ok((wire::BYTES, part)) if out.len() + part.len() <= len => out.extend_from_slice(&part),
                Ok(_) => return Err(self.astray("content that was not announced").await),
                Err(_) => return self.died().await.map(Err),
            }
        }
        Ok(Ok(out))
    }

    async fn too_slow(&mut self) -> Failure {
        let _ = self.child.kill().await;
        Failure::TooHeavy
    }

    async fn astray(&mut self, why: &str) -> Fault {
        let _ = self.child.kill().await;
        Fault::Worker(why.to_owned())
    }

    /// The worker's output ended early: why?
    async fn died(&mut self) -> Result<Failure, Fault> {
        // It has closed its answer, so it is ending; a kill of ours would pass for one by the limits.
        let Ok(status) = timeout(Duration::from_secs(2), self.child.wait()).await else {
            let _ = self.child.kill().await;
            return Err(Fault::Worker("closed its answer and did not end".to_owned()));
        };
        let status = status.map_err(|e| Fault::Worker(e.to_string()))?;
        let words = match self.stderr.take() {
            Some(task) => timeout(Duration::from_secs(1), task).await.ok().and_then(Result::ok).unwrap_or_default(),
            None => String::new(),
        };
        tracing::warn!(%status, words = words.lines().next().unwrap_or_default(), "a worker ended on a file");
        verdict(status, &words)
    }
}

/// What the end of a worker says about the file.
fn verdict(status: ExitStatus, words: &str) -> Result<Failure, Fault> {
    use std::os::unix::process::ExitStatusExt as _;
    if let Some(signal) = status.signal() {
        // SIGABRT comes from a failed allocation or from a stack that ran over; SIGXCPU and
        // SIGKILL from the limit of processor time.
        let memory = words.contains("memory allocation");
        return Ok(if memory || matches!(signal, 24 | 9) { Failure::TooHeavy } else { Failure::Broken });
    }
    Err(Fault::Worker(format!("{status} {}", words.lines().next().unwrap_or_default())))
}

async fn read_frame(from: &mut ChildStdout) -> io::Result<(u8, Vec<u8>)> {
    let tag = from.read_u8().await?;
    let len = usize::try_from(from.read_u32().await?).map_err(io::Error::other)?;
    let most = match tag {
        wire::JSON => wire::MAX_JSON,
        wire::BYTES => wire::MAX_BYTES,
        _ => return Ok((tag, Vec::new())),
    };
    if len > most {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut content = vec![0; len];
    from.read_exact(&mut content).await?;
    Ok((tag, content))
}
