//! The outer terminal's keyboard protocol and the answers to what the interface asks: given back
//! on every way out, and never typed into the shell.

use crate::{
    outer::Outer,
    sandbox::{Sandbox, signal, wait_for},
};

const PUSH: &[u8] = b"\x1b[>1u";
const POP: &[u8] = b"\x1b[<u";
const TITLE: &[u8] = b"\x1b]2;muxpect";
const LEAVE_SCREEN: &[u8] = b"\x1b[?1049l";

/// Returns where `wanted` begins in what was written to the terminal, the last time.
fn last(outer: &Outer, wanted: &[u8]) -> Option<usize> {
    memchr::memmem::rfind(&outer.raw(), wanted)
}

fn count(outer: &Outer, wanted: &[u8]) -> usize {
    memchr::memmem::find_iter(&outer.raw(), wanted).count()
}

/// Opens a session in a terminal that answers, and waits until its keyboard is taken over.
fn pushed(sandbox: &Sandbox) -> Outer {
    let outer = sandbox.open(24, 80, &["run", "--name", "shell", "--", "cat"]);
    outer.wait_text("WATCH");
    wait_for("kitty's flags", || last(&outer, PUSH));
    outer
}

/// Waits until the flags were popped as often as pushed, on the screen that they were pushed on.
fn popped(outer: &Outer, times: usize) {
    wait_for("the main screen", || {
        (count(outer, LEAVE_SCREEN) == times).then_some(())
    });
    assert_eq!(count(outer, PUSH), times);
    assert_eq!(count(outer, POP), times);
    assert!(last(outer, POP) < last(outer, LEAVE_SCREEN));
}

#[test]
fn the_keyboard_is_given_back_on_every_way_out() {
    let sandbox = Sandbox::new();
    let mut outer = pushed(&sandbox);
    outer.send("d");
    assert_eq!(outer.wait_end().code(), Some(0));
    popped(&outer, 1);
    for name in ["TERM", "INT", "HUP"] {
        let mut outer = sandbox.open(24, 80, &["attach"]);
        wait_for("kitty's flags", || last(&outer, PUSH));
        signal(i64::from(outer.child.id()), name);
        outer.wait_end();
        popped(&outer, 1);
    }
}

#[test]
fn a_suspended_client_has_given_the_keyboard_and_the_title_back() {
    let sandbox = Sandbox::new();
    let mut outer = pushed(&sandbox);
    for round in 1..=2 {
        signal(i64::from(outer.child.id()), "TSTP");
        popped(&outer, round);
        let stat = format!("/proc/{}/stat", outer.child.id());
        wait_for("the client to stop", || {
            let stat = std::fs::read_to_string(&stat).ok()?;
            stat.rsplit(')')
                .next()?
                .trim()
                .starts_with('T')
                .then_some(())
        });
        assert!(outer.is_cooked());
        signal(i64::from(outer.child.id()), "CONT");
        wait_for("kitty's flags again", || {
            (count(&outer, PUSH) == round + 1).then_some(())
        });
        wait_for("the title again", || {
            (last(&outer, TITLE) > last(&outer, LEAVE_SCREEN)).then_some(())
        });
    }
    outer.send("d");
    assert_eq!(outer.wait_end().code(), Some(0));
    popped(&outer, 3);
}
