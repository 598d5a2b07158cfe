//! Runs the checks of the fuzz targets on every input that is kept in `fuzz/corpus`: seeds, what
//! the fuzzer found worth keeping, and whatever once failed.

use std::path::Path;

use muxpect::{geometry::Size, terminal::Emulator};

#[path = "corpus/checks.rs"]
mod checks;

/// Runs `check` on each file of a target's corpus.
fn run(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("the corpus is there") {
        let path = entry.expect("the corpus can be read").path();
        let data = std::fs::read(&path).expect("an input can be read");
        // Shown with a failure only.
        println!("{}", path.display());
        check(&data);
        count += 1;
    }
    assert!(count > 10, "{} is nearly empty", folder.display());
}

#[test]
fn feed() {
    run("feed", checks::feed);
}

#[test]
fn resize() {
    run("resize", checks::resize);
}

#[test]
fn keys() {
    run("keys", checks::keys);
}

#[test]
fn every_size_is_drawn() {
    let sides = [1, 2, 3, 79, 80, 999, 1000];
    let output = "ab漢e\u{301}❤\u{fe0f}\r\n\x1b[31m\tx\x1b[7m\x1b[K\x1b[999;999Hy\x1b[2J\x1b[999L\
                  \x1b[999@\x1b[999b\x1b[2;3r\x1b[999S\x1b[r\x1b[?1049hz\x1b[999T\x1b[?1049l\
                  \x1b[Hintact";
    let mut emulator = Emulator::new(Size { rows: 24, cols: 80 }, 100);
    for rows in sides {
        for cols in sides {
            let size = Size { rows, cols };
            let mut events = Vec::new();
            emulator.resize(size);
            emulator.feed(b"\x1bc", &mut events);
            emulator.feed(output.as_bytes(), &mut events);
            let screen = emulator.screen();
            assert_eq!(screen.size, size);
            assert_eq!(screen.rows.len(), usize::from(rows));
            let position = screen.cursor.position;
            assert!(position.row < rows && position.col < cols, "{size}");
            let text = screen.text();
            assert!(!text.contains("[muxpect"), "{size}");
            if cols >= 6 {
                assert!(text.starts_with("intact"), "{size}");
            }
        }
    }
}
