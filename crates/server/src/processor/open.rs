//! `/processor/applications/new`: who is to be certified, and what for. Applicant and processor may
//! be different parties (R37); an overseas processor acts through its office or representative
//! (M 7(2)).

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use guosuo_case::certificate::Certificate;
use guosuo_case::certification::{Command, MAINLAND, Party, Purpose, is_country};
use guosuo_case::{CaseId, OrgKind, Role};
use guosuo_rules::ids::{self, Options, uscc};
use guosuo_store::accounts::Organisation;
use guosuo_store::new_id;

use super::case::try_act;
use crate::account::checks;
use crate::app::Cx;
use crate::body::case::{fresh_key, idem, page};
use crate::error::{Error, refusal_status};
use crate::web::components::Choice;
use crate::web::{Form, Front, Lang, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "processor/open.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    representative: bool,
    who: Vec<Choice>,
    countries: Vec<Choice>,
    purposes: Vec<Choice>,
    key: String,
}

async fn render(cx: &Cx, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let actor = cx.actor()?;
    let mut purposes = vec![
        Choice::new("new", l.t("首次认证", "A first certificate"))
            .hint(l.t("还没有证书，或者证书已经过期。", "There is no certificate, or it has expired.")),
    ];
    let today = cx.today();
    for c in cx.app.store.reader().await?.certificates_of(actor.org.as_str()).await? {
        if !matches!(c.status_on(today), "valid" | "suspended") {
            continue;
        }
        let until = c.valid_until.parse().map_or_else(|_| c.valid_until.clone(), |d: jiff::civil::Date| l.date(d).words);
        purposes.push(
            Choice::new(
                format!("renewal:{}", c.case_id),
                l.pick(format!("延续证书{}", c.number), format!("Renew certificate {}", c.number)),
            )
            .hint(l.pick(
                format!("有效期至{until}。应当在届满6个月前提出，逾期仍可提出，会作标注。"),
                format!("Valid until {until}. Apply six months before; a later application is taken and marked."),
            )),
        );
        purposes.push(Choice::new(
            format!("change:{}", c.case_id),
            l.pick(format!("变更证书{}的范围", c.number), format!("Change the scope of certificate {}", c.number)),
        ));
    }
    let representative = actor.has(Role::Representative);
    let who = vec![
        Choice::new("self", l.t("本单位", "Our own organisation"))
            .hint(l.t("委托人就是被认证的个人信息处理者。", "The applicant is the processor to be certified.")),
        Choice::new("other", l.t("另一家单位", "Another organisation")).hint(l.t(
            "委托人与被认证的处理者不同，例如集团公司代为委托。",
            "Applicant and processor differ, for example within a group.",
        )),
    ];
    let shell =
        Shell::new(&cx.screen, Front::Processor, l.t("新的认证委托", "A new application")).at("applications").for_form(&form);
    let key = if form.value("idem").is_empty() { fresh_key() } else { form.value("idem").to_owned() };
    page(status, &Page { shell, l, representative, who, countries: words::countries(l, true), purposes, key, form })
}

/// `GET`.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn show(cx: Cx) -> Result<Response, Error> {
    let own = if cx.actor()?.has(Role::Representative) { "other" } else { "self" };
    render(&cx, Form::new().with("purpose", "new").with("who", own), StatusCode::OK).await
}

/// The organisation as a party.
fn party_of(o: &Organisation) -> Party {
    let overseas = !o.details.country.is_empty() && o.details.country != MAINLAND;
    Party {
        org: Some(o.id.as_str().into()),
        name: o.name.clone(),
        address: o.details.address.clone(),
        country: if overseas { o.details.country.clone() } else { MAINLAND.to_owned() },
        code: if overseas { o.details.registration.clone() } else { o.credit_code.clone().unwrap_or_default() },
    }
}

/// Another party as typed; its account here is found by its code or register number.
async fn other_party(cx: &Cx, form: &mut Form) -> Result<Party, Error> {
    let l = cx.l();
    let name = checks::line(form, l, "processor_name", l.t("填写处理者名称。", "Enter the name of the processor."));
    let address = checks::line(form, l, "processor_address", l.t("填写注册地址。", "Enter the registered address."));
    let country = form.trimmed("processor_country").to_owned();
    if !is_country(&country) {
        form.fail("processor_country", l.t("选择国家或者地区。", "Choose a country or region."));
    }
    let mut code = checks::line(
        form,
        l,
        "processor_code",
        l.t("填写统一社会信用代码或者所在地的注册号。", "Enter the credit code, or the number in the register of its country."),
    );
    if country == MAINLAND && !form.bad("processor_code") {
        code = ids::normalise(&code);
        if !uscc::check(&code, None, Options::default()).is_valid() {
            form.fail(
                "processor_code",
                l.t(
                    "统一社会信用代码18位，校验位要对得上。对照证件重新填写。",
                    "A unified social credit code has 18 characters with a check character. Copy it again from the certificate.",
                ),
            );
        }
    }
    let mut reader = cx.app.store.reader().await?;
    let org = if country == MAINLAND {
        reader.organisation_by_code(&code).await?.filter(|o| o.kind == OrgKind::Processor)
    } else {
        let all = reader.organisations(Some(OrgKind::Processor), None).await?;
        all.into_iter().find(|o| o.details.country == country && o.details.registration == code)
    };
    Ok(Party { org: org.map(|o| o.id.into()), name, address, country, code })
}

/// Who is to be certified and what for, as the answers say it; errors stand at their fields, and then there is nothing.
///
/// # Errors
/// When the store fails.
pub(super) async fn read(cx: &Cx, form: &mut Form) -> Result<Option<(Party, Purpose)>, Error> {
    let l = cx.l();
    let actor = cx.actor()?.clone();
    let found = read_purpose(cx, form.value("purpose")).await?;
    if found.is_none() {
        form.fail("purpose", l.t("选一项。", "Choose one."));
    }
    let (purpose, held) = found.unwrap_or((Purpose::New, None));
    let processor = match held {
        Some(holder) => holder,
        None if form.value("who") == "self" => {
            let own = cx.app.store.organisation(actor.org.as_str()).await?.ok_or(Error::NotFound)?;
            party_of(&own)
        }
        None => other_party(cx, form).await?,
    };
    Ok(form.ok().then_some((processor, purpose)))
}

/// `POST`: opens a draft.
///
/// # Errors
/// When the store fails.
pub(super) async fn submit(cx: Cx, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let Some((processor, purpose)) = read(&cx, &mut form).await? else {
        return render(&cx, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let key = idem(form.value("idem"), "application.open", &[processor.name.as_bytes(), form.value("purpose").as_bytes()]);
    match try_act(&cx, &new_id(), Command::Open { processor: Box::new(processor), purpose }, key).await? {
        Ok(acted) => Ok(Redirect::to(&l.href(format!("/processor/applications/{}", acted.case_id))).into_response()),
        Err(r) => {
            form.fail("", words::refusal(l, &r));
            render(&cx, form, refusal_status(&r)).await
        }
    }
}

/// What it is for, and for a renewal or change the holder as certified.
async fn read_purpose(cx: &Cx, value: &str) -> Result<Option<(Purpose, Option<Party>)>, Error> {
    let Some((kind, id)) = value.split_once(':') else {
        return Ok((value == "new").then_some((Purpose::New, None)));
    };
    let loaded = cx.app.store.case_for::<Certificate>(cx.actor()?, id).await?;
    let Some(c) = loaded.state else { return Ok(None) };
    let certificate = CaseId(id.to_owned());
    let purpose = match kind {
        "renewal" => Purpose::Renewal { certificate, valid_until: c.valid_until },
        "change" => Purpose::Change { certificate },
        _ => return Ok(None),
    };
    Ok(Some((purpose, Some(c.holder))))
}
