//! The gate of secrets: whether the tty and its programs are such that a secret may be typed.
//!
//! A pure table of conditions. That the prompt matches at the cursor, the waiting and the second
//! look are `pending`'s.

use super::{Holder, Program, Reader};

/// Programs that ask for secrets of their own accord: allowed unless the rule names others, if
/// nobody but root can have given that name to another program.
const ASKING_PROGRAMS: [&str; 10] = [
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
    /// This program reads, and may be another than its name says.
    #[error(
        "'{0}' reads the tty, but others than root can replace that program; `foreground` of a rule can allow it"
    )]
    Replaceable(String),
}

/// Returns whether a secret may be typed: ECHO off and ICANON on, and every program that may get it
/// is allowed: all that read the tty, wait for it or cannot be seen. `allowed` replaces the default:
/// the pane's own child unless it is a shell, and programs that ask of their own accord, such as ssh and sudo.
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
    if holder.reader == Reader::Nobody {
        return Err(GateReason::NobodyReads);
    }
    if holder.readers.is_empty() {
        return Err(GateReason::UnknownReader);
    }
    let mut readers = holder.readers.iter();
    readers.try_for_each(|program| check(*program, allowed))
}

fn check(program: Program, allowed: &[String]) -> Result<(), GateReason> {
    let name = || program.name.to_owned();
    // A login shell has a dash, one that runs as another user stands in brackets.
    let is_shell = SHELLS.contains(&program.name.trim_matches(['-', '[', ']']));
    if !allowed.is_empty() {
        let is_allowed = allowed.iter().any(|name| is_named(program, name));
        is_allowed
            .then_some(())
            .ok_or_else(|| GateReason::Stranger(name()))
    } else if program.own && !is_shell {
        Ok(())
    } else if !ASKING_PROGRAMS.contains(&program.name) {
        Err(GateReason::Stranger(name()))
    } else if !program.genuine {
        Err(GateReason::Replaceable(name()))
    } else {
        Ok(())
    }
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
        Program {
            name,
            own,
            genuine: true,
        }
    }

    /// Who is seen, and all that may read.
    type Seen<'a> = Option<(Reader<'a>, Vec<Program<'a>>)>;

    fn check(
        (echo, canonical): (Option<bool>, Option<bool>),
        seen: &Seen,
        allowed: &[&str],
        expected: Result<(), GateReason>,
    ) {
        let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        let holder = seen.as_ref().map(|(reader, readers)| Holder {
            reader: *reader,
            leader: Some(program("sudo", false)),
            readers,
        });
        assert_eq!(
            gate(echo, canonical, holder, &allowed),
            expected,
            "{echo:?} {canonical:?} {holder:?}"
        );
    }

    fn reads(name: &str, own: bool) -> Seen<'_> {
        let program = program(name, own);
        Some((Reader::Reads(program), vec![program]))
    }

    const NO_ECHO: (Option<bool>, Option<bool>) = (Some(false), Some(true));

    #[test]
    fn only_a_line_without_echo_is_a_password_prompt() {
        let ssh = &reads("ssh", false);
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
        check(NO_ECHO, &reads("python3", true), &[], Ok(()));
        check(NO_ECHO, &reads("python3", false), &[], stranger("python3"));
        for shell in SHELLS {
            check(NO_ECHO, &reads(shell, true), &[], stranger(shell));
        }
        for shell in ["-bash", "[sh]"] {
            check(NO_ECHO, &reads(shell, true), &[], stranger(shell));
        }
        for asking in ASKING_PROGRAMS {
            check(NO_ECHO, &reads(asking, false), &[], Ok(()));
        }
        check(NO_ECHO, &reads("bash", true), &["bash"], Ok(()));
        check(NO_ECHO, &reads("ssh", true), &["sudo"], stranger("ssh"));
        let long = "systemd-ask-password";
        check(NO_ECHO, &reads(&long[..15], false), &[long], Ok(()));
        check(
            NO_ECHO,
            &reads(&long[..14], false),
            &[long],
            stranger(&long[..14]),
        );
    }

    #[test]
    fn all_that_may_read_must_be_allowed() {
        let (sudo, cat) = (program("sudo", false), program("cat", false));
        let stranger = || Err(GateReason::Stranger("cat".to_owned()));
        check(NO_ECHO, &Some((Reader::Unknown, vec![sudo])), &[], Ok(()));
        for reader in [Reader::Reads(sudo), Reader::Polls(sudo), Reader::Unknown] {
            let both = Some((reader, vec![sudo, cat]));
            check(NO_ECHO, &both, &[], stranger());
            check(NO_ECHO, &both, &["sudo", "cat"], Ok(()));
        }
        let unknown = Err(GateReason::UnknownReader);
        check(
            NO_ECHO,
            &Some((Reader::Unknown, vec![])),
            &[],
            unknown.clone(),
        );
        check(
            NO_ECHO,
            &Some((Reader::Reads(sudo), vec![])),
            &[],
            unknown.clone(),
        );
        check(NO_ECHO, &None, &[], unknown);
        check(
            NO_ECHO,
            &Some((Reader::Nobody, vec![])),
            &[],
            Err(GateReason::NobodyReads),
        );
    }

    #[test]
    fn a_name_that_anyone_could_have_given_does_not_count() {
        let ssh = Program {
            genuine: false,
            ..program("ssh", false)
        };
        let reads = Some((Reader::Reads(ssh), vec![ssh]));
        let replaceable = Err(GateReason::Replaceable("ssh".to_owned()));
        check(NO_ECHO, &reads, &[], replaceable);
        check(NO_ECHO, &reads, &["ssh"], Ok(()));
        let own = Program { own: true, ..ssh };
        check(NO_ECHO, &Some((Reader::Reads(own), vec![own])), &[], Ok(()));
    }
}
