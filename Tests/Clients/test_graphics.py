"""Images at the prompt: a terminal that says it knows sixels gets them, one that says nothing gets half blocks."""

import re

import pytest

from prompt import Prompt


@pytest.fixture
def start(tmp_path, environment):
    opened = []

    def open_prompt(**env):
        prompt = Prompt(tmp_path, {**environment, "QATLAB_PAGER": "", **env})
        opened.append(prompt)
        return prompt.ready()

    yield open_prompt
    for prompt in opened:
        prompt.close()


def until(prompt, pattern, count=1):
    """Until the bytes that were written hold a pattern, not what a screen makes of them."""
    return prompt.wait(lambda prompt: len(re.findall(pattern, prompt.raw)) >= count, repr(pattern), timeout=60)


def test_a_terminal_is_asked_once_and_gets_sixels(start):
    prompt = start()
    prompt.child.send("data shapes limit 20 test 4 size 12\r")
    prompt.see("20 training and 4 test images").ready()
    prompt.child.send("show images limit 3\r")
    until(prompt, rb"\x1b\[c")
    prompt.child.send("\x1b[6;18;9t\x1b[?62;4;22c")
    until(prompt, rb"\x1bP0;1;0q\"1;1;414;126[^\x1b]*\x1b\\")
    prompt.child.send("show images limit 2\r")
    until(prompt, rb"\x1bP0;1;0q\"1;1;270;126[^\x1b]*\x1b\\")
    assert prompt.raw.count(b"\x1b[c") == 1
    assert "▀" not in prompt.raw.decode()


def test_a_terminal_that_does_not_answer_gets_half_blocks(start):
    prompt = start()
    prompt.run("data shapes limit 20 test 4 size 12")
    prompt.run("show images limit 3")
    assert prompt.raw.count(b"\x1b[c") == 1 and prompt.raw.decode().count("▀") == 3 * 12 * 6
    assert b"\x1bP" not in prompt.raw and b"\x1b_G" not in prompt.raw


@pytest.mark.parametrize("name, sign", [("kitty", b"\x1b_G"), ("sixel", b"\x1bP0"), ("blocks", "▀".encode())])
def test_the_user_decides(start, name, sign):
    prompt = start(QATLAB_IMAGES=name)
    prompt.run("data shapes limit 20 test 4 size 12")
    prompt.child.send("show images limit 3\r")
    until(prompt, re.escape(sign))
    assert b"\x1b[c" not in prompt.raw


def test_what_goes_through_a_pipe_has_no_graphics(qatlab):
    done = qatlab(input="data shapes limit 20 test 4 size 12\nshow images limit 3\n", env={"QATLAB_IMAGES": "kitty"})
    assert done.returncode == 0 and "\x1b" not in done.stdout and "1: " in done.stdout
