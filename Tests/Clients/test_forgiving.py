"""What people type and paste who come from other programs, at the prompt, through a pipe and in notebooks."""

import json

import pexpect
import pytest

from prompt import Prompt


@pytest.fixture
def start(tmp_path, environment):
    opened = []

    def open_prompt():
        prompt = Prompt(tmp_path, {**environment, "QATLAB_PAGER": ""})
        opened.append(prompt)
        return prompt.ready()

    yield open_prompt
    for prompt in opened:
        prompt.close()


@pytest.mark.parametrize("word", ["exit", "quit", "exit()", "quit;", ":q", ":quit", ":q!"])
def test_words_that_leave_the_prompt(start, word):
    prompt = start()
    prompt.type(word, "<enter>")
    prompt.child.expect(pexpect.EOF, timeout=10)
    prompt.child.close()
    assert prompt.child.exitstatus == 0


@pytest.mark.parametrize("word", ["clear", "cls", ":clear"])
def test_clear_leaves_an_empty_screen(start, word):
    prompt = start().run("set seed 3")
    assert "seed 3" in prompt.text()
    prompt.run(word)
    assert [line.rstrip() for line in prompt.screen.display if line.strip()] == ["qatlab>"]


def test_a_file_that_cannot_be_loaded_is_marked(start):
    prompt = start().run(":load nothing.qat")
    lines = [line.rstrip() for line in prompt.lines()]
    place = next(i for i, line in enumerate(lines) if line.strip() == ":load nothing.qat")
    assert lines[place + 1].strip().startswith("^~~~~~~~~~~")
    assert lines[place + 1].index("^") == lines[place].index("nothing.qat")


def cells(qatlab, tmp_path, *sources):
    path = tmp_path / "cells.qat"
    path.write_text("".join(f"# %%\n{source}\n" for source in sources), encoding="utf-8")
    ended = qatlab("run", path, "--json")
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_json_gives_the_text_for_the_marked_words_or_the_cell(qatlab, tmp_path):
    (slip,) = cells(qatlab, tmp_path, "explain scales")[0]["diagnostics"]
    assert slip["suggestion"] == "scale" and "cell" not in slip
    (slip,) = cells(qatlab, tmp_path, "help(qat)")[0]["diagnostics"]
    assert slip["suggestion"] is None and slip["cell"] == "help qat"
    source = "set seed 3\nlearn resnet18 for 3 epochs"
    slip = cells(qatlab, tmp_path, "data shapes limit 20 test 10", source)[1]["diagnostics"][0]
    assert slip["cell"] == "set seed 3\ntrain resnet18 epochs 3"


def test_what_is_suggested_runs(qatlab, tmp_path):
    first = "data shapes limit 20 test 10"
    for typed in ["dataset shapes limit 20", "seed 7", "what is scale", "ls", "help (qat)", "set seed seven"]:
        slip = cells(qatlab, tmp_path, first, typed)[1]["diagnostics"][0]
        start = slip["column"] - 1
        mended = slip.get("cell") or typed[:start] + slip["suggestion"] + typed[start + slip["length"]:]
        assert cells(qatlab, tmp_path, first, mended)[1]["status"] == "ok", mended


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_system_end_lines(qatlab, tmp_path, end):
    path = tmp_path / "lines.qat"
    path.write_bytes(end.join(["# %%", "data shapes limit 200 test 50", "# %%", "show data", ""]).encode())
    ended = qatlab("run", path, "--json")
    assert [json.loads(line)["status"] for line in ended.stdout.splitlines()] == ["ok", "ok"]
    ended = qatlab(input=end.join(["# first", "set seed 3", "set seed 4", ""]))
    assert ended.returncode == 0 and "seed 4" in ended.stdout


def test_prompts_that_were_pasted_are_passed_over(qatlab, tmp_path):
    (cell,) = cells(qatlab, tmp_path, "qatlab> data shapes limit 200 test 50\nqatlab> show data")
    assert cell["status"] == "ok" and "classes: circle" in json.dumps(cell)
    ended = qatlab(input="qatlab> set seed 3\nseed 3, for runs that name none\nqatlab> set seed 4\n")
    assert ended.returncode == 0 and "seed 4" in ended.stdout


def test_a_magic_gets_a_word(qatlab, tmp_path):
    (cell,) = cells(qatlab, tmp_path, "%matplotlib inline\ndata shapes limit 200 test 50")
    assert cell["status"] == "ok"
    assert [slip["id"] for slip in cell["diagnostics"]] == ["magic"]
    (cell,) = cells(qatlab, tmp_path, "%run other.py\ndata shapes limit 200 test 50")
    assert cell["status"] == "error" and "IPython" in cell["diagnostics"][0]["message"]


def test_exit_ends_a_pipe(qatlab):
    ended = qatlab(input="set seed 3\nexit\nset seed 4\n")
    assert ended.returncode == 0 and "seed 4" not in ended.stdout
