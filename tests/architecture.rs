//! Holds the house rules that the compiler does not: which room may import which, a header in
//! every file, unsafe code in one room.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Each room with the rooms it may name, beside itself. `protocol` knows only plain values: of
/// the rooms it names it uses nothing but their specifications.
const IMPORTS: [(&str, &[&str]); 19] = [
    ("geometry", &[]),
    ("keys", &["geometry"]),
    ("screen", &["geometry"]),
    ("terminal", &["screen", "keys", "geometry"]),
    ("expect", &["keys"]),
    ("pty", &["geometry"]),
    ("record", &["screen", "geometry"]),
    ("replay", &["record", "terminal", "geometry"]),
    ("learn", &["record", "terminal", "keys", "geometry"]),
    (
        "pane",
        &[
            "expect", "terminal", "record", "pty", "screen", "keys", "geometry", "protocol",
        ],
    ),
    ("session", &["pane", "expect", "geometry", "protocol"]),
    (
        "protocol",
        &["pane", "session", "expect", "screen", "keys", "geometry"],
    ),
    (
        "config",
        &[
            "pane", "session", "expect", "record", "screen", "keys", "geometry",
        ],
    ),
    ("client", &["protocol", "session", "pty"]),
    (
        "server",
        &[
            "client", "session", "config", "pane", "expect", "record", "pty", "protocol",
            "geometry",
        ],
    ),
    (
        "tui",
        &[
            "client", "session", "config", "pane", "expect", "screen", "keys", "geometry",
            "protocol", "pty", "replay",
        ],
    ),
    (
        "cli",
        &[
            "tui", "server", "client", "session", "config", "pane", "protocol", "expect", "keys",
            "screen", "geometry", "pty", "replay", "record", "learn",
        ],
    ),
    ("lib", &[]),
    ("main", &["cli"]),
];

/// Crates with the only room that may name them.
const CRATES: [(&str, &str); 3] = [
    ("vt100", "terminal"),
    ("ratatui", "tui"),
    ("crossterm", "tui"),
];

fn sources() -> Vec<(String, PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    assert!(paths.len() > 20, "the sources are found");
    let read = |path: PathBuf| {
        let inside = path.strip_prefix(&root).unwrap();
        let first = inside.components().next().unwrap().as_os_str();
        let room = first.to_str().unwrap().trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&path).unwrap();
        (room, path, text)
    };
    paths.into_iter().map(read).collect()
}

/// Returns the text without comments and without its unit tests.
fn code(text: &str) -> String {
    let shipped = text.split("\n#[cfg(test)]").next().unwrap_or_default();
    let lines = shipped
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the first path segment after each `crate::`, groups included.
fn named_rooms(code: &str) -> Vec<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(is_name) {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            rooms.push(rest.chars().take_while(|c| is_name(*c)).collect());
            continue;
        };
        let mut depth = 0;
        let mut word = String::new();
        let mut fresh = true;
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => fresh = true,
                c if depth == 0 && fresh && is_name(c) => word.push(c),
                _ => {
                    if !word.is_empty() {
                        fresh = false;
                        rooms.push(std::mem::take(&mut word));
                    }
                }
            }
            if !word.is_empty() && matches!(c, ',' | '}') {
                rooms.push(std::mem::take(&mut word));
            }
        }
        if !word.is_empty() {
            rooms.push(word);
        }
    }
    rooms
}

#[test]
fn imports_run_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = IMPORTS.into_iter().collect();
    let mut wrong = Vec::new();
    for (room, path, text) in sources() {
        let may = allowed.get(room.as_str());
        let may = may.unwrap_or_else(|| panic!("{} is in no known room", path.display()));
        for named in named_rooms(&code(&text)) {
            if named != room
                && allowed.contains_key(named.as_str())
                && !may.contains(&named.as_str())
            {
                wrong.push(format!("{}: {room} imports {named}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn some_crates_have_one_room() {
    for (room, path, text) in sources() {
        let code = code(&text);
        for (name, home) in CRATES {
            let named =
                code.contains(&format!("{name}::")) || code.contains(&format!("use {name}"));
            assert!(!named || room == home, "{} names {name}", path.display());
        }
    }
}

#[test]
fn every_file_has_a_header() {
    for (_, path, text) in sources() {
        assert!(text.starts_with("//! "), "{} has no header", path.display());
    }
}

#[test]
fn unsafe_code_is_in_the_pty_room() {
    for (room, path, text) in sources() {
        let code = code(&text);
        let unsafe_code = ["unsafe {", "unsafe fn", "unsafe impl", "allow(unsafe_code)"];
        let found = unsafe_code.iter().any(|form| code.contains(form));
        assert!(
            !found || room == "pty",
            "{} has unsafe code",
            path.display()
        );
    }
}

#[test]
fn groups_and_paths_are_seen() {
    let code =
        "use crate::{pane::{self, PaneSpec}, keys, screen::Row};\nlet x = crate::pty::spawn();";
    assert_eq!(named_rooms(code), ["pane", "keys", "screen", "pty"]);
}
