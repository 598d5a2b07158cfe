//! What is drawn, at several sizes, compared with snapshots.

mod anything;
mod asks;

use std::time::Duration;

use insta::assert_snapshot;

use super::*;
use crate::{
    expect::AutoAnswer,
    geometry::{Position, Size},
    keys::{Input, Modifiers, Mouse, MouseAction},
    protocol::{Attention, ExitInfo, Failure, FailureKind, Found, PaneSummary, Reply, WhyInfo},
    screen::{Anchor, Mark, Place, Run, Style},
    tui::{
        Options,
        app::{Msg, Purpose},
        fixture::{Rig, ask, ended, options, pane, screen, text, with},
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

/// Types `keys` into the session above at this size and compares what is drawn.
macro_rules! check {
    ($cols:literal x $rows:literal, $keys:literal, @$expected:literal) => {
        let mut rig = rig($cols, $rows);
        rig.types($keys);
        assert_snapshot!(rig.text(), @$expected);
    };
}

#[test]
fn tiles_with_list() {
    check!(80 x 24, "", @r"
     deploy ─ 6 panes ─ 1 password ─ 1 asking ─ 1 failed ─ answers on
    ┌ panes ───────────────┐┌ 1 db1 ─ ssh · ◆ password ┐┌ 2 build ────── ● working ┐
    │▌1 db1     ◆ password ││Warning: Permanently added││   Compiling serde v1.0.22│
    │ 2 build   ● working  ││ops@db1's password:       ││   Compiling toml v1.2.1  │
    │ 3 npm     ? asking   ││                          ││                          │
    │ 4 lint    ✓ exit 0   ││                          ││                          │
    │ 5 tests   ✗ SIGKILL  ││                          ││                          │
    │ 6 logs    ○ quiet 4m ││                          ││                          │
    │                      ││                          ││                          │
    │                      │├ 3 npm ───────── ? asking ┤├ 4 lint ── ✓ exit 0 · 3 s ┤
    │                      ││package name: (app) app   ││0 errors, 2 warnings      │
    │                      ││Is this OK? (yes)         ││                          │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    │                      │├ 5 tests ────── ✗ SIGKILL ┤├ 6 logs ────── ○ quiet 4m ┤
    │                      ││                          ││日本語のログ              │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    └──────────────────────┘└──────────────────────────┘└──────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  ? help
    ");
}

#[test]
fn large_terminal() {
    check!(200 x 60, "", @"
     deploy ─ 6 panes ─ 1 password ─ 1 asking ─ 1 failed ─ answers on                                                                                                                         muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ───────────────────────────────────────────────────────────── ssh · ◆ password ┐┌ 2 build ────────────────────────────────────────────────────────── cargo · ● working ┐
    │▌1 db1     ◆ password ││Warning: Permanently added 'db1' to the list of known hosts.                          ││   Compiling serde v1.0.229                                                           │
    │ 2 build   ● working  ││ops@db1's password:                                                                   ││   Compiling toml v1.2.1                                                              │
    │ 3 npm     ? asking   ││                                                                                      ││                                                                                      │
    │ 4 lint    ✓ exit 0   ││                                                                                      ││                                                                                      │
    │ 5 tests   ✗ SIGKILL  ││                                                                                      ││                                                                                      │
    │ 6 logs    ○ quiet 4m ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      │├ 3 npm ───────────────────────────────────────────────────────────────────── ? asking ┤├ 4 lint ────────────────────────────────────────────────────────────── ✓ exit 0 · 3 s ┤
    │                      ││package name: (app) app                                                               ││0 errors, 2 warnings                                                                  │
    │                      ││Is this OK? (yes)                                                                     ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      │├ 5 tests ──────────────────────────────────────────────────────────── ✗ SIGKILL · 3 s ┤├ 6 logs ────────────────────────────────────────────────────────────────── ○ quiet 4m ┤
    │                      ││                                                                                      ││日本語のログ                                                                          │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    └──────────────────────┘└──────────────────────────────────────────────────────────────────────────────────────┘└──────────────────────────────────────────────────────────────────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  : palette  [ scroll  A disarm  w why  g answers  a add  d detach  q quit  ? help
    ");
}

#[test]
fn small_terminal() {
    check!(30 x 8, "", @r"
     deploy ─ 6 panes ─ 1 password
    ┌ 1 db1 ─── ssh · ◆ password ┐
    │Warning: Permanently added '│
    │ops@db1's password:         │
    │                            │
    │                            │
    └────────────────────────────┘
     WATCH  Enter interact  ? help
    ");
}

#[test]
fn smallest_terminal() {
    check!(1 x 1, "", @"W");
    check!(12 x 3, "", @r"
    ─ 1 db1  ◆ ─
    Warning: Per
     WATCH  ? he
    ");
}

#[test]
fn one_pane_and_the_list() {
    check!(80 x 12, "2 \r", @r"
     deploy ─ 6 panes ─ 1 password ─ 1 asking ─ 1 failed ─ answers on
    ┌ panes ───────────────┐┌ 2 build ────────────────────────── cargo · ● working ┐
    │ 1 db1     ◆ password ││   Compiling serde v1.0.229                           │
    │▌2 build   ● working  ││   Compiling toml v1.2.1                              │
    │ 3 npm     ? asking   ││                                                      │
    │ 4 lint    ✓ exit 0   ││                                                      │
    │ 5 tests   ✗ SIGKILL  ││                                                      │
    │ 6 logs    ○ quiet 4m ││                                                      │
    │                      ││                                                      │
    │                      ││                                                      │
    └──────────────────────┘└──────────────────────────────────────────────────────┘
     INTERACT  keys go to build  rules pause  Ctrl-] leaves
    ");
}

#[test]
fn zoomed() {
    check!(80 x 12, "3z", @r"
    ─ 3 npm ───────────────────────────────────────────────────────────── ? asking ─
    package name: (app) app
    Is this OK? (yes)








     WATCH  Enter interact  n next that needs you  z zoom out  Space layout  ? help
    ");
}

#[test]
fn a_pane_without_chrome_still_tells() {
    let only = Options {
        only: Some("npm".to_owned()),
        ..options()
    };
    let mut rig = Rig::new(only, 40, 4);
    rig.panes(deploy());
    rig.shows(3, &["package name: (app) app", "Is this OK? (yes) "]);
    assert_snapshot!(rig.text(), @r"
    package name: (app) app
    Is this OK? (yes)
    ");
    let failure = Failure {
        kind: FailureKind::Failed,
        message: "the pane's queue is full".to_owned(),
    };
    rig.send(Msg::Reply(Purpose::Command, Reply::Failed(failure)));
    assert_snapshot!(rig.text(), @r"
    package name: (app) app
    Is this OK? (yes)

    the pane's queue is full
    ");
    rig.types("y");
    let action = MouseAction::WheelUp;
    let (position, modifiers) = (Position::default(), Modifiers::NONE);
    let mouse = Mouse {
        action,
        position,
        modifiers,
    };
    rig.send(Msg::Input(vec![Input::Mouse(mouse)]));
    let view = HistoryView {
        top: Some(Anchor { line: 4, row: 0 }),
        above: 4,
        below: 3,
        rows: vec![Row {
            runs: vec![Run(0, "npm init".to_owned(), Style::default())],
            wrapped: false,
        }],
        starts: Vec::new(),
        marks: Vec::new(),
    };
    rig.send(Msg::Reply(Purpose::History(1), Reply::History(view)));
    assert_snapshot!(rig.text(), @r"
    npm init                       ↑ 3 of 7
    ");
}

#[test]
fn matches_are_marked_and_the_pattern_is_seen_while_it_is_typed() {
    let mut rig = rig(80, 10);
    rig.types("z[");
    let place = |column| Place { line: 4, column };
    let mark = |column: u16| Mark {
        row: 0,
        start: column,
        end: column + 2,
        place: place(column.into()),
    };
    let view = HistoryView {
        top: None,
        above: 4,
        below: 0,
        rows: vec![Row {
            runs: vec![Run(0, "npm init npm".to_owned(), Style::default())],
            wrapped: false,
        }],
        starts: Vec::new(),
        marks: vec![mark(0), mark(9)],
    };
    rig.send(Msg::Reply(
        Purpose::History(1),
        Reply::History(HistoryView {
            starts: Vec::new(),
            marks: Vec::new(),
            ..view.clone()
        }),
    ));
    rig.types("/np");
    let bar = rig.text().lines().last().unwrap().to_owned();
    assert_eq!(bar, " SCROLL  /np   Enter search  Esc back");
    let last = rig.draw().area.bottom() - 1;
    let reversed = |rig: &mut Rig, x, y| {
        let buffer = rig.draw();
        buffer[(x, y)].modifier.contains(Modifier::REVERSED)
    };
    assert!(reversed(&mut rig, 12, last), "the cursor");
    rig.types("\r");
    let found = Reply::Found(Some(Found {
        place: place(9),
        wrapped: false,
        view,
    }));
    let purpose = Purpose::Search {
        visit: 1,
        search: 2,
    };
    rig.send(Msg::Reply(purpose, found));
    let buffer = rig.draw();
    let tile = rig.app.arrangement.tile(PaneId(1)).unwrap().inner;
    let style = |column| buffer[(tile.x + column, tile.y)].style();
    assert!(style(0).add_modifier.contains(Modifier::REVERSED));
    assert_eq!(style(2).bg, style(8).bg);
    assert_eq!(style(9).bg, rig.app.theme.badge(Badge::Scroll).bg);
    let bar = text(&buffer).lines().last().unwrap().to_owned();
    assert!(bar.contains("n N next, previous match"), "{bar}");
}

#[test]
fn quit_asks() {
    check!(80 x 16, "q", @r"
     deploy ─ 6 panes ─ 1 password ─ 1 asking ─ 1 failed ─ answers on
    ┌ panes ───────────────┐┌ 1 db1 ─ ssh · ◆ password ┐┌ 2 build ────── ● working ┐
    │▌1 db1     ◆ password ││Warning: Permanently added││   Compiling serde v1.0.22│
    │ 2 build   ● working  ││ops@db1's password:       ││   Compiling toml v1.2.1  │
    │ 3 npm     ? askin┌ Quit deploy? ─────────────────────────┐                   │
    │ 4 lint    ✓ exit │ 4 programs are running.               │                   │
    │ 5 tests   ✗ SIGKI│                                       │ ── ✓ exit 0 · 3 s ┤
    │ 6 logs    ○ quiet│ d  detach, leave the session as it is │s, 2 warnings      │
    │                  │ k  end everything                     │                   │
    │                  │ c  cancel                             │                   │
    │                  └───────────────────────────────────────┘                   │
    │                      │├ 5 tests ────── ✗ SIGKILL ┤├ 6 logs ────── ○ quiet 4m ┤
    │                      ││                          ││日本語のログ              │
    │                      ││                          ││                          │
    └──────────────────────┘└──────────────────────────┘└──────────────────────────┘
     QUIT?  d detach, leave the session as it is  k end everything  c cancel
    ");
    check!(30 x 8, "q", @r"
    ┌ Quit deploy? ──────────────┐
    │ 4 programs are running.    │
    │                            │
    │ d  detach, leave the sessio│
    │ k  end everything          │
    │ c  cancel                  │
    └────────────────────────────┘
     QUIT?  c cancel
    ");
}

#[test]
fn ended_pane_asks() {
    check!(80 x 16, "4\r", @r"
     deploy ─ 6 panes ─ 1 password ─ 1 asking ─ 1 failed ─ answers on
    ┌ panes ───────────────┐┌ 1 db1 ─ ssh · ◆ password ┐┌ 2 build ────── ● working ┐
    │ 1 db1     ◆ password ││Warning: Permanently added││   Compiling serde v1.0.22│
    │ 2 build   ● working  ││ops@db1's password:       ││   Compiling toml v1.2.1  │
    │ 3 npm     ? asking   ││  ┌ lint ─────────────────┐│                          │
    │▌4 lint    ✓ exit 0   ││  │ It has ended: exit 0. ││                          │
    │ 5 tests   ✗ SIGKILL  │├ 3│                       │├ 4 lint ── ✓ exit 0 · 3 s ┤
    │ 6 logs    ○ quiet 4m ││pa│ r  start it again     ││0 errors, 2 warnings      │
    │                      ││Is│ D  remove the pane    ││                          │
    │                      ││  │ c  cancel             ││                          │
    │                      ││  └───────────────────────┘│                          │
    │                      │├ 5 tests ────── ✗ SIGKILL ┤├ 6 logs ────── ○ quiet 4m ┤
    │                      ││                          ││日本語のログ              │
    │                      ││                          ││                          │
    └──────────────────────┘└──────────────────────────┘└──────────────────────────┘
     ENDED  r start it again  D remove the pane  c cancel
    ");
}

#[test]
fn help_shows_every_key() {
    check!(80 x 24, "?", @"
    ┌ Keys ────────────────────────────────────────────────────────────────────────┐
    │ Move                                    /             filter panes           │
    │  j ↓           next pane                o             sort by attention      │
    │  k ↑           previous pane            [             scroll back            │
    │  h ←           tile to the left         PageUp        scroll back a page     │
    │  l →           tile to the right                                             │
    │  K             tile above              Jobs                                  │
    │  J             tile below               a             add a pane             │
    │  Tab           last pane                C             another like this one  │
    │  1-9           pane of that number      e             rename                 │
    │  n             next that needs you      m             mark for broadcast     │
    │  N             previous that needs you  B             type into all marked   │
    │  Enter         interact; Ctrl-] leaves  r             restart                │
    │  Ctrl-]        send a literal Ctrl-]    s             stop                   │
    │                                         x             kill                   │
    │ View                                    D             remove an ended pane   │
    │  z             zoom                                                          │
    │  Space         next layout             Rules                                 │
    │  +             grow tile                i             inbox: what is asked   │
    │  -             shrink tile              A             arm or disarm pane     │
    │  =             equal tiles again        g             answers on/suggest/off │
    │  b             list on or off           w             why rules act or not   │
    └──────────────────────────────────────────────────────────────────────────────┘
     HELP  j k move  Esc close
    ");
}

#[test]
fn no_panes() {
    let mut rig = Rig::new(options(), 80, 16);
    rig.panes(vec![]);
    assert_snapshot!(rig.text(), @"
    deploy ─ 0 panes ─ answers on                                    muxpect 0.1.0



                              This session has no panes.

                             a starts a program in it, or
                                from another terminal:
                         muxpect -s deploy run -d -- COMMAND

                                 q leaves or ends it.




    WATCH  : palette  g answers  a add  d detach  q quit  ? help
    ");
}

#[test]
fn many_panes_come_in_pages() {
    let mut rig = Rig::new(options(), 80, 24);
    rig.panes(
        (1..=25)
            .map(|id| pane(id, &format!("worker-number-{id}")))
            .collect(),
    );
    rig.types("9jjjjjjjj");
    assert_snapshot!(rig.text(), @r"
     deploy ─ 25 panes ─ answers on ─ tiles 11-20 of 25               muxpect 0.1.0
    ┌ panes ─────────────────────── ↑ ┐┌ 11 worker-number… ● ┐┌ 12 worker-numbe… ● ┐
    │  6 worker-number-6   ● working  ││                     ││                    │
    │  7 worker-number-7   ● working  ││                     ││                    │
    │  8 worker-number-8   ● working  ││                     ││                    │
    │  9 worker-number-9   ● working  ││                     ││                    │
    │ 10 worker-number-10  ● working  │├ 13 worker-number… ● ┤├ 14 worker-numbe… ● ┤
    │ 11 worker-number-11  ● working  ││                     ││                    │
    │ 12 worker-number-12  ● working  ││                     ││                    │
    │ 13 worker-number-13  ● working  ││                     ││                    │
    │ 14 worker-number-14  ● working  │├ 15 worker-number… ● ┤├ 16 worker-numbe… ● ┤
    │ 15 worker-number-15  ● working  ││                     ││                    │
    │ 16 worker-number-16  ● working  ││                     ││                    │
    │▌17 worker-number-17  ● working  ││                     ││                    │
    │ 18 worker-number-18  ● working  ││                     ││                    │
    │ 19 worker-number-19  ● working  │├ 17 worker-number… ● ┤├ 18 worker-numbe… ● ┤
    │ 20 worker-number-20  ● working  ││                     ││                    │
    │ 21 worker-number-21  ● working  ││                     ││                    │
    │ 22 worker-number-22  ● working  ││                     ││                    │
    │ 23 worker-number-23  ● working  │├ 19 worker-number… ● ┤├ 20 worker-numbe… ● ┤
    │ 24 worker-number-24  ● working  ││                     ││                    │
    │ 25 worker-number-25  ● working  ││                     ││                    │
    └─────────────────────────────────┘└─────────────────────┘└────────────────────┘
     WATCH  Enter interact  z zoom  Space layout  : palette  [ scroll  ? help
    ");
}

#[test]
fn the_cursor_is_the_terminals_own_while_interacting() {
    let mut rig = rig(80, 24);
    let reversed = |rig: &mut Rig| -> usize {
        let buffer = rig.draw();
        let reversed = |cell: &&ratatui::buffer::Cell| cell.modifier.contains(Modifier::REVERSED);
        buffer.content.iter().filter(reversed).count()
    };
    assert_eq!(cursor(&rig.app), None);
    assert_eq!(reversed(&mut rig), 4, "every pane whose child lives");
    rig.types("\r");
    let tile = *rig.app.arrangement.tile(PaneId(1)).expect("it is shown");
    let expected = CursorPlace {
        x: tile.inner.x + 20,
        y: tile.inner.y + 1,
        shape: CursorShape::Default,
    };
    assert_eq!(cursor(&rig.app), Some(expected));
    assert_eq!(reversed(&mut rig), 3);
}

#[test]
fn a_screen_of_another_size_is_cropped_around_its_cursor() {
    let mut rig = rig(80, 12);
    rig.types("z");
    let lines: Vec<String> = (0..30).map(|line| format!("line {line}")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let large = screen(
        Size {
            rows: 50,
            cols: 200,
        },
        &lines,
    );
    rig.shows_screen(PaneId(1), &large);
    let text = rig.text();
    assert!(text.contains("200x50 · cropped"), "{text}");
    assert!(
        text.contains("line 29") && !text.contains("line 19\n"),
        "{text}"
    );
    let small = screen(Size { rows: 5, cols: 20 }, &["$ "]);
    rig.shows_screen(PaneId(1), &small);
    assert!(rig.text().contains("20x5 ·"));
}

#[test]
fn a_hidden_pane_that_rings_is_marked() {
    let mut rig = rig(80, 24);
    rig.types("z");
    let mut panes = deploy();
    panes[1].bells = 1;
    rig.panes(panes);
    rig.types(" ");
    assert!(!rig.text().contains('♪'), "tiles show it");
    rig.types(" 1");
    let mut panes = deploy();
    panes[1].bells = 2;
    rig.panes(panes);
    assert!(rig.text().contains("♪2 build   ●"), "{}", rig.text());
}
