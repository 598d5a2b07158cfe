//! What a pane wants from a person, judged by who is seen reading its tty, the tty's settings, its
//! stillness and the text at its cursor.
//!
//! Pure: time, tty and programs are arguments. It asks to be woken at most four times after output or input,
//! and never while a pane is at rest. A program that begins to read later than the last of these
//! looks, and prints nothing with it, is noticed with the next output or input, or when somebody
//! asks for the pane's state. Asks of rules and the fate of the child stand above it and are not its
//! matter.

use std::{
    borrow::Cow,
    time::{Duration, Instant},
};

use regex::Regex;

use crate::{
    protocol::Attention,
    pty::{Holder, Reader, TtyState},
};

/// Stillness after which to look at all, and after which a no-echo line read by someone who cannot be
/// seen counts as a password prompt.
const SETTLED: Duration = Duration::from_millis(20);

/// Stillness after which text before the cursor counts as a question, unless a program is seen
/// reading a line: event loops poll the tty all their life.
const STILL: Duration = Duration::from_secs(1);

/// Stillness after which a pane is called quiet.
const QUIET: Duration = Duration::from_secs(5);

/// When to look after output or input: a program often begins to read a little later than it
/// prints.
const LOOKS: [Duration; 4] = [SETTLED, LATER, STILL, QUIET];

/// Stillness after which a program that begins to read later than it prints is mostly found.
const LATER: Duration = Duration::from_millis(250);

/// After so many outputs in a row that nobody read after, the look after [`LATER`] is left out: a
/// program that only prints is not looked at twice for each line.
const UNREAD: u8 = 3;

/// Output does not make a pane at rest `working` if it comes within this time of input (an echo), or
/// in a burst shorter than this after stillness (a redrawn clock). While output flows, this is how
/// often to look.
const BURST: Duration = Duration::from_millis(300);

/// Programs whose prompt is a place of rest.
const SHELLS: [&str; 11] = [
    "sh", "bash", "dash", "zsh", "fish", "ksh", "ksh93", "mksh", "ash", "tcsh", "csh",
];

/// Programs that show another tty: they poll theirs whatever happens there, and its prompts may be a
/// shell's.
const RELAYS: [&str; 9] = [
    "ssh",
    "sudo",
    "mosh-client",
    "telnet",
    "docker",
    "podman",
    "kubectl",
    "machinectl",
    "script",
];

/// What is seen of a pane when its attention is judged.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// The tty's settings.
    pub tty: Option<TtyState>,
    /// The text from the start of the logical line to the cursor.
    pub prompt: &'a str,
    /// The alternate screen is shown.
    pub alternate: bool,
    /// The programs at the tty; `None` when it has no foreground.
    pub holder: Option<&'a Holder>,
    /// All output that was written before the programs were looked at has been taken in.
    pub drained: bool,
    /// What the line before the cursor looks like when the program is at rest; `None` for a shell's or a
    /// REPL's prompt.
    pub idle: Option<&'a Regex>,
    /// The cursor is on a line that a shell has marked as its prompt (OSC 133).
    pub marked: bool,
}

/// The judge of one pane.
#[derive(Debug)]
pub struct Watch {
    attention: Attention,
    evidence: Cow<'static, str>,
    burst_began: Instant,
    last_output: Instant,
    last_input: Option<Instant>,
    /// Since when there has been something to look at.
    unseen_since: Option<Instant>,
    /// When the looks began that are under way.
    looks_began: Instant,
    next_look: Option<Instant>,
    /// How many outputs in a row nobody was seen reading after.
    unread: u8,
}

impl Watch {
    /// Returns the judge of a pane whose child starts now.
    pub fn new(now: Instant) -> Watch {
        Watch {
            attention: Attention::Working,
            evidence: "the program has just started".into(),
            burst_began: now,
            last_output: now,
            last_input: None,
            unseen_since: None,
            looks_began: now,
            next_look: Some(now + SETTLED),
            unread: 0,
        }
    }

    /// Notes that there was output.
    pub fn stirred(&mut self, now: Instant) {
        if self.stillness(now) >= STILL {
            self.burst_began = now;
        }
        self.last_output = now;
        self.begin_looks(now);
    }

    /// Notes that something was sent to the program: it may go on without a word, as after a password.
    pub fn sent(&mut self, now: Instant) {
        self.last_input = Some(now);
        self.unread = 0;
        self.begin_looks(now);
    }

    /// Has it looked at the pane anew, soon.
    pub fn begin_looks(&mut self, now: Instant) {
        self.looks_began = now;
        let unseen_since = *self.unseen_since.get_or_insert(now);
        self.next_look = Some((now + SETTLED).min(unseen_since + BURST));
    }

    /// Returns when to look next; `None` while nothing can change by time alone.
    pub fn next_look(&self) -> Option<Instant> {
        self.next_look
    }

    /// Returns the last judgement and what it was seen by.
    pub fn judgement(&self) -> (Attention, &str) {
        (self.attention, &self.evidence)
    }

    /// Returns how long there has been no output.
    pub fn stillness(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.last_output)
    }

    /// Judges what is seen now.
    pub fn look(&mut self, now: Instant, sight: &Sight) {
        if let Some((attention, evidence)) = self.judge(now, sight) {
            (self.attention, self.evidence) = (attention, evidence);
        }
        self.unseen_since = None;
        if *sight.reader() != Reader::Nobody {
            self.unread = 0;
        } else if now >= self.looks_began + LATER {
            self.unread = self.unread.saturating_add(1);
        }
        let only_prints = self.unread >= UNREAD;
        self.next_look = LOOKS
            .into_iter()
            .filter(|pause| !(only_prints && *pause == LATER))
            .map(|pause| self.looks_began + pause)
            .find(|look| *look > now);
    }

    /// Returns the attention and its evidence; `None` while the last ones stand.
    fn judge(&self, now: Instant, sight: &Sight) -> Option<(Attention, Cow<'static, str>)> {
        let still = self.stillness(now);
        if let Some(holder) = sight.holder
            && holder.stopped
        {
            let leader = holder.leader.as_ref().map(|leader| leader.name.as_str());
            let evidence = format!("{} is stopped", leader.unwrap_or("the program"));
            return Some((Attention::Stopped, evidence.into()));
        }
        if let Some((attention, what, when)) = sight.wish()
            && still >= when
            && sight.drained
        {
            return Some((attention, (sight.who() + what).into()));
        }
        if still < STILL || !sight.drained {
            let since = |begin| self.last_output.saturating_duration_since(begin);
            let slight = since(self.burst_began) < BURST
                || self.last_input.is_some_and(|at| since(at) < BURST);
            let rests = matches!(self.attention, Attention::Ready | Attention::Waiting)
                && *sight.reader() != Reader::Nobody;
            return (!rests || !slight)
                .then(|| (Attention::Working, "output has come within a second".into()));
        }
        let mut who = sight.who();
        if *sight.reader() != Reader::Nobody {
            who += "no text before the cursor, ";
        }
        Some(if now.saturating_duration_since(self.looks_began) < QUIET {
            let evidence = who + "output or input has come within 5 seconds";
            (Attention::Working, evidence.into())
        } else {
            (Attention::Quiet, (who + "no output for 5 seconds").into())
        })
    }
}

impl Sight<'_> {
    fn reader(&self) -> &Reader {
        const NO_FOREGROUND: Reader = Reader::Unknown("the tty has no foreground program");
        self.holder.map_or(&NO_FOREGROUND, |holder| &holder.reader)
    }

    /// Returns who is seen how, as the beginning of a sentence.
    fn who(&self) -> String {
        match self.reader() {
            Reader::Unknown(why) => format!("weak: {why}; "),
            Reader::Nobody => "nobody reads the tty, ".to_owned(),
            Reader::Reads { program, call } => format!("{} reads the tty ({call}), ", program.name),
            Reader::Polls { program, call } if self.is_relayed() => {
                format!(
                    "weak: {} polls the tty ({call}) whatever its other end does; ",
                    program.name
                )
            }
            Reader::Polls { program, call } => format!("{} polls the tty ({call}), ", program.name),
        }
    }

    /// Returns what the programs at the tty want of a person, how that is seen, and after which
    /// stillness it is believed.
    fn wish(&self) -> Option<(Attention, &'static str, Duration)> {
        if *self.reader() == Reader::Nobody {
            return None;
        }
        let reads = matches!(self.reader(), Reader::Reads { .. });
        let canonical = self.tty.is_some_and(|tty| tty.canonical);
        let echo = self.tty.is_some_and(|tty| tty.echo);
        if canonical && !echo {
            let when = if reads { Duration::ZERO } else { SETTLED };
            return Some((Attention::Password, "a line without echo", when));
        }
        let reads_line = reads && canonical;
        let when = if reads_line { Duration::ZERO } else { STILL };
        if self.marked {
            Some((Attention::Ready, "a prompt that a shell has marked", when))
        } else if self.is_resting() {
            Some((Attention::Ready, "a prompt at rest", when))
        } else if reads_line {
            Some((Attention::Waiting, "a line", when))
        } else if self.alternate {
            Some((Attention::Ready, "a still screen of its own", when))
        } else if !self.prompt.trim().is_empty() {
            let what = "still, with text before the cursor";
            Some((Attention::Waiting, what, when))
        } else {
            None
        }
    }

    /// Returns the name of the program that reads the tty, else of the one in the foreground.
    fn program(&self) -> Option<&str> {
        let holder = self.holder?;
        let program = match &holder.reader {
            Reader::Reads { program, .. } | Reader::Polls { program, .. } => Some(program),
            Reader::Unknown(_) | Reader::Nobody => holder.leader.as_ref(),
        };
        program.map(|program| program.name.as_str())
    }

    /// Returns whether what is seen is another tty, shown by a program such as ssh.
    fn is_relayed(&self) -> bool {
        let raw = self.tty.is_some_and(|tty| !tty.canonical);
        raw && self.program().is_some_and(|name| RELAYS.contains(&name))
    }

    /// Returns whether the line is a resting prompt. By default: one of `$ # % > ❯` and a space before the
    /// cursor, from a shell, or `>` or `❯` and a space from a program that edits its lines itself.
    fn is_resting(&self) -> bool {
        if let Some(idle) = self.idle {
            return idle.is_match(self.prompt);
        }
        let Some(mark) = self.prompt.strip_suffix(' ') else {
            return false;
        };
        let shell = self.program().is_some_and(|name| SHELLS.contains(&name));
        let edits = self.tty.is_some_and(|tty| !tty.canonical);
        ((shell || self.is_relayed()) && mark.ends_with(['$', '#', '%', '>', '❯']))
            || (edits && mark.ends_with(['>', '❯']))
            || mark.ends_with(">>>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pty::Program;

    const COOKED: TtyState = TtyState {
        echo: true,
        canonical: true,
        end_of_file: Some(4),
    };
    const SECRET: TtyState = TtyState {
        echo: false,
        ..COOKED
    };
    const RAW: TtyState = TtyState {
        canonical: false,
        ..SECRET
    };
    const NOT_SEEN: Reader = Reader::Unknown("a program of another user is there");

    fn program(name: &str) -> Program {
        Program {
            pid: 7,
            name: name.to_owned(),
            genuine: true,
        }
    }

    fn reads(name: &str) -> Reader {
        Reader::Reads {
            program: program(name),
            call: "read",
        }
    }

    fn polls(name: &str) -> Reader {
        Reader::Polls {
            program: program(name),
            call: "poll",
        }
    }

    fn holder(reader: Reader) -> Holder {
        Holder {
            group: 7,
            leader: Some(program("leader")),
            stopped: false,
            reader,
            readers: Vec::new(),
        }
    }

    fn sight<'a>(tty: TtyState, prompt: &'a str, holder: &'a Holder) -> Sight<'a> {
        Sight {
            tty: Some(tty),
            prompt,
            alternate: false,
            holder: Some(holder),
            drained: true,
            idle: None,
            marked: false,
        }
    }

    fn at(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    /// Looks whenever the watch asks for it, up to `until_ms` after output.
    fn judged(sight: &Sight, until_ms: u64) -> (Attention, String) {
        let start = Instant::now();
        let mut watch = Watch::new(start);
        watch.stirred(start);
        let mut looks = 0;
        while let Some(look) = watch.next_look()
            && look <= at(start, until_ms)
        {
            watch.look(look, sight);
            looks += 1;
            assert!(looks <= LOOKS.len(), "the watch must come to rest");
        }
        let (attention, evidence) = watch.judgement();
        (attention, evidence.to_owned())
    }

    fn check(sight: &Sight, until_ms: u64, attention: Attention, evidence: &str) {
        let expected = (attention, evidence.to_owned());
        assert_eq!(judged(sight, until_ms), expected, "{sight:?}");
    }

    #[test]
    fn a_line_that_a_program_reads_is_wanted_at_once() {
        let reads = holder(reads("python3"));
        let evidence = "python3 reads the tty (read), a line";
        for prompt in ["Name: ", ""] {
            check(
                &sight(COOKED, prompt, &reads),
                50,
                Attention::Waiting,
                evidence,
            );
        }
        let evidence = "python3 reads the tty (read), a line without echo";
        let password = sight(SECRET, "Password: ", &reads);
        check(&password, 50, Attention::Password, evidence);
    }

    #[test]
    fn output_that_waits_to_be_taken_in_comes_first() {
        let reads = holder(reads("python3"));
        for tty in [COOKED, SECRET] {
            let undrained = Sight {
                drained: false,
                ..sight(tty, "Na", &reads)
            };
            assert_eq!(judged(&undrained, 250).0, Attention::Working);
        }
    }

    #[test]
    fn an_event_loop_waits_only_when_it_is_still() {
        let polls = holder(polls("node"));
        for tty in [COOKED, RAW] {
            let asks = sight(tty, "package name: (app) ", &polls);
            let evidence = "output has come within a second";
            check(&asks, 999, Attention::Working, evidence);
            let evidence = "node polls the tty (poll), still, with text before the cursor";
            check(&asks, 1000, Attention::Waiting, evidence);
            let silent = sight(tty, "", &polls);
            assert_eq!(judged(&silent, 4999).0, Attention::Working);
            let evidence =
                "node polls the tty (poll), no text before the cursor, no output for 5 seconds";
            check(&silent, 5000, Attention::Quiet, evidence);
        }
    }

    #[test]
    fn text_before_the_cursor_is_no_question_when_nobody_reads() {
        let nobody = holder(Reader::Nobody);
        for tty in [COOKED, SECRET, RAW] {
            let busy = sight(tty, "progress: ", &nobody);
            assert_eq!(judged(&busy, 4999).0, Attention::Working);
            let evidence = "nobody reads the tty, no output for 5 seconds";
            check(&busy, 5000, Attention::Quiet, evidence);
        }
        let screen = Sight {
            alternate: true,
            ..sight(RAW, "", &nobody)
        };
        assert_eq!(judged(&screen, 5000).0, Attention::Quiet);
    }

    #[test]
    fn what_cannot_be_seen_is_judged_by_stillness_and_said_so() {
        let hidden = holder(NOT_SEEN);
        let why = "weak: a program of another user is there; ";
        let password = sight(SECRET, "[sudo] password: ", &hidden);
        let evidence = format!("{why}a line without echo");
        check(&password, 50, Attention::Password, &evidence);
        let question = sight(COOKED, "Current name: ", &hidden);
        assert_eq!(judged(&question, 999).0, Attention::Working);
        let evidence = format!("{why}still, with text before the cursor");
        check(&question, 1000, Attention::Waiting, &evidence);
        let orphaned = Sight {
            holder: None,
            ..password
        };
        let evidence = "weak: the tty has no foreground program; a line without echo";
        check(&orphaned, 50, Attention::Password, evidence);
    }

    #[test]
    fn shells_and_repls_rest() {
        let check = |tty, prompt, reader: Reader, until_ms, attention| {
            let holder = holder(reader);
            let sight = sight(tty, prompt, &holder);
            assert_eq!(judged(&sight, until_ms).0, attention, "{sight:?}");
        };
        check(RAW, "me@host:~$ ", polls("bash"), 999, Attention::Working);
        check(RAW, "me@host:~$ ", polls("bash"), 1000, Attention::Ready);
        check(RAW, "host% ", reads("zsh"), 1000, Attention::Ready);
        check(COOKED, "# ", reads("dash"), 50, Attention::Ready);
        check(COOKED, "100 $ ", reads("prog"), 50, Attention::Waiting);
        check(COOKED, "[##  ] 55%", reads("sh"), 50, Attention::Waiting);
        check(COOKED, ">>> ", reads("python3"), 50, Attention::Ready);
        check(RAW, "sqlite> ", reads("sqlite3"), 1000, Attention::Ready);
        check(RAW, "(gdb) ", polls("gdb"), 1000, Attention::Waiting);
    }

    #[test]
    fn the_panes_own_pattern_replaces_the_default() {
        let polls = holder(polls("gdb"));
        let idle = Regex::new(r"^\(gdb\) $").unwrap();
        let check = |prompt, expected| {
            let sight = Sight {
                idle: Some(&idle),
                ..sight(RAW, prompt, &polls)
            };
            assert_eq!(judged(&sight, 1000).0, expected, "{prompt}");
        };
        check("(gdb) ", Attention::Ready);
        check("> ", Attention::Waiting);
    }

    #[test]
    fn a_marked_prompt_is_at_rest_whatever_it_looks_like() {
        let check = |tty, reader, marked, expected| {
            let holder = holder(reader);
            let sight = Sight {
                marked,
                ..sight(tty, "me@here in ~ λ ", &holder)
            };
            assert_eq!(judged(&sight, 1000).0, expected, "{sight:?}");
        };
        check(RAW, polls("xonsh"), true, Attention::Ready);
        check(RAW, polls("xonsh"), false, Attention::Waiting);
        check(COOKED, reads("sh"), true, Attention::Ready);
        // A mark does not hide that nothing is shown of what is typed.
        check(SECRET, reads("sh"), true, Attention::Password);
        check(RAW, Reader::Nobody, true, Attention::Working);
    }

    #[test]
    fn a_reader_on_the_alternate_screen_is_ready() {
        for reader in [reads("less"), polls("vim")] {
            let holder = holder(reader);
            let screen = Sight {
                alternate: true,
                ..sight(RAW, ":", &holder)
            };
            assert_eq!(judged(&screen, 999).0, Attention::Working);
            assert_eq!(judged(&screen, 1000).0, Attention::Ready);
        }
    }

    #[test]
    fn a_remote_prompt_is_weak() {
        let ssh = holder(polls("ssh"));
        let why = "weak: ssh polls the tty (poll) whatever its other end does; ";
        let evidence = format!("{why}a prompt at rest");
        let shell = sight(RAW, "me@there:~$ ", &ssh);
        check(&shell, 1000, Attention::Ready, &evidence);
        let evidence = format!("{why}still, with text before the cursor");
        let question = sight(RAW, "Continue? ", &ssh);
        check(&question, 1000, Attention::Waiting, &evidence);
    }

    #[test]
    fn ctrl_z_shows() {
        let stopped = Holder {
            stopped: true,
            ..holder(Reader::Nobody)
        };
        let evidence = "leader is stopped";
        check(&sight(RAW, "", &stopped), 50, Attention::Stopped, evidence);
    }

    /// A pane that has come to rest at a prompt that `reader` reads, 10 s after `start`.
    fn rested(start: Instant, reader: &Holder) -> Watch {
        let mut watch = Watch::new(start);
        watch.look(at(start, 10_000), &sight(RAW, "$ ", reader));
        assert_eq!(watch.judgement().0, Attention::Ready);
        watch
    }

    #[test]
    fn echoes_and_a_redrawn_clock_do_not_stir_a_resting_pane() {
        let start = Instant::now();
        let polls = holder(polls("bash"));
        let mut watch = rested(start, &polls);
        for ms in (20_000..25_000).step_by(100) {
            watch.sent(at(start, ms));
            watch.stirred(at(start, ms + 1));
            watch.look(watch.next_look().unwrap(), &sight(RAW, "$ l", &polls));
            assert_eq!(watch.judgement().0, Attention::Ready);
        }
        for ms in (30_000..40_000).step_by(1500) {
            watch.stirred(at(start, ms));
            watch.look(watch.next_look().unwrap(), &sight(RAW, "$ l", &polls));
            assert_eq!(watch.judgement().0, Attention::Ready);
        }
        // The command that was typed runs: nobody reads.
        let nobody = holder(Reader::Nobody);
        watch.sent(at(start, 50_000));
        watch.stirred(at(start, 50_001));
        watch.look(watch.next_look().unwrap(), &sight(COOKED, "", &nobody));
        assert_eq!(watch.judgement().0, Attention::Working);
    }

    #[test]
    fn output_that_flows_stirs_a_resting_pane() {
        let start = Instant::now();
        let polls = holder(polls("bash"));
        for pause in [10, 150, 900] {
            let mut watch = rested(start, &polls);
            let mut looks = 0;
            for ms in (20_000..23_000).step_by(pause) {
                watch.stirred(at(start, ms));
                if let Some(look) = watch.next_look()
                    && look <= at(start, ms + u64::try_from(pause).unwrap())
                {
                    watch.look(look, &sight(RAW, "> ", &polls));
                    looks += 1;
                }
            }
            assert_eq!(watch.judgement().0, Attention::Working, "each {pause} ms");
            assert!((3..=20).contains(&looks), "{looks} looks each {pause} ms");
        }
    }

    #[test]
    fn a_program_that_only_prints_is_looked_at_once_a_line() {
        let start = Instant::now();
        let mut watch = Watch::new(start);
        let (nobody, reads) = (holder(Reader::Nobody), holder(reads("sh")));
        let mut looks_after_line = |second: u64, seen: &Holder| {
            watch.stirred(at(start, second * 1000));
            let mut looks = Vec::new();
            while let Some(look) = watch.next_look()
                && look < at(start, (second + 1) * 1000)
            {
                watch.look(look, &sight(COOKED, "", seen));
                looks.push((look - at(start, second * 1000)).as_millis());
            }
            looks
        };
        for second in 0..3 {
            assert_eq!(looks_after_line(second, &nobody), [20, 250]);
        }
        assert_eq!(looks_after_line(3, &nobody), [20]);
        assert_eq!(looks_after_line(4, &reads), [20, 250], "it asks, after all");
        assert_eq!(looks_after_line(5, &nobody), [20, 250]);
    }

    #[test]
    fn a_quiet_pane_that_prints_works() {
        let start = Instant::now();
        let mut watch = Watch::new(start);
        let nobody = holder(Reader::Nobody);
        while let Some(look) = watch.next_look() {
            watch.look(look, &sight(COOKED, "", &nobody));
        }
        assert_eq!(watch.judgement().0, Attention::Quiet);
        watch.stirred(at(start, 60_000));
        watch.look(watch.next_look().unwrap(), &sight(COOKED, "", &nobody));
        assert_eq!(watch.judgement().0, Attention::Working);
    }

    #[test]
    fn an_answer_that_nothing_echoes_is_followed() {
        let start = Instant::now();
        let mut watch = Watch::new(start);
        let reads = holder(reads("ssh"));
        while let Some(look) = watch.next_look() {
            watch.look(look, &sight(SECRET, "Password: ", &reads));
        }
        assert_eq!(watch.judgement().0, Attention::Password);
        watch.sent(at(start, 60_000));
        let nobody = holder(Reader::Nobody);
        let look = watch.next_look().unwrap();
        assert!(look <= at(start, 60_050));
        watch.look(look, &sight(SECRET, "Password: ", &nobody));
        assert_eq!(watch.judgement().0, Attention::Working);
    }

    #[test]
    fn a_program_that_reads_long_after_its_output_is_found() {
        let start = Instant::now();
        let mut watch = Watch::new(start);
        watch.stirred(start);
        let (nobody, reads) = (holder(Reader::Nobody), holder(reads("sh")));
        while let Some(look) = watch.next_look() {
            let now = if look < at(start, 3000) {
                &nobody
            } else {
                &reads
            };
            watch.look(look, &sight(COOKED, "", now));
        }
        assert_eq!(watch.judgement().0, Attention::Waiting);
    }
}
