//! Reports by the pages (M 9, M 11): the body's queue, receipts by hand, comparison, the feed that
//! the authorities share, the violation in one click.

use axum::http::StatusCode;
use guosuo::jobs::Worker;
use guosuo_case::certificate::ReportState;
use guosuo_case::certification::Application;
use guosuo_case::filing::Filing;

use crate::bench::Bench;

const NUMBER: &str = "SL-PIP-2026-0002";

async fn state(b: &Bench, id: &str, seq: u32) -> ReportState {
    b.certificate(id).await.report(seq).unwrap().state()
}

#[tokio::test]
async fn a_body_without_a_target_takes_its_reports_as_files_and_enters_the_receipts() {
    let b = Bench::new().await;
    let id = b.certified().await;
    let queue = b.get("manager", "/body/reports").await;
    assert_eq!(queue.status, StatusCode::OK, "{}", queue.text);
    assert!(queue.text.contains(NUMBER) && queue.text.contains("剩5个工作日"), "{}", queue.text);
    assert!(queue.text.contains("没有配置自动报送"), "it says how reports go out: {}", queue.text);
    let one = b.get("manager", &format!("/body/reports/{id}/1")).await;
    assert!(one.text.contains("待报送") && one.text.contains("SHA-256"), "{}", one.text);
    assert_eq!(b.get("stranger", &format!("/body/reports/{id}/1")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(b.get("auditor2", "/body/reports").await.status, StatusCode::FORBIDDEN, "not everybody's business");

    for (name, kind) in [("csv", "text/csv"), ("xlsx", "spreadsheetml"), ("json", "application/json")] {
        let file = b.get("manager", &format!("/body/reports/file/reports.{name}")).await;
        assert_eq!(file.status, StatusCode::OK);
        assert!(file.headers["content-type"].to_str().unwrap().contains(kind));
        if name != "xlsx" {
            assert!(file.text.contains(NUMBER), "{}", file.text);
        }
    }
    assert_eq!(b.get("manager", "/body/reports/file/reports.exe").await.status, StatusCode::NOT_FOUND);

    let path = "/body/reports/receipts";
    b.acts("manager", path, &[("act", "handed-over")], None).await;
    assert_eq!(state(&b, &id, 1).await, ReportState::Sent);
    // Foreign, doubled and empty receipts are told apart, and the good line is taken.
    let list = format!("{NUMBER},1,R-1\nOTHER-1,1,R-2\n{NUMBER},7,R-3\n{NUMBER},1,\n");
    let answer = b.post("manager", path, &[("list", &list)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["没有这张证书", "没有这个序号", "没有回执编号", "1 / 4"] {
        assert!(answer.text.contains(words), "{words}: {}", answer.text);
    }
    assert_eq!(state(&b, &id, 1).await, ReportState::Received);
    let again = b.post("manager", path, &[("list", &format!("certificate,seq,receipt\n{NUMBER},1,R-1\n"))]).await;
    assert_eq!(again.status, StatusCode::OK, "the same receipt again is harmless: {}", again.text);
    let other = b.post("manager", path, &[("list", &format!("{NUMBER},1,R-9"))]).await;
    assert!(other.text.contains("另一个回执R-1"), "{}", other.text);
    let broken = b.post("manager", path, &[("list", "一,二,三")]).await;
    assert!(broken.text.contains("第1行读不出来") && broken.text.contains("一,二,三"), "what was typed stays: {}", broken.text);
    let done = b.get("manager", "/body/reports?tab=received").await;
    assert!(done.text.contains("R-1"), "{}", done.text);
}

#[tokio::test]
async fn a_refused_report_is_corrected_and_what_the_platform_lost_is_sent_again() {
    let b = Bench::new().await;
    let id = b.certified().await;
    let acts = format!("/body/certificates/{id}/acts");
    b.acts("manager", &format!("{acts}/send-report"), &[("number", "1")], None).await;
    b.acts("manager", &format!("{acts}/reject-report"), &[("number", "1"), ("reason", "代码不符（示例）")], None).await;
    assert_eq!(state(&b, &id, 1).await, ReportState::Rejected);
    let queue = b.get("manager", "/body/reports").await;
    assert!(queue.text.contains("被退回，待更正") && queue.text.contains("代码不符"), "{}", queue.text);
    let inbox = b.get("manager", "/body/inbox").await;
    assert!(inbox.text.contains("报送被退回"), "{}", inbox.text);
    b.acts("manager", &format!("{acts}/correct-report"), &[("number", "1"), ("reason", "更正代码（示例）")], None).await;
    b.acts("manager", &format!("{acts}/send-report"), &[("number", "2")], None).await;
    b.acts("manager", &format!("{acts}/register-receipt"), &[("number", "2"), ("receipt", "R-2")], None).await;
    let clocks = b.app.app.store.reader().await.unwrap().clocks(&id).await.unwrap();
    assert!(clocks.iter().filter(|c| c.name.starts_with("CERT_REPORT")).all(|c| c.status == "met"), "{clocks:?}");

    let path = "/body/reports/comparison";
    let empty = b.post("manager", path, &[("list", "certificate,holder,status,valid_until\n")]).await;
    assert_eq!(empty.status, StatusCode::SEE_OTHER);
    let page = b.get("manager", path).await;
    assert!(page.text.contains("平台没有这张证书") && page.text.contains("有回执，平台不一致"), "{}", page.text);
    let bad = b.post("manager", path, &[("list", "certificate,holder\nX,Y\n")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text.contains("valid_until") || bad.text.contains("status"), "{}", bad.text);
    let kept = b.app.app.store.reader().await.unwrap().comparisons("donghu", 1).await.unwrap().remove(0);
    let csv = b.get("manager", &format!("{path}/{}.csv", kept.id)).await;
    assert!(csv.text.contains(NUMBER), "{}", csv.text);
    let json = b.get("manager", &format!("{path}/{}.json", kept.id)).await;
    assert!(json.text.contains("not_shown"), "{}", json.text);
    assert_eq!(b.get("stranger", &format!("{path}/{}.csv", kept.id)).await.status, StatusCode::NOT_FOUND);

    b.acts("manager", &format!("{acts}/resend-report"), &[("number", "2"), ("reason", "平台没有（示例）")], None).await;
    assert_eq!(state(&b, &id, 2).await, ReportState::Queued);
}

#[tokio::test]
async fn the_authorities_see_the_same_feed_and_who_looked_on_what_ground() {
    let b = Bench::new().await;
    let id = b.certified().await;
    let path = "/authority/reports";
    let before = b.app.app.store.reader().await.unwrap().ledger_size().await.unwrap();
    let ask = b.get("cac", path).await;
    assert!(!ask.text.contains(NUMBER), "nothing is shown before the ground is stated: {}", ask.text);
    let silent = b.post("cac", path, &[("q", NUMBER)]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!silent.text.contains("<small>示例"), "nothing leaves without a ground");
    assert!(b.app.app.store.reader().await.unwrap().report_views(5).await.unwrap().is_empty());
    let mut seen = Vec::new();
    for (who, ground) in [("cac", "supervision"), ("samr", "draw")] {
        let page = b.post(who, path, &[("ground", ground)]).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let (_, feed) = page.text.split_once("<tbody>").unwrap();
        let (rows, _) = feed.split_once("</tbody>").unwrap();
        assert!(rows.contains(NUMBER), "{rows}");
        seen.push(rows.to_owned());
    }
    assert_eq!(seen[0], seen[1], "both see the same");
    let views = b.app.app.store.reader().await.unwrap().report_views(5).await.unwrap();
    let told: Vec<_> = views.iter().map(|v| (v.org.as_str(), v.ground.as_str(), v.lines)).collect();
    assert_eq!(told, [("samr", "检查、抽查和评价", 1), ("cac", "日常监督管理", 1)]);
    let log = b.get("samr", path).await;
    assert!(log.text.contains("日常监督管理"), "each sees that the other looked: {}", log.text);
    assert!(b.app.app.store.reader().await.unwrap().ledger_size().await.unwrap() >= before + 2, "and the ledger has both");
    let other = b.post("cac", path, &[("ground", "other"), ("why", "")]).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(b.get("manager", path).await.status, StatusCode::FORBIDDEN);
    let _ = id;
}

#[tokio::test]
async fn a_violation_goes_to_cac_in_one_click_and_is_acknowledged() {
    let b = Bench::new().await;
    let id = b.certified().await;
    let body = format!("/body/certificates/{id}");
    let trigger = [("trigger", "incident"), ("due", "2026-03-20"), ("reason", "示例安全事件")];
    b.acts("manager", &format!("{body}/acts/trigger-surveillance"), &trigger, None).await;
    let n = b.certificate(&id).await.surveillances.last().unwrap().id.to_string();
    let record = [("number", n.as_str()), ("conforming", "no"), ("note", "示例不一致")];
    b.acts("auditor", &format!("{body}/acts/record-surveillance"), &record, Some("report")).await;
    let page = b.get("manager", &body).await;
    assert!(page.text.contains(&format!("{body}/violation")), "{}", page.text);
    let form = b.get("manager", &format!("{body}/violation")).await;
    assert!(form.text.contains("监督没有通过") && form.text.contains(NUMBER), "filled in from the file: {}", form.text);
    assert!(form.text.contains("随附的证据"), "with the report of the surveillance: {}", form.text);
    let empty = b.post("manager", &format!("{body}/violation"), &[("summary", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", empty.text);
    let fields = [("summary", "示例：超出认证范围向境外提供"), ("idem", &form.hidden("idem"))];
    b.acts("manager", &format!("{body}/violation"), &fields, None).await;
    b.acts("manager", &format!("{body}/violation"), &fields, None).await;
    let c = b.certificate(&id).await;
    assert_eq!((c.violations.len(), c.violations[0].evidence.len()), (1, 1), "twice the same click is one report");
    for path in [body.clone(), format!("/authority/certificates/{id}")] {
        let who = if path == body { "manager" } else { "cac" };
        let page = b.get(who, &path).await;
        assert!(page.text.contains("示例：超出认证范围向境外提供") && page.text.contains("待签收"), "{who}: {}", page.text);
    }
    let again = b.get("manager", &format!("{body}/violation")).await;
    assert!(again.text.contains("报告，待签收：示例：超出认证范围向境外提供"), "nobody reports it twice: {}", again.text);
    let mine = b.get("applicant", &format!("/processor/certificates/{id}")).await;
    assert!(!mine.text.contains("示例：超出认证范围向境外提供"), "{}", mine.text);

    let list = b.get("cac", "/authority/violations").await;
    assert!(list.text.contains(NUMBER) && list.text.contains("待签收"), "{}", list.text);
    assert!(b.get("samr", "/authority/violations").await.text.contains(NUMBER), "SAMR reads it too");
    let inbox = b.app.app.store.reader().await.unwrap().inbox("cac", i64::MAX, "", 20).await.unwrap();
    assert!(inbox.iter().any(|m| m.kind == "violation_reported" && m.case_id == id));
    let ack = format!("/authority/certificates/{id}/acts/acknowledge-violation");
    assert_ne!(b.post("samr", &ack, &[("number", "1"), ("note", "示例")]).await.status, StatusCode::SEE_OTHER);
    b.acts("cac", &ack, &[("number", "1"), ("note", "已收悉，示例")], None).await;
    assert!(b.get("manager", "/body/inbox").await.text.contains("违法情况报告已签收"));
    assert!(!b.get("cac", "/authority/violations").await.text.contains("待签收</"));
}

#[tokio::test]
async fn a_violation_found_before_there_is_a_certificate_reaches_cac_and_is_acknowledged() {
    let b = Bench::new().await;
    b.until_verified().await;
    let seen = format!("/authority/applications/{}", b.case);
    assert_eq!(b.get("cac", &seen).await.status, StatusCode::NOT_FOUND, "an application is no business of an authority");
    for act in ["acknowledge-violation", "accept"] {
        let page = format!("{seen}/acts/{act}");
        assert_eq!(b.get("cac", &page).await.status, StatusCode::NOT_FOUND, "nor is any act on it: {act}");
        assert_eq!(b.post("cac", &page, &[("number", "1"), ("note", "示例")]).await.status, StatusCode::NOT_FOUND, "{act}");
    }
    let report = format!("{}/acts/report-violation", b.at());
    b.acts("auditor", &report, &[("summary", "示例：没有申报的境外接收方")], Some("evidence")).await;

    let list = b.get("cac", "/authority/violations").await;
    assert!(list.text.contains("示例出海有限公司（虚构）") && list.text.contains("认委〔2026〕001号"), "{}", list.text);
    assert!(list.text.contains("待签收</") && list.text.contains(&seen), "{}", list.text);
    let inbox = b.app.app.store.reader().await.unwrap().inbox("cac", i64::MAX, "", 20).await.unwrap();
    let message = inbox.iter().find(|m| m.kind == "violation_reported" && m.case_id == b.case).unwrap();
    let message = b.get("cac", &format!("/authority/inbox/{}", message.id)).await;
    assert!(message.text.contains(&seen), "it leads to its page: {}", message.text);
    for who in ["cac", "samr"] {
        let page = b.get(who, &seen).await;
        assert!(page.text.contains("没有申报的境外接收方") && page.text.contains("第十一条"), "{who}: {}", page.text);
        assert!(!page.text.contains("护照号"), "nothing else of the application is shown: {}", page.text);
        let sha = guosuo_seal::digest::sha256(crate::bench::PDF).to_hex();
        assert_eq!(b.get(who, &format!("{seen}/files/{sha}")).await.bytes, crate::bench::PDF);
        assert_eq!(b.get(who, &format!("{seen}/files/{}", "0a".repeat(32))).await.status, StatusCode::NOT_FOUND);
    }
    let acts = format!("{seen}/acts/acknowledge-violation");
    assert_eq!(b.post("samr", &acts, &[("number", "1"), ("note", "示例")]).await.status, StatusCode::FORBIDDEN);
    assert!(b.post("cac", &acts, &[("number", "1"), ("note", " ")]).await.status.is_client_error(), "it says what will be done");
    let nothing = b.post("cac", &format!("{seen}/acts/decline"), &[("reasons", "示例")]).await;
    assert_eq!(nothing.status, StatusCode::FORBIDDEN, "nothing else is an authority's to do");
    b.acts("cac", &acts, &[("number", "1"), ("note", "已收悉，示例")], None).await;
    assert!(!b.get("cac", "/authority/violations").await.text.contains("待签收</"));
    assert!(b.get("cac", &seen).await.text.contains("已收悉，示例"));
    let again = b.post("cac", &acts, &[("number", "1"), ("note", "示例")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "once");
    assert!(b.get("manager", "/body/inbox").await.text.contains("违法情况报告已签收"));
    // The applicant learns nothing of it, and its record of programs neither.
    let mine = b.get("applicant", &format!("/processor/applications/{}", b.case)).await;
    assert!(!mine.text.contains("违法"), "{}", mine.text);
    let feed = b.app.app.store.reader().await.unwrap().feed("testco", 0, 1000).await.unwrap();
    assert!(feed.iter().all(|f| !f.event.contains("violation")), "{feed:?}");
    let walked = guosuo_store::Verifier::new().with::<Filing>().with::<Application>().run(&b.app.app.store).await.unwrap();
    assert!(walked.is_clean(), "{:?}", walked.faults);
}

#[tokio::test]
async fn alarms_of_reports_reach_the_body_on_their_days_and_once() {
    let b = Bench::new().await;
    let id = b.certified().await;
    let kinds = async || -> Vec<String> {
        let mut reader = b.app.app.store.reader().await.unwrap();
        let all = reader.inbox("donghu", i64::MAX, "", 100).await.unwrap();
        all.into_iter().filter(|m| m.case_id == id && m.kind == "report_due").map(|m| m.data).collect()
    };
    // Issued on Thursday 12 March 2026; the last day is Thursday the 19th.
    for (day, want) in [("13", 0), ("16", 1), ("17", 1), ("18", 2), ("19", 3), ("20", 4), ("23", 4)] {
        b.app.set_time(&format!("2026-03-{day}T02:00:00Z"));
        for _ in 0..2 {
            guosuo::jobs::certification::run(&b.app.app).await.unwrap();
        }
        assert_eq!(kinds().await.len(), want, "on 2026-03-{day}");
    }
    // And the worker raises them in its turn: a step does not raise what was raised.
    Worker::new(b.app.app.clone()).step().await.unwrap();
    assert_eq!(kinds().await.len(), 4);
}

#[tokio::test]
async fn time_ends_a_certificate_once_and_the_end_is_reported() {
    let b = Bench::new().await;
    let id = b.certified().await;
    b.app.set_time("2029-03-11T15:00:00Z");
    assert_eq!(guosuo::jobs::expiry::run(&b.app.app).await.unwrap(), 0, "23:00 in Beijing on the last day");
    b.app.set_time("2029-03-11T16:00:00Z");
    assert_eq!(guosuo::jobs::expiry::run(&b.app.app).await.unwrap(), 1);
    assert_eq!(guosuo::jobs::expiry::run(&b.app.app).await.unwrap(), 0, "exactly once");
    let c = b.certificate(&id).await;
    let r = &c.report(2).unwrap().record;
    assert_eq!((r.status, r.effective_on.to_string()), (guosuo_case::certificate::Status::Expired, "2029-03-12".to_owned()));
}
