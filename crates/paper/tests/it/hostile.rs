//! Input that wants to be more than text, characters no font has, fonts that
//! are not there.

use crate::outside::{PRESS, assert_has, print, text};
use guosuo_paper::{ApplicationForm, FontError, Fonts, Mode, OrgNature, PaperError, Receipt};

fn form() -> ApplicationForm {
    ApplicationForm::samples().remove(0)
}

#[test]
fn markup_is_text() {
    let hostile = [
        "#evil()",
        "#read(\"/etc/passwd\")",
        "*x* _y_ `z`",
        "$1 + 1$",
        "\\u{41} \\ back",
        "<label> @ref",
        "= heading",
        "// comment /* x */",
        "\"quoted\" 'single' ${x} {{ y }} %s",
        "]] }} )) \"})",
        "~ -- --- ...",
    ];
    let mut f = form();
    f.organisation = hostile[0].into();
    f.address = hostile[1].into();
    f.nature = Some(OrgNature::Other(hostile[2].into()));
    f.legal_representative = hostile[4].into();
    f.capital = hostile[3].into();
    f.operator = hostile[6].into();
    f.form_id = "#f[x]".into();
    f.business_scope = hostile.join("\n");
    let t = text(&print(&f));
    assert_has(&t, &hostile);
    assert_has(&t, &["#f[x]"]);
}

#[test]
fn steering_characters_are_printed_as_their_code() {
    let mut f = form();
    f.organisation = "示例\u{202E}司公\u{202C}（虚构）\u{200B}甲\u{7}乙".into();
    let t = text(&print(&f));
    assert_has(&t, &["示例〔U+202E〕司公〔U+202C〕（虚构）〔U+200B〕甲〔U+0007〕乙"]);
}

#[test]
fn full_width_letters_and_dots_stay_as_given() {
    let mut f = form();
    f.organisation = "ＡＢＣ示例（虚构）・公司·".into();
    f.legal_representative = "阿卜杜·热合曼".into();
    assert_has(&text(&print(&f)), &["ＡＢＣ示例（虚构）・公司·", "阿卜杜·热合曼"]);
}

#[test]
fn a_character_without_glyph_is_named_and_nothing_is_printed() {
    let mut f = form();
    // CJK extension H, a private-use character, an emoji; twice the first.
    f.operator = "王\u{31350}".into();
    f.address = "\u{E000}路\u{31350}\u{1F600}号".into();
    match PRESS.print(&f, Mode::Final) {
        Err(PaperError::MissingGlyph { mut chars }) => {
            chars.sort_unstable();
            assert_eq!(chars, ['\u{E000}', '\u{1F600}', '\u{31350}']);
        }
        other => panic!("{other:?}"),
    }
    let words = PRESS.print(&f, Mode::Draft).unwrap_err().to_string();
    assert!(words.contains("U+31350"), "{words}");
}

#[test]
fn a_variation_the_font_lacks_is_missing_too() {
    let mut f = form();
    f.operator = "葛\u{E01EF}".into();
    assert!(matches!(PRESS.print(&f, Mode::Final), Err(PaperError::MissingGlyph { chars }) if chars == ['\u{E01EF}']));
}

#[test]
fn rare_names_of_the_required_list_print() {
    let mut f = form();
    f.operator = "䶮𠮷㐂𬭎".into();
    assert_has(&text(&print(&f)), &["䶮𠮷㐂𬭎"]);
}

#[test]
fn a_document_has_a_limit_and_a_long_one_below_it_prints() {
    let mut f = form();
    f.business_scope = "信".repeat(120_001);
    assert!(matches!(PRESS.print(&f, Mode::Final), Err(PaperError::TooLong { .. })));
    f.business_scope = "\n信".repeat(3_000);
    assert!(matches!(PRESS.print(&f, Mode::Final), Err(PaperError::TooLong { .. })));
}

#[test]
fn a_word_without_end_wraps_and_stays_clean_when_copied() {
    let mut f = form();
    let word = "x".repeat(12_000);
    f.business_scope = word.clone();
    f.organisation = "AVeryLongLatinName".repeat(6);
    let pdf = print(&f);
    assert!(pdf.pages > 3, "{}", pdf.pages);
    let t = text(&pdf);
    assert_has(&t, &[&f.organisation]);
    assert_eq!(t.matches('x').count(), word.len());
    assert!(!t.contains('\u{200B}'));
}

#[test]
fn a_code_that_cannot_hold_its_text_is_refused() {
    let mut r = Receipt::samples().remove(0);
    r.status_url = format!("https://guosuo.example/{}", "a".repeat(4000));
    assert!(matches!(PRESS.print(&r, Mode::Final), Err(PaperError::QrTooLong { .. })));
}

#[test]
fn the_self_test_reports_what_goes_into_the_record() {
    let report = PRESS.fonts().self_test().unwrap();
    assert!(report.checked > 400, "{}", report.checked);
    assert!(!report.faces.is_empty());
    for face in &report.faces {
        assert_eq!(face.sha256.len(), 64);
        assert!(face.version.contains("Version"), "{face:?}");
        assert!(face.code_points > 20_000, "{face:?}");
    }
}

#[test]
fn an_explicit_folder_without_fonts_is_an_error_and_not_a_hint() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("broken.otf"), b"OTTO and then nothing").unwrap();
    let Err(error) = Fonts::resolve(Some(dir.path()), &[]) else { panic!("broken font accepted") };
    assert!(matches!(error, FontError::BadDir { .. }));
    assert!(error.to_string().contains("fonts-noto-cjk"), "{error}");
}

#[test]
fn one_sans_face_is_enough_to_work_and_is_what_the_folder_has() {
    let source = std::path::Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc");
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(source, dir.path().join("NotoSansCJK-Regular.ttc")).unwrap();
    let fonts = Fonts::resolve(Some(dir.path()), &[]).unwrap();
    assert_eq!((fonts.song(), fonts.hei()), ("Noto Sans CJK SC", "Noto Sans CJK SC"));
    let report = fonts.self_test().unwrap();
    assert_eq!(report.faces.len(), 1);
}

#[test]
fn no_font_at_all_names_the_package() {
    assert!(Fonts::from_bytes([]).is_none());
    assert!(Fonts::from_bytes([&b"no font"[..]]).is_none());
    let words = FontError::NotFound { searched: vec!["/usr/share/fonts".into()] }.to_string();
    assert!(words.contains("fonts-noto-cjk") && words.contains("GUOSUO_FONT_DIR"), "{words}");
}
