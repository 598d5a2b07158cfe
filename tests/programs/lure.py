#!/usr/bin/env python3
"""Imitates a password prompt without being one.

Usage: lure.py KIND FILE

Does what KIND says, then reads whatever comes from the terminal for a while and writes it to
FILE, so that a test can see what was typed. FILE.done is made at the end.
"""

import ctypes
import os
import select
import sys
import termios
import threading
import time
import tty

PROMPT = "Password: "
# Longer than anyone who answers would wait for the terminal to come right.
PATIENCE = 2.5

got = b""


def put(text):
    os.write(1, text.encode())


def local_flags(clear=0, add=0, when=termios.TCSANOW):
    settings = termios.tcgetattr(0)
    settings[3] = (settings[3] & ~clear) | add
    termios.tcsetattr(0, when, settings)


def no_echo():
    local_flags(clear=termios.ECHO)


def echo():
    local_flags(add=termios.ECHO)


def collect(seconds=PATIENCE, blocking=False):
    """Reads what comes, in whatever mode the terminal is in."""
    global got
    if blocking:
        # A thread sleeps in read(), as a program at a prompt does.
        def reader():
            global got
            while True:
                part = os.read(0, 4096)
                if not part:
                    return
                got += part

        threading.Thread(target=reader, daemon=True).start()
        time.sleep(seconds)
        return
    end = time.monotonic() + seconds
    while True:
        left = end - time.monotonic()
        if left <= 0:
            return
        ready, _, _ = select.select([0], [], [], left)
        if ready:
            part = os.read(0, 4096)
            if not part:
                return
            got += part


def echo_on():
    put(PROMPT)
    collect(blocking=True)


def coloured_echo_on():
    put("\x1b[1;31mPass\x1b[0;32mword\x1b[0m: ")
    collect(blocking=True)


def in_pieces_echo_on():
    for letter in PROMPT:
        put(letter)
        time.sleep(0.01)
    collect(blocking=True)


def raw():
    tty.setraw(0)
    put(PROMPT)
    collect(blocking=True)


def cbreak():
    tty.setcbreak(0)
    put(PROMPT)
    collect(blocking=True)


def raw_with_echo():
    tty.setraw(0)
    echo()
    put(PROMPT)
    collect(blocking=True)


def raw_redrawn():
    tty.setraw(0)
    for _ in range(20):
        put("\r\x1b[K" + PROMPT)
        time.sleep(0.05)
    collect(blocking=True)


def raw_then_echo_on():
    tty.setraw(0)
    put(PROMPT)
    time.sleep(0.3)
    local_flags(add=termios.ICANON | termios.ECHO)
    collect(blocking=True)


def nobody_reads():
    no_echo()
    put(PROMPT)
    time.sleep(PATIENCE)
    local_flags(clear=termios.ICANON)
    collect(0.3)


def line_ended():
    no_echo()
    put(PROMPT + "\r\n")
    collect(blocking=True)


def text_behind():
    no_echo()
    put(PROMPT + "none is wanted here\r\nName: ")
    collect(blocking=True)


def cleared():
    no_echo()
    put(PROMPT + "\x1b[2J\x1b[H")
    collect(blocking=True)


def overwritten():
    no_echo()
    put(PROMPT + "\rSay hello")
    collect(blocking=True)


def erased():
    no_echo()
    put(PROMPT + "\r\x1b[K")
    collect(blocking=True)


def backspaced():
    no_echo()
    put(PROMPT + "\b \b" * 5)
    collect(blocking=True)


def cursor_elsewhere():
    no_echo()
    put(PROMPT + "\x1b[5;1H")
    collect(blocking=True)


def cursor_within():
    no_echo()
    put(PROMPT + "\x1b[4D")
    collect(blocking=True)


def alternate_screen():
    no_echo()
    put("\x1b[?1049h\x1b[H" + PROMPT)
    collect(blocking=True)
    put("\x1b[?1049l")


def in_title():
    no_echo()
    put("\x1b]0;" + PROMPT + "\x07")
    collect(blocking=True)


def in_device_string():
    no_echo()
    put("\x1bP" + PROMPT + "\x1b\\")
    collect(blocking=True)


def two_lines():
    no_echo()
    put("Pass\r\nword: ")
    collect(blocking=True)


def scrolled_away():
    no_echo()
    put(PROMPT + "\r\n" * 60)
    collect(blocking=True)


def reset():
    no_echo()
    put(PROMPT + "\x1bc")
    collect(blocking=True)


def exits_at_once():
    no_echo()
    put(PROMPT)


def comes_late(delay):
    """Echo goes off only after whoever waits for it has given up."""

    def lure():
        put(PROMPT)
        threading.Timer(delay, no_echo).start()
        collect(delay + 1.0, blocking=True)

    return lure


def flash(length):
    """Echo is off for a moment only."""

    def lure():
        no_echo()
        put(PROMPT)
        threading.Timer(length, echo).start()
        collect(blocking=True)

    return lure


def leaves(delay, how):
    """The prompt is gone before anyone can be sure of it."""

    def lure():
        no_echo()
        shown = threading.Event()

        def leave():
            # On a busy machine the delay may be over before the prompt is there.
            shown.wait()
            put(how)

        threading.Timer(delay, leave).start()
        put(PROMPT)
        shown.set()
        collect(blocking=True)

    return lure


def another_name():
    # PR_SET_NAME: what the kernel calls the program.
    ctypes.CDLL(None).prctl(15, b"ssh", 0, 0, 0)
    no_echo()
    put(PROMPT)
    collect(blocking=True)


def true_prompt():
    """A real one, for those who run it where it is not allowed."""
    no_echo()
    put(PROMPT)
    collect(blocking=True)


def reads_a_pipe():
    no_echo()
    put(PROMPT)
    inside, _outside = os.pipe()
    threading.Thread(target=lambda: os.read(inside, 1), daemon=True).start()
    time.sleep(PATIENCE)
    local_flags(clear=termios.ICANON)
    collect(0.3)


KINDS = {
    name: value
    for name, value in list(globals().items())
    if callable(value) and getattr(value, "__module__", "") == "__main__"
}
for milliseconds in (2000, 3000):
    KINDS[f"late_{milliseconds}"] = comes_late(milliseconds / 1000)
for milliseconds in (1, 5, 10, 15):
    KINDS[f"flash_{milliseconds}"] = flash(milliseconds / 1000)
for word, how in (("line", "\r\n"), ("erase", "\r\x1b[K"), ("clear", "\x1b[2J\x1b[H"), ("text", "no")):
    for milliseconds in (1, 8, 16):
        KINDS[f"leaves_{word}_{milliseconds}"] = leaves(milliseconds / 1000, how)

kind, path = sys.argv[1:3]
before = termios.tcgetattr(0)
KINDS[kind]()
termios.tcsetattr(0, termios.TCSANOW, before)
with open(path, "wb") as file:
    file.write(got)
open(path + ".done", "w").close()
# A thread may still sleep in read().
os._exit(0)
