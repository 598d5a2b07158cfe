//! The processes at a tty, as a tree: for a person who wants to know what hangs where.
//!
//! Linux alone shows them. A look is bounded, costs some tens of microseconds a process, and is made
//! only when somebody asks; who reads the tty for the rules is `holder`'s matter.

use std::{collections::BTreeSet, path::Path};

use super::{
    Pty,
    holder::program,
    process::{PROC, Stat, ids, read_brief, read_stat},
    sleep::{Blind, Slave, Sleeper, Wait},
};

/// How many processes are shown: more than fit on a screen help nobody.
const PROCESSES: usize = 64;

/// How many threads of one process are looked at.
const THREADS: usize = 32;

/// A process at a tty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its process id.
    pub pid: i32,
    /// That of its parent.
    pub parent: i32,
    /// How far below the first one it stands.
    pub depth: u16,
    /// Its name, as [`super::Program`] has it.
    pub name: String,
    /// It is of the foreground process group.
    pub foreground: bool,
    /// What it does or waits for, in words.
    pub does: String,
}

impl Pty {
    /// Returns the child that the pty was opened for and what descends from it, then the rest of the
    /// foreground process group, each process before its children.
    pub fn processes(&self, child: Option<u32>) -> Vec<Process> {
        let Some(index) = self.slave_index() else {
            return Vec::new();
        };
        let group = self.foreground_group();
        let child = child.and_then(|child| i32::try_from(child).ok());
        tree(Path::new(PROC), &Slave::new(index), group, child)
    }
}

fn tree(proc: &Path, slave: &Slave, group: Option<i32>, child: Option<i32>) -> Vec<Process> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    // The last one is looked at first.
    let mut waiting: Vec<(i32, u16)> = [group, child]
        .into_iter()
        .flatten()
        .map(|pid| (pid, 0))
        .collect();
    while let Some((pid, depth)) = waiting.pop() {
        if found.len() == PROCESSES {
            break;
        }
        let Some(stat) = read_stat(proc, pid).filter(|_| seen.insert(pid)) else {
            continue;
        };
        let threads: Vec<i32> = ids(&proc.join(format!("{pid}/task")))
            .take(THREADS)
            .collect();
        for thread in &threads {
            let children = proc.join(format!("{pid}/task/{thread}/children"));
            let children = read_brief(&children).unwrap_or_default();
            let children = String::from_utf8_lossy(&children);
            let children = children.split_ascii_whitespace().rev();
            let children = children.filter_map(|pid| pid.parse::<i32>().ok());
            waiting.extend(children.map(|pid| (pid, depth.saturating_add(1))));
        }
        found.push(Process {
            pid,
            parent: stat.parent,
            depth,
            name: program(proc, pid, &stat).name,
            foreground: group == Some(stat.group),
            does: does(proc, slave, pid, &stat, &threads),
        });
    }
    found
}

/// Returns what a process does, in words.
fn does(proc: &Path, slave: &Slave, pid: i32, stat: &Stat, threads: &[i32]) -> String {
    match stat.state {
        'T' | 't' => return "is stopped".to_owned(),
        'Z' | 'X' => return "has ended".to_owned(),
        _ => {}
    }
    let folder = proc.join(pid.to_string());
    let sleeper = Sleeper {
        folder: &folder,
        slave,
        controlling: stat.tty == slave.device,
    };
    let mut hides = None;
    for thread in threads {
        match sleeper.wait(*thread) {
            Ok(Some(Wait::Read(call))) => return format!("reads the tty ({call})"),
            Ok(Some(Wait::Poll(call))) => return format!("waits for the tty ({call})"),
            Ok(None) => {}
            Err(Blind(why)) => hides = Some(why),
        }
    }
    let state = match stat.state {
        'R' => return "runs".to_owned(),
        'D' => "waits for a device",
        _ => "sleeps",
    };
    // The kernel's own name for it: do_wait, pipe_read, hrtimer_nanosleep.
    let place = read_brief(&folder.join("wchan")).unwrap_or_default();
    let place = String::from_utf8_lossy(&place);
    match (place.as_ref(), hides) {
        ("" | "0", Some(why)) => format!("{state}; {why}"),
        ("" | "0", None) => state.to_owned(),
        (place, _) => format!("{state} in {place}"),
    }
}

#[cfg(all(
    test,
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod tests {
    use std::{collections::BTreeMap, path::PathBuf, time::Duration};

    use super::super::{InitialSettings, SpawnOptions, spawn};
    use crate::geometry::Size;

    #[tokio::test]
    async fn a_reader_below_its_shell_is_found() {
        let environment: BTreeMap<String, String> =
            [("PATH".to_owned(), std::env::var("PATH").unwrap())].into();
        let script = "sleep 1000 & sh -c 'read x; exit'; :";
        let command = ["sh", "-c", script].map(str::to_owned);
        let (pty, mut child) = spawn(&SpawnOptions {
            command: &command,
            cwd: &PathBuf::from("/"),
            environment: &environment,
            size: Size::DEFAULT,
            settings: InitialSettings::System,
        })
        .unwrap();
        let leader = child.id();
        let mut seen = Vec::new();
        for _ in 0..1000 {
            seen = pty.processes(leader);
            if seen.iter().any(|one| one.does.starts_with("reads the tty")) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let reader = seen
            .iter()
            .find(|one| one.does == "reads the tty (read)")
            .unwrap_or_else(|| panic!("{seen:?}"));
        assert!(reader.foreground && reader.depth == 1, "{seen:?}");
        assert_eq!(seen[0].depth, 0);
        assert_eq!(u32::try_from(seen[0].pid).ok(), leader);
        assert_eq!(reader.parent, seen[0].pid);
        assert!(seen.iter().any(|one| one.name == "sleep"), "{seen:?}");
        super::super::signal_session(leader.unwrap(), nix::sys::signal::Signal::SIGKILL);
        child.wait().await.unwrap();
        assert!(pty.processes(None).iter().all(|one| one.does != "runs"));
    }
}
