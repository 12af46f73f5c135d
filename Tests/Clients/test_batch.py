"""Cells without a prompt and without a file: from an argument, from a pipe, from standard input."""

import json
import subprocess

import pytest

from conftest import PROGRAM


def records(ended):
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_cells_from_an_argument_run_as_from_a_pipe(qatlab):
    cells = "set seed 5\n# nothing\nmodel t = conv(4, 3) >\n  relu > globalpool > fc(10)\nset\n"
    argument, pipe = qatlab("-c", cells), qatlab(input=cells)
    assert argument.returncode == pipe.returncode == 0
    assert argument.stdout == pipe.stdout and "seed" in pipe.stdout
    # What a session keeps, the next one has.
    assert "5" in qatlab("--cells", "set").stdout


def test_a_failed_statement_ends_the_run_and_tells_its_line(qatlab):
    ended = qatlab("-c", "set seed 5\nevaluate techer\nset seed 6")
    assert ended.returncode == 1 and "seed 6" not in ended.stdout
    assert 'no model is called "techer"' in ended.stderr and "in line 2 of the cells" in ended.stderr


@pytest.mark.parametrize("way", ["argument", "pipe"])
def test_json_is_a_line_a_statement(qatlab, way):
    cells = "data shapes limit 64 test 32 size 12\nm = train lenet5 epochs 1\nevaluate techer\nset\n"
    ended = qatlab("-c", cells, "--json") if way == "argument" else qatlab("--json", input=cells)
    found = records(ended)
    assert ended.returncode == 1
    assert [cell["cell"] for cell in found] == [1, 2, 3]
    assert [cell["status"] for cell in found] == ["ok", "ok", "error"]
    assert found[1]["source"] == "m = train lenet5 epochs 1" and 0 <= found[1]["values"]["m.accuracy"] <= 1
    assert found[2]["diagnostics"][0]["id"] == "unknown-model"


def test_what_cannot_be_read_is_a_line_too(tmp_path, environment):
    ended = subprocess.run(
        [PROGRAM, "--json"], input=b"set\n\xff\xfe\n", capture_output=True, cwd=tmp_path, env=environment)
    cells = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 1 and [cell["cell"] for cell in cells] == [1, 0]
    assert cells[1]["diagnostics"][0]["id"] == "not-utf8"


@pytest.mark.parametrize("text", [
    "# %%\nset seed 8\n# %% [markdown]\n# Words.\n# %%\nset\n",
    json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
        {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None, "source": "set seed 8"},
        {"cell_type": "markdown", "id": "b", "metadata": {}, "source": "Words."},
        {"cell_type": "code", "id": "c", "metadata": {}, "outputs": [], "execution_count": None, "source": ["set"]}]}),
])
def test_run_reads_a_notebook_from_standard_input(qatlab, text):
    ended = qatlab("run", "-", "--json", input=text)
    assert ended.returncode == 0, ended.stderr
    assert [cell["source"] for cell in records(ended)] == ["set seed 8", "set"]
    assert "Words." in qatlab("run", "-", input=text).stdout


def test_run_from_standard_input_refuses_what_it_is_not(qatlab):
    assert qatlab("run", "-", "--in-place", input="set\n").returncode == 2
    ended = qatlab("run", "-", input="{ no json")
    assert ended.returncode == 1 and "standard input" in ended.stderr and "isn't JSON" in ended.stderr
    assert qatlab("run", "-", "-p", "x=1", input="# %% tags=[\"parameters\"]\nx = 3\n# %%\nset seed $x\n").returncode == 0


def test_stale_and_time_are_cells(qatlab):
    cells = "data shapes limit 64 test 32 size 12\nm = train lenet5 epochs 1\nq = qat from m epochs 1\n" \
        "m = train lenet5 epochs 1 seed 4\nstale\ntime evaluate q\ntime set"
    found = records(qatlab("-c", cells, "--json"))
    tables = [output["rows"] for output in found[4]["outputs"] if output["type"] == "table"]
    assert tables == [[["q", "m was made again since"]]]
    assert found[5]["values"]["time.seconds"] > 0 and "q.accuracy" in found[5]["values"]
    shown = [output for output in found[6]["outputs"] if output.get("name") == "time.seconds"]
    assert shown[0]["reproducible"] is False and shown[0]["text"].endswith(" s: set")


# Each was quadratic once and took minutes; the limit is for a machine that does other things as well.
@pytest.mark.parametrize("text, code", [
    ("compare (\n" + "a\n" * 20_000, 1), ("compare a \\\n" + "b \\\n" * 20_000 + "c\n", 1),
    ("data \"nowhere\" classes " + ", ".join(map(str, range(50_000))) + "\n", 1),
    ("export \"" + "a\\\n" * 20_000 + "\"\n", 1), ("trian resnet18\n" * 20_000, 1),
])
def test_long_cells_are_read(qatlab, text, code):
    ended = qatlab(input=text, timeout=60)
    assert ended.returncode == code and ended.stderr.startswith("error: ")
    notebook = qatlab("run", "-", input=text, timeout=60)
    assert notebook.returncode == 1 and len(notebook.stderr.splitlines()) < 200


def test_of_many_wrong_lines_the_first_are_told_and_the_others_counted(qatlab):
    ended = qatlab("run", "-", "--json", input="trian resnet18\n" * 20_000, timeout=60)
    diagnostics = records(ended)[0]["diagnostics"]
    assert len(diagnostics) == 21
    assert diagnostics[-1]["message"] == "19,980 more problems are not shown"
