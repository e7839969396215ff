//! Which account is which person of the roster that a body filed (item 3 of the guide).
//!
//! An administrator of the body says it, and it holds only while it is true of the filed roster:
//! the person stands on it, and its name is the name of the account, character for character. So
//! nobody becomes an auditor by a tick in a list (M 12(1)(iii), CAR 14).

use std::collections::{BTreeMap, BTreeSet};

use guosuo_case::filing::{Filing, Person};
use guosuo_case::{Actor, OrgId, OrgKind};
use guosuo_store::{Error, Origin, Reader, Tx};
use jiff::Timestamp;

/// Accounts and the person that each of them is.
pub type Links = BTreeMap<String, String>;

fn key(body: &str) -> String {
    format!("certification.roster.{body}")
}

/// The roster of the filing by which the body is on the list; empty when it is not.
///
/// # Errors
/// When the store cannot be read.
pub async fn filed(reader: &mut Reader, body: &str) -> Result<Vec<Person>, Error> {
    let Some(row) = reader.filings_of(body).await?.into_iter().find(|f| f.phase == "filed") else { return Ok(Vec::new()) };
    Ok(reader.case::<Filing>(&row.case_id).await?.state.map(|f| f.dossier.people).unwrap_or_default())
}

/// What the administrators of a body have said.
///
/// # Errors
/// When the store cannot be read.
pub async fn links(reader: &mut Reader, body: &str) -> Result<Links, Error> {
    Ok(reader.setting::<Links>(&key(body)).await?.unwrap_or_default())
}

/// The accounts of a body that are people of its filed roster.
///
/// # Errors
/// When the store cannot be read.
pub async fn people(reader: &mut Reader, body: &str) -> Result<BTreeSet<String>, Error> {
    let links = links(reader, body).await?;
    if links.is_empty() {
        return Ok(BTreeSet::new());
    }
    let roster = filed(reader, body).await?;
    let accounts = reader.accounts(body).await?;
    Ok(accounts
        .into_iter()
        .filter(|a| links.get(&a.id).is_some_and(|id| roster.iter().any(|p| p.id == *id && p.name == a.name)))
        .map(|a| a.id)
        .collect())
}

/// Another body on whose filed roster the acting person stands as well, by the number of the
/// identity document (CAR 14: one person practises in one body).
///
/// # Errors
/// When the store cannot be read.
pub async fn practises_elsewhere(reader: &mut Reader, actor: &Actor) -> Result<Option<OrgId>, Error> {
    if actor.org_kind != OrgKind::Body {
        return Ok(None);
    }
    let own = actor.org.as_str();
    let links = links(reader, own).await?;
    let Some(person) = links.get(actor.user.as_str()) else { return Ok(None) };
    let roster = filed(reader, own).await?;
    let Some(document) = roster.iter().find(|p| p.id == *person).map(|p| p.doc_number.clone()).filter(|d| !d.is_empty()) else {
        return Ok(None);
    };
    for other in reader.organisations(Some(OrgKind::Body), None).await? {
        if other.id != own && filed(reader, &other.id).await?.iter().any(|p| p.doc_number == document) {
            return Ok(Some(OrgId(other.id)));
        }
    }
    Ok(None)
}

/// Says which person of the filed roster an account is, or that it is none. Recorded as an act.
///
/// # Errors
/// [`Error::Constraint`] `roster` when the account is not of the body, or the person is not on
/// the filed roster, has another name, or is another account already.
pub async fn link(
    tx: &mut Tx,
    body: &str,
    account: &str,
    person: Option<&str>,
    origin: &Origin,
    now: Timestamp,
) -> Result<(), Error> {
    let no = || Error::Constraint("roster".into());
    let reader = tx.reader().await?;
    let found = reader.account(account).await?.filter(|a| a.org == body).ok_or_else(no)?;
    let mut all = links(reader, body).await?;
    match person {
        None => {
            all.remove(account);
        }
        Some(id) => {
            let roster = filed(reader, body).await?;
            let fits = roster.iter().any(|p| p.id == id && p.name == found.name);
            let taken = all.iter().any(|(a, p)| p == id && a != account);
            if !fits || taken {
                return Err(no());
            }
            all.insert(account.to_owned(), id.to_owned());
        }
    }
    tx.set_setting(&key(body), &all, origin, now).await
}
