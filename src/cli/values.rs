//! How single values on the command line are read: names, durations, signals, read positions.

use std::{str::FromStr, time::Duration};

use jiff::SignedDuration;
use nix::sys::signal::Signal;

use super::arguments::Moment;
use crate::{pane::is_pane_name, protocol::ExpectFrom, replay::SPEEDS, session::is_session_name};

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

/// Reads a moment of a recording: a duration from its beginning, `MM:SS`, `HH:MM:SS`, or `end`.
pub fn moment(text: &str) -> Result<Moment, String> {
    let error = || "write a time such as 12.5, 1m30s, 01:30 or end".to_owned();
    if text == "end" {
        return Ok(Moment::End);
    }
    let Some((rest, seconds)) = text.rsplit_once(':') else {
        return duration(text).map(Moment::Time).map_err(|_| error());
    };
    let (hours, minutes) = rest.rsplit_once(':').unwrap_or(("0", rest));
    let below_sixty = |number: &f64| (0.0..60.0).contains(number);
    let seconds = seconds.parse().ok().filter(below_sixty);
    let whole = |text: &str| text.parse::<u32>().ok();
    let minutes = whole(minutes).filter(|minutes| *minutes < 60 || hours == "0");
    let read = whole(hours).zip(minutes).zip(seconds);
    let ((hours, minutes), seconds) = read.ok_or_else(error)?;
    let whole = u64::from(hours) * 3600 + u64::from(minutes) * 60;
    Ok(Moment::Time(
        Duration::from_secs(whole) + Duration::from_secs_f64(seconds),
    ))
}

/// Reads how many times as fast a recording is played.
pub fn speed(text: &str) -> Result<f64, String> {
    let read = text.parse().ok().filter(|speed| SPEEDS.contains(speed));
    read.ok_or_else(|| "write a number from 0.25 to 16".to_owned())
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
    fn moments_are_times_or_the_end() {
        let check = |text, ms| {
            let time = Moment::Time(Duration::from_millis(ms));
            assert_eq!(moment(text), Ok(time), "{text}");
        };
        check("12.5", 12_500);
        check("12.5s", 12_500);
        check("1m30s", 90_000);
        check("01:30", 90_000);
        check("90:00", 5_400_000);
        check("1:02:03.5", 3_723_500);
        check("0", 0);
        assert_eq!(moment("end"), Ok(Moment::End));
        for bad in [
            "", "x", "-1", "1:60", "1:-1", "1:60:00", ":", "1:", ":1", "1:1:1:1", "nan",
        ] {
            assert!(moment(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn speeds_have_limits() {
        for (text, expected) in [("1", 1.0), ("0.25", 0.25), ("16", 16.0)] {
            assert_eq!(speed(text), Ok(expected));
        }
        for bad in ["", "0", "-1", "17", "nan", "inf", "x"] {
            assert!(speed(bad).is_err(), "{bad}");
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
