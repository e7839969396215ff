//! A browser reduced to what a submission needs: one connection per request, cookies, and the
//! habit of people to try again when the line breaks.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// An answer that arrived whole.
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub cookies: Vec<(String, String)>,
    pub text: String,
}

impl Answer {
    /// The value of the first hidden input of a name.
    pub fn hidden(&self, name: &str) -> Option<&str> {
        let mark = format!("name=\"{name}\" value=\"");
        Some(self.text.split_once(&mark)?.1.split_once('"')?.0)
    }
}

fn cut(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, what.to_owned())
}

/// Sends one request and reads the answer to its end. An answer that was cut off is an error:
/// the browser did not see it.
pub async fn send(at: SocketAddr, method: &str, path: &str, cookie: &str, form: &str) -> io::Result<Answer> {
    let work = async {
        let mut line = TcpStream::connect(at).await?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            form.len()
        );
        line.write_all(head.as_bytes()).await?;
        line.write_all(form.as_bytes()).await?;
        let mut all = Vec::new();
        line.read_to_end(&mut all).await?;
        read(&all)
    };
    tokio::time::timeout(Duration::from_mins(1), work).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

fn read(all: &[u8]) -> io::Result<Answer> {
    let end = all.windows(4).position(|w| w == b"\r\n\r\n").ok_or_else(|| cut("no head"))?;
    let head = String::from_utf8_lossy(&all[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|l| l.split(' ').nth(1)).and_then(|s| s.parse().ok()).ok_or_else(|| cut("no status"))?;
    let (mut location, mut cookies, mut length, mut chunked) = (String::new(), Vec::new(), None, false);
    for (name, value) in lines.filter_map(|l| l.split_once(": ")) {
        match name.to_ascii_lowercase().as_str() {
            "location" => value.clone_into(&mut location),
            "content-length" => length = value.parse::<usize>().ok(),
            "transfer-encoding" => chunked = value.contains("chunked"),
            "set-cookie" => {
                let pair = value.split(';').next().unwrap_or_default();
                if let Some((k, v)) = pair.split_once('=') {
                    cookies.push((k.to_owned(), v.to_owned()));
                }
            }
            _ => {}
        }
    }
    let body = &all[end + 4..];
    let whole = if chunked { body.ends_with(b"0\r\n\r\n") } else { length.is_none_or(|n| body.len() == n) };
    if !whole {
        return Err(cut("body"));
    }
    Ok(Answer { status, location, cookies, text: String::from_utf8_lossy(body).into_owned() })
}
