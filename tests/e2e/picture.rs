//! The picture in the README: muxpect with the example config, drawn by muxpect. It runs in a pane
//! of another session, whose `screen --format svg` is the picture.
//!
//! After a change of the interface, this writes the file anew; look at it before it is committed:
//!
//!     MUXPECT_PICTURE=1 cargo test --test e2e picture

use std::{env, fs};

use crate::sandbox::{Sandbox, project, wait_for};

const FILE: &str = "assets/screenshot.svg";

/// What the picture shows, left to right in each row, by the coordinates of its texts.
fn lines(picture: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(picture).unwrap_or_else(|error| panic!("{error}"));
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    let number = |node: &roxmltree::Node<'_, '_>, name| -> f64 {
        node.attribute(name).unwrap().parse().unwrap()
    };
    let mut lines: Vec<(f64, String)> = Vec::new();
    for node in texts {
        let y = number(&node, "y");
        let text = node.text().unwrap();
        match lines.last_mut() {
            Some((last, line)) if *last == y => *line += &format!(" {text}"),
            _ => lines.push((y, text.to_owned())),
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

/// Puts the times of day in one form, so that a new picture differs where the interface does.
fn normalised(picture: &str) -> String {
    let time = regex::Regex::new(r"\b\d\d:\d\d:\d\d\b").unwrap();
    time.replace_all(picture, "12:00:00").into_owned()
}

/// Checks that a picture shows what it is there for.
fn check(picture: &str) {
    let lines = lines(picture);
    let text = lines.join("\n");
    let has = |line: &str| assert!(text.contains(line), "no {line:?} in\n{text}");
    for pane in [
        "install", "ask", "door", "done", "failed", "progress", "log", "shell",
    ] {
        has(pane);
    }
    assert!(lines[0].contains("demo"), "{}", lines[0]);
    assert!(lines[lines.len() - 1].contains("WATCH"), "{text}");
    for word in [
        "working", "waiting", "exit 0", "exit 3", "asking", "┌", "┐", "└", "┘", "│",
    ] {
        has(word);
    }
    // What programs draw.
    for drawn in ["█", "ERROR", "✓"] {
        has(drawn);
    }
}

#[test]
fn the_picture_shows_the_example() {
    let sandbox = Sandbox::new();
    let config = project("config.example.toml");
    let muxpect = env!("CARGO_BIN_EXE_muxpect");
    sandbox.ok(&[
        "-s",
        "outer",
        "run",
        "-d",
        "--name",
        "picture",
        "--size",
        "120x40",
        "--",
        muxpect,
        "up",
        "-c",
        config.to_str().unwrap(),
    ]);
    let screen = || sandbox.ok(&["-s", "outer", "screen", "picture"]);
    // The installer is answered, the door asks for its password, bars have been drawn, and the log
    // has its first error: nothing that the picture tells of is still to come.
    wait_for("the example to be under way", || {
        let screen = screen();
        let seen = ["exit 0", "exit 3", "asking", "ERROR", "edition 2 in"];
        seen.iter().all(|text| screen.contains(text)).then_some(())
    });
    let picture = sandbox.ok(&["-s", "outer", "screen", "picture", "--format", "svg"]);
    let picture = normalised(&picture);
    check(&picture);
    if env::var_os("MUXPECT_PICTURE").is_some() {
        fs::write(project(FILE), &picture).unwrap();
    }
    let kept = fs::read_to_string(project(FILE)).unwrap();
    check(&kept);
}
