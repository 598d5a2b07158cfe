//! Opening a pane's files: how they are called at that moment, and what becomes of those there are.

use std::{
    fs::DirBuilder,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use jiff::Zoned;

use super::{
    files::Log,
    recording::Recording,
    spec::{LogMode, LogSpec, PaneSpec, RecordFormat, RecordSpec},
};
use crate::record::{self, Gaps, OpenError, OpenMode, RecordingError, Sink, fill, with_number};

/// How many names are tried for a recording that must not take the place of another one.
const NAMES: u32 = 1000;

/// Opens a pane's log, if it has one.
pub fn open_log(spec: &PaneSpec, session: &str) -> Result<Option<Log>, OpenError> {
    let Some(log) = &spec.log else {
        return Ok(None);
    };
    let path = place(log, spec, session)?;
    let sink = Sink::open(&path, mode(log.mode), Gaps::Marked)?;
    Ok(Some(Log {
        path,
        sink,
        told: 0,
    }))
}

/// Opens a pane's recording, if it has one.
pub fn open_recording(spec: &PaneSpec, session: &str) -> Result<Option<Recording>, RecordingError> {
    let record = spec.record.as_ref();
    let opened = record.map(|record| {
        let path = place(&record.file, spec, session)?;
        open(record, path, mode(record.file.mode))
    });
    opened.transpose()
}

/// Opens a further recording of a pane, as its config says or else in its folder. What there is of
/// that name stays: the new one gets the first number that is free.
pub fn open_new_recording(spec: &PaneSpec, session: &str) -> Result<Recording, RecordingError> {
    let default = RecordSpec {
        file: LogSpec {
            path: spec.cwd.join(RecordSpec::NAME),
            mode: LogMode::Refuse,
            make_folders: false,
        },
        input: false,
        format: RecordFormat::default(),
    };
    let record = spec.record.as_ref().unwrap_or(&default);
    let first = place(&record.file, spec, session)?;
    let mut number = 1;
    loop {
        let path = match number {
            1 => first.clone(),
            number => with_number(&first, number),
        };
        match open(record, path, OpenMode::Refuse) {
            Err(RecordingError::Open(OpenError::Exists(_))) if number < NAMES => number += 1,
            opened => return opened,
        }
    }
}

fn open(record: &RecordSpec, path: PathBuf, mode: OpenMode) -> Result<Recording, RecordingError> {
    let kept = record::Recording::open(&path, record.format.into(), mode)?;
    Ok(Recording::new(path, kept, record.input))
}

fn mode(mode: LogMode) -> OpenMode {
    match mode {
        LogMode::Refuse => OpenMode::Refuse,
        LogMode::Append => OpenMode::Append,
        LogMode::Truncate => OpenMode::Truncate,
    }
}

/// Returns what a file is called now, with its folders there if they are to be made.
fn place(file: &LogSpec, spec: &PaneSpec, session: &str) -> Result<PathBuf, OpenError> {
    let path = named(&file.path, spec, session);
    if let Some(folder) = path.parent().filter(|_| file.make_folders) {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|source| OpenError::Io {
            path: path.clone(),
            source,
        })?;
    }
    Ok(path)
}

/// Returns what a template stands for now.
fn named(template: &Path, spec: &PaneSpec, session: &str) -> PathBuf {
    let now = Zoned::now();
    let program = Path::new(spec.command.first().map_or("", String::as_str)).file_name();
    let values = [
        ("session", session),
        ("pane", &spec.name),
        ("command", &program.unwrap_or_default().to_string_lossy()),
        ("date", &now.strftime("%Y-%m-%d").to_string()),
        ("time", &now.strftime("%H-%M-%S").to_string()),
    ];
    fill(template, &values)
}
