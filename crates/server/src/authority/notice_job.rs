//! The job that prints a notice after the decision, keeps it and puts it to its message.

use guosuo_case::filing::Filing;
use guosuo_paper::Mode;
use guosuo_store::{ClaimedJob, Error as StoreError, NewBlob, Origin};
use serde_json::json;

use super::letter;
use crate::app::App;
use crate::consequences::NoticeJob;

/// Most bytes of a notice.
const MOST: u64 = 16 << 20;

/// Does a job of the queue `notice`. Done twice, the second paper replaces nothing: the
/// message keeps its first one.
///
/// # Errors
/// When the fonts, the press or the store fail: the job comes back later.
pub async fn work(app: &App, job: &ClaimedJob) -> anyhow::Result<()> {
    let job: NoticeJob = job.read()?;
    let mut reader = app.store.reader().await?;
    if reader.message(&job.org, &job.message).await?.blob_id.is_some() {
        return Ok(());
    }
    let case = reader.case::<Filing>(&job.case).await?;
    drop(reader);
    let filing = case.state.ok_or_else(|| anyhow::anyhow!("case {} does not exist", job.case))?;
    let letter =
        letter::decided(&app.config, &job.case, &filing).ok_or_else(|| anyhow::anyhow!("case {} is not decided", job.case))?;
    let number = letter.head().number.clone();
    let pdf = letter::press(app, letter, Mode::Final).await?;
    let now = app.now();
    let digest = pdf.sha256.clone();
    let new = NewBlob {
        case_id: job.case.clone(),
        org: job.org.clone(),
        media: "application/pdf".into(),
        actor: "system:notice".into(),
        max: MOST,
    };
    let content = futures::stream::iter([Ok::<_, std::convert::Infallible>(bytes::Bytes::from(pdf.bytes))]);
    let blob = app.blobs.stage(&new, content, now).await?;
    app.store
        .write_with((job, blob, number, digest), move |tx, (job, blob, number, digest)| {
            Box::pin(async move {
                tx.add_blob(blob).await?;
                tx.attach_to_message(&job.org, &job.message, &blob.id).await?;
                let said = json!({"case": job.case, "notice": number, "sha256": digest});
                tx.record_act("notice_printed", &blob.id, &Origin::system("notice"), &said, now).await
            })
        })
        .await
        .map_err(|e: StoreError| e)?;
    Ok(())
}
