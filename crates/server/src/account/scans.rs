//! The scans of a registration: examined like any upload, and kept from one try of the form to the next, so that a
//! slip in another field costs nobody their files.

use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::StatusCode;
use guosuo_store::accounts::OrgScan;
use guosuo_store::{NewBlob, new_id, registration_case};

use crate::app::Cx;
use crate::error::Error;
use crate::intake::{self, Accept, Input, Sample};
use crate::web::{Form, Lang};
use crate::words;

/// The three documents: (field, stored kind).
const SCANS: [(&str, &str); 3] =
    [("scan_credit_code", "credit_code"), ("scan_legal_rep", "legal_rep_id"), ("scan_operator", "operator_id")];
/// Largest scan, in MiB: three of them travel in one request.
const MIB: u64 = 20;
/// Most bytes of everything typed.
const TYPED: usize = 64 << 10;

/// One document as the page shows it.
pub(super) struct ScanField {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) hint: String,
    /// What the hidden field carries: the stored file and its name; empty when there is none.
    pub(super) kept: String,
}

/// Name of the hidden field with the id under which a try keeps its files: the id of the organisation to be.
const TRY: &str = "try";

fn kept_field(field: &str) -> String {
    format!("kept_{field}")
}

fn label(l: Lang, field: &str) -> &'static str {
    match field {
        "scan_credit_code" => l.t("统一社会信用代码证件扫描件", "Scan of the certificate of the credit code"),
        "scan_legal_rep" => {
            l.t("法定代表人身份证件扫描件（正反两面）", "Scan of the legal representative's identity document (both sides)")
        }
        _ => l.t("经办人身份证件扫描件（正反两面）", "Scan of the operator's identity document (both sides)"),
    }
}

/// The three fields of the page.
pub(super) fn fields(l: Lang, form: &Form) -> Vec<ScanField> {
    let formats = intake::words::formats(Accept::SCAN.kinds());
    SCANS
        .iter()
        .map(|(field, _)| {
            let kept = form.value(&kept_field(field)).to_owned();
            let hint = match kept.split_once('|') {
                Some((_, name)) => l.pick(
                    format!("已收到“{name}”，不换就不用再选。"),
                    format!("“{name}” is here; choose a file only to replace it."),
                ),
                None => l.pick(format!("{formats}，不超过{MIB} MB。"), format!("{formats}, up to {MIB} MB.")),
            };
            ScanField { id: field, name: label(l, field), hint, kept }
        })
        .collect()
}

/// What a registration brought.
pub(super) struct Received {
    pub(super) form: Form,
    /// The id of the organisation to be; its files are stored under it.
    pub(super) org: String,
    pub(super) scans: Vec<OrgScan>,
}

/// Reads the form, and stores its files encrypted; whatever is wrong with a file stands at its field.
///
/// # Errors
/// [`Error::TooLarge`] for a file over the limit, [`Error::Malformed`] for a broken request; faults of the store.
pub(super) async fn receive(cx: &Cx, sent: Multipart) -> Result<Received, Error> {
    let l = cx.l();
    let (mut form, mut files) = read(sent).await?;
    let org = same_try(cx, &form).await?.unwrap_or_else(new_id);
    form.set(TRY, org.clone());
    let mut scans = Vec::new();
    for (field, kind) in SCANS {
        let brought = match files.iter().position(|(f, _, _)| f == field) {
            Some(at) => {
                let (_, name, bytes) = files.swap_remove(at);
                keep(cx, &org, name, bytes).await?
            }
            None => match kept_before(cx, &org, form.value(&kept_field(field))).await? {
                Some(kept) => Ok(kept),
                None => Err(l.pick(format!("上传{}。", label(l, field)), format!("Upload: {}.", label(l, field)))),
            },
        };
        match brought {
            Ok((blob_id, name)) => {
                form.set(&kept_field(field), format!("{blob_id}|{name}"));
                scans.push(OrgScan { kind: kind.to_owned(), blob_id, name });
            }
            Err(why) => {
                form.set(&kept_field(field), "");
                form.fail(field, why);
            }
        }
    }
    Ok(Received { form, org, scans })
}

/// Fields and files of one request: (field, name, content).
type Sent = (Form, Vec<(String, String, Vec<u8>)>);

async fn read(mut sent: Multipart) -> Result<Sent, Error> {
    let broken = |e: MultipartError| match e.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge { max_mib: MIB },
        _ => Error::Malformed("multipart form"),
    };
    let (mut pairs, mut files) = (Vec::new(), Vec::new());
    while let Some(mut field) = sent.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(|f| intake::base_name(f).to_owned());
        let most = usize::try_from(MIB << 20).map_or(TYPED, |scan| if file.is_some() { scan } else { TYPED });
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            if bytes.len() + chunk.len() > most {
                return Err(Error::TooLarge { max_mib: MIB });
            }
            bytes.extend_from_slice(&chunk);
        }
        match file {
            Some(file) if !file.is_empty() => files.push((name, file, bytes)),
            Some(_) => {}
            None => pairs.push((name, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
    Ok((Form::from_pairs(pairs), files))
}

/// The id of an earlier try, as long as its files are here and no organisation has taken it: the files of a try that
/// rested too long were swept, and their key with them. It cannot be guessed, so who brings it has been given it.
async fn same_try(cx: &Cx, form: &Form) -> Result<Option<String>, Error> {
    let id = form.trimmed(TRY).to_owned();
    if uuid::Uuid::try_parse(&id).is_err() {
        return Ok(None);
    }
    let mut reader = cx.app.store.reader().await?;
    let open = reader.organisation(&id).await?.is_none() && !reader.blobs_of(&registration_case(&id)).await?.is_empty();
    Ok(open.then_some(id))
}

/// A file kept by an earlier try: (stored file, name).
async fn kept_before(cx: &Cx, org: &str, carried: &str) -> Result<Option<(String, String)>, Error> {
    let Some((id, name)) = carried.split_once('|') else { return Ok(None) };
    let here = cx.app.store.reader().await?.blobs_of(&registration_case(org)).await?;
    Ok(here.iter().any(|blob| blob.id == id).then(|| (id.to_owned(), intake::base_name(name).to_owned())))
}

/// Asks for the files again, which have gone while the form was under way.
pub(super) fn ask_again(form: &mut Form, l: Lang) {
    for (field, _) in SCANS {
        form.set(&kept_field(field), "");
        form.fail(
            field,
            l.t(
                "放置太久，扫描件已清除。请重新上传。",
                "The scan was removed because the form rested too long. Upload it again.",
            ),
        );
    }
}

/// Examines and stores one file, or says why it is not taken.
async fn keep(cx: &Cx, org: &str, name: String, bytes: Vec<u8>) -> Result<Result<(String, String), String>, Error> {
    let l = cx.l();
    let kind = match cx.app.intake.sniff(&name, &Sample::of(&bytes), Accept::SCAN) {
        Ok(kind) => kind,
        Err(no) => return Ok(Err(intake::words::rejection(l, &no))),
    };
    let found = cx.app.intake.examine(kind, Input::from(bytes.clone()), false).await?;
    if let Some(problem) = found.problems.iter().find(|p| p.blocks()) {
        return Ok(Err(words::file_problem(l, &name, *problem)));
    }
    let new = NewBlob {
        case_id: registration_case(org),
        org: org.to_owned(),
        media: kind.media_type().to_owned(),
        actor: "registration".to_owned(),
        max: MIB << 20,
    };
    let blob = cx.app.blobs.put_bytes(&new, bytes, cx.now).await?;
    Ok(Ok((blob.id, name)))
}
