"""python/qatlab-jupyter as pip installs it: colours of cells, and parameters that papermill writes."""

import json
import math
import random
import subprocess
import sys

import nbformat
import pytest

from conftest import PROGRAM, ROOT
from kernels import install, running

PACKAGE = ROOT / "python" / "qatlab-jupyter"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder in which pip put the package, from which this process imports it too."""
    folder = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--no-build-isolation", "--target", folder, PACKAGE], check=True, timeout=120)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def lexer(site):
    from pygments.lexers import get_lexer_by_name

    return get_lexer_by_name("qatlab")


@pytest.fixture(scope="module")
def parameters(site):
    import qatlab_jupyter.parameters

    return qatlab_jupyter.parameters


def tokens(lexer, text):
    """Each piece that isn't blank with the short name of its kind."""
    from pygments.token import STANDARD_TYPES

    pieces = list(lexer.get_tokens_unprocessed(text))
    assert "".join(piece for _, _, piece in pieces) == text
    assert [index for index, _, _ in pieces] == [
        sum(len(piece) for _, _, piece in pieces[:count]) for count in range(len(pieces))]
    return [(STANDARD_TYPES[kind], piece) for _, kind, piece in pieces if STANDARD_TYPES[kind] != "w"]


def code_cells(path):
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def notebook(cells):
    """A notebook of qatlab's; the first cell holds its parameters."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    made.cells[0].metadata.tags = ["parameters"]
    made.metadata.kernelspec = {"display_name": "qatlab", "language": "qatlab", "name": "qatlab"}
    return made


def test_its_words_are_those_of_help():
    ended = subprocess.run(
        [sys.executable, ROOT / "Scripts" / "jupyter-words.py", "--program", PROGRAM, "--check"],
        capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


def test_jupyterlab_finds_its_extension(site):
    folder = site / "share" / "jupyter" / "labextensions" / "qatlab-jupyter"
    described = json.loads((folder / "package.json").read_text())
    assert described["name"] == "qatlab-jupyter" and described["jupyterlab"]["extension"] is True
    assert (folder / described["jupyterlab"]["_build"]["load"]).is_file()
    assert json.loads((folder / "static" / "words.json").read_text())["commands"]["qat"]["options"]


def test_the_kernel_names_its_lexer(lexer, tmp_path):
    with running(tmp_path) as kernel:
        language = kernel.ask("kernel_info")["language_info"]
    assert language["pygments_lexer"] in lexer.aliases
    assert language["mimetype"] in lexer.mimetypes
    assert "*" + language["file_extension"] in lexer.filenames


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cells_of_the_notebooks_are_known_piece_by_piece(lexer, path):
    for cell in code_cells(path):
        assert "err" not in [kind for kind, _ in tokens(lexer, cell)], cell


@pytest.mark.parametrize("text, expected", [
    ("train resnet18", [("k", "train"), ("nb", "resnet18")]),
    ("epochs = 3", [("nv", "epochs"), ("o", "="), ("mi", "3")]),
    ("s = qat from t lr 1e-4", [
        ("nv", "s"), ("o", "="), ("k", "qat"), ("na", "from"), ("n", "t"), ("na", "lr"), ("mf", "1e-4")]),
    ("model m = conv(8) >\n relu # a", [
        ("k", "model"), ("nv", "m"), ("o", "="), ("nf", "conv"), ("p", "("), ("mi", "8"), ("p", ")"), ("o", ">"),
        ("nf", "relu"), ("c1", "# a")]),
    ("qat a with kd(b, NKD, 50%,\n T: 4)", [
        ("k", "qat"), ("n", "a"), ("na", "with"), ("nf", "kd"), ("p", "("), ("n", "b"), ("p", ","), ("nc", "NKD"),
        ("p", ","), ("mf", "50%"), ("p", ","), ("na", "T"), ("o", ":"), ("mi", "4"), ("p", ")")]),
    ("train $n \\\n optimizer adamw\nmodels", [
        ("k", "train"), ("nv", "$n"), ("p", "\\"), ("na", "optimizer"), ("no", "adamw"), ("k", "models")]),
    ('print "a $b\\n" # "', [
        ("k", "print"), ("s2", '"a '), ("si", "$b"), ("se", "\\n"), ("s2", '"'), ("c1", '# "')]),
    ('print "open\nmodels', [("k", "print"), ("err", '"'), ("s2", "open"), ("k", "models")]),
    ("qat?", [("k", "qat"), ("o", "?")]),
    ("train a/b", [("k", "train"), ("n", "a"), ("err", "/"), ("n", "b")]),
])
def test_pieces_are_what_the_language_says(lexer, text, expected):
    assert tokens(lexer, text) == expected


def test_any_text_has_a_reading(lexer):
    """Seeded programs of pieces that can stand anywhere, also where they make no sense."""
    pieces = [
        "train", "qat", "model", "teacher", "resnet18", "NKD", "conv", "kd", "layer1.*", "a.", "-", "->", "1e-4", "3x",
        "1.2.3", "20%", "=", ">", ",", ":", "(", ")", "[", "]", '"', "\\", "\n", "\r\n", "\r", " ", "\t", "\u00a0", "#",
        "$", "$a", "$$", "?", ";", "é", "e\u0301", "日本", "😀", "\0", "\u2028", "\ufeff", '"a\\"b"', '"a\\\nb"']
    chance = random.Random(13)
    for _ in range(3000):
        tokens(lexer, "".join(chance.choice(pieces) for _ in range(chance.randrange(40))))


@pytest.mark.parametrize("value, expected", [
    (3, "3"), (-2, "-2"), (0.5, "0.5"), (1e-5, "1e-05"), (True, "true"), (False, "false"), ("adamw", "adamw"),
    ("resnet18", "resnet18"), ("NKD", "NKD"), ("20%", "20%"), ("histogram", '"histogram"'), ("teacher", '"teacher"'),
    ("a b", '"a b"'), ('say "x"\\', '"say \\"x\\"\\\\"'), ("two\nlines", '"two\\nlines"'), ('"mnist"', '"mnist"'),
    ('"a" b"', '"\\"a\\" b\\""'), ("", '""'),
])
def test_values_are_written_as_the_language_has_them(parameters, value, expected):
    assert parameters.literal("name", value) == expected


@pytest.mark.parametrize("value, problem", [
    (None, "can't be None"), ([1], "can't be a list"), ({"a": 1}, "can't be a dict"), (math.nan, "can't be nan"),
    (math.inf, "can't be inf"), (1j, "can't be 1j"), ("a\0b", "control character"),
])
def test_what_has_no_form_is_refused(parameters, value, problem):
    with pytest.raises(parameters.ParameterError, match=problem):
        parameters.literal("name", value)


@pytest.mark.parametrize("name", ["", "1a", "a-b", "é", "a b", "_a"])
def test_a_name_that_no_cell_can_use_is_refused(parameters, name):
    with pytest.raises(parameters.ParameterError, match="can't name a parameter"):
        parameters.literal(name, 1)


def test_texts_arrive_as_they_were_given(parameters, qatlab, tmp_path):
    """Seeded texts through a cell of parameters, printed by the program."""
    chance = random.Random(7)
    signs = 'ab"\\\n\t$%#,()=é日😀 n'
    texts = ["".join(chance.choice(signs) for _ in range(chance.randrange(1, 12))) for _ in range(200)]
    given = {f"p{index}": text for index, text in enumerate(texts) if not text.startswith('"')}
    cells = [parameters.Translator.codify(given), *(f'print "<${name}>"' for name in given)]
    nbformat.write(notebook(cells), tmp_path / "texts.ipynb")
    ended = qatlab("run", "--json", "texts.ipynb")
    assert ended.returncode == 0, ended.stderr
    printed = [json.loads(line)["outputs"] for line in ended.stdout.splitlines()]
    assert [outputs[0]["text"] for outputs in printed if outputs] == [f"<{text}>" for text in given.values()]


def test_papermill_gives_parameters_other_values(site, qatlab, tmp_path):
    """The command as a user types it; its notebook has colours on a page, and runs in the program too."""
    environment = {**install(tmp_path), "PYTHONPATH": str(site)}
    nbformat.write(notebook([
        "limit = 512  # images\nnet = mlp\nrule = adam", "data shapes limit $limit test 64 size 12",
        "teacher = train $net epochs 1 batch 32 optimizer $rule", 'print "$net saw $limit images under $rule"',
    ]), tmp_path / "lesson.ipynb")

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True,
            timeout=300)

    ended = run("papermill", "lesson.ipynb", "out.ipynb", "-p", "limit", "128", "-p", "net", "qatcnn", "-p", "rule",
                "adamw")
    assert ended.returncode == 0, ended.stderr
    done = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    nbformat.validate(done)
    assert done.cells[1].metadata.tags == ["injected-parameters"]
    assert done.cells[1].source == "# Parameters\nlimit = 128\nnet = qatcnn\nrule = adamw\n"
    assert done.cells[-1].outputs[0].text == "qatcnn saw 128 images under adamw\n"
    assert "qatcnn saw 128 images under adamw" in qatlab("run", "out.ipynb").stdout

    told = run("papermill", "--help-notebook", "lesson.ipynb")
    assert "limit: int (default 512)" in told.stdout and "images" in told.stdout
    refused = run("papermill", "lesson.ipynb", "none.ipynb", "-y", "limit: [1, 2]")
    assert refused.returncode != 0 and "can't be a list" in refused.stderr

    page = run("nbconvert", "--to", "html", "out.ipynb")
    assert page.returncode == 0, page.stderr
    html = (tmp_path / "out.html").read_text()
    assert '<span class="k">train</span>' in html and '<span class="na">epochs</span>' in html
    assert '<span class="nv">$limit</span>' in html and '<span class="si">$net</span>' in html
    assert 'class="err"' not in html
