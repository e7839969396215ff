//! The processor of the demonstration, before it applies: a frozen impact assessment, one that is being written and is
//! contradicted by the ledger, two flows with their counts, a notice and consents.

use guosuo_case::assessment::{self, Content};
use guosuo_case::certification::{Kind, Recipient};
use guosuo_case::exports::{self, Basis, Channel, Consent, FlowFacts, Guardian};
use guosuo_case::{Actor, OrgKind, Role};
use guosuo_rules::time::{cst_date, start_of_day};
use guosuo_rules::yearly::{Count, Person, Point, Way};
use guosuo_store::accounts::{AccountStatus, Contact, CredentialKind, NewAccount, OrgDetails, OrgStatus};
use guosuo_store::{Error as StoreError, new_id};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::{PASSWORD, credit_code};
use crate::app::App;
use crate::auth::password;
use crate::preparing::{seed_assessment, seed_exports};

/// Organisation and sign-in name of the processor.
pub const PROCESSOR: &str = "lvxing";
const NAME: &str = "示例云岫旅行科技有限公司（虚构）";
const SAMPLE: &str = include_str!("../../../../data/samples/assessment.json");

/// Makes the organisation and its account, once. Gives who acts.
///
/// # Errors
/// When the store fails.
pub async fn people(app: &App) -> anyhow::Result<Actor> {
    let (user, hash, now) = (new_id(), password::hash(PASSWORD.to_owned()).await?, app.now());
    let known = app.store.organisation(PROCESSOR).await?.is_some();
    let actor = Actor {
        user: user.as_str().into(),
        name: "示例许经办".into(),
        org: PROCESSOR.into(),
        org_kind: OrgKind::Processor,
        roles: [Role::Applicant].into(),
        second_factor_at: None,
    };
    if known {
        return Ok(actor);
    }
    let account = NewAccount {
        id: user,
        org: PROCESSOR.into(),
        login: PROCESSOR.into(),
        name: actor.name.clone(),
        contact: Contact { phone: "010-00000000".into(), mail: "lvxing@example.invalid".into() },
        lang: "zh".into(),
        status: AccountStatus::Active,
        roles: actor.roles.clone(),
    };
    let details = OrgDetails {
        legal_rep: "示例法定代表人".into(),
        address: "示例市示例区示例路2号".into(),
        phone: "010-00000000".into(),
        ..OrgDetails::default()
    };
    app.store
        .write_with((account, details, hash), move |tx, (account, details, hash)| {
            Box::pin(async move {
                let code = credit_code("91110105MA0X00101");
                tx.add_organisation(PROCESSOR, OrgKind::Processor, NAME, Some(&code), OrgStatus::Active, details, now).await?;
                tx.add_account(account, "system:demo", now).await?;
                tx.put_credential(&account.id, CredentialKind::Password, hash.as_bytes(), now).await?;
                Ok::<(), StoreError>(())
            })
        })
        .await?;
    Ok(actor)
}

/// The sample as if it had been written lately.
fn sample(today: Date) -> anyhow::Result<Content> {
    let mut c: Content = serde_json::from_str(SAMPLE)?;
    let before = |days: i64| today.saturating_sub(days.days());
    c.countries.iter_mut().for_each(|p| p.looked_on = Some(before(40)));
    c.opinions.iter_mut().for_each(|o| o.on = Some(before(9)));
    Ok(c)
}

/// The flow that the sample assesses.
fn orders(c: &Content) -> FlowFacts {
    FlowFacts {
        name: "会员订单跨境履行".into(),
        exporter: NAME.into(),
        contact: "privacy@yunxiu.example".into(),
        recipient: c.scope.recipients.first().cloned().unwrap_or_default(),
        purpose: "订单履行".into(),
        method: "传输、存储、逐单查看".into(),
        kinds: c.scope.kinds.clone(),
        retention_months: c.scope.retention_months,
        basis: Some(Basis::Consent),
        necessity: "境外酒店办理入住登记需要护照号码。".into(),
        effect: "护照号码泄露后可能被冒用，行程可能被推断。".into(),
        rights: "拨打客服热线，或者在网页“隐私中心”提出，15个工作日内答复。".into(),
        rights_abroad: "写信或者发邮件给接收方的数据保护官，也可以由境内客服代办。".into(),
        way: Way::Certificate,
        ..FlowFacts::default()
    }
}

/// A flow that does not rest on consent.
fn travel(c: &Content) -> FlowFacts {
    FlowFacts {
        name: "商务差旅预订".into(),
        purpose: "售后服务".into(),
        kinds: vec![Kind { name: "姓名".into(), sensitive: false }, Kind { name: "联系电话".into(), sensitive: false }],
        basis: Some(Basis::Contract),
        basis_words: "出差员工是预订合同的当事人，履行合同需要把姓名和电话交给境外履行方。".into(),
        necessity: String::new(),
        effect: String::new(),
        recipient: Recipient { contact: "travel@yunxiu.example".into(), ..orders(c).recipient },
        ..orders(c)
    }
}

/// Numbers since 1 January at the end of each month that is over, and of yesterday.
fn points(today: Date, ordinary: u64, sensitive: u64) -> Count {
    let first = date(today.year(), 1, 1);
    let yesterday = today.saturating_sub(1.days()).max(first);
    let ends = (1..=12).filter_map(|m| date(today.year(), m, 1).last_of_month().into()).filter(|d: &Date| *d < yesterday);
    let of = |on: Date| {
        let day = u64::try_from(on.day_of_year()).unwrap_or(1);
        Point { on, non_sensitive: ordinary * day / 365, sensitive: sensitive * day / 365 }
    };
    Count::Plain { points: ends.chain([yesterday]).map(of).collect() }
}

/// Plays what the processor has prepared so far.
///
/// # Errors
/// When the law refuses a step or the store fails.
pub async fn play(app: &App) -> anyhow::Result<()> {
    let actor = people(app).await?;
    let (now, today) = (app.now(), cst_date(app.now()));
    let c = sample(today)?;
    let report = |flow, count, source: &str| exports::Command::Report { flow, count: Box::new(count), source: source.into() };
    let person = |n: u128| Person(0x5eed_0000_0000_0000_0000_0000_0000_0000 + n);
    let given = |n: u128, days: i64| Consent {
        person: person(n),
        at: start_of_day(today.saturating_sub(days.days())) + 10.hours(),
        channel: Channel::PopUp,
        separate: true,
        under_14: false,
        guardian: None,
        withdrawn_at: None,
    };
    let child =
        Consent {
            under_14: true, guardian: Some(Guardian { person: person(900), checked: "核对户口簿".into() }), ..given(4, 5)
        };
    let commands = vec![
        exports::Command::Open,
        exports::Command::DescribeFlow { flow: None, facts: Box::new(orders(&c)) },
        exports::Command::DescribeFlow { flow: None, facts: Box::new(travel(&c)) },
        report(1, points(today, 300_000, 6_000), "订单系统去重导出（虚构）.csv"),
        report(2, points(today, 90_000, 0), "差旅系统去重导出（虚构）.csv"),
        exports::Command::AdoptText {
            flow: 1,
            language: "zh".into(),
            words: crate::preparing::notice_of(crate::web::Lang::Zh, &orders(&c)),
            from: today.saturating_sub(30.days()),
        },
        exports::Command::RecordConsents { text: 1, consents: vec![given(1, 20), given(2, 12), given(3, 6), child] },
        exports::Command::WithdrawConsent { text: 1, person: person(2), at: start_of_day(today) - 1.hour() },
    ];
    seed_exports(app, &actor, commands, now).await?;
    let save = |content: Content| assessment::Command::Save { content: Box::new(content), seen: 0 };
    let open = |title: &str| assessment::Command::Open { title: title.into() };
    let completed_on = today.saturating_sub(7.days());
    let freeze = assessment::Command::Freeze { completed_on, note: String::new(), seen: 1 };
    seed_assessment(app, &actor, vec![open(&c.title), save(c.clone()), freeze], now).await?;
    // The second one says less than the ledger counts and than its contract allows.
    let mut other = c;
    other.title = "商务差旅预订（虚构）".into();
    other.scope.people.non_sensitive = 10_000;
    other.scope.retention_months = 12;
    other.answers.retain(|p, _| p.item() == guosuo_case::certification::ImpactItem::Purpose);
    other.conclusion = assessment::Conclusion::default();
    seed_assessment(app, &actor, vec![open(&other.title), save(other.clone())], now).await?;
    Ok(())
}
