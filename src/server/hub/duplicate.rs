//! A further pane that is made as another one was: the same command, folder, environment and rules.
//!
//! It shares no file with any pane: the name of a log or a recording gets the first number with which
//! no pane writes to it.

use std::path::{Path, PathBuf};

use super::Task;
use crate::{
    pane::{LogSpec, PaneSpec, ReplyTo},
    protocol::Reply,
    session::Session,
};

impl Task {
    /// Does [`Request::Duplicate`](crate::protocol::Request::Duplicate).
    pub(super) fn duplicate(&mut self, pane: &str, reply: ReplyTo) {
        let found = Session::find(self.session.panes(), Some(pane));
        let spec = match found.map(|id| self.specs.get(&id).cloned()) {
            Ok(Some(spec)) => spec,
            // A pane of the session has one; the reply pays itself.
            Ok(None) => return,
            Err(failure) => return reply.reply(Reply::Failed(failure)),
        };
        let written: Vec<PathBuf> = self.specs.values().flat_map(files).collect();
        let spec = PaneSpec {
            name: self.session.name_to_number(&spec.name),
            log: numbered(spec.log, &written),
            record: numbered(spec.record, &written),
            autostart: true,
            ..spec
        };
        self.run_more(vec![spec], true, reply);
    }
}

/// Returns the files that a pane writes to.
fn files(spec: &PaneSpec) -> impl Iterator<Item = PathBuf> + use<> {
    let files = [&spec.log, &spec.record];
    let paths = files.map(|file| file.as_ref().map(|file| file.path.clone()));
    paths.into_iter().flatten()
}

/// Returns the file with the first number from 2 on behind its name with which it is none of
/// `written`.
fn numbered(file: Option<LogSpec>, written: &[PathBuf]) -> Option<LogSpec> {
    let file = file?;
    let mut paths = (2_u32..).map(|number| with_number(&file.path, number));
    let path = paths.find(|path| !written.contains(path))?;
    Some(LogSpec { path, ..file })
}

/// Returns `FILE-NUMBER.EXTENSION` for `FILE.EXTENSION`.
fn with_number(path: &Path, number: u32) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pane::LogMode;

    #[test]
    fn files_get_the_first_free_number() {
        let check = |path: &str, written: &[&str], expected: &str| {
            let file = LogSpec {
                path: path.into(),
                mode: LogMode::Append,
            };
            let written: Vec<PathBuf> = written.iter().map(PathBuf::from).collect();
            let numbered = numbered(Some(file), &written).unwrap();
            assert_eq!(numbered.path, Path::new(expected));
            assert_eq!(numbered.mode, LogMode::Append);
        };
        check("/a/db.log", &["/a/db.log"], "/a/db-2.log");
        check("/a/db.log", &["/a/db.log", "/a/db-2.log"], "/a/db-3.log");
        check("/a.b/db", &[], "/a.b/db-2");
        check("/a/db.tar.gz", &[], "/a/db.tar-2.gz");
        assert_eq!(numbered(None, &[]), None);
    }
}
