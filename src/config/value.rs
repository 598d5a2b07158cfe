//! Values that the config writes as text: durations, byte counts, signals, paths.
//!
//! Owns their forms and what is said when a text has none of them. It knows no keys and no
//! places; `entry` adds those.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use nix::sys::signal::Signal;

use super::schema::nearest;

/// The longest duration that a config may ask for. No sensible wait comes near it, and adding it
/// to an instant cannot overflow.
pub const LONGEST_DURATION: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Reads a duration: a whole number and `ms`, `s`, `m` or `h`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => 0,
    };
    if digits == 0 || milliseconds == 0 {
        return Err(format!(
            "{} is not a duration; write a whole number and ms, s, m or h, such as \"30ms\" or \"2s\"",
            shown(text)
        ));
    }
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(milliseconds))
        .map(Duration::from_millis)
        .filter(|duration| *duration <= LONGEST_DURATION)
        .ok_or_else(|| {
            format!(
                "{} is too long; the longest duration is 366 days",
                shown(text)
            )
        })
}

/// Reads a count of bytes: a whole number, alone or with `KiB` or `MiB`.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim_start() {
        "" | "B" => Some(1),
        "KiB" => Some(1024),
        "MiB" => Some(1024 * 1024),
        _ => None,
    };
    factor
        .and_then(|factor| number.parse::<u64>().ok()?.checked_mul(factor))
        .ok_or_else(|| {
            format!(
                "{} is not a size in bytes; write a whole number, alone or with KiB or MiB, such as \"64KiB\"",
                shown(text)
            )
        })
}

/// Reads a signal's name, with or without `SIG`, in either case, and returns its number.
pub(super) fn signal(text: &str) -> Result<i32, String> {
    let upper = text.to_ascii_uppercase();
    let short = upper.strip_prefix("SIG").unwrap_or(&upper);
    if let Ok(signal) = format!("SIG{short}").parse::<Signal>() {
        return Ok(signal as i32);
    }
    let names = Signal::iterator().map(|signal| {
        let name = signal.as_str().trim_start_matches("SIG");
        (name, name)
    });
    let hint = match nearest(short, names) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "write a name such as \"INT\" or \"TERM\"".to_owned(),
    };
    Err(format!("{} is not a signal; {hint}", shown(text)))
}

/// Reads the name of a ruleset, a rule, a state or a secret.
pub(super) fn name(text: &str) -> Result<String, String> {
    let allowed = |c: u8| c.is_ascii_alphanumeric() || b"._-".contains(&c);
    if !(1..=64).contains(&text.len()) || !text.bytes().all(allowed) {
        return Err(format!(
            "{} is not a name; use 1 to 64 letters, digits, '.', '_' or '-'",
            shown(text)
        ));
    }
    Ok(text.to_owned())
}

/// Makes a path absolute: `~` and `~/…` begin in `home`, every other relative path in `folder`.
pub(super) fn path(text: &str, folder: &Path, home: Option<&Path>) -> Result<PathBuf, String> {
    if text.is_empty() {
        return Err("a path must not be empty; write \".\" for the config's own folder".to_owned());
    }
    let Some(rest) = text.strip_prefix('~') else {
        return Ok(folder.join(text).components().collect());
    };
    if !rest.is_empty() && !rest.starts_with('/') {
        return Err(format!(
            "{0} names another person's home, which is not looked up; write the path in full, or \"./{1}\" for a name that begins with '~'",
            shown(text),
            visible(text)
        ));
    }
    let home = home.ok_or_else(|| {
        format!(
            "{} needs the variable HOME, which is not set; write the path in full",
            shown(text)
        )
    })?;
    Ok(home
        .join(rest.trim_start_matches('/'))
        .components()
        .collect())
}

/// Writes a text from the file for a message: in quotes, visible, cut when it is long.
pub(super) fn shown(text: &str) -> String {
    /// Characters of a text that a message repeats.
    const LONGEST: usize = 60;

    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("'{}…'", visible(&text[..end])),
        None => format!("'{}'", visible(text)),
    }
}

/// Writes a text with escapes in the place of its control characters.
pub(super) fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            visible.extend(character.escape_default());
        } else {
            visible.push(character);
        }
    }
    visible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let check = |text: &str, milliseconds: Option<u64>| {
            let expected = milliseconds.map(Duration::from_millis);
            assert_eq!(duration(text).ok(), expected, "{text}");
        };
        check("0ms", Some(0));
        check("30ms", Some(30));
        check("2s", Some(2_000));
        check("1m", Some(60_000));
        check("1h", Some(3_600_000));
        check("8784h", Some(LONGEST_DURATION.as_millis() as u64));
        check("8785h", None);
        check("99999999999999999999s", None);
        check("18446744073709551615h", None);
        for bad in [
            "", "2", "s", "2 s", "-2s", "1.5s", "2d", "2S", "２s", "2s2s",
        ] {
            check(bad, None);
        }
    }

    #[test]
    fn byte_counts() {
        let check = |text: &str, expected: Option<u64>| {
            assert_eq!(bytes(text).ok(), expected, "{text}");
        };
        check("100", Some(100));
        check("100 B", Some(100));
        check("64KiB", Some(65_536));
        check("1 MiB", Some(1_048_576));
        for bad in ["", "KiB", "64kb", "-1", "1GiB", "18446744073709551615MiB"] {
            check(bad, None);
        }
    }

    #[test]
    fn signals() {
        let check = |text: &str, expected: Signal| {
            assert_eq!(signal(text), Ok(expected as i32), "{text}");
        };
        check("INT", Signal::SIGINT);
        check("SIGINT", Signal::SIGINT);
        check("sigterm", Signal::SIGTERM);
        check("Usr1", Signal::SIGUSR1);
        for bad in ["", "SIG", "SIGSIGINT", "2", "IN T"] {
            assert!(signal(bad).is_err(), "{bad}");
        }
        assert!(signal("TREM").is_err_and(|message| message.ends_with("did you mean \"TERM\"?")));
    }

    #[test]
    fn paths() {
        let check = |text: &str, expected: &str| {
            let path = path(text, Path::new("/project"), Some(Path::new("/home/ada")));
            assert_eq!(path, Ok(PathBuf::from(expected)), "{text}");
        };
        check(".", "/project");
        check("./logs/", "/project/logs");
        check("../other", "/project/../other");
        check("/tmp", "/tmp");
        check("~", "/home/ada");
        check("~/logs", "/home/ada/logs");
        check("~//etc", "/home/ada/etc");
        check("./~ada", "/project/~ada");
        check("a~", "/project/a~");
        assert!(path("", Path::new("/"), None).is_err());
        assert!(path("~", Path::new("/"), None).is_err());
        assert!(path("~ada/x", Path::new("/"), Some(Path::new("/home"))).is_err());
    }

    #[test]
    fn shown_texts_are_harmless() {
        assert_eq!(shown("a\u{1b}[2Jb\n"), "'a\\u{1b}[2Jb\\n'");
        assert_eq!(shown(&"x".repeat(100)).chars().count(), 63);
    }
}
