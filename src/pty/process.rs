//! The processes of a tty's session: who is in the foreground, and signals to all of them.

use std::{collections::BTreeSet, fs};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

/// The leader of a tty's foreground process group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreground {
    /// The process group.
    pub group: i32,
    /// The leader's program name, at most 15 bytes as the kernel keeps it.
    pub name: String,
    /// The leader is stopped (SIGTSTP, SIGTTIN and the like).
    pub stopped: bool,
}

/// Returns what is known of the process group `group`'s leader; `None` when it has gone or the
/// system does not tell (not Linux).
pub fn foreground(group: i32) -> Option<Foreground> {
    let stat = read_stat(group)?;
    Some(Foreground {
        group,
        name: stat.name,
        stopped: stat.state == 'T',
    })
}

/// Sends `signal` to every process group of the session that `leader` began, and returns how many
/// groups there were. Groups are found in `/proc`; where that is not to be had, the leader's
/// own group gets it.
pub fn signal_session(leader: u32, signal: Signal) -> usize {
    let leader = i32::try_from(leader).expect("process ids fit i32");
    let mut groups: BTreeSet<i32> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(read_stat)
        .filter(|stat| stat.session == leader)
        .map(|stat| stat.group)
        .collect();
    if cfg!(not(target_os = "linux")) {
        groups.insert(leader);
    }
    let reached = |group: &i32| killpg(Pid::from_raw(*group), signal).is_ok();
    groups.iter().filter(|group| reached(group)).count()
}

struct Stat {
    name: String,
    state: char,
    group: i32,
    session: i32,
}

/// Reads `/proc/PID/stat` (proc_pid_stat(5)). The name stands in parentheses and may itself hold
/// any character, so the last parenthesis ends it.
fn read_stat(pid: i32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (head, tail) = text.rsplit_once(") ")?;
    let (_, name) = head.split_once(" (")?;
    let mut fields = tail.split(' ');
    let state = fields.next()?.chars().next()?;
    let _parent = fields.next()?;
    let group = fields.next()?.parse().ok()?;
    let session = fields.next()?.parse().ok()?;
    Some(Stat {
        name: name.to_owned(),
        state,
        group,
        session,
    })
}
