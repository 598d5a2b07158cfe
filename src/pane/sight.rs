//! What was seen of a tty, in the words of recordings.
//!
//! Owns the translation only: who looks, and when, is the task's matter, or the verb's that records.

use crate::{
    pty::{Holder, Program, Reader, TtyState},
    record::{SeenHolder, SeenProgram, SeenReader, Sight},
};

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
        assert_eq!(sight(tty, None, Some(8)).holder, None);
    }
}
