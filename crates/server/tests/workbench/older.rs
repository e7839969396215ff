//! Certificates that a body issued before it worked here (M 18): ten thousand rows with errors are refused cell by cell
//! and leave nothing behind, ten thousand good ones come in together, each an event with its source.

use std::fmt::Write as _;

use axum::http::StatusCode;
use guosuo::certification::takeover::{check, heading, importer, record};
use guosuo::jobs::{expiry, papers};
use guosuo::web::Lang;
use guosuo_case::OrgKind;
use guosuo_case::certificate::{Certificate, Event, Status};
use guosuo_case::certification::Application;
use guosuo_case::filing::Filing;
use guosuo_seal::certificate::{Genuine, Voucher, With, check as check_certificate};
use guosuo_store::Verifier;
use guosuo_store::accounts::{OrgDetails, OrgStatus};

use crate::bench::Bench;

const BODY: &str = "donghu";
const ROWS: usize = 10_000;

/// A row in the order of the columns; `edit` spoils it.
fn row(n: usize, edit: impl Fn(&mut [String])) -> String {
    let code = guosuo::demo::credit_code(&format!("91310115MA1{n:06}"));
    let (number, holder) = (format!("OLD-2024-{n:05}"), format!("示例旧证{n}号公司（虚构）"));
    let mut cells: Vec<String> = [
        number.as_str(),
        holder.as_str(),
        code.as_str(),
        "CN",
        "示例市示例路8号",
        "订单履行；售后服务",
        "姓名；护照号",
        "护照号",
        "200000",
        "3000",
        "Example GmbH|DE|dpo@example.invalid",
        "",
        "CRM",
        "24",
        "R37",
        "SLDH",
        "2024-05-20",
        "2027-05-19",
        "有效",
        "",
        "",
    ]
    .map(str::to_owned)
    .into();
    edit(&mut cells);
    cells.join(",")
}

fn table(rows: impl Iterator<Item = String>) -> bytes::Bytes {
    let mut text = heading(Lang::Zh).join(",");
    for row in rows {
        write!(text, "\n{row}").unwrap();
    }
    text.into_bytes().into()
}

async fn certificates(b: &Bench) -> usize {
    b.app.app.store.reader().await.unwrap().certificate_numbers(BODY).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_rows_with_errors_are_told_cell_by_cell_and_none_is_taken() {
    let b = Bench::new().await;
    // One row in ten has an error, each of another kind.
    let spoil: [(&str, usize, &str, &str); 10] = [
        ("A", 0, "", "没有填写"),
        ("C", 2, "91310115MA1000000X", "统一社会信用代码"),
        ("D", 3, "XX", "国家或者地区"),
        ("H", 7, "护照号；指纹", "不在个人信息种类里"),
        ("I", 8, "很多", "人数要填整数"),
        ("K", 10, "Example GmbH|CN|x", "境内"),
        ("O", 14, "A53", "晚于发证日期"),
        ("Q", 16, "去年", "读不出来"),
        ("R", 17, "2030-05-19", "应当在"),
        ("S", 18, "停用", "没有这种状态"),
    ];
    let rows = (1..=ROWS).map(|n| {
        row(n, |cells| {
            if n % 10 == 0 {
                let (_, column, value, _) = spoil[(n / 10) % 10];
                cells[column] = value.to_owned();
            }
        })
    });
    let bytes = table(rows);
    let read = check(&b.app.app, Lang::Zh, BODY, "older.csv", &bytes).await.unwrap();
    assert_eq!((read.list.len(), read.errors.len()), (ROWS, ROWS / 10));
    for (i, e) in read.errors.iter().enumerate() {
        let n = (i + 1) * 10;
        let (column, _, value, words) = spoil[(n / 10) % 10];
        assert_eq!((e.cell.as_str(), e.value.as_str()), (format!("{column}{}", n + 1).as_str(), value), "row {n}");
        assert!(e.problem.contains(words), "{n}: {}", e.problem);
    }
    // By the page: the first of them are shown, the rest is counted, nothing is recorded.
    let before = certificates(&b).await;
    let files: [(&str, &str, &str, &[u8]); 1] = [("table", "older.csv", "text/csv", &bytes)];
    let answer = b.client("manager").await.upload("/body/certificates/import", &[("then", "record")], &files).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["1000处要修改", "一张也没有接收", "A101", "800"] {
        assert!(answer.text.contains(words), "{words}: {}", &answer.text[..4000]);
    }
    assert_eq!(certificates(&b).await, before);
    // Two rows with the same number name one another, in English too.
    let twins = table([row(1, |_| {}), row(2, |c| c[0] = "OLD-2024-00001".into())].into_iter());
    let read = check(&b.app.app, Lang::En, BODY, "older.csv", &twins).await.unwrap();
    assert_eq!(read.errors.len(), 1);
    assert!(read.errors[0].cell == "A3" && read.errors[0].problem.contains("row 2"), "{:?}", read.errors);
    // A status is told from the day on, and time has ended what has ended.
    let past = |c: &mut [String]| (c[16], c[17]) = ("2023-01-10".into(), "2026-01-09".into());
    let ended = table([row(1, past)].into_iter());
    let read = check(&b.app.app, Lang::Zh, BODY, "older.csv", &ended).await.unwrap();
    assert!(read.errors.len() == 1 && read.errors[0].problem.contains("过期"), "{:?}", read.errors);
    let suspended = table([row(1, |c| c[18] = "暂停".into())].into_iter());
    let read = check(&b.app.app, Lang::Zh, BODY, "older.csv", &suspended).await.unwrap();
    let cells: Vec<&str> = read.errors.iter().map(|e| e.cell.as_str()).collect();
    assert_eq!(cells, ["T2", "U2"], "from when, and why: {:?}", read.errors);
    for (name, bytes) in
        [("older.csv", &b"a,b\n1,2\n"[..]), ("older.csv", b"\n\n"), ("older.xlsx", b"no workbook"), ("older.exe", b"MZ")]
    {
        let read = check(&b.app.app, Lang::Zh, BODY, name, &bytes::Bytes::from_static(bytes)).await.unwrap();
        assert!(read.list.is_empty() && !read.errors.is_empty(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_good_rows_come_in_together_and_the_record_is_whole() {
    let b = Bench::new().await;
    let before = certificates(&b).await;
    let bytes = table((1..=ROWS).map(|n| {
        row(n, |c| match n % 100 {
            1 => (c[18], c[19], c[20]) = ("暂停".into(), "2025-06-01".into(), "示例理由".into()),
            2 => (c[18], c[19], c[20]) = ("撤销".into(), "2025-06-01".into(), "示例理由".into()),
            3 => (c[16], c[17], c[18]) = ("2023-01-10".into(), "2026-01-09".into(), "过期".into()),
            _ => {}
        })
    }));
    let read = check(&b.app.app, Lang::Zh, BODY, "older.csv", &bytes).await.unwrap();
    assert_eq!((read.list.len(), read.errors.len()), (ROWS, 0), "{:?}", read.errors.first());
    let digest = read.sha256.clone();
    let begun = std::time::Instant::now();
    let n = record(&b.app.app, BODY, importer(BODY), String::new(), read).await.unwrap();
    eprintln!("{n} older certificates in one transaction: {:?}", begun.elapsed());
    assert_eq!((n, certificates(&b).await), (ROWS, before + ROWS));

    // Each is an event with its source and the edition of its basis; no report is owed for what lies behind.
    let mut reader = b.app.app.store.reader().await.unwrap();
    let found = reader.certificates_of_number("OLD-2024-00042").await.unwrap().remove(0);
    let events = reader.history::<Certificate>(&found.case_id).await.unwrap();
    let Event::TakenOver { issue, source, stood: None } = &events[0].event else { panic!("{:?}", events[0].event) };
    assert_eq!(
        (source.file.as_str(), source.sha256.as_str(), source.row, issue.basis.as_str()),
        ("older.csv", digest.as_str(), 43, "R37")
    );
    assert_eq!((events.len(), events[0].by.user.as_str()), (1, "system:import-certificates"));
    assert!(reader.report_lines_due(BODY, "", 5, 0).await.unwrap().is_empty());
    for (number, status) in
        [("00101", Status::Suspended), ("00102", Status::Revoked), ("00103", Status::Expired), ("00104", Status::Valid)]
    {
        let row = reader.certificates_of_number(&format!("OLD-2024-{number}")).await.unwrap().remove(0);
        let c = reader.case::<Certificate>(&row.case_id).await.unwrap().state.unwrap();
        assert_eq!((c.status_on("2026-03-12".parse().unwrap()), row.status.as_str()), (status, status.as_str()), "{number}");
    }
    drop(reader);
    assert_eq!(expiry::run(&b.app.app).await.unwrap(), 0, "time had ended them before they came");
    let walked =
        Verifier::new().with::<Filing>().with::<Application>().with::<Certificate>().run(&b.app.app.store).await.unwrap();
    assert!(walked.is_clean(), "{:?}", walked.faults.iter().take(5).collect::<Vec<_>>());
    // The same file again: every number is used.
    let again = check(&b.app.app, Lang::Zh, BODY, "older.csv", &bytes).await.unwrap();
    assert_eq!(again.errors.len(), ROWS);
    assert!(again.errors[0].problem.contains("已经有这个编号"), "{:?}", again.errors[0]);
}

#[tokio::test]
async fn whoever_registered_under_the_code_of_a_holder_is_the_holder_once_confirmed_and_not_before() {
    let b = Bench::new().await;
    let registered = [
        ("waiting", "91110108MA0X00201", OrgStatus::Pending, false),
        ("refused", "91110108MA0X00202", OrgStatus::Refused, false),
        ("confirmed", "91110108MA0X00203", OrgStatus::Active, true),
        ("blocked", "91110108MA0X00204", OrgStatus::Suspended, true),
    ];
    let code = |first: &str| guosuo::demo::credit_code(first);
    let now = b.app.app.now();
    b.app
        .app
        .store
        .write_with((), move |tx, ()| {
            Box::pin(async move {
                for (id, first, status, _) in registered {
                    let (details, code) = (OrgDetails::default(), guosuo::demo::credit_code(first));
                    tx.add_organisation(id, OrgKind::Processor, "示例注册公司（虚构）", Some(&code), status, &details, now)
                        .await?;
                }
                Ok::<(), guosuo_store::Error>(())
            })
        })
        .await
        .unwrap();
    let bytes = table((1..).zip(registered).map(|(n, (_, first, ..))| row(n, |c| c[2] = code(first))));
    let read = check(&b.app.app, Lang::Zh, BODY, "older.csv", &bytes).await.unwrap();
    assert!(read.errors.is_empty(), "{:?}", read.errors);
    let holders: Vec<_> = read.list.iter().map(|t| t.holder.org.as_ref().map(guosuo_case::OrgId::as_str)).collect();
    let wanted: Vec<_> = registered.iter().map(|(id, _, _, bound)| bound.then_some(*id)).collect();
    assert_eq!(holders, wanted);
}

#[tokio::test]
async fn older_certificates_come_in_by_the_page_and_live_on_like_others() {
    let b = Bench::new().await;
    let path = "/body/certificates/import";
    let page = b.get("manager", path).await;
    assert!(page.text.contains("先核对") && page.text.contains("第十八条"), "{}", page.text);
    assert!(b.get("manager", "/body/certificates").await.text.contains(path));
    assert_eq!(b.get("auditor2", path).await.status, StatusCode::FORBIDDEN);
    let template = b.get("manager", &format!("{path}/template.csv")).await;
    assert!(template.text.starts_with("\u{feff}证书编号,获证个人信息处理者"), "{}", template.text);
    assert_eq!(b.post("manager", path, &[("then", "check")]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "no file");

    // The holder is registered here, under its credit code.
    let code = guosuo::demo::credit_code("91110108MA0X00099");
    let bytes = table([row(1, |c| c[2].clone_from(&code)), row(2, |_| {})].into_iter());
    let files: [(&str, &str, &str, &[u8]); 1] = [("table", "原有证书.csv", "text/csv", &bytes)];
    let send = async |then: &str| b.client("manager").await.upload(path, &[("then", then)], &files).await;
    let looked = send("check").await;
    assert!(looked.status == StatusCode::OK && looked.text.contains("已核对2张证书"), "{}", looked.text);
    assert_eq!(certificates(&b).await, 0, "only looked at");
    assert_eq!(send("record").await.status, StatusCode::SEE_OTHER);
    assert_eq!(certificates(&b).await, 2);
    let id = b.app.app.store.reader().await.unwrap().certificates_of_number("OLD-2024-00001").await.unwrap().remove(0).case_id;
    b.acts("manager", &format!("/body/certificates/{id}/acts/declare-interest"), &[("has", "no")], None).await;
    let seen = b.get("manager", &format!("/body/certificates/{id}")).await;
    for words in ["接收自原有证书.csv第2行", "接收原有证书OLD-2024-00001", "依据R37"] {
        assert!(seen.text.contains(words), "{words}: {}", seen.text);
    }
    let mine = b.get("applicant", "/processor/certificates").await;
    assert!(mine.text.contains("OLD-2024-00001") && !mine.text.contains("OLD-2024-00002"), "{}", mine.text);
    // It is published, and its next change is the first report.
    papers::run(&b.app.app).await.unwrap();
    let public = b.app.anonymous().get("/certificates/OLD-2024-00001").await;
    assert!(public.status == StatusCode::OK && public.text.contains("有效"), "{}", public.text);
    // Whoever looks it up is told that it comes from an earlier register, on the page, in the JSON and on the print.
    assert!(public.text.contains("接收自发证机构的原有登记") && public.text.contains("不是在本平台出具的"), "{}", public.text);
    let told = b.app.anonymous().get("/certificates/OLD-2024-00001.json").await;
    let told: serde_json::Value = serde_json::from_str(&told.text).unwrap();
    let source = b.certificate(&id).await.taken_over.unwrap();
    assert_eq!(told["taken_over"]["row"], source.row, "{told}");
    assert_eq!(told["taken_over"]["sha256"], source.sha256.as_str(), "{told}");
    assert!(told["taken_over"]["on"].as_str().is_some_and(|on| on.parse::<jiff::civil::Date>().is_ok()), "{told}");
    let printed = b.app.app.store.reader().await.unwrap().papers_of(&id).await.unwrap();
    let printed: serde_json::Value = serde_json::from_str(&printed.last().unwrap().print).unwrap();
    assert_eq!(printed["taken_over"]["sha256"], source.sha256.as_str(), "{printed}");
    // Offline too: the signed form and the code bear the mark with the day, under signatures that hold.
    let paper = b.app.app.store.reader().await.unwrap().papers_of(&id).await.unwrap().remove(0);
    let with = With { evidence: None, lists: &[], pdf: None, at: papers::moment(b.app.app.now()).unwrap() };
    for given in [&paper.signed, &paper.code] {
        let checked = check_certificate(given.as_bytes(), &b.app.app.published.trusted, &with);
        assert_eq!(checked.genuine, Genuine::Yes, "{given}");
        let mark = checked.subject.unwrap().taken_over.unwrap();
        assert_eq!((told["taken_over"]["on"].as_str().unwrap(), mark.vouched_by), (mark.on.to_string().as_str(), Voucher::Body));
    }
    let keys = &b.app.app.published.trusted;
    let walk = Verifier::new().with::<Filing>().with::<Application>().with::<Certificate>().keys(keys);
    let walked = walk.run(&b.app.app.store).await.unwrap();
    assert!(walked.is_clean(), "{:?}", walked.faults.iter().take(5).collect::<Vec<_>>());
    let ask = [("measure", "suspend"), ("reason", "示例")];
    b.acts("applicant", &format!("/processor/certificates/{id}/acts/request"), &ask, None).await;
    let propose = [("origin", "request-1"), ("ground", "示例"), ("publication", "示例公告")];
    b.acts("manager", &format!("/body/certificates/{id}/acts/propose"), &propose, None).await;
    b.acts("head", &format!("/body/certificates/{id}/acts/declare-interest"), &[("has", "no")], None).await;
    let take = [("effective_on", "2026-03-12"), ("checked", "yes")];
    b.acts("head", &format!("/body/certificates/{id}/acts/take-measure"), &take, None).await;
    let c = b.certificate(&id).await;
    assert_eq!(c.reports.iter().map(|r| (r.record.seq, r.record.status)).collect::<Vec<_>>(), [(1, Status::Suspended)]);
}
