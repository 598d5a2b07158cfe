//! When a rule looks: `match`, or `event` with `after` or `when_exit`.

use crate::expect::{Trigger, WhenExit};

use super::{entry::Entry, error::Problems, section::Section};

/// The words of `event`.
pub(super) const EVENTS: [(&str, &str); 6] = [
    ("start", "start"),
    ("bell", "bell"),
    ("idle", "idle"),
    ("timeout", "timeout"),
    ("exit", "exit"),
    ("eof", "eof"),
];

/// The words of `when_exit`.
pub(super) const WHEN_EXIT: [(&str, WhenExit); 3] = [
    ("any", WhenExit::Any),
    ("zero", WhenExit::Zero),
    ("nonzero", WhenExit::Nonzero),
];

/// Reads what makes a rule look. Returns nothing when that was reported.
pub(super) fn read_trigger(section: &Section<'_>, problems: &mut Problems) -> Option<Trigger> {
    let entries = section.present(&["match", "event"]);
    if let [_, second] = entries[..] {
        problems.add(
            second.place(),
            "a rule has 'match' or 'event', not both; make it two rules",
        );
        return None;
    }
    let Some(entry) = entries.first() else {
        section.lacks(problems, "this rule never looks; add 'match' or 'event'");
        return None;
    };
    if entry.key() == "match" {
        refuse_for_other_events(section, None, problems);
        let patterns = entry.string_or_strings(problems)?;
        if patterns.is_empty() {
            entry.refuse(problems, "'match' needs at least one pattern");
            return None;
        }
        let patterns = patterns.iter().map(|pattern| pattern.value.to_owned());
        return Some(Trigger::Match(patterns.collect()));
    }
    let event = entry.choice(&EVENTS, &[], problems)?;
    refuse_for_other_events(section, Some(event), problems);
    match event {
        "exit" => Some(Trigger::Exit(match section.get("when_exit") {
            Some(entry) => read_when_exit(entry, problems)?,
            None => WhenExit::default(),
        })),
        "eof" => Some(Trigger::Eof),
        "bell" => Some(Trigger::Bell),
        "start" => Some(Trigger::Start),
        _ => {
            let Some(after) = section.get("after") else {
                let message = format!("event = \"{event}\" needs 'after', such as after = \"10s\"");
                entry.refuse(problems, message);
                return None;
            };
            let duration = after.wait(problems)?;
            Some(if event == "idle" {
                Trigger::Idle(duration)
            } else {
                Trigger::Timeout(duration)
            })
        }
    }
}

/// Reports `after` and `when_exit` where the event is not theirs.
fn refuse_for_other_events(section: &Section<'_>, event: Option<&str>, problems: &mut Problems) {
    if !matches!(event, Some("idle" | "timeout"))
        && let Some(entry) = section.get("after")
    {
        problems.add(
            entry.place(),
            "'after' is only for event = \"idle\" and event = \"timeout\"; remove it",
        );
    }
    if event != Some("exit")
        && let Some(entry) = section.get("when_exit")
    {
        problems.add(
            entry.place(),
            "'when_exit' is only for event = \"exit\"; remove it",
        );
    }
}

fn read_when_exit(entry: Entry<'_>, problems: &mut Problems) -> Option<WhenExit> {
    if entry.is_integer() {
        let code = entry.number(0..=255, problems)?;
        return Some(WhenExit::Code(code));
    }
    entry.choice(&WHEN_EXIT, &[], problems)
}
