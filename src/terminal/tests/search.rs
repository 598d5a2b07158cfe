//! Tests of search, of marks and of views at any place of history.

use std::{borrow::Cow, cell::Cell};

use proptest::prelude::*;
use regex::Regex;

use super::{
    Emulator, emulator, feed,
    random::{log, no_failure, output, size},
};
use crate::{
    geometry::Size,
    screen::{Anchor, HistoryView, Place, Row},
    terminal::{Match, OutOfTime, Search},
};

fn search(pattern: &Regex) -> Search<'_> {
    Search {
        pattern,
        veil: &|text| Cow::Borrowed(text),
        has_time: &|| true,
    }
}

/// Searches the lines of `input` on a screen of 10 columns and 4 rows from a place on, and compares
/// the line and the columns of what is found.
#[track_caller]
fn check(
    input: &str,
    pattern: &str,
    from: Option<(u64, u32)>,
    expected: [Option<(u64, u32, u32)>; 2],
) {
    let mut emulator = emulator(10, 4);
    feed(&mut emulator, input);
    let pattern = Regex::new(pattern).unwrap();
    let from = from.map(|(line, column)| Place { line, column });
    let found = [false, true].map(|backwards| {
        let found = emulator.search(search(&pattern), from, backwards);
        found
            .unwrap()
            .map(|found| (found.line, found.columns.start, found.columns.end))
    });
    assert_eq!(found, expected, "{pattern} in {input:?} from {from:?}");
}

#[test]
fn matches_are_found_by_line_and_column() {
    let input = "one\r\ntwo one\r\n\r\nthree\r\nfour four\r\nlast one";
    let all = [Some((0, 0, 3)), Some((5, 5, 8))];
    check(input, "one", None, all);
    check(input, "one", Some((0, 0)), [Some((0, 0, 3)), None]);
    check(
        input,
        "one",
        Some((0, 1)),
        [Some((1, 4, 7)), Some((0, 0, 3))],
    );
    check(
        input,
        "one",
        Some((1, 5)),
        [Some((5, 5, 8)), Some((1, 4, 7))],
    );
    check(input, "one", Some((9, 0)), [None, Some((5, 5, 8))]);
    check(input, "four", None, [Some((4, 0, 4)), Some((4, 5, 9))]);
    check(input, "zero", None, [None, None]);
    // A line is searched by itself, and nothing is found emptily.
    check(input, "^one", None, [Some((0, 0, 3)), Some((0, 0, 3))]);
    check(input, "two one$", None, [Some((1, 0, 7)), Some((1, 0, 7))]);
    check(input, "onetwo|threefour", None, [None, None]);
    check(input, "z*", None, [None, None]);
}

#[test]
fn wrapped_lines_are_searched_whole() {
    // Of the first line two rows are in history and one is on the screen.
    let input = "abcdefghijklmnopqrstuvwxyz\r\nx\r\ny\r\nz";
    check(input, "[i-l]+", None, [Some((0, 8, 12)), Some((0, 8, 12))]);
    check(input, "tuv", None, [Some((0, 19, 22)), Some((0, 19, 22))]);
    check(
        "a漢字b漢\r\n",
        "字b",
        None,
        [Some((0, 3, 6)), Some((0, 3, 6))],
    );
    check(
        "e\u{301}e\u{301}x\r\n",
        "\u{301}x",
        None,
        [Some((0, 1, 3)), Some((0, 1, 3))],
    );
}

#[test]
fn the_alternate_screen_is_searched_alone() {
    let input = "one\r\na\r\nb\r\nc\r\nd\x1b[?1049h\x1b[Hx one";
    check(input, "one", None, [Some((1, 2, 5)), Some((1, 2, 5))]);
    check(input, "a", None, [None, None]);
}

#[test]
fn what_is_veiled_is_not_found() {
    let mut emulator = emulator(10, 3);
    feed(
        &mut emulator,
        "my hunter2 is\r\nmy hun\r\nter2 öd\r\nx\r\ny\r\nz\r\nhunter2",
    );
    let veil = |text: &str| text.replace("hunter2", "*******");
    let mut found = |pattern: &str, backwards| {
        let pattern = Regex::new(pattern).unwrap();
        let search = Search {
            veil: &|text| match text.contains("hunter2") {
                true => Cow::Owned(veil(text)),
                false => Cow::Borrowed(text),
            },
            ..search(&pattern)
        };
        emulator
            .search(search, None, backwards)
            .unwrap()
            .map(|found| found.line)
    };
    for backwards in [false, true] {
        for pattern in ["hunt", "^my [^*]", "ter2"] {
            assert_eq!(found(pattern, backwards), None, "{pattern}");
        }
        assert_eq!(found("öd", backwards), Some(2));
    }
    assert_eq!(found(r"\*", false), Some(0));
    assert_eq!(found(r"\*", true), Some(6));
}

#[test]
fn a_search_ends_when_its_time_is_over() {
    let mut emulator = emulator(10, 3);
    feed(&mut emulator, "a\r\n".repeat(100));
    let pattern = Regex::new("b").unwrap();
    let search = Search {
        has_time: &|| false,
        ..search(&pattern)
    };
    assert_eq!(emulator.search(search, None, false), Err(OutOfTime));
    assert_eq!(emulator.search(search, None, true), Err(OutOfTime));
}

#[test]
fn a_search_ends_amid_a_line_of_many_matches() {
    let mut emulator = emulator(10, 3);
    feed(&mut emulator, "b".repeat(2000));
    let pattern = Regex::new("b").unwrap();
    let left = Cell::new(2_u32);
    let search = Search {
        has_time: &|| left.replace(left.get().saturating_sub(1)) > 0,
        ..search(&pattern)
    };
    assert_eq!(emulator.search(search, None, true), Err(OutOfTime));
    left.set(2);
    let last = Some(Place {
        line: 0,
        column: 1999,
    });
    assert_eq!(emulator.search(search, last, false), Err(OutOfTime));
    left.set(2);
    let view = emulator.history(Some(Anchor { line: 0, row: 0 }), 0, 200);
    let marks = emulator.marks(search, &view).len();
    assert!(marks < 100, "{marks}");
}

#[test]
fn a_view_keeps_its_place_if_the_match_shows_there() {
    let mut emulator = emulator(10, 3);
    let lines: String = (0..20).map(|line| format!("line {line}\r\n")).collect();
    feed(&mut emulator, lines + "end");
    let place = |line| Place { line, column: 2 };
    let anchor = |line| Some(Anchor { line, row: 0 });
    assert_eq!(emulator.view_with(place(7), anchor(6), 3), anchor(6));
    assert_eq!(emulator.view_with(place(9), anchor(6), 3), anchor(8));
    assert_eq!(emulator.view_with(place(0), anchor(6), 3), anchor(0));
    assert_eq!(emulator.view_with(place(20), anchor(6), 3), None);
    assert_eq!(emulator.view_with(place(20), None, 3), None);
    let mut at = |top, by| emulator.place_in_view(top, by).map(|place| place.line);
    assert_eq!(at(anchor(6), 0), Some(6));
    assert_eq!(at(anchor(16), 3), Some(19));
    assert_eq!(at(None, 0), Some(18));
    assert_eq!(at(None, 3), None);
}

#[test]
fn marks_go_on_in_the_next_row() {
    let mut emulator = emulator(4, 2);
    feed(&mut emulator, "ab\r\nxxabcdefxx\r\nab");
    let mut marks = |pattern: &str, by| {
        let pattern = Regex::new(pattern).unwrap();
        let view = emulator.history(None, by, 3);
        let marks = emulator.marks(search(&pattern), &view);
        let mark = |mark: &crate::screen::Mark| (mark.row, mark.start, mark.end, mark.place.column);
        marks.iter().map(mark).collect::<Vec<_>>()
    };
    assert_eq!(marks("ab", -9), [(0, 0, 2, 0), (1, 2, 4, 2)]);
    assert_eq!(marks("bcdef", -2), [(0, 3, 4, 3), (1, 0, 4, 3)]);
    assert_eq!(marks("bcdefx", 0), [(0, 0, 1, 3)]);
    assert_eq!(marks("ab", 0), [(1, 0, 2, 0)]);
}

/// The logical lines of history and screen, read row by row.
fn lines(emulator: &mut Emulator) -> Vec<String> {
    let mut rows = match emulator.alternate() {
        true => Vec::new(),
        false => emulator.history_tail(usize::MAX),
    };
    rows.extend(emulator.screen().rows.clone());
    let mut lines = vec![String::new()];
    let last = rows.len() - 1;
    for (index, row) in rows.iter().enumerate() {
        let line = lines.last_mut().unwrap();
        line.push_str(&row.text());
        if !row.wrapped {
            line.truncate(line.trim_end_matches(' ').len());
            if index < last {
                lines.push(String::new());
            }
        }
    }
    lines
}

/// Every row of history with its anchor, by wrapping line after line.
fn rows_by_line(emulator: &mut Emulator) -> Vec<(Anchor, Row)> {
    let rows = emulator.history_tail(usize::MAX);
    let (mut line, mut row) = (emulator.history.first(), 0);
    let anchored = rows.into_iter().map(|each| {
        let anchor = Anchor { line, row };
        (line, row) = if each.wrapped {
            (line, row + 1)
        } else {
            (line + 1, 0)
        };
        (anchor, each)
    });
    anchored.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn walking_from_match_to_match_finds_all_of_every_line(
        text in prop_oneof![log(), output().prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())],
        size in size(),
        pattern in prop_oneof![Just("[a-e]+"), Just("^[a-z]"), Just("漢|z"), Just(" +$"), Just(r"\b"), Just("a b")],
        backwards in any::<bool>(),
    ) {
        let mut emulator = Emulator::new(size, 30);
        feed(&mut emulator, text);
        no_failure(&mut emulator)?;
        let pattern = Regex::new(pattern).unwrap();
        let mut found: Vec<Match> = Vec::new();
        let mut from = None;
        while let Some(next) = emulator.search(search(&pattern), from, backwards).unwrap() {
            let place = next.place();
            from = Some(Place { column: place.column + u32::from(!backwards), ..place });
            found.push(next);
            prop_assert!(found.len() < 10_000);
        }
        if backwards {
            found.reverse();
        }
        let all = lines(&mut emulator);
        let first = match emulator.alternate() {
            true => emulator.history.next() + u64::from(emulator.history.open().is_some()),
            false => emulator.history.first(),
        };
        let mut expected = Vec::new();
        for (line, text) in (first..).zip(&all) {
            expected.extend(pattern.find_iter(text).filter(|found| !found.is_empty()).map(|_| line));
        }
        // Characters within one cell are found as one.
        let numbers: Vec<u64> = found.iter().map(|found| found.line).collect();
        prop_assert_eq!(numbers, expected);
        // All are marked in the view of everything, and each shows in the view made for it.
        let view = emulator.history(None, i64::MIN, 2000);
        let marks = emulator.marks(search(&pattern), &view);
        if !emulator.alternate() {
            let mut places: Vec<Place> = marks.iter().map(|mark| mark.place).collect();
            places.dedup();
            prop_assert_eq!(places, found.iter().map(Match::place).collect::<Vec<_>>());
            let columns: u32 = marks.iter().map(|mark| u32::from(mark.end - mark.start)).sum();
            prop_assert_eq!(columns, found.iter().map(|found| found.columns.len() as u32).sum::<u32>());
        }
        for found in &found {
            let top = emulator.view_with(found.place(), None, size.rows);
            let view = emulator.history(top, 0, size.rows);
            let marks = emulator.marks(search(&pattern), &view);
            prop_assert!(marks.iter().any(|mark| mark.place == found.place()), "{:?}", found);
        }
    }

    #[test]
    fn views_are_windows_on_all_rows(
        text in log(),
        more in output(),
        sizes in proptest::collection::vec(size(), 1..4),
        asked in proptest::collection::vec((any::<proptest::sample::Index>(), -40i64..40, 0u16..30), 1..8),
    ) {
        let mut emulator = Emulator::new(Size { rows: 4, cols: 8 }, 15);
        feed(&mut emulator, text);
        for size in sizes {
            emulator.resize(size);
            feed(&mut emulator, &more);
            let history = rows_by_line(&mut emulator);
            let mut all: Vec<Row> = history.iter().map(|(_, row)| row.clone()).collect();
            all.extend(emulator.screen().rows.clone());
            for (index, by, rows) in &asked {
                let from = index.index(history.len() + 1);
                let top = history.get(from).map(|(anchor, _)| *anchor);
                let at = (from as i64 + by).clamp(0, history.len() as i64) as usize;
                let end = (at + usize::from(*rows)).min(all.len());
                let expected = HistoryView {
                    top: history.get(at).map(|(anchor, _)| *anchor),
                    above: at as u64,
                    below: (history.len() - at) as u64,
                    rows: all[at..end].to_vec(),
                    starts: Vec::new(),
                    marks: Vec::new(),
                };
                let mut view = emulator.history(top, *by, *rows);
                let starts = std::mem::take(&mut view.starts);
                prop_assert_eq!(starts.len(), view.rows.len());
                for (start, (anchor, _)) in starts.iter().zip(history.iter().skip(at)) {
                    prop_assert_eq!(start.anchor(), *anchor);
                }
                prop_assert!(starts.is_sorted_by_key(|start| start.place()));
                prop_assert_eq!(view, expected);
            }
        }
    }
}
