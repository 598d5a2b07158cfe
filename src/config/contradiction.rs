//! Keys of one rule that cannot have an effect together, and rules without one.
//!
//! Only what the rule's own table says is reported: what an outer table says of all its rules and
//! cannot be meant for this one is left out in `options`.

use crate::expect::{
    Answer, Deed, EchoWanted, Otherwise, PatternKind, Region, RuleSpec, Trigger, View,
};

use super::{
    answer::ANSWERS,
    error::Problems,
    options::{is_for_end, is_match},
    section::Section,
};

/// The keys that are for rules with `match` alone.
const OF_MATCH: &[&str] = &[
    "view", "window", "stable", "equals", "hold", "sequence", "secret",
];

/// The keys that say how patterns are read, those of `context` and `not` too.
const OF_PATTERNS: &[&str] = &["kind", "nocase"];

/// Reports keys of a rule that contradict each other, and a rule that does nothing.
pub(super) fn refuse_contradictions(
    rule: &RuleSpec,
    section: &Section<'_>,
    problems: &mut Problems,
) {
    let looks_around = rule.context.is_some() || rule.not.is_some();
    let of_match = section.present(OF_MATCH);
    let of_patterns = section.present(OF_PATTERNS);
    if !is_match(rule) {
        let of_patterns = of_patterns.iter().filter(|_| !looks_around);
        for entry in of_match.iter().chain(of_patterns) {
            let message = format!(
                "'{}' is only for rules with 'match'; remove it",
                entry.key()
            );
            problems.add(entry.place(), message);
        }
    }
    let mut refuse = |key, message: &str| {
        let entry = section.get(key);
        if let Some(entry) = &entry {
            problems.add(entry.place(), message);
        }
        entry.is_some()
    };
    if is_match(rule) {
        refuse_in_views(rule, &mut refuse);
    }
    refuse_conditions(rule, looks_around, &mut refuse);
    refuse_actions(rule, section, &mut refuse);

    let does_nothing = rule.answer == Answer::None
        && rule.deeds.is_empty()
        && rule.goto.is_none()
        && !rule.hold
        // An answer or a deed that is wrong was reported itself.
        && section.present(ANSWERS).is_empty()
        && section.present(&["goto", "hold"]).is_empty()
        && section
            .get("do")
            .is_none_or(|entry| entry.elements().is_empty());
    if does_nothing {
        section.lacks(
            problems,
            "this rule does nothing; add one of 'send', 'keys', 'sequence', 'secret', 'eof' and 'signal', or 'do', 'goto' or 'hold'",
        );
    }
}

/// Reports what the rule's view has no place for.
fn refuse_in_views(rule: &RuleSpec, refuse: &mut impl FnMut(&'static str, &str) -> bool) {
    if !matches!(rule.view, View::Stream | View::Raw) {
        refuse(
            "window",
            "'window' is only for view = \"stream\" and view = \"raw\"; add one or remove it",
        );
    }
    if rule.view == View::Line && rule.hold {
        refuse(
            "hold",
            "'hold' lasts while a pattern matches, and a finished line does not last; use another view",
        );
    }
    if matches!(rule.answer, Answer::Secret(_)) {
        if matches!(rule.view, View::Line | View::Raw) {
            let message = "a secret answers a prompt at the cursor; use view = \"prompt\"";
            if !refuse("view", message) {
                refuse("secret", message);
            }
        }
        if rule.echo == EchoWanted::On {
            refuse(
                "echo",
                "a secret is never sent where it would be echoed; remove 'echo'",
            );
        }
    }
    let Trigger::Match(patterns) = &rule.trigger else {
        return;
    };
    let is_one_line = matches!(rule.view, View::Prompt | View::Line);
    if is_one_line && patterns.iter().any(|text| needs_newline(text, rule.kind)) {
        refuse(
            "match",
            "a prompt or a line has no newline in it, so this never matches; leave it out, or use view = \"stream\"",
        );
    }
}

/// Returns whether a pattern matches nothing without a newline, as far as its end tells.
fn needs_newline(pattern: &str, kind: PatternKind) -> bool {
    let is_newline = |c: char| matches!(c, '\n' | '\r');
    match kind {
        PatternKind::Exact => pattern.contains(is_newline),
        PatternKind::Glob => pattern.ends_with(is_newline),
        PatternKind::Regex if pattern.contains(['|', '(', '[']) => false,
        PatternKind::Regex => {
            let escaped = pattern
                .strip_suffix("\\n")
                .or_else(|| pattern.strip_suffix("\\r"));
            let is_escape = |rest: &str| {
                let backslashes = rest.bytes().rev().take_while(|byte| *byte == b'\\');
                backslashes.count() % 2 == 0
            };
            escaped.is_some_and(is_escape) || pattern.ends_with(is_newline)
        }
    }
}

/// Reports conditions that cannot be asked or make no difference.
fn refuse_conditions(
    rule: &RuleSpec,
    looks_around: bool,
    refuse: &mut impl FnMut(&'static str, &str) -> bool,
) {
    if matches!(rule.trigger, Trigger::Start | Trigger::Bell) {
        for key in ["context", "not"] {
            refuse(
                key,
                &format!("'{key}' has nothing to look at when this event comes; remove it"),
            );
        }
    } else if rule.context.is_some() && rule.context == rule.not {
        let message = "'not' is the same as 'context', so this rule never acts; change one of them";
        refuse("not", message);
    }
    if is_for_end(rule) {
        for key in ["echo", "foreground"] {
            refuse(
                key,
                &format!("'{key}' is about a program, and none is left at this event; remove it"),
            );
        }
    }
    let sees_screen = is_match(rule) && rule.view == View::Screen;
    if !sees_screen && !looks_around && rule.region != Region::All {
        refuse(
            "region",
            "'region' is only for view = \"screen\", 'context' and 'not'; add one of them or remove it",
        );
    }
    let has_choice =
        matches!(&rule.answer, Answer::Sequence(sequence) if sequence.default.is_none());
    let has_condition = looks_around
        || !rule.equals.is_empty()
        || rule.echo != EchoWanted::Any
        || !rule.foreground.is_empty()
        || has_choice;
    if rule.otherwise == Otherwise::Ask && !has_condition {
        refuse(
            "otherwise",
            "'otherwise' is for rules with a condition, such as 'context' or 'equals'; add one or remove it",
        );
    }
}

/// Reports actions that are not possible, or not together.
fn refuse_actions(
    rule: &RuleSpec,
    section: &Section<'_>,
    refuse: &mut impl FnMut(&'static str, &str) -> bool,
) {
    if rule.trigger == Trigger::Eof {
        for answer in ANSWERS {
            refuse(
                answer,
                "nothing can be sent once the output has ended; use 'do'",
            );
        }
        refuse(
            "goto",
            "nothing follows once the output has ended; remove 'goto'",
        );
    }
    if is_for_end(rule) {
        let message = "'delay' is for answers, and no program is left at this event; remove it";
        refuse("delay", message);
    }
    let has_deed = |deed| rule.deeds.contains(&deed);
    if is_for_end(rule) && has_deed(Deed::Ask) {
        refuse(
            "do",
            "'ask' waits for an answer, and no program is left at this event; use \"notify:TEXT\"",
        );
    }
    if rule.trigger == Trigger::Start && (has_deed(Deed::Restart) || has_deed(Deed::Terminate)) {
        refuse(
            "do",
            "this would end every child as soon as it has started; use another event",
        );
    }
    // An answer that is there and could not be read was reported itself.
    let has_none = rule.answer == Answer::None && section.present(ANSWERS).is_empty();
    if has_none
        || matches!(
            rule.answer,
            Answer::Keys(_) | Answer::Eof | Answer::Signal(_)
        )
    {
        refuse(
            "newline",
            "'newline' is only for 'send', 'sequence' and 'secret'; remove it",
        );
    }
    if rule.confirm && has_deed(Deed::Ask) {
        refuse(
            "confirm",
            "'confirm' and \"ask\" in 'do' are the same; keep one of the two",
        );
    } else if rule.confirm && has_none {
        refuse(
            "confirm",
            "'confirm' has no answer to be confirmed; add one, or write do = [\"ask\"]",
        );
    }
}
