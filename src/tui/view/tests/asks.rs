//! Asks as they are drawn: with their panes, in the inbox, and why rules act or not.

use super::*;

/// The session above with asks of two of its panes, and a third that a rule has disarmed.
fn asking(cols: u16, rows: u16) -> Rig {
    let mut rig = rig(cols, rows);
    rig.asks = vec![
        ask(1, "npm", "Is this OK? (yes) ", Some("yes")),
        ask(2, "logs", "日本語? \u{1b}[2J\u{202e}\r\nzz ", None),
    ];
    let mut panes = deploy();
    panes[1].armed = false;
    panes[1].disarmed = Some("rule git/retry fired 30 times in a minute".to_owned());
    rig.panes(panes);
    rig
}

/// Types `keys` into that session at this size and compares what is drawn.
macro_rules! check_asking {
    ($cols:literal x $rows:literal, $keys:literal, @$expected:literal) => {
        let mut rig = asking($cols, $rows);
        rig.types($keys);
        assert_snapshot!(rig.text(), @$expected);
    };
}

#[test]
fn asks_are_seen_with_their_panes() {
    check_asking!(80 x 24, "", @r"
     deploy ─ 6 panes ─ 1 password ─ 1 asking ─ 1 failed ─ answers on
    ┌ panes ───────────────┐┌ 1 db1 ─ ssh · ◆ password ┐┌ 2 build ────── ● working ┐
    │▌1 db1     ◆ password ││Warning: Permanently added││   Compiling serde v1.0.22│
    │ 2 build ⊘ ● working  ││ops@db1's password:       ││   Compiling toml v1.2.1  │
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
    │                      ││ ? → yes ─ i answers      ││                          │
    │                      │├ 5 tests ────── ✗ SIGKILL ┤├ 6 logs ────── ○ quiet 4m ┤
    │                      ││                          ││日本語のログ              │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    └──────────────────────┘└──────────────────────────┘└ ? 日本語? [… ─ i answers ┘
     WATCH  Enter interact  i inbox (2)  n next that needs you  z zoom  ? help
    ");
    check_asking!(80 x 24, "3", @r"
     deploy ─ 6 panes ─ 1 password ─ 1 asking ─ 1 failed ─ answers on
    ┌ panes ───────────────┐┌ 1 db1 ─ ssh · ◆ password ┐┌ 2 build ────── ● working ┐
    │ 1 db1     ◆ password ││Warning: Permanently added││   Compiling serde v1.0.22│
    │ 2 build ⊘ ● working  ││ops@db1's password:       ││   Compiling toml v1.2.1  │
    │▌3 npm     ? asking   ││                          ││                          │
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
    └──────────────────────┘└──────────────────────────┘└ ? 日本語? [… ─ i answers ┘
     WATCH  ? Is this OK? (yes) → yes  i inbox (2)  Enter interact  ? help
    ");
    check_asking!(120 x 40, "6", @r"
     deploy ─ 6 panes ─ 1 password ─ 1 asking ─ 1 failed ─ answers on                                         muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ───────────────────── ssh · ◆ password ┐┌ 2 build ───── cargo · ⊘ disarmed · ● working ┐
    │ 1 db1     ◆ password ││Warning: Permanently added 'db1' to the list o││   Compiling serde v1.0.229                   │
    │ 2 build ⊘ ● working  ││ops@db1's password:                           ││   Compiling toml v1.2.1                      │
    │ 3 npm     ? asking   ││                                              ││                                              │
    │ 4 lint    ✓ exit 0   ││                                              ││                                              │
    │ 5 tests   ✗ SIGKILL  ││                                              ││                                              │
    │▌6 logs    ○ quiet 4m ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      │├ 3 npm ───────────────────────────── ? asking ┤├ 4 lint ────────────────────── ✓ exit 0 · 3 s ┤
    │                      ││package name: (app) app                       ││0 errors, 2 warnings                          │
    │                      ││Is this OK? (yes)                             ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││ ? Is this OK? (yes) → yes ─ i answers        ││                                              │
    │                      │├ 5 tests ──────────────────── ✗ SIGKILL · 3 s ┤├ 6 logs ────────────────────────── ○ quiet 4m ┤
    │                      ││                                              ││日本語のログ                                  │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    └──────────────────────┘└──────────────────────────────────────────────┘└ ? 日本語? [2J zz ─ i answers ────────────────┘
     WATCH  i inbox (2)  Enter interact  n next that needs you  z zoom  Space layout  : palette  [ scroll  A disarm  ? help
    ");
    check_asking!(200 x 60, "3", @"
     deploy ─ 6 panes ─ 1 password ─ 1 asking ─ 1 failed ─ answers on                                                                                                                         muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ───────────────────────────────────────────────────────────── ssh · ◆ password ┐┌ 2 build ───────────────────────────────────────────── cargo · ⊘ disarmed · ● working ┐
    │ 1 db1     ◆ password ││Warning: Permanently added 'db1' to the list of known hosts.                          ││   Compiling serde v1.0.229                                                           │
    │ 2 build ⊘ ● working  ││ops@db1's password:                                                                   ││   Compiling toml v1.2.1                                                              │
    │▌3 npm     ? asking   ││                                                                                      ││                                                                                      │
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
    └──────────────────────┘└──────────────────────────────────────────────────────────────────────────────────────┘└ ? 日本語? [2J zz ─ i answers ────────────────────────────────────────────────────────┘
     WATCH  ? Is this OK? (yes) → yes  i inbox (2)  Enter interact  n next that needs you  z zoom  Space layout  : palette  [ scroll  A disarm  w why  g answers  a add  d detach  q quit  ? help
    ");
    check_asking!(80 x 12, "3z", @r"
    ─ 3 npm ───────────────────────────────────────────────────────────── ? asking ─
    package name: (app) app
    Is this OK? (yes)








     WATCH  ? Is this OK? (yes) → yes  i inbox (2)  Enter interact  ? help
    ");
}

#[test]
fn a_disarmed_pane_says_why() {
    check_asking!(80 x 24, "2", @r"
     deploy ─ 6 panes ─ 1 password ─ 1 asking ─ 1 failed ─ answers on
    ┌ panes ───────────────┐┌ 1 db1 ─ ssh · ◆ password ┐┌ 2 build ────── ● working ┐
    │ 1 db1     ◆ password ││Warning: Permanently added││   Compiling serde v1.0.22│
    │▌2 build ⊘ ● working  ││ops@db1's password:       ││   Compiling toml v1.2.1  │
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
    │                      ││ ? → yes ─ i answers      ││                          │
    │                      │├ 5 tests ────── ✗ SIGKILL ┤├ 6 logs ────── ○ quiet 4m ┤
    │                      ││                          ││日本語のログ              │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    └──────────────────────┘└──────────────────────────┘└ ? 日本語? [… ─ i answers ┘
     WATCH  disarmed: rule git/retry fired 30 times in a minute  A arm  ? help
    ");
    check_asking!(120 x 40, "2z", @r"
    ─ 2 build ───────────────────────────────────────────────────────────────────────────── cargo · ⊘ disarmed · ● working ─
       Compiling serde v1.0.229
       Compiling toml v1.2.1




































     WATCH  disarmed: rule git/retry fired 30 times in a minute  A arm  Enter interact  i inbox (2)  ? help
    ");
}

#[test]
fn inbox_lists_every_ask() {
    check_asking!(80 x 24, "i", @r"
     deploy ─ 6 panes ─ 1 password ─ 1 asking ─ 1 failed ─ answers on
    ┌ panes ───────────────┐┌ 1 db1 ─ ssh · ◆ password ┐┌ 2 build ────── ● working ┐
    │▌1 db1     ◆ password ││Warning: Permanently added││   Compiling serde v1.0.22│
    │ 2 build ⊘ ● working  ││ops@db1's password:       ││   Compiling toml v1.2.1  │
    │ 3 npm     ? asking   ││                          ││                          │
    │ 4 lint    ✓ exit 0   ││                          ││                          │
    │ 5 tests   ✗ SIGKILL  ││                          ││                          │
    │ 6 logs    ○ quiet 4m ││                          ││                          │
    ┌ Inbox: 2 asks ───────────────────────────────────────────────────────────────┐
    │▌npm   Is this OK? (yes)                                                   4m │
    │▌      → yes · node/confirm: the rule asks                                    │
    │ logs  日本語? [2J zz                                                      4m │
    │       node/confirm: the rule asks                                            │
    └──────────────────────────────────────────────────────────────────────────────┘
    │                      ││                          ││                          │
    │                      ││ ? → yes ─ i answers      ││                          │
    │                      │├ 5 tests ────── ✗ SIGKILL ┤├ 6 logs ────── ○ quiet 4m ┤
    │                      ││                          ││日本語のログ              │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    └──────────────────────┘└──────────────────────────┘└ ? 日本語? [… ─ i answers ┘
     INBOX  Enter answer  y as suggested  a all alike  x dismiss  Esc back
    ");
    check_asking!(120 x 40, "ij\ryes", @r"
     deploy ─ 6 panes ─ 1 password ─ 1 asking ─ 1 failed ─ answers on                                         muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ───────────────────── ssh · ◆ password ┐┌ 2 build ───── cargo · ⊘ disarmed · ● working ┐
    │▌1 db1     ◆ password ││Warning: Permanently added 'db1' to the list o││   Compiling serde v1.0.229                   │
    │ 2 build ⊘ ● working  ││ops@db1's password:                           ││   Compiling toml v1.2.1                      │
    │ 3 npm     ? asking   ││                                              ││                                              │
    │ 4 lint    ✓ exit 0   ││                                              ││                                              │
    │ 5 tests   ✗ SIGKILL  ││                                              ││                                              │
    │ 6 logs    ○ quiet 4m ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      │├ 3 npm ───────────────────────────── ? asking ┤├ 4 lint ────────────────────── ✓ exit 0 · 3 s ┤
    ┌ Inbox: 2 asks ───────────────────────────────────────────────────────────────────────────────────────────────────────┐
    │ npm   Is this OK? (yes)                                                                                           4m │
    │       → yes · node/confirm: the rule asks                                                                            │
    │▌logs  日本語? [2J zz                                                                                              4m │
    │▌      node/confirm: the rule asks                                                                                    │
    │                                                                                                                      │
    │ logs asks: 日本語? [2J zz                                                                                            │
    │ > yes                                                                                                                │
    └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││ ? Is this OK? (yes) → yes ─ i answers        ││                                              │
    │                      │├ 5 tests ──────────────────── ✗ SIGKILL · 3 s ┤├ 6 logs ────────────────────────── ○ quiet 4m ┤
    │                      ││                                              ││日本語のログ                                  │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    │                      ││                                              ││                                              │
    └──────────────────────┘└──────────────────────────────────────────────┘└ ? 日本語? [2J zz ─ i answers ────────────────┘
     INBOX  Enter send  Tab as suggested  Esc back
    ");
    check_asking!(200 x 60, "ij", @r"
     deploy ─ 6 panes ─ 1 password ─ 1 asking ─ 1 failed ─ answers on                                                                                                                         muxpect 0.1.0
    ┌ panes ───────────────┐┌ 1 db1 ───────────────────────────────────────────────────────────── ssh · ◆ password ┐┌ 2 build ───────────────────────────────────────────── cargo · ⊘ disarmed · ● working ┐
    │▌1 db1     ◆ password ││Warning: Permanently added 'db1' to the list of known hosts.                          ││   Compiling serde v1.0.229                                                           │
    │ 2 build ⊘ ● working  ││ops@db1's password:                                                                   ││   Compiling toml v1.2.1                                                              │
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
    │                      ││               ┌ Inbox: 2 asks ───────────────────────────────────────────────────────────────────────────────────────────────────────┐                                       │
    │                      ││               │ npm   Is this OK? (yes)                                                                                           4m │                                       │
    │                      ││               │       → yes · node/confirm: the rule asks                                                                            │                                       │
    │                      ││               │▌logs  日本語? [2J zz                                                                                              4m │                                       │
    │                      ││               │▌      node/confirm: the rule asks                                                                                    │                                       │
    │                      ││               └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘                                       │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││                                                                                      ││                                                                                      │
    │                      ││ ? Is this OK? (yes) → yes ─ i answers                                                ││                                                                                      │
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
    └──────────────────────┘└──────────────────────────────────────────────────────────────────────────────────────┘└ ? 日本語? [2J zz ─ i answers ────────────────────────────────────────────────────────┘
     INBOX  Enter answer  a all alike  x dismiss  g go to pane  Esc back
    ");
    check_asking!(20 x 5, "i", @r"
    ┌ Inbox: 2 asks ───┐
    │▌npm   Is thi… 4m │
    │▌      → yes · n… │
    └──────────────────┘
     INBOX  Esc back
    ");
    check_asking!(20 x 5, "i\rab", @r"
    ┌ Inbox: 2 asks ───┐
    │ npm asks: Is th… │
    │ > ab             │
    └──────────────────┘
     INBOX  Esc back
    ");
    let mut rig = rig(80, 10);
    rig.types("i");
    assert_snapshot!(rig.text(), @r"
     deploy ─ 6 panes ─ 1 password ─ 1 asking ─ 1 failed ─ answers on
    ┌ panes ───────────────┐┌ 1 db1 ─ ssh · ◆ password ┐┌ 2 build ────── ● working ┐
    │▌1 db1     ◆ password ││Warning: Permanently added││   Compiling serde v1.0.22│
    ┌ Inbox ───────────────────────────────────────────────────────────────────────┐
    │ No pane asks.                                                                │
    └──────────────────────────────────────────────────────────────────────────────┘
    │ 5 tests   ✗ SIGKILL  ││package name: (app) app   ││0 errors, 2 warnings      │
    │ 6 logs    ○ quiet 4m ││Is this OK? (yes)         ││                          │
    └──────────────────────┘└──────────────────────────┘└──────────────────────────┘
     INBOX  Esc back
    ");
}

#[test]
fn when_the_selected_ask_is_over_the_way_to_the_next_is_shown() {
    let mut rig = asking(60, 12);
    let asks = [1, 2].map(|id| ask(id, "npm", "sure?", None));
    rig.asks = asks.to_vec();
    rig.panes(deploy());
    rig.types("i");
    rig.asks.remove(0);
    rig.panes(deploy());
    let text = rig.text();
    assert_eq!(
        text.lines().last().unwrap().trim(),
        "INBOX  j next ask  Esc back"
    );
}

#[test]
fn many_asks_scroll() {
    let mut rig = asking(60, 12);
    rig.asks = (1..=20)
        .map(|id| ask(id, "npm", &format!("question {id}"), None))
        .collect();
    rig.panes(deploy());
    rig.types("ijjjjjjjjj");
    assert_snapshot!(rig.text(), @r"
    ┌ Inbox: 20 asks ──────────────────────────────────────────┐
    │ npm  question 8                                       4m │
    │      node/confirm: the rule asks                         │
    │ npm  question 9                                       4m │
    │      node/confirm: the rule asks                         │
    │▌npm  question 10                                      4m │
    │▌     node/confirm: the rule asks                         │
    │ npm  question 11                                      4m │
    │      node/confirm: the rule asks                         │
    │                                                          │
    └──────────────────────────────────────────────────────────┘
     INBOX  Enter answer  a all alike  x dismiss  Esc back
    ");
}

#[test]
fn why_page() {
    let mut rig = rig(80, 24);
    let why = |rule: &str, outcome: &str, reason: &str| WhyInfo {
        rule: rule.to_owned(),
        outcome: outcome.to_owned(),
        reason: reason.to_owned(),
        text: "package name: (app) \u{1b}]0;x\u{7}".to_owned(),
    };
    let rules = vec![
        why("node/name", "fired", "it matches at the cursor"),
        why(
            "node/confirm",
            "no match",
            "none of its 2 patterns matches the prompt, which is what was looked at, at its end",
        ),
    ];
    rig.send(Msg::Reply(Purpose::Why(PaneId(1)), Reply::Why(rules)));
    assert_snapshot!(rig.text(), @r"
     deploy ─ 6 panes ─ 1 password ─ 1 asking ─ 1 failed ─ answers on
    ┌ panes ───────────────┐┌ 1 db1 ─ ssh · ◆ password ┐┌ 2 build ────── ● working ┐
    │▌1 db1     ◆ password ││Warning: Permanently added││   Compiling serde v1.0.22│
    │ 2 build   ● working  ││ops@db1's password:       ││   Compiling toml v1.2.1  │
    │ 3 npm     ? asking   ││                          ││                          │
    │ 4 lint    ✓ exit 0   ││                          ││                          │
    │ 5 tests   ✗ SIGKILL  ││                          ││                          │
    ┌ Why the rules of db1 act or not ─────────────────────────────────────────────┐
    │ node/name: fired                                                             │
    │   it matches at the cursor                                                   │
    │   looked at: package name: (app) ]0;x                                        │
    │ node/confirm: no match                                                       │
    │   none of its 2 patterns matches the prompt, which is what was looked at, at │
    │   its end                                                                    │
    │   looked at: package name: (app) ]0;x                                        │
    └──────────────────────────────────────────────────────────────────────────────┘
    │                      │├ 5 tests ────── ✗ SIGKILL ┤├ 6 logs ────── ○ quiet 4m ┤
    │                      ││                          ││日本語のログ              │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    │                      ││                          ││                          │
    └──────────────────────┘└──────────────────────────┘└──────────────────────────┘
     WHY  j k move  Esc close
    ");
}

#[test]
fn the_header_says_whether_rules_answer() {
    for (auto_answer, words) in [
        (AutoAnswer::On, "answers on"),
        (AutoAnswer::Suggest, "answers suggest"),
        (AutoAnswer::Off, "answers off"),
    ] {
        let mut rig = rig(120, 24);
        rig.auto_answer = auto_answer;
        rig.app.take_damage();
        rig.panes(deploy());
        assert!(rig.app.is_damaged() || auto_answer == AutoAnswer::On);
        let text = rig.text();
        let header = text.lines().next().unwrap_or_default();
        assert!(header.contains(words), "{header}");
    }
}

#[test]
fn an_ask_covers_nothing_that_a_program_wrote() {
    let mut rig = asking(80, 24);
    assert!(rig.text().contains("→ yes"), "{}", rig.text());
    let tile = *rig.app.arrangement.tile(PaneId(3)).expect("it is shown");
    let lines: Vec<String> = (0..tile.inner.height)
        .map(|line| format!("line {line}"))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    rig.shows(3, &lines);
    let last = format!("line {}", tile.inner.height - 1);
    assert!(rig.text().contains(&last), "{}", rig.text());
    assert!(!rig.text().contains("→ yes"), "{}", rig.text());
    rig.types("3");
    assert!(
        rig.text().contains("→ yes"),
        "the bar says it: {}",
        rig.text()
    );
}
