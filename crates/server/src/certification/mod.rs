//! Certification (M 5–11) behind every front: what decisions need to know of this instance, how
//! acts are put to applications and certificates, what follows from them. The pages stand in the
//! rooms of their fronts: `processor`, `body`, `authority`, `public`.

pub mod acts;
pub mod facts;
pub mod follow;
pub mod letters;
pub mod mandate;
pub mod roster;
pub mod scope_data;
pub mod scope_form;
pub mod takeover;
pub mod trial;
