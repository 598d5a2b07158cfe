//! The numbered cases of matching: which rule, when, on which text, and the echo of what was sent.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{
    super::*,
    harness::{
        Pane,
        Step::{self, *},
        check, note, rule, run_with,
    },
};
use View::{Line, Prompt, Stream};

#[test]
fn case_01_earliest_start_wins_then_order() {
    let rules = ["bar", "foo", "foobar"];
    for view in [Stream, Prompt, Line] {
        let specs = rules.map(|pattern| note(view, pattern));
        let expected: &[&str] = match view {
            // The rest of the text is still there after the match.
            Stream => &["foo!foo", "bar!bar"],
            _ => &["foo!foo"],
        };
        check(&specs, &[Out("foobar"), Wait(30), Eof], expected);
    }
    let list = RuleSpec {
        trigger: Trigger::Match(rules.map(str::to_owned).to_vec()),
        name: "list".to_owned(),
        ..note(Prompt, "x")
    };
    check(&[list], &[Out("foobar"), Wait(30)], &["list!foo"]);
    let specs = ["early", "late"].map(|pattern| note(Stream, pattern));
    check(
        &specs,
        &[Out("late early\r\n")],
        &["late!late", "early!early"],
    );
}

#[test]
fn case_01_priority_comes_first() {
    let high = RuleSpec {
        priority: 1,
        ..note(Prompt, "b")
    };
    check(
        &[note(Prompt, "a"), high.clone()],
        &[Out("ab"), Wait(30)],
        &["b!b"],
    );
    let high = RuleSpec {
        view: Stream,
        ..high
    };
    check(&[note(Stream, "a"), high.clone()], &[Out("ab\n")], &["b!b"]);
    // Across views too; an answer spends the prompt for all of them.
    let low = rule(Prompt, "a", "low");
    let high = RuleSpec {
        answer: Answer::Send(vec!["high".to_owned()]),
        ..high
    };
    check(
        &[low, high],
        &[Out("ab"), Wait(30)],
        &["b>high!b", "a held: this prompt has been answered already"],
    );
    let specs = [rule(Prompt, "a", "prompt"), rule(Stream, "a", "stream")];
    check(&specs, &[Out("a"), Wait(30), Wait(100)], &["a>prompt"]);
}

#[test]
fn case_02_stable_waits_for_the_rest() {
    let specs = ["foobar", "foo"].map(|pattern| RuleSpec {
        stable: Duration::from_millis(400),
        ..note(Prompt, pattern)
    });
    // An event loop polls the tty all its life.
    let node = Program {
        name: "node",
        own: true,
        genuine: true,
    };
    for reader in [
        None,
        Some(Reader::Unknown),
        Some(Reader::Nobody),
        Some(Reader::Polls(node)),
    ] {
        let steps = [
            Step::Holder(reader),
            Out("foo"),
            Wait(300),
            Out("bar"),
            Wait(400),
        ];
        check(&specs, &steps, &["foobar!foobar"]);
    }
    // Line editors read without waiting for lines.
    let raw = [
        Step::Holder(Some(Reader::Reads(node))),
        Tty(false, false),
        Out("foo"),
    ];
    check(&specs, &[&raw[..], &[Wait(399)]].concat(), &[]);
    check(&specs, &[&raw[..], &[Wait(400)]].concat(), &["foo!foo"]);
    let steps = [Out("foo"), Wait(300), Out("bar"), Wait(399)];
    check(&specs, &steps, &[]);
    let steps = [Out("foo"), Wait(300), Out("bar"), Wait(400)];
    check(&specs, &steps, &["foobar!foobar"]);
}

#[test]
fn case_02_a_program_that_reads_a_line_has_said_it_all() {
    let sh = Program {
        name: "sh",
        own: true,
        genuine: true,
    };
    for view in [Prompt, View::Screen, Stream] {
        let specs = ["foobar", "foo"].map(|pattern| RuleSpec {
            stable: Duration::from_millis(400),
            ..note(view, pattern)
        });
        let steps = [Step::Holder(Some(Reader::Reads(sh))), Out("foo"), Wait(2)];
        check(&specs, &steps, &[]);
        let fired: &[&str] = if view == Stream { &[] } else { &["foo!foo"] };
        check(&specs, &[&steps[..], &[Wait(1)]].concat(), fired);
    }
    // It is looked at once after output, not all the time.
    let spec = note(Prompt, "foo");
    let mut pane = Pane::new(&[spec], Instant::now());
    pane.out(b"bar");
    assert!(!pane.engine.needs_holder(pane.now));
    pane.now += Duration::from_millis(3);
    assert!(pane.engine.needs_holder(pane.now));
    pane.tick();
    assert!(!pane.engine.needs_holder(pane.now));
    assert!(!pane.engine.needs_holder(pane.now + Duration::from_secs(1)));
    // A rule that waits for no stillness has no use for it.
    let spec = RuleSpec {
        stable: Duration::ZERO,
        ..note(Prompt, "foo")
    };
    let mut pane = Pane::new(&[spec], Instant::now());
    pane.out(b"bar");
    assert!(!pane.engine.needs_holder(pane.now + Duration::from_secs(1)));
}

#[test]
fn case_03_numbers_that_arrive_in_parts() {
    for view in [Prompt, Stream] {
        let steps = [Out("total: 1"), Wait(10), Out("23"), Wait(30)];
        check(&[note(view, r"\d+$")], &steps, &[r"\d+$!123"]);
    }
}

#[test]
fn case_04_line_ends_are_lf() {
    let spec = RuleSpec {
        trigger: Trigger::Match(vec!["x*".to_owned()]),
        ..note(Stream, "x")
    };
    assert_eq!(
        Rule::compile(&spec, &BTreeMap::new()).unwrap_err().key,
        "match"
    );
    let specs = [note(Stream, "(?m)^bbb$")];
    check(&specs, &[Out("aaa\r\nbbb\r\nccc\r\n")], &["(?m)^bbb$!bbb"]);
    check(&specs, &[Out("aaa\r\nxbbb\r\nbbbx\r\n")], &[]);
    check(&[note(Stream, "a\nb")], &[Out("a\r\nb")], &[]);
    check(&[note(Stream, "a\nb")], &[Out("a\r\nb\r\n")], &["a\nb!ab"]);
}

#[test]
fn case_05_split_and_invalid_utf8() {
    for view in [Stream, Prompt] {
        let steps = [Out("caf\x1b[1mé €𝄞"), Wait(30)];
        check(&[note(view, "é €𝄞$")], &steps, &["é €𝄞$!é €𝄞"]);
    }
    let steps = [Bytes(b"a\xffb\r\nok\r\n".to_vec())];
    check(
        &[note(Stream, "a\u{fffd}b"), note(Stream, "ok")],
        &steps,
        &["a\u{fffd}b!a\u{fffd}b", "ok!ok"],
    );
}

#[test]
fn case_06_colour_is_no_text() {
    let coloured = "\x1b[1;32mPass\x1b[0mword: ";
    for view in [Prompt, Stream, Line, View::Screen] {
        let steps = [Out(coloured), Wait(30), Eof];
        check(&[note(view, "Password:")], &steps, &["Password:!Password:"]);
    }
}

#[test]
fn case_06_the_raw_view_sees_every_byte() {
    let steps = [Out("\x1b[1;32mPass\x1b[0mword: \r\n")];
    check(&[note(View::Raw, "Password:")], &steps, &[]);
    let spec = note(View::Raw, r"\x1b\[0mword: \r\n");
    check(&[spec], &steps, &[r"\x1b\[0mword: \r\n![0mword: "]);
    let steps = [Bytes(b"a\xffb\xe2\x82\xac\n".to_vec())];
    check(&[note(View::Raw, "a.b€")], &steps, &["a.b€!a\u{fffd}b€"]);
    // It sees the echo of what was sent, too.
    let specs = [note(View::Raw, "yes"), note(Stream, "yes")];
    check(
        &specs,
        &[Out("go? "), Send("yes\r"), Out("yes\r\n")],
        &["yes!yes"],
    );
}

#[test]
fn case_07_own_echo_fires_nothing_and_the_same_print_does() {
    for view in [Prompt, Line, Stream] {
        // The rule's own answer matches its pattern again.
        let specs = [rule(view, "ok", "ok")];
        let steps = match view {
            Line => vec![Out("ok\r\n"), Out("ok\r\n"), Wait(50)],
            _ => vec![Out("ok? "), Wait(30), Out("ok\r\n"), Wait(50)],
        };
        check(&specs, &steps, &["ok>ok"]);
        let printed = [steps, vec![Out("ok"), Wait(30), Out("\r\n"), Wait(30)]].concat();
        check(&specs, &printed, &["ok>ok", "ok>ok"]);
    }
}

#[test]
fn case_07_echo_that_comes_late_or_in_parts_is_masked() {
    let specs = [note(Stream, "yes")];
    let steps = [
        Out("go? "),
        Send("yes\r"),
        Out("bye\r\ny"),
        Wait(50),
        Out("es\r\n"),
        Out("yes\r\n"),
    ];
    check(&specs, &steps, &["yes!yes"]);
}

#[test]
fn case_07_in_raw_mode_the_answered_line_is_silent() {
    // A line editor draws the answer itself: ECHO is off.
    let specs = [rule(Prompt, r"\? ", "y"), rule(Line, r"\?", "line")];
    let steps = [
        Out("go? "),
        Wait(30),
        Out("\r\x1b[Kgo? y"),
        Wait(30),
        Out("\r\nthere? \r\n"),
    ];
    assert_eq!(
        run_with(&specs, &steps, false).log,
        [
            r"\? >y",
            r"\?  held: this prompt has been answered already",
            r"\?>line"
        ]
    );
}
