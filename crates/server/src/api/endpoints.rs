//! The one list of the addresses of the interface: what they are called, which scope they need, what goes in and comes
//! out, with an example. A test compares it with the router, so nothing is served that is not documented here.

use serde_json::{Value, json};

use super::cases::REPORT_STATES;
use super::examples;
use super::schema::{self, of};
use super::scope::Scope;
use crate::workbench::programs::{self, Of};

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum In {
    /// In the path.
    Path,
    /// In the query.
    Query,
}

/// A parameter of an address.
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// Where it stands.
    pub at: In,
    /// Its schema.
    pub schema: Value,
    /// An example.
    pub example: Value,
    /// Whether it must be there.
    pub required: bool,
}

/// What a request or an answer carries.
pub enum Content {
    /// Nothing.
    None,
    /// JSON of this schema with examples by name.
    Json(Value, Vec<(String, Value)>),
    /// A file.
    File,
}

/// One address with one method.
pub struct Endpoint {
    /// `GET`, `POST` or `PATCH`.
    pub method: &'static str,
    /// The path pattern.
    pub path: String,
    /// Its name for programs.
    pub id: String,
    /// The heading that it stands under.
    pub group: &'static str,
    /// The scope that it needs; none where the token alone, or nothing, is enough.
    pub scope: Option<Scope>,
    /// Whether a token is needed.
    pub token: bool,
    /// Whether a member must be named.
    pub member: bool,
    /// What it does, Chinese and English.
    pub words: (&'static str, &'static str),
    /// Parameters.
    pub params: Vec<Param>,
    /// What goes in.
    pub body: Content,
    /// Status of a good answer.
    pub status: u16,
    /// The schema of a good answer; none for files.
    pub answer: Option<Value>,
    /// Which problems it answers, beyond those of every address.
    pub problems: &'static [u16],
}

pub(super) fn path(name: &'static str, example: &str) -> Param {
    let schema = json!({ "type": "string", "pattern": "^[0-9A-Za-z_-]{1,64}$" });
    Param { name, at: In::Path, schema, example: example.into(), required: true }
}

fn query(name: &'static str, schema: Value, example: Value) -> Param {
    Param { name, at: In::Query, schema, example, required: false }
}

fn paging() -> Vec<Param> {
    vec![
        query("limit", json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 }), 50.into()),
        query("after", json!({ "type": "string", "pattern": "^[0-9A-Za-z_-]{0,64}$" }), "".into()),
    ]
}

fn numbered() -> Vec<Param> {
    vec![
        query("limit", json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 }), 50.into()),
        query("after", json!({ "type": "integer", "minimum": 0, "maximum": 4_000_000_000_u64 }), 0.into()),
    ]
}

pub(super) fn get(
    path: &'static str,
    id: &'static str,
    group: &'static str,
    scope: Option<Scope>,
    answer: &str,
    words: (&'static str, &'static str),
) -> Endpoint {
    Endpoint {
        method: "GET",
        path: path.to_owned(),
        id: id.to_owned(),
        group,
        scope,
        token: true,
        member: false,
        words,
        params: Vec::new(),
        body: Content::None,
        status: 200,
        answer: (!answer.is_empty()).then(|| of(answer)),
        problems: &[],
    }
}

impl Endpoint {
    pub(super) fn with(mut self, params: Vec<Param>) -> Self {
        self.params.extend(params);
        self
    }

    pub(super) fn answers(mut self, problems: &'static [u16]) -> Self {
        self.problems = problems;
        self
    }

    pub(super) fn post(mut self, status: u16, schema: Value, examples: Vec<(String, Value)>) -> Self {
        self.method = "POST";
        self.status = status;
        self.body = Content::Json(schema, examples);
        self.problems = &[400, 404, 409, 412, 413, 415, 422];
        self
    }

    pub(super) fn patch(mut self) -> Self {
        self.method = "PATCH";
        self
    }

    pub(super) fn by_member(mut self) -> Self {
        self.member = true;
        self
    }

    fn open(mut self) -> Self {
        self.token = false;
        self
    }
}

pub(super) fn one(value: Value) -> Vec<(String, Value)> {
    vec![("example".to_owned(), value)]
}

/// One operation for each act: each has fields of its own.
fn acts(kind: Of, base: &'static str, group: &'static str, scope: Scope, list: &[examples::Example]) -> Vec<Endpoint> {
    let (answer, id) = match kind {
        Of::Application => ("ApplicationActDone", examples::id::APPLICATION),
        Of::Certificate => ("CertificateActDone", examples::id::CERTIFICATE),
    };
    schema::acts(kind)
        .iter()
        .map(|a| {
            let drafts = programs::is_draft_act(a.name) && kind == Of::Application;
            let scope = if drafts { Scope::CasesApply } else { scope };
            let answer = match a.name {
                "submit" => "Submitted",
                programs::DECLARE_FLOWS => "FlowsDeclared",
                _ => answer,
            };
            let shown = list.iter().find(|e| e.act == a.name).map(|e| e.body.clone());
            let examples = shown.map(one).unwrap_or_default();
            let mut e = get(base, "", group, Some(scope), answer, a.words)
                .with(vec![path("id", id)])
                .post(200, schema::act(a), examples)
                .by_member();
            e.path = format!("{base}/{{id}}/acts/{}", a.name);
            e.id = format!("{group}-{}", a.name);
            e
        })
        .collect()
}

fn cases() -> Vec<Endpoint> {
    use examples::id::{APPLICATION, CERTIFICATE, SHA256};
    let sha = || path("sha256", SHA256);
    let name = || Param {
        name: "name",
        at: In::Query,
        schema: json!({ "type": "string", "minLength": 1, "maxLength": 200 }),
        example: "report.pdf".into(),
        required: true,
    };
    let upload = |mut e: Endpoint| {
        e = e.post(201, Value::Null, Vec::new()).by_member();
        e.body = Content::File;
        e
    };
    let phase = query("phase", json!({ "type": "string", "enum": programs::phases() }), "entrusted".into());
    let (read, act_on) = (Some(Scope::CasesRead), Some(Scope::CasesAct));
    let (c_read, c_act) = (Some(Scope::CertificatesRead), Some(Scope::CertificatesAct));
    let mut out = vec![
        get(
            "/api/v1/applications",
            "listApplications",
            "applications",
            read,
            "Applications",
            (
                "认证委托清单，按开立的先后",
                "The applications that concern the organisation, in the order in which they were opened",
            ),
        )
        .with(paging())
        .with(vec![phase])
        .answers(&[422]),
        get(
            "/api/v1/applications/{id}",
            "getApplication",
            "applications",
            read,
            "Application",
            ("一件认证委托，以及现在可以办理的操作", "One application, and what can be done now"),
        )
        .with(vec![path("id", APPLICATION)])
        .answers(&[304, 404, 409]),
        upload(get(
            "/api/v1/applications/{id}/files",
            "sendApplicationFile",
            "applications",
            act_on,
            "File",
            ("上传文件，办理时用得到的编号引用", "Send a document; acts name it by the id in the answer"),
        ))
        .with(vec![path("id", APPLICATION), name()]),
        get(
            "/api/v1/applications/{id}/files/{sha256}",
            "getApplicationFile",
            "applications",
            read,
            "",
            ("取文件，先记录再给出", "Get a document; the reading is recorded first"),
        )
        .with(vec![path("id", APPLICATION), sha()])
        .answers(&[404, 409]),
        get(
            "/api/v1/certificates",
            "listCertificates",
            "certificates",
            c_read,
            "Certificates",
            ("证书清单", "The certificates of the organisation"),
        )
        .with(paging())
        .answers(&[422]),
        get(
            "/api/v1/certificates/{id}",
            "getCertificate",
            "certificates",
            c_read,
            "Certificate",
            ("一张证书，以及现在可以办理的操作", "One certificate, and what can be done now"),
        )
        .with(vec![path("id", CERTIFICATE)])
        .answers(&[304, 404, 409]),
        upload(get(
            "/api/v1/certificates/{id}/files",
            "sendCertificateFile",
            "certificates",
            c_act,
            "File",
            ("上传文件", "Send a document"),
        ))
        .with(vec![path("id", CERTIFICATE), name()]),
        get(
            "/api/v1/certificates/{id}/files/{sha256}",
            "getCertificateFile",
            "certificates",
            c_read,
            "",
            ("取文件", "Get a document"),
        )
        .with(vec![path("id", CERTIFICATE), sha()])
        .answers(&[404, 409]),
        get(
            "/api/v1/certificates/{id}/flows",
            "listDeclaredFlows",
            "certificates",
            c_read,
            "Flows",
            (
                "申报过的实际出境情况，逐项与认证范围比对（M 10(1)）",
                "The flows declared so far, compared with the certified scope field by field (M 10(1))",
            ),
        )
        .with(vec![path("id", CERTIFICATE)])
        .answers(&[304, 404, 409]),
        get(
            "/api/v1/reports",
            "listReports",
            "certificates",
            c_read,
            "Reports",
            (
                "向全国平台的报送：待办的（open）或者某种状态的（M 9(1)）",
                "Reports to the national platform: those to be done (open), or those in a state (M 9(1))",
            ),
        )
        .with(numbered())
        .with(vec![query("state", json!({ "type": "string", "enum": REPORT_STATES }), "open".into())])
        .answers(&[422]),
    ];
    out.extend(super::endpoints_apply::drafts());
    let (mut applications, certificates) = (examples::application(), examples::certificate());
    applications.extend(examples::apply());
    out.extend(acts(Of::Application, "/api/v1/applications", "applications", Scope::CasesAct, &applications));
    out.extend(acts(Of::Certificate, "/api/v1/certificates", "certificates", Scope::CertificatesAct, &certificates));
    out
}

/// Counts as a file: what JSON is too long for.
fn counts_file() -> Endpoint {
    let needed = |name, schema, example: Value| Param { name, at: In::Query, schema, example, required: true };
    let text = |most: u32| json!({ "type": "string", "minLength": 1, "maxLength": most });
    let mut e = get(
        "/api/v1/exports/reports/sheet",
        "reportCountsAsFile",
        "exports",
        Some(Scope::LedgerWrite),
        "CountsTaken",
        (
            "用 CSV 文件上报一条流的人数，最多一百万条去重数据",
            "Report counts of a flow as a CSV file, up to a million keyed values",
        ),
    )
    .post(201, Value::Null, Vec::new())
    .with(vec![
        needed("flow", json!({ "type": "integer", "minimum": 1, "maximum": 4_000_000_000_u64 }), 1.into()),
        needed("source", text(200), "orders-2026.csv".into()),
        query("key", text(100), "group key 2026".into()),
    ]);
    e.body = Content::File;
    e
}

fn own() -> Vec<Endpoint> {
    let year = query("year", json!({ "type": "integer", "minimum": 2000, "maximum": 2999 }), 2026.into());
    vec![
        get(
            "/api/v1/me",
            "getMe",
            "organisation",
            None,
            "Me",
            ("这个令牌是谁的，能做什么", "Whose token this is and what it may be used for"),
        ),
        get(
            "/api/v1/members",
            "listMembers",
            "organisation",
            Some(Scope::CasesRead),
            "Members",
            ("同意这个令牌以其名义办理的成员", "The members who let this token act in their name"),
        ),
        get(
            "/api/v1/filings",
            "listFilings",
            "organisation",
            Some(Scope::FilingRead),
            "Filings",
            ("本机构的备案", "The filings of the body (M 12)"),
        )
        .answers(&[404]),
        get(
            "/api/v1/exports",
            "getExports",
            "exports",
            Some(Scope::LedgerRead),
            "Exports",
            ("出境台账：流、合计、已上报", "The yearly record of exports: flows, totals, reports"),
        )
        .with(vec![year])
        .answers(&[404, 422]),
        get(
            "/api/v1/exports/reports",
            "reportCounts",
            "exports",
            Some(Scope::LedgerWrite),
            "CountsTaken",
            ("上报一条流的人数", "Report counts of a flow"),
        )
        .post(
            201,
            of("CountsReport"),
            vec![("plain".to_owned(), examples::plain_counts()), ("keyed".to_owned(), examples::keyed_counts())],
        ),
        counts_file(),
        get(
            "/api/v1/exports/reports/{number}/void",
            "voidReport",
            "exports",
            Some(Scope::LedgerWrite),
            "CountsTaken",
            ("作废一次上报", "Void a report that was wrong"),
        )
        .with(vec![Param {
            name: "number",
            at: In::Path,
            schema: json!({ "type": "integer", "minimum": 1, "maximum": 4_000_000_000_u64 }),
            example: 1.into(),
            required: true,
        }])
        .post(200, of("Void"), one(json!({ "reason": "Counted twice by mistake" }))),
        get(
            "/api/v1/changes",
            "listChanges",
            "changes",
            Some(Scope::ChangesRead),
            "Changes",
            ("发生的变化，按编号连续不断", "What has happened, in order and without gaps"),
        )
        .with(numbered())
        .answers(&[422]),
        get(
            "/api/v1/webhooks",
            "listWebhooks",
            "webhooks",
            Some(Scope::Webhooks),
            "Webhooks",
            ("回调地址", "The addresses that are called"),
        ),
        get(
            "/api/v1/webhooks",
            "addWebhook",
            "webhooks",
            Some(Scope::Webhooks),
            "Webhook",
            ("增加回调地址，密钥只显示这一次", "Add an address; its secret is shown once"),
        )
        .post(201, of("NewWebhook"), one(json!({ "url": "https://hooks.example.com/guosuo" }))),
        get(
            "/api/v1/webhooks/{id}/acts/{act}",
            "changeWebhook",
            "webhooks",
            Some(Scope::Webhooks),
            "WebhookActDone",
            ("暂停、继续、换密钥、删除", "Pause, resume, rotate the secret, remove"),
        )
        .with(vec![
            path("id", examples::id::WEBHOOK),
            Param {
                name: "act",
                at: In::Path,
                schema: json!({ "type": "string", "enum": ["pause", "resume", "rotate", "remove"] }),
                example: "rotate".into(),
                required: true,
            },
        ])
        .post(200, of("Nothing"), one(json!({}))),
        get(
            "/api/v1/webhooks/{id}/deliveries",
            "listDeliveries",
            "webhooks",
            Some(Scope::Webhooks),
            "Deliveries",
            ("投递记录", "What was delivered, and what waits"),
        )
        .with(vec![path("id", examples::id::WEBHOOK)])
        .with(numbered())
        .with(vec![query("state", json!({ "type": "string", "enum": ["waiting", "delivered", "parked"] }), "delivered".into())])
        .answers(&[404, 422]),
        get(
            "/api/v1/webhooks/{id}/replay",
            "replayDeliveries",
            "webhooks",
            Some(Scope::Webhooks),
            "Replayed",
            ("重新投递", "Deliver again, from one number to another"),
        )
        .with(vec![path("id", examples::id::WEBHOOK)])
        .post(200, of("Replay"), one(json!({ "from": 1, "to": 3 }))),
    ]
}

fn public() -> Vec<Endpoint> {
    let mut decide = get(
        "/api/v1/path",
        "decidePath",
        "path",
        None,
        "",
        ("出境路径：事实进，结论出（M 5）", "Which way personal information may leave: facts in, decision out (M 5)"),
    )
    .post(200, of("PathFacts"), one(json!({ "non_sensitive": 99_999, "sensitive": 0 })))
    .open();
    decide.answer = Some(json!({ "type": "object" }));
    decide.problems = &[400, 413, 422];
    let mut facts =
        get("/api/v1/path/schema", "getPathSchema", "path", None, "", ("事实的 JSON Schema", "The facts as JSON Schema")).open();
    facts.answer = Some(json!({ "type": "object" }));
    let mut this = get("/api/v1/openapi.json", "getOpenapi", "organisation", None, "", ("本文档", "This document")).open();
    this.answer = Some(json!({ "type": "object" }));
    vec![this, decide, facts]
}

/// All addresses, in the order of the documents.
pub fn all() -> Vec<Endpoint> {
    let mut out = public();
    out.extend(own());
    out.extend(cases());
    out
}
