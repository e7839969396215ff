//! Why something was refused, what would be right, and the article.

use guosuo_case::{Refusal, RefusalCode};

use super::{article, finding, slot_short};
use crate::web::lang::Lang;

/// A refusal as one or two sentences, the article in brackets at the end.
pub fn refusal(l: Lang, r: &Refusal) -> String {
    let text = body(l, &r.code);
    let cite = article(l, r.article);
    if l.zh() { format!("{text}（{cite}）") } else { format!("{text} ({cite})") }
}

fn slots(l: Lang, list: &[guosuo_case::filing::Slot]) -> String {
    list.iter()
        .map(|s| {
            if l.zh() {
                format!("第{}项“{}”", s.id(), slot_short(l, *s))
            } else {
                format!("{} ({})", s.id(), slot_short(l, *s))
            }
        })
        .collect::<Vec<_>>()
        .join(l.t("、", ", "))
}

fn body(l: Lang, code: &RefusalCode) -> String {
    let fixed = match code {
        RefusalCode::NotFound => l.t(
            "没有这个案件，或者不属于本机构。从列表重新进入。",
            "There is no such case, or it is not your organisation's. Open it from your list.",
        ),
        RefusalCode::NotAllowed => l.t(
            "您的岗位不能办理这一步。需要办理请联系本单位管理员调整岗位。",
            "Your role cannot do this. Ask your administrator if you need to.",
        ),
        RefusalCode::WrongPhase => l.t(
            "案件已经进入下一环节，这一步现在不能办。刷新页面查看可以办理的事项。",
            "The case has moved on and this step no longer exists. Reload the page to see what can be done.",
        ),
        RefusalCode::NotHandler { handler: Some(_) } => l.t(
            "案件由其他承办人办理。可以查看；需要接手请由承办人“交接”。",
            "Another handler holds this case. You can read it; to take it over, ask for a hand-over.",
        ),
        RefusalCode::NotHandler { handler: None } => {
            l.t("案件还没有承办人。先“领办”再办理。", "Nobody holds this case yet. Take it first.")
        }
        RefusalCode::SamePerson => {
            l.t("提出意见的人不能自己审定。请另一位负责人审定。", "Whoever proposed cannot decide. Another head must decide.")
        }
        RefusalCode::UnknownFile => l.t(
            "这个文件已经不在材料里，可能被同事移除了。刷新后再试。",
            "This file is no longer part of the dossier; a colleague may have removed it. Reload and try again.",
        ),
        RefusalCode::UnknownPerson => l.t(
            "名册里没有这个人。先把人加入名册，再上传背景审查表。",
            "This person is not on the roster. Add the person first, then upload the sheet.",
        ),
        RefusalCode::OrderMismatch => l.t(
            "文件有增减，顺序没有保存。刷新后重新排列。",
            "Files were added or removed meanwhile, so the order was not saved. Reload and arrange them again.",
        ),
        RefusalCode::NothingMissing => l.t(
            "各项结论都是齐全，不能不予备案。材料齐全的应当予以备案并公示。",
            "Every item is complete, so refusal is not possible: a complete filing is filed and published.",
        ),
        RefusalCode::OpinionMissing => l.t(
            "国家数据管理部门还没有反馈会同意见。收到意见后才能提出办理意见。",
            "The National Data Administration has not given its opinion yet. Propose once it is here.",
        ),
        RefusalCode::NotSent => l.t("案件还没有送会同审核。", "The case has not been sent for joint review."),
        RefusalCode::OpinionGiven => l.t("会同意见已经反馈，不能重复提交。", "The opinion has already been given."),
        RefusalCode::DisagreementUnexplained => l.t(
            "两部门意见不一致。请在说明栏写明会商情况和采纳理由。",
            "The two authorities differ. Say in the note how this was resolved and why.",
        ),
        RefusalCode::NoProposal => l.t("承办人还没有提出办理意见。", "The handler has not proposed anything yet."),
        RefusalCode::ProposalPending => l.t(
            "办理意见正在等待审定。需要修改请先由负责人退回。",
            "A proposal is waiting for the decision. To change anything, have it returned first.",
        ),
        RefusalCode::NotOverdue => {
            l.t("办理时限还没有届满，不需要说明超期原因。", "The limit has not passed, so there is no delay to explain.")
        }
        RefusalCode::TextNeeded => l.t(
            "请写明理由（不超过4000字，不含不可见字符）。",
            "Give the reason in writing (at most 4,000 characters, without invisible ones).",
        ),
        RefusalCode::PledgeMissing => l.t(
            "提交前要作出承诺：备案材料真实、完整、准确和有效。",
            "Before submitting, give the pledge that the materials are true, complete, accurate and valid.",
        ),
        RefusalCode::Certification { reason } => return super::certification_reason(l, reason),
        RefusalCode::DayInFuture { day } => {
            let day = l.date(*day).words;
            return l.pick(format!("{day}还没有到。"), format!("{day} has not come yet."));
        }
        RefusalCode::DayNotAhead { day } => {
            let day = l.date(*day).words;
            return l
                .pick(format!("{day}不在今天之后。写一个以后的日子。"), format!("{day} does not lie ahead. Give a later day."));
        }
        RefusalCode::AssessmentIncomplete { gaps } => {
            let list: Vec<_> = gaps.iter().map(|g| super::assessment::gap(l, g)).collect();
            return l.pick(
                format!("还有{}处没有完成，完成后才能定稿。{}", gaps.len(), list.join("；")),
                format!("{} points are open; finish them before freezing. {}", gaps.len(), list.join("; ")),
            );
        }
        RefusalCode::ContradictionsUnexplained { count } => {
            return l.pick(
                format!("还有{count}处与其他材料不一致。改正，或者写明为什么不影响。"),
                format!("{count} contradictions remain. Correct them, or say why they do not matter."),
            );
        }
        RefusalCode::Exports { fault } => return super::exports::exports_fault(l, fault),
        RefusalCode::FreshFactorNeeded => l.t("作出决定前请再输入一次动态口令。", "Enter a one-time code again before deciding."),
        RefusalCode::Incomplete { findings } => {
            let list: Vec<_> = findings.iter().map(|f| finding(l, f)).collect();
            return if l.zh() {
                format!("还有{}处没有完成，完成后才能提交。材料不齐全的不予备案。{}", findings.len(), list.join(""))
            } else {
                format!(
                    "{} points are not finished. Finish them before you submit; incomplete filings are not accepted. {}",
                    findings.len(),
                    list.join(" ")
                )
            };
        }
        RefusalCode::StaleForm { .. } => l.t(
            "您填写期间，同事保存了新的内容。您填的内容还在下面，请对照后再保存。",
            "A colleague saved the form while you were typing. What you typed is still below; compare and save again.",
        ),
        RefusalCode::VerdictsMissing { slots: s } => {
            let s = slots(l, s);
            return if l.zh() {
                format!("{s}还没有结论。都有结论后才能提出办理意见，缺什么一次写全。")
            } else {
                format!("No verdict yet on {s}. Give all of them a verdict so that one letter lists everything.")
            };
        }
        RefusalCode::ReasonNeeded { slot } => {
            let s = slots(l, &[*slot]);
            return if l.zh() {
                format!("{s}不是“齐全”，要选至少一条理由。")
            } else {
                format!("Item {s} is not complete: choose at least one reason.")
            };
        }
        RefusalCode::NotComplete { slots: s } => {
            let s = slots(l, s);
            return if l.zh() {
                format!("{s}不齐全，不能予以备案。")
            } else {
                format!("{s} not complete, so the filing cannot be accepted.")
            };
        }
        RefusalCode::OverdueReasonMissing { due } => {
            let day = l.date(*due).words;
            return if l.zh() {
                format!("30个工作日已于{day}届满。先由承办人书面说明原因，再作出决定；系统不会自动决定。")
            } else {
                format!(
                    "The 30 working days ended on {day}. The handler must state the reason in writing before the decision; nothing is decided automatically."
                )
            };
        }
    };
    fixed.to_owned()
}
