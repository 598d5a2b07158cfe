//! The JSON Schema of config files (draft 2020-12), for editors that complete and check them.
//!
//! Made from the tables that the reading itself knows (`schema`), so that neither can have a key
//! which the other lacks. Where a table stands in the file, its title says: `[a.b]` is a table,
//! `[[a.b]]` a list of them, and `[a.NAME]` one for each name of the user's own. A schema allows
//! more than the reading does: what contradicts itself is found there alone.

use serde_json::{Map, Value, json};

use super::{
    form::{self, Form},
    schema::{self, TABLES, Table},
    session::VERSION,
};

/// Returns the schema.
pub fn json_schema() -> Value {
    let mut schema = Map::new();
    schema.insert(
        "$schema".to_owned(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    schema.insert("title".to_owned(), json!("muxpect.toml"));
    schema.extend(table(&schema::TOP));
    Value::Object(schema)
}

fn table(of: &Table) -> Map<String, Value> {
    let properties: Map<_, _> = of
        .keys
        .iter()
        .map(|key| ((*key).to_owned(), property(of, key)))
        .collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("additionalProperties".to_owned(), json!(false));
    schema.insert("properties".to_owned(), Value::Object(properties));
    let required = form::required(of);
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    let choices = form::one_of(of).iter();
    let choices: Vec<_> = choices.map(|key| json!({ "required": [key] })).collect();
    if !choices.is_empty() {
        schema.insert("oneOf".to_owned(), json!(choices));
    }
    schema
}

fn property(of: &Table, name: &str) -> Value {
    let key = form::key(of, name);
    let schema = match (inner(of, name), key) {
        (Some(inner), _) => inner,
        (None, Some(key)) => value(key.form),
        (None, None) => json!({}),
    };
    let Value::Object(mut schema) = schema else {
        return schema;
    };
    if let Some(key) = key {
        schema.insert("description".to_owned(), json!(key.meaning));
        if !key.default.is_empty() {
            let default = serde_json::from_str(key.default).expect("a default is JSON");
            schema.insert("default".to_owned(), default);
        }
    }
    Value::Object(schema)
}

/// Returns the schema of a key whose value is a table, or a list of tables.
fn inner(of: &Table, name: &str) -> Option<Value> {
    let outer = of.title.trim_matches(['[', ']']);
    let path = match of.title {
        title if title == schema::TOP.title => name.to_owned(),
        title if title.starts_with('[') => format!("{outer}.{name}"),
        _ => return None,
    };
    let titled = |title: String| TABLES.iter().find(|table| table.title == title);
    if let Some(one) = titled(format!("[{path}]")) {
        return Some(Value::Object(table(one)));
    }
    if let Some(each) = titled(format!("[[{path}]]")) {
        return Some(json!({ "type": "array", "items": table(each) }));
    }
    let named = titled(format!("[{path}.NAME]"))?;
    Some(json!({ "type": "object", "additionalProperties": table(named) }))
}

/// Returns the schema of the tables that are written as values, by their title.
fn titled(title: &str) -> Value {
    let found = TABLES.iter().find(|table| table.title == title);
    found.map_or(json!({}), |found| Value::Object(table(found)))
}

fn value(form: Form) -> Value {
    let text = || json!({ "type": "string" });
    let texts = || json!({ "type": "array", "items": text() });
    let duration = || json!({ "type": "string", "pattern": "^[0-9]+(ms|s|m|h)$" });
    let number =
        |least: i64, most: i64| json!({ "type": "integer", "minimum": least, "maximum": most });
    match form {
        Form::Version => json!({ "const": VERSION }),
        Form::Text => text(),
        Form::Texts => texts(),
        Form::TextOrTexts => json!({ "anyOf": [text(), texts()] }),
        Form::Command => json!({ "type": "array", "items": text(), "minItems": 1 }),
        Form::Flag => json!({ "type": "boolean" }),
        Form::True => json!({ "const": true }),
        Form::Number(least, most) => number(least, most),
        Form::Duration => duration(),
        Form::Bytes(most) => json!({ "anyOf": [
            { "type": "integer", "minimum": 1, "maximum": most },
            { "type": "string", "pattern": "^[0-9]+ *(B|KiB|MiB)?$" },
        ] }),
        Form::Size => json!({ "type": "string", "pattern": "^[0-9]+x[0-9]+$" }),
        Form::Map => json!({ "type": "object", "additionalProperties": text() }),
        Form::Words(words) => json!({ "enum": words() }),
        Form::WordList(words) => json!({ "type": "array", "items": { "enum": words() } }),
        Form::WordsOrStatus(words) => json!({ "anyOf": [{ "enum": words() }, number(0, 255)] }),
        Form::Steps => {
            let step = json!({ "anyOf": [text(), titled("'stop'")] });
            json!({ "anyOf": [step, { "type": "array", "items": step, "minItems": 1 }] })
        }
        Form::File(title) => json!({ "anyOf": [text(), titled(title)] }),
        Form::Table => json!({ "type": "object" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_with_forms_has_one_for_each_key() {
        for table in TABLES {
            let is_of_defaults = table.title.starts_with("[defaults.");
            for key in form::keys(table) {
                let known = is_of_defaults || table.keys.contains(&key.name);
                assert!(known, "{} in {}", key.name, table.title);
            }
            for name in table.keys.iter().filter(|_| !form::keys(table).is_empty()) {
                let key = form::key(table, name);
                assert!(
                    key.is_some(),
                    "add {name} of {} to config/form.rs",
                    table.title
                );
            }
            for name in form::required(table).iter().chain(form::one_of(table)) {
                assert!(table.keys.contains(name), "{name} in {}", table.title);
            }
        }
    }

    #[test]
    fn every_table_has_its_place() {
        let schema = json_schema().to_string();
        for table in TABLES {
            let whole = Value::Object(super::table(table)).to_string();
            // The top level has something before it within its braces.
            assert!(
                schema.contains(&whole[1..whole.len() - 1]),
                "{}",
                table.title
            );
        }
    }
}
