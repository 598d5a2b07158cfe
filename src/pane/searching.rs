//! A client's search in a pane's history and screen.
//!
//! Owns where a search begins, how it goes on from the other end, and how long it may take. Secrets
//! are searched as they are shown, masked, so that no search tells what they are.

use std::time::{Duration, Instant};

use regex::Regex;

use super::mask::masked_history;
use crate::{
    expect,
    protocol::{Failure, FailureKind, Found, Reply},
    record::Redactor,
    screen::{Anchor, Place},
    terminal::{Emulator, Match, OutOfTime, Search},
};

/// How long the pane may be kept from everything else; 100,000 lines take a tenth of it. Only
/// patterns made to be slow take longer.
const PATIENCE: Duration = Duration::from_millis(250);

/// What a client searches for, and from where.
#[derive(Clone, Debug)]
pub struct SearchSpec {
    /// A regular expression.
    pub pattern: String,
    /// Up, into the past.
    pub backwards: bool,
    /// Where the match before begins; without one, or once it is out of view, the search begins at
    /// an edge of the view.
    pub from: Option<Place>,
    /// The first row shown so far; `None` for the live screen.
    pub top: Option<Anchor>,
    /// How many rows are shown.
    pub rows: u16,
}

/// Finds the next match.
pub(super) fn find(redactor: &Redactor, emulator: &mut Emulator, spec: &SearchSpec) -> Reply {
    let pattern = match compile(&spec.pattern) {
        Ok(pattern) => pattern,
        Err(failure) => return Reply::Failed(failure),
    };
    with_search(redactor, &pattern, |search| {
        let (found, wrapped) = match next(emulator, search, spec) {
            Ok(Some(found)) => found,
            Ok(None) => return Reply::Found(None),
            Err(OutOfTime) => {
                let message = format!("the search for '{}' takes too long", spec.pattern);
                return Reply::Failed(failed(message));
            }
        };
        let place = found.place();
        let top = emulator.view_with(place, spec.top, spec.rows);
        let mut view = masked_history(redactor, emulator, (top, 0, spec.rows));
        view.marks = emulator.marks(search, &view);
        Reply::Found(Some(Found {
            place,
            wrapped,
            view,
        }))
    })
}

/// Returns rows of history with the matches of a pattern marked.
pub(super) fn marked_history(
    redactor: &Redactor,
    emulator: &mut Emulator,
    place: (Option<Anchor>, i64, u16),
    pattern: &str,
) -> Reply {
    let pattern = match compile(pattern) {
        Ok(pattern) => pattern,
        Err(failure) => return Reply::Failed(failure),
    };
    let mut view = masked_history(redactor, emulator, place);
    view.marks = with_search(redactor, &pattern, |search| emulator.marks(search, &view));
    Reply::History(view)
}

/// Returns the next match, and whether the search had to go on from the other end.
fn next(
    emulator: &mut Emulator,
    search: Search<'_>,
    spec: &SearchSpec,
) -> Result<Option<(Match, bool)>, OutOfTime> {
    // Who has scrolled away from the match before goes on from what is shown.
    let mut shown = |place: &Place| emulator.view_with(*place, spec.top, spec.rows) == spec.top;
    let from = match (spec.from.filter(|place| shown(place)), spec.backwards) {
        (Some(place), true) => Some(place),
        (Some(place), false) => Some(Place {
            column: place.column.saturating_add(1),
            ..place
        }),
        (None, true) => emulator.place_in_view(spec.top, spec.rows),
        (None, false) => emulator.place_in_view(spec.top, 0),
    };
    if let Some(found) = emulator.search(search, from, spec.backwards)? {
        return Ok(Some((found, false)));
    }
    let found = emulator.search(search, None, spec.backwards)?;
    Ok(found.map(|found| (found, true)))
}

fn with_search<T>(redactor: &Redactor, pattern: &Regex, work: impl FnOnce(Search<'_>) -> T) -> T {
    let deadline = Instant::now() + PATIENCE;
    work(Search {
        pattern,
        veil: &|text| redactor.text(text),
        has_time: &|| Instant::now() < deadline,
    })
}

fn compile(pattern: &str) -> Result<Regex, Failure> {
    expect::sought(pattern).map_err(|reason| failed(format!("'{pattern}' {reason}")))
}

fn failed(message: String) -> Failure {
    Failure {
        kind: FailureKind::Failed,
        message,
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::{geometry::Size, screen::Row};

    fn emulator(text: &str) -> Emulator {
        let mut emulator = Emulator::new(Size { rows: 3, cols: 20 }, 100);
        emulator.feed(text.as_bytes(), &mut Vec::new());
        emulator
    }

    fn spec(pattern: &str) -> SearchSpec {
        SearchSpec {
            pattern: pattern.to_owned(),
            backwards: true,
            from: None,
            top: None,
            rows: 3,
        }
    }

    #[test]
    fn a_search_goes_on_from_match_to_match_and_round() {
        let mut emulator = emulator("one\r\na\r\nOne\r\nb\r\nc\r\none two\r\n");
        let mut found = |from: Option<Place>, backwards| {
            let spec = SearchSpec {
                from,
                top: from.map(|Place { line, .. }| Anchor { line, row: 0 }),
                backwards,
                ..spec("one")
            };
            match find(&Redactor::default(), &mut emulator, &spec) {
                Reply::Found(found) => found.map(|found| (found.place, found.wrapped)),
                other => panic!("{other:?}"),
            }
        };
        let place = |line| Place { line, column: 0 };
        assert_eq!(found(None, true), Some((place(5), false)));
        assert_eq!(found(Some(place(5)), true), Some((place(2), false)));
        assert_eq!(found(Some(place(2)), false), Some((place(5), false)));
        assert_eq!(found(Some(place(5)), false), Some((place(0), true)));
        assert_eq!(found(Some(place(0)), true), Some((place(5), true)));
    }

    #[test]
    fn a_search_goes_on_from_what_is_shown_after_scrolling_away() {
        let mut emulator = emulator("one\r\na\r\nb\r\nc\r\none\r\nd\r\none\r\n");
        let mut found = |line, top, backwards| {
            let spec = SearchSpec {
                from: Some(Place { line, column: 0 }),
                top,
                backwards,
                ..spec("one")
            };
            let Reply::Found(Some(found)) = find(&Redactor::default(), &mut emulator, &spec) else {
                panic!("it is there");
            };
            (found.place.line, found.wrapped)
        };
        assert_eq!(found(0, None, true), (6, false), "the end is shown");
        let top = Some(Anchor { line: 2, row: 0 });
        assert_eq!(found(0, top, false), (4, false));
        assert_eq!(found(6, top, true), (4, false));
    }

    #[test]
    fn nothing_found_and_bad_patterns_are_told_apart() {
        let mut emulator = emulator("one");
        let redactor = Redactor::default();
        assert_eq!(
            find(&redactor, &mut emulator, &spec("two")),
            Reply::Found(None)
        );
        let Reply::Failed(failure) = find(&redactor, &mut emulator, &spec("(a")) else {
            panic!("it is no pattern");
        };
        assert_eq!(failure.message, "'(a' does not compile (unclosed group)");
    }

    #[test]
    fn a_search_tells_nothing_of_a_secret() {
        let mut redactor = Redactor::default();
        redactor.add(&SecretString::from("hunter2")).unwrap();
        let mut emulator = emulator("is hunter2\r\na\r\nb\r\nis c\r\n");
        for pattern in ["h", "is [^*c]", "r2$"] {
            let reply = find(&redactor, &mut emulator, &spec(pattern));
            assert_eq!(reply, Reply::Found(None), "{pattern}");
        }
        let spec = SearchSpec {
            from: Some(Place { line: 3, column: 0 }),
            ..spec("is")
        };
        let Reply::Found(Some(found)) = find(&redactor, &mut emulator, &spec) else {
            panic!("it is there");
        };
        assert_eq!(found.place, Place { line: 0, column: 0 });
        let rows: Vec<String> = found.view.rows.iter().map(Row::text).collect();
        assert_eq!(rows, ["is *******", "a", "b"]);
        assert_eq!(found.view.marks.len(), 1);
    }
}
