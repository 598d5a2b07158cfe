//! Aligned tables: the rows of `ls` and `ps` for people.

use jiff::Timestamp;
use unicode_width::UnicodeWidthStr;

use super::output::printable;
use crate::protocol::{ExitInfo, PaneInfo, PaneState, SessionInfo};

/// What stands where there is nothing to say.
const NOTHING: &str = "-";

/// Returns the table of `ls`, as of `now`.
pub fn sessions(sessions: &[SessionInfo], now: Timestamp) -> String {
    let header = ["SESSION", "PID", "PANES", "ATTACHED", "AGE", "CONFIG"];
    let row = |session: &SessionInfo| {
        let config = session.config.as_ref();
        [
            session.session.clone(),
            session.pid.to_string(),
            session.panes.to_string(),
            session.attached.to_string(),
            age(now.as_second() - session.started.as_second()),
            config.map_or(NOTHING.to_owned(), |path| path.display().to_string()),
        ]
    };
    table(header, sessions.iter().map(row))
}

/// Returns the table of `ps`.
pub fn panes(panes: &[PaneInfo]) -> String {
    let header = [
        "ID",
        "NAME",
        "STATE",
        "ATTENTION",
        "EXIT",
        "FOREGROUND",
        "PROMPT",
    ];
    let row = |pane: &PaneInfo| {
        let exit = match &pane.exit {
            Some(ExitInfo::Code(code)) => code.to_string(),
            Some(ExitInfo::Signal(name)) => name.clone(),
            None => NOTHING.to_owned(),
        };
        let foreground = pane.foreground.as_deref().unwrap_or(NOTHING).to_owned();
        [
            pane.id.to_string(),
            pane.name.clone(),
            state(pane.state).to_owned(),
            pane.attention.word().to_owned(),
            exit,
            foreground,
            // A pane with an error has no prompt that would be worth more than it.
            pane.error.as_ref().unwrap_or(&pane.prompt).clone(),
        ]
    };
    table(header, panes.iter().map(row))
}

fn state(state: PaneState) -> &'static str {
    match state {
        PaneState::Starting => "starting",
        PaneState::Running => "running",
        PaneState::Stopping => "stopping",
        PaneState::Ended => "ended",
    }
}

/// Returns how long ago something was, in its largest unit.
fn age(seconds: i64) -> String {
    match seconds.max(0) {
        seconds @ 0..60 => format!("{seconds}s"),
        seconds @ 60..3_600 => format!("{}m", seconds / 60),
        seconds @ 3_600..86_400 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

/// Sets rows below a header, each column as wide as its widest cell, two blanks between columns.
fn table<const COLUMNS: usize>(
    header: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
) -> String {
    let cell = |text: &str| printable(text).replace(['\n', '\t'], " ");
    let rows: Vec<[String; COLUMNS]> = std::iter::once(header.map(str::to_owned))
        .chain(rows)
        .map(|row| row.map(|text| cell(&text)))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max();
    let widths: [usize; COLUMNS] = std::array::from_fn(|column| width(column).unwrap_or(0));
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{
        protocol::{Attention, PaneId},
        session::Layout,
    };

    /// Returns a running pane of which nothing is known.
    pub fn pane(id: u32, name: &str) -> PaneInfo {
        PaneInfo {
            id: PaneId(id),
            name: name.to_owned(),
            state: PaneState::Running,
            attention: Attention::Working,
            evidence: String::new(),
            pid: None,
            exit: None,
            error: None,
            command: vec![name.to_owned()],
            title: String::new(),
            rows: 24,
            cols: 80,
            prompt: String::new(),
            foreground: None,
            echo: None,
            canonical: None,
            armed: true,
            fired: 0,
            offset: 0,
            started: None,
            quiet_ms: 0,
            log: None,
            recording: None,
        }
    }

    #[test]
    fn panes_are_aligned() {
        let rows = [
            PaneInfo {
                attention: Attention::Password,
                foreground: Some("ssh".into()),
                prompt: "ops@db1's\tpassword: ".into(),
                ..pane(1, "db1")
            },
            PaneInfo {
                state: PaneState::Ended,
                attention: Attention::Failed,
                exit: Some(ExitInfo::Signal("SIGKILL".into())),
                ..pane(2, "build")
            },
            PaneInfo {
                state: PaneState::Ended,
                attention: Attention::Failed,
                error: Some("no such program\u{1b}[2J".into()),
                ..pane(10, "x")
            },
        ];
        let expected = "\
ID  NAME   STATE    ATTENTION  EXIT     FOREGROUND  PROMPT
1   db1    running  password   -        ssh         ops@db1's password:
2   build  ended    failed     SIGKILL  -
10  x      ended    failed     -        -           no such program[2J
";
        assert_eq!(panes(&rows), expected);
    }

    #[test]
    fn sessions_are_aligned_by_display_width() {
        let session = |name: &str, config: Option<&str>| SessionInfo {
            session: name.to_owned(),
            pid: 4711,
            panes: 3,
            attached: 0,
            config: config.map(Into::into),
            folder: "/srv".into(),
            layout: Layout::Tiles,
            started: Timestamp::from_second(1_000_000).unwrap(),
        };
        let rows = [
            session("日本", Some("/srv/muxpect.toml")),
            session("main", None),
        ];
        let now = Timestamp::from_second(1_000_000 + 7_300).unwrap();
        let expected = "\
SESSION  PID   PANES  ATTACHED  AGE  CONFIG
日本     4711  3      0         2h   /srv/muxpect.toml
main     4711  3      0         2h   -
";
        assert_eq!(sessions(&rows, now), expected);
    }

    #[test]
    fn ages_have_one_unit() {
        let check = |seconds, expected| assert_eq!(age(seconds), expected);
        check(-5, "0s");
        check(59, "59s");
        check(60, "1m");
        check(3_599, "59m");
        check(86_399, "23h");
        check(200_000, "2d");
    }
}
