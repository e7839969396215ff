//! Sample certificates and letters about them: openly fictitious.

use jiff::civil::date;

use crate::{
    CertificatePaper, Contact, DeclineNotice, DeclineReason, DeclineStage, LogLine, MeasureKind, MeasureNotice, MeasureOrigin,
    NoticeHead, SigningKeyLine, TakenOverLine,
};

const BODY: &str = "示例启衡认证有限公司（虚构）";
const HOLDER: &str = "示例海棠湾旅行网络有限公司（虚构）";
const CODE: &str = "91990108MA0X00017J";
const NUMBER: &str = "SLQH-2099-000137";
const AT: &str = "2026-02-03T02:00:00Z";

impl CertificatePaper {
    /// An ordinary certificate; one from abroad that follows another; one whose scope is long; one of an earlier register.
    pub fn samples() -> Vec<Self> {
        let line = |algorithm: &str, kid: &str| SigningKeyLine { algorithm: algorithm.into(), kid: kid.into() };
        let plain = Self {
            number: NUMBER.into(),
            holder: HOLDER.into(),
            holder_code: CODE.into(),
            holder_country: Some("CN".into()),
            address: "示例省示例市示例区示例路1号示例大厦8层".into(),
            scope: "境外酒店预订：向境外酒店提供入住人姓名、联系方式和订单信息。不含敏感个人信息。\n境外接收方：Example Hotels GmbH（德国）。".into(),
            scope_en: "Overseas hotel booking: names, contact details and orders of guests are provided to hotels abroad. No sensitive personal information.\nOverseas recipient: Example Hotels GmbH (Germany).".into(),
            basis: vec!["《个人信息保护认证实施规则》".into(), "GB/T 35273—2020".into(), "GB/T 46068—2025".into()],
            basis_en: vec![
                "Implementation Rules for Personal Information Protection Certification".into(),
                "GB/T 35273-2020".into(),
                "GB/T 46068-2025".into(),
            ],
            mode: "技术验证＋现场审核＋获证后监督".into(),
            mode_en: "Technical verification, on-site audit, surveillance after certification".into(),
            body: BODY.into(),
            mark: "SLQH".into(),
            cross_border: true,
            issued_on: date(2026, 2, 3),
            valid_until: date(2029, 2, 2),
            predecessor: None,
            taken_over: None,
            digest: "3f8a91c2d407be56e1129f3ca07745d8b8c6012e94fd3a7710c5e2ab69d8f034".into(),
            keys: vec![line("SM2-SM3", "b1946ac92492d2347c6235b4d2611184"), line("Ed25519", "3a96e4f7081c2d3e4f50c6012e94fd3a")],
            log: Some(LogLine {
                origin: "guosuo.example/log/2026".into(),
                size: 18_244,
                root: "b8c6012e94fd3a7710c5e2ab69d8f0343f8a91c2d407be56e1129f3ca07745d8".into(),
            }),
            lookup: "https://guosuo.example/certificates".into(),
            // As long as a real one.
            qr: format!("HTTPS://GUOSUO.EXAMPLE/V/{}", "AEB4GE5GQRTW2ZLT".repeat(24)),
            issued_at: AT.parse().expect("a moment written in this file"),
        };
        let overseas = Self {
            holder: "Example Reisen und Handel International GmbH & Co. KG (fictitious)".into(),
            holder_code: "HRB 000000 (Amtsgericht Beispiel)".into(),
            holder_country: Some("DE".into()),
            address: "1 Example Street, 00000 Example, Germany".into(),
            predecessor: Some("SLQH-2096-000022".into()),
            log: None,
            ..plain.clone()
        };
        let long = Self {
            holder: "示例跨境数据合规与个人信息保护认证技术服务中心䶮山及𠮷林片区联合旅行网络有限责任公司（虚构）".into(),
            scope: (1..=12)
                .map(|i| format!("{i}．示例业务{i}：向境外接收方提供姓名、联系方式、订单信息和行程信息，保存期限24个月。\n"))
                .collect(),
            scope_en: (1..=12)
                .map(|i| {
                    format!("{i}. Example business {i}: names, contact details, orders and itineraries, kept for 24 months.\n")
                })
                .collect(),
            cross_border: false,
            ..plain.clone()
        };
        let older = Self {
            number: "OLD-2024-00001".into(),
            basis: vec!["《个人信息保护认证实施规则》".into()],
            basis_en: vec!["Implementation Rules for Personal Information Protection Certification".into()],
            issued_on: date(2024, 5, 20),
            valid_until: date(2027, 5, 19),
            taken_over: Some(TakenOverLine { on: date(2026, 2, 3), row: 2, sha256: "4c1d".repeat(16) }),
            ..plain.clone()
        };
        vec![plain, overseas, long, older]
    }
}

fn head(number: &str, receipt: &str) -> NoticeHead {
    NoticeHead {
        authority: BODY.into(),
        number: number.into(),
        organisation: HOLDER.into(),
        credit_code: CODE.into(),
        receipt_number: receipt.into(),
        received_on: date(2026, 1, 12),
        issued_at: "2026-05-11T02:00:00Z".parse().expect("a moment written in this file"),
        further: Vec::new(),
        contact: Some(Contact { name: "示例客服部".into(), phone: "010-00000000".into(), other: String::new() }),
        verify_url: "https://guosuo.example/certificates/SLQH-2099-000137".into(),
    }
}

impl MeasureNotice {
    /// A suspension by the body, a revocation on a finding, a cancellation at request, a restoration.
    pub fn samples() -> Vec<Self> {
        let suspension = Self {
            head: head("示例启衡证停〔2099〕3号", NUMBER),
            reference_label: "证书编号".into(),
            code_label: "统一社会信用代码".into(),
            kind: MeasureKind::Suspension,
            origin: MeasureOrigin::Body,
            authority_name: String::new(),
            certificate: NUMBER.into(),
            issued_on: date(2026, 2, 3),
            valid_until: date(2029, 2, 2),
            effective_on: date(2026, 5, 11),
            ground: "实际出境的个人信息种类超出认证范围：认证范围不含护照号码，2026年4月1日至4月30日实际提供护照号码3,204条。"
                .into(),
            heard: "你单位2026年5月8日书面陈述：接口升级时误将护照号码列入同步字段，已于5月7日停止。".into(),
        };
        let revocation = Self {
            head: head("示例启衡证撤〔2099〕1号", NUMBER),
            kind: MeasureKind::Revocation,
            origin: MeasureOrigin::Authority,
            authority_name: "示例互联网信息办公室（虚构）".into(),
            heard: "你单位逾期没有陈述意见。".into(),
            ..suspension.clone()
        };
        let cancellation = Self {
            head: head("示例启衡证注〔2099〕2号", NUMBER),
            kind: MeasureKind::Cancellation,
            origin: MeasureOrigin::Request,
            ground: "不再向境外提供个人信息。".into(),
            heard: String::new(),
            ..suspension.clone()
        };
        let restoration = Self {
            head: head("示例启衡证复〔2099〕1号", NUMBER),
            kind: MeasureKind::Restoration,
            origin: MeasureOrigin::Body,
            ground: "暂停的原因已经消除，经监督审核确认。".into(),
            heard: String::new(),
            ..suspension.clone()
        };
        vec![suspension, revocation, cancellation, restoration]
    }
}

impl DeclineNotice {
    /// An application that is not accepted, a certification that ends.
    pub fn samples() -> Vec<Self> {
        let reason = |text: &str, basis: &str| DeclineReason { text: text.into(), basis: basis.into() };
        // Between body and applicant: there is nothing public by which it could be checked.
        let letter = |number: &str| NoticeHead { verify_url: String::new(), ..head(number, "认委〔2099〕012号") };
        let declined = Self {
            head: letter("示例启衡不受〔2099〕4号"),
            reference_label: "委托编号".into(),
            code_label: "统一社会信用代码".into(),
            stage: DeclineStage::NotAccepted,
            steps: String::new(),
            reasons: vec![reason(
                "自当年1月1日起累计向境外提供1.2万人的敏感个人信息，应当通过数据出境安全评估。",
                "《个人信息出境认证办法》第五条第一款第二项",
            )],
        };
        let ended = Self {
            head: letter("示例启衡终认〔2099〕1号"),
            stage: DeclineStage::Ended,
            steps: "技术验证、现场审核和限期整改".into(),
            reasons: vec![
                reason("撤回同意的渠道在整改期满后仍不可用。", "《个人信息保护认证实施规则》4.4"),
                reason("与境外接收方的约定没有写明再提供的限制。", "《个人信息保护认证实施规则》4.4"),
            ],
            ..declined.clone()
        };
        vec![declined, ended]
    }
}
