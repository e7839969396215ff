//! What anyone may read without signing in: the register of filed bodies, the publications,
//! the guide of the matter, the log, and the addresses of operations.

pub(crate) mod address;
pub mod bodies;
pub mod body;
pub mod certificate;
pub mod certificate_data;
pub mod certificates;
pub mod guesses;
pub mod guide;
pub mod home;
pub mod import;
pub mod log;
pub mod machine;
pub mod memory;
pub mod ops;
pub mod publications;
pub mod remember;

use axum::response::Redirect;
use guosuo_case::Right;
use guosuo_store::RegisteredBody;
use jiff::civil::Date;

use crate::app::Cx;
use crate::router::Routes;
use crate::web::Lang;
use crate::web::components::Tone;

pub use import::import_published;

/// The addresses of this room.
pub fn routes(r: Routes) -> Routes {
    let r = r
        .get("/", Right::PublicRead, home::show)
        .get("/bodies", Right::PublicRead, bodies::show)
        .get("/bodies.json", Right::PublicRead, machine::json)
        .get("/bodies.csv", Right::PublicRead, machine::csv)
        .get("/bodies/feed.xml", Right::PublicRead, machine::feed)
        .get("/bodies/{id}", Right::PublicRead, body::show)
        .get("/certificates", Right::PublicRead, certificates::show)
        .get("/certificates.json", Right::PublicRead, certificates::json)
        .get("/certificates/keys.json", Right::PublicRead, certificate_data::keys)
        .get("/certificates/changes.json", Right::PublicRead, certificate_data::changes)
        .get("/certificates/status/{list}", Right::PublicRead, certificate_data::status_list)
        .get("/certificates/{number}", Right::PublicRead, certificate::show)
        .get("/certificates/{number}/signed.json", Right::PublicRead, certificate_data::signed)
        .get("/certificates/{number}/evidence.json", Right::PublicRead, certificate_data::evidence)
        .get("/V/{code}", Right::PublicRead, certificate::code)
        .get("/publications", Right::PublicRead, publications::list)
        .get("/publications/{id}", Right::PublicRead, publications::show)
        .get("/guide", Right::PublicRead, guide::overview)
        .get("/guide/filing", Right::PublicRead, guide::show)
        .get("/log", Right::PublicRead, log::show)
        .get("/log/checkpoint", Right::PublicRead, log::checkpoint)
        .get("/log/tile/{*path}", Right::PublicRead, log::tile)
        .get("/healthz", Right::PublicRead, ops::alive)
        .get("/readyz", Right::PublicRead, ops::ready)
        .get("/metrics", Right::PublicRead, ops::metrics);
    r.get("/site-map", Right::PublicRead, async |cx: Cx| Redirect::permanent(&cx.l().href("/sitemap"))).get(
        "/statement",
        Right::PublicRead,
        async |cx: Cx| Redirect::permanent(&cx.l().href("/about")),
    )
}

/// A body's status in words and its colour family.
pub(crate) fn status_words(l: Lang, status: &str) -> (&'static str, Tone) {
    match status {
        "filed" => (l.t("已备案", "Filed"), Tone::Ok),
        "removed" => (l.t("已移出名录", "Removed"), Tone::Mute),
        _ => (l.t("状态待定", "No status yet"), Tone::Mute),
    }
}

/// A stored day in words; the text as it stands when it is no day.
pub(crate) fn day(l: Lang, stored: &str) -> String {
    stored.parse::<Date>().map_or_else(|_| stored.to_owned(), |d| l.date(d).words)
}

/// One row of a list of bodies.
pub(crate) struct BodyLine {
    /// Address of its page.
    pub(crate) href: String,
    /// Name.
    pub(crate) name: String,
    /// Credit code, or empty.
    pub(crate) code: String,
    /// Filing number, or words that say why there is none.
    pub(crate) number: String,
    /// Day of the filing.
    pub(crate) filed: String,
    /// Status in words.
    pub(crate) status: &'static str,
    /// Its colour family.
    pub(crate) tone: Tone,
    /// Since when.
    pub(crate) since: String,
}

impl BodyLine {
    pub(crate) fn new(l: Lang, b: &RegisteredBody) -> Self {
        let (status, tone) = status_words(l, &b.status);
        Self {
            href: l.href(address::body(&b.id, &b.number)),
            name: b.name.clone(),
            code: b.credit_code.clone(),
            number: number(l, &b.number),
            filed: b.filed.clone(),
            status,
            tone,
            since: b.since.clone(),
        }
    }
}

/// The filing number, or that the source gives none.
pub(crate) fn number(l: Lang, number: &str) -> String {
    if number.is_empty() { l.t("公告未列编号", "None in the notice").to_owned() } else { number.to_owned() }
}
