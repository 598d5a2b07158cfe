//! `schema`: the JSON Schema of config files, and of what verbs print as JSON.
//!
//! The latter are made from the types that are printed, so that a field cannot be missing in them.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Value, json};

use super::{
    arguments::{Schema, SchemaName},
    failure::CliError,
    output::print,
    replay::ReplayedScreen,
    status::Status,
};
use crate::{
    config,
    pane::Told,
    protocol::{AskInfo, ExpectInfo, PaneInfo, RuleInfo, ScreenInfo, SessionInfo, WhyInfo},
    session::Event,
};

/// Prints a schema.
pub fn schema(arguments: &Schema) -> Result<Status, CliError> {
    print(&format!("{:#}\n", schema_of(arguments.what)))?;
    Ok(Status::DONE)
}

fn schema_of(what: SchemaName) -> Value {
    match what {
        SchemaName::Config => config::json_schema(),
        SchemaName::Asks => printed::<Vec<AskInfo>>("muxpect asks --json"),
        SchemaName::Events => printed::<Event>("a line of muxpect events"),
        SchemaName::Expect => printed::<ExpectInfo>("muxpect expect --json"),
        SchemaName::Ls => printed::<Vec<SessionInfo>>("muxpect ls --json"),
        SchemaName::Ps => printed::<Vec<PaneInfo>>("muxpect ps --json"),
        SchemaName::Replay => printed::<ReplayedScreen>("muxpect replay --at TIME --format json"),
        SchemaName::RulesList => printed::<Vec<RuleInfo>>("muxpect rules list --json"),
        SchemaName::RulesTest => printed::<Told>("a line of muxpect rules test --json"),
        SchemaName::RulesWhy => printed::<Vec<WhyInfo>>("muxpect rules why --json"),
        SchemaName::Screen => printed::<ScreenInfo>("muxpect screen --format json"),
        SchemaName::Wait => printed::<Vec<PaneInfo>>("muxpect wait --json"),
    }
}

/// Returns the schema of a type as it is printed.
fn printed<T: JsonSchema>(title: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), json!(title));
    schema.to_value()
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        path::Path,
    };

    use boon::{Compiler, Schemas};
    use clap::ValueEnum;
    use jiff::Timestamp;

    use super::*;
    use crate::{
        expect::AutoAnswer,
        pane::PaneEvent,
        protocol::{Attention, ExitInfo},
        session::{ConfigChanges, Happening, SessionEvent},
    };

    /// The events of the schema, each with the fields that it has beside those of every event.
    fn events(schema: &Value) -> BTreeMap<String, BTreeSet<String>> {
        fn walk(schema: &Value, found: &mut BTreeMap<String, BTreeSet<String>>) {
            let properties = schema.get("properties").and_then(Value::as_object);
            if let Some(properties) = properties
                && let Some(name) = schema.pointer("/properties/event/const")
            {
                let own = properties.keys().filter(|key| *key != "event");
                let mut fields: BTreeSet<String> = own.cloned().collect();
                // What is flattened into it.
                fields.extend(names_below(schema));
                found.insert(name.as_str().unwrap().to_owned(), fields);
                return;
            }
            match schema {
                Value::Array(parts) => parts.iter().for_each(|part| walk(part, found)),
                Value::Object(parts) => parts.values().for_each(|part| walk(part, found)),
                _ => {}
            }
        }
        fn names_below(schema: &Value) -> BTreeSet<String> {
            let parts = ["anyOf", "oneOf", "allOf"].into_iter();
            let parts = parts.filter_map(|key| schema.get(key)?.as_array());
            let named = parts.flatten().flat_map(|part| {
                let properties = part.get("properties").and_then(Value::as_object);
                properties.into_iter().flat_map(|map| map.keys().cloned())
            });
            named.collect()
        }
        let mut found = BTreeMap::new();
        walk(schema, &mut found);
        found
    }

    fn text(text: &str) -> String {
        text.to_owned()
    }

    /// One event of each kind, and more where a field may be missing.
    fn samples() -> Vec<Happening> {
        let of_panes = [
            PaneEvent::Started {
                pid: Some(7),
                error: None,
            },
            PaneEvent::Started {
                pid: None,
                error: Some(text("no such file")),
            },
            PaneEvent::Restarted,
            PaneEvent::Exited {
                exit: ExitInfo::Code(3),
            },
            PaneEvent::Exited {
                exit: ExitInfo::Signal(text("SIGKILL")),
            },
            PaneEvent::Eof,
            PaneEvent::Attention {
                from: Attention::Working,
                to: Attention::Waiting,
                evidence: text("reader"),
            },
            PaneEvent::Decision {
                rule: text("set/rule"),
                outcome: text("sent"),
                reason: text("it matched"),
                prompt: text("Go on? "),
            },
            PaneEvent::Answered {
                rule: Some(text("set/rule")),
                client: None,
                text: text("yes"),
            },
            PaneEvent::Answered {
                rule: None,
                client: Some(4),
                text: text("***"),
            },
            PaneEvent::Notified { text: text("done") },
            PaneEvent::Ran {
                rule: text("set/rule"),
                command: vec![text("true")],
                error: Some(text("no such file")),
            },
            PaneEvent::Armed,
            PaneEvent::Disarmed {
                reason: text("somebody did"),
            },
            PaneEvent::Bell,
            PaneEvent::Title { title: text("top") },
            PaneEvent::Resized { rows: 24, cols: 80 },
            PaneEvent::Lost {
                what: text("log"),
                bytes: 9,
            },
        ];
        let of_sessions = [
            SessionEvent::Renamed { from: text("db") },
            SessionEvent::Asked {
                ask: 1,
                rule: text("set/rule"),
                prompt: text("Go on? "),
                reason: text("the rule asks"),
                suggestion: None,
            },
            SessionEvent::Settled { ask: 1 },
            SessionEvent::AutoAnswer {
                mode: AutoAnswer::Suggest,
            },
            SessionEvent::Config {
                file: "muxpect.toml".into(),
                error: Some(text("no such key")),
                changes: None,
            },
            SessionEvent::Config {
                file: "muxpect.toml".into(),
                error: None,
                changes: Some(ConfigChanges {
                    started: vec![text("a")],
                    changed: Vec::new(),
                    restart: Vec::new(),
                    unnamed: Vec::new(),
                }),
            },
            SessionEvent::Attached { client: 2 },
            SessionEvent::Detached { client: 2 },
            SessionEvent::NotifyFailed {
                error: text("no such file"),
            },
        ];
        let of_panes = of_panes.into_iter().map(Happening::from);
        of_panes
            .chain(of_sessions.into_iter().map(Happening::from))
            .collect()
    }

    #[test]
    fn every_schema_compiles_and_says_what_it_is_of() {
        for what in SchemaName::value_variants() {
            let schema = schema_of(*what);
            let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
            compiler.add_resource("x.json", schema.clone()).unwrap();
            compiler.compile("x.json", &mut schemas).unwrap();
            assert!(schema["title"].is_string(), "{what:?}");
            if *what != SchemaName::Config {
                assert!(schema.to_string().contains("\"required\""), "{what:?}");
            }
        }
    }

    #[test]
    fn every_kind_of_event_is_as_its_schema_says() {
        let schema = schema_of(SchemaName::Events);
        let known = events(&schema);
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("x.json", schema).unwrap();
        let index = compiler.compile("x.json", &mut schemas).unwrap();
        let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for what in samples() {
            let event = Event {
                time: Timestamp::UNIX_EPOCH,
                session: text("s"),
                pane: None,
                what,
            };
            let event = serde_json::to_value(event).unwrap();
            if let Err(error) = schemas.validate(&event, index) {
                panic!("{event}\n{error:#}");
            }
            let name = event["event"].as_str().unwrap().to_owned();
            let all = ["time", "session", "pane", "event"];
            let keys = event.as_object().unwrap().keys();
            let own = keys.filter(|key| !all.contains(&key.as_str()));
            seen.entry(name).or_default().extend(own.cloned());
            // The schema does refuse something.
            let mut wrong = event;
            wrong["event"] = json!("unheard");
            assert!(schemas.validate(&wrong, index).is_err());
        }
        assert_eq!(seen, known);
    }

    #[test]
    fn every_event_is_explained_field_by_field() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/events.md");
        let page = fs::read_to_string(path).unwrap();
        let known = events(&schema_of(SchemaName::Events));
        assert!(known.len() >= 20, "{known:?}");
        let mut sections: BTreeMap<&str, &str> = BTreeMap::new();
        for section in page.split("\n### ").skip(1) {
            let (title, text) = section.split_once('\n').unwrap();
            let text = text.split("\n## ").next().unwrap();
            sections.insert(title.trim_matches('`'), text);
        }
        let titles: Vec<&str> = sections.keys().copied().collect();
        let names: Vec<&str> = known.keys().map(String::as_str).collect();
        assert_eq!(titles, names, "the sections are the events");
        for (name, fields) in &known {
            // A row of the section's table: | `field` | form | meaning |
            let rows = sections[name.as_str()].lines();
            let rows = rows.filter_map(|row| row.strip_prefix("| `")?.split_once('`'));
            let explained: BTreeSet<String> = rows.map(|(field, _)| field.to_owned()).collect();
            assert_eq!(&explained, fields, "{name}");
        }
    }
}
