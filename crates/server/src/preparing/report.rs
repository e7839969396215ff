//! The report of an assessment: one list of blocks for the PDF and for the editable text. Chinese, as the authorities
//! read it; the layout is that of the template for the standard contract, the content that of M 6.

use axum::extract::{Path, Query};
use axum::response::Response;
use guosuo_case::assessment::{Assessment, Content, Contradiction, Part, Version};
use guosuo_case::certification::ImpactItem;
use guosuo_paper::{ImpactReport, Mode, ReportBlock, ReportMapCell, ReportMapRow};
use guosuo_rules::risk::{Likelihood, Method};
use serde::Deserialize;

use super::sections::ITEMS;
use super::{acts, hub};
use crate::app::Cx;
use crate::body::case::file;
use crate::error::Error;
use crate::web::Lang;
use crate::words::{self, assessment as say};

const L: Lang = Lang::Zh;

/// Which version is asked for; none: what is being written, else the version in force.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    pub(super) v: Option<u32>,
}

struct Writer {
    blocks: Vec<ReportBlock>,
}

impl Writer {
    fn heading(&mut self, level: u8, text: impl Into<String>) {
        self.blocks.push(ReportBlock::Heading { level, text: text.into() });
    }

    fn text(&mut self, text: impl Into<String>) {
        let text = text.into();
        let text = if text.trim().is_empty() { "（未填写）".to_owned() } else { text };
        self.blocks.push(ReportBlock::Text { text });
    }

    fn table(&mut self, head: &[&str], widths: &[u8], rows: Vec<Vec<String>>) {
        let head = head.iter().map(|h| (*h).to_owned()).collect();
        self.blocks.push(ReportBlock::Table { head, widths: widths.to_vec(), rows });
    }
}

fn kinds(c: &Content, sensitive: bool) -> String {
    let names: Vec<&str> = c.scope.kinds.iter().filter(|k| k.sensitive == sensitive).map(|k| k.name.as_str()).collect();
    if names.is_empty() { "无".to_owned() } else { names.join("、") }
}

/// The blocks of a report. `found` are contradictions with other papers, `note` why they do not matter.
pub(super) fn blocks(c: &Content, method: &Method, found: &[Contradiction], note: &str) -> Vec<ReportBlock> {
    let mut w = Writer { blocks: Vec::new() };
    whole(c, &mut w);
    w.heading(1, "二、影响评估情况及结论");
    w.text("对照《个人信息出境认证办法》第六条规定事项，逐项评估如下。");
    for item in ITEMS {
        w.heading(2, format!("{}{}", say::item_number(L, item), say::item_short(L, item)));
        for (part, n) in Part::of(item).zip(1..) {
            let a = c.answer(part);
            if part.is_optional() && a.finding.trim().is_empty() {
                w.text("没有其他可能影响个人信息出境安全的事项。");
                continue;
            }
            w.heading(3, format!("{n}. {}", say::part(L, part)));
            w.text(a.finding.clone());
            if !a.problem.trim().is_empty() {
                w.text(format!("发现的问题：{}\n整改情况：{}", a.problem, a.remedy));
            }
        }
        if item == ImpactItem::Country {
            countries(c, &mut w);
        }
    }
    risks(c, method, &mut w);
    w.heading(2, "（八）与其他材料的核对");
    if found.is_empty() {
        w.text("与已有的法律文件、年度台账、认证申请核对，没有发现不一致。");
    } else {
        let rows = found
            .iter()
            .map(|x| {
                let item = if x.item.is_empty() {
                    say::about(L, x.about).to_owned()
                } else {
                    format!("{}：{}", say::about(L, x.about), x.item)
                };
                vec![
                    item,
                    say::said(L, x.about, &x.assessment),
                    format!("{}：{}", say::source(L, &x.source), say::said(L, x.about, &x.other)),
                    words::article(L, x.about.article()),
                ]
            })
            .collect();
        w.table(&["事项", "评估报告", "其他材料", "依据"], &[4, 3, 5, 5], rows);
        w.text(format!("说明：{}", if note.trim().is_empty() { "（未填写）" } else { note }));
    }
    end(c, &mut w);
    w.blocks
}

/// Part one: processor, recipients, other.
fn whole(c: &Content, w: &mut Writer) {
    let (p, s) = (&c.processor, &c.scope);
    w.heading(1, "一、出境活动整体情况");
    w.heading(2, "（一）个人信息处理者基本情况");
    w.heading(3, "1. 基本情况简介");
    w.text(p.organisation.clone());
    w.heading(3, "2. 整体业务与处理个人信息情况");
    w.text(p.business.clone());
    w.heading(3, "3. 拟出境个人信息情况");
    w.text(format!("（1）涉及业务、收集使用和信息系统：{}", p.export));
    let months = s.retention_months;
    w.table(
        &["项目", "内容"],
        &[3, 9],
        vec![
            vec!["（2）目的".into(), s.purposes.join("；")],
            vec![
                "（3）规模".into(),
                format!(
                    "每年非敏感个人信息{}人、敏感个人信息{}人（按自然人去重，自1月1日起累计）",
                    L.number(s.people.non_sensitive),
                    L.number(s.people.sensitive)
                ),
            ],
            vec!["种类".into(), kinds(c, false)],
            vec!["敏感个人信息".into(), kinds(c, true)],
            vec!["信息系统".into(), s.systems.join("、")],
            vec!["境外保存期限".into(), if months == 0 { "（未填写）".into() } else { format!("{months}个月") }],
            vec!["（4）境内存储、链路和境外存储".into(), p.route.clone()],
            vec![
                "（5）再提供".into(),
                if s.onward.is_empty() {
                    "不向境外其他接收方提供".into()
                } else {
                    s.onward
                        .iter()
                        .map(|o| format!("由{}提供给{}（{}）", o.from, o.name, o.country))
                        .collect::<Vec<_>>()
                        .join("；")
                },
            ],
        ],
    );
    w.heading(3, "4. 遵守个人信息保护相关法律法规的情况");
    w.text(p.compliance.clone());
    w.heading(2, "（二）境外接收方情况");
    for (r, n) in s.recipients.iter().zip(1..) {
        w.heading(3, format!("{n}. {}（{}）", r.name, r.country));
        let profile = c.recipients.iter().find(|x| x.name == r.name);
        w.text(format!("基本情况：{}", profile.map_or("（未填写）", |x| &x.about)));
        w.text(format!("处理的用途、方式：{}", profile.map_or("（未填写）", |x| &x.handling)));
        w.text(format!("联系方式：{}。履行责任义务的管理和技术措施、能力见第二部分第（三）项。", r.contact));
    }
    w.heading(2, "（三）需要说明的其他情况");
    w.text(format!("评估由{}完成。", c.assessor.names));
    let third = c.assessor.third_party.trim();
    w.text(if third.is_empty() {
        "没有第三方机构参与评估。".to_owned()
    } else {
        format!("第三方机构：{third}")
    });
}

fn countries(c: &Content, w: &mut Writer) {
    let rows: Vec<Vec<String>> = c
        .countries
        .iter()
        .map(|p| {
            let day = p.looked_on.map_or_else(|| "（未填写）".to_owned(), |d| L.date(d).words);
            vec![p.country.clone(), p.law.clone(), p.practice.clone(), format!("{}\n查阅日期：{day}", p.source)]
        })
        .collect();
    if !rows.is_empty() {
        w.table(&["地区", "政策和法规", "调取、监管、救济", "来源"], &[2, 6, 5, 5], rows);
    }
}

fn risks(c: &Content, method: &Method, w: &mut Writer) {
    w.heading(2, "（七）风险图和措施");
    let rows = hub::map(L, c, method)
        .into_iter()
        .map(|r| ReportMapRow {
            impact: r.impact.to_owned(),
            cells: r
                .cells
                .into_iter()
                .map(|x| ReportMapCell { level: x.level.to_owned(), words: x.words.to_owned(), before: x.before, after: x.after })
                .collect(),
        })
        .collect();
    w.blocks.push(ReportBlock::Map {
        impact: "影响程度".into(),
        likelihood: "可能性".into(),
        columns: Likelihood::ALL.into_iter().map(|x| say::likelihood(L, x).to_owned()).collect(),
        rows,
        note: format!("●采取措施以前的风险编号　○剩余风险编号　判定方法：{}", say::method(L, method)),
    });
    let level = |l: Option<guosuo_rules::risk::Level>| l.map_or_else(|| "—".to_owned(), |x| say::level(L, x).to_owned());
    let rows = c
        .risks
        .iter()
        .zip(1..)
        .map(|(r, n)| {
            let measures = if r.measures.trim().is_empty() { "维持现有措施".to_owned() } else { r.measures.clone() };
            let left = r.residual(method).or_else(|| r.level(method));
            vec![
                n.to_string(),
                say::concern(L, r.concern).to_owned(),
                r.what.clone(),
                level(r.level(method)),
                measures,
                level(left),
            ]
        })
        .collect();
    w.table(&["编号", "事项", "可能发生什么", "风险", "措施", "剩余"], &[2, 4, 6, 2, 7, 2], rows);
}

fn end(c: &Content, w: &mut Writer) {
    w.heading(2, "（九）各方意见");
    if c.opinions.is_empty() {
        w.text("没有记录意见。");
    } else {
        let rows = c
            .opinions
            .iter()
            .map(|o| {
                let day = o.on.map_or_else(|| "（未填写）".to_owned(), |d| L.date(d).words);
                let side = if o.agrees { "同意" } else { "不同意" };
                vec![format!("{}\n{}", o.by, o.role), day, side.to_owned(), o.words.clone()]
            })
            .collect();
        w.table(&["意见人", "日期", "结论", "意见"], &[5, 4, 2, 8], rows);
    }
    w.heading(2, "（十）评估结论");
    w.text(match c.conclusion.may_export {
        Some(true) => "综合影响评估情况和整改情况，评估结论为：可以按上述情况出境。",
        Some(false) => "综合影响评估情况和整改情况，评估结论为：不能按上述情况出境。",
        None => "（尚未作出结论）",
    });
    w.text(c.conclusion.reasons.clone());
    let documents: Vec<Vec<String>> = c
        .contracts
        .iter()
        .map(|k| ("法律文件".to_owned(), &k.document))
        .chain(c.evidence.iter().map(|e| (format!("第{}项证明材料", say::item_number(L, e.item)), &e.document)))
        .map(|(kind, d)| vec![kind, format!("{} {}", d.title, d.version), d.sha256.clone()])
        .collect();
    if !documents.is_empty() {
        w.heading(1, "附：文件清单");
        w.table(&["类别", "文件", "SHA-256"], &[4, 6, 8], documents);
    }
}

/// The report that was asked for, and whether it is frozen.
pub(super) async fn asked(cx: &Cx, id: &str, v: Option<u32>) -> Result<(ImpactReport, Mode), Error> {
    let a: Assessment = acts::assessment(cx, id).await?;
    let version: Option<&Version> = match v {
        Some(n) => Some(a.version(n).ok_or(Error::NotFound)?),
        None if a.draft.is_some() => None,
        None => a.in_force(),
    };
    let content = version.map_or_else(|| a.content(), |v| &v.content);
    let method = Method::shipped();
    let found = match version {
        Some(v) => v.contradictions.clone(),
        None => guosuo_case::assessment::contradictions(content, &acts::elsewhere(cx, &a).await?),
    };
    let report = ImpactReport {
        processor: content.processor.name.clone(),
        subject: content.title.clone(),
        version: version.map_or(0, |v| v.number),
        completed_on: version.map(|v| v.completed_on),
        at: version.map_or(cx.now, |v| v.frozen_at),
        sha256: version.map(|v| v.digests.sha256.clone()).unwrap_or_default(),
        sm3: version.map(|v| v.digests.sm3.clone()).unwrap_or_default(),
        blocks: blocks(content, method, &found, version.map_or("", |v| &v.note)),
    };
    Ok((report, if version.is_some() { Mode::Final } else { Mode::Draft }))
}

/// The name of the file of a report.
pub(super) fn file_name(report: &ImpactReport, ending: &str) -> String {
    let version = if report.version == 0 { "草稿".to_owned() } else { format!("第{}版", report.version) };
    format!("影响评估报告-{}-{version}.{ending}", report.subject)
}

/// `GET …/report.pdf`.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Unavailable`] while PDF output is switched off.
pub(super) async fn pdf(cx: Cx, Path(id): Path<String>, Query(q): Query<Asked>) -> Result<Response, Error> {
    let (report, mode) = asked(&cx, &id, q.v).await?;
    let press = cx.app.press()?.clone();
    let name = file_name(&report, "pdf");
    let printed = tokio::task::spawn_blocking(move || press.print(&report, mode)).await.map_err(|e| Error::Fault(e.into()))?;
    let printed = printed.map_err(|e| Error::Fault(e.into()))?;
    Ok(file("application/pdf", &name, true, printed.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = include_str!("../../../../data/samples/assessment.json");

    fn all(blocks: &[ReportBlock]) -> String {
        serde_json::to_string(blocks).unwrap()
    }

    #[test]
    fn the_report_says_everything_that_the_assessment_holds() {
        let c: Content = serde_json::from_str(SAMPLE).unwrap();
        let text = all(&blocks(&c, Method::shipped(), &[], ""));
        for part in Part::ALL {
            assert!(text.contains(say::part(L, *part)), "{}", part.code());
            assert!(part.is_optional() || text.contains(&c.answer(*part).finding), "{}", part.code());
        }
        for r in &c.risks {
            assert!(text.contains(&r.what) && text.contains(&r.measures));
        }
        for p in &c.countries {
            assert!(text.contains(&p.law) && text.contains(&p.source));
        }
        for o in &c.opinions {
            assert!(text.contains(&o.words));
        }
        for words in ["一、出境活动整体情况", "二、影响评估情况及结论", "可以按上述情况出境", "没有发现不一致", "420,000"]
        {
            assert!(text.contains(words), "{words}");
        }
    }

    #[test]
    fn an_empty_draft_prints_with_its_gaps() {
        let text = all(&blocks(&Content::default(), Method::shipped(), &[], ""));
        assert!(text.contains("（未填写）") && text.contains("（尚未作出结论）"));
    }
}
