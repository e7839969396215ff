//! A filing in the words of its pages: phases, deadline box, list of materials.

use guosuo_case::filing::{Field, FieldProblem, FileRef, Finding, Phase, ReasonCode, Slot, past_work_window};
use guosuo_rules::period::Due;
use guosuo_rules::time::cst_date;

use super::case::Case;
use crate::web::Lang;
use crate::web::components::{Link, MaterialRow, Phase as Stage, Step, Tone};
use crate::words;

/// The five phases of the matter.
pub(super) fn steps(l: Lang, case: &Case) -> Vec<Step> {
    use Stage::{Done, Next, Now, Stop};
    let (done, all) = case.progress();
    let prepared = l.pick(format!("必交{all}项，已完成{done}项"), format!("{done} of {all} required items"));
    let submission = case.filing.submission();
    let received = submission
        .map_or_else(|| l.t("签收后得到编号", "You get a number").to_owned(), |s| l.date(cst_date(s.received_at)).words);
    let decided = case.filing.decision().map(|d| l.date(cst_date(d.at)).words);
    let limit = l.t("收到材料后30个工作日内", "within 30 working days").to_owned();
    let jointly = l.t("会同数据管理部门", "with the data administration").to_owned();
    let (prepare, submit, review, publish) = match &case.filing.phase {
        Phase::Draft if case.complete() => (Done, Now, Next, Next),
        Phase::Draft => (Now, Next, Next, Next),
        Phase::UnderReview { .. } => (Done, Done, Now, Next),
        Phase::Filed { .. } => (Done, Done, Done, Done),
        Phase::Refused { .. } => (Done, Done, Stop, Next),
        Phase::Withdrawn { submission: Some(_), .. } => (Done, Done, Stop, Next),
        Phase::Withdrawn { .. } => (Stop, Next, Next, Next),
        Phase::Removed { .. } => (Done, Done, Done, Stop),
    };
    let review_note = match &case.filing.phase {
        Phase::Refused { .. } => l.t("不予备案", "Not filed").to_owned(),
        Phase::Withdrawn { .. } if review == Stop => l.t("已撤回", "Withdrawn").to_owned(),
        _ => jointly,
    };
    let publish_note = match &case.filing.phase {
        Phase::Filed { .. } => decided.unwrap_or_default(),
        Phase::Removed { .. } => l.t("已移出名单", "Removed from the list").to_owned(),
        _ => limit,
    };
    let prepared = match &case.filing.phase {
        Phase::Withdrawn { submission: None, .. } => l.t("已撤回", "Withdrawn").to_owned(),
        _ => prepared,
    };
    vec![
        Step::new(Done, l.t("阅读须知", "Read the guide"), l.t("已完成", "Done")),
        Step::new(prepare, l.t("准备材料", "Prepare"), prepared),
        Step::new(submit, l.t("核对并提交", "Check and submit"), received),
        Step::new(review, l.t("审核", "Review"), review_note),
        Step::new(publish, l.t("备案并公示", "Filed and published"), publish_note),
    ]
}

/// The box on the 10 working days of M 12(1).
pub(super) struct DueBox {
    /// Colour family.
    pub(super) tone: Tone,
    /// What to do by when.
    pub(super) title: String,
    /// Why.
    pub(super) text: String,
    /// Whether the date can be explained.
    pub(super) dated: bool,
}

/// The deadline of the filing in words (messages 7 and 8 of the house style).
pub(super) fn due_box(l: Lang, case: &Case) -> DueBox {
    let form = &case.dossier().form;
    let (Some(due), Some(approved)) = (case.filing_due(), form.approval_date()) else {
        return DueBox {
            tone: Tone::Info,
            title: l
                .t(
                    "填写批准书颁发日期后，这里会显示最晚提交日期。",
                    "Enter the date of the approval certificate to see the last day for filing.",
                )
                .into(),
            text: l
                .t(
                    "《办法》第十二条要求自市场监管部门批准取得资质之日起10个工作日内办理备案。",
                    "Article 12 of the Measures: file within 10 working days of the approval by the market regulator.",
                )
                .into(),
            dated: false,
        };
    };
    let approved = l.date(approved).words;
    if case.late() {
        let day = l.date(due.latest()).words;
        return DueBox {
            tone: Tone::Late,
            title: l.pick(format!("法定的10个工作日已于{day}届满。"), format!("The 10 working days ended on {day}.")),
            text: if form.late_note.trim().is_empty() {
                l.t(
                    "仍可提交，请在说明栏写明原因，审核人员会看到。",
                    "You can still file. Give the reason in the note; the reviewer will see it.",
                )
                .into()
            } else {
                l.t("仍可提交。已写说明，审核人员会看到。", "You can still file. The note is written; the reviewer will see it.")
                    .into()
            },
            dated: true,
        };
    }
    let why = l.pick(
        format!("市场监管部门{approved}批准了你机构的认证资质。《办法》第十二条要求自批准之日起10个工作日内办理备案。"),
        format!("The market regulator approved your qualification on {approved}. Article 12 of the Measures: file within 10 working days of approval."),
    );
    let (title, tone) = match due {
        Due::Firm { date } => {
            let left = case.days_to(date);
            let day = l.date_weekday(date).words;
            let title = if left == 0 {
                l.pick(format!("今天（{}）是提交的最后一天。", l.day_month(date).words), format!("Today, {day}, is the last day to file."))
            } else {
                l.pick(
                    format!("请在{day}前提交，还有{}。", l.working_days(left)),
                    format!("File by {day}: {} left.", l.working_days(left)),
                )
            };
            (title, if left <= 3 { Tone::Late } else { Tone::Warn })
        }
        Due::Provisional { earliest, latest, first_unknown_year } => (
            l.pick(
                format!(
                    "请在{}前提交。{first_unknown_year}年放假安排还没有公布，最后一天在{}至{}之间。",
                    l.date_weekday(earliest).words,
                    l.date(earliest).words,
                    l.date(latest).words
                ),
                format!(
                    "File by {}. The holidays of {first_unknown_year} are not announced yet; the last day lies between {} and {}.",
                    l.date_weekday(earliest).words,
                    l.date(earliest).words,
                    l.date(latest).words
                ),
            ),
            Tone::Warn,
        ),
    };
    DueBox { tone, title, text: why, dated: true }
}

/// Where a slot stands, in the five states of the task list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    NotStarted,
    InProgress,
    Uploaded,
    NeedsWork,
    Optional,
}

impl State {
    /// The state of a slot.
    pub(super) fn of(case: &Case, slot: Slot) -> Self {
        let d = case.dossier();
        let files = !d.files(slot).is_empty();
        let mut blocks = case.blocks(slot).peekable();
        if blocks.peek().is_none() {
            return if slot.is_optional() && !files { Self::Optional } else { Self::Uploaded };
        }
        if blocks.any(|f| !is_unfinished(&f.reason)) {
            return Self::NeedsWork;
        }
        let begun = match slot {
            Slot::Form => files || Field::ALL.iter().any(|f| !d.form.get(*f).trim().is_empty()),
            Slot::Background => files || !d.people.is_empty(),
            _ => files,
        };
        if begun { Self::InProgress } else { Self::NotStarted }
    }

    /// In words.
    pub(super) fn words(self, l: Lang) -> &'static str {
        match self {
            Self::NotStarted => l.t("未开始", "Not started"),
            Self::InProgress => l.t("填写中", "In progress"),
            Self::Uploaded => l.t("已上传", "Uploaded"),
            Self::NeedsWork => l.t("需修改", "Needs changes"),
            Self::Optional => l.t("选填", "Optional"),
        }
    }

    /// Its colour family.
    pub(super) fn tone(self) -> Tone {
        match self {
            Self::NotStarted | Self::Optional => Tone::Mute,
            Self::InProgress => Tone::Info,
            Self::Uploaded => Tone::Ok,
            Self::NeedsWork => Tone::Late,
        }
    }
}

/// Whether a finding only says that the work is not done yet, as against done wrongly.
fn is_unfinished(r: &ReasonCode) -> bool {
    matches!(
        r,
        ReasonCode::Missing
            | ReasonCode::FieldProblem { problem: FieldProblem::Empty, .. }
            | ReasonCode::RosterCount { .. }
            | ReasonCode::SheetsMissing { .. }
            | ReasonCode::StatementMissing
    )
}

/// The finding that the row shows: what is wrong before what is missing.
pub(super) fn worst(case: &Case, slot: Slot) -> Option<&Finding> {
    case.blocks(slot).find(|f| !is_unfinished(&f.reason)).or_else(|| case.blocks(slot).next())
}

/// Where a finding is put right, without language.
pub(super) fn place(case: &Case, f: &Finding) -> String {
    match &f.reason {
        ReasonCode::FieldProblem { field, .. } => format!("{}#{}", case.path("form"), field.as_str()),
        ReasonCode::Late { .. } => format!("{}#late_note", case.path("form")),
        ReasonCode::CapitalLow { .. } => format!("{}#capital", case.path("form")),
        ReasonCode::StaffLow { .. } => format!("{}#staff", case.path("form")),
        ReasonCode::PrefixAgainstNature | ReasonCode::InnerCheck => format!("{}#credit_code", case.path("form")),
        ReasonCode::StalePrint { .. } | ReasonCode::ForeignPrint | ReasonCode::NoFormCode => case.path("print"),
        ReasonCode::Missing if f.slot == Slot::Form => case.path("print"),
        ReasonCode::RosterCount { .. }
        | ReasonCode::SheetsMissing { .. }
        | ReasonCode::RosterDuplicate { .. }
        | ReasonCode::RosterIncomplete { .. }
        | ReasonCode::RosterIdNumber { .. } => case.path("roster"),
        _ => case.path(&format!("materials/{}", f.slot.id())),
    }
}

/// A file in one line: name, size.
pub(super) fn file_line(l: Lang, files: &[FileRef]) -> String {
    match files {
        [] => String::new(),
        [one] => l.pick(format!("{}，{}", one.name, l.size(one.size)), format!("{}, {}", one.name, l.size(one.size))),
        many => {
            let size = l.size(many.iter().map(|f| f.size).sum::<u64>());
            l.pick(format!("{}个文件，共{size}", many.len()), format!("{} files, {size}", many.len()))
        }
    }
}

/// The rows of the task list.
pub(super) fn rows(l: Lang, case: &Case, editable: bool) -> Vec<MaterialRow> {
    Slot::ALL.into_iter().map(|s| row(l, case, s, editable)).collect()
}

fn row(l: Lang, case: &Case, slot: Slot, editable: bool) -> MaterialRow {
    let d = case.dossier();
    let state = State::of(case, slot);
    let files = d.files(slot);
    let own = l.href(case.path(&format!("materials/{}", slot.id())));
    let line = file_line(l, files);
    let requirement = words::requirement(l, slot);
    let note = match slot {
        Slot::Background if !d.people.is_empty() => {
            let (people, sheets) = (d.people.len(), d.sheets());
            l.pick(
                format!("一人一表，加盖公章。登记人员{people}人，已上传{sheets}人"),
                format!("One sealed sheet per person. {people} on the roster, {sheets} sheets uploaded"),
            )
        }
        Slot::PastWork if files.is_empty() => {
            let (from, to) = past_work_window(case.today);
            let (from, to) = (l.year_month(from).words, l.year_month(to).words);
            l.pick(format!("近三年指{from}至{to}。"), format!("The last three years: {from} to {to}."))
        }
        Slot::Other if d.nothing_further && files.is_empty() => {
            l.t("已声明无其他材料。", "Declared: no other materials.").to_owned()
        }
        _ if line.is_empty() => requirement.to_owned(),
        Slot::Form | Slot::Approval | Slot::CreditCode | Slot::LegalRepId | Slot::OperatorId => {
            format!("{requirement}{}{line}", l.t("", " "))
        }
        _ => line,
    };
    let problem = match (state, worst(case, slot)) {
        (State::NeedsWork, Some(f)) => words::finding(l, f),
        _ => String::new(),
    };
    let extra = match slot {
        _ if !editable => None,
        Slot::Form => Some(Link::new(l.href(case.path("print")), l.t("填表并打印", "Fill in and print"))),
        _ if words::template_outline(slot) && files.is_empty() => {
            Some(Link::new(l.href(format!("/body/templates/{}.docx", slot.id())), l.t("下载模板", "Template")))
        }
        _ => None,
    };
    let form_open = slot == Slot::Form && case.blocks(slot).any(|f| matches!(f.reason, ReasonCode::FieldProblem { .. }));
    let action = if editable {
        Some(match (slot, state) {
            (Slot::Form, _) if form_open => Link::new(
                l.href(case.path("form")),
                match state {
                    State::NotStarted => l.t("填写", "Fill in"),
                    State::NeedsWork => l.t("修改", "Correct"),
                    _ => l.t("继续填写", "Continue"),
                },
            ),
            (Slot::Background, State::InProgress) => Link::new(l.href(case.path("roster")), l.t("继续上传", "Continue")),
            (Slot::Background, _) => Link::new(
                l.href(case.path("roster")),
                match state {
                    State::NotStarted => l.t("登记人员", "List the people"),
                    State::NeedsWork => l.t("修改", "Correct"),
                    _ => l.t("更换", "Replace"),
                },
            ),
            (_, State::NeedsWork) => Link::new(own, l.t("修改", "Correct")),
            (_, State::Uploaded) => Link::new(own, l.t("更换", "Replace")),
            _ => Link::new(own, l.t("上传", "Upload")),
        })
    } else {
        (!files.is_empty()).then(|| Link::new(own, l.t("查看", "View")))
    };
    MaterialRow {
        number: slot.id().to_owned(),
        name: short_name(l, slot).to_owned(),
        note,
        extra,
        problem,
        state: state.words(l).to_owned(),
        tone: state.tone(),
        action,
    }
}

/// The name on the task list: the guide's, without what the number already says.
fn short_name(l: Lang, slot: Slot) -> &'static str {
    match slot {
        Slot::Form => l.t("备案申请表", "Application form"),
        Slot::PastWork => {
            l.t("近三年数据安全和个人信息保护专业工作情况", "Data security and personal information work of the last three years")
        }
        Slot::ContinuousSupervision => l.t("持续监督机制说明", "Statement on continuous supervision"),
        _ => words::slot(l, slot),
    }
}

/// The items that are not finished, as people name them: 第6组、第8组.
pub(super) fn unfinished(case: &Case) -> Vec<&'static str> {
    Slot::ALL.into_iter().filter(|s| case.blocks(*s).next().is_some()).map(Slot::id).collect()
}
