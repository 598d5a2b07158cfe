//! A private world for one test: home, state, sockets, and the program under test.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::outer::Outer;

/// No wait takes longer than this; it bounds a hang and decides nothing else.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A temporary folder with everything a session needs. Sessions in it end when it is dropped.
pub struct Sandbox {
    folder: tempfile::TempDir,
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Sandbox {
    pub fn new() -> Sandbox {
        // A short path: a socket's has 107 bytes at most.
        let folder = tempfile::Builder::new()
            .prefix("mx")
            .tempdir_in("/tmp")
            .unwrap();
        for name in ["home", "run", "work"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let run = folder.path().join("run");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(run, mode).unwrap();
        Sandbox { folder }
    }

    /// Returns a path in the folder that commands run in.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("work").join(name)
    }

    /// Returns the folder of sockets.
    pub fn sockets(&self) -> PathBuf {
        self.folder.path().join("run")
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Writes a file that nobody else may read.
    pub fn write_private(&self, name: &str, text: &str) {
        let path = self.write(name, text);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(path, mode).unwrap();
    }

    /// Waits until something is asked, and returns the oldest ask.
    pub fn wait_ask(&self) -> Value {
        wait_for("an ask", || self.json(&["asks", "--json"]).get(0).cloned())
    }

    /// Returns a command in this world.
    pub fn program(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let home = self.folder.path().join("home");
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("LANG", "C.UTF-8")
            .env("TERM", "xterm-256color")
            .env("SHELL", "/bin/sh")
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("XDG_STATE_HOME", home.join(".local/state"))
            .env("XDG_CACHE_HOME", home.join(".cache"))
            .env("XDG_DATA_HOME", home.join(".local/share"))
            .env("XDG_RUNTIME_DIR", self.sockets())
            .env("MUXPECT_RUNTIME_DIR", self.sockets())
            .current_dir(self.path(""));
        command
    }

    /// Returns the command for muxpect with these arguments.
    pub fn muxpect(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_muxpect"));
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs muxpect to its end.
    pub fn run(&self, arguments: &[&str]) -> Done {
        Done::from(self.muxpect(arguments).output().unwrap())
    }

    /// Runs muxpect and demands that it succeeds; returns what it printed.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert_eq!(done.code, 0, "muxpect {arguments:?}: {done:?}");
        done.stdout
    }

    /// Runs muxpect, demands that it succeeds, and reads its JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let text = self.ok(arguments);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"))
    }

    /// Starts a shell's script in a pane of this name.
    pub fn start(&self, name: &str, script: &str) {
        self.ok(&["run", "-d", "--name", name, "--", "sh", "-c", script]);
    }

    /// Opens a terminal of 80x24 that interacts with a command in the pane `p`.
    pub fn interact(&self, command: &[&str]) -> Outer {
        let run = ["run", "--name", "p", "--interact", "p", "--"];
        let outer = self.open(24, 80, &[&run, command].concat());
        outer.wait_text("INTERACT");
        outer
    }

    /// Returns the row of `ps` for a pane.
    pub fn pane(&self, name: &str) -> Value {
        let panes = self.json(&["ps", "--json"]);
        let found = panes
            .as_array()
            .unwrap()
            .iter()
            .find(|pane| pane["name"] == name);
        found
            .unwrap_or_else(|| panic!("no pane {name} in {panes}"))
            .clone()
    }

    /// Waits until a pane's row is as wanted, and returns it.
    pub fn wait_pane(&self, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let pane = self.pane(name);
            if wanted(&pane) {
                return pane;
            }
            assert!(start.elapsed() < PATIENCE, "waited too long for {pane}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Returns the events of a pane so far.
    pub fn events(&self, pane: &str) -> Vec<Value> {
        let text = self.ok(&["events"]);
        let events = text.lines().map(|line| serde_json::from_str(line).unwrap());
        events
            .filter(|event: &Value| event["pane"] == pane)
            .collect()
    }

    /// Waits until a pane has this attention, with evidence that begins and ends so.
    pub fn wait_attention(&self, name: &str, attention: &str, who: &str, what: &str) -> Value {
        self.wait_pane(name, |pane| {
            let evidence = pane["evidence"].as_str().unwrap();
            let seen = evidence.starts_with(who) && evidence.ends_with(what);
            pane["attention"] == attention && seen
        })
    }

    /// Starts muxpect in a terminal of its own.
    pub fn open(&self, rows: u16, cols: u16, arguments: &[&str]) -> Outer {
        let mut command = self.program("setsid");
        command
            .args(["-c", env!("CARGO_BIN_EXE_muxpect")])
            .args(arguments);
        Outer::start(command, rows, cols)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let Ok(entries) = fs::read_dir(self.sockets()) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name().into_string().unwrap_or_default();
            if let Some(session) = name.strip_suffix(".sock") {
                drop(self.muxpect(&["-s", session, "down"]).output());
            }
        }
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Done {
        Done {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Asks again until there is an answer.
pub fn wait_for<T>(what: &str, mut answer: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = answer() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Returns whether a process exists and is not a zombie.
pub fn is_alive(pid: i64) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit_once(") ")
            .is_some_and(|(_, rest)| rest.starts_with('Z'))
    })
}

/// Sends a signal by name to a process.
pub fn signal(pid: i64, name: &str) {
    let done = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .status()
        .unwrap();
    assert!(done.success(), "kill -s {name} {pid}");
}

/// Returns the path of a file of the project.
pub fn project(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}
