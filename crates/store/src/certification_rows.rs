//! Rows of the read tables of certification: applications, certificates, their changes and the
//! reports that they owe. Dates are `YYYY-MM-DD`, moments microseconds; empty or 0 where there is
//! nothing.

use crate::buffer::Val;
use crate::db::from_row;

macro_rules! read_row {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
        pub struct $name { $($(#[$of])* pub $field: $type,)* }

        from_row!($name { $($field),* });

        impl $name {
            pub(crate) fn values(self) -> Vec<Val> {
                vec![$(self.$field.into()),*]
            }
        }
    };
}

read_row! {
    /// An application as lists show it.
    ApplicationRow {
        /// The case.
        case_id: String,
        /// Number of its events.
        version: i64,
        /// The applicant 认证委托人.
        org: String,
        /// Name of the processor to be certified.
        processor: String,
        /// Its organisation here.
        processor_org: String,
        /// Its credit code, or the number in the register of its country.
        processor_code: String,
        /// Its country or region (ISO 3166-1).
        country: String,
        /// Who holds the mandate of an overseas processor (M 7(2)).
        holder: String,
        /// The body that was chosen.
        chosen: String,
        /// Its name on the day of the choice.
        chosen_name: String,
        /// The body, once it has received the application: before, it is told nothing.
        body: String,
        /// The technical verification body, once the plan stands.
        verification_body: String,
        /// `new`, `renewal`, `change`.
        purpose: String,
        /// 认委〔YYYY〕NNN号.
        number: String,
        /// The stored name of its phase.
        phase: String,
        /// The stage in which the body owes the next step, by its stored name.
        stage: String,
        /// Day of receipt in China Standard Time.
        received: String,
        /// Moment of receipt.
        submitted: i64,
        /// Day on which the stage began.
        began: String,
        /// Last day of the stage (earliest): a limit of the house.
        due_from: String,
        /// Last day of the stage (latest).
        due_to: String,
        /// Why the clock of the stage stands.
        stands: String,
        /// Nonconformities that are not closed.
        open_points: i64,
        /// `certify` or `refuse`, once somebody signed.
        outcome: String,
        /// The case of the certificate that came of it.
        certificate: String,
        /// Day on which it came to its end.
        ended: String,
        /// Last change.
        updated: i64,
    }
}

read_row! {
    /// A certificate as registers and lists show it.
    CertificateRow {
        /// The case.
        case_id: String,
        /// Number of its events.
        version: i64,
        /// Its number by the body's own pattern.
        number: String,
        /// The body that issued it.
        body: String,
        /// The applicant.
        applicant: String,
        /// Name of the holder.
        holder: String,
        /// Its organisation here.
        holder_org: String,
        /// Its credit code, or the number in the register of its country.
        holder_code: String,
        /// Its country or region (ISO 3166-1).
        country: String,
        /// Its registered address.
        address: String,
        /// Who holds the mandate of an overseas holder.
        representative: String,
        /// The edition of the basis.
        basis: String,
        /// The body's identifier in the mark.
        mark: String,
        /// Date of issue.
        issued_on: String,
        /// Last day of validity as printed.
        valid_until: String,
        /// The status that the last change gave.
        status: String,
        /// From which day.
        status_from: String,
        /// The status up to that day.
        status_before: String,
        /// The ground of the last change.
        ground: String,
        /// Who brought it about: `body`, `request`, `finding`, `time`.
        origin: String,
        /// What is published of it (M 10(3)).
        publication: String,
        /// The case of the application that it rests on.
        application: String,
        /// The certificate that it follows.
        predecessor: String,
        /// The certificate that follows it.
        successor: String,
        /// The application for its renewal.
        renewal: String,
        /// The measure that waits for its decision.
        proposal: String,
        /// Requests of the holder that wait.
        open_requests: i64,
        /// Findings of authorities that stand and are not carried out.
        open_findings: i64,
        /// Suspensions that are suggested.
        open_suggestions: i64,
        /// Surveillances that are to be done.
        open_surveillances: i64,
        /// Reports to the national platform.
        reports: i64,
        /// Those without a receipt.
        reports_owed: i64,
        /// Last change.
        updated: i64,
        /// Last day of the mandate of whoever acts for a holder abroad, or empty.
        mandate_until: String,
    }
}

impl CertificateRow {
    /// The stored name of the status on a day. Time ends a validity by itself, recorded or not;
    /// the same as `Certificate::status_on` from the day of the change before the last one on.
    pub fn status_on(&self, day: jiff::civil::Date) -> &str {
        status_on(&self.status, &self.status_from, &self.status_before, &self.valid_until, day)
    }
}

/// The stored name of the status on a day, of what a row of the register says.
pub(crate) fn status_on<'r>(status: &'r str, from: &str, before: &'r str, until: &str, day: jiff::civil::Date) -> &'r str {
    let day = day.to_string();
    let status = if *from > *day { before } else { status };
    if matches!(status, "valid" | "suspended") && *day > *until { "expired" } else { status }
}

read_row! {
    /// A change of a certificate: what is published of it (M 10(3)).
    CertificateChangeRow {
        /// The case of the certificate.
        certificate: String,
        /// 1 for the issue.
        seq: i64,
        /// The stored name of the kind of change.
        kind: String,
        /// The status that follows; empty where it stays.
        status: String,
        /// From which day.
        effective_on: String,
        /// Who brought it about: `body`, `request`, `finding`, `time`.
        origin: String,
        /// The ground.
        ground: String,
        /// The published text.
        publication: String,
        /// Account of who decided.
        actor: String,
        /// The organisation that brought it about: the authority of a finding, else that of who decided.
        actor_org: String,
        /// When it was recorded.
        at: i64,
    }
}

read_row! {
    /// A report owed to the national platform (M 9(1)).
    CertificateReportRow {
        /// The case of the certificate.
        certificate: String,
        /// 1 for the first of the certificate, without gaps.
        seq: i64,
        /// Number of the certificate.
        number: String,
        /// The body that owes it.
        body: String,
        /// The stored name of the kind of change.
        kind: String,
        /// The status that follows.
        status: String,
        /// From which day: the event that starts the period.
        effective_on: String,
        /// The report that it corrects, or 0.
        corrects: i64,
        /// When it became owed.
        owed_at: i64,
        /// Last of its five working days (earliest).
        due_from: String,
        /// Last of its five working days (latest).
        due_to: String,
        /// The stored name of how it stands (`ReportState`).
        state: String,
        /// The platform's latest receipt.
        receipt: String,
        /// When the first receipt was registered: what ends the five working days.
        received_at: i64,
        /// When it was handed over, and not to be sent again since.
        sent_at: i64,
        /// To which target.
        target: String,
        /// Why the platform refused it.
        reason: String,
        /// The report that corrects it, or 0.
        corrected_by: i64,
        /// How often somebody had it sent again.
        resends: i64,
    }
}

read_row! {
    /// A violation that a body reported to the authorities (M 11). What was found stands in the
    /// case, not here.
    ViolationRow {
        /// The case: a certificate, or an application where there was none yet.
        case_id: String,
        /// 1 for the first of the case.
        seq: i64,
        /// The stored name of the kind of case.
        kind: String,
        /// Number of the certificate or of the receipt.
        number: String,
        /// The body.
        body: String,
        /// Name of the holder or processor.
        holder: String,
        /// Account of who reported.
        reporter: String,
        /// When.
        at: i64,
        /// Account of who acknowledged it, or empty.
        acknowledger: String,
        /// When, or 0.
        acknowledged_at: i64,
    }
}
