//! `/processor/consents/{text}`: evidence of separate consent to one adopted text.

use askama::Template;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::Right;
use guosuo_case::exports::{Basis, Channel, Command, Consent, Guardian, TextVersion, stands};
use guosuo_rules::yearly::Person;
use jiff::Timestamp;

use super::acts;
use crate::app::Cx;
use crate::body::case::page;
use crate::body::keep;
use crate::error::{Error, refusal_status};
use crate::web::components::Tone;
use crate::web::shell::Flash;
use crate::web::{Form, Front, Lang, Shell};
use crate::words::{self, exports as say};

/// Rows shown of a register.
const SHOWN: usize = 100;

struct Row {
    person: String,
    at: String,
    channel: &'static str,
    guardian: String,
    state: String,
    tone: Tone,
}

#[derive(Template)]
#[template(path = "preparing/consents.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    action: String,
    text: String,
    sha256: String,
    sm3: String,
    from: String,
    standing: usize,
    withdrawn: usize,
    all: usize,
    rows: Vec<Row>,
    basis: bool,
    can_record: bool,
}

async fn render(cx: &Cx, number: u32, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let e = acts::exports(cx).await?.ok_or(Error::NotFound)?;
    let t: &TextVersion = e.text(number).ok_or(Error::NotFound)?;
    let flow = e.flow(t.flow).ok_or(Error::NotFound)?;
    let rows = t.consents.iter().rev().take(SHOWN).map(|c| {
        let held = stands(c, cx.now);
        Row {
            person: c.person.to_string(),
            at: l.stamp(c.at).words,
            channel: say::channel(l, c.channel),
            guardian: match (&c.guardian, c.under_14) {
                (Some(g), _) => {
                    l.pick(format!("监护人{}（{}）", g.person, g.checked), format!("guardian {} ({})", g.person, g.checked))
                }
                (None, true) => l.t("未满十四周岁", "under 14").to_owned(),
                (None, false) => String::new(),
            },
            state: match c.withdrawn_at {
                Some(at) => l.pick(format!("{}撤回", l.stamp(at).words), format!("withdrawn {}", l.stamp(at).words)),
                None => l.t("有效", "stands").to_owned(),
            },
            tone: if held { Tone::Ok } else { Tone::Mute },
        }
    });
    let language = if t.language == "en" { l.t("英文", "English") } else { l.t("中文", "Chinese") };
    let view = Page {
        shell: Shell::new(
            &cx.screen,
            Front::Processor,
            l.pick(format!("第{number}号文本（{language}）的同意记录"), format!("Consents to text {number} ({language})")),
        )
        .at("preparing")
        .crumb("/processor/notices", l.t("告知和同意", "Notices and consent"))
        .crumb(&format!("/processor/notices/{}", t.flow), flow.facts.name.clone())
        .for_form(&form),
        l,
        action: l.href(format!("/processor/consents/{number}")),
        text: t.words.clone(),
        sha256: t.sha256.clone(),
        sm3: t.sm3.clone(),
        from: l.date(t.from).words,
        standing: t.standing(cx.now),
        withdrawn: t.consents.iter().filter(|c| c.withdrawn_at.is_some()).count(),
        all: t.consents.len(),
        rows: rows.collect(),
        basis: flow.facts.basis == Some(Basis::Consent),
        can_record: Right::FlowsDeclare.held_by(cx.actor()?),
        form,
    };
    page(status, &view)
}

/// `GET /processor/consents/{text}`.
///
/// # Errors
/// [`Error::NotFound`] where there is no such text.
pub(super) async fn show(cx: Cx, Path(number): Path<u32>) -> Result<Response, Error> {
    render(&cx, number, Form::new(), StatusCode::OK).await
}

/// An instant as people and systems write it: `2026-10-01 09:30`, China Standard Time, or with an offset.
fn instant(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let at: jiff::civil::DateTime = text.trim().replace(' ', "T").parse().ok()?;
    guosuo_rules::time::CST.to_timestamp(at).ok()
}

/// Reads a file of consents.
///
/// # Errors
/// The line and what would be right.
fn read(l: Lang, text: &str) -> Result<Vec<Consent>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let split = |line: &str| line.split([',', '\t']).map(|c| c.trim().trim_matches('"').to_owned()).collect::<Vec<_>>();
    let mut rows = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let head = rows.next().map(|(line, _)| split(line)).unwrap_or_default();
    let at = |name: &str| head.iter().position(|h| h == name);
    let (Some(person), Some(time), Some(channel)) = (at("person"), at("at"), at("channel")) else {
        let there = head.join(l.t("、", ", "));
        return Err(l.pick(
            format!("第一行要有列名 person、at、channel，可以有 separate、under_14、guardian、checked；现在是：{there}"),
            format!(
                "The first line names person, at, channel and may name separate, under_14, guardian, checked; it has: {there}"
            ),
        ));
    };
    let (separate, minor, guardian, checked) = (at("separate"), at("under_14"), at("guardian"), at("checked"));
    let mut out = Vec::new();
    for (line, n) in rows {
        let cells = split(line);
        let cell = |at: Option<usize>| at.and_then(|a| cells.get(a)).map_or("", String::as_str);
        let wrong = |why: &str| l.pick(format!("第{n}行：{why}"), format!("line {n}: {why}"));
        let keyed = |text: &str| -> Result<Person, String> {
            text.parse().map_err(|_| {
                wrong(l.t(
                    "person 和 guardian 要是32位小写十六进制的密钥值",
                    "person and guardian are keyed values of 32 lower-case hexadecimal digits",
                ))
            })
        };
        let yes = |at| matches!(cell(at), "1" | "true" | "yes" | "是");
        out.push(Consent {
            person: keyed(cell(Some(person)))?,
            at: instant(cell(Some(time)))
                .ok_or_else(|| wrong(l.t("时间写成2026-10-01 09:30这样", "write the time such as 2026-10-01 09:30")))?,
            channel: Channel::from_code(cell(Some(channel))).ok_or_else(|| {
                wrong(l.t(
                    "channel 是 signature、pop_up、mail、short_message 或者 other",
                    "channel is signature, pop_up, mail, short_message or other",
                ))
            })?,
            separate: yes(separate),
            under_14: yes(minor),
            guardian: if cell(guardian).is_empty() {
                None
            } else {
                Some(Guardian { person: keyed(cell(guardian))?, checked: cell(checked).to_owned() })
            },
            withdrawn_at: None,
        });
    }
    Ok(out)
}

/// `POST /processor/consents/{text}`: a file of consents; all of it is taken or nothing.
///
/// # Errors
/// [`Error::TooLarge`]; faults of the store. What a person can put right re-renders the page.
pub(super) async fn upload(cx: Cx, Path(number): Path<u32>, form: Multipart) -> Result<Response, Error> {
    let l = cx.l();
    let sent = keep::read(&cx, form).await?;
    let mut form = Form::new();
    let read = match sent.files.first().map(|f| std::str::from_utf8(&f.bytes)) {
        None => Err(l.t("先选择CSV文件。", "Choose a CSV file first.").to_owned()),
        Some(Err(_)) => {
            Err(l.t("文件不是UTF-8编码。另存为“CSV UTF-8”再上传。", "The file is not UTF-8. Save it as “CSV UTF-8”.").to_owned())
        }
        Some(Ok(text)) => read(l, text),
    };
    match read {
        Err(why) => {
            form.fail("file", why);
            render(&cx, number, form, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Ok(consents) => {
            let n = consents.len();
            match acts::act_on_exports(&cx, Command::RecordConsents { text: number, consents }).await? {
                Ok(_) => {
                    let news = l.pick(format!("已记录{n}份同意。"), format!("{n} consents are recorded."));
                    Ok(Flash::good(news).to(l, &format!("/processor/consents/{number}")))
                }
                Err(r) => {
                    form.fail("file", words::refusal(l, &r));
                    render(&cx, number, form, refusal_status(&r)).await
                }
            }
        }
    }
}

/// `POST /processor/consents/{text}/withdraw`.
///
/// # Errors
/// Faults of the store. What a person can put right re-renders the page.
pub(super) async fn withdraw(cx: Cx, Path(number): Path<u32>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let Ok(person) = form.trimmed("person").parse::<Person>() else {
        form.fail("person", l.t("填32位小写十六进制的密钥值。", "Give the keyed value of 32 lower-case hexadecimal digits."));
        return render(&cx, number, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    match acts::act_on_exports(&cx, Command::WithdrawConsent { text: number, person, at: cx.now }).await? {
        Ok(_) => {
            Ok(Flash::good(l.t("撤回已记录。", "The withdrawal is recorded.")).to(l, &format!("/processor/consents/{number}")))
        }
        Err(r) => {
            form.fail("person", words::refusal(l, &r));
            render(&cx, number, form, refusal_status(&r)).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "person,at,channel,separate,under_14,guardian,checked\n";

    #[test]
    fn a_file_of_consents_is_read() {
        let rows = format!(
            "{HEAD}{:032x},2026-10-01 09:30,pop_up,yes,no,,\n{:032x},2026-10-01T01:30:00Z,mail,1,1,{:032x},户口簿\n",
            1, 2, 3
        );
        let found = read(Lang::Zh, &rows).unwrap();
        assert_eq!(found[0].at, found[1].at, "09:30 in China is 01:30 UTC");
        assert!(found[0].separate && found[0].guardian.is_none() && !found[0].under_14);
        assert_eq!(found[1].guardian.as_ref().unwrap().checked, "户口簿");
    }

    #[test]
    fn a_bad_line_is_named() {
        for (row, word) in [
            ("x,2026-10-01 09:30,pop_up", "32"),
            ("0000000000000000000000000000000a,gestern,pop_up", "09:30"),
            ("0000000000000000000000000000000a,2026-10-01 09:30,fax", "pop_up"),
        ] {
            let why = read(Lang::En, &format!("{HEAD}{row}")).unwrap_err();
            assert!(why.starts_with("line 2") && why.contains(word), "{why}");
        }
        assert!(read(Lang::Zh, "姓名,时间").unwrap_err().contains("姓名、时间"));
    }
}
