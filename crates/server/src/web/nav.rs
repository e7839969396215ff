//! The main navigation of each front: one table, so that every page shows the same five channels or fewer.

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
            ("publications", "/publications", "备案公示", "Publications"),
            ("guide", "/guide", "办事指南", "How to file"),
        ],
        Front::Body => &[
            ("filings", "/body/filings", "机构备案", "Filing"),
            ("inbox", "/body/inbox", "通知和消息", "Inbox"),
            ("organisation", "/body/organisation", "本机构", "Organisation"),
        ],
        Front::Authority => &[
            ("queue", "/authority/filings", "备案审核", "Filings"),
            ("bodies", "/authority/bodies", "已备案机构", "Filed bodies"),
            ("registrations", "/authority/registrations", "机构注册", "Registrations"),
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
