//! The mouse, focus reports, and what an echo damages.

use super::*;

#[test]
fn the_mouse_focuses_enters_and_is_passed_on() {
    let at = |action, row, col| {
        let position = Position { row, col };
        let modifiers = Modifiers::NONE;
        Input::Mouse(Mouse {
            action,
            position,
            modifiers,
        })
    };
    let press = |row, col| Msg::Input(vec![at(MouseAction::Press(0), row, col)]);
    let mut rig = three();
    rig.send(press(3, 5));
    assert_eq!(rig.app.focus, Some(TWO), "a line of the list");
    let tile = *rig
        .app
        .arrangement
        .tile(PaneId(3))
        .expect("three tiles are shown");
    let (row, col) = (tile.inner.y + 2, tile.inner.x + 4);
    rig.send(press(row, col));
    assert_eq!(rig.app.focus, Some(PaneId(3)), "a tile");
    assert_eq!(rig.app.mode, Mode::Watch);
    rig.pass(Duration::from_secs(1));
    rig.send(press(row, col));
    assert_eq!(rig.app.mode, Mode::Watch, "two slow clicks");
    rig.send(press(row, col));
    assert_eq!(rig.app.mode, Mode::Interact);

    let mut shown = screen(tile.size(), &["x"]);
    shown.modes.mouse = true;
    rig.shows_screen(PaneId(3), &shown);
    rig.effects.clear();
    let here = [
        at(MouseAction::Press(0), row, col),
        at(MouseAction::Drag(0), 0, 0),
        at(MouseAction::Release(0), 0, 0),
        at(MouseAction::WheelUp, row, col),
    ];
    rig.send(Msg::Input(here.to_vec()));
    let input = vec![
        at(MouseAction::Press(0), 2, 4),
        at(MouseAction::Drag(0), 0, 0),
        at(MouseAction::Release(0), 0, 0),
        at(MouseAction::WheelUp, 2, 4),
    ];
    let pane = PaneId(3);
    assert_eq!(rig.requests(), [Request::Input { pane, input }]);
    rig.send(press(1, 0));
    assert_eq!(rig.app.mode, Mode::Interact, "a line of the list's border");
    rig.send(press(3, 5));
    assert_eq!((&rig.app.mode, rig.app.focus), (&Mode::Watch, Some(TWO)));
}

#[test]
fn a_click_on_a_hint_is_its_key() {
    let mut rig = three();
    let click = |rig: &mut Rig, hint: &str| {
        let text = rig.text();
        let bar = text.lines().last().expect("there is a bar");
        let before = bar.split(hint).next().expect("the hint is there");
        let position = Position {
            row: 23,
            col: u16::try_from(before.chars().count()).unwrap(),
        };
        let action = MouseAction::Press(0);
        let modifiers = Modifiers::NONE;
        let mouse = Mouse {
            action,
            position,
            modifiers,
        };
        rig.send(Msg::Input(vec![Input::Mouse(mouse)]));
    };
    click(&mut rig, "Enter interact");
    assert_eq!(rig.app.mode, Mode::Interact);
    click(&mut rig, "Ctrl-] leaves");
    assert_eq!(rig.app.mode, Mode::Watch);
    rig.types("q");
    rig.requests();
    click(&mut rig, "d detach");
    assert_eq!(rig.requests(), [Request::Detach]);
}

#[test]
fn the_wheel_becomes_arrows_on_the_alternate_screen() {
    let mut rig = three();
    let mut shown = screen(Size::DEFAULT, &["vim"]);
    shown.modes.alternate = true;
    rig.shows_screen(ONE, &shown);
    rig.types("\r");
    rig.effects.clear();
    let wheel = Mouse {
        action: MouseAction::WheelDown,
        position: Position { row: 3, col: 40 },
        modifiers: Modifiers::NONE,
    };
    rig.send(Msg::Input(vec![Input::Mouse(wheel)]));
    let down = Input::Key(Key::plain(KeyCode::Down));
    let input = vec![down.clone(), down.clone(), down];
    assert_eq!(rig.requests(), [Request::Input { pane: ONE, input }]);
    // Not if the program has said that it does not want that.
    shown.modes.alternate_scroll = false;
    rig.shows_screen(ONE, &shown);
    rig.effects.clear();
    rig.send(Msg::Input(vec![Input::Mouse(wheel)]));
    assert_eq!(rig.requests(), []);
    assert_eq!(rig.app.mode, Mode::Interact);
}

#[test]
fn focus_reports_are_the_childs_while_it_has_the_keys() {
    let mut rig = three();
    rig.send(Msg::Input(vec![Input::Focus(false)]));
    assert_eq!(rig.requests(), []);
    rig.types("\r");
    rig.effects.clear();
    rig.send(Msg::Input(vec![Input::Focus(true)]));
    let input = vec![Input::Focus(true)];
    assert_eq!(rig.requests(), [Request::Input { pane: ONE, input }]);
}

#[test]
fn an_echo_damages_its_row_alone() {
    let mut rig = three();
    rig.shows(1, &["$ "]);
    rig.shows(1, &["$ "]);
    rig.types("\r");
    rig.app.take_damage();
    let mut next = rig.app.pane(ONE).expect("pane 1 is there").screen.clone();
    let before = next.clone();
    next.rows[0].runs[0].1.push('a');
    next.cursor.position.col += 1;
    next.generation += 1;
    let delta = next.delta_from(&before);
    rig.send(Msg::Reply(Purpose::Update(ONE), Reply::Screen(delta)));
    let Damage {
        all: false,
        chrome: false,
        rows,
    } = rig.app.take_damage()
    else {
        panic!("more than rows is damaged");
    };
    assert!(
        !rows.is_empty() && rows.iter().all(|row| *row == (ONE, 0)),
        "{rows:?}"
    );
}
