//! The certificate and the letters about it.

use crate::outside::{OnDisk, PRESS, assert_has, print, qr_codes, squeeze, text};
use guosuo_paper::{CertificatePaper, DeclineNotice, MeasureKind, MeasureNotice, Mode};

#[test]
fn the_certificate_has_every_particular_in_two_languages() {
    for (paper, pages) in CertificatePaper::samples().into_iter().zip([2, 2, 4]) {
        let pdf = print(&paper);
        assert_eq!(pdf.pages, pages, "{}", paper.holder);
        let t = text(&pdf);
        assert_has(
            &t,
            &[
                "个人信息保护认证证书",
                "Certificate of Personal Information Protection",
                &paper.number,
                &paper.holder,
                &paper.holder_code,
                &paper.address,
                &paper.mode,
                &paper.mode_en,
                &paper.body,
                &paper.mark,
                "2026年2月3日",
                "2029年2月2日",
                "3 February 2026",
                "2 February 2029",
                &paper.lookup,
                &paper.digest,
                &paper.keys[0].kid,
                &paper.keys[1].kid,
            ],
        );
        for line in paper.scope.lines().chain(paper.scope_en.lines()) {
            assert_has(&t, &[line]);
        }
        let mark = if paper.cross_border { "包含跨境处理活动" } else { "不含跨境处理活动" };
        assert_has(&t, &[mark]);
        assert_eq!(t.contains(&squeeze("见本证书附件")), pages == 4, "a long scope moves to the annex");
    }
}

#[test]
fn the_holder_is_from_abroad_by_its_country_and_not_by_the_look_of_its_code() {
    let samples = CertificatePaper::samples();
    let (home, abroad) = (&samples[0], &samples[1]);
    let labels = |paper: &CertificatePaper| {
        let t = text(&print(paper));
        [t.contains("统一社会信用代码"), t.contains("注册号")]
    };
    assert_eq!(labels(home), [true, false]);
    assert_eq!(labels(abroad), [false, true]);
    // A register abroad, or of another region, may number like credit codes.
    for country in ["SG", "HK"] {
        let alike = CertificatePaper { holder_country: Some(country.into()), ..home.clone() };
        assert_eq!(labels(&alike), [false, true], "{country}");
    }
    // What was kept before the country was part of it is printed again as it was.
    for (of, wanted) in [(home, [true, false]), (abroad, [false, true])] {
        let mut kept = serde_json::to_value(of).unwrap();
        kept.as_object_mut().unwrap().remove("holder_country");
        assert_eq!(labels(&serde_json::from_value(kept).unwrap()), wanted);
    }
}

#[test]
fn the_code_is_read_from_a_print_of_200_dots_per_inch() {
    for paper in CertificatePaper::samples() {
        let file = OnDisk::new(&print(&paper));
        assert_eq!(qr_codes(&file.page(200)), std::slice::from_ref(&paper.qr));
    }
}

#[test]
fn a_draft_has_neither_number_nor_code() {
    let paper = CertificatePaper::samples().remove(0);
    let pdf = PRESS.print(&paper, Mode::Draft).unwrap();
    let t = text(&pdf);
    assert!(!t.contains(&paper.number));
    assert_has(&t, &["草稿，签发时编号"]);
    assert!(qr_codes(&OnDisk::new(&pdf).page(200)).is_empty());
}

#[test]
fn a_letter_calls_a_measure_by_its_name_and_says_who_acted() {
    for notice in MeasureNotice::samples() {
        let t = text(&print(&notice));
        assert_has(&t, &[&notice.certificate, &notice.head.number, "2026年5月11日", "第九条"]);
        assert_has(&t, &[&notice.ground]);
        let words: &[&str] = match notice.kind {
            MeasureKind::Suspension => &["认证证书暂停通知书", "第十条第一款", "暂停使用该证书", "申请恢复使用"],
            MeasureKind::Revocation => {
                &["认证证书撤销通知书", "第十条第二款", "示例互联网信息办公室（虚构）在监督管理工作中发现", "不能恢复"]
            }
            MeasureKind::Cancellation => &["认证证书注销通知书", "经你单位申请", "注销该证书"],
            MeasureKind::Restoration => &["认证证书恢复使用通知书", "恢复使用该证书", "有效期不变"],
        };
        assert_has(&t, words);
        if notice.kind != MeasureKind::Revocation {
            assert!(!t.contains("撤销该证书") || notice.kind == MeasureKind::Suspension);
        }
        assert!(!t.contains("无效"), "suspended and revoked are never merely invalid");
    }
}

#[test]
fn a_decline_has_its_reasons() {
    for notice in DeclineNotice::samples() {
        let t = text(&print(&notice));
        for reason in &notice.reasons {
            assert_has(&t, &[&reason.text, &reason.basis]);
        }
        assert_has(&t, &["委托编号", &notice.head.receipt_number, "再次提出认证委托"]);
    }
}
