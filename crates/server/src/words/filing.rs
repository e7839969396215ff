//! Fields, findings, verdicts, states and events in words.

use guosuo_case::Life as _;
use guosuo_case::filing::{
    Event, Field, FieldProblem, FileProblem, FileRef, Finding, Nature, Outcome, Phase, ReasonCode, Slot, Verdict,
};

use crate::web::lang::Lang;

/// A field of 附件2.
pub fn field(l: Lang, f: Field) -> &'static str {
    match f {
        Field::OrgName => l.t("机构名称", "Name of the organisation"),
        Field::CreditCode => l.t("统一社会信用代码", "Unified social credit code"),
        Field::Nature => l.t("机构性质", "Nature of the organisation"),
        Field::NatureOther => l.t("机构性质（其他）", "Nature (other)"),
        Field::LegalRep => l.t("法定代表人", "Legal representative"),
        Field::Founded => l.t("成立时间", "Date of establishment"),
        Field::Capital => l.t("注册资本", "Registered capital"),
        Field::Address => l.t("通讯地址", "Postal address"),
        Field::Postcode => l.t("邮编", "Postcode"),
        Field::ApprovalNumber => l.t("认证机构批准书号", "Number of the approval certificate"),
        Field::ApprovalDate => l.t("批准书颁发日期", "Date of the approval certificate"),
        Field::ApprovalUntil => l.t("批准书有效期", "Approval valid until"),
        Field::Staff => l.t("从事认证人员数量", "Number of certification staff"),
        Field::Operator => l.t("经办人", "Operator"),
        Field::OperatorPhone => l.t("经办人联系电话", "Operator's telephone"),
        Field::Scope => l.t("业务范围简介", "Scope of business"),
        Field::LateNote => l.t("逾期说明", "Note on the late filing"),
    }
}

/// A box of 机构性质.
pub fn nature(l: Lang, n: Nature) -> &'static str {
    match n {
        Nature::PublicInstitution => l.t("事业单位", "Public institution"),
        Nature::Enterprise => l.t("企业", "Enterprise"),
        Nature::SocialOrganisation => l.t("社会组织", "Social organisation"),
        Nature::Other => l.t("其他", "Other"),
    }
}

/// What is wrong with a field and what would be right.
pub fn field_problem(l: Lang, f: Field, p: &FieldProblem) -> String {
    let name = field(l, f);
    match p {
        FieldProblem::Empty => match f {
            Field::Nature => l.t("选择机构性质。", "Choose the nature of the organisation.").into(),
            _ if l.zh() => format!("填写{name}。"),
            _ => format!("Enter: {}.", name.to_lowercase()),
        },
        FieldProblem::TooLong { chars, max } if l.zh() => format!("{name}最多{max}个字，现在是{chars}个字。请缩短。"),
        FieldProblem::TooLong { chars, max } => format!("{name} takes {max} characters; you entered {chars}. Shorten it."),
        FieldProblem::ForbiddenCharacter { position, code_point } if l.zh() => {
            format!("{name}的第{position}个字符（U+{code_point:04X}）看不见或者会改变文字顺序，不能保存。删掉它再试。")
        }
        FieldProblem::ForbiddenCharacter { position, code_point } => {
            format!("Character {position} of “{name}” (U+{code_point:04X}) is invisible or reorders text and cannot be stored. Delete it and try again.")
        }
        FieldProblem::NotADate if l.zh() => format!("{name}要写成年月日，例如2026-01-05。"),
        FieldProblem::NotADate => format!("{name} must be a day, for example 2026-01-05."),
        FieldProblem::InFuture if l.zh() => format!("{name}不能晚于今天。对照证件重新填写。"),
        FieldProblem::InFuture => format!("{name} cannot lie after today. Copy it from the document."),
        FieldProblem::BeforeStart => match f {
            Field::ApprovalUntil => l.t("批准书有效期早于颁发日期。对照批准书重新填写。", "The approval ends before it was issued. Copy both dates from the certificate.").into(),
            _ => l.t("批准书颁发日期早于成立时间。对照证件重新填写。", "The approval is dated before the organisation was established. Check both dates.").into(),
        },
        FieldProblem::Expired => l.t(
            "批准书在今天之前已经到期。先向市场监管部门办理延续，再填写新的有效期。",
            "The approval ended before today. Have it extended by the market regulator first, then enter the new date.",
        )
        .into(),
        FieldProblem::NotANumber => match f {
            Field::Capital => l.t("注册资本填数字，单位万元，例如1000。", "Enter the capital as a number in units of RMB 10,000, for example 1000.").into(),
            _ if l.zh() => format!("{name}填大于0的整数，例如18。"),
            _ => format!("{name} must be a whole number above 0, for example 18."),
        },
        FieldProblem::BadCreditCode { chars } if *chars != 18 && l.zh() => {
            format!("统一社会信用代码是18位，现在是{chars}位。对照证件重新填写。")
        }
        FieldProblem::BadCreditCode { chars } if *chars != 18 => {
            format!("The unified social credit code has 18 characters; you entered {chars}. Copy it again from the certificate.")
        }
        FieldProblem::BadCreditCode { .. } => l.t(
            "统一社会信用代码的校验位不对，可能抄错了一位。对照证件重新填写（GB 32100-2015，不用字母I、O、S、V、Z）。",
            "The check character of the credit code does not fit; one character may be wrong. Copy it again (GB 32100-2015; the letters I, O, S, V, Z are not used).",
        )
        .into(),
        FieldProblem::NotAChoice => l.t("从四项中选一项。", "Choose one of the four.").into(),
        FieldProblem::BadPostcode => l.t("邮编是6位数字，例如100000。", "The postcode has six digits, for example 100000.").into(),
        FieldProblem::BadPhone => l.t("电话填7至20位数字，可以带区号和短横，例如010-00000000。", "Enter a telephone number of 7 to 20 digits, for example 010-00000000.").into(),
        FieldProblem::OtherOrganisation => l.t(
            "与注册时的统一社会信用代码不同。本系统只能为已注册的机构办理备案。",
            "This is not the credit code under which your organisation is registered. A filing can only be made for the registered organisation.",
        )
        .into(),
    }
}

/// What is wrong with a file, by its name, and what to do.
pub fn file_problem(l: Lang, name: &str, p: FileProblem) -> String {
    let (zh, en) = match p {
        FileProblem::Empty => ("是空文件。重新扫描或者导出后再上传。", "is empty. Scan or export it again and upload it."),
        FileProblem::Encrypted => (
            "设了打开密码，审核人员看不到内容。去掉密码后再上传。",
            "is protected by a password and cannot be read by the reviewer. Remove the password and upload it again.",
        ),
        FileProblem::Broken => (
            "打不开，可能没有传完或者已经损坏。重新导出后再上传。",
            "cannot be opened; it may be damaged or cut off. Export it again and upload it.",
        ),
        FileProblem::BlankPage => (
            "有一页画出来是空白的。请打开看一看每一页是否都有内容。",
            "has a page that comes out blank. Please look whether every page has content.",
        ),
        FileProblem::TooManyPages => (
            "页数超过上限，后面的页只能下载查看。可以分成几个文件上传。",
            "has more pages than are drawn here. You may split it into several files.",
        ),
        FileProblem::TooHeavy => (
            "画出来要用的内存或者时间超过上限。请降低扫描分辨率（200至300 dpi）再上传。",
            "needs too much memory or time to draw. Lower the resolution (200 to 300 dpi) and upload it again.",
        ),
        FileProblem::ActiveContent => (
            "带有脚本或者附件，系统不会运行，审核人员会看到提示。建议另存为不带脚本的PDF。",
            "holds scripts or attachments. They are never run, and the reviewer is told. Better save it as a plain PDF.",
        ),
        FileProblem::FontMissing => (
            "有字体没有嵌入，显示可能与原件不同。导出时请选择嵌入字体。",
            "uses fonts that are not embedded and may look different. Embed the fonts when exporting.",
        ),
    };
    if l.zh() { format!("“{name}”{zh}") } else { format!("“{name}” {en}") }
}

/// A reason in words: what is wanting and what would be right.
pub fn reason(l: Lang, s: Slot, r: &ReasonCode) -> String {
    let slot = super::slot_short(l, s);
    match r {
        ReasonCode::Missing if l.zh() => format!("缺少第{}项“{slot}”。", s.id()),
        ReasonCode::Missing => format!("Item {} ({slot}) is missing.", s.id()),
        ReasonCode::FieldProblem { field, problem } => field_problem(l, *field, problem),
        ReasonCode::StalePrint { changed } => {
            let names: Vec<_> = changed.iter().map(|f| field(l, *f)).collect();
            if l.zh() {
                format!("扫描件打印之后，表里又改过{}。请打印新表，盖章后再扫描上传。", names.iter().map(|n| format!("“{n}”")).collect::<Vec<_>>().join("、"))
            } else {
                format!("The form was changed after this scan was printed: {}. Print the new form, seal it, scan it and upload it.", names.join(", "))
            }
        }
        ReasonCode::ForeignPrint => l.t(
            "扫描件上的二维码不是这份申请表的。请上传本次打印、盖章的申请表。",
            "The code on the scan belongs to another form. Upload the form that was printed and sealed for this filing.",
        )
        .into(),
        ReasonCode::NoFormCode => l.t(
            "没有从扫描件上读出二维码，不能确认它与系统里的表一致。请检查右上角的二维码是否完整清晰。",
            "No code could be read from the scan, so it cannot be matched with the form here. See that the code at the top right is whole and sharp.",
        )
        .into(),
        ReasonCode::File { name, problem } => file_problem(l, name, *problem),
        ReasonCode::RosterCount { declared, people } if l.zh() => {
            format!("申请表写从事认证人员{declared}人，名册有{people}人。两处要一致：补齐名册，或者改申请表上的人数。")
        }
        ReasonCode::RosterCount { declared, people } => {
            format!("The form says {declared} people, the roster has {people}. They must be equal: complete the roster or correct the number.")
        }
        ReasonCode::SheetsMissing { people, sheets, names } => {
            let missing = people - sheets;
            let list = names.join(l.t("、", ", "));
            if l.zh() {
                format!("名册有{people}人，背景审查表只有{sheets}份。补齐{missing}份：{list}（一人一表）。")
            } else {
                format!("The roster has {people} people but there are {sheets} background sheets. Add {missing}: {list} (one sheet per person).")
            }
        }
        ReasonCode::StatementMissing => l.t("缺少本机构对人员安全背景审查的说明。在第3项再上传一份说明。", "The body's own statement on background checks is missing. Upload it under item 3.").into(),
        ReasonCode::RosterDuplicate { name } if l.zh() => format!("名册里“{name}”的证件号码重复。一人只列一次。"),
        ReasonCode::RosterDuplicate { name } => format!("The document number of “{name}” stands twice on the roster. List each person once."),
        ReasonCode::RosterIncomplete { row } if l.zh() => format!("名册第{row}行缺姓名或者证件号码。"),
        ReasonCode::RosterIncomplete { row } => format!("Row {row} of the roster lacks a name or a document number."),
        ReasonCode::RosterIdNumber { row, name } if l.zh() => format!("名册第{row}行“{name}”的身份证号码校验不对，请核对。"),
        ReasonCode::RosterIdNumber { row, name } => format!("The resident ID number of “{name}” (row {row}) fails its check. Please compare it with the card."),
        ReasonCode::Late { due, noted } => {
            let day = l.date(*due).words;
            match (l.zh(), noted) {
                (true, false) => format!("法定的10个工作日已于{day}届满。仍可提交，请在说明栏写明原因，审核人员会看到。"),
                (true, true) => format!("法定的10个工作日已于{day}届满。仍可提交，已写说明。"),
                (false, false) => format!("The 10 working days ended on {day}. You can still file. Give the reason in the note; the reviewer will see it."),
                (false, true) => format!("The 10 working days ended on {day}. You can still file; a note is given."),
            }
        }
        ReasonCode::CapitalLow { floor_wan } if l.zh() => format!("注册资本低于{floor_wan}万元。请核对（《认证认可条例》第十条）。"),
        ReasonCode::CapitalLow { floor_wan } => format!("The registered capital is below RMB {floor_wan}0,000. Please check (Certification Regulation, Article 10)."),
        ReasonCode::StaffLow { floor } if l.zh() => format!("从事认证人员少于{floor}人。请核对（《认证认可条例》第十条）。"),
        ReasonCode::StaffLow { floor } => format!("There are fewer than {floor} certification staff. Please check (Certification Regulation, Article 10)."),
        ReasonCode::PrefixAgainstNature => l.t("统一社会信用代码的前两位与所选机构性质不一致，请核对。", "The first two characters of the credit code do not fit the nature chosen. Please check.").into(),
        ReasonCode::InnerCheck => l.t("统一社会信用代码中的组织机构代码校验不符，请核对。", "The organisation code inside the credit code fails its own check. Please compare it.").into(),
        ReasonCode::SealMissing if l.zh() => format!("第{}项没有加盖公章。", s.id()),
        ReasonCode::SealMissing => format!("Item {} does not carry the official seal.", s.id()),
        ReasonCode::WrongDocument if l.zh() => format!("第{}项上传的不是“{slot}”。", s.id()),
        ReasonCode::WrongDocument => format!("What was uploaded under item {} is not the document asked for ({slot}).", s.id()),
        ReasonCode::OneSided => l.t("只看到证件的一面。把正反两面放在同一个PDF里再上传一次。", "Only one side of the document can be seen. Put both sides in one PDF and upload it again.").into(),
        ReasonCode::Illegible => l.t("文字或者公章看不清。重新扫描（不低于200 dpi）后再上传。", "Text or seal cannot be read. Scan it again (at least 200 dpi).").into(),
        ReasonCode::DocumentExpired => l.t("证件已经过期。", "The document has expired.").into(),
        ReasonCode::ContentMissing => l.t("没有写到备案指南要求的全部内容。", "It does not cover everything that the filing guide asks for.").into(),
        ReasonCode::OutsideWindow => l.t("所列工作不在近三年内，或者没有覆盖近三年。", "The work listed lies outside the last three years or does not cover them.").into(),
        ReasonCode::NamesDiffer => l.t("与其他材料上的名称或者姓名不一致。", "The names differ from those on other materials.").into(),
        ReasonCode::Other => l.t("其他原因，见说明。", "Another reason, see the note.").into(),
    }
}

/// A file with what is known of it: name, pages, size.
pub fn file(l: Lang, f: &FileRef) -> String {
    let pages = f.pages.map(|n| l.count_of(n.into(), "页", "page"));
    let facts = pages.into_iter().chain([l.size(f.size)]).collect::<Vec<_>>().join(l.t("，", ", "));
    l.pick(format!("{}（{facts}）", f.name), format!("{} ({facts})", f.name))
}

/// A finding in words.
pub fn finding(l: Lang, f: &Finding) -> String {
    reason(l, f.slot, &f.reason)
}

/// A verdict.
pub fn verdict(l: Lang, v: Verdict) -> &'static str {
    match v {
        Verdict::Complete => l.t("齐全", "Complete"),
        Verdict::Missing => l.t("缺", "Missing"),
        Verdict::Unclear => l.t("不清晰", "Unclear"),
        Verdict::NotConforming => l.t("不符合要求", "Not conforming"),
    }
}

/// An outcome.
pub fn outcome(l: Lang, o: Outcome) -> &'static str {
    match o {
        Outcome::File => l.t("予以备案并公示", "File and publish"),
        Outcome::Refuse => l.t("不予备案", "Refuse to file"),
    }
}

/// Where a filing stands.
pub fn phase(l: Lang, p: &Phase) -> &'static str {
    match p {
        Phase::Draft => l.t("暂存", "Draft"),
        Phase::UnderReview { .. } => l.t("审核中", "Under review"),
        Phase::Filed { .. } => l.t("已备案并公示", "Filed and published"),
        Phase::Refused { .. } => l.t("不予备案", "Not filed"),
        Phase::Withdrawn { .. } => l.t("已撤回", "Withdrawn"),
        Phase::Removed { .. } => l.t("已移出名单", "Removed from the list"),
    }
}

/// A stage of the review as the queue names it.
pub fn stage(l: Lang, stage: &str) -> &'static str {
    match stage {
        "unassigned" => l.t("分办", "To be assigned"),
        "checking" => l.t("齐全性审核", "Completeness check"),
        "with_nda" => l.t("会同审核", "Joint review"),
        "opinion" => l.t("拟办", "Proposal due"),
        "proposed" => l.t("处室审定", "With the section head"),
        _ => "",
    }
}

/// What happened, for timelines.
pub fn event(l: Lang, e: &Event) -> String {
    let plain = match e {
        Event::Opened { copied_from: Some(_), .. } => {
            l.t("从上一次备案复制，开始准备", "Draft opened as a copy of the earlier filing")
        }
        Event::Opened { .. } => l.t("开始准备备案材料", "Draft opened"),
        Event::FormSaved { .. } => l.t("保存申请表", "Form saved"),
        Event::FormPrinted { .. } => l.t("打印申请表", "Form printed"),
        Event::FileRemoved { .. } => l.t("移除文件", "File removed"),
        Event::FilesOrdered { .. } => l.t("调整文件顺序", "Files put in order"),
        Event::FileExamined { .. } => l.t("检查文件", "File examined"),
        Event::RosterSaved { .. } => l.t("保存人员名册", "Roster saved"),
        Event::NothingFurther { declared: true } => l.t("声明无其他材料", "Declared: no other materials"),
        Event::NothingFurther { declared: false } => l.t("取消“无其他材料”", "Took back “no other materials”"),
        Event::Withdrawn { .. } => l.t("撤回备案申请", "Filing withdrawn"),
        Event::SentToNda => l.t("送国家数据管理部门会同审核", "Sent to the National Data Administration"),
        Event::OpinionGiven { complete: true, .. } => {
            l.t("国家数据管理部门反馈：材料齐全", "National Data Administration: complete")
        }
        Event::OpinionGiven { complete: false, .. } => {
            l.t("国家数据管理部门反馈：材料不齐全", "National Data Administration: not complete")
        }
        Event::ProposalReturned { .. } => l.t("退回承办人", "Proposal returned"),
        Event::OverdueExplained { .. } => l.t("书面说明超期原因", "Reason for the passed limit written"),
        Event::Decided { outcome: Outcome::File, .. } => l.t("予以备案并公示", "Filed and published"),
        Event::Decided { outcome: Outcome::Refuse, .. } => l.t("不予备案，通知并说明理由", "Not filed; notice with reasons"),
        Event::Removed { .. } => l.t("移出备案名单", "Removed from the list"),
        Event::FileAttached { slot, file, .. } => {
            return if l.zh() {
                format!("上传第{}项：{}", slot.id(), file.name)
            } else {
                format!("Uploaded item {}: {}", slot.id(), file.name)
            };
        }
        Event::Submitted { number, .. } => {
            return if l.zh() { format!("提交备案，编号{number}") } else { format!("Submitted, number {number}") };
        }
        Event::Assigned { handler_name, .. } => {
            return if l.zh() { format!("由{handler_name}承办") } else { format!("Handled by {handler_name}") };
        }
        Event::VerdictGiven { slot, verdict: v, .. } => {
            let v = verdict(l, *v);
            return if l.zh() { format!("第{}项：{v}", slot.id()) } else { format!("Item {}: {v}", slot.id()) };
        }
        Event::Proposed { outcome: o, .. } => {
            let o = outcome(l, *o);
            return if l.zh() { format!("承办人提出：{o}") } else { format!("Proposed: {o}") };
        }
    };
    debug_assert!(!guosuo_case::filing::Filing::event_kind(e).is_empty());
    plain.to_owned()
}
