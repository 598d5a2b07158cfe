//! Who holds a tty and who reads it: found in `/proc`, for any program, without its help.
//!
//! A look costs tens of microseconds and is bounded. It shows one moment: programs come and go
//! meanwhile, and what has vanished counts as not there. What a thread waits for is `sleep`'s matter,
//! what follows from it the pane's.

use std::{
    collections::{BTreeSet, VecDeque},
    fs::{self, Metadata},
    os::unix::fs::MetadataExt,
    path::Path,
};

use super::{
    Pty,
    process::{PROC, Stat, ids, read_brief, read_stat},
    sleep::{Blind, Slave, Sleeper, Wait},
};

/// How many processes are looked at: a build with a hundred compilers is more than asks anyone,
/// and a look must not hold up its pane for longer than a few milliseconds.
const PROCESSES: usize = 128;

/// How many threads of all of them are looked at, for the same reason.
const THREADS: usize = 512;

/// Executables that do what the name that they are started by says, so that the name, which any
/// program can change, tells nothing.
const MANY_IN_ONE: [&str; 2] = ["busybox", "toybox"];

/// The programs at a tty, as they were just seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The foreground process group.
    pub group: i32,
    /// The leader of that group, unless it has ended or cannot be seen.
    pub leader: Option<Program>,
    /// Every process of the group is stopped.
    pub stopped: bool,
    /// Who reads the tty.
    pub reader: Reader,
    /// Every program of the group that reads the tty or waits for it, and every one of which that
    /// cannot be seen: what is typed may be any of theirs. Empty if they are not all known.
    pub readers: Vec<Program>,
}

/// A program at a tty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its process id.
    pub pid: i32,
    /// The file name of its executable, or the link beside it that it was started by (`sh` for
    /// `dash`). Where the executable cannot be read: what the kernel calls it, in brackets unless
    /// it runs as root, since any program can give itself any such name.
    pub name: String,
    /// It is what its name says, as far as root's hands are the only ones that could have made it
    /// something else: it runs as root, or its executable and the folder of that are root's alone
    /// to change.
    pub genuine: bool,
}

/// Who is seen reading a tty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reader {
    /// It cannot be seen, and why.
    Unknown(&'static str),
    /// Nobody.
    Nobody,
    /// This program sleeps in a blocking read of the tty.
    Reads {
        /// The program.
        program: Program,
        /// The system call.
        call: &'static str,
    },
    /// This program waits for the tty among other things.
    Polls {
        /// The program.
        program: Program,
        /// The system call.
        call: &'static str,
    },
}

impl Pty {
    /// Returns the programs at the tty; `None` when it has no foreground process group. `child` is the
    /// process that the pty was opened for.
    pub fn holder(&self, child: Option<u32>) -> Option<Holder> {
        let group = self.foreground_group()?;
        let Some(index) = self.slave_index() else {
            return Some(Holder {
                group,
                leader: None,
                stopped: false,
                reader: Reader::Unknown("only Linux tells who reads a tty"),
                readers: Vec::new(),
            });
        };
        let child = child.and_then(|child| i32::try_from(child).ok());
        Some(look(Path::new(PROC), &Slave::new(index), group, child))
    }
}

fn look(proc: &Path, slave: &Slave, group: i32, child: Option<i32>) -> Holder {
    let leader = read_stat(proc, group)
        .filter(is_there)
        .map(|stat| program(proc, group, &stat));
    let mut search = Search {
        proc,
        slave,
        group,
        visited: BTreeSet::new(),
        threads: 0,
        found: false,
        members: 0,
        stopped: 0,
        reads: None,
        polls: None,
        blind: None,
        readers: Vec::new(),
    };
    if !search.walk(child) {
        // Who else may read is not known.
        search.readers.clear();
    }
    Holder {
        group,
        leader,
        stopped: search.members > 0 && search.members == search.stopped,
        readers: search.readers,
        reader: match (search.reads.or(search.polls), search.blind) {
            (Some(reader), _) => reader,
            (None, Some(Blind(why))) => Reader::Unknown(why),
            // As where /proc is mounted so that it hides others' processes.
            (None, None) if !search.found => Reader::Unknown("its programs are hidden"),
            (None, None) => Reader::Nobody,
        },
    }
}

/// The search for a reader among the processes of a foreground group.
struct Search<'a> {
    proc: &'a Path,
    slave: &'a Slave,
    group: i32,
    visited: BTreeSet<i32>,
    /// How many threads have been looked at.
    threads: usize,
    /// The group has a process, if only one that has ended.
    found: bool,
    /// How many processes of the group there are, and how many of them are stopped.
    members: usize,
    stopped: usize,
    reads: Option<Reader>,
    polls: Option<Reader>,
    blind: Option<Blind>,
    /// As [`Holder::readers`].
    readers: Vec<Program>,
}

impl Search<'_> {
    /// Walks from the group's leader, then from the pty's child, to all descendants. That is far
    /// cheaper than listing all processes, which is done where the kernel does not tell children
    /// (without CONFIG_PROC_CHILDREN) and for a group whose processes have lost their parents.
    /// Returns whether that were all.
    fn walk(&mut self, child: Option<i32>) -> bool {
        let mut waiting: VecDeque<i32> = [Some(self.group), child].into_iter().flatten().collect();
        let mut told = true;
        while let Some(pid) = waiting.pop_front() {
            if self.visited.contains(&pid) {
                continue;
            }
            let threads = self.threads_of(pid);
            self.visit(pid, &threads);
            for thread in threads {
                let folder = self.proc.join(format!("{pid}/task/{thread}"));
                match read_brief(&folder.join("children")) {
                    Ok(children) => {
                        let children = String::from_utf8_lossy(&children);
                        let children = children.split_ascii_whitespace();
                        waiting.extend(children.filter_map(|pid| pid.parse::<i32>().ok()));
                    }
                    Err(_) => told &= !folder.join("stat").exists(),
                }
            }
            if self.is_spent() {
                return false;
            }
        }
        if told && self.members > 0 {
            return true;
        }
        let others: Vec<i32> = ids(self.proc)
            .filter(|pid| !self.visited.contains(pid))
            .filter(|pid| read_stat(self.proc, *pid).is_some_and(|stat| stat.group == self.group))
            .collect();
        for pid in others {
            if self.is_spent() {
                return false;
            }
            let threads = self.threads_of(pid);
            self.visit(pid, &threads);
        }
        true
    }

    fn threads_of(&mut self, pid: i32) -> Vec<i32> {
        let threads: Vec<i32> = ids(&self.proc.join(format!("{pid}/task")))
            .take(THREADS - self.threads)
            .collect();
        self.threads += threads.len();
        threads
    }

    /// Returns whether the bounds have been reached, and notes that then not everything was seen.
    fn is_spent(&mut self) -> bool {
        let spent = self.visited.len() >= PROCESSES || self.threads >= THREADS;
        if spent {
            self.blind = Some(Blind("too many programs are there"));
        }
        spent
    }

    /// Looks at one process, and remembers it if it reads the tty, polls it or hides.
    fn visit(&mut self, pid: i32, threads: &[i32]) {
        self.visited.insert(pid);
        let Some(stat) = read_stat(self.proc, pid).filter(|stat| stat.group == self.group) else {
            return;
        };
        self.found = true;
        if !is_there(&stat) {
            return;
        }
        self.members += 1;
        if stat.state == 'T' {
            // It still shows the call that it was stopped in.
            self.stopped += 1;
            return;
        }
        let folder = self.proc.join(pid.to_string());
        let sleeper = Sleeper {
            folder: &folder,
            slave: self.slave,
            controlling: stat.tty == self.slave.device,
        };
        let mut may_read = None;
        for thread in threads {
            let wait = sleeper.wait(*thread);
            if matches!(wait, Ok(None)) {
                continue;
            }
            let program = may_read
                .get_or_insert_with(|| program(self.proc, pid, &stat))
                .clone();
            match wait {
                Ok(Some(Wait::Read(call))) => {
                    self.reads.get_or_insert(Reader::Reads { program, call });
                    break;
                }
                Ok(Some(Wait::Poll(call))) => {
                    self.polls.get_or_insert(Reader::Polls { program, call });
                }
                Ok(None) => {}
                Err(blind) => self.blind = Some(blind),
            }
        }
        self.readers.extend(may_read);
    }
}

/// Returns whether a process still runs, or is stopped; one that waits to be reaped does not.
fn is_there(stat: &Stat) -> bool {
    !matches!(stat.state, 'Z' | 'X')
}

pub(super) fn program(proc: &Path, pid: i32, stat: &Stat) -> Program {
    let folder = proc.join(pid.to_string());
    let (name, genuine) = match fs::read_link(folder.join("exe")) {
        Ok(executable) => (
            executable_name(&executable, &stat.name),
            is_roots(&folder, &executable),
        ),
        Err(_) if runs_as_root(&folder) => (stat.name.clone(), true),
        Err(_) => (format!("[{}]", stat.name), false),
    };
    Program {
        pid,
        // Both kinds of name may hold any byte, and they are shown.
        name: name.replace(char::is_control, "\u{fffd}"),
        genuine,
    }
}

/// Returns whether nobody but root can change what a program runs, or put something else there under
/// its name. A program can be where `executable` is another file (mount_namespaces(7)), and a file
/// of root's can have a link elsewhere.
fn is_roots(folder: &Path, executable: &Path) -> bool {
    let of = |path: &Path| fs::metadata(path).ok();
    let roots = |file: &Metadata| file.uid() == 0 && file.mode() & 0o022 == 0;
    let is_many = |name| MANY_IN_ONE.iter().any(|many| name == *many);
    let (Some(runs), Some(named), Some(place)) = (
        of(&folder.join("exe")),
        of(executable),
        executable.parent().and_then(of),
    ) else {
        return false;
    };
    (runs.dev(), runs.ino()) == (named.dev(), named.ino())
        && roots(&runs)
        && roots(&place)
        && !executable.file_name().is_some_and(is_many)
}

/// Returns the name of an executable: its file's, or that of the link beside it that it was started
/// by, which is the kernel's name for it. Links elsewhere do not count: anyone can make those.
fn executable_name(executable: &Path, started_as: &str) -> String {
    let file = executable.file_name().unwrap_or_default().to_string_lossy();
    let file = file.strip_suffix(" (deleted)").unwrap_or(&file);
    let is_alias = started_as != file
        && !started_as.is_empty()
        && !started_as.contains('/')
        && fs::canonicalize(executable.with_file_name(started_as))
            .is_ok_and(|target| target == executable);
    if is_alias { started_as } else { file }.to_owned()
}

/// Returns whether the process's effective user is root, as that of sudo and su.
fn runs_as_root(folder: &Path) -> bool {
    let status = fs::read(folder.join("status")).unwrap_or_default();
    let status = String::from_utf8_lossy(&status);
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    ids.and_then(|ids| ids.split_ascii_whitespace().nth(1)) == Some("0")
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
