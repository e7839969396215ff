//! The keys of an instance: one pair for statements (receipts, opinions), another for the
//! log. Made at the first start, sealed in files by a passphrase.

use std::path::Path;

use anyhow::Context as _;
use guosuo_seal::keys::{Algorithm, Signer as _, SigningKey};
use guosuo_seal::sealed::{self, Cost};
use rand::Rng as _;

/// Where the passphrase comes from: the variable, or a file beside the keys for instances
/// whose operator has set none.
const PASSPHRASE: &str = "GUOSUO_KEY_PASSPHRASE";
/// The files of the four key pairs.
pub const FILES: [&str; 4] = ["statement-sm2.key", "statement-ed25519.key", "log-sm2.key", "log-ed25519.key"];

/// The keys in memory.
pub struct Keys {
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
    fn keys_are_made_once_and_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let first = Keys::open_or_make(dir.path()).unwrap();
        let again = Keys::open_or_make(dir.path()).unwrap();
        assert_eq!(first.public().unwrap(), again.public().unwrap());
        std::fs::write(dir.path().join("passphrase"), "other").unwrap();
        assert!(Keys::open_or_make(dir.path()).is_err());
    }
}
