//! The cursor in SCROLL and what is selected with it, as values: places in the text, words and lines.
//!
//! Pure: a view of history in, places out. A place is a logical line and its column, so that neither
//! output nor another width moves it. Where a movement leads out of the view, it says so; whoever has
//! asked for more rows tries again.

use std::ops::Range;

use crate::screen::{HistoryView, Place, Row, cells};

/// What belongs to a word besides letters and digits: paths, addresses and options are one word each.
const WORD_CHARACTERS: &str = "_-./~:@";

/// What a selection is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Single characters.
    Character,
    /// Whole words.
    Word,
    /// Whole logical lines.
    Line,
}

/// The cursor, and what is selected from somewhere to there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Where the cursor is.
    pub cursor: Place,
    /// What is selected; nothing while the cursor only moves.
    pub selected: Option<Selected>,
}

/// One end of a selection; the cursor is the other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selected {
    /// The first and the last place of what was selected first: a character, or a word.
    pub anchor: (Place, Place),
    /// The first and the last place of what the cursor is on.
    pub head: (Place, Place),
    /// What it is made of.
    pub unit: Unit,
}

/// A movement of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// To the character before, in the same line.
    Left,
    /// To the character after, in the same line.
    Right,
    /// This many rows down; up if negative.
    Rows(i64),
    /// To the beginning of a word.
    WordBack,
    /// To the beginning of the next word.
    WordForward,
    /// To the end of a word.
    WordEnd,
    /// To the first column of the line.
    LineStart,
    /// To the last character of the line.
    LineEnd,
}

/// Where a movement leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// To this place.
    To(Place),
    /// Out of the view, which must be moved by so many rows; if it cannot be, to this place.
    Beyond(i64, Place),
}

impl Selection {
    /// Returns the first place that is selected and the one after the last.
    pub fn range(&self) -> Option<Range<Place>> {
        let Selected { anchor, head, unit } = self.selected?;
        let (first, last) = (anchor.0.min(head.0), anchor.1.max(head.1));
        Some(match unit {
            Unit::Line => {
                let column = |place: Place, column| Place { column, ..place };
                column(first, 0)..column(last, u32::MAX)
            }
            Unit::Character | Unit::Word => {
                let column = last.column.saturating_add(1);
                first..Place { column, ..last }
            }
        })
    }

    /// Selects from the cursor on, or no more if that was so already; what is selected becomes
    /// characters or lines.
    pub fn toggle(&mut self, unit: Unit, view: &HistoryView) {
        self.selected = match self.selected {
            Some(selected) if selected.unit == unit => None,
            Some(selected) => Some(Selected { unit, ..selected }),
            None => {
                let place = view.around(self.cursor, Unit::Character);
                Some(Selected {
                    anchor: place,
                    head: place,
                    unit,
                })
            }
        };
    }

    /// Puts the cursor somewhere; what is selected goes on to there.
    pub fn go(&mut self, place: Place, view: &HistoryView) {
        self.cursor = place;
        if let Some(selected) = &mut self.selected {
            selected.head = view.around(place, selected.unit);
        }
    }

    /// Puts the cursor at the other end.
    pub fn swap(&mut self) {
        if let Some(selected) = &mut self.selected {
            std::mem::swap(&mut selected.anchor, &mut selected.head);
            self.cursor = selected.head.0;
        }
    }
}

/// What a character is to words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    Word,
    Other,
}

impl Class {
    fn of(text: &str) -> Class {
        match text.chars().next() {
            None => Class::Blank,
            Some(character) if character.is_whitespace() => Class::Blank,
            Some(character)
                if character.is_alphanumeric() || WORD_CHARACTERS.contains(character) =>
            {
                Class::Word
            }
            Some(_) => Class::Other,
        }
    }
}

/// A cell of a view: the places that it takes, and what it is to words. An empty line has one that
/// is blank.
#[derive(Clone, Copy)]
struct Spot {
    place: Place,
    width: u32,
    class: Class,
}

impl HistoryView {
    /// Returns the place at a row and column of the view: that of the character there.
    pub fn place_at(&self, row: u16, column: u16) -> Option<Place> {
        let row = usize::from(row).min(self.starts.len().checked_sub(1)?);
        let wanted = u32::from(column);
        let start = self.starts[row].place();
        let mut column = 0;
        for (_, width) in row_cells(&self.rows[row]) {
            if (column..column + width).contains(&wanted) {
                let column = start.column + column;
                return Some(Place { column, ..start });
            }
            column += width;
        }
        // Where a line goes on, the place after its row is the next row's.
        let wanted = match self.goes_on(row) {
            true => wanted.min(column.saturating_sub(1)),
            false => wanted,
        };
        let column = start.column + wanted;
        Some(Place { column, ..start })
    }

    /// Returns the row and the column where a place shows.
    pub fn cell_of(&self, place: Place) -> Option<(u16, u16)> {
        let after = self.starts.partition_point(|start| start.place() <= place);
        let row = after.checked_sub(1)?;
        let start = self.starts[row];
        // What is after the last row of the view is not in it, unless it is that row's.
        let last = after == self.starts.len() && self.goes_on(row);
        let column = place.column - start.column.min(place.column);
        let beyond = last && column >= self.width_of(row);
        let cell = (u16::try_from(row).ok()?, u16::try_from(column).ok()?);
        (start.line == place.line && !beyond).then_some(cell)
    }

    /// Returns where a movement from a place leads.
    pub fn step(&self, from: Place, motion: Motion) -> Step {
        let Some((row, column)) = self.cell_of(from) else {
            return Step::To(self.nearest(from));
        };
        let spots = self.spots();
        let at = spots.partition_point(|spot| spot.place <= from).max(1) - 1;
        let beside = |index: Option<usize>| {
            let spot = index.and_then(|index| spots.get(index));
            let spot = spot.filter(|spot| spot.place.line == from.line);
            spot.map_or(from, |spot| spot.place)
        };
        match motion {
            Motion::Rows(by) => {
                let wanted = i64::from(row) + by;
                let last = self.starts.len() as i64 - 1;
                let nearest = wanted.clamp(0, last);
                let place = self.place_at(nearest as u16, column).unwrap_or(from);
                if wanted == nearest {
                    Step::To(place)
                } else {
                    Step::Beyond(wanted - nearest, place)
                }
            }
            // A line goes on above and below the view.
            Motion::Left if from.column == 0 => Step::To(from),
            Motion::Left if at == 0 => Step::Beyond(-1, from),
            // From blanks after the text one column at a time.
            Motion::Left if from.column >= spots[at].place.column + spots[at].width => {
                let column = from.column - 1;
                Step::To(Place { column, ..from })
            }
            Motion::Left => Step::To(beside(at.checked_sub(1))),
            Motion::Right if at + 1 == spots.len() && self.goes_on(self.starts.len() - 1) => {
                Step::Beyond(1, from)
            }
            Motion::Right => Step::To(beside(Some(at + 1))),
            Motion::LineStart => {
                let start = Place { column: 0, ..from };
                match self.cell_of(start) {
                    Some(_) => Step::To(start),
                    None => {
                        let above = i64::from(self.starts[usize::from(row)].row);
                        Step::Beyond(i64::from(row) - above, self.starts[0].place())
                    }
                }
            }
            Motion::LineEnd => {
                let last = spots.iter().rfind(|spot| spot.place.line == from.line);
                let last = last.map_or(from, |spot| spot.place);
                let rows = self.starts.len();
                let below = self.starts.last().is_some_and(|end| end.line == from.line);
                if below && self.goes_on(rows - 1) {
                    Step::Beyond(self.half(), last)
                } else {
                    Step::To(last)
                }
            }
            Motion::WordBack => {
                let mut index = at;
                let begins = |index: usize| {
                    let class = spots[index].class;
                    class != Class::Blank && (index == 0 || !joins(&spots, index - 1))
                };
                while let Some(before) = index.checked_sub(1) {
                    index = before;
                    // A word at the top may begin above.
                    if begins(index) && (index > 0 || spots[0].place.column == 0) {
                        return Step::To(spots[index].place);
                    }
                }
                Step::Beyond(-self.half(), spots[0].place)
            }
            Motion::WordForward | Motion::WordEnd => {
                let arrives = |index: usize| {
                    let class = spots[index].class;
                    class != Class::Blank
                        && match motion {
                            Motion::WordForward => index == 0 || !joins(&spots, index - 1),
                            _ => !joins(&spots, index),
                        }
                };
                let last = spots.len() - 1;
                // A word at the bottom may end below.
                let whole = |index: usize| {
                    index < last
                        || motion == Motion::WordForward
                        || !self.goes_on(self.starts.len() - 1)
                };
                match (at + 1..=last).find(|index| arrives(*index) && whole(*index)) {
                    Some(index) => Step::To(spots[index].place),
                    None => Step::Beyond(self.half(), spots[last].place),
                }
            }
        }
    }

    /// Returns the first and the last place of what is around a place, as far as it is in the view.
    pub fn around(&self, place: Place, unit: Unit) -> (Place, Place) {
        let spots = self.spots();
        let at = spots.partition_point(|spot| spot.place <= place);
        let Some(at) = at.checked_sub(1) else {
            return (place, place);
        };
        let last = |spot: Spot| Place {
            column: spot.place.column + spot.width.max(1) - 1,
            ..spot.place
        };
        // Blanks after the text of a line are no words.
        if spots[at].place.line != place.line || last(spots[at]) < place {
            return (place, place);
        }
        let (mut start, mut end) = (at, at);
        if unit == Unit::Word {
            while start > 0 && joins(&spots, start - 1) {
                start -= 1;
            }
            while joins(&spots, end) {
                end += 1;
            }
        }
        (spots[start].place, last(spots[end]))
    }

    /// Returns the place in the view that is nearest to one.
    pub fn nearest(&self, place: Place) -> Place {
        let first = self.starts.first().map_or(place, |start| start.place());
        match self.cell_of(place) {
            Some(_) => place,
            None if place < first => first,
            None => self.starts.last().map_or(place, |start| start.place()),
        }
    }

    fn half(&self) -> i64 {
        (self.starts.len() as i64 / 2).max(1)
    }

    /// Returns whether a row's line goes on in the row below.
    fn goes_on(&self, row: usize) -> bool {
        self.rows.get(row).is_some_and(|row| row.wrapped)
    }

    /// Returns how many columns of a line a row shows.
    fn width_of(&self, row: usize) -> u32 {
        let width = row_cells(&self.rows[row]).map(|(_, width)| width).sum();
        match (self.starts.get(row), self.starts.get(row + 1)) {
            (Some(start), Some(next)) if start.line == next.line => next.column - start.column,
            _ => width,
        }
    }

    fn spots(&self) -> Vec<Spot> {
        let mut spots = Vec::new();
        for (index, (row, start)) in self.rows.iter().zip(&self.starts).enumerate() {
            let mut place = start.place();
            let before = spots.len();
            for (class, width) in row_cells(row) {
                spots.push(Spot {
                    place,
                    width,
                    class,
                });
                place.column += width;
            }
            // A row may be blank up to where its line goes on.
            let end = start.column + self.width_of(index);
            while place.column < end {
                spots.push(Spot {
                    place,
                    width: 1,
                    class: Class::Blank,
                });
                place.column += 1;
            }
            if spots.len() == before {
                spots.push(Spot {
                    place,
                    width: 1,
                    class: Class::Blank,
                });
            }
        }
        spots
    }
}

/// Returns whether a spot and the one after it are of one word, or blanks of one line.
fn joins(spots: &[Spot], index: usize) -> bool {
    match (spots.get(index), spots.get(index + 1)) {
        (Some(one), Some(next)) => one.class == next.class && one.place.line == next.place.line,
        _ => false,
    }
}

/// Returns the cells of a row with their widths in columns.
fn row_cells(row: &Row) -> impl Iterator<Item = (Class, u32)> {
    let text = row.text();
    let cells: Vec<(Class, u32)> = cells(&text)
        .map(|(bytes, width)| (Class::of(&text[bytes]), u32::from(width)))
        .collect();
    cells.into_iter()
}

#[cfg(test)]
mod tests;
