//! What the law of certification needs to know of the outside world, gathered in one place: how
//! bodies stand towards the filing, the settings, the roster that a body filed, numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use guosuo_case::certificate;
use guosuo_case::certification::{self, Application, Config, StageDays, Standing};
use guosuo_case::{Actor, CaseId, OrgId, OrgKind};
use guosuo_rules::calendar::Calendar;
use guosuo_store::accounts::OrgStatus;
use guosuo_store::{Error, Reader};
use jiff::civil::Date;

use super::roster;

/// The setting with what the law leaves open.
pub const CONFIG: &str = "certification.config";

/// Most entries of the register that are looked at.
const MOST: u32 = 2000;

/// The setting with the limits of the stages that one body has published (R37 4.6).
pub fn stage_days_key(body: &str) -> String {
    format!("certification.stage_days.{body}")
}

/// The settings of the instance, with the limits of the stages of one body.
///
/// # Errors
/// When the store cannot be read or a setting does not make sense.
pub async fn config(reader: &mut Reader, body: Option<&OrgId>) -> Result<Config, Error> {
    let mut config = reader.setting::<Config>(CONFIG).await?.unwrap_or_default();
    if let Some(body) = body
        && let Some(days) = reader.setting::<StageDays>(&stage_days_key(body.as_str())).await?
    {
        config.stage_days = days;
    }
    Ok(config)
}

/// A body as an applicant may meet it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Its organisation here; empty when it has no account.
    pub org: String,
    /// Its name.
    pub name: String,
    /// 备案编号; empty when it is not on the list.
    pub number: String,
    /// Since when it stands as it does; empty when nothing was recorded.
    pub since: String,
    /// How it stands (M 12).
    pub standing: Standing,
}

impl Body {
    /// Filed, and with an account here (M 7(1)).
    pub fn can_be_chosen(&self) -> bool {
        self.standing == Standing::Filed && !self.org.is_empty()
    }
}

/// How one body stands towards the filing, with its name; `None` when there is no such body.
///
/// # Errors
/// When the store cannot be read.
pub async fn body(reader: &mut Reader, org: &OrgId, today: Date) -> Result<Option<(String, Standing)>, Error> {
    let Some(o) = reader.organisation(org.as_str()).await?.filter(|o| o.kind == OrgKind::Body) else { return Ok(None) };
    let entries = reader.bodies(today, "", MOST).await?;
    let code = o.credit_code.as_deref().unwrap_or_default();
    let mine = entries.iter().filter(|b| b.org == o.id || (b.org.is_empty() && !code.is_empty() && b.credit_code == code));
    let statuses: Vec<&str> = mine.map(|b| b.status.as_str()).collect();
    let standing = if statuses.contains(&"filed") {
        if o.status == OrgStatus::Suspended { Standing::Suspended } else { Standing::Filed }
    } else if statuses.contains(&"removed") {
        Standing::Removed
    } else {
        let filings = reader.filings_of(&o.id).await?;
        let any = |phase: &str| filings.iter().any(|f| f.phase == phase);
        if any("under_review") {
            Standing::UnderReview
        } else if any("refused") || filings.iter().any(|f| f.phase == "withdrawn" && f.submitted > 0) {
            Standing::Refused
        } else {
            Standing::NotFiled
        }
    };
    Ok(Some((o.name, standing)))
}

/// What an applicant may know of how a body stands: the public register, and nothing of a filing
/// that is under review or was refused.
fn public(standing: Standing) -> Standing {
    match standing {
        Standing::UnderReview | Standing::Refused => Standing::NotFiled,
        other => other,
    }
}

/// Every body of the public register, those that were removed with the reason why they cannot be
/// chosen (M 7(1)).
///
/// # Errors
/// When the store cannot be read.
pub async fn bodies(reader: &mut Reader, today: Date) -> Result<Vec<Body>, Error> {
    let entries = reader.bodies(today, "", MOST).await?;
    let mut out = Vec::new();
    let mut listed = BTreeSet::new();
    for o in reader.organisations(Some(OrgKind::Body), None).await? {
        let org = OrgId(o.id.clone());
        let Some((name, standing)) = body(reader, &org, today).await? else { continue };
        if public(standing) == Standing::NotFiled {
            continue;
        }
        let code = o.credit_code.as_deref().unwrap_or_default();
        let entry =
            entries.iter().rev().find(|b| b.org == o.id || (b.org.is_empty() && !code.is_empty() && b.credit_code == code));
        listed.extend(entry.map(|e| e.id.clone()));
        out.push(Body {
            org: o.id,
            name,
            number: entry.map(|e| e.number.clone()).unwrap_or_default(),
            since: entry.map(|e| e.since.clone()).unwrap_or_default(),
            standing,
        });
    }
    for e in entries.into_iter().filter(|e| e.org.is_empty() && !listed.contains(&e.id)) {
        let standing = if e.status == "filed" { Standing::Filed } else { Standing::Removed };
        out.push(Body { org: String::new(), name: e.name, number: e.number, since: e.since, standing });
    }
    out.sort_by_key(|b| (b.standing != Standing::Filed, b.org.is_empty(), b.name.clone()));
    Ok(out)
}

/// The facts for an act on an application; the number of the receipt is the caller's to take.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_application(
    reader: &mut Reader,
    calendar: Arc<Calendar>,
    actor: &Actor,
    application: Option<&Application>,
    choosing: Option<&OrgId>,
    today: Date,
) -> Result<certification::Facts, Error> {
    let chosen = application.and_then(|a| a.dossier.body.as_ref()).map(|b| &b.org);
    let mut bodies = BTreeMap::new();
    for org in chosen.into_iter().chain(choosing) {
        if !bodies.contains_key(org)
            && let Some((name, standing)) = body(reader, org, today).await?
        {
            let standing = if actor.org_kind == OrgKind::Processor { public(standing) } else { standing };
            bodies.insert(org.clone(), (name, standing));
        }
    }
    let config = Arc::new(config(reader, chosen.or(choosing)).await?);
    let (roster, practises_elsewhere) = match chosen {
        Some(body) => (
            roster::people(reader, body.as_str()).await?.into_iter().map(Into::into).collect(),
            roster::practises_elsewhere(reader, actor).await?,
        ),
        None => Default::default(),
    };
    Ok(certification::Facts { calendar, config, bodies, roster, practises_elsewhere, next_number: 0 })
}

/// Which certificate an act is about.
#[derive(Debug, Clone, Copy)]
pub struct Certified<'a> {
    /// Its case.
    pub case: &'a str,
    /// The body that issued it, or would.
    pub body: &'a OrgId,
    /// Applications that the command names.
    pub applications: &'a [CaseId],
    /// The number that an issue would take, else empty.
    pub number: &'a str,
}

/// The facts for an act on a certificate.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_certificate(
    reader: &mut Reader,
    calendar: Arc<Calendar>,
    actor: &Actor,
    of: Certified<'_>,
    today: Date,
) -> Result<certificate::Facts, Error> {
    let Certified { case, body: body_org, applications, number } = of;
    let standing = body(reader, body_org, today).await?.map_or(Standing::NotFiled, |b| b.1);
    let mut known = BTreeMap::new();
    for id in applications {
        if let Some(a) = reader.application(id.as_str()).await?
            && let Some(state) = reader.case::<Application>(&a.case_id).await?.state
        {
            known.insert(id.clone(), Arc::new(state));
        }
    }
    let mut numbers = BTreeSet::new();
    if !number.is_empty() && reader.certificate_number_used(body_org.as_str(), number).await? {
        numbers.insert(number.to_owned());
    }
    Ok(certificate::Facts {
        calendar,
        config: Arc::new(config(reader, Some(body_org)).await?),
        certificate: CaseId(case.to_owned()),
        applications: known,
        standing,
        numbers: Arc::new(numbers),
        roster: roster::people(reader, body_org.as_str()).await?.into_iter().map(Into::into).collect(),
        practises_elsewhere: roster::practises_elsewhere(reader, actor).await?,
    })
}
