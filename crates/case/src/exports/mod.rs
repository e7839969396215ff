//! What a processor keeps about its exports before and after applying: flows with their legal basis (PIPL 13), the
//! yearly ledger (P16 7, 8), notices (PIPL 17, 30, 39), and evidence of separate consent (PIPL 14, 15, 31, 39).
//!
//! One record for each processor. People are keyed values; nothing in it names a person. A long set of them lies in an
//! encrypted file: the event holds its digest, its size and the name of its key ([`Sets`]).

mod available;
mod command;
mod consent;
mod decide;
mod duty;
mod event;
mod flow;
mod notice;
mod sets;
mod state;

pub use available::{Action, available, permit};
pub use command::{CONSENTS_MAX, Command, Facts, KEYED_ALL_MAX, KEYED_IN_EVENT, KEYED_MAX, PEOPLE_MAX, POINTS_MAX};
pub use consent::{Channel, Consent, ConsentFault, Guardian, check_consents, stands};
pub use decide::Fault;
pub use duty::{Duty, duties};
pub use event::Event;
pub use flow::{Basis, FlowFacts, FlowLack, check_flow};
pub use notice::{Notice, NoticeItem};
pub use sets::{NotAdded, Sets};
pub use state::{Dossier, Exports, Flow, Report, TextVersion};
