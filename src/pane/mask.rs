//! What leaves a session for its clients, with the session's secrets masked.
//!
//! Every reply goes through [`mask`] on its way to a client, so that no kind of reply can be
//! forgotten. A changed row can complete a secret that began in an unchanged one: [`Masked`] looks
//! at whole screens.

use super::event::PaneEvent;
use crate::{
    expect::Ask,
    protocol::{
        AskInfo, ExpectInfo, FoundText, Happened, Inspection, PaneInfo, PaneSummary, Reply,
        RuleInfo, ScreenInfo, WhyInfo,
    },
    record::Redactor,
    screen::{Anchor, HistoryView, Row, ScreenDelta},
    terminal::Emulator,
};

/// Masks secrets in a reply. What a client asked for in order to hand it on ([`Reply::Passed`])
/// stays.
pub fn mask(redactor: &Redactor, reply: &mut Reply) {
    if redactor.is_empty() {
        return;
    }
    let text = |text: &mut String| mask_text(redactor, text);
    match reply {
        Reply::Done | Reply::Passed(_) => {}
        // They hold what the user has called things, and no program's text.
        Reply::Session(_) | Reply::Attached(_) | Reply::Recording(_) => {}
        Reply::Panes(panes) => panes.iter_mut().for_each(|pane| mask_pane(redactor, pane)),
        Reply::Summary(summary) => {
            let panes = summary.panes.iter_mut();
            panes.for_each(|pane| mask_summary(redactor, pane));
            summary
                .asks
                .iter_mut()
                .for_each(|ask| mask_ask(redactor, ask));
            summary
                .config
                .iter_mut()
                .for_each(|news| text(&mut news.text));
        }
        Reply::Started(started) => {
            let errors = started.iter_mut().filter_map(|pane| pane.error.as_mut());
            errors.for_each(text);
        }
        // Its rows are the concern of `Masked`.
        Reply::Screen(delta) => text(&mut delta.title),
        Reply::History(view) => drop(redactor.rows(&mut view.rows)),
        Reply::Found(found) => {
            if let Some(found) = found {
                redactor.rows(&mut found.view.rows);
            }
        }
        Reply::Text(piece) => text(&mut piece.text),
        Reply::Expect(info) => mask_expect(redactor, info),
        Reply::ScreenInfo { info, rows } => mask_screen(redactor, info, rows),
        Reply::Asks(asks) => asks.iter_mut().for_each(|ask| mask_ask(redactor, ask)),
        Reply::Rules(rules) => rules.iter_mut().for_each(|rule| mask_rule(redactor, rule)),
        Reply::Why(whys) => whys.iter_mut().for_each(|why| mask_why(redactor, why)),
        Reply::Events { events, .. } => events.iter_mut().for_each(|event| redactor.value(event)),
        Reply::Inspection(inspection) => mask_inspection(redactor, inspection),
        Reply::Prompt(prompt) => text(prompt),
        Reply::Lines { lines, .. } => lines.iter_mut().for_each(|(_, line)| text(line)),
        Reply::Failed(failure) => text(&mut failure.message),
    }
}

/// Masks secrets in an event, before its texts are cut to a length.
pub(super) fn mask_event(redactor: &Redactor, event: &mut PaneEvent) {
    match event {
        PaneEvent::Started { error, .. } => mask_all(redactor, error),
        PaneEvent::Attention { evidence, .. } => mask_text(redactor, evidence),
        PaneEvent::Decision { reason, prompt, .. } => mask_all(redactor, [reason, prompt]),
        PaneEvent::Answered { text, .. } | PaneEvent::Notified { text } => {
            mask_text(redactor, text);
        }
        PaneEvent::Ran { command, error, .. } => {
            mask_all(redactor, command.iter_mut().chain(error))
        }
        PaneEvent::Disarmed { reason } => mask_text(redactor, reason),
        PaneEvent::Title { title } => mask_text(redactor, title),
        PaneEvent::Lost { what, .. } => mask_text(redactor, what),
        PaneEvent::Restarted
        | PaneEvent::Exited { .. }
        | PaneEvent::Eof
        | PaneEvent::Armed
        | PaneEvent::Bell
        | PaneEvent::Resized { .. } => {}
    }
}

/// Masks secrets in an ask, before its texts are cut to a length.
pub(super) fn mask_own_ask(redactor: &Redactor, ask: &mut Ask) {
    mask_all(redactor, [&mut ask.prompt, &mut ask.reason]);
    mask_all(redactor, &mut ask.suggestion);
}

/// The deltas of one pane's screen with secrets masked.
#[derive(Debug, Default)]
pub struct Masked {
    /// The last generation in which a secret was on the screen.
    last: Option<u64>,
}

impl Masked {
    /// Returns what changed since generation `since`, as [`Emulator::delta`] does; the whole screen
    /// while a secret is on it, and once more after that.
    pub fn delta(
        &mut self,
        redactor: &Redactor,
        emulator: &mut Emulator,
        since: Option<u64>,
    ) -> ScreenDelta {
        if redactor.is_empty() {
            return emulator.delta(since);
        }
        let mut rows = rows_above(redactor, emulator, 0);
        let above = rows.len();
        let screen = emulator.screen();
        rows.extend_from_slice(&screen.rows);
        if redactor.rows(&mut rows) {
            self.last = Some(screen.generation);
            return screen.delta(false, (0..).zip(rows.split_off(above)).collect());
        }
        let seen_masked = since.is_some_and(|since| self.last.is_some_and(|last| since <= last));
        emulator.delta(since.filter(|_| !seen_masked))
    }
}

/// Returns the last `rows` rows of history and, as far as a secret can go on from them, the rows
/// before those.
fn rows_above(redactor: &Redactor, emulator: &mut Emulator, rows: usize) -> Vec<Row> {
    // The screen begins where a line does.
    if rows == 0 && !emulator.begins_within_line() {
        return Vec::new();
    }
    let more = redactor.rows_within(emulator.size().cols);
    emulator.history_tail(rows + more)
}

/// Returns the last `rows` rows of history and the screen's, with secrets masked, those too that
/// begin above.
pub(super) fn masked_tail(redactor: &Redactor, emulator: &mut Emulator, rows: usize) -> Vec<Row> {
    let length = emulator.history_tail(rows).len() + emulator.screen().rows.len();
    let mut all = rows_above(redactor, emulator, rows);
    all.extend_from_slice(&emulator.screen().rows);
    redactor.rows(&mut all);
    all.split_off(all.len() - length)
}

/// Returns the view of history as [`Emulator::history`] does, with secrets masked, those too that
/// it shows a part of.
pub(super) fn masked_history(
    redactor: &Redactor,
    emulator: &mut Emulator,
    (top, by, rows): (Option<Anchor>, i64, u16),
) -> HistoryView {
    let mut view = emulator.history(top, by, rows);
    if redactor.is_empty() {
        return view;
    }
    let around = redactor.rows_within(emulator.size().cols);
    let around = u16::try_from(around).unwrap_or(u16::MAX);
    let begin = by.saturating_sub(around.into());
    let rows = rows.saturating_add(around).saturating_add(around);
    let mut wide = emulator.history(top, begin, rows);
    redactor.rows(&mut wide.rows);
    let first = usize::try_from(view.above - wide.above).unwrap_or(usize::MAX);
    for (row, masked) in view.rows.iter_mut().zip(wide.rows.drain(first..)) {
        *row = masked;
    }
    view
}

fn mask_text(redactor: &Redactor, text: &mut String) {
    if let std::borrow::Cow::Owned(masked) = redactor.text(text) {
        *text = masked;
    }
}

fn mask_all<'t>(redactor: &Redactor, texts: impl IntoIterator<Item = &'t mut String>) {
    texts.into_iter().for_each(|text| mask_text(redactor, text));
}

fn mask_pane(redactor: &Redactor, pane: &mut PaneInfo) {
    mask_all(
        redactor,
        [&mut pane.evidence, &mut pane.title, &mut pane.prompt],
    );
    mask_all(redactor, &mut pane.command);
    let options = [
        &mut pane.error,
        &mut pane.foreground,
        &mut pane.directory,
        &mut pane.disarmed,
    ];
    mask_all(redactor, options.into_iter().flatten());
}

fn mask_summary(redactor: &Redactor, pane: &mut PaneSummary) {
    mask_text(redactor, &mut pane.title);
    mask_all(redactor, &mut pane.command);
    let options = [&mut pane.error, &mut pane.foreground, &mut pane.disarmed];
    mask_all(redactor, options.into_iter().flatten());
}

fn mask_expect(redactor: &Redactor, info: &mut ExpectInfo) {
    mask_all(redactor, &mut info.pattern);
    let groups = info.groups.iter_mut().flatten();
    let groups = groups.chain(info.named.values_mut().flatten());
    match &mut info.matched {
        Some(matched) => redactor.texts(&mut info.before, matched, groups),
        None => mask_text(redactor, &mut info.before),
    }
}

fn mask_screen(redactor: &Redactor, info: &mut ScreenInfo, rows: &mut [Row]) {
    mask_text(redactor, &mut info.title);
    if redactor.rows(rows) {
        let text = |row: &Row| row.text().trim_end_matches(' ').to_owned();
        info.lines = rows.iter().map(text).collect();
    }
}

fn mask_ask(redactor: &Redactor, ask: &mut AskInfo) {
    mask_all(redactor, [&mut ask.prompt, &mut ask.reason]);
    mask_all(redactor, &mut ask.suggestion);
}

fn mask_rule(redactor: &Redactor, rule: &mut RuleInfo) {
    mask_all(redactor, &mut rule.patterns);
    if let Some(last) = &mut rule.last {
        mask_why(redactor, last);
    }
}

/// Masks secrets in the three parts of a text, those too that go over their borders.
fn mask_found(redactor: &Redactor, found: &mut FoundText) {
    let FoundText {
        before,
        matched,
        after,
    } = found;
    let none = std::iter::empty;
    let mut up_to = format!("{before}{matched}");
    let mut rest = format!("{matched}{after}");
    redactor.texts(&mut up_to, after, none());
    redactor.texts(before, &mut rest, none());
    // A mask has as many bytes wherever the text is cut.
    *matched = up_to.get(before.len()..).unwrap_or_default().to_owned();
}

fn mask_inspection(redactor: &Redactor, inspection: &mut Inspection) {
    // Bytes were masked where it is known what stands before them.
    for entry in &mut inspection.entries {
        match &mut entry.what {
            Happened::Output { .. } => {}
            Happened::Input { from, .. } => mask_text(redactor, from),
            Happened::Decision { reason, prompt, .. } => mask_all(redactor, [reason, prompt]),
            Happened::Told { text } => mask_text(redactor, text),
        }
    }
    let tty = &mut inspection.tty;
    mask_all(redactor, [&mut inspection.prompt, &mut tty.evidence]);
    mask_text(redactor, &mut tty.reader);
    for process in &mut tty.processes {
        mask_text(redactor, &mut process.name);
    }
    for rule in &mut inspection.rules {
        mask_rule(redactor, &mut rule.info);
        if let Some(now) = &mut rule.now {
            mask_why(redactor, now);
        }
        if let Some(found) = &mut rule.found {
            mask_found(redactor, found);
        }
    }
    for mode in &mut inspection.modes {
        mask_text(redactor, &mut mode.value);
    }
}

fn mask_why(redactor: &Redactor, why: &mut WhyInfo) {
    mask_all(redactor, [&mut why.reason, &mut why.text]);
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use serde_json::json;

    use super::*;
    use crate::{
        expect::View,
        geometry::Size,
        pane::Concealed,
        protocol::{ExpectEvent, Failure, FailureKind},
        screen::{Run, Screen, Style},
    };

    const SECRET: &str = "hunter2";

    fn redactor() -> Redactor {
        let mut redactor = Redactor::default();
        redactor.add(&SecretString::from(SECRET)).unwrap();
        redactor
    }

    fn row(text: &str) -> Row {
        Row {
            runs: vec![Run(0, text.to_owned(), Style::default())],
            wrapped: false,
        }
    }

    /// Checks that the secret is gone from a reply, but nothing else: it appears so often in it.
    #[track_caller]
    fn check(mut reply: Reply, count: usize) {
        let before = serde_json::to_string(&reply).unwrap();
        assert_eq!(before.matches(SECRET).count(), count);
        mask(&redactor(), &mut reply);
        let after = serde_json::to_string(&reply).unwrap();
        assert_eq!(after, before.replace(SECRET, "*******"));
    }

    #[test]
    fn no_reply_tells_a_secret() {
        let s = || SECRET.to_owned();
        let why = || json!({"rule": "a/b", "outcome": "fired", "reason": s(), "text": s()});
        let ask = json!({"id": 1, "pane": "p", "rule": "a/b", "prompt": s(), "reason": s(),
            "suggestion": s(), "since": "2026-01-01T00:00:00Z"});
        let summary = json!({"id": 1, "name": "p", "state": "running", "attention": "quiet",
            "since": "2026-01-01T00:00:00Z", "exit": null, "error": s(), "command": ["sh", s()],
            "title": s(), "foreground": s(), "armed": true, "disarmed": s(), "fired": 0, "bells": 0,
            "size": Size::DEFAULT, "stale": false, "started": null, "ended": null});
        let info = json!({"id": 1, "name": "p", "state": "running", "attention": "quiet",
            "evidence": s(), "pid": null, "exit": null, "error": s(), "command": ["sh", s()],
            "title": s(), "rows": 1, "cols": 1, "prompt": s(), "foreground": s(),
            "directory": s(), "echo": null, "canonical": null, "armed": true, "disarmed": s(),
            "fired": 0, "offset": 0, "started": null, "quiet_ms": 0, "stale": false, "log": null,
            "recording": null});
        let rule = json!({"pane": "p", "ruleset": "a", "rule": "b", "patterns": [s()],
            "event": null, "view": View::Prompt, "state": null, "active": true, "fired": 0,
            "spent": false, "last": why()});
        let of = |value| serde_json::from_value::<Reply>(value).unwrap();
        check(of(json!({"panes": [info]})), 8);
        check(
            of(
                json!({"summary": {"generation": 1, "panes": [summary], "asks": [ask.clone()],
                "auto_answer": "on", "focus": null,
                "config": {"number": 1, "text": s(), "failed": true}}}),
            ),
            9,
        );
        check(
            of(json!({"started": [{"id": 1, "name": "p", "error": s()}]})),
            1,
        );
        check(of(json!({"asks": [ask]})), 3);
        check(of(json!({"rules": [rule]})), 3);
        check(of(json!({"why": [why()]})), 2);
        check(
            of(json!({"events": {"events": [{"text": s(), "x": [s()]}], "next": 1}})),
            2,
        );
        check(
            of(json!({"lines": {"lines": [["p", s()]], "next": 1, "lost": 0}})),
            1,
        );
        check(
            Reply::Failed(Failure {
                kind: FailureKind::Failed,
                message: s(),
            }),
            1,
        );
        check(
            Reply::Expect(ExpectInfo {
                index: Some(0),
                pattern: Some(s()),
                event: ExpectEvent::Match,
                matched: Some(s()),
                groups: vec![None, Some(s())],
                named: [("a".to_owned(), Some(s()))].into(),
                before: s(),
                offset: 0,
                lost: 0,
            }),
            5,
        );
        check(
            Reply::History(HistoryView {
                top: Some(Anchor { line: 0, row: 0 }),
                above: 0,
                below: 0,
                rows: vec![row("a hunter2"), row("b")],
                starts: Vec::new(),
                marks: Vec::new(),
            }),
            1,
        );
        let mut screen = Screen::blank(Size::DEFAULT);
        screen.title = s();
        check(Reply::Screen(screen.delta(false, Vec::new())), 1);
        let info = json!({"rows": 1, "cols": 9, "cursor": {"row": 0, "col": 0, "visible": true,
            "shape": "default"}, "alternate": false, "title": s(), "lines": ["a hunter2"]});
        check(
            Reply::ScreenInfo {
                info: serde_json::from_value(info).unwrap(),
                rows: vec![row("a hunter2")],
            },
            3,
        );
    }

    #[test]
    fn what_is_to_be_handed_on_stays() {
        let mut reply = Reply::Passed(Concealed::new(SECRET.to_owned()));
        mask(&redactor(), &mut reply);
        assert_eq!(reply, Reply::Passed(Concealed::new(SECRET.to_owned())));
    }

    #[test]
    fn a_secret_that_comes_row_by_row_is_masked_and_uncovered() {
        let mut emulator = Emulator::new(Size { rows: 3, cols: 8 }, 10);
        let (mut masked, redactor) = (Masked::default(), redactor());
        let mut shown = Screen::blank(Size { rows: 3, cols: 8 });
        let mut since = None;
        let mut after = |text: &str| {
            emulator.feed(text.as_bytes(), &mut Vec::new());
            shown.apply(masked.delta(&redactor, &mut emulator, since));
            since = Some(shown.generation);
            shown.text()
        };
        assert_eq!(after("hello hu"), "hello hu\n\n\n");
        assert_eq!(after("nter2"), "hello **\n*****\n\n");
        assert_eq!(after("\x1b[3;1Hx"), "hello **\n*****\nx\n");
        assert_eq!(after("\x1b[2;1HX"), "hello hu\nXter2\nx\n");
        assert_eq!(after("\x1b[3;1Hy"), "hello hu\nXter2\ny\n");
    }

    #[test]
    fn a_match_within_a_secret_tells_nothing_of_it() {
        let mut reply = Reply::Expect(ExpectInfo {
            index: Some(0),
            pattern: None,
            event: ExpectEvent::Match,
            matched: Some("nter2, ter, é".to_owned()),
            groups: vec![None, Some("ter".to_owned()), Some("é".to_owned())],
            named: [("a".to_owned(), Some("r2, t".to_owned()))].into(),
            before: "it is hu".to_owned(),
            offset: 0,
            lost: 0,
        });
        mask(&redactor(), &mut reply);
        let Reply::Expect(info) = reply else {
            unreachable!();
        };
        assert_eq!(info.before, "it is **");
        assert_eq!(info.matched.as_deref(), Some("*****, ter, é"));
        let groups = info.groups.iter().map(Option::as_deref);
        assert!(groups.eq([None, Some("***"), Some("é")]));
        assert_eq!(info.named["a"].as_deref(), Some("**, t"));
    }

    #[test]
    fn a_secret_that_shows_in_part_is_masked() {
        let mut emulator = Emulator::new(Size { rows: 2, cols: 6 }, 10);
        emulator.feed(b"a hunter2 b\r\nc", &mut Vec::new());
        let redactor = redactor();
        let texts = |rows: &[Row]| rows.iter().map(Row::text).collect::<Vec<_>>();
        // `hunt` has left the screen.
        let mut shown = Screen::blank(Size { rows: 2, cols: 6 });
        shown.apply(Masked::default().delta(&redactor, &mut emulator, None));
        assert_eq!(shown.text(), "*** b\nc\n");
        let tail = |emulator: &mut Emulator, rows| texts(&masked_tail(&redactor, emulator, rows));
        assert_eq!(tail(&mut emulator, 0), ["*** b", "c"]);
        assert_eq!(tail(&mut emulator, 9), ["a ****", "*** b", "c"]);
        emulator.feed(b"\r\nd\r\ne", &mut Vec::new());
        let mut history = |by, rows| {
            let view = masked_history(&redactor, &mut emulator, (None, by, rows));
            texts(&view.rows)
        };
        assert_eq!(history(-2, 2), ["*** b", "c"]);
        assert_eq!(history(-3, 1), ["a ****"]);
        assert_eq!(history(-9, 9), ["a ****", "*** b", "c", "d", "e"]);
        assert_eq!(tail(&mut emulator, 1), ["c", "d", "e"]);
        assert_eq!(tail(&mut emulator, 2), ["*** b", "c", "d", "e"]);
    }

    #[test]
    fn a_secret_that_ends_in_blanks_is_masked_where_the_screen_ends_it() {
        let mut redactor = Redactor::default();
        redactor.add(&SecretString::from("  hunter2  ")).unwrap();
        let mut emulator = Emulator::new(Size { rows: 3, cols: 20 }, 10);
        emulator.feed(b"a   hunter2  \r\nb", &mut Vec::new());
        let mut shown = Screen::blank(Size { rows: 3, cols: 20 });
        shown.apply(Masked::default().delta(&redactor, &mut emulator, None));
        assert!(!shown.text().contains("hunter2"), "{}", shown.text());
    }
}
