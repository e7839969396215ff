//! The main navigation of each front: one table, so that every page shows the same five channels or fewer.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use guosuo_case::{Right, Role};

use super::shell::Front;

/// One channel: (key for `Shell::at`, path, Chinese, English).
pub type Channel = (&'static str, &'static str, &'static str, &'static str);

/// The channels of a front.
#[must_use]
pub fn channels(front: Front) -> &'static [Channel] {
    match front {
        Front::Public => &[
            ("home", "/", "首页", "Home"),
            ("bodies", "/bodies", "专业认证机构", "Certification bodies"),
            ("certificates", "/certificates", "证书查验", "Check a certificate"),
            ("guide", "/guide", "办事指南", "How to file"),
            ("path", "/path", "出境路径自查", "Export path check"),
        ],
        Front::Body | Front::Bench => &[
            ("applications", "/body/applications", "认证业务", "Applications"),
            ("certificates", "/body/certificates", "认证证书", "Certificates"),
            ("reports", "/body/reports", "信息报送", "Reports"),
            ("filings", "/body/filings", "机构备案", "Filing"),
            ("inbox", "/body/inbox", "通知和消息", "Inbox"),
            ("organisation", "/body/organisation", "本机构", "Organisation"),
        ],
        Front::Processor => &[
            ("applications", "/processor", "出境认证", "Certification"),
            ("certificates", "/processor/certificates", "认证证书", "Certificates"),
            ("preparing", "/processor/assessments", "申请前准备", "Before applying"),
            ("inbox", "/processor/inbox", "通知和消息", "Inbox"),
            ("organisation", "/processor/organisation", "本单位", "Organisation"),
        ],
        Front::Verification => &[
            ("applications", "/verification/applications", "技术验证", "Verifications"),
            ("inbox", "/verification/inbox", "通知和消息", "Inbox"),
            ("organisation", "/verification/organisation", "本单位", "Organisation"),
        ],
        Front::Authority => &[
            ("queue", "/authority/filings", "备案审核", "Filings"),
            ("bodies", "/authority/bodies", "已备案机构", "Filed bodies"),
            ("registrations", "/authority/registrations", "机构注册", "Registrations"),
            ("certificates", "/authority/certificates", "认证证书", "Certificates"),
            ("reports", "/authority/reports", "信息共享", "Shared reports"),
            ("violations", "/authority/violations", "违法情况", "Violations"),
            ("stats", "/authority/stats", "统计", "Statistics"),
        ],
        Front::Admin => &[
            ("system", "/admin/system", "系统运行", "System"),
            ("calendar", "/admin/calendar", "工作日历", "Calendar"),
            ("staff", "/admin/staff", "人员", "Staff"),
            ("ledger", "/admin/ledger", "审计记录", "Audit record"),
        ],
        Front::Plain => &[],
    }
}

/// The right of each page, from the table of routes.
static RIGHTS: LazyLock<HashMap<&'static str, Right>> =
    LazyLock::new(|| crate::serve::table().into_iter().filter(|r| r.method == "GET").map(|r| (r.path, r.right)).collect());

/// Whether somebody with these roles may open a page; a page that is no route is open.
pub fn open_to(path: &str, roles: &BTreeSet<Role>) -> bool {
    RIGHTS.get(path).and_then(|r| r.roles()).is_none_or(|needed| needed.iter().any(|r| roles.contains(r)))
}

/// The channels of a front for somebody with these roles: those that they may open, and none where no page of the
/// front is made for one of their roles.
pub fn channels_of(front: Front, roles: &BTreeSet<Role>) -> impl Iterator<Item = &'static Channel> {
    let needed = |path: &str| RIGHTS.get(path).and_then(|r| r.roles());
    // What everybody who has signed in may open says nothing about whose front it is.
    let theirs = |needed: &[Role]| needed.len() < Role::ALL.len() && needed.iter().any(|r| roles.contains(r));
    let theirs = channels(front).iter().any(|c| needed(c.1).is_none_or(theirs));
    channels(front).iter().filter(move |c| theirs && open_to(c.1, roles))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_follow_the_rights() {
        let shown =
            |front, role| -> Vec<&str> { channels(front).iter().filter(|c| open_to(c.1, &[role].into())).map(|c| c.0).collect() };
        assert_eq!(shown(Front::Admin, Role::AuditAdmin), ["ledger"]);
        assert_eq!(shown(Front::Admin, Role::SecurityAdmin), ["staff"]);
        assert!(!shown(Front::Authority, Role::SamrReader).contains(&"queue"));
        assert!(shown(Front::Authority, Role::CacHandler).contains(&"queue"));
    }

    #[test]
    fn a_front_of_others_has_no_channels() {
        let of = |front, role| -> Vec<&str> { channels_of(front, &[role].into()).map(|c| c.0).collect() };
        assert_eq!(of(Front::Body, Role::Operator), ["filings", "inbox", "organisation"]);
        assert!(of(Front::Processor, Role::Operator).is_empty() && of(Front::Authority, Role::Operator).is_empty());
        assert!(of(Front::Body, Role::CacHandler).is_empty() && of(Front::Processor, Role::Applicant).contains(&"applications"));
        assert_eq!(of(Front::Public, Role::Auditor).len(), channels(Front::Public).len());
    }
}
