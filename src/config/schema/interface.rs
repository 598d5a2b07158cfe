//! The tables that say how the interface behaves and looks: keys and colours.
//!
//! The names in `[keys.MODE]` are those of the interface's own tables of keys, and a test there
//! holds them equal.

use super::{TOP, Table};

/// The top level of the user's own config.
pub(in crate::config) const USER: Table = Table {
    title: "your own config",
    keys: &["version", "keys", "theme", "ruleset"],
    later: &["notify"],
    ..TOP
};

/// `[keys]`.
pub const KEYS: Table = Table {
    title: "[keys]",
    keys: &["escape", "prefix", "watch", "scroll", "inbox", "inspect"],
    later: &[],
    defaults_of: None,
    aliases: &[("leave", "escape"), ("leader", "prefix")],
};

/// `[keys.watch]`: actions, each with its keys.
pub const KEYS_WATCH: Table = Table {
    title: "[keys.watch]",
    keys: &[
        "focus-next",
        "focus-previous",
        "focus-left",
        "focus-right",
        "focus-above",
        "focus-below",
        "focus-last",
        "focus-1",
        "focus-2",
        "focus-3",
        "focus-4",
        "focus-5",
        "focus-6",
        "focus-7",
        "focus-8",
        "focus-9",
        "next-needing",
        "previous-needing",
        "interact",
        "send-escape",
        "zoom",
        "next-layout",
        "grow",
        "shrink",
        "equalize",
        "toggle-list",
        "filter",
        "sort",
        "scroll",
        "scroll-page-up",
        "add",
        "duplicate",
        "rename",
        "mark",
        "broadcast",
        "restart",
        "stop",
        "kill",
        "remove",
        "inbox",
        "arm",
        "auto-answer",
        "why",
        "inspect",
        "record",
        "palette",
        "help",
        "reload",
        "redraw",
        "suspend",
        "detach",
        "quit",
    ],
    later: &[],
    defaults_of: None,
    aliases: &[("layout", "next-layout"), ("list", "toggle-list")],
};

/// `[keys.scroll]`: actions, each with its keys.
pub const KEYS_SCROLL: Table = Table {
    title: "[keys.scroll]",
    keys: &[
        "line-up",
        "line-down",
        "half-up",
        "half-down",
        "page-up",
        "page-down",
        "top",
        "bottom",
        "search-down",
        "search-up",
        "next-match",
        "previous-match",
        "previous-prompt",
        "next-prompt",
        "select",
        "select-lines",
        "swap-ends",
        "copy",
        "copy-and-leave",
        "left",
        "right",
        "word-forward",
        "word-back",
        "word-end",
        "edit",
        "line-start",
        "line-end",
        "leave",
    ],
    aliases: &[("search", "search-down")],
    ..KEYS_WATCH
};

/// `[keys.inbox]`: actions, each with its keys.
pub const KEYS_INBOX: Table = Table {
    title: "[keys.inbox]",
    keys: &[
        "next",
        "previous",
        "answer",
        "accept",
        "answer-alike",
        "go-to",
        "dismiss",
        "leave",
    ],
    aliases: &[],
    ..KEYS_WATCH
};

/// `[keys.inspect]`: actions, each with its keys.
pub const KEYS_INSPECT: Table = Table {
    title: "[keys.inspect]",
    keys: &[
        "next",
        "previous",
        "page-down",
        "page-up",
        "top",
        "bottom",
        "next-section",
        "previous-section",
        "open",
        "pause",
        "filter",
        "output",
        "input",
        "decisions",
        "copy",
        "make-rule",
        "leave",
    ],
    aliases: &[("rule", "make-rule")],
    ..KEYS_WATCH
};

/// `[theme]`: which theme, and styles that differ from it.
pub const THEME: Table = Table {
    title: "[theme]",
    keys: &[
        "name",
        "text",
        "faint",
        "strong",
        "key",
        "border",
        "border_focused",
        "border_interact",
        "border_broadcast",
        "selected",
        "notice",
        "working",
        "quiet",
        "ready",
        "waiting",
        "password",
        "asking",
        "stopped",
        "done",
        "failed",
        "lost",
        "badge_watch",
        "badge_interact",
        "badge_broadcast",
        "badge_scroll",
        "badge_dialog",
    ],
    later: &[],
    defaults_of: None,
    aliases: &[("theme", "name"), ("frame", "border")],
};

/// A file of a theme: styles alone.
pub(in crate::config) const THEME_FILE: Table = Table {
    title: "a theme",
    keys: styles(),
    aliases: &[],
    ..THEME
};

/// Returns the names of the styles that a theme has.
pub(in crate::config) const fn styles() -> &'static [&'static str] {
    match THEME.keys.split_first() {
        Some((_, styles)) => styles,
        None => &[],
    }
}
