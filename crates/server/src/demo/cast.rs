//! The cast of the demonstration: openly fictitious organisations and people.

use guosuo_case::{OrgKind, Role};

/// An account of the demonstration.
pub struct DemoAccount {
    /// Organisation id.
    pub org: &'static str,
    /// Sign-in name.
    pub login: &'static str,
    /// Person.
    pub name: &'static str,
    /// Roles.
    pub roles: &'static [Role],
}

/// An organisation of the demonstration.
pub struct DemoOrg {
    /// Id.
    pub id: &'static str,
    /// Kind.
    pub kind: OrgKind,
    /// Name.
    pub name: &'static str,
    /// Credit code without its check character.
    pub code: Option<&'static str>,
}

const fn org(id: &'static str, kind: OrgKind, name: &'static str, code: Option<&'static str>) -> DemoOrg {
    DemoOrg { id, kind, name, code }
}

/// The authorities and the platform.
pub const AUTHORITIES: [DemoOrg; 4] = [
    org("cac", OrgKind::Cac, "国家网信部门（演示）", None),
    org("nda", OrgKind::Nda, "国家数据管理部门（演示）", None),
    org("samr", OrgKind::Samr, "国家市场监督管理部门（演示）", None),
    org("platform", OrgKind::Platform, "平台运行单位（演示）", None),
];

/// The certification bodies.
pub const BODIES: [DemoOrg; 17] = [
    org("qiheng", OrgKind::Body, "示例启衡认证有限公司（虚构）", Some("91110108MA0X00001")),
    org("yunxiu", OrgKind::Body, "示例云岫标准认证中心（虚构）", Some("12310000MB1X00002")),
    org("luming", OrgKind::Body, "示例鹿鸣质量认证股份有限公司（虚构）", Some("91440300MA5X00003")),
    org("chenghai", OrgKind::Body, "示例澄海检验认证有限公司（虚构）", Some("91440100MA9X00004")),
    org("beichen", OrgKind::Body, "示例北辰数据安全认证中心（虚构）", Some("12100000MB0X00005")),
    org("nanping", OrgKind::Body, "示例南屏网络安全测评认证有限公司（虚构）", Some("91320100MA2X00006")),
    org("hengmen", OrgKind::Body, "示例衡门认证技术有限公司（虚构）", Some("91330106MA2X00007")),
    org("qingtian", OrgKind::Body, "示例青田合规认证有限公司（虚构）", Some("91310115MA1X00008")),
    org("canglang", OrgKind::Body, "示例沧浪信息技术认证研究院（虚构）", Some("12500000MB1X00009")),
    org("jinsuo", OrgKind::Body, "示例金梭认证服务有限公司（虚构）", Some("91610131MA6X00010")),
    org("wangyue", OrgKind::Body, "示例望岳质量技术评价中心（虚构）", Some("12370000MB2X00011")),
    org("zhuli", OrgKind::Body, "示例竹里认证有限公司（虚构）", Some("91320594MA1X00012")),
    org("donghu", OrgKind::Body, "示例东湖认证有限公司（虚构）", Some("91420100MA4X00013")),
    org("xishan", OrgKind::Body, "示例西山认证中心（虚构）", Some("12110000MB3X00014")),
    org("nanhu", OrgKind::Body, "示例南湖认证有限公司（虚构）", Some("91330402MA7X00015")),
    org("beihai", OrgKind::Body, "示例䶮山认证有限公司（虚构）", Some("91450500MA8X00016")),
    org("zhongzhou", OrgKind::Body, "示例中洲认证有限公司（虚构）", Some("91410100MA0X00017")),
];

/// Processors, the representative of an overseas one, and the verification body.
pub const PARTIES: [DemoOrg; 4] = [
    org("chenhai", OrgKind::Processor, "示例辰海跨境电商有限公司（虚构）", Some("91310115MA1X00051")),
    org("linyuan", OrgKind::Processor, "示例林远航旅科技有限公司（虚构）", Some("91440300MA5X00052")),
    org("yuanzhou", OrgKind::Processor, "示例远舟代表服务有限公司（虚构）", Some("91110105MA0X00054")),
    org("guanlan", OrgKind::VerificationBody, "示例观澜网络安全测评实验室（虚构）", Some("12110000MB3X00053")),
];

const BODY: &[Role] = &[Role::Operator, Role::OrgAdmin];

const fn account(org: &'static str, login: &'static str, name: &'static str, roles: &'static [Role]) -> DemoAccount {
    DemoAccount { org, login, name, roles }
}

/// The accounts. Every body has one under its own id; these are all others and the named ones.
pub const ACCOUNTS: [DemoAccount; 25] = [
    account("qiheng", "qiheng", "示例李经办", BODY),
    account("qiheng", "qiheng2", "示例王同事", &[Role::Operator]),
    account("yunxiu", "yunxiu", "示例赵经办", BODY),
    account("luming", "luming", "示例孙经办", BODY),
    account("chenghai", "chenghai", "示例周经办", BODY),
    account("beichen", "beichen", "示例吴经办", BODY),
    account("nanping", "nanping", "示例郑经办", BODY),
    account("hengmen", "hengmen", "示例冯经办", BODY),
    account("qingtian", "qingtian", "示例陈经办", BODY),
    account("canglang", "canglang", "示例褚经办", BODY),
    account("jinsuo", "jinsuo", "示例卫经办", BODY),
    account("wangyue", "wangyue", "示例蒋经办", BODY),
    account("zhuli", "zhuli", "示例沈经办", BODY),
    account("donghu", "donghu", "示例韩经办", BODY),
    account("xishan", "xishan", "示例杨经办", BODY),
    account("nanhu", "nanhu", "示例朱经办", BODY),
    account("beihai", "beihai", "示例秦经办", BODY),
    account("cac", "chenmin", "示例陈敏", &[Role::CacHandler]),
    account("cac", "zhouyuan", "示例周予安", &[Role::CacHandler]),
    account("cac", "hechuan", "示例何川", &[Role::CacHead]),
    account("nda", "linshu", "示例林述", &[Role::NdaReviewer]),
    account("samr", "samr", "示例高查阅", &[Role::SamrReader]),
    account("platform", "sysadmin", "示例系统管理员", &[Role::SystemAdmin]),
    account("platform", "secadmin", "示例安全管理员", &[Role::SecurityAdmin]),
    account("platform", "auditor", "示例审计管理员", &[Role::AuditAdmin]),
];

/// The people of certification: those of the body `donghu`, the applicants, the verification body,
/// and who supervises. The auditor is on the roster that the body filed, by its name.
pub const CERTIFIERS: [DemoAccount; 12] = [
    account("donghu", "qianguan", "示例钱管理", &[Role::CaseManager]),
    account("donghu", "zhoufu", "示例周复核", &[Role::Verifier]),
    account("donghu", "shenhe", "示例甲", &[Role::Auditor]),
    account("donghu", "wuping", "示例吴评价", &[Role::Evaluator]),
    account("donghu", "zhengjue", "示例郑决定", &[Role::Certifier]),
    account("donghu", "wangfu", "示例王负责", &[Role::BodyHead]),
    account("chenhai", "chenhai", "示例陈申请", &[Role::Applicant]),
    account("linyuan", "linyuan", "示例林申请", &[Role::Applicant]),
    account("yuanzhou", "daibiao", "Example Alex", &[Role::Representative]),
    account("guanlan", "fengyan", "示例冯验证", &[Role::VerificationStaff]),
    account("cac", "jiandu", "示例监督甲", &[Role::CacSupervisor]),
    account("samr", "shijian", "示例监督乙", &[Role::SamrSupervisor]),
];

/// The organisation that represents an overseas processor (M 7(2)), and whom it represents.
pub const REPRESENTATIVE: &str = "yuanzhou";
/// The overseas processor: name, register number, address, country.
pub const OVERSEAS: [&str; 4] = ["Example Handels GmbH (fictitious)", "HRB 000000", "1 Example Street, Berlin", "DE"];

/// The full credit code of a demonstration organisation.
pub fn credit_code(first_17: &str) -> String {
    let check = guosuo_rules::ids::uscc::check_character(first_17).unwrap_or('0');
    format!("{first_17}{check}")
}
