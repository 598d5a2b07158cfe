//! Who is seen at a tty, by real programs on real ptys.

use std::{
    collections::BTreeMap,
    io::Write,
    os::unix::fs::symlink,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use tokio::process::Child;

use super::*;
use crate::{
    geometry::Size,
    pty::{InitialSettings, Read, SpawnOptions, signal_session, spawn},
};

const PYTHON: &str = "/usr/bin/python3";

/// A program on a pty of its own; ends with it.
struct Play {
    pty: Pty,
    child: Child,
}

impl Play {
    fn start(command: &[&str]) -> Play {
        let command: Vec<String> = command.iter().map(ToString::to_string).collect();
        let path = std::env::var("PATH").unwrap();
        let environment = BTreeMap::from([
            ("PATH".to_owned(), path),
            ("TERM".to_owned(), "dumb".to_owned()),
        ]);
        let (pty, child) = spawn(&SpawnOptions {
            command: &command,
            cwd: Path::new("/"),
            environment: &environment,
            size: Size::DEFAULT,
            settings: InitialSettings::System,
        })
        .unwrap();
        Play { pty, child }
    }

    fn look(&self) -> Holder {
        let mut buffer = [0; 4096];
        while let Ok(Read::Bytes(_)) = self.pty.read_rest(&mut buffer) {}
        self.pty.holder(self.child.id()).unwrap()
    }

    /// Looks until the holder is as wanted.
    fn wait(&self, what: &str, wanted: impl Fn(&Holder) -> bool) -> Holder {
        let start = Instant::now();
        loop {
            let holder = self.look();
            if wanted(&holder) {
                return holder;
            }
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "{what}: {holder:?}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Play {
    fn drop(&mut self) {
        if let Some(leader) = self.child.id() {
            signal_session(leader, Signal::SIGKILL);
        }
    }
}

/// Says `NAME reads by CALL`, `NAME polls by CALL`, `nobody` or why it is not known.
fn words(reader: &Reader) -> String {
    match reader {
        Reader::Unknown(why) => (*why).to_owned(),
        Reader::Nobody => "nobody".to_owned(),
        Reader::Reads { program, call } => format!("{} reads by {call}", program.name),
        Reader::Polls { program, call } => format!("{} polls by {call}", program.name),
    }
}

/// Waits until the reader is one of those named.
async fn check(command: &[&str], expected: &[&str]) {
    let play = Play::start(command);
    let what = format!("{command:?} {expected:?}");
    play.wait(&what, |holder| {
        expected.contains(&words(&holder.reader).as_str())
    });
}

/// Looks for a while once the program has said `now`: nobody may be seen reading.
async fn check_nobody(command: &[&str]) {
    let play = Play::start(command);
    let mut said: Vec<u8> = Vec::new();
    let mut buffer = [0; 4096];
    while !said.windows(3).any(|word| word == b"now") {
        play.pty.readable().await.unwrap();
        if let Ok(Read::Bytes(count)) = play.pty.read(&mut buffer) {
            said.extend(&buffer[..count]);
        }
    }
    for _ in 0..50 {
        let reader = play.look().reader;
        assert_eq!(reader, Reader::Nobody, "{command:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

async fn check_python(script: &str, expected: &[&str]) {
    check(&[PYTHON, "-c", script], expected).await;
}

#[tokio::test]
async fn blocking_reads_are_seen() {
    check(&["sh", "-c", "read x"], &["sh reads by read"]).await;
    check(&["bash", "-c", "read -s x"], &["bash reads by read"]).await;
    check_python("input()", &["python3 reads by read"]).await;
    // It opens /dev/tty for itself.
    let getpass = "import getpass; getpass.getpass()";
    check_python(getpass, &["python3 reads by read"]).await;
    check_python(
        "import os; os.readv(0, [bytearray(9)])",
        &["python3 reads by readv"],
    )
    .await;
}

#[tokio::test]
async fn any_thread_and_any_process_of_the_group_may_be_the_one() {
    let thread = "import threading, time\nthreading.Thread(target=input).start()\ntime.sleep(1000)";
    check_python(thread, &["python3 reads by read"]).await;
    check(&["sh", "-c", "cat | grep x"], &["cat reads by read"]).await;
    check(
        &["sh", "-c", "true | (sleep 1000; true) | cat <&2"],
        &["cat reads by read"],
    )
    .await;
}

#[tokio::test]
async fn sets_of_descriptors_are_looked_through() {
    let select = ["python3 polls by select", "python3 polls by pselect6"];
    check_python("import select; select.select([0], [], [])", &select).await;
    let poll = "import select; p = select.poll(); p.register(2, select.POLLIN); p.poll()";
    check_python(poll, &["python3 polls by poll", "python3 polls by ppoll"]).await;
    let epoll = "import select; p = select.epoll(); p.register(0, select.EPOLLIN); p.poll()";
    check_python(
        epoll,
        &[
            "python3 polls by epoll_wait",
            "python3 polls by epoll_pwait",
        ],
    )
    .await;
}

#[tokio::test]
async fn select_beyond_1024_descriptors_is_seen() {
    let far = "import ctypes, os, resource
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
os.dup2(0, 3000)
bits = (ctypes.c_ubyte * 512)()
bits[3000 // 8] |= 1 << (3000 % 8)
ctypes.CDLL(None).select(3001, bits, None, None, None)";
    let select = ["python3 polls by select", "python3 polls by pselect6"];
    check_python(far, &select).await;
}

#[tokio::test]
async fn who_does_something_else_does_not_read() {
    for script in [
        "echo now; while :; do :; done",
        "echo now; exec sleep 1000",
        "echo now; sleep 1000; true",
        "printf 'Name, now: '; sleep 1000; read x",
        "(echo now; sleep 1000) | cat",
        "echo now; read x </dev/zero",
    ] {
        check_nobody(&["sh", "-c", script]).await;
    }
    for wait in [
        "select.select([], [], [0])",
        "p = select.poll(); p.register(0, select.POLLPRI); p.poll()",
        "p = select.epoll(); p.register(0, select.EPOLLPRI); p.poll()",
        "p = select.poll(); p.register(os.pipe()[0]); p.poll()",
    ] {
        let script = format!("import os, select; print('now', flush=True); {wait}");
        check_nobody(&[PYTHON, "-c", &script]).await;
    }
}

#[tokio::test]
async fn the_foreground_job_of_a_shell_is_the_holder() {
    let play = Play::start(&["bash", "--norc", "-i"]);
    play.wait("a prompt", |holder| {
        words(&holder.reader).starts_with("bash polls by")
            || words(&holder.reader).starts_with("bash reads by")
    });
    play.pty.write(b"sleep 1000\r").unwrap();
    let holder = play.wait("a job", |holder| {
        holder
            .leader
            .as_ref()
            .is_some_and(|leader| leader.name == "sleep")
    });
    assert_eq!(holder.reader, Reader::Nobody);
    assert_ne!(
        holder.group,
        i32::try_from(play.child.id().unwrap()).unwrap()
    );
}

#[tokio::test]
async fn a_stopped_group_is_told_and_reads_nothing() {
    let play = Play::start(&["sh", "-c", "read x"]);
    play.wait("a reader", |holder| holder.reader != Reader::Nobody);
    signal_session(play.child.id().unwrap(), Signal::SIGSTOP);
    let holder = play.wait("a stop", |holder| holder.stopped);
    assert_eq!(holder.reader, Reader::Nobody);
    signal_session(play.child.id().unwrap(), Signal::SIGCONT);
    let holder = play.wait("a reader", |holder| holder.reader != Reader::Nobody);
    assert!(!holder.stopped);
}

#[tokio::test]
async fn a_poll_is_seen_after_it_was_stopped() {
    let poll = "import select; p = select.poll(); p.register(0, 1); p.poll(10**8)";
    let play = Play::start(&[PYTHON, "-c", poll]);
    let polls = |holder: &Holder| matches!(holder.reader, Reader::Polls { .. });
    play.wait("a poll", polls);
    signal_session(play.child.id().unwrap(), Signal::SIGSTOP);
    play.wait("a stop", |holder| holder.stopped);
    signal_session(play.child.id().unwrap(), Signal::SIGCONT);
    play.wait("a poll", polls);
}

#[tokio::test]
async fn a_name_that_a_program_gives_itself_does_not_count() {
    let claim = "import ctypes; ctypes.CDLL(None).prctl(15, b'sudo'); input()";
    let play = Play::start(&[PYTHON, "-c", claim]);
    let holder = play.wait("a reader", |holder| holder.reader != Reader::Nobody);
    let real = fs::canonicalize(PYTHON).unwrap();
    let real = real.file_name().unwrap().to_str().unwrap();
    assert_eq!(words(&holder.reader), format!("{real} reads by read"));
    assert_eq!(holder.leader.unwrap().name, real);
}

#[tokio::test]
async fn all_that_read_are_told() {
    let script = format!("cat <&2 & exec {PYTHON} -c 'input()'");
    let play = Play::start(&["sh", "-c", &script]);
    play.wait("two readers", |holder| {
        let mut names: Vec<&str> = holder.readers.iter().map(|by| &*by.name).collect();
        names.sort_unstable();
        matches!(names[..], ["cat", python] if python.starts_with("python"))
    });
}

#[tokio::test]
async fn a_program_that_others_can_replace_is_not_genuine() {
    use std::os::unix::fs::PermissionsExt;

    let is_genuine = |program: &str| {
        let play = Play::start(&[program, "-c", "read x"]);
        let holder = play.wait("a reader", |holder| holder.reader != Reader::Nobody);
        holder.readers[0].genuine
    };
    assert!(is_genuine("/bin/sh"));
    let folder = tempfile::tempdir().unwrap();
    let ssh = folder.path().join("ssh");
    fs::copy("/bin/sh", &ssh).unwrap();
    // This test may run as root.
    fs::set_permissions(&ssh, fs::Permissions::from_mode(0o775)).unwrap();
    assert!(!is_genuine(ssh.to_str().unwrap()));
    fs::set_permissions(&ssh, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    assert!(!is_genuine(ssh.to_str().unwrap()));
}

#[tokio::test]
async fn what_was_just_written_waits_in_the_master() {
    let play = Play::start(&["sleep", "1000"]);
    let slave = format!("/dev/pts/{}", play.pty.slave_index().unwrap());
    let mut slave = fs::OpenOptions::new().write(true).open(slave).unwrap();
    for _ in 0..1000 {
        assert!(!play.pty.has_input());
        slave.write_all(b"Name: ").unwrap();
        assert!(play.pty.has_input());
        play.look();
    }
}

/// A `/proc` with one process, 7, that leads the foreground of `/dev/pts/5`.
struct Fake(tempfile::TempDir);

impl Fake {
    fn new(syscall: &str) -> Fake {
        let fake = Fake(tempfile::tempdir().unwrap());
        let tty = Slave::new(5).device;
        let stat = format!("7 (su) do (x) S 1 7 7 {tty} 7 0");
        for folder in ["7/task/7", "7/fd", "7/fdinfo"] {
            fs::create_dir_all(fake.0.path().join(folder)).unwrap();
        }
        fake.write("7/stat", &stat);
        fake.write("7/task/7/stat", &stat);
        fake.write("7/task/7/children", "");
        fake.write("7/task/7/syscall", syscall);
        symlink("/dev/pts/5", fake.0.path().join("7/fd/0")).unwrap();
        fake
    }

    fn write(&self, name: &str, text: &str) {
        let mut file = fs::File::create(self.0.path().join(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn look(&self) -> Holder {
        look(self.0.path(), &Slave::new(5), 7, Some(7))
    }
}

fn call(number: i64, arguments: &str) -> String {
    format!("{number} {arguments} 0x7ffd72bea480 0x7fb4c5fbf2ad")
}

#[test]
fn an_executable_that_is_hidden_has_a_name_in_brackets() {
    let fake = Fake::new(&call(nix::libc::SYS_read, "0x0 0x1 0x2 0x3 0x4 0x5"));
    let name = || words(&fake.look().reader);
    assert_eq!(name(), "[su) do (x] reads by read");
    fake.write("7/status", "Name:\tsu\nUid:\t1000\t0\t0\t0\n");
    assert_eq!(name(), "su) do (x reads by read");
    fake.write("7/status", "Name:\tsu\nUid:\t1000\t1000\t0\t0\n");
    assert_eq!(name(), "[su) do (x] reads by read");
    symlink("/tmp/a\x1b[5m (deleted)", fake.0.path().join("7/exe")).unwrap();
    assert_eq!(name(), "a\u{fffd}[5m reads by read");
}

#[test]
fn what_cannot_be_read_is_not_known() {
    let read = call(nix::libc::SYS_read, "0x0 0x1 0x2 0x3 0x4 0x5");
    let fake = Fake::new(&read);
    fs::remove_file(fake.0.path().join("7/task/7/syscall")).unwrap();
    let unseen = "the system does not show what programs wait for";
    assert_eq!(words(&fake.look().reader), unseen);
    let fake = Fake::new("0 0x0 0x1 0x2 0x3 0x4 0x5 0xffd72bea 0xf7fbf2ad");
    assert_eq!(words(&fake.look().reader), "a 32-bit program is there");
    let fake = Fake::new(&read);
    fs::remove_dir_all(fake.0.path().join("7")).unwrap();
    assert_eq!(words(&fake.look().reader), "its programs are hidden");
}

#[test]
fn who_cannot_be_seen_may_read() {
    let fake = Fake::new("running");
    let tty = Slave::new(5).device;
    fake.write("7/task/7/children", "8 9");
    for (pid, group) in [(8, 7), (9, 9)] {
        fs::create_dir_all(fake.0.path().join(format!("{pid}/task/{pid}"))).unwrap();
        let stat = format!("{pid} (sudo) S 7 {group} 7 {tty} 7 0");
        fake.write(&format!("{pid}/stat"), &stat);
        fake.write(&format!("{pid}/task/{pid}/stat"), &stat);
    }
    let holder = fake.look();
    assert!(matches!(holder.reader, Reader::Unknown(_)));
    let [hidden] = &holder.readers[..] else {
        panic!("{holder:?}");
    };
    assert_eq!((hidden.name.as_str(), hidden.genuine), ("[sudo]", false));
    fake.write("8/status", "Uid:\t1000\t0\t0\t0\n");
    let hidden = &fake.look().readers[0];
    assert_eq!((hidden.name.as_str(), hidden.genuine), ("sudo", true));
}

#[test]
fn nonsense_is_no_wait() {
    for text in [
        "",
        "running",
        "-1 0x7ffd72bea480 0x7fb4c5fbf2ad",
        "0",
        "0 0x0 0x1",
        "0 zero one two three four five six seven",
        &call(
            nix::libc::SYS_read,
            "0xffffffffffffffff 0x1 0x2 0x3 0x4 0x5",
        ),
        &call(
            nix::libc::SYS_ppoll,
            "0x0 0xffffffffffffffff 0x2 0x3 0x4 0x5",
        ),
        &call(
            nix::libc::SYS_pselect6,
            "0xffffffffffffffff 0x8 0x2 0x3 0x4 0x5",
        ),
        &call(nix::libc::SYS_epoll_pwait, "0x9 0x1 0x2 0x3 0x4 0x5"),
    ] {
        let fake = Fake::new(text);
        fake.write("7/mem", "");
        assert_eq!(fake.look().reader, Reader::Nobody, "{text}");
    }
}

#[test]
fn processes_are_found_without_lists_of_children() {
    let fake = Fake::new("running");
    let folder = fake.0.path();
    fs::remove_file(folder.join("7/task/7/children")).unwrap();
    let tty = Slave::new(5).device;
    for (pid, group) in [(8, 8), (9, 7)] {
        fs::create_dir_all(folder.join(format!("{pid}/task/{pid}"))).unwrap();
        fs::create_dir_all(folder.join(format!("{pid}/fd"))).unwrap();
        let stat = format!("{pid} (cat) S 7 {group} 7 {tty} 7 0");
        fake.write(&format!("{pid}/stat"), &stat);
        fake.write(
            &format!("{pid}/task/{pid}/syscall"),
            &call(nix::libc::SYS_read, "0x3 0x1 0x2 0x3 0x4 0x5"),
        );
        symlink("/dev/tty", folder.join(format!("{pid}/fd/3"))).unwrap();
    }
    let Reader::Reads { program, .. } = fake.look().reader else {
        panic!("{:?}", fake.look());
    };
    assert_eq!(program.pid, 9);
}

#[test]
fn a_crowd_is_not_looked_through() {
    let fake = Fake::new("running");
    let children: Vec<String> = (8..1000).map(|pid: i32| pid.to_string()).collect();
    fake.write("7/task/7/children", &children.join(" "));
    let holder = fake.look();
    assert_eq!(words(&holder.reader), "too many programs are there");
    assert_eq!(holder.readers, []);
}

#[test]
fn numbers_of_ttys_are_the_kernels() {
    assert_eq!(Slave::new(0).device, 34816);
    assert_eq!(Slave::new(5).device, 34821);
    assert_eq!(Slave::new(256).device, 136 << 8 | 1 << 20);
}
