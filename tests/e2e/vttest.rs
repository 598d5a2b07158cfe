//! `vttest`, page by page: what each page of the menus 1, 2, 3, 6 and 8 looks like in a pane.
//!
//! `tests/vttest/MENU.pages` holds the pages of vttest 2.7 (20221229), each judged by eye against
//! what it says of itself. `MUXPECT_BLESS=1` writes them; look at them before you keep them.
//! Deliberately absent: a pane does not become 132 columns wide, the screen is never reversed, and
//! cells do not blink.

use std::{fmt::Write, fs};

use crate::sandbox::{Sandbox, project, wait_for};

/// What the pages end with: vttest waits for Return.
const PAGE: &str = r"Push <RETURN>|Finish this test with RETURN\.|Push the RETURN key:";

/// What the menus end with.
const MENU: &str = r"Enter choice number \(0 - \d+\): ";

/// Enters the menus, walks through the pages of each item, and compares them.
///
/// `widest` is how many columns the terminal is said to have in its wide mode.
fn check(name: &str, widest: u16, menus: &[&str], items: &[&str]) {
    let sandbox = Sandbox::new();
    let size = format!("24x80.{widest}");
    let command = ["run", "-d", "--size", "80x24", "--name", "p", "--"];
    sandbox.ok(&[&command[..], &["vttest", &size]].concat());
    sandbox.ok(&["expect", "p", MENU]);
    for menu in menus {
        sandbox.ok(&["expect", "p", "--send", menu, MENU]);
    }

    let path = project(&format!("tests/vttest/{name}.pages"));
    let bless = std::env::var_os("MUXPECT_BLESS").is_some();
    let known = if bless {
        String::new()
    } else {
        fs::read_to_string(&path).unwrap()
    };
    let mut known = known.split("=== ").skip(1);
    let mut pages = String::new();
    for item in items {
        let mut keys = vec!["--key", item, "--key", "Enter"];
        for number in 1.. {
            sandbox.ok(&[&["send", "p"], keys.as_slice()].concat());
            let found = sandbox.json(&["expect", "p", "--json", PAGE, MENU]);
            if found["index"] == 1 {
                break;
            }
            keys = vec!["--key", "Enter"];
            let title = format!("item {item}, page {number}\n");
            let seen = || title.clone() + &shown(&sandbox);
            if bless {
                sandbox.wait_pane("p", |pane| pane["attention"] != "working");
                write!(pages, "=== {}", seen()).unwrap();
            } else {
                let page = known
                    .next()
                    .unwrap_or_else(|| panic!("not known: {}", seen()));
                // Some pages go on after the words that ask for Return.
                wait_for(&format!("the {page}"), || (seen() == page).then_some(()));
            }
        }
    }
    match bless {
        true => fs::write(path, pages).unwrap(),
        false => assert_eq!(known.next(), None, "this page did not come"),
    }
}

/// Returns what the pane shows, with attributes.
fn shown(sandbox: &Sandbox) -> String {
    sandbox
        .ok(&["screen", "p", "--format", "ansi"])
        .replace('\x1b', "\\e")
}

#[test]
fn menu_1_cursor_movements() {
    check("1-cursor-movements", 80, &[], &["1"]);
}

#[test]
fn menu_2_screen_features() {
    check("2-screen-features", 132, &[], &["2"]);
}

/// Item 8: the sets of a VT100. The others are about Latin-1 and shifts of the VT220, which
/// have no meaning where text is UTF-8.
#[test]
fn menu_3_character_sets() {
    check("3-character-sets", 80, &["3"], &["8"]);
}

#[test]
fn menu_6_terminal_reports() {
    check(
        "6-terminal-reports",
        80,
        &["6"],
        &["1", "2", "3", "4", "5", "6", "7"],
    );
}

#[test]
fn menu_8_insert_and_delete() {
    check("8-insert-and-delete", 80, &[], &["8"]);
}
