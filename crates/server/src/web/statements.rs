//! The pages that every foot links to: about, accessibility, privacy, site map, contact, help.
//!
//! They need nothing but the operator's record, so they answer even when the store does not.

use askama::Template;
use axum::Router;
use axum::response::Html;
use axum::routing::get;

use super::components::{Fact, Link};
use super::lang::{Lang, Screen};
use super::nav;
use super::shell::{Front, Shell};

macro_rules! statement {
    ($(#[$doc:meta])* $name:ident, $page:ident, $path:literal, $zh:literal, $en:literal) => {
        #[derive(Template)]
        #[template(path = $path)]
        struct $page {
            shell: Shell,
            l: Lang,
        }

        $(#[$doc])*
        pub async fn $name(screen: Screen) -> Html<String> {
            let l = screen.lang;
            let shell = Shell::new(&screen, Front::Public, l.t($zh, $en)).crumb("/sitemap", l.t("网站地图", "Site map"));
            Html($page { shell, l }.render().unwrap_or_default())
        }
    };
}

statement!(
    /// `GET /about`.
    about, About, "statements/about.html", "网站声明", "About this site"
);
statement!(
    /// `GET /accessibility`.
    accessibility, Accessibility, "statements/accessibility.html", "无障碍说明", "Accessibility"
);
statement!(
    /// `GET /privacy`.
    privacy, Privacy, "statements/privacy.html", "隐私政策", "Privacy"
);
statement!(
    /// `GET /help`.
    help, Help, "statements/help.html", "帮助", "Help"
);

#[derive(Template)]
#[template(path = "statements/contact.html")]
struct Contact {
    shell: Shell,
    l: Lang,
    facts: Vec<Fact>,
}

/// `GET /contact`.
pub async fn contact(screen: Screen) -> Html<String> {
    let l = screen.lang;
    let shell = Shell::new(&screen, Front::Public, l.t("联系我们", "Contact")).crumb("/sitemap", l.t("网站地图", "Site map"));
    let given = [
        (l.t("主办单位", "Operator"), shell.operator().to_owned()),
        (l.t("咨询电话", "Telephone"), screen.site.phone.clone()),
        (l.t("服务时间", "Hours"), screen.site.hours.clone()),
    ];
    let facts = given.into_iter().filter(|(_, value)| !value.is_empty()).map(|(term, value)| Fact::new(term, value)).collect();
    Html(Contact { shell, l, facts }.render().unwrap_or_default())
}

#[derive(Template)]
#[template(path = "statements/sitemap.html")]
struct Sitemap {
    shell: Shell,
    fronts: Vec<(&'static str, Vec<Link>)>,
}

/// `GET /sitemap`: to those who have signed in, their own front; to others all, which ask them to sign in.
pub async fn sitemap(screen: Screen) -> Html<String> {
    let l = screen.lang;
    let roles = screen.user.as_ref().map(|u| &u.roles).filter(|roles| !roles.is_empty());
    let front = |front: Front, name| {
        let shown: Vec<&nav::Channel> =
            roles.map_or_else(|| nav::channels(front).iter().collect(), |roles| nav::channels_of(front, roles).collect());
        let links: Vec<Link> = shown.iter().map(|(_, path, zh, en)| Link::new(l.href(path), l.t(zh, en))).collect();
        (name, links)
    };
    let own = [
        ("/register", "认证机构注册", "Register a certification body"),
        ("/register/processor", "个人信息处理者注册", "Register a processor"),
        ("/register/verification-body", "技术验证机构注册", "Register a verification body"),
        ("/log", "公开日志", "Transparency log"),
        ("/help", "帮助", "Help"),
        ("/help/path", "出境路径接口", "The export path for programs"),
        ("/about", "网站声明", "About this site"),
        ("/accessibility", "无障碍说明", "Accessibility"),
        ("/privacy", "隐私政策", "Privacy"),
        ("/contact", "联系我们", "Contact"),
    ];
    let own = own.iter().map(|(path, zh, en)| Link::new(l.href(path), l.t(zh, en))).collect();
    let mut fronts = vec![
        front(Front::Public, l.t("公众服务", "Public service")),
        front(Front::Body, l.t("专业认证机构端（登录后）", "For certification bodies (after sign-in)")),
        front(Front::Processor, l.t("个人信息处理者端（登录后）", "For processors (after sign-in)")),
        front(Front::Verification, l.t("技术验证机构端（登录后）", "For verification bodies (after sign-in)")),
        front(Front::Authority, l.t("主管部门端（登录后）", "For the authorities (after sign-in)")),
        (l.t("关于本站", "This site"), own),
    ];
    fronts.retain(|(_, links)| !links.is_empty());
    let page = Sitemap {
        shell: Shell::new(&screen, Front::Public, l.t("网站地图", "Site map")).crumb("/help", l.t("帮助", "Help")),
        fronts,
    };
    Html(page.render().unwrap_or_default())
}

/// All of them, for any state.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/about", get(about))
        .route("/accessibility", get(accessibility))
        .route("/privacy", get(privacy))
        .route("/help", get(help))
        .route("/contact", get(contact))
        .route("/sitemap", get(sitemap))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt as _;

    #[tokio::test]
    async fn every_link_of_the_foot_leads_somewhere() {
        let Html(page) = about(Screen::new(Lang::Zh, "/about")).await;
        let foot = page.split("<footer").nth(1).unwrap();
        let links: Vec<_> = foot.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(links.len(), 6);
        for link in links.into_iter().chain(["/help"]) {
            let request = Request::get(link.split('#').next().unwrap()).body(Body::empty()).unwrap();
            let response = router::<()>().with_state(()).oneshot(request).await.unwrap();
            assert_eq!(response.status(), 200, "{link}");
        }
    }
}
