//! `[notify]`: when a person is told that a pane needs somebody, and how.

use crate::session::{ATTENTIONS, NotifyCommand, NotifySpec, PLACEHOLDERS};

use super::{
    Environment,
    entry::Entry,
    error::Problems,
    schema::{self, nearest},
    secret::Secrets,
    value::shown,
};

/// Reads the table, which may be absent.
pub(super) fn read(
    entry: Option<Entry<'_>>,
    environment: &Environment,
    secrets: &Secrets,
    problems: &mut Problems,
) -> NotifySpec {
    let mut spec = NotifySpec::default();
    let Some(section) = entry.and_then(|entry| entry.section(&schema::NOTIFY, problems)) else {
        return spec;
    };
    if let Some(entry) = section.get("on") {
        let words = ATTENTIONS.map(|attention| (attention.word(), attention));
        let read = |entry: Entry<'_>| entry.choice(&words, &[], problems);
        spec.on = entry.elements().into_iter().filter_map(read).collect();
    }
    if let Some(terminal) = section.get("terminal").and_then(|it| it.boolean(problems)) {
        spec.terminal = terminal;
    }
    if let Some(every) = section.get("every").and_then(|it| it.wait(problems)) {
        spec.every = every;
    }
    spec.command = section.get("command").and_then(|entry| {
        let argv = entry.argv(problems)?;
        refuse_placeholders(entry, &argv, problems);
        let mut variables = environment.variables.clone();
        variables.retain(|variable, _| !secrets.variables.contains(variable));
        Some(NotifyCommand {
            argv,
            cwd: environment.folder.clone(),
            environment: variables,
        })
    });
    spec
}

/// Reports placeholders that nothing replaces: unknown ones, and any in the program's name, which
/// no output may choose.
fn refuse_placeholders(entry: Entry<'_>, argv: &[String], problems: &mut Problems) {
    for (index, argument) in argv.iter().enumerate() {
        for name in placeholders(argument) {
            let known = PLACEHOLDERS.contains(&name);
            let message = if index == 0 && known {
                format!(
                    "{} cannot choose the program; name it, and write {{{name}}} in an argument",
                    shown(argument)
                )
            } else if !known {
                let known = PLACEHOLDERS.map(|name| (name, name));
                match nearest(name, known) {
                    Some(near) => {
                        format!("unknown placeholder {{{name}}}; did you mean {{{near}}}?")
                    }
                    None => format!(
                        "unknown placeholder {{{name}}}; there are {{{}}}",
                        PLACEHOLDERS.join("}, {")
                    ),
                }
            } else {
                continue;
            };
            problems.add(entry.element_place(index), message);
        }
    }
}

/// Returns the words of letters that stand alone between braces.
fn placeholders(argument: &str) -> impl Iterator<Item = &str> {
    let words = argument.split('{').skip(1);
    words.filter_map(|rest| {
        let (word, _) = rest.split_once('}')?;
        let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_word.then_some(word)
    })
}
