//! Reads typescripts with their timing: what script(1) writes, and panes and `record` in its place.
//!
//! Pure: two `BufRead`s in, events out, one at a time. The timing file has a line `SECONDS BYTES` for
//! each piece of output, the seconds counted from the piece before; of script's newer form, which
//! begins each line with a letter, output and sizes are read and what was typed is passed over, also
//! where it stands in the same file. The first line of the typescript is script's own and no output, nor
//! are the lines between two recordings in one file.

use std::{
    io::{self, BufRead, Read, Seek, SeekFrom},
    time::Duration,
};

use super::ReadError;
use crate::geometry::Size;

/// The most bytes of a line: script's first one, or one of the timing file.
const LINE_LIMIT: u64 = 4096;

/// The most bytes of one event; a longer piece of output becomes several.
const PIECE: u64 = 64 * 1024;

/// Something that a typescript tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypescriptEvent {
    /// The program printed this.
    Output(Vec<u8>),
    /// The terminal has a new size.
    Resize(Size),
}

/// A place between two events of a typescript, to come back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypescriptPlace {
    /// Bytes of the typescript before it.
    pub offset: u64,
    /// Bytes of the timing file before it.
    timing: u64,
    /// Lines of the timing file before it.
    line: u64,
    /// The time of the event before it.
    at: Duration,
    /// How much output is still to come of the piece that the timing's last line tells of.
    left: u64,
    /// That is what was typed, and no output.
    typed: bool,
}

/// A typescript that is being read.
#[derive(Debug)]
pub struct TypescriptReader<R> {
    script: R,
    timing: R,
    size: Size,
    /// The names of the files that output and input went to, as far as the timing tells.
    logs: [Option<String>; 2],
    place: TypescriptPlace,
    torn: bool,
    ended: bool,
}

impl<R: BufRead> TypescriptReader<R> {
    /// Reads script's first line, which may tell the size of the terminal; else it is 80x24.
    pub fn new(mut script: R, timing: R) -> Result<TypescriptReader<R>, ReadError> {
        let mut first = Vec::new();
        let count = script
            .by_ref()
            .take(LINE_LIMIT)
            .read_until(b'\n', &mut first)?;
        if count == 0 {
            return Err(ReadError::Empty);
        }
        Ok(TypescriptReader {
            script,
            timing,
            size: told_size(&String::from_utf8_lossy(&first)).unwrap_or(Size::DEFAULT),
            logs: [None, None],
            place: TypescriptPlace {
                offset: count as u64,
                timing: 0,
                line: 0,
                at: Duration::ZERO,
                left: 0,
                typed: false,
            },
            torn: false,
            ended: false,
        })
    }

    /// Returns the size of the terminal at the beginning.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Returns whether output is missing at the end that the timing tells of, or a line of the timing
    /// itself has no end.
    pub fn is_torn(&self) -> bool {
        self.torn
    }

    /// Returns the place behind what was read last.
    pub fn place(&self) -> TypescriptPlace {
        self.place
    }

    /// Reads the next event and its time from the beginning; `None` at the end. After an error there
    /// is nothing more.
    pub fn next_event(&mut self) -> Result<Option<(Duration, TypescriptEvent)>, ReadError> {
        while !self.ended {
            let event = self.advance();
            self.ended |= event.is_err();
            if let Some(event) = event? {
                return Ok(Some((self.place.at, event)));
            }
        }
        Ok(None)
    }

    /// Reads a piece of output, or a line of the timing.
    fn advance(&mut self) -> Result<Option<TypescriptEvent>, ReadError> {
        if self.place.left > 0 {
            return self.piece();
        }
        let mut line = Vec::new();
        let mut limited = Read::take(&mut self.timing, LINE_LIMIT);
        let count = limited.read_until(b'\n', &mut line)? as u64;
        if count == 0 {
            self.ended = true;
            return Ok(None);
        }
        self.place.timing += count;
        self.place.line += 1;
        let text = String::from_utf8_lossy(&line);
        match read_line(&text) {
            Some(Timing::Output(after, bytes)) => {
                self.place.at = self.place.at.saturating_add(after);
                self.place.left = bytes;
                self.place.typed = false;
                Ok(None)
            }
            Some(Timing::Input(after, bytes)) => {
                self.place.at = self.place.at.saturating_add(after);
                let [output, input] = &self.logs;
                let is_here = output.is_some() && output == input;
                self.place.left = if is_here { bytes } else { 0 };
                self.place.typed = true;
                Ok(None)
            }
            Some(Timing::Log(which, name)) => {
                self.logs[which] = Some(name.to_owned());
                Ok(None)
            }
            Some(Timing::Other(after, size)) => {
                self.place.at = self.place.at.saturating_add(after);
                Ok(size.map(TypescriptEvent::Resize))
            }
            None if !line.ends_with(b"\n") && count < LINE_LIMIT => {
                self.torn = true;
                self.ended = true;
                Ok(None)
            }
            None => Err(ReadError::NoTiming(self.place.line)),
        }
    }

    fn piece(&mut self) -> Result<Option<TypescriptEvent>, ReadError> {
        let wanted = self.place.left.min(PIECE);
        let mut output = Vec::new();
        Read::take(&mut self.script, wanted).read_to_end(&mut output)?;
        let count = output.len() as u64;
        self.place.offset += count;
        self.place.left -= count;
        if count < wanted {
            self.torn = true;
            self.ended = true;
        }
        if count == 0 || self.place.typed {
            return Ok(None);
        }
        if let Some((begin, size)) = seam(&output) {
            output.truncate(begin);
            if begin == 0 {
                return Ok(size.map(TypescriptEvent::Resize));
            }
        }
        Ok(Some(TypescriptEvent::Output(output)))
    }
}

impl<R: BufRead + Seek> TypescriptReader<R> {
    /// Goes on reading from a place that this reader has been at.
    pub fn return_to(&mut self, place: TypescriptPlace) -> io::Result<()> {
        self.script.seek(SeekFrom::Start(place.offset))?;
        self.timing.seek(SeekFrom::Start(place.timing))?;
        self.place = place;
        self.torn = false;
        self.ended = false;
        Ok(())
    }
}

/// What a line of the timing tells.
enum Timing<'a> {
    /// After this time came so many bytes of output.
    Output(Duration, u64),
    /// After this time so many bytes were typed.
    Input(Duration, u64),
    /// The name of the file that output (0) or input (1) went to.
    Log(usize, &'a str),
    /// After this time came something else, perhaps a size.
    Other(Duration, Option<Size>),
}

fn read_line(line: &str) -> Option<Timing<'_>> {
    let seconds = |word: &str| Duration::try_from_secs_f64(word.parse().ok()?).ok();
    let mut words = line.split_whitespace();
    let first = words.next()?;
    let kind = first.bytes().next().filter(u8::is_ascii_uppercase);
    let after = seconds(if kind.is_some() { words.next()? } else { first })?;
    match kind {
        None | Some(b'O') => Some(Timing::Output(after, words.next()?.parse().ok()?)),
        Some(b'I') => Some(Timing::Input(after, words.next()?.parse().ok()?)),
        Some(b'H') => Some(match (words.next(), words.next()) {
            (Some("OUTPUT_LOG"), Some(name)) => Timing::Log(0, name),
            (Some("INPUT_LOG"), Some(name)) => Timing::Log(1, name),
            _ => Timing::Other(after, None),
        }),
        Some(b'S') if words.next() == Some("SIGWINCH") => {
            Some(Timing::Other(after, size(line, "ROWS=", "COLS=")))
        }
        Some(_) => Some(Timing::Other(after, None)),
    }
}

/// Returns where script's own lines begin in a piece that ends with them, because another recording
/// follows in the same file, and the size that they tell.
fn seam(output: &[u8]) -> Option<(usize, Option<Size>)> {
    const STARTED: &[u8] = b"Script started on ";
    const DONE: &[u8] = b"\nScript done on ";
    let lines = output.strip_suffix(b"\n")?;
    let started = memchr::memrchr(b'\n', lines).map_or(0, |newline| newline + 1);
    if !lines[started..].starts_with(STARTED) {
        return None;
    }
    let size = told_size(&String::from_utf8_lossy(&lines[started..]));
    let done = memchr::memmem::rfind(&lines[..started], DONE);
    let done = done.filter(|done| memchr::memchr_iter(b'\n', &lines[*done..started]).count() == 2);
    Some((done.unwrap_or(started), size))
}

/// Returns the size that script's first line tells: `[TERM="…" COLUMNS="80" LINES="24"]`.
fn told_size(line: &str) -> Option<Size> {
    size(line, "LINES=\"", "COLUMNS=\"")
}

fn size(line: &str, rows: &str, cols: &str) -> Option<Size> {
    let side = |name| {
        let (_, rest) = line.split_once(name)?;
        let end = rest.find(|c: char| !c.is_ascii_digit());
        let number: u16 = rest[..end.unwrap_or(rest.len())].parse().ok()?;
        (1..=Size::LIMIT).contains(&number).then_some(number)
    };
    Some(Size {
        rows: side(rows)?,
        cols: side(cols)?,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    const FIRST: &str =
        "Script started on 2026-11-28 [TERM=\"xterm\" COLUMNS=\"100\" LINES=\"30\"]\n";

    fn reader(script: &str, timing: &str) -> TypescriptReader<Cursor<Vec<u8>>> {
        let file = |text: &str| Cursor::new(text.as_bytes().to_vec());
        TypescriptReader::new(file(script), file(timing)).unwrap()
    }

    /// Reads all, as milliseconds and output; sizes as their text.
    fn read(
        reader: &mut TypescriptReader<Cursor<Vec<u8>>>,
    ) -> (Vec<(u128, String)>, Option<String>) {
        let mut events = Vec::new();
        loop {
            match reader.next_event() {
                Ok(Some((at, TypescriptEvent::Output(output)))) => {
                    events.push((at.as_millis(), String::from_utf8(output).unwrap()));
                }
                Ok(Some((at, TypescriptEvent::Resize(size)))) => {
                    events.push((at.as_millis(), size.to_string()));
                }
                Ok(None) => return (events, None),
                Err(error) => return (events, Some(error.to_string())),
            }
        }
    }

    fn events(of: &[(u128, &str)]) -> Vec<(u128, String)> {
        of.iter()
            .map(|(at, text)| (*at, (*text).to_owned()))
            .collect()
    }

    #[test]
    fn pieces_have_their_times_and_script_its_lines() {
        let script = format!("{FIRST}abcdef\nScript done on 2026-11-28\n");
        let mut reader = reader(&script, "0.5 3\n1.25 4\n");
        assert_eq!(
            reader.size(),
            Size {
                rows: 30,
                cols: 100
            }
        );
        let expected = events(&[(500, "abc"), (1750, "def\n")]);
        assert_eq!(read(&mut reader), (expected, None));
        assert!(!reader.is_torn());
    }

    #[test]
    fn the_newer_form_is_read() {
        let timing = "H 0 START_TIME 2026\nO 0.5 1\nI 1 4\nS 1 SIGWINCH ROWS=5 COLS=20\nO 1 1\n";
        let mut reader = reader("x\nab", timing);
        assert_eq!(reader.size(), Size::DEFAULT);
        let expected = events(&[(500, "a"), (2500, "20x5"), (3500, "b")]);
        assert_eq!(read(&mut reader), (expected, None));
    }

    #[test]
    fn what_stands_between_two_recordings_is_no_output() {
        let between = format!("\nScript done on 2026-11-28 [<not ended>]\n{FIRST}");
        let second = |torn: &str, between: &str| {
            let script = format!("{FIRST}a{torn}{between}b");
            let length = torn.len() + between.len();
            read(&mut reader(&script, &format!("1 1\n0 {length}\n1 1\n")))
        };
        let resized = events(&[(1000, "a"), (1000, "100x30"), (2000, "b")]);
        let torn = events(&[(1000, "a"), (1000, "x\n"), (2000, "b")]);
        for (output, between, expected) in [
            ("", &*between, &resized),
            ("", FIRST, &resized),
            ("x\n", &between, &torn),
            ("x\n", FIRST, &torn),
        ] {
            assert_eq!(second(output, between), (expected.clone(), None));
        }
        let shown = events(&[(1000, "a"), (1000, "\nScript done on x\r\n"), (2000, "b")]);
        assert_eq!(second("", "\nScript done on x\r\n"), (shown, None));
    }

    #[test]
    fn what_was_typed_is_passed_over_in_the_same_file_too() {
        let timing = |input: &str| {
            format!("H 0 OUTPUT_LOG both\nH 0 INPUT_LOG {input}\nO 1 1\nI 1 2\nO 1 1\n")
        };
        let expected = events(&[(1000, "a"), (3000, "b")]);
        let mut mixed = reader("x\naxxb", &timing("both"));
        assert_eq!(read(&mut mixed), (expected.clone(), None));
        let mut apart = reader("x\nab", &timing("typed"));
        assert_eq!(read(&mut apart), (expected, None));
    }

    #[test]
    fn what_is_missing_at_the_end_is_torn() {
        for (script, timing, expected) in [
            ("x\nab", "1 1\n1 9\n", vec![(1000, "a"), (2000, "b")]),
            ("x\nab", "1 1\n1 ", vec![(1000, "a")]),
            ("x\na", "1 99999999999999\n", vec![(1000, "a")]),
        ] {
            let mut reader = reader(script, timing);
            assert_eq!(read(&mut reader), (events(&expected), None), "{timing}");
            assert!(reader.is_torn(), "{timing}");
        }
    }

    #[test]
    fn a_fault_names_the_line_of_the_timing() {
        let long = format!("1 {}", "1".repeat(9000));
        for wrong in ["x", "-1 2", "1 -2", "1", "nan 3", &long] {
            let mut reader = reader("x\nab", &format!("1 1\n{wrong}\n1 1\n"));
            let (events, error) = read(&mut reader);
            let error = error.unwrap();
            assert_eq!(events.len(), 1);
            assert!(error.starts_with("line 2 of its timing"), "{error}");
            assert!(reader.next_event().unwrap().is_none());
        }
        let empty = TypescriptReader::new(Cursor::new(""), Cursor::new(""));
        assert_eq!(empty.unwrap_err().to_string(), "it is empty");
    }

    #[test]
    fn reading_goes_on_from_any_place() {
        let script = format!("x\n{}", "a".repeat(200_000));
        let mut reader = reader(
            &script,
            "1 150000\n1 3\nS 1 SIGWINCH ROWS=5 COLS=20\n1 40000\n",
        );
        let mut places = vec![reader.place()];
        let mut events = Vec::new();
        while let Some(event) = reader.next_event().unwrap() {
            events.push(event);
            places.push(reader.place());
        }
        assert_eq!(events.len(), 6);
        for (at, place) in places.into_iter().enumerate().rev() {
            reader.return_to(place).unwrap();
            for event in &events[at..] {
                assert_eq!(reader.next_event().unwrap().as_ref(), Some(event));
            }
            assert_eq!(reader.next_event().unwrap(), None);
        }
    }
}
