//! The files that panes write: `log` and `record`, of a pane or of the session.
//!
//! Owns their forms, what the placeholders in their names may be, and that no two files are the
//! same. What is in them is the pane's matter.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{
    pane::{LogMode, LogSpec, PaneSpec, RecordFormat, RecordSpec},
    record::{self, PLACEHOLDERS},
};

use super::{
    Environment,
    entry::{Entry, Placed},
    error::Problems,
    schema::{self, Table, nearest},
    section::Section,
    session::read_path,
    value::visible,
};

/// The words of a file's `mode`.
pub(super) const LOG_MODES: [(&str, LogMode); 3] = [
    ("refuse", LogMode::Refuse),
    ("append", LogMode::Append),
    ("truncate", LogMode::Truncate),
];

/// The words of a recording's `format`.
pub(super) const FORMATS: [(&str, RecordFormat); 2] = [
    ("asciicast", RecordFormat::Asciicast),
    ("typescript", RecordFormat::Typescript),
];

/// Reads the `log` of a pane.
pub(super) fn read_log(
    entry: Entry<'_>,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<Placed<LogSpec>> {
    let place = entry.value_place();
    let (value, _) = read_file(entry, &schema::LOG, environment, problems)?;
    Some(Placed { value, place })
}

/// Reads the `record` of a pane or of the session.
pub(super) fn read_record(
    entry: Entry<'_>,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<Placed<RecordSpec>> {
    let place = entry.value_place();
    let (file, section) = read_file(entry, &schema::RECORD, environment, problems)?;
    let get = |key| section.as_ref().and_then(|section| section.get(key));
    let format = get("format").and_then(|entry| entry.choice(&FORMATS, &[], problems));
    let format = format.unwrap_or_default();
    let input = get("input").and_then(|entry| entry.boolean(problems));
    let input = input.unwrap_or_default();
    if input && format == RecordFormat::Typescript {
        let message = "a typescript has no place for input; use the format \"asciicast\"";
        problems.add(place, message);
        return None;
    }
    let value = RecordSpec {
        file,
        input,
        format,
    };
    Some(Placed { value, place })
}

/// Reads the `logs` of the session, as the log of any pane.
pub(super) fn read_logs(
    entry: Entry<'_>,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<Placed<LogSpec>> {
    let path = read_template(entry, environment, problems)?;
    let value = LogSpec {
        path: of_any_pane(path, "{pane}.log"),
        mode: LogMode::Append,
        make_folders: true,
    };
    let place = entry.value_place();
    Some(Placed { value, place })
}

/// Reads the `record` of the session, as the recording of any pane: each start has one of its own
/// unless the template says otherwise.
pub(super) fn read_records(
    entry: Entry<'_>,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<Placed<RecordSpec>> {
    let mut record = read_record(entry, environment, problems)?;
    let name = match record.value.format {
        RecordFormat::Asciicast => RecordSpec::NAME,
        RecordFormat::Typescript => "{pane}-{date}-{time}.typescript",
    };
    let file = &mut record.value.file;
    file.path = of_any_pane(std::mem::take(&mut file.path), name);
    file.make_folders = true;
    Some(record)
}

/// Returns what stands for the file of any pane: the template itself if the name that it gives
/// tells panes apart, else that of `name` in the folder.
fn of_any_pane(path: PathBuf, name: &str) -> PathBuf {
    let last = path.file_name().unwrap_or_default().to_string_lossy();
    let is_file = ["pane", "command"].map(|key| record::has_placeholder(&last, key));
    match is_file.contains(&true) {
        true => path,
        false => path.join(name),
    }
}

/// Returns the name of a pane's file as far as the config tells it.
pub(super) fn named(file: LogSpec, pane: &str, program: &str) -> LogSpec {
    let program = Path::new(program).file_name();
    let program = program.unwrap_or_default().to_string_lossy();
    let values = [("pane", pane), ("command", &*program)];
    LogSpec {
        path: record::fill(&file.path, &values),
        ..file
    }
}

/// The files that panes write, each with the pane that does.
#[derive(Default)]
pub(super) struct Written(BTreeMap<PathBuf, String>);

impl Written {
    /// Takes what a pane writes, and reports a file that is another one's too. The places are
    /// those of its log and its recording.
    pub(super) fn add(
        &mut self,
        pane: &PaneSpec,
        places: [Option<std::ops::Range<usize>>; 2],
        problems: &mut Problems,
    ) {
        let log = pane.log.iter().map(|log| log.path.clone()).collect();
        let recording = pane
            .record
            .as_ref()
            .map_or_else(Vec::new, RecordSpec::files);
        for (paths, place) in [log, recording].into_iter().zip(places) {
            for path in paths {
                let other = self.0.insert(path, pane.name.clone());
                let message = match other {
                    None => continue,
                    Some(other) if other == pane.name => format!(
                        "the log and the recording of pane '{other}' would be the same file; give each its own"
                    ),
                    Some(other) => format!(
                        "the panes '{other}' and '{}' would write the same file; give each its own, or put {{pane}} in its name",
                        pane.name
                    ),
                };
                problems.add(place.clone().unwrap_or_default(), message);
            }
        }
    }
}

/// Reads a file to write, as `table` describes it, and what else the table says.
fn read_file<'t>(
    entry: Entry<'t>,
    table: &'static Table,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<(LogSpec, Option<Section<'t>>)> {
    if !entry.is_table() {
        let path = read_template(entry, environment, problems)?;
        let mode = LogMode::default();
        return Some((file(entry, path, mode), None));
    }
    let section = entry.section(table, problems)?;
    let mode = section
        .get("mode")
        .and_then(|entry| entry.choice(&LOG_MODES, &[], problems));
    let Some(path) = section.get("path") else {
        let message = format!("{} needs 'path', the file to write", table.title);
        section.lacks(problems, &message);
        return None;
    };
    let spec = file(
        path,
        read_template(path, environment, problems)?,
        mode.unwrap_or_default(),
    );
    Some((spec, Some(section)))
}

/// Returns a file whose path was read from `entry`.
fn file(entry: Entry<'_>, path: PathBuf, mode: LogMode) -> LogSpec {
    let text = entry.as_str().unwrap_or_default();
    LogSpec {
        path,
        mode,
        make_folders: PLACEHOLDERS
            .iter()
            .any(|name| record::has_placeholder(text, name)),
    }
}

/// Reads a path that may have placeholders.
fn read_template(
    entry: Entry<'_>,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<PathBuf> {
    let path = read_path(entry, environment, problems)?;
    let Some(unknown) = entry.as_str().and_then(record::unknown_placeholder) else {
        return Some(path);
    };
    let known = PLACEHOLDERS.map(|name| format!("{{{name}}}")).join(", ");
    let unknown_name = format!("unknown placeholder '{{{}}}'", visible(unknown));
    let hint = match nearest(unknown, PLACEHOLDERS.map(|name| (name, name))) {
        Some(near) => format!("did you mean '{{{near}}}'? There are {known}"),
        None => format!("there are {known}"),
    };
    entry.refuse(problems, format!("{unknown_name}; {hint}"));
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_tells_no_panes_apart_is_a_folder() {
        let check = |path: &str, expected: &str| {
            let path = of_any_pane(path.into(), "{pane}.log");
            assert_eq!(path, Path::new(expected));
        };
        check("/a/logs", "/a/logs/{pane}.log");
        check("/a/{date}", "/a/{date}/{pane}.log");
        check("/a/{pane}", "/a/{pane}");
        check("/a/{date}/{command}.txt", "/a/{date}/{command}.txt");
        check("/a/{pane}/b.txt", "/a/{pane}/b.txt/{pane}.log");
    }

    #[test]
    fn names_are_those_of_pane_and_program() {
        let check = |path: &str, expected: &str| {
            let file = LogSpec {
                path: path.into(),
                mode: LogMode::Append,
                make_folders: true,
            };
            let found = named(file, "db1", "/usr/bin/ssh");
            assert_eq!(found.path, Path::new(expected));
        };
        check("/a/{pane}-{command}.log", "/a/db1-ssh.log");
        check("/a/{session}/{date}", "/a/{session}/{date}");
    }
}
