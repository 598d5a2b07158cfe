//! Who drives the child: muxpect, its peers, and a loop that does no more than it must.

use std::{
    fs,
    io::{Read, Write},
    path::Path,
    process::{Command, Stdio},
};

use crate::load::{MARKER, PROMPT, pattern};

/// A driver.
pub enum Driver {
    /// A loop around read and write.
    Bare,
    /// Tcl Expect.
    Tcl,
    /// pexpect; `delay` says whether it sleeps before it sends, as it does unless told.
    Pexpect {
        /// It sleeps for 50 ms.
        delay: bool,
    },
    /// A session of muxpect.
    Muxpect {
        /// The view of its rules.
        view: &'static str,
        /// How many rules there are.
        rules: usize,
    },
}

const TCL: &str = r#"
log_user 0
set timeout 600
match_max 4000
spawn -noecho {*}$argv
expect {
    -ex "go? " { send "y\r"; exp_continue }
    -ex "the marker" { send "y\r"; exp_continue }
    eof {}
}
"#;

const PEXPECT: &str = r#"
import sys
try:
    import pexpect
except ImportError:
    sys.exit(127)
child = pexpect.spawn(sys.argv[2], sys.argv[3:], timeout=600, maxread=65536, searchwindowsize=100)
if sys.argv[1] == 'False':
    child.delaybeforesend = None
while child.expect_exact(['go? ', 'the marker', pexpect.EOF]) < 2:
    child.send('y\r')
"#;

impl Driver {
    /// Returns a session with one rule that answers, and as many more as make `rules`.
    pub fn muxpect(view: &'static str, rules: usize) -> Driver {
        Driver::Muxpect { view, rules }
    }

    /// Drives the child with these arguments, and returns the seconds that it measured; `None`
    /// when the driver is not installed.
    pub fn run(&self, folder: &Path, arguments: &[String]) -> Option<f64> {
        let result = folder.join("result");
        drop(fs::remove_file(&result));
        let bench = std::env::current_exe().expect("its own path");
        let mut child = vec![bench.display().to_string(), "--child".to_owned()];
        child.push(result.display().to_string());
        child.extend_from_slice(arguments);
        let status = match self {
            Driver::Bare => {
                bare(&child);
                None
            }
            Driver::Tcl => Some(script("expect", &["-f"], "tcl", TCL, folder, &child)),
            Driver::Pexpect { delay } => {
                let delay = if *delay { "True" } else { "False" };
                let child = [&[delay.to_owned()], &child[..]].concat();
                Some(script("python3", &[], "py", PEXPECT, folder, &child))
            }
            Driver::Muxpect { view, rules } => {
                muxpect(view, *rules, folder, &child);
                None
            }
        };
        if status.is_some_and(|installed| !installed) {
            return None;
        }
        let text = fs::read_to_string(&result).expect("the child wrote its result");
        Some(text.parse().expect("seconds"))
    }
}

/// Runs a script with the child as its arguments; returns whether its interpreter is installed.
fn script(
    program: &str,
    flags: &[&str],
    name: &str,
    text: &str,
    folder: &Path,
    child: &[String],
) -> bool {
    let path = folder.join(name);
    fs::write(&path, text).expect("a script");
    let mut command = Command::new(program);
    command.args(flags).arg(&path).args(child);
    match command.stdin(Stdio::null()).status() {
        Ok(status) => status.code() != Some(127),
        Err(_) => false,
    }
}

/// Reads what comes and answers at once, looking at no more than the end of each read.
fn bare(child: &[String]) {
    let pty = nix::pty::openpty(None, None).expect("a pty");
    let mut child = Command::new(&child[0])
        .args(&child[1..])
        .stdin(Stdio::from(pty.slave.try_clone().expect("a descriptor")))
        .stdout(Stdio::from(pty.slave))
        .spawn()
        .expect("the bench itself");
    let mut master = fs::File::from(pty.master);
    let mut bytes = vec![0; 65_536];
    let marker = format!("{MARKER}\r\n");
    // Linux ends a pty whose other side has gone with an error.
    while let Ok(length) = master.read(&mut bytes) {
        let read = &bytes[..length];
        if read.ends_with(PROMPT.as_bytes()) || read.ends_with(marker.as_bytes()) {
            master.write_all(b"y\r").expect("room for an answer");
        }
    }
    child.wait().expect("its own child");
}

fn muxpect(view: &str, rules: usize, folder: &Path, child: &[String]) {
    let quoted: Vec<String> = child.iter().map(|word| format!("{word:?}")).collect();
    let prompt = view == "prompt";
    let mut config = format!(
        "version = 1\n[session]\nname = \"bench\"\n[[pane]]\nname = \"child\"\nsize = \"120x40\"\n\
         cmd = [{}]\nrules = [\"bench\"]\n[[ruleset]]\nname = \"bench\"\nview = {view:?}\n\
         stable = \"0ms\"\nper_minute = 1000000\n[[ruleset.rule]]\nname = \"answer\"\n\
         match = ['go\\? $', 'the marker\\n|^the marker$']\nsend = \"y\"\n",
        quoted.join(", "),
    );
    // The marker is a finished line, which no prompt is.
    if prompt {
        config += "[[ruleset.rule]]\nname = \"marker\"\nview = \"line\"\nmatch = '^the marker$'\nsend = \"y\"\n";
    }
    for index in 1..rules {
        let pattern = pattern(index);
        config +=
            &format!("[[ruleset.rule]]\nname = \"r{index}\"\nmatch = '{pattern}'\nsend = \"n\"\n");
    }
    let path = folder.join("muxpect.toml");
    fs::write(&path, config).expect("a config");
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_muxpect"))
            .args(arguments)
            .env("MUXPECT_RUNTIME_DIR", folder.join("run"))
            .env("XDG_CONFIG_HOME", folder.join("config"))
            .env("XDG_STATE_HOME", folder.join("state"))
            .stdin(Stdio::null())
            .output()
            .expect("the program under test");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    };
    run(&["up", "-d", "-c", &path.display().to_string()]);
    run(&["-s", "bench", "wait"]);
    run(&["-s", "bench", "down"]);
}
