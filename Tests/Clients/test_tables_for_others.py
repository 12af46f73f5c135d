"""Tables as CSV and Markdown, on a pipe, in a notebook and on a narrow terminal; threads and the environment."""

import csv
import io
import json

import nbformat

CELLS = """data shapes limit 256 test 96 size 12
model tiny = conv(4, 3) > bn > relu > pool(2) > fc(10)
teacher = train tiny epochs 1
qat student with kd(teacher, SoftTarget) epochs 1
"""


def values(qatlab, cells, tmp_path):
    (tmp_path / "cells.qat").write_text("\n# %%\n".join(cells))
    ended = qatlab("run", "--json", "cells.qat")
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_a_pipe_gets_nothing_but_the_table(qatlab):
    made = qatlab(input=CELLS)
    assert made.returncode == 0, made.stderr
    for command in ("compare", "models", "runs"):
        ended = qatlab(input=command + " as csv\n")
        assert ended.returncode == 0, ended.stderr
        rows = list(csv.DictReader(io.StringIO(ended.stdout)))
        assert [row["model"] for row in rows] == ["teacher", "student"], ended.stdout
        assert all(None not in row and None not in row.values() for row in rows)
        ended = qatlab(input=command + " as markdown\n")
        lines = ended.stdout.splitlines()
        assert len(lines) == 4 and all(line.startswith("| ") and line.endswith(" |") for line in lines if "---" not in line)


def test_csv_has_the_figures_of_json(qatlab, tmp_path):
    cells = values(qatlab, [CELLS.strip(), "compare as csv"], tmp_path)
    compared = cells[1]
    (table,) = [output for output in compared["outputs"] if output["type"] == "table"]
    assert table["form"] == "csv"
    rows = list(csv.DictReader(io.StringIO(table["text"])))
    for row in rows:
        for column, name in (("accuracy (share)", "accuracy"), ("size (bytes)", "size_bytes"),
                             ("latency (ms)", "latency_ms"), ("throughput (images/s)", "throughput")):
            assert float(row[column]) == compared["values"][f"{row['model']}.{name}"]
    student = rows[1]
    assert student["against"] == "teacher" and student["verdict"] in ("within chance", "beyond chance")
    low, high = float(student["change from (points)"]), float(student["change to (points)"])
    assert (student["verdict"] == "within chance") == (low <= 0 <= high)
    assert low <= float(student["change (points)"]) <= high
    assert abs(compared["values"]["student.drop_high_points"] + low) < 1e-9


def test_a_notebook_keeps_the_text(qatlab, tmp_path):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(CELLS.strip()), nbformat.v4.new_code_cell("models as markdown")])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    ended = qatlab("run", "--in-place", "a.ipynb")
    assert ended.returncode == 0, ended.stderr
    (output,) = nbformat.read(tmp_path / "a.ipynb", as_version=4).cells[1].outputs
    assert output.data["text/plain"].startswith("| model | kind |")
    assert output.data["text/html"].startswith("<pre")
    assert qatlab("replay", "a.ipynb").returncode == 0


def test_chance_and_speed_are_told_in_words(qatlab, tmp_path):
    compared = values(qatlab, [CELLS.strip(), "compare"], tmp_path)[1]
    notes = " ".join(output["text"] for output in compared["outputs"] if output["type"] == "note")
    assert "within chance" in notes and "medians of passes in turn" in notes
    quality, cost = [output for output in compared["outputs"] if output["type"] == "table"]
    assert {"change", "± points"} <= {column["title"] for column in quality["columns"]}
    assert {"latency", "images/s", "spread", "speed"} <= {column["title"] for column in cost["columns"]}
    for name in ("latency_spread", "throughput_spread"):
        assert compared["values"]["teacher." + name] >= 0.01


def test_threads_and_the_environment(qatlab):
    ended = qatlab(input="set threads 1\nshow environment\nset\n", env={"OMP_NUM_THREADS": "2"})
    assert ended.returncode == 0, ended.stderr
    text = ended.stdout
    assert "1, as set threads says" in text and "oneDNN" in text and "qatlab" in text
    # It is the session's, and outlives the process.
    again = qatlab(input="show environment\nset threads auto\nshow environment\n", env={"OMP_NUM_THREADS": "2"})
    assert "1, as set threads says" in again.stdout and "2, as the process has by itself" in again.stdout
    refused = qatlab(input="set threads 5000\n")
    assert refused.returncode == 1 and "out-of-range" not in refused.stdout and "1 to 1,024" in refused.stderr


def test_a_replay_has_the_threads_that_it_is_given(qatlab, tmp_path):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(CELLS.strip()), nbformat.v4.new_code_cell("set threads 1"),
               nbformat.v4.new_code_cell("train teacher epochs 1")])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    ended = qatlab("run", "--in-place", "a.ipynb", env={"OMP_NUM_THREADS": "2"})
    assert ended.returncode == 0, ended.stderr
    assert nbformat.read(tmp_path / "a.ipynb", as_version=4).metadata.qatlab.environment.threads == 2
    replayed = qatlab("replay", "--json", "a.ipynb", env={"OMP_NUM_THREADS": "1"})
    assert replayed.returncode == 0, replayed.stdout
    assert json.loads(replayed.stdout.splitlines()[-1])["threads"] == 2
    replayed = qatlab("replay", "--json", "--threads", "1", "a.ipynb", env={"OMP_NUM_THREADS": "2"})
    assert json.loads(replayed.stdout.splitlines()[-1])["threads"] == 1
