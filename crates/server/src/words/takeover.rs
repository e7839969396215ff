//! The columns of the record of older certificates, and what is wrong with a cell (M 18).

use guosuo_case::certificate::{Cell, Wrong};

use super::problem;
use crate::web::lang::Lang;

/// The heading of a column, Chinese and English.
pub fn column(c: Cell) -> (&'static str, &'static str) {
    match c {
        Cell::Number => ("证书编号", "number"),
        Cell::Holder => ("获证个人信息处理者", "holder"),
        Cell::Code => ("统一社会信用代码或者注册号", "holder code"),
        Cell::Country => ("国家或者地区", "country"),
        Cell::Address => ("注册地址", "address"),
        Cell::Purposes => ("出境目的", "purposes"),
        Cell::Kinds => ("个人信息种类", "kinds"),
        Cell::Sensitive => ("其中敏感的种类", "sensitive kinds"),
        Cell::People => ("人数（非敏感）", "people"),
        Cell::PeopleSensitive => ("人数（敏感）", "people sensitive"),
        Cell::Recipients => ("境外接收方", "recipients"),
        Cell::Onward => ("再提供的接收方", "onward recipients"),
        Cell::Systems => ("信息系统", "systems"),
        Cell::Retention => ("境外保存月数", "retention months"),
        Cell::Basis => ("认证依据版本", "basis"),
        Cell::Mark => ("认证标志机构代号", "mark"),
        Cell::IssuedOn => ("发证日期", "issued on"),
        Cell::ValidUntil => ("有效期至", "valid until"),
        Cell::Status => ("证书状态", "status"),
        Cell::Since => ("状态起始日期", "since"),
        Cell::Ground => ("状态变化的理由", "ground"),
    }
}

/// What a cell takes, for the page and for whoever corrects it.
pub fn takes(l: Lang, c: Cell) -> &'static str {
    match c {
        Cell::Number => l.t("原证书上的编号，本机构没有用过的", "As on the certificate, not used by the body before"),
        Cell::Holder => l.t("原证书上的名称，最多200个字", "As on the certificate, at most 200 characters"),
        Cell::Code => l.t(
            "境内的填18位统一社会信用代码，境外的填当地注册号",
            "The credit code of 18 characters in the mainland, else the number in the register of its country",
        ),
        Cell::Country => l.t("ISO 3166两位代码，例如CN、DE", "ISO 3166 code of two letters, such as CN or DE"),
        Cell::Address => l.t("最多500个字", "At most 500 characters"),
        Cell::Purposes | Cell::Systems => l.t("几项之间用分号隔开", "Several divided by semicolons"),
        Cell::Kinds => l.t("几种之间用分号隔开", "Several divided by semicolons"),
        Cell::Sensitive => {
            l.t("从前一栏里挑出敏感的，用分号隔开，没有的不填", "Those of the column before that are sensitive; empty for none")
        }
        Cell::People | Cell::PeopleSensitive => l.t("整数，没有的填0", "A whole number, 0 for none"),
        Cell::Recipients => {
            l.t("名称|所在地代码|联系方式，几个之间用分号隔开", "name|country|contact, several divided by semicolons")
        }
        Cell::Onward => l.t(
            "由谁提供|名称|所在地代码，几个之间用分号隔开，没有的不填",
            "from|name|country, several divided by semicolons; empty for none",
        ),
        Cell::Retention => l.t("1至1200的整数", "A whole number from 1 to 1200"),
        Cell::Basis => l.t("该证书案件开始时适用的版本，例如R37、A53", "The edition on which its case began, such as R37 or A53"),
        Cell::Mark => l.t("最多20个字", "At most 20 characters"),
        Cell::IssuedOn => l.t("例如2024-05-20", "Such as 2024-05-20"),
        Cell::ValidUntil => l.t("例如2027-05-19，不超过发证后3年", "Such as 2027-05-19, at most three years after the issue"),
        Cell::Status => l.t("有效、暂停、撤销、注销、过期", "valid, suspended, revoked, cancelled or expired"),
        Cell::Since => l.t("暂停、撤销、注销的起始日期；其他不填", "From which day, for suspended, revoked and cancelled"),
        Cell::Ground => l.t("当时公布的理由；有效和过期的不填", "The ground as it was published; empty for valid and expired"),
    }
}

/// What is wrong with a cell and what would be right.
pub fn wrong(l: Lang, cell: Cell, w: &Wrong) -> String {
    let right = takes(l, cell);
    let day = |d: jiff::civil::Date| l.date(d).words;
    match w {
        Wrong::Missing => l.pick(format!("没有填写。{right}。"), format!("Nothing stands here. {right}.")),
        Wrong::Unfit => {
            l.pick(format!("太长，或者含有看不见的字符。{right}。"), format!("Too long, or with invisible characters. {right}."))
        }
        Wrong::Used => l
            .t(
                "本机构已经有这个编号的证书。核对是不是已经接收过。",
                "The body has a certificate with this number. Check whether it was taken over before.",
            )
            .to_owned(),
        Wrong::NotACode => l.pick(
            format!("不是有效的统一社会信用代码，核对每一位。{right}。"),
            format!("No valid credit code; check every character. {right}."),
        ),
        Wrong::NotACountry => {
            l.pick(format!("没有这个国家或者地区代码。{right}。"), format!("No such country or region. {right}."))
        }
        Wrong::NoEdition => l.pick(format!("没有这一版认证依据。{right}。"), format!("No such edition of the basis. {right}.")),
        Wrong::EditionNotInForce { from } => l.pick(
            format!("这一版自{}起适用，晚于发证日期。", day(*from)),
            format!("This edition began on {}, after the day of issue.", day(*from)),
        ),
        Wrong::DayOutside { from: Some(from), until } => l.pick(
            format!("应当在{}至{}之间。", day(*from), day(*until)),
            format!("It has to lie between {} and {}.", day(*from), day(*until)),
        ),
        Wrong::DayOutside { from: None, until } => {
            l.pick(format!("不能晚于{}。", day(*until)), format!("It cannot lie after {}.", day(*until)))
        }
        Wrong::NotAStatus => {
            l.pick(format!("没有这种状态。写{right}中的一个。"), format!("No such status. Write one of: {right}."))
        }
        Wrong::HasEnded => {
            l.t("有效期已经届满，状态应当写“过期”。", "The validity has ended: the status has to be “expired”.").to_owned()
        }
        Wrong::Scope { problem: p } => problem(l, p),
    }
}
