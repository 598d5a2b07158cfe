//! Movements, words and ranges on made-up views.

use super::*;
use crate::screen::{RowStart, Run, Style};

/// A view of rows, a `+` at the end of one standing for a line that goes on below. Its first row is
/// of line 10.
fn view(rows: &[&str]) -> HistoryView {
    let (mut starts, mut all) = (Vec::new(), Vec::new());
    let mut start = RowStart {
        line: 10,
        row: 0,
        column: 0,
    };
    for text in rows {
        let (text, wrapped) = match text.strip_suffix('+') {
            Some(text) => (text, true),
            None => (*text, false),
        };
        starts.push(start);
        let columns: u32 = cells(text).map(|(_, width)| u32::from(width)).sum();
        start = match wrapped {
            true => RowStart {
                line: start.line,
                row: start.row + 1,
                column: start.column + columns,
            },
            false => RowStart {
                line: start.line + 1,
                row: 0,
                column: 0,
            },
        };
        let runs = vec![Run(0, text.to_owned(), Style::default())];
        all.push(Row { runs, wrapped });
    }
    HistoryView {
        top: None,
        above: 0,
        below: 0,
        rows: all,
        starts,
        marks: Vec::new(),
    }
}

fn at(line: u64, column: u32) -> Place {
    Place { line, column }
}

/// Checks where repeated movements lead, within the view.
#[track_caller]
fn check(rows: &[&str], from: (u64, u32), motion: Motion, expected: &[(u64, u32)]) {
    let view = view(rows);
    let mut place = at(from.0, from.1);
    for expected in expected {
        match view.step(place, motion) {
            Step::To(next) => place = next,
            beyond => panic!("{beyond:?} from {place:?}"),
        }
        assert_eq!((place.line, place.column), *expected);
    }
}

#[test]
fn the_cursor_moves_by_characters_and_rows() {
    let rows = &["ab日c", "", "abcdef+", "gh"];
    check(
        rows,
        (10, 0),
        Motion::Right,
        &[(10, 1), (10, 2), (10, 4), (10, 4)],
    );
    check(
        rows,
        (10, 4),
        Motion::Left,
        &[(10, 2), (10, 1), (10, 0), (10, 0)],
    );
    check(rows, (10, 7), Motion::Left, &[(10, 6), (10, 5), (10, 4)]);
    check(rows, (10, 3), Motion::Rows(1), &[(11, 3), (12, 3), (12, 9)]);
    check(
        rows,
        (12, 8),
        Motion::Rows(-1),
        &[(12, 2), (11, 2), (10, 2)],
    );
    check(rows, (12, 7), Motion::Left, &[(12, 6), (12, 5)]);
    check(rows, (12, 5), Motion::Right, &[(12, 6), (12, 7), (12, 7)]);
    check(rows, (12, 7), Motion::LineStart, &[(12, 0)]);
    check(rows, (12, 1), Motion::LineEnd, &[(12, 7)]);
    check(rows, (11, 0), Motion::LineEnd, &[(11, 0)]);
}

#[test]
fn the_cursor_moves_by_words() {
    let rows = &["cp ./a-b/c.txt  (x:y)", "", "next wor+", "d ende"];
    let starts = &[
        (10, 0),
        (10, 3),
        (10, 16),
        (10, 17),
        (10, 20),
        (12, 0),
        (12, 5),
        (12, 10),
    ];
    check(rows, (10, 0), Motion::WordForward, &starts[1..]);
    let back: Vec<(u64, u32)> = starts[..7].iter().rev().copied().collect();
    check(rows, (12, 10), Motion::WordBack, &back);
    let ends = &[
        (10, 1),
        (10, 13),
        (10, 16),
        (10, 19),
        (10, 20),
        (12, 3),
        (12, 8),
        (12, 13),
    ];
    check(rows, (10, 0), Motion::WordEnd, ends);
}

#[test]
fn a_movement_out_of_the_view_asks_for_rows() {
    let rows = view(&["a b", "c+", "d+"]);
    assert_eq!(
        rows.step(at(10, 0), Motion::Rows(-1)),
        Step::Beyond(-1, at(10, 0))
    );
    assert_eq!(
        rows.step(at(11, 1), Motion::Rows(3)),
        Step::Beyond(3, at(11, 1))
    );
    assert_eq!(
        rows.step(at(10, 0), Motion::WordBack),
        Step::Beyond(-1, at(10, 0))
    );
    assert_eq!(
        rows.step(at(11, 0), Motion::LineEnd),
        Step::Beyond(1, at(11, 1))
    );
    assert_eq!(
        rows.step(at(11, 1), Motion::Right),
        Step::Beyond(1, at(11, 1))
    );
    assert_eq!(
        rows.step(at(11, 0), Motion::WordEnd),
        Step::Beyond(1, at(11, 1))
    );
    assert_eq!(
        rows.step(at(3, 7), Motion::Left),
        Step::To(at(10, 0)),
        "out of view"
    );
}

#[test]
fn words_and_characters_are_taken_whole() {
    let rows = view(&["see http://a.b/~c: 日本+", "語 x"]);
    let word = |column| rows.around(at(10, column), Unit::Word);
    assert_eq!(word(9), (at(10, 4), at(10, 17)));
    assert_eq!(word(21), (at(10, 19), at(10, 24)), "wraps joined");
    assert_eq!(word(3), (at(10, 3), at(10, 3)), "blanks");
    assert_eq!(word(60), (at(10, 60), at(10, 60)), "after the text");
    let character = rows.around(at(10, 22), Unit::Character);
    assert_eq!(character, (at(10, 21), at(10, 22)));
}

#[test]
fn a_selection_goes_both_ways_from_its_anchor() {
    let rows = view(&["one two three", "four"]);
    let mut selection = Selection {
        cursor: at(10, 5),
        selected: None,
    };
    assert_eq!(selection.range(), None);
    selection.toggle(Unit::Character, &rows);
    assert_eq!(selection.range(), Some(at(10, 5)..at(10, 6)));
    selection.go(at(11, 1), &rows);
    assert_eq!(selection.range(), Some(at(10, 5)..at(11, 2)));
    selection.go(at(10, 2), &rows);
    assert_eq!(selection.range(), Some(at(10, 2)..at(10, 6)));
    selection.swap();
    assert_eq!(selection.cursor, at(10, 5));
    selection.go(at(10, 8), &rows);
    assert_eq!(selection.range(), Some(at(10, 2)..at(10, 9)));
    selection.toggle(Unit::Line, &rows);
    assert_eq!(selection.range(), Some(at(10, 0)..at(10, u32::MAX)));
    selection.toggle(Unit::Line, &rows);
    assert_eq!((selection.range(), selection.cursor), (None, at(10, 8)));
}

#[test]
fn cells_and_places_lead_to_each_other() {
    let rows = view(&["ab日c", "abcdef+", "gh"]);
    for (cell, place, back) in [
        ((0, 1), (10, 1), (0, 1)),
        ((0, 3), (10, 2), (0, 2)),
        ((0, 8), (10, 8), (0, 8)),
        ((1, 9), (11, 5), (1, 5)),
        ((2, 1), (11, 7), (2, 1)),
        ((9, 0), (11, 6), (2, 0)),
    ] {
        let found = rows.place_at(cell.0, cell.1).unwrap();
        assert_eq!((found.line, found.column), place, "{cell:?}");
        assert_eq!(rows.cell_of(found), Some(back), "{cell:?}");
    }
    assert_eq!(rows.cell_of(at(9, 0)), None);
    assert_eq!(rows.cell_of(at(12, 0)), None);
}
