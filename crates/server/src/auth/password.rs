//! Passwords: rules, hashing, and a limit on how many hashes run at once.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

/// Fewest characters of a password that stands alone (NIST SP 800-63B-4).
pub const MIN_ALONE: usize = 15;
/// Fewest characters of a password that a second factor accompanies.
pub const MIN_WITH_FACTOR: usize = 8;
/// Most characters taken.
pub const MAX: usize = 128;

/// Why a password cannot be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer characters than asked for.
    TooShort {
        /// Characters typed.
        chars: usize,
        /// Characters asked for.
        min: usize,
    },
    /// More characters than taken.
    TooLong,
    /// A common password, or made of the account's own names.
    Guessable,
}

/// Checks a new password. `own` are words that belong to the account: login, names.
///
/// # Errors
/// The first weakness found.
pub fn check_new(password: &str, min: usize, own: &[&str]) -> Result<(), Weakness> {
    let chars = password.chars().count();
    if chars < min {
        return Err(Weakness::TooShort { chars, min });
    }
    if chars > MAX {
        return Err(Weakness::TooLong);
    }
    let lower = password.to_lowercase();
    let distinct = lower.chars().collect::<std::collections::HashSet<_>>().len();
    let own_word = own.iter().map(|w| w.to_lowercase()).any(|w| {
        w.chars().count() >= 4 && {
            let rest = lower.replace(&w, "");
            rest.chars().count() < 6 && rest.len() < lower.len()
        }
    });
    if distinct < 5
        || own_word
        || is_run(&lower)
        || COMMON.iter().any(|c| lower.trim_end_matches(|x: char| x.is_ascii_digit() || x == '!') == *c || lower == *c)
    {
        return Err(Weakness::Guessable);
    }
    Ok(())
}

/// Words that guessers try first, the usual Chinese ones among them.
const COMMON: [&str; 22] = [
    "password",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "admin",
    "administrator",
    "welcome",
    "letmein",
    "qwerty",
    "qwertyuiop",
    "1qaz2wsx",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "zaq12wsx",
    "woaini",
    "woaini1314",
    "iloveyou",
    "abc",
    "a123456",
    "aa123456",
    "guosuo",
    "wodemima",
];

fn is_run(s: &str) -> bool {
    let b: Vec<u32> = s.chars().map(u32::from).collect();
    b.windows(2).all(|w| w[1] == w[0] + 1) || b.windows(2).all(|w| w[0] == w[1] + 1)
}

fn hasher() -> Argon2<'static> {
    // The OWASP floor: 19 MiB, two passes. Memory is bounded by the semaphore below.
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19 * 1024, 2, 1, None).unwrap_or_default())
}

/// Login must not be a memory bomb: so many hashes at once as there are cores.
static RUNNING: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, Into::into)));

/// A hash that no password fits: verified for unknown accounts, so that they take as long.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hasher().hash_password(b"nobody knows this one").map(|h| h.to_string()).unwrap_or_default());

/// Hashes a password for storage (PHC string, Argon2id).
///
/// # Errors
/// When the hasher refuses or the thread is lost.
pub async fn hash(password: String) -> anyhow::Result<String> {
    let _permit = RUNNING.acquire().await?;
    tokio::task::spawn_blocking(move || {
        hasher().hash_password(password.as_bytes()).map(|h| h.to_string()).map_err(|e| anyhow::anyhow!("argon2: {e}"))
    })
    .await?
}

/// Whether the password fits the stored hash. Without a stored hash the answer is no, after
/// the same time.
///
/// # Errors
/// When the thread is lost.
pub async fn verify(password: String, stored: Option<String>) -> anyhow::Result<bool> {
    let _permit = RUNNING.acquire().await?;
    tokio::task::spawn_blocking(move || {
        let known = stored.is_some();
        let phc = stored.unwrap_or_else(|| NOBODY.clone());
        let fits = PasswordHash::new(&phc).is_ok_and(|h| hasher().verify_password(password.as_bytes(), &h).is_ok());
        Ok(fits && known)
    })
    .await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_named() {
        assert_eq!(check_new("短", MIN_ALONE, &[]), Err(Weakness::TooShort { chars: 1, min: 15 }));
        assert_eq!(check_new("password2026", 8, &[]), Err(Weakness::Guessable));
        assert_eq!(check_new("123456789", 8, &[]), Err(Weakness::Guessable));
        assert_eq!(check_new("aaaaaaaaaaaaaaaa", MIN_ALONE, &[]), Err(Weakness::Guessable));
        assert_eq!(check_new("qihang2026", 8, &["qihang"]), Err(Weakness::Guessable));
        assert_eq!(check_new(&"长口令".repeat(50), 8, &[]), Err(Weakness::TooLong));
        assert_eq!(check_new("四个不相干的词 山药 渡口 铜镜 九月", MIN_ALONE, &["示例"]), Ok(()));
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_only() {
        let h = hash("山药渡口铜镜九月".into()).await.unwrap();
        assert!(h.starts_with("$argon2id$"));
        assert!(verify("山药渡口铜镜九月".into(), Some(h.clone())).await.unwrap());
        assert!(!verify("山药渡口铜镜八月".into(), Some(h)).await.unwrap());
        assert!(!verify("nobody knows this one".into(), None).await.unwrap());
    }
}
