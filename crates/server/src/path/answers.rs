//! The answers of one self-check. They travel in the address and nowhere else: nothing is stored.

use guosuo_case::filing::parse_date;
use guosuo_case::text;
use guosuo_cli::path_facts::shown;
use guosuo_rules::path::{Case, Counts, Flow, Ftz, Ground, Law, range, versions};
use jiff::civil::Date;

use super::number::people;
use super::question::Question;
use crate::router::encode;
use crate::web::Lang;
use crate::web::form::Form;

/// Most flows of one self-check; the interface takes more.
pub(crate) const MOST_FLOWS: usize = 8;

/// Longest name of a flow.
const LONGEST_NAME: usize = 20;

/// What was said about one flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FlowAnswers {
    pub(crate) name: Option<String>,
    pub(crate) export: Option<bool>,
    pub(crate) important: Option<bool>,
    pub(crate) exempt: Option<Ground>,
    pub(crate) zone: Option<Ftz>,
    pub(crate) treaty: Option<bool>,
    pub(crate) people: Option<Counts>,
}

/// The totals over all flows, as far as they are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Totals {
    Known(Counts),
    NotKnown,
}

/// What was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answers {
    pub(crate) organ: Option<bool>,
    pub(crate) ciio: Option<bool>,
    pub(crate) handled: Option<u64>,
    pub(crate) on: Option<Date>,
    pub(crate) totals: Option<Totals>,
    pub(crate) flows: Vec<FlowAnswers>,
}

/// Reads fields and keeps what is wrong with them; a field that was not sent is no error.
struct Reader<'f> {
    form: &'f mut Form,
    l: Lang,
}

impl Reader<'_> {
    fn choice<T: Copy>(&mut self, field: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        if self.form.values(field).is_empty() {
            return None;
        }
        let found = read(self.form.trimmed(field));
        if found.is_none() {
            let given = shown(self.form.trimmed(field));
            let message = self.l.pick(
                format!("没有“{given}”这个选项。选择下面的一项。"),
                format!("There is no option “{given}”. Select one of those below."),
            );
            self.form.fail(field, message);
        }
        found
    }

    fn truth(&mut self, field: &str) -> Option<bool> {
        self.choice(field, |value| match value {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        })
    }

    fn people(&mut self, field: &str) -> Option<u64> {
        if self.form.values(field).is_empty() {
            return None;
        }
        people(self.l, self.form.value(field)).map_err(|problem| self.form.fail(field, problem)).ok()
    }

    fn counts(&mut self, non_sensitive: &str, sensitive: &str) -> Option<Counts> {
        let (non_sensitive, sensitive) = (self.people(non_sensitive), self.people(sensitive));
        Some(Counts { non_sensitive: non_sensitive?, sensitive: sensitive? })
    }

    fn name(&mut self, field: &str) -> Option<String> {
        if self.form.values(field).is_empty() {
            return None;
        }
        let name = self.form.trimmed(field).to_owned();
        let length = name.chars().count();
        if let Err(bad) = text::check(&name, false) {
            let (place, code) = (bad.position, bad.code_point);
            let message = self.l.pick(
                format!("第{place}个字符（U+{code:04X}）是看不见的控制字符，名称里不能有。删去后重新填写。"),
                format!("Character {place} (U+{code:04X}) is an invisible control character. Remove it."),
            );
            self.form.fail(field, message);
            None
        } else if length > LONGEST_NAME {
            let message = self.l.pick(
                format!("名称最多{LONGEST_NAME}个字，现在有{length}个。"),
                format!("A name has up to {LONGEST_NAME} characters; this one has {length}."),
            );
            self.form.fail(field, message);
            None
        } else {
            Some(name)
        }
    }

    fn day(&mut self, today: Date) -> Option<Date> {
        if self.form.values("on").is_empty() {
            return None;
        }
        let l = self.l;
        let first = versions().first().map_or(today, |law| law.from);
        let problem = match parse_date(self.form.value("on")) {
            Some(day) if day < first => l.pick(
                format!("{}以前没有出境路径的规定。填{}以后的日期。", l.date(first).words, l.date(first).words),
                format!("There were no rules on export paths before {0}. Enter a later date.", l.date(first).words),
            ),
            Some(day) if day > today => l.pick(
                format!("{}以后的规定现在还不知道。最晚填今天。", l.date(today).words),
                format!("The rules after {} are not known yet. Enter today or an earlier day.", l.date(today).words),
            ),
            Some(day) => return Some(day),
            None => l
                .t("日期没有看懂。按“2026-01-05”的格式填写。", "The date could not be read. Write it like 2026-01-05.")
                .to_owned(),
        };
        self.form.fail("on", problem);
        None
    }

    fn totals(&mut self) -> Option<Totals> {
        let field = |name| self.form.values(name).first().map(|value| value.trim());
        match (field("all")?, field("all-sensitive").unwrap_or_default()) {
            ("unknown" | "", "") => Some(Totals::NotKnown),
            _ => self.counts("all", "all-sensitive").map(Totals::Known),
        }
    }
}

impl Answers {
    /// Reads what an address or a form holds. What is wrong is noted in the form at its field, and left out.
    pub(crate) fn read(form: &mut Form, l: Lang, today: Date) -> Self {
        let count = (1..=MOST_FLOWS)
            .rev()
            .find(|n| Question::of_flow(*n).iter().flat_map(|q| q.fields()).any(|field| !form.values(&field).is_empty()))
            .unwrap_or(1);
        let mut r = Reader { form, l };
        let (organ, ciio) = (r.truth("organ"), r.truth("ciio"));
        let (handled, on) = (r.people("handled"), r.day(today));
        let flows = (1..=count)
            .map(|n| FlowAnswers {
                name: r.name(&format!("name-{n}")),
                export: r.truth(&format!("export-{n}")),
                important: r.truth(&format!("important-{n}")),
                exempt: r.choice(&format!("exempt-{n}"), Ground::from_code),
                zone: r.choice(&format!("zone-{n}"), Ftz::from_code),
                treaty: r.truth(&format!("treaty-{n}")),
                people: r.counts(&format!("people-{n}"), &format!("sensitive-{n}")),
            })
            .collect();
        let totals = r.totals();
        let mut found = Self { organ, ciio, handled, on, totals, flows };
        found.check_totals(r.form, l, today);
        found
    }

    /// Totals lie between the largest flow and the sum of the flows (PQ16 q11: each person once).
    fn check_totals(&mut self, form: &mut Form, l: Lang, today: Date) {
        let Some(Totals::Known(totals)) = self.totals else { return };
        let Some((least, most)) = self.normalised(today).range(today) else { return };
        let ends = [
            ("all", totals.non_sensitive, least.non_sensitive, most.non_sensitive),
            ("all-sensitive", totals.sensitive, least.sensitive, most.sensitive),
        ];
        for (field, total, least, most) in ends {
            if !(least..=most).contains(&total) {
                let (total, least, most) = (l.number(total), l.number(least), l.number(most));
                let message = l.pick(
                    format!("去重后的总数应在{least}（最大的一项）和{most}（各项相加）之间，现在是{total}。"),
                    format!("The distinct total lies between {least} (the largest flow) and {most} (all added up). You entered {total}."),
                );
                form.fail(field, message);
                self.totals = None;
            }
        }
    }

    /// The day whose law answers.
    pub(crate) fn day(&self, today: Date) -> Date {
        self.on.unwrap_or(today)
    }

    /// The law of that day; the newest when the day is before all of them.
    pub(crate) fn law(&self, today: Date) -> Option<&'static Law> {
        Law::on(self.day(today)).ok().or_else(|| versions().last())
    }

    /// The least and most distinct people of the flows that count, when there are two or more.
    pub(crate) fn range(&self, today: Date) -> Option<(Counts, Counts)> {
        let case = Case { totals: None, ..self.case(today) };
        range(&case).ok().flatten()
    }

    /// The claimed ground takes the flow out of the mechanisms, so that nothing more is asked about it.
    fn settled(&self, flow: &FlowAnswers, today: Date) -> bool {
        let in_force = |ground| self.law(today).is_some_and(|law| law.ground(ground, self.day(today)).is_some());
        flow.exempt.is_some_and(in_force)
    }

    /// Everything that has to be answered, in order, as far as the answers so far tell.
    pub(crate) fn questions(&self, today: Date) -> Vec<Question> {
        let mut all = vec![Question::Organ, Question::Ciio];
        if self.law(today).is_some_and(|law| law.lines.assessment_handled.is_some()) {
            all.push(Question::Handled);
        }
        let mut complete = true;
        for (at, flow) in self.flows.iter().enumerate() {
            let n = at + 1;
            let of_flow = self.of_flow(flow, n, today);
            complete &= of_flow.iter().all(|question| self.has(*question));
            all.extend(of_flow);
        }
        if complete && self.flows.len() > 1 && self.range(today).is_some() {
            all.push(Question::Totals);
        }
        all
    }

    fn of_flow(&self, flow: &FlowAnswers, n: usize, today: Date) -> Vec<Question> {
        let mut asked = Vec::new();
        if n > 1 {
            asked.push(Question::Name(n));
        }
        asked.push(Question::Export(n));
        if flow.export == Some(false) {
            return asked;
        }
        asked.push(Question::Important(n));
        if flow.important == Some(true) {
            return asked;
        }
        asked.push(Question::Exempt(n));
        if self.settled(flow, today) {
            return asked;
        }
        // Negative lists came with the line below which nothing is needed (P16 6).
        if self.law(today).is_some_and(|law| law.lines.mechanism_non_sensitive.is_some()) {
            asked.push(Question::Zone(n));
        }
        if flow.zone != Some(Ftz::OutsideList) {
            asked.push(Question::Treaty(n));
        }
        if flow.exempt != Some(Ground::GbaContract) {
            asked.push(Question::People(n));
        }
        asked
    }

    /// The question has an answer.
    pub(crate) fn has(&self, question: Question) -> bool {
        let flow = |n: usize| self.flows.get(n.wrapping_sub(1));
        match question {
            Question::Organ => self.organ.is_some(),
            Question::Ciio => self.ciio.is_some(),
            Question::Handled => self.handled.is_some(),
            Question::On => self.on.is_some(),
            Question::Totals => self.totals.is_some(),
            Question::Name(n) => flow(n).is_some_and(|flow| flow.name.is_some()),
            Question::Export(n) => flow(n).is_some_and(|flow| flow.export.is_some()),
            Question::Important(n) => flow(n).is_some_and(|flow| flow.important.is_some()),
            Question::Exempt(n) => flow(n).is_some_and(|flow| flow.exempt.is_some()),
            Question::Zone(n) => flow(n).is_some_and(|flow| flow.zone.is_some()),
            Question::Treaty(n) => flow(n).is_some_and(|flow| flow.treaty.is_some()),
            Question::People(n) => flow(n).is_some_and(|flow| flow.people.is_some()),
        }
    }

    /// The first question without an answer.
    pub(crate) fn next(&self, today: Date) -> Option<Question> {
        self.questions(today).into_iter().find(|question| !self.has(*question))
    }

    /// Without the answers that are no longer asked for. People stay beside the ground that nothing personal is
    /// exported: that contradiction must be seen, not hidden.
    pub(crate) fn normalised(&self, today: Date) -> Self {
        let mut kept = self.clone();
        for (at, flow) in kept.flows.iter_mut().enumerate() {
            let asked = self.of_flow(&self.flows[at], at + 1, today);
            let n = at + 1;
            let contradicts = flow.exempt == Some(Ground::NoPiNoImportant)
                && flow.people.is_some_and(|people| people != Counts::default())
                && asked.contains(&Question::Exempt(n));
            let keep = |question| asked.contains(&question);
            flow.export = flow.export.filter(|_| keep(Question::Export(n)));
            flow.important = flow.important.filter(|_| keep(Question::Important(n)));
            flow.exempt = flow.exempt.filter(|_| keep(Question::Exempt(n)));
            flow.zone = flow.zone.filter(|_| keep(Question::Zone(n)));
            flow.treaty = flow.treaty.filter(|_| keep(Question::Treaty(n)));
            flow.people = flow.people.filter(|_| contradicts || keep(Question::People(n)));
        }
        let asked = kept.questions(today);
        kept.handled = kept.handled.filter(|_| asked.contains(&Question::Handled));
        kept.totals = kept.totals.filter(|_| asked.contains(&Question::Totals));
        kept
    }

    /// The same without one flow.
    pub(crate) fn without_flow(&self, n: usize) -> Self {
        let mut other = self.clone();
        if other.flows.len() > 1 && (1..=other.flows.len()).contains(&n) {
            other.flows.remove(n - 1);
            // What was one total for all is none for the rest.
            other.totals = None;
        }
        other
    }

    /// The case that the engine decides.
    pub(crate) fn case(&self, today: Date) -> Case {
        let flows = self
            .flows
            .iter()
            .map(|flow| {
                let people = flow.people.unwrap_or_default();
                Flow {
                    name: flow.name.clone().unwrap_or_default(),
                    export: flow.export.unwrap_or(true),
                    important_data: flow.important.unwrap_or(false),
                    non_sensitive: people.non_sensitive,
                    sensitive: people.sensitive,
                    exempt: flow.exempt.unwrap_or(Ground::None),
                    ftz: flow.zone.unwrap_or(Ftz::NotFtz),
                    treaty: flow.treaty.unwrap_or(false),
                }
            })
            .collect();
        Case {
            ciio: self.ciio.unwrap_or(false),
            state_organ: self.organ.unwrap_or(false),
            handled: self.handled.unwrap_or(0),
            flows,
            totals: match self.totals {
                Some(Totals::Known(totals)) => Some(totals),
                Some(Totals::NotKnown) | None => None,
            },
            on: self.day(today),
            overlay: None,
        }
    }

    /// Nothing answered, one flow to be asked about.
    pub(crate) fn with_one_flow() -> Self {
        Self { flows: vec![FlowAnswers::default()], ..Self::default() }
    }

    /// The answers that made a case.
    pub(crate) fn of(case: &Case) -> Self {
        Self {
            organ: Some(case.state_organ),
            ciio: Some(case.ciio),
            handled: Some(case.handled),
            on: None,
            totals: (case.flows.len() > 1).then(|| case.totals.map_or(Totals::NotKnown, Totals::Known)),
            flows: case
                .flows
                .iter()
                .map(|f| FlowAnswers {
                    name: Some(f.name.clone()),
                    export: Some(f.export),
                    important: Some(f.important_data),
                    exempt: Some(f.exempt),
                    zone: Some(f.ftz),
                    treaty: Some(f.treaty),
                    people: Some(Counts { non_sensitive: f.non_sensitive, sensitive: f.sensitive }),
                })
                .collect(),
        }
    }

    /// The answers as fields, in one fixed order, so that the same answers make the same address.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let yes_no = |value: bool| if value { "yes" } else { "no" };
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut put = |name: String, value: Option<String>| pairs.extend(value.map(|value| (name, value)));
        put("organ".to_owned(), self.organ.map(|v| yes_no(v).to_owned()));
        put("ciio".to_owned(), self.ciio.map(|v| yes_no(v).to_owned()));
        put("handled".to_owned(), self.handled.map(|v| v.to_string()));
        for (at, flow) in self.flows.iter().enumerate() {
            let n = at + 1;
            put(format!("name-{n}"), flow.name.clone().filter(|name| n > 1 || !name.is_empty()));
            put(format!("export-{n}"), flow.export.map(|v| yes_no(v).to_owned()));
            put(format!("important-{n}"), flow.important.map(|v| yes_no(v).to_owned()));
            put(format!("exempt-{n}"), flow.exempt.map(|v| v.code().to_owned()));
            put(format!("zone-{n}"), flow.zone.map(|v| v.code().to_owned()));
            put(format!("treaty-{n}"), flow.treaty.map(|v| yes_no(v).to_owned()));
            put(format!("people-{n}"), flow.people.map(|v| v.non_sensitive.to_string()));
            put(format!("sensitive-{n}"), flow.people.map(|v| v.sensitive.to_string()));
        }
        match self.totals {
            Some(Totals::Known(totals)) => {
                put("all".to_owned(), Some(totals.non_sensitive.to_string()));
                put("all-sensitive".to_owned(), Some(totals.sensitive.to_string()));
            }
            Some(Totals::NotKnown) => put("all".to_owned(), Some("unknown".to_owned())),
            None => {}
        }
        put("on".to_owned(), self.on.map(|day| day.to_string()));
        pairs
    }

    /// An address (without language) with these answers; `more` are further fields.
    pub(crate) fn address(&self, path: &str, more: &[(&str, String)]) -> String {
        let mut query: Vec<String> = more.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        query.extend(self.pairs().iter().map(|(name, value)| format!("{name}={}", encode(value))));
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }
}
