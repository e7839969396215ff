//! A certificate in words: its scope, its mode, what happened to it, and the verdict of the public page.

use guosuo_case::certification::{Config, Scope, ScopePart};

use crate::web::components::Tone;
use crate::web::lang::Lang;

/// The scope as printed and published: the parts that the deployment publishes, by its setting. What
/// M 10 compares with what really happens is the whole scope, which the digests beside these words
/// bind.
pub fn scope_words(l: Lang, s: &Scope, config: &Config) -> String {
    scope_lines(l, s, |part| config.publishes(part))
}

/// The whole scope in words, for those who certified it and those to whom it is reported.
pub fn whole_scope_words(l: Lang, s: &Scope) -> String {
    scope_lines(l, s, |_| true)
}

fn scope_lines(l: Lang, s: &Scope, shows: impl Fn(ScopePart) -> bool) -> String {
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
    let mut lines =
        vec![(l.t("目的", "Purposes"), list(s.purposes.clone())), (l.t("个人信息种类", "Kinds of personal information"), kinds)];
    if shows(ScopePart::People) {
        lines.push((l.t("规模", "People"), people_words(l, s)));
    }
    if shows(ScopePart::Recipients) {
        let recipients = s.recipients.iter().map(|r| party(&r.name, &r.country)).collect();
        lines.push((l.t("境外接收方", "Overseas recipients"), list(recipients)));
    } else if shows(ScopePart::Countries) {
        lines.push((l.t("境外接收方所在地", "Where the recipients are"), places(l, s.recipients.iter().map(|r| &r.country))));
    }
    if !s.onward.is_empty() {
        let term = l.t("再提供", "Passed on to");
        if shows(ScopePart::Onward) {
            lines.push((term, list(s.onward.iter().map(|o| party(&o.name, &o.country)).collect())));
        } else if shows(ScopePart::Countries) {
            lines.push((term, places(l, s.onward.iter().map(|o| &o.country))));
        }
    }
    if shows(ScopePart::Retention) {
        let months = s.retention_months;
        lines.push((l.t("境外保存期限", "Kept abroad for"), l.pick(format!("{months}个月"), format!("{months} months"))));
    }
    let lines: Vec<String> = lines.into_iter().map(|(term, value)| format!("{term}{}{value}", l.t("：", ": "))).collect();
    lines.join("\n")
}

/// Countries and regions by name, each once.
fn places<'a>(l: Lang, codes: impl Iterator<Item = &'a String>) -> String {
    let names: std::collections::BTreeSet<String> = codes.map(|c| super::country(l, c)).collect();
    names.into_iter().collect::<Vec<_>>().join(l.t("、", ", "))
}

fn people_words(l: Lang, s: &Scope) -> String {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    match (number(s.people.non_sensitive), number(s.people.sensitive)) {
        (n, 0) => l.pick(format!("每年{}", l.people(n)), format!("{} a year", l.people(n))),
        (0, n) => l.pick(
            format!("每年敏感个人信息{}", l.people(n)),
            format!("{} a year with sensitive personal information", l.people(n)),
        ),
        (a, b) => l.pick(
            format!("每年{}，其中另计敏感个人信息{}", l.people(a), l.people(b)),
            format!("{} a year, and {} with sensitive personal information", l.people(a), l.people(b)),
        ),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use guosuo_case::certification::{Kind, Onward, People, Recipient};

    fn scope() -> Scope {
        let recipient =
            |name: &str, country: &str| Recipient { name: name.into(), country: country.into(), contact: "dpo@x.invalid".into() };
        Scope {
            purposes: vec!["订单履行".into()],
            kinds: vec![Kind { name: "护照号".into(), sensitive: true }],
            people: People { non_sensitive: 300_000, sensitive: 5_000 },
            recipients: vec![recipient("Secret GmbH", "DE"), recipient("Hidden SARL", "FR"), recipient("Quiet AG", "DE")],
            onward: vec![Onward { from: "Secret GmbH".into(), name: "Onward Inc".into(), country: "US".into() }],
            systems: vec!["机密系统".into()],
            retention_months: 24,
        }
    }

    #[test]
    fn what_can_be_a_trade_secret_is_not_published_unless_it_is_set() {
        for l in [Lang::Zh, Lang::En] {
            let words = scope_words(l, &scope(), &Config::default());
            for secret in ["Secret", "Hidden", "Quiet", "Onward Inc", "30", "5,000", "5000", "24", "dpo@", "机密系统"] {
                assert!(!words.contains(secret), "{secret} in {words}");
            }
            assert!(words.contains("订单履行") && words.contains("护照号"), "{words}");
        }
        let zh = scope_words(Lang::Zh, &scope(), &Config::default());
        assert_eq!(zh.matches("德国").count(), 1, "each place once: {zh}");
        assert!(zh.contains("法国") && zh.contains("敏感个人信息"), "{zh}");
    }

    #[test]
    fn each_part_is_published_by_its_own_setting() {
        let with = |parts: &[ScopePart]| {
            let config = Config { published_scope: parts.iter().copied().collect(), ..Config::default() };
            scope_words(Lang::En, &scope(), &config)
        };
        for (part, sign) in [
            (ScopePart::People, "300,000"),
            (ScopePart::Recipients, "Secret GmbH (DE)"),
            (ScopePart::Countries, "Germany"),
            (ScopePart::Onward, "Onward Inc"),
            (ScopePart::Retention, "24 months"),
        ] {
            assert!(with(&[part]).contains(sign), "{part:?}: {}", with(&[part]));
            assert!(!with(&[]).contains(sign), "{part:?}");
        }
        assert!(with(&[]).contains("订单履行") && with(&[]).contains("护照号"), "a certificate always says what it covers");
        let all = with(&ScopePart::ALL);
        assert!(!all.contains("dpo@") && !all.contains("机密系统"), "{all}");
    }
}
