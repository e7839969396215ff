//! The frame around every page: head, navigation, breadcrumb, news of the last act, foot.
//!
//! A page struct has `shell: Shell` and `l: Lang`; its template extends `shell.html`.
//!
//! ```ignore
//! let shell = Shell::new(&screen, Front::Body, l.t("准备材料", "Prepare the materials"))
//!     .at("filings")
//!     .crumb("/body/filings", l.t("机构备案", "Filing"));
//! ```

use std::fmt::Write as _;
use std::sync::Arc;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::form::Form;
use super::lang::{Lang, Screen};
use super::nav;

/// Which front a page belongs to; it decides the navigation and how dense the page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// Anyone, no sign-in.
    Public,
    /// A page with one job and no navigation (sign-in, certificate check), phone first.
    Plain,
    /// 专业认证机构.
    Body,
    /// The workbench of certification of a body: wide and dense.
    Bench,
    /// 技术验证机构: wide and dense.
    Verification,
    /// 个人信息处理者, offices and representatives.
    Processor,
    /// 主管部门: wide and dense.
    Authority,
    /// The three administrators: wide and dense.
    Admin,
}

/// What the operator of an instance fills in once: names and the statutory lines of the foot.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Site {
    /// Name of the platform, Chinese.
    pub name: String,
    /// Name of the platform, English.
    pub name_en: String,
    /// 主办单位, Chinese.
    pub operator: String,
    /// 主办单位, English.
    pub operator_en: String,
    /// 网站标识码.
    pub site_code: String,
    /// ICP备案号.
    pub icp: String,
    /// 公安备案号.
    pub police: String,
    /// Telephone for questions.
    pub phone: String,
    /// Office hours, such as `9:00—17:00`.
    pub hours: String,
    /// Address of an emblem image served by this instance. Empty by default: only organs that the emblem law names
    /// may show the national emblem, so it is never part of the product.
    pub emblem: String,
    /// The instance shows fictitious data and says so on every page.
    pub demo: bool,
}

impl Default for Site {
    fn default() -> Self {
        let none = String::new;
        Self {
            name: "个人信息出境认证管理平台".to_owned(),
            name_en: "Certification for the Export of Personal Information".to_owned(),
            operator: none(),
            operator_en: none(),
            site_code: none(),
            icp: none(),
            police: none(),
            phone: none(),
            hours: none(),
            emblem: none(),
            demo: false,
        }
    }
}

impl Site {
    /// Lines that a government website must show and that are still empty, for a warning at the start.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        [
            ("主办单位 operator", &self.operator),
            ("网站标识码 site_code", &self.site_code),
            ("ICP备案号 icp", &self.icp),
            ("公安备案号 police", &self.police),
            ("联系电话 phone", &self.phone),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.trim().is_empty().then_some(name))
        .collect()
    }
}

/// Who is signed in, for the right end of the band. `auth` puts it into the request's extensions.
#[derive(Clone, Debug, Default)]
pub struct UserBlock {
    /// Name of the person.
    pub name: String,
    /// Role in the page's language or organisation, shown after the name.
    pub role: String,
    /// Unread messages.
    pub unread: u32,
    /// Where the messages are, without language; empty hides the link.
    pub inbox: String,
    /// Seconds of idleness after which the session ends; 0 shows no warning.
    pub idle_seconds: u32,
    /// Roles held: channels that they may not open are not shown. Empty shows all.
    pub roles: std::collections::BTreeSet<guosuo_case::Role>,
}

/// A channel of the navigation.
#[derive(Clone, Debug)]
pub struct NavItem {
    /// Address with language.
    pub href: String,
    /// Name in the page's language.
    pub name: String,
    /// The page belongs to it.
    pub current: bool,
}

/// Good or bad news of the act that led to this page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    /// The act succeeded.
    pub good: bool,
    /// One or two sentences.
    pub text: String,
}

impl Flash {
    pub(crate) const COOKIE: &'static str = "flash";

    /// News of success.
    pub fn good(text: impl Into<String>) -> Self {
        Self { good: true, text: text.into() }
    }

    /// News of something to attend to.
    pub fn bad(text: impl Into<String>) -> Self {
        Self { good: false, text: text.into() }
    }

    /// Redirects (303) and shows the news on the next page. `path` without language.
    pub fn to(&self, lang: Lang, path: &str) -> Response {
        let mut response = Redirect::to(&lang.href(path)).into_response();
        let text = data_encoding::BASE64URL_NOPAD.encode(self.text.as_bytes());
        let kind = if self.good { 'g' } else { 'b' };
        let cookie = format!("{}={kind}{text}; Path=/; Max-Age=120; SameSite=Lax; HttpOnly", Self::COOKIE);
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    pub(crate) fn read(cookie: &str) -> Option<Self> {
        let (kind, text) = cookie.split_at_checked(1)?;
        let text = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let text = String::from_utf8(text).ok()?;
        Some(Self { good: kind == "g", text })
    }

    pub(crate) fn forget() -> HeaderValue {
        HeaderValue::from_static("flash=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly")
    }
}

/// The frame of one page.
#[derive(Clone, Debug)]
pub struct Shell {
    /// Language.
    pub l: Lang,
    /// Front.
    pub front: Front,
    /// Title of the page, without the name of the platform.
    pub title: String,
    /// Path and query without language.
    pub path: String,
    /// 大字版 is on.
    pub large: bool,
    /// Shortcuts are on.
    pub keys: bool,
    /// Navigation.
    pub nav: Vec<NavItem>,
    /// Breadcrumb before the page itself: (address, name).
    pub crumbs: Vec<(String, String)>,
    /// Last entry of the breadcrumb; the title when empty.
    pub here: String,
    /// Who is signed in.
    pub user: Option<UserBlock>,
    /// News.
    pub flash: Option<Flash>,
    /// The page shows errors: the title says so first.
    pub failed: bool,
    /// Content of `<meta name="robots">`.
    pub index: bool,
    /// The operator.
    pub site: Arc<Site>,
}

impl Shell {
    /// The frame for a page of a front.
    pub fn new(screen: &Screen, front: Front, title: impl Into<String>) -> Self {
        let l = screen.lang;
        let may = |path: &str| screen.user.as_ref().is_none_or(|u| u.roles.is_empty() || nav::open_to(path, &u.roles));
        let nav = nav::channels(front)
            .iter()
            .filter(|(_, path, ..)| may(path))
            .map(|(_, path, zh, en)| NavItem { href: l.href(path), name: l.t(zh, en).to_owned(), current: false })
            .collect();
        Self {
            l,
            front,
            title: title.into(),
            path: screen.path.clone(),
            large: screen.large,
            keys: screen.keys,
            nav,
            crumbs: Vec::new(),
            here: String::new(),
            user: screen.user.clone(),
            flash: screen.flash.clone(),
            failed: false,
            index: front == Front::Public,
            site: Arc::clone(&screen.site),
        }
    }

    /// Marks the channel of the navigation (key in `web::nav`).
    #[must_use]
    pub fn at(mut self, key: &str) -> Self {
        let here = nav::channels(self.front).iter().find(|c| c.0 == key).map(|c| self.l.href(c.1));
        for item in &mut self.nav {
            item.current = here.as_ref() == Some(&item.href);
        }
        self
    }

    /// Adds a step to the breadcrumb, after the front's own home page. `path` without language.
    #[must_use]
    pub fn crumb(mut self, path: &str, name: impl Into<String>) -> Self {
        self.crumbs.push((self.l.href(path), name.into()));
        self
    }

    /// Names the page in the breadcrumb when its title is too long for it.
    #[must_use]
    pub fn here(mut self, name: impl Into<String>) -> Self {
        self.here = name.into();
        self
    }

    /// Shows news at the top of the page.
    #[must_use]
    pub fn news(mut self, flash: Flash) -> Self {
        self.flash = Some(flash);
        self
    }

    /// Puts “错误：” in front of the title when the form has errors.
    #[must_use]
    pub fn for_form(mut self, form: &Form) -> Self {
        self.failed = !form.ok();
        self
    }

    /// Sets the user block (normally it comes with the request).
    #[must_use]
    pub fn user(mut self, user: UserBlock) -> Self {
        self.user = Some(user);
        self
    }

    /// Name of the platform in the page's language.
    pub fn site_name(&self) -> &str {
        self.l.t(&self.site.name, &self.site.name_en)
    }

    /// Name of the operator in the page's language.
    pub fn operator(&self) -> &str {
        if self.site.operator_en.is_empty() { &self.site.operator } else { self.l.t(&self.site.operator, &self.site.operator_en) }
    }

    /// Name of the front in the utility line.
    pub fn front_name(&self) -> &'static str {
        match self.front {
            Front::Public | Front::Plain => self.l.t("公众服务", "Public service"),
            Front::Body | Front::Bench => self.l.t("专业认证机构端", "For certification bodies"),
            Front::Verification => self.l.t("技术验证机构端", "For verification bodies"),
            Front::Processor => self.l.t("个人信息处理者端", "For processors"),
            Front::Authority => self.l.t("主管部门端", "For the authorities"),
            Front::Admin => self.l.t("系统管理端", "Administration"),
        }
    }

    /// Home page of the front, with language, and its name.
    pub fn home(&self) -> (String, &'static str) {
        let (path, name) = match self.front {
            Front::Public | Front::Plain => ("/", self.l.t("首页", "Home")),
            Front::Body => ("/body", self.l.t("首页", "Home")),
            Front::Bench => ("/body/applications", self.l.t("工作台", "Desk")),
            Front::Verification => ("/verification/applications", self.l.t("工作台", "Desk")),
            Front::Processor => ("/processor", self.l.t("首页", "Home")),
            Front::Authority => ("/authority", self.l.t("工作台", "Desk")),
            Front::Admin => ("/admin", self.l.t("系统管理", "Administration")),
        };
        (self.l.href(path), name)
    }

    /// The page is wide and dense.
    pub fn office(&self) -> bool {
        matches!(self.front, Front::Authority | Front::Admin | Front::Bench | Front::Verification)
    }

    /// Last entry of the breadcrumb.
    pub fn here_name(&self) -> &str {
        if self.here.is_empty() { &self.title } else { &self.here }
    }

    /// Address that switches 大字版 and comes back.
    pub fn large_href(&self) -> String {
        self.preference("large", if self.large { "off" } else { "on" })
    }

    /// Address that switches the shortcuts and comes back.
    pub fn keys_href(&self) -> String {
        self.preference("keys", if self.keys { "off" } else { "on" })
    }

    fn preference(&self, name: &str, value: &str) -> String {
        let mut href = format!("/preferences?{name}={value}&back=");
        for byte in self.path.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                    href.push(char::from(byte));
                }
                _ => {
                    // Writing to a String cannot fail.
                    let _ = write!(href, "%{byte:02X}");
                }
            }
        }
        self.l.href(href)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_survives_the_redirect_and_nothing_else_is_read() {
        let response = Flash::good("已收到。编号备申〔2026〕003号。").to(Lang::En, "/body/filings");
        assert_eq!(response.headers()[header::LOCATION], "/en/body/filings");
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        let value = cookie.strip_prefix("flash=").unwrap().split(';').next().unwrap();
        assert_eq!(Flash::read(value), Some(Flash::good("已收到。编号备申〔2026〕003号。")));
        for junk in ["", "g", "g***", "g_____w"] {
            assert!(Flash::read(junk).is_none_or(|f| f.text.is_empty()), "{junk:?}");
        }
    }

    #[test]
    fn an_operator_is_told_what_the_foot_still_lacks() {
        let mut site = Site::default();
        assert_eq!(site.missing().len(), 5);
        site.operator = "示例主管部门（虚构）".to_owned();
        assert_eq!(site.missing().len(), 4);
    }

    #[test]
    fn the_switch_comes_back_to_the_same_page() {
        let shell = Shell::new(&Screen::new(Lang::En, "/bodies?q=云岫&x=1"), Front::Public, "t").at("bodies");
        assert_eq!(shell.large_href(), "/en/preferences?large=on&back=/bodies%3Fq%3D%E4%BA%91%E5%B2%AB%26x%3D1");
        assert!(shell.nav[1].current && !shell.nav[0].current);
    }
}
