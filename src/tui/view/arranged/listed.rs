//! The list: filtered, sorted, and marked; and the lines that are typed.

use super::*;

#[test]
fn a_filter_while_it_is_typed_and_kept() {
    check!("80x24", Layout::Tiles, "/wait", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on           muxpect 0.1.0
    ┌ /wait 1 of 5 ────────┐┌ 1 db1 ─────── ◆ password ┐┌ 2 build ────── ● working ┐
    │▌5 npm     ▸ waiting  ││text of pane 1            ││text of pane 2            │
    │                      ││                          ││                          │ 6 times
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
     FILTER  /wait   Enter keeps  Esc clears
    ");
    check!("80x24", Layout::Tiles, "/l\r", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on           muxpect 0.1.0
    ┌ /l 3 of 5 ───────────┐┌ 2 build ────── ● working ┐┌ 3 lint ── ✓ exit 0 · 3 s ┐
    │▌2 build   ● working  ││text of pane 2            ││text of pane 3            │
    │ 3 lint    ✓ exit 0   ││                          ││                          │
    │ 4 logs    › ready    ││                          ││                          │
    │                      ││                          ││                          │ 7 times
    │                      │├ 4 logs ───────── › ready ┤│                          │
    │                      ││text of pane 4            ││                          │
    │                      ││                          ││                          │ 8 times
    └──────────────────────┘└──────────────────────────┘└──────────────────────────┘
     WATCH  Enter interact  Esc all panes  n next that needs you  z zoom  ? help
    ");
    check!("120x40", Layout::Tiles, "/nothing", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on                                                   muxpect 0.1.0
    ┌ /nothing 0 of 5 ─────┐┌ 1 db1 ─────────────────────────── ◆ password ┐┌ 2 build ────────────────────────── ● working ┐
    │▌2 build   ● working  ││text of pane 1                                ││text of pane 2                                │
    │                      ││                                              ││                                              │ 11 times
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
     FILTER  /nothing   Enter keeps  Esc clears
    ");
    // Without a list the header tells.
    check!("80x24", Layout::Tiles, "b/l\r", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on ─ /l 3 of 5
    ┌ 2 build ────────────────── ● working ┐┌ 3 lint ────────────── ✓ exit 0 · 3 s ┐
    │text of pane 2                        ││text of pane 3                        │
    │                                      ││                                      │ 9 times
    ├ 4 logs ───────────────────── › ready ┤│                                      │
    │text of pane 4                        ││                                      │
    │                                      ││                                      │ 8 times
    └──────────────────────────────────────┘└──────────────────────────────────────┘
     WATCH  Enter interact  Esc all panes  n next that needs you  z zoom  ? help
    ");
}

#[test]
fn the_list_by_attention() {
    check!("80x24", Layout::Single, "o", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on           muxpect 0.1.0
    ┌ by attention ────────┐┌ 1 db1 ─────────────────────────────────── ◆ password ┐
    │▌1 db1     ◆ password ││text of pane 1                                        │
    │ 5 npm     ▸ waiting  ││                                                      │
    │ 4 logs    › ready    ││                                                      │
    │ 2 build   ● working  ││                                                      │
    │ 3 lint    ✓ exit 0   ││                                                      │
    │                      ││                                                      │ 15 times
    └──────────────────────┘└──────────────────────────────────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  ? help
    ");
}

#[test]
fn lines_that_are_typed() {
    check!("80x24", Layout::Single, "a", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on           muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ─────────────────────────────────── ◆ password ┐
    │▌1 db1     ◆ password ││text of pane 1                                        │
    │ 2 build   ● working  ││                                                      │
    │ 3 lint    ✓ exit 0   ││                                                      │
    │ 4 logs    › ready    ││                                                      │
    │ 5 npm     ▸ waiting  ││                                                      │
    │                      ││                                                      │ 15 times
    └──────────────────────┘└──────────────────────────────────────────────────────┘
     ADD  command:    Enter starts a shell  Esc back
    ");
    check!("80x24", Layout::Single, "assh -p 22 'db 1'", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on           muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ─────────────────────────────────── ◆ password ┐
    │▌1 db1     ◆ password ││text of pane 1                                        │
    │ 2 build   ● working  ││                                                      │
    │ 3 lint    ✓ exit 0   ││                                                      │
    │ 4 logs    › ready    ││                                                      │
    │ 5 npm     ▸ waiting  ││                                                      │
    │                      ││                                                      │ 15 times
    └──────────────────────┘└──────────────────────────────────────────────────────┘
     ADD  command: ssh -p 22 'db 1'   Enter starts it  Esc back
    ");
    check!("80x24", Layout::Single, "2e-2", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on           muxpect 0.1.0
    ┌ panes ───────────────┐┌ 2 build ────────────────────────────────── ● working ┐
    │ 1 db1     ◆ password ││text of pane 2                                        │
    │▌2 build   ● working  ││                                                      │
    │ 3 lint    ✓ exit 0   ││                                                      │
    │ 4 logs    › ready    ││                                                      │
    │ 5 npm     ▸ waiting  ││                                                      │
    │                      ││                                                      │ 15 times
    └──────────────────────┘└──────────────────────────────────────────────────────┘
     RENAME  name: build-2   Enter renames  Esc back
    ");
    check!("30x8", Layout::Single, "aone two three four five six seven", @r"
     deploy ─ 5 panes ─ 1 password
    ┌ 1 db1 ───────── ◆ password ┐
    │text of pane 1              │
    │                            │ 3 times
    └────────────────────────────┘
     ADD  command: e six seven   E
    ");
}

#[test]
fn marks_and_a_broadcast() {
    check!("80x24", Layout::Tiles, "m2m4m", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on           muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1*db1 ─────── ◆ password ┐┌ 2*build ────── ● working ┐
    │ 1*db1     ◆ password ││text of pane 1            ││text of pane 2            │
    │ 2*build   ● working  ││                          ││                          │
    │ 3 lint    ✓ exit 0   ││                          ││                          │
    │▌4*logs    › ready    ││                          ││                          │
    │ 5 npm     ▸ waiting  ││                          ││                          │
    │                      ││                          ││                          │ 2 times
    │                      │├ 3 lint ── ✓ exit 0 · 3 s ┤│                          │
    │                      ││text of pane 3            ││                          │
    │                      ││                          ││                          │
    │                      ││                          │├ 4*logs ───────── › ready ┤
    │                      ││                          ││text of pane 4            │
    │                      ││                          ││                          │ 2 times
    │                      │├ 5 npm ──────── ▸ waiting ┤│                          │
    │                      ││text of pane 5            ││                          │
    │                      ││                          ││                          │ 4 times
    └──────────────────────┘└──────────────────────────┘└──────────────────────────┘
     WATCH  Enter interact  B type into 3 marked  n next that needs you  ? help
    ");
    check!("80x24", Layout::Tiles, "m2m4mB", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on           muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1*db1 ─────── ◆ password ┐┌ 2*build ────── ● working ┐
    │ 1*db1     ◆ password ││text of pane 1            ││text of pane 2            │
    │ 2*build   ● working  ││                          ││                          │
    │ 3 lint    ✓ exit 0   ││                          ││                          │
    │▌4*logs    › ready    ││                          ││                          │
    │ 5 npm     ▸ waiting  ││                          ││                          │
    │                      ││                          ││                          │ 2 times
    │                      │├ 3 lint ── ✓ exit 0 · 3 s ┤│                          │
    │                      ││text of pane 3            ││                          │
    │                      ││                          ││                          │
    │                      ││                          │├ 4*logs ───────── › ready ┤
    │                      ││                          ││text of pane 4            │
    │                      ││                          ││                          │ 2 times
    │                      │├ 5 npm ──────── ▸ waiting ┤│                          │
    │                      ││text of pane 5            ││                          │
    │                      ││                          ││                          │ 4 times
    └──────────────────────┘└──────────────────────────┘└──────────────────────────┘
     INTERACT ×3  keys go to db1, build, logs  rules pause  Ctrl-] leaves
    ");
    check!("120x40", Layout::Rows, "m2m4mB", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on                                                   muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1*db1 ─────────────────────────────────────────────────────────────────────────── ◆ password ┐
    │ 1*db1     ◆ password ││text of pane 1                                                                                │
    │ 2*build   ● working  ││                                                                                              │
    │ 3 lint    ✓ exit 0   ││                                                                                              │
    │▌4*logs    › ready    ││                                                                                              │
    │ 5 npm     ▸ waiting  ││                                                                                              │
    │                      ││                                                                                              │ 2 times
    │                      │├ 2*build ────────────────────────────────────────────────────────────────────────── ● working ┤
    │                      ││text of pane 2                                                                                │
    │                      ││                                                                                              │ 6 times
    │                      │├ 3 lint ────────────────────────────────────────────────────────────────────── ✓ exit 0 · 3 s ┤
    │                      ││text of pane 3                                                                                │
    │                      ││                                                                                              │ 5 times
    │                      │├ 4*logs ───────────────────────────────────────────────────────────────────────────── › ready ┤
    │                      ││text of pane 4                                                                                │
    │                      ││                                                                                              │ 6 times
    │                      │├ 5 npm ──────────────────────────────────────────────────────────────────────────── ▸ waiting ┤
    │                      ││text of pane 5                                                                                │
    │                      ││                                                                                              │ 4 times
    └──────────────────────┘└──────────────────────────────────────────────────────────────────────────────────────────────┘
     INTERACT ×3  keys go to db1, build, logs  rules pause  Ctrl-] leaves
    ");
    check!("200x60", Layout::Columns, "m2mB", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on                                                                                                                                   muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1*db1 ─────────────── ◆ password ┐┌ 2*build ───────────── ● working ┐┌ 3 lint ───────── ✓ exit 0 · 3 s ┐┌ 4 logs ──────────────── › ready ┐┌ 5 npm ─────────────── ▸ waiting ┐
    │ 1*db1     ◆ password ││text of pane 1                    ││text of pane 2                   ││text of pane 3                   ││text of pane 4                   ││text of pane 5                   │
    │▌2*build   ● working  ││                                  ││                                 ││                                 ││                                 ││                                 │
    │ 3 lint    ✓ exit 0   ││                                  ││                                 ││                                 ││                                 ││                                 │
    │ 4 logs    › ready    ││                                  ││                                 ││                                 ││                                 ││                                 │
    │ 5 npm     ▸ waiting  ││                                  ││                                 ││                                 ││                                 ││                                 │
    │                      ││                                  ││                                 ││                                 ││                                 ││                                 │ 51 times
    └──────────────────────┘└──────────────────────────────────┘└─────────────────────────────────┘└─────────────────────────────────┘└─────────────────────────────────┘└─────────────────────────────────┘
     INTERACT ×2  keys go to db1, build  rules pause  Ctrl-] leaves
    ");
    // As many names as there is room for, and the way out always.
    check!("40x8", Layout::Single, "m2m4m5mB", @r"
     deploy ─ 5 panes ─ 1 password
    ┌ 5*npm ──────────────────── ▸ waiting ┐
    │text of pane 5                        │
    │                                      │ 3 times
    └──────────────────────────────────────┘
     INTERACT ×4  Ctrl-] leaves
    ");
    check!("20x8", Layout::Single, "m2m4m5mB", @r"
     deploy ─ 5 panes
    ┌ 5*npm ──────── ▸ ┐
    │text of pane 5    │
    │                  │ 3 times
    └──────────────────┘
     INTERACT ×4  Ctrl-]
    ");
}

#[test]
fn an_ended_pane_offers_restart_and_remove() {
    check!("80x24", Layout::Tiles, "3\r", @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on           muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ─────── ◆ password ┐┌ 2 build ────── ● working ┐
    │ 1 db1     ◆ password ││text of pane 1            ││text of pane 2            │
    │ 2 build   ● working  ││                          ││                          │
    │▌3 lint    ✓ exit 0   ││                          ││                          │
    │ 4 logs    › ready    ││                          ││                          │
    │ 5 npm     ▸ waiting  ││                          ││                          │
    │                      ││                          ││                          │
    │                      ││  ┌ lint ─────────────────┐│                          │
    │                      │├ 3│ It has ended: exit 0. ││                          │
    │                      ││te│                       ││                          │
    │                      ││  │ r  start it again     ││                          │
    │                      ││  │ D  remove the pane    │├ 4 logs ───────── › ready ┤
    │                      ││  │ c  cancel             ││text of pane 4            │
    │                      ││  └───────────────────────┘│                          │
    │                      ││                          ││                          │
    │                      │├ 5 npm ──────── ▸ waiting ┤│                          │
    │                      ││text of pane 5            ││                          │
    │                      ││                          ││                          │ 4 times
    └──────────────────────┘└──────────────────────────┘└──────────────────────────┘
     ENDED  r start it again  D remove the pane  c cancel
    ");
}

#[test]
fn hidden_panes_with_news_are_marked() {
    let mut rig = rig("80x24", Layout::Single);
    let mut news = panes();
    for (pane, second) in news.iter_mut().zip([9, 9, 9, 0, 9]) {
        let after = std::time::Duration::from_secs(second);
        pane.printed = Some(jiff::Timestamp::UNIX_EPOCH + after);
    }
    news[2].bells = 1;
    news[4].armed = false;
    rig.panes(news);
    assert_snapshot!(outline(&mut rig), @r"
     deploy ─ 5 panes ─ 1 password ─ 1 waiting ─ answers on           muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ─────────────────────────────────── ◆ password ┐
    │▌1 db1     ◆ password ││text of pane 1                                        │
    │•2 build   ● working  ││                                                      │
    │♪3 lint    ✓ exit 0   ││                                                      │
    │ 4 logs    › ready    ││                                                      │
    │•5 npm   ⊘ ▸ waiting  ││                                                      │
    │                      ││                                                      │ 15 times
    └──────────────────────┘└──────────────────────────────────────────────────────┘
     WATCH  Enter interact  n next that needs you  z zoom  Space layout  ? help
    ");
    // What is shown is seen, and stays so when it is shown no longer.
    rig.pass(std::time::Duration::from_secs(10));
    rig.types("2");
    rig.types("1");
    let marks = |rig: &mut Rig| -> Vec<String> {
        let buffer = rig.draw();
        let mark = |y: u16| buffer.cell((1, y)).map_or("", Cell::symbol).to_owned();
        (2..7).map(mark).collect()
    };
    assert_eq!(marks(&mut rig), ["▌", " ", "♪", " ", "•"]);
}

#[test]
fn a_broadcast_has_a_colour_of_its_own() {
    let mut rig = rig("80x24", Layout::Tiles);
    rig.types("m2mB");
    let buffer = rig.draw();
    let badge = rig.app.theme.badge(Badge::Broadcast);
    let cell = |x, y| buffer.cell((x, y)).unwrap();
    assert_eq!(cell(1, 23).bg, badge.bg.unwrap());
    for tile in &rig.app.arrangement.tiles {
        let hears = tile.pane.0 <= 2;
        let title = cell(tile.area.x + 2, tile.area.y);
        assert_eq!(title.bg == badge.bg.unwrap(), hears, "{:?}", tile.pane);
    }
}
