//! A certificate in words: its scope, its mode, what happened to it, and the verdict of the public page.

use guosuo_case::certification::Scope;

use crate::web::components::Tone;
use crate::web::lang::Lang;

/// The scope as printed and published: what M 10 compares with what really happens.
pub fn scope_words(l: Lang, s: &Scope) -> String {
    let list = |items: Vec<String>| items.join(l.t("、", ", "));
    let kinds = list(
        s.kinds
            .iter()
            .map(|k| {
                if k.sensitive {
                    format!("{}{}", k.name, l.t("（敏感个人信息）", " (sensitive)"))
                } else {
                    k.name.clone()
                }
            })
            .collect(),
    );
    let party = |name: &str, country: &str| l.pick(format!("{name}（{country}）"), format!("{name} ({country})"));
    let recipients = list(s.recipients.iter().map(|r| party(&r.name, &r.country)).collect());
    let onward = list(s.onward.iter().map(|o| party(&o.name, &o.country)).collect());
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let people = match (number(s.people.non_sensitive), number(s.people.sensitive)) {
        (n, 0) => l.pick(format!("每年{}", l.people(n)), format!("{} a year", l.people(n))),
        (0, n) => l.pick(
            format!("每年敏感个人信息{}", l.people(n)),
            format!("{} a year with sensitive personal information", l.people(n)),
        ),
        (a, b) => l.pick(
            format!("每年{}，其中另计敏感个人信息{}", l.people(a), l.people(b)),
            format!("{} a year, and {} with sensitive personal information", l.people(a), l.people(b)),
        ),
    };
    let mut lines = vec![
        (l.t("目的", "Purposes"), list(s.purposes.clone())),
        (l.t("个人信息种类", "Kinds of personal information"), kinds),
        (l.t("规模", "People"), people),
        (l.t("境外接收方", "Overseas recipients"), recipients),
    ];
    if !onward.is_empty() {
        lines.push((l.t("再提供", "Passed on to"), onward));
    }
    let months = s.retention_months;
    lines.push((l.t("境外保存期限", "Kept abroad for"), l.pick(format!("{months}个月"), format!("{months} months"))));
    let lines: Vec<String> = lines.into_iter().map(|(term, value)| format!("{term}{}{value}", l.t("：", ": "))).collect();
    lines.join("\n")
}

/// The mode of certification 认证模式 (R37 3).
pub fn mode_words(l: Lang) -> &'static str {
    l.t("技术验证＋现场审核＋获证后监督", "Technical verification, on-site audit, surveillance after certification")
}

/// A change by its stored name.
pub fn change_words(l: Lang, kind: &str) -> &'static str {
    match kind {
        "issued" => l.t("颁发，状态为有效", "Issued: valid"),
        "suspended" => l.t("暂停", "Suspended"),
        "restored" => l.t("恢复，状态为有效", "Restored: valid"),
        "revoked" => l.t("撤销", "Revoked"),
        "cancelled" => l.t("注销", "Cancelled"),
        "expired" => l.t("有效期届满", "Validity ended"),
        "changed" => l.t("变更，换发证书", "Changed, a new version was issued"),
        _ => l.t("状态变化", "Status changed"),
    }
}

/// Who brought a change about, by its stored name (M 10).
pub fn origin_words(l: Lang, origin: &str, org: &str) -> String {
    match origin {
        "request" => l.t("获证个人信息处理者申请", "at the request of the holder").to_owned(),
        "finding" if org.is_empty() => l.t("主管部门在监督管理中发现", "on the finding of an authority").to_owned(),
        "finding" => l.pick(format!("{org}在监督管理中发现"), format!("on the finding of {org}")),
        "time" => l.t("有效期届满", "by the end of its validity").to_owned(),
        _ if org.is_empty() => l.t("发证机构决定", "by the body").to_owned(),
        _ => l.pick(format!("{org}决定"), format!("by {org}")),
    }
}

/// The verdict of the public page by the stored name of a status: suspended and revoked are called by their names.
pub fn verdict_words(l: Lang, status: &str) -> (&'static str, Tone) {
    match status {
        "valid" => (l.t("证书有效", "The certificate is valid"), Tone::Ok),
        "suspended" => (l.t("证书已暂停", "The certificate is suspended"), Tone::Warn),
        "revoked" => (l.t("证书已撤销", "The certificate is revoked"), Tone::Late),
        "cancelled" => (l.t("证书已注销", "The certificate is cancelled"), Tone::Mute),
        "expired" => (l.t("证书已过期", "The certificate has expired"), Tone::Mute),
        _ => (l.t("查不到这张证书", "No such certificate is known"), Tone::Late),
    }
}
