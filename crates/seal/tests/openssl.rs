//! The other implementation everybody has: OpenSSL 3 checks what we sign and signs what we
//! check, with the very commands a doubting reader would type.

use std::path::Path;
use std::process::Command;

use guosuo_seal::keys::{Algorithm, DIST_ID, PublicKey, Signer as _, SigningKey, sm2_from_der, sm2_to_der};
use guosuo_seal::{sha256, sm3};

const MESSAGE: &[u8] = "示例科技有限公司（虚构）的备案回执".as_bytes();

/// Runs openssl in `dir`; gives whether it succeeded and what it printed.
fn openssl(dir: &Path, args: &str) -> (bool, Vec<u8>) {
    let out = Command::new("openssl")
        .args(args.split_whitespace())
        .current_dir(dir)
        .output()
        .expect("these tests need the openssl command (Debian package openssl)");
    (out.status.success(), out.stdout)
}

fn sm2_opts() -> String {
    format!("-rawin -digest sm3 -pkeyopt distid:{DIST_ID}")
}

#[test]
fn digests_agree() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("m"), MESSAGE).unwrap();
    for (name, ours) in [("sm3", sm3(MESSAGE)), ("sha256", sha256(MESSAGE))] {
        let (ok, printed) = openssl(dir.path(), &format!("dgst -{name} -r m"));
        assert!(ok);
        assert!(String::from_utf8(printed).unwrap().starts_with(&ours.to_hex()), "{name}");
    }
}

#[test]
fn openssl_checks_what_we_sign() {
    for algorithm in [Algorithm::Sm2Sm3, Algorithm::Ed25519] {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        let key = SigningKey::from_secret(algorithm, &[0x21; 32]).unwrap();
        let signature = key.sign(MESSAGE).unwrap();
        let (signature, opts) = match algorithm {
            Algorithm::Sm2Sm3 => (sm2_to_der(&signature).unwrap(), sm2_opts()),
            Algorithm::Ed25519 => (signature.to_vec(), "-rawin".to_owned()),
        };
        std::fs::write(dir.join("p.pem"), key.public_key().to_pem().unwrap()).unwrap();
        std::fs::write(dir.join("m"), MESSAGE).unwrap();
        std::fs::write(dir.join("bent"), [MESSAGE, b"!"].concat()).unwrap();
        std::fs::write(dir.join("sig"), signature).unwrap();
        let verify = |file: &str, opts: &str| {
            openssl(dir, &format!("pkeyutl -verify -pubin -inkey p.pem -in {file} -sigfile sig {opts}")).0
        };
        assert!(verify("m", &opts), "{algorithm}");
        assert!(!verify("bent", &opts), "{algorithm}");
        if algorithm == Algorithm::Sm2Sm3 {
            assert!(!verify("m", "-rawin -digest sm3"), "without the identifier it must fail");
        }
        // The key file is one OpenSSL reads, and gives the same public key and identifier.
        std::fs::write(dir.join("k.pem"), key.to_pkcs8_pem().unwrap()).unwrap();
        let (ok, public) = openssl(dir, "pkey -in k.pem -pubout");
        assert!(ok, "{algorithm}");
        let public = PublicKey::from_pem(std::str::from_utf8(&public).unwrap()).unwrap();
        assert_eq!(&public, key.public_key());
        let (_, der) = openssl(dir, "pkey -in k.pem -pubout -outform DER");
        assert_eq!(&sha256(&der).to_hex()[..32], key.public_key().kid());
    }
}

#[test]
fn we_check_what_openssl_signs() {
    for algorithm in [Algorithm::Sm2Sm3, Algorithm::Ed25519] {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        let (name, opts) = match algorithm {
            Algorithm::Sm2Sm3 => ("SM2", sm2_opts()),
            Algorithm::Ed25519 => ("ED25519", "-rawin".to_owned()),
        };
        std::fs::write(dir.join("m"), MESSAGE).unwrap();
        assert!(openssl(dir, &format!("genpkey -algorithm {name} -out k.pem")).0);
        assert!(openssl(dir, "pkey -in k.pem -pubout -out p.pem").0);
        assert!(openssl(dir, &format!("pkeyutl -sign -inkey k.pem -in m -out sig {opts}")).0);
        let read = |file: &str| std::fs::read(dir.join(file)).unwrap();
        let text = |file: &str| String::from_utf8(read(file)).unwrap();
        let signature = match algorithm {
            Algorithm::Sm2Sm3 => sm2_from_der(&read("sig")).unwrap().to_vec(),
            Algorithm::Ed25519 => read("sig"),
        };
        let public = PublicKey::from_pem(&text("p.pem")).unwrap();
        assert_eq!(public.algorithm(), algorithm);
        assert_eq!(public.verify(MESSAGE, &signature), Ok(()));
        assert_eq!(public.verify_second(MESSAGE, &signature), Ok(()));
        assert!(public.verify(b"another message", &signature).is_err());
        // Our own signatures with OpenSSL's key.
        let key = SigningKey::from_pkcs8_pem(&text("k.pem")).unwrap();
        assert_eq!(key.public_key(), &public);
        assert_eq!(public.verify(MESSAGE, &key.sign(MESSAGE).unwrap()), Ok(()));
    }
}
