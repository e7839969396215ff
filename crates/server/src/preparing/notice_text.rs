//! The notice to individuals as text, Chinese or English: one sentence for each item (PIPL 17, 30, 39).

use guosuo_case::exports::{Notice, NoticeItem};

use crate::web::Lang;
use crate::words::exports::notice_item;

/// The text of a notice.
pub(super) fn text(l: Lang, n: &Notice) -> String {
    let mut out = vec![l.t("个人信息出境告知书", "Notice on the export of your personal information").to_owned(), String::new()];
    for ((item, value), number) in n.items.iter().zip(1..) {
        let value = match item {
            NoticeItem::Kinds => kinds(l, n),
            NoticeItem::Retention if n.retention_months > 0 => l.pick(
                format!("出境后保存{}个月，期满删除或者匿名化。", n.retention_months),
                format!("{} months abroad, then deleted or anonymised.", n.retention_months),
            ),
            _ if value.trim().is_empty() => l.t("（待填写）", "(to be filled in)").to_owned(),
            _ => value.trim().to_owned(),
        };
        let name = notice_item(l, *item);
        out.push(l.pick(format!("{number}. {name}：{value}"), format!("{number}. {name}: {value}")));
    }
    out.push(String::new());
    out.push(consent(l, n).to_owned());
    out.join("\n")
}

fn kinds(l: Lang, n: &Notice) -> String {
    let list = |names: &[String]| names.join(l.t("、", ", "));
    match (n.other.is_empty(), n.sensitive.is_empty()) {
        (false, false) => l.pick(
            format!("{}；其中敏感个人信息：{}。", list(&n.other), list(&n.sensitive)),
            format!("{}; sensitive: {}.", list(&n.other), list(&n.sensitive)),
        ),
        (true, false) => l.pick(format!("敏感个人信息：{}。", list(&n.sensitive)), format!("Sensitive: {}.", list(&n.sensitive))),
        _ => list(&n.other),
    }
}

fn consent(l: Lang, n: &Notice) -> &'static str {
    match (n.consent, n.guardian) {
        (true, true) => l.t(
            "以上个人信息出境须取得您（未满十四周岁的，由父母或者其他监护人）的单独同意。是否同意，不影响您使用与此无关的服务；同意以后可以随时撤回，撤回不影响撤回以前已经进行的处理。",
            "This export needs your separate consent (under 14, that of a parent or guardian). Refusing does not affect services that do not depend on it. You may withdraw at any time; what was done before stays valid.",
        ),
        (true, false) => l.t(
            "以上个人信息出境须取得您的单独同意。是否同意，不影响您使用与此无关的服务；同意以后可以随时撤回，撤回不影响撤回以前已经进行的处理。",
            "This export needs your separate consent. Refusing does not affect services that do not depend on it. You may withdraw at any time; what was done before stays valid.",
        ),
        _ => l.t(
            "以上个人信息出境依法不需要取得您的同意，特此告知。您可以按上面的方式行使查阅、复制、更正、删除等权利。",
            "The law does not require your consent for this export; this is to inform you. You can exercise your rights of access, copy, correction and deletion in the ways named above.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guosuo_case::certification::{Kind, Recipient};
    use guosuo_case::exports::{Basis, FlowFacts};

    fn flow() -> FlowFacts {
        FlowFacts {
            name: "a".into(),
            exporter: "示例公司（虚构）".into(),
            contact: "privacy@example".into(),
            recipient: Recipient { name: "Fictional GmbH".into(), country: "DE".into(), contact: "dpo@example".into() },
            purpose: "订单履行".into(),
            method: "传输、存储".into(),
            kinds: vec![Kind { name: "姓名".into(), sensitive: false }, Kind { name: "护照号码".into(), sensitive: true }],
            retention_months: 24,
            basis: Some(Basis::Consent),
            necessity: "入住登记".into(),
            effect: "可能被冒用".into(),
            rights: "客服".into(),
            rights_abroad: "写信".into(),
            ..FlowFacts::default()
        }
    }

    #[test]
    fn every_item_stands_in_both_texts() {
        let n = Notice::of(&flow());
        for l in [Lang::Zh, Lang::En] {
            let text = text(l, &n);
            for (item, value) in &n.items {
                assert!(text.contains(notice_item(l, *item)), "{}", item.code());
                assert!(matches!(item, NoticeItem::Kinds | NoticeItem::Retention) || text.contains(value), "{}", item.code());
            }
            assert!(text.contains("24") && text.contains("护照号码"));
        }
    }

    #[test]
    fn consent_is_named_only_where_it_is_asked_for() {
        let contract = FlowFacts { basis: Some(Basis::Contract), ..flow() };
        assert!(text(Lang::Zh, &Notice::of(&contract)).contains("不需要取得您的同意"));
        assert!(text(Lang::Zh, &Notice::of(&flow())).contains("单独同意"));
        let minors = FlowFacts { under_14: true, ..flow() };
        assert!(text(Lang::En, &Notice::of(&minors)).contains("guardian"));
    }
}
