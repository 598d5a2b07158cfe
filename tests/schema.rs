//! The JSON Schema of the config against the reading of configs: what one allows, the other does.

use std::{collections::BTreeMap, fs, path::Path};

use boon::{Compiler, SchemaIndex, Schemas};
use muxpect::config::{self, Config, Environment, TABLES};
use serde_json::Value;

/// A validator of configs.
struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Validator {
    fn new() -> Validator {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler
            .add_resource("config.json", config::json_schema())
            .unwrap();
        let index = compiler.compile("config.json", &mut schemas).unwrap();
        Validator { schemas, index }
    }

    /// Says what is wrong with a file, if anything is.
    fn refuse(&self, text: &str) -> Option<String> {
        let value: toml::Value =
            toml::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let value = serde_json::to_value(value).unwrap();
        let result = self.schemas.validate(&value, self.index);
        result.err().map(|error| format!("{error:#}"))
    }

    fn check_allowed(&self, text: &str) {
        if let Some(error) = self.refuse(text) {
            panic!("{text}\n{error}");
        }
    }

    fn check_refused(&self, text: &str) {
        assert!(self.refuse(text).is_some(), "{text}");
    }
}

fn project(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn read(text: &str) -> Config {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let environment = Environment {
        cwd: root.to_owned(),
        folder: root.to_owned(),
        home: None,
        variables: BTreeMap::new(),
        shell: "/bin/sh".to_owned(),
    };
    config::parse(text, Path::new("muxpect.toml"), &environment)
        .unwrap_or_else(|errors| panic!("{text}\n{}", errors.render(false)))
}

#[test]
fn every_file_of_the_project_is_allowed() {
    let validator = Validator::new();
    validator.check_allowed(&project("config.example.toml"));
    validator.check_allowed(&project("assets/starter.toml"));
    for name in config::library_names() {
        validator.check_allowed(&project(&format!("assets/rulesets/{name}.toml")));
    }
}

/// Each setting in a comment of the example, in the place of the file's own of the same key.
#[test]
fn every_setting_of_the_example_is_allowed() {
    let validator = Validator::new();
    let text = project("config.example.toml");
    let lines: Vec<&str> = text.lines().collect();
    let mut settings = 0;
    for (at, line) in lines.iter().enumerate() {
        let setting = line
            .strip_prefix("# ")
            .and_then(|line| line.split_once(" = "));
        let Some((key, value)) = setting else {
            continue;
        };
        let table = lines[..at].iter().rfind(|line| line.starts_with('['));
        if key.contains(' ') || table.is_none() {
            continue;
        }
        settings += 1;
        let table = table.unwrap();
        // What the table needs besides.
        let more = match (*table, key) {
            ("[[pane]]", _) => "cmd = [\"sh\"]",
            ("[[ruleset.rule]]", _) => "match = \"x\"",
            ("[[ruleset]]", _) => "name = \"x\"",
            (_, "timeout") => "command = [\"x\"]",
            _ => "",
        };
        let inner = if *table == "[[ruleset.rule]]" {
            "[[ruleset]]\nname = \"x\"\n"
        } else {
            ""
        };
        validator.check_allowed(&format!(
            "version = 1\n{inner}{table}\n{more}\n{key} = {value}"
        ));
    }
    assert!(settings >= 30, "only {settings} settings");
}

#[test]
fn unknown_keys_are_refused_in_every_table() {
    let validator = Validator::new();
    let check = |text: &str| {
        validator.check_allowed(&format!("version = 1\n{text}"));
        validator.check_refused(&format!("version = 1\n{text}\nzebra = 1"));
    };
    check("");
    check("[session]");
    check("[defaults]");
    check("[defaults.pane]");
    check("[defaults.rule]");
    check("[secrets.x]\nask = true");
    check("[[pane]]\ncmd = [\"x\"]");
    check("[[pane]]\ncmd = [\"x\"]\n[pane.log]\npath = \"x\"");
    check("[[pane]]\ncmd = [\"x\"]\n[pane.stop]\nkeys = [\"C-d\"]");
    check("[[ruleset]]\nname = \"x\"");
    check("[[ruleset]]\nname = \"x\"\n[[ruleset.rule]]\nmatch = \"x\"\nsend = \"y\"");
    // The tables that are looked up by their titles, whatever there are.
    for table in TABLES {
        let title = table.title.replace("NAME", "x");
        if title.starts_with('[') && !title.starts_with("[[ruleset.") {
            validator.check_refused(&format!("version = 1\n{title}\nzebra = 1"));
        }
    }
}

#[test]
fn wrong_values_are_refused() {
    let validator = Validator::new();
    let check = |text: &str| validator.check_refused(&format!("version = 1\n{text}"));
    validator.check_refused("");
    validator.check_refused("version = 2");
    check("[session]\nlayout = \"heap\"");
    check("[session]\nask_timeout = 5");
    check("[defaults.pane]\nscrollback = -1");
    check("[defaults.pane]\nsize = \"large\"");
    check("[[pane]]\nname = \"x\"");
    check("[[pane]]\ncmd = \"x\"");
    check("[[pane]]\ncmd = [\"x\"]\nshell = \"x\"");
    check("[secrets.x]\nask = true\nfile = \"x\"");
    check("[secrets.x]\nask = false");
    check("[[ruleset]]\nrule = []");
}

/// The default of a key is what a file means that does not have it, and its words are those that
/// the reading knows.
#[test]
fn defaults_and_words_are_those_of_the_reading() {
    let schema = config::json_schema();
    let check = |pointer: &str, file: &dyn Fn(&str) -> String, expected: usize| {
        let properties = schema.pointer(&format!("{pointer}/properties")).unwrap();
        let mut checked = 0;
        let plain = read(&file(""));
        for (key, property) in properties.as_object().unwrap() {
            if let Some(default) = property.get("default") {
                let default = toml_value(default);
                assert_eq!(read(&file(&format!("{key} = {default}"))), plain, "{key}");
                checked += 1;
            }
            let words = property.get("enum").and_then(Value::as_array);
            for word in words.into_iter().flatten() {
                read(&file(&format!("{key} = {word}")));
                checked += 1;
            }
        }
        assert!(checked >= expected, "only {checked} in {pointer}");
    };
    check(
        "/properties/session",
        &|line| format!("version = 1\n[session]\n{line}"),
        9,
    );
    let pane = "[[pane]]\nname = \"x\"\ncmd = [\"x\"]";
    let of_panes = |line: &str| format!("version = 1\n[defaults.pane]\n{line}\n{pane}");
    check("/properties/defaults/properties/pane", &of_panes, 8);
    let ruleset = "[[ruleset]]\nname = \"x\"\n[[ruleset.rule]]\nmatch = \"x\"\nsend = \"y\"";
    let of_rules = |line: &str| format!("version = 1\n[defaults.rule]\n{line}\n{ruleset}");
    check("/properties/defaults/properties/rule", &of_rules, 15);
}

fn toml_value(value: &Value) -> String {
    match value {
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(toml_value).collect();
            format!("[{}]", values.join(", "))
        }
        other => other.to_string(),
    }
}
