//! What files say of the interface, and the themes that come with the program.

use std::{collections::BTreeMap, path::Path};

use crate::{
    keys::Key,
    screen::{Attributes, Color, Style},
};

use super::*;

fn environment() -> Environment {
    Environment {
        cwd: "/elsewhere".into(),
        folder: "/project".into(),
        home: Some("/home/ada".into()),
        variables: BTreeMap::new(),
        shell: "/bin/sh".to_owned(),
    }
}

fn interface(text: &str) -> InterfaceSpec {
    let text = format!("version = 1\n{text}");
    parse_interface(&text, Path::new("muxpect.toml"), &environment())
        .unwrap_or_else(|errors| panic!("{}", errors.render(false)))
}

fn keys(names: &[&str]) -> Vec<Key> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

#[test]
fn keys_are_read_by_mode() {
    let found = interface(
        "keys = { escape = \"C-q\", prefix = \"C-b\", watch = { zoom = [\"z\", \"M-z\"], kill = [] },\
         scroll.leave = \"F5\", inbox.next = \"n\", inspect.pause = \"x\" }",
    );
    let expected = KeysSpec {
        escape: Some(Key::control('q')),
        prefix: Some(Some(Key::control('b'))),
        watch: Bindings::from([("kill", vec![]), ("zoom", keys(&["z", "M-z"]))]),
        scroll: Bindings::from([("leave", keys(&["F5"]))]),
        inbox: Bindings::from([("next", keys(&["n"]))]),
        inspect: Bindings::from([("pause", keys(&["x"]))]),
    };
    assert_eq!(found.keys, expected);
    assert_eq!(interface("keys.prefix = \"\"").keys.prefix, Some(None));
    assert_eq!(interface(""), InterfaceSpec::default());
}

#[test]
fn a_theme_is_a_name_or_a_file() {
    let name = |text: &str| interface(&format!("theme.name = \"{text}\"")).theme.name;
    assert_eq!(name("light"), Some(ThemeName::BuiltIn("light")));
    let file = |path: &str| Some(ThemeName::File(path.into()));
    assert_eq!(name("mine.toml"), file("/project/mine.toml"));
    assert_eq!(name("~/themes/mine"), file("/home/ada/themes/mine"));
}

#[test]
fn styles_are_words() {
    let check = |text: &str, foreground, background, attributes: &[Attributes]| {
        let spec = interface(&format!("theme.text = \"{text}\"")).theme;
        let mut expected = Style {
            foreground,
            background,
            ..Style::default()
        };
        for attribute in attributes {
            expected.attributes.set(*attribute, true);
        }
        assert_eq!(spec.styles["text"], expected, "{text}");
    };
    let (default, indexed) = (Color::Default, Color::Indexed);
    check("default", default, default, &[]);
    check("cyan bold", indexed(6), default, &[Attributes::BOLD]);
    check(
        "bold black on bright-white",
        indexed(0),
        indexed(15),
        &[Attributes::BOLD],
    );
    check("on 208", default, indexed(208), &[]);
    check(
        "#7aA2f7 on #000000",
        Color::Rgb(0x7a, 0xa2, 0xf7),
        Color::Rgb(0, 0, 0),
        &[],
    );
    check(
        "dim italic underline reversed",
        default,
        default,
        &[
            Attributes::DIM,
            Attributes::ITALIC,
            Attributes::UNDERLINE,
            Attributes::INVERSE,
        ],
    );
}

#[test]
fn an_interface_reads_nothing_else_of_a_sessions_config() {
    let found = interface(
        "[[pane]]\ncmd = 5\n[secrets.x]\nenv = \"NOT_SET\"\n[theme]\nname = \"dark\"\n[unknown]\n",
    );
    assert_eq!(found.theme.name, Some(ThemeName::BuiltIn("dark")));
    for bad in [
        "version = 2",
        "version = 1\nkeys = 3",
        "version = 1\n[[[",
        "keys = {}",
    ] {
        let read = parse_interface(bad, Path::new("x"), &environment());
        assert!(read.is_err(), "{bad}");
    }
}

fn user(text: &str) -> Result<UserConfig, String> {
    let text = format!("version = 1\n{text}");
    let read = parse_user(&text, Path::new("config.toml"), &environment());
    read.map_err(|errors| errors.to_string())
}

#[test]
fn a_user_has_keys_colours_and_rulesets() {
    let found = user(
        "keys.escape = \"C-q\"\ntheme.name = \"dark\"\n\
         [[ruleset]]\nname = \"mine\"\nrule = [{ match = \"x\", secret = \"any\" }]",
    );
    let found = found.unwrap();
    assert_eq!(found.interface.keys.escape, Some(Key::control('q')));
    assert_eq!(found.rulesets[0].name, "mine");
    let check = |text: &str, expected: &str| {
        let message = user(text).unwrap_err();
        assert!(message.contains(expected), "{message}");
    };
    check(
        "pane = []",
        "'pane' is for one session; move it to a muxpect.toml",
    );
    check(
        "them = {}",
        "unknown key 'them' in your own config; did you mean 'theme'?",
    );
    check(
        "ruleset = [{ name = \"r\", rule = [{ match = \"x\", send = \"{var.a}\" }] }]",
        "[vars]",
    );
}

#[test]
fn a_users_rulesets_are_used_by_name_unless_the_session_has_its_own() {
    let shared = user("[[ruleset]]\nname = \"pagers\"\nrule = [{ match = \"user\", send = \"\" }]");
    let shared = shared.unwrap().rulesets;
    let rules = |text: &str| {
        let text = format!("version = 1\n[[pane]]\ncmd = [\"x\"]\nrules = [\"pagers\"]\n{text}");
        let config = parse_beside(&text, Path::new("x"), &environment(), &shared).unwrap();
        let rules = config.panes[0].rules.iter();
        let names: Vec<String> = rules.map(|rule| format!("{:?}", rule.trigger)).collect();
        (config.rulesets.len(), names.join(" "))
    };
    let (own, named) = rules("");
    assert!(named.contains("user"), "{named}");
    assert_eq!(own, 0, "they are no rulesets of the file");
    let (_, named) =
        rules("[[ruleset]]\nname = \"pagers\"\nrule = [{ match = \"session\", send = \"\" }]");
    assert!(
        named.contains("session") && !named.contains("user"),
        "{named}"
    );
}

#[test]
fn a_ruleset_alone_asks_for_its_secrets() {
    let shared = user("[[ruleset]]\nname = \"mine\"\nrule = [{ match = \"x\", secret = \"any\" }]");
    let shared = shared.unwrap().rulesets;
    let found = user::ruleset_named("mine", &shared).unwrap();
    assert_eq!(found.rules().len(), 1);
    assert!(found.secrets.contains_key("any"));
    assert!(
        user::ruleset_named("pagers", &shared).is_some(),
        "the library has it"
    );
    assert!(user::ruleset_named("nobody", &shared).is_none());
}

#[test]
fn the_users_config_is_where_the_environment_says() {
    let check = |variable: Option<&str>, home: Option<&str>, expected: Option<&str>| {
        let variables = variable.map(|text| ("XDG_CONFIG_HOME".to_owned(), text.to_owned()));
        let environment = Environment {
            home: home.map(Into::into),
            variables: variables.into_iter().collect(),
            ..environment()
        };
        assert_eq!(user_config_path(&environment), expected.map(Into::into));
    };
    let home = Some("/home/ada");
    let default = Some("/home/ada/.config/muxpect/config.toml");
    check(None, home, default);
    check(Some(""), home, default);
    check(Some("relative"), home, default);
    check(Some("/etc/x"), home, Some("/etc/x/muxpect/config.toml"));
    check(None, None, None);
}

#[test]
fn files_of_the_user_are_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let environment = Environment {
        home: Some(folder.path().to_owned()),
        ..environment()
    };
    assert_eq!(load_user(&environment).unwrap(), None);
    let own = folder.path().join(".config/muxpect");
    std::fs::create_dir_all(&own).unwrap();
    let write = |name: &str, text: &str| std::fs::write(own.join(name), text).unwrap();
    write(
        "config.toml",
        "version = 1\ntheme.name = \"mine.toml\"\n\
         [[ruleset]]\nname = \"r\"\nrule = [{ match = \"x\", send = \"\" }]\n",
    );
    let theme = load_user(&environment).unwrap().unwrap().interface.theme;
    let Some(ThemeName::File(path)) = theme.name else {
        panic!("it is a file");
    };
    assert_eq!(path, own.join("mine.toml"));
    let missing = load_theme(&path).unwrap_err().to_string();
    assert!(missing.starts_with("there is no theme file"), "{missing}");
    write("mine.toml", "key = \"cyann\"\n");
    let bad = load_theme(&path).unwrap_err().to_string();
    assert!(
        bad.contains("mine.toml:1:7: ") && bad.contains("'cyan'"),
        "{bad}"
    );

    let session = folder.path().join("muxpect.toml");
    let text = "version = 1\n[[pane]]\ncmd = [\"x\"]\nrules = [\"r\"]\n";
    std::fs::write(&session, text).unwrap();
    assert_eq!(
        load(&session, &environment).unwrap().panes[0].rules.len(),
        1
    );
    assert!(load_ruleset("r", &environment).unwrap().is_some());
    write("config.toml", "version = 1\nkeys = 3\n");
    let bad = load(&session, &environment).unwrap_err().to_string();
    assert!(bad.contains("config.toml:2:8: "), "{bad}");
    assert_eq!(
        load_interface(&session, &environment).unwrap(),
        InterfaceSpec::default()
    );
}

#[test]
fn themes_have_every_style() {
    for name in ["dark", "light", "sixteen", "plain"] {
        let styles = built_in_theme(name).unwrap();
        let missing: Vec<_> = THEME.keys[1..]
            .iter()
            .filter(|style| !styles.contains_key(**style))
            .collect();
        assert!(missing.is_empty(), "{name}: {missing:?}");
    }
    assert_eq!(built_in_theme("nobody"), None);
    for (name, style) in built_in_theme("plain").unwrap() {
        let colours = (style.foreground, style.background);
        assert_eq!(colours, (Color::Default, Color::Default), "{name}");
    }
}

fn luminance([red, green, blue]: [u8; 3]) -> f64 {
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        match value <= 0.04045 {
            true => value / 12.92,
            false => ((value + 0.055) / 1.055).powf(2.4),
        }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/// The contrast of two colours (WCAG 2.2).
fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn rgb(color: Color) -> Option<[u8; 3]> {
    match color {
        Color::Rgb(red, green, blue) => Some([red, green, blue]),
        Color::Default => None,
        Color::Indexed(_) => panic!("a scheme may make it anything"),
    }
}

#[test]
fn words_of_dark_and_light_are_easy_to_read() {
    const DARK: [[u8; 3]; 4] = [[0; 3], [0x1e; 3], [0x1a, 0x1b, 0x26], [0x28, 0x2c, 0x34]];
    const LIGHT: [[u8; 3]; 3] = [[255; 3], [0xfa; 3], [0xfd, 0xf6, 0xe3]];
    for (theme, backgrounds) in [("dark", &DARK[..]), ("light", &LIGHT[..])] {
        for (name, style) in built_in_theme(theme).unwrap() {
            let Some(foreground) = rgb(style.foreground) else {
                continue;
            };
            let behind = rgb(style.background);
            let behind = behind.as_ref().map_or(backgrounds, std::slice::from_ref);
            // Lines are no words; calm ones are only to be seen.
            let least = match name {
                "border" => 1.7,
                "border_focused" | "border_interact" => 3.0,
                _ => 4.5,
            };
            for background in behind {
                let found = contrast(foreground, *background);
                assert!(
                    found >= least,
                    "{theme}: {name} has {found:.2} on {background:x?}"
                );
            }
        }
    }
    assert!((contrast([255; 3], [0; 3]) - 21.0).abs() < 0.01);
}
