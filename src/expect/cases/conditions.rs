//! Conditions, states, sequences, events and explanations.

use std::{collections::BTreeMap, slice::from_ref, time::Duration};

use super::{
    super::*,
    harness::{
        LOOK, Pane,
        Step::{self, *},
        check, event, note, rule, run, run_with,
    },
};
use View::{Line, Prompt, Raw, Screen, Stream};

fn with_context(view: View, region: Region, context: &str) -> RuleSpec {
    RuleSpec {
        context: Some(context.to_owned()),
        region,
        ..note(view, r"ok\?")
    }
}

fn fires(spec: &RuleSpec, steps: &[Step]) -> bool {
    run(from_ref(spec), steps).contains(&r"ok\?!ok?".to_owned())
}

#[test]
fn context_and_not_look_at_the_region() {
    let steps = [
        Out("file a\r\nfile b\r\nok?"),
        Wait(30),
        Out("\r\n"),
        Wait(30),
    ];
    for view in [Prompt, Line, Stream, Raw, Screen] {
        for (region, context, expected) in [
            (Region::All, "file a", true),
            (Region::All, "file c", false),
            (Region::Bottom(1), "ok", true),
            (Region::Bottom(1), "file b", false),
            (Region::Bottom(2), "file b", true),
            (Region::Bottom(2), "file a", false),
            (Region::SinceSend, "file a", true),
        ] {
            let spec = with_context(view, region, context);
            assert_eq!(
                fires(&spec, &steps),
                expected,
                "{view:?} {region:?} {context}"
            );
            let opposite = RuleSpec {
                context: None,
                not: spec.context.clone(),
                ..spec
            };
            assert_eq!(
                fires(&opposite, &steps),
                !expected,
                "{view:?} {region:?} {context}"
            );
            let log = run(from_ref(&opposite), &steps);
            let log_whole = log.clone();
            let expected: Vec<&str> = log_whole.iter().map(String::as_str).collect();
            check(&[opposite], &steps, &expected);
        }
        let steps = [
            Out("file a\r\nname: "),
            Send("x\r"),
            Out("x\r\nfile b\r\nok?"),
            Wait(30),
        ];
        let steps = [&steps[..], &[Out("\r\n"), Wait(30)]].concat();
        let since = |context| fires(&with_context(view, Region::SinceSend, context), &steps);
        assert!(since("file b"), "{view:?}");
        assert!(!since("file a"), "{view:?}");
    }
}

#[test]
fn a_condition_that_fails_says_what_was_looked_at() {
    let steps = [Out("file a\r\nok?"), Wait(30)];
    let spec = with_context(Prompt, Region::All, "file b");
    let held = r#"ok\? held: its context 'file b' does not match in "file a\nok?""#;
    check(&[spec], &steps, &[held]);
    let spec = RuleSpec {
        not: Some("file .".to_owned()),
        ..note(Prompt, r"ok\?")
    };
    let held = r#"ok\? held: its not 'file .' matches "file a""#;
    check(from_ref(&spec), &steps, &[held]);
    // A lower rule may act, or a person is asked.
    let log = run(&[spec.clone(), note(Prompt, "ok")], &steps);
    assert_eq!(log[1], "ok!ok");
    let asking = RuleSpec {
        otherwise: Otherwise::Ask,
        answer: Answer::Send(vec!["yes".to_owned()]),
        ..spec
    };
    let asked = r#"ok\? asked: its not 'file .' matches "file a"?yes"#;
    check(&[asking, note(Prompt, "ok")], &steps, &[asked]);
}

#[test]
fn captures_must_be_equal_to_filled_in_texts() {
    let spec = |view| RuleSpec {
        equals: BTreeMap::from([("1".to_owned(), "{pane}x".to_owned())]),
        ..rule(view, r"host (\w+)\?", "{1}")
    };
    let held = r#"host (\w+)\? held: capture 1 is "y", not "x""#;
    for view in [Prompt, Line, Stream] {
        let steps = [
            Out("host y?"),
            Wait(30),
            Out("\r\nhost x?"),
            Wait(30),
            Out("\r\n"),
        ];
        let log = run(&[spec(view)], &steps);
        assert_eq!(log, [held, r"host (\w+)\?>x"], "{view:?}");
    }
    // In a stream a later match is found behind one that fails.
    check(
        &[spec(Stream)],
        &[Out("host y? host y? host x?\r\n")],
        &[held, r"host (\w+)\?>x"],
    );
}

#[test]
fn a_sequence_answers_by_what_matched() {
    let sequence = |default: Option<&str>| RuleSpec {
        answer: Answer::Sequence(Sequence {
            by: "{1}".to_owned(),
            answers: BTreeMap::from([
                ("user".to_owned(), "me".to_owned()),
                ("host".to_owned(), "{1}.example".to_owned()),
            ]),
            default: default.map(str::to_owned),
        }),
        ..rule(Prompt, r"(\w+ ?): $", "")
    };
    let ask = |prompt: &'static str| [Out(prompt), Wait(30), Out("\r\n")];
    let steps = [ask("user : "), ask("host: "), ask("port: ")].concat();
    let fired = |answer: &str| format!(r"(\w+ ?): $>{answer}");
    let held = r#"(\w+ ?): $ held: its sequence has no answer for "port""#;
    assert_eq!(
        run(&[sequence(None)], &steps),
        [&fired("me"), &fired("host.example"), held]
    );
    let log = run(&[sequence(Some("none"))], &steps);
    assert_eq!(log[2], fired("none"));
}

#[test]
fn echo_must_be_as_wanted() {
    for view in [Prompt, Line, Stream] {
        let spec = RuleSpec {
            echo: EchoWanted::Off,
            ..note(view, "ok")
        };
        let steps = [Out("ok"), Wait(30), Out("\r\n")];
        let held = "ok held: the tty echoes";
        assert_eq!(run(from_ref(&spec), &steps), [held], "{view:?}");
        let log = run_with(&[spec], &steps, false).log;
        assert_eq!(log, ["ok!ok"], "{view:?}");
    }
}

#[test]
fn the_foreground_must_be_one_of_the_rules() {
    for view in [Prompt, Line, Stream, Screen] {
        let spec = RuleSpec {
            foreground: vec!["gdb".to_owned()],
            ..note(view, "ok")
        };
        let end: &[Step] = &[Out("ok"), Wait(30), Out("\r\n"), Wait(30)];
        let log = |reader| {
            let steps = [&[Step::Holder(reader)], end].concat();
            run(from_ref(&spec), &steps)
        };
        let program = |name| Program {
            name,
            own: false,
            genuine: true,
        };
        assert_eq!(
            log(Some(Reader::Polls(program("gdb")))),
            ["ok!ok"],
            "{view:?}"
        );
        let other = log(Some(Reader::Reads(program("cat"))));
        assert_eq!(other, ["ok held: 'cat' holds the tty"], "{view:?}");
        let leader = log(Some(Reader::Nobody));
        assert_eq!(leader, ["ok held: 'sudo' holds the tty"], "{view:?}");
        let unknown = log(None);
        assert_eq!(
            unknown,
            ["ok held: who holds the tty cannot be known"],
            "{view:?}"
        );
    }
}

#[test]
fn rules_look_in_their_states() {
    let in_state = |states: &[&str], goto: Option<&str>, spec: RuleSpec| RuleSpec {
        start: "user".to_owned(),
        states: states.iter().map(ToString::to_string).collect(),
        goto: goto.map(str::to_owned),
        ..spec
    };
    for view in [Prompt, Line, Stream] {
        let specs = [
            in_state(&["user"], Some("password"), rule(view, "name", "me")),
            in_state(&["password"], Some("user"), rule(view, "name|word", "pw")),
        ];
        let steps = [
            Out("name: "),
            Wait(30),
            Out("\r\n"),
            Out("-\r\nname: "),
            Wait(30),
            Out("\r\n"),
            Out("-\r\nname: "),
            Wait(30),
            Out("\r\n"),
        ];
        let log = run(&specs, &steps);
        let fired: Vec<&String> = log
            .iter()
            .filter(|entry| !entry.contains(" held"))
            .collect();
        assert_eq!(fired, ["name>me", "name|word>pw", "name>me"], "{view:?}");
    }
    // Of a ruleset in another state it says so.
    let specs = [in_state(&["later"], None, rule(Prompt, "name", "me"))];
    let held = "name held: its ruleset is in state 'user'";
    check(&specs, &[Out("name: "), Wait(30)], &[held]);
    // In a stream, a rule of the next state sees what came with the match that led there, and
    // what came before it entered by an event.
    let specs = [
        in_state(&["user"], Some("next"), note(Stream, "a")),
        in_state(&["next"], Some("last"), note(Stream, "b")),
        in_state(
            &["last"],
            Some("over"),
            event("late", Trigger::Idle(Duration::from_secs(1))),
        ),
        in_state(&["over"], None, note(Stream, "c")),
    ];
    let steps = [Out("b a b\r\nc\r\n"), Wait(999)];
    check(&specs, &steps, &["a!a", "b!b"]);
    let steps = [&steps[..], &[Wait(1)]].concat();
    check(&specs, &steps, &["a!a", "b!b", "late!", "c!c"]);
}

#[test]
fn case_19_a_timeout_begins_as_its_state_is_entered() {
    let spec = |name: &str, states: &[&str], goto: Option<&str>, trigger| RuleSpec {
        start: "one".to_owned(),
        states: states.iter().map(ToString::to_string).collect(),
        goto: goto.map(str::to_owned),
        ..event(name, trigger)
    };
    let second = Duration::from_secs(1);
    let specs = [
        spec("first", &["one"], Some("two"), Trigger::Timeout(second)),
        spec("second", &["two"], Some("one"), Trigger::Timeout(second)),
    ];
    check(&specs, &[Wait(999)], &[]);
    check(&specs, &[Wait(1_999)], &["first!"]);
    check(&specs, &[Wait(3_000)], &["first!", "second!", "first!"]);
    check(&specs, &[Wait(1_500), Restart, Wait(999)], &["first!"]);
}

#[test]
fn a_rule_that_holds_keeps_lower_ones_back_while_it_matches() {
    for view in [Prompt, Screen, Stream] {
        let holding = RuleSpec {
            hold: true,
            answer: Answer::None,
            ..rule(view, "menu", "")
        };
        let specs = [holding, note(view, r"\?")];
        let steps = [Out("menu?"), Wait(30), Wait(500)];
        let log = run(&specs, &steps);
        assert!(!log.contains(&r"\?!?".to_owned()), "{view:?}: {log:?}");
        let after = [Out("\x1b[2J\r\nmen?"), Wait(30)];
        if view != Stream {
            let log = run(&specs, &[&steps[..], &after].concat());
            assert_eq!(log.last().unwrap(), r"\?!?", "{view:?}");
        }
        // Higher ones are not kept back, and neither are lower ones while its conditions fail.
        let mut high = specs.clone();
        high[1].priority = 1;
        assert_eq!(run(&high, &steps)[0], r"\?!?", "{view:?}");
        let mut open = specs;
        open[0].echo = EchoWanted::Off;
        let log = run(&open, &steps);
        assert!(log.contains(&r"\?!?".to_owned()), "{view:?}: {log:?}");
    }
}

#[test]
fn bells_and_starts_are_events() {
    let bell = RuleSpec {
        deeds: vec![Deed::Notify("ring".to_owned())],
        ..event("bell", Trigger::Bell)
    };
    check(
        &[bell],
        &[Out("a\x07b\x07"), Wait(30)],
        &["bell!ring", "bell!ring"],
    );
    let start = |foreground: &[&str]| {
        let spec = RuleSpec {
            answer: Answer::Send(vec!["hello".to_owned()]),
            deeds: Vec::new(),
            foreground: foreground.iter().map(ToString::to_string).collect(),
            ..event("start", Trigger::Start)
        };
        let mut pane = Pane::new(&[spec], std::time::Instant::now());
        pane.step(&Step::Holder(Some(Reader::Unknown)));
        let decisions = pane.with_look(|engine, now, look| engine.started(now, look));
        pane.perform(decisions);
        pane.wait(30);
        pane.log
    };
    assert_eq!(start(&[]), ["start>hello"]);
    assert_eq!(start(&["sudo"]), ["start>hello"]);
    assert_eq!(start(&["ssh"]), ["start held: 'sudo' holds the tty"]);
}

#[test]
fn an_event_may_be_delayed_beyond_the_end() {
    let restart = RuleSpec {
        delay: Duration::from_secs(2),
        deeds: vec![Deed::Restart],
        ..event("exit", Trigger::Exit(WhenExit::Any))
    };
    let steps = [Exits(1), Eof, Wait(1_999)];
    check(from_ref(&restart), &steps, &[]);
    check(
        &[restart],
        &[&steps[..], &[Wait(1)]].concat(),
        &["exit>Restart"],
    );
}

#[test]
fn an_event_whose_condition_fails_waits_for_the_next() {
    let idle = RuleSpec {
        context: Some("ready".to_owned()),
        ..event("idle", Trigger::Idle(Duration::from_secs(1)))
    };
    let steps = [Out("busy"), Wait(5_000)];
    let held = r#"idle held: its context 'ready' does not match in "busy""#;
    check(from_ref(&idle), &steps, &[held]);
    let ready = [&steps[..], &[Out("\rready"), Wait(1_000)]].concat();
    check(&[idle], &ready, &[held, "idle!"]);
}

#[test]
fn every_deed_is_handed_out() {
    let deeds = vec![
        Deed::Focus,
        Deed::Log("{1}".to_owned()),
        Deed::Arm("db".to_owned()),
        Deed::Restart,
        Deed::Terminate,
        Deed::Run(vec!["notify-send".to_owned(), "{1};".to_owned()]),
    ];
    let spec = RuleSpec {
        deeds,
        answer: Answer::None,
        ..rule(Stream, "(o.)k", "")
    };
    let rules = vec![Rule::compile(&spec, &BTreeMap::new()).unwrap()];
    let now = std::time::Instant::now();
    let mut engine = Engine::new(rules, Context::default(), true, now);
    let text = "o\u{202e}k\r\n".as_bytes();
    let actions = engine.feed(now, text, &[], &LOOK).remove(0).actions;
    let expected = [
        Action::Focus,
        Action::Log("o".to_owned()),
        Action::Arm("db".to_owned()),
        Action::Restart,
        Action::Terminate,
        Action::Run(vec!["notify-send".to_owned(), "o;".to_owned()]),
    ];
    assert_eq!(actions, expected);
}

#[test]
fn why_names_the_first_condition_of_each_rule() {
    let specs = [
        rule(Prompt, "ok", "yes"),
        rule(Prompt, "no", "yes"),
        with_context(Prompt, Region::All, "never"),
        note(Line, "gone"),
        note(Line, "none"),
        rule(Stream, "sec", "x"),
        note(Screen, "gone"),
        RuleSpec {
            echo: EchoWanted::Off,
            ..event("idle", Trigger::Idle(Duration::from_secs(1)))
        },
        RuleSpec {
            confirm: true,
            ..rule(Prompt, "k", "yes")
        },
    ];
    let mut pane = run_with(&specs, &[Out("gone\r\nok? "), Wait(10)], true);
    let before = pane.log.clone();
    let explain = |pane: &mut Pane| -> Vec<String> {
        let why = pane.with_holder(|engine, now, look| engine.why(now, look));
        why.iter()
            .map(|why| {
                format!(
                    "{} {}: {} ({})",
                    why.rule, why.outcome, why.reason, why.text
                )
            })
            .collect()
    };
    let why = explain(&mut pane);
    let expected = [
        "/ok fired: 'ok' matched (ok? )",
        "/no held: no pattern of it matches (ok? )",
        r#"/ok\? held: its context 'never' does not match in "gone\nok?" (ok? )"#,
        "/gone fired: 'gone' matched (gone)",
        "/none held: no pattern of it matches (gone)",
        "/sec held: no pattern of it matches (gone\nok? )",
        "/gone fired: 'gone' matched (gone)",
        "/idle held: its event has not come ()",
        "/k asked: the rule wants its answer confirmed (ok? )",
    ];
    assert_eq!(why, expected);
    assert_eq!(explain(&mut pane), expected, "nothing acts by it");
    assert_eq!(pane.log, before);
    // Later, the same reasons are the rules' standing.
    pane.wait(30);
    let why = explain(&mut pane);
    assert_eq!(
        why[0],
        "/ok held: this prompt has been answered already (ok? )"
    );
    let standing = pane.engine.standing();
    assert_eq!((standing[0].fired, standing[0].spent), (1, false));
    let last = standing[0].last.as_ref().unwrap();
    assert_eq!(last.outcome, Outcome::Fired);
    assert_eq!(standing[4].last, None);
    pane.engine.arm(pane.now, false);
    let why = explain(&mut pane);
    assert_eq!(why[4], "/none held: the pane is disarmed (gone)");
}

#[test]
fn why_says_what_holds() {
    let hold = |view, pattern: &str, priority| RuleSpec {
        hold: true,
        priority,
        name: "careful".to_owned(),
        answer: Answer::None,
        ..rule(view, pattern, "")
    };
    let told = |specs: &[RuleSpec], output: &'static str| -> Vec<String> {
        let mut pane = run_with(specs, &[Out(output), Wait(10)], true);
        let why = pane.with_holder(|engine, now, look| engine.why(now, look));
        let why = why
            .iter()
            .map(|why| format!("{}: {}", why.outcome, why.reason));
        why.collect()
    };
    let answer = |view| rule(view, "ok", "yes");
    let held = "held: rule 'careful' holds while it matches";
    let output = "[production] ok? ";
    for (specs, expected) in [
        ([answer(Prompt), hold(Prompt, "production", 1)], held),
        // It starts earlier.
        ([answer(Prompt), hold(Prompt, "production", 0)], held),
        ([answer(Prompt), hold(Screen, "production", 1)], held),
        ([answer(Stream), hold(Screen, "production", 1)], held),
        ([answer(Prompt), hold(Stream, "production", 1)], held),
        (
            [answer(Prompt), hold(Prompt, r"\?", 0)],
            "fired: 'ok' matched",
        ),
        (
            [answer(Prompt), hold(Prompt, "production", -1)],
            "fired: 'ok' matched",
        ),
        (
            [answer(Prompt), hold(Screen, "production", 0)],
            "fired: 'ok' matched",
        ),
        (
            [answer(Prompt), hold(Prompt, "test", 1)],
            "fired: 'ok' matched",
        ),
        (
            [hold(Prompt, "production", 0), answer(Prompt)],
            "fired: 'production' matched",
        ),
    ] {
        assert_eq!(told(&specs, output)[0], expected, "{specs:?}");
    }
}
