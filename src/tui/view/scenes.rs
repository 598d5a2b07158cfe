//! Every mode and page as a scene: at each size compared with a snapshot, in each theme with a snapshot of
//! its styles, and on terminals from tiny to huge without a fault.
//!
//! After a change, `INSTA_UPDATE=always cargo test --lib scenes` writes the snapshots anew. To look at the
//! scenes as they are drawn, `MUXPECT_SCENES=FOLDER cargo test --lib scenes_as` writes each of them
//! in each theme as a text with escape sequences, for `cat` or for `muxpect screen --format svg`.

use std::{
    collections::HashMap,
    env,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use ratatui::{buffer::Cell, style::Color};

use super::*;
use crate::{
    config::built_in_theme,
    geometry::Size,
    keys::Input,
    protocol::{Attention, Found, PaneSummary, Reply, WhyInfo},
    screen::{
        Anchor, Attributes, Color as CellColor, HistoryView, Mark, Place, RowStart, Run,
        Style as CellStyle,
    },
    session::Layout,
    tui::{
        app::{Msg, Purpose},
        fixture::{Rig, ask, ended, options, pane, screen, text, with},
        theme::{Colors, Theme},
    },
};

/// The sizes that are kept as snapshots.
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// The themes, with the colours of the terminals that they are for.
const THEMES: [(&str, ColorDepth); 4] = [
    ("dark", ColorDepth::Direct),
    ("light", ColorDepth::Direct),
    ("sixteen", ColorDepth::Sixteen),
    ("plain", ColorDepth::Sixteen),
];

/// A moment of the interface: a name, the name of the mode that the bar shows, and what leads to it.
type Scene = (&'static str, &'static str, fn(&mut Rig));

const SCENES: &[Scene] = &[
    ("watch-tiles", "WATCH", |_| {}),
    ("watch-single", "WATCH", |rig| lay_out(rig, Layout::Single)),
    ("watch-columns", "WATCH", |rig| {
        lay_out(rig, Layout::Columns);
    }),
    ("watch-rows", "WATCH", |rig| lay_out(rig, Layout::Rows)),
    ("watch-main", "WATCH", |rig| lay_out(rig, Layout::Main)),
    ("watch-zoomed", "WATCH", |rig| rig.types("5z")),
    ("watch-no-list", "WATCH", |rig| rig.types("b")),
    ("watch-by-attention", "WATCH", |rig| rig.types("o")),
    ("watch-ended-pane", "WATCH", |rig| rig.types("3")),
    ("watch-asking-pane", "WATCH", |rig| rig.types("5")),
    ("watch-marked", "WATCH", |rig| rig.types("m2m")),
    ("watch-signs", "WATCH", signs),
    ("watch-cropped", "WATCH", cropped),
    ("watch-filtered", "WATCH", |rig| rig.types("/d\r")),
    ("watch-notice", "WATCH", |rig| rig.types("3x")),
    ("watch-config-error", "WATCH", |rig| {
        let place = "/home/ada/work/muxpect.toml:12:1";
        rig.app.config_error = Some(format!("{place}: unknown key 'namee'; is it 'name'?"));
    }),
    ("watch-empty", "WATCH", |rig| {
        rig.asks.clear();
        rig.panes(Vec::new());
    }),
    ("watch-one-pane", "WATCH", |rig| {
        rig.asks.clear();
        rig.panes(vec![with(pane(7, "shell"), Attention::Ready)]);
        rig.shows(7, &["$ "]);
    }),
    ("watch-read-only", "WATCH", |rig| {
        rig.app.options.read_only = true;
    }),
    ("interact", "INTERACT", |rig| rig.types("\r")),
    ("interact-asking-pane", "INTERACT", |rig| rig.types("5\r")),
    ("broadcast", "INTERACT ×3", |rig| rig.types("m2m7mB")),
    ("scroll", "SCROLL", |rig| scrolled(rig, "", &[])),
    ("scroll-searching", "SCROLL", |rig| {
        scrolled(rig, "?error", &[]);
    }),
    ("scroll-found", "SCROLL", found),
    ("scroll-selected", "SCROLL", |rig| {
        scrolled(rig, "vjll", &[])
    }),
    ("inbox", "INBOX", |rig| rig.types("i")),
    ("inbox-answering", "INBOX", |rig| rig.types("i\rno, later")),
    ("inbox-gone", "INBOX", |rig| {
        rig.types("i\ryes");
        rig.asks.clear();
        rig.panes(panes());
    }),
    ("inbox-empty", "INBOX", |rig| {
        rig.asks.clear();
        rig.panes(panes());
        rig.types("i");
    }),
    ("inspect", "INSPECT", |rig| inspected(rig, "")),
    ("inspect-paused", "INSPECT", |rig| inspected(rig, "pkk")),
    ("inspect-tty", "INSPECT", |rig| inspected(rig, "\t")),
    ("inspect-rules", "INSPECT", |rig| inspected(rig, "\t\t")),
    ("inspect-modes", "INSPECT", |rig| inspected(rig, "\t\t\t")),
    ("palette", "PALETTE", |rig| rig.types(":")),
    ("palette-searched", "PALETTE", |rig| rig.types(":lay")),
    ("palette-nothing", "PALETTE", |rig| rig.types(":xyzzy")),
    ("help", "HELP", |rig| rig.types("?")),
    ("why", "WHY", why),
    ("filter", "FILTER", |rig| rig.types("/d")),
    ("add", "ADD", |rig| rig.types("assh web1")),
    ("rename", "RENAME", |rig| rig.types("e")),
    ("quit", "QUIT?", |rig| rig.types("q")),
    ("kill", "KILL?", |rig| rig.types("2x")),
    ("ended", "ENDED", |rig| rig.types("3\r")),
    ("paste", "PASTE?", |rig| {
        rig.types("7\r");
        let lines = "cd /srv\nmake install\nsystemctl restart web\n";
        rig.send(Msg::Input(vec![Input::Paste(lines.to_owned())]));
    }),
];

fn inspected(rig: &mut Rig, keys: &str) {
    super::inspect::tests::look(rig);
    rig.types(keys);
}

fn panes() -> Vec<PaneSummary> {
    let password = PaneSummary {
        foreground: Some("ssh".to_owned()),
        ..with(pane(1, "backup"), Attention::Password)
    };
    vec![
        password,
        pane(2, "build"),
        ended(pane(3, "tests"), 1),
        ended(pane(4, "lint"), 0),
        with(pane(5, "deploy"), Attention::Asking),
        with(pane(6, "a-job-with-a-long-name"), Attention::Quiet),
        with(pane(7, "shell"), Attention::Ready),
    ]
}

fn rig(cols: u16, rows: u16) -> Rig {
    let mut rig = Rig::new(options(), cols, rows);
    rig.asks = vec![
        ask(1, "deploy", "Deploy north to production? [y/N] ", Some("y")),
        ask(2, "shell", "Overwrite 日本語.txt? ", None),
    ];
    rig.panes(panes());
    rig.pass(Duration::from_secs(250));
    rig.shows(1, &["Connecting to db1 ...", "ops@db1's password: "]);
    let lines: Vec<String> = (1..=60)
        .map(|n| format!("cc -O2 -c src/part{n}.c -o part{n}.o"))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    rig.shows(2, &lines[..usize::from(rows / 4)]);
    rig.shows(3, &["ok   case 60", "", "1 of 60 tests failed."]);
    rig.shows(4, &["Nothing to complain about."]);
    rig.shows(
        5,
        &["Deploying build 42.", "Deploy north to production? [y/N] "],
    );
    rig.shows(6, &["日本語のログ 😀 ok"]);
    rig.shows(7, &["$ ls", "a.txt  日本語.txt", "$ "]);
    coloured(&mut rig);
    rig
}

/// Gives pane 3 a line with a program's own colours, of each kind.
fn coloured(rig: &mut Rig) {
    let id = PaneId(3);
    let Some(mut screen) = rig.app.pane(id).map(|pane| pane.screen.clone()) else {
        return;
    };
    let style = |foreground| CellStyle {
        foreground,
        attributes: Attributes::BOLD,
        ..CellStyle::default()
    };
    let runs = vec![
        Run(0, "FAIL".to_owned(), style(CellColor::Indexed(1))),
        Run(5, "256".to_owned(), style(CellColor::Indexed(208))),
        Run(9, "rgb".to_owned(), style(CellColor::Rgb(0x20, 0xc0, 0x90))),
    ];
    if let Some(row) = screen.rows.get_mut(1) {
        row.runs = runs;
        screen.generation += 1;
        rig.shows_screen(id, &screen);
    }
}

fn lay_out(rig: &mut Rig, layout: Layout) {
    rig.app.layout = layout;
    rig.app.damage_all();
    rig.send(Msg::Tick);
}

/// Every sign that stands beside a name or in a title.
fn signs(rig: &mut Rig) {
    let mut panes = panes();
    panes[0].armed = false;
    panes[1].stale = true;
    panes[4].armed = false;
    panes[4].disarmed = Some("two programs may be feeding each other".to_owned());
    panes[5].attention = Attention::Stopped;
    panes[6].attention = Attention::Lost;
    rig.panes(panes);
    rig.types("2m5");
}

/// Panes that have the size of another terminal: a larger one, and a smaller one.
fn cropped(rig: &mut Rig) {
    let lines: Vec<String> = (1..=40).map(|n| format!("row {n} ").repeat(20)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let size = Size {
        rows: 90,
        cols: 240,
    };
    rig.shows_screen(PaneId(1), &screen(size, &lines));
    let size = Size { rows: 2, cols: 10 };
    rig.shows_screen(PaneId(2), &screen(size, &["ten wide.."]));
}

/// Looks at history with these keys, of which matches are marked.
fn scrolled(rig: &mut Rig, keys: &str, marks: &[Mark]) {
    rig.types("2[k");
    let tile = rig.app.arrangement.tile(PaneId(2)).map(Tile::size);
    let view = history(tile.map_or(0, |size| size.rows), marks);
    rig.send(Msg::Reply(
        Purpose::History(1),
        Reply::History(view.clone()),
    ));
    for character in keys.chars() {
        rig.types(&character.to_string());
        rig.send(Msg::Reply(
            Purpose::History(1),
            Reply::History(view.clone()),
        ));
    }
}

fn history(height: u16, marks: &[Mark]) -> HistoryView {
    let text = |n: u64| match n % 4 {
        1 => format!("error: part{n}.c: no such file"),
        _ => format!("cc -O2 -c src/part{n}.c"),
    };
    let rows = 500..500 + u64::from(height);
    let row = |n| Row {
        runs: vec![Run(0, text(n), CellStyle::default())],
        wrapped: false,
    };
    HistoryView {
        top: Some(Anchor { line: 500, row: 0 }),
        above: 500,
        below: 120,
        rows: rows.clone().map(row).collect(),
        starts: rows
            .map(|line| RowStart {
                line,
                row: 0,
                column: 0,
            })
            .collect(),
        marks: marks
            .iter()
            .filter(|mark| mark.row < height)
            .copied()
            .collect(),
    }
}

fn found(rig: &mut Rig) {
    let marks: Vec<Mark> = (1..60)
        .step_by(4)
        .map(|row| Mark {
            row,
            start: 0,
            end: 5,
            place: Place {
                line: 500 + u64::from(row),
                column: 0,
            },
        })
        .collect();
    scrolled(rig, "?error\r", &marks);
    let found = Found {
        place: marks[1].place,
        wrapped: false,
        view: history(60, &marks),
    };
    for search in 1..9 {
        let purpose = Purpose::Search { visit: 1, search };
        rig.send(Msg::Reply(purpose, Reply::Found(Some(found.clone()))));
    }
}

fn why(rig: &mut Rig) {
    let rule = |rule: &str, outcome: &str, reason: &str| WhyInfo {
        rule: rule.to_owned(),
        outcome: outcome.to_owned(),
        reason: reason.to_owned(),
        text: "Deploy north to production? [y/N] ".to_owned(),
    };
    let rules = vec![
        rule(
            "deploy/region",
            "no match",
            "its pattern does not match the prompt, which is what was looked at",
        ),
        rule("deploy/production", "asked", "the rule asks"),
    ];
    rig.types("5");
    rig.send(Msg::Reply(Purpose::Why(PaneId(5)), Reply::Why(rules)));
}

/// Plays a scene on a terminal of this size.
fn play(scene: &Scene, cols: u16, rows: u16) -> Rig {
    let mut rig = rig(cols, rows);
    (scene.2)(&mut rig);
    rig
}

fn themed(name: &str, depth: ColorDepth) -> Theme {
    let colors = Colors {
        depth,
        wanted: name != "plain",
    };
    Theme::new(&built_in_theme(name).expect("it is built in"), colors)
}

/// Returns a text in which lines that are the same, one below the other, stand once with their number.
fn folded(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let runs = lines.chunk_by(|a, b| a == b);
    let run = |run: &[&str]| match run.len() {
        1..4 => run.join("\n"),
        count => format!("{}\n({count} times)", run[0]),
    };
    runs.map(run).collect::<Vec<_>>().join("\n") + "\n"
}

fn check(name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => "snapshots",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn every_scene_at_every_size() {
    for scene in SCENES {
        let mut all = String::new();
        for (cols, rows) in SIZES {
            let text = play(scene, cols, rows).text();
            let _ = writeln!(all, "{cols}x{rows}\n{}", folded(&text));
        }
        check(scene.0, &all);
    }
}

/// The scenes whose styles are kept.
const STYLED: [&str; 6] = [
    "watch-tiles",
    "watch-signs",
    "interact",
    "broadcast",
    "scroll-found",
    "inbox",
];

#[test]
fn styles_of_each_theme() {
    for (theme, depth) in THEMES {
        let mut all = String::new();
        let mut letters = HashMap::new();
        let mut legend = String::new();
        for scene in SCENES.iter().filter(|scene| STYLED.contains(&scene.0)) {
            let mut rig = play(scene, 80, 24);
            rig.app.theme = themed(theme, depth);
            let buffer = rig.draw();
            let _ = writeln!(all, "{}", scene.0);
            let mut map = String::new();
            for row in buffer.content.chunks(80) {
                for cell in row {
                    map.push(letter(cell, &mut letters, &mut legend));
                }
                map.push('\n');
            }
            all += &folded(&map);
        }
        check(&format!("styles-{theme}"), &format!("{legend}{all}"));
    }
}

/// Returns the letter of a cell's style; a new style gets the next one, and a line in the legend.
fn letter(cell: &Cell, letters: &mut HashMap<String, char>, legend: &mut String) -> char {
    let modifier = match cell.modifier {
        none if none.is_empty() => String::new(),
        modifier => format!(" {modifier:?}"),
    };
    let style = format!("{:?} on {:?}{modifier}", cell.fg, cell.bg);
    let next = ('a'..='z').chain('A'..='Z').nth(letters.len());
    *letters.entry(style).or_insert_with_key(|style| {
        let letter = next.expect("there are letters for all styles");
        let _ = writeln!(legend, "{letter} {style}");
        letter
    })
}

/// Checks what must hold on every terminal: whole characters, nothing that steers it, the mode's name where
/// there is a bar, and a cursor that is inside.
fn check_drawn(scene: &Scene, cols: u16, rows: u16) {
    let mut rig = play(scene, cols, rows);
    let buffer = rig.draw();
    let place = format!("{} on {cols}x{rows}:\n{}", scene.0, text(&buffer));
    for row in buffer.content.chunks(usize::from(cols)) {
        let mut x = 0;
        while x < cols {
            let symbol = row[usize::from(x)].symbol();
            assert!(!symbol.chars().any(char::is_control), "{place}");
            let width = columns(symbol).max(1);
            assert!(x + width <= cols, "{symbol:?} is cut in {place}");
            for hidden in x + 1..x + width {
                assert_eq!(row[usize::from(hidden)].symbol(), "", "{place}");
            }
            x += width;
        }
    }
    if let Some(bar) = rig.app.arrangement.bar {
        let bar = text(&buffer).lines().nth(bar.y.into()).map(str::to_owned);
        let bar = bar.unwrap_or_default();
        // Of a terminal narrower than the name, as much as fits.
        let name: String = format!(" {}", scene.1).chars().take(cols.into()).collect();
        assert!(bar.starts_with(name.trim_end()), "{bar:?} in {place}");
    } else {
        assert!(rows < 3, "no bar in {place}");
    }
    if let Some(cursor) = cursor(&rig.app) {
        assert!(cursor.x < cols && cursor.y < rows, "{place}");
    }
}

#[test]
fn scenes_on_small_and_odd_terminals() {
    let odd = [(20, 5), (20, 24), (40, 10), (80, 24), (132, 43), (500, 200)];
    for scene in SCENES {
        for (cols, rows) in odd {
            check_drawn(scene, cols, rows);
        }
        for cols in (1..=32).chain([59, 60, 61, 79]) {
            for rows in 1..=12 {
                check_drawn(scene, cols, rows);
            }
        }
    }
}

#[test]
fn scenes_survive_every_change_of_size() {
    let sizes = [(80, 24), (20, 5), (500, 200), (1, 1), (61, 7), (200, 60)];
    for scene in SCENES {
        let mut rig = play(scene, 80, 24);
        for (cols, rows) in sizes.into_iter().cycle().take(18) {
            rig.send(Msg::Resized(Size { rows, cols }));
            rig.text();
            cursor(&rig.app);
        }
        rig.send(Msg::Resized(Size { rows: 24, cols: 80 }));
        let bar = rig.text().lines().last().map(str::to_owned);
        let bar = bar.unwrap_or_default();
        assert!(
            bar.starts_with(&format!(" {} ", scene.1)),
            "{}: {bar}",
            scene.0
        );
    }
}

#[test]
fn scenes_as_pictures() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = env::var_os("MUXPECT_SCENES").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| temporary.path().to_owned());
    for scene in SCENES {
        for (theme, depth) in THEMES {
            for (cols, rows) in SIZES {
                let mut rig = play(scene, cols, rows);
                rig.app.theme = themed(theme, depth);
                let buffer = rig.draw();
                let name = format!("{}.{theme}.{cols}x{rows}.ansi", scene.0);
                let path = folder.join(name);
                write_ansi(&path, &buffer);
                let lines = fs::read_to_string(&path).unwrap().lines().count();
                assert_eq!(lines, usize::from(rows), "{}", path.display());
            }
        }
    }
}

fn write_ansi(path: &Path, buffer: &Buffer) {
    let mut all = String::new();
    for row in buffer.content.chunks(buffer.area.width.into()) {
        for cell in row {
            all.push_str("\x1b[0");
            for (modifier, code) in [
                (Modifier::BOLD, 1),
                (Modifier::DIM, 2),
                (Modifier::ITALIC, 3),
                (Modifier::UNDERLINED, 4),
                (Modifier::REVERSED, 7),
            ] {
                if cell.modifier.contains(modifier) {
                    let _ = write!(all, ";{code}");
                }
            }
            for (kind, color) in [(38, cell.fg), (48, cell.bg)] {
                let _ = match color {
                    Color::Indexed(index) => write!(all, ";{kind};5;{index}"),
                    Color::Rgb(red, green, blue) => write!(all, ";{kind};2;{red};{green};{blue}"),
                    _ => Ok(()),
                };
            }
            all.push('m');
            all.push_str(cell.symbol());
        }
        all.push_str("\x1b[0m\r\n");
    }
    fs::write(path, all.trim_end()).expect("it can be written");
}
