//! What the values of keys look like, for editors and other programs that read the JSON Schema.
//!
//! Owns form, default and meaning of each key; which keys there are is in `schema`, and the words
//! of a choice stand beside the code that reads them. A table without forms takes any values.

use crate::session::{ATTENTIONS, Layout};

use super::{
    files::{FORMATS, LOG_MODES},
    options::{ECHO, KINDS, MAX_WINDOW, OTHERWISE, VIEWS},
    pane::{MAX_SCROLLBACK, RESTART},
    schema::Table,
    session::{AUTO_ANSWER, ON_FINISHED},
    trigger::{EVENTS, WHEN_EXIT},
};

/// A key of a table.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) form: Form,
    /// The value that it has when the file does not say, as JSON; empty if that is no value.
    pub(super) default: &'static str,
    /// What it means, in a sentence.
    pub(super) meaning: &'static str,
}

/// What a value looks like.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// The number of the form of files that this program reads.
    Version,
    Text,
    Texts,
    TextOrTexts,
    /// A program and its arguments.
    Command,
    Flag,
    /// `true`: absence is the other choice.
    True,
    Number(i64, i64),
    Duration,
    /// A count of bytes.
    Bytes(u64),
    /// COLUMNSxROWS.
    Size,
    /// A text for each of some names.
    Map,
    /// One of some words.
    Words(fn() -> Vec<&'static str>),
    /// A list of some words.
    WordList(fn() -> Vec<&'static str>),
    /// One of some words, or a status.
    WordsOrStatus(fn() -> Vec<&'static str>),
    /// Steps of `stop`.
    Steps,
    /// The path of a file, or a table of this title.
    File(&'static str),
    /// A table or list of tables that `schema` has.
    Table,
}

/// The tables of which one key must be there, with those keys.
const ONE_OF: &[(&str, &[&str])] = &[
    ("[[pane]]", &["cmd", "shell"]),
    ("[[ruleset.rule]]", &["match", "event"]),
    ("[secrets.NAME]", &["command", "file", "env", "ask"]),
    ("'stop'", &["keys", "cmd"]),
];

/// The keys that a table must have.
const REQUIRED: &[(&str, &[&str])] = &[
    ("the top level", &["version"]),
    ("[[ruleset]]", &["name"]),
    ("'log'", &["path"]),
    ("'record'", &["path"]),
];

/// Returns the keys of which a table has exactly one.
pub(super) fn one_of(table: &Table) -> &'static [&'static str] {
    listed(ONE_OF, table)
}

/// Returns the keys that a table must have.
pub(super) fn required(table: &Table) -> &'static [&'static str] {
    listed(REQUIRED, table)
}

fn listed(list: &[(&str, &'static [&'static str])], table: &Table) -> &'static [&'static str] {
    let found = list.iter().find(|(title, _)| *title == table.title);
    found.map_or(&[], |(_, keys)| keys)
}

/// Returns what is known of the keys of a table; tables of defaults have not all of them.
pub(super) fn keys(table: &Table) -> &'static [Key] {
    match table.title {
        "the top level" => TOP,
        "[session]" => SESSION,
        "[keys]" => KEYS,
        "[notify]" => NOTIFY,
        "[defaults]" => DEFAULTS,
        "[secrets.NAME]" => SECRET,
        "[[pane]]" | "[defaults.pane]" => PANE,
        "[[ruleset]]" => RULESET,
        "[[ruleset.rule]]" | "[defaults.rule]" => RULE,
        "'log'" => LOG,
        "'record'" => RECORD,
        "'stop'" => STOP,
        _ => &[],
    }
}

/// Returns what is known of one key of a table. A ruleset's keys are those of its rules, too.
pub(super) fn key(table: &Table, name: &str) -> Option<&'static Key> {
    let inherited: &[Key] = match table.title {
        "[[ruleset]]" => RULE,
        _ => &[],
    };
    let mut known = keys(table).iter().chain(inherited);
    known.find(|key| key.name == name).or(match table.title {
        "[keys.watch]" | "[keys.scroll]" | "[keys.inbox]" | "[keys.inspect]" => Some(&ACTION),
        "[theme]" => Some(&STYLE),
        _ => None,
    })
}

/// Any action of a mode.
const ACTION: Key = new(
    "",
    TextOrTexts,
    "",
    "The keys that do it; none if the list is empty.",
);

/// Any style of a theme, and its name.
const STYLE: Key = new(
    "",
    Text,
    "",
    "Colours and attributes, as in \"black on cyan bold\".",
);

const fn new(name: &'static str, form: Form, default: &'static str, meaning: &'static str) -> Key {
    Key {
        name,
        form,
        default,
        meaning,
    }
}

/// Returns the words of a choice.
fn words<T>(choice: &[(&'static str, T)]) -> Vec<&'static str> {
    choice.iter().map(|(word, _)| *word).collect()
}

use Form::{
    Bytes, Command, Duration, File, Flag, Map, Number, Size, Steps, Text, TextOrTexts, Texts, True,
    WordList, Words, WordsOrStatus,
};

#[rustfmt::skip]
const TOP: &[Key] = &[
    new("version", Form::Version, "", "The form of the file."),
    new("session", Form::Table, "", "The session as a whole."),
    new("defaults", Form::Table, "", "What panes and rules have unless they say otherwise."),
    new("vars", Map, "", "Values for rules, which write them as {var.NAME}."),
    new("secrets", Form::Table, "", "Where secrets that rules send come from, by name."),
    new("pane", Form::Table, "", "The panes, each with one program."),
    new("keys", Form::Table, "", "Keys of the interface."),
    new("theme", Form::Table, "", "Colours of the interface."),
    new("notify", Form::Table, "", "Who is told when a pane needs somebody."),
    new("ruleset", Form::Table, "", "Named lists of rules, which panes use by their name."),
];

#[rustfmt::skip]
const KEYS: &[Key] = &[
    new("escape", Text, "\"C-]\"", "The key that leaves INTERACT."),
    new("prefix", Text, "", "In INTERACT, the key after this one is an action's of WATCH, as in tmux."),
    new("watch", Form::Table, "", "The keys of WATCH, by action."),
    new("scroll", Form::Table, "", "The keys of SCROLL, by action."),
    new("inbox", Form::Table, "", "The keys of INBOX, by action."),
    new(
        "inspect",
        Form::Table,
        "",
        "The keys of INSPECT, by action.",
    ),
];

#[rustfmt::skip]
const NOTIFY: &[Key] = &[
    new("on", WordList(|| ATTENTIONS.map(|attention| attention.word()).to_vec()), "[\"waiting\", \"password\", \"asking\", \"failed\", \"lost\"]", "What panes want from a person that is told."),
    new("terminal", Flag, "true", "Whether terminals that show the session are told, with OSC 9 and their bell."),
    new("command", Command, "", "A command that is run for each notice; {title}, {text}, {pane} and {session} are replaced in its arguments."),
    new("every", Duration, "\"10s\"", "How often a pane is told of at most."),
];

#[rustfmt::skip]
const SESSION: &[Key] = &[
    new("name", Text, "", "The session's name; that of the file's folder by default."),
    new("layout", Words(|| words(&Layout::ALL)), "\"tiles\"", "How panes are arranged at the start."),
    new("on_finished", Words(|| words(&ON_FINISHED)), "\"keep\"", "Whether the session stays when every pane has ended, or ends with the last client."),
    new("logs", Text, "", "A folder or a template for plain-text logs of panes without a log of their own."),
    new("record", File("'record'"), "", "A folder or a template for recordings of panes without a recording of their own."),
    new("auto_answer", Words(|| words(&AUTO_ANSWER)), "\"on\"", "Whether rules answer at first, or suggest their answers to a person."),
    new("allow_run", Flag, "false", "Whether rules may run commands, with run:COMMAND in do."),
    new("ask_timeout", Duration, "", "How long a question to a person may wait before its pane fails."),
];

#[rustfmt::skip]
const DEFAULTS: &[Key] = &[
    new("pane", Form::Table, "", "What every pane has unless it says otherwise."),
    new("rule", Form::Table, "", "What every rule has unless its ruleset or itself says otherwise."),
];

#[rustfmt::skip]
const SECRET: &[Key] = &[
    new("command", Command, "", "The secret is the only line that this command prints."),
    new("file", Text, "", "The secret is the only line of this file, which nobody else may read."),
    new("env", Text, "", "The secret is the value of this variable, which no pane gets."),
    new("ask", True, "", "A person is asked each time."),
    new("timeout", Duration, "\"10s\"", "How long the command may take."),
];

#[rustfmt::skip]
const PANE: &[Key] = &[
    new("name", Text, "", "The pane's name; that of its program by default."),
    new("cmd", Command, "", "The program and its arguments."),
    new("shell", Text, "", "A command line for $SHELL -c, instead of cmd."),
    new("cwd", Text, "", "Where the program runs; the folder that muxpect is called in by default."),
    new("env", Map, "", "Variables on top of those that muxpect was started with."),
    new("rules", Texts, "[]", "The rulesets that watch the pane: of this file, or of those that come with muxpect."),
    new("armed", Flag, "true", "Whether the rules act from the start."),
    new("autostart", Flag, "true", "Whether the program starts with the session."),
    new("restart", Words(|| words(&RESTART)), "\"never\"", "When a program that has ended is run again."),
    new("stop", Steps, "[\"HUP\", \"CONT\", \"2s\", \"INT\", \"2s\", \"TERM\", \"2s\"]", "How the program is asked to end, step by step; then comes KILL."),
    new("log", File("'log'"), "", "A plain-text log of the output."),
    new("record", File("'record'"), "", "A recording."),
    new("term", Text, "", "TERM of the program; tmux-256color by default, or screen-256color where that is not known."),
    new("scrollback", Number(0, MAX_SCROLLBACK as i64), "10000", "How many lines of history are kept."),
    new("linger", Duration, "\"2s\"", "How long output is read on after the end, while something still holds the terminal."),
    new("size", Size, "", "A fixed size, COLUMNSxROWS; as large as it is shown by default."),
    new("idle", Text, "", "A pattern for the line before the cursor when the program is at rest."),
    new("askpass", Text, "", "The secret that answers when ssh asks for a password or a passphrase."),
];

#[rustfmt::skip]
const LOG: &[Key] = &[
    new("path", Text, "", "The file; {session}, {pane}, {command}, {date} and {time} are replaced in it."),
    new("mode", Words(|| words(&LOG_MODES)), "\"refuse\"", "What becomes of a file that is there already."),
];

#[rustfmt::skip]
const RECORD: &[Key] = &[
    new("path", Text, "", "The file; {session}, {pane}, {command}, {date} and {time} are replaced in it."),
    new("mode", Words(|| words(&LOG_MODES)), "\"refuse\"", "What becomes of a file that is there already."),
    new("input", Flag, "false", "Whether what is typed is recorded too; *** where the terminal does not echo it."),
    new("format", Words(|| words(&FORMATS)), "\"asciicast\"", "How it is written: asciicast v2, or script's typescript with a file of its times."),
];

#[rustfmt::skip]
const STOP: &[Key] = &[
    new("keys", Texts, "", "Keys that are typed, such as C-d."),
    new("cmd", Command, "", "A command that is run."),
];

#[rustfmt::skip]
const RULESET: &[Key] = &[
    new("name", Text, "", "The name by which panes use it."),
    new("start", Text, "", "The state that its rules begin in."),
    new("rule", Form::Table, "", "Its rules, the first before the others."),
];

#[rustfmt::skip]
const RULE: &[Key] = &[
    new("name", Text, "", "The rule's name in messages."),
    new("match", TextOrTexts, "", "The pattern that the rule looks for, or several."),
    new("event", Words(|| words(&EVENTS)), "", "What the rule waits for, instead of a pattern."),
    new("after", Duration, "", "How long, for the events idle and timeout."),
    new("when_exit", WordsOrStatus(|| words(&WHEN_EXIT)), "\"any\"", "Which statuses count, for the event exit."),
    new("kind", Words(|| words(&KINDS)), "\"regex\"", "How patterns are read."),
    new("nocase", Flag, "false", "Whether letters match in either case."),
    new("view", Words(|| words(&VIEWS)), "\"prompt\"", "What patterns are matched against."),
    new("region", Text, "\"all\"", "The part of the screen that is looked at: all, bottom:N or since-send."),
    new("window", Bytes(MAX_WINDOW), "\"64KiB\"", "How much text the views stream and raw look back on."),
    new("stable", Duration, "\"30ms\"", "How long output must have been still before a prompt counts."),
    new("priority", Number(i32::MIN as i64, i32::MAX as i64), "0", "Of several rules that match, the highest acts."),
    new("in", TextOrTexts, "", "The states of the ruleset in which the rule looks."),
    new("context", Text, "", "A pattern that must be on the screen."),
    new("not", Text, "", "A pattern that must not be there."),
    new("equals", Map, "", "What groups of the pattern must equal."),
    new("otherwise", Words(|| words(&OTHERWISE)), "\"ignore\"", "What becomes of a match when a condition fails."),
    new("echo", Words(|| words(&ECHO)), "\"any\"", "Whether the terminal must echo what is typed."),
    new("foreground", TextOrTexts, "", "The programs one of which must be reading, or in the foreground."),
    new("send", TextOrTexts, "", "The text that is typed, and Enter; of a list, one after the other."),
    new("keys", Texts, "", "The keys that are typed, such as Down and C-c."),
    new("sequence", Map, "", "Answers by name, of which by chooses one, or default."),
    new("secret", Text, "", "The secret that is typed, at a true password prompt alone."),
    new("eof", True, "", "The terminal's end-of-file character is typed."),
    new("signal", Text, "", "The signal that is sent, such as INT."),
    new("do", Texts, "", "What is done besides: ask, notify:TEXT, focus, log:TEXT, arm:PANE, disarm, restart, terminate, run:COMMAND."),
    new("goto", Text, "", "The state that the ruleset goes to."),
    new("hold", Flag, "false", "While it matches, no rule of lower rank acts."),
    new("delay", Duration, "\"0ms\"", "How long the rule waits before it answers; then it looks once more."),
    new("confirm", Flag, "false", "The answer is only suggested to a person."),
    new("newline", Text, "\"\\r\"", "What is typed after a sent text."),
    new("once", Flag, "", "Whether it acts once in the life of a program: the same as max = 1."),
    new("max", Number(1, u32::MAX as i64), "", "How often it acts in the life of a program."),
    new("cooldown", Duration, "\"0ms\"", "How long it waits after it has acted."),
    new("per_minute", Number(1, u32::MAX as i64), "30", "If it acts more often than this, the pane is disarmed."),
];
