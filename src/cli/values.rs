//! How single values on the command line are read: names, durations, signals, read positions.

use std::{str::FromStr, time::Duration};

use jiff::SignedDuration;
use nix::sys::signal::Signal;

use crate::{pane::is_pane_name, protocol::ExpectFrom, session::is_session_name};

/// Reads the name of a session.
pub fn session(text: &str) -> Result<String, String> {
    match is_session_name(text) {
        true => Ok(text.to_owned()),
        false => Err(
            "a session's name has 1 to 64 of A-Z a-z 0-9 . _ - and begins with neither . nor -"
                .to_owned(),
        ),
    }
}

/// Reads the name of a pane that is to be.
pub fn pane_name(text: &str) -> Result<String, String> {
    match is_pane_name(text) {
        true => Ok(text.to_owned()),
        false => Err("a pane's name has 1 to 64 of A-Z a-z 0-9 . _ - and is no number".to_owned()),
    }
}

/// Reads a duration such as `500ms`, `30s` or `1m30s`; a plain number is seconds.
pub fn duration(text: &str) -> Result<Duration, String> {
    let error = || "write a time such as 500ms, 30s or 5m".to_owned();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).map_err(|_| error());
    }
    let read: SignedDuration = text.parse().map_err(|_| error())?;
    Duration::try_from(read).map_err(|_| error())
}

/// Reads a signal: `INT`, `SIGINT` or its number.
pub fn signal(text: &str) -> Result<i32, String> {
    let upper = text.to_ascii_uppercase();
    let named = Signal::from_str(&upper).or_else(|_| Signal::from_str(&format!("SIG{upper}")));
    let read = match text.parse::<i32>() {
        Ok(number) => Signal::try_from(number),
        Err(_) => named,
    };
    read.map(|signal| signal as i32)
        .map_err(|_| "write a signal such as INT, TERM or 15".to_owned())
}

/// Reads from where an `expect` reads.
pub fn from(text: &str) -> Result<ExpectFrom, String> {
    match text {
        "cursor" => Ok(ExpectFrom::Cursor),
        "now" => Ok(ExpectFrom::Now),
        "start" => Ok(ExpectFrom::Start),
        offset => offset
            .parse()
            .map(ExpectFrom::Offset)
            .map_err(|_| "write cursor, now, start or an offset in bytes".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        let check = |text, ms| assert_eq!(duration(text), Ok(Duration::from_millis(ms)), "{text}");
        check("500ms", 500);
        check("30s", 30_000);
        check("1.5s", 1_500);
        check("1m30s", 90_000);
        check("2h", 7_200_000);
        check("0", 0);
        check("0.25", 250);
        for bad in ["", "x", "-1", "-1s", "5 parsecs", "nan", "inf"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn signals_have_names_and_numbers() {
        for text in ["INT", "SIGINT", "int", "2"] {
            assert_eq!(signal(text), Ok(2), "{text}");
        }
        for bad in ["", "0", "SIG", "NOPE", "999"] {
            assert!(signal(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn read_positions_are_words_or_offsets() {
        assert_eq!(from("now"), Ok(ExpectFrom::Now));
        assert_eq!(from("1200"), Ok(ExpectFrom::Offset(1200)));
        assert!(from("end").is_err());
        assert!(from("-1").is_err());
    }
}
