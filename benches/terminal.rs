//! Throughput of the emulator alone: `cargo bench --bench terminal`.
//!
//! Prints MB/s for kinds of output on a screen of 120x40 with 10,000 lines of history, what the
//! echo of one key costs until its delta is ready, and what search, views and resizes cost with
//! 100,000 lines of history; with a name (`-- yes`) only what has it in its own. Times are the
//! processor's, so that other work on the machine hardly counts.

use std::{borrow::Cow, fmt::Write, hint::black_box};

use muxpect::{
    geometry::Size,
    screen::Anchor,
    terminal::{Emulator, Search},
};
use nix::sys::resource::{UsageWho, getrusage};
use regex::Regex;

const SIZE: Size = Size {
    rows: 40,
    cols: 120,
};

/// Bytes of one pty read, and of as many as a busy reader may join.
const READS: [usize; 2] = [4095, 65_536];

fn repeat(line: impl Fn(usize) -> String, bytes: usize) -> String {
    let mut text = String::new();
    let mut index = 0;
    while text.len() < bytes {
        text.push_str(&line(index));
        index += 1;
    }
    text
}

fn measure(name: &str, text: &str, report: bool) {
    if !is_wanted(name) {
        return;
    }
    let rates = READS.map(|read| rate(text, read, report));
    println!("{name:<24} {:8.1} {:8.1} MB/s", rates[0], rates[1]);
}

/// Returns the best of three runs in MB/s.
fn rate(text: &str, read: usize, report: bool) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..3 {
        let mut emulator = Emulator::new(SIZE, 10_000);
        emulator.report_lines(report);
        let mut events = Vec::new();
        let start = worked();
        for (index, chunk) in text.as_bytes().chunks(read).enumerate() {
            emulator.feed(chunk, &mut events);
            events.clear();
            // A client draws 60 times a second; at 64 MB/s that is every megabyte.
            if index * read % 1_000_000 < read {
                black_box(emulator.delta(None));
            }
        }
        best = best.min(worked() - start);
    }
    text.len() as f64 / 1e6 / best
}

/// Returns for how many seconds this process has had a processor.
fn worked() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("the system counts it");
    let times = [usage.user_time(), usage.system_time()];
    let seconds = times.map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6);
    seconds.iter().sum()
}

/// Returns whether this is to be measured: all is, unless a name is given.
fn is_wanted(name: &str) -> bool {
    let mut names = std::env::args()
        .skip(1)
        .filter(|name| !name.starts_with('-'));
    names.next().is_none_or(|wanted| name.contains(&wanted))
}

fn main() {
    const BYTES: usize = 20_000_000;
    let words = "the quick brown fox jumps over the lazy dog and then some more ";
    let yes = repeat(|_| "y\r\n".to_owned(), BYTES / 4);
    let log = repeat(
        |index| format!("[{index:>7}] {}\r\n", &words[..20 + index % 40]),
        BYTES,
    );
    let colored = repeat(
        |index| {
            format!(
                "\x1b[2m{index:>7}\x1b[0m \x1b[1;3{}mINFO\x1b[0m {}\r\n",
                index % 8,
                &words[..20 + index % 40]
            )
        },
        BYTES,
    );
    let dense = repeat(
        |index| {
            let mut line = String::new();
            for word in words.split(' ') {
                let color = (index + word.len()) % 256;
                write!(line, "\x1b[38;5;{color}m{word} ").expect("a string takes all");
            }
            line + "\r\n"
        },
        BYTES / 2,
    );
    let unicode = repeat(
        |index| format!("{index} ünïcode — ┌──┐ 漢字とかな交じり文 {index}\r\n"),
        BYTES / 2,
    );
    let full_screen = repeat(
        |index| {
            let (row, col) = (1 + index * 7 % 40, 1 + index * 13 % 100);
            format!("\x1b[{row};{col}H\x1b[3{}mcell {index}\x1b[m", index % 8)
        },
        BYTES / 4,
    );
    println!("reads of {READS:?} bytes");
    measure("yes", &yes, false);
    measure("build log", &log, false);
    measure("build log, lines told", &log, true);
    measure("coloured log", &colored, false);
    measure("coloured log, lines told", &colored, true);
    measure("dense colour", &dense, false);
    measure("unicode", &unicode, false);
    measure("cursor addressing", &full_screen, false);

    if is_wanted("echo of a key") {
        echo(&log);
    }
    if is_wanted("long history") {
        long_history();
    }
}

/// Measures the echo of a key on a screen with output.
fn echo(log: &str) {
    let mut emulator = Emulator::new(SIZE, 10_000);
    let mut events = Vec::new();
    emulator.feed(&log.as_bytes()[..100_000], &mut events);
    let mut since = emulator.screen().generation;
    let keys = 10_000;
    let start = worked();
    for key in 0..keys {
        let echo: &[u8] = if key % 64 == 63 { b"\r\x1b[K" } else { b"x" };
        emulator.feed(echo, &mut events);
        since = black_box(emulator.delta(Some(since))).generation;
    }
    let each = (worked() - start) / f64::from(keys) * 1e6;
    println!("echo of a key            {each:8.2} us");
}

/// Measures what is done with 100,000 lines of history of 80 columns.
fn long_history() {
    const LINES: usize = 100_000;
    let words = "the quick brown fox jumps over the lazy dog and then some more of it ";
    let mut emulator = Emulator::new(SIZE, LINES);
    for line in 0..LINES + 100 {
        let text = format!("{line:>10} {words}\r\n");
        emulator.feed(text.as_bytes(), &mut Vec::new());
    }
    println!("with {LINES} lines of history");
    for (name, pattern) in [
        ("a text that is nowhere", "no such text"),
        ("the same in any case", "(?i)no such text"),
        ("a pattern that is nowhere", r"\w+ \d+ \w+$"),
        ("the first line", "^         0 "),
    ] {
        let pattern = Regex::new(pattern).expect("it is a pattern");
        let search = Search {
            pattern: &pattern,
            veil: &|text| Cow::Borrowed(text),
            has_time: &|| true,
        };
        time(&format!("search for {name}"), 5, || {
            black_box(emulator.search(search, None, true)).expect("there is time");
        });
    }
    let pattern = Regex::new("fox").expect("it is a pattern");
    let search = Search {
        pattern: &pattern,
        veil: &|text| Cow::Borrowed(text),
        has_time: &|| true,
    };
    time("every match in turn, 1,000", 1, || {
        let mut from = None;
        for _ in 0..1000 {
            let found = emulator.search(search, from, true).expect("there is time");
            from = found.map(|found| found.place());
        }
    });
    let middle = Some(Anchor {
        line: LINES as u64 / 2,
        row: 0,
    });
    time("a view of its middle", 1000, || {
        black_box(emulator.history(middle, -1, SIZE.rows));
    });
    time("a view with marks", 1000, || {
        let view = emulator.history(middle, -1, SIZE.rows);
        black_box(emulator.marks(search, &view));
    });
    let mut cols = SIZE.cols;
    time("a resize", 1000, || {
        cols = if cols == 60 { 120 } else { cols - 1 };
        emulator.resize(Size { cols, ..SIZE });
    });
    time("a resize and a view", 100, || {
        cols = if cols == 60 { 120 } else { cols - 1 };
        emulator.resize(Size { cols, ..SIZE });
        black_box(emulator.history(middle, 0, SIZE.rows));
    });
}

/// Prints the mean time of something done several times.
fn time(name: &str, times: u32, mut work: impl FnMut()) {
    let start = worked();
    for _ in 0..times {
        work();
    }
    let each = (worked() - start) / f64::from(times) * 1e3;
    println!("{name:<38} {each:8.3} ms");
}
