//! Which roles of certification exclude one another in one case. The committed table is
//! `docs/rights-certification.txt`; who may do what stands with all rights in `docs/rights.txt`.

use crate::actor::Role;

/// Why two roles may not both be used by one person in one case; `None` where they may.
///
/// The decision is taken by people who neither verified nor audited (R37 4.4 read with CAR 21),
/// and the two signatures are those of two people (CAR 22). That the person who recommends does
/// not also sign first is a house rule.
pub fn excludes(a: Role, b: Role) -> Option<&'static str> {
    let worked = |r| matches!(r, Role::Verifier | Role::VerificationStaff | Role::Auditor);
    let decides = |r| matches!(r, Role::Certifier | Role::BodyHead);
    let pair = |x, y| (a == x && b == y) || (a == y && b == x);
    if (worked(a) && decides(b)) || (worked(b) && decides(a)) {
        Some("CAR 21")
    } else if pair(Role::Certifier, Role::BodyHead) {
        Some("CAR 22")
    } else if pair(Role::Evaluator, Role::Certifier) {
        Some("house")
    } else {
        None
    }
}

/// The exclusions, as `docs/rights-certification.txt` holds them.
pub fn exclusions() -> String {
    use std::fmt::Write as _;
    let mut out = format!("{:<23}", "never both in one case");
    let row = |out: &mut String, first: &str, cell: &dyn Fn(Role) -> String| {
        if !first.is_empty() {
            let _ = write!(out, "{first:<23}");
        }
        for role in Role::CERTIFICATION {
            let _ = write!(out, " {:<17}", cell(role));
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    };
    row(&mut out, "", &|r| r.as_str().to_owned());
    for a in Role::CERTIFICATION {
        row(&mut out, a.as_str(), &|b| excludes(a, b).unwrap_or("-").to_owned());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_matrix_of_certification_is_the_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rights-certification.txt");
        if std::env::var_os("UPDATE_RIGHTS").is_some() {
            std::fs::write(path, exclusions()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), exclusions(), "run with UPDATE_RIGHTS=1 and review the difference");
    }

    #[test]
    fn exclusion_does_not_depend_on_the_order() {
        for a in Role::CERTIFICATION {
            assert_eq!(excludes(a, a), None);
            for b in Role::CERTIFICATION {
                assert_eq!(excludes(a, b), excludes(b, a));
            }
        }
    }
}
