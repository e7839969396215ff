//! The page for an answer that is not the one asked for: what happened, what to do, the number to quote.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::components::Link;
use super::lang::{Lang, Screen};
use super::shell::{Front, Shell};

/// An error page.
#[derive(Clone, Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    shell: Shell,
    l: Lang,
    code: u16,
    happened: String,
    todo: Vec<String>,
    links: Vec<Link>,
    request_id: String,
    status: StatusCode,
    retry_after: Option<u64>,
}

/// Title, what happened, what to do, in one language.
struct Words {
    title: &'static str,
    happened: &'static str,
    todo: &'static [&'static str],
}

impl ErrorPage {
    /// The page for a status. `request_id` is the number in the log, empty for none.
    #[must_use]
    pub fn new(screen: &Screen, status: StatusCode, request_id: &str) -> Self {
        let l = screen.lang;
        let words = words(l, status);
        let front = match screen.path.split(['/', '?']).nth(1) {
            Some("body") => Front::Body,
            Some("processor") => Front::Processor,
            Some("verification") => Front::Verification,
            Some("authority") => Front::Authority,
            Some("admin") => Front::Admin,
            _ => Front::Public,
        };
        let front = if screen.user.is_some() { front } else { Front::Public };
        let mut shell = Shell::new(screen, front, words.title);
        shell.index = false;
        let home = shell.home();
        let mut links = Vec::new();
        if status == StatusCode::UNAUTHORIZED {
            links.push(Link::new(l.href("/sign-in"), l.t("登录", "Sign in")));
        }
        if matches!(status.as_u16(), 500 | 502..=504) {
            links.push(Link::new(l.href(&screen.path), l.t("重新打开这一页", "Open this page again")));
        }
        links.push(Link::new(home.0, l.t("回到首页", "Go to the home page")));
        links.push(Link::new(l.href("/contact"), l.t("联系我们", "Contact us")));
        Self {
            shell,
            l,
            code: status.as_u16(),
            happened: words.happened.to_owned(),
            todo: words.todo.iter().map(|&line| line.to_owned()).collect(),
            links,
            request_id: request_id.to_owned(),
            status,
            retry_after: None,
        }
    }

    /// Says it more exactly than the status alone can: which number is wrong, which one is right.
    #[must_use]
    pub fn because(mut self, happened: impl Into<String>) -> Self {
        self.happened = happened.into();
        self
    }

    /// Replaces the title.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.shell.title = title.into();
        self
    }

    /// Replaces what to do.
    #[must_use]
    pub fn todo(mut self, todo: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.todo = todo.into_iter().map(Into::into).collect();
        self
    }

    /// Puts a link first.
    #[must_use]
    pub fn link(mut self, path: &str, name: impl Into<String>) -> Self {
        self.links.insert(0, Link::new(self.l.href(path), name));
        self
    }

    /// Sends `Retry-After` (seconds) and says when to come back, in minutes where it is long.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        let words = if seconds < 120 {
            self.l.pick(format!("请在{seconds}秒后再试。"), format!("Try again in {seconds} seconds."))
        } else {
            let minutes = seconds.div_ceil(60);
            self.l.pick(format!("请在{minutes}分钟后再试。"), format!("Try again in {minutes} minutes."))
        };
        self.todo.insert(0, words);
        self
    }
}

impl IntoResponse for ErrorPage {
    fn into_response(self) -> Response {
        let text = self.render().unwrap_or_else(|_| format!("{} {}", self.code, self.happened));
        let mut response = (self.status, [(header::CACHE_CONTROL, "no-store")], Html(text)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

fn words(l: Lang, status: StatusCode) -> Words {
    let (zh, en) = match status.as_u16() {
        400 => (
            Words {
                title: "请求不完整",
                happened: "浏览器发来的内容读不懂，什么都没有改变。",
                todo: &["回到上一页重新提交。", "地址是手工输入的，对照来源再检查一次。"],
            },
            Words {
                title: "The request is incomplete",
                happened: "What the browser sent could not be read. Nothing was changed.",
                todo: &["Go back and send it again.", "If you typed the address, compare it with its source."],
            },
        ),
        401 => (
            Words {
                title: "请先登录",
                happened: "这一页登录后才能看。可能是还没有登录，也可能是太久没有操作，已经自动退出。",
                todo: &["登录后会回到原来的页面，已保存的草稿都在。"],
            },
            Words {
                title: "Sign in first",
                happened: "This page is for signed-in users. You may not have signed in yet, or you were signed out after a time without activity.",
                todo: &["After you sign in you return to where you were. Saved drafts are kept."],
            },
        ),
        403 => (
            Words {
                title: "没有权限",
                happened: "您的账号不能打开这一页或者做这件事，什么都没有改变。",
                todo: &["需要这项权限的，请本单位管理员调整角色。", "有多个账号的，看一下右上角登录的是哪一个。"],
            },
            Words {
                title: "Not permitted",
                happened: "Your account cannot open this page or do this. Nothing was changed.",
                todo: &[
                    "If you need this permission, ask your organisation's administrator to change your role.",
                    "If you have several accounts, look at the top right to see which one is signed in.",
                ],
            },
        ),
        404 => (
            Words {
                title: "找不到这一页",
                happened: "地址可能有误，或者这一页已经移走。",
                todo: &["地址是手工输入的，对照来源再检查一次。", "从首页或者网站地图重新找起。"],
            },
            Words {
                title: "Page not found",
                happened: "The address may be wrong, or the page has moved.",
                todo: &[
                    "If you typed the address, compare it with its source.",
                    "Start again from the home page or the site map.",
                ],
            },
        ),
        405 => (
            Words {
                title: "不能这样打开",
                happened: "这个地址只接受表单提交，不能直接打开。什么都没有改变。",
                todo: &["回到上一页，用页面上的按钮办理。"],
            },
            Words {
                title: "This address cannot be opened",
                happened: "It only takes what a form sends. Nothing was changed.",
                todo: &["Go back and use the button on the page."],
            },
        ),
        409 => (
            Words {
                title: "内容已经变了",
                happened: "您打开这一页以后，别人改过同样的内容，或者这件事已经办完。您这次的操作没有生效。",
                todo: &["重新打开这一页，看一下最新内容。", "还需要修改的，在最新内容上再改一次。"],
            },
            Words {
                title: "It has changed meanwhile",
                happened: "Since you opened this page somebody else has changed the same thing, or it is already done. Your action had no effect.",
                todo: &["Open the page again and look at the latest state.", "If your change is still needed, make it there."],
            },
        ),
        413 => (
            Words {
                title: "文件太大",
                happened: "发来的内容超过了上限，没有保存。",
                todo: &[
                    "单个文件不超过100 MB。扫描件用200—300 dpi，一般每页不到1 MB。",
                    "文件太大的，分成几个上传，同一项材料可以有多个文件。",
                ],
            },
            Words {
                title: "The file is too large",
                happened: "What was sent is above the limit and was not saved.",
                todo: &[
                    "One file may have up to 100 MB. Scans at 200 to 300 dpi usually need less than 1 MB a page.",
                    "Split a larger file: one item takes several files.",
                ],
            },
        ),
        415 => (
            Words {
                title: "不收这种格式",
                happened: "发来的内容不是这里接收的格式，没有保存。",
                todo: &["材料收PDF、OFD、JPG和PNG。请另存为PDF再上传。"],
            },
            Words {
                title: "This format is not accepted",
                happened: "What was sent has a format that is not accepted here. It was not saved.",
                todo: &["Documents are taken as PDF, OFD, JPG or PNG. Save as PDF and upload that."],
            },
        ),
        422 => (
            Words {
                title: "内容需要修改",
                happened: "有些内容不符合要求，没有保存。",
                todo: &["回到上一页，按每一项旁边的说明修改。"],
            },
            Words {
                title: "Some entries need changes",
                happened: "Some entries do not meet the requirements. They were not saved.",
                todo: &["Go back and follow the note beside each field."],
            },
        ),
        429 => (
            Words {
                title: "操作太频繁",
                happened: "短时间内请求太多，为了保护账号暂时停一下。已保存的内容不受影响。",
                todo: &["稍等一两分钟再试。", "忘记密码的，用登录页上的找回密码。"],
            },
            Words {
                title: "Too many requests",
                happened: "There were too many requests in a short time, so there is a pause to protect the account. Saved work is not affected.",
                todo: &["Wait a minute or two and try again.", "If you forgot the password, use the link on the sign-in page."],
            },
        ),
        503 => (
            Words {
                title: "暂时不能办理",
                happened: "系统正在维护或者过于繁忙。法定期限不因此改变，收到时间以系统收到材料为准。",
                todo: &["几分钟后再试。", "期限当天仍然打不开的，用下面的联系方式告诉我们。"],
            },
            Words {
                title: "Temporarily unavailable",
                happened: "The system is being maintained or is too busy. Statutory limits do not change; receipt is when the material reaches the system.",
                todo: &["Try again in a few minutes.", "If it is the last day and this page still appears, contact us."],
            },
        ),
        507 => (
            Words {
                title: "存储空间不足",
                happened: "系统的存储空间已满，这次上传没有保存。以前上传的材料都在。",
                todo: &["运维人员已经收到告警。", "一小时后再试；期限将到的，用下面的联系方式告诉我们。"],
            },
            Words {
                title: "Storage is full",
                happened: "The system has run out of storage, so this upload was not saved. Earlier uploads are all there.",
                todo: &["The operators have been alerted.", "Try again in an hour; if a limit is near, contact us."],
            },
        ),
        _ => (
            Words {
                title: "系统出错",
                happened: "这次操作没有完成。原因在系统，不在您的填写；已经记入日志，运维人员会处理。",
                todo: &["重新打开这一页再试一次；重复提交不会产生两份。", "再次出错的，把下面的编号告诉我们。"],
            },
            Words {
                title: "Something went wrong",
                happened: "This did not finish. The cause is in the system, not in what you typed; it has been logged and will be looked at.",
                todo: &[
                    "Open the page and try once more; sending twice does not make two.",
                    "If it happens again, tell us the number below.",
                ],
            },
        ),
    };
    l.pick(zh, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_says_what_happened_and_what_to_do_in_both_languages() {
        for code in [400_u16, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503, 507] {
            let status = StatusCode::from_u16(code).unwrap();
            let mut titles = Vec::new();
            for lang in [Lang::Zh, Lang::En] {
                let page = ErrorPage::new(&Screen::new(lang, "/body/filings/1"), status, "0198-ab");
                assert!(!page.happened.is_empty() && !page.todo.is_empty());
                titles.push(page.shell.title.clone());
                let html = page.render().unwrap();
                assert!(html.contains(&format!("lang=\"{}\"", lang.tag())) && html.contains("0198-ab"), "{code}");
                assert!(html.contains(&format!(">{code}<")));
            }
            assert_ne!(titles[0], titles[1]);
        }
    }

    #[test]
    fn a_pause_tells_its_length() {
        let page = ErrorPage::new(&Screen::new(Lang::Zh, "/sign-in"), StatusCode::TOO_MANY_REQUESTS, "").retry_after(60);
        assert_eq!(page.todo[0], "请在60秒后再试。");
        assert_eq!(page.into_response().headers()[header::RETRY_AFTER], "60");
    }
}
