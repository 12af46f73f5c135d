"""Pictures in notebooks: valid, inside their frames, and there when a notebook becomes a page."""

import base64
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import nbformat
import pytest

CELLS = [
    "data shapes limit 512 test 64 size 16",
    "model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > relu > fc(10)",
    "teacher = train tiny epochs 1",
    "qat student with kd(teacher, DecoupledKD, 0.5) epochs 1",
    "show run",
    "histogram student.conv1",
]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def run_notebook(tmp_path, qatlab):
    """A notebook with a curve and two histograms that was just run, as the path of its file."""
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{n}") for n, source in enumerate(CELLS)]
    path = tmp_path / "plots.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    done = qatlab("run", path, "--in-place")
    assert done.returncode == 0, done.stderr
    return path


def pictures(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    outputs = [output for cell in notebook.cells for output in cell.outputs if "data" in output]
    return [output.data["image/svg+xml"] for output in outputs if "image/svg+xml" in output.data]


def places(path):
    """The points that a path of absolute M, L, H and V goes through."""
    x = y = None
    for command, numbers in re.findall(r"([A-Z])([^A-Z]*)", path):
        values = [float(number) for number in numbers.split()]
        if command == "H":
            x, = values
            yield x, y
        elif command == "V":
            y, = values
            yield x, y
        elif command in "ML":
            for x, y in zip(values[::2], values[1::2], strict=True):
                yield x, y
        else:
            assert command == "Z" and not values


def test_pictures_are_whole_svg_with_axes_and_titles(run_notebook):
    drawn = pictures(run_notebook)
    assert len(drawn) == 3
    for text in drawn:
        root = ElementTree.fromstring(text)
        assert root.tag == SVG + "svg" and root.get("role") == "img"
        assert root.find(SVG + "title").text and root.find(SVG + "desc").text
        assert root.find(f"{SVG}path[@class='axis']") is not None
        assert root.find(f"{SVG}path[@class='grid']") is not None
        assert not any(element.get("id") or element.tag == SVG + "script" for element in root.iter())
        left, top, width, height = map(float, root.get("viewBox").split())
        points = [(float(t.get("x")), float(t.get("y"))) for t in root.iter(SVG + "text")]
        points += [(float(c.get("cx")), float(c.get("cy"))) for c in root.iter(SVG + "circle")]
        points += [point for path in root.iter(SVG + "path") for point in places(path.get("d"))]
        assert len(points) > 20
        assert all(left <= x <= left + width and top <= y <= top + height for x, y in points)


def test_a_picture_is_stored_in_lines_as_nbformat_does(run_notebook):
    text = run_notebook.read_text(encoding="utf-8")
    assert nbformat.writes(nbformat.reads(text, as_version=4)) + "\n" == text
    outputs = [output for cell in json.loads(text)["cells"] for output in cell["outputs"]]
    drawn = [output["data"]["image/svg+xml"] for output in outputs if "image/svg+xml" in output["data"]]
    assert all(isinstance(lines, list) and len(lines) > 10 for lines in drawn)


def test_nbconvert_makes_a_page_with_the_pictures(run_notebook, tmp_path):
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "html", run_notebook], check=True, capture_output=True,
        cwd=tmp_path, timeout=120)
    page = run_notebook.with_suffix(".html").read_text(encoding="utf-8")
    images = re.findall(r'<img [^>]*src="data:image/svg\+xml;base64,([^"]*)"', page)
    assert [base64.b64decode(data).decode() for data in images] == pictures(run_notebook)


def test_the_same_run_draws_the_same_bytes(run_notebook, qatlab):
    first = pictures(run_notebook)
    assert qatlab("run", run_notebook, "--in-place").returncode == 0
    assert pictures(run_notebook) == first
