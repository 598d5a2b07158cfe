//! Properties: any split, any resize, floods by both ways, deltas, answers of the fixed grammar.

use proptest::prelude::*;

use super::{super::flood::FLOOD_LEAST, random::*, *};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_gives_the_same(
        bytes in output(),
        size in size(),
        report in any::<bool>(),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
    ) {
        let mut whole = Emulator::new(size, 50);
        whole.report_lines(report);
        let mut expected = Vec::new();
        whole.feed(&bytes, &mut expected);
        no_failure(&mut whole)?;
        let mut split = Emulator::new(size, 50);
        split.report_lines(report);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let mut events = Vec::new();
        for pair in cuts.windows(2) {
            split.feed(&bytes[pair[0]..pair[1]], &mut events);
        }
        prop_assert_eq!(&events, &expected);
        prop_assert_eq!(seen(&mut split), seen(&mut whole));
        let mut bytewise = Emulator::new(size, 50);
        bytewise.report_lines(report);
        let mut events = Vec::new();
        for byte in &bytes {
            bytewise.feed(&[*byte], &mut events);
            let _ = bytewise.delta(None);
        }
        whole.finish(&mut expected);
        bytewise.finish(&mut events);
        prop_assert_eq!(&events, &expected);
        prop_assert_eq!(seen(&mut bytewise), seen(&mut whole));
    }

    #[test]
    fn resizing_anywhere_breaks_nothing(
        parts in proptest::collection::vec((output(), size(), any::<u8>()), 1..5),
    ) {
        let mut emulator = Emulator::new(Size { rows: 5, cols: 12 }, 20);
        emulator.report_lines(true);
        for (bytes, size, cut) in parts {
            let cut = usize::from(cut).min(bytes.len());
            feed(&mut emulator, &bytes[..cut]);
            let line = emulator.cursor_line();
            emulator.resize(size);
            prop_assert_eq!(emulator.size(), size);
            if !emulator.alternate() {
                prop_assert_eq!(emulator.cursor_line(), line);
            }
            feed(&mut emulator, &bytes[cut..]);
            no_failure(&mut emulator)?;
            prop_assert!(emulator.history_lines() <= 21);
            let screen = emulator.screen();
            prop_assert_eq!(screen.rows.len(), usize::from(size.rows));
            prop_assert!(screen.cursor.position.row < size.rows);
            prop_assert!(screen.cursor.position.col < size.cols);
        }
        emulator.restart();
        no_failure(&mut emulator)?;
    }

    #[test]
    fn applied_deltas_are_the_screen(
        parts in proptest::collection::vec((output(), prop_oneof![4 => Just(None), 1 => size().prop_map(Some)]), 1..6),
    ) {
        let mut emulator = Emulator::new(Size { rows: 5, cols: 12 }, 20);
        let mut client = Screen::blank(emulator.size());
        let mut since = None;
        for (bytes, size) in parts {
            feed(&mut emulator, &bytes);
            if let Some(size) = size {
                emulator.resize(size);
            }
            client.apply(emulator.delta(since));
            since = Some(client.generation);
            prop_assert_eq!(&client, emulator.screen());
            // What was drawn lazily is what drawing everything gives.
            emulator.dirty = Dirty::All;
            emulator.shown.generation = u64::MAX;
            prop_assert_eq!(&Screen { generation: 0, ..client.clone() }, &Screen { generation: 0, ..emulator.screen().clone() });
        }
    }

    #[test]
    fn widening_gives_back_what_narrowing_wrapped(
        text in log(),
        size in roomy_size(),
        narrow in roomy_size(),
    ) {
        let mut emulator = Emulator::new(size, 1000);
        feed(&mut emulator, &text);
        let before = all_text(&mut emulator);
        let prompt = emulator.prompt();
        for other in [narrow, size, Size { rows: 30, cols: 100 }, size] {
            emulator.resize(other);
            prop_assert_eq!(&all_text(&mut emulator), &before);
            prop_assert_eq!(&emulator.prompt(), &prompt);
        }
        // The next character stands where it would have stood.
        let mut straight = Emulator::new(size, 1000);
        feed(&mut straight, &text);
        feed(&mut straight, "x\r\ny");
        feed(&mut emulator, "x\r\ny");
        prop_assert_eq!(all_text(&mut emulator), all_text(&mut straight));
        prop_assert_eq!(emulator.prompt(), straight.prompt());
    }

    #[test]
    fn no_resize_changes_a_logical_line(
        bytes in output(),
        size in roomy_size(),
        sizes in proptest::collection::vec(prop_oneof![3 => roomy_size(), 1 => Just(Size { rows: 40, cols: 90 })], 1..8),
    ) {
        let mut emulator = Emulator::new(size, 1000);
        feed(&mut emulator, &bytes);
        // What is below the cursor may have no room, so it goes to the end; a sequence may be open.
        feed(&mut emulator, "\x18\x1b[?1049l\x1b[?7h\x1b[4l\x1b[?6l\x1b[r\x1b[999;999H");
        let before = all_text(&mut emulator);
        let line = emulator.cursor_line();
        for size in sizes {
            emulator.resize(size);
            prop_assert_eq!(&all_text(&mut emulator), &before);
            prop_assert_eq!(emulator.cursor_line(), line);
        }
    }

    #[test]
    fn a_flood_is_the_same_by_the_long_way(
        before in output(),
        lines in proptest::collection::vec(flood_line(), 0..80),
        after in output(),
        size in size(),
        report in any::<bool>(),
    ) {
        let mut flooded = Emulator::new(size, 60);
        let mut slow = Emulator::new(size, 60);
        flooded.report_lines(report);
        slow.report_lines(report);
        let (mut events, mut expected) = (Vec::new(), Vec::new());
        let lines = lines.concat();
        flooded.feed(&before, &mut events);
        slow.feed(&before, &mut expected);
        let mut taken = 0;
        if flooded.collector.is_ground() && flooded.tail_len == 0 {
            flooded.guarded(|emulator| {
                taken = emulator.flood(&lines).taken;
            });
            events.append(&mut flooded.pending);
        }
        flooded.feed(&lines[taken..], &mut events);
        for chunk in lines.chunks(FLOOD_LEAST - 1) {
            slow.feed(chunk, &mut expected);
        }
        flooded.feed(&after, &mut events);
        slow.feed(&after, &mut expected);
        prop_assert_eq!(&events, &expected);
        prop_assert_eq!(seen(&mut flooded), seen(&mut slow));
    }

    #[test]
    fn floods_leave_the_same_after_every_read(
        lines in proptest::collection::vec(flood_line(), 40..200),
        size in size(),
        reads in proptest::collection::vec(1usize..4096, 1..6),
        limit in prop_oneof![Just(0usize), Just(7), Just(1000)],
        report in any::<bool>(),
        looks in any::<bool>(),
    ) {
        let mut flooded = Emulator::new(size, limit);
        let mut slow = Emulator::new(size, limit);
        slow.eagerness = Eagerness::none();
        let lines = lines.concat();
        let mut rest = lines.as_slice();
        let mut since = None;
        for read in reads.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, after) = rest.split_at(rest.len().min(*read));
            rest = after;
            let (mut events, mut expected) = (Vec::new(), Vec::new());
            for (emulator, events) in [(&mut flooded, &mut events), (&mut slow, &mut expected)] {
                emulator.report_lines(report);
                emulator.feed(chunk, events);
            }
            prop_assert_eq!(events, expected);
            prop_assert!(!slow.held.is_active());
            if looks {
                prop_assert_eq!(flooded.prompt(), slow.prompt());
                prop_assert_eq!(flooded.cursor_line(), slow.cursor_line());
                prop_assert_eq!(flooded.history.next(), slow.history.next());
                // Which rows are newer is the same too.
                let delta = flooded.delta(since);
                prop_assert_eq!(&delta, &slow.delta(since));
                since = Some(delta.generation);
            }
        }
        prop_assert_eq!(flooded.delta(None), slow.delta(None));
        prop_assert_eq!(&flooded.row_generations, &slow.row_generations);
        prop_assert_eq!(seen(&mut flooded), seen(&mut slow));
    }

    #[test]
    fn every_answer_is_of_the_fixed_grammar(bytes in prop_oneof![output(), queries()]) {
        let grammar = regex::bytes::Regex::new(concat!(
            r"(?s-u)^(\x1b\[\?62;22c|\x1b\[>1;10;0c|\x1b\[0n|\x1b\[\d+;\d+R|\x1b\[\??\d+;[0124]\$y",
            r"|\x1bP>\|muxpect\([\d.]+\)\x1b\\|\x1b\[\?[01]u|\x1b\[[89];\d+;\d+t",
            r"|\x1bP!\|00000000\x1b\\|\x1b\[[23];1;1;128;128;1;0x|\x1b\[\?\d+;\d+R|\x1b\[\?997;1n|\x1b\[>4;[012]m",
            r"|\x1bP1\$r0(;[\d:]+)*m\x1b\\|\x1bP1\$r\d+;\d+r\x1b\\|\x1bP1\$r[0-6] q\x1b\\",
            r"|\x1bP0\$r\x1b\\|\x1bP0\+r\x1b\\|\x1bP1\+r[0-9A-F]+=[0-9A-F]+\x1b\\",
            r"|\x1b\]4;\d{1,3};rgb:[0-9a-f]{4}/[0-9a-f]{4}/[0-9a-f]{4}(\x07|\x1b\\)",
            r"|\x1b\]1[012];rgb:[0c/]+(\x07|\x1b\\))$"
        )).unwrap();
        let mut emulator = Emulator::new(Size { rows: 5, cols: 12 }, 20);
        for event in feed(&mut emulator, &bytes) {
            if let TerminalEvent::Reply(reply) = event {
                prop_assert!(grammar.is_match(&reply), "{:?}", reply);
            }
        }
        for row in &emulator.screen().rows {
            prop_assert!(!row.text().contains(char::is_control));
        }
    }
}
