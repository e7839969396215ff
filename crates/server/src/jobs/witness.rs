//! Asks witnesses to sign the newest head of the log, with the proof that it only added to the last one they signed.

use std::time::Duration;

use data_encoding::BASE64;
use guosuo_seal::note::{Line, Note, VerifierKey};
use guosuo_store::{Error as StoreError, StoredCheckpoint};

use crate::app::App;

const PATIENCE: Duration = Duration::from_secs(10);

/// How a witness answered.
enum Answer {
    Signed(Line),
    Knows(u64),
}

fn unsigned(size: i64) -> u64 {
    u64::try_from(size).unwrap_or(0)
}

async fn request(app: &App, from: u64, head: &StoredCheckpoint) -> anyhow::Result<String> {
    let mut body = format!("old {from}\n");
    if from > 0 {
        let proof = app.store.reader().await?.consistency_proof(from, unsigned(head.size)).await?;
        for hash in &proof.hashes {
            body.push_str(&BASE64.encode(hash.as_bytes()));
            body.push('\n');
        }
    }
    body.push('\n');
    body.push_str(&head.note);
    Ok(body)
}

async fn ask(url: &str, body: String, key: &VerifierKey, head: &StoredCheckpoint) -> anyhow::Result<Answer> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build()?;
    let answer = client.post(format!("{}/add-checkpoint", url.trim_end_matches('/'))).body(body).send().await?;
    let (status, text) = (answer.status().as_u16(), answer.text().await?);
    match status {
        200 => {
            let mut bare = Note::new(Note::parse(head.note.as_bytes())?.text())?;
            for line in text.lines() {
                bare.add_line(line.parse()?)?;
            }
            // Only what everybody else could check is kept.
            bare.verify_all(std::slice::from_ref(key))?;
            let own = bare.lines().iter().find(|l| l.name == key.name() && l.id == key.id()).cloned();
            own.map(Answer::Signed).ok_or_else(|| anyhow::anyhow!("the witness has not signed"))
        }
        409 => Ok(Answer::Knows(text.trim().parse()?)),
        other => Err(anyhow::anyhow!("the witness answered {other}: {}", text.trim().chars().take(200).collect::<String>())),
    }
}

/// Asks one witness; `true` when it has signed the newest head now.
///
/// # Errors
/// When it cannot be reached, refuses, or knows another log than ours.
pub async fn submit(app: &App, url: &str, key: &VerifierKey) -> anyhow::Result<bool> {
    let mut reader = app.store.reader().await?;
    let Some(head) = reader.last_checkpoint().await? else { return Ok(false) };
    let last = reader.cosigned_by(key.name()).await?.map_or(0, |c| unsigned(c.size));
    drop(reader);
    if last == unsigned(head.size) {
        return Ok(false);
    }
    let mut from = last;
    let mut answer = ask(url, request(app, from, &head).await?, key, &head).await?;
    // It has seen another head than we remember: once more, from there.
    if let Answer::Knows(size) = answer {
        anyhow::ensure!(
            size <= unsigned(head.size) && size != from,
            "the witness has signed a head over {size} rows, ours covers {}: one of the two logs is not this one",
            head.size
        );
        from = size;
        answer = ask(url, request(app, from, &head).await?, key, &head).await?;
    }
    let Answer::Signed(line) = answer else { anyhow::bail!("the witness knows another log than this one") };
    let now = app.now();
    app.store
        .write_with((unsigned(head.size), key.name().to_owned(), line.to_string()), move |tx, (size, name, line)| {
            Box::pin(async move { tx.put_cosignature(*size, name, line, now).await })
        })
        .await
        .map_err(|e: StoreError| e)?;
    Ok(true)
}

/// Asks every witness of the settings; one that fails keeps no other from signing.
pub async fn run(app: App) {
    for w in &app.config.witnesses {
        let outcome = match w.key.parse::<VerifierKey>() {
            Ok(key) => submit(&app, &w.url, &key).await,
            Err(e) => Err(e.into()),
        };
        match outcome {
            Ok(_) => metrics::counter!("guosuo_witness_total", "outcome" => "good").increment(1),
            Err(e) => {
                metrics::counter!("guosuo_witness_total", "outcome" => "failed").increment(1);
                tracing::error!(witness = w.url, error = format!("{e:#}"), "a witness has not signed the head of the log");
            }
        }
    }
}

/// A head with the lines of its witnesses.
///
/// # Errors
/// When the store cannot be read.
pub async fn with_lines(app: &App, head: &StoredCheckpoint) -> Result<String, StoreError> {
    let lines = app.store.reader().await?.cosignatures(unsigned(head.size)).await?;
    Ok(lines.into_iter().fold(head.note.clone(), |note, c| format!("{note}{}\n", c.line)))
}
