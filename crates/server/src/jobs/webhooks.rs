//! Calls to the addresses of organisations: lines of the feed go out signed, in order for each case, and come
//! back later and later while the other side does not take them.
//!
//! A call is made at least once: when the answer is lost it is made again with the same number, by which the
//! receiver knows it. Nothing inside the operator's network is called unless the settings name it, redirects are
//! not followed, and the address that was checked is the one that is connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use futures::StreamExt as _;
use guosuo_store::{Delivery, DueDelivery, Error as StoreError, FeedRow, Webhook, new_id};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use serde_json::json;
use sha2::Sha256;

use crate::app::App;
use crate::config::Config;
use crate::web::Lang;

const LEASE: &str = "webhooks";
/// How often whoever holds the calls says so again.
const RENEW: SignedDuration = SignedDuration::from_secs(30);
const NAP: Duration = Duration::from_secs(1);
/// Calls under way at the same time.
const AT_ONCE: usize = 8;
/// Calls of one step.
const BATCH: u32 = 64;
/// Lines of the feed that become deliveries in one transaction.
const LINES: u32 = 500;
/// First pause after a failure; doubles with every further one.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);
const LONGEST: SignedDuration = SignedDuration::from_hours(6);
/// Longest address.
const MOST_URL: usize = 500;

/// Why an address is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It is no address.
    NoAddress,
    /// It is not HTTPS.
    NotHttps,
    /// It carries a name, a password or a fragment.
    Carries,
    /// It leads into a network that is not public.
    Inside,
}

impl Unfit {
    /// In words, with what would be right.
    pub fn words(self, l: Lang) -> String {
        match self {
            Self::NoAddress => l.t(
                "这不是可用的地址，请写成 https://example.cn/hook 的样子，不超过500个字符。",
                "This is no usable address; write it like https://example.cn/hook, with at most 500 characters.",
            ),
            Self::NotHttps => l.t(
                "回调地址必须用 https://。演示环境可以用 http://localhost。",
                "Addresses must be https://. Only the demonstration takes http://localhost.",
            ),
            Self::Carries => l.t(
                "地址里不能有用户名、密码或者“#”。",
                "The address must not carry a name, a password or a fragment.",
            ),
            Self::Inside => l.t(
                "这个地址指向内部网络，不能回调。需要的，请平台管理员在设置 api.webhook_inside 里列出。",
                "The address leads into a network that is not public. If it is meant, the operator names it in api.webhook_inside.",
            ),
        }
        .to_owned()
    }
}

fn v4_is_public(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19)))
}

fn v6_is_public(ip: Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return v4_is_public(v4);
    }
    let s = ip.segments();
    // Only global unicast; without the parts of it that stand for IPv4 addresses or for documents.
    (s[0] & 0xe000) == 0x2000 && s[0] != 0x2002 && !(s[0] == 0x2001 && (s[1] < 0x0200 || s[1] == 0x0db8)) && (s[0] != 0x3fff)
}

/// Whether an address of the network can be called: public ones only.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4_is_public(v4),
        IpAddr::V6(v6) => v6_is_public(v6),
    }
}

fn host_of(url: &Url) -> Option<String> {
    url.host_str().map(|h| h.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase())
}

/// Whether the operator has named the host: its own network is its own business.
fn is_named(config: &Config, host: &str, port: u16) -> bool {
    config.api.webhook_inside.iter().any(|n| n.eq_ignore_ascii_case(host) || n.eq_ignore_ascii_case(&format!("{host}:{port}")))
}

fn is_here(config: &Config, host: &str) -> bool {
    config.site.demo && matches!(host, "localhost" | "127.0.0.1" | "::1")
}

/// Whether an address can be called, as far as it says itself; names are looked up before every call.
///
/// # Errors
/// What is wrong with it.
pub fn fit(config: &Config, text: &str) -> Result<Url, Unfit> {
    // Some parsers drop blanks and controls silently: what is stored is what is called.
    if text.len() > MOST_URL || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Unfit::NoAddress);
    }
    let url = Url::parse(text).map_err(|_| Unfit::NoAddress)?;
    let host = host_of(&url).filter(|h| !h.is_empty()).ok_or(Unfit::NoAddress)?;
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(Unfit::Carries);
    }
    let port = url.port_or_known_default().ok_or(Unfit::NoAddress)?;
    let here = is_here(config, &host);
    match url.scheme() {
        "https" => {}
        "http" if here => {}
        _ => return Err(Unfit::NotHttps),
    }
    if here || is_named(config, &host, port) {
        return Ok(url);
    }
    let literal = host.parse::<IpAddr>();
    if host == "localhost" || host.ends_with(".localhost") || literal.is_ok_and(|ip| !is_public(ip)) {
        return Err(Unfit::Inside);
    }
    Ok(url)
}

/// The signature of a call: HMAC-SHA256 over the moment, a dot and the body.
pub fn signature(secret: &[u8], at: i64, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(at.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

fn signatures(w: &Webhook, at: i64, body: &[u8]) -> String {
    let mut out = format!("t={at},v1={}", signature(&w.secret, at, body));
    if let Some(before) = &w.before {
        out.push_str(",v1=");
        out.push_str(&signature(before, at, body));
    }
    out
}

/// How long to wait after so many failures.
pub fn pause(attempts: i64) -> SignedDuration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(20);
    PAUSE.checked_mul(1 << doublings).unwrap_or(LONGEST).min(LONGEST)
}

async fn call(app: &App, w: &Webhook, row: &FeedRow, now: Timestamp) -> Result<u16, String> {
    let url = fit(&app.config, &w.url).map_err(|e| e.words(Lang::En))?;
    let host = host_of(&url).unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(443);
    let found: Vec<SocketAddr> =
        tokio::net::lookup_host((host.as_str(), port)).await.map_err(|e| format!("name: {e}"))?.collect();
    let free = is_here(&app.config, &host) || is_named(&app.config, &host, port);
    // All of them: a name that leads inside with one of its addresses is not to be trusted with the others.
    if found.is_empty() || (!free && found.iter().any(|a| !is_public(a.ip()))) {
        return Err(Unfit::Inside.words(Lang::En));
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .resolve_to_addrs(&host, &found)
        .timeout(Duration::from_secs(app.config.api.webhook_seconds.max(1)))
        .build()
        .map_err(|e| e.to_string())?;
    let mut message = crate::api::own::change(row);
    message["webhook"] = w.id.clone().into();
    message["organisation"] = w.org.clone().into();
    let body = message.to_string().into_bytes();
    let at = now.as_second();
    let answer = client
        .post(url)
        .header("content-type", "application/json")
        .header("user-agent", concat!("guosuo/", env!("CARGO_PKG_VERSION")))
        .header("guosuo-delivery", format!("{}/{}", w.id, row.n))
        .header("guosuo-signature", signatures(w, at, &body))
        .body(body)
        .send()
        .await;
    match answer {
        Ok(r) if r.status().is_success() => Ok(r.status().as_u16()),
        Ok(r) => Err(format!("status {}", r.status().as_u16())),
        // The address may hold a secret of the receiver: it is not repeated.
        Err(e) => Err(e.without_url().to_string()),
    }
}

/// One delivery: called, and what came of it kept.
async fn deliver(app: App, due: DueDelivery) -> Result<(), StoreError> {
    let now = app.now();
    let mut reader = app.store.reader().await?;
    let Some(w) = reader.webhook(&due.webhook, now).await? else { return Ok(()) };
    let Some(row) = reader.feed_line(&w.org, due.n).await? else { return Ok(()) };
    drop(reader);
    // Names are looked up within the same time: a step ends before another process may call.
    let patience = Duration::from_secs(app.config.api.webhook_seconds.max(1));
    let outcome =
        tokio::time::timeout(patience, call(&app, &w, &row, now)).await.unwrap_or_else(|_| Err("no answer in time".into()));
    let attempts = due.attempts + 1;
    let mut d = Delivery {
        n: due.n,
        case_id: row.case_id.clone(),
        state: "delivered".into(),
        attempts,
        due: now.as_microsecond(),
        status: 0,
        error: String::new(),
        at: now.as_microsecond(),
    };
    match outcome {
        Ok(status) => {
            d.status = i64::from(status);
            metrics::counter!("guosuo_webhooks_total", "outcome" => "delivered").increment(1);
        }
        Err(why) => {
            d.status = why.strip_prefix("status ").and_then(|s| s.parse().ok()).unwrap_or(0);
            d.error = why.chars().take(300).collect();
            let parked = attempts >= i64::from(app.config.api.webhook_attempts);
            d.state = if parked { "parked" } else { "waiting" }.into();
            d.due = (now + pause(attempts)).as_microsecond();
            metrics::counter!("guosuo_webhooks_total", "outcome" => "failed").increment(1);
        }
    }
    app.store.write_with((w.id, d), |tx, (id, d)| Box::pin(async move { tx.delivery_done(id, d).await })).await
}

/// Makes deliveries of what has happened, and makes the calls whose turn it is; answers how many calls.
///
/// # Errors
/// When the store fails. A call that fails is no error: it comes back later.
pub async fn step(app: &App) -> Result<usize, StoreError> {
    let now = app.now();
    let behind = app.store.reader().await?.webhooks_behind().await?;
    for (hook, org) in behind {
        let mut reader = app.store.reader().await?;
        let position = reader.webhook(&hook, now).await?.map_or(0, |w| w.position);
        let Some(last) = reader.feed(&org, position, LINES).await?.last().map(|r| r.n) else { continue };
        drop(reader);
        app.store
            .write_with(hook, move |tx, hook| Box::pin(async move { tx.expand_webhook(hook, last, now).await }))
            .await
            .map_err(|e: StoreError| e)?;
    }
    let due = app.store.reader().await?.deliveries_due(now, BATCH).await?;
    let count = due.len();
    let calls: Vec<_> = due.into_iter().map(|d| deliver(app.clone(), d)).collect();
    let done: Vec<Result<(), StoreError>> = futures::stream::iter(calls).buffer_unordered(AT_ONCE).collect().await;
    done.into_iter().collect::<Result<Vec<()>, _>>()?;
    Ok(count)
}

/// How long whoever fell silent keeps the others from calling: longer than a step that began just before the next renewal
/// can take, since the lines of one case go out in order only as long as one process calls.
pub fn hold(config: &Config) -> SignedDuration {
    let rounds = u64::from(BATCH).div_ceil(AT_ONCE as u64);
    let calls = i64::try_from(rounds.saturating_mul(config.api.webhook_seconds.max(1))).unwrap_or(i64::MAX / 4);
    RENEW + SignedDuration::from_secs(calls) + RENEW
}

/// Calls until the store closes. Of several processes, whether they serve pages or only work, one calls at a time.
pub async fn serve(app: App) {
    if !app.config.api.webhook_calls {
        return;
    }
    let name = format!("{}-{}", std::process::id(), &new_id()[24..]);
    let length = hold(&app.config);
    let mut held: Option<Timestamp> = None;
    loop {
        let now = app.now();
        let mut outcome = Ok(0);
        if held.is_none_or(|t| t > now || now.duration_since(t) >= RENEW) {
            let asked: Result<bool, StoreError> = app
                .store
                .write_with(name.clone(), move |tx, name| Box::pin(async move { tx.lease(LEASE, name, length, now).await }))
                .await;
            match asked {
                Ok(mine) => held = mine.then_some(now),
                Err(e) => (held, outcome) = (None, Err(e)),
            }
        }
        if held.is_some() {
            outcome = step(&app).await;
        }
        match outcome {
            // Full: there may be more.
            Ok(n) if n == BATCH as usize => {}
            Ok(_) => tokio::time::sleep(NAP).await,
            Err(StoreError::Closed) => return,
            Err(e) => {
                tracing::error!(error = %e, "calls to addresses of organisations pause");
                tokio::time::sleep(NAP * 5).await;
            }
        }
    }
}

/// What a receiver gets, as the documents show it.
pub fn sample() -> serde_json::Value {
    json!({
        "n": 7,
        "at": "2026-03-12T01:30:00Z",
        "kind": "application",
        "id": "019cdfe0a07a7d21a2b3c4d5e6f70001",
        "number": "认委〔2026〕001号",
        "seq": 5,
        "event": "submitted",
        "state": "entrusted",
        "webhook": "019cdfe0a07a7d21a2b3c4d5e6f70002",
        "organisation": "example-body"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(demo: bool, inside: &[&str]) -> Config {
        let mut c = Config::default();
        c.site.demo = demo;
        c.api.webhook_inside = inside.iter().map(|s| (*s).to_owned()).collect();
        c
    }

    #[test]
    fn nothing_inside_is_called_unless_the_operator_names_it() {
        let c = config(false, &[]);
        assert!(fit(&c, "https://hooks.example.cn/a?b=1").is_ok());
        for (url, why) in [
            ("http://hooks.example.cn/", Unfit::NotHttps),
            ("ftp://hooks.example.cn/", Unfit::NotHttps),
            ("https://u:p@hooks.example.cn/", Unfit::Carries),
            ("https://hooks.example.cn/#x", Unfit::Carries),
            ("https://127.0.0.1/", Unfit::Inside),
            ("https://2130706433/", Unfit::Inside),
            ("https://0x7f.1/", Unfit::Inside),
            ("https://10.0.0.8/", Unfit::Inside),
            ("https://169.254.169.254/latest/meta-data", Unfit::Inside),
            ("https://100.64.0.1/", Unfit::Inside),
            ("https://[::1]/", Unfit::Inside),
            ("https://[::ffff:10.0.0.8]/", Unfit::Inside),
            ("https://[fd00::1]/", Unfit::Inside),
            ("https://localhost/", Unfit::Inside),
            ("http://localhost:9/", Unfit::NotHttps),
            ("nonsense", Unfit::NoAddress),
            ("https://hooks.example.cn/\u{0}", Unfit::NoAddress),
            (" https://hooks.example.cn/", Unfit::NoAddress),
            ("https://hooks.example.cn/a\nb", Unfit::NoAddress),
            ("https://", Unfit::NoAddress),
        ] {
            assert_eq!(fit(&c, url).err(), Some(why), "{url}");
        }
        assert!(fit(&config(true, &[]), "http://localhost:9/").is_ok(), "the demonstration calls itself");
        let named = config(false, &["hooks.inside:8443", "10.0.0.8"]);
        assert!(fit(&named, "https://10.0.0.8/").is_ok() && fit(&named, "https://hooks.inside:8443/").is_ok());
        assert!(is_public("93.184.215.14".parse().unwrap()) && is_public("2606:2800:21f::1".parse().unwrap()));
    }

    #[test]
    fn a_step_is_over_before_another_process_may_call() {
        for seconds in [1, 10, 60, 600] {
            let mut c = config(false, &[]);
            c.api.webhook_seconds = seconds;
            let longest = i64::try_from(u64::from(BATCH).div_ceil(AT_ONCE as u64) * seconds).unwrap();
            assert!(hold(&c) > RENEW + SignedDuration::from_secs(longest), "{seconds}");
        }
    }

    #[test]
    fn pauses_grow_and_stay_within_reason() {
        assert_eq!(pause(1), PAUSE);
        assert_eq!(pause(3), SignedDuration::from_secs(20));
        assert_eq!(pause(60), LONGEST);
    }

    #[test]
    fn the_signature_is_the_one_that_openssl_makes() {
        // printf '1773279000.{"n":7}' | openssl dgst -sha256 -hmac whsec_example
        assert_eq!(
            signature(b"whsec_example", 1_773_279_000, br#"{"n":7}"#),
            "979eaab04bb3db0548f9348c008343e9ac8fb5d58c629b7362c60e3fb482621c"
        );
    }
}
