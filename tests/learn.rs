//! What is learned from scripted recordings, and that it is a config whose rules can be used.

use std::{collections::BTreeMap, path::Path, time::Duration};

use muxpect::{
    config,
    expect::Rule,
    geometry::Size,
    learn::{About, Learned, Learner, Place, ruleset},
    record::{CastEvent, Sight, What},
};

/// What happens in a scripted recording, 100 ms after the event before.
#[derive(Clone, Copy)]
enum Step<'a> {
    Out(&'a str),
    In(&'a str),
    /// Echo and line mode.
    Tty(bool, bool),
}

use Step::{In, Out, Tty};

const COOKED: Step = Tty(true, true);
const HIDDEN: Step = Tty(false, true);
const RAW: Step = Tty(false, false);

fn learned(steps: &[Step]) -> Learned {
    let mut learner = Learner::new(Size { rows: 24, cols: 80 });
    for (index, step) in steps.iter().enumerate() {
        let what = match *step {
            Out(text) => What::Output(text.to_owned()),
            In(text) => What::Input(text.to_owned()),
            Tty(echo, canonical) => What::Sight(Sight {
                echo,
                canonical,
                holder: None,
            }),
        };
        let at = Duration::from_millis(100 * index as u64);
        learner.take(&CastEvent { at, what });
    }
    learner.finish()
}

/// Returns each exchange as prompt and answer, then why something was left out.
fn summary(steps: &[Step]) -> Vec<String> {
    let learned = learned(steps);
    let exchanges = learned.exchanges.iter().map(|exchange| {
        let answer = exchange.answer().unwrap_or_else(|| "?".to_owned());
        let place = match exchange.place {
            Place::Prompt => "",
            Place::LineAbove => "above ",
        };
        format!("{place}{:?}: {answer}", exchange.prompt)
    });
    let skipped = learned.skipped.iter().map(|skipped| skipped.why.to_owned());
    exchanges.chain(skipped).collect()
}

/// Returns the rules as text, from `[[ruleset.rule]]` on, and makes sure that they can be used.
fn written(steps: &[Step]) -> String {
    let about = About {
        name: "r",
        command: "job",
        recording: "job.cast",
    };
    let text = ruleset(&about, &learned(steps));
    let environment = config::Environment {
        cwd: "/".into(),
        folder: "/".into(),
        home: None,
        variables: BTreeMap::new(),
        shell: "/bin/sh".to_owned(),
    };
    let config = config::parse(&text, Path::new("r.toml"), &environment);
    let config = config.unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    for rule in config.rules() {
        Rule::compile(&rule, &BTreeMap::new()).unwrap_or_else(|error| panic!("{error}\n{text}"));
    }
    let rules = text.split("[[ruleset.rule]]\n").skip(1);
    rules.collect::<Vec<_>>().concat()
}

#[test]
fn lines_are_learned_as_the_kernel_edits_them() {
    let steps = [
        COOKED,
        Out("Name: "),
        In("add\x7fa\r"),
        Out("ada\r\nAge: "),
        In("x\x15"),
        In("4"),
        In("2\r"),
        Out("42\r\nTwo words: "),
        In("a b\x17c\r"),
        Out("\r\n"),
    ];
    assert_eq!(
        summary(&steps),
        ["\"Name: \": ada", "\"Age: \": 42", "\"Two words: \": a c"]
    );
}

#[test]
fn what_is_typed_without_echo_is_not_kept() {
    let steps = [HIDDEN, Out("Password: "), In("hunter22\r"), Out("\r\n")];
    assert_eq!(summary(&steps), ["\"Password: \": ?"]);
    assert!(!written(&steps).contains("hunter"));
    assert!(written(&steps).contains("do = [\"ask\"]"));
    // A program that reads it itself, and draws stars.
    let stars = [
        RAW,
        Out("Token: "),
        In("se"),
        Out("**"),
        In("cret1\r"),
        Out("*****\r\n"),
    ];
    assert_eq!(summary(&stars), ["\"Token: \": ?"]);
    let hidden = learned(&stars).hidden;
    assert_eq!((hidden.len(), &hidden[0]), (1, &(0..2)));
    assert!(!written(&stars).contains("cret"));
    // Nobody has told whether the tty echoed: then only what is seen was shown.
    let unknown = [Out("Password: "), In("hunter22\r"), Out("\r\n")];
    assert_eq!(summary(&unknown), ["\"Password: \": ?"]);
    let shown = [Out("Name: "), In("ada\r"), Out("ada\r\n")];
    assert_eq!(summary(&shown), ["\"Name: \": ada"]);
}

#[test]
fn programs_that_edit_lines_themselves_are_learned() {
    let steps = [
        RAW,
        Out("\x1b[1mname\x1b[0m: \x1b[6n"),
        In("\x1b[1;7R"),
        In("ad"),
        Out("ad"),
        In("a\r"),
        Out("a\r\nsure? "),
        In("y"),
        Out("\r\n> "),
        In("\x1b[A\x1b[B\r"),
        Out("\r\n"),
    ];
    assert_eq!(
        summary(&steps),
        ["\"name: \": ada", "\"sure? \": y", "\"> \": Up Down Enter"]
    );
    let text = written(&steps);
    assert!(text.contains("keys = [\"y\"]"), "{text}");
    assert!(
        text.contains("keys = [\"Up\", \"Down\", \"Enter\"]"),
        "{text}"
    );
}

#[test]
fn what_is_of_no_use_may_have_been_a_secret() {
    let hidden = |steps: &[Step]| {
        let hidden = learned(steps).hidden;
        hidden.into_iter().flatten().collect::<Vec<u64>>()
    };
    let pin = [
        COOKED,
        Out("$ "),
        In("pin\r"),
        Out("pin\r\n"),
        RAW,
        In("12"),
        In("34"),
    ];
    assert_eq!(hidden(&pin), [1, 2]);
    let boxed = [
        RAW,
        Out("\x1b[?1049hPassword"),
        In("hunter22\r"),
        Out("\x1b[?1049l"),
    ];
    assert_eq!(hidden(&boxed), [0]);
    let unfinished = [COOKED, Out("A: "), In("x"), In("y")];
    assert_eq!(hidden(&unfinished)[..2], [0, 1]);
}

#[test]
fn what_cannot_be_learned_is_said() {
    let alternate = [
        RAW,
        Out("\x1b[?1049hedit"),
        In("ix\x1b:wq\r"),
        Out("\x1b[?1049l"),
    ];
    assert_eq!(
        summary(&alternate),
        ["typed on a screen of the program's own"]
    );
    let nothing = [COOKED, Out(""), In("x\r"), Out("x\r\n")];
    assert_eq!(summary(&nothing), ["typed without a prompt"]);
    let ahead = [COOKED, Out("A: "), In("1\r2\r"), Out("1\r\nB: 2\r\n")];
    assert_eq!(summary(&ahead), ["\"A: \": 1", "typed ahead of its prompt"]);
    let stopped = [COOKED, Out("A: "), In("x\x03"), Out("^C\r\n")];
    assert_eq!(summary(&stopped), ["an interrupt of the program"]);
    let open = [COOKED, Out("A: "), In("x")];
    assert_eq!(summary(&open), ["a line without its end"]);
    assert!(!learned(&[Out("x")]).has_input);
}

#[test]
fn a_question_above_an_empty_line_is_a_prompt() {
    let steps = [
        COOKED,
        Out("Go on?\r\n"),
        In("yes\r"),
        Out("yes\r\nok\r\n"),
        In("\x04"),
    ];
    assert_eq!(
        summary(&steps),
        ["above \"Go on?\": yes", "above \"ok\": EOF"]
    );
    let text = written(&steps);
    assert!(text.contains("view = \"line\"\nsend = \"yes\""), "{text}");
    assert!(text.contains("eof = true"), "{text}");
}

#[test]
fn other_answers_to_the_same_prompt_keep_their_order_or_their_reason() {
    let steps = [
        COOKED,
        Out("Item 1: "),
        In("a\r"),
        Out("a\r\nItem 2: "),
        In("{b}\r"),
        Out("{b}\r\n"),
    ];
    assert_eq!(
        written(&steps),
        "name = \"item\"\nmatch = \"^Item (?P<number>[0-9]+): $\"\nview = \"prompt\"\n\
         sequence = { by = \"{number}\", \"1\" = \"a\", \"2\" = \"{{b}\" }\n"
    );
    let steps = [
        COOKED,
        Out("> "),
        In("a\r"),
        Out("a\r\n> "),
        In("b\r"),
        Out("b\r\n"),
    ];
    assert_eq!(
        written(&steps),
        "name = \"prompt\"\nmatch = \"^> $\"\nview = \"prompt\"\nsend = [\"a\", \"b\"]\n"
    );
    let steps = [
        COOKED,
        Out("> "),
        In("a\r"),
        Out("a\r\n> "),
        In("\x04"),
        Out("\r\n"),
    ];
    let text = written(&steps);
    assert_eq!(text.matches("once = true").count(), 2, "{text}");
    let steps = [
        COOKED,
        Out("> "),
        In("a\r"),
        Out("a\r\n> "),
        HIDDEN,
        In("secret\r"),
        Out("\r\n"),
    ];
    assert!(written(&steps).ends_with("view = \"prompt\"\ndo = [\"ask\"]\n"));
}

#[test]
fn prompts_and_answers_of_any_kind_make_a_config() {
    let steps = [
        COOKED,
        Out("It's \"this\" \\ {that}: "),
        In("a \"b\" 'c' {d} \\\t\r"),
        Out("a\r\n日本? "),
        In("é\r"),
        Out("é\r\n(y/n) [a-z]*+? "),
        In("\r"),
        Out("\r\n"),
    ];
    assert_eq!(learned(&steps).exchanges.len(), 3);
    let text = written(&steps);
    assert_eq!(text.matches("send = ").count(), 3, "{text}");
}
