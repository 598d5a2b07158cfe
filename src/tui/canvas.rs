//! The cells that the terminal shows and those it shall show, and the bytes between them.
//!
//! Owns two buffers of cells. Only rows that were drawn are compared, so an echoed key costs one
//! row, not a screen.

use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
};

use super::pen;
use crate::geometry::Size;

/// Two buffers of the terminal's size.
#[derive(Debug)]
pub struct Canvas {
    shown: Buffer,
    next: Buffer,
    unknown: bool,
}

impl Canvas {
    /// Returns a canvas for a terminal that shows nobody knows what.
    pub fn new(size: Size) -> Canvas {
        let area = Rect::new(0, 0, size.cols, size.rows);
        Canvas {
            shown: Buffer::empty(area),
            next: Buffer::empty(area),
            unknown: true,
        }
    }

    /// Takes another size; what the terminal shows is unknown then.
    pub fn resize(&mut self, size: Size) {
        *self = Canvas::new(size);
    }

    /// Forgets what the terminal shows, so that the next frame writes every cell.
    pub fn invalidate(&mut self) {
        self.unknown = true;
    }

    /// Returns the buffer to draw into; it holds the last frame.
    pub fn buffer(&mut self) -> &mut Buffer {
        &mut self.next
    }

    /// Appends the bytes that bring the terminal from the last frame to the buffer's state, where
    /// only `rows` were drawn. Returns whether there were any.
    pub fn flush(&mut self, rows: &[u16], out: &mut Vec<u8>) -> bool {
        let width = usize::from(self.next.area.width);
        let all: Vec<u16>;
        let clears = self.unknown;
        let rows = if clears {
            all = (0..self.next.area.height).collect();
            self.unknown = false;
            out.extend_from_slice(b"\x1b[0m\x1b[2J");
            self.shown.reset();
            &all
        } else {
            rows
        };
        let mut changed: Vec<(u16, u16, &Cell)> = Vec::new();
        let mut changed_rows: Vec<usize> = Vec::new();
        for row in rows {
            let start = usize::from(*row) * width;
            let (Some(next), Some(shown)) = (
                self.next.content.get(start..start + width),
                self.shown.content.get(start..start + width),
            ) else {
                continue;
            };
            for (column, (next, shown)) in (0..).zip(next.iter().zip(shown)) {
                if next == shown {
                    continue;
                }
                if changed_rows.last() != Some(&start) {
                    changed_rows.push(start);
                }
                // A cell that a wide character covers is written with that character.
                if !next.symbol().is_empty() {
                    changed.push((column, *row, next));
                }
            }
        }
        let any = !changed.is_empty();
        if any {
            pen::write(changed.into_iter(), out);
        }
        for start in changed_rows {
            let row = start..start + width;
            self.shown.content[row.clone()].clone_from_slice(&self.next.content[row]);
        }
        any || clears
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::widget::put;

    const SIZE: Size = Size { rows: 2, cols: 8 };

    fn frame(canvas: &mut Canvas, texts: &[(u16, u16, &str)]) -> Vec<u8> {
        canvas.buffer().reset();
        for (x, y, text) in texts {
            put(
                canvas.buffer(),
                *x,
                *y,
                8,
                text,
                ratatui::style::Style::new(),
            );
        }
        let mut out = Vec::new();
        canvas.flush(&[0, 1], &mut out);
        out
    }

    #[test]
    fn only_changes_are_written() {
        let mut canvas = Canvas::new(SIZE);
        frame(&mut canvas, &[(0, 0, "abc")]);
        assert_eq!(frame(&mut canvas, &[(0, 0, "abc")]), b"");
        let bytes = frame(&mut canvas, &[(0, 0, "abd")]);
        assert!(bytes.starts_with(b"\x1b[1;3Hd"), "{bytes:?}");
        canvas.invalidate();
        assert_eq!(frame(&mut canvas, &[]), b"\x1b[0m\x1b[2J");
        canvas.invalidate();
        assert!(frame(&mut canvas, &[(0, 0, "abd")]).starts_with(b"\x1b[0m\x1b[2J"));
    }

    /// A terminal of two rows that knows what [`Canvas`] writes: places, text, and the clearing
    /// of all. Half of a wide character that is written over becomes blank.
    struct Terminal {
        cells: Vec<Vec<String>>,
        at: (usize, usize),
    }

    impl Terminal {
        fn new() -> Terminal {
            let blank = vec![" ".to_owned(); usize::from(SIZE.cols)];
            Terminal {
                cells: vec![blank; usize::from(SIZE.rows)],
                at: (0, 0),
            }
        }

        fn take(&mut self, bytes: &[u8]) {
            let text = std::str::from_utf8(bytes).expect("frames are UTF-8");
            let mut rest = text.chars();
            while let Some(character) = rest.next() {
                if character != '\u{1b}' {
                    self.print(character);
                    continue;
                }
                assert_eq!(rest.next(), Some('['));
                let mut parameters = String::new();
                let last = loop {
                    match rest.next().expect("sequences are complete") {
                        last @ '@'..='~' => break last,
                        parameter => parameters.push(parameter),
                    }
                };
                match last {
                    'H' => {
                        let (row, column) = parameters.split_once(';').unwrap();
                        let number = |text: &str| text.parse::<usize>().unwrap() - 1;
                        self.at = (number(row), number(column));
                    }
                    'J' => *self = Terminal::new(),
                    _ => assert_eq!(last, 'm'),
                }
            }
        }

        fn print(&mut self, character: char) {
            let (row, column) = self.at;
            let width = usize::from(crate::tui::widget::columns(&character.to_string()));
            let row = &mut self.cells[row];
            if row[column].is_empty() {
                row[column - 1] = " ".to_owned();
            }
            if row.get(column + width).is_some_and(String::is_empty) {
                row[column + width] = " ".to_owned();
            }
            row[column..column + width].fill(String::new());
            row[column] = character.to_string();
            self.at.1 += width;
        }
    }

    proptest! {
        #[test]
        fn any_two_frames_lead_to_the_second(
            first in "[a日 ]{0,8}",
            second in "[b本 ]{0,8}",
            x in 0u16..8,
        ) {
            let mut canvas = Canvas::new(SIZE);
            let mut terminal = Terminal::new();
            terminal.take(&frame(&mut canvas, &[(0, 0, &first)]));
            terminal.take(&frame(&mut canvas, &[(x, 0, &second)]));
            let mut fresh = Terminal::new();
            fresh.take(&frame(&mut Canvas::new(SIZE), &[(x, 0, &second)]));
            prop_assert_eq!(terminal.cells, fresh.cells);
        }
    }
}
