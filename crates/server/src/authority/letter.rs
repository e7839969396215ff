//! The notice that ends a filing: built from the record alone, so that printing it again gives
//! the same bytes.

use std::fmt::Write as _;

use guosuo_case::filing::{Decision, Filing, Outcome, Submission};
use guosuo_paper::{Contact, FiledNotice, Mode, NoticeHead, Pdf, RefusalNotice, RefusalReason};
use guosuo_rules::time::cst_date;
use jiff::Timestamp;

use super::paper::print;
use crate::app::App;
use crate::config::Config;
use crate::error::Error;
use crate::public::address::filing as filing_path;
use crate::web::Lang;
use crate::words;

/// One of the two notices (M 12(3)).
#[derive(Debug, Clone)]
pub enum Letter {
    /// 备案通知书.
    Filed(FiledNotice),
    /// 不予备案通知书.
    Refused(RefusalNotice),
}

impl Letter {
    /// Its common part.
    pub fn head(&self) -> &NoticeHead {
        match self {
            Self::Filed(n) => &n.head,
            Self::Refused(n) => &n.head,
        }
    }

    /// Its title.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Filed(_) => "个人信息出境认证专业机构备案通知书",
            Self::Refused(_) => "个人信息出境认证专业机构不予备案通知书",
        }
    }
}

/// The text of a notice on screen, as on paper. It is Chinese in both languages: the Chinese
/// text is the one that binds.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Title.
    pub title: &'static str,
    /// 发文字号, or the words that it is a draft.
    pub number: String,
    /// 主送机关.
    pub to: String,
    /// First paragraph.
    pub begins: String,
    /// Facts of a filing.
    pub facts: Vec<(&'static str, String)>,
    /// Reasons of a refusal.
    pub reasons: Vec<RefusalReason>,
    /// Last paragraph.
    pub ends: &'static str,
    /// Signature and date.
    pub signed: (String, String),
}

impl Letter {
    /// The text for a page.
    pub fn shown(&self) -> Shown {
        let l = Lang::Zh;
        let head = self.head();
        let received = l.date(head.received_on).words;
        let begins = format!("你机构{received}提交的个人信息出境认证专业机构备案材料（收件编号：{}）收悉。", head.receipt_number);
        let (begins, facts, reasons, ends) = match self {
            Self::Filed(n) => (
                format!(
                    "{begins}根据《个人信息出境认证办法》第十二条的规定，经会同国家数据管理部门审核，备案材料齐全，现予以备案并公示。"
                ),
                vec![
                    ("备案编号", if n.filing_number.is_empty() { "（签发时编号）".to_owned() } else { n.filing_number.clone() }),
                    ("统一社会信用代码", head.credit_code.clone()),
                    ("认证机构批准书号", n.approval_number.clone()),
                    ("公示日期", l.date(n.published_on).words),
                    ("公示网址", n.publication_url.clone()),
                ],
                Vec::new(),
                "本备案仅表明你机构提交的备案材料齐全，不是行政许可，不表示对你机构的资质、能力以及所出具认证证书的批准、认可或者担保。",
            ),
            Self::Refused(n) => (
                format!(
                    "{begins}经会同国家数据管理部门审核，备案材料不齐全。根据《个人信息出境认证办法》第十二条第三款的规定，不予备案。理由如下："
                ),
                Vec::new(),
                n.reasons.clone(),
                "材料补齐后，你机构可以重新办理备案；审核期限自收到新提交的材料的次日起重新计算。",
            ),
        };
        Shown {
            title: self.title(),
            number: if head.number.is_empty() { "（草稿，未编号）".to_owned() } else { head.number.clone() },
            to: format!("{}：", head.organisation),
            begins,
            facts,
            reasons,
            ends,
            signed: (head.authority.clone(), l.date(cst_date(head.issued_at)).words),
        }
    }
}

/// The address by which the public reaches a path of this instance.
fn address(config: &Config, path: &str) -> String {
    format!("{}{path}", config.public_origin.trim_end_matches('/'))
}

fn head(
    config: &Config,
    filing: &Filing,
    submission: &Submission,
    number: String,
    issued_at: Timestamp,
    verify_url: String,
) -> NoticeHead {
    let contact = (!config.site.phone.is_empty()).then(|| Contact {
        name: config.authority.clone(),
        phone: config.site.phone.clone(),
        other: config.contact.clone(),
    });
    NoticeHead {
        authority: config.authority.clone(),
        number,
        organisation: filing.dossier.form.org_name.clone(),
        credit_code: filing.credit_code.clone(),
        receipt_number: submission.number.to_string(),
        received_on: cst_date(submission.received_at),
        issued_at,
        further: Vec::new(),
        contact,
        verify_url,
    }
}

fn reasons(filing: &Filing) -> Vec<RefusalReason> {
    let l = Lang::Zh;
    let mut out = Vec::new();
    for (slot, verdict) in filing.review().map(|r| &r.verdicts).into_iter().flatten() {
        for (n, reason) in verdict.reasons.iter().enumerate() {
            // What the officer wrote belongs to the item, so it stands once.
            let mut note = if n == 0 { verdict.note.clone() } else { String::new() };
            if let Some(page) = verdict.page.filter(|_| n == 0) {
                if !note.is_empty() {
                    note.push(' ');
                }
                // Writing to a String cannot fail.
                let _ = write!(note, "（见第{page}页）");
            }
            out.push(RefusalReason {
                material: slot.id().to_owned(),
                material_name: words::slot(l, *slot).to_owned(),
                code: reason.name().to_owned(),
                text: words::reason(l, *slot, reason),
                note,
                article: words::article(l, slot.article()),
            });
        }
    }
    out
}

/// The notice as it was decided, or as it would be: with `decision` empty it is a draft for
/// the outcome named, dated now.
pub fn letter(
    config: &Config,
    case_id: &str,
    filing: &Filing,
    outcome: Outcome,
    decision: Option<&Decision>,
    now: Timestamp,
) -> Option<Letter> {
    let submission = filing.submission()?;
    let at = decision.map_or(now, |d| d.at);
    let number = decision.map(|d| d.notice.to_string()).unwrap_or_default();
    Some(match outcome {
        Outcome::File => {
            let filing_number = decision.and_then(|d| d.filing.as_ref()).map(ToString::to_string).unwrap_or_default();
            // Like the number, the address exists from the decision on; a draft names the list in which it will stand.
            let path = if filing_number.is_empty() { "/publications".to_owned() } else { filing_path(case_id, &filing_number) };
            let publication = address(config, &path);
            Letter::Filed(FiledNotice {
                head: head(config, filing, submission, number, at, publication.clone()),
                filing_number,
                approval_number: filing.dossier.form.approval_number.clone(),
                published_on: cst_date(at),
                publication_url: publication,
            })
        }
        Outcome::Refuse => Letter::Refused(RefusalNotice {
            head: head(config, filing, submission, number, at, String::new()),
            reasons: reasons(filing),
            refile_url: address(config, &format!("/body/filings/{case_id}")),
        }),
    })
}

/// The notice of a decided filing; `None` before the decision.
pub fn decided(config: &Config, case_id: &str, filing: &Filing) -> Option<Letter> {
    let d = filing.decision()?;
    letter(config, case_id, filing, d.outcome, Some(d), d.at)
}

/// Prints a notice.
///
/// # Errors
/// As [`print()`].
pub async fn press(app: &App, letter: Letter, mode: Mode) -> Result<Pdf, Error> {
    match letter {
        Letter::Filed(n) => print(app, n, mode).await,
        Letter::Refused(n) => print(app, n, mode).await,
    }
}
