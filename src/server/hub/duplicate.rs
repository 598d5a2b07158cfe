//! A further pane that is made as another one was: the same command, folder, environment and rules.
//!
//! It shares no file with any pane: the name of a log or a recording gets the first number with which
//! no pane writes to it.

use std::path::{Path, PathBuf};

use super::Task;
use crate::{
    pane::{LogSpec, PaneSpec, RecordSpec, ReplyTo},
    protocol::Reply,
    record::with_number,
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
            log: spec.log.map(|log| numbered(log, &written)),
            record: spec.record.map(|record| RecordSpec {
                file: numbered(record.file, &written),
                ..record
            }),
            autostart: true,
            ..spec
        };
        self.run_more(vec![spec], true, reply);
    }
}

/// Returns the files that a pane writes to.
fn files(spec: &PaneSpec) -> impl Iterator<Item = PathBuf> + use<> {
    let log = spec.log.iter().map(|log| log.path.clone());
    let recording = spec.record.iter().flat_map(RecordSpec::files);
    log.chain(recording).collect::<Vec<_>>().into_iter()
}

/// Returns the file with the first number from 2 on behind its name with which it is none of
/// `written`. A `FILE-2` beside a FILE is numbered as that one.
fn numbered(file: LogSpec, written: &[PathBuf]) -> LogSpec {
    let beside = without_number(&file.path).filter(|path| written.contains(path));
    let first = beside.as_deref().unwrap_or(&file.path);
    let mut paths = (2_u32..).map(|number| with_number(first, number));
    let path = paths.find(|path| !written.contains(path));
    LogSpec {
        path: path.expect("numbers are more than panes"),
        ..file
    }
}

/// Returns `FILE.EXTENSION` for `FILE-NUMBER.EXTENSION`.
fn without_number(path: &Path) -> Option<PathBuf> {
    let (name, number) = path.file_stem()?.to_str()?.rsplit_once('-')?;
    number.parse::<u32>().ok()?;
    let name = match path.extension() {
        Some(extension) => format!("{name}.{}", extension.to_str()?),
        None => name.to_owned(),
    };
    Some(path.with_file_name(name))
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{hub, reply, request},
        *,
    };
    use crate::{
        pane::LogMode,
        protocol::{FailureKind, PaneId, Request},
    };

    #[test]
    fn files_get_the_first_free_number() {
        let check = |path: &str, written: &[&str], expected: &str| {
            let file = LogSpec {
                path: path.into(),
                mode: LogMode::Append,
                make_folders: false,
            };
            let written: Vec<PathBuf> = written.iter().map(PathBuf::from).collect();
            let numbered = numbered(file, &written);
            assert_eq!(numbered.path, Path::new(expected));
            assert_eq!(numbered.mode, LogMode::Append);
        };
        check("/a/db.log", &["/a/db.log"], "/a/db-2.log");
        check("/a/db.log", &["/a/db.log", "/a/db-2.log"], "/a/db-3.log");
        check("/a/db-2.log", &["/a/db.log", "/a/db-2.log"], "/a/db-3.log");
        check("/a/db-2.log", &["/a/db-2.log"], "/a/db-2-2.log");
        check("/a/db-2", &["/a/db", "/a/db-2"], "/a/db-3");
        check("/a.b/db", &[], "/a.b/db-2");
        check("/a/db.tar.gz", &[], "/a/db.tar-2.gz");
    }

    #[tokio::test]
    async fn a_further_pane_is_made_as_the_first_was() {
        let folder = tempfile::tempdir().unwrap();
        let (mut task, _panes) = hub(&["a"]);
        let log = LogSpec {
            path: folder.path().join("a.log"),
            mode: LogMode::Refuse,
            make_folders: false,
        };
        let command = vec!["true".to_owned()];
        let variables = [("COLOUR".to_owned(), "teal".to_owned())].into();
        let spec = PaneSpec {
            log: Some(log),
            autostart: false,
            ..PaneSpec::new("a".to_owned(), command, folder.path().to_owned(), variables)
        };
        task.specs.insert(PaneId(1), spec.clone());
        let duplicate = |pane: &str| Request::Duplicate {
            pane: pane.to_owned(),
        };
        match reply(request(&mut task, duplicate("a"))).await {
            Reply::Started(started) => {
                assert_eq!(
                    (started[0].id, started[0].name.as_str()),
                    (PaneId(2), "a-2")
                );
            }
            other => panic!("{other:?}"),
        }
        let made = &task.specs[&PaneId(2)];
        let of_its_own = PaneSpec {
            name: "a-2".to_owned(),
            log: made.log.clone(),
            autostart: true,
            ..spec
        };
        assert_eq!(*made, of_its_own);
        assert!(folder.path().join("a-2.log").exists());
        // What is there already is not written to.
        std::fs::write(folder.path().join("a-3.log"), "old").unwrap();
        match reply(request(&mut task, duplicate("1"))).await {
            Reply::Failed(failure) => assert!(failure.message.contains("a-3.log"), "{failure}"),
            other => panic!("{other:?}"),
        }
        let unknown = reply(request(&mut task, duplicate("b"))).await;
        assert!(matches!(unknown, Reply::Failed(failure) if failure.kind == FailureKind::Usage));
    }
}
