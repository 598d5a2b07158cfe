//! A text in the person's own editor: a private file, a child on the outer terminal.
//!
//! Owns which editor that is, the file, and the signals while it runs. What the text is is decided
//! elsewhere; taking it back is not wanted: the file goes when the editor ends.

use std::{
    fs::{OpenOptions, Permissions},
    io::{self, Write},
    os::unix::{
        fs::{OpenOptionsExt, PermissionsExt},
        process::ExitStatusExt,
    },
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
};

use futures_util::FutureExt;
use nix::{
    sys::signal::{Signal as Number, kill, raise},
    unistd::Pid,
};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::{
    Attendance, Outcome, TuiError,
    app::{Editing, Effect, Msg},
    now, outer,
    signals::Signal,
};

/// The editor of those who have named none.
const EDITOR: &str = "vi";

/// Why a text is not in an editor.
#[derive(Debug, thiserror::Error)]
enum EditError {
    #[error("{variable} is '{command}', which has a quote too many; correct it")]
    Quotes {
        variable: &'static str,
        command: String,
    },
    #[error("the history cannot be written for the editor: {0}; make room in the temporary folder")]
    File(io::Error),
    #[error("the editor '{program}' cannot start: {source}; set EDITOR to one that is there")]
    Start { program: String, source: io::Error },
    #[error("the editor '{program}' has failed: {how}")]
    Failed { program: String, how: String },
}

impl Attendance {
    /// Opens a text in the person's editor, with the terminal given back until that ends.
    pub(super) async fn edit(&mut self, editing: &Editing) -> Result<Vec<Effect>, TuiError> {
        let mut effects = Vec::new();
        let result = match prepare(editing) {
            Ok(prepared) => {
                self.outer.give_back();
                let result = self.run(prepared).await;
                self.outer.retake()?;
                let size = outer::terminal_size();
                self.canvas.resize(size);
                effects = self.app.update(Msg::Resized(size), now());
                result
            }
            Err(error) => Err(error),
        };
        match result {
            Ok(None) => {}
            Ok(Some(outcome)) => effects.push(Effect::Quit(outcome)),
            Err(error) => {
                let failed = Msg::EditorFailed(error.to_string());
                effects.extend(self.app.update(failed, now()));
            }
        }
        Ok(effects)
    }

    async fn run(&mut self, prepared: Prepared) -> Result<Option<Outcome>, EditError> {
        let program = prepared.program().to_owned();
        let start = |source| EditError::Start {
            program: program.clone(),
            source,
        };
        let end = self.outer.blocking_end().map_err(start)?;
        let mut child = prepared.start(end).map_err(start)?;
        let (status, outcome) = self.attend_editor(&mut child).await;
        // The folder goes here, and with it the text.
        drop(prepared);
        match status.map_err(start)? {
            _ if outcome.is_some() => Ok(outcome),
            status if status.success() => Ok(None),
            status => Err(EditError::Failed {
                program,
                how: ending(status),
            }),
        }
    }

    /// Waits for the editor. Signals of the keyboard are its own; those that end this program end
    /// the editor first.
    async fn attend_editor(
        &mut self,
        child: &mut Child,
    ) -> (io::Result<ExitStatus>, Option<Outcome>) {
        let mut outcome = None;
        let status = loop {
            tokio::select! {
                biased;
                signal = self.signals.next() => outcome = answer(signal, child).or(outcome),
                status = child.wait() => break status,
            }
        };
        // What has ended the editor has come here too.
        while let Some(signal) = self.signals.next().now_or_never() {
            outcome = answer(signal, child).or(outcome);
        }
        (status, outcome)
    }
}

/// Does what a signal means while an editor runs, and returns what it makes of this program.
fn answer(signal: Signal, child: &Child) -> Option<Outcome> {
    match signal {
        Signal::Stop => {
            // Raising a signal in the own process fails for no reason that could be told here.
            let _ = raise(Number::SIGSTOP);
            None
        }
        Signal::End(number) if number == Number::SIGTERM as i32 => {
            end(child, Number::SIGTERM);
            Some(Outcome::Signal(number))
        }
        Signal::Hangup => {
            end(child, Number::SIGHUP);
            Some(Outcome::TerminalGone)
        }
        Signal::End(_) | Signal::Continue | Signal::Resize => None,
    }
}

/// An editor and the file that it is to open.
struct Prepared {
    words: Vec<String>,
    line: u64,
    file: PathBuf,
    /// The folder of the file, which goes with this.
    _folder: TempDir,
}

impl Prepared {
    fn program(&self) -> &str {
        &self.words[0]
    }

    fn start(&self, terminal: std::fs::File) -> io::Result<Child> {
        let end = || terminal.try_clone().map(Stdio::from);
        // Signals that are caught here act again in a program that is started.
        Command::new(self.program())
            .args(&self.words[1..])
            .arg(format!("+{}", self.line))
            .arg(&self.file)
            .stdin(end()?)
            .stdout(end()?)
            .stderr(end()?)
            .spawn()
    }
}

fn prepare(editing: &Editing) -> Result<Prepared, EditError> {
    let words = editor(|name| std::env::var(name).ok())?;
    let folder = tempfile::Builder::new()
        .prefix("muxpect-")
        .permissions(Permissions::from_mode(0o700))
        .tempdir()
        .map_err(EditError::File)?;
    let file = folder.path().join(format!("{}.txt", editing.name));
    write(&file, &editing.text).map_err(EditError::File)?;
    Ok(Prepared {
        words,
        line: editing.line,
        file,
        _folder: folder,
    })
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

/// Returns the words of the editor's command: `VISUAL`, else `EDITOR`, else `vi`.
fn editor(variable: impl Fn(&str) -> Option<String>) -> Result<Vec<String>, EditError> {
    for name in ["VISUAL", "EDITOR"] {
        let command = variable(name).unwrap_or_default();
        if command.trim().is_empty() {
            continue;
        }
        return match shlex::split(&command) {
            Some(words) if !words.is_empty() => Ok(words),
            _ => Err(EditError::Quotes {
                variable: name,
                command,
            }),
        };
    }
    Ok(vec![EDITOR.to_owned()])
}

fn end(child: &Child, signal: Number) {
    if let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok()) {
        // Who has ended meanwhile needs no signal.
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

fn ending(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit {code}"),
        (None, Some(signal)) => match Number::try_from(signal) {
            Ok(signal) => signal.to_string(),
            Err(_) => format!("signal {signal}"),
        },
        (None, None) => "for no reason that it tells".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(visual: Option<&str>, editor_variable: Option<&str>, expected: &[&str]) {
        let words = editor(|name| match name {
            "VISUAL" => visual.map(str::to_owned),
            _ => editor_variable.map(str::to_owned),
        });
        assert_eq!(words.unwrap(), expected);
    }

    #[test]
    fn the_editor_is_visual_else_editor_else_vi() {
        check(Some("emacs -nw"), Some("ed"), &["emacs", "-nw"]);
        check(None, Some("'my editor' --wait"), &["my editor", "--wait"]);
        check(Some(" "), Some("ed"), &["ed"]);
        check(None, None, &["vi"]);
        let broken = editor(|_| Some("vi 'x".to_owned())).unwrap_err();
        assert!(broken.to_string().starts_with("VISUAL is 'vi 'x'"));
    }

    #[test]
    fn the_file_is_private_and_goes() {
        let editing = Editing {
            name: "db1".to_owned(),
            text: "one\ntwo\n".to_owned(),
            line: 2,
        };
        let prepared = prepare(&editing).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = prepared.file.parent().unwrap().to_owned();
        assert_eq!((mode(&prepared.file), mode(&folder)), (0o600, 0o700));
        assert_eq!(
            std::fs::read_to_string(&prepared.file).unwrap(),
            "one\ntwo\n"
        );
        drop(prepared);
        assert!(!folder.exists());
    }
}
