//! What a token may be used for: the administrator chooses when it is made. A scope opens addresses; it
//! never gives a right that the organisation or the member does not have.

use guosuo_case::OrgKind;

use crate::web::Lang;

/// One use of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Read applications and their documents.
    CasesRead,
    /// Act on applications.
    CasesAct,
    /// Prepare and submit applications.
    CasesApply,
    /// Read certificates.
    CertificatesRead,
    /// Act on certificates.
    CertificatesAct,
    /// Read the filing of the body.
    FilingRead,
    /// Read the yearly record of exports.
    LedgerRead,
    /// Report counts to it.
    LedgerWrite,
    /// Read what has changed.
    ChangesRead,
    /// Keep the addresses that are called.
    Webhooks,
}

impl Scope {
    /// All, in the order of the page.
    pub const ALL: [Self; 10] = [
        Self::CasesRead,
        Self::CasesAct,
        Self::CasesApply,
        Self::CertificatesRead,
        Self::CertificatesAct,
        Self::FilingRead,
        Self::LedgerRead,
        Self::LedgerWrite,
        Self::ChangesRead,
        Self::Webhooks,
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CasesRead => "cases:read",
            Self::CasesAct => "cases:act",
            Self::CasesApply => "cases:apply",
            Self::CertificatesRead => "certificates:read",
            Self::CertificatesAct => "certificates:act",
            Self::FilingRead => "filing:read",
            Self::LedgerRead => "ledger:read",
            Self::LedgerWrite => "ledger:write",
            Self::ChangesRead => "changes:read",
            Self::Webhooks => "webhooks",
        }
    }

    /// Reads a stored name.
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|x| x.as_str() == s)
    }

    /// In words.
    pub fn words(self, l: Lang) -> &'static str {
        match self {
            Self::CasesRead => l.t("查看认证委托和材料", "Read applications and their documents"),
            Self::CasesAct => l.t("办理认证委托", "Act on applications"),
            Self::CasesApply => l.t("准备和提交认证委托", "Prepare and submit applications"),
            Self::CertificatesRead => l.t("查看证书", "Read certificates"),
            Self::CertificatesAct => l.t("办理证书", "Act on certificates"),
            Self::FilingRead => l.t("查看本机构备案", "Read the filing of the body"),
            Self::LedgerRead => l.t("查看出境台账", "Read the record of exports"),
            Self::LedgerWrite => l.t("上报出境人数", "Report counts of exports"),
            Self::ChangesRead => l.t("查看变化清单", "Read what has changed"),
            Self::Webhooks => l.t("管理回调地址和投递", "Keep addresses that are called, and deliveries"),
        }
    }

    /// Whether it means anything in a kind of organisation.
    pub fn exists_in(self, kind: OrgKind) -> bool {
        match self {
            Self::FilingRead => kind == OrgKind::Body,
            Self::CasesApply | Self::LedgerRead | Self::LedgerWrite => kind == OrgKind::Processor,
            Self::CertificatesRead | Self::CertificatesAct => matches!(kind, OrgKind::Body | OrgKind::Processor),
            Self::CasesRead | Self::CasesAct | Self::ChangesRead | Self::Webhooks => kind.registers_itself(),
        }
    }
}
