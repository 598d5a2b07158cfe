//! Programs that ask the terminal: each is answered in time, and understands the answer.

use std::fs;

use crossterm::{cursor, terminal};

use crate::sandbox::{Sandbox, wait_for};

/// The interpreter of the system, whatever others are on the path.
const PYTHON: &str = "/usr/bin/python3";

/// The names that panes give the terminal.
const TERMS: [&str; 2] = ["TERM=tmux-256color", "TERM=screen-256color"];

/// Starts a program in a pane `p`.
fn start(sandbox: &Sandbox, command: &[&str]) {
    sandbox.ok(&[
        &["run", "-d", "--size", "80x24", "--name", "p", "--"],
        command,
    ]
    .concat());
}

/// Demands that no part of an answer was taken for typing.
fn assert_clean(sandbox: &Sandbox) {
    let screen = sandbox.ok(&["screen", "p", "--history", "1000"]);
    for part in ["62;22c", "1;10;0c", "rgb:", "muxpect(", ";1R", "$y"] {
        assert!(!screen.contains(part), "{part:?} in:\n{screen}");
    }
}

#[test]
fn fish_does_not_wait() {
    for term in TERMS {
        let sandbox = Sandbox::new();
        start(&sandbox, &["env", term, "fish", "--private"]);
        sandbox.ok(&["expect", "p", "Welcome to fish"]);
        sandbox.wait_pane("p", |pane| pane["attention"] == "ready");
        sandbox.ok(&[
            "expect",
            "p",
            "--send",
            "echo (math 6 x 7)",
            "--view",
            "screen",
            "(?m)^42$",
        ]);
        let screen = sandbox.ok(&["screen", "p", "--history", "1000"]);
        assert!(!screen.contains("Primary Device Attribute"), "{screen}");
        assert_clean(&sandbox);
    }
}

/// Shows a prompt, tells after the two seconds that prompt_toolkit waits for an answer, and what
/// it knows in the end.
const PROMPT: &str = r#"
import asyncio
from prompt_toolkit import PromptSession

async def main():
    session = PromptSession()
    later = "soon"
    async def wait():
        nonlocal later
        await asyncio.sleep(session.app.renderer.CPR_TIMEOUT + 0.2)
        later = "later"
        session.app.invalidate()
    waiting = asyncio.ensure_future(wait())
    name = await session.prompt_async("Name: ", bottom_toolbar=lambda: "It is " + later)
    await waiting
    print("hello", name, session.app.renderer.cpr_support.name)

asyncio.run(main())
"#;

#[test]
fn prompt_toolkit_does_not_warn() {
    let sandbox = Sandbox::new();
    sandbox.write("ask.py", PROMPT);
    start(&sandbox, &[PYTHON, "ask.py"]);
    sandbox.ok(&["expect", "p", "--view", "screen", "It is later"]);
    sandbox.ok(&["expect", "p", "--send", "Zoë", "hello Zoë SUPPORTED"]);
    let screen = sandbox.ok(&["screen", "p", "--history", "1000"]);
    assert!(
        !screen.contains("CPR") && !screen.contains("WARNING"),
        "{screen}"
    );
    assert_clean(&sandbox);
}

/// Not a test but a program: another test runs it in a pane.
#[test]
#[ignore = "runs in a pane"]
fn crossterm_asks() {
    terminal::enable_raw_mode().unwrap();
    print!("\x1b[5;11H");
    let position = cursor::position();
    let enhanced = terminal::supports_keyboard_enhancement();
    terminal::disable_raw_mode().unwrap();
    println!(
        "\nposition {:?}, enhancement {:?}",
        position.unwrap(),
        enhanced.unwrap()
    );
}

#[test]
fn crossterm_gets_the_position_of_the_cursor() {
    let sandbox = Sandbox::new();
    let this = std::env::current_exe().unwrap();
    let this = this.to_str().unwrap();
    let name = "probes::crossterm_asks";
    start(
        &sandbox,
        &[this, "--ignored", "--exact", "--nocapture", name],
    );
    assert_eq!(
        sandbox.run(&["wait"]).code,
        0,
        "{}",
        sandbox.ok(&["screen"])
    );
    let screen = sandbox.ok(&["screen"]);
    assert!(
        screen.contains("position (10, 4), enhancement true"),
        "{screen}"
    );
}

/// Writes queries at once, and reads until the last of them, which is DA1, is answered.
const ASK: &str = r#"
import os, termios, tty
queries = open("queries").read().encode().decode("unicode_escape").encode()
before = termios.tcgetattr(0)
tty.setraw(0)
os.write(1, b"\x1b[7;30H" + queries)
answers = b""
while not answers.endswith(b"\x1b[?62;22c"):
    answers += os.read(0, 1000)
termios.tcsetattr(0, termios.TCSANOW, before)
open("answers", "wb").write(answers)
"#;

/// Asks in a pane, and returns the answers, printable.
fn ask(queries: &str) -> String {
    let sandbox = Sandbox::new();
    sandbox.write("ask.py", ASK);
    sandbox.write("queries", &queries.replace(r"\e", r"\x1b"));
    start(&sandbox, &[PYTHON, "ask.py"]);
    assert_eq!(
        sandbox.run(&["wait"]).code,
        0,
        "{}",
        sandbox.ok(&["screen"])
    );
    assert_eq!(sandbox.ok(&["screen"]).trim(), "", "a query was drawn");
    let answers = fs::read_to_string(sandbox.path("answers")).unwrap();
    answers.replace('\x1b', r"\e").replace('\x07', r"\a")
}

#[test]
fn all_queries_are_answered_in_order() {
    let version = concat!(r"\eP>|muxpect(", env!("CARGO_PKG_VERSION"), r")\e\");
    let asked = [
        // DA2, DA3, DSR, CPR.
        (r"\e[>c", r"\e[>1;10;0c"),
        (r"\e[=c", r"\eP!|00000000\e\"),
        (r"\e[5n", r"\e[0n"),
        (r"\e[6n", r"\e[7;30R"),
        // DECRQM: bracketed paste and synchronized updates are known and off, the cursor is on, and
        // there is no mode 9999.
        (r"\e[?2004$p", r"\e[?2004;2$y"),
        (r"\e[?2026$p", r"\e[?2026;2$y"),
        (r"\e[?25$p", r"\e[?25;1$y"),
        (r"\e[?9999$p", r"\e[?9999;0$y"),
        (r"\e[4$p", r"\e[4;2$y"),
        // XTVERSION.
        (r"\e[>q", version),
        // Colours of the palette, of text and behind it.
        (r"\e]4;1;?\e\\", r"\e]4;1;rgb:cdcd/0000/0000\e\"),
        (r"\e]10;?\e\\", r"\e]10;rgb:cccc/cccc/cccc\e\"),
        (r"\e]11;?\x07", r"\e]11;rgb:0000/0000/0000\a"),
        // The flags of kitty's keys.
        (r"\e[?u", r"\e[?0u"),
        // XTGETTCAP: 24-bit colours, and a capability that is not told.
        (r"\eP+q524742\e\\", r"\eP1+r524742=382F382F38\e\"),
        (r"\eP+q6B62\e\\", r"\eP0+r\e\"),
        // DECRQSS: attributes, margins, and a setting that does not exist.
        (r"\eP$qm\e\\", r"\eP1$r0m\e\"),
        (r"\eP$qr\e\\", r"\eP1$r1;24r\e\"),
        (r"\eP$qx\e\\", r"\eP0$r\e\"),
        // The size in cells.
        (r"\e[18t", r"\e[8;24;80t"),
        // DA1.
        (r"\e[c", r"\e[?62;22c"),
    ];
    let (queries, answers): (Vec<&str>, Vec<&str>) = asked.into_iter().unzip();
    assert_eq!(ask(&queries.concat()), answers.concat());
}

/// It asks for capabilities on the alternate screen, where a terminal that draws them does no harm.
#[test]
fn the_questions_of_fish_4_are_answered() {
    let asked = r"\e[?u\e[>0q\e]11;?\e\\\e[?1049h\eP+q696e646e\e\\\eP+q71756572792d6f732d6e616d65\e\\\e[?1049l\e[0c";
    let version = env!("CARGO_PKG_VERSION");
    let color = r"\e]11;rgb:0000/0000/0000\e\";
    let unknown = r"\eP0+r\e\";
    let answers = format!(r"\e[?0u\eP>|muxpect({version})\e\{color}{unknown}{unknown}\e[?62;22c");
    assert_eq!(ask(asked), answers);
}

/// Writes down the text and the mode, and leaves.
const WRITE_BUFFER: &str =
    r":call writefile([json_encode(getline(1,'$')), mode()], 'buffer') | qa!";

/// Waits until an editor is ready, and demands that its text is empty and it takes commands.
fn assert_nothing_typed(sandbox: &Sandbox) {
    sandbox.wait_attention("p", "ready", "", "");
    sandbox.ok(&["send", "p", WRITE_BUFFER]);
    assert_eq!(sandbox.run(&["wait"]).code, 0);
    let buffer = fs::read_to_string(sandbox.path("buffer")).unwrap();
    assert_eq!(buffer, "[\"\"]\nn\n");
    assert_clean(sandbox);
}

#[test]
fn vim_types_no_answer_into_the_text() {
    for term in TERMS {
        let sandbox = Sandbox::new();
        start(&sandbox, &["env", term, "vim", "--clean", "-n"]);
        assert_nothing_typed(&sandbox);
    }
    // Under this name it asks most.
    let sandbox = Sandbox::new();
    let note = "autocmd TermResponse * call writefile([v:termresponse], 'response')";
    let vim = [
        "env",
        "TERM=xterm-256color",
        "vim",
        "--clean",
        "-n",
        "--cmd",
        note,
    ];
    start(&sandbox, &vim);
    let response = || fs::read_to_string(sandbox.path("response")).ok();
    let whole = || response().filter(|text| text.ends_with('\n'));
    assert_eq!(wait_for("the answer to DA2", whole), "\x1b[>1;10;0c\n");
    assert_nothing_typed(&sandbox);
}

#[test]
fn neovim_types_no_answer_into_the_text() {
    for term in TERMS {
        let sandbox = Sandbox::new();
        start(&sandbox, &["env", term, "nvim", "--clean", "-n"]);
        assert_nothing_typed(&sandbox);
    }
}
