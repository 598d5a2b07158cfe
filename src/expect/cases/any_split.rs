//! Properties: any split of the output gives the same decisions, and no sequence of events leaves a
//! deadline behind.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{
    super::{strip::Stripper, *},
    harness::{
        Pane,
        Step::{self, *},
        event, note, rule, run,
    },
};
use View::{Line, Prompt, Stream};

/// Prompts, answers, escapes and line ends to make output of.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "ok? ",
        "yes",
        "a",
        "b",
        "\n",
        "\r\n",
        "\r",
        "\x1b[K",
        "\x1b[1m",
        "\x1b[1G",
        "é",
        "\x1b[2J",
        "\x1b]0;a\x07",
        " ",
        "name: ",
    ])
}

fn outputs() -> impl Strategy<Value = Vec<(Vec<&'static str>, u64)>> {
    let wait = prop::sample::select(vec![0, 10, 30, 100]);
    prop::collection::vec((prop::collection::vec(piece(), 1..12), wait), 1..6)
}

fn specs(view: View) -> Vec<RuleSpec> {
    let list = RuleSpec {
        trigger: Trigger::Match(vec!["yes".to_owned(), r"a\s*b$".to_owned()]),
        stable: Duration::from_millis(80),
        cooldown: Duration::from_millis(50),
        ..note(view, "list")
    };
    let high = RuleSpec {
        priority: 1,
        max: Some(3),
        ..note(view, "(?s)b.*é")
    };
    vec![
        note(view, r"ok\? "),
        list,
        note(view, r"^name: $"),
        high,
        note(view, "b\n+a"),
    ]
}

/// Rules whose conditions, states and waits must not depend on how output is read.
fn conditional(view: View) -> Vec<RuleSpec> {
    let ms = Duration::from_millis;
    let stated = |spec: RuleSpec, states: &[&str], goto: &str| RuleSpec {
        start: "one".to_owned(),
        states: states.iter().map(ToString::to_string).collect(),
        goto: Some(goto.to_owned()),
        ..spec
    };
    let context = RuleSpec {
        context: Some("yes".to_owned()),
        region: Region::Bottom(2),
        ..note(view, "a")
    };
    let not = RuleSpec {
        not: Some("b".to_owned()),
        region: Region::SinceSend,
        otherwise: Otherwise::Ask,
        ..note(view, "name")
    };
    // A read does not tell what of its text came before an erasing in it, so there a stream's
    // delayed answers may be cancelled or not.
    let delay = match view {
        View::Stream | View::Raw => note(view, "é"),
        _ => RuleSpec {
            delay: ms(20),
            ..rule(view, "é", "yes")
        },
    };
    let confirm = RuleSpec {
        confirm: true,
        ..rule(view, "ok", "no")
    };
    let equals = RuleSpec {
        equals: [("1".to_owned(), "b".to_owned())].into(),
        ..note(view, "([a-z]) ?")
    };
    let mut specs = vec![
        stated(context, &["one"], "two"),
        stated(not, &["one", "two"], "two"),
        stated(delay, &["two"], "one"),
        stated(confirm, &[], "one"),
        equals,
    ];
    // What waits for the look at who holds the tty comes behind what is decided in the same read.
    if matches!(view, Prompt | View::Screen) {
        specs.push(RuleSpec {
            foreground: vec!["sudo".to_owned()],
            ..note(view, "yes")
        });
    }
    specs
}

proptest! {
    // Each case compiles its rules many times.
    #![proptest_config(ProptestConfig { max_shrink_iters: 500, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn gives_the_same_decisions(outputs in outputs(), seed in any::<u64>()) {
        let views = [Prompt, Line, Stream, View::Screen, View::Raw];
        for (view, specs) in views.iter().flat_map(|&v| [(v, specs(v)), (v, conditional(v))]) {
            let mut whole = vec![Step::Holder(Some(Reader::Unknown))];
            let mut parts = whole.clone();
            let mut random = seed;
            for (pieces, wait) in &outputs {
                let bytes = pieces.concat().into_bytes();
                let mut rest = bytes.as_slice();
                while !rest.is_empty() {
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let length = 1 + (random >> 33) as usize % 7;
                    let (part, tail) = rest.split_at(length.min(rest.len()));
                    parts.push(Bytes(part.to_vec()));
                    rest = tail;
                }
                whole.push(Bytes(bytes));
                whole.push(Wait(*wait));
                parts.push(Wait(*wait));
            }
            whole.push(Eof);
            parts.push(Eof);
            prop_assert_eq!(run(&specs, &whole), run(&specs, &parts), "{:?}", view);
        }
    }

    #[test]
    fn gives_the_same_matches_as_looking_at_every_line_end(
        pieces in prop::collection::vec(piece(), 1..40),
    ) {
        let output = pieces.concat();
        let specs: Vec<RuleSpec> = specs(Stream)
            .into_iter()
            .map(|spec| RuleSpec { cooldown: Duration::ZERO, max: None, per_minute: 1000, ..spec })
            .collect();
        prop_assert_eq!(run(&specs, &[Bytes(output.clone().into_bytes())]), naive(&specs, &output));
    }
}

fn step() -> impl Strategy<Value = Step> {
    let waits = prop::sample::select(vec![0, 10, 30, 100, 1_000]);
    prop_oneof![
        8 => piece().prop_map(Out),
        4 => waits.prop_map(Wait),
        1 => prop::sample::select(vec!["yes\r", "a", "\x03"]).prop_map(Send),
        1 => prop::sample::select(vec![AutoAnswer::On, AutoAnswer::Suggest, AutoAnswer::Off])
            .prop_map(Auto),
        1 => any::<bool>().prop_map(Interact),
        1 => any::<bool>().prop_map(Arm),
        1 => any::<bool>().prop_map(Alternate),
        1 => prop::sample::select(vec![Drained, Exits(0), Exits(1), Step::Eof, Restart]),
    ]
}

proptest! {
    // Each case compiles its rules many times.
    #![proptest_config(ProptestConfig { max_shrink_iters: 500, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn no_sequence_of_events_leaves_a_deadline_behind(
        steps in prop::collection::vec(step(), 1..60),
        echo in any::<bool>(),
    ) {
        let after = Duration::from_millis(200);
        let mut specs = vec![
            event("exit", Trigger::Exit(WhenExit::Zero)),
            event("eof", Trigger::Eof),
            RuleSpec { cooldown: 3 * after, ..event("idle", Trigger::Idle(after)) },
            RuleSpec { max: Some(1), ..event("idle once", Trigger::Idle(after)) },
            RuleSpec { per_minute: 2, ..event("timeout", Trigger::Timeout(after)) },
        ];
        for view in [Prompt, Line, Stream, View::Screen, View::Raw] {
            specs.extend(conditional(view));
            specs.extend(self::specs(view));
            specs.push(RuleSpec { per_minute: 3, cooldown: after, ..rule(view, "ok", "yes") });
            specs.push(RuleSpec { max: Some(2), stable: Duration::ZERO, ..rule(view, "a", "é") });
        }
        let mut pane = Pane::new(&specs, Instant::now());
        pane.echo = echo;
        for step in &steps {
            pane.step(step);
            if let Some(at) = pane.engine.next_deadline() {
                let due = |pane: &Pane| pane.engine.next_deadline().is_some_and(|at| at <= pane.now);
                pane.now = pane.now.max(at);
                // A rule that enters a state has another look taken at once.
                let mut looks = 0;
                while looks < 100 && due(&pane) {
                    pane.tick();
                    looks += 1;
                }
                prop_assert!(!due(&pane));
            }
        }
        prop_assert!(pane.engine.fired() <= pane.log.len() as u64);
        prop_assert!(pane.engine.asks().len() <= 16);
    }
}

/// The specification of the stream view without any thrift: at each LF, every rule looks at
/// all text since the last match.
fn naive(specs: &[RuleSpec], output: &str) -> Vec<String> {
    let mut text = String::new();
    Stripper::default().push(output.as_bytes(), &mut text);
    let mut log = Vec::new();
    let mut cursor = 0;
    for (line_end, _) in text.match_indices('\n') {
        loop {
            let seen = &text[cursor..(line_end + 1).max(cursor)];
            let best = specs
                .iter()
                .filter_map(|spec| {
                    let rule = Rule::compile(spec, &std::collections::BTreeMap::new()).unwrap();
                    let hit = rule.find(seen, 0)?;
                    Some((spec, hit))
                })
                .min_by_key(|(spec, hit)| (-spec.priority, hit.range.start));
            let Some((spec, hit)) = best else { break };
            let matched: String = seen[hit.range.clone()]
                .chars()
                .filter(|c| !c.is_control())
                .collect();
            log.push(format!("{}!{matched}", spec.name));
            cursor += hit.range.end;
        }
    }
    log
}
