//! Unpacking the whole-set ZIP, one entry at a time.

use bytes::Bytes;

use super::Intake;
use super::run::{Fault, Input, Run};
use super::wire::{Answer, Bounds, Failure, Task};

/// One file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// Its name without folders, decoded (UTF-8, or GBK as Windows writes it).
    pub name: String,
    /// Its folders, joined with `/`; empty at the root.
    pub folder: String,
    /// Its content.
    pub bytes: Bytes,
}

/// An archive being unpacked. At most one entry is in memory here.
pub struct Unpacking {
    run: Run,
    bounds: Bounds,
    seen: usize,
    total: u64,
    over: bool,
}

impl Intake {
    /// Begins to unpack an archive within [`Intake::bounds`].
    ///
    /// # Errors
    /// A fault of the machine; what is wrong with the archive comes from [`Unpacking::next`].
    pub async fn unpack(&self, input: Input) -> Result<Unpacking, Fault> {
        let bounds = self.bounds();
        let run = self.0.runner.start(Task::Unpack(bounds), input).await?;
        Ok(Unpacking { run, bounds, seen: 0, total: 0, over: false })
    }
}

impl Unpacking {
    /// The next file, `None` at the end. After a failure nothing of the archive counts.
    ///
    /// # Errors
    /// A fault of the machine.
    pub async fn next(&mut self) -> Result<Result<Option<Unpacked>, Failure>, Fault> {
        if self.over {
            return Ok(Ok(None));
        }
        let (name, folder, size) = match self.run.answer().await? {
            Answer::Entry { name, folder, size } => (name, folder, size),
            Answer::Done => {
                self.over = true;
                return Ok(Ok(None));
            }
            Answer::Failed(f) => {
                self.over = true;
                return Ok(Err(f));
            }
            other => return Err(Fault::Worker(format!("{other:?} to unpack"))),
        };
        // The worker keeps the limits; that it did is not taken for granted.
        self.seen += 1;
        self.total = self.total.saturating_add(size);
        if self.seen > self.bounds.entries || size > self.bounds.entry_bytes || self.total > self.bounds.total_bytes {
            self.over = true;
            return Ok(Err(Failure::TooLarge));
        }
        let len = usize::try_from(size).map_err(|e| Fault::Worker(e.to_string()))?;
        match self.run.content(len).await? {
            Ok(bytes) => Ok(Ok(Some(Unpacked { name, folder, bytes: bytes.into() }))),
            Err(f) => {
                self.over = true;
                Ok(Err(f))
            }
        }
    }

    /// Everything at once, for small archives and tests.
    ///
    /// # Errors
    /// As [`Unpacking::next`].
    pub async fn all(mut self) -> Result<Result<Vec<Unpacked>, Failure>, Fault> {
        let mut out = Vec::new();
        loop {
            match self.next().await? {
                Ok(Some(entry)) => out.push(entry),
                Ok(None) => return Ok(Ok(out)),
                Err(f) => return Ok(Err(f)),
            }
        }
    }
}
