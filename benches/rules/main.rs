//! What rules cost, beside peers: `cargo bench --bench rules`, or one of `-- trips`, `-- flood`,
//! `-- engine`.
//!
//! Everything is measured in one run, in turns, so that ratios count. Peers that are not installed
//! (`expect`, and `pexpect` for `python3`) are left out.

mod child;
mod drivers;
mod engine;
mod load;

use std::path::Path;

use drivers::Driver;

/// Answers to as many prompts.
const TRIPS: usize = 2_000;

/// The same for a driver that sleeps before each answer.
const SLOW_TRIPS: usize = 40;

/// Runs of each; the best counts.
const ROUNDS: usize = 3;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(place) = arguments.iter().position(|argument| argument == "--child") {
        return child::run(&arguments[place + 1..]);
    }
    let wanted = |part: &str| {
        let parts = ["trips", "flood", "engine"];
        let named = arguments.iter().any(|a| parts.contains(&a.as_str()));
        !named || arguments.iter().any(|argument| argument == part)
    };
    let folder = tempfile::Builder::new().prefix("mxb").tempdir_in("/tmp");
    let folder = folder.expect("a folder in /tmp");
    if wanted("trips") {
        trips(folder.path());
    }
    if wanted("flood") {
        flood(folder.path());
    }
    if wanted("engine") {
        engine::report();
    }
}

fn trips(folder: &Path) {
    println!("prompt to answer, {TRIPS} trips, seen from the child");
    let drivers = [
        ("bare loop", Driver::Bare),
        ("Tcl Expect", Driver::Tcl),
        ("pexpect, no delay", Driver::Pexpect { delay: false }),
        ("pexpect", Driver::Pexpect { delay: true }),
        ("muxpect, prompt view", Driver::muxpect("prompt", 1)),
        ("muxpect, stream view", Driver::muxpect("stream", 1)),
        ("muxpect, 200 rules", Driver::muxpect("prompt", 200)),
    ];
    let per_trip = |driver: &Driver| {
        let trips = match driver {
            Driver::Pexpect { delay: true } => SLOW_TRIPS,
            _ => TRIPS,
        };
        let seconds = driver.run(folder, &["trips".to_owned(), trips.to_string()]);
        seconds.map(|seconds| seconds * 1e6 / trips as f64)
    };
    table(&drivers, per_trip, "us");
}

fn flood(folder: &Path) {
    println!(
        "a marker after {} MB of a build log, found and answered",
        load::BYTES / 1_000_000
    );
    let drivers = [
        ("bare loop", Driver::Bare),
        ("Tcl Expect", Driver::Tcl),
        ("pexpect, tuned", Driver::Pexpect { delay: false }),
        ("muxpect, stream, 1 rule", Driver::muxpect("stream", 1)),
        ("muxpect, stream, 20 rules", Driver::muxpect("stream", 20)),
        ("muxpect, stream, 200 rules", Driver::muxpect("stream", 200)),
        ("muxpect, line, 1 rule", Driver::muxpect("line", 1)),
        ("muxpect, line, 200 rules", Driver::muxpect("line", 200)),
        ("muxpect, prompt, 200 rules", Driver::muxpect("prompt", 200)),
    ];
    table(
        &drivers,
        |driver| driver.run(folder, &["flood".to_owned()]),
        "s",
    );
}

/// Measures the drivers in turns, and prints the best of each beside the first.
fn table(drivers: &[(&str, Driver)], measure: impl Fn(&Driver) -> Option<f64>, unit: &str) {
    let mut best = vec![f64::MAX; drivers.len()];
    for _ in 0..ROUNDS {
        for (best, (_, driver)) in best.iter_mut().zip(drivers) {
            *best = measure(driver).unwrap_or(f64::MAX).min(*best);
        }
    }
    for ((name, _), value) in drivers.iter().zip(&best) {
        if *value == f64::MAX {
            println!("  {name:<28} not installed");
        } else {
            let ratio = value / best[0];
            println!("  {name:<28} {value:10.3} {unit:<2} {ratio:8.2}x");
        }
    }
}
