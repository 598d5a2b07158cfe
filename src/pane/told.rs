//! What programs tell a pane by sequences (tests): notices, marked prompts, the directory.

use std::time::{Duration, Instant};

use super::{
    core::{Core, CoreOptions, Moment},
    effect::Effect,
    event::PaneEvent,
};
use crate::{
    geometry::Size,
    protocol::Attention,
    pty::{Holder, Program, Reader, TtyState},
};

const RAW: TtyState = TtyState {
    echo: false,
    canonical: false,
    end_of_file: Some(4),
};

fn core(now: Instant) -> Core {
    let options = CoreOptions::bare(Size { rows: 6, cols: 40 });
    Core::new(options, now)
}

fn moment(now: Instant) -> Moment<'static> {
    Moment {
        now,
        tty: Some(RAW),
        holder: None,
    }
}

#[test]
fn the_last_notice_of_a_read_is_told() {
    let now = Instant::now();
    let mut core = core(now);
    core.output(
        moment(now),
        b"\x1b]9;one\x07\x07\x1b]9;4;1;50\x07\x1b]9;two\x07",
    );
    assert_eq!(
        core.take_effects(),
        [
            Effect::Event(PaneEvent::Bell),
            Effect::Notice("two".to_owned())
        ]
    );
}

#[test]
fn a_shell_that_marks_its_prompt_is_ready_at_it() {
    let start = Instant::now();
    let mut core = core(start);
    let program = Program {
        pid: 7,
        name: "xonsh".to_owned(),
        genuine: true,
    };
    let holder = Holder {
        group: 7,
        leader: Some(program.clone()),
        stopped: false,
        reader: Reader::Polls {
            program,
            call: "poll",
        },
        readers: Vec::new(),
    };
    let mut after = |output: &str| {
        core.output(moment(start), output.as_bytes());
        let later = start + Duration::from_secs(2);
        core.judge_attention(moment(later), Some(holder.clone()), true);
        core.attention().0
    };
    let prompt = "\x1b]133;A\x07here λ \x1b]133;B\x07";
    assert_eq!(after("here λ "), Attention::Waiting);
    assert_eq!(after(&format!("\r{prompt}")), Attention::Ready);
    assert_eq!(after("ask"), Attention::Ready);
    // A program that the shell runs may ask something, marked or not.
    assert_eq!(after("\r\nSure? "), Attention::Waiting);
    assert_eq!(after("\x1b]133;C\x07Really? "), Attention::Waiting);
    assert_eq!(
        after(&format!("\r\n\x1b]133;D;0\x07{prompt}")),
        Attention::Ready
    );
}

#[test]
fn a_new_child_is_not_where_the_old_one_was() {
    let now = Instant::now();
    let mut core = core(now);
    core.output(
        moment(now),
        b"\x1b]7;file://host/srv/a%20b\x07\x1b]133;A\x07$ \x1b[?2026h",
    );
    assert_eq!(core.emulator().directory(), Some("/srv/a b"));
    assert!(core.emulator().unfinished_frame().is_some() && core.emulator_mut().at_marked_prompt());
    core.restart(now);
    assert_eq!(core.emulator().directory(), None);
    assert!(
        core.emulator().unfinished_frame().is_none() && !core.emulator_mut().at_marked_prompt()
    );
}
