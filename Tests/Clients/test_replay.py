"""Conversions and replays, read by the tools of Jupyter and by Python's own readers."""

import json
import re
import xml.etree.ElementTree

import nbformat
import pexpect
import pytest

from conftest import PROGRAM

LESSON = """\
# %% [markdown] id="intro"
# # A lesson
#
# Text with `code` and é.

# %% id="parameters" tags=["parameters"]
limit = 128

# %% id="data"
data shapes limit $limit test 64 size 12
model tiny = conv(4, 3) > bn > relu > pool(2) > fc(10)

# %% id="teacher"
teacher = train tiny epochs 1

# %% id="student"
qat student with kd(teacher) epochs 1
convert

# %% id="slip" tags=["raises-exception"]
evaluate techer

# %% id="long" tags=["skip-execution"]
train resnet18

# %% id="table"
compare
"""
LESSON_AT_THE_PROMPT = [
    "data shapes limit 128 test 64 size 12", "model tiny = conv(4, 3) > relu > pool(2) > fc(10)",
    "teacher = train tiny epochs 1", "qat student with kd(teacher) epochs 1", "evaluate techer",
]
TYPED = "application/vnd.qatlab.v1+json"


@pytest.fixture
def lesson(tmp_path, qatlab):
    """A notebook that was run and holds its results."""
    (tmp_path / "lesson.qat").write_text(LESSON, encoding="utf-8")
    assert qatlab("convert", "lesson.qat", "lesson.ipynb").returncode == 0
    assert qatlab("run", "--in-place", "lesson.ipynb").returncode == 0
    return tmp_path / "lesson.ipynb"


def check(path):
    """What nbformat says of a file: valid, and in its own bytes."""
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert nbformat.writes(notebook) + "\n" == text
    return notebook


def lines(process):
    return [json.loads(line) for line in process.stdout.splitlines()]


def test_a_conversion_there_and_back_gives_the_same_bytes(tmp_path, qatlab):
    (tmp_path / "a.qat").write_text(LESSON, encoding="utf-8")
    assert qatlab("convert", "a.qat", "a.ipynb").returncode == 0
    notebook = check(tmp_path / "a.ipynb")
    assert [cell.id for cell in notebook.cells][:3] == ["intro", "parameters", "data"]
    assert notebook.cells[0].source == "# A lesson\n\nText with `code` and é."
    assert notebook.cells[1].metadata.tags == ["parameters"]
    assert qatlab("convert", "a.ipynb", "b.qat").returncode == 0
    assert (tmp_path / "b.qat").read_text(encoding="utf-8") == LESSON


@pytest.mark.parametrize("arguments", [
    ["convert", "a.qat", "a.ipynb"], ["convert", "a.qat", "b.qat"], ["convert", "a.qat", "b.txt"],
    ["convert", "missing.qat", "b.ipynb"], ["replay", "a.qat"], ["replay", "missing.ipynb"],
    ["replay", "a.ipynb", "--tolerance", "x"], ["replay", "a.ipynb", "-p", "limt=3"], ["replay"],
], ids=" ".join)
def test_wrong_use_ends_with_2_and_writes_nothing(tmp_path, qatlab, arguments):
    (tmp_path / "a.qat").write_text(LESSON, encoding="utf-8")
    assert qatlab("convert", "a.qat", "a.ipynb").returncode == 0
    before = sorted((path.name, path.read_bytes()) for path in tmp_path.iterdir())
    process = qatlab(*arguments)
    assert process.returncode == 2
    assert process.stderr
    assert sorted((path.name, path.read_bytes()) for path in tmp_path.iterdir()) == before


def test_a_replay_on_the_same_machine_is_the_same_and_an_update_writes_nothing(lesson, qatlab):
    check(lesson)
    before = lesson.read_bytes()
    process = qatlab("replay", "--json", "--update", "lesson.ipynb")
    assert process.returncode == 0, process.stderr
    objects = lines(process)
    verdicts = [line["verdict"] for line in objects[:-1]]
    assert verdicts == ["same", "same", "same", "same", "same", "skipped", "same"]
    assert objects[-1]["summary"]["same"] == 6
    assert objects[-1]["exit_code"] == 0
    assert objects[-1]["environment_differences"] == []
    assert lesson.read_bytes() == before


def test_a_save_by_jupyterlab_gives_no_diff_and_no_difference(lesson, qatlab):
    before = lesson.read_bytes()
    with lesson.open(encoding="utf-8") as file:
        notebook = nbformat.read(file, as_version=4)
    with lesson.open("w", encoding="utf-8") as file:
        nbformat.write(notebook, file)
    assert lesson.read_bytes() == before
    assert qatlab("replay", "lesson.ipynb").returncode == 0


def test_typed_values_can_be_read_without_qatlab(lesson, qatlab):
    notebook = check(lesson)
    cells = {cell.id: cell for cell in notebook.cells}
    values = cells["teacher"].metadata.qatlab["values"]
    assert 0 <= values["teacher.accuracy"] <= 1
    assert values["teacher.epochs"] == 1
    assert "teacher.step_ms" not in values and "teacher.step_ms" in cells["teacher"].metadata.qatlab["measured"]
    typed = [output.data[TYPED] for output in cells["table"].outputs]
    table = next(output for output in typed if output["type"] == "table")
    accuracy = [column["title"] for column in table["columns"]].index("accuracy")
    shown = float(table["rows"][0][accuracy].split()[0]) / 100
    assert shown == pytest.approx(values["teacher.accuracy"], abs=1e-4)
    environment = notebook.metadata.qatlab["environment"]
    assert environment["seed"] == 0 and environment["threads"] >= 1
    assert list(environment["data"]) == ["shapes limit 128 test 64 size 12"]
    assert re.fullmatch("sha256:[0-9a-f]{64}", environment["data"]["shapes limit 128 test 64 size 12"])


def test_a_changed_value_ends_with_3_and_an_update_mends_that_cell_alone(lesson, qatlab):
    original = check(lesson)
    changed = nbformat.from_dict(original)
    cell = next(cell for cell in changed.cells if cell.id == "teacher")
    loss = cell.metadata.qatlab["values"]["teacher.loss"]
    cell.metadata.qatlab["values"]["teacher.loss"] = loss + 0.25
    changed.metadata["own"] = {"kept": [1, None, "é"]}
    nbformat.write(changed, lesson)
    process = qatlab("replay", "--json", "--junit", "report.xml", "lesson.ipynb")
    assert process.returncode == 3
    different = [line for line in lines(process)[:-1] if line["verdict"] == "different"]
    assert [line["cell"] for line in different] == [3]
    (difference,) = different[0]["differences"]
    assert difference["name"] == "teacher.loss"
    assert difference["difference"] == pytest.approx(-0.25)
    suite = xml.etree.ElementTree.parse(lesson.parent / "report.xml").getroot().find("testsuite")
    assert suite.attrib["tests"] == "7" and suite.attrib["failures"] == "1" and suite.attrib["skipped"] == "1"
    cases = suite.findall("testcase")
    assert len(cases) == 7
    assert [case.find("failure") is not None for case in cases] == [False, False, True] + 4 * [False]
    assert cases[5].find("skipped") is not None

    assert qatlab("replay", "--tolerance", "loss=0.3", "lesson.ipynb").returncode == 0
    assert qatlab("replay", "--update", "lesson.ipynb").returncode == 3
    mended = check(lesson)
    assert mended.metadata["own"] == {"kept": [1, None, "é"]}
    for before, after in zip(original.cells, mended.cells):
        if before.id != "teacher":
            assert before == after
        else:
            assert before.metadata.qatlab["values"] == after.metadata.qatlab["values"]
    bytes_once = lesson.read_bytes()
    assert qatlab("replay", "--update", "lesson.ipynb").returncode == 0
    assert lesson.read_bytes() == bytes_once


def test_what_is_not_understood_is_kept(tmp_path, qatlab):
    text = nbformat.writes(nbformat.from_dict({
        "nbformat": 4, "nbformat_minor": 5, "metadata": {"x": {"y": 1.50}, "kernelspec": {
            "name": "qatlab", "display_name": "qatlab"}},
        "cells": [
            {"cell_type": "raw", "id": "r", "metadata": {"format": "text/html"}, "source": "<b>"},
            {"cell_type": "code", "id": "s", "metadata": {"tags": ["skip-execution"], "own": [1]}, "source": "train x",
             "execution_count": 4, "outputs": [
                 {"output_type": "display_data", "metadata": {"a": 1}, "data": {"application/x+json": {"b": [2]}}}]},
            {"cell_type": "code", "id": "m", "metadata": {"own": {"deep": None}}, "source": "models",
             "execution_count": None, "outputs": []},
        ]})) + "\n"
    path = tmp_path / "a.ipynb"
    path.write_text(text, encoding="utf-8")
    assert qatlab("replay", "--update", "a.ipynb").returncode == 0
    before, after = nbformat.reads(text, as_version=4), check(path)
    assert after.cells[:2] == before.cells[:2]
    assert after.cells[2].metadata["own"] == {"deep": None}
    assert {key: after.metadata[key] for key in ("x", "kernelspec")} == dict(before.metadata)


def test_a_failed_cell_ends_with_1(tmp_path, qatlab):
    (tmp_path / "a.qat").write_text("# %%\nmodels\n# %%\nevaluate nothing\n# %%\nmodels\n")
    assert qatlab("convert", "a.qat", "a.ipynb").returncode == 0
    process = qatlab("replay", "--json", "a.ipynb")
    assert process.returncode == 1
    assert [line.get("verdict") for line in lines(process)] == ["new", "failed", "skipped", None]
    assert "evaluate nothing" in qatlab("replay", "a.ipynb").stdout


def test_unchanged_cells_are_served_from_a_session_and_labelled(tmp_path, qatlab):
    (tmp_path / "a.qat").write_text(LESSON, encoding="utf-8")
    assert qatlab("convert", "a.qat", "a.ipynb").returncode == 0
    assert qatlab("replay", "--cached", "--session", "S", "a.ipynb").returncode == 2
    assert qatlab("replay", "--cached", "a.ipynb").returncode == 2
    assert qatlab("run", "--in-place", "--session", "S", "a.ipynb").returncode == 0

    def served(*arguments):
        objects = lines(qatlab("replay", "--cached", "--session", "S", "--json", *arguments, "a.ipynb"))[:-1]
        return [line["cell"] for line in objects if line.get("cached")], [line["verdict"] for line in objects]

    assert served() == ([3, 4, 7], ["same"] * 5 + ["skipped", "same"])
    # Other data, and so other inputs of everything behind it.
    assert served("-p", "limit=64")[0] == []
    path = tmp_path / "a.ipynb"
    path.write_text(path.read_text().replace('"convert"', '"small = convert"'))
    cells, verdicts = served()
    assert cells == [3]
    assert verdicts == ["same", "same", "same", "different", "same", "skipped", "different"]
    # Where its weights are gone, a cell runs again.
    for weights in (tmp_path / "S" / "objects").glob("*.safetensors"):
        weights.unlink()
    path.write_text(path.read_text().replace('"small = convert"', '"convert"'))
    assert served() == ([7], ["same"] * 5 + ["skipped", "same"])
    assert "served from the session" in qatlab("replay", "--cached", "--session", "S", "a.ipynb").stdout


def test_a_notebook_replays_with_other_threads_and_other_kernels(tmp_path, qatlab):
    (tmp_path / "a.qat").write_text(LESSON, encoding="utf-8")
    assert qatlab("convert", "a.qat", "a.ipynb").returncode == 0
    two = {"OMP_NUM_THREADS": "2"}
    assert qatlab("run", "--in-place", "a.ipynb", env=two).returncode == 0
    assert qatlab("replay", "--update", "--seeds", "2", "a.ipynb", env=two).returncode == 0
    notebook = check(tmp_path / "a.ipynb")
    environment = notebook.metadata.qatlab["environment"]
    assert environment["threads"] == 2
    assert re.fullmatch(r"\d+\.\d+\.\d+", environment["onednn"]) and environment["instruction_set"]
    spread = next(cell for cell in notebook.cells if cell.id == "teacher").metadata.qatlab["spread"]
    assert spread["seeds"] == 2 and spread["deviations"]["teacher.loss"] > 0
    assert "teacher.size_bytes" not in spread["deviations"]

    def replayed(*arguments, **variables):
        process = qatlab("replay", "--json", *arguments, "a.ipynb", env=variables)
        objects = lines(process)
        return process.returncode, [line["verdict"] for line in objects[:-1]], objects[-1]

    # As many threads as the saved run had, whatever there is: the same bits.
    code, verdicts, ending = replayed(OMP_NUM_THREADS="5")
    assert (code, set(verdicts)) == (0, {"same", "skipped"})
    assert (ending["threads"], ending["compared"], ending["environment_differences"]) == (2, "to the last bit", [])
    code, verdicts, ending = replayed("--threads", "here", OMP_NUM_THREADS="1")
    assert code == 0, verdicts
    assert ending["environment_differences"] == ["threads 2, now 1"]
    assert (ending["threads"], ending["compared"], ending["confidence"]) == (1, "by spread", 0.99)
    assert replayed("--threads", "3")[2]["threads"] == 3
    code, verdicts, ending = replayed(DNNL_MAX_CPU_ISA="SSE41")
    assert code == 0, verdicts
    if environment["instruction_set"] not in ("sse41", "default"):
        assert ending["compared"] == "by spread"
        assert any("instructions" in words for words in ending["environment_differences"])

    # A planted change is found there, too.
    path = tmp_path / "a.ipynb"
    path.write_text(path.read_text().replace("train tiny epochs 1", "train tiny epochs 1 lr 0.0031"))
    code, verdicts, ending = replayed("--threads", "here", OMP_NUM_THREADS="1")
    assert (code, verdicts[2]) == (3, "different")


@pytest.mark.parametrize("arguments", [
    ["--threads", "0"], ["--threads", "many"], ["--threads", "1000000"], ["--seeds", "3"],
    ["--update", "--seeds", "1"],
], ids=" ".join)
def test_threads_and_seeds_that_mean_nothing_are_refused(tmp_path, qatlab, arguments):
    (tmp_path / "a.qat").write_text("# %%\nmodels\n")
    assert qatlab("convert", "a.qat", "a.ipynb").returncode == 0
    process = qatlab("replay", *arguments, "a.ipynb")
    assert process.returncode == 2
    assert arguments[-2] in process.stderr


def test_a_conversation_is_saved_as_a_notebook_that_replays_the_same(tmp_path, environment, qatlab):
    terminal = pexpect.spawn(
        str(PROGRAM), cwd=tmp_path, env={**environment, "NO_COLOR": "1"}, encoding="utf-8", timeout=30,
        dimensions=(50, 120))

    def say(line):
        terminal.expect_exact("qatlab> ")
        terminal.send(line + "\r")

    for line in LESSON_AT_THE_PROMPT:
        say(line)
    terminal.expect_exact("no model is called")
    say(":stale")
    terminal.expect_exact("no model is stale")
    say("train teacher epochs 1")
    say(":stale")
    terminal.expect("student +teacher was made again since")
    say("undo")
    say(":save lesson.ipynb")
    terminal.expect("wrote 4 cells with outputs to lesson.ipynb")
    terminal.expect("left out with what undo took back: train teacher epochs 1")
    say(":save lesson.ipynb")
    terminal.expect("wrote 4 cells")
    say(":quit")
    terminal.expect(pexpect.EOF)
    notebook = check(tmp_path / "lesson.ipynb")
    assert [cell.source for cell in notebook.cells] == LESSON_AT_THE_PROMPT[:4]
    process = qatlab("replay", "--json", "lesson.ipynb")
    assert process.returncode == 0
    assert [line["verdict"] for line in lines(process)[:-1]] == ["same"] * 4
