//! Answers and messages with `{names}` in them: checked once, filled in when a rule fires.

use std::collections::BTreeMap;

use super::decision::Exit;

/// What templates are filled in from besides the match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The pane's name.
    pub pane: String,
    /// The session's name.
    pub session: String,
    /// Values of `{var.NAME}`.
    pub vars: BTreeMap<String, String>,
}

/// What a match captured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Captured {
    /// Group 0 and on; groups that took no part are empty.
    pub(super) groups: Vec<String>,
    /// The named groups.
    pub(super) names: BTreeMap<String, String>,
}

/// Which names a template may use.
#[derive(Debug)]
pub(super) struct Names<'a> {
    /// How many groups every pattern has, group 0 included; 0 when the rule has no pattern.
    pub(super) groups: usize,
    /// Names of groups that every pattern has.
    pub(super) captures: Vec<&'a str>,
    /// The known variables.
    pub(super) vars: &'a BTreeMap<String, String>,
    /// The child has ended by then.
    pub(super) exit: bool,
}

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TemplateError {
    /// A `{` without its `}`.
    #[error("has a '{{' that is not closed; write '{{{{' for a brace")]
    Unclosed,
    /// A number that is no group of every pattern.
    #[error(
        "has '{{{0}}}', but not every pattern of the rule has that group; write '{{{{' for a brace"
    )]
    Group(usize),
    /// A variable that is not defined.
    #[error("has '{{var.{0}}}', but [vars] has no '{0}'")]
    Variable(String),
    /// `{exit}`, while the child runs.
    #[error(
        "has '{{exit}}', which is known only when the child has ended; give the rule event = \"exit\", or write '{{{{' for a brace"
    )]
    Exit,
    /// Any other name.
    #[error(
        "has '{{{0}}}', which is no group of every pattern of the rule and no known name; write '{{{{' for a brace"
    )]
    Unknown(String),
}

/// A text with places to fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    parts: Vec<Part>,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Group(usize),
    Name(String),
    Variable(String),
    Pane,
    Session,
    Exit,
}

impl Template {
    /// Parses `text`, in which only the given names may stand.
    pub(super) fn parse(text: &str, names: &Names) -> Result<Template, TemplateError> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(brace) = rest.find('{') {
            plain.push_str(&rest[..brace]);
            rest = &rest[brace + 1..];
            if let Some(after) = rest.strip_prefix('{') {
                plain.push('{');
                rest = after;
                continue;
            }
            let (name, after) = rest.split_once('}').ok_or(TemplateError::Unclosed)?;
            parts.push(Part::Text(std::mem::take(&mut plain)));
            parts.push(Part::named(name, names)?);
            rest = after;
        }
        plain.push_str(rest);
        parts.push(Part::Text(plain));
        Ok(Template { parts })
    }

    /// Fills it in. Captured text loses control characters, and braces in it mean nothing.
    pub(super) fn fill(
        &self,
        context: &Context,
        captured: &Captured,
        exit: Option<&Exit>,
    ) -> String {
        let mut text = String::new();
        let printable =
            |text: &String| -> String { text.chars().filter(|c| !is_control(*c)).collect() };
        for part in &self.parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Group(group) => {
                    text.extend(captured.groups.get(*group).map(printable));
                }
                Part::Name(name) => text.extend(captured.names.get(name).map(printable)),
                Part::Variable(name) => text.extend(context.vars.get(name).map(String::as_str)),
                Part::Pane => text.push_str(&context.pane),
                Part::Session => text.push_str(&context.session),
                Part::Exit => text.extend(exit.map(Exit::to_string)),
            }
        }
        text
    }
}

/// Returns whether a character steers a terminal or the order of text: C0, C1 and the controls of
/// bidirectional text (Unicode TR 9).
pub fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

impl Part {
    /// Returns the part that `name` stands for. A group of that name comes before a fixed name.
    fn named(name: &str, names: &Names) -> Result<Part, TemplateError> {
        if names.captures.contains(&name) {
            return Ok(Part::Name(name.to_owned()));
        }
        if let Ok(group) = name.parse() {
            return if group < names.groups {
                Ok(Part::Group(group))
            } else {
                Err(TemplateError::Group(group))
            };
        }
        match name {
            "pane" => Ok(Part::Pane),
            "session" => Ok(Part::Session),
            "exit" if names.exit => Ok(Part::Exit),
            "exit" => Err(TemplateError::Exit),
            _ => match name.strip_prefix("var.") {
                Some(variable) if names.vars.contains_key(variable) => {
                    Ok(Part::Variable(variable.to_owned()))
                }
                Some(variable) => Err(TemplateError::Variable(variable.to_owned())),
                None => Err(TemplateError::Unknown(name.to_owned())),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars() -> BTreeMap<String, String> {
        BTreeMap::from([("user".to_owned(), "{0} me".to_owned())])
    }

    #[test]
    fn names_are_filled_in_once() {
        let vars = vars();
        let names = Names {
            groups: 2,
            captures: vec!["word"],
            vars: &vars,
            exit: true,
        };
        let context = Context {
            pane: "p".to_owned(),
            session: "s".to_owned(),
            vars: vars.clone(),
        };
        let captured = Captured {
            groups: vec!["a\u{202e}l\u{9b}l\u{1b}\r".to_owned(), "{pane}".to_owned()],
            names: BTreeMap::from([("word".to_owned(), "w\u{3}".to_owned())]),
        };
        let check = |text: &str, expected: &str| {
            let template = Template::parse(text, &names).unwrap();
            let filled = template.fill(&context, &captured, Some(&Exit::Code(3)));
            assert_eq!(filled, expected, "{text}");
        };
        check("", "");
        check("yes", "yes");
        check("{0}|{1}|{word}", "all|{pane}|w");
        check("{pane} {session} {exit} {var.user}", "p s 3 {0} me");
        check("{{0} {{{0}}", "{0} {all}");
    }

    #[test]
    fn unknown_names_are_refused() {
        let vars = vars();
        let names = Names {
            groups: 1,
            captures: Vec::new(),
            vars: &vars,
            exit: false,
        };
        let check = |text: &str, expected: TemplateError| {
            assert_eq!(Template::parse(text, &names), Err(expected), "{text}");
        };
        check("{0", TemplateError::Unclosed);
        check("{1}", TemplateError::Group(1));
        check("{var.x}", TemplateError::Variable("x".to_owned()));
        check("{foo}", TemplateError::Unknown("foo".to_owned()));
        check("{exit}", TemplateError::Exit);
        check("{}", TemplateError::Unknown(String::new()));
    }
}
