//! Articles of law: how this program names the source of a rule.
//!
//! Notation: `M 12(2)(iii)` is article 12, paragraph 2 (款), item 3 (项) of the Measures; digits in brackets are
//! paragraphs, small roman numerals items. Documents without articles keep their own places: `G 三(二)`, `Q2601 q1`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

macro_rules! instruments {
    ($($variant:ident $tag:literal $zh:literal $en:literal $address:literal;)*) => {
        /// An instrument: a law, regulation, measure, notice, standard or official answer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Instrument {
            $(#[doc = concat!($zh, " — ", $en)] $variant,)*
        }

        impl Instrument {
            /// All instruments of the registry.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The short tag by which articles name it.
            pub const fn tag(self) -> &'static str {
                match self { $(Self::$variant => $tag,)* }
            }

            /// Chinese title.
            pub const fn title_zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)* }
            }

            /// English title.
            pub const fn title_en(self) -> &'static str {
                match self { $(Self::$variant => $en,)* }
            }

            /// Official or best public address; empty where none is known.
            pub const fn address(self) -> &'static str {
                match self { $(Self::$variant => $address,)* }
            }

            /// The instrument of a tag.
            pub fn from_tag(tag: &str) -> Option<Self> {
                match tag { $($tag => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

instruments! {
    M "M" "个人信息出境认证办法" "Measures for the Certification of Personal Information Exports" "https://www.cac.gov.cn/2025-10/17/c_1762449728720008.htm";
    G "G" "个人信息出境认证专业机构备案指南" "Guide to the Filing of Professional Bodies for the Certification of Personal Information Exports" "https://www.cac.gov.cn/2025-12/30/c_1768735664909127.htm";
    N3 "N3" "国家网信办2025年12月30日公告（首批备案机构、备案系统开通）" "CAC notice of 2025-12-30 (first filed bodies; filing system opened)" "https://www.cac.gov.cn/2025-12/30/c_1768735664909127.htm";
    A53 "A53" "市场监管总局、国家网信办公告2025年第53号" "SAMR and CAC Announcement 2025 No. 53" "https://www.cac.gov.cn/2025-12/25/c_1768389897326323.htm";
    R37 "R37" "个人信息保护认证实施规则" "Implementing Rules for Personal Information Protection Certification" "https://www.cac.gov.cn/2022-11/18/c_1670399936983876.htm";
    P16 "P16" "促进和规范数据跨境流动规定" "Provisions on Promoting and Regulating Cross-Border Data Flows" "https://www.cac.gov.cn/2024-03/22/c_1712776611775634.htm";
    Pq16 "PQ16" "〈促进和规范数据跨境流动规定〉答记者问" "CAC press Q&A on the Provisions on Cross-Border Data Flows" "https://policy.mofcom.gov.cn/claw/policyInfo.shtml?id=6170";
    Q2504 "Q2504" "数据出境安全管理政策问答（2025年4月）" "CAC export Q&A, April 2025" "https://www.cac.gov.cn/2025-04/09/c_1745906286623776.htm";
    Q2505 "Q2505" "数据出境安全管理政策问答（2025年5月）" "CAC export Q&A, May 2025" "https://www.cac.gov.cn/2025-05/30/c_1750315283722063.htm";
    Q2510 "Q2510" "数据出境安全管理政策问答（2025年10月）" "CAC export Q&A, October 2025" "https://www.cac.gov.cn/2025-10/31/c_1763633376984070.htm";
    Q2601 "Q2601" "数据出境安全管理政策问答（2026年1月）" "CAC export Q&A, January 2026" "https://www.cac.gov.cn/2026-01/30/c_1771505108953002.htm";
    Q2607 "Q2607" "数据出境安全管理政策问答（2026年7月）" "CAC export Q&A, July 2026" "https://www.cac.gov.cn/2026-07/24/c_1786638883119336.htm";
    Qp2601 "QP2601" "个人信息保护政策问答（2026年1月）" "CAC personal-information Q&A, January 2026" "https://www.cac.gov.cn/2026-01/09/c_1769688003183197.htm";
    Qp2604 "QP2604" "个人信息保护政策问答（2026年4月）" "CAC personal-information Q&A, April 2026" "https://www.cac.gov.cn/2026-04/29/c_1779200509387274.htm";
    Sa11 "SA11" "数据出境安全评估办法" "Measures for the Security Assessment of Data Exports" "https://www.cac.gov.cn/2022-07/07/c_1658811536396503.htm";
    Sc13 "SC13" "个人信息出境标准合同办法" "Measures on the Standard Contract for Personal Information Exports" "https://www.cac.gov.cn/2023-02/24/c_1678884830036813.htm";
    Scg2 "SCG2" "个人信息出境标准合同备案指南（第二版）" "Guide to Filing the Standard Contract, 2nd edition" "https://www.cac.gov.cn/2024-03/22/c_1712783131692707.htm";
    Man "MAN" "数据出境申报系统使用说明" "Manual of the data export declaration system" "";
    Tpl "TPL" "个人信息保护影响评估报告（模板）" "Template of the impact assessment report" "https://www.cac.gov.cn/2024-03/22/c_1712783131692707.htm";
    Pipl "PIPL" "中华人民共和国个人信息保护法" "Personal Information Protection Law" "http://www.npc.gov.cn/npc/c2/c30834/202108/t20210820_313088.html";
    Ndr "NDR" "网络数据安全管理条例" "Regulations on Network Data Security Management" "https://www.gov.cn/zhengce/zhengceku/202409/content_6977767.htm";
    Csl "CSL" "中华人民共和国网络安全法" "Cybersecurity Law" "https://www.cac.gov.cn/2025-12/29/c_1768735112911946.htm";
    Car "CAR" "中华人民共和国认证认可条例" "Regulations on Certification and Accreditation" "";
    Cbm "CBM" "认证机构管理办法" "Measures for the Administration of Certification Bodies" "";
    Ccm "CCM" "认证证书和认证标志管理办法" "Measures for the Administration of Certificates and Certification Marks" "";
    Proc "PROC" "网信部门行政执法程序规定" "Provisions on Administrative Enforcement Procedures of Cyberspace Departments" "";
    Aud "AUD" "个人信息保护合规审计管理办法" "Measures for Personal Information Protection Compliance Audits" "https://www.cac.gov.cn/2025-02/14/c_1741233507681519.htm";
    Dpo "DPO" "关于开展个人信息保护负责人信息报送工作的公告" "Announcement on reporting the person responsible for personal information protection" "https://www.cac.gov.cn/2025-07/18/c_1754553420421538.htm";
    Min "MIN" "未成年人个人信息保护合规审计情况报送公告（2025-12-29）" "Notice on reporting audits of minors' personal information (2025-12-29)" "";
    Risk "RISK" "网络数据安全风险评估办法" "Measures on Network Data Security Risk Assessment" "";
    Inc "INC" "国家网络安全事件报告管理办法" "Measures on Reporting National Cybersecurity Incidents" "";
    Cr20 "CR20" "市场监督管理投诉举报处理暂行办法" "Interim Measures for Handling Complaints and Reports on Market Regulation" "";
    Cr121 "CR121" "市场监督管理投诉举报处理办法" "Measures for Handling Complaints and Reports on Market Regulation" "https://www.samr.gov.cn/zw/zfxxgk/fdzdgknr/fgs/art/2026/art_e4d03a20c0fd49769e408c7bf3791ff5.html";
    Pub "PUB" "市场监督管理行政处罚信息公示规定" "Provisions on Publishing Administrative Penalties of Market Regulation" "";
    Spot "SPOT" "双随机、一公开监管政策" "Policy of double-random, one-public inspections" "";
    Cc "CC" "中华人民共和国民法典" "Civil Code" "";
    Lic "LIC" "中华人民共和国行政许可法" "Administrative Licensing Law" "";
    Pen "PEN" "中华人民共和国行政处罚法" "Administrative Penalties Law" "";
    Esl "ESL" "中华人民共和国电子签名法" "Electronic Signature Law" "";
    Ogs "OGS" "国务院关于在线政务服务的若干规定" "State Council Provisions on Online Government Services" "";
    Hol "HOL" "国务院办公厅关于部分节假日安排的通知" "State Council notices on the arrangement of holidays" "https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm";
    Decree "DEC" "全国年节及纪念日放假办法" "National Measures on Holidays and Commemoration Days" "";
    Gb32100 "GB32100" "GB 32100-2015 法人和其他组织统一社会信用代码编码规则" "GB 32100-2015 Coding rule of the unified social credit identifier" "";
    Gb11643 "GB11643" "GB 11643 公民身份号码" "GB 11643 Citizen identification number" "";
    Gbt39335 "GBT39335" "GB/T 39335-2020 信息安全技术 个人信息安全影响评估指南" "GB/T 39335-2020 Guidance for personal information security impact assessment" "";
    Gbt42574 "GBT42574" "GB/T 42574-2023 信息安全技术 个人信息处理中告知和同意的实施指南" "GB/T 42574-2023 Implementation guide for notices and consent in personal information processing" "";
    Gb11714 "GB11714" "GB 11714 全国组织机构代码编制规则" "GB 11714 Rules of coding for the representation of organization" "";
}

impl fmt::Display for Instrument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// One place in one instrument.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Article {
    /// The instrument.
    pub instrument: Instrument,
    place: Cow<'static, str>,
}

/// Why a text names no article.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ArticleError {
    /// No blank between tag and place, or an empty place.
    #[error("an article is a tag, a blank and a place")]
    Shape,
    /// The tag is not in the registry.
    #[error("no instrument has the tag {tag}")]
    Tag {
        /// What was given.
        tag: String,
    },
}

impl Article {
    /// An article from constants, for example `Article::of(Instrument::M, "12(1)")`.
    pub const fn of(instrument: Instrument, place: &'static str) -> Self {
        Self { instrument, place: Cow::Borrowed(place) }
    }

    /// The place inside the instrument; `—` where a document has no parts.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The Chinese citation: 《个人信息出境认证办法》第十二条第二款第（三）项.
    pub fn cite_zh(&self) -> String {
        let title = self.instrument.title_zh();
        let title = if title.starts_with("GB") { title.to_owned() } else { format!("《{title}》") };
        match Parts::of(&self.place) {
            Some(parts) => {
                use fmt::Write as _;
                let mut text = format!("{title}第{}条", chinese(parts.article));
                if let Some(paragraph) = parts.paragraph {
                    let _ = write!(text, "第{}款", chinese(paragraph));
                }
                if let Some(item) = parts.item {
                    let _ = write!(text, "第（{}）项", chinese(item));
                }
                text
            }
            None if self.place == "—" => title,
            None => match self.place.strip_prefix('q') {
                Some(question) => format!("{title}第{question}问"),
                None => format!("{title}{}", self.place),
            },
        }
    }

    /// The English citation, short: title and place.
    pub fn cite_en(&self) -> String {
        let title = self.instrument.title_en();
        if Parts::of(&self.place).is_some() {
            return format!("{title}, art. {}", self.place);
        }
        if self.place == "—" {
            return title.to_owned();
        }
        if let Some(question) = self.place.strip_prefix('q') {
            return format!("{title}, question {question}");
        }
        let plain: String = self.place.chars().map(arabic).collect();
        if plain == self.place { format!("{title}, {plain}") } else { format!("{title}, section {plain}") }
    }
}

/// A Chinese numeral as a digit: the guide's 三(一)5 is section 3(1)5.
fn arabic(c: char) -> char {
    "一二三四五六七八九".chars().zip('1'..='9').find(|(zh, _)| *zh == c).map_or(c, |(_, digit)| digit)
}

impl fmt::Display for Article {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.instrument, self.place)
    }
}

impl FromStr for Article {
    type Err = ArticleError;

    fn from_str(text: &str) -> Result<Self, ArticleError> {
        let (tag, place) = text.trim().split_once(' ').ok_or(ArticleError::Shape)?;
        let place = place.trim();
        if place.is_empty() {
            return Err(ArticleError::Shape);
        }
        let instrument = Instrument::from_tag(tag).ok_or_else(|| ArticleError::Tag { tag: tag.to_owned() })?;
        Ok(Self { instrument, place: Cow::Owned(place.to_owned()) })
    }
}

impl Serialize for Article {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Article {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[derive(Default)]
struct Parts {
    article: u32,
    paragraph: Option<u32>,
    item: Option<u32>,
}

impl Parts {
    fn of(place: &str) -> Option<Self> {
        let digits = place.bytes().take_while(u8::is_ascii_digit).count();
        let mut parts = Self { article: place.get(..digits)?.parse().ok()?, ..Self::default() };
        let mut rest = place.get(digits..)?;
        while !rest.is_empty() {
            let (inner, after) = rest.strip_prefix('(')?.split_once(')')?;
            if let Ok(number) = inner.parse() {
                if parts.paragraph.is_some() || parts.item.is_some() {
                    return None;
                }
                parts.paragraph = Some(number);
            } else {
                if parts.item.is_some() {
                    return None;
                }
                parts.item = Some(roman(inner)?);
            }
            rest = after;
        }
        Some(parts)
    }
}

fn roman(text: &str) -> Option<u32> {
    const NUMERALS: [&str; 16] =
        ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi"];
    let position = NUMERALS.iter().position(|numeral| *numeral == text)?;
    u32::try_from(position + 1).ok()
}

/// Chinese numerals as articles are numbered (…第一百二十条; the Civil Code reaches 1260).
fn chinese(number: u32) -> String {
    const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let mut text = String::new();
    let mut gap = false;
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = number / unit % 10;
        if digit == 0 {
            gap = gap || !text.is_empty();
            continue;
        }
        if gap {
            text.push('零');
            gap = false;
        }
        // 十二, not 一十二, but 一百一十二.
        if !(unit == 10 && digit == 1 && text.is_empty()) {
            text.push_str(DIGITS[digit as usize]);
        }
        text.push_str(name);
    }
    if text.is_empty() { DIGITS[0].to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_read_back_as_written() {
        for text in ["M 12(1)", "P16 5(1)(iv)", "G 三(二)", "CC 1259", "Q2601 q1"] {
            assert_eq!(text.parse::<Article>().unwrap().to_string(), text);
        }
        assert_eq!("M12".parse::<Article>(), Err(ArticleError::Shape));
        assert_eq!("X9 1".parse::<Article>(), Err(ArticleError::Tag { tag: "X9".into() }));
    }

    #[test]
    fn citations_in_both_languages() {
        let cite = |text: &str| text.parse::<Article>().unwrap();
        assert_eq!(cite("M 12(2)(iii)").cite_zh(), "《个人信息出境认证办法》第十二条第二款第（三）项");
        assert_eq!(cite("NDR 35(iv)").cite_zh(), "《网络数据安全管理条例》第三十五条第（四）项");
        assert_eq!(cite("CC 1259").cite_zh(), "《中华人民共和国民法典》第一千二百五十九条");
        assert_eq!(cite("CC 201").cite_zh(), "《中华人民共和国民法典》第二百零一条");
        assert_eq!(cite("Q2601 q1").cite_zh(), "《数据出境安全管理政策问答（2026年1月）》第1问");
        assert_eq!(cite("G 三(二)").cite_zh(), "《个人信息出境认证专业机构备案指南》三(二)");
        assert!(cite("P16 7").cite_en().ends_with(", art. 7"));
        assert_eq!(
            (chinese(10), chinese(20), chinese(110), chinese(1005)),
            ("十".into(), "二十".into(), "一百一十".into(), "一千零五".into())
        );
    }

    #[test]
    fn tags_are_unique_and_found() {
        for &instrument in Instrument::ALL {
            assert_eq!(Instrument::from_tag(instrument.tag()), Some(instrument));
            assert!(!instrument.title_zh().is_empty() && !instrument.title_en().is_empty());
        }
    }
}
