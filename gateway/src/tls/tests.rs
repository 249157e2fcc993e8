use std::{fs, path::Path};

use rcgen::{CertificateParams, KeyPair};

use super::*;

/// A certificate that ends at the beginning of a year, and its key.
fn pair(year: i32) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(year, 1, 1);
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

fn config(folder: &Path) -> Config {
    Config { cert: folder.join("cert.pem"), key: folder.join("key.pem"), hsts_s: 0 }
}

fn write(config: &Config, (cert, key): (&str, &str)) {
    fs::write(&config.cert, cert).unwrap();
    fs::write(&config.key, key).unwrap();
}

#[test]
fn what_is_wrong_with_the_files_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let ((cert, key), (_, other)) = (pair(2040), pair(2040));
    let refused = |config: &Config| format!("{:#}", Tls::open(config, 0).map(|_| ()).unwrap_err());
    let missing = refused(&config);
    assert!(missing.contains("cert.pem cannot be read") && missing.contains("tls.cert"), "{missing}");
    for (cert, key, word) in [
        ("", key.as_str(), "There is no certificate"),
        (key.as_str(), key.as_str(), "There is no certificate"),
        (cert.as_str(), "", "There is no private key"),
        (cert.as_str(), cert.as_str(), "There is no private key"),
        (cert.as_str(), other.as_str(), "is not the key of the certificate"),
    ] {
        write(&config, (cert, key));
        let sentence = refused(&config);
        assert!(sentence.contains(word) && !sentence.contains("PRIVATE KEY--"), "{sentence}");
    }
    write(&config, (&cert, &key));
    let (_, watch) = Tls::open(&config, 0).unwrap();
    assert_eq!(watch.until, Some(2_208_988_800_000));
    fs::remove_file(&config.key).unwrap();
    assert!(refused(&config).contains("tls.key"));
}

#[test]
fn files_that_change_are_taken_into_force_and_bad_ones_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let ((cert, key), (newer, newer_key)) = (pair(2040), pair(2050));
    write(&config, (&cert, &key));
    let (tls, mut watch) = Tls::open(&config, 0).unwrap();
    let first = tls.current();
    watch.look(1);
    assert!(Arc::ptr_eq(&first, &tls.current()), "nothing changed");
    // Half of the new pair, and then the other.
    fs::write(&config.cert, format!("\n{newer}")).unwrap();
    watch.look(2);
    assert!(Arc::ptr_eq(&first, &tls.current()), "what does not belong together is not used");
    fs::write(&config.key, format!("\n{newer_key}")).unwrap();
    watch.look(3);
    assert!(!Arc::ptr_eq(&first, &tls.current()));
    assert_eq!(watch.until, Some(2_524_608_000_000));
    fs::remove_file(&config.cert).unwrap();
    let second = tls.current();
    watch.look(4);
    assert!(Arc::ptr_eq(&second, &tls.current()));
}

#[test]
fn an_end_that_is_near_is_said_once_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let (cert, key) = pair(2040);
    write(&config, (&cert, &key));
    let until = 2_208_988_800_000;
    let (_, mut watch) = Tls::open(&config, until - SOON_MS - 1).unwrap();
    assert_eq!(watch.warned_at, None);
    for (now, warned_at) in [
        (until - SOON_MS + 1, until - SOON_MS + 1),
        (until - SOON_MS + 2, until - SOON_MS + 1),
        (until - SOON_MS + 1 + AGAIN_MS, until - SOON_MS + 1 + AGAIN_MS),
        (until + 1, until + 1),
    ] {
        watch.look(now);
        assert_eq!(watch.warned_at, Some(warned_at));
    }
}
