//! `/body/members/{id}/roster`: which person of the roster that the body filed an account is. Only
//! people of the filed roster audit (M 12(1)(iii), CAR 14).

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_store::Error as StoreError;
use guosuo_store::accounts::Account;

use crate::app::Cx;
use crate::body::case::page;
use crate::certification::roster;
use crate::error::Error;
use crate::web::components::Choice;
use crate::web::shell::Flash;
use crate::web::{Form, Front, Lang, Shell};

#[derive(Template)]
#[template(path = "account/roster.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    name: String,
    base: String,
    people: Vec<Choice>,
    filed: bool,
}

async fn member(cx: &Cx, id: &str) -> Result<Account, Error> {
    let found = cx.app.store.reader().await?.account(id).await?;
    let own = cx.actor()?.org.0.clone();
    found.filter(|a| a.org == own).ok_or(Error::NotFound)
}

async fn render(cx: &Cx, a: &Account, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let filed = roster::filed(&mut cx.app.store.reader().await?, &a.org).await?;
    let people = std::iter::once(Choice::new("", l.t("不是名册上的人", "Nobody of the roster")))
        .chain(filed.iter().filter(|p| p.name == a.name).map(|p| Choice::new(p.id.clone(), format!("{} {}", p.name, p.position))))
        .collect();
    let base = format!("/body/members/{}", a.id);
    let title = l.t("关联备案名册", "Link to the filed roster");
    let shell = Shell::new(&cx.screen, Front::Body, title).at("organisation").crumb(&base, a.name.clone()).for_form(&form);
    page(status, &Page { shell, l, form, name: a.name.clone(), base: l.href(base), people, filed: !filed.is_empty() })
}

/// `GET`.
///
/// # Errors
/// [`Error::NotFound`] for people of other organisations.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let a = member(&cx, &id).await?;
    let links = roster::links(&mut cx.app.store.reader().await?, &a.org).await?;
    let form = Form::new().with("person", links.get(&a.id).cloned().unwrap_or_default());
    render(&cx, &a, form, StatusCode::OK).await
}

/// `POST`: `person`, empty for nobody.
///
/// # Errors
/// As [`show`]; when the store fails.
pub async fn link(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let a = member(&cx, &id).await?;
    let person = Some(form.trimmed("person").to_owned()).filter(|p| !p.is_empty());
    let (now, origin) = (cx.now, cx.origin()?);
    let done = cx
        .app
        .store
        .write_with((a.org.clone(), a.id.clone(), person, origin), move |tx, (org, account, person, origin)| {
            Box::pin(async move { roster::link(tx, org, account, person.as_deref(), origin, now).await })
        })
        .await;
    match done {
        Ok(()) => {
            let told = l.t("已保存与备案名册的关联。", "The link to the filed roster is saved.");
            Ok(Flash::good(told).to(l, &format!("/body/members/{id}")))
        }
        Err(e @ StoreError::Constraint(_)) if e.is_constraint("roster") => {
            form.fail(
                "person",
                l.t(
                    "只能关联备案名册上姓名完全相同、还没有关联其他账号的人。",
                    "Only a person of the filed roster with exactly this name, who is no other account, can be linked.",
                ),
            );
            render(&cx, &a, form, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(e) => Err(e.into()),
    }
}
