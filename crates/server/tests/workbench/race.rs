//! Two who decide at the same moment, over real connections and on both databases: one decides, the other is told what
//! has become of the case, and nothing that was typed is lost.

use std::net::SocketAddr;

use axum::ServiceExt;
use axum::extract::Request;
use guosuo::testing::Answer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::bench::Bench;

/// Times that two people race.
const ROUNDS: usize = 6;

type Fields = Vec<(String, String)>;

/// One form over a connection of its own.
async fn send(at: SocketAddr, path: String, cookies: String, fields: Fields) -> (u16, String) {
    let encoded = |t: &str| t.bytes().fold(String::new(), |out, b| format!("{out}%{b:02X}"));
    let body = fields.iter().map(|(n, v)| format!("{n}={}", encoded(v))).collect::<Vec<_>>().join("&");
    let mut line = TcpStream::connect(at).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\nCookie: {cookies}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    line.write_all(head.as_bytes()).await.unwrap();
    let mut all = Vec::new();
    line.read_to_end(&mut all).await.unwrap();
    let text = String::from_utf8_lossy(&all).into_owned();
    (text.split(' ').nth(1).unwrap().parse().unwrap(), text)
}

fn form(page: &Answer, reasons: &str) -> Fields {
    [("outcome", "certify"), ("reasons", reasons), ("version", &page.hidden("version")), ("idem", &page.hidden("idem"))]
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .into()
}

async fn one_of_two_decides(b: Bench) {
    b.until_audited(false).await;
    b.does("evaluator", "evaluate", &[("recommends", "certify"), ("summary", "示例")]).await;
    b.declare(&["certifier2"]).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let service = b.app.service.clone();
    let server = tokio::spawn(async move { axum::serve(listener, ServiceExt::<Request>::into_make_service(service)).await });
    let path = format!("{}/acts/sign", b.at());
    for round in 0..ROUNDS {
        let (one, two) = (b.get("certifier", &path).await, b.get("certifier2", &path).await);
        let (a, c) = (b.client("certifier").await, b.client("certifier2").await);
        let left = tokio::spawn(send(at, path.clone(), a.cookie_header(), form(&one, "甲的理由")));
        let right = tokio::spawn(send(at, path.clone(), c.cookie_header(), form(&two, "乙的理由")));
        let answers = [left.await.unwrap(), right.await.unwrap()];
        let won = answers.iter().filter(|x| x.0 == 303).count();
        assert_eq!(won, 1, "round {round}: {} {}", answers[0].0, answers[1].0);
        let lost = answers.iter().find(|x| x.0 != 303).unwrap();
        assert_eq!(lost.0, 409, "{}", lost.1);
        assert!(lost.1.contains("待负责人签"), "the state that the other one has made: {}", lost.1);
        assert!(lost.1.contains("第二十一条") && lost.1.contains("现在可以办理"), "the article and what is possible: {}", lost.1);
        assert!(lost.1.contains("的理由"), "what was typed is not lost: {}", lost.1);
        b.does("head", "return-conclusion", &[("reason", "示例退回")]).await;
    }
    server.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_who_decide_at_once_over_the_network_decide_once_on_sqlite() {
    one_of_two_decides(Bench::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_who_decide_at_once_over_the_network_decide_once_on_postgresql() {
    let Some(b) = Bench::on_postgres().await else { return };
    one_of_two_decides(b).await;
}
