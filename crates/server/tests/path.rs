//! The self-check on the web: every answer, the boundaries, wrong input, and that pages, interface and engine agree.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use guosuo::testing::{Answer, Client, TestApp};
use guosuo_rules::path::{Case, Flow, Ftz, Ground, Path, decide};
use jiff::civil::date;
use serde_json::{Value, json};

/// Fills in the defaults of an ordinary flow.
fn result(fields: &str) -> String {
    let defaults = [
        ("organ", "no"),
        ("ciio", "no"),
        ("export-1", "yes"),
        ("important-1", "no"),
        ("exempt-1", "none"),
        ("zone-1", "not_ftz"),
        ("treaty-1", "no"),
        ("people-1", "0"),
        ("sensitive-1", "0"),
    ];
    let given: Vec<&str> = fields.split('&').filter_map(|pair| pair.split('=').next()).collect();
    let rest = defaults.iter().filter(|(name, _)| !given.contains(name)).map(|(name, value)| format!("&{name}={value}"));
    format!("/path/result?{fields}{}", rest.collect::<String>())
}

fn path_of(answer: &Answer) -> &str {
    answer.text.split_once("data-path=\"").and_then(|(_, rest)| rest.split_once('"')).map_or("", |(code, _)| code)
}

/// Follows redirects to the page they lead to.
async fn follow(client: &mut Client, address: &str) -> Answer {
    let mut answer = client.get(address).await;
    for _ in 0..5 {
        if answer.status != StatusCode::SEE_OTHER {
            break;
        }
        let to = answer.location().to_owned();
        answer = client.get(&to).await;
    }
    answer
}

#[tokio::test]
async fn each_answer_is_reached_in_both_languages() {
    let app = TestApp::new().await;
    let mut anyone = app.anonymous();
    for (fields, path, zh, en) in [
        ("export-1=no", "none", "没有数据出境，不需要任何路径", "Nothing is exported: no path is needed"),
        ("people-1=99999", "exempt", "免予申报安全评估、订立标准合同、通过认证", "Exempt from assessment"),
        ("exempt-1=contract", "exempt", "第五条第一款第（一）项", "art. 5(1)(i)"),
        ("people-1=100000", "scc_or_certification", "订立个人信息出境标准合同，或者通过", "Standard contract or certification"),
        ("sensitive-1=10000", "security_assessment", "申报数据出境安全评估", "Security assessment"),
        ("ciio=yes&people-1=1", "security_assessment", "关键信息基础设施", "critical information infrastructure"),
        ("organ=yes&people-1=1", "security_assessment", "国家机关", "State organ"),
        ("important-1=yes", "security_assessment", "重要数据", "Important data"),
        ("treaty-1=yes&people-1=5", "treaty", "国际条约", "As the treaty or agreement says"),
        ("exempt-1=gba_contract", "review", "需要人工判断", "a person has to judge"),
        ("zone-1=inside_list&people-1=5", "by_negative_list", "负面清单", "As the negative list"),
    ] {
        for (lang, words) in [("", zh), ("/en", en)] {
            let page = anyone.get(&format!("{lang}{}", result(fields))).await;
            assert_eq!((page.status, path_of(&page)), (StatusCode::OK, path), "{fields}: {}", page.text);
            assert!(page.text.contains(words), "{lang} {fields}: {words}");
            // What every result says: articles, how it was reached, the rules with their day, the code, what it is not.
            let told = if lang.is_empty() {
                ["依据", "判断过程", "2026年3月12日", "参数版本", "二维码", "不是法律意见"]
            } else {
                ["Articles", "How the answer was reached", "12 March 2026", "Version", "Code that opens", "no legal advice"]
            };
            assert!(told.iter().all(|part| page.text.contains(part)), "{lang} {fields}");
            assert!(page.text.contains("noindex"), "answers are not for search engines");
        }
    }
}

#[tokio::test]
async fn the_boundaries_on_the_web() {
    let app = TestApp::new().await;
    let mut anyone = app.anonymous();
    for (people, sensitive, path) in [
        ("0", "0", "none"),
        ("1", "0", "exempt"),
        ("99999", "0", "exempt"),
        ("100000", "0", "scc_or_certification"),
        ("999999", "0", "scc_or_certification"),
        ("1000000", "0", "security_assessment"),
        ("0", "1", "scc_or_certification"),
        ("0", "9999", "scc_or_certification"),
        ("0", "10000", "security_assessment"),
        ("999999", "9999", "scc_or_certification"),
        ("99,999", "0", "exempt"),
        ("１０００００", "0", "scc_or_certification"),
        ("10万", "0", "scc_or_certification"),
        ("100万人", "0", "security_assessment"),
    ] {
        let fields = format!("people-1={}&sensitive-1={sensitive}", guosuo::router::encode(people));
        let page = anyone.get(&result(&fields)).await;
        assert_eq!(path_of(&page), path, "{people} {sensitive} {}", page.location());
    }
    // What would change it, and the lines used, with the number itself.
    let page = anyone.get(&result("people-1=99999")).await;
    assert!(page.text.contains("再多1人，达到100,000人"), "{}", page.text);
    assert!(page.text.contains("1,000,000") && page.text.contains("《中华人民共和国民法典》第一千二百五十九条"));
}

#[tokio::test]
async fn one_question_after_the_other_leads_to_the_result() {
    let app = TestApp::new().await;
    let mut anyone = app.anonymous();
    let start = anyone.get("/path").await;
    assert!(start.text.contains("href=\"/path/organ\""), "{}", start.text);
    let mut at = anyone.get("/path/organ").await;
    let mut address = String::new();
    for (field, value) in [
        ("organ", "no"),
        ("ciio", "no"),
        ("export-1", "yes"),
        ("important-1", "no"),
        ("exempt-1", "none"),
        ("zone-1", "not_ftz"),
        ("treaty-1", "no"),
        ("people-1", "50000&sensitive-1=1"),
    ] {
        assert_eq!(at.status, StatusCode::OK);
        let (_, rest) = at.text.split_once("<form method=\"get\" action=\"").unwrap();
        let (action, rest) = rest.split_once('"').unwrap();
        let (form, _) = rest.split_once("</form>").unwrap();
        assert!(form.contains(&format!("name=\"{field}\"")), "{field} is asked: {form}");
        let hidden: Vec<String> = form
            .split("type=\"hidden\" name=\"")
            .skip(1)
            .map(|part| {
                let (name, rest) = part.split_once("\" value=\"").unwrap();
                format!("{name}={}", rest.split_once('"').unwrap().0)
            })
            .collect();
        assert!(hidden.contains(&"go=1".to_owned()));
        let answer = anyone.get(&format!("{action}?{}&{field}={value}", hidden.join("&"))).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{field}: {}", answer.text);
        answer.location().clone_into(&mut address);
        at = anyone.get(&address).await;
    }
    assert!(address.starts_with("/path/check?"), "{address}");
    assert!(at.text.contains("不含敏感：50,000人") && at.text.contains("敏感：1人"));
    // A changed answer comes back to the list; one that makes others needless drops them.
    let change = address.replace("/path/check?", "/path/exempt?go=1&").replace("exempt-1=none", "exempt-1=contract");
    let back = anyone.get(&change).await;
    assert!(back.location().starts_with("/path/check?") && !back.location().contains("people-1"), "{}", back.location());
    let found = anyone.get(&address.replace("/path/check", "/path/result")).await;
    assert_eq!(path_of(&found), "scc_or_certification");
    // Nothing is kept: no cookie, and the printed address is the page itself with its day.
    assert!(!found.headers.contains_key(header::SET_COOKIE));
    assert!(
        found.text.contains("http://localhost/path/result?organ=no&amp;ciio=no")
            || found.text.contains("http://localhost/path/result?organ=no&#38;ciio=no"),
        "{}",
        found.text
    );
    assert!(found.text.contains("on=2026-03-12"));
}

#[tokio::test]
async fn wrong_answers_are_told_with_what_would_be_right() {
    let app = TestApp::new().await;
    let mut anyone = app.anonymous();
    let before = "organ=no&ciio=no&export-1=yes&important-1=no&exempt-1=none&zone-1=not_ftz&treaty-1=no";
    for (fields, told, place) in [
        ("people-1=-5&sensitive-1=0", "人数不能是负数", "#people-1"),
        ("people-1=many&sensitive-1=0", "人数要填整数", "#people-1"),
        ("people-1=1.5&sensitive-1=0", "人数要填整数", "#people-1"),
        ("people-1=99999999999&sensitive-1=0", "全球人口", "#people-1"),
        ("people-1=1&sensitive-1=", "没有的填0", "#sensitive-1"),
        ("people-1=&sensitive-1=", "没有的填0", "#people-1"),
        ("", "两个人数都要填", "#people-1"),
        ("people-1=12%E2%80%AE34&sensitive-1=0", "12\\u{202e}34", "#people-1"),
    ] {
        let page = anyone.get(&format!("/path/people?go=1&{before}&{fields}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields}");
        assert!(page.text.contains("<title>错误：") && page.text.contains("pi-error-summary"), "{fields}");
        assert!(page.text.contains(told) && page.text.contains(&format!("href=\"{place}\"")), "{fields}: {}", page.text);
        // The article stands in the message and on the page, and what was typed is still there.
        assert!(page.text.contains("（《促进和规范数据跨境流动规定》第七条第一款第（二）项）。</a>"), "{fields}");
        assert!(page.text.contains("《促进和规范数据跨境流动规定》第七条第一款第（二）项"), "{fields}");
        if fields.starts_with("people-1=many") {
            assert!(page.text.contains("value=\"many\""));
        }
        let english = anyone.get(&format!("/en/path/people?go=1&{before}&{fields}")).await;
        assert!(english.text.contains("<title>Error: "), "{fields}");
    }
    // Nothing selected, something unknown selected.
    let page = anyone.get("/path/ciio?go=1&organ=no").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("选择“是”或者“不是”"));
    let page = anyone.get("/path/zone?go=1&organ=no&ciio=no&zone-1=moon").await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.text.contains("没有“moon”这个选项"), "{}", page.text);
    // A result with a wrong or missing answer leads to its question.
    let page = follow(&mut anyone, &result("zone-1=moon&people-1=5")).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.text.contains("没有“moon”这个选项"));
    let page = follow(&mut anyone, "/path/result").await;
    assert!(page.status == StatusCode::OK && page.text.contains("是不是国家机关"));
    // A name that turns the direction of writing.
    let page = anyone.get("/path/name?go=1&n=2&name-2=%E2%80%AE%E7%A4%BA%E4%BE%8B").await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.text.contains("U+202E"), "{}", page.text);
    // Days without rules.
    for (on, told) in [("2020-01-01", "没有出境路径的规定"), ("2031-01-01", "还不知道"), ("yesterday", "日期没有看懂")]
    {
        let page = anyone.get(&format!("/path/on?go=1&on={on}")).await;
        assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.text.contains(told), "{on}: {}", page.text);
    }
    assert_eq!(anyone.get("/path/holiday").await.status, StatusCode::NOT_FOUND);
    assert_eq!(anyone.get("/path/people?n=99").await.status, StatusCode::NOT_FOUND);
    assert_eq!(anyone.get("/path/people?n=x").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn several_flows_are_classified_and_then_counted_together() {
    let app = TestApp::new().await;
    let mut anyone = app.anonymous();
    let two = "organ=no&ciio=no&export-1=yes&important-1=no&exempt-1=none&zone-1=not_ftz&treaty-1=no&people-1=150000&sensitive-1=0\
               &name-2=%E7%A4%BA%E4%BE%8B&export-2=yes&important-2=no&exempt-2=none&zone-2=not_ftz&treaty-2=no&people-2=900000&sensitive-2=0";
    let page = follow(&mut anyone, &format!("/path/check?{two}")).await;
    assert!(page.text.contains("去重后一共多少人") && page.text.contains("在900,000和1,050,000之间"), "{}", page.text);
    // Without the total, only a person can tell; with it, the line is clear; an impossible one is refused.
    let page = anyone.get(&format!("/path/result?{two}&all=unknown")).await;
    assert!(path_of(&page) == "review" && page.text.contains("去重总数决定结论"));
    let page = anyone.get(&format!("/path/result?{two}&all=950000&all-sensitive=0")).await;
    assert!(path_of(&page) == "scc_or_certification" && page.text.contains("示例"));
    let page = follow(&mut anyone, &format!("/path/result?{two}&all=100&all-sensitive=0")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("在900,000（最大的一项）和1,050,000（各项相加）之间"), "{}", page.text);
    // An exempt flow is not counted, so that no total is asked.
    let exempt = two.replace("exempt-2=none", "exempt-2=hr");
    let page = anyone.get(&format!("/path/result?{exempt}")).await;
    assert_eq!(path_of(&page), "scc_or_certification", "{}", page.location());
    // A flow can be left out again.
    let page = anyone.get(&format!("/path/check?{exempt}")).await;
    assert!(page.text.contains("去掉这项业务") && page.text.contains("再加一项业务"));
}

#[tokio::test]
async fn an_old_decision_is_replayed_on_the_web() {
    let app = TestApp::new().await;
    let mut anyone = app.anonymous();
    let page = anyone.get(&result("people-1=5&on=2024-03-21&handled=1000")).await;
    assert_eq!(path_of(&page), "scc_or_certification", "{}", page.location());
    assert!(page.text.contains("SA11+SC13") && page.text.contains("过去某一天的规定"), "{}", page.text);
    let page = anyone.get(&result("people-1=5&on=2024-03-21&handled=1000000")).await;
    assert_eq!(path_of(&page), "security_assessment");
    let asked = follow(&mut anyone, &result("people-1=5&on=2024-03-21")).await;
    assert!(asked.text.contains("一共处理多少人的个人信息"), "the number that the first rules used is asked for");
    let people = anyone.get("/path/people?on=2024-03-21").await;
    assert!(people.text.contains("自2023年1月1日起"), "counted from 1 January of the year before");
    assert_eq!(path_of(&anyone.get(&result("people-1=5&on=2024-03-22")).await), "exempt");
}

/// Every combination of the facts of one flow at the boundaries: the page gives the engine's answer.
#[tokio::test]
async fn the_web_answers_as_the_engine_does() {
    let app = TestApp::new().await;
    let mut anyone = app.anonymous();
    let on = date(2026, 3, 12);
    let yes_no = |value: bool| if value { "yes" } else { "no" };
    let counts = [(0, 0), (1, 0), (99_999, 0), (100_000, 0), (0, 1), (999_999, 9_999), (1_000_000, 0), (0, 10_000)];
    let mut tried = 0;
    for &exempt in Ground::ALL {
        for &ftz in Ftz::ALL {
            for (n, (non_sensitive, sensitive)) in counts.into_iter().enumerate() {
                // The other facts take turns, so that each meets each ground, zone and count.
                let (ciio, treaty, important_data) = (tried % 3 == 0, tried % 5 == 0, tried % 7 == 0);
                let (export, state_organ) = (tried % 11 != 0, (tried + n) % 13 == 0);
                let flow = Flow { name: String::new(), export, important_data, non_sensitive, sensitive, exempt, ftz, treaty };
                let case = Case { state_organ, ..Case::single(flow, ciio, on) };
                let expected: Path = decide(&case).unwrap().path;
                let address = result(&format!(
                    "organ={}&ciio={}&export-1={}&important-1={}&exempt-1={}&zone-1={}&treaty-1={}&people-1={non_sensitive}&sensitive-1={sensitive}",
                    yes_no(state_organ),
                    yes_no(ciio),
                    yes_no(export),
                    yes_no(important_data),
                    exempt.code(),
                    ftz.code(),
                    yes_no(treaty),
                ));
                let page = anyone.get(&address).await;
                assert_eq!(path_of(&page), expected.code(), "{case:?} {}", page.location());
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 9 * 4 * 8);
}

async fn post(client: &mut Client, path: &str, body: &str, lang: &str) -> (StatusCode, String, Value) {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json").header(header::ACCEPT_LANGUAGE, lang);
    let answer = client.send(request, Body::from(body.to_owned())).await;
    let kind = answer.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    (answer.status, kind, serde_json::from_slice(&answer.bytes).unwrap_or_default())
}

#[tokio::test]
async fn programs_get_the_answer_of_the_command_line() {
    let app = TestApp::new().await;
    let mut anyone = app.anonymous();
    let facts = json!({"ciio":false,"important_data":false,"non_sensitive":99_999,"sensitive":0,"exempt":"none","ftz":"not_ftz"})
        .to_string();
    let (status, kind, found) = post(&mut anyone, "/api/v1/path", &facts, "zh").await;
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/json"));
    let parsed = guosuo_cli::path_facts::Facts::parse(&facts, guosuo_cli::Lang::Zh).unwrap();
    let (_, own) = parsed.answer(date(2026, 3, 12), None, guosuo_cli::Lang::Zh).unwrap();
    assert_eq!(found, own);
    assert_eq!((found["path"].as_str(), found["item"].as_str()), (Some("exempt"), Some("P16 5(1)(iv)")));
    assert_eq!((found["on"].as_str(), found["assumed"].as_array().map(Vec::len)), (Some("2026-03-12"), Some(0)));
    // A whole number is one however it is written.
    let floats = json!({"non_sensitive":99_999.0,"sensitive":0.0,"totals":{"non_sensitive":99_999.0,"sensitive":0}}).to_string();
    let (status, _, same) = post(&mut anyone, "/api/v1/path", &floats, "zh").await;
    assert_eq!((status, &same["path"], &same["item"]), (StatusCode::OK, &found["path"], &found["item"]), "{same}");
    // The rules of another day, and several flows.
    let (_, _, old) = post(&mut anyone, "/api/v1/path", "{\"non_sensitive\":5,\"as_of\":\"2024-03-21\"}", "zh").await;
    assert_eq!((old["path"].as_str(), old["law"].as_str()), (Some("scc_or_certification"), Some("SA11+SC13")));
    let flows = json!({"flows":[{"name":"a","non_sensitive":600_000},{"name":"b","non_sensitive":600_000}]});
    let (_, _, open) = post(&mut anyone, "/api/v1/path", &flows.to_string(), "zh").await;
    assert_eq!((open["path"].as_str(), open["flows"][1]["name"].as_str()), (Some("review"), Some("b")));
    let mut known = flows.clone();
    known["totals"] = json!({"non_sensitive":700_000,"sensitive":0});
    let (_, _, known) = post(&mut anyone, "/api/v1/path", &known.to_string(), "zh").await;
    assert_eq!(known["path"], "scc_or_certification");
}

#[tokio::test]
async fn wrong_facts_are_explained_in_the_language_asked_for() {
    let app = TestApp::new().await;
    let mut anyone = app.anonymous();
    for (body, status, field, zh, en) in [
        ("{\"non_sensitive\":-1}", 422, "non_sensitive", "0以上的整数", "a whole number from 0"),
        ("{\"non_sensitive\":1.5}", 422, "non_sensitive", "0以上的整数", "a whole number from 0"),
        ("{\"sensitive\":\"many\"}", 422, "sensitive", "0以上的整数", "a whole number"),
        ("{\"sensitive\":99999999999}", 422, "sensitive", "全球人口", "than live on earth"),
        ("{\"ftz\":\"moon\"}", 422, "ftz", "outside_list", "outside_list"),
        ("{\"exempt\":\"holiday\"}", 422, "exempt", "gba_contract", "gba_contract"),
        ("{\"people\":3}", 422, "people", "没有这一项", "no such fact"),
        ("{\"ciio\":\"yes\"}", 422, "ciio", "true 或者 false", "true or false"),
        ("{\"as_of\":\"2020-01-01\"}", 422, "on", "2022-09-01", "2022-09-01"),
        ("{\"on\":\"soon\"}", 422, "on", "日期", "a date"),
        ("{\"flows\":[]}", 422, "flows", "1至1000项", "1 to 1000"),
        ("{\"flows\":[{\"ftz\":\"x\"}]}", 422, "flows[0].ftz", "not_ftz", "not_ftz"),
        ("{\"flows\":[{}],\"sensitive\":1}", 422, "flows", "写在其中", "belong into it"),
        // A fact beside what takes its place, known or not; a day in another form.
        ("{\"flows\":[{}],\"exempt\":null}", 422, "flows", "写在其中", "belong into it"),
        ("{\"flows\":null,\"sensitive\":1}", 422, "flows", "写在其中", "belong into it"),
        ("{\"on\":\"2026-01-05\",\"as_of\":\"2026-01-05\"}", 422, "as_of", "只写一个", "write one of them"),
        ("{\"on\":null,\"as_of\":null}", 422, "as_of", "只写一个", "write one of them"),
        ("{\"on\":\"20260105\"}", 422, "on", "日期", "a date"),
        ("{\"as_of\":\"2026-01-05T10:00:00\"}", 422, "as_of", "日期", "a date"),
        ("{\"totals\":{\"sensitive\":1}}", 422, "totals.non_sensitive", "没有的写0", "write 0 for none"),
        ("[]", 400, "", "JSON", "JSON"),
        ("not json", 400, "", "JSON", "JSON"),
        ("", 400, "", "JSON", "JSON"),
    ] {
        for (lang, words) in [("zh-CN,zh;q=0.9", zh), ("en-GB", en)] {
            let (got, kind, value) = post(&mut anyone, "/api/v1/path", body, lang).await;
            assert_eq!((got.as_u16(), kind.as_str()), (status, "application/problem+json"), "{body}");
            assert_eq!(value["errors"][0]["field"], field, "{body}: {value}");
            assert!(value["errors"][0]["message"].as_str().unwrap().contains(words), "{body} {lang}: {value}");
            assert!(!field.is_empty() || value["errors"][0]["article"].is_null());
        }
    }
    let (_, _, value) = post(&mut anyone, "/en/api/v1/path", "{\"sensitive\":-1}", "zh").await;
    assert_eq!(value["errors"][0]["article"], "PQ16 q11");
    assert!(value["title"].as_str().unwrap().is_ascii(), "the address says English: {value}");
    let request = Request::post("/api/v1/path").header(header::CONTENT_TYPE, "application/json");
    let large = anyone.send(request, Body::from("9".repeat(300 << 10))).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let request = Request::post("/api/v1/path").header(header::CONTENT_TYPE, "application/json");
    assert_eq!(anyone.send(request, Body::from(vec![0xFF, 0xFE])).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_schema_and_the_help_name_every_code() {
    let app = TestApp::new().await;
    let mut anyone = app.anonymous();
    let schema: Value = serde_json::from_slice(&anyone.get("/api/v1/path/schema").await.bytes).unwrap();
    let codes = |fact: &str| -> Vec<&str> {
        schema["properties"][fact]["oneOf"].as_array().unwrap().iter().filter_map(|one| one["const"].as_str()).collect()
    };
    assert_eq!(codes("exempt"), Ground::ALL.iter().map(|g| g.code()).collect::<Vec<_>>());
    assert_eq!(codes("ftz"), Ftz::ALL.iter().map(|z| z.code()).collect::<Vec<_>>());
    assert!(schema["properties"]["flows"]["items"]["properties"]["name"].is_object());
    // What excludes what is said there as well, and that a fact may be unknown.
    let none = |rule: usize, side: usize| schema["allOf"][rule]["anyOf"][side]["properties"].as_object().unwrap();
    assert!(none(0, 0).contains_key("as_of") && none(0, 1).contains_key("on"));
    assert!(none(1, 0).contains_key("flows") && none(1, 1).contains_key("exempt") && !none(1, 1).contains_key("ciio"));
    for (name, fact) in schema["properties"].as_object().unwrap() {
        let unknown = json!({ name.as_str(): null }).to_string();
        assert_eq!(post(&mut anyone, "/api/v1/path", &unknown, "zh").await.0, StatusCode::OK, "{name}");
        let null = json!("null");
        let listed = fact["oneOf"].as_array().is_some_and(|list| list.iter().any(|one| one["type"] == null));
        assert!(listed || fact["type"].as_array().is_some_and(|kinds| kinds.contains(&null)), "{name}");
    }
    let help = anyone.get("/en/help/path").await;
    assert!(
        help.text.contains("POST /en/api/v1/path") && help.text.contains("outside_list") && help.text.contains("would_change")
    );
    for (page, link) in
        [("/", "/path"), ("/sitemap", "/path"), ("/guide/filing", "/path"), ("/sitemap", "/help/path"), ("/path", "/help/path")]
    {
        assert!(anyone.get(page).await.text.contains(&format!("href=\"{link}\"")), "{page} leads to {link}");
    }
}
