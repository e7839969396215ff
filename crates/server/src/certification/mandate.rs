//! The mandate of whoever acts for a processor abroad (M 7(2), PIPL 53) as forms ask for it: the same fields
//! before there is a certificate and after.

use std::collections::BTreeSet;

use guosuo_case::certification::{DocRef, Mandate, MandateAct, MandateKind, Reason};
use guosuo_case::{OrgId, Refusal, RefusalCode, Role};
use guosuo_rules::ids;

use crate::account::checks;
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::Choice;
use crate::web::{Form, Lang};
use crate::words;

/// The kinds of those who act, with their names in a form.
pub const KINDS: [(&str, MandateKind); 2] =
    [("dedicated_office", MandateKind::DedicatedOffice), ("designated_representative", MandateKind::DesignatedRepresentative)];

/// The kinds as choices.
pub fn kinds(l: Lang) -> Vec<Choice> {
    KINDS.iter().map(|(name, k)| Choice::new(*name, words::mandate_kind(l, *k))).collect()
}

/// What a mandate may reach, as choices.
pub fn acts(l: Lang) -> Vec<Choice> {
    MandateAct::ALL.into_iter().map(|a| Choice::new(a.as_str(), words::mandate_act(l, a))).collect()
}

/// The acts that are ticked; says so at their field where there is none.
pub fn read_acts(l: Lang, form: &mut Form) -> BTreeSet<MandateAct> {
    let acts: BTreeSet<_> = MandateAct::ALL.into_iter().filter(|a| form.has("acts", a.as_str())).collect();
    if acts.is_empty() {
        form.fail("acts", l.t("至少选一项授权范围。", "Choose at least one act that it reaches."));
    }
    acts
}

/// A form that begins with a mandate, or with everything where there is none.
pub fn begin(mandate: Option<&Mandate>) -> Form {
    let mut form = Form::new();
    let kind = mandate.map_or(MandateKind::DesignatedRepresentative, |m| m.kind);
    form.set("kind", KINDS.iter().find(|k| k.1 == kind).map_or("", |k| k.0));
    for act in MandateAct::ALL.into_iter().filter(|a| mandate.is_none_or(|m| m.acts.contains(a))) {
        form.push("acts", act.as_str());
    }
    if let Some(m) = mandate {
        form.set("from", m.from.to_string());
        form.set("until", m.until.to_string());
        form.set("reported_to", m.reported_to.clone());
    }
    form
}

/// Who acts: the representative's own organisation, or the one that is named by its credit code. Where no code is
/// typed it stays the one that is known.
///
/// # Errors
/// When the store cannot be read.
pub async fn holder(cx: &Cx, form: &mut Form, known: Option<&OrgId>) -> Result<OrgId, Error> {
    let l = cx.l();
    let actor = cx.actor()?;
    if actor.has(Role::Representative) {
        return Ok(actor.org.clone());
    }
    let code = ids::normalise(form.trimmed("holder_code"));
    if code.is_empty()
        && let Some(holder) = known
    {
        return Ok(holder.clone());
    }
    let found = cx.app.store.reader().await?.organisation_by_code(&code).await?;
    if let Some(o) = found.filter(|o| o.details.capacity == "representative") {
        return Ok(o.id.into());
    }
    form.fail(
        "holder_code",
        l.t(
            "没有找到这个代码的专门机构或者指定代表。它要先在本平台注册。",
            "No office or representative with this code is registered. It has to register on this platform first.",
        ),
    );
    Ok(actor.org.clone())
}

/// The mandate that was declared, without its document; errors stand at their fields.
///
/// # Errors
/// When the store cannot be read.
pub async fn read(cx: &Cx, form: &mut Form, known: Option<&OrgId>) -> Result<Mandate, Error> {
    let l = cx.l();
    let kind = KINDS.iter().find(|k| k.0 == form.value("kind")).map(|k| k.1);
    if kind.is_none() {
        form.fail("kind", l.t("选一项。", "Choose one."));
    }
    let holder = holder(cx, form, known).await?;
    let acts = read_acts(l, form);
    let mut day = |field: &str, zh: &str, en: &str| {
        let found = form.date(field);
        if found.is_none() {
            let words =
                l.pick(format!("{zh}按“2026-01-05”的格式填写。"), format!("Write the {en} of the mandate like 2026-01-05."));
            form.fail(field, words);
        }
        found.unwrap_or(cx.today())
    };
    let (from, until) = (day("from", "开始日期", "first day"), day("until", "终止日期", "last day"));
    if form.ok() && until < from {
        form.fail("until", l.t("终止日期不能早于开始日期。", "The end lies before the beginning."));
    }
    let reported_to = checks::line(
        form,
        l,
        "reported_to",
        l.t(
            "写明已向哪个履行个人信息保护职责的部门报送姓名和联系方式。",
            "Name the authority to which name and contact were reported.",
        ),
    );
    let kind = kind.unwrap_or(MandateKind::DesignatedRepresentative);
    Ok(Mandate { holder, kind, document: DocRef::default(), acts, from, until, reported_to })
}

/// Whether a refusal is about the mandate, so that another mandate would help.
pub fn would_help(r: &Refusal) -> bool {
    matches!(&r.code, RefusalCode::Certification { reason } if matches!(
        **reason,
        Reason::MandateMissing | Reason::MandateNotYet { .. } | Reason::MandateExpired { .. } | Reason::MandateScope { .. }
    ))
}
