//! An interface for tests: panes made up, keys typed, cells read, requests listed.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
};

use super::{
    NewPanes, Options,
    app::{App, Effect, Msg, Now, Purpose},
    theme::{ColorDepth, Theme},
    view,
};
use crate::{
    expect::{AutoAnswer, View},
    geometry::{Position, Size},
    keys::{Input, Key, KeyCode},
    protocol::{
        AskInfo, Attention, ConfigNews, Entry, ExitInfo, FoundText, Happened, InspectedRule,
        Inspection, ModeInfo, Notice, PaneId, PaneState, PaneSummary, ProcessInfo, Reply, Request,
        RuleInfo, Summary, TtyInfo, WhyInfo,
    },
    screen::{Row, Run, Screen, Style},
    session::Layout,
};

/// Options of an interface that shows the session `deploy`.
pub fn options() -> Options {
    Options {
        session: "deploy".to_owned(),
        layout: Layout::Tiles,
        interact: None,
        read_only: false,
        only: None,
        single_process: false,
        new_panes: NewPanes {
            folder: "/srv".into(),
            variables: [("LANG".to_owned(), "C".to_owned())].into(),
            shell: "/bin/zsh".to_owned(),
        },
    }
}

/// A pane that has just begun to work.
pub fn pane(id: u32, name: &str) -> PaneSummary {
    let since = Timestamp::UNIX_EPOCH;
    PaneSummary {
        id: PaneId(id),
        name: name.to_owned(),
        state: PaneState::Running,
        attention: Attention::Working,
        since,
        exit: None,
        error: None,
        command: vec![name.to_owned()],
        title: String::new(),
        foreground: None,
        armed: true,
        disarmed: None,
        fired: 0,
        bells: 0,
        printed: None,
        size: Size::DEFAULT,
        recording: false,
        unwritten: false,
        stale: false,
        started: Some(since),
        ended: None,
    }
}

/// The same pane with another attention.
pub fn with(pane: PaneSummary, attention: Attention) -> PaneSummary {
    PaneSummary { attention, ..pane }
}

/// An ask of the rule `node/confirm`.
pub fn ask(id: u64, pane: &str, prompt: &str, suggestion: Option<&str>) -> AskInfo {
    AskInfo {
        id,
        pane: pane.to_owned(),
        rule: "node/confirm".to_owned(),
        prompt: prompt.to_owned(),
        reason: "the rule asks".to_owned(),
        suggestion: suggestion.map(str::to_owned),
        since: Timestamp::UNIX_EPOCH,
    }
}

/// The same pane once its child has exited, 3 s after its start.
pub fn ended(pane: PaneSummary, code: i32) -> PaneSummary {
    PaneSummary {
        state: PaneState::Ended,
        attention: if code == 0 {
            Attention::Done
        } else {
            Attention::Failed
        },
        exit: Some(ExitInfo::Code(code)),
        ended: pane.started.map(|started| started + Duration::from_secs(3)),
        ..pane
    }
}

/// A screen that shows `lines` from the top, with the cursor after the last one.
pub fn screen(size: Size, lines: &[&str]) -> Screen {
    let mut screen = Screen::blank(size);
    for (row, line) in screen.rows.iter_mut().zip(lines) {
        *row = Row {
            runs: vec![Run(0, (*line).to_owned(), Style::default())],
            wrapped: false,
        };
    }
    screen.generation = 1;
    let last = lines.last().map_or(0, |line| line.chars().count());
    screen.cursor.position = Position {
        row: u16::try_from(lines.len().saturating_sub(1)).unwrap(),
        col: u16::try_from(last).unwrap(),
    };
    screen
}

/// Output of a pane, one entry a second.
pub fn output(number: u64, text: &str) -> Entry {
    Entry {
        number,
        at: number * 1_000_000,
        what: Happened::Output {
            offset: 0,
            end: text.len() as u64,
            bytes: text.as_bytes().to_vec(),
        },
    }
}

/// A decision on a rule that has fired.
pub fn decision(number: u64, rule: &str, prompt: &str) -> Entry {
    Entry {
        what: Happened::Decision {
            rule: rule.to_owned(),
            outcome: "fired".to_owned(),
            reason: "'Go' matched".to_owned(),
            prompt: prompt.to_owned(),
        },
        ..output(number, "")
    }
}

/// What is seen of a pane that waits for a line, with the rule `node/confirm`.
pub fn inspection(entries: Vec<Entry>) -> Inspection {
    let why = |outcome: &str, reason: &str| WhyInfo {
        rule: "node/confirm".to_owned(),
        outcome: outcome.to_owned(),
        reason: reason.to_owned(),
        text: "Go? ".to_owned(),
    };
    let process = |pid, parent, depth, name: &str, does: &str| ProcessInfo {
        pid,
        parent,
        depth,
        name: name.to_owned(),
        foreground: true,
        does: does.to_owned(),
    };
    let mode = |name: &str, value: &str, usual| ModeInfo {
        name: name.to_owned(),
        value: value.to_owned(),
        usual,
    };
    Inspection {
        next: entries.last().map_or(1, |entry| entry.number + 1),
        entries,
        now: 40_000_000,
        offset: 12_345,
        prompt: "Really remove 3 files? ".to_owned(),
        tty: TtyInfo {
            echo: Some(true),
            canonical: Some(true),
            end_of_file: Some(4),
            attention: "waiting".to_owned(),
            evidence: "sh reads a line".to_owned(),
            reader: "sh (4712) reads: read".to_owned(),
            group: Some(4711),
            processes: vec![
                process(4711, 4700, 0, "sh", "sleeps in do_wait"),
                process(4712, 4711, 1, "sh", "reads the tty (read)"),
            ],
        },
        rules: vec![InspectedRule {
            info: RuleInfo {
                pane: "db1".to_owned(),
                ruleset: "node".to_owned(),
                rule: "confirm".to_owned(),
                patterns: vec!["Go\\? $".to_owned()],
                event: None,
                view: View::Prompt,
                state: None,
                active: true,
                fired: 1,
                spent: false,
                last: Some(why("fired", "'Go\\? $' matched")),
            },
            now: Some(why("held", "no pattern of it matches")),
            found: Some(FoundText {
                before: "3: ".to_owned(),
                matched: "Go? ".to_owned(),
                after: String::new(),
            }),
        }],
        armed: true,
        modes: vec![
            mode("cursor keys (?1)", "normal", true),
            mode("bracketed paste (?2004)", "on", false),
        ],
    }
}

/// An interface and what it asked for since the last look.
pub struct Rig {
    pub app: App,
    pub now: Now,
    pub effects: Vec<Effect>,
    /// What the next list of panes brings besides them.
    pub asks: Vec<AskInfo>,
    pub auto_answer: AutoAnswer,
    pub focus: Option<(PaneId, u64)>,
    pub config: Option<ConfigNews>,
    /// Told with the next pane list.
    pub notices: Vec<Notice>,
    generation: u64,
}

impl Rig {
    pub fn new(options: Options, cols: u16, rows: u16) -> Rig {
        let now = Now {
            instant: Instant::now() + Duration::from_secs(100_000),
            wall: Timestamp::UNIX_EPOCH,
        };
        let theme = Theme::colored(ColorDepth::Direct);
        let mut app = App::new(options, theme, Size { rows, cols }, now);
        let effects = app.start();
        Rig {
            app,
            now,
            effects,
            asks: Vec::new(),
            auto_answer: AutoAnswer::On,
            focus: None,
            config: None,
            notices: Vec::new(),
            generation: 0,
        }
    }

    /// An interface of the usual options and size that knows these panes.
    pub fn with_panes(panes: Vec<PaneSummary>) -> Rig {
        let mut rig = Rig::new(options(), 80, 24);
        rig.panes(panes);
        rig.effects.clear();
        rig
    }

    /// Returns one that may only look, at these panes, and has asked for nothing yet.
    pub fn read_only(panes: Vec<PaneSummary>) -> Rig {
        let options = Options {
            read_only: true,
            ..options()
        };
        let mut rig = Rig::new(options, 80, 24);
        rig.panes(panes);
        rig.effects.clear();
        rig
    }

    pub fn send(&mut self, msg: Msg) {
        let effects = self.app.update(msg, self.now);
        self.effects.extend(effects);
    }

    pub fn pass(&mut self, time: Duration) {
        self.now.instant += time;
        self.now.wall += time;
    }

    pub fn panes(&mut self, panes: Vec<PaneSummary>) {
        self.generation += 1;
        let generation = self.generation;
        let summary = Summary {
            generation,
            panes,
            asks: self.asks.clone(),
            auto_answer: self.auto_answer,
            focus: self.focus,
            config: self.config.clone(),
            notices: std::mem::take(&mut self.notices),
        };
        self.send(Msg::Reply(Purpose::Summary, Reply::Summary(summary)));
    }

    /// Shows `lines` in a pane, at the size its tile has.
    pub fn shows(&mut self, id: u32, lines: &[&str]) {
        let id = PaneId(id);
        let size = self.app.pane(id).and_then(|pane| pane.told_size);
        let mut screen = screen(size.unwrap_or(Size::DEFAULT), lines);
        screen.generation = self.app.pane(id).map_or(0, |pane| pane.screen.generation) + 1;
        self.shows_screen(id, &screen);
    }

    pub fn shows_screen(&mut self, id: PaneId, screen: &Screen) {
        let rows = (0..).zip(screen.rows.clone()).collect();
        let delta = screen.delta(false, rows);
        self.send(Msg::Reply(Purpose::Update(id), Reply::Screen(delta)));
    }

    pub fn keys(&mut self, keys: &[Key]) {
        let inputs = keys.iter().map(|key| Input::Key(*key)).collect();
        self.send(Msg::Input(inputs));
    }

    /// Types characters; `\r` is Enter, `\u{1d}` Ctrl-], `\u{1b}` Escape, `\t` Tab.
    pub fn types(&mut self, text: &str) {
        let keys: Vec<Key> = text.chars().map(key).collect();
        self.keys(&keys);
    }

    /// Returns the requests since the last look that are no updates or sizes.
    pub fn requests(&mut self) -> Vec<Request> {
        let effects = std::mem::take(&mut self.effects);
        effects
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Request(Request::Update { .. } | Request::Resize { .. }, _) => None,
                Effect::Request(Request::Summary { .. }, _) => None,
                Effect::Request(request, _) => Some(request),
                _ => None,
            })
            .collect()
    }

    /// Draws everything into a fresh buffer.
    pub fn draw(&mut self) -> Buffer {
        let size = self.app.size;
        let mut buffer = Buffer::empty(Rect::new(0, 0, size.cols, size.rows));
        self.app.damage_all();
        let damage = self.app.take_damage();
        view::draw(&self.app, &damage, &mut buffer);
        buffer
    }

    /// Returns what is drawn, line by line.
    pub fn text(&mut self) -> String {
        text(&self.draw())
    }
}

/// Returns the key that `types` takes a character for.
pub fn key(character: char) -> Key {
    match character {
        '\r' => Key::plain(KeyCode::Enter),
        '\t' => Key::plain(KeyCode::Tab),
        '\u{1b}' => Key::plain(KeyCode::Escape),
        '\u{1d}' => Key::control(']'),
        character => Key::plain(KeyCode::Char(character)),
    }
}

/// Returns a buffer's text, line by line, without trailing blanks.
pub fn text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for line in buffer.content.chunks(usize::from(buffer.area.width)) {
        let line: String = line.iter().map(Cell::symbol).collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
