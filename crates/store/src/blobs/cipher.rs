//! Chunked encryption of files: the STREAM construction over AES-256-GCM.
//!
//! Format: four bytes `GSB1`, seven bytes of nonce, then chunks of 64 KiB, each with a tag of
//! 16 bytes; the nonce of a chunk holds its number and whether it is the last. The name of the
//! file is authenticated with every chunk. Chunks cannot be swapped, dropped, added or moved to
//! another file without notice.

use aead_stream::{DecryptorBE32, EncryptorBE32};
use aes_gcm::Aes256Gcm;
use aes_gcm::aead::KeyInit as _;

use crate::error::Error;
use crate::keys::random;

/// Stored name of the format.
pub(super) const SUITE: &str = "aes256gcm-stream64k";
const MAGIC: &[u8; 4] = b"GSB1";
const NONCE: usize = 7;
const HEADER: usize = MAGIC.len() + NONCE;
const CHUNK: usize = 64 << 10;
const TAG: usize = 16;

/// Encrypts what it is given piece by piece.
pub(super) struct Sealer {
    encryptor: EncryptorBE32<Aes256Gcm>,
    about: String,
    plain: Vec<u8>,
    sealed: Vec<u8>,
}

impl Sealer {
    pub(super) fn new(key: &[u8; 32], about: String) -> Self {
        let nonce: [u8; NONCE] = random();
        let mut sealed = Vec::with_capacity(CHUNK);
        sealed.extend_from_slice(MAGIC);
        sealed.extend_from_slice(&nonce);
        let encryptor = EncryptorBE32::from_aead(Aes256Gcm::new(key.into()), &nonce.into());
        Self { encryptor, about, plain: Vec::with_capacity(CHUNK), sealed }
    }

    pub(super) fn take(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            // A full chunk is written only when more follows: the last one is marked as such.
            if self.plain.len() == CHUNK {
                let mut chunk = std::mem::replace(&mut self.plain, Vec::with_capacity(CHUNK + TAG));
                self.encryptor
                    .encrypt_next_in_place(self.about.as_bytes(), &mut chunk)
                    .map_err(|_| Error::Damaged("file too long to encrypt".into()))?;
                self.sealed.append(&mut chunk);
            }
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK - self.plain.len()));
            self.plain.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Encrypted bytes that can be sent on.
    pub(super) fn waiting(&self) -> usize {
        self.sealed.len()
    }

    pub(super) fn drain(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.sealed)
    }

    pub(super) fn finish(mut self) -> Result<Vec<u8>, Error> {
        self.encryptor
            .encrypt_last_in_place(self.about.as_bytes(), &mut self.plain)
            .map_err(|_| Error::Damaged("encryption failed".into()))?;
        self.sealed.append(&mut self.plain);
        Ok(self.sealed)
    }
}

/// Decrypts what it is given piece by piece. `None` means: not what was sealed.
pub(super) struct Opener {
    key: [u8; 32],
    decryptor: Option<DecryptorBE32<Aes256Gcm>>,
    about: String,
    waiting: Vec<u8>,
}

impl Drop for Opener {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.key);
    }
}

impl Opener {
    pub(super) fn new(key: &[u8; 32], about: String) -> Self {
        Self { key: *key, decryptor: None, about, waiting: Vec::new() }
    }

    pub(super) fn take(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.waiting.extend_from_slice(bytes);
        let mut start = 0;
        if self.decryptor.is_none() && self.waiting.len() >= HEADER {
            let (magic, nonce) = self.waiting[..HEADER].split_first_chunk::<4>()?;
            let nonce: [u8; NONCE] = nonce.try_into().ok()?;
            if magic != MAGIC {
                return None;
            }
            self.decryptor = Some(DecryptorBE32::from_aead(Aes256Gcm::new((&self.key).into()), &nonce.into()));
            start = HEADER;
        }
        let mut out = Vec::new();
        if let Some(d) = &mut self.decryptor {
            while self.waiting.len() - start > CHUNK + TAG {
                let mut chunk = self.waiting[start..start + CHUNK + TAG].to_vec();
                d.decrypt_next_in_place(self.about.as_bytes(), &mut chunk).ok()?;
                out.append(&mut chunk);
                start += CHUNK + TAG;
            }
            self.waiting.drain(..start);
        }
        Some(out)
    }

    pub(super) fn finish(&mut self) -> Option<Vec<u8>> {
        let mut last = std::mem::take(&mut self.waiting);
        self.decryptor.take()?.decrypt_last_in_place(self.about.as_bytes(), &mut last).ok()?;
        Some(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(plain: &[u8], about: &str) -> Vec<u8> {
        let mut s = Sealer::new(&[1; 32], about.into());
        for piece in plain.chunks(10_007) {
            s.take(piece).unwrap();
        }
        s.finish().unwrap()
    }

    fn opened(bytes: &[u8], about: &str, piece: usize) -> Option<Vec<u8>> {
        let mut o = Opener::new(&[1; 32], about.into());
        let mut out = Vec::new();
        for p in bytes.chunks(piece) {
            out.append(&mut o.take(p)?);
        }
        out.append(&mut o.finish()?);
        Some(out)
    }

    #[test]
    fn every_length_around_the_chunk_comes_back() {
        for n in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5] {
            let plain: Vec<u8> = (0..n).map(|i| u8::try_from(i % 251).unwrap()).collect();
            let s = sealed(&plain, "a");
            assert_eq!(s.len(), HEADER + n + n.div_ceil(CHUNK).max(1) * TAG);
            for piece in [7 + HEADER, 65_536, 1 << 20] {
                assert_eq!(opened(&s, "a", piece).as_deref(), Some(&plain[..]), "{n} bytes in pieces of {piece}");
            }
        }
    }

    #[test]
    fn nothing_can_be_changed_moved_swapped_or_cut() {
        let plain = vec![7; 3 * CHUNK];
        let good = sealed(&plain, "a");
        assert!(opened(&good, "b", 1 << 20).is_none(), "another file");
        for cut in [0, HEADER, HEADER + CHUNK + TAG, HEADER + 2 * (CHUNK + TAG), good.len() - 1] {
            assert!(opened(&good[..cut], "a", 1 << 20).is_none(), "cut at {cut}");
        }
        let mut longer = good.clone();
        longer.extend_from_slice(&good[HEADER..]);
        assert!(opened(&longer, "a", 1 << 20).is_none(), "appended");
        let mut swapped = good.clone();
        let (a, b) = (HEADER, HEADER + CHUNK + TAG);
        for i in 0..CHUNK + TAG {
            swapped.swap(a + i, b + i);
        }
        assert!(opened(&swapped, "a", 1 << 20).is_none(), "swapped");
        for i in (0..good.len()).step_by(4999).chain(0..HEADER) {
            let mut bad = good.clone();
            bad[i] ^= 1;
            assert!(opened(&bad, "a", 1 << 20).is_none(), "byte {i}");
        }
    }
}
