//! The queue `notice`: the notice of a decided case is printed from its events and put to the
//! message in the inbox. Printing it again gives the same bytes, so a worker that dies between
//! printing and attaching leaves nothing wrong behind: the next one attaches it.

use anyhow::Context as _;
use futures::stream;
use guosuo_case::filing::Filing;
use guosuo_paper::Mode;
use guosuo_store::{ClaimedJob, Error as StoreError, NewBlob};

use crate::app::App;
use crate::authority::letter;
use crate::consequences::NoticeJob;

pub use crate::consequences::NOTICE_QUEUE as QUEUE;

/// More than any notice has.
const MAX: u64 = 20 << 20;

/// Does a job of this queue.
///
/// # Errors
/// When the fonts are missing or the store fails: the job comes back later.
pub async fn work(app: &App, job: &ClaimedJob) -> anyhow::Result<()> {
    let NoticeJob { case, org, message } = job.read()?;
    let waiting = app.store.reader().await?.message(&org, &message).await?;
    if waiting.blob_id.is_some() {
        return Ok(());
    }
    let filing = app.store.reader().await?.case::<Filing>(&case).await?.state.context("there is no such case")?;
    let letter = letter::decided(&app.config, &case, &filing).context("the case is not decided")?;
    let pdf = letter::press(app, letter, Mode::Final).await?;
    let now = app.now();
    let new =
        NewBlob { case_id: case, org: org.clone(), media: "application/pdf".into(), actor: "system:notice".into(), max: MAX };
    let content = stream::iter([Ok::<_, std::convert::Infallible>(bytes::Bytes::from(pdf.bytes))]);
    let blob = app.blobs.stage(&new, content, now).await?;
    app.store
        .write_with((org, message, blob), |tx, (org, message, blob)| {
            Box::pin(async move {
                tx.add_blob(blob).await?;
                if tx.attach_to_message(org, message, &blob.id).await? { Ok(()) } else { Err(StoreError::NotFound("message")) }
            })
        })
        .await?;
    Ok(())
}
