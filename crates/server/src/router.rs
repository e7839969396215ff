//! The table of addresses. A route cannot be added without the right that it needs; the
//! table is compared with the committed text `docs/routes.txt`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodFilter, on};
use futures::future::BoxFuture;
use guosuo_case::{Object, Right, allow};

use crate::app::App;
use crate::auth::SignedIn;
use crate::error::Error;
use crate::web::lang::Lang;

/// A handler without its type: what lies around it is compiled once, not once for every address.
type Erased = Arc<dyn Fn(Request, App) -> BoxFuture<'static, Response> + Send + Sync>;

fn erased<H, T>(handler: H) -> Erased
where
    H: Handler<T, App>,
    T: 'static,
{
    Arc::new(move |request, app| Box::pin(handler.clone().call(request, app)))
}

/// One address of the service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// The path pattern.
    pub path: &'static str,
    /// The method.
    pub method: &'static str,
    /// The right that it needs.
    pub right: Right,
}

/// Routes being collected.
pub struct Routes {
    router: Router<App>,
    table: Vec<Route>,
}

impl Default for Routes {
    fn default() -> Self {
        Self { router: Router::new(), table: Vec::new() }
    }
}

impl Routes {
    /// Adds a page or a download.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, right: Right, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(MethodFilter::GET, "GET", path, right, erased(handler))
    }

    /// Adds an act.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, right: Right, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(MethodFilter::POST, "POST", path, right, erased(handler))
    }

    /// Adds an act of the interface that replaces or continues something (`PUT`).
    #[must_use]
    pub fn put<H, T>(self, path: &'static str, right: Right, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(MethodFilter::PUT, "PUT", path, right, erased(handler))
    }

    /// Adds a part of an upload (`PATCH`).
    #[must_use]
    pub fn patch<H, T>(self, path: &'static str, right: Right, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(MethodFilter::PATCH, "PATCH", path, right, erased(handler))
    }

    fn add(mut self, filter: MethodFilter, method: &'static str, path: &'static str, right: Right, handler: Erased) -> Self {
        self.table.push(Route { path, method, right });
        let handler = move |State(app): State<App>, request: Request| handler(request, app);
        let guarded = on(filter, handler).route_layer(middleware::from_fn(move |request, next| guard(right, request, next)));
        self.router = self.router.route(path, guarded);
        self
    }

    /// The routes and their table.
    pub fn finish(mut self) -> (Router<App>, Vec<Route>) {
        self.table.sort();
        (self.router, self.table)
    }
}

/// Asks the one function of `case` before any handler runs. What belongs to one
/// organisation or one case is asked again by the store with its object.
async fn guard(right: Right, request: Request, next: Next) -> Response {
    let signed = request.extensions().get::<SignedIn>();
    if allow(signed.map(|s| &*s.actor), right, &Object::None) {
        return next.run(request).await;
    }
    if signed.is_some() {
        return Error::Forbidden.into_response();
    }
    let program = request.uri().path().starts_with("/api/");
    let wants_page = request.method() == Method::GET && !program;
    if wants_page {
        let lang = request.extensions().get::<Lang>().copied().unwrap_or_default();
        let back = request.uri().path_and_query().map_or("/", |p| p.as_str());
        let target = format!("{}?next={}", lang.href("/sign-in"), encode(back));
        return Redirect::to(&target).into_response();
    }
    if !program && crate::auth::resume::is_form(&request) {
        return crate::auth::resume::keep(request).await;
    }
    Error::SignInNeeded.into_response()
}

/// Percent-encodes a value of a query.
pub fn encode(s: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for b in s.bytes() {
        if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b'/') {
            out.push(b as char);
        } else {
            let _ = write!(out, "%{b:02X}");
        }
    }
    out
}
