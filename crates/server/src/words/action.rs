//! Actions of the record in words. Events of a case, acts of administration, confidential reads.

use crate::web::lang::Lang;

/// What was done, from the name that the record keeps; a name of a later version stays as it is.
pub fn action(l: Lang, name: &str) -> &str {
    match name {
        "sign_in" => l.t("登录", "Signed in"),
        "sign_out" => l.t("退出登录", "Signed out"),
        "sessions.ended" => l.t("退出其他登录", "Ended other sessions"),
        "password.changed" => l.t("修改密码", "Changed the password"),
        "second_factor_enrolled" => l.t("启用动态口令", "Turned one-time codes on"),
        "second_factor_removed" => l.t("停用动态口令", "Turned one-time codes off"),
        "second_factor_reset" => l.t("重置动态口令", "Reset one-time codes"),
        "account.invited" => l.t("邀请人员", "Invited somebody"),
        "account.activated" => l.t("启用账号", "Account taken into use"),
        "account.changed" => l.t("修改账号资料", "Changed an account"),
        "account.roles" => l.t("调整角色", "Changed roles"),
        "account.link_made" => l.t("生成一次性链接", "Made a one-time link"),
        "account.enabled" => l.t("恢复账号", "Let an account in again"),
        "account.disabled" => l.t("停用账号", "Blocked an account"),
        "organisation.registered" => l.t("机构申请注册", "Asked for registration"),
        "registration.swept" => l.t("清除未完成注册的扫描件", "Removed scans of registrations never finished"),
        "organisation_confirmed" => l.t("确认机构注册", "Confirmed a registration"),
        "organisation_refused" => l.t("不予确认机构注册", "Did not confirm a registration"),
        "credit_code_accepted" => l.t("说明理由接受信用代码", "Accepted a credit code with a reason"),
        "body_removed" => l.t("移出备案名单", "Removed from the list"),
        "setting.changed" => l.t("修改设置", "Changed a setting"),
        "calendar.imported" => l.t("导入放假通知", "Imported a holiday notice"),
        "register.imported" => l.t("导入已公布名单", "Imported published bodies"),
        "job.released" => l.t("重新执行任务", "Released a job"),
        "ledger.exported" => l.t("导出审计记录", "Exported the record"),
        "filings.exported" => l.t("导出清单", "Exported a list"),
        "open" => l.t("打开文件", "Opened a file"),
        "opened" => l.t("开始准备备案", "Opened a draft"),
        "form_saved" => l.t("保存申请表", "Saved the form"),
        "form_printed" => l.t("打印申请表", "Printed the form"),
        "file_attached" => l.t("上传文件", "Uploaded a file"),
        "file_removed" => l.t("移除文件", "Removed a file"),
        "files_ordered" => l.t("调整文件顺序", "Ordered files"),
        "file_examined" => l.t("检查文件", "Examined a file"),
        "roster_saved" => l.t("保存名册", "Saved the roster"),
        "nothing_further" => l.t("声明无其他材料", "Declared that there is nothing else"),
        "submitted" => l.t("提交备案", "Submitted"),
        "withdrawn" => l.t("撤回", "Withdrew"),
        "assigned" => l.t("分办", "Assigned"),
        "verdict_given" => l.t("作出结论", "Gave a verdict"),
        "sent_to_nda" => l.t("送会同意见", "Sent for the joint opinion"),
        "opinion_given" => l.t("反馈会同意见", "Gave the joint opinion"),
        "proposed" => l.t("提出办理意见", "Proposed"),
        "proposal_returned" => l.t("退回办理意见", "Returned the proposal"),
        "overdue_explained" => l.t("说明超期原因", "Explained the delay"),
        "decided" => l.t("审定", "Decided"),
        "removed" => l.t("移出名单", "Removed"),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_have_words_and_others_stay() {
        assert_eq!(action(Lang::Zh, "sign_in"), "登录");
        assert_eq!(action(Lang::En, "verdict_given"), "Gave a verdict");
        assert_eq!(action(Lang::Zh, "of.a_later_version"), "of.a_later_version");
    }
}
