"""How results look on a real terminal: live progress, the pager, narrow screens."""

import re
import time

import pexpect
import pyte
import pytest

from conftest import PROGRAM

SETTING = [
    "data shapes limit 2000 test 64 size 16",
    "model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > relu > fc(10)",
]


class Terminal:
    """A conversation with the program on a terminal of a given size."""

    def __init__(self, columns, rows, environment, folder, **changes):
        self.screen = pyte.HistoryScreen(columns, rows, history=2000)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.child = pexpect.spawn(
            str(PROGRAM), [], cwd=str(folder), env={**environment, **changes}, dimensions=(rows, columns),
            timeout=60)
        self.wait(lambda: "qatlab>" in self.text())

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def cursor_line(self):
        return self.screen.display[self.screen.cursor.y].rstrip()

    def wait(self, is_there, seconds=60):
        end = time.monotonic() + seconds
        while not is_there():
            assert time.monotonic() < end, self.text()
            try:
                data = self.child.read_nonblocking(65536, timeout=0.05)
            except pexpect.TIMEOUT:
                continue
            self.raw += data
            self.stream.feed(data)

    def prompt(self):
        self.wait(lambda: self.cursor_line() == "qatlab>")

    def run(self, cell):
        start = len(self.raw)
        self.child.send(cell + "\r")
        # The line ends before the next prompt can stand in one of its own.
        self.wait(lambda: b"\r\n" in self.raw[start:] and self.cursor_line() == "qatlab>")

    def leave(self):
        self.child.send(":quit\r")
        self.child.expect(pexpect.EOF)


@pytest.fixture
def terminal(environment, tmp_path):
    opened = []

    def open_terminal(columns, rows, **changes):
        opened.append(Terminal(columns, rows, environment, tmp_path, **changes))
        return opened[-1]

    yield open_terminal
    for one in opened:
        one.child.close(force=True)


@pytest.mark.parametrize("columns, rows", [(80, 24), (40, 14), (200, 60)])
def test_a_run_shows_a_live_curve_that_leaves_no_trace(terminal, columns, rows):
    there = terminal(columns, rows)
    for cell in SETTING:
        there.run(cell)
    there.child.send("teacher = train tiny epochs 200\r")
    there.wait(lambda: re.search(r"loss │.*\n.*│.*\n.*│.*\n.*epoch \d+/200", there.text()))
    there.wait(lambda: " %  loss " in there.text())
    there.child.sendintr()
    there.prompt()
    text = "\n".join(line.rstrip() for line in there.screen.display)
    assert "│" not in text and "images/s" not in text
    assert "stopped after step" in text
    there.leave()


@pytest.mark.parametrize("changes, rows", [({"TERM": "dumb"}, 24), ({}, 8), ({"TERM": "dumb"}, 8)])
def test_there_is_no_curve_on_a_dumb_or_low_terminal(terminal, changes, rows):
    there = terminal(100, rows, **changes)
    for cell in SETTING:
        there.run(cell)
    there.run("teacher = train tiny epochs 3")
    assert b"epoch 3/3" in there.raw and "│".encode() not in there.raw
    if changes:
        assert b"\x1b[" not in there.raw.split(b"teacher = train")[-1]
    there.leave()


def test_ascii_and_no_colour_are_kept_where_they_are_asked_for(terminal):
    there = terminal(60, 24, LANG="C", NO_COLOR="1")
    for cell in SETTING:
        there.run(cell)
    start = len(there.raw)
    there.child.send("teacher = train tiny epochs 200\r")
    there.wait(lambda: b"loss |" in there.raw[start:])
    there.child.sendintr()
    there.prompt()
    there.run("show run")
    said = there.raw[start:]
    assert all(byte < 0x80 for byte in said)
    assert not re.search(rb"\x1b\[[0-9;]*m", said)
    assert b"loss |" in said
    there.leave()


def test_what_is_longer_than_the_screen_goes_through_the_pager(terminal):
    there = terminal(80, 24, PAGER="less")
    there.child.send("help\r")
    there.wait(lambda: there.cursor_line() == ":")
    assert there.text().startswith("command")
    there.child.sendintr()
    there.prompt()
    there.run("models")
    there.child.send("help\r")
    there.wait(lambda: there.cursor_line() == ":")
    there.child.send("q")
    there.prompt()
    there.run("sho")
    assert "try: show run" in there.text()
    there.leave()


@pytest.mark.parametrize("pager", ["", "/nonexistent/pager", "head -1 >/dev/null; true"])
def test_a_pager_that_is_off_missing_or_gone_early_leaves_a_sound_prompt(terminal, pager):
    there = terminal(80, 24, QATLAB_PAGER=pager)
    there.run("help")
    if "head" not in pager:
        assert b"sensitivity" in there.raw
    there.run("models")
    there.leave()


@pytest.mark.parametrize("columns", [20, 40])
def test_nothing_of_a_table_is_cut_on_a_narrow_terminal(terminal, columns):
    there = terminal(columns, 60, QATLAB_PAGER="")
    for cell in SETTING:
        there.run(cell)
    start = len(there.raw)
    there.run("show graph tiny")
    shown = there.raw[start:].decode()
    assert "…" not in shown
    for words in ["8×16×16", "max pool", "1024", "16×8×8", "10", "dense"]:
        assert words in shown
    assert all(len(line) <= columns for line in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown).split("\r\n")[2:-1])
    there.leave()


def test_help_is_ascii_where_the_locale_is(qatlab):
    ascii_only = {"LANG": "C", "LC_ALL": "C"}
    overview = qatlab(input="help\n", env=ascii_only)
    names = re.findall(r"^([a-z]+)  ", overview.stdout, re.MULTILINE)
    assert {"train", "qat", "histogram"} <= set(names)
    topics = ["losses", "layers", "networks", "datasets"]
    everything = "".join(f"help {name}\n" for name in names + topics if name != "command")
    done = qatlab(input=everything, env=ascii_only)
    assert done.returncode == 0, done.stderr
    assert overview.stdout.isascii() and done.stdout.isascii()


def test_a_terminal_that_changes_its_size_keeps_what_was_said(terminal):
    there = terminal(80, 24)
    for cell in SETTING:
        there.run(cell)
    there.child.send("teacher = train tiny epochs 200\r")
    there.wait(lambda: "loss │" in there.text() and "epoch 4/200" in there.text())
    for rows, columns in [(14, 40), (30, 100), (8, 60)]:
        there.child.setwinsize(rows, columns)
        there.screen.resize(rows, columns)
        before = len(there.raw)
        there.wait(lambda: len(there.raw) > before + 1000)
    there.child.sendintr()
    there.prompt()
    there.run("evaluate teacher")
    assert "teacher accuracy" in there.text()
    there.leave()
