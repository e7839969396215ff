//! Putting an instance together and serving it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use anyhow::Context as _;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt as _;
use axum::{Router, ServiceExt};
use guosuo_case::Right;
use guosuo_paper::{Fonts, Press};
use guosuo_store::{Blobs, Names, Options, RootKey, Store};
use tokio::net::TcpListener;
use tower_http::csrf::CsrfLayer;

use crate::app::{App, Inner};
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, ErrorMark};
use crate::intake::Intake;
use crate::keys::{Keys, Published};
use crate::mail::Mailer;
use crate::public::certificate_data::Lists;
use crate::public::memory::Memory;
use crate::public::remember::Remembering;
use crate::router::{Route, Routes};
use crate::web::errors::ErrorPage;
use crate::web::{Screen, UserBlock, assets, headers, lang, preferences, statements};
use crate::words;

/// Opens everything that an instance needs.
///
/// # Errors
/// With the part that cannot be opened and what would help.
pub async fn open(config: Config, clock: Clock) -> anyhow::Result<App> {
    crate::ops::restore::refuse_half_restored(&config.data)?;
    std::fs::create_dir_all(&config.data).with_context(|| format!("cannot make the data folder {}", config.data.display()))?;
    let key_folder = config.data.join("keys");
    let keys = Keys::open_or_make(&key_folder)?;
    let root_key = RootKey::load_or_create(&key_folder.join("root.key"))?;
    let options = Options { origin: Some(config.log_origin.clone()), ..Options::new(root_key) };
    let store = Store::open(&config.database_url(), options)
        .await
        .with_context(|| format!("cannot open the database {}", without_password(&config.database_url())))?;
    let blobs = Blobs::open(&config.blobs_url(), &store)
        .await
        .with_context(|| format!("cannot open the file store {}", config.blobs_url()))?;
    let press = match Fonts::load().and_then(|f| f.self_test().map(|_| f)) {
        Ok(fonts) => Ok(Press::new(fonts)),
        Err(e) => {
            tracing::error!(error = %e, "PDF output is switched off");
            Err(e.to_string())
        }
    };
    let today = crate::jobs::papers::day(guosuo_rules::time::cst_date(clock.now()))?;
    let published = Published::open(&key_folder, &keys, store.origin(), today)?;
    let mailer = Mailer::new(&config.mail, config.data.join("mail"))?;
    let intake = Intake::new(&config.uploads);
    let memory = Memory::new(&config.register);
    Ok(App::new(Inner {
        config,
        clock,
        store,
        blobs,
        press,
        keys,
        published,
        names: Names::default(),
        memory,
        lists: Lists::default(),
        mailer,
        intake,
        guesses: crate::public::guesses::Guesses::default(),
        limits: crate::api::limit::Limits::default(),
        platforms: crate::reporting::Connections::default(),
        years: crate::preparing::Years::default(),
    }))
}

/// An address without the password in it, for messages.
pub fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => match url[scheme + 3..at].split_once(':') {
            Some((user, _)) => format!("{}{user}:…{}", &url[..scheme + 3], &url[at..]),
            None => url.to_owned(),
        },
        _ => url.to_owned(),
    }
}

/// All addresses of the service with the rights they need.
pub fn routes() -> Routes {
    let r = crate::auth::routes(Routes::default());
    let r = statements(r);
    let r = crate::body::routes(r);
    let r = crate::processor::routes(r);
    let r = crate::workbench::routes(r);
    let r = crate::reporting::routes(r);
    let r = crate::public::routes(r);
    let r = crate::path::routes(r);
    let r = crate::preparing::routes(r);
    let r = crate::authority::routes(r);
    let r = crate::account::routes(r);
    let r = crate::admin::routes(r);
    let r = crate::api::routes(r);
    crate::intake::routes(r)
}

/// The pages that every foot links to.
fn statements(r: Routes) -> Routes {
    r.get("/about", Right::PublicRead, statements::about)
        .get("/accessibility", Right::PublicRead, statements::accessibility)
        .get("/privacy", Right::PublicRead, statements::privacy)
        .get("/help", Right::PublicRead, statements::help)
        .get("/contact", Right::PublicRead, statements::contact)
        .get("/sitemap", Right::PublicRead, statements::sitemap)
}

/// The table of addresses.
pub fn table() -> Vec<Route> {
    routes().finish().1
}

/// The whole service.
pub fn service(app: App) -> Remembering {
    crate::public::ops::begin_metrics();
    let site = Arc::new(app.config.site.clone());
    let (pages, _) = routes().finish();
    let mut csrf = CsrfLayer::new();
    if !app.config.public_origin.is_empty() {
        csrf = CsrfLayer::new().add_trusted_origin(&app.config.public_origin).unwrap_or_default();
    }
    let upload = usize::try_from(app.config.uploads.max_mib).unwrap_or(100).saturating_mul(1 << 20) + (1 << 20);
    let inner = pages
        .route("/a/{file}", get(assets::serve))
        .route("/preferences", get(preferences::set).post(preferences::set))
        .fallback(async || Error::NotFound)
        .method_not_allowed_fallback(async || StatusCode::METHOD_NOT_ALLOWED)
        .layer(DefaultBodyLimit::max(upload))
        .layer(csrf)
        .layer(middleware::from_fn_with_state(app.clone(), crate::public::guesses::slow))
        .layer(middleware::from_fn_with_state(app.clone(), crate::auth::session::recognise))
        .layer(middleware::from_fn_with_state(app.clone(), dress_errors))
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            Error::Fault(anyhow::anyhow!("a handler panicked")).into_response()
        }))
        .layer(middleware::from_fn(number_and_log))
        .layer(middleware::from_fn(headers::harden))
        .layer(tower_http::compression::CompressionLayer::new())
        .with_state(app.clone());
    // What is kept is what would leave: the memory lies around all layers.
    Remembering::new(app, lang::speak(inner, site))
}

/// The header that carries the number of a request.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A number for a request: each of this process is another one, and they begin where no other process does.
pub(crate) fn new_number() -> String {
    /// Odd, so that no number comes again before all have come; large, so that neighbours look different.
    const STEP: u64 = 0x9E37_79B9_7F4B;
    static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| {
        let id = guosuo_store::new_id();
        AtomicU64::new(u64::from_str_radix(&id[id.len() - 12..], 16).unwrap_or_default())
    });
    let number = NEXT.fetch_add(STEP, Ordering::Relaxed) & 0xFFFF_FFFF_FFFF;
    format!("{number:012x}")
}

/// The number of a request, for the log and for the error page.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

async fn number_and_log(mut request: Request, next: Next) -> Response {
    let short = new_number();
    request.extensions_mut().insert(RequestId(short.clone()));
    let method = request.method().clone();
    // The route, never the path: addresses may carry ids and tokens.
    let route = request.extensions().get::<axum::extract::MatchedPath>().map(|p| p.as_str().to_owned());
    let begun = std::time::Instant::now();
    let mut response = next.run(request).await;
    let status = response.status().as_u16();
    let elapsed = begun.elapsed();
    metrics::counter!("guosuo_requests_total", "status" => status.to_string()).increment(1);
    metrics::histogram!("guosuo_request_seconds").record(elapsed.as_secs_f64());
    tracing::info!(request = short, %method, route, status, ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX), "request");
    if let Ok(value) = HeaderValue::try_from(short) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Turns an [`Error`] and bare error answers into designed pages, or problem+json for the
/// interface.
async fn dress_errors(State(app): State<App>, screen: Screen, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map(|r| r.0.clone()).unwrap_or_default();
    let path = request.uri().path();
    let api = path.starts_with("/api/") || path.to_ascii_lowercase().ends_with(".json") || accepts_json(&request);
    let mut screen = screen;
    let response = next.run(request).await;
    let status = response.status();
    let mark = response.extensions().get::<ErrorMark>().cloned();
    let bare = !response.headers().contains_key(header::CONTENT_TYPE)
        || response.headers().get(header::CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"text/plain"));
    if mark.is_none() && !((status.is_client_error() || status.is_server_error()) && bare) {
        return response;
    }
    screen.site = Arc::new(app.config.site.clone());
    screen.user = response.extensions().get::<UserBlock>().cloned();
    let retry = response.headers().get(header::RETRY_AFTER).cloned();
    let mut dressed = dress(&screen, status, mark.as_ref(), &id, api);
    if let Some(r) = retry {
        dressed.headers_mut().insert(header::RETRY_AFTER, r);
    }
    dressed
}

fn accepts_json(request: &Request) -> bool {
    request.headers().get(header::ACCEPT).is_some_and(|a| a.as_bytes().starts_with(b"application/json"))
}

fn dress(screen: &Screen, status: StatusCode, mark: Option<&ErrorMark>, id: &str, api: bool) -> Response {
    let l = screen.lang;
    let refused = mark.and_then(|m| m.refusal.as_ref());
    if api {
        let body = serde_json::json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or_default(),
            "status": status.as_u16(),
            "detail": refused.map_or_else(|| mark.map(|m| m.note.clone()).unwrap_or_default(), |r| words::refusal(l, r)),
            "message": refused.map(|r| words::refusal(l, r)),
            "refusal": refused.map(|r| serde_json::json!({"code": r.code, "article": r.article, "possible_from": r.possible_from})),
            "request": id,
        });
        return (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response();
    }
    let mut page = ErrorPage::new(screen, status, id);
    if let Some(r) = refused {
        page = page.because(words::refusal(l, r));
    }
    if let Some(m) = mark {
        if status == StatusCode::TOO_MANY_REQUESTS {
            page = page.retry_after(m.number);
        }
        if status == StatusCode::PAYLOAD_TOO_LARGE && m.number > 0 {
            let max = m.number;
            page = page.because(l.pick(
                format!("文件超过上限。单个文件不超过{max} MB；请压缩扫描件（200至300 dpi）或者分成几个文件上传。"),
                format!(
                    "The file is too large. Each file may have up to {max} MB; lower the resolution (200 to 300 dpi) or split it."
                ),
            ));
        }
    }
    page.into_response()
}

/// Takes the address of an instance.
///
/// # Errors
/// When it cannot be listened on.
pub async fn listen(address: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; choose another address with --listen, for example 127.0.0.1:0"))
}

/// Serves until told to stop; calls `ready` with the address.
///
/// # Errors
/// When the metrics' own address cannot be listened on; when serving fails.
pub async fn run(app: App, listener: TcpListener, ready: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
    ready(listener.local_addr()?);
    for item in app.config.site.missing() {
        tracing::warn!(item, "an item that a government site must show in its footer is empty");
    }
    if !app.config.metrics_listen.is_empty() {
        serve_metrics(&app).await?;
    }
    let worker = crate::jobs::start(&app);
    let upkeep = tokio::spawn(upkeep(app.clone()));
    let service = ServiceExt::<Request>::into_make_service_with_connect_info::<SocketAddr>(service(app));
    // What is ready leaves at once: an answer is written in one piece.
    let listener = listener.tap_io(|connection| {
        let _ = connection.set_nodelay(true);
    });
    let served = axum::serve(listener, service).with_graceful_shutdown(stopped()).await;
    // What it was doing is claimed for minutes and comes back then; nothing is half done.
    worker.abort();
    upkeep.abort();
    Ok(served?)
}

/// What runs beside the service for its own sake: the index of names is filled before somebody waits for
/// it, and samples of the metrics are put together, also where nobody reads them.
async fn upkeep(app: App) {
    match app.store.reader().await {
        Ok(mut reader) => {
            if let Err(e) = app.names.follow(&mut reader).await {
                tracing::warn!(error = %e, "the index of names could not be filled");
            }
        }
        Err(e) => tracing::warn!(error = %e, "the index of names could not be filled"),
    }
    let mut often = tokio::time::interval(std::time::Duration::from_secs(5));
    loop {
        often.tick().await;
        crate::public::ops::upkeep();
    }
}

/// The numbers on a listener of their own, for everybody who reaches it.
async fn serve_metrics(app: &App) -> anyhow::Result<()> {
    let at = app.config.metrics_listen.clone();
    let listener = TcpListener::bind(&at).await.with_context(|| format!("cannot listen on {at} (metrics_listen)"))?;
    let numbers = async |State(app): State<App>| crate::public::ops::numbers(&app).await;
    let service = Router::new().route("/metrics", get(numbers)).with_state(app.clone());
    tokio::spawn(async move {
        if let Err(e) = axum::serve(listener, service).await {
            tracing::error!(error = %e, "the listener of the metrics ended");
        }
    });
    Ok(())
}

/// Resolves when the process is asked to end.
pub(crate) async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut term) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
            let _ = interrupt.await;
            return;
        };
        tokio::select! { _ = interrupt => {}, _ = term.recv() => {} }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}
