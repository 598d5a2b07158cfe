//! A recording as script(1) makes it: the raw output, and beside it when it came.
//!
//! Pure: bytes and moments in, bytes of the two files out. The typescript has the output as it came
//! between a line at the start and one at the end, both as util-linux writes them. The timing file
//! is script's classic one: `SECONDS BYTES` a line, the pause before so many bytes of output. That is
//! all that scriptreplay(1) needs; input, sizes and marks have no place in it.

use std::{
    io::{self, BufRead},
    time::Instant,
};

use jiff::Zoned;

use crate::geometry::Size;

/// The most bytes of the typescript's first line, and of one of the timing file.
const LINE_LIMIT: u64 = 64 * 1024;

/// A typescript that goes on.
#[derive(Debug)]
pub struct Typescript {
    /// When the output before came.
    last: Instant,
}

/// What the line at the start of a typescript tells.
#[derive(Clone, Debug)]
pub struct Start<'a> {
    /// When it begins.
    pub time: &'a Zoned,
    /// The size of the terminal.
    pub size: Size,
    /// The command.
    pub command: &'a str,
    /// Its `TERM`.
    pub term: &'a str,
}

/// Where a typescript and its timing file end, for [`Typescript::resume`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypescriptEnd {
    /// How many bytes at the end of the typescript no line of the timing file tells of: its last
    /// line, or output whose line was torn off.
    untimed: u64,
    /// How many bytes the whole lines of the timing file have. What follows is a torn line, and is
    /// to be cut off.
    pub timing_length: u64,
    /// Whether there is such a torn line.
    pub torn: bool,
}

/// Why a typescript cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub enum TypescriptError {
    /// The system refused.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It does not begin as script(1) begins one.
    #[error("it does not begin with the line that script writes")]
    NoStart,
    /// Its timing file is none.
    #[error("line {0} of its timing file is not 'SECONDS BYTES'")]
    NoTiming(u64),
    /// The two do not belong together.
    #[error("its timing file tells of {timed} bytes of output, and it has {held}")]
    Short {
        /// How many bytes the timing file tells of.
        timed: u64,
        /// How many there are.
        held: u64,
    },
}

impl TypescriptEnd {
    /// Reads the beginning of a typescript of `length` bytes, and all of its timing file.
    pub fn read(
        script: impl BufRead,
        length: u64,
        timing: impl BufRead,
    ) -> Result<TypescriptEnd, TypescriptError> {
        let mut first = Vec::new();
        io::Read::take(script, LINE_LIMIT).read_until(b'\n', &mut first)?;
        if !first.starts_with(b"Script started on ") || !first.ends_with(b"\n") {
            return Err(TypescriptError::NoStart);
        }
        let mut end = TypescriptEnd {
            untimed: 0,
            timing_length: 0,
            torn: false,
        };
        let held = length.saturating_sub(first.len() as u64);
        let timed = end.read_timing(timing)?;
        end.untimed = held
            .checked_sub(timed)
            .ok_or(TypescriptError::Short { timed, held })?;
        Ok(end)
    }

    /// Reads a timing file, and returns how many bytes of output it tells of.
    fn read_timing(&mut self, mut timing: impl BufRead) -> Result<u64, TypescriptError> {
        let mut timed = 0u64;
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            let count = io::Read::take(&mut timing, LINE_LIMIT).read_until(b'\n', &mut line)?;
            if count == 0 {
                break;
            }
            if !line.ends_with(b"\n") {
                // Even if it can be read: the number may have gone on.
                self.torn = true;
                break;
            }
            let bytes = bytes_of(&line).ok_or(TypescriptError::NoTiming(number))?;
            timed = timed.saturating_add(bytes);
            self.timing_length += count as u64;
        }
        Ok(timed)
    }
}

impl Typescript {
    /// Begins a typescript: appends its first line to `script`.
    pub fn begin(now: Instant, start: &Start, script: &mut Vec<u8>) -> Typescript {
        start.write(script);
        Typescript { last: now }
    }

    /// Goes on with a typescript: appends the line of a start to `script`, and to `timing` one that
    /// covers it and what is not timed before it, so that a replay stays in step.
    pub fn resume(
        end: &TypescriptEnd,
        now: Instant,
        start: &Start,
        script: &mut Vec<u8>,
        timing: &mut Vec<u8>,
    ) -> Typescript {
        let before = script.len();
        start.write(script);
        let written = (script.len() - before) as u64;
        time(0, end.untimed + written, timing);
        Typescript { last: now }
    }

    /// Appends output to `script` and its line to `timing`.
    pub fn output(
        &mut self,
        now: Instant,
        bytes: &[u8],
        script: &mut Vec<u8>,
        timing: &mut Vec<u8>,
    ) {
        if !bytes.is_empty() {
            let pause = now.saturating_duration_since(self.last);
            self.last = now;
            script.extend_from_slice(bytes);
            time(pause.as_micros(), bytes.len() as u64, timing);
        }
    }

    /// Ends the typescript: appends its last line. `status` is what the child exited with, if it has.
    pub fn end(&self, at: &Zoned, status: Option<i32>, script: &mut Vec<u8>) {
        let status = match status {
            Some(status) => format!("[COMMAND_EXIT_CODE=\"{status}\"]"),
            None => "[<not ended>]".to_owned(),
        };
        script.extend_from_slice(format!("\nScript done on {} {status}\n", clock(at)).as_bytes());
    }
}

impl Start<'_> {
    fn write(&self, script: &mut Vec<u8>) {
        // A reader takes this for one line.
        let plain = |text: &str| text.replace(char::is_control, " ");
        let line = format!(
            "Script started on {} [COMMAND=\"{}\" TERM=\"{}\" COLUMNS=\"{}\" LINES=\"{}\"]\n",
            clock(self.time),
            plain(self.command),
            plain(self.term),
            self.size.cols,
            self.size.rows,
        );
        script.extend_from_slice(line.as_bytes());
    }
}

/// Returns a time as script(1) writes it.
fn clock(time: &Zoned) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S%:z").to_string()
}

/// Appends a line to a timing file.
fn time(microseconds: u128, bytes: u64, timing: &mut Vec<u8>) {
    let (seconds, fraction) = (microseconds / 1_000_000, microseconds % 1_000_000);
    timing.extend_from_slice(format!("{seconds}.{fraction:06} {bytes}\n").as_bytes());
}

/// Returns how many bytes of output a line of a timing file tells of.
fn bytes_of(line: &[u8]) -> Option<u64> {
    let line = std::str::from_utf8(line).ok()?;
    let (seconds, bytes) = line.trim_end().split_once(' ')?;
    seconds.parse::<f64>().ok().filter(|at| *at >= 0.0)?;
    bytes.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(text: &str) -> Zoned {
        text.parse().unwrap()
    }

    /// Records `output` in `script` and `timing`, one a second; goes on where there is something.
    fn record(script: &mut Vec<u8>, timing: &mut Vec<u8>, output: &[&[u8]], status: Option<i32>) {
        let time = at("2026-11-28T13:35:27+01:00[+01:00]");
        let start = Start {
            time: &time,
            size: Size { rows: 24, cols: 80 },
            command: "printf 'a\nb'",
            term: "xterm",
        };
        let mut now = Instant::now();
        let mut typescript = if script.is_empty() {
            Typescript::begin(now, &start, script)
        } else {
            let length = script.len() as u64;
            let end = TypescriptEnd::read(script.as_slice(), length, timing.as_slice()).unwrap();
            timing.truncate(end.timing_length as usize);
            Typescript::resume(&end, now, &start, script, timing)
        };
        for bytes in output {
            now += Duration::from_millis(1500);
            typescript.output(now, bytes, script, timing);
        }
        typescript.end(&time, status, script);
    }

    /// Returns the pieces of a typescript as scriptreplay takes them.
    fn replay(script: &[u8], timing: &[u8]) -> Vec<String> {
        let first = script.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        let mut rest = &script[first..];
        let lines = timing.split_inclusive(|byte| *byte == b'\n');
        let piece = |line| {
            let (piece, after) = rest.split_at(bytes_of(line).unwrap() as usize);
            rest = after;
            String::from_utf8_lossy(piece).into_owned()
        };
        lines.map(piece).collect()
    }

    const START: &str = "Script started on 2026-11-28 13:35:27+01:00 [COMMAND=\"printf 'a b'\" TERM=\"xterm\" COLUMNS=\"80\" LINES=\"24\"]\n";
    const DONE: &str = "\nScript done on 2026-11-28 13:35:27+01:00 [COMMAND_EXIT_CODE=\"3\"]\n";

    #[test]
    fn a_typescript_is_as_script_writes_it() {
        let (mut script, mut timing) = Default::default();
        record(
            &mut script,
            &mut timing,
            &[b"a\xff\r\n", b"", b"b"],
            Some(3),
        );
        let expected = [START.as_bytes(), b"a\xff\r\nb", DONE.as_bytes()].concat();
        assert_eq!(script, expected);
        assert_eq!(
            String::from_utf8(timing).unwrap(),
            "1.500000 4\n3.000000 1\n"
        );
    }

    #[test]
    fn one_that_goes_on_stays_in_step() {
        let (mut script, mut timing) = Default::default();
        record(&mut script, &mut timing, &[b"one", b"two"], Some(3));
        record(&mut script, &mut timing, &[b"three"], None);
        let between = format!("{DONE}{START}");
        assert_eq!(replay(&script, &timing), ["one", "two", &between, "three"]);
        assert!(script.ends_with(b"\nScript done on 2026-11-28 13:35:27+01:00 [<not ended>]\n"));
    }

    #[test]
    fn a_torn_timing_file_costs_no_output() {
        let (mut script, mut timing) = Default::default();
        record(&mut script, &mut timing, &[b"one", b"two"], Some(3));
        script.truncate(script.len() - DONE.len());
        for cut in 1.."1.500000 3\n".len() {
            let mut torn = timing[..timing.len() - cut].to_vec();
            let length = script.len() as u64;
            let end = TypescriptEnd::read(script.as_slice(), length, torn.as_slice()).unwrap();
            assert!(end.torn || cut == "1.500000 3\n".len());
            let mut script = script.clone();
            record(&mut script, &mut torn, &[b"three"], Some(3));
            let between = format!("two{START}");
            assert_eq!(replay(&script, &torn), ["one", &between, "three"]);
        }
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let check = |script: &str, timing: &str, expected: &str| {
            let length = script.len() as u64;
            let read = TypescriptEnd::read(script.as_bytes(), length, timing.as_bytes());
            assert_eq!(read.unwrap_err().to_string(), expected);
        };
        check("", "", "it does not begin with the line that script writes");
        check(
            "{\"version\":2}\n",
            "",
            "it does not begin with the line that script writes",
        );
        check(
            START,
            "0.1 x\n",
            "line 1 of its timing file is not 'SECONDS BYTES'",
        );
        check(
            START,
            "H 0.1 x y\n",
            "line 1 of its timing file is not 'SECONDS BYTES'",
        );
        check(
            &format!("{START}abc"),
            "0.1 2\n0.1 2\n",
            "its timing file tells of 4 bytes of output, and it has 3",
        );
    }
}
