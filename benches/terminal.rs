//! Throughput of the emulator alone: `cargo bench --bench terminal`.
//!
//! Prints MB/s for kinds of output on a screen of 120x40 with 10,000 lines of history, and what
//! the echo of one key costs until its delta is ready.

use std::{fmt::Write, hint::black_box, time::Instant};

use muxpect::{geometry::Size, terminal::Emulator};

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
        let start = Instant::now();
        for (index, chunk) in text.as_bytes().chunks(read).enumerate() {
            emulator.feed(chunk, &mut events);
            events.clear();
            // A client draws 60 times a second; at 64 MB/s that is every megabyte.
            if index * read % 1_000_000 < read {
                black_box(emulator.delta(None));
            }
        }
        best = best.min(start.elapsed().as_secs_f64());
    }
    text.len() as f64 / 1e6 / best
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

    let mut emulator = Emulator::new(SIZE, 10_000);
    let mut events = Vec::new();
    emulator.feed(&log.as_bytes()[..100_000], &mut events);
    let mut since = emulator.screen().generation;
    let keys = 10_000;
    let start = Instant::now();
    for key in 0..keys {
        let echo: &[u8] = if key % 64 == 63 { b"\r\x1b[K" } else { b"x" };
        emulator.feed(echo, &mut events);
        since = black_box(emulator.delta(Some(since))).generation;
    }
    let each = start.elapsed().as_secs_f64() / f64::from(keys) * 1e6;
    println!("echo of a key            {each:8.2} us");
}
