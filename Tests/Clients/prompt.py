"""The prompt on a pseudo-terminal, with a model of the screen that a user would see."""

import os
import re
import signal
import time

import pexpect
import pyte

from conftest import PROGRAM

KEYS = {
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
    "tab": "\t", "enter": "\r", "backspace": "\x7f", "escape": "\x1b",
}


class Prompt:
    """qatlab in a terminal of `columns` × `rows`; what it writes goes to the screen model at once."""

    def __init__(self, folder, environment, columns=80, rows=24, arguments=(), program=None):
        self.screen = pyte.HistoryScreen(columns, rows, history=2000)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        command = program or [str(PROGRAM), *arguments]
        self.child = pexpect.spawn(
            command[0], command[1:], cwd=str(folder), env=environment, dimensions=(rows, columns), timeout=20)

    def pump(self, seconds=0.0):
        """Takes in what has been written, for as long as more arrives within `seconds`."""
        while True:
            try:
                chunk = self.child.read_nonblocking(65536, timeout=seconds)
            except pexpect.TIMEOUT:
                return True
            except pexpect.EOF:
                return False
            self.raw += chunk
            self.stream.feed(chunk)

    def wait(self, condition, what, timeout=20):
        """Waits until the condition holds of the screen."""
        end = time.monotonic() + timeout
        while not condition(self):
            alive = self.pump(0.005)
            if time.monotonic() > end or (not alive and not condition(self)):
                raise AssertionError(f"no {what}; the screen shows:\n" + "\n".join(self.lines()))
        return self

    def settle(self, seconds=0.05):
        """Until something was written, and then nothing for a moment; each key makes the line be drawn."""
        before, end = len(self.raw), time.monotonic() + 2
        while len(self.raw) == before and self.pump(0.01) and time.monotonic() < end:
            pass
        self.pump(seconds)
        return self

    def see(self, text, timeout=20):
        return self.wait(lambda prompt: text in prompt.text(), repr(text), timeout)

    def ready(self, timeout=20):
        """Until an empty prompt waits."""
        return self.wait(lambda prompt: prompt.row().rstrip() == "qatlab>", "prompt", timeout)

    def type(self, *keys):
        """Types texts and keys by name ("<tab>"), and lets the screen come to rest."""
        for key in keys:
            name = re.fullmatch(r"<([a-z]+)>", key)
            control = re.fullmatch(r"<ctrl-(.)>", key)
            if control:
                self.child.send(chr(ord(control[1].upper()) ^ 0x40))
            else:
                self.child.send(KEYS[name[1]] if name else key)
            self.settle()
        return self

    def run(self, cell, timeout=60):
        self.type(cell, "<enter>")
        return self.ready(timeout)

    def paste(self, text):
        self.child.send("\x1b[200~" + text.replace("\n", "\r") + "\x1b[201~")
        return self.settle()

    def resize(self, columns, rows):
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)
        return self.settle()

    def lines(self):
        """The rows of the screen, without blanks at their ends."""
        return [line.rstrip() for line in self.screen.display]

    def text(self):
        return "\n".join(self.lines())

    def row(self):
        """The row that the cursor is in."""
        return self.screen.display[self.screen.cursor.y]

    def edited(self, first="qatlab> "):
        """Rows from the last prompt on, as one text."""
        lines = self.lines()
        start = max(index for index, line in enumerate(lines) if line.startswith(first.rstrip()))
        return "\n".join(lines[start:]).rstrip()

    def looks(self, text):
        """The looks of the last place where a text stands: the colour's name, "bold " and "underscore " before it."""
        cells = [self.screen.buffer[y][x] for y in range(self.screen.lines) for x in range(self.screen.columns)]
        starts = [0]
        for cell in cells:
            starts.append(starts[-1] + len(cell.data))
        start = "".join(cell.data for cell in cells).rfind(text)
        assert start >= 0, f"{text!r} isn't on the screen:\n{self.text()}"
        found = {("bold " if cell.bold else "") + ("underscore " if cell.underscore else "") + cell.fg
                 for cell, at in zip(cells, starts) if start <= at < start + len(text) and cell.data}
        assert len(found) == 1, f"{text!r} has the looks {found}"
        return found.pop()

    def close(self):
        self.child.close(force=True)

    def interrupt(self):
        self.child.kill(signal.SIGINT)
