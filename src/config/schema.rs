//! The tables of the config file and the keys that each of them knows.
//!
//! Owns the names, and what is said about a name that a table does not know. What the values
//! mean is read in `session`, `pane` and `rule`.

mod interface;

pub use interface::{KEYS, KEYS_INBOX, KEYS_INSPECT, KEYS_SCROLL, KEYS_WATCH, THEME};
pub(super) use interface::{THEME_FILE, USER, styles};

/// One table of the config file.
#[derive(Debug)]
pub struct Table {
    /// How messages write it, such as `[[pane]]`.
    pub title: &'static str,
    /// The keys it knows; none for a table whose keys are the user's own.
    pub keys: &'static [&'static str],
    /// Keys that are designed but not supported yet.
    pub later: &'static [&'static str],
    /// The table that it holds defaults for.
    defaults_of: Option<&'static Table>,
    /// Other words for its keys: (word, key). They are only hinted at, never read.
    aliases: &'static [(&'static str, &'static str)],
}

/// The top level.
pub const TOP: Table = Table {
    title: "the top level",
    keys: &[
        "version", "session", "keys", "theme", "defaults", "vars", "secrets", "notify", "pane",
        "ruleset",
    ],
    later: &[],
    defaults_of: None,
    aliases: &[
        ("panes", "pane"),
        ("rulesets", "ruleset"),
        ("variables", "vars"),
        ("secret", "secrets"),
    ],
};

/// The top level of a file of the library.
pub(super) const LIBRARY: Table = Table {
    keys: &["version", "ruleset"],
    later: &[],
    aliases: &[],
    ..TOP
};

/// `[session]`.
pub const SESSION: Table = Table {
    title: "[session]",
    keys: &[
        "name",
        "layout",
        "on_finished",
        "logs",
        "record",
        "auto_answer",
        "allow_run",
        "ask_timeout",
    ],
    later: &[],
    defaults_of: None,
    aliases: &[("log_dir", "logs"), ("recordings", "record")],
};

/// `[defaults]`.
pub const DEFAULTS: Table = Table {
    title: "[defaults]",
    keys: &["pane", "rule"],
    later: &[],
    defaults_of: None,
    aliases: &[],
};

/// `[defaults.pane]`: every key of a pane but those that say which pane it is.
pub const DEFAULTS_PANE: Table = Table {
    title: "[defaults.pane]",
    keys: &[
        "cwd",
        "env",
        "rules",
        "armed",
        "autostart",
        "restart",
        "stop",
        "log",
        "record",
        "term",
        "scrollback",
        "linger",
        "size",
        "idle",
        "askpass",
    ],
    defaults_of: Some(&PANE),
    ..PANE
};

/// `[defaults.rule]`: every key of a rule but those that say when it looks and what it answers.
pub const DEFAULTS_RULE: Table = Table {
    title: "[defaults.rule]",
    keys: &[
        "kind",
        "nocase",
        "view",
        "region",
        "window",
        "stable",
        "priority",
        "otherwise",
        "echo",
        "foreground",
        "do",
        "delay",
        "confirm",
        "newline",
        "once",
        "max",
        "cooldown",
        "per_minute",
    ],
    defaults_of: Some(&RULE),
    ..RULE
};

/// `[[pane]]`.
pub const PANE: Table = Table {
    title: "[[pane]]",
    keys: &[
        "name",
        "cmd",
        "shell",
        "cwd",
        "env",
        "rules",
        "armed",
        "autostart",
        "restart",
        "stop",
        "log",
        "record",
        "term",
        "scrollback",
        "linger",
        "size",
        "idle",
        "askpass",
    ],
    later: &[],
    defaults_of: None,
    aliases: &[
        ("command", "cmd"),
        ("args", "cmd"),
        ("directory", "cwd"),
        ("workdir", "cwd"),
        ("environment", "env"),
        ("ruleset", "rules"),
        ("history", "scrollback"),
    ],
};

/// The table form of `log`.
pub const LOG: Table = Table {
    title: "'log'",
    keys: &["path", "mode"],
    later: &[],
    defaults_of: None,
    aliases: &[("file", "path")],
};

/// The table form of `record`.
pub const RECORD: Table = Table {
    title: "'record'",
    keys: &["path", "mode", "input", "format"],
    ..LOG
};

/// A step of `stop` that is written as a table.
pub const STOP: Table = Table {
    title: "'stop'",
    keys: &["keys", "cmd"],
    later: &[],
    defaults_of: None,
    aliases: &[("command", "cmd")],
};

/// `[secrets.NAME]`.
pub const SECRET: Table = Table {
    title: "[secrets.NAME]",
    keys: &["command", "file", "env", "ask", "timeout"],
    later: &[],
    defaults_of: None,
    aliases: &[
        ("cmd", "command"),
        ("path", "file"),
        ("variable", "env"),
        ("environment", "env"),
        ("prompt", "ask"),
    ],
};

/// `[notify]`.
pub const NOTIFY: Table = Table {
    title: "[notify]",
    keys: &["on", "terminal", "command", "every"],
    later: &[],
    defaults_of: None,
    aliases: &[("cmd", "command"), ("run", "command"), ("bell", "terminal")],
};

/// `[[ruleset]]`: its name, its rules, and defaults for them.
pub const RULESET: Table = Table {
    title: "[[ruleset]]",
    keys: &[
        "name",
        "start",
        "rule",
        "kind",
        "nocase",
        "view",
        "region",
        "window",
        "stable",
        "priority",
        "in",
        "context",
        "not",
        "equals",
        "otherwise",
        "echo",
        "foreground",
        "send",
        "keys",
        "sequence",
        "secret",
        "eof",
        "signal",
        "do",
        "goto",
        "hold",
        "delay",
        "confirm",
        "newline",
        "once",
        "max",
        "cooldown",
        "per_minute",
    ],
    later: &[],
    defaults_of: None,
    aliases: &[("rules", "rule")],
};

/// `[[ruleset.rule]]`.
pub const RULE: Table = Table {
    title: "[[ruleset.rule]]",
    keys: &[
        "name",
        "match",
        "event",
        "after",
        "when_exit",
        "kind",
        "nocase",
        "view",
        "region",
        "window",
        "stable",
        "priority",
        "in",
        "context",
        "not",
        "equals",
        "otherwise",
        "echo",
        "foreground",
        "send",
        "keys",
        "sequence",
        "secret",
        "eof",
        "signal",
        "do",
        "goto",
        "hold",
        "delay",
        "confirm",
        "newline",
        "once",
        "max",
        "cooldown",
        "per_minute",
    ],
    later: &[],
    defaults_of: None,
    aliases: &[
        ("pattern", "match"),
        ("regex", "match"),
        ("expect", "match"),
        ("answer", "send"),
        ("text", "send"),
        ("reply", "send"),
        ("action", "do"),
        ("ignore_case", "nocase"),
        ("password", "secret"),
        ("state", "in"),
        ("states", "in"),
        ("unless", "not"),
        ("program", "foreground"),
    ],
};

/// Every table; where a key belongs is looked up in this order.
pub const TABLES: &[&Table] = &[
    &TOP,
    &SESSION,
    &SECRET,
    &NOTIFY,
    &PANE,
    &RULE,
    &RULESET,
    &DEFAULTS,
    &DEFAULTS_PANE,
    &DEFAULTS_RULE,
    &LOG,
    &RECORD,
    &STOP,
    &KEYS,
    &KEYS_WATCH,
    &KEYS_SCROLL,
    &KEYS_INBOX,
    &KEYS_INSPECT,
    &THEME,
];

impl Table {
    /// Says what is wrong with `key`, which this table does not know, and what to write.
    pub(super) fn unknown(&self, key: &str) -> String {
        let shown = super::value::shown(key);
        let title = self.title;
        let noun = self.noun();
        if self.later.contains(&key) {
            return format!("{shown} in {title} is not supported yet; remove it");
        }
        if let Some(table) = self.defaults_of.filter(|table| table.keys.contains(&key)) {
            return format!(
                "{shown} can have no default; write it in each {}",
                table.title
            );
        }
        let unknown = format!("unknown {noun} {shown} in {title}");
        let near = nearest(
            key,
            self.keys
                .iter()
                .map(|known| (*known, *known))
                .chain(self.aliases.iter().copied())
                .filter(|(_, meaning)| self.keys.contains(meaning)),
        );
        if let Some(near) = near {
            return format!("{unknown}; did you mean '{near}'?");
        }
        if let Some(other) = TABLES.iter().find(|table| table.keys.contains(&key)) {
            return format!("{unknown}; it belongs in {}", other.title);
        }
        format!("{unknown}; it knows {}", self.keys.join(", "))
    }

    /// Returns what its keys name: the word key would mislead where they are no settings.
    fn noun(&self) -> &'static str {
        match self.title {
            "[keys.watch]" | "[keys.scroll]" | "[keys.inbox]" => "action",
            "[theme]" | "a theme" => "style",
            _ => "key",
        }
    }
}

/// Returns the meaning of the candidate (word, meaning) whose word is most like `text`, if one is
/// like enough: a third of its letters may differ, and one always.
pub(super) fn nearest<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Option<&'a str> {
    /// Longer texts are no slips of the pen, and comparing takes quadratic time.
    const LONGEST: usize = 64;
    /// Beyond this many candidates only the first are compared.
    const MOST: usize = 200;

    if text.len() > LONGEST {
        return None;
    }
    let text = text.to_lowercase();
    candidates
        .into_iter()
        .filter(|(word, _)| word.len() <= LONGEST)
        .take(MOST)
        .map(|(word, meaning)| {
            let distance = strsim::damerau_levenshtein(&text, &word.to_lowercase());
            (distance, word, meaning)
        })
        .filter(|(distance, word, _)| {
            *distance <= (word.len() / 3).max(1) && *distance < word.len()
        })
        .min_by_key(|(distance, _, _)| *distance)
        .map(|(_, _, meaning)| meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_hold_together() {
        for table in TABLES {
            for key in table.keys {
                assert!(!table.later.contains(key), "{key} in {}", table.title);
            }
            for (word, key) in table.aliases {
                assert!(!table.keys.contains(word), "{word} in {}", table.title);
                let known = table.keys.contains(key);
                assert!(
                    known || table.defaults_of.is_some(),
                    "{key} in {}",
                    table.title
                );
            }
        }
        let contains =
            |outer: &Table, inner: &Table| inner.keys.iter().all(|key| outer.keys.contains(key));
        assert!(contains(&PANE, &DEFAULTS_PANE));
        assert!(contains(&RULE, &DEFAULTS_RULE));
        assert!(contains(&RULESET, &DEFAULTS_RULE));
    }

    #[test]
    fn unknown_keys_get_the_nearest() {
        let check = |table: &Table, key: &str, end: &str| {
            let message = table.unknown(key);
            assert!(message.ends_with(end), "{message}");
        };
        check(&PANE, "comand", "did you mean 'cmd'?");
        check(&PANE, "cdm", "did you mean 'cmd'?");
        check(&PANE, "scroll_back", "did you mean 'scrollback'?");
        check(&RULE, "Match", "did you mean 'match'?");
        check(&RULE, "patern", "did you mean 'match'?");
        check(&TOP, "layout", "it belongs in [session]");
        check(&SESSION, "recrd", "did you mean 'record'?");
        check(&DEFAULTS_PANE, "name", "write it in each [[pane]]");
        check(&DEFAULTS_PANE, "history", "did you mean 'scrollback'?");
        check(&RULESET, "match", "it belongs in [[ruleset.rule]]");
        check(&LOG, "zebra", "it knows path, mode");
        check(&LOG, "\u{1b}[31m", "it knows path, mode");
        assert!(!LOG.unknown("\u{1b}[31m").contains('\u{1b}'));
    }
}
