//! Panes as they are arranged, at several sizes, compared with snapshots. Of lines
//! that are the same one below the other, one is shown with their number.

use insta::assert_snapshot;
use ratatui::buffer::Cell;

use super::*;
use crate::{
    geometry::Size,
    protocol::{Attention, PaneSummary},
    session::Layout,
    tui::{
        Options,
        fixture::{Rig, ended, options, pane, with},
    },
};

fn panes() -> Vec<PaneSummary> {
    vec![
        with(pane(1, "db1"), Attention::Password),
        pane(2, "build"),
        ended(pane(3, "lint"), 0),
        with(pane(4, "logs"), Attention::Ready),
        with(pane(5, "npm"), Attention::Waiting),
    ]
}

fn rig(size: &str, layout: Layout) -> Rig {
    let Size { rows, cols } = size.parse().unwrap();
    let options = Options {
        layout,
        ..options()
    };
    let mut rig = Rig::new(options, cols, rows);
    rig.panes(panes());
    for id in 1..=5 {
        rig.shows(id, &[&format!("text of pane {id}")]);
    }
    rig
}

/// Returns what is drawn, with runs of the same line shortened.
fn outline(rig: &mut Rig) -> String {
    let text = rig.text();
    let lines: Vec<&str> = text.lines().collect();
    let runs = lines.chunk_by(|a, b| a == b);
    let run = |run: &[&str]| match run.len() {
        1 => run[0].to_owned(),
        count => format!("{} {count} times", run[0]),
    };
    runs.map(run).collect::<Vec<_>>().join("\n")
}

/// Types keys into the panes above and compares what is drawn.
macro_rules! check {
    ($size:literal, $layout:expr, $keys:literal, @$expected:literal) => {
        let mut rig = rig($size, $layout);
        rig.types($keys);
        assert_snapshot!(outline(&mut rig), @$expected);
    };
}

// After the macro, which it uses.
mod listed;

#[test]
fn layout_tiles() {
    check!("80x24", Layout::Tiles, "2", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on           muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ─────── ◆ password ┐┌ 2 build ────── ● working ┐
    │ 1 db1     ◆ password ││text of pane 1            ││text of pane 2            │
    │▌2 build   ● working  ││                          ││                          │
    │ 3 lint    ✓ exit 0   ││                          ││                          │
    │ 4 logs    › ready    ││                          ││                          │
    │ 5 npm     ▸ waiting  ││                          ││                          │
    │                      ││                          ││                          │ 2 times
    │                      │├ 3 lint ── ✓ exit 0 · 3 s ┤│                          │
    │                      ││text of pane 3            ││                          │
    │                      ││                          ││                          │
    │                      ││                          │├ 4 logs ───────── › ready ┤
    │                      ││                          ││text of pane 4            │
    │                      ││                          ││                          │ 2 times
    │                      │├ 5 npm ──────── ▸ waiting ┤│                          │
    │                      ││text of pane 5            ││                          │
    │                      ││                          ││                          │ 4 times
    └──────────────────────┘└──────────────────────────┘└──────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  ? help
    ");
    check!("120x40", Layout::Tiles, "2", @"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on                                                   muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ─────────────────────────── ◆ password ┐┌ 2 build ────────────────────────── ● working ┐
    │ 1 db1     ◆ password ││text of pane 1                                ││text of pane 2                                │
    │▌2 build   ● working  ││                                              ││                                              │
    │ 3 lint    ✓ exit 0   ││                                              ││                                              │
    │ 4 logs    › ready    ││                                              ││                                              │
    │ 5 npm     ▸ waiting  ││                                              ││                                              │
    │                      ││                                              ││                                              │ 7 times
    │                      │├ 3 lint ────────────────────── ✓ exit 0 · 3 s ┤│                                              │
    │                      ││text of pane 3                                ││                                              │
    │                      ││                                              ││                                              │ 4 times
    │                      ││                                              │├ 4 logs ───────────────────────────── › ready ┤
    │                      ││                                              ││text of pane 4                                │
    │                      ││                                              ││                                              │ 5 times
    │                      │├ 5 npm ──────────────────────────── ▸ waiting ┤│                                              │
    │                      ││text of pane 5                                ││                                              │
    │                      ││                                              ││                                              │ 9 times
    └──────────────────────┘└──────────────────────────────────────────────┘└──────────────────────────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  : palette  [ scroll  A disarm  w why  ? help
    ");
    check!("200x60", Layout::Tiles, "2", @"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on                                                                                                                                   muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ─────────────────────────────────────────────────────────────────── ◆ password ┐┌ 2 build ────────────────────────────────────────────────────────────────── ● working ┐
    │ 1 db1     ◆ password ││text of pane 1                                                                        ││text of pane 2                                                                        │
    │▌2 build   ● working  ││                                                                                      ││                                                                                      │
    │ 3 lint    ✓ exit 0   ││                                                                                      ││                                                                                      │
    │ 4 logs    › ready    ││                                                                                      ││                                                                                      │
    │ 5 npm     ▸ waiting  ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │ 14 times
    │                      │├ 3 lint ────────────────────────────────────────────────────────────── ✓ exit 0 · 3 s ┤│                                                                                      │
    │                      ││text of pane 3                                                                        ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │ 7 times
    │                      ││                                                                                      │├ 4 logs ───────────────────────────────────────────────────────────────────── › ready ┤
    │                      ││                                                                                      ││text of pane 4                                                                        │
    │                      ││                                                                                      ││                                                                                      │ 8 times
    │                      │├ 5 npm ──────────────────────────────────────────────────────────────────── ▸ waiting ┤│                                                                                      │
    │                      ││text of pane 5                                                                        ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │ 16 times
    └──────────────────────┘└──────────────────────────────────────────────────────────────────────────────────────┘└──────────────────────────────────────────────────────────────────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  : palette  [ scroll  A disarm  w why  g answers  a add  d detach  q quit  ? help
    ");
}

#[test]
fn layout_single() {
    check!("80x24", Layout::Single, "2", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on           muxpect 0.1.0
    ┌ panes ───────────────┐┌ 2 build ────────────────────────────────── ● working ┐
    │ 1 db1     ◆ password ││text of pane 2                                        │
    │▌2 build   ● working  ││                                                      │
    │ 3 lint    ✓ exit 0   ││                                                      │
    │ 4 logs    › ready    ││                                                      │
    │ 5 npm     ▸ waiting  ││                                                      │
    │                      ││                                                      │ 15 times
    └──────────────────────┘└──────────────────────────────────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  ? help
    ");
    check!("120x40", Layout::Single, "2", @"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on                                                   muxpect 0.1.0
    ┌ panes ───────────────┐┌ 2 build ────────────────────────────────────────────────────────────────────────── ● working ┐
    │ 1 db1     ◆ password ││text of pane 2                                                                                │
    │▌2 build   ● working  ││                                                                                              │
    │ 3 lint    ✓ exit 0   ││                                                                                              │
    │ 4 logs    › ready    ││                                                                                              │
    │ 5 npm     ▸ waiting  ││                                                                                              │
    │                      ││                                                                                              │ 31 times
    └──────────────────────┘└──────────────────────────────────────────────────────────────────────────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  : palette  [ scroll  A disarm  w why  ? help
    ");
    check!("200x60", Layout::Single, "2", @"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on                                                                                                                                   muxpect 0.1.0
    ┌ panes ───────────────┐┌ 2 build ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────── ● working ┐
    │ 1 db1     ◆ password ││text of pane 2                                                                                                                                                                │
    │▌2 build   ● working  ││                                                                                                                                                                              │
    │ 3 lint    ✓ exit 0   ││                                                                                                                                                                              │
    │ 4 logs    › ready    ││                                                                                                                                                                              │
    │ 5 npm     ▸ waiting  ││                                                                                                                                                                              │
    │                      ││                                                                                                                                                                              │ 51 times
    └──────────────────────┘└──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  : palette  [ scroll  A disarm  w why  g answers  a add  d detach  q quit  ? help
    ");
}

#[test]
fn layout_columns() {
    check!("80x24", Layout::Columns, "2", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on ─ tiles 1-2 of 5
    ┌ panes ───────────────┐┌ 1 db1 ─────── ◆ password ┐┌ 2 build ────── ● working ┐
    │ 1 db1     ◆ password ││text of pane 1            ││text of pane 2            │
    │▌2 build   ● working  ││                          ││                          │
    │ 3 lint    ✓ exit 0   ││                          ││                          │
    │ 4 logs    › ready    ││                          ││                          │
    │ 5 npm     ▸ waiting  ││                          ││                          │
    │                      ││                          ││                          │ 15 times
    └──────────────────────┘└──────────────────────────┘└──────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  ? help
    ");
    check!("120x40", Layout::Columns, "2", @"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on ─ tiles 1-4 of 5                                  muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ─── ◆ password ┐┌ 2 build ── ● working ┐┌ 3 lint ──── ✓ exit 0 ┐┌ 4 logs ───── › ready ┐
    │ 1 db1     ◆ password ││text of pane 1        ││text of pane 2        ││text of pane 3        ││text of pane 4        │
    │▌2 build   ● working  ││                      ││                      ││                      ││                      │
    │ 3 lint    ✓ exit 0   ││                      ││                      ││                      ││                      │
    │ 4 logs    › ready    ││                      ││                      ││                      ││                      │
    │ 5 npm     ▸ waiting  ││                      ││                      ││                      ││                      │
    │                      ││                      ││                      ││                      ││                      │ 31 times
    └──────────────────────┘└──────────────────────┘└──────────────────────┘└──────────────────────┘└──────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  : palette  [ scroll  A disarm  w why  ? help
    ");
    check!("200x60", Layout::Columns, "2", @"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on                                                                                                                                   muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ─────────────── ◆ password ┐┌ 2 build ───────────── ● working ┐┌ 3 lint ───────── ✓ exit 0 · 3 s ┐┌ 4 logs ──────────────── › ready ┐┌ 5 npm ─────────────── ▸ waiting ┐
    │ 1 db1     ◆ password ││text of pane 1                    ││text of pane 2                   ││text of pane 3                   ││text of pane 4                   ││text of pane 5                   │
    │▌2 build   ● working  ││                                  ││                                 ││                                 ││                                 ││                                 │
    │ 3 lint    ✓ exit 0   ││                                  ││                                 ││                                 ││                                 ││                                 │
    │ 4 logs    › ready    ││                                  ││                                 ││                                 ││                                 ││                                 │
    │ 5 npm     ▸ waiting  ││                                  ││                                 ││                                 ││                                 ││                                 │
    │                      ││                                  ││                                 ││                                 ││                                 ││                                 │ 51 times
    └──────────────────────┘└──────────────────────────────────┘└─────────────────────────────────┘└─────────────────────────────────┘└─────────────────────────────────┘└─────────────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  : palette  [ scroll  A disarm  w why  g answers  a add  d detach  q quit  ? help
    ");
}

#[test]
fn layout_rows() {
    check!("80x24", Layout::Rows, "2", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on           muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ─────────────────────────────────── ◆ password ┐
    │ 1 db1     ◆ password ││text of pane 1                                        │
    │▌2 build   ● working  ││                                                      │
    │ 3 lint    ✓ exit 0   ││                                                      │
    │ 4 logs    › ready    ││                                                      │
    │ 5 npm     ▸ waiting  │├ 2 build ────────────────────────────────── ● working ┤
    │                      ││text of pane 2                                        │
    │                      ││                                                      │ 2 times
    │                      │├ 3 lint ────────────────────────────── ✓ exit 0 · 3 s ┤
    │                      ││text of pane 3                                        │
    │                      ││                                                      │ 3 times
    │                      │├ 4 logs ───────────────────────────────────── › ready ┤
    │                      ││text of pane 4                                        │
    │                      ││                                                      │ 2 times
    │                      │├ 5 npm ──────────────────────────────────── ▸ waiting ┤
    │                      ││text of pane 5                                        │
    │                      ││                                                      │
    └──────────────────────┘└──────────────────────────────────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  ? help
    ");
    check!("120x40", Layout::Rows, "2", @"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on                                                   muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ─────────────────────────────────────────────────────────────────────────── ◆ password ┐
    │ 1 db1     ◆ password ││text of pane 1                                                                                │
    │▌2 build   ● working  ││                                                                                              │
    │ 3 lint    ✓ exit 0   ││                                                                                              │
    │ 4 logs    › ready    ││                                                                                              │
    │ 5 npm     ▸ waiting  ││                                                                                              │
    │                      ││                                                                                              │ 2 times
    │                      │├ 2 build ────────────────────────────────────────────────────────────────────────── ● working ┤
    │                      ││text of pane 2                                                                                │
    │                      ││                                                                                              │ 6 times
    │                      │├ 3 lint ────────────────────────────────────────────────────────────────────── ✓ exit 0 · 3 s ┤
    │                      ││text of pane 3                                                                                │
    │                      ││                                                                                              │ 5 times
    │                      │├ 4 logs ───────────────────────────────────────────────────────────────────────────── › ready ┤
    │                      ││text of pane 4                                                                                │
    │                      ││                                                                                              │ 6 times
    │                      │├ 5 npm ──────────────────────────────────────────────────────────────────────────── ▸ waiting ┤
    │                      ││text of pane 5                                                                                │
    │                      ││                                                                                              │ 4 times
    └──────────────────────┘└──────────────────────────────────────────────────────────────────────────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  : palette  [ scroll  A disarm  w why  ? help
    ");
    check!("200x60", Layout::Rows, "2", @"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on                                                                                                                                   muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────── ◆ password ┐
    │ 1 db1     ◆ password ││text of pane 1                                                                                                                                                                │
    │▌2 build   ● working  ││                                                                                                                                                                              │
    │ 3 lint    ✓ exit 0   ││                                                                                                                                                                              │
    │ 4 logs    › ready    ││                                                                                                                                                                              │
    │ 5 npm     ▸ waiting  ││                                                                                                                                                                              │
    │                      ││                                                                                                                                                                              │ 6 times
    │                      │├ 2 build ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────── ● working ┤
    │                      ││text of pane 2                                                                                                                                                                │
    │                      ││                                                                                                                                                                              │ 10 times
    │                      │├ 3 lint ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────── ✓ exit 0 · 3 s ┤
    │                      ││text of pane 3                                                                                                                                                                │
    │                      ││                                                                                                                                                                              │ 9 times
    │                      │├ 4 logs ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────── › ready ┤
    │                      ││text of pane 4                                                                                                                                                                │
    │                      ││                                                                                                                                                                              │ 10 times
    │                      │├ 5 npm ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────── ▸ waiting ┤
    │                      ││text of pane 5                                                                                                                                                                │
    │                      ││                                                                                                                                                                              │ 8 times
    └──────────────────────┘└──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  : palette  [ scroll  A disarm  w why  g answers  a add  d detach  q quit  ? help
    ");
}

#[test]
fn layout_main() {
    check!("80x24", Layout::Main, "2", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on           muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ───────────── ◆ password ┐┌ 2 build ──────── ● ┐
    │ 1 db1     ◆ password ││text of pane 1                  ││text of pane 2      │
    │▌2 build   ● working  ││                                ││                    │
    │ 3 lint    ✓ exit 0   ││                                ││                    │
    │ 4 logs    › ready    ││                                ││                    │
    │ 5 npm     ▸ waiting  ││                                ││                    │
    │                      ││                                │├ 3 lint ── ✓ exit 0 ┤
    │                      ││                                ││text of pane 3      │
    │                      ││                                ││                    │ 3 times
    │                      ││                                │├ 4 logs ─── › ready ┤
    │                      ││                                ││text of pane 4      │
    │                      ││                                ││                    │ 4 times
    │                      ││                                │├ 5 npm ── ▸ waiting ┤
    │                      ││                                ││text of pane 5      │
    │                      ││                                ││                    │ 2 times
    └──────────────────────┘└────────────────────────────────┘└────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  ? help
    ");
    check!("120x40", Layout::Main, "2", @"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on                                                   muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ───────────────────────────────────── ◆ password ┐┌ 2 build ──────────────── ● working ┐
    │ 1 db1     ◆ password ││text of pane 1                                          ││text of pane 2                      │
    │▌2 build   ● working  ││                                                        ││                                    │
    │ 3 lint    ✓ exit 0   ││                                                        ││                                    │
    │ 4 logs    › ready    ││                                                        ││                                    │
    │ 5 npm     ▸ waiting  ││                                                        ││                                    │
    │                      ││                                                        ││                                    │ 4 times
    │                      ││                                                        │├ 3 lint ──────────── ✓ exit 0 · 3 s ┤
    │                      ││                                                        ││text of pane 3                      │
    │                      ││                                                        ││                                    │ 7 times
    │                      ││                                                        │├ 4 logs ─────────────────── › ready ┤
    │                      ││                                                        ││text of pane 4                      │
    │                      ││                                                        ││                                    │ 8 times
    │                      ││                                                        │├ 5 npm ────────────────── ▸ waiting ┤
    │                      ││                                                        ││text of pane 5                      │
    │                      ││                                                        ││                                    │ 6 times
    └──────────────────────┘└────────────────────────────────────────────────────────┘└────────────────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  : palette  [ scroll  A disarm  w why  ? help
    ");
    check!("200x60", Layout::Main, "2", @"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on                                                                                                                                   muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ───────────────────────────────────────────────────────────────────────────────────── ◆ password ┐┌ 2 build ──────────────────────────────────────────────── ● working ┐
    │ 1 db1     ◆ password ││text of pane 1                                                                                          ││text of pane 2                                                      │
    │▌2 build   ● working  ││                                                                                                        ││                                                                    │
    │ 3 lint    ✓ exit 0   ││                                                                                                        ││                                                                    │
    │ 4 logs    › ready    ││                                                                                                        ││                                                                    │
    │ 5 npm     ▸ waiting  ││                                                                                                        ││                                                                    │
    │                      ││                                                                                                        ││                                                                    │ 9 times
    │                      ││                                                                                                        │├ 3 lint ──────────────────────────────────────────── ✓ exit 0 · 3 s ┤
    │                      ││                                                                                                        ││text of pane 3                                                      │
    │                      ││                                                                                                        ││                                                                    │ 12 times
    │                      ││                                                                                                        │├ 4 logs ─────────────────────────────────────────────────── › ready ┤
    │                      ││                                                                                                        ││text of pane 4                                                      │
    │                      ││                                                                                                        ││                                                                    │ 13 times
    │                      ││                                                                                                        │├ 5 npm ────────────────────────────────────────────────── ▸ waiting ┤
    │                      ││                                                                                                        ││text of pane 5                                                      │
    │                      ││                                                                                                        ││                                                                    │ 11 times
    └──────────────────────┘└────────────────────────────────────────────────────────────────────────────────────────────────────────┘└────────────────────────────────────────────────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  : palette  [ scroll  A disarm  w why  g answers  a add  d detach  q quit  ? help
    ");
}

#[test]
fn sizes_that_were_changed() {
    check!("80x24", Layout::Main, "1+++", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on           muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ─────────────── ◆ password ┐┌ 2 build ────── ● ┐
    │▌1 db1     ◆ password ││text of pane 1                    ││text of pane 2    │
    │ 2 build   ● working  ││                                  ││                  │
    │ 3 lint    ✓ exit 0   ││                                  ││                  │
    │ 4 logs    › ready    ││                                  ││                  │
    │ 5 npm     ▸ waiting  ││                                  ││                  │
    │                      ││                                  │├ 3 lint ─────── ✓ ┤
    │                      ││                                  ││text of pane 3    │
    │                      ││                                  ││                  │ 3 times
    │                      ││                                  │├ 4 logs ─ › ready ┤
    │                      ││                                  ││text of pane 4    │
    │                      ││                                  ││                  │ 4 times
    │                      ││                                  │├ 5 npm ──────── ▸ ┤
    │                      ││                                  ││text of pane 5    │
    │                      ││                                  ││                  │ 2 times
    └──────────────────────┘└──────────────────────────────────┘└──────────────────┘
     WATCH  there is no room to grow
    ");
    check!("120x40", Layout::Tiles, "2++", @"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on                                                   muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ─────────────────── ◆ password ┐┌ 2 build ────────────────────────────────── ● working ┐
    │ 1 db1     ◆ password ││text of pane 1                        ││text of pane 2                                        │
    │▌2 build   ● working  ││                                      ││                                                      │
    │ 3 lint    ✓ exit 0   ││                                      ││                                                      │
    │ 4 logs    › ready    ││                                      ││                                                      │
    │ 5 npm     ▸ waiting  ││                                      ││                                                      │
    │                      ││                                      ││                                                      │ 7 times
    │                      │├ 3 lint ────────────── ✓ exit 0 · 3 s ┤│                                                      │
    │                      ││text of pane 3                        ││                                                      │
    │                      ││                                      ││                                                      │ 8 times
    │                      ││                                      │├ 4 logs ───────────────────────────────────── › ready ┤
    │                      ││                                      ││text of pane 4                                        │
    │                      ││                                      ││                                                      │
    │                      │├ 5 npm ──────────────────── ▸ waiting ┤│                                                      │
    │                      ││text of pane 5                        ││                                                      │
    │                      ││                                      ││                                                      │ 9 times
    └──────────────────────┘└──────────────────────────────────────┘└──────────────────────────────────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  : palette  [ scroll  A disarm  w why  ? help
    ");
}

#[test]
fn a_page_of_a_stack() {
    check!("80x15", Layout::Main, "5", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on ─ 2 tiles of 5
    ┌ panes ───────────────┐┌ 1 db1 ───────────── ◆ password ┐┌ 5 npm ── ▸ waiting ┐
    │ 1 db1     ◆ password ││text of pane 1                  ││text of pane 5      │
    │ 2 build   ● working  ││                                ││                    │
    │ 3 lint    ✓ exit 0   ││                                ││                    │
    │ 4 logs    › ready    ││                                ││                    │
    │▌5 npm     ▸ waiting  ││                                ││                    │
    │                      ││                                ││                    │ 6 times
    └──────────────────────┘└────────────────────────────────┘└────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  ? help
    ");
}
