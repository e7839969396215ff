//! `/healthz`, `/readyz`, `/metrics`: for those who run the instance.

use std::net::SocketAddr;
use std::sync::OnceLock;

use axum::Extension;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::app::{App, Cx};
use crate::auth::session;
use crate::error::Error;

/// The one recorder of the process; `None` when another one was installed before.
fn recorder() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            metrics::set_global_recorder(recorder).ok().map(|()| handle)
        })
        .as_ref()
}

/// Begins to count. Called once when the service is put together; again does nothing.
pub fn begin_metrics() {
    let _ = recorder();
}

/// Puts the samples of the histograms together: until then each takes its own place in memory.
pub(crate) fn upkeep() {
    if let Some(recorder) = recorder() {
        recorder.run_upkeep();
    }
}

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the parts that requests need are there. Names no detail to the outside.
pub async fn ready(cx: Cx) -> Response {
    let store = match cx.app.store.reader().await {
        Ok(mut reader) => reader.ledger_size().await.is_ok(),
        Err(_) => false,
    };
    let press = cx.app.press.is_ok();
    let status = if store { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::json!({ "ready": store, "store": store, "papers": press });
    (status, [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body.to_string()).into_response()
}

/// `GET /metrics` on the main listener: for loopback only, and only while no listener of its
/// own is configured.
///
/// # Errors
/// [`Error::NotFound`] for everybody else.
pub async fn metrics(cx: Cx, peer: Option<Extension<ConnectInfo<SocketAddr>>>, headers: HeaderMap) -> Result<Response, Error> {
    let place = session::place(&headers, peer.map(|p| p.0.0));
    let near = place.parse::<std::net::IpAddr>().map_or(place.is_empty(), |ip| ip.is_loopback());
    if !near || headers.contains_key("x-forwarded-for") || !cx.app.config.metrics_listen.is_empty() {
        return Err(Error::NotFound);
    }
    Ok(numbers(&cx.app).await)
}

/// The numbers in the text form of Prometheus. Gauges are read when they are asked for.
pub async fn numbers(app: &App) -> Response {
    gauges(app).await;
    let text = recorder()
        .map(|h| {
            h.run_upkeep();
            h.render()
        })
        .unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; counts stay far below 2^52")]
async fn gauges(app: &App) {
    let Ok(mut reader) = app.store.reader().await else { return };
    if let Ok(size) = reader.ledger_size().await {
        metrics::gauge!("guosuo_ledger_rows").set(size as f64);
    }
    if let Ok(counts) = reader.job_counts().await {
        for state in ["ready", "running", "parked"] {
            let n: u64 = counts.iter().filter(|c| c.state == state).map(|c| c.count).sum();
            metrics::gauge!("guosuo_jobs", "state" => state).set(n as f64);
        }
    }
}
