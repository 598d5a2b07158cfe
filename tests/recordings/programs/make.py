#!/usr/bin/env python3
"""Records real programs for `tests/terminal/recordings.rs`, on Linux as root.

    tests/recordings/programs/make.py [NAME...]

NAME.steps is a shell script, after `TERM=...` unless muxpect's own TERM is wanted, and below `---`
what is done while it runs: `wait` for a pattern on the screen once that is still, press a `key` or
several, `type` a text, `enter` one with Enter after it, change the `size`. The program runs in a pane
of muxpect (`target/debug/muxpect`), so that TERM and the answers to its queries are those that a
user's programs get; `world.sh` hides the machine from it. It is killed where it stands, so that the
recording, NAME.cast, ends with its screen. No two runs are the same: processes, times and versions
differ. Look at the `.screen` files before you keep new ones.
"""

import fcntl
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
MUXPECT = HERE.parents[2] / "target/debug/muxpect"


class Recorder:
    """Records one program in a session of muxpect's."""

    def __init__(self, name, term, script, folder):
        self.name = name
        self.shown = threading.Event()
        self.cast = folder / f"{name}.cast"
        self.env = dict(os.environ, MUXPECT_RUNTIME_DIR=str(folder / "run"))
        self.folder = folder
        world = ["unshare", "-m", "-u", "-p", "-f", "--kill-child", str(HERE / "world.sh")]
        command = json.dumps([*world, "sh", "-c", script], ensure_ascii=False)
        pane = f"cmd = {command}\nrecord = {json.dumps(str(self.cast))}\n"
        if term:
            pane += f"term = {json.dumps(term)}\n"
        session = 'version = 1\n[session]\nname = "recorder"\n'
        (folder / "muxpect.toml").write_text(f'{session}[[pane]]\nname = "it"\n{pane}')

    def muxpect(self, *arguments):
        command = [MUXPECT, *arguments]
        return subprocess.run(command, env=self.env, cwd=self.folder, capture_output=True, text=True)

    def __enter__(self):
        (self.folder / "run").mkdir(mode=0o700)
        up = self.muxpect("up", "-d")
        assert up.returncode == 0, up.stderr
        # The pane takes the size of the terminal that is in it.
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execve(MUXPECT, [str(MUXPECT), "interact", "it"], self.env)
        self.viewer = pid
        self.resize(80, 24)
        threading.Thread(target=self.drain, daemon=True).start()
        assert self.shown.wait(10), "the pane is not shown"
        return self

    def __exit__(self, *_):
        self.muxpect("kill", "it")
        self.muxpect("down")
        os.waitpid(self.viewer, 0)
        os.close(self.terminal)

    def drain(self):
        # Reading fails when nobody holds the other end any more.
        try:
            while os.read(self.terminal, 65536):
                self.shown.set()
        except OSError:
            pass

    def resize(self, cols, rows):
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def wait(self, pattern):
        """Waits until the screen has not changed for some looks and matches."""
        same, before = 0, None
        for _ in range(60):
            screen = self.muxpect("screen", "it").stdout
            same = same + 1 if screen == before else 0
            before = screen
            if same >= 3 and re.search(pattern, screen):
                return
            time.sleep(0.08)
        raise SystemExit(f"{self.name}: no {pattern!r} on\n{before}")

    def perform(self, step):
        kind, _, rest = step.partition(" ")
        match kind:
            case "wait":
                self.wait(rest)
            case "key":
                for key in rest.split():
                    self.send("it", "--key", key)
            case "enter":
                self.send("it", "--", rest)
            case "type":
                self.send("-n", "it", "--", rest)
            case "size":
                cols, rows = rest.split("x")
                self.resize(int(cols), int(rows))
            case _:
                raise SystemExit(f"{self.name}: what is {step!r}?")

    def send(self, *arguments):
        done = self.muxpect("send", *arguments)
        if done.returncode != 0:
            raise SystemExit(f"{self.name}: {done.stderr}")


def record(name):
    script, steps = (HERE / f"{name}.steps").read_text().split("---\n")
    term = None
    if script.startswith("TERM="):
        term, script = script.removeprefix("TERM=").split("\n", 1)
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(name, term, script, pathlib.Path(folder))
        with recorder:
            for step in steps.splitlines():
                recorder.perform(step)
        header, events = recorder.cast.read_text().split("\n", 1)
    # The command and the time are the machine's.
    header = json.loads(header)
    header = {key: header[key] for key in ("version", "width", "height", "env")}
    (HERE / f"{name}.cast").write_text(json.dumps(header) + "\n" + events)
    print(name)


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(path.stem for path in HERE.glob("*.steps")):
        record(name)
