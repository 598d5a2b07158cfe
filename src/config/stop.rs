//! `stop`: the steps by which a child is asked to end.

use std::time::Duration;

use crate::pane::StopStep;

use super::{
    answer::read_keys,
    entry::Entry,
    error::Problems,
    schema,
    value::{self, shown},
};

/// How long a child has to end after the last step of `stop`, unless that step is a pause.
const LAST_PAUSE: Duration = Duration::from_secs(2);

/// Reads a step or a list of them.
pub(super) fn read_stop(entry: Entry<'_>, problems: &mut Problems) -> Option<Vec<StopStep>> {
    let elements = entry.elements();
    if elements.is_empty() {
        entry.refuse(
            problems,
            "'stop' needs at least one step; write [\"KILL\"] to end the child at once",
        );
        return None;
    }
    let mut steps = Vec::new();
    for element in &elements {
        steps.extend(read_stop_step(*element, problems));
    }
    if steps.len() != elements.len() {
        return None;
    }
    if !matches!(steps.last(), Some(StopStep::Pause(_))) {
        steps.push(StopStep::Pause(LAST_PAUSE));
    }
    Some(steps)
}

fn read_stop_step(element: Entry<'_>, problems: &mut Problems) -> Option<StopStep> {
    if element.is_table() {
        let section = element.section(&schema::STOP, problems)?;
        let entries = section.present(&["keys", "cmd"]);
        let [entry] = entries[..] else {
            section.lacks(
                problems,
                "a step of 'stop' is either { keys = [\"C-d\"] } or { cmd = [\"./stop.sh\"] }",
            );
            return None;
        };
        return if entry.key() == "keys" {
            read_keys(entry, problems).map(StopStep::Keys)
        } else {
            entry.argv(problems).map(StopStep::Run)
        };
    }
    let Some(text) = element.as_str() else {
        element.wrong_type(problems, "a list of signals, pauses, keys and commands");
        return None;
    };
    let step = if text.starts_with(|c: char| c.is_ascii_digit()) {
        value::duration(text).map(StopStep::Pause)
    } else if text.contains(['/', ' ']) {
        Err(format!(
            "{} is not a signal; a command is written {{ cmd = [\"program\", \"argument\"] }}",
            shown(text)
        ))
    } else {
        value::signal(text).map(StopStep::Signal)
    };
    step.map_err(|message| element.refuse(problems, message))
        .ok()
}
