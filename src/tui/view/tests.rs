use std::time::Duration;

use insta::assert_snapshot;

use super::*;
use crate::{
    geometry::Size,
    keys::Input,
    protocol::{Attention, ExitInfo, PaneState, PaneSummary},
    tui::{
        app::Msg,
        fixture::{Rig, ended, options, pane, text, with},
    },
};

fn deploy() -> Vec<PaneSummary> {
    let password = PaneSummary {
        foreground: Some("ssh".to_owned()),
        ..with(pane(1, "db1"), Attention::Password)
    };
    let build = PaneSummary {
        foreground: Some("cargo".to_owned()),
        ..pane(2, "build")
    };
    let killed = PaneSummary {
        exit: Some(ExitInfo::Signal("SIGKILL".to_owned())),
        ..ended(pane(5, "tests"), 1)
    };
    vec![
        password,
        build,
        with(pane(3, "npm"), Attention::Asking),
        ended(pane(4, "lint"), 0),
        killed,
        with(pane(6, "logs"), Attention::Quiet),
    ]
}

fn rig(cols: u16, rows: u16) -> Rig {
    let mut rig = Rig::new(options(), cols, rows);
    rig.panes(deploy());
    rig.pass(Duration::from_secs(250));
    rig.shows(
        1,
        &[
            "Warning: Permanently added 'db1' to the list of known hosts.",
            "ops@db1's password: ",
        ],
    );
    rig.shows(
        2,
        &["   Compiling serde v1.0.229", "   Compiling toml v1.2.1"],
    );
    rig.shows(3, &["package name: (app) app", "Is this OK? (yes) "]);
    rig.shows(4, &["0 errors, 2 warnings"]);
    rig.shows(6, &["日本語のログ"]);
    rig
}

#[test]
fn print_all() {
    for (cols, rows) in [(80, 24), (120, 40), (200, 60), (30, 8), (1, 1), (12, 3)] {
        let mut rig = rig(cols, rows);
        println!("{}", rig.text());
        for keys in [
            "?",
            "q",
            "z",
            "zb",
            "b ",
            "b\r",
            "[",
            "\u{1d}q\u{1b}4\r",
            "\u{1b}x",
        ] {
            if (cols, rows) == (80, 24) || (cols, rows) == (200, 60) && keys == "?" || cols == 30 {
                rig.types(keys);
                println!("{keys:?}\n{}", rig.text());
                rig.types("\u{1b}");
            }
        }
    }
    let mut empty = Rig::new(options(), 80, 24);
    empty.panes(vec![]);
    println!("{}", empty.text());
}
