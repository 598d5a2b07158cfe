//! The `screen` view: dialogs, redraws, regions.

use std::slice::from_ref;

use super::{
    super::*,
    harness::{
        Step::{self, *},
        check, note, rule, run_with,
    },
};
use View::Screen;

fn dialog(pattern: &str) -> RuleSpec {
    rule(Screen, pattern, "1")
}

const MENU: &str = "Do you trust it?\n❯ 1. Yes\n  2. No\n";

#[test]
fn a_dialog_is_answered_once_however_often_it_is_drawn() {
    let spec = dialog("❯ 1. Yes");
    let drawn = [Alternate(true), Show(MENU), Wait(30)];
    check(from_ref(&spec), &drawn, &["❯ 1. Yes>1"]);
    // It stands for a while behind its answer, the echo in it.
    let slow = [
        &drawn[..],
        &[Show(MENU), Wait(30), Wait(500)],
        &[Show("Do you trust it?\n❯ 1. Yes 1\n  2. No\n"), Wait(30)],
        &[Show(MENU), Wait(30)],
    ]
    .concat();
    check(from_ref(&spec), &slow, &["❯ 1. Yes>1"]);
    // Gone and back again, it is another.
    let again = [&slow[..], &[Show("busy"), Wait(30), Show(MENU), Wait(30)]].concat();
    check(from_ref(&spec), &again, &["❯ 1. Yes>1", "❯ 1. Yes>1"]);
    // So it is behind an erasing, which is how the next one is drawn.
    let erased = [&drawn[..], &[Out("\x1b[2J"), Show(MENU), Wait(30)]].concat();
    check(&[spec], &erased, &["❯ 1. Yes>1", "❯ 1. Yes>1"]);
}

#[test]
fn another_question_in_the_same_place_is_new() {
    let spec = dialog(r"\[y/n\]");
    let steps = [
        Alternate(true),
        Show("Overwrite a? [y/n]"),
        Wait(30),
        Show("Overwrite b? [y/n]"),
        Wait(30),
    ];
    check(&[spec], &steps, &[r"\[y/n\]>1", r"\[y/n\]>1"]);
}

#[test]
fn the_same_question_on_a_later_line_is_new() {
    let spec = dialog("Go on?");
    let ask = [Out("Go on? "), Wait(30)];
    let steps = [
        &ask[..],
        &[Out("1\r\n")],
        &ask,
        &[Out("1\r\n\r\n\r\n")],
        &ask,
    ]
    .concat();
    check(&[spec], &steps, &["Go on?>1", "Go on?>1", "Go on?>1"]);
}

#[test]
fn a_dialog_that_moves_is_the_same() {
    // The old line is written over, the dialog drawn below.
    let spec = dialog("Go on?");
    let steps = [
        Out("Go on? "),
        Wait(30),
        Out("\x1b[1G\x1b[Klog line\r\nGo on? "),
        Wait(30),
    ];
    check(&[spec], &steps, &["Go on?>1"]);
}

#[test]
fn a_send_spends_what_stands_for_all_rules() {
    let specs = [dialog("trust"), dialog("Yes")];
    let steps = [Alternate(true), Show(MENU), Wait(10), Send("x"), Wait(500)];
    check(&specs, &steps, &[]);
    // One that only tells leaves the rest of the screen to the others, but not its own line.
    let specs = [
        note(Screen, "trust"),
        note(Screen, "you trust"),
        dialog("Yes"),
    ];
    let steps = [Alternate(true), Show(MENU), Wait(30), Show(MENU), Wait(30)];
    check(&specs, &steps, &["you trust!you trust", "Yes>1"]);
}

#[test]
fn the_region_is_what_is_looked_at() {
    let log = |region, steps: &[Step]| {
        let spec = RuleSpec {
            region,
            ..note(Screen, "old|new")
        };
        run_with(&[spec], steps, true).log
    };
    let steps = [
        Out("old\r\nname: "),
        Send("me\r"),
        Out("me\r\nnew\r\n"),
        Wait(30),
    ];
    assert_eq!(log(Region::Bottom(1), &steps), ["old|new!new"]);
    assert_eq!(log(Region::SinceSend, &steps), ["old|new!new"]);
    // What stood when something was sent is spent, what came after it is not.
    assert_eq!(log(Region::All, &steps), ["old|new!new"]);
    let steps = [Out("old\r\nx\r\n"), Wait(30)];
    assert_eq!(log(Region::Bottom(1), &steps), [""; 0]);
    assert_eq!(log(Region::SinceSend, &steps), ["old|new!old"]);
}

#[test]
fn two_of_the_same_are_dealt_with_one_by_one() {
    let specs = [note(Screen, "ok")];
    let steps = [
        Alternate(true),
        Show("ok\nok"),
        Wait(30),
        Show("ok\nok"),
        Wait(30),
    ];
    check(&specs, &steps, &["ok!ok", "ok!ok"]);
}
