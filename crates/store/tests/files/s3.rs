//! What can go wrong on the way to an S3 server and cannot in a folder.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use guosuo_store::{Blobs, Error};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::common::{self, now};
use crate::place::{Place, S3};
use crate::{content, new};

/// A line to the server that breaks after so many bytes, either way, and counts how often it did.
struct Line {
    endpoint: String,
    up: Arc<AtomicU64>,
    down: Arc<AtomicU64>,
    broken: Arc<AtomicU64>,
}

async fn pass(mut from: tokio::net::tcp::OwnedReadHalf, mut to: tokio::net::tcp::OwnedWriteHalf, most: Arc<AtomicU64>) -> bool {
    let (mut passed, mut buffer) = (0, vec![0; 16 << 10]);
    while let Ok(n) = from.read(&mut buffer).await {
        passed += n as u64;
        if n == 0 || to.write_all(&buffer[..n]).await.is_err() {
            return false;
        }
        if passed > most.load(Ordering::SeqCst) {
            return true;
        }
    }
    false
}

impl Line {
    async fn to(endpoint: &str) -> Self {
        let server = endpoint.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let [up, down, broken] = [u64::MAX, u64::MAX, 0].map(|n| Arc::new(AtomicU64::new(n)));
        let (u, d, b) = (up.clone(), down.clone(), broken.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, u, d, b) = (TcpStream::connect(&server).await.unwrap(), u.clone(), d.clone(), b.clone());
                tokio::spawn(async move {
                    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
                    let cut = tokio::select! {
                        cut = pass(from_client, to_server, u) => cut,
                        cut = pass(from_server, to_client, d) => cut,
                    };
                    b.fetch_add(u64::from(cut), Ordering::SeqCst);
                });
            }
        });
        Self { endpoint, up, down, broken }
    }

    fn broken(&self) -> u64 {
        self.broken.swap(0, Ordering::SeqCst)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an S3 server: run by `cargo xtask test`"]
async fn a_line_that_breaks_loses_and_doubles_nothing() {
    let p = Place::s3().await;
    let s3 = p.s3.as_ref().unwrap();
    let line = Line::to(&s3.endpoint).await;
    let b = Blobs::open_with(&s3.url(Some(&line.endpoint)), &p.store, Some((&s3.key, &s3.secret))).await.unwrap();
    // Small (one request) and large (parts): the way there breaks in the middle, again and again.
    for n in [300_000, (11 << 20) + 5] {
        line.up.store(150_000, Ordering::SeqCst);
        let failed = b.put_bytes(&new(1 << 30), content(n), now()).await;
        assert!(matches!(failed, Err(Error::Files(_))), "{failed:?}");
        assert!(line.broken() > 1, "it was tried more than once");
        assert_eq!(p.all().await, Vec::<String>::new(), "nothing is half there");
        assert!(p.store.reader().await.unwrap().blobs_of("case-1").await.unwrap().is_empty());
    }
    line.up.store(u64::MAX, Ordering::SeqCst);
    let blob = b.put_bytes(&new(1 << 30), content(2 << 20), now()).await.unwrap();
    assert_eq!(line.broken(), 0);
    // The way back breaks: reading goes on at the byte where it stopped, in ranges, to the end.
    line.down.store(700_000, Ordering::SeqCst);
    assert_eq!(b.read_all(&blob, 1 << 30).await.unwrap(), content(2 << 20));
    assert!(line.broken() >= 2, "it broke, and was read on");
    // A line that gives nothing at all: an error in the end, not something else for the content.
    line.down.store(0, Ordering::SeqCst);
    let failed = b.read_all(&blob, 1 << 30).await;
    assert!(matches!(failed, Err(Error::Files(_))), "{failed:?}");
    line.down.store(u64::MAX, Ordering::SeqCst);
    assert_eq!(b.verify().await.unwrap(), (1, vec![]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an S3 server: run by `cargo xtask test`"]
async fn a_wrong_key_and_another_bucket_are_refused_by_the_server_and_told() {
    let (u, s3) = (common::sqlite().await, S3::new());
    let wrong = Blobs::open_with(&s3.url(None), &u.store, Some((&s3.key, "another secret"))).await.unwrap();
    let refused = wrong.probe().await;
    assert!(matches!(refused, Err(Error::Files(_))), "{refused:?}");
    let elsewhere = s3.url(None).replace(&s3.bucket, "another-bucket");
    let other = Blobs::open_with(&elsewhere, &u.store, Some((&s3.key, &s3.secret))).await.unwrap();
    assert!(other.probe().await.is_err());
    let right = Blobs::open_with(&s3.url(None), &u.store, Some((&s3.key, &s3.secret))).await.unwrap();
    right.probe().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an S3 server: run by `cargo xtask test`"]
async fn more_objects_than_one_page_of_a_listing_are_swept() {
    let p = Place::s3().await;
    let b = p.blobs().await;
    let kept = b.put_bytes(&new(100), content(50), now()).await.unwrap();
    for n in 0..1_050 {
        p.set(&format!("left/{n:04}"), vec![1]).await;
    }
    let far = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(48);
    assert_eq!(b.sweep(jiff::SignedDuration::from_hours(24), far).await.unwrap(), 1_050);
    assert_eq!(b.read_all(&kept, 100).await.unwrap(), content(50));
    let none = futures::stream::iter([Ok::<_, String>(Bytes::new())]);
    assert_eq!(b.put(&new(100), none, now()).await.unwrap().size, 0);
}
