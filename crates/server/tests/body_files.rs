//! A body hands in its files: slots, order, resumable upload, the roster, the whole set in a
//! ZIP, and the submission with its receipt.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::{Cursor, Write as _};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use guosuo::testing::{Answer, Client, TestApp};
use guosuo_store::accounts::OrgStatus;

const PDF: &str = "application/pdf";

async fn open(client: &mut Client) -> String {
    let key = client.get("/body").await.hidden("idem");
    client.post("/body/filings", &[("idem", &key)]).await.location().to_owned()
}

/// A form that the check has nothing to say about. The approval lies three days back.
fn form(code: &str) -> Vec<(&'static str, String)> {
    let mut out: Vec<(&'static str, String)> = [
        ("org_name", "示例启衡认证有限公司（虚构）"),
        ("nature", "enterprise"),
        ("legal_rep", "示例法定代表人"),
        ("founded", "2015-06-01"),
        ("capital", "5000"),
        ("address", "示例市示例区示例路1号"),
        ("postcode", "100000"),
        ("approval_number", "CNCA-R-2099-001"),
        ("approval_date", "2026-03-09"),
        ("approval_until", "2030-03-08"),
        ("staff", "2"),
        ("operator", "示例李经办"),
        ("operator_phone", "010-00000000"),
        ("scope", "个人信息保护认证（示例）"),
    ]
    .into_iter()
    .map(|(k, v)| (k, v.to_owned()))
    .collect();
    out.push(("credit_code", code.to_owned()));
    out
}

async fn fill(client: &mut Client, at: &str) {
    let code = guosuo::demo::credit_code("91110108MA0X00001");
    let version = client.get(&format!("{at}/form")).await.hidden("version");
    let mut fields = form(&code);
    fields.push(("version", version));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let answer = client.post(&format!("{at}/form"), &fields).await;
    assert_eq!(answer.location(), format!("{at}/print"), "{}", answer.text);
}

/// The form as printed; its bytes serve as a scan that can be read.
async fn print(client: &mut Client, at: &str) -> Vec<u8> {
    let to = client.post(&format!("{at}/print"), &[]).await;
    assert_eq!(to.status, StatusCode::SEE_OTHER, "{}", to.text);
    let pdf = client.get(to.location()).await;
    assert_eq!(pdf.headers[header::CONTENT_TYPE], PDF);
    pdf.bytes
}

/// Sets how far the registration of an organisation has come.
async fn registration(app: &TestApp, org: &str, status: OrgStatus) {
    let mut org = app.app.store.organisation(org).await.unwrap().unwrap();
    org.status = status;
    let now = app.app.now();
    app.app
        .store
        .write_with(org, move |tx, org| {
            Box::pin(async move {
                tx.set_organisation(org, now).await?;
                Ok::<(), guosuo_store::Error>(())
            })
        })
        .await
        .unwrap();
}

async fn put(client: &mut Client, at: &str, slot: &str, name: &str, bytes: &[u8]) -> Answer {
    client.upload(&format!("{at}/materials/{slot}"), &[], &[("files", name, PDF, bytes)]).await
}

fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_filing_goes_from_the_form_to_the_receipt() {
    let app = TestApp::new().await;
    let mut li = app.sign_in("qiheng").await;
    let at = open(&mut li).await;
    fill(&mut li, &at).await;
    let scan = print(&mut li, &at).await;
    assert_eq!(print(&mut li, &at).await, scan, "the same print is the same bytes");
    for person in ["示例张三", "示例李四"] {
        let number = if person == "示例张三" { "E00000001" } else { "E00000002" };
        let answer = li
            .post(
                &format!("{at}/roster"),
                &[("name", person), ("doc_kind", "passport"), ("doc_number", number), ("position", "审核员")],
            )
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    }
    let entries: Vec<(String, &[u8])> = [
        "1-备案申请表",
        "1-批准书",
        "1.2",
        "1.3 法人",
        "1.4 经办人",
        "2",
        "4",
        "5",
        "6",
        "7",
        "8",
        "3-说明",
        "3-示例张三",
        "3-示例李四",
    ]
    .iter()
    .map(|n| (format!("备案材料/{n}.pdf"), scan.as_slice()))
    .collect();
    let mut entries: Vec<(&str, &[u8])> = entries.iter().map(|(n, b)| (n.as_str(), *b)).collect();
    let outline = guosuo::body::docx::template(guosuo_case::filing::Slot::WorkPlan).unwrap();
    entries.push(("备案材料/5-工作计划.docx", &outline));
    entries.push(("__MACOSX/._1.pdf", b"junk"));
    let page = li.upload(&format!("{at}/batch"), &[], &[("set", "全套.zip", "application/zip", &zip_of(&entries))]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("没有接收的文件") && page.text.contains("备案材料/5-工作计划.docx"), "{}", page.text);
    let mut fields = vec![("mode".to_owned(), "add".to_owned())];
    for row in page.text.split("name=\"upload\" value=\"").skip(1) {
        let upload = row.split('"').next().unwrap().to_owned();
        let slot = row
            .split(" selected")
            .next()
            .unwrap()
            .rsplit("<option value=\"")
            .next()
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        fields.push(("upload".into(), upload));
        fields.push(("slot".into(), slot));
    }
    assert_eq!(fields.len(), 1 + 2 * 14);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let done = li.post(&format!("{at}/batch/confirm"), &fields).await;
    assert_eq!(done.location(), at, "{}", done.text);
    let list = li.get(&at).await.text;
    assert!(
        list.contains("必交12项，已完成12项") && list.contains("登记人员2人，已上传2人"),
        "{}",
        li.get(&format!("{at}/check")).await.text
    );

    // While the registration waits for its confirmation everything can be prepared, nothing submitted.
    registration(&app, "qiheng", OrgStatus::Pending).await;
    let waiting = li.get(&format!("{at}/submit")).await.text;
    assert!(waiting.contains("正在等待确认") && !waiting.contains("name=\"pledge\""), "{waiting}");
    let early = li.post(&format!("{at}/submit"), &[("idem", "fedcba9876543210"), ("pledge", "yes")]).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(early.text.contains("本机构的注册还没有确认"), "{}", early.text);
    assert!(li.get("/body").await.text.contains("现在就可以填表、上传材料"));
    registration(&app, "qiheng", OrgStatus::Active).await;

    let review = li.get(&format!("{at}/submit")).await;
    assert!(review.text.contains("真实、完整、准确和有效") && review.text.contains("名册2人，背景审查表2份"));
    let key = review.hidden("idem");
    let without = li.post(&format!("{at}/submit"), &[("idem", &key)]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    let key = without.hidden("idem");
    let fields = [("idem", key.as_str()), ("pledge", "yes")];
    let (first, second) = (li.post(&format!("{at}/submit"), &fields).await, li.post(&format!("{at}/submit"), &fields).await);
    assert_eq!(first.location(), format!("{at}/receipt"), "{}", first.text);
    assert_eq!(second.location(), first.location(), "a double click is one submission");
    let other_tab = li.post(&format!("{at}/submit"), &[("idem", "0123456789abcdef"), ("pledge", "yes")]).await;
    assert_eq!(other_tab.location(), first.location());
    let receipt = li.get(first.location()).await.text;
    assert!(receipt.contains("备申〔2026〕001号") && receipt.contains("2026年4月24日"), "{receipt}");
    let pdf = li.get(&format!("{at}/receipt.pdf")).await;
    assert!(pdf.bytes.starts_with(b"%PDF"), "{}", pdf.text);
    let signed: serde_json::Value = serde_json::from_slice(&li.get(&format!("{at}/receipt.json")).await.bytes).unwrap();
    assert_eq!(signed["signatures"].as_array().unwrap().len(), 2);
    let status = li.get(&at).await.text;
    assert!(status.contains("审核中，最迟2026年4月24日") && status.contains("撤回备案申请"), "{status}");
    assert_eq!(li.get(&format!("{at}/notice.pdf")).await.status, StatusCode::NOT_FOUND, "there is no decision yet");
    assert_eq!(put(&mut li, &at, "8", "8.pdf", &scan).await.status, StatusCode::CONFLICT, "nothing is added after submission");

    // Taken back, copied, compared.
    assert_eq!(li.post(&format!("{at}/withdraw"), &[("reason", "材料有更新")]).await.location(), at);
    let page = li.get(&at).await;
    let copy = li.post("/body/filings", &[("copy", &page.hidden("copy")), ("idem", &page.hidden("idem"))]).await;
    let anew = copy.location().to_owned();
    assert!(li.get(&anew).await.text.contains("必交12项，已完成12项"), "a copy keeps the files");
    li.post(&format!("{anew}/form"), &[("version", "1"), ("capital", "6000"), ("nature", "enterprise"), ("then", "later")]).await;
    let diff = li.get(&format!("{anew}/diff")).await.text;
    assert!(diff.contains("5000万元") || diff.contains("备申〔2026〕001号"), "{diff}");
}

#[tokio::test]
async fn what_is_not_taken_is_said_and_the_others_are_kept() {
    let app = TestApp::with(|c| c.uploads.max_mib = 1).await;
    let mut li = app.sign_in("qiheng").await;
    let at = open(&mut li).await;
    fill(&mut li, &at).await;
    let pdf = print(&mut li, &at).await;
    let page = format!("{at}/materials/8");
    assert_eq!(li.upload(&page, &[], &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let empty = put(&mut li, &at, "8", "空.pdf", b"").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("空文件"));
    let renamed = put(&mut li, &at, "8", "计划.docx", &pdf).await;
    assert!(renamed.text.contains("扩展名是.docx，内容却是PDF"), "{}", renamed.text);
    let mixed = li
        .upload(
            &page,
            &[],
            &[("files", "a.pdf", PDF, &pdf), ("files", "b.pdf", PDF, b"not a pdf"), ("files", "c.pdf", PDF, &pdf)],
        )
        .await;
    assert_eq!(mixed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        mixed.text.contains("“b.pdf”") && mixed.text.contains(">a.pdf</a>") && mixed.text.contains(">c.pdf</a>"),
        "{}",
        mixed.text
    );
    let large = put(&mut li, &at, "8", "大.pdf", &vec![b'x'; (1 << 20) + 10]).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(large.text.contains("1 MB"), "{}", large.text);
    assert_eq!(li.get(&format!("{at}/materials/10")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn files_have_an_order_can_be_fetched_and_removed_by_their_owner_only() {
    let app = TestApp::new().await;
    let mut li = app.sign_in("qiheng").await;
    let at = open(&mut li).await;
    fill(&mut li, &at).await;
    let pdf = print(&mut li, &at).await;
    for name in ["正面.pdf", "反面.pdf"] {
        assert_eq!(put(&mut li, &at, "1.4", name, &pdf).await.status, StatusCode::SEE_OTHER);
    }
    let page = li.get(&format!("{at}/materials/1.4")).await;
    assert!(page.text.find("正面.pdf") < page.text.find("反面.pdf"));
    let file = page.hidden("file");
    li.post(&format!("{at}/materials/1.4/order"), &[("file", &file), ("to", "down")]).await;
    let page = li.get(&format!("{at}/materials/1.4")).await;
    assert!(page.text.find("反面.pdf") < page.text.find("正面.pdf"));
    let got = li.get(&format!("{at}/files/{file}")).await;
    assert_eq!(got.bytes, pdf);
    assert!(got.headers[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment;"));
    let reads = app.app.store.reader().await.unwrap().ledger_of_case(at.rsplit('/').next().unwrap()).await.unwrap();
    assert!(reads.iter().any(|r| r.class == "read"), "an access row was written");
    let mut zhao = app.sign_in("yunxiu").await;
    let own = open(&mut zhao).await;
    for path in [
        format!("{at}/files/{file}"),
        format!("{own}/files/{file}"),
        format!("{at}/materials/1.4"),
        format!("{at}/roster"),
        format!("{at}/roster/export"),
    ] {
        assert_eq!(zhao.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(zhao.post(&format!("{at}/materials/1.4/remove"), &[("file", &file)]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(zhao.post(&format!("{own}/materials/1.4/remove"), &[("file", &file)]).await.status, StatusCode::CONFLICT);
    li.post(&format!("{at}/materials/1.4/remove"), &[("file", &file)]).await;
    assert_eq!(li.get(&format!("{at}/files/{file}")).await.status, StatusCode::NOT_FOUND);
    let twice = li.post(&format!("{at}/materials/1.4/remove"), &[("file", &file)]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert!(twice.text.contains("已经不在材料里"));
}

async fn part(client: &mut Client, address: &str, offset: usize, bytes: &[u8], digest: Option<&str>) -> Answer {
    let mut r = Request::patch(address).header("upload-offset", offset).header(header::ACCEPT, "application/json");
    if let Some(d) = digest {
        r = r.header("content-digest", d);
    }
    client.send(r, Body::from(bytes.to_vec())).await
}

#[tokio::test]
async fn an_upload_goes_on_where_it_broke_off() {
    let app = TestApp::new().await;
    let mut li = app.sign_in("qiheng").await;
    let at = open(&mut li).await;
    fill(&mut li, &at).await;
    let pdf = print(&mut li, &at).await;
    let size = pdf.len().to_string();
    let begun = li.post(&format!("{at}/materials/7/uploads"), &[("name", "监督.pdf"), ("size", &size)]).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
    let told: serde_json::Value = serde_json::from_str(&begun.text).unwrap();
    let address = told["upload"].as_str().unwrap().to_owned();
    let half = pdf.len() / 2;
    assert_eq!(part(&mut li, &address, 0, &pdf[..half], None).await.text, format!("{{\"offset\":{half}}}"));
    // The same part again, a gap, a broken digest: the server says where to go on.
    for (offset, digest) in [(0, None), (half + 1, None), (half, Some("sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"))]
    {
        let answer = part(&mut li, &address, offset, &pdf[half..], digest).await;
        assert_eq!((answer.status, answer.text), (StatusCode::CONFLICT, format!("{{\"offset\":{half}}}")));
    }
    assert_eq!(li.get(&address).await.text, format!("{{\"offset\":{half}}}"));
    let mut zhao = app.sign_in("yunxiu").await;
    assert_eq!(zhao.get(&address).await.status, StatusCode::NOT_FOUND);
    let done: serde_json::Value = serde_json::from_str(&part(&mut li, &address, half, &pdf[half..], None).await.text).unwrap();
    assert_eq!((done["done"].as_bool(), done["next"].as_str()), (Some(true), Some(format!("{at}/materials/7").as_str())));
    // An answer that got lost is asked for again: still one file.
    let again: serde_json::Value = serde_json::from_str(&li.get(&address).await.text).unwrap();
    assert_eq!(again["done"].as_bool(), Some(true));
    assert_eq!(li.get(&format!("{at}/materials/7")).await.text.matches(">监督.pdf</a>").count(), 1);
    for (size, status) in [("0", StatusCode::UNPROCESSABLE_ENTITY), ("209715200", StatusCode::PAYLOAD_TOO_LARGE)] {
        let no = li.post(&format!("{at}/materials/7/uploads"), &[("name", "x.pdf"), ("size", size)]).await;
        assert_eq!(no.status, status);
        assert!(no.text.contains("message"));
    }
}

#[tokio::test]
async fn a_scan_of_an_older_print_is_pointed_out() {
    let app = TestApp::new().await;
    let mut li = app.sign_in("qiheng").await;
    let at = open(&mut li).await;
    fill(&mut li, &at).await;
    let scan = print(&mut li, &at).await;
    put(&mut li, &at, "1", "申请表.pdf", &scan).await;
    let version = li.get(&format!("{at}/form")).await.hidden("version");
    li.post(&format!("{at}/form"), &[("version", &version), ("staff", "3"), ("nature", "enterprise"), ("then", "later")]).await;
    let list = li.get(&at).await.text;
    assert!(list.contains("扫描件打印之后，表里又改过“从事认证人员数量”"), "{list}");
}

/// Colleagues who save the roster at the same moment: nobody's line is written over, and who comes second is told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn colleagues_at_the_roster_write_over_nobody() {
    let app = TestApp::new().await;
    let mut li = app.sign_in("qiheng").await;
    let at = open(&mut li).await;
    let mut clients = Vec::new();
    for _ in 0..6 {
        clients.push(li.clone());
    }
    let mut saved = Vec::new();
    let posts = clients.into_iter().enumerate().map(|(n, mut client)| {
        let path = format!("{at}/roster");
        tokio::spawn(async move {
            let (name, number) = (format!("示例同事{n}"), format!("E{n}"));
            let answer = client.post(&path, &[("name", &name), ("doc_kind", "passport"), ("doc_number", &number)]).await;
            (name, answer)
        })
    });
    for post in posts.collect::<Vec<_>>() {
        let (name, answer) = post.await.unwrap();
        match answer.status {
            StatusCode::SEE_OTHER => saved.push(name),
            StatusCode::CONFLICT => {
                let kept = answer.text.contains("同事刚刚改过名册") && answer.text.contains(&format!("value=\"{name}\""));
                assert!(kept, "told, and nothing typed is lost: {}", answer.text);
            }
            other => panic!("{other}: {}", answer.text),
        }
    }
    let roster = li.get(&format!("{at}/roster")).await.text;
    assert!(!saved.is_empty());
    for name in &saved {
        assert!(roster.contains(name.as_str()), "{name} was saved and is gone");
    }
    assert_eq!(roster.matches("?edit=").count(), saved.len());
}

#[tokio::test]
async fn the_roster_is_imported_whole_or_not_at_all() {
    let app = TestApp::new().await;
    let mut li = app.sign_in("qiheng").await;
    let at = open(&mut li).await;
    let import = format!("{at}/roster/import");
    let bad = "姓名,证件类型,证件号码,岗位\n示例张三,护照,E1,审核员\n,驾照,,\n";
    let page = li.upload(&import, &[], &[("table", "名册.csv", "text/csv", bad.as_bytes())]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
    for cell in [">A3<", ">B3<", ">C3<"] {
        assert!(page.text.contains(cell), "{cell}");
    }
    assert!(li.get(&format!("{at}/roster")).await.text.contains("名册还是空的"), "nothing was imported");
    let good = "姓名,证件类型,证件号码,岗位\n示例张三,护照,E1,=1+1\n示例䶮四,护照,E2,\n";
    let done = li.upload(&import, &[], &[("table", "名册.csv", "text/csv", good.as_bytes())]).await;
    assert_eq!(done.location(), format!("{at}/roster"), "{}", done.text);
    let roster = li.get(&format!("{at}/roster")).await.text;
    assert!(roster.contains("示例䶮四") && roster.contains("=1+1"));
    let book = li.get(&format!("{at}/roster/export")).await;
    assert!(book.bytes.starts_with(b"PK"));
    // What was exported can be imported again.
    let back = li.upload(&import, &[], &[("table", "名册.xlsx", "application/octet-stream", &book.bytes)]).await;
    assert_eq!(back.location(), format!("{at}/roster"), "{}", back.text);
    for path in ["/body/templates/roster.xlsx", "/body/templates.zip", "/body/templates/8.docx"] {
        assert!(li.get(path).await.bytes.starts_with(b"PK"), "{path}");
    }
    assert_eq!(li.get("/body/templates/1.docx").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn sheets_are_matched_by_name_and_confirmed() {
    let app = TestApp::new().await;
    let mut li = app.sign_in("qiheng").await;
    let at = open(&mut li).await;
    fill(&mut li, &at).await;
    let pdf = print(&mut li, &at).await;
    li.post(&format!("{at}/roster"), &[("name", "示例张三"), ("doc_kind", "passport"), ("doc_number", "E1")]).await;
    let files: [(&str, &str, &str, &[u8]); 2] = [("sheets", "3-示例张三.pdf", PDF, &pdf), ("sheets", "扫描.pdf", PDF, &pdf)];
    let page = li.upload(&format!("{at}/roster/sheets"), &[], &files).await;
    assert!(page.text.contains("没有找到名册上的姓名") && page.text.contains("selected>示例张三"), "{}", page.text);
    assert!(li.get(&format!("{at}/roster")).await.text.contains("未上传"), "nothing is filed before the confirmation");
    let uploads: Vec<&str> = page.text.split("name=\"upload\" value=\"").skip(1).map(|r| r.split('"').next().unwrap()).collect();
    let person = page.text.split(" selected>示例张三").next().unwrap().rsplit("value=\"").next().unwrap().trim_end_matches('"');
    let fields = [("upload", uploads[0]), ("person", person), ("upload", uploads[1]), ("person", "statement")];
    let done = li.post(&format!("{at}/roster/sheets/confirm"), &fields).await;
    assert_eq!(done.location(), format!("{at}/roster"), "{}", done.text);
    let mut zhao = app.sign_in("yunxiu").await;
    let own = open(&mut zhao).await;
    let stolen = zhao.post(&format!("{own}/roster/sheets/confirm"), &[("upload", uploads[0]), ("person", "statement")]).await;
    assert_eq!(stolen.status, StatusCode::NOT_FOUND);
    // Removing the person removes the sheet, which would else pass for a statement.
    li.post(&format!("{at}/roster/remove"), &[("person", person)]).await;
    let slot = li.get(&format!("{at}/materials/3")).await.text;
    assert!(!slot.contains("3-示例张三.pdf") && slot.contains("扫描.pdf"), "{slot}");
}

#[tokio::test]
async fn a_form_that_comes_after_the_session_ended_is_kept() {
    let app = TestApp::new().await;
    let mut li = app.sign_in("qiheng").await;
    let at = open(&mut li).await;
    app.advance(31 * 60);
    let typed = [("version", "0"), ("org_name", "示例\"<b>公司"), ("scope", "第一行\n第二行")];
    let page = li.post(&format!("{at}/form"), &typed).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert!(page.text.contains("登录已过期，填写的内容都在"));
    assert!(page.text.contains(&format!("action=\"{at}/form\"")) && page.text.contains("&#60;b&#62;公司"), "{}", page.text);
    assert_eq!(page.hidden("scope"), "第一行\n第二行");
    let mut again = app.sign_in("qiheng").await;
    let saved = again.post(&format!("{at}/form"), &[("version", "0"), ("scope", &page.hidden("scope")), ("then", "later")]).await;
    assert_eq!(saved.location(), at);
    // The script hears a plain refusal and keeps trying; a page that was only read redirects.
    let request = Request::post(format!("{at}/form/autosave"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json");
    let mut nobody = app.anonymous();
    assert!(nobody.send(request, Body::from("version=0")).await.text.starts_with('{'));
    assert!(nobody.get(&at).await.location().starts_with("/sign-in?next="));
}
