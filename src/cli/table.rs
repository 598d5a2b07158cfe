//! Aligned tables: the rows of `ls`, `ps`, `asks` and `rules` for people.

use jiff::Timestamp;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::output::printable;
use crate::{
    expect::View,
    protocol::{AskInfo, ExitInfo, PaneInfo, PaneState, RuleInfo, SessionInfo, WhyInfo},
};

/// What stands where there is nothing to say.
const NOTHING: &str = "-";

/// How many columns the end of a prompt may have where others follow it.
const PROMPT_COLUMNS: usize = 32;

/// How many columns a suggested answer may have.
const SUGGESTION_COLUMNS: usize = 16;

/// Returns the table of `ls`, as of `now`.
pub fn sessions(sessions: &[SessionInfo], now: Timestamp) -> String {
    let header = [
        "SESSION", "PID", "PANES", "ASKS", "ATTACHED", "AGE", "CONFIG",
    ];
    let row = |session: &SessionInfo| {
        let config = session.config.as_ref();
        [
            session.session.clone(),
            session.pid.to_string(),
            session.panes.to_string(),
            session.asks.to_string(),
            session.attached.to_string(),
            age(now.as_second() - session.started.as_second()),
            config.map_or(NOTHING.to_owned(), |path| path.display().to_string()),
        ]
    };
    table(header, sessions.iter().map(row))
}

/// Returns the table of `ps`; `asks` are those that wait in these panes.
pub fn panes(panes: &[PaneInfo], asks: &[AskInfo]) -> String {
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
            match pane.stale {
                true => format!("{} (changed)", state(pane.state)),
                false => state(pane.state).to_owned(),
            },
            pane.attention.word().to_owned(),
            exit,
            foreground,
            last_cell(pane, asks),
        ]
    };
    table(header, panes.iter().map(row))
}

/// Returns what stands under PROMPT: what is worth most of a pane's error, its oldest ask, why it
/// was disarmed, and its prompt.
fn last_cell(pane: &PaneInfo, asks: &[AskInfo]) -> String {
    let ask = asks.iter().find(|ask| ask.pane == pane.name);
    match (&pane.error, ask, &pane.disarmed) {
        (Some(error), _, _) => error.clone(),
        (None, Some(ask), _) => format!("ask {}: {}", ask.id, ask.question()),
        (None, None, Some(reason)) => format!("disarmed: {reason}"),
        (None, None, None) => pane.prompt.clone(),
    }
}

/// Returns the table of `asks`, as of `now`.
pub fn asks(asks: &[AskInfo], now: Timestamp) -> String {
    let header = ["ID", "PANE", "AGE", "PROMPT", "SUGGESTION", "REASON"];
    let row = |ask: &AskInfo| {
        let suggestion = ask.suggestion.as_deref().unwrap_or(NOTHING);
        [
            ask.id.to_string(),
            ask.pane.clone(),
            age(now.as_second() - ask.since.as_second()),
            end(&ask.question(), PROMPT_COLUMNS),
            end(suggestion, SUGGESTION_COLUMNS),
            ask.reason.clone(),
        ]
    };
    table(header, asks.iter().map(row))
}

/// Returns the table of `rules list`.
pub fn rules(rules: &[RuleInfo]) -> String {
    let header = ["PANE", "RULE", "LOOKS AT", "STATE", "IS", "FIRED", "LAST"];
    let row = |rule: &RuleInfo| {
        let is = match (rule.spent, rule.active) {
            (true, _) => "spent",
            (false, true) => "active",
            (false, false) => "inactive",
        };
        let last = rule.last.as_ref();
        [
            rule.pane.clone(),
            format!("{}/{}", rule.ruleset, rule.rule),
            rule.event
                .clone()
                .unwrap_or_else(|| view(rule.view).to_owned()),
            rule.state.clone().unwrap_or_else(|| NOTHING.to_owned()),
            is.to_owned(),
            rule.fired.to_string(),
            last.map_or(NOTHING.to_owned(), |last| {
                format!("{}: {}", last.outcome, last.reason)
            }),
        ]
    };
    table(header, rules.iter().map(row))
}

/// Returns the table of `rules why`.
pub fn why(why: &[WhyInfo]) -> String {
    let header = ["RULE", "OUTCOME", "TEXT", "REASON"];
    let row = |why: &WhyInfo| {
        [
            why.rule.clone(),
            why.outcome.clone(),
            end(&why.text, PROMPT_COLUMNS),
            why.reason.clone(),
        ]
    };
    table(header, why.iter().map(row))
}

fn view(view: View) -> &'static str {
    match view {
        View::Prompt => "prompt",
        View::Line => "line",
        View::Screen => "screen",
        View::Stream => "stream",
        View::Raw => "raw",
    }
}

/// Returns as much of the end of `text` as has room in so many columns: a question stands at the
/// end of what is before it.
fn end(text: &str, columns: usize) -> String {
    let text = one_line(text.trim_end());
    if text.width() <= columns {
        return text;
    }
    let mut room = columns.saturating_sub(1);
    let mut start = text.len();
    for (at, c) in text.char_indices().rev() {
        match room.checked_sub(c.width().unwrap_or(0)) {
            Some(left) => room = left,
            None => break,
        }
        start = at;
    }
    format!("…{}", &text[start..])
}

/// Returns `text` as a cell can have it.
fn one_line(text: &str) -> String {
    printable(text).replace(['\n', '\t'], " ")
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
    let rows: Vec<[String; COLUMNS]> = std::iter::once(header.map(str::to_owned))
        .chain(rows)
        .map(|row| row.map(|text| one_line(&text)))
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
            directory: None,
            echo: None,
            canonical: None,
            armed: true,
            disarmed: None,
            fired: 0,
            offset: 0,
            started: None,
            quiet_ms: 0,
            stale: false,
            log: None,
            recording: None,
        }
    }

    /// Returns an ask that has waited since the beginning of time.
    pub fn ask(id: u64, pane: &str) -> AskInfo {
        AskInfo {
            id,
            pane: pane.to_owned(),
            rule: "set/rule".to_owned(),
            prompt: "Go on? ".to_owned(),
            reason: "the rule asks".to_owned(),
            suggestion: None,
            since: Timestamp::UNIX_EPOCH,
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
        assert_eq!(panes(&rows, &[]), expected);
    }

    #[test]
    fn what_a_person_must_know_stands_in_place_of_the_prompt() {
        let pane = |id| PaneInfo {
            prompt: "$ ".to_owned(),
            ..pane(id, &format!("p{id}"))
        };
        let tripped = || Some("it fired 30 times within a minute".to_owned());
        let asks = [ask(7, "p2"), ask(8, "p3"), ask(9, "p3")];
        let check = |pane: PaneInfo, expected: &str| assert_eq!(last_cell(&pane, &asks), expected);
        check(pane(1), "$ ");
        check(pane(2), "ask 7: Go on? ");
        check(
            PaneInfo {
                disarmed: tripped(),
                ..pane(3)
            },
            "ask 8: Go on? ",
        );
        check(
            PaneInfo {
                disarmed: tripped(),
                ..pane(1)
            },
            "disarmed: it fired 30 times within a minute",
        );
        check(
            PaneInfo {
                error: Some("no such program".to_owned()),
                disarmed: tripped(),
                ..pane(1)
            },
            "no such program",
        );
    }

    #[test]
    fn asks_fit_beside_their_reasons() {
        let rows = [
            AskInfo {
                prompt:
                    "File /etc/hosts has changed.\nInstall the package maintainer's version? [Y/n] "
                        .into(),
                suggestion: Some("a very long answer\u{1b}[2J indeed".into()),
                reason: "the rule wants its answer confirmed".into(),
                ..ask(12, "install")
            },
            ask(3, "db1"),
        ];
        let now = Timestamp::from_second(125).unwrap();
        let expected = "\
ID  PANE     AGE  PROMPT                            SUGGESTION        REASON
12  install  2m   …age maintainer's version? [Y/n]  …nswer[2J indeed  the rule wants its answer confirmed
3   db1      2m   Go on?                            -                 the rule asks
";
        assert_eq!(asks(&rows, now), expected);
    }

    #[test]
    fn rules_show_what_has_become_of_them() {
        let why_info = |outcome: &str, reason: &str| WhyInfo {
            rule: "installer/licence".into(),
            outcome: outcome.into(),
            reason: reason.into(),
            text: "Accept? ".into(),
        };
        let rule = |name: &str| RuleInfo {
            pane: "db1".into(),
            ruleset: "installer".into(),
            rule: name.into(),
            patterns: vec!["x".into()],
            event: None,
            view: View::Prompt,
            state: None,
            active: true,
            fired: 0,
            spent: false,
            last: None,
        };
        let listed = [
            RuleInfo {
                fired: 1,
                spent: true,
                last: Some(why_info("fired", "'x' matched")),
                ..rule("licence")
            },
            RuleInfo {
                state: Some("login".into()),
                active: false,
                event: Some("exit".into()),
                ..rule("end")
            },
        ];
        let expected = "\
PANE  RULE               LOOKS AT  STATE  IS        FIRED  LAST
db1   installer/licence  prompt    -      spent     1      fired: 'x' matched
db1   installer/end      exit      login  inactive  0      -
";
        assert_eq!(rules(&listed), expected);
        let expected = "\
RULE               OUTCOME  TEXT     REASON
installer/licence  held     Accept?  the pane is disarmed
";
        assert_eq!(why(&[why_info("held", "the pane is disarmed")]), expected);
    }

    #[test]
    fn the_end_of_a_long_text_is_kept() {
        let check = |text, columns, expected| assert_eq!(end(text, columns), expected);
        check("abc", 3, "abc");
        check("abcd", 3, "…cd");
        check("日本語", 6, "日本語");
        check("日本語", 5, "…本語");
        check("日本語", 4, "…語");
        check("a\nb", 3, "a b");
    }

    #[test]
    fn sessions_are_aligned_by_display_width() {
        let session = |name: &str, config: Option<&str>| SessionInfo {
            auto_answer: crate::expect::AutoAnswer::On,
            session: name.to_owned(),
            pid: 4711,
            panes: 3,
            asks: 0,
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
SESSION  PID   PANES  ASKS  ATTACHED  AGE  CONFIG
日本     4711  3      0     0         2h   /srv/muxpect.toml
main     4711  3      0     0         2h   -
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
