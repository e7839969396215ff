//! `verify`: a certificate without any network. Genuine? In the log? Which status, as of when?

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use guosuo_seal::certificate::{Evidence, Genuine, InLog, Keyring, Moment, Status, Trusted, Verdict, With, check};
use guosuo_seal::note::{KeyUse, VerifierKey};
use guosuo_seal::proof::TlogProof;
use guosuo_seal::{FileDigests, StreamDigest};

use crate::{Failure, Lang, Outcome, batch};

/// Longest file that is read as a certificate, evidence, status list or file of keys.
const MAX_FILE: u64 = 4 << 20;

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// 证书的签名文件（.json），或者二维码的文字（HTTPS://…/V/…）；`-` 表示从标准输入逐行读取
    /// / signed file of the certificate or text of its QR code, `-` reads lines
    certificate: String,
    /// 公布的公钥文件，须从可信的地方取得 / file of published keys, from a place that you trust
    #[arg(long, value_name = "FILE", env = "GUOSUO_KEYS")]
    keys: PathBuf,
    /// 公开日志的证据文件 / evidence from the transparency log
    #[arg(long, visible_alias = "proof", value_name = "FILE")]
    log: Option<PathBuf>,
    /// 状态清单，可以给多份 / status lists
    #[arg(long, value_name = "FILE")]
    status: Vec<PathBuf>,
    /// 见证人的验证公钥（name+hash+key），可以给多个；证据里的日志头要有每个见证人的签名
    /// / verifier keys of witnesses: each must have signed the head of the log in the evidence
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
    /// 手里的 PDF 证书，与签名文件里的摘要对照 / the printed certificate, compared with what was signed
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
    /// 查验时刻，例如 2026-03-12T02:24:36Z；不写为现在 / moment of the check, now when absent
    #[arg(long, value_name = "MOMENT")]
    at: Option<String>,
    /// JSON
    #[arg(long)]
    json: bool,
    /// 语言 / language
    #[arg(long, value_enum, default_value = "zh", env = "GUOSUO_LANG")]
    lang: Lang,
}

pub(crate) fn run(args: &VerifyArgs, stdin: &mut dyn BufRead, stdout: &mut dyn Write) -> Result<Outcome, Failure> {
    let lang = args.lang;
    let at = match &args.at {
        Some(text) => text.parse::<Moment>().map_err(|_| {
            Failure::Usage(match lang {
                Lang::Zh => format!("不是时刻（应为 2026-03-12T02:24:36Z 的写法，世界时）：{text}"),
                Lang::En => format!("not a moment (write 2026-03-12T02:24:36Z, in UTC): {text}"),
            })
        })?,
        None => crate::now(),
    };
    let trusted = keys(lang, &args.keys)?;
    let witnesses = args.witness.iter().map(|text| witness(lang, text)).collect::<Result<Vec<_>, _>>()?;
    let evidence = args.log.as_deref().map(|path| trimmed(lang, path)).transpose()?;
    let lists = args.status.iter().map(|path| trimmed(lang, path)).collect::<Result<Vec<_>, _>>()?;
    let lists: Vec<&[u8]> = lists.iter().map(Vec::as_slice).collect();
    let pdf = args.pdf.as_deref().map(|path| digests(lang, path)).transpose()?;
    let with = With { evidence: evidence.as_deref(), lists: &lists, pdf, at };
    if args.certificate == "-" {
        return batch::lines(lang, stdin, stdout, |line, out| {
            let verdict = match columns(line) {
                Ok([certificate, evidence, list]) => {
                    let own = list.as_deref().map(|l| [l]);
                    let with = With {
                        evidence: evidence.as_deref().or(with.evidence),
                        lists: own.as_ref().map_or(with.lists, |l| &l[..]),
                        ..with
                    };
                    witnessed(check(certificate.as_deref().unwrap_or_default(), &trusted, &with), with.evidence, &witnesses)
                }
                Err(column) => {
                    return Ok(Err(match lang {
                        Lang::Zh => format!("第{column}列不是 Base64，或者列太多"),
                        Lang::En => format!("column {column} is not Base64, or there are too many"),
                    }));
                }
            };
            if args.json {
                writeln!(out, "{}", json(&verdict))?;
            } else {
                let number = verdict.subject.as_ref().map_or("-", |s| &s.number);
                let taken_over = verdict.subject.as_ref().and_then(|s| s.taken_over);
                let mark = taken_over.map_or_else(String::new, |t| format!("\ttaken_over:{}", t.on));
                let [genuine, log, status] = codes(&verdict);
                writeln!(out, "{genuine}\t{log}\t{status}\t{number}{mark}")?;
            }
            Ok(Ok(()))
        });
    }
    let given = if is_address(&args.certificate) {
        args.certificate.clone().into_bytes()
    } else {
        trimmed(lang, Path::new(&args.certificate))?
    };
    if given.starts_with(b"%PDF") {
        return Err(usage(
            lang,
            "这是 PDF。请给出同时取得的签名文件（.json），并用 --pdf 给出这份 PDF；或者给出 PDF 上二维码的文字。",
            "This is a PDF. Give the signed file (.json) that comes with it and this PDF with --pdf, or the text of its QR code.",
        ));
    }
    if pdf.is_some() && given.first() != Some(&b'{') {
        return Err(usage(
            lang,
            "二维码里没有 PDF 的摘要：--pdf 要与签名文件（.json）一起使用。",
            "A QR code has no digest of the PDF: use --pdf with the signed file (.json).",
        ));
    }
    let verdict = witnessed(check(&given, &trusted, &with), with.evidence, &witnesses);
    if args.json {
        writeln!(stdout, "{}", json(&verdict))?;
    } else {
        print(&verdict, pdf.is_some(), lang, stdout)?;
    }
    Ok(if verdict.good() { Outcome::Done } else { Outcome::No })
}

/// The key of a witness, which signs heads of logs and nothing else.
fn witness(lang: Lang, text: &str) -> Result<VerifierKey, Failure> {
    let key = text.parse::<VerifierKey>().ok().filter(|k| k.usage() == KeyUse::Cosign);
    key.ok_or_else(|| {
        Failure::Usage(match lang {
            Lang::Zh => format!("不是见证人的验证公钥（guosuo witness 启动时打印的 name+hash+key）：{text}"),
            Lang::En => format!("not the verifier key of a witness (the name+hash+key that guosuo witness prints): {text}"),
        })
    })
}

/// With witnesses asked for, a head that one of them has not signed shows nothing: it may be the log's word to us alone.
fn witnessed(mut verdict: Verdict, evidence: Option<&[u8]>, witnesses: &[VerifierKey]) -> Verdict {
    if witnesses.is_empty() || verdict.genuine != Genuine::Yes || verdict.log == InLog::No {
        return verdict;
    }
    let proof = evidence.and_then(Evidence::parse).and_then(|e| TlogProof::parse(e.proof.as_bytes()).ok());
    if proof.is_none_or(|p| p.checkpoint.verify_all(witnesses).is_err()) {
        verdict.log = InLog::Unwitnessed;
    }
    verdict
}

fn usage(lang: Lang, zh: &str, en: &str) -> Failure {
    Failure::Usage(lang.t(zh, en).to_owned())
}

fn is_address(text: &str) -> bool {
    text.get(..8).is_some_and(|head| head.eq_ignore_ascii_case("https://"))
}

/// The columns of a line: certificate, evidence, status list, each as it is or behind `base64:`.
fn columns(line: &str) -> Result<[Option<Vec<u8>>; 3], usize> {
    let mut out = [None, None, None];
    for (i, text) in line.split('\t').enumerate() {
        let slot = out.get_mut(i).ok_or(i + 1)?;
        *slot = match text.strip_prefix("base64:") {
            _ if text.is_empty() => None,
            Some(coded) => Some(STANDARD.decode(coded).map_err(|_| i + 1)?),
            None => Some(text.as_bytes().to_vec()),
        };
    }
    Ok(out)
}

fn unread(lang: Lang, path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::Usage(match lang {
        Lang::Zh => format!("不能读取 {}：{error}", path.display()),
        Lang::En => format!("cannot read {}: {error}", path.display()),
    })
}

fn read(lang: Lang, path: &Path) -> Result<Vec<u8>, Failure> {
    let size = std::fs::metadata(path).map_err(|e| unread(lang, path, &e))?.len();
    if size > MAX_FILE {
        return Err(unread(lang, path, &lang.t("文件太大", "the file is too long")));
    }
    std::fs::read(path).map_err(|e| unread(lang, path, &e))
}

/// The bytes of a file without the line end that an editor may have put behind them.
fn trimmed(lang: Lang, path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = read(lang, path)?;
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    Ok(bytes)
}

fn keys(lang: Lang, path: &Path) -> Result<Trusted, Failure> {
    let bytes = read(lang, path)?;
    Keyring::parse(&bytes).and_then(|ring| ring.trust()).map_err(|e| {
        Failure::Usage(match lang {
            Lang::Zh => format!("{} 不是可用的公钥文件：{e}", path.display()),
            Lang::En => format!("{} is no usable file of keys: {e}", path.display()),
        })
    })
}

fn digests(lang: Lang, path: &Path) -> Result<FileDigests, Failure> {
    let mut file = std::fs::File::open(path).map_err(|e| unread(lang, path, &e))?;
    let mut stream = StreamDigest::new();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        match std::io::Read::read(&mut file, &mut chunk) {
            Ok(0) => return Ok(stream.finish()),
            Ok(n) => stream.update(&chunk[..n]),
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(unread(lang, path, &e)),
        }
    }
}

/// The three answers as scripts read them.
fn codes(verdict: &Verdict) -> [String; 3] {
    let code = |value: Result<serde_json::Value, _>| value.ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    [
        code(serde_json::to_value(verdict.genuine)),
        code(serde_json::to_value(verdict.log)),
        code(serde_json::to_value(verdict.status)),
    ]
}

fn json(verdict: &Verdict) -> serde_json::Value {
    let mut value = serde_json::to_value(verdict).unwrap_or_default();
    value["good"] = verdict.good().into();
    value
}

fn print(verdict: &Verdict, with_pdf: bool, lang: Lang, out: &mut dyn Write) -> Result<(), std::io::Error> {
    if let Some(s) = &verdict.subject {
        let plain = |t: &str| t.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
        let mut row = |zh, en, value: String| {
            if value.is_empty() { Ok(()) } else { writeln!(out, "{}{}{value}", lang.t(zh, en), lang.t("：", ": ")) }
        };
        row("证书编号", "Certificate", plain(&s.number))?;
        row("获证个人信息处理者", "Holder", plain(&s.holder))?;
        row("代码", "Code", plain(&s.code))?;
        row("有效期", "Validity", format!("{} – {}", s.issued_on, s.valid_until))?;
        if let Some(t) = s.taken_over {
            let told = match lang {
                Lang::Zh => {
                    format!("{}接收自发证机构的原有登记，不是在本平台出具的；审核由发证机构自己负责，本平台没有审核记录", t.on)
                }
                Lang::En => format!(
                    "taken over on {} from the earlier register of the body, not issued through this platform; \
                     the body vouches for the audit, of which the platform has no record",
                    t.on
                ),
            };
            row("来源", "Source", told)?;
        }
        if let Some(c) = &s.content {
            row("认证范围", "Scope", plain(lang.t(&c.scope.zh, &c.scope.en)))?;
            row("发证机构", "Issued by", plain(&c.body.name))?;
        }
        writeln!(out)?;
    }
    let as_of = verdict.as_of.map(|at| match lang {
        Lang::Zh => format!("（截至 {at}）"),
        Lang::En => format!(" (as of {at})"),
    });
    let answers = [
        (lang.t("一、真伪", "1. Genuine?"), genuine_words(verdict.genuine, with_pdf, lang), String::new()),
        (lang.t("二、公开日志", "2. In the log?"), log_words(verdict.log, lang), String::new()),
        (lang.t("三、状态", "3. Status?"), status_words(verdict.status, lang), as_of.unwrap_or_default()),
    ];
    for (question, answer, more) in answers {
        writeln!(out, "{question}{}{answer}{more}", lang.t("：", " "))?;
    }
    Ok(())
}

fn genuine_words(genuine: Genuine, with_pdf: bool, lang: Lang) -> &'static str {
    match genuine {
        Genuine::Yes if with_pdf => lang.t(
            "真实。由受信任的密钥签署，内容没有改动，PDF 就是签署的那一份。",
            "Yes. Signed by trusted keys, nothing altered, and the PDF is the one that was signed.",
        ),
        Genuine::Yes => lang.t("真实。由受信任的密钥签署，内容没有改动。", "Yes. Signed by trusted keys, nothing altered."),
        Genuine::Altered => lang.t(
            "不真实。签名与内容不符：内容或者 PDF 被改动过。",
            "No. The signature does not fit: the content or the PDF was altered.",
        ),
        Genuine::UnknownKey => lang.t("不能确认。没有受信任的密钥签署过它。", "Not shown. No trusted key has signed it."),
        Genuine::OutOfTerm => lang.t(
            "不能确认。签署的密钥在证书所载的发证日期不在使用期内。",
            "Not shown. The key that signed was not in use on the date of issue.",
        ),
        Genuine::Malformed => lang.t("这不是认证证书。", "This is not a certificate."),
    }
}

fn log_words(log: InLog, lang: Lang) -> &'static str {
    match log {
        InLog::Yes => lang.t("在公开日志里。", "Yes."),
        InLog::No => lang.t("所给的证据不能证明它在公开日志里。", "The evidence given does not show it."),
        InLog::Unwitnessed => lang.t(
            "日志头没有要求的见证人的签名，不能说明别人看到的是同一份日志。",
            "The head lacks the signature of a witness asked for: others may be shown another log.",
        ),
        InLog::NotChecked => lang.t("没有查（没有给出证据）。", "Not checked (no evidence given)."),
    }
}

fn status_words(status: Status, lang: Lang) -> &'static str {
    match status {
        Status::Valid => lang.t("有效", "Valid"),
        Status::Suspended => lang.t("暂停", "Suspended"),
        Status::Revoked => lang.t("撤销", "Revoked"),
        Status::Cancelled => lang.t("注销", "Cancelled"),
        Status::Expired => lang.t("已过期", "Expired"),
        Status::Replaced => {
            lang.t("已换发：证书已变更，这一版不再使用", "Replaced: the certificate was changed, this version is not in force")
        }
        Status::Unknown => lang.t("状态清单里没有这张证书", "The list knows no such certificate"),
        Status::Stale => lang.t("状态清单太旧，不能回答", "The list is too old to say"),
        Status::BadList => lang.t(
            "状态清单不可信：签名不符或者签署者不受信任",
            "The list cannot be trusted: its signature does not fit, or nobody trusted signed it",
        ),
        Status::NotChecked => lang.t("没有查（没有给出状态清单）", "Not checked (no list given)"),
    }
}
