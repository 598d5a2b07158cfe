//! The engine alone: 1, 20 and 200 rules that match nothing.

use std::{collections::BTreeMap, time::Instant};

use muxpect::expect::{Context, Deed, Engine, Look, Output, Rule, RuleSpec, Trigger, View};

use crate::{
    ROUNDS,
    load::{BYTES, build_log, one_line, pattern},
};

/// Bytes of one pty read, and of as many as a busy reader may join.
const READS: [usize; 2] = [4095, 65_536];

const COUNTS: [usize; 3] = [1, 20, 200];

const LOOK: Look = Look {
    line: 0,
    prompt: "",
    screen: None,
    alternate: false,
    echo: Some(true),
    canonical: Some(true),
    holder: None,
};

/// Prints what rules cost.
pub fn report() {
    println!(
        "the engine alone on {} MB, seconds for {COUNTS:?} rules",
        BYTES / 1_000_000
    );
    for (name, text) in [("build log", build_log()), ("one line", one_line())] {
        for read in READS {
            let reads: Vec<&[u8]> = text.as_bytes().chunks(read).collect();
            let lines: Vec<Vec<String>> = reads.iter().map(|read| lines(read)).collect();
            for view in [View::Stream, View::Raw, View::Line] {
                let lines = if view == View::Line { &lines[..] } else { &[] };
                let [one, few, many] =
                    COUNTS.map(|count| measure(&rules(count, view), &reads, lines));
                let ratio = many / one;
                let view = format!("{view:?}").to_lowercase();
                println!(
                    "  {name:<10} {view:<7} reads of {read:>6}  {one:6.3} {few:6.3} {many:6.3} {ratio:6.2}x"
                );
            }
        }
    }
}

fn lines(read: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(read);
    text.lines().map(str::to_owned).collect()
}

fn rules(count: usize, view: View) -> Vec<Rule> {
    let compile = |index| {
        let spec = RuleSpec {
            name: format!("rule {index}"),
            trigger: Trigger::Match(vec![pattern(index)]),
            view,
            deeds: vec![Deed::Notify("matched".to_owned())],
            ..RuleSpec::default()
        };
        Rule::compile(&spec, &BTreeMap::new()).expect("a rule")
    };
    (0..count).map(compile).collect()
}

/// Returns the best time of some runs.
fn measure(rules: &[Rule], reads: &[&[u8]], lines: &[Vec<String>]) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..ROUNDS {
        let now = Instant::now();
        let mut engine = Engine::new(rules.to_vec(), Context::default(), true, now);
        let mut number = 0;
        let start = Instant::now();
        for (index, read) in reads.iter().enumerate() {
            let finished = lines.get(index).into_iter().flatten();
            let seen: Vec<Output> = finished
                .map(|text| {
                    number += 1;
                    Output::Line { number, text }
                })
                .collect();
            assert!(engine.feed(now, read, &seen, &LOOK).is_empty());
        }
        best = best.min(start.elapsed().as_secs_f64());
    }
    best
}
