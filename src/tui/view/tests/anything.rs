//! Whatever happens, nothing panics or is drawn outside.

use proptest::prelude::*;

use super::*;

/// Something that happens, made of small numbers.
fn happens(rig: &mut Rig, what: u8, a: u16, b: u16) {
    let panes = |count: u16| -> Vec<PaneSummary> {
        let attentions = [Attention::Working, Attention::Asking, Attention::Quiet];
        (1..=u32::from(count % 5))
            .map(|id| match (u32::from(b) + id) % 4 {
                3 => ended(pane(id, "x"), 1),
                kind => with(pane(id, "日本"), attentions[kind as usize]),
            })
            .collect()
    };
    let size = Size {
        rows: a % 40 + 1,
        cols: b % 130 + 1,
    };
    let characters = "jkhl\t123456789nN\r\u{1d}z b[rsxDqdkcy?gGuiiiaAw\u{1b}";
    match what {
        0 => {
            let prompts = ["Continue? ", "日本語\u{1b}\u{202e}\n?", "Password: "];
            rig.asks = (0..u64::from(a / 5 % 5))
                .map(|number| {
                    let name = if number % 2 == 0 { "x" } else { "日本" };
                    let prompt = prompts[number as usize % 3].repeat(usize::from(b % 30));
                    let suggestion = b.is_multiple_of(2).then_some("yes\r\u{9b}");
                    ask(number + u64::from(a % 3), name, &prompt, suggestion)
                })
                .collect();
            rig.focus = Some((PaneId(u32::from(b % 5)), u64::from(a)));
            let mut panes = panes(a);
            for pane in panes.iter_mut().filter(|_| b % 7 < 3) {
                pane.armed = false;
                pane.disarmed = b.is_multiple_of(7).then(|| "日本 reason\u{1b} ".repeat(20));
            }
            rig.panes(panes);
        }
        1 => rig.send(Msg::Resized(size)),
        2 => {
            let mut shown = screen(size, &["日本語 text"]);
            shown.modes.mouse = a.is_multiple_of(3);
            shown.modes.alternate = b.is_multiple_of(3);
            shown.cursor.position.row = b % size.rows;
            rig.shows_screen(PaneId(u32::from(a % 5)), &shown);
        }
        7 | 8 => {
            let id = PaneId(u32::from(a % 5));
            let Some(pane) = rig.app.pane(id) else {
                return;
            };
            let before = pane.screen.clone();
            let mut after = before.clone();
            after.generation += 1;
            let row = b % after.size.rows;
            after.rows[usize::from(row)].runs =
                vec![Run(a % 7, "日x".to_owned(), Style::default())];
            after.cursor.position = Position {
                row,
                col: a % after.size.cols,
            };
            let reply = Reply::Screen(after.delta_from(&before));
            rig.send(Msg::Reply(Purpose::Update(id), reply));
        }
        3 => {
            let actions = [
                MouseAction::Press(0),
                MouseAction::WheelUp,
                MouseAction::WheelDown,
                MouseAction::Drag(0),
                MouseAction::Release(0),
            ];
            let action = actions[usize::from(a) % actions.len()];
            let position = Position {
                row: a % 45,
                col: b % 140,
            };
            let modifiers = Modifiers::NONE;
            rig.send(Msg::Input(vec![Input::Mouse(Mouse {
                action,
                position,
                modifiers,
            })]));
        }
        4 => rig.send(Msg::Input(vec![Input::Paste(
            "a\nb".repeat(usize::from(a % 3)),
        )])),
        5 => {
            rig.pass(Duration::from_secs(u64::from(a) * 60));
            rig.send(Msg::Tick);
        }
        6 => {
            let view = HistoryView {
                top: a.is_multiple_of(2).then_some(Anchor {
                    line: u64::from(a),
                    row: 0,
                }),
                above: u64::from(a),
                below: u64::from(b),
                rows: vec![Row::default(); usize::from(b % 50)],
                starts: Vec::new(),
                marks: Vec::new(),
            };
            rig.send(Msg::Reply(
                Purpose::History(u64::from(a % 4)),
                Reply::History(view),
            ));
        }
        9 => {
            let rule = WhyInfo {
                rule: "日本/規則".to_owned(),
                outcome: "held".to_owned(),
                reason: "日本\u{1b} ".repeat(usize::from(b % 60)),
                text: "x".repeat(usize::from(b % 300)),
            };
            let rules = vec![rule; usize::from(a % 9)];
            let pane = PaneId(u32::from(a % 5));
            rig.send(Msg::Reply(Purpose::Why(pane), Reply::Why(rules)));
        }
        _ => {
            let index = usize::from(a) % characters.chars().count();
            let character = characters.chars().nth(index).unwrap_or('j');
            rig.types(&character.to_string());
        }
    }
}

proptest! {
    #[test]
    fn nothing_that_happens_panics_or_is_drawn_outside(
        events in prop::collection::vec((0u8..16, any::<u16>(), any::<u16>()), 1..60),
    ) {
        let mut rig = Rig::new(options(), 80, 24);
        let mut kept = Buffer::empty(Rect::new(0, 0, 80, 24));
        for (what, a, b) in events {
            happens(&mut rig, what, a, b);
            let size = rig.app.size;
            let area = Rect::new(0, 0, size.cols, size.rows);
            if kept.area != area {
                kept = Buffer::empty(area);
                rig.app.damage_all();
            }
            if rig.app.is_damaged() {
                let damage = rig.app.take_damage();
                draw(&rig.app, &damage, &mut kept);
                let mut fresh = Buffer::empty(area);
                draw(&rig.app, &Damage::ALL, &mut fresh);
                prop_assert!(kept == fresh, "parts:\n{}all:\n{}", text(&kept), text(&fresh));
                let spilled = fresh.content.iter().any(|cell| cell.symbol().chars().any(char::is_control));
                prop_assert!(!spilled);
            }
            cursor(&rig.app);
        }
    }
}
