//! The application form 个人信息出境认证专业机构备案申请表 (G 附件2), field by field.

use std::fmt::Write as _;

use guosuo_rules::ids::{Options, uscc};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::text;

/// The fields of the form, in the guide's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// 机构名称
    OrgName,
    /// 统一社会信用代码
    CreditCode,
    /// 机构性质
    Nature,
    /// 机构性质：其他
    NatureOther,
    /// 法定代表人
    LegalRep,
    /// 成立时间
    Founded,
    /// 注册资本 (万元)
    Capital,
    /// 通讯地址
    Address,
    /// 邮编
    Postcode,
    /// 认证机构批准书号
    ApprovalNumber,
    /// 批准书颁发日期
    ApprovalDate,
    /// 批准书有效期
    ApprovalUntil,
    /// 从事认证人员数量
    Staff,
    /// 经办人
    Operator,
    /// 经办人联系电话
    OperatorPhone,
    /// 业务范围简介
    Scope,
    /// 逾期说明: the note on a late filing; not part of the printed form.
    LateNote,
}

impl Field {
    /// All fields in order.
    pub const ALL: [Self; 17] = [
        Self::OrgName,
        Self::CreditCode,
        Self::Nature,
        Self::NatureOther,
        Self::LegalRep,
        Self::Founded,
        Self::Capital,
        Self::Address,
        Self::Postcode,
        Self::ApprovalNumber,
        Self::ApprovalDate,
        Self::ApprovalUntil,
        Self::Staff,
        Self::Operator,
        Self::OperatorPhone,
        Self::Scope,
        Self::LateNote,
    ];

    /// The stored name, also the name of the input on the page.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrgName => "org_name",
            Self::CreditCode => "credit_code",
            Self::Nature => "nature",
            Self::NatureOther => "nature_other",
            Self::LegalRep => "legal_rep",
            Self::Founded => "founded",
            Self::Capital => "capital",
            Self::Address => "address",
            Self::Postcode => "postcode",
            Self::ApprovalNumber => "approval_number",
            Self::ApprovalDate => "approval_date",
            Self::ApprovalUntil => "approval_until",
            Self::Staff => "staff",
            Self::Operator => "operator",
            Self::OperatorPhone => "operator_phone",
            Self::Scope => "scope",
            Self::LateNote => "late_note",
        }
    }

    /// Most characters that the field takes.
    pub fn max_chars(self) -> usize {
        match self {
            Self::Scope => 3000,
            Self::LateNote => 1000,
            Self::Address => 200,
            Self::OrgName | Self::NatureOther | Self::ApprovalNumber => 100,
            _ => 50,
        }
    }

    /// Whether line breaks are part of the field.
    pub fn is_multi_line(self) -> bool {
        matches!(self, Self::Scope | Self::LateNote)
    }

    fn is_required(self, form: &Form) -> bool {
        match self {
            Self::NatureOther => form.nature() == Some(Nature::Other),
            Self::LateNote => false,
            _ => true,
        }
    }
}

/// 机构性质, the boxes of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// 事业单位
    PublicInstitution,
    /// 企业
    Enterprise,
    /// 社会组织
    SocialOrganisation,
    /// 其他
    Other,
}

impl Nature {
    /// All boxes in the form's order.
    pub const ALL: [Self; 4] = [Self::PublicInstitution, Self::Enterprise, Self::SocialOrganisation, Self::Other];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PublicInstitution => "public_institution",
            Self::Enterprise => "enterprise",
            Self::SocialOrganisation => "social_organisation",
            Self::Other => "other",
        }
    }

    /// Reads a stored name.
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|n| n.as_str() == s)
    }
}

/// What the applicant typed, exactly as typed: a draft may hold anything, so nothing is lost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "each field is documented at its Field")]
pub struct Form {
    pub org_name: String,
    pub credit_code: String,
    pub nature: String,
    pub nature_other: String,
    pub legal_rep: String,
    pub founded: String,
    pub capital: String,
    pub address: String,
    pub postcode: String,
    pub approval_number: String,
    pub approval_date: String,
    pub approval_until: String,
    pub staff: String,
    pub operator: String,
    pub operator_phone: String,
    pub scope: String,
    pub late_note: String,
}

/// Why a field cannot stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum FieldProblem {
    /// Nothing was typed.
    Empty,
    /// Longer than the field takes.
    TooLong {
        /// Characters typed.
        chars: usize,
        /// Characters allowed.
        max: usize,
    },
    /// Holds a character that cannot be stored (control, invisible, reordering).
    ForbiddenCharacter {
        /// Which character, 1 for the first.
        position: usize,
        /// Its code point.
        code_point: u32,
    },
    /// Not a day that exists; see [`parse_date`] for the spellings taken.
    NotADate,
    /// Lies after the day of filing.
    InFuture,
    /// Lies before the day on which it could begin.
    BeforeStart,
    /// The approval has ended on the day of filing.
    Expired,
    /// Not a whole number, or out of range.
    NotANumber,
    /// The check of the credit code failed (GB 32100-2015).
    BadCreditCode {
        /// Characters typed.
        chars: usize,
    },
    /// Not one of the boxes.
    NotAChoice,
    /// Not six digits.
    BadPostcode,
    /// Not a telephone number.
    BadPhone,
    /// Differs from the credit code under which the organisation is registered.
    OtherOrganisation,
}

impl Form {
    /// The text of a field.
    pub fn get(&self, field: Field) -> &str {
        match field {
            Field::OrgName => &self.org_name,
            Field::CreditCode => &self.credit_code,
            Field::Nature => &self.nature,
            Field::NatureOther => &self.nature_other,
            Field::LegalRep => &self.legal_rep,
            Field::Founded => &self.founded,
            Field::Capital => &self.capital,
            Field::Address => &self.address,
            Field::Postcode => &self.postcode,
            Field::ApprovalNumber => &self.approval_number,
            Field::ApprovalDate => &self.approval_date,
            Field::ApprovalUntil => &self.approval_until,
            Field::Staff => &self.staff,
            Field::Operator => &self.operator,
            Field::OperatorPhone => &self.operator_phone,
            Field::Scope => &self.scope,
            Field::LateNote => &self.late_note,
        }
    }

    /// Sets the text of a field.
    pub fn set(&mut self, field: Field, value: impl Into<String>) {
        let slot = match field {
            Field::OrgName => &mut self.org_name,
            Field::CreditCode => &mut self.credit_code,
            Field::Nature => &mut self.nature,
            Field::NatureOther => &mut self.nature_other,
            Field::LegalRep => &mut self.legal_rep,
            Field::Founded => &mut self.founded,
            Field::Capital => &mut self.capital,
            Field::Address => &mut self.address,
            Field::Postcode => &mut self.postcode,
            Field::ApprovalNumber => &mut self.approval_number,
            Field::ApprovalDate => &mut self.approval_date,
            Field::ApprovalUntil => &mut self.approval_until,
            Field::Staff => &mut self.staff,
            Field::Operator => &mut self.operator,
            Field::OperatorPhone => &mut self.operator_phone,
            Field::Scope => &mut self.scope,
            Field::LateNote => &mut self.late_note,
        };
        *slot = value.into();
    }

    /// The box ticked for 机构性质.
    pub fn nature(&self) -> Option<Nature> {
        Nature::parse(&self.nature)
    }

    /// 批准书颁发日期, where it is a day.
    pub fn approval_date(&self) -> Option<Date> {
        parse_date(&self.approval_date)
    }

    /// 从事认证人员数量, where it is a number.
    pub fn staff(&self) -> Option<u32> {
        parse_count(&self.staff)
    }

    /// 注册资本 in 万元, where it is a number. Decimals are cut.
    pub fn capital_wan(&self) -> Option<u64> {
        let s: String = self.capital.chars().filter(|c| !matches!(c, ',' | '，' | ' ')).collect();
        let s = s.trim_end_matches("万元").trim_end_matches('万');
        let (whole, frac) = s.split_once('.').unwrap_or((s, "0"));
        if frac.is_empty() || !frac.bytes().all(|b| b.is_ascii_digit()) || whole.len() > 12 {
            return None;
        }
        whole.parse().ok()
    }

    /// The bytes that the printed form is bound to: every printed field, length first, so
    /// that no two forms share them.
    pub fn canonical(&self) -> String {
        let mut out = String::from("guosuo-filing-form-v1\n");
        for f in Field::ALL.into_iter().filter(|f| *f != Field::LateNote) {
            let v = self.get(f);
            let _ = writeln!(out, "{} {}\n{v}", f.as_str(), v.len());
        }
        out
    }

    /// Every problem of every field, in the form's order.
    ///
    /// `today` is the day of filing in China Standard Time; `registered_code` the credit code
    /// of the applying organisation; `code_overridden` says that an officer has accepted a
    /// credit code that fails its check.
    pub fn problems(&self, today: Date, registered_code: &str, code_overridden: bool) -> Vec<(Field, FieldProblem)> {
        let mut out = Vec::new();
        for field in Field::ALL {
            let v = self.get(field);
            if text::is_blank(v) {
                if field.is_required(self) {
                    out.push((field, FieldProblem::Empty));
                }
            } else if let Err(p) = self.check(field, today, registered_code, code_overridden) {
                out.push((field, p));
            }
        }
        out
    }

    fn check(&self, field: Field, today: Date, registered_code: &str, code_overridden: bool) -> Result<(), FieldProblem> {
        let v = self.get(field);
        let chars = v.chars().count();
        if chars > field.max_chars() {
            return Err(FieldProblem::TooLong { chars, max: field.max_chars() });
        }
        if let Err(f) = text::check(v, field.is_multi_line()) {
            return Err(FieldProblem::ForbiddenCharacter { position: f.position, code_point: f.code_point });
        }
        let date = || parse_date(v).ok_or(FieldProblem::NotADate);
        match field {
            Field::CreditCode => {
                if !code_overridden && !uscc::check(v, None, Options::default()).is_valid() {
                    return Err(FieldProblem::BadCreditCode { chars });
                }
                if v != registered_code {
                    return Err(FieldProblem::OtherOrganisation);
                }
            }
            Field::Nature if self.nature().is_none() => return Err(FieldProblem::NotAChoice),
            Field::Founded if date()? > today => return Err(FieldProblem::InFuture),
            Field::ApprovalDate => {
                let d = date()?;
                if d > today {
                    return Err(FieldProblem::InFuture);
                }
                if parse_date(&self.founded).is_some_and(|f| d < f) {
                    return Err(FieldProblem::BeforeStart);
                }
            }
            Field::ApprovalUntil => {
                let d = date()?;
                if self.approval_date().is_some_and(|a| d < a) {
                    return Err(FieldProblem::BeforeStart);
                }
                if d < today {
                    return Err(FieldProblem::Expired);
                }
            }
            Field::Capital if self.capital_wan().is_none() => return Err(FieldProblem::NotANumber),
            Field::Staff if self.staff().is_none_or(|n| n == 0 || n > 100_000) => {
                return Err(FieldProblem::NotANumber);
            }
            Field::Postcode if v.len() != 6 || !v.bytes().all(|b| b.is_ascii_digit()) => {
                return Err(FieldProblem::BadPostcode);
            }
            Field::OperatorPhone if !is_phone(v) => return Err(FieldProblem::BadPhone),
            _ => {}
        }
        Ok(())
    }
}

/// The printed fields in which two forms differ.
pub fn changed_fields(a: &Form, b: &Form) -> Vec<Field> {
    Field::ALL.into_iter().filter(|f| *f != Field::LateNote && a.get(*f) != b.get(*f)).collect()
}

/// Reads a day as people write it: `2026-01-05`, `2026-1-5`, `2026/1/5`, `2026.1.5`, `2026年1月5日`, `20260105`, also
/// in full-width characters and with spaces between.
pub fn parse_date(s: &str) -> Option<Date> {
    let s = half_width(s.trim());
    let parts: Vec<&str> = if s.len() == 8 && s.bytes().all(|b| b.is_ascii_digit()) {
        vec![&s[..4], &s[4..6], &s[6..]]
    } else {
        s.trim_end_matches('日').split(['-', '/', '.', '年', '月']).map(str::trim).collect()
    };
    let [year, month, day] = parts[..] else {
        return None;
    };
    let digits = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// The text with full-width letters, digits and marks (Ａ, １, －) in their usual width.
pub fn half_width(text: &str) -> String {
    let one = |c: char| match u32::from(c) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    text.chars().map(one).collect()
}

fn parse_count(s: &str) -> Option<u32> {
    let s: String = s.trim().chars().filter(|c| !matches!(c, ',' | '，')).collect();
    let s = s.trim_end_matches('人').trim_end_matches('名');
    (!s.is_empty() && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse().ok())?
}

fn is_phone(s: &str) -> bool {
    let digits = s.bytes().filter(u8::is_ascii_digit).count();
    (7..=20).contains(&digits) && s.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b' ' | b'(' | b')'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_is_read_as_people_write_it() {
        for s in
            ["2026-01-05", "2026-1-5", "2026/1/5", "2026.1.5", "2026年1月5日", "2026 年 1 月 5 日", "20260105", "２０２６-１-５"]
        {
            assert_eq!(parse_date(s), Some(date(2026, 1, 5)), "{s}");
        }
        for s in
            ["", "2026", "2026-02-30", "26-1-5", "2026-1-5-6", "5/1/2026", "2026-13-01", "二〇二六年", "2026-+1-5", "2026é105"]
        {
            assert_eq!(parse_date(s), None, "{s}");
        }
    }

    #[test]
    fn capital_is_read_in_wan_yuan() {
        let capital = |s: &str| Form { capital: s.into(), ..Form::default() }.capital_wan();
        assert_eq!(capital("300"), Some(300));
        assert_eq!(capital("1,200万元"), Some(1200));
        assert_eq!(capital("300.50"), Some(300));
        for bad in ["", "-1", "三百", "1e3", "300.", "NaN", "9999999999999"] {
            assert_eq!(capital(bad), None, "{bad}");
        }
    }

    #[test]
    fn two_forms_never_share_their_canonical_bytes() {
        let a = Form { org_name: "示例\ncredit_code 0\n".into(), ..Form::default() };
        let b = Form { org_name: "示例".into(), ..Form::default() };
        assert_ne!(a.canonical(), b.canonical());
        assert_eq!(changed_fields(&a, &b), [Field::OrgName]);
    }

    #[test]
    fn the_late_note_is_not_part_of_the_printed_form() {
        let a = Form { late_note: "说明".into(), ..Form::default() };
        assert_eq!(a.canonical(), Form::default().canonical());
        assert!(changed_fields(&a, &Form::default()).is_empty());
    }
}
