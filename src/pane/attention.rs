//! What a pane wants from a person, judged by its tty, its stillness and the text at its cursor.
//!
//! Pure: time and the tty's state are arguments. It asks to be woken at most three times after
//! output has stopped, and never while a pane is at rest. Asks of rules and the fate of the child
//! stand above it and are not its matter.

use std::time::{Duration, Instant};

use crate::{protocol::Attention, pty::TtyState};

/// Stillness after which a no-echo line read counts as a password prompt.
const SETTLED: Duration = Duration::from_millis(50);

/// Stillness after which text before the cursor counts as a question.
const STILL: Duration = Duration::from_secs(1);

/// Stillness after which a pane is called quiet.
const QUIET: Duration = Duration::from_secs(5);

/// A burst of output shorter than this (an echo, a redrawn prompt) does not make a resting pane
/// `working`.
const BURST: Duration = Duration::from_millis(300);

/// Programs whose prompt is a place of rest, as the kernel names them.
const SHELLS: [&str; 10] = [
    "sh", "bash", "dash", "zsh", "fish", "ksh", "mksh", "ash", "tcsh", "csh",
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
    /// The foreground program's name.
    pub foreground: Option<&'a str>,
    /// The foreground program is stopped.
    pub stopped: bool,
}

/// The judge of one pane.
#[derive(Debug)]
pub struct Watch {
    attention: Attention,
    evidence: &'static str,
    burst_began: Instant,
    last_output: Instant,
    next_look: Option<Instant>,
}

impl Watch {
    /// Returns the judge of a pane whose child starts now.
    pub fn new(now: Instant) -> Watch {
        Watch {
            attention: Attention::Working,
            evidence: "the program has just started",
            burst_began: now,
            last_output: now,
            next_look: Some(now + SETTLED),
        }
    }

    /// Notes that there was output, or anything else after which to look anew.
    pub fn stirred(&mut self, now: Instant) {
        if now.saturating_duration_since(self.last_output) > SETTLED {
            self.burst_began = now;
        }
        self.last_output = now;
        // A deadline that is near enough is kept: one wake-up serves a whole burst.
        if self.next_look.is_none_or(|look| look > now + SETTLED) {
            self.next_look = Some(now + SETTLED);
        }
    }

    /// Returns when to look next; `None` while nothing can change by time alone.
    pub fn next_look(&self) -> Option<Instant> {
        self.next_look
    }

    /// Returns the last judgement and what it was seen by.
    pub fn judgement(&self) -> (Attention, &'static str) {
        (self.attention, self.evidence)
    }

    /// Returns how long there has been no output.
    pub fn stillness(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.last_output)
    }

    /// Judges what is seen now.
    pub fn look(&mut self, now: Instant, sight: &Sight) {
        let still = self.stillness(now);
        (self.attention, self.evidence) = self.judge(still, sight);
        self.next_look = [SETTLED, STILL, QUIET]
            .into_iter()
            .find(|threshold| still < *threshold)
            .map(|threshold| self.last_output + threshold);
    }

    fn judge(&self, still: Duration, sight: &Sight) -> (Attention, &'static str) {
        if sight.stopped {
            return (Attention::Stopped, "the foreground program is stopped");
        }
        if still >= SETTLED && sight.tty.is_some_and(|tty| tty.canonical && !tty.echo) {
            return (
                Attention::Password,
                "weak: the tty reads a line without echo",
            );
        }
        if still < STILL {
            let rested = matches!(
                self.attention,
                Attention::Ready | Attention::Waiting | Attention::Quiet
            );
            let brief = self.last_output.saturating_duration_since(self.burst_began) < BURST;
            return if rested && brief {
                (self.attention, self.evidence)
            } else {
                (Attention::Working, "output has come within a second")
            };
        }
        if sight.alternate {
            return (Attention::Ready, "weak: a full-screen program is still");
        }
        if !sight.prompt.trim().is_empty() {
            return if is_resting(sight) {
                (Attention::Ready, "weak: a prompt at rest")
            } else {
                (
                    Attention::Waiting,
                    "weak: still, with text before the cursor",
                )
            };
        }
        if still < QUIET {
            return (Attention::Working, "output has come within 5 seconds");
        }
        (
            Attention::Quiet,
            "no output for 5 seconds, no text before the cursor",
        )
    }
}

/// Returns whether the line is a shell's or a REPL's resting prompt: one of `$ # % > ❯` and a space
/// before the cursor, from a shell or from a program that edits its lines itself.
fn is_resting(sight: &Sight) -> bool {
    let Some(mark) = sight.prompt.strip_suffix(' ') else {
        return false;
    };
    let shell = sight.foreground.is_some_and(|name| SHELLS.contains(&name));
    let edits = sight.tty.is_some_and(|tty| !tty.canonical);
    (shell && mark.ends_with(['$', '#', '%', '>', '❯']))
        || (edits && mark.ends_with(['>', '❯']))
        || mark.ends_with(">>>")
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn sight(tty: TtyState, prompt: &str) -> Sight<'_> {
        Sight {
            tty: Some(tty),
            prompt,
            alternate: false,
            foreground: Some("prog"),
            stopped: false,
        }
    }

    /// Judges after each of the stillnesses the watch asks for, up to `until_ms`.
    fn check(sight: &Sight, until_ms: u64, expected: Attention) {
        let start = Instant::now();
        let mut watch = Watch::new(start);
        watch.stirred(start);
        let mut looks = 0;
        while let Some(look) = watch.next_look()
            && look <= start + Duration::from_millis(until_ms)
        {
            watch.look(look, sight);
            looks += 1;
            assert!(looks < 5, "the watch must come to rest");
        }
        assert_eq!(watch.judgement().0, expected, "{sight:?}");
    }

    #[test]
    fn output_is_work() {
        check(&sight(COOKED, "Name: "), 999, Attention::Working);
    }

    #[test]
    fn text_before_the_cursor_is_a_question() {
        check(&sight(COOKED, "Name: "), 1000, Attention::Waiting);
        check(
            &sight(RAW, "package name: (app) "),
            1000,
            Attention::Waiting,
        );
    }

    #[test]
    fn no_echo_with_line_reading_is_a_password() {
        check(&sight(SECRET, "Password: "), 50, Attention::Password);
        check(&sight(RAW, "Password: "), 999, Attention::Working);
    }

    #[test]
    fn shells_repls_and_editors_rest() {
        let shell = Sight {
            foreground: Some("bash"),
            ..sight(RAW, "me@host:~$ ")
        };
        check(&shell, 1000, Attention::Ready);
        check(&sight(RAW, ">>> "), 1000, Attention::Ready);
        check(&sight(COOKED, ">>> "), 1000, Attention::Ready);
        check(&sight(COOKED, "100 $ "), 1000, Attention::Waiting);
        let script = Sight {
            foreground: Some("sh"),
            ..sight(COOKED, "[###   ] 55%")
        };
        check(&script, 1000, Attention::Waiting);
        let editor = Sight {
            alternate: true,
            ..sight(RAW, "")
        };
        check(&editor, 1000, Attention::Ready);
    }

    #[test]
    fn silence_is_quiet_after_five_seconds() {
        check(&sight(COOKED, ""), 4999, Attention::Working);
        check(&sight(COOKED, ""), 5000, Attention::Quiet);
    }

    #[test]
    fn an_echo_does_not_stir_a_resting_pane() {
        let start = Instant::now();
        let second = Duration::from_secs(1);
        let mut watch = Watch::new(start);
        watch.look(start + second, &sight(COOKED, "Name: "));
        assert_eq!(watch.judgement().0, Attention::Waiting);
        watch.stirred(start + 2 * second);
        watch.look(watch.next_look().unwrap(), &sight(COOKED, "Name: x"));
        assert_eq!(watch.judgement().0, Attention::Waiting);
    }

    #[test]
    fn ctrl_z_shows() {
        let stopped = Sight {
            stopped: true,
            ..sight(RAW, "")
        };
        check(&stopped, 50, Attention::Stopped);
    }
}
