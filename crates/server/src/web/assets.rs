//! Style sheet, script and icon, built by `build.rs` and carried in the binary.
//!
//! The address contains a hash of the content, so browsers may keep a file for ever; a new build has new addresses.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// One file of the front end.
#[derive(Debug)]
pub struct Asset {
    /// The name templates use, such as `app.css`.
    pub name: &'static str,
    file: &'static str,
    url: &'static str,
    kind: &'static str,
    raw: &'static [u8],
    brotli: &'static [u8],
    gzip: &'static [u8],
}

/// Every file of the front end.
pub static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The address of an asset, such as `/a/app-0126f737858e.css`; a name that does not exist gives an address that
/// answers 404, and a test reads every template for such names.
#[must_use]
pub fn asset_url(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("/a/unknown", |asset| asset.url)
}

/// `GET /a/{file}`.
pub async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.file == file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let accepts = |coding: &str| {
        headers
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|part| {
                let (name, weight) = part.split_once(';').unwrap_or((part, ""));
                name.trim().eq_ignore_ascii_case(coding) && weight.replace(' ', "") != "q=0"
            })
    };
    let (coding, body) = if accepts("br") && !asset.brotli.is_empty() {
        (Some("br"), asset.brotli)
    } else if accepts("gzip") && !asset.gzip.is_empty() {
        (Some("gzip"), asset.gzip)
    } else {
        (None, asset.raw)
    };
    let mut response = (
        [
            (header::CONTENT_TYPE, asset.kind),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (header::VARY, "accept-encoding"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ],
        body,
    )
        .into_response();
    if let Some(coding) = coding {
        response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static(coding));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_name_only_assets_that_exist() {
        let mut seen = 0;
        for (file, text) in crate::web::lang::tests::templates() {
            for rest in text.split("asset_url(\"").skip(1) {
                let name = rest.split('"').next().unwrap_or_default();
                assert!(ASSETS.iter().any(|asset| asset.name == name), "{file} names the unknown asset {name:?}");
                seen += 1;
            }
        }
        assert!(seen >= 3, "the shell names style, script and icon");
    }

    #[tokio::test]
    async fn an_asset_is_kept_for_ever_and_sent_compressed() {
        let asset = &ASSETS[0];
        let mut headers = HeaderMap::new();
        let plain = serve(Path(asset.file.to_owned()), headers.clone()).await;
        assert_eq!(plain.status(), StatusCode::OK);
        assert_eq!(plain.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
        headers.insert(header::ACCEPT_ENCODING, header::HeaderValue::from_static("gzip, br;q=0"));
        let gzip = serve(Path(asset.file.to_owned()), headers).await;
        if !asset.gzip.is_empty() {
            assert_eq!(gzip.headers()[header::CONTENT_ENCODING], "gzip");
        }
        let gone = serve(Path("app-old.css".to_owned()), HeaderMap::new()).await;
        assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    }
}
