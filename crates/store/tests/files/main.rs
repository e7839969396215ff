//! Files: stored encrypted, read back checked, uploaded in parts; in a folder with both
//! databases, and on an S3 server.

#![expect(clippy::disallowed_methods, reason = "file times are those of the machine")]
#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "tests")]

#[path = "../common/mod.rs"]
mod common;
mod place;
mod s3;

use bytes::Bytes;
use common::now;
use guosuo_seal::{FileDigests, sha256};
use guosuo_store::{Error, NewBlob, NewUpload, PART, UploadProblem};
use jiff::SignedDuration;
use place::Place;

fn new(max: u64) -> NewBlob {
    NewBlob { case_id: "case-1".into(), org: "a".into(), media: "application/pdf".into(), actor: "u".into(), max }
}

fn content(n: usize) -> Vec<u8> {
    (0..n).map(|i| u8::try_from(i * 7 % 253).unwrap()).collect()
}

on_places!(what_was_stored_comes_back_and_nothing_is_in_clear, |u| {
    let b = u.blobs().await;
    for n in [0, 1, 65_536, 70_000, (5 << 20) + 300_000] {
        let body = content(n);
        let blob = b.put_bytes(&new(1 << 30), body.clone(), now()).await.unwrap();
        let digests = FileDigests::of(&body);
        assert_eq!((blob.size, blob.sha256, blob.sm3), (n as u64, digests.sha256, digests.sm3));
        let found = u.store.reader().await.unwrap().blob(&blob.id).await.unwrap();
        assert_eq!(found, blob);
        assert_eq!(b.read_all(&found, 1 << 30).await.unwrap(), body);
    }
    let marker = b"SECRET-MARKER-0123456789";
    b.put_bytes(&new(1000), marker.repeat(20), now()).await.unwrap();
    assert!(!u.holds(marker).await, "the content lies in the clear");
    assert_eq!(b.verify().await.unwrap(), (6, vec![]));
});

on_places!(a_changed_cut_or_exchanged_file_is_never_given_out, |u| {
    let b = u.blobs().await;
    let one = b.put_bytes(&new(1 << 20), content(200_000), now()).await.unwrap();
    let two = b.put_bytes(&new(1 << 20), content(200_000), now()).await.unwrap();
    let good = u.bytes(&one.object).await;
    for i in [0, 5, 11, 65_600, good.len() - 1] {
        let mut bad = good.clone();
        bad[i] ^= 1;
        u.set(&one.object, bad).await;
        let e = b.read_all(&one, 1 << 20).await.unwrap_err();
        assert!(e.to_string().contains(&one.id), "byte {i}: {e}");
    }
    u.set(&one.object, good[..good.len() - 100].to_vec()).await;
    assert!(matches!(b.read_all(&one, 1 << 20).await, Err(Error::Damaged(_))));
    u.set(&one.object, u.bytes(&two.object).await).await;
    assert!(matches!(b.read_all(&one, 1 << 20).await, Err(Error::Damaged(_))));
    u.remove(&one.object).await;
    assert!(matches!(b.read_all(&one, 1 << 20).await, Err(Error::Damaged(_))));
    let (n, faults) = b.verify().await.unwrap();
    assert_eq!((n, faults.len()), (2, 1));
});

on_places!(too_large_or_broken_off_leaves_nothing, |u| {
    let b = u.blobs().await;
    let r = b.put_bytes(&new(10), content(11), now()).await;
    assert!(matches!(r, Err(Error::Upload(UploadProblem::TooLarge { max: 10 }))));
    let broken = futures::stream::iter([Ok(Bytes::from(content(6 << 20))), Err("the line broke")]);
    assert!(b.put(&new(1 << 30), broken, now()).await.is_err());
    assert_eq!(u.all().await, Vec::<String>::new());
    assert!(u.store.reader().await.unwrap().blobs_of("case-1").await.unwrap().is_empty());
});

on_places!(what_a_crash_leaves_is_swept, |u| {
    let b = u.blobs().await;
    let kept = b.put_bytes(&new(100), content(50), now()).await.unwrap();
    let none = futures::stream::iter([Ok::<_, String>(Bytes::from(content(50)))]);
    let orphan = b.stage(&new(100), none, now()).await.unwrap();
    // Half-written files of a folder have names that no object has.
    match u.s3 {
        Some(_) => u.set("half", vec![1]).await,
        None => std::fs::write(u.dir.path().join("blobs").join("half#1"), "x").unwrap(),
    }
    let far = jiff::Timestamp::now() + SignedDuration::from_hours(48);
    assert_eq!(b.sweep(SignedDuration::from_hours(100), far).await.unwrap(), 0, "too young");
    assert_eq!(b.sweep(SignedDuration::from_hours(24), far).await.unwrap(), 2);
    assert!(b.read_all(&kept, 100).await.is_ok());
    assert!(b.read_all(&orphan, 100).await.is_err());
});

on_places!(an_upload_goes_on_where_it_broke_off, |u| {
    let b = u.blobs().await;
    let body = content(250_000);
    let part = 100_000;
    let up = b
        .begin_upload(
            NewUpload {
                case_id: "case-1".into(),
                org: "a".into(),
                actor: "u".into(),
                name: "示例材料（虚构）.pdf".into(),
                media: "application/pdf".into(),
                size: body.len() as u64,
                data: "{}".into(),
            },
            200 << 20,
            now(),
        )
        .await
        .unwrap();
    let send = |offset: usize, end: usize| {
        let piece = Bytes::from(body[offset..end].to_vec());
        let digest = sha256(&piece);
        b.upload_part(&up.id, "a", offset as u64, Some(digest), piece, now())
    };
    assert_eq!(send(0, part).await.unwrap().received, 100_000);
    // The answer was lost; the client sends again and is told where it is.
    assert!(matches!(send(0, part).await, Err(Error::Upload(UploadProblem::WrongOffset { expected: 100_000 }))));
    let wrong = b.upload_part(&up.id, "a", 100_000, Some(sha256(b"other")), Bytes::from_static(b"this"), now()).await;
    assert!(matches!(wrong, Err(Error::Upload(UploadProblem::WrongDigest))));
    let huge = Bytes::from(vec![0; usize::try_from(PART).unwrap() + 1]);
    let r = b.upload_part(&up.id, "a", 100_000, None, huge, now()).await;
    assert!(matches!(r, Err(Error::Upload(UploadProblem::TooLarge { max: 150_000 }))), "{r:?}");
    assert!(matches!(
        b.finish_upload(&up.id, "a", "application/pdf", now()).await,
        Err(Error::Upload(UploadProblem::Incomplete { .. }))
    ));
    assert!(matches!(b.upload_part(&up.id, "b", 100_000, None, Bytes::new(), now()).await, Err(Error::NotFound("upload"))));
    // Two copies of the same part at once: one is stored.
    let (x, y) = tokio::join!(send(part, 2 * part), send(part, 2 * part));
    assert!(x.is_ok() != y.is_ok() || x.is_ok(), "{x:?} {y:?}");
    assert_eq!(u.store.reader().await.unwrap().upload(&up.id, "a").await.unwrap().received, 200_000);
    assert_eq!(u.store.reader().await.unwrap().upload(&up.id, "a").await.unwrap().name, "示例材料（虚构）.pdf");
    send(2 * part, body.len()).await.unwrap();
    let (x, y) = tokio::join!(
        b.finish_upload(&up.id, "a", "application/pdf", now()),
        b.finish_upload(&up.id, "a", "application/pdf", now())
    );
    let (x, y) = (x.unwrap(), y.unwrap());
    assert_eq!(x.id, y.id);
    assert_eq!(b.read_all(&x, 1 << 30).await.unwrap(), body);
    assert_eq!(u.store.reader().await.unwrap().blobs_of("case-1").await.unwrap().len(), 1);
    let far = jiff::Timestamp::now() + SignedDuration::from_hours(48);
    b.sweep(SignedDuration::from_hours(1), far).await.unwrap();
    assert_eq!(u.all().await.len(), 1, "no part is left");
});

on_places!(an_upload_given_up_is_swept, |u| {
    let b = u.blobs().await;
    let new = NewUpload {
        case_id: "c".into(),
        org: "a".into(),
        actor: "u".into(),
        name: "n".into(),
        media: String::new(),
        size: 10,
        data: "{}".into(),
    };
    let up = b.begin_upload(new, 100, now()).await.unwrap();
    b.upload_part(&up.id, "a", 0, None, Bytes::from_static(b"12345"), now()).await.unwrap();
    assert_eq!(b.sweep_uploads(SignedDuration::from_hours(24), now()).await.unwrap(), 0);
    assert_eq!(b.sweep_uploads(SignedDuration::from_hours(24), now() + SignedDuration::from_hours(25)).await.unwrap(), 1);
    assert!(u.all().await.is_empty());
    assert!(matches!(
        b.upload_part(&up.id, "a", 5, None, Bytes::from_static(b"6"), now()).await,
        Err(Error::Upload(UploadProblem::Closed))
    ));
});

on_places!(a_file_travels_into_a_backup_and_back, |u| {
    let b = u.blobs().await;
    let copies = u.dir.path().join("copies");
    std::fs::create_dir(&copies).unwrap();
    for (i, n) in [10, (8 << 20) - 139, 20 << 20].into_iter().enumerate() {
        let blob = b.put_bytes(&new(1 << 30), content(n), now()).await.unwrap();
        let copy = copies.join(i.to_string());
        let (size, digest) = b.copy_out(&blob.object, &copy).await.unwrap().expect("it is there");
        let stored = std::fs::read(&copy).unwrap();
        assert_eq!((size, digest), (stored.len() as u64, sha256(&stored)));
        u.remove(&blob.object).await;
        assert!(b.copy_out(&blob.object, &copies.join("none")).await.unwrap().is_none());
        b.copy_in(&blob.object, &copy).await.unwrap();
        assert_eq!(b.read_all(&blob, 1 << 30).await.unwrap(), content(n));
    }
    b.probe().await.unwrap();
    assert_eq!(u.all().await.len(), 3, "a probe leaves nothing");
});
