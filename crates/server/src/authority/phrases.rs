//! Sentences for notices that reviewers use often. They go into the record as they stand, so
//! they are Chinese in both languages of the screen.

use guosuo_case::filing::Slot;

/// The phrases for a slot.
pub(super) fn phrases(slot: Slot) -> &'static [&'static str] {
    match slot {
        Slot::Form => &["申请表没有加盖公章。", "申请表的签章不清晰。", "承诺书没有签署日期。"],
        Slot::Approval => &["批准书复印件缺少有效期所在页。", "批准书载明的业务范围不含个人信息保护认证。"],
        Slot::CreditCode => &["统一社会信用代码证件不是现行有效版本。"],
        Slot::LegalRepId | Slot::OperatorId => &["身份证件缺少反面。", "身份证件已过有效期。"],
        Slot::PastWork => &["所列工作没有时间，无法判断是否在近三年内。", "没有写明参与的具体工作。"],
        Slot::Background => &["缺少人员安全背景审查说明。", "背景审查表没有逐人加盖公章。", "背景审查表的人数与申请表不一致。"],
        Slot::DetailedRules => &["实施细则没有规定获证后监督。", "实施细则没有写明认证依据的标准编号和年代号。"],
        Slot::WorkPlan => &["工作计划没有写明人力资源。", "工作计划没有写明场所与设备资源。"],
        Slot::RiskPrevention => &["没有写明对企业申请材料的安全保护措施。", "没有写明保密措施。"],
        Slot::ContinuousSupervision => &["没有写明监督的频次和周期。", "没有写明发现不再符合认证要求时的处理措施。"],
        Slot::Complaints => &["没有写明公开的投诉受理渠道。", "没有写明争议解决的内部处理规范。"],
        Slot::Other => &["与备案无关，建议不作为备案材料。"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_has_phrases_that_are_whole_sentences() {
        for slot in Slot::ALL {
            assert!(!phrases(slot).is_empty());
            assert!(phrases(slot).iter().all(|p| p.ends_with('。')));
        }
    }
}
