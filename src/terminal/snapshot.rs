//! Copies of a terminal, to go back to.
//!
//! Owns what a copy needs and what it can do without: the state as last drawn is drawn again.

use crate::screen::Screen;

use super::{Emulator, flood::Held, grid::Grid, view::Dirty};

/// Bytes that a cell takes in a grid, with all that vt100 keeps beside it.
const CELL_BYTES: usize = 64;

/// Bytes that a terminal takes however small it is.
const LEAST_BYTES: usize = 4096;

impl Emulator {
    /// Returns a terminal in the same state, which goes on by itself.
    pub fn snapshot(&mut self) -> Emulator {
        self.catch_up();
        Emulator {
            size: self.size,
            main: self.main.snapshot(),
            alternate: self.alternate.as_ref().map(Grid::snapshot),
            alternate_saved: self.alternate_saved.clone(),
            history: self.history.clone(),
            modes: self.modes.clone(),
            charsets: self.charsets,
            tabs: self.tabs.clone(),
            collector: self.collector.clone(),
            tail: self.tail,
            tail_len: self.tail_len,
            fancy: self.fancy,
            colored: self.colored,
            title: self.title.clone(),
            titles: self.titles.clone(),
            frames: self.frames,
            directory: self.directory.clone(),
            marks: self.marks.clone(),
            report: self.report,
            numbered_home: self.numbered_home,
            pending: Vec::new(),
            generation: self.generation + 1,
            shown: Screen::blank(self.size),
            row_generations: vec![0; usize::from(self.size.rows)],
            whole_before: 0,
            dirty: Dirty::All,
            eagerness: self.eagerness.clone(),
            held: Held::default(),
            spent: 0,
        }
    }

    /// Returns about how many bytes a snapshot takes.
    pub fn footprint(&self) -> usize {
        let grids = [Some(&self.main), self.alternate.as_ref()];
        let cells = grids.into_iter().flatten().map(|grid| {
            let size = grid.size();
            usize::from(size.rows) * usize::from(size.cols)
        });
        LEAST_BYTES + cells.sum::<usize>() * CELL_BYTES + self.history.bytes()
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::{
        record::{Reader, What},
        screen::Row,
        terminal::Prompt,
    };

    /// All that is to be seen of a terminal.
    fn seen(emulator: &mut Emulator) -> (Screen, Vec<Row>, Prompt, String) {
        let mut screen = emulator.screen().clone();
        // It grows with each copy.
        screen.generation = 0;
        let title = emulator.title().to_owned();
        (
            screen,
            emulator.history_tail(1000),
            emulator.prompt(),
            title,
        )
    }

    /// Plays a recording, and goes on with a copy whenever `copies` says so.
    fn play(text: &str, mut copies: impl FnMut() -> bool) -> (Screen, Vec<Row>, Prompt, String) {
        let mut reader = Reader::new(text.as_bytes()).unwrap();
        let mut emulator = Emulator::new(reader.header().size, 1000);
        let mut events = Vec::new();
        while let Some(event) = reader.next_event().unwrap() {
            match event.what {
                What::Output(text) => {
                    // Also in the midst of characters and sequences.
                    for piece in text.as_bytes().chunks(97) {
                        emulator.feed(piece, &mut events);
                        if copies() {
                            emulator = emulator.snapshot();
                        }
                    }
                }
                What::Resize(size) => emulator.resize(size),
                _ => {}
            }
        }
        emulator.finish(&mut events);
        seen(&mut emulator)
    }

    #[test]
    fn a_copy_goes_on_as_the_terminal_would() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
        for name in [
            "npm-init",
            "vim-resize",
            "programs/tmux",
            "programs/vttest-movements",
        ] {
            let text = fs::read_to_string(folder.join(name).with_extension("cast")).unwrap();
            let expected = play(&text, || false);
            assert_eq!(play(&text, || true), expected, "{name}");
            let mut count = 0;
            let some = || {
                count += 1;
                count % 5 == 0
            };
            assert_eq!(play(&text, some), expected, "{name}");
        }
    }

    #[test]
    fn a_copy_leaves_the_terminal_alone() {
        let size = crate::geometry::Size { rows: 3, cols: 10 };
        let mut emulator = Emulator::new(size, 10);
        let mut events = Vec::new();
        emulator.feed(b"\x1b[31mred\r\n", &mut events);
        let before = seen(&mut emulator);
        let mut copy = emulator.snapshot();
        copy.feed(b"\x1b[2Jgone\x1b]2;title\x07", &mut events);
        assert_eq!(seen(&mut emulator), before);
        assert_ne!(seen(&mut copy), before);
        assert!(emulator.footprint() >= 30 * CELL_BYTES);
    }
}
