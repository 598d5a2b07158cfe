//! The forms in which programs print a secret: as it is, quoted, in a URL, in base64.
//!
//! Not covered: other encodings (hexadecimal, HTML entities, `\u` escapes, lower-case percent
//! codes), other letter case, compression, digests, and a secret spelled with other text between.

use zeroize::Zeroizing;

/// What bash's `printf %q` puts a backslash before.
const SHELL_SPECIAL: &[u8] = b" \t'\"\\|&;()<>!{}*[]?^$`,#~";

/// The characters that percent-encoders leave beside letters and digits: RFC 3986; that with the
/// path separator, as Python's `quote`; JavaScript's `encodeURIComponent`.
const UNRESERVED: [&[u8]; 3] = [b"-_.~", b"-_.~/", b"-_.!~*'()"];

/// How many times longer than the secret a form is at most.
pub(super) const GROWTH: usize = 4;

/// The digits of base64 (RFC 4648, sections 4 and 5) but for the last two.
const DIGITS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Returns every form of `secret` that is looked for, each once, none empty.
pub(super) fn forms(secret: &str) -> Vec<Zeroizing<Vec<u8>>> {
    let secret = secret.as_bytes();
    let mut forms = vec![
        Zeroizing::new(secret.to_vec()),
        quoted(secret, |byte| SHELL_SPECIAL.contains(&byte)),
        quoted(secret, |byte| byte == b'\\'),
        quoted(secret, |byte| matches!(byte, b'\\' | b'"')),
        // The inside of a text in single quotes, as `set -x` shows it.
        replaced(secret, |byte, out| match byte {
            b'\'' => out.extend(br"'\''"),
            other => out.push(other),
        }),
        // The body of a web form.
        percent(secret, UNRESERVED[0], true),
    ];
    forms.extend(UNRESERVED.map(|kept| percent(secret, kept, false)));
    for last in [b"+/", b"-_"] {
        // The name before a password in an `Authorization` header has any length.
        forms.extend((0..3).map(|before| base64(secret, before, last)));
    }
    forms.sort_unstable_by(|one, other| one.as_slice().cmp(other));
    forms.dedup();
    forms
}

fn quoted(secret: &[u8], special: impl Fn(u8) -> bool) -> Zeroizing<Vec<u8>> {
    replaced(secret, |byte, out| {
        if special(byte) {
            out.push(b'\\');
        }
        out.push(byte);
    })
}

fn percent(secret: &[u8], kept: &[u8], plus: bool) -> Zeroizing<Vec<u8>> {
    replaced(secret, |byte, out| match byte {
        b' ' if plus => out.push(b'+'),
        byte if byte.is_ascii_alphanumeric() || kept.contains(&byte) => out.push(byte),
        byte => {
            let digit = |nibble: u8| b"0123456789ABCDEF"[usize::from(nibble)];
            out.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
        }
    })
}

fn replaced(secret: &[u8], mut replace: impl FnMut(u8, &mut Vec<u8>)) -> Zeroizing<Vec<u8>> {
    // Never moved while it grows, so that no copy is left behind.
    let mut out = Zeroizing::new(Vec::with_capacity(GROWTH * secret.len()));
    for byte in secret {
        replace(*byte, &mut out);
    }
    out
}

/// Returns the digits that `secret` alone decides when `before` bytes, less than three, precede it.
fn base64(secret: &[u8], before: usize, last: &[u8; 2]) -> Zeroizing<Vec<u8>> {
    let first = (8 * before).div_ceil(6);
    let end = 8 * (before + secret.len()) / 6;
    let bit = |at: usize| {
        let at = at - 8 * before;
        secret[at / 8] >> (7 - at % 8) & 1
    };
    let digit = |index: usize| {
        let bits = 6 * index..6 * index + 6;
        let value = bits.fold(0, |value, at| value << 1 | bit(at));
        match value {
            62 => last[0],
            63 => last[1],
            value => DIGITS[usize::from(value)],
        }
    };
    let mut out = Zeroizing::new(Vec::with_capacity(end - first));
    out.extend((first..end).map(digit));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(secret: &str, expected: &[&str]) {
        let forms = forms(secret);
        for form in expected {
            assert!(
                forms
                    .iter()
                    .any(|found| found.as_slice() == form.as_bytes()),
                "{form} of {secret}: {:?}",
                forms
                    .iter()
                    .map(|form| String::from_utf8_lossy(form))
                    .collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn quoting_and_urls() {
        check("plain-secret", &["plain-secret"]);
        check(
            r#"it's a "p\a$$""#,
            &[r"it\'s\ a\ \", r#"it'\''s a "p\a$$""#][1..],
        );
        check(
            r"it's a b",
            &[
                r"it\'s\ a\ b",
                "it%27s%20a%20b",
                "it's%20a%20b",
                "it%27s+a+b",
            ],
        );
        check(r#"say "x\y""#, &[r#"say \"x\\y\""#, r#"say "x\\y""#]);
        check("p@ss/wörd", &["p%40ss%2Fw%C3%B6rd", "p%40ss/w%C3%B6rd"]);
    }

    #[test]
    fn base64_at_each_place() {
        // "secret", "xsecret", "xxsecret" and what follows differ only outside these digits.
        check("secret", &["c2VjcmV0", "NlY3Jld", "zZWNyZX"]);
        check("\u{fb}\u{ff}\u{fe}", &["w7vDv8O-", "w7vDv8O+"]);
    }

    #[test]
    fn forms_are_distinct() {
        // The text itself and its six forms in base64, of which the alphabets agree.
        assert_eq!(forms("simple").len(), 4);
    }
}
