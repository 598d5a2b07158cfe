//! A rehearsal: a recording replayed through a pane's core, and what the pane's rules decide then.
//!
//! Pure, and its only clock is that of the recording: between two events it steps to each of the
//! engine's deadlines. Nothing that rules do has an effect; the recording goes on as it went, with
//! whatever was typed then. What is known of the tty is what the recording tells ([`Sight`]).

use std::time::{Duration, Instant};

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Serialize;

use super::{
    core::{Core, CoreOptions, Moment},
    effect::Effect,
    event::PaneEvent,
    prepare::compiled,
    sight::{OWN, holder_of, tty_of},
    spec::PaneSpec,
};
use crate::{
    expect::{AskId, Context, Exit, SecretId},
    geometry::Size,
    keys::without_replies,
    protocol::{Failure, SendWhat},
    record::{CastEvent, Sight, What},
};

/// How much later than the engine's look the recorder's may have been and still be the same one,
/// if nothing was printed or typed in between.
const SAME_LOOK: Duration = Duration::from_millis(50);

/// After which silence a recorder has looked at the tty, and has written nothing where it found the
/// same as before.
const LOOKED_AT: Duration = Duration::from_millis(30);

/// How long after the last output an answer comes at the soonest. One that was typed sooner, as by a
/// script, is held up until then, with everything after it: without it the rules would have had their
/// say.
const SOONEST_ANSWER: Duration = Duration::from_millis(50);

/// The latest time of an event: what is later is a hostile recording's, and beyond what clocks hold.
const LATEST: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// How long time goes on after the last event of a recording that tells of no exit: what was shown
/// last may be a prompt that nobody has answered.
const AFTERWARDS: Duration = Duration::from_secs(10);

/// What stands for a secret: it goes nowhere.
const PLACEHOLDER: &str = "******";

/// One decision of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Told {
    /// When, since the recording's begin, in milliseconds.
    pub at_ms: u64,
    /// `RULESET/RULE`.
    pub rule: String,
    /// What came of it, as in the events: fired, asked, held, cancelled, spent, tripped, refused.
    pub outcome: String,
    /// What the rule typed: a text without its newline, key names, `***` for a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// What its ask suggests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// What else it did, as `do` in a config says it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deeds: Vec<String>,
    /// The text that was looked at.
    pub prompt: String,
    /// Why.
    pub reason: String,
}

/// A recording on its way through a pane's core.
#[derive(Debug)]
pub struct Rehearsal {
    spec: PaneSpec,
    core: Core,
    begun: Instant,
    /// The engine's time: that of the recording, and what answers were held up.
    at: Duration,
    held_up: Duration,
    /// The recording's time of the event that is being taken.
    recorded: Duration,
    /// The line on which an answer has been begun.
    typing: Option<u64>,
    /// When output or input came last.
    stirred: Duration,
    /// What was seen of the tty last.
    last: Option<Sight>,
    /// It was seen since the last output and input.
    fresh: bool,
    exited: bool,
    /// The line on which a rule has answered. What was typed there is the recording's answer to the
    /// same prompt, and not typed in addition.
    answered: Option<u64>,
    /// The last ask that was told.
    asked: Option<AskId>,
    told: Vec<Told>,
}

impl Rehearsal {
    /// Begins with a pane as a config describes it, on a terminal of this size.
    /// # Errors
    /// Its rules cannot be used.
    pub fn new(spec: PaneSpec, session: &str, size: Size) -> Result<Rehearsal, Failure> {
        let (rules, idle) = compiled(&spec)?;
        let begun = Instant::now();
        let options = CoreOptions {
            size,
            scrollback: spec.scrollback,
            rules,
            context: Context {
                pane: spec.name.clone(),
                session: session.to_owned(),
                vars: spec.vars.clone(),
            },
            armed: spec.armed,
            auto_answer: spec.auto_answer,
            idle,
        };
        let mut rehearsal = Rehearsal {
            core: Core::new(options, begun),
            spec,
            begun,
            at: Duration::ZERO,
            held_up: Duration::ZERO,
            recorded: Duration::ZERO,
            typing: None,
            stirred: Duration::ZERO,
            last: None,
            fresh: false,
            exited: false,
            answered: None,
            asked: None,
            told: Vec::new(),
        };
        let moment = rehearsal.moment(Duration::ZERO);
        rehearsal.core.started(moment, Some(OWN as u32));
        rehearsal.settle(moment);
        Ok(rehearsal)
    }

    /// Takes the next event of the recording, after all that was due before it, and returns what
    /// was decided.
    pub fn take(&mut self, event: &CastEvent) -> Vec<Told> {
        let next = match &event.what {
            What::Sight(sight) => Some(sight),
            _ => None,
        };
        let typed = match &event.what {
            What::Input(text) => without_replies(text.as_bytes()),
            _ => Vec::new(),
        };
        self.recorded = event.at.min(LATEST);
        let is_life = matches!(event.what, What::Output(_) | What::Sight(_));
        let another = self.exited && is_life;
        if another {
            self.end();
        }
        let mut at = (self.recorded + self.held_up).max(self.at);
        let mut held_up = Duration::ZERO;
        if !typed.is_empty() && self.typing != Some(self.core.emulator_mut().cursor_line()) {
            let soonest = self.stirred + SOONEST_ANSWER;
            held_up = soonest.saturating_sub(at);
            at = at.max(soonest);
        }
        self.pass(at, next);
        self.at = at;
        self.held_up += held_up;
        if another {
            self.begin_again();
        }
        let moment = self.moment(self.at);
        match &event.what {
            What::Output(text) => {
                (self.stirred, self.fresh) = (self.at, false);
                self.core.output(moment, text.as_bytes());
            }
            What::Input(_) if typed.is_empty() => {}
            What::Input(_) => {
                (self.stirred, self.fresh) = (self.at, false);
                self.typed(typed);
            }
            What::Resize(size) => self.core.resize(*size),
            What::Sight(sight) => {
                self.last = Some(sight.clone());
                self.fresh = true;
            }
            What::Exit(status) => {
                self.core.drained(moment);
                self.core.exited(moment, Exit::Code(*status));
                self.exited = true;
            }
            What::Mark(_) => {}
        }
        self.settle(moment);
        std::mem::take(&mut self.told)
    }

    /// Ends the recording, and returns what was still decided. Where it tells of no exit, time goes
    /// on for 10 s.
    pub fn finish(mut self) -> Vec<Told> {
        if self.exited {
            self.end();
        } else {
            self.recorded += AFTERWARDS;
            self.pass(self.at + AFTERWARDS, None);
        }
        self.told
    }

    /// Takes the end of the output, once the child has ended.
    fn end(&mut self) {
        let moment = self.moment(self.at);
        self.core.end(moment);
        self.settle(moment);
    }

    /// Begins with another child: what comes after an exit is a restarted pane's, or of a recording that
    /// was gone on with.
    fn begin_again(&mut self) {
        self.core.restart(self.begun + self.at);
        self.stirred = self.at;
        (self.last, self.fresh, self.exited) = (None, false, false);
        (self.typing, self.answered) = (None, None);
        let moment = self.moment(self.at);
        self.core.started(moment, Some(OWN as u32));
        self.settle(moment);
    }

    /// Returns whether the recording has told anything of its tty so far.
    pub fn is_sighted(&self) -> bool {
        self.last.is_some()
    }

    /// Does what is due before `until`. `next` was seen at `until`.
    fn pass(&mut self, until: Duration, next: Option<&Sight>) {
        let end = self.begun + until;
        while let Some(due) = self.core.rules_deadline().filter(|due| *due < end) {
            let at = due.saturating_duration_since(self.begun).max(self.at);
            self.at = at;
            let same_look = |_: &&Sight| !self.fresh && until - at <= SAME_LOOK;
            let sight = next.filter(same_look).or(self.last.as_ref()).cloned();
            // Who was seen before the last output has gone on since, unless they were looked at again.
            let looked = self.fresh || next.is_some_and(|next| same_look(&next));
            let holder = sight
                .as_ref()
                .filter(|_| looked || at - self.stirred >= LOOKED_AT)
                .and_then(holder_of);
            let moment = Moment {
                now: self.begun + at,
                tty: sight.as_ref().map(tty_of),
                holder: holder.as_ref(),
            };
            self.core.tick(moment);
            self.settle(moment);
        }
    }

    /// Returns a moment at which nobody looks at the programs.
    fn moment(&self, at: Duration) -> Moment<'static> {
        Moment {
            now: self.begun + at,
            tty: self.last.as_ref().map(tty_of),
            holder: None,
        }
    }

    /// Takes what was typed when it was recorded.
    fn typed(&mut self, mut typed: Vec<u8>) {
        let line = self.core.emulator_mut().cursor_line();
        let ended = typed.ends_with(b"\r") || typed.ends_with(b"\n");
        self.typing = Some(line).filter(|_| !ended);
        self.answered.take_if(|answered| *answered != line);
        if self.answered.is_some() {
            let Some(end) = typed.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else {
                return;
            };
            self.answered = None;
            typed.drain(..=end);
        }
        let text = String::from_utf8_lossy(&typed).into_owned();
        if !text.is_empty() {
            let moment = self.moment(self.at);
            // What the tty would not have taken has not been typed either.
            let _ = self.core.send(moment, &SendWhat::Text(text));
        }
    }

    /// Takes what the rules did, until there is no more.
    fn settle(&mut self, moment: Moment) {
        loop {
            self.core.written(self.core.outbox().len());
            let effects = self.core.take_effects();
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                self.tell(moment, effect);
            }
        }
    }

    fn tell(&mut self, moment: Moment, effect: Effect) {
        let deed = match effect {
            Effect::Event(PaneEvent::Decision {
                rule,
                outcome,
                reason,
                prompt,
            }) => return self.tell_decision(moment.now, rule, outcome, reason, prompt),
            Effect::Event(PaneEvent::Answered { text, .. }) => return self.tell_answer(text),
            Effect::Event(PaneEvent::Notified { text }) => format!("notify:{text}"),
            Effect::Event(PaneEvent::Disarmed { .. }) => "disarm".to_owned(),
            Effect::Fetch { id, name, .. } => return self.fetch(moment, id, &name),
            Effect::Log(text) => format!("log:{text}"),
            Effect::Focus => "focus".to_owned(),
            Effect::Arm { pane, .. } => format!("arm:{pane}"),
            Effect::Restart => "restart".to_owned(),
            Effect::Terminate => "terminate".to_owned(),
            Effect::Run { command, .. } => format!("run:{}", command.join(" ")),
            Effect::Event(_)
            | Effect::Signal(_)
            | Effect::Notice(_)
            | Effect::Expected(_)
            | Effect::Typed { .. } => return,
        };
        if let Some(told) = self.told.last_mut() {
            told.deeds.push(deed);
        }
    }

    fn tell_decision(
        &mut self,
        now: Instant,
        rule: String,
        outcome: String,
        reason: String,
        prompt: String,
    ) {
        let at = now.saturating_duration_since(self.begun);
        let at = at.saturating_sub(self.held_up).min(self.recorded);
        let asks = self.core.asks().iter();
        let asked = asks.filter(|ask| Some(ask.id) > self.asked && ask.rule == rule);
        let ask = asked
            .min_by_key(|ask| ask.id)
            .filter(|_| outcome == "asked");
        let suggestion = ask.and_then(|ask| ask.suggestion.clone());
        self.asked = ask.map(|ask| ask.id).or(self.asked);
        self.told.push(Told {
            at_ms: u64::try_from((at.as_micros() + 500) / 1000).unwrap_or(u64::MAX),
            rule,
            outcome,
            answer: None,
            suggestion,
            deeds: Vec::new(),
            prompt,
            reason,
        });
    }

    /// Takes the answer of the rule that was told last.
    fn tell_answer(&mut self, text: String) {
        self.answered = Some(self.core.emulator_mut().cursor_line());
        if let Some(told) = self.told.last_mut() {
            told.answer = Some(text);
        }
    }

    /// Lets a rule have a placeholder for the secret that it wants, where the pane has that secret.
    fn fetch(&mut self, moment: Moment, id: SecretId, name: &str) {
        if let Err(why) = self.spec.fetchable(name) {
            return self.core.withhold(moment, id, why);
        }
        let secret = SecretString::from(PLACEHOLDER);
        if let Some(bytes) = self.core.release(moment, id, &secret) {
            self.core.released(moment, &bytes);
            self.tell_answer("***".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, path::Path};

    use super::*;
    use crate::{
        config,
        record::{self, SeenHolder, SeenProgram, SeenReader},
    };

    /// Returns the pane of a config that ends with these lines.
    fn pane(rules: &str) -> PaneSpec {
        let text = format!(
            "version = 1\n[secrets.db]\ncommand = [\"true\"]\n[[pane]]\nname = \"job\"\ncmd = [\"job\"]\nrules = [\"r\"]\n[[ruleset]]\nname = \"r\"\n{rules}"
        );
        parsed(&text)
    }

    fn parsed(text: &str) -> PaneSpec {
        let environment = config::Environment {
            cwd: "/home/ada".into(),
            folder: "/home/ada".into(),
            home: Some("/home/ada".into()),
            variables: BTreeMap::new(),
            shell: "/bin/sh".to_owned(),
        };
        let config = config::parse(text, Path::new("muxpect.toml"), &environment);
        let mut config = config.unwrap_or_else(|errors| panic!("{errors}"));
        config.panes.remove(0)
    }

    fn event(milliseconds: u64, what: What) -> CastEvent {
        let at = Duration::from_millis(milliseconds);
        CastEvent { at, what }
    }

    fn out(milliseconds: u64, text: &str) -> CastEvent {
        event(milliseconds, What::Output(text.to_owned()))
    }

    fn input(milliseconds: u64, text: &str) -> CastEvent {
        event(milliseconds, What::Input(text.to_owned()))
    }

    /// The tty is seen: who reads it in line mode, with or without echo.
    fn sight(milliseconds: u64, echo: bool, reader: Option<&str>) -> CastEvent {
        let program = |name: &str| SeenProgram {
            name: name.to_owned(),
            own: false,
            genuine: true,
        };
        let holder = SeenHolder {
            reader: reader.map_or(SeenReader::Nobody, |name| SeenReader::Reads(program(name))),
            leader: reader.map(program),
            readers: reader.map(program).into_iter().collect(),
        };
        event(
            milliseconds,
            What::Sight(Sight {
                echo,
                canonical: true,
                holder: Some(holder),
            }),
        )
    }

    fn replay(spec: PaneSpec, events: &[CastEvent]) -> Vec<Told> {
        let size = Size { rows: 24, cols: 80 };
        let mut rehearsal = Rehearsal::new(spec, "main", size).unwrap();
        let mut told = Vec::new();
        for event in events {
            told.extend(rehearsal.take(event));
        }
        told.extend(rehearsal.finish());
        told
    }

    /// Replays, and returns each decision as time, rule, outcome and answer.
    fn run(rules: &str, events: &[CastEvent]) -> Vec<String> {
        let told = replay(pane(rules), events).into_iter();
        let line = |told: Told| {
            let rule = told.rule.strip_prefix("r/").unwrap().to_owned();
            let answer = told.answer.map(|answer| format!(" {answer:?}"));
            let answer = answer.unwrap_or_default();
            format!("{} {rule} {}{answer}", told.at_ms, told.outcome)
        };
        told.map(line).collect()
    }

    const NAME: &str = "[[ruleset.rule]]\nname = \"n\"\nmatch = 'Name: $'\nsend = \"ada\"\n";
    const SECRET: &str = "[[ruleset.rule]]\nname = \"s\"\nmatch = 'word: $'\nsecret = \"db\"\n";

    #[test]
    fn a_prompt_is_answered_once_it_is_still() {
        let events = [
            out(100, "Na"),
            out(120, "me: "),
            out(900, "bob\r\nName: "),
            out(910, "x"),
        ];
        assert_eq!(run(NAME, &events), ["150 n fired \"ada\""]);
        // The last one is still there when the recording ends.
        assert_eq!(
            run(NAME, &events[..3]),
            ["150 n fired \"ada\"", "930 n fired \"ada\""]
        );
    }

    #[test]
    fn a_reader_that_is_seen_is_answered_at_once() {
        let events = [
            out(100, "Name: "),
            sight(115, true, Some("job")),
            out(125, "bob\r\n"),
        ];
        assert_eq!(run(NAME, &events), ["103 n fired \"ada\""]);
        // Seen too late, or before the prompt, it does not count.
        let events = [
            sight(90, true, Some("job")),
            out(100, "Name: "),
            out(125, "bob\r\n"),
        ];
        assert_eq!(run(NAME, &events), [""; 0]);
    }

    #[test]
    fn a_secret_passes_only_where_the_recording_tells_of_the_tty() {
        let asleep = [out(100, "Password: "), out(5000, "\r\n")];
        let told = replay(pane(SECRET), &asleep);
        assert_eq!((told[0].outcome.as_str(), told.len()), ("asked", 1));
        assert!(
            told[0].reason.contains("cannot be known"),
            "{}",
            told[0].reason
        );
        assert_eq!(told[0].suggestion.as_deref(), Some("***"));

        let seen = [
            out(100, "Password: "),
            sight(130, false, Some("ssh")),
            out(5000, "\r\n"),
        ];
        assert_eq!(run(SECRET, &seen), ["123 s fired \"***\""]);
        let stranger = [
            out(100, "Password: "),
            sight(130, false, Some("cat")),
            out(5000, "\r\n"),
        ];
        let told = replay(pane(SECRET), &stranger);
        assert!(
            told[0].reason.contains("'cat' reads the tty"),
            "{}",
            told[0].reason
        );
        let nobodys =
            parsed("version = 1\n[[pane]]\nname = \"job\"\ncmd = [\"job\"]\nrules = [\"ssh\"]\n");
        let seen = [
            out(100, "ada@h's password: "),
            sight(130, false, Some("ssh")),
        ];
        let told = replay(nobodys, &seen);
        let last = told.last().unwrap();
        assert_eq!((last.outcome.as_str(), &last.answer), ("asked", &None));
        assert!(
            last.reason.contains("a person's to type"),
            "{}",
            last.reason
        );
    }

    #[test]
    fn what_was_typed_takes_the_place_of_a_rules_answer() {
        let rules = format!(
            "{NAME}[[ruleset.rule]]\nname = \"bob\"\nmatch = 'bob'\nview = \"stream\"\ndo = [\"notify:x\"]\n"
        );
        let events = [
            out(100, "Name: "),
            sight(131, true, Some("job")),
            input(500, "ada\r"),
            out(501, "ada\r\nhello bob\r\n"),
        ];
        let fired = ["103 n fired \"ada\"", "501 bob fired"];
        assert_eq!(run(&rules, &events), fired);
        // What no rule answers was a person's: its echo is no output of the program.
        let events = [
            out(100, "Who? "),
            sight(131, true, Some("job")),
            input(500, "bob\r"),
            out(501, "bob\r\n"),
        ];
        assert_eq!(run(&rules, &events), [""; 0]);
    }

    #[test]
    fn a_person_overtakes_a_delay() {
        let rules = format!("{NAME}delay = \"1s\"\n");
        let slow = [out(100, "Name: "), sight(131, true, Some("job"))];
        assert_eq!(run(&rules, &slow), ["1103 n fired \"ada\""]);
        let fast = [
            slow[0].clone(),
            slow[1].clone(),
            input(700, "x\r"),
            out(701, "x\r\n"),
        ];
        assert_eq!(run(&rules, &fast), ["700 n cancelled"]);
    }

    #[test]
    fn whoever_answers_faster_than_rules_look_is_held_up() {
        let events = [
            out(100, "Name: "),
            sight(101, true, Some("job")),
            input(101, "ada\r"),
            out(102, "ada\r\nName: "),
            input(103, "a"),
            out(104, "a"),
            input(105, "da\r"),
            out(106, "da\r\n"),
        ];
        let fired = ["101 n fired \"ada\"", "103 n fired \"ada\""];
        assert_eq!(run(NAME, &events), fired);
    }

    #[test]
    fn exits_and_idleness_are_met() {
        let rules = "[[ruleset.rule]]\nname = \"x\"\nevent = \"exit\"\nwhen_exit = \"nonzero\"\ndo = [\"log:{exit}\"]\n\
                     [[ruleset.rule]]\nname = \"i\"\nevent = \"idle\"\nafter = \"5s\"\ndo = [\"notify:idle\"]\n";
        let events = [out(100, "a"), event(300, What::Exit(3))];
        let told = replay(pane(rules), &events);
        assert_eq!(
            (told[0].at_ms, &told[0].deeds),
            (300, &vec!["log:3".to_owned()])
        );
        assert_eq!(told.len(), 1);
        assert_eq!(run(rules, &events[..1]), ["5100 i fired"]);
    }

    #[test]
    fn what_comes_after_an_exit_is_another_life() {
        let rules = format!(
            "{NAME}max = 1\n[[ruleset.rule]]\nname = \"x\"\nevent = \"exit\"\ndo = [\"notify:x\"]\n\
             [[ruleset.rule]]\nname = \"e\"\nevent = \"eof\"\ndo = [\"notify:e\"]\n"
        );
        let life = |begin| {
            [
                sight(begin, true, None),
                out(begin + 10, "Name: "),
                sight(begin + 50, true, Some("job")),
                out(begin + 100, "ada\r\n"),
                event(begin + 110, What::Exit(1)),
                event(begin + 111, What::Mark("eof".to_owned())),
            ]
        };
        let told = run(&rules, &[life(0), life(1000)].concat());
        let expected = [
            "13 n fired \"ada\"",
            "110 x fired",
            "111 e fired",
            "1013 n fired \"ada\"",
            "1110 x fired",
            "1111 e fired",
        ];
        assert_eq!(told, expected);
        // A life that has not ended may still get to something.
        let told = run(&rules, &[&life(0)[..], &[out(1000, "Name: ")]].concat());
        assert_eq!(told.len(), 4, "{told:?}");
    }

    /// Splits each output after so many bytes.
    fn split(events: &[CastEvent], length: usize) -> Vec<CastEvent> {
        let mut parts = Vec::new();
        for event in events {
            let What::Output(text) = &event.what else {
                parts.push(event.clone());
                continue;
            };
            let characters: Vec<char> = text.chars().collect();
            for part in characters.chunks(length) {
                let what = What::Output(part.iter().collect());
                parts.push(CastEvent { at: event.at, what });
            }
        }
        parts
    }

    #[test]
    fn times_beyond_all_clocks_are_taken() {
        let at = Duration::MAX;
        let what = What::Output("Name: ".to_owned());
        let told = replay(pane(NAME), &[CastEvent { at, what }]);
        assert_eq!(told.len(), 1);
    }

    #[test]
    fn recordings_give_the_same_each_time_and_however_they_are_split() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut names: Vec<String> = std::fs::read_dir(root.join("assets/rulesets"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        let spec = parsed(&format!(
            "version = 1\n[[pane]]\nname = \"job\"\ncmd = [\"job\"]\nrules = {names:?}\n"
        ));
        let mut decisions = 0;
        for entry in std::fs::read_dir(root.join("tests/recordings/rules")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "cast") {
                continue;
            }
            let text = std::fs::read(&path).unwrap();
            let events = record::Reader::new(text.as_slice()).unwrap();
            let events: Vec<CastEvent> = events.map(|event| event.unwrap()).collect();
            let told = replay(spec.clone(), &events);
            decisions += told.len();
            for length in [1, 50] {
                let parts = split(&events, length);
                assert_eq!(replay(spec.clone(), &parts), told, "{}", path.display());
            }
        }
        assert!(decisions > 100);
    }
}
