//! How alike two names or purposes are written.

/// Forms of companies, which say nothing about who it is. Longest first.
const FORMS: [&str; 12] = [
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "incorporated",
    "corporation",
    "limited",
    "ptyltd",
    "gmbh",
    "corp",
    "coltd",
    "ltd",
    "inc",
];

/// The text without what people write differently: width, case, blanks, punctuation, and the form of a company at its end.
pub(super) fn plain(text: &str) -> String {
    let half = |c: char| match u32::from(c) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    let mut out: String = text.chars().map(half).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if let Some(form) = FORMS.iter().find(|form| out.ends_with(**form) && out.len() > form.len()) {
        out.truncate(out.len() - form.len());
    }
    out
}

/// Several names or purposes, each plain.
pub(super) fn list(text: &str) -> Vec<String> {
    text.split(['；', ';']).map(plain).filter(|one| !one.is_empty()).collect()
}

/// The likeness of the two that are most alike: whoever has one recipient or purpose in common has it in common.
pub(super) fn best(a: &[String], b: &[String]) -> u16 {
    a.iter().flat_map(|x| b.iter().map(move |y| permille(x, y))).max().unwrap_or(0)
}

/// Share of the pairs of neighbouring characters that two plain texts have in common, in thousandths (Dice).
pub(super) fn permille(a: &str, b: &str) -> u16 {
    if a == b {
        return 1000;
    }
    let pairs = |text: &str| -> Vec<(char, char)> {
        let mut pairs: Vec<_> = text.chars().zip(text.chars().skip(1)).collect();
        pairs.sort_unstable();
        pairs
    };
    let (a, b) = (pairs(a), pairs(b));
    if a.is_empty() || b.is_empty() {
        return 0;
    }
    let (mut i, mut j, mut common) = (0, 0, 0_usize);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common += 1;
                i += 1;
                j += 1;
            }
        }
    }
    u16::try_from(2000 * common / (a.len() + b.len())).unwrap_or(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_the_same_are_the_same() {
        assert_eq!(plain("Ｅxample  Holdings, Ltd."), plain("EXAMPLE HOLDINGS LIMITED"));
        assert_eq!(plain("示例科技有限公司"), plain("示例科技股份有限公司"));
        assert_eq!(plain("有限公司"), "有限公司", "nothing is left of it otherwise");
    }

    #[test]
    fn of_lists_the_most_alike_count() {
        let (a, b) = (list("Fictional Cloud Ltd；Fictional Harbour GmbH"), list("FICTIONAL HARBOUR"));
        assert_eq!((a.len(), best(&a, &b)), (2, 1000));
        assert_eq!(best(&a, &list("；")), 0);
    }

    #[test]
    fn likeness_is_a_share() {
        assert_eq!(permille("订单履行", "订单履行"), 1000);
        assert_eq!(permille("", "订单"), 0);
        assert_eq!(permille("员工薪酬发放", "跨境物流配送"), 0);
        let near = permille("跨境订单履行", "跨境订单履行服务");
        assert!((700..1000).contains(&near), "{near}");
        assert_eq!(near, permille("跨境订单履行服务", "跨境订单履行"));
    }
}
