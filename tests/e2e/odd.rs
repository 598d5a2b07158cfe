//! Odd terminals: very small and very large ones, storms of resizes, no colours, and a slow link.

use std::{fs, time::Duration};

use crate::{
    outer::{Outer, tile_text},
    sandbox::{Sandbox, wait_for},
};

#[test]
fn every_size_shows_the_mode_and_the_pane() {
    let sandbox = Sandbox::new();
    sandbox.start("p", "printf 'here'; read x");
    sandbox.ok(&["run", "-d", "--name", "q", "--", "cat"]);
    for (cols, rows) in [(20, 5), (20, 24), (40, 10), (80, 24), (132, 43), (500, 200)] {
        let mut outer = sandbox.open(rows, cols, &["attach"]);
        outer.wait(&format!("the pane on {cols}x{rows}"), |screen| {
            screen.contents().contains("here") && screen.contents().contains("WATCH")
        });
        for (keys, name) in [
            ("\r", "INTERACT"),
            ("\x1d[", "SCROLL"),
            ("qi", "INBOX"),
            ("q:", "PALETTE"),
            ("\x1b", "WATCH"),
            ("?", "HELP"),
            ("\x1b", "WATCH"),
            ("a", "ADD"),
            ("\x1b", "WATCH"),
        ] {
            outer.send(keys);
            outer.wait(&format!("{name} on {cols}x{rows}"), |screen| {
                let bar = screen.contents_between(rows - 1, 0, rows - 1, cols);
                bar.starts_with(&format!(" {name}"))
            });
        }
        outer.send("d");
        assert_eq!(outer.wait_end().code(), Some(0));
    }
}

#[test]
fn a_storm_of_resizes_ends_with_the_right_picture() {
    let sandbox = Sandbox::new();
    let script = "i=0; while [ ! -e stop ]; do i=$((i+1)); echo \"line $i of the flood\"; done; clear; echo 'all over'; exec cat";
    let mut outer = sandbox.open(24, 80, &["run", "--", "sh", "-c", script, ":::", "cat"]);
    outer.wait_text("of the flood");
    for step in 0..200u16 {
        outer.resize(3 + step * 7 % 60, 15 + step * 13 % 180);
    }
    outer.resize(30, 100);
    sandbox.write("stop", "");
    outer.wait("the end at the last size", |screen| {
        let row = |row| screen.contents_between(row, 0, row, 100);
        tile_text(screen, "1 sh", 1, 20) == "all over"
            && row(0).starts_with(" main ─ 2 panes")
            && row(29).starts_with(" WATCH ")
            && row(28).starts_with('└')
            && row(28).trim_end().ends_with('┘')
            && (2..28)
                .all(|at| row(at).starts_with('│') && row(at).trim_end().ends_with(['│', '┤']))
    });
    let pane = sandbox.pane("sh");
    // What the child was told is what its tile has: a list of 24 columns, and lines around.
    let (top, left) = outer.tile("1 sh").unwrap();
    assert_eq!((top, left), (2, 25));
    sandbox.wait_pane("sh", |now| {
        now["cols"] == pane["cols"] && now["rows"].as_u64() < Some(28)
    });
}

#[test]
fn without_colours_there_are_none() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.program("setsid");
    command
        .env("NO_COLOR", "1")
        .args(["-c", env!("CARGO_BIN_EXE_muxpect"), "run", "--"])
        .args([
            "sh",
            "-c",
            "exit 3",
            ":::",
            "sh",
            "-c",
            "printf 'Name: '; read x",
            ":::",
            "true",
        ]);
    let mut outer = Outer::start(command, 24, 80);
    for word in ["exit 3", "waiting", "exit 0"] {
        outer.wait_text(word);
    }
    for (keys, name) in [
        ("2\r", "INTERACT"),
        ("\x1d[", "SCROLL"),
        ("?Name\r", "n N next"),
        ("qi", "INBOX"),
        ("q:", "PALETTE"),
        ("\x1b", "WATCH"),
        ("?", "HELP"),
        ("\x1b", "WATCH"),
        ("q", "QUIT?"),
    ] {
        outer.send(keys);
        outer.wait_text(name);
    }
    outer.send("d");
    outer.wait_end();
    let raw = String::from_utf8_lossy(&outer.raw()).into_owned();
    for sequence in raw.split("\x1b[").skip(1) {
        let Some((parameters, _)) = sequence.split_once('m').filter(|(parameters, _)| {
            parameters
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, ';' | ':'))
        }) else {
            continue;
        };
        let colours = parameters
            .split([';', ':'])
            .filter_map(|number| number.parse::<u32>().ok())
            .filter(|number| matches!(number, 30..=38 | 40..=48 | 90..=107));
        assert_eq!(colours.count(), 0, "ESC [ {parameters} m");
    }
}

/// Returns the memory of a process's own, in KiB.
fn memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.unwrap().parse().unwrap()
}

#[test]
fn a_slow_link_costs_no_memory_and_shows_the_end() {
    let sandbox = Sandbox::new();
    let script = "i=0; while [ ! -e stop ]; do i=$((i+1)); echo \"line $i of a flood over a slow link\"; done; clear; echo 'all over'; exec cat";
    let outer = sandbox.open(50, 160, &["run", "--name", "p", "--", "sh", "-c", script]);
    outer.wait_text("a slow link");
    // Some 4 KiB in 50 ms, as over a link of 80 KB/s.
    outer.slow_down(4096, Duration::from_millis(50));
    let start = memory(outer.child.id());
    let before = sandbox.pane("p")["offset"].as_u64().unwrap();
    wait_for("the flood to go on", || {
        let offset = sandbox.pane("p")["offset"].as_u64().unwrap();
        (offset > before + 30_000_000).then_some(())
    });
    let grown = memory(outer.child.id()).saturating_sub(start);
    assert!(grown < 4096, "{grown} KiB more than {start}");
    sandbox.write("stop", "");
    outer.wait("the end", |screen| {
        tile_text(screen, "1 p", 2, 20).starts_with("all over")
    });
}
