"""Measures how fast the prompt answers: from its start to the prompt, from a key to its drawing, from Tab to the list.

What a user waits for is measured from outside, on a pseudo-terminal: from the write of a key until nothing more of
its drawing comes. Medians and the slowest of many keys.
"""

import argparse
import json
import os
import pathlib
import pty
import re
import select
import statistics
import tempfile
import termios
import struct
import fcntl
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROMPT = rb"qatlab>\S* "


class Terminal:
    """The program on a pseudo-terminal of 80 × 24, in a folder of its own."""

    def __init__(self, program, folder):
        self.start = time.monotonic()
        self.child, self.descriptor = pty.fork()
        if self.child == 0:
            os.chdir(folder)
            os.environ.update(TERM="xterm-256color", LANG="C.UTF-8", HOME=folder)
            os.environ.pop("NO_COLOR", None)
            os.execv(program, [program])
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def read_until(self, pattern, timeout=20):
        """Seconds until what is written has the pattern."""
        begin, seen = time.monotonic(), b""
        while not re.search(pattern, seen):
            if not select.select([self.descriptor], [], [], max(0, begin + timeout - time.monotonic()))[0]:
                raise SystemExit(f"no {pattern!r} within {timeout} s; the program wrote {seen!r}")
            seen += os.read(self.descriptor, 1 << 20)
        return time.monotonic() - begin

    def rest(self, seconds=0.1):
        while select.select([self.descriptor], [], [], seconds)[0]:
            os.read(self.descriptor, 1 << 20)

    def press(self, keys):
        """Seconds from the key to the last of the bytes that it caused."""
        begin = last = time.monotonic()
        os.write(self.descriptor, keys)
        while select.select([self.descriptor], [], [], 0.05)[0]:
            os.read(self.descriptor, 1 << 20)
            last = time.monotonic()
        return last - begin

    def close(self):
        os.kill(self.child, 9)
        os.close(self.descriptor)
        os.waitpid(self.child, 0)


def started(program, rounds):
    with tempfile.TemporaryDirectory() as folder:
        times = []
        for _ in range(rounds + 1):
            terminal = Terminal(program, folder)
            terminal.read_until(PROMPT)
            times.append(time.monotonic() - terminal.start)
            terminal.close()
        # The first start reads the program into the system's cache.
        return times[1:]


def keys(program, rounds, length):
    """Times of keys at the end of a line, at its start, and of Tab."""
    with tempfile.TemporaryDirectory() as folder:
        terminal = Terminal(program, folder)
        terminal.read_until(PROMPT)
        for cell in (b"set seed 7", b"model tiny = fc(10)"):
            os.write(terminal.descriptor, cell + b"\r")
            terminal.rest()
        statement = "qat student with kd(teacher, DecoupledKD, 0.5, T: 4) epochs 3 lr 1e-4, "
        line = (statement * (length // len(statement) + 1))[:length]
        terminal.press(b"\x1b[200~" + line.encode() + b"\x1b[201~")
        terminal.rest()
        at_end = [terminal.press(b"x") for _ in range(rounds)]
        os.write(terminal.descriptor, b"\x01")
        terminal.rest()
        at_start = [terminal.press(b"x") for _ in range(rounds)]
        os.write(terminal.descriptor, b"\x05\x15")
        terminal.rest()
        short = [terminal.press(b"x") for _ in range(rounds)]
        completions = []
        for _ in range(rounds):
            os.write(terminal.descriptor, b"\x15train tiny ")
            terminal.rest()
            completions.append(terminal.press(b"\t"))
        terminal.close()
        return short, at_end, at_start, completions


def interrupted(program, rounds):
    """Seconds from Ctrl-C during training to the prompt."""
    with tempfile.TemporaryDirectory() as folder:
        terminal = Terminal(program, folder)
        terminal.read_until(PROMPT)
        os.write(terminal.descriptor, b"data shapes limit 2000\r")
        terminal.read_until(PROMPT)
        times = []
        for _ in range(rounds):
            terminal.rest()
            os.write(terminal.descriptor, b"x = train resnet18 epochs 50\r")
            terminal.read_until(rb"epoch 1/50")
            begin = time.monotonic()
            os.write(terminal.descriptor, b"\x03")
            terminal.read_until(rb"interrupted[^q]*" + PROMPT)
            times.append(time.monotonic() - begin)
        terminal.close()
        return times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qatlab", default=str(ROOT / ".build/release/qatlab"))
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--length", type=int, default=2000, help="characters of the long line")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    short, at_end, at_start, completions = keys(options.qatlab, options.rounds, options.length)
    results = {
        "prompt after start": (started(options.qatlab, min(options.rounds, 10)), 100),
        "key to drawing, short line": (short, 5),
        f"key to drawing, end of {options.length:,} characters": (at_end, 5),
        f"key to drawing, start of {options.length:,} characters": (at_start, 5),
        "Tab to list": (completions, 50),
        "Ctrl-C in training to prompt": (interrupted(options.qatlab, min(options.rounds, 5)), 200),
    }
    milliseconds = {
        name: {"median": 1000 * statistics.median(times), "slowest": 1000 * max(times), "aim": aim}
        for name, (times, aim) in results.items()
    }
    if options.json:
        print(json.dumps({name: {key: round(value, 2) for key, value in of.items()} for name, of in milliseconds.items()}))
        return
    for name, of in milliseconds.items():
        print(f"{of['median']:7.1f} ms  (slowest {of['slowest']:.1f}, aim {of['aim']})  {name}")


if __name__ == "__main__":
    main()
