//! What programs of organisations use: tokens, the feed of what happened in their cases, the
//! addresses that are called, and the signatures of witnesses under heads of the log.

mod cosign;
mod feed;
mod hooks;
mod tokens;

pub use cosign::Cosignature;
pub use feed::FeedRow;
pub(crate) use feed::{of_application, of_certificate, of_filing};
pub use hooks::{Delivery, DueDelivery, NewWebhook, Webhook, WebhookState};
pub use tokens::{Grant, NewToken, Token};

/// The statements of this room, for the catalogue test.
pub(crate) const CATALOGUES: &[&[(&str, &str)]] = &[cosign::CATALOGUE, feed::CATALOGUE, hooks::CATALOGUE, tokens::CATALOGUE];
