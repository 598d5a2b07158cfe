//! What INSPECT looks like, at several sizes, compared with snapshots.

use insta::assert_snapshot;

use crate::{
    protocol::{Attention, Entry, Happened, Reply},
    tui::{
        app::{Mode, Msg, Purpose},
        fixture::{Rig, decision, inspection, options, output, pane, with},
    },
};

fn entries() -> Vec<Entry> {
    let input = Entry {
        what: Happened::Input {
            from: "typed".to_owned(),
            bytes: b"y\r".to_vec(),
            more: 0,
        },
        ..output(4, "")
    };
    let told = Entry {
        what: Happened::Told {
            text: "resized to 80x24".to_owned(),
        },
        ..output(6, "")
    };
    vec![
        output(1, "\u{1b}[2J\u{1b}[H\u{1b}[1;32mInstalling\u{1b}[0m\r\n"),
        output(2, "Go? "),
        decision(3, "node/confirm", "Go? "),
        input,
        told,
        output(7, "\u{1b}[1mReally remove 3 files? \u{1b}[0m\u{1b}[?25h"),
    ]
}

fn rig(cols: u16, rows: u16) -> Rig {
    let mut rig = Rig::new(options(), cols, rows);
    rig.panes(vec![
        with(pane(1, "db1"), Attention::Waiting),
        pane(2, "web"),
    ]);
    look(&mut rig);
    rig
}

/// Opens INSPECT on the focused pane, and answers its first look.
pub fn look(rig: &mut Rig) {
    rig.types("I");
    let Mode::Inspect(visit) = &rig.app.mode else {
        panic!("INSPECT is open");
    };
    let number = visit.number();
    let reply = Reply::Inspection(Box::new(inspection(entries())));
    rig.send(Msg::Reply(Purpose::Inspect(number), reply));
}

#[test]
fn one_section_at_a_time_where_there_is_no_room() {
    let mut rig = rig(80, 24);
    assert_snapshot!(rig.text(), @"
     deploy ─ 2 panes ─ 1 waiting ─ answers on                        muxpect 0.1.0
    ┌[timeline] tty  rules  modes ──────────────────────────────────────── db1 · 6 ┐
    │      1.000 out  ESC[2JESC[HESC[1;32mInstallingESC[0m␍␊                       │
    │      2.000 out  Go?                                                          │
    │      3.000 rule node/confirm fired: 'Go' matched                             │
    │      4.000 in   y␍                                                           │
    │ ⋯    6.000 pane resized to 80x24                                             │
    │▌     7.000 out  ESC[1mReally remove 3 files? ESC[0mESC[?25h                  │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │──────────────────────────────────────────────────────────────────────────────│
    │ out at 7.000 s, 37 bytes at offset 0                                         │
    │   ESC[1m           bold                                                      │
    │   Really remove 3 files?␣                                                    │
    │   ESC[0m           plain                                                     │
    │   ESC[?25h         cursor shown on                                           │
    └──────────────────────────────────────────────────────────────────────────────┘
     INSPECT  Tab section  Enter in full  p pause  m make a rule  / filter  Esc back
    ");
    rig.types("\t");
    assert_snapshot!(rig.text(), @r#"
     deploy ─ 2 panes ─ 1 waiting ─ answers on                        muxpect 0.1.0
    ┌ timeline [tty] rules  modes ──────────────────────────────────────── db1 · 6 ┐
    │ settings   ECHO on  ICANON on  EOF ^D                                        │
    │ attention  waiting: sh reads a line                                          │
    │ reader     sh (4712) reads: read                                             │
    │ prompt     "Really remove 3 files? "                                         │
    │ output     12345 bytes                                                       │
    │                                                                              │
    │      PID   PARENT  PROGRAM (+ in the foreground)                             │
    │     4711     4700 +sh sleeps in do_wait                                      │
    │     4712     4711 +  sh reads the tty (read)                                 │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
     INSPECT  Tab section  p pause  y copy  Esc back
    "#);
    rig.types("\t");
    assert_snapshot!(rig.text(), @r#"
     deploy ─ 2 panes ─ 1 waiting ─ answers on                        muxpect 0.1.0
    ┌ timeline  tty [rules] modes ──────────────────────────────────────── db1 · 6 ┐
    │▌· node/confirm   1× no pattern of it matches                                 │
    │──────────────────────────────────────────────────────────────────────────────│
    │ match      Go\? $                                                            │
    │ stands     view prompt                                                       │
    │ now        held: no pattern of it matches                                    │
    │ last       fired: 'Go\? $' matched                                           │
    │ before     "3: "                                                             │
    │ matched    "Go? "                                                            │
    │ after      ""                                                                │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
     INSPECT  Tab section  Enter its last match  p pause  y copy  Esc back
    "#);
    rig.types("\t");
    assert_snapshot!(rig.text(), @"
     deploy ─ 2 panes ─ 1 waiting ─ answers on                        muxpect 0.1.0
    ┌ timeline  tty  rules [modes]──────────────────────────────────────── db1 · 6 ┐
    │ * bracketed paste (?2004)        on                                          │
    │   cursor keys (?1)               normal                                      │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
     INSPECT  Tab section  p pause  y copy  Esc back
    ");
}

#[test]
fn all_sections_where_there_is_room() {
    assert_snapshot!(rig(120, 40).text(), @r#"
     deploy ─ 2 panes ─ 1 waiting ─ answers on                                                                muxpect 0.1.0
    ┌[timeline]─────────────────────────────────────────────────── db1 · 6 ┐┌ tty ─────────────────────────────────────────┐
    │      1.000 out  ESC[2JESC[HESC[1;32mInstallingESC[0m␍␊               ││ settings   ECHO on  ICANON on  EOF ^D        │
    │      2.000 out  Go?                                                  ││ attention  waiting: sh reads a line          │
    │      3.000 rule node/confirm fired: 'Go' matched                     ││ reader     sh (4712) reads: read             │
    │      4.000 in   y␍                                                   ││ prompt     "Really remove 3 files? "         │
    │ ⋯    6.000 pane resized to 80x24                                     ││ output     12345 bytes                       │
    │▌     7.000 out  ESC[1mReally remove 3 files? ESC[0mESC[?25h          ││                                              │
    │                                                                      ││      PID   PARENT  PROGRAM (+ in the foregro…│
    │                                                                      ││     4711     4700 +sh sleeps in do_wait      │
    │                                                                      ││     4712     4711 +  sh reads the tty (read) │
    │                                                                      │└──────────────────────────────────────────────┘
    │                                                                      │┌ rules ───────────────────────────────────────┐
    │                                                                      ││▌· node/confirm   1× no pattern of it matches │
    │                                                                      ││──────────────────────────────────────────────│
    │                                                                      ││ match      Go\? $                            │
    │                                                                      ││ stands     view prompt                       │
    │                                                                      ││ now        held: no pattern of it matches    │
    │                                                                      ││ last       fired: 'Go\? $' matched           │
    │                                                                      ││ before     "3: "                             │
    │                                                                      ││ matched    "Go? "                            │
    │                                                                      ││ after      ""                                │
    │                                                                      ││                                              │
    │                                                                      ││                                              │
    │                                                                      ││                                              │
    │                                                                      ││                                              │
    │──────────────────────────────────────────────────────────────────────│└──────────────────────────────────────────────┘
    │ out at 7.000 s, 37 bytes at offset 0                                 │┌ modes ───────────────────────────────────────┐
    │   ESC[1m           bold                                              ││ * bracketed paste (?2004)        on          │
    │   Really remove 3 files?␣                                            ││   cursor keys (?1)               normal      │
    │   ESC[0m           plain                                             ││                                              │
    │   ESC[?25h         cursor shown on                                   ││                                              │
    │                                                                      ││                                              │
    │                                                                      ││                                              │
    │                                                                      ││                                              │
    │                                                                      ││                                              │
    │                                                                      ││                                              │
    │                                                                      ││                                              │
    └──────────────────────────────────────────────────────────────────────┘└──────────────────────────────────────────────┘
     INSPECT  Tab section  Enter in full  p pause  m make a rule  / filter  o output  i input  d decisions  y copy  Esc back
    "#);
    assert_snapshot!(rig(200, 60).text(), @r#"
     deploy ─ 2 panes ─ 1 waiting ─ answers on                                                                                                                                                muxpect 0.1.0
    ┌[timeline]─────────────────────────────────────────────────────────────────────────────────────────────────── db1 · 6 ┐┌ tty ─────────────────────────────────────────────────────────────────────────┐
    │      1.000 out  ESC[2JESC[HESC[1;32mInstallingESC[0m␍␊                                                               ││ settings   ECHO on  ICANON on  EOF ^D                                        │
    │      2.000 out  Go?                                                                                                  ││ attention  waiting: sh reads a line                                          │
    │      3.000 rule node/confirm fired: 'Go' matched                                                                     ││ reader     sh (4712) reads: read                                             │
    │      4.000 in   y␍                                                                                                   ││ prompt     "Really remove 3 files? "                                         │
    │ ⋯    6.000 pane resized to 80x24                                                                                     ││ output     12345 bytes                                                       │
    │▌     7.000 out  ESC[1mReally remove 3 files? ESC[0mESC[?25h                                                          ││                                                                              │
    │                                                                                                                      ││      PID   PARENT  PROGRAM (+ in the foreground)                             │
    │                                                                                                                      ││     4711     4700 +sh sleeps in do_wait                                      │
    │                                                                                                                      ││     4712     4711 +  sh reads the tty (read)                                 │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      │└──────────────────────────────────────────────────────────────────────────────┘
    │                                                                                                                      │┌ rules ───────────────────────────────────────────────────────────────────────┐
    │                                                                                                                      ││▌· node/confirm   1× no pattern of it matches                                 │
    │                                                                                                                      ││──────────────────────────────────────────────────────────────────────────────│
    │                                                                                                                      ││ match      Go\? $                                                            │
    │                                                                                                                      ││ stands     view prompt                                                       │
    │                                                                                                                      ││ now        held: no pattern of it matches                                    │
    │                                                                                                                      ││ last       fired: 'Go\? $' matched                                           │
    │                                                                                                                      ││ before     "3: "                                                             │
    │                                                                                                                      ││ matched    "Go? "                                                            │
    │                                                                                                                      ││ after      ""                                                                │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      │└──────────────────────────────────────────────────────────────────────────────┘
    │                                                                                                                      │┌ modes ───────────────────────────────────────────────────────────────────────┐
    │──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────││ * bracketed paste (?2004)        on                                          │
    │ out at 7.000 s, 37 bytes at offset 0                                                                                 ││   cursor keys (?1)               normal                                      │
    │   ESC[1m           bold                                                                                              ││                                                                              │
    │   Really remove 3 files?␣                                                                                            ││                                                                              │
    │   ESC[0m           plain                                                                                             ││                                                                              │
    │   ESC[?25h         cursor shown on                                                                                   ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    │                                                                                                                      ││                                                                              │
    └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘└──────────────────────────────────────────────────────────────────────────────┘
     INSPECT  Tab section  Enter in full  p pause  m make a rule  / filter  o output  i input  d decisions  y copy  Esc back
    "#);
}

#[test]
fn a_paused_filtered_entry_in_full() {
    let mut rig = rig(80, 24);
    rig.types("pi/install\r\r");
    assert_snapshot!(rig.text(), @"
     deploy ─ 2 panes ─ 1 waiting ─ answers on                        muxpect 0.1.0
    ┌[timeline] tty  rules  modes ─────── db1 · paused · no in · /install · 1 of 6 ┐
    │ out at 1.000 s, 30 bytes at offset 0                                         │
    │   ESC[2J           erase display                                             │
    │   ESC[H            cursor to row 1, column 1                                 │
    │   ESC[1;32m        bold, green                                               │
    │   Installing                                                                 │
    │   ESC[0m           plain                                                     │
    │   ␍␊               end of line                                               │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
     INSPECT  m make a rule  y copy  Esc back
    ");
}

/// INSPECT with the form of a rule.
fn form(cols: u16, rows: u16) -> Rig {
    let mut rig = rig(cols, rows);
    rig.types("kkkkm");
    let Mode::Inspect(visit) = &rig.app.mode else {
        panic!("INSPECT is open");
    };
    let purpose = Purpose::PromptAt(visit.number());
    let reply = Reply::Prompt("Really remove 3 files? ".to_owned());
    rig.send(Msg::Reply(purpose, reply));
    rig
}

#[test]
fn a_rule_is_made_in_a_form() {
    let mut rig = form(80, 24);
    rig.types("y");
    assert_snapshot!(rig.text(), @r#"
     deploy ─ 2 panes ─ 1 waiting ─ answers on                        muxpect 0.1.0
    ┌[timeline] tty  rules  modes ──────────────────────────────────────── db1 · 6 ┐
    │┌ A rule from this prompt ───────────────────────────────────────────────────┐│
    ││ prompt   "Really remove 3 files? "                                         ││
    ││ pattern  ^Really remove \d+ files\? $                                      ││
    ││ answer   y                                                                 ││
    ││ ✓ it matches; the answer is typed with Enter                               ││
    ││                                                                            ││
    ││ # From a prompt of pane db1: Really remove 3 files?                        ││
    ││ version = 1                                                                ││
    ││                                                                            ││
    ││ [[ruleset]]                                                                ││
    ││ name = 'db1'                                                               ││
    ││                                                                            ││
    ││ [[ruleset.rule]]                                                           ││
    ││ name = 'really-remove-3-files'                                             ││
    ││ match = '^Really remove \d+ files\? $'                                     ││
    ││ send = 'y'                                                                 ││
    ││                                                                            ││
    │└────────────────────────────────────────────────────────────────────────────┘│
    │                                                                              │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
     INSPECT  Enter write the file  Tab other line  Ctrl-y copy  Esc back
    "#);
}

#[test]
fn every_size_is_drawn() {
    for (cols, rows) in [
        (1, 1),
        (4, 3),
        (20, 5),
        (30, 10),
        (109, 29),
        (110, 33),
        (500, 200),
    ] {
        let mut rig = rig(cols, rows);
        for keys in ["", "\t", "\t", "\t", "\t", "\r", "qg", "/x\r"] {
            rig.types(keys);
            rig.text();
        }
        let mut rig = form(cols, rows);
        rig.text();
    }
}
