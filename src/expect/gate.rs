//! The gate of secrets: whether the tty and its programs are such that a secret may be typed.
//!
//! A pure table of conditions. That the prompt matches at the cursor, the waiting and the second
//! look are `pending`'s.

use super::{Holder, Program, Reader};

/// Programs that ask for secrets of their own accord: allowed unless the rule names others.
pub const ASKING_PROGRAMS: [&str; 10] = [
    "ssh",
    "sudo",
    "su",
    "passwd",
    "doas",
    "gpg",
    "ssh-add",
    "ssh-keygen",
    "psql",
    "mysql",
];

/// Shells: one that is the pane's own child would read the secret as a command.
const SHELLS: [&str; 11] = [
    "sh", "bash", "dash", "zsh", "fish", "ksh", "mksh", "ash", "tcsh", "csh", "busybox",
];

/// The length at which the kernel cuts the names of programs, in bytes (TASK_COMM_LEN less NUL).
const KERNEL_NAME: usize = 15;

/// Why the gate does not let a secret pass.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateReason {
    /// ECHO is on.
    #[error("the tty echoes")]
    Echoes,
    /// ICANON is off: a line editor reads, not a password prompt.
    #[error("the tty is not in line mode")]
    NotCanonical,
    /// The settings of the tty are not known.
    #[error("the settings of the tty cannot be known")]
    UnknownTty,
    /// Who holds the tty is not known.
    #[error("who reads the tty cannot be known")]
    UnknownReader,
    /// The tty came right only after the wait was over.
    #[error("the tty came right too late")]
    Late,
    /// Nobody reads.
    #[error("nobody reads the tty")]
    NobodyReads,
    /// This program reads, or leads the foreground where readers cannot be seen.
    #[error("'{0}' reads the tty, and is not allowed to ask for it")]
    Stranger(String),
}

/// Returns whether a secret may be typed: ECHO off and ICANON on, and the program that reads the
/// tty is allowed; where readers cannot be seen, the one that leads the foreground. `allowed`
/// replaces the default: the pane's own child unless it is a shell, and [`ASKING_PROGRAMS`].
pub fn gate(
    echo: Option<bool>,
    canonical: Option<bool>,
    holder: Option<Holder>,
    allowed: &[String],
) -> Result<(), GateReason> {
    match (echo, canonical) {
        (Some(false), Some(true)) => {}
        (Some(true), _) => return Err(GateReason::Echoes),
        (_, Some(false)) => return Err(GateReason::NotCanonical),
        (None, _) | (_, None) => return Err(GateReason::UnknownTty),
    }
    let holder = holder.ok_or(GateReason::UnknownReader)?;
    let program = match holder.reader {
        Reader::Reads(program) | Reader::Polls(program) => program,
        Reader::Nobody => return Err(GateReason::NobodyReads),
        Reader::Unknown => holder.leader.ok_or(GateReason::UnknownReader)?,
    };
    if is_allowed(program, allowed) {
        Ok(())
    } else {
        Err(GateReason::Stranger(program.name.to_owned()))
    }
}

fn is_allowed(program: Program, allowed: &[String]) -> bool {
    if !allowed.is_empty() {
        return allowed.iter().any(|name| is_named(program, name));
    }
    let is_shell = SHELLS.contains(&program.name.trim_start_matches('-'));
    program.own && !is_shell || ASKING_PROGRAMS.contains(&program.name)
}

/// Returns whether a program has this name, or its beginning where the kernel has cut it.
pub(super) fn is_named(program: Program, name: &str) -> bool {
    program.name == name
        || program.name.len() == KERNEL_NAME && name.as_bytes().starts_with(program.name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(name: &str, own: bool) -> Program<'_> {
        Program { name, own }
    }

    fn check(
        (echo, canonical): (Option<bool>, Option<bool>),
        holder: Option<Holder>,
        allowed: &[&str],
        expected: Result<(), GateReason>,
    ) {
        let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        assert_eq!(
            gate(echo, canonical, holder, &allowed),
            expected,
            "{echo:?} {canonical:?} {holder:?}"
        );
    }

    fn reads(name: &str, own: bool) -> Option<Holder<'_>> {
        Some(Holder {
            reader: Reader::Reads(program(name, own)),
            leader: Some(program("sudo", false)),
        })
    }

    const NO_ECHO: (Option<bool>, Option<bool>) = (Some(false), Some(true));

    #[test]
    fn only_a_line_without_echo_is_a_password_prompt() {
        let ssh = reads("ssh", false);
        check(NO_ECHO, ssh, &[], Ok(()));
        check((Some(true), Some(true)), ssh, &[], Err(GateReason::Echoes));
        check((Some(true), Some(false)), ssh, &[], Err(GateReason::Echoes));
        let raw = Err(GateReason::NotCanonical);
        check((Some(false), Some(false)), ssh, &[], raw.clone());
        check((None, Some(false)), ssh, &[], raw);
        for unknown in [(None, Some(true)), (Some(false), None), (None, None)] {
            check(unknown, ssh, &[], Err(GateReason::UnknownTty));
        }
    }

    #[test]
    fn who_reads_must_be_allowed() {
        let stranger = |name: &str| Err(GateReason::Stranger(name.to_owned()));
        check(NO_ECHO, reads("python3", true), &[], Ok(()));
        check(NO_ECHO, reads("python3", false), &[], stranger("python3"));
        for shell in SHELLS {
            check(NO_ECHO, reads(shell, true), &[], stranger(shell));
        }
        check(NO_ECHO, reads("-bash", true), &[], stranger("-bash"));
        for asking in ASKING_PROGRAMS {
            check(NO_ECHO, reads(asking, false), &[], Ok(()));
        }
        check(NO_ECHO, reads("bash", true), &["bash"], Ok(()));
        check(NO_ECHO, reads("ssh", true), &["sudo"], stranger("ssh"));
        let long = "systemd-ask-password";
        check(NO_ECHO, reads(&long[..15], false), &[long], Ok(()));
        check(
            NO_ECHO,
            reads(&long[..14], false),
            &[long],
            stranger(&long[..14]),
        );
    }

    #[test]
    fn the_leader_stands_in_only_where_readers_cannot_be_seen() {
        let holder = |reader, leader| Some(Holder { reader, leader });
        let sudo = Some(program("sudo", false));
        check(NO_ECHO, holder(Reader::Unknown, sudo), &[], Ok(()));
        let cat = Reader::Polls(program("cat", false));
        check(
            NO_ECHO,
            holder(cat, sudo),
            &[],
            Err(GateReason::Stranger("cat".to_owned())),
        );
        let unknown = Err(GateReason::UnknownReader);
        check(NO_ECHO, holder(Reader::Unknown, None), &[], unknown.clone());
        check(NO_ECHO, None, &[], unknown);
        check(
            NO_ECHO,
            holder(Reader::Nobody, sudo),
            &[],
            Err(GateReason::NobodyReads),
        );
    }
}
