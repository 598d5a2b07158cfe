//! The child that is driven: it prints, waits for answers, and writes how long that took into a
//! file.

use std::{
    fs,
    io::{self, Read, Write},
    time::Instant,
};

use crate::load::{MARKER, PROMPT, build_log};

/// Runs the child: `FILE trips COUNT` or `FILE flood`.
pub fn run(arguments: &[String]) {
    let seconds = match &arguments[1..] {
        [kind, count] if kind == "trips" => trips(count.parse().expect("a count")),
        _ => flood(),
    };
    fs::write(&arguments[0], seconds.to_string()).expect("a file to write");
}

fn trips(count: usize) -> f64 {
    // The driver may need a moment to be ready.
    ask(PROMPT);
    let start = Instant::now();
    for _ in 0..count {
        ask(PROMPT);
    }
    start.elapsed().as_secs_f64()
}

fn flood() -> f64 {
    let log = build_log();
    let start = Instant::now();
    io::stdout().write_all(log.as_bytes()).expect("a tty");
    ask(&format!("{MARKER}\n"));
    start.elapsed().as_secs_f64()
}

/// Prints a question, and reads a line.
fn ask(question: &str) {
    let mut stdout = io::stdout();
    stdout.write_all(question.as_bytes()).expect("a tty");
    stdout.flush().expect("a tty");
    let mut answer = [0; 100];
    let length = io::stdin().read(&mut answer).expect("a tty");
    assert!(answer[..length].ends_with(b"\n"), "the driver answers");
}
