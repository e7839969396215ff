//! The keys of an instance: one pair for certificates, one for statements (receipts, opinions,
//! status lists), one for the log. Made at the first start, sealed in files by a passphrase.
//!
//! `published.json` beside them names every key of certificates and statements that ever signed,
//! with the days of its use. [`rotate`] puts the files of a pair into the folder `retired`, makes new
//! keys, and the published file says when the old ones ended and the new ones began.

use std::path::Path;

use anyhow::Context as _;
use guosuo_seal::certificate::{Day, Keyring, PublishedKey, PublishedLog, Trusted, Use};
use guosuo_seal::keys::{Algorithm, Signer as _, SigningKey};
use guosuo_seal::sealed::{self, Cost};
use rand::Rng as _;

/// Where the passphrase comes from: the variable, or a file beside the keys for instances
/// whose operator has set none.
const PASSPHRASE: &str = "GUOSUO_KEY_PASSPHRASE";
/// The file that names all keys that ever signed.
pub const PUBLISHED: &str = "published.json";
/// The folder of sealed keys that sign no more.
pub const RETIRED: &str = "retired";
/// The first pair of an instance counts from the day of the rules of certification (R37): nobody else has
/// signed before it, and the instance may take over certificates that bodies have issued since.
const BEGIN: &str = "2022-11-04";
/// The files of the keys.
pub const FILES: [&str; 6] = [
    "certificate-sm2.key",
    "certificate-ed25519.key",
    "statement-sm2.key",
    "statement-ed25519.key",
    "log-sm2.key",
    "log-ed25519.key",
];

/// The keys in memory.
pub struct Keys {
    /// SM2 key for certificates.
    pub certificate_sm2: SigningKey,
    /// Ed25519 key for certificates.
    pub certificate_ed: SigningKey,
    /// SM2 key for statements.
    pub statement_sm2: SigningKey,
    /// Ed25519 key for statements.
    pub statement_ed: SigningKey,
    /// SM2 key of the log.
    pub log_sm2: SigningKey,
    /// Ed25519 key of the log.
    pub log_ed: SigningKey,
}

impl Keys {
    /// Opens the keys in a folder, making those that are missing.
    ///
    /// # Errors
    /// When a file cannot be read, written, or opened with the passphrase.
    pub fn open_or_make(dir: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
        private(dir)?;
        let passphrase = passphrase(dir)?;
        let key = |name: &str, algorithm| one(dir, name, algorithm, &passphrase);
        Ok(Self {
            certificate_sm2: key("certificate-sm2", Algorithm::Sm2Sm3)?,
            certificate_ed: key("certificate-ed25519", Algorithm::Ed25519)?,
            statement_sm2: key("statement-sm2", Algorithm::Sm2Sm3)?,
            statement_ed: key("statement-ed25519", Algorithm::Ed25519)?,
            log_sm2: key("log-sm2", Algorithm::Sm2Sm3)?,
            log_ed: key("log-ed25519", Algorithm::Ed25519)?,
        })
    }

    /// Public keys with their names, as the log page publishes them.
    ///
    /// # Errors
    /// When a key cannot be written as PEM.
    pub fn public(&self) -> anyhow::Result<Vec<(&'static str, String)>> {
        [
            ("certificate-sm2", &self.certificate_sm2),
            ("certificate-ed25519", &self.certificate_ed),
            ("statement-sm2", &self.statement_sm2),
            ("statement-ed25519", &self.statement_ed),
            ("log-sm2", &self.log_sm2),
            ("log-ed25519", &self.log_ed),
        ]
        .into_iter()
        .map(|(name, k)| Ok((name, k.public_key().to_pem()?)))
        .collect()
    }
}

/// Every key that ever signed certificates or statements, and the log.
#[derive(Debug, Clone)]
pub struct Published {
    /// The bytes of the file that anybody may fetch.
    pub bytes: Vec<u8>,
    /// The same keys, read.
    pub trusted: Trusted,
}

impl Published {
    /// Reads the published file of a folder, enters keys that are new today and ends those that
    /// they displace: a day on which keys change is a day of both.
    ///
    /// # Errors
    /// When the file cannot be read or written, or names a key wrongly.
    pub fn open(dir: &Path, keys: &Keys, origin: &str, today: Day) -> anyhow::Result<Self> {
        let path = dir.join(PUBLISHED);
        let mut ring = if path.exists() {
            let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            Keyring::parse(&bytes).with_context(|| format!("{} is damaged", path.display()))?
        } else {
            Keyring { keys: Vec::new(), logs: Vec::new(), v: 1 }
        };
        let before = ring.clone();
        for (usage, key) in [
            (Use::Certificate, &keys.certificate_sm2),
            (Use::Certificate, &keys.certificate_ed),
            (Use::Statement, &keys.statement_sm2),
            (Use::Statement, &keys.statement_ed),
        ] {
            let kid = key.public_key().kid();
            if ring.keys.iter().any(|k| k.usage == usage && k.kid == kid && k.until.is_none()) {
                continue;
            }
            let mut first = true;
            for old in ring.keys.iter_mut().filter(|k| k.usage == usage && k.alg == key.algorithm()) {
                first = false;
                if old.until.is_none() {
                    old.until = Some(today.max(old.from));
                }
            }
            let from = if first { BEGIN.parse().map_or(today, |begin: Day| begin.min(today)) } else { today };
            ring.keys.push(PublishedKey::new(usage, key.public_key(), from, None)?);
        }
        let log = PublishedLog::new(origin, &[keys.log_ed.public_key(), keys.log_sm2.public_key()])?;
        if !ring.logs.contains(&log) {
            ring.logs.retain(|l| l.origin != log.origin);
            ring.logs.push(log);
        }
        let bytes = ring.to_bytes()?;
        let trusted = ring.trust()?;
        if ring != before {
            let fresh = dir.join(format!("{PUBLISHED}.new"));
            let _ = std::fs::remove_file(&fresh);
            write_new(&fresh, &bytes)?;
            std::fs::rename(&fresh, &path).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(Self { bytes, trusted })
    }
}

/// One pair that was rotated.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rotated {
    /// What the pair signs.
    #[serde(rename = "use")]
    pub usage: Use,
    /// Identifiers of the keys that ended: SM2, Ed25519.
    pub ended: [String; 2],
    /// Identifiers of the keys that began: SM2, Ed25519.
    pub began: [String; 2],
}

/// The pair of a use.
fn pair(keys: &Keys, usage: Use) -> [String; 2] {
    let pair = match usage {
        Use::Certificate => [&keys.certificate_sm2, &keys.certificate_ed],
        Use::Statement => [&keys.statement_sm2, &keys.statement_ed],
    };
    pair.map(|k| k.public_key().kid())
}

/// The names of the files of a pair, without `.key`.
fn names(usage: Use) -> [&'static str; 2] {
    match usage {
        Use::Certificate => ["certificate-sm2", "certificate-ed25519"],
        Use::Statement => ["statement-sm2", "statement-ed25519"],
    }
}

/// Ends the pairs of these uses today and begins new ones. The old public keys stay published with
/// their last day, the sealed old ones lie in the folder `retired` until somebody destroys them. The
/// keys of the log are not rotated: witnesses know the log by them.
///
/// Whoever dies in between loses nothing: a pair whose files are gone is made anew at the next start,
/// and the published file follows.
///
/// # Errors
/// When a file cannot be read, moved or written.
pub fn rotate(dir: &Path, uses: &[Use], origin: &str, today: Day) -> anyhow::Result<Vec<Rotated>> {
    let old = Keys::open_or_make(dir)?;
    // What signs now is published before it ends, so that it stays known.
    Published::open(dir, &old, origin, today)?;
    let retired = dir.join(RETIRED);
    std::fs::create_dir_all(&retired).with_context(|| format!("cannot make the folder {}", retired.display()))?;
    private(&retired)?;
    for usage in uses {
        for (name, kid) in names(*usage).into_iter().zip(pair(&old, *usage)) {
            let (from, to) = (dir.join(format!("{name}.key")), retired.join(format!("{name}-{kid}.key")));
            std::fs::rename(&from, &to).with_context(|| format!("cannot move {} to {}", from.display(), to.display()))?;
        }
    }
    let new = Keys::open_or_make(dir)?;
    Published::open(dir, &new, origin, today)?;
    Ok(uses.iter().map(|u| Rotated { usage: *u, ended: pair(&old, *u), began: pair(&new, *u) }).collect())
}

fn passphrase(dir: &Path) -> anyhow::Result<Vec<u8>> {
    if let Some(p) = std::env::var_os(PASSPHRASE) {
        return Ok(p.into_encoded_bytes());
    }
    let path = dir.join("passphrase");
    if !path.exists() {
        let mut bytes = [0_u8; 24];
        rand::rng().fill_bytes(&mut bytes);
        write_new(&path, hex::encode(bytes).as_bytes())?;
    }
    std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// One key in a folder of its own, made at the first start.
///
/// # Errors
/// As [`Keys::open_or_make`].
pub fn single(dir: &Path, name: &str, algorithm: Algorithm) -> anyhow::Result<SigningKey> {
    private(dir)?;
    one(dir, name, algorithm, &passphrase(dir)?)
}

fn one(dir: &Path, name: &str, algorithm: Algorithm, passphrase: &[u8]) -> anyhow::Result<SigningKey> {
    let path = dir.join(format!("{name}.key"));
    if path.exists() {
        let file = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        return sealed::open_key(&file, passphrase)
            .map_err(|e| anyhow::anyhow!("{}: {e}; is {PASSPHRASE} the passphrase of this key?", path.display()));
    }
    let (key, secret) = loop {
        let mut secret = [0_u8; 32];
        rand::rng().fill_bytes(&mut secret);
        if let Ok(key) = SigningKey::from_secret(algorithm, &secret) {
            break (key, secret);
        }
    };
    let _ = secret;
    let (mut salt, mut nonce) = ([0_u8; sealed::SALT_LEN], [0_u8; sealed::NONCE_LEN]);
    rand::rng().fill_bytes(&mut salt);
    rand::rng().fill_bytes(&mut nonce);
    let file = sealed::seal_key(&key, passphrase, Cost::STANDARD, salt, nonce)
        .map_err(|e| anyhow::anyhow!("cannot seal {name}: {e}"))?;
    write_new(&path, &file)?;
    Ok(key)
}

fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut f = options.open(path).with_context(|| format!("cannot write {}", path.display()))?;
    f.write_all(bytes)?;
    f.sync_all()?;
    Ok(())
}

fn private(dir: &Path) -> anyhow::Result<()> {
    #[cfg(unix)]
    std::fs::set_permissions(dir, std::os::unix::fs::PermissionsExt::from_mode(0o700))
        .with_context(|| format!("cannot restrict {}", dir.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_keys_stay_published_with_the_days_of_their_use() {
        let dir = tempfile::tempdir().unwrap();
        let day = |text: &str| text.parse::<Day>().unwrap();
        let open = |today: &str| {
            let keys = Keys::open_or_make(dir.path()).unwrap();
            let published = Published::open(dir.path(), &keys, "example.org/log", day(today)).unwrap();
            (keys, Keyring::parse(&published.bytes).unwrap(), published.trusted)
        };
        let (old, ring, _) = open("2026-03-12");
        assert_eq!(ring.keys.len(), 4);
        assert!(ring.keys.iter().all(|k| k.from == day("2022-11-04") && k.until.is_none()));
        assert_eq!(open("2026-03-13").1, ring, "nothing new, nothing changed");
        std::fs::rename(dir.path().join("certificate-sm2.key"), dir.path().join("old.key")).unwrap();
        let (new, ring, trusted) = open("2027-03-12");
        assert_eq!(ring.keys.len(), 5);
        let (old, new) = (old.certificate_sm2.public_key(), new.certificate_sm2.public_key());
        for (key, on, used) in [
            (old, "2022-11-04", true),
            (old, "2027-03-12", true),
            (old, "2027-03-13", false),
            (new, "2027-03-11", false),
            (new, "2027-03-12", true),
        ] {
            assert_eq!(trusted.in_term(Use::Certificate, key, day(on)), used, "{on}");
        }
        std::fs::write(dir.path().join(PUBLISHED), "{}").unwrap();
        let keys = Keys::open_or_make(dir.path()).unwrap();
        assert!(Published::open(dir.path(), &keys, "example.org/log", day("2027-03-12")).is_err());
    }

    #[test]
    fn a_rotated_pair_ends_today_and_its_successor_signs_for_earlier_days_as_well() {
        let dir = tempfile::tempdir().unwrap();
        let day = |text: &str| text.parse::<Day>().unwrap();
        let old = Keys::open_or_make(dir.path()).unwrap();
        let rotated = rotate(dir.path(), &[Use::Certificate], "example.org/log", day("2027-03-12")).unwrap();
        let new = Keys::open_or_make(dir.path()).unwrap();
        assert_eq!(rotated.len(), 1);
        assert_eq!((&rotated[0].ended, &rotated[0].began), (&pair(&old, Use::Certificate), &pair(&new, Use::Certificate)));
        assert_eq!(pair(&old, Use::Statement), pair(&new, Use::Statement), "only the pair that was asked for");
        let trusted = Published::open(dir.path(), &new, "example.org/log", day("2027-04-01")).unwrap().trusted;
        let may = |key: &SigningKey, on: &str| trusted.may_have_signed(Use::Certificate, key.public_key(), day(on));
        for (old, new) in [(&old.certificate_sm2, &new.certificate_sm2), (&old.certificate_ed, &new.certificate_ed)] {
            assert!(may(old, "2026-05-01") && may(old, "2027-03-12") && !may(old, "2027-03-13"));
            // A certificate of 2026 that is changed in 2027 keeps its date of issue and is signed by the new key.
            assert!(may(new, "2026-05-01") && may(new, "2030-01-01") && !may(new, "2022-11-03"));
        }
        let sealed: Vec<_> = std::fs::read_dir(dir.path().join(RETIRED)).unwrap().collect();
        assert_eq!(sealed.len(), 2, "the old keys are kept, sealed");
        // Again on the same day: three pairs, each known.
        rotate(dir.path(), &[Use::Certificate, Use::Statement], "example.org/log", day("2027-03-12")).unwrap();
        let ring = Keyring::parse(&std::fs::read(dir.path().join(PUBLISHED)).unwrap()).unwrap();
        assert_eq!(ring.keys.len(), 10);
        assert_eq!(ring.keys.iter().filter(|k| k.until.is_none()).count(), 4);
    }

    #[test]
    fn keys_are_made_once_and_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let first = Keys::open_or_make(dir.path()).unwrap();
        let again = Keys::open_or_make(dir.path()).unwrap();
        assert_eq!(first.public().unwrap(), again.public().unwrap());
        std::fs::write(dir.path().join("passphrase"), "other").unwrap();
        assert!(Keys::open_or_make(dir.path()).is_err());
    }
}
