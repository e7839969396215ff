//! The queue: filings as the authorities and their applicants list them.

use guosuo_case::Life as _;
use guosuo_case::filing::{Filing, Material, Phase, Review, Verdict, decision_due, filing_due};
use guosuo_rules::calendar::Calendar;
use guosuo_rules::deadline::DeadlineId;
use guosuo_rules::period::Due;
use guosuo_rules::time::cst_date;

use crate::db::micros;
use crate::project::{CaseMeta, ClockRow, ClockStatus, FilingRow, Projected, Rows};
use crate::published;

impl Projected for Filing {
    fn project(case: &CaseMeta<'_>, f: &Self, calendar: &Calendar) -> Rows {
        Rows {
            filing: Some(row(case, f, calendar)),
            clocks: clocks(f, calendar),
            bodies: published::body(case, f),
            statuses: published::statuses(case, f),
            publications: published::publications(case, f),
            ..Rows::default()
        }
    }

    fn told(state: &Self, event: &guosuo_case::Recorded<guosuo_case::filing::Event>) -> crate::project::Told {
        crate::interface::of_filing(state, event)
    }
}

fn stage(phase: &Phase) -> &'static str {
    let Phase::UnderReview { review, .. } = phase else { return "" };
    if review.proposal.is_some() {
        "proposed"
    } else if review.opinion.is_some() {
        "opinion"
    } else if review.sent_to_nda.is_some() {
        "with_nda"
    } else if review.handler.is_some() {
        "checking"
    } else {
        "unassigned"
    }
}

fn nda(f: &Filing, review: &Review) -> &'static str {
    match (&review.opinion, review.sent_to_nda) {
        (Some(_), _) if review.is_disputed(&f.dossier) => "disputed",
        (Some(o), _) if o.complete => "complete",
        (Some(_), _) => "wanting",
        (None, Some(_)) => "sent",
        (None, None) => "",
    }
}

fn row(case: &CaseMeta<'_>, f: &Filing, calendar: &Calendar) -> FilingRow {
    let submission = f.submission();
    let due = submission.and_then(|s| decision_due(s, calendar));
    let none = Review::default();
    let review = f.review().unwrap_or(&none);
    let (mut complete, mut unjudged, mut wanting) = (0, 0, Vec::new());
    for material in Material::all() {
        match review.material_verdict(material, &f.dossier) {
            // An empty item 9 needs no verdict, but nothing has been looked at before the first one.
            Some(Verdict::Complete) if review.verdicts.is_empty() => unjudged += 1,
            Some(Verdict::Complete) => complete += 1,
            Some(_) => wanting.push(material.0.to_string()),
            None => unjudged += 1,
        }
    }
    let day = |d: Option<Due>, pick: fn(Due) -> jiff::civil::Date| d.map(|d| pick(d).to_string()).unwrap_or_default();
    let decided = match &f.phase {
        Phase::Filed { decision, .. } | Phase::Refused { decision, .. } => cst_date(decision.at).to_string(),
        Phase::Withdrawn { withdrawal, .. } => cst_date(withdrawal.at).to_string(),
        Phase::Removed { removal, .. } => cst_date(removal.at).to_string(),
        Phase::Draft | Phase::UnderReview { .. } => String::new(),
    };
    FilingRow {
        case_id: case.id.to_owned(),
        version: crate::db::signed(case.version),
        org: f.owner().as_str().to_owned(),
        org_name: f.dossier.form.org_name.clone(),
        credit_code: f.credit_code.clone(),
        number: submission.map(|s| s.number.to_string()).unwrap_or_default(),
        phase: f.phase.as_str().to_owned(),
        stage: stage(&f.phase).to_owned(),
        received: submission.map(|s| cst_date(s.received_at).to_string()).unwrap_or_default(),
        submitted: submission.map_or(0, |s| micros(s.received_at)),
        due_from: day(due, Due::earliest),
        due_to: day(due, Due::latest),
        handler: review.handler.as_ref().map(|h| h.0.clone()).unwrap_or_default(),
        handler_name: review.handler_name.clone(),
        complete,
        wanting: i64::try_from(wanting.len()).unwrap_or(9),
        wanting_items: wanting.join(","),
        unjudged,
        nda: nda(f, review).to_owned(),
        nda_since: review.opinion.as_ref().map(|o| o.at).or(review.sent_to_nda).map_or(0, micros),
        late: submission.is_some_and(|s| s.late),
        previous: f.copied_from.as_ref().map(|c| c.0.clone()).unwrap_or_default(),
        decided,
        updated: micros(case.updated),
    }
}

fn clocks(f: &Filing, calendar: &Calendar) -> Vec<ClockRow> {
    let mut out = Vec::new();
    let mut clock = |id: DeadlineId, trigger, due: Due, status, ended| {
        let article = guosuo_rules::deadline::deadline(id).articles.first().map(ToString::to_string).unwrap_or_default();
        out.push(ClockRow {
            name: id.code().to_owned(),
            org: f.owner.0.clone(),
            article,
            trigger,
            due_from: due.earliest(),
            due_to: due.latest(),
            calendar: calendar.version().to_owned(),
            status,
            ended,
        });
    };
    let kept = |due: Due, at| if cst_date(at) <= due.latest() { ClockStatus::Met } else { ClockStatus::Missed };
    if let (Some(trigger), Some(due)) = (f.dossier.form.approval_date(), filing_due(&f.dossier, calendar)) {
        let (status, ended) = match (f.submission(), &f.phase) {
            (Some(s), _) => (kept(due, s.received_at), Some(s.received_at)),
            (None, Phase::Withdrawn { withdrawal, .. }) => (ClockStatus::Stopped, Some(withdrawal.at)),
            (None, _) => (ClockStatus::Running, None),
        };
        clock(DeadlineId::CbFile, trigger, due, status, ended);
    }
    if let Some(s) = f.submission()
        && let Some(due) = decision_due(s, calendar)
    {
        let (status, ended) = match (f.decision(), &f.phase) {
            (Some(d), _) => (kept(due, d.at), Some(d.at)),
            (None, Phase::Withdrawn { withdrawal, .. }) => (ClockStatus::Stopped, Some(withdrawal.at)),
            (None, _) => (ClockStatus::Running, None),
        };
        clock(DeadlineId::CbFileDecide, cst_date(s.received_at), due, status, ended);
    }
    out
}
