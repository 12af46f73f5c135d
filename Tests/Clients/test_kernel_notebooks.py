"""Notebooks in Jupyter's own programs: the same outputs as from `qatlab run`, and their pictures on a page."""

import copy
import json
import re
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

from conftest import ROOT
from kernels import PATIENCE, install, manager
from prompt import Prompt

MIME = "application/vnd.qatlab.v1+json"
LESSON = [
    "limit = 256\nrounds = 2", "data shapes limit $limit test 128 size 16",
    "teacher = train qatcnn epochs $rounds batch 32", 'print "trained for $rounds epochs"',
    "qat student with kd(teacher, DecoupledKD, 0.5) epochs 1 batch 32", "convert", "compare",
    "histogram student.conv1", "show run", "explain scale",
]


def executed(notebook, folder, **settings):
    """The notebook as nbclient leaves it."""
    environment = install(folder)
    notebook = copy.deepcopy(notebook)
    client = NotebookClient(notebook, km=manager(folder), timeout=600, **settings)
    client.execute(cwd=str(folder), env=environment)
    nbformat.validate(notebook)
    return notebook


def still(value):
    """A typed value without what differs from run to run."""
    if value.get("type") == "table":
        rows = [["·" if typed and typed.get("repeats") is False else text for text, typed in zip(*row)]
                for row in zip(value["rows"], value["values"])]
        return {**value, "rows": rows, "values": None}
    if value.get("type") == "metric" and not value["reproducible"]:
        return {"type": "metric", "name": value["name"]}
    return value


DURATION = re.compile(r"\d[\d,.]*( ms| s|×| images/s|:\d\d)( ±\d+ %)?")
# Words that the moment brings or not.
BUSY = re.compile(r"[;:] the machine is busy: ±\d+ %|, which is within the spread of both")


def outputs(notebook):
    """Every cell's outputs, byte for byte but for durations."""
    cells = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cells.append([cell.execution_count])
        for output in cell.outputs:
            output = json.loads(json.dumps(output))
            typed = output.get("data", {}).get(MIME, {})
            # What was measured whole may be there or not.
            if typed.get("measured") == [typed.get("text")]:
                continue
            if typed:
                output["data"][MIME] = still(typed)
                measures = typed["type"] == "table" and any(
                    cell and cell.get("repeats") is False for row in typed["values"] for cell in row)
                # The text of such a table is as wide as its durations.
                if measures:
                    output["data"]["text/plain"] = output["data"]["text/html"] = "…"
            text = BUSY.sub("", json.dumps(output, sort_keys=True, ensure_ascii=False))
            cells[-1].append(DURATION.sub("…", text))
    return cells


def in_place(notebook, folder, qatlab):
    """The notebook as `qatlab run --in-place` leaves it."""
    path = folder / "in-place.ipynb"
    nbformat.write(notebook, path)
    ended = qatlab("run", "--in-place", path, timeout=600)
    assert ended.returncode == 0, ended.stderr
    return nbformat.read(path, as_version=4)


def lesson(cells):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    if cells[0].startswith("limit"):
        notebook.cells[0].metadata.tags = ["parameters"]
    return notebook


def test_a_lesson_has_the_outputs_of_run_and_its_pictures_on_a_page(tmp_path, qatlab):
    run = in_place(lesson(LESSON), tmp_path, qatlab)
    (tmp_path / "kernel").mkdir()
    kernel = executed(lesson(LESSON), tmp_path / "kernel")
    assert outputs(kernel) == outputs(run)
    assert kernel.metadata.language_info.file_extension == ".qat"
    page, _ = HTMLExporter(template_name="classic").from_notebook_node(kernel)
    pictures = sum("image/svg+xml" in output.get("data", {}) for cell in kernel.cells for output in cell.outputs)
    assert page.count("data:image/svg+xml;base64,") == pictures > 0
    assert 'class="qatlab-table"' in page and "trained for 2 epochs" in page


def test_the_quick_start_gives_what_run_gives(tmp_path, qatlab):
    """With fewer images and epochs, so that it takes seconds."""
    notebook = nbformat.read(ROOT / "notebooks" / "quickstart.ipynb", as_version=4)
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = "limit = 400\ntest = 200\nepochs = 1\nstudent_epochs = 1"
    run = in_place(notebook, tmp_path, qatlab)
    (tmp_path / "kernel").mkdir()
    assert outputs(executed(notebook, tmp_path / "kernel")) == outputs(run)


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_shipped_notebooks_name_the_kernel(path):
    notebook = nbformat.read(path, as_version=4)
    assert notebook.metadata.kernelspec == {"display_name": "qatlab", "language": "qatlab", "name": "qatlab"}
    assert notebook.metadata.language_info.name == "qatlab"


def test_a_cell_that_fails_stops_the_notebook(tmp_path):
    with pytest.raises(CellExecutionError) as caught:
        executed(lesson(['print "before"', "convert techer", 'print "after"']), tmp_path)
    assert "no model is called" in str(caught.value)


def test_a_failure_that_is_part_of_the_lesson_goes_on(tmp_path):
    notebook = lesson(["convert techer", 'print "after"'])
    notebook.cells[0].metadata.tags = ["raises-exception"]
    done = executed(notebook, tmp_path)
    assert done.cells[0].outputs[0].output_type == "error"
    assert done.cells[1].outputs[0].text == "after\n"


def test_jupyter_run_runs_a_file(tmp_path):
    """It hands the file's name to the kernel, too."""
    (tmp_path / "a.qat").write_text('print "from a file"')
    ended = subprocess.run(
        [sys.executable, "-m", "jupyter_client.runapp", "--kernel", "qatlab", "a.qat"], cwd=tmp_path,
        env=install(tmp_path), capture_output=True, text=True, timeout=PATIENCE)
    assert ended.returncode == 0 and ended.stdout == "from a file\n", ended.stderr


def test_the_console_prints_cells_and_leaves(tmp_path, environment):
    """`jupyter console` on a pseudo-terminal."""
    own = {**environment, **install(tmp_path), "TERM": "xterm-256color", "JUPYTER_CONSOLE_TEST": "1"}
    program = [sys.executable, "-m", "jupyter_console", "--kernel", "qatlab"]
    prompt = Prompt(tmp_path, own, columns=100, rows=40, program=program)
    try:
        prompt.see("In [1]:", PATIENCE)
        prompt.child.send('print "from a cell"\r')
        prompt.see("from a cell", PATIENCE)
        prompt.see("In [2]:", PATIENCE)
        prompt.child.send("convert techer\r")
        prompt.see("no model is called", PATIENCE)
        prompt.see("In [3]:", PATIENCE)
        prompt.child.sendeof()
        prompt.wait(lambda it: not it.child.isalive() or "Do you really" in it.text(), "end", PATIENCE)
    finally:
        prompt.close()
