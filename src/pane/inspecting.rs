//! What the inspector is told of a pane: its trace with the output's bytes, and how tty, rules and
//! terminal stand at this moment.
//!
//! Owns the order of entries and the masking of what spans several of them. Nothing is kept for who
//! looks: each look is paid for when it is asked for.

use std::collections::BTreeMap;

use super::{
    core::Core,
    report::why_info,
    task::Task,
    trace::{Chunk, Trace},
};
use crate::{
    expect::Transcript,
    protocol::{
        Entry, FoundText, Happened, InspectedRule, Inspection, ModeInfo, ProcessInfo, TtyInfo,
    },
    pty::{Pty, Reader},
    record::{RedactedBytes, Redactor},
    terminal::{Emulator, ModeState},
};

/// How far before the first byte that is wanted secrets are looked for: more than the longest one
/// takes with sequences between its characters. What is not known to be so far from the beginning
/// of what is kept, is not shown.
const LOOK_BACK: u64 = 64 << 10;

/// How many of the last inputs are told again where there are secrets: more than one has characters.
const RETOLD: usize = 64;

impl Task {
    /// Returns what has happened since entry `since`, and how the pane stands.
    pub(super) fn inspect(&mut self, since: u64) -> Inspection {
        let at = self.look_at_tty();
        let moment = self.moment_with(&at);
        let whys = self.core.why(moment);
        let tty = moment.tty;
        let holder = at.holder.as_ref();
        let tty = TtyInfo {
            echo: tty.map(|tty| tty.echo),
            canonical: tty.map(|tty| tty.canonical),
            end_of_file: tty.and_then(|tty| tty.end_of_file),
            attention: self.attention().word().to_owned(),
            evidence: self.evidence().to_owned(),
            reader: holder.map_or_else(String::new, |holder| reader(&holder.reader)),
            group: holder.map(|holder| holder.group),
            processes: self.pty.as_ref().map_or_else(Vec::new, |pty| {
                processes(pty, self.leader.filter(|_| self.child.is_some()))
            }),
        };
        let rules = self
            .rules()
            .into_iter()
            .zip(self.core.standing())
            .zip(whys)
            .map(|((info, standing), why)| InspectedRule {
                found: standing
                    .last
                    .zip(standing.found)
                    .map(|(last, range)| FoundText {
                        before: last.text[..range.start].to_owned(),
                        matched: last.text[range.clone()].to_owned(),
                        after: last.text[range.end..].to_owned(),
                    }),
                now: Some(why_info(why)),
                info,
            })
            .collect();
        let redactor = self.outside.secrets.redactor();
        let core = &self.core;
        let (entries, next) = entries(&core.trace, &core.transcript, redactor, since);
        let mode = |mode: ModeState| ModeInfo {
            name: mode.name.to_owned(),
            value: mode.value,
            usual: mode.usual,
        };
        Inspection {
            entries,
            next,
            now: core.trace.time(moment.now),
            offset: core.offset(),
            armed: core.armed(),
            modes: core.emulator.modes().into_iter().map(mode).collect(),
            prompt: self.core.emulator_mut().prompt().text,
            tty,
            rules,
        }
    }
}

impl Core {
    /// Returns the prompt that stood before the cursor at an offset of the output, as far as the
    /// output before it is kept.
    pub(super) fn prompt_at(&mut self, offset: u64) -> String {
        if offset >= self.offset() {
            return self.emulator.prompt().text;
        }
        // What came before what is kept does not matter but where a program draws a screen.
        let mut emulator = Emulator::new(self.emulator.size(), 0);
        for part in self.transcript.bytes(0, offset) {
            emulator.feed(part, &mut Vec::new());
        }
        emulator.prompt().text
    }
}

/// Returns the entries from number `since` on, and the number to ask with next.
fn entries(
    trace: &Trace,
    transcript: &Transcript,
    redactor: &Redactor,
    since: u64,
) -> (Vec<Entry>, u64) {
    let (mut found, held) = outputs(trace, transcript, redactor, since);
    let next = trace.growing().unwrap_or(trace.next());
    let next = held.map_or(next, |held| held.min(next));
    // Of what is typed key by key, each key may show that those before it were a secret's.
    let keys = trace
        .notes()
        .filter(|note| matches!(note.what, Happened::Input { .. }));
    let keys: Vec<u64> = keys.map(|note| note.number).collect();
    let retold = match redactor.is_empty() {
        true => &[],
        false => &keys[keys.len().saturating_sub(RETOLD)..],
    };
    let mut inputs = Masking::new(redactor);
    for note in trace.notes() {
        if let Happened::Input { bytes, .. } = &note.what {
            inputs.push(note.number, bytes);
        }
    }
    let (mut inputs, _) = inputs.finish();
    let is_wanted = |number: u64| number >= since || retold.contains(&number);
    for note in trace.notes().filter(|note| is_wanted(note.number)) {
        let what = match note.what.clone() {
            Happened::Input { from, more, .. } => Happened::Input {
                from,
                bytes: inputs.remove(&note.number).unwrap_or_default(),
                more,
            },
            what => what,
        };
        found.push(Entry {
            number: note.number,
            at: note.at,
            what,
        });
    }
    found.sort_by_key(|entry| entry.number);
    (found, next)
}

/// Returns the entries of output, and the first of them that may be the beginning of a secret.
fn outputs(
    trace: &Trace,
    transcript: &Transcript,
    redactor: &Redactor,
    since: u64,
) -> (Vec<Entry>, Option<u64>) {
    // A secret whose beginning is no longer kept could not be told from other text.
    let first = match redactor.is_empty() || transcript.start() == 0 {
        true => transcript.start(),
        false => transcript.start() + LOOK_BACK,
    };
    let is_wanted = |chunk: &&Chunk| chunk.number >= since && chunk.offsets().end > first;
    let mut wanted = trace.chunks().filter(is_wanted).peekable();
    let mut masking = Masking::new(redactor);
    let begin = wanted
        .peek()
        .map_or(first, |chunk| chunk.offsets().start.max(first));
    if !redactor.is_empty() {
        // No entry has the number 0.
        for part in transcript.bytes(begin.saturating_sub(LOOK_BACK), begin) {
            masking.push(0, part);
        }
    }
    let mut found = Vec::new();
    for chunk in wanted {
        let offsets = chunk.offsets();
        let offset = offsets.start.max(first);
        for part in transcript.bytes(offset, offsets.end) {
            masking.push(chunk.number, part);
        }
        found.push(Entry {
            number: chunk.number,
            at: chunk.at,
            what: Happened::Output {
                offset,
                end: offsets.end,
                bytes: Vec::new(),
            },
        });
    }
    let (mut masked, held) = masking.finish();
    for entry in &mut found {
        if let Happened::Output { bytes, .. } = &mut entry.what {
            *bytes = masked.remove(&entry.number).unwrap_or_default();
        }
    }
    (found, held.filter(|number| *number > 0))
}

/// The masking of pieces that follow one another, each with the number of its entry.
struct Masking<'r> {
    redactor: &'r Redactor,
    bytes: RedactedBytes<u64>,
    masked: BTreeMap<u64, Vec<u8>>,
}

impl Masking<'_> {
    fn new(redactor: &Redactor) -> Masking<'_> {
        Masking {
            redactor,
            bytes: RedactedBytes::default(),
            masked: BTreeMap::new(),
        }
    }

    fn push(&mut self, number: u64, piece: &[u8]) {
        let masked = &mut self.masked;
        self.bytes
            .push(self.redactor, number, piece, |number, bytes| {
                masked.entry(number).or_default().extend_from_slice(bytes);
            });
    }

    /// Returns the pieces, and the first one that ends with what may be the beginning of a secret: it
    /// is shown as it is, and again when that is known.
    fn finish(mut self) -> (BTreeMap<u64, Vec<u8>>, Option<u64>) {
        let mut held = None;
        let masked = &mut self.masked;
        self.bytes.finish(|number, bytes| {
            held.get_or_insert(number);
            masked.entry(number).or_default().extend_from_slice(bytes);
        });
        (self.masked, held)
    }
}

fn processes(pty: &Pty, child: Option<u32>) -> Vec<ProcessInfo> {
    pty.processes(child)
        .into_iter()
        .map(|process| ProcessInfo {
            pid: process.pid,
            parent: process.parent,
            depth: process.depth,
            name: process.name,
            foreground: process.foreground,
            does: process.does,
        })
        .collect()
}

/// Says who reads.
fn reader(reader: &Reader) -> String {
    match reader {
        Reader::Unknown(why) => format!("cannot be seen: {why}"),
        Reader::Nobody => "nobody".to_owned(),
        Reader::Reads { program, call } => {
            format!("{} ({}) reads: {call}", program.name, program.pid)
        }
        Reader::Polls { program, call } => {
            format!("{} ({}) waits for it: {call}", program.name, program.pid)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use secrecy::SecretString;
    use serde_json::json;

    use super::*;
    use crate::{
        geometry::Size,
        keys::{Input, Key, KeyCode},
        pane::{CoreOptions, Moment, mask},
        protocol::{Reply, SendWhat},
        pty::TtyState,
    };

    const SECRET: &str = "hunter2";

    /// A trace and its transcript, with pauses between outputs.
    struct Told {
        now: Instant,
        trace: Trace,
        transcript: Transcript,
        redactor: Redactor,
    }

    impl Told {
        fn new(secrets: &[&str]) -> Told {
            let mut redactor = Redactor::default();
            for secret in secrets {
                redactor.add(&SecretString::from(*secret)).unwrap();
            }
            let now = Instant::now();
            Told {
                now,
                trace: Trace::new(now),
                transcript: Transcript::default(),
                redactor,
            }
        }

        fn output(&mut self, bytes: &[u8]) {
            self.now += Duration::from_secs(1);
            let before = self.transcript.offset();
            self.transcript.push(bytes);
            self.trace.output(self.now, before, &self.transcript);
        }

        fn input(&mut self, bytes: &[u8]) {
            self.trace.input(self.now, "typed", bytes);
        }

        /// Returns number and text of the entries since, and what to ask with next.
        fn since(&self, since: u64) -> (Vec<(u64, String)>, u64) {
            let (entries, next) = entries(&self.trace, &self.transcript, &self.redactor, since);
            let text = |entry: Entry| match entry.what {
                Happened::Output { bytes, .. } | Happened::Input { bytes, .. } => {
                    (entry.number, String::from_utf8_lossy(&bytes).into_owned())
                }
                Happened::Told { text } => (entry.number, text),
                Happened::Decision { rule, .. } => (entry.number, rule),
            };
            (entries.into_iter().map(text).collect(), next)
        }
    }

    fn owned(entries: &[(u64, &str)]) -> Vec<(u64, String)> {
        let owned = |(number, text): &(u64, &str)| (*number, (*text).to_owned());
        entries.iter().map(owned).collect()
    }

    #[test]
    fn entries_come_in_order_and_the_growing_one_again() {
        let mut told = Told::new(&[]);
        told.output(b"a");
        told.input(b"b");
        told.output(b"c");
        assert_eq!(told.since(0), (owned(&[(1, "a"), (2, "b"), (3, "c")]), 3));
        told.transcript.push(b"d");
        told.trace.output(told.now, 2, &told.transcript);
        assert_eq!(told.since(3), (owned(&[(3, "cd")]), 3));
        told.trace.tell(told.now, "resized");
        assert_eq!(told.since(3), (owned(&[(3, "cd"), (4, "resized")]), 5));
        assert_eq!(told.since(5), (Vec::new(), 5));
    }

    #[test]
    fn secrets_are_masked_across_entries() {
        let mut told = Told::new(&[SECRET]);
        told.output(b"x hun");
        told.output(b"ter2 y");
        told.input(b"hunt");
        told.input(b"er2\r");
        told.output(b"hunter2");
        let expected = [
            (1, "x ***"),
            (2, "**** y"),
            (3, "****"),
            (4, "***\r"),
            (5, "*******"),
        ];
        assert_eq!(told.since(0), (owned(&expected), 5));
        // Whoever has the first half is told the second one with it in mind.
        assert_eq!(told.since(2).0, owned(&expected[1..]));
        assert_eq!(told.since(4).0, owned(&expected[2..]));
    }

    #[test]
    fn what_may_begin_a_secret_is_told_again() {
        let mut told = Told::new(&[SECRET]);
        told.output(b"a\r\n");
        told.output(b"hunt");
        told.input(b"x");
        assert_eq!(
            told.since(0),
            (owned(&[(1, "a\r\n"), (2, "hunt"), (3, "x")]), 2)
        );
        told.output(b"er2.");
        let expected = owned(&[(2, "****"), (3, "x"), (4, "***.")]);
        assert_eq!(told.since(2), (expected, 4));
    }

    #[test]
    fn the_end_of_a_secret_whose_beginning_has_gone_is_not_told() {
        let mut told = Told::new(&[SECRET]);
        told.output(
            format!(
                "{SECRET}{}",
                "-".repeat(crate::expect::TRANSCRIPT_LIMIT - 3)
            )
            .as_bytes(),
        );
        assert!(told.transcript.start() > 0);
        let (entries, _) = told.since(0);
        let all: String = entries.into_iter().map(|(_, text)| text).collect();
        assert!(!all.is_empty() && all.bytes().all(|byte| byte == b'-'));
    }

    #[test]
    fn no_text_of_a_look_tells_a_secret() {
        let s = || SECRET.to_owned();
        let why = || json!({"rule": "a/b", "outcome": "held", "reason": s(), "text": s()});
        let inspection = json!({
            "entries": [
                {"number": 1, "at": 0, "what": {"input": {"from": s(), "bytes": "", "more": 0}}},
                {"number": 2, "at": 0, "what": {"decision": {"rule": "a/b", "outcome": "held",
                    "reason": s(), "prompt": s()}}},
                {"number": 3, "at": 0, "what": {"told": {"text": s()}}},
            ],
            "next": 4, "now": 0, "offset": 0, "prompt": s(), "armed": true,
            "tty": {"echo": true, "canonical": true, "end_of_file": null, "attention": "waiting",
                "evidence": s(), "reader": s(), "group": null, "processes": [{"pid": 1,
                    "parent": 1, "depth": 0, "name": s(), "foreground": true, "does": "runs"}]},
            "rules": [{"info": {"pane": "p", "ruleset": "a", "rule": "b", "patterns": [s()],
                "event": null, "view": "prompt", "state": null, "active": true, "fired": 0,
                "spent": false, "last": why()}, "now": why(),
                "found": {"before": "a hun", "match": "ter", "after": "2 b"}}],
            "modes": [{"name": "title", "value": s(), "usual": false}],
        });
        let told = Told::new(&[SECRET]);
        let mut reply: Reply = serde_json::from_value(json!({"inspection": inspection})).unwrap();
        mask(&told.redactor, &mut reply);
        let text = serde_json::to_string(&reply).unwrap();
        assert!(!text.contains(SECRET), "{text}");
        let found = json!({"before": "a ***", "match": "***", "after": "* b"});
        assert_eq!(
            serde_json::to_value(&reply).unwrap()["inspection"]["rules"][0]["found"],
            found
        );
        let mut reply = Reply::Prompt(format!("{SECRET}? "));
        mask(&told.redactor, &mut reply);
        assert_eq!(reply, Reply::Prompt("*******? ".to_owned()));
    }

    fn core(now: Instant) -> Core {
        Core::new(CoreOptions::bare(Size::DEFAULT), now)
    }

    #[test]
    fn text_that_the_tty_does_not_echo_is_not_kept() {
        let check = |echo, canonical, expected: &[&str]| {
            let now = Instant::now();
            let mut core = core(now);
            let tty = TtyState {
                echo,
                canonical,
                end_of_file: Some(4),
            };
            let moment = Moment {
                now,
                tty: Some(tty),
                holder: None,
            };
            let plain = |code| Input::Key(Key::plain(code));
            let text = || {
                let keys = "tell".chars().map(KeyCode::Char).map(plain);
                keys.collect::<Vec<Input>>()
            };
            core.input(moment, &text()).unwrap();
            core.input(moment, &[plain(KeyCode::Up)]).unwrap();
            core.input(moment, &[Input::Paste("tell".to_owned())])
                .unwrap();
            core.input(moment, &[plain(KeyCode::Enter)]).unwrap();
            core.send(moment, &SendWhat::Text("tell".to_owned()))
                .unwrap();
            let kept = core.trace.notes().map(|note| match &note.what {
                Happened::Input { bytes, .. } => String::from_utf8_lossy(bytes).into_owned(),
                other => panic!("{other:?}"),
            });
            assert_eq!(
                kept.collect::<Vec<String>>(),
                expected,
                "{echo} {canonical}"
            );
        };
        check(true, true, &["tell", "\u{1b}[A", "tell", "\r", "tell"]);
        check(true, false, &["tell", "\u{1b}[A", "tell", "\r", "tell"]);
        // A password of a program on another machine is typed in raw mode.
        check(false, false, &["***", "\u{1b}[A", "***", "\r", "***"]);
        check(false, true, &["***", "***"]);
    }

    #[test]
    fn a_prompt_of_the_past_is_as_it_was_drawn() {
        let now = Instant::now();
        let mut core = core(now);
        let moment = Moment {
            now,
            tty: None,
            holder: None,
        };
        let first = b"vers\rversion: (1.0.7) \x1b[1G\x1b[18G";
        core.output(moment, first);
        core.output(moment, b"\r\nnext> ");
        assert_eq!(core.prompt_at(first.len() as u64), "version: (1.0.7) ");
        assert_eq!(core.prompt_at(4), "vers");
        assert_eq!(core.prompt_at(0), "");
        assert_eq!(core.prompt_at(u64::MAX), "next> ");
    }
}
