//! What stands on the papers: every field, the law's words, drafts, QR codes.

use crate::outside::{OnDisk, PRESS, assert_has, print, qr_codes, squeeze, text};
use guosuo_paper::{
    ApplicationForm, CaseCover, FiledNotice, JointOpinion, MaterialList, Mode, OrgNature, QueueList, Receipt, RefusalNotice,
};

#[test]
fn the_form_has_the_guides_labels_and_its_pledge() {
    let blank = text(&print(&ApplicationForm::samples()[2]));
    assert_has(
        &blank,
        &[
            "附件2",
            "个人信息出境认证专业机构备案申请表",
            "机构基本信息",
            "机构名称",
            "统一社会信用代码",
            "机构性质",
            "□事业单位□企业□社会组织□其他：",
            "法定代表人",
            "成立时间",
            "注册资本",
            "通讯地址",
            "邮编",
            "认证机构批准书号",
            "批准书颁发日期",
            "批准书有效期",
            "从事认证人员数量",
            "经办人",
            "经办人联系电话",
            "业务范围简介",
            "单位（公章）",
            "日期年月日",
            "附：1.认证机构批准书2.统一社会信用代码证件3.法定代表人身份证件4.经办人身份证件",
            "按照《个人信息出境认证办法》第十二条要求，本机构特向国家网信办申请办理个人信息出境认证专业机构备案手续。\
             本机构承诺，备案材料所有内容真实、完整、准确和有效，将为国家网信办组织实施的备案材料审核工作提供必要的配合和支持。",
        ],
    );
}

#[test]
fn the_form_shows_every_field_long_and_rare_ones_too() {
    for form in ApplicationForm::samples().into_iter().take(2) {
        let t = text(&print(&form));
        assert_has(
            &t,
            &[
                &form.organisation,
                &form.credit_code,
                &form.legal_representative,
                "2016年5月9日",
                &form.capital,
                &form.address,
                &form.postcode,
                &form.approval_number,
                "2026年1月12日",
                "2030年1月11日",
                "18",
                &form.operator,
                &form.operator_phone,
                &form.form_id,
                "2026-01-26 09:12:40",
                &form.digest[..16],
            ],
        );
        // The scope, paragraph by paragraph; the footer may stand between pages.
        let scope = form.business_scope.lines().next().unwrap();
        let copies = form.business_scope.lines().filter(|l| *l == scope).count();
        let found = t.matches(&squeeze(scope)).count();
        assert!(found >= copies.saturating_sub(4).max(1), "{found} of {copies}");
    }
}

#[test]
fn the_box_that_is_ticked_is_the_one_chosen() {
    let mut form = ApplicationForm::samples().remove(0);
    for (nature, expected) in [
        (OrgNature::PublicInstitution, "√事业单位□企业□社会组织□其他"),
        (OrgNature::Enterprise, "□事业单位√企业□社会组织□其他"),
        (OrgNature::SocialOrganisation, "□事业单位□企业√社会组织□其他"),
        (OrgNature::Other("高等学校".into()), "□事业单位□企业□社会组织√其他：高等学校"),
    ] {
        form.nature = Some(nature);
        assert_has(&text(&print(&form)), &[expected]);
    }
}

#[test]
fn the_code_on_the_printed_form_reads_back_at_the_resolution_of_a_scanner() {
    for form in ApplicationForm::samples().into_iter().take(2) {
        let page = OnDisk::new(&print(&form)).page(150);
        assert_eq!(qr_codes(&page), [form.qr_text]);
    }
}

#[test]
fn codes_on_receipt_and_notices_carry_their_addresses() {
    let receipt = Receipt::samples().remove(0);
    assert_eq!(qr_codes(&OnDisk::new(&print(&receipt)).page(150)), [receipt.status_url]);
    let notice = FiledNotice::samples().remove(0);
    assert_eq!(qr_codes(&OnDisk::new(&print(&notice)).page(150)), [notice.head.verify_url]);
}

#[test]
fn the_receipt_lists_every_file_with_its_whole_digest() {
    let receipt = Receipt::samples().remove(1);
    assert_eq!(receipt.files.len(), 18);
    let t = text(&print(&receipt));
    assert_has(&t, &[&receipt.number, &receipt.organisation, &receipt.form_digest, &receipt.form_id]);
    for f in &receipt.files {
        assert_has(&t, &[&f.sha256, &f.slot_name]);
    }
    assert_has(
        &t,
        &[
            // Received in the last second of the day in China.
            "2026年11月20日23:59:59",
            "2027年1月2日至2027年1月5日（暂定）",
            "自收到材料的次日起计算",
            "收件不表示材料齐全，也不表示已经备案",
        ],
    );
}

#[test]
fn the_english_receipt_is_complete_and_says_which_text_prevails() {
    for receipt in [&Receipt::samples()[0], &Receipt::samples()[2]] {
        let t = text(&print(receipt));
        assert_has(
            &t,
            &[
                "Decision due by 13 March 2026",
                "26 January 2026, 09:32:05 (UTC+8)",
                "counted from the day after receipt",
                "the Chinese text prevails",
                "Background-check statement and sheets",
                &receipt.due.explanation_en,
                &receipt.signature.as_ref().unwrap().fingerprint,
            ],
        );
    }
    assert!(!text(&print(&Receipt::samples()[2])).contains("收件回执"));
}

#[test]
fn the_filing_notice_is_no_approval_and_says_so() {
    for notice in FiledNotice::samples() {
        let pdf = print(&notice);
        assert_eq!(pdf.pages, 1);
        assert_has(
            &text(&pdf),
            &[
                &notice.head.authority,
                &notice.head.number,
                &notice.head.organisation,
                &notice.head.receipt_number,
                &notice.head.credit_code,
                &notice.filing_number,
                &notice.approval_number,
                &notice.publication_url,
                "根据《个人信息出境认证办法》第十二条的规定",
                "不是行政许可，不表示对你机构的资质、能力以及所出具认证证书的批准、认可或者担保",
                "公示日期：2026年3月10日",
            ],
        );
    }
}

#[test]
fn the_refusal_names_material_reason_and_article() {
    for notice in RefusalNotice::samples() {
        let t = text(&print(&notice));
        for r in &notice.reasons {
            assert_has(&t, &[&r.code, &r.text, &r.note, &format!("依据：{}", r.article)]);
            assert_has(&t, &[&format!("{}{}", r.material, r.material_name)]);
        }
        assert_has(
            &t,
            &[
                &notice.head.number,
                &notice.head.organisation,
                "《个人信息出境认证办法》第十二条第三款的规定，不予备案",
                "可以重新办理备案",
                "以本次提交的内容为底稿",
                "010-0000 0000",
            ],
        );
        for further in &notice.head.further {
            assert_has(&t, &[further]);
        }
        assert_has(&t, &[&notice.refile_url]);
    }
}

#[test]
fn a_notice_never_carries_a_signature_alone_on_a_page() {
    let pdf = print(&RefusalNotice::samples()[0]);
    assert_eq!(pdf.pages, 2);
    let last = squeeze(&OnDisk::new(&pdf).stdout("pdftotext", &["-raw", "-f", "2"], &["-"]));
    let (body, name) = (last.find("可以重新办理备案").unwrap(), last.find("2026年3月10日").unwrap());
    assert!(body < name, "{last}");
}

#[test]
fn a_draft_has_watermark_and_warning_and_no_number_code_or_seal() {
    let notice = FiledNotice::samples().remove(0);
    let pdf = PRESS.print(&notice, Mode::Draft).unwrap();
    let t = text(&pdf);
    assert_has(&t, &["草稿", "不发生法律效力", "（草稿，签发时编号）"]);
    for absent in [&notice.head.number, &notice.filing_number, "（印章）", &notice.head.verify_url] {
        assert!(!t.contains(absent), "{absent} in a draft:\n{t}");
    }
    let page = OnDisk::new(&pdf).page(60);
    assert!(qr_codes(&page).is_empty());
    // The watermark is there to be seen: its grey covers part of the sheet.
    let grey = page.pixels().filter(|p| (224..=236).contains(&p.0[0])).count();
    assert!(grey * 100 > page.pixels().len() * 2, "{grey} grey pixels");

    let refusal = RefusalNotice::samples().remove(0);
    let t = text(&PRESS.print(&refusal, Mode::Draft).unwrap());
    assert!(!t.contains(&refusal.head.number));
    let receipt = Receipt::samples().remove(0);
    assert!(!text(&PRESS.print(&receipt, Mode::Draft).unwrap()).contains(&receipt.number));
}

#[test]
fn opinion_checklist_worklist_and_cover_show_their_rows() {
    for o in JointOpinion::samples() {
        let t = text(&print(&o));
        assert_has(&t, &[&o.receipt_number, &o.organisation, &o.conclusion, &o.reviewer]);
        assert_has(&t, &o.opinion.lines().collect::<Vec<_>>());
        for s in &o.signatures {
            assert_has(&t, &[&s.signer, &s.fingerprint, &s.digest, &s.algorithm]);
        }
        for v in &o.verdicts {
            assert_has(&t, &[&v.name, &v.verdict, &v.note]);
        }
    }
    for list in MaterialList::samples() {
        let t = text(&print(&list));
        assert_eq!(list.rows.len(), 13);
        for r in &list.rows {
            assert_has(&t, &[&r.name, &r.requirement, &r.covers]);
        }
    }
    for q in QueueList::samples() {
        let t = text(&print(&q));
        for r in &q.rows {
            assert_has(&t, &[&r.organisation, &r.number, &r.left]);
        }
    }
    for c in CaseCover::samples() {
        let t = text(&print(&c));
        assert_has(&t, &[&c.receipt_number, &c.organisation]);
        for f in &c.facts {
            assert_has(&t, &[&f.label, &f.value]);
        }
        for s in &c.steps {
            assert_has(&t, &[&s.what, &s.who]);
        }
    }
}

#[test]
fn a_paper_survives_its_way_through_the_record() {
    let form = ApplicationForm::samples().remove(1);
    let json = serde_json::to_string(&form).unwrap();
    assert_eq!(serde_json::from_str::<ApplicationForm>(&json).unwrap(), form);
}
