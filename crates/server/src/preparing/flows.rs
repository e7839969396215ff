//! `/processor/ledger/flows/{flow}`: a flow, with its legal basis (PIPL 13) and what the notice needs.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::certification::{Kind, Recipient};
use guosuo_case::exports::{Basis, Command, Fault, FlowFacts, check_flow, duties};
use guosuo_case::{RefusalCode, Right, Role};
use guosuo_cli::path_words;
use guosuo_rules::path::Ground;
use guosuo_rules::yearly::Way;

use super::fields::{Field, Group, joined, lines};
use super::{acts, ledger};
use crate::app::Cx;
use crate::body::case::page;
use crate::error::{Error, refusal_status};
use crate::web::components::Choice;
use crate::web::shell::Flash;
use crate::web::{Form, Front, Lang, Shell};
use crate::words::{self, exports as say};

const WAYS: [(&str, Way); 4] =
    [("none", Way::None), ("contract", Way::Contract), ("certificate", Way::Certificate), ("assessment", Way::Assessment)];

#[derive(Template)]
#[template(path = "preparing/flow.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    action: String,
    back: String,
    groups: Vec<Group>,
    duties: Vec<(String, String)>,
    notice: String,
    can_save: bool,
}

fn groups(l: Lang, f: &FlowFacts) -> Vec<Group> {
    let label = |field: &str| say::flow_field(l, field);
    let field = |id: &str, value: &str| Field::new(id, label(id), value);
    let kinds =
        |sensitive: bool| joined(&f.kinds.iter().filter(|k| k.sensitive == sensitive).map(|k| &k.name).collect::<Vec<_>>());
    let mut bases = vec![Choice::new("", l.t("请选择", "Choose"))];
    bases.extend(Basis::ALL.iter().map(|b| Choice::new(b.code(), say::basis(l, *b))));
    let ways = WAYS.iter().map(|(code, w)| Choice::new(*code, say::way(l, *w))).collect();
    let grounds = Ground::ALL.iter().map(|g| Choice::new(g.code(), path_words::ground(*g, ledger::cli(l)))).collect();
    let way = WAYS.iter().find(|(_, w)| *w == f.way).map_or("none", |x| x.0);
    let months = if f.retention_months == 0 { String::new() } else { f.retention_months.to_string() };
    let yes = vec![Choice::new("no", l.t("没有", "No")), Choice::new("yes", l.t("有", "Yes"))];
    let each = l.t("一行一个", "One a line");
    vec![
        Group::new(
            l.t("谁提供给谁", "From whom to whom"),
            vec![
                field("name", &f.name),
                field("exporter", &f.exporter).hint(l.t(
                    "本单位或者关联方；代境外处理者记的，写委托里处理者的名称",
                    "This organisation or an affiliate; for a processor that you act for, its name as in the mandate",
                )),
                field("contact", &f.contact),
                field("recipient", &f.recipient.name),
                field("recipient_country", &f.recipient.country),
                field("recipient_contact", &f.recipient.contact),
            ],
        ),
        Group::new(
            l.t("提供什么，为了什么", "What, and what for"),
            vec![
                field("purpose", &f.purpose),
                field("method", &f.method),
                Field::new("kinds", l.t("个人信息种类（非敏感）", "Kinds (not sensitive)"), kinds(false)).area(3).hint(each),
                Field::new("kinds_sensitive", l.t("敏感个人信息种类", "Sensitive kinds"), kinds(true)).area(3).hint(each),
                Field::new(
                    "under_14",
                    l.t("有没有未满十四周岁的人", "People under 14 among them"),
                    if f.under_14 { "yes" } else { "no" },
                )
                .select(yes),
                Field::new("retention", l.t("境外保存期限（月）", "Retention abroad (months)"), months).number(),
            ],
        ),
        Group::new(
            l.t("依据和机制", "Basis and mechanism"),
            vec![
                Field::new("basis", label("basis"), f.basis.map(Basis::code).unwrap_or_default()).select(bases).hint(l.t(
                    "只有基于同意的才要取得单独同意；不论依据什么都要告知",
                    "Separate consent only where consent is the basis; the notice always",
                )),
                field("basis_words", &f.basis_words).area(2),
                Field::new("way", l.t("出境机制", "Mechanism"), way).select(ways),
                Field::new("exempt", l.t("豁免情形", "Exempt scenario"), f.exempt.code()).select(grounds),
            ],
        ),
        Group::new(
            l.t("告知书里要写的", "For the notice"),
            vec![
                field("rights", &f.rights).area(3),
                Field::new("rights_abroad", say::flow_field(l, "rights_abroad"), &f.rights_abroad).area(3),
                field("necessity", &f.necessity).area(2),
                field("effect", &f.effect).area(2),
            ],
        ),
    ]
}

fn facts(form: &Form) -> FlowFacts {
    let text = |name: &str| form.value(name).replace("\r\n", "\n").trim().to_owned();
    let kind = |sensitive| move |name| Kind { name, sensitive };
    let mut kinds: Vec<Kind> = lines(form.value("kinds")).into_iter().map(kind(false)).collect();
    kinds.extend(lines(form.value("kinds_sensitive")).into_iter().map(kind(true)));
    FlowFacts {
        name: text("name"),
        exporter: text("exporter"),
        contact: text("contact"),
        recipient: Recipient {
            name: text("recipient"),
            country: text("recipient_country").to_uppercase(),
            contact: text("recipient_contact"),
        },
        purpose: text("purpose"),
        method: text("method"),
        kinds,
        retention_months: form.trimmed("retention").parse().unwrap_or(0),
        basis: Basis::from_code(form.trimmed("basis")),
        basis_words: text("basis_words"),
        under_14: form.value("under_14") == "yes",
        necessity: text("necessity"),
        effect: text("effect"),
        rights: text("rights"),
        rights_abroad: text("rights_abroad"),
        way: WAYS.iter().find(|(code, _)| *code == form.value("way")).map_or(Way::None, |x| x.1),
        exempt: Ground::from_code(form.trimmed("exempt")).unwrap_or(Ground::None),
    }
}

fn render(cx: &Cx, at: &str, form: Form, f: &FlowFacts, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let title = if f.name.is_empty() { l.t("新的出境业务", "New flow").to_owned() } else { f.name.clone() };
    let known = at != "new";
    let view = Page {
        shell: Shell::new(&cx.screen, Front::Processor, title)
            .at("preparing")
            .crumb("/processor/ledger", l.t("出境台账", "Yearly ledger"))
            .for_form(&form),
        l,
        action: l.href(format!("/processor/ledger/flows/{at}")),
        back: l.href("/processor/ledger"),
        groups: groups(l, f),
        duties: duties(f).into_iter().map(|d| (say::duty(l, d).to_owned(), words::article(l, d.article()))).collect(),
        notice: if known { l.href(format!("/processor/notices/{at}")) } else { String::new() },
        can_save: Right::ApplicationEdit.held_by(cx.actor()?),
        form,
    };
    page(status, &view)
}

/// `GET /processor/ledger/flows/{flow}`: a flow, or `new`.
///
/// # Errors
/// [`Error::NotFound`] where there is no such flow.
pub(super) async fn show(cx: Cx, Path(at): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let found = match at.as_str() {
        // Whoever acts for others exports nothing itself: its own name would keep the flow out of their application.
        "new" if cx.actor()?.has(Role::Representative) => FlowFacts::default(),
        "new" => FlowFacts { exporter: cx.signed()?.org_name.clone(), ..FlowFacts::default() },
        n => {
            let number = n.parse().map_err(|_| Error::NotFound)?;
            acts::exports(&cx).await?.and_then(|e| e.flow(number).map(|f| f.facts.clone())).ok_or(Error::NotFound)?
        }
    };
    let form = Form::from_pairs(groups(l, &found).into_iter().flat_map(|g| g.fields).map(|f| (f.id, f.value)));
    render(&cx, &at, form, &found, StatusCode::OK)
}

/// `POST /processor/ledger/flows/{flow}`.
///
/// # Errors
/// As [`show`]; what a person can put right re-renders the page.
pub(super) async fn save(cx: Cx, Path(at): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let flow = if at == "new" { None } else { Some(at.parse().map_err(|_| Error::NotFound)?) };
    let facts = facts(&form);
    for lack in check_flow(&facts) {
        let (field, words) = say::flow_lack(l, lack);
        form.fail(field, words);
    }
    if !form.ok() {
        return render(&cx, &at, form, &facts, StatusCode::UNPROCESSABLE_ENTITY);
    }
    match acts::act_on_exports(&cx, Command::DescribeFlow { flow, facts: Box::new(facts.clone()) }).await? {
        Ok(e) => {
            let number = flow.unwrap_or_else(|| e.flows.last().map_or(0, |f| f.number));
            let news = l.t(
                "业务已保存。下面是它的义务；告知书可以生成了。",
                "The flow is saved. Its duties are below, and the notice can be made.",
            );
            Ok(Flash::good(news).to(l, &format!("/processor/ledger/flows/{number}")))
        }
        Err(r) => {
            let named = matches!(&r.code, RefusalCode::Exports { fault } if **fault == Fault::NameTaken);
            form.fail(if named { "name" } else { "" }, words::refusal(l, &r));
            render(&cx, &at, form, &facts, refusal_status(&r))
        }
    }
}
