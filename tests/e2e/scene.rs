//! The walk-through of the README, key by key: five jobs of which one asks for a password, one floods, one
//! has failed, one is done, and one is at a question that a rule leaves to a person.

use crate::{
    outer::{Outer, tile_text},
    sandbox::{Sandbox, project},
};

/// Waits until the pane list has this row: number, name and status, blanks between them as they come.
fn wait_listed(outer: &Outer, row: &str) {
    outer.wait(&format!("the row {row:?}"), |screen| {
        screen.contents().lines().any(|line| {
            let inside = line.split('│').nth(1).unwrap_or_default();
            let words = inside.trim_start_matches(['▌', '•']).split_whitespace();
            words.eq(row.split(' '))
        })
    });
}

/// Opens the scene and waits until everything is as the README says that it is at first.
fn open(sandbox: &Sandbox, rows: u16, cols: u16) -> Outer {
    let config = project("assets/demo/jobs.toml");
    let outer = sandbox.open(rows, cols, &["up", "-c", config.to_str().unwrap()]);
    for row in [
        "1 backup ◆ password",
        "2 build ● working",
        "3 tests ✗ exit 1",
        "4 lint ✓ exit 0",
        "5 deploy ? asking",
    ] {
        wait_listed(&outer, row);
    }
    outer.wait_text("jobs ─ 5 panes ─ 1 password ─ 1 asking ─ 1 failed");
    outer
}

fn walk(rows: u16, cols: u16) {
    let sandbox = Sandbox::new();
    let mut outer = open(&sandbox, rows, cols);
    // The rule has answered the first question, and suggests an answer to the second one.
    outer.wait_text("Region? [north] north");
    outer.wait_text("i inbox (1)");

    // The password, unseen.
    outer.wait_text("WATCH");
    outer.send("\r");
    outer.wait_text("INTERACT  keys go to backup");
    outer.send("s3same!\r");
    outer.wait_text("saving users");
    outer.send("\x1d");
    outer.wait_text("WATCH");
    wait_listed(&outer, "1 backup ✓ exit 0");
    outer.wait_text("Backup done.");
    let raw = outer.raw();
    assert!(memchr::memmem::find(&raw, b"s3same!").is_none());

    // The question.
    outer.send("i");
    outer.wait_text("INBOX");
    outer.wait_text("→ y · deploy/production");
    outer.send("y");
    outer.wait_text("WATCH");
    wait_listed(&outer, "5 deploy ✓ exit 0");
    outer.wait_text("Build 42 is live.");

    // The failure: what it says further up.
    outer.send("n");
    outer.wait_text("Enter restart or remove");
    outer.send("[?FAIL\r");
    outer.wait_text("FAIL case 17");
    outer.wait_text("expected 4, got 5");
    outer.send("q\r");
    outer.wait_text("It has ended: exit 1.");
    outer.send("r");
    wait_listed(&outer, "3 tests ● working");
    wait_listed(&outer, "3 tests ✗ exit 1");

    // The flood, large, and ended.
    outer.send("2z");
    outer.wait("the flood alone", |screen| {
        tile_text(screen, "2 build", 3, 16)
            .lines()
            .all(|line| line.starts_with("cc -c src/part"))
    });
    outer.send("zs");
    wait_listed(&outer, "2 build ✗ SIGHUP");

    outer.send("q");
    outer.wait_text("No program runs any more.");
    outer.send("k");
    assert_eq!(outer.wait_end().code(), Some(0));
    assert_eq!(sandbox.json(&["ls", "--json"]), serde_json::json!([]));
}

#[test]
fn the_walk_through_of_the_readme() {
    walk(24, 80);
}

#[test]
fn the_walk_through_on_a_large_terminal() {
    walk(60, 200);
}
