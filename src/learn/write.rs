//! What was learned, as the text of a config: one rule for each prompt, with where it came from.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    time::Duration,
};

use toml::Value;

use super::{Exchange, General, Learned, Place, Typed, generalise, key_names};

/// The most characters of a rule's name.
const NAME_LENGTH: usize = 32;

/// What a ruleset was learned from, in words.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The ruleset's name.
    pub name: &'a str,
    /// The command.
    pub command: &'a str,
    /// The recording.
    pub recording: &'a str,
}

/// All exchanges at one prompt.
struct Group<'a> {
    general: General,
    place: Place,
    exchanges: Vec<&'a Exchange>,
    captures: Vec<Vec<(String, String)>>,
}

/// Returns a config with the ruleset that was learned.
pub fn ruleset(about: &About, learned: &Learned) -> String {
    let mut text = format!(
        "# Learned from {:?}, recorded in {:?}.\n\
         # Look at each rule: its answer was right once. Then use it: muxpect run --rules FILE -- CMD\n\
         version = 1\n\n[[ruleset]]\nname = {}\n",
        about.command,
        about.recording,
        quoted(about.name)
    );
    let mut names = BTreeSet::new();
    for group in grouped(learned) {
        let name = rule_name(&group.exchanges[0].prompt, &mut names);
        for (index, rule) in rules(&group).into_iter().enumerate() {
            text.push('\n');
            for line in rule.comments {
                writeln!(text, "# {line}").expect("a String takes all");
            }
            let name = match index {
                0 => name.clone(),
                _ => unique(&name, &mut names),
            };
            text += "[[ruleset.rule]]\n";
            let pattern = quoted(&group.general.pattern);
            writeln!(text, "name = {}\nmatch = {pattern}", quoted(&name))
                .expect("a String takes all");
            let view = match group.place {
                Place::Prompt => "prompt",
                Place::LineAbove => "line",
            };
            writeln!(text, "view = \"{view}\"\n{}", rule.action).expect("a String takes all");
        }
    }
    if !learned.skipped.is_empty() {
        text += "\n# Left out:\n";
    }
    for skipped in &learned.skipped {
        let until = match skipped.until > skipped.at {
            true => format!(" to {}", seconds(skipped.until)),
            false => String::new(),
        };
        writeln!(text, "# {}{until}: {}", seconds(skipped.at), skipped.why)
            .expect("a String takes all");
    }
    text
}

fn grouped(learned: &Learned) -> Vec<Group<'_>> {
    let mut groups: Vec<Group> = Vec::new();
    for exchange in &learned.exchanges {
        let general = generalise(&exchange.prompt);
        let captures = general.captures.clone();
        let same = |group: &&mut Group| {
            group.place == exchange.place && group.general.pattern == general.pattern
        };
        match groups.iter_mut().find(same) {
            Some(group) => {
                group.exchanges.push(exchange);
                group.captures.push(captures);
            }
            None => groups.push(Group {
                general,
                place: exchange.place,
                exchanges: vec![exchange],
                captures: vec![captures],
            }),
        }
    }
    groups
}

/// A rule without its head.
struct Rule {
    comments: Vec<String>,
    action: String,
}

/// Returns the rules for one prompt.
fn rules(group: &Group) -> Vec<Rule> {
    let told = |exchange: &Exchange| {
        let answer = match &exchange.typed {
            Typed::Line(text) => format!("{text:?}"),
            Typed::Keys(keys) => format!("the keys {}", key_names(keys).join(" ")),
            Typed::EndOfFile => "the end of file".to_owned(),
            Typed::Hidden => "something that was not shown".to_owned(),
        };
        format!(
            "{}: {:?} was answered by {answer}.",
            seconds(exchange.at),
            exchange.prompt
        )
    };
    let mut comments: Vec<String> = group
        .exchanges
        .iter()
        .map(|exchange| told(exchange))
        .collect();
    let typed: Vec<&Typed> = group
        .exchanges
        .iter()
        .map(|exchange| &exchange.typed)
        .collect();
    if typed.contains(&&Typed::Hidden) {
        comments.push(
            "It asks a person. To have it answered: `secret = \"NAME\"` in place of `do`, and [secrets.NAME].".to_owned(),
        );
        let action = "do = [\"ask\"]".to_owned();
        return vec![Rule { comments, action }];
    }
    if typed.iter().all(|other| other == &typed[0]) {
        let action = action(typed[0]);
        return vec![Rule { comments, action }];
    }
    if let Some(action) = sequence(group) {
        return vec![Rule { comments, action }];
    }
    let lines = typed.iter().map(|typed| match typed {
        Typed::Line(text) => Some(quoted(&template(text))),
        _ => None,
    });
    if let Some(lines) = lines.collect::<Option<Vec<String>>>() {
        let action = format!("send = [{}]", lines.join(", "));
        return vec![Rule { comments, action }];
    }
    // Each rule once, in their order: one that is spent is passed over for the next.
    let comments = comments.into_iter().zip(typed);
    let once = |(comment, typed)| Rule {
        comments: vec![comment],
        action: action(typed) + "\nonce = true",
    };
    comments.map(once).collect()
}

/// Returns answers by what was captured, where that tells which answer was given.
fn sequence(group: &Group) -> Option<String> {
    let names = group.captures[0].iter().map(|(name, _)| name);
    'capture: for (index, name) in names.enumerate() {
        let mut answers: BTreeMap<&str, &str> = BTreeMap::new();
        for (exchange, captures) in group.exchanges.iter().zip(&group.captures) {
            let Typed::Line(answer) = &exchange.typed else {
                return None;
            };
            let value = captures[index].1.as_str();
            if *answers.entry(value).or_insert(answer) != answer {
                continue 'capture;
            }
        }
        let answers: Vec<String> = answers
            .into_iter()
            .map(|(value, answer)| format!("{} = {}", quoted(value), quoted(&template(answer))))
            .collect();
        let by = quoted(&format!("{{{name}}}"));
        return Some(format!(
            "sequence = {{ by = {by}, {} }}",
            answers.join(", ")
        ));
    }
    None
}

fn action(typed: &Typed) -> String {
    match typed {
        Typed::Line(text) => format!("send = {}", quoted(&template(text))),
        Typed::Keys(keys) => {
            let names: Vec<String> = key_names(keys).iter().map(|name| quoted(name)).collect();
            format!("keys = [{}]", names.join(", "))
        }
        Typed::EndOfFile => "eof = true".to_owned(),
        Typed::Hidden => "do = [\"ask\"]".to_owned(),
    }
}

/// Returns a text as a template that stands for itself.
fn template(text: &str) -> String {
    text.replace('{', "{{")
}

/// Returns a text as TOML has it.
fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

fn seconds(at: Duration) -> String {
    format!("{:.3} s", at.as_secs_f64())
}

/// Returns a name made of a prompt's words.
fn rule_name(prompt: &str, names: &mut BTreeSet<String>) -> String {
    let mut name = String::new();
    let words = prompt.split(|c: char| !c.is_ascii_alphabetic());
    for word in words.filter(|word| !word.is_empty()) {
        if name.len() + 1 + word.len() > NAME_LENGTH {
            break;
        }
        if !name.is_empty() {
            name.push('-');
        }
        name += &word.to_ascii_lowercase();
    }
    if name.is_empty() {
        name = "prompt".to_owned();
    }
    if names.insert(name.clone()) {
        return name;
    }
    unique(&name, names)
}

fn unique(name: &str, names: &mut BTreeSet<String>) -> String {
    let free = (2_u64..)
        .map(|number| format!("{name}-{number}"))
        .find(|name| !names.contains(name))
        .unwrap_or_default();
    names.insert(free.clone());
    free
}
