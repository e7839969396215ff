//! The settings in force, without secrets.

use crate::config::Config;
use crate::serve::without_password;
use crate::web::Lang;
use crate::web::components::Fact;

/// The settings that a system administrator needs to see. Keys, passphrases and the passwords
/// inside addresses are not among them.
pub fn effective(l: Lang, c: &Config) -> Vec<Fact> {
    let none = l.t("（未设置）", "(not set)");
    let or_none = |s: &str| if s.is_empty() { none.to_owned() } else { s.to_owned() };
    let minutes = |n: i64| l.pick(format!("{n}分钟"), format!("{n} minutes"));
    vec![
        Fact::new("data", c.data.display().to_string()).code(),
        Fact::new("listen", &c.listen).code(),
        Fact::new("database", without_password(&c.database_url())).code(),
        Fact::new("blobs", without_secrets(&c.blobs_url())).code(),
        Fact::new("public_origin", or_none(&c.public_origin)).code(),
        Fact::new("metrics_listen", or_none(&c.metrics_listen)).code(),
        Fact::new("authority", &c.authority),
        Fact::new("contact", or_none(&c.contact)),
        Fact::new("log_origin", &c.log_origin).code(),
        Fact::new(
            "mail.smtp",
            if c.mail.smtp.is_empty() {
                l.t("（写入文件）", "(written to files)").to_owned()
            } else {
                without_password(&c.mail.smtp)
            },
        )
        .code(),
        Fact::new("mail.from", &c.mail.from).code(),
        Fact::new("auth.idle_minutes_staff", minutes(c.auth.idle_minutes_staff)),
        Fact::new("auth.idle_minutes_body", minutes(c.auth.idle_minutes_body)),
        Fact::new(
            "auth.absolute_hours",
            l.pick(format!("{}小时", c.auth.absolute_hours), format!("{} hours", c.auth.absolute_hours)),
        ),
        Fact::new("auth.tries_per_account", c.auth.tries_per_account.to_string()),
        Fact::new("auth.tries_per_address", c.auth.tries_per_address.to_string()),
        Fact::new("auth.wait_minutes", minutes(c.auth.wait_minutes)),
        Fact::new("uploads.max_mib", format!("{} MiB", c.uploads.max_mib)),
        Fact::new("uploads.max_pages", c.uploads.max_pages.to_string()),
        Fact::new("uploads.max_files_per_slot", c.uploads.max_files_per_slot.to_string()),
        Fact::new(
            "uploads.unfinished_days",
            l.pick(format!("{}天", c.uploads.unfinished_days), format!("{} days", c.uploads.unfinished_days)),
        ),
        Fact::new("lamps.red", l.working_days(c.lamps.red)),
        Fact::new("lamps.yellow", l.working_days(c.lamps.yellow)),
        Fact::new("filing.fresh_factor_minutes", minutes(c.filing.fresh_factor_minutes)),
    ]
}

/// The address of a file store without what stands after the question mark: keys may be there.
fn without_secrets(url: &str) -> String {
    let plain = without_password(url);
    match plain.split_once('?') {
        Some((address, _)) => format!("{address}?…"),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_shown() {
        let c = Config {
            database: "postgres://guosuo:geheim1@db/guosuo".into(),
            blobs: "s3://bucket/prefix?secret_key=geheim2".into(),
            mail: crate::config::Mail { smtp: "smtp://user:geheim3@mail:587".into(), ..crate::config::Mail::default() },
            ..Config::default()
        };
        let shown: String = effective(Lang::En, &c).iter().map(|f| format!("{}={}\n", f.term, f.value)).collect();
        assert!(!shown.contains("geheim"), "{shown}");
        assert!(shown.contains("postgres://guosuo:…@db/guosuo") && shown.contains("s3://bucket/prefix?…"), "{shown}");
    }
}
