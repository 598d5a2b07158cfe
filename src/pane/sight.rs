//! What was seen of a tty, in the words of recordings, and back.
//!
//! Owns the translation only: who looks, and when, is the task's matter, or the verb's that records;
//! what a sight counts for later is a rehearsal's.

use crate::{
    pty::{Holder, Program, Reader, TtyState},
    record::{SeenHolder, SeenProgram, SeenReader, Sight},
};

/// The process ids of the recorded child and of all other programs, which a recording does not tell.
pub(super) const OWN: i32 = 1;
const OTHER: i32 = 2;

/// Returns a sight of a tty's settings and, where they were looked at, of the programs at it. `child`
/// is the process that the pty was opened for.
pub fn sight(tty: TtyState, holder: Option<&Holder>, child: Option<u32>) -> Sight {
    let seen = |program: &Program| SeenProgram {
        name: program.name.clone(),
        own: u32::try_from(program.pid).ok() == child,
        genuine: program.genuine,
    };
    Sight {
        echo: tty.echo,
        canonical: tty.canonical,
        holder: holder.map(|holder| SeenHolder {
            reader: match &holder.reader {
                Reader::Unknown(_) => SeenReader::Unknown,
                Reader::Nobody => SeenReader::Nobody,
                Reader::Reads { program, .. } => SeenReader::Reads(seen(program)),
                Reader::Polls { program, .. } => SeenReader::Polls(seen(program)),
            },
            leader: holder.leader.as_ref().map(seen),
            readers: holder.readers.iter().map(seen).collect(),
        }),
    }
}

/// Returns the settings of a tty that was seen. What ends its input is not told.
pub(super) fn tty_of(sight: &Sight) -> TtyState {
    const CTRL_D: u8 = 4;
    TtyState {
        echo: sight.echo,
        canonical: sight.canonical,
        end_of_file: Some(CTRL_D),
    }
}

/// Returns the programs at a tty that was seen, if somebody looked for them.
pub(super) fn holder_of(sight: &Sight) -> Option<Holder> {
    let SeenHolder {
        reader,
        leader,
        readers,
    } = sight.holder.as_ref()?;
    Some(Holder {
        group: OTHER,
        leader: leader.as_ref().map(program_of),
        stopped: false,
        reader: match reader {
            SeenReader::Unknown => Reader::Unknown("the recording does not tell"),
            SeenReader::Nobody => Reader::Nobody,
            SeenReader::Reads(by) => Reader::Reads {
                program: program_of(by),
                call: "read",
            },
            SeenReader::Polls(by) => Reader::Polls {
                program: program_of(by),
                call: "poll",
            },
        },
        readers: readers.iter().map(program_of).collect(),
    })
}

fn program_of(seen: &SeenProgram) -> Program {
    Program {
        pid: if seen.own { OWN } else { OTHER },
        name: seen.name.clone(),
        genuine: seen.genuine,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sight_tells_who_is_the_panes_own() {
        let program = |pid, name: &str| Program {
            pid,
            name: name.to_owned(),
            genuine: pid == 7,
        };
        let holder = Holder {
            group: 7,
            leader: Some(program(7, "sudo")),
            stopped: false,
            reader: Reader::Reads {
                program: program(8, "sh"),
                call: "read",
            },
            readers: vec![program(8, "sh")],
        };
        let tty = TtyState {
            echo: false,
            canonical: true,
            end_of_file: Some(4),
        };
        let seen = |name: &str, own, genuine| SeenProgram {
            name: name.to_owned(),
            own,
            genuine,
        };
        let expected = Sight {
            echo: false,
            canonical: true,
            holder: Some(SeenHolder {
                reader: SeenReader::Reads(seen("sh", true, false)),
                leader: Some(seen("sudo", false, true)),
                readers: vec![seen("sh", true, false)],
            }),
        };
        assert_eq!(sight(tty, Some(&holder), Some(8)), expected);
        let again = holder_of(&expected);
        assert_eq!(
            sight(tty_of(&expected), again.as_ref(), Some(OWN as u32)),
            expected
        );
        assert_eq!(sight(tty, None, Some(8)).holder, None);
    }
}
