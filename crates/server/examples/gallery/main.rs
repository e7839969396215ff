//! Every shared component with typical, empty and wrong data, in two languages, served for eyes and browser tests.
//!
//! `cargo run -p guosuo --example gallery -- 127.0.0.1:0` prints its address. It is no part of the product.

use std::io::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use guosuo::web::errors::ErrorPage;
use guosuo::web::{Screen, Site, assets, headers, lang, preferences, statements};

// The shell's template names `crate::web`.
pub(crate) use guosuo::web;

mod desk;
mod filing;
mod forms;
mod parts;
mod queue;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let listen = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8099".to_owned());
    let site = Site {
        operator: "示例主管部门（虚构）".to_owned(),
        operator_en: "Example authority (fictitious)".to_owned(),
        site_code: "0000000000".to_owned(),
        icp: "示例ICP备00000000号".to_owned(),
        police: "示例公网安备00000000000000号".to_owned(),
        demo: true,
        ..Site::default()
    };
    let pages = Router::new()
        .route("/", get(filing::landing))
        .route("/gallery/filing", get(filing::filing))
        .route("/gallery/guide", get(filing::guide))
        .route("/gallery/verify", get(filing::verify))
        .route("/gallery/queue", get(queue::show))
        .route("/gallery/queue-empty", get(queue::empty))
        .route("/gallery/desk", get(desk::show))
        .route("/gallery/forms", get(forms::show).post(forms::send))
        .route("/gallery/sign-in", get(forms::sign_in))
        .route("/gallery/parts", get(parts::show))
        .route("/gallery/error/{code}", get(error))
        .route("/gallery/page.svg", get(desk::page_image))
        .route("/preferences", get(preferences::set).post(preferences::set))
        .route("/a/{file}", get(assets::serve))
        .merge(statements::router())
        .fallback(|screen: Screen| async move { ErrorPage::new(&screen, StatusCode::NOT_FOUND, "") });
    let app = lang::speak(pages, Arc::new(site)).layer(from_fn(headers::harden));
    let listener = tokio::net::TcpListener::bind(&listen).await?;
    println!("http://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn error(screen: Screen, Path(code): Path<u16>) -> Response {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut page = ErrorPage::new(&screen, status, "01993c1e-7f4a-7c3e-9d5b-2a6f0c8e4b17");
    if code == 429 {
        page = page.retry_after(60);
    }
    page.into_response()
}
