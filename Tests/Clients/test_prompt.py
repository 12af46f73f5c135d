"""The prompt as a person sees it, on terminals of several sizes."""

import os
import random
import re
import time
import unicodedata

import pytest

from prompt import Prompt

SIZES = [(80, 24), (20, 5), (200, 60)]


@pytest.fixture
def start(tmp_path, environment):
    """Opens a prompt: `start(columns, rows, env={…})`."""
    opened = []

    def open_prompt(columns=80, rows=24, env=(), arguments=()):
        prompt = Prompt(tmp_path, {**environment, "QATLAB_PAGER": "", **dict(env)}, columns, rows, arguments)
        opened.append(prompt)
        return prompt.ready()

    yield open_prompt
    for prompt in opened:
        prompt.close()


def width(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def layout(text, cursor, columns, first="qatlab> "):
    """Rows of a prompt with text, and the cursor's column and row."""
    rows, column, place = [""], 0, None
    for index, character in enumerate(first + text):
        if character == "\n":
            place = (column, len(rows) - 1) if index == cursor + len(first) else place
            rows.append("")
            column = 0
            continue
        if column + width(character) > columns:
            rows.append("")
            column = 0
        if index == cursor + len(first):
            place = (column, len(rows) - 1)
        rows[-1] += character
        column += width(character)
        if column >= columns:
            rows.append("")
            column = 0
    return rows, place or (column, len(rows) - 1)


def shows(prompt, text, cursor):
    """Whether the screen shows exactly this text behind the prompt, or as much as it holds, with the cursor."""
    rows, (column, row) = layout(text, cursor, prompt.screen.columns)
    rows = [line.rstrip() for line in rows]
    at = prompt.screen.cursor
    first = at.y - row
    shown = ["".join(prompt.screen.buffer[y][x].data for x in range(prompt.screen.columns)).rstrip()
             for y in range(prompt.screen.lines)]
    if at.x != column or len(rows) > len(shown) and first > 0:
        return False
    expected = [""] * len(shown)
    for index, line in enumerate(rows):
        if 0 <= first + index < len(shown):
            expected[first + index] = line
    return shown[max(0, first):] == expected[max(0, first):]


@pytest.mark.parametrize("columns, rows", SIZES)
def test_words_have_the_colours_of_what_they_are(start, columns, rows):
    prompt = start(columns, rows)
    prompt.run("model tiny = fc(10)")
    prompt.type("train tiny lr 1e-3 ")
    assert prompt.looks("train") == "bold blue"
    assert prompt.looks("tiny") == "green"
    assert prompt.looks("lr") == "blue"
    assert prompt.looks("1e-3") == "cyan"
    prompt.type("<ctrl-u>", "train tinny # x")
    assert prompt.looks("tinny") == "underscore brown"
    assert prompt.looks("# x") == "brightblack"


def test_brackets_without_partner_are_red_until_they_have_one(start):
    prompt = start()
    prompt.type("x = qat s with kd(a, [b)")
    assert prompt.looks("[") == "bold red"
    prompt.type("<ctrl-u>", "data mnist path \"a")
    assert prompt.looks('"') == "bold red"
    prompt.type('"')
    assert prompt.looks('"a"') == "magenta"


@pytest.mark.parametrize("columns, rows, plain", [(80, 24, 0), (20, 5, 0), (13, 6, 1), (200, 60, 0)])
def test_whatever_is_typed_stands_on_the_screen_as_it_is_in_the_line(start, columns, rows, plain):
    prompt = start(columns, rows, env={"NO_COLOR": "1"} if plain else {})
    choice = random.Random(columns + plain)
    # A comment has no hints.
    text, cursor = "#", 1
    prompt.type("#")
    for _ in range(40):
        match choice.choice("tttttlrhebk"):
            case "t":
                piece = "".join(choice.choices("abc 123(),>é世界日", k=choice.choice([1, 1, 3, 19])))
                text, cursor = text[:cursor] + piece + text[cursor:], cursor + len(piece)
                prompt.child.send(piece)
            case "l":
                cursor = max(1, cursor - 1)
                prompt.child.send("\x01" + "\x06" * cursor)
            case "r":
                cursor = min(len(text), cursor + 1)
                prompt.child.send("\x01" + "\x06" * cursor)
            case "h":
                cursor = 1
                prompt.child.send("\x01\x06")
            case "e":
                cursor = len(text)
                prompt.child.send("\x05")
            case "b" if cursor > 1:
                text, cursor = text[: cursor - 1] + text[cursor:], cursor - 1
                prompt.child.send("\x7f")
            case "k":
                text = text[:cursor]
                prompt.child.send("\x0b")
        prompt.wait(lambda p: shows(p, text, cursor), f"{text!r} with the cursor at {cursor}", timeout=5)


def test_a_combining_mark_stays_with_its_letter(start):
    prompt = start()
    prompt.type("# cafe\u0301 <")
    assert unicodedata.normalize("NFC", prompt.row()).rstrip() == "qatlab> # café <"
    assert prompt.screen.cursor.x == len("qatlab> # café <")


def test_a_hint_from_history_is_grey_and_the_arrow_takes_it(start):
    prompt = start()
    prompt.run("set seed 7")
    prompt.type("set s")
    assert prompt.row().rstrip() == "qatlab> set seed 7"
    assert prompt.looks("eed 7") == "brightblack"
    assert prompt.screen.cursor.x == len("qatlab> set s")
    prompt.type("<right>")
    assert prompt.looks("seed") == "blue"
    prompt.run("")
    assert prompt.text().count("seed 7, for runs") == 2


def test_a_hint_is_gone_when_the_line_ends_without_it(start):
    prompt = start()
    prompt.run("set seed 7")
    prompt.type("set seed", "<enter>").see("error").ready()
    assert "qatlab> set seed" in prompt.lines()
    prompt.type("set seed", "<ctrl-c>").ready()
    assert "qatlab> set seed^C" in prompt.lines()


def test_the_only_completion_is_a_hint(start):
    prompt = start()
    prompt.type("eval")
    assert prompt.looks("uate") == "brightblack"
    prompt.type("<end>")
    assert prompt.looks("evaluate") == "bold blue"


@pytest.mark.parametrize("columns, rows", SIZES)
def test_a_list_of_completions_stands_below_and_goes_away(start, columns, rows):
    prompt = start(columns, rows)
    before = prompt.edited()
    prompt.type("train ", "<tab>")
    assert "resnet18" in prompt.edited()
    assert prompt.row().rstrip() == "qatlab> train"
    if columns >= 80:
        assert "11.2 M parameters" in prompt.text()
    prompt.type("x", "<backspace>")
    assert prompt.edited() == "qatlab> train"
    prompt.type("<ctrl-u>")
    assert prompt.edited() == before
    assert prompt.lines().count("qatlab>") == 1


def test_files_complete_inside_quotes_and_behind_load(start, tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "lesson.qat").write_text("set seed 3\n")
    prompt = start()
    prompt.type('data mnist path "pic', "<tab>")
    assert prompt.row().rstrip() == 'qatlab> data mnist path "pictures/'
    prompt.type("<ctrl-u>", ":load les", "<tab>")
    assert prompt.row().rstrip() == "qatlab> :load lesson.qat"
    prompt.run("")
    assert "qatlab> set seed 3" in prompt.lines()
    assert "seed 3, for runs that name none" in prompt.lines()


def test_numbers_that_were_used_are_offered(start):
    prompt = start()
    prompt.run("set seed 71")
    prompt.type("set seed ", "<tab>")
    assert "71" in prompt.text() and "used before" in prompt.text()


def test_up_finds_cells_that_start_as_the_line_does(start):
    prompt = start()
    for cell in ("set seed 1", "models", "set seed 2", "runs"):
        prompt.run(cell)
    prompt.type("set", "<up>")
    assert prompt.row().rstrip() == "qatlab> set seed 2"
    prompt.type("<up>")
    assert prompt.row().rstrip() == "qatlab> set seed 1"
    prompt.type("<down>", "<down>")
    assert prompt.row().startswith("qatlab> set") and prompt.screen.cursor.x == len("qatlab> set")
    prompt.type("<ctrl-u>", "<up>", "<up>", "<up>")
    assert prompt.row().rstrip() == "qatlab> models"


def test_history_outlives_the_prompt_and_ctrl_r_searches_it(start):
    first = start()
    first.run("set seed 41").run("models")
    first.type(":quit", "<enter>")
    first.close()
    second = start()
    second.type("<ctrl-r>", "see")
    assert "set seed 41" in second.text()
    second.type("<enter>").ready()
    assert "seed 41, for runs that name none" in second.lines()
    second.type(":history seed", "<enter>").ready()
    assert "   1  set seed 41" in second.lines()


def test_a_second_session_on_the_folder_sees_what_the_first_enters(start):
    first, second = start(), start()
    first.run("set seed 1234")
    second.run("")
    second.type("set seed 12")
    assert second.row().rstrip() == "qatlab> set seed 1234"


def test_a_pasted_transcript_loses_prompts_and_outputs(start):
    prompt = start()
    prompt.paste("qatlab> set seed 5\nseed 5, for runs that name none\nqatlab> model t = conv(8, 3) >\n  . ... fc(10)\n")
    assert prompt.edited() == "qatlab> set seed 5\nmodel t = conv(8, 3) >\nfc(10)"
    prompt.run("")
    assert "seed 5, for runs that name none" in prompt.lines()


@pytest.mark.parametrize("columns, rows", SIZES)
def test_ten_kilobytes_are_pasted_and_run_at_once(start, columns, rows):
    prompt = start(columns, rows)
    begin = time.monotonic()
    text = "# " + "wide 世界 and narrow; " * 500
    prompt.paste(text)
    prompt.wait(lambda p: p.row().rstrip().endswith("narrow;"), "the end of the paste", timeout=5)
    prompt.run("", timeout=10).run("set seed 6")
    assert "seed 6, for runs" in prompt.text()
    assert time.monotonic() - begin < 10


def test_a_cell_of_several_lines_says_why_it_waits(start):
    prompt = start()
    prompt.type("qat s with kd(techer,", "<enter>")
    assert prompt.row().startswith("  ( ...")
    prompt.type("DecoupledKD)")
    assert prompt.looks("DecoupledKD") == "green"
    assert prompt.looks(")") == "default"
    prompt.type("<enter>").see("error")


@pytest.mark.parametrize("narrow", [40, 30])
def test_a_resize_while_editing_keeps_the_line(start, narrow):
    prompt = start()
    prompt.type("train resnet18 lr 1")
    prompt.resize(narrow, 10)
    prompt.type("e-3")
    assert "train resnet18 lr 1e-3" in prompt.text().replace("\n", "")
    prompt.resize(100, 30)
    prompt.type(" epochs 2")
    assert "train resnet18 lr 1e-3 epochs 2" in prompt.text()


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": "unheard-of"}, {"LANG": "C"}],
                         ids=lambda env: "=".join(*env.items()))
def test_plain_terminals_work(start, env):
    prompt = start(env=env)
    prompt.type("train resnet18 ep", "<tab>", "3", "<ctrl-a>", "x = ")
    assert "x = train resnet18 epochs 3" in prompt.text()
    if "LANG" not in env:
        assert b"\x1b[90m" not in prompt.raw and b"\x1b[1;34m" not in prompt.raw
        assert b"No entry" not in prompt.raw
    prompt.type("<ctrl-c>").ready()
    prompt.run("set seed 9")
    assert "seed 9, for runs that name none" in prompt.text()


def test_highlight_off_is_kept_by_the_session(start):
    prompt = start()
    prompt.run("set highlight off")
    prompt.type("train")
    assert prompt.looks("train") == "default"
    prompt.close()
    prompt = start()
    prompt.type("models")
    assert prompt.looks("models") == "default"
    prompt.run("").run("set highlight on").type("models")
    assert prompt.looks("models") == "bold blue"


def test_a_second_ctrl_c_says_how_to_leave(start):
    prompt = start()
    prompt.type("train", "<ctrl-c>").ready()
    assert "leaves" not in "\n".join(prompt.lines()[1:])
    prompt.type("<ctrl-c>").ready()
    assert "Ctrl-D or :quit leaves" in prompt.lines()


def test_ctrl_c_stops_work_and_the_prompt_is_back(start):
    prompt = start()
    prompt.run("data shapes limit 2000")
    prompt.type("teacher = train lenet5 epochs 500", "<enter>").see("/500", timeout=60)
    prompt.type("<ctrl-c>").ready(timeout=30)
    assert "interrupted" in prompt.text()
    prompt.run("models")
    assert "teacher" in prompt.text()


def test_edit_brings_the_cell_back_to_be_run(start, tmp_path):
    editor = tmp_path / "editor.sh"
    editor.write_text("#!/bin/sh\nsed -i s/7/8/ \"$1\"\n")
    editor.chmod(0o755)
    prompt = start(env={"EDITOR": str(editor), "VISUAL": ""})
    prompt.run("set seed 7").run("models")
    prompt.type(":edit 1", "<enter>").see("qatlab> set seed 8")
    assert prompt.row().rstrip() == "qatlab> set seed 8"
    prompt.run("")
    assert "seed 8, for runs that name none" in prompt.lines()
    prompt.type(":edit 99", "<enter>").see("there is no cell").ready()


def test_load_stops_at_the_first_error(start, tmp_path):
    (tmp_path / "cells.txt").write_text("set seed 3\n\n# a comment\nmodel t = fc(\n  10)\nnonsense\nset seed 4\n")
    prompt = start()
    prompt.type(":load cells.txt", "<enter>").see("in line 6 of cells.txt; 1 more not run").ready()
    assert "seed 3, for runs that name none" in prompt.lines()
    assert not any("seed 4" in line for line in prompt.lines())
    prompt.type(":load missing.qat", "<enter>").see("No such file").ready()


def test_time_and_questions(start):
    prompt = start()
    prompt.type(":time models", "<enter>").see(" s\n").ready()
    prompt.type("convert?", "<enter>").see("convert: make the integer model").ready()
    prompt.type("?losses", "<enter>").see("ActivationBoundaries").ready()
    prompt.type("zero-point?", "<enter>").see("see also").ready()
    prompt.type(":help hist", "<enter>").see(":history").ready()


def test_the_start_file_runs_and_its_errors_do_not_matter(start, tmp_path):
    folder = tmp_path / ".config" / "qatlab"
    folder.mkdir(parents=True)
    (folder / "rc.qat").write_text("nonsense\nset seed 77\n:time on\n")
    prompt = start()
    assert "in line 1 of" in prompt.text()
    assert "seed 77, for runs that name none" in prompt.lines()
    prompt.close()
    prompt = start(arguments=["--norc"])
    assert "seed 77" not in prompt.text()


def test_an_editrc_is_honoured(start, tmp_path):
    (tmp_path / ".editrc").write_text("qatlab:bind ^B ed-move-to-beg\n")
    prompt = start()
    prompt.type("seed 7", "<ctrl-b>", "set ")
    assert prompt.row().rstrip().startswith("qatlab> set seed 7")


def test_up_and_ctrl_r_leave_out_what_could_not_be_read(start):
    prompt = start()
    prompt.run("set seed 31").run("set seeed 32").run("sett seed 33").run("set seed )34")
    prompt.run("evaluate nosuch")
    prompt.type("<up>")
    assert prompt.row().rstrip() == "qatlab> evaluate nosuch"
    prompt.type("<up>")
    assert prompt.row().rstrip() == "qatlab> set seed 31"
    prompt.type("<ctrl-u>", "<ctrl-r>", "seed")
    assert "set seed 31" in prompt.row() or "set seed 31" in prompt.edited()
    prompt.type("<enter>").ready()
    second = start()
    second.type("<up>")
    assert second.row().rstrip() == "qatlab> set seed 31"


def test_a_line_that_goes_on_is_asked_for_without_the_sign_of_a_chain(start):
    prompt = start()
    for text in ("model t = conv(8, 3) >", "relu >"):
        prompt.type(text, "<enter>")
        assert prompt.row().rstrip() == "  . ..." and ">" not in prompt.row()
    prompt.type("fc(10)", "<enter>").ready()
    prompt.run("show t")
    assert "t, not trained yet" in prompt.text()


def test_tab_after_load_offers_what_load_reads(start, tmp_path):
    for name in ("one.qat", "one.ipynb", "one.txt", "one.png"):
        (tmp_path / name).write_text("set\n")
    (tmp_path / "one.d").mkdir()
    (tmp_path / "one-secret.qat").write_text("set\n")
    os.chmod(tmp_path / "one-secret.qat", 0)
    prompt = start()
    prompt.type(":load one", "<tab>", "<tab>").see("one.ipynb")
    text = prompt.text()
    assert "one.qat" in text and "one.d/" in text
    assert "one.txt" not in text and "one.png" not in text
    # Root reads whatever it likes.
    assert ("one-secret.qat" in text) == (os.getuid() == 0)


def test_tab_offers_layers_runs_and_names_by_their_place(start):
    prompt = start()
    prompt.run("data shapes limit 64 test 32 size 12").run("teacher = train lenet5 epochs 1")
    prompt.run("qat student from teacher epochs 1")
    prompt.type("inspect student.", "<tab>", "<tab>").see("student.conv1")
    prompt.type("<ctrl-u>", "show run ", "<tab>").see("qat of student")
    assert "train of teacher" in prompt.text()
    prompt.type("<ctrl-u>", "qat ", "<tab>").see("student")
    prompt.type("<ctrl-u>", "qat student with kd(teacher, DecoupledKD, be", "<tab>")
    assert prompt.row().rstrip().endswith("DecoupledKD, beta:")


def test_the_pager_is_safe_and_gets_nothing_that_was_typed_ahead(start, tmp_path):
    pager = "printenv LESSSECURE > secure; cat > /dev/null; timeout 0.5 cat < /dev/tty > got"
    prompt = start(env={"QATLAB_PAGER": pager}, rows=20)
    # The second line is in the terminal before the first has run.
    prompt.type("help\rset seed 91\rset se")
    prompt.see("seed 91, for runs", timeout=30)
    prompt.wait(lambda p: p.row().rstrip().startswith("qatlab> set se"), "what was typed ahead")
    assert (tmp_path / "secure").read_text() == "1\n"
    assert (tmp_path / "got").read_text() == ""


@pytest.mark.parametrize("narrow", [50, 24])
def test_no_progress_stays_after_a_resize(start, narrow):
    prompt = start(columns=90, rows=24)
    prompt.run("data shapes limit 2000 test 32 size 20")
    prompt.type("m = train lenet5 epochs 400 batch 16", "<enter>").see("%")
    prompt.wait(lambda p: re.search("[━─]{5}", p.text()), "a bar")
    prompt.resize(narrow, 24)
    prompt.wait(lambda p: re.search("[━─#]|%", p.text()), "the line anew").settle(0.02).settle(0.02)
    prompt.interrupt()
    prompt.see("stopped after step").ready()
    above = ["".join(line[column].data for column in range(90)) for line in prompt.screen.history.top]
    for line in above + prompt.lines():
        assert not re.search("[━⠀-⣿]|─{5}", line), line
