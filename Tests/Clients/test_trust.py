"""Replays that mean what they say, runs that end early, and sessions that are written down."""

import json
import os
import signal
import subprocess

import nbformat
import pexpect
import pytest

from conftest import PROGRAM

WORDS = """\
# %% id="data"
data shapes limit 64 test 32 size 12

# %% id="network"
model tiny = conv(4, 3) > relu > fc(10)

# %% id="term"
explain scale

# %% id="slip" tags=["raises-exception"]
evaluate techer
"""


def written(tmp_path, qatlab, text=WORDS):
    (tmp_path / "a.qat").write_text(text, encoding="utf-8")
    assert qatlab("convert", "a.qat", "a.ipynb").returncode == 0
    assert qatlab("run", "--in-place", "a.ipynb").returncode == 0
    return tmp_path / "a.ipynb"


def verdicts(qatlab, *arguments):
    process = qatlab("replay", "--json", *arguments, "a.ipynb")
    return [json.loads(line).get("verdict") for line in process.stdout.splitlines()][:-1]


def test_outputs_that_were_cleared_or_whose_record_is_gone_are_found(tmp_path, qatlab):
    path = written(tmp_path, qatlab)
    text = path.read_text()
    for index in range(4):
        for change in ("outputs", "record"):
            notebook = json.loads(text)
            if change == "outputs":
                notebook["cells"][index]["outputs"] = []
            else:
                del notebook["cells"][index]["metadata"]["qatlab"]
            path.write_text(json.dumps(notebook))
            expected = ["different" if cell == index else "same" for cell in range(4)]
            assert verdicts(qatlab) == expected, change


def test_an_update_writes_the_outputs_of_an_edited_cell_and_no_other_byte(tmp_path, qatlab):
    path = written(tmp_path, qatlab)
    notebook = json.loads(path.read_text())
    notebook["cells"][2]["source"] = ["explain calibration"]
    before = json.dumps(notebook, indent="\t", ensure_ascii=True).replace("\n", "\r\n").encode()
    path.write_bytes(before)
    assert verdicts(qatlab, "--update") == ["same", "same", "different", "same"]
    after = path.read_bytes()
    assert b"\n" not in after.replace(b"\r\n", b"") and after.isascii()
    place = after.index(b'"id": "term"'), before.index(b'"id": "term"')
    first = after.index(b'"metadata"', after.index(b'"data"'))
    assert after[:first] == before[:first]
    cells = json.loads(after)["cells"]
    assert [cell["outputs"] for cell in cells[:2]] == [cell["outputs"] for cell in notebook["cells"][:2]]
    assert "calibration" in json.dumps(cells[2]["outputs"]) and place[0] > 0
    # What stands behind the cell is the same, too.
    end = before[before.index(b'"id": "slip"'):]
    assert after.endswith(end)
    assert verdicts(qatlab) == ["same"] * 4


def test_images_behind_a_path_that_are_others_are_never_the_same(tmp_path, qatlab):
    assert qatlab(input='data shapes limit 24 test 12 size 12\nexport data "images"\n').returncode == 0
    written(tmp_path, qatlab, '# %%\ndata "images" size 12\n# %%\nexplain scale\n')
    assert verdicts(qatlab) == ["same", "same"]
    one, *_, other = sorted((tmp_path / "images" / "train").rglob("*.png"))
    # The same counts and statistics: two pictures change places.
    one.rename(tmp_path / "kept.png")
    other.rename(one)
    (tmp_path / "kept.png").rename(other)
    assert verdicts(qatlab, "--update") == ["different", "same"]
    assert verdicts(qatlab) == ["same", "same"]


@pytest.mark.parametrize("link", ["path", "symbolic", "hard"])
def test_no_report_goes_over_the_notebook(tmp_path, qatlab, link):
    path = written(tmp_path, qatlab)
    before = path.read_bytes()
    report = {"path": "./a.ipynb", "symbolic": "s.xml", "hard": "h.xml"}[link]
    if link == "symbolic":
        os.symlink("a.ipynb", tmp_path / report)
    if link == "hard":
        os.link(path, tmp_path / report)
    process = qatlab("replay", "--json", "--junit", report, "a.ipynb")
    assert process.returncode == 2 and "output-is-input" in process.stdout
    assert path.read_bytes() == before
    if link != "path":
        os.rename(tmp_path / report, tmp_path / "b.qat")
        assert qatlab("convert", "--force", "a.ipynb", "b.qat").returncode == 2
        assert path.read_bytes() == before


LONG = """\
# %% id="a"
data shapes limit 2000 test 64 size 12

# %% id="b"
print "two"

# %% id="c"
long = train qatcnn epochs {epochs}

# %% id="d"
print "four"
"""


@pytest.mark.parametrize("end", ["pipe", signal.SIGINT, signal.SIGTERM])
def test_a_run_that_ends_early_keeps_saved_outputs(tmp_path, qatlab, environment, end):
    path = written(tmp_path, qatlab, LONG.format(epochs=1))
    before = json.loads(path.read_text())["cells"]
    path.write_text(path.read_text().replace("train qatcnn epochs 1", "train qatcnn epochs 5000"))
    process = subprocess.Popen(
        [PROGRAM, "run", "--in-place", "a.ipynb"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL)
    for line in process.stdout:
        if b"epoch 1/5000" in line:
            break
    if end == "pipe":
        process.stdout.close()
    else:
        process.send_signal(end)
        process.stdout.read()
    assert process.wait(60) == 130
    after = json.loads(path.read_text())["cells"]
    nbformat.validate(nbformat.read(path, as_version=4))
    assert [cell["outputs"] for cell in after[2:]] == [cell["outputs"] for cell in before[2:]]
    marks = [cell["metadata"]["qatlab"].get("earlier_run", False) for cell in after]
    assert marks == [False, False, True, True]


class TestThePrompt:
    @pytest.fixture
    def start(self, tmp_path, environment):
        def start():
            return pexpect.spawn(
                str(PROGRAM), cwd=tmp_path, env={**environment, "NO_COLOR": "1"}, encoding="utf-8", timeout=60,
                dimensions=(50, 120))
        return start

    @staticmethod
    def say(prompt, *lines):
        for line in lines:
            prompt.expect_exact("qatlab> ")
            prompt.send(line + "\r")

    def test_what_is_saved_makes_the_session_again(self, start, tmp_path, qatlab):
        prompt = start()
        self.say(
            prompt, "data shapes limit 64 test 32 size 12", "model tiny = conv(4, 3) > relu > fc(10)",
            "teacher = train tiny epochs 1", "train teacher epochs 1", "undo", ":quit")
        prompt.expect(pexpect.EOF)
        # Opened again: what came before is in the store.
        prompt = start()
        self.say(prompt, "baseline = ptq teacher", "recipe baseline", ":save a.qat")
        prompt.expect("wrote 5 cells to a.qat")
        prompt.expect("3 cells are from before")
        self.say(prompt, "long = train tiny epochs 5000")
        prompt.expect("epoch 1/5000")
        prompt.sendintr()
        prompt.expect("interrupted")
        self.say(prompt, "evaluate long", ":save b.qat")
        prompt.expect("long was stopped after")
        self.say(prompt, ":quit")
        prompt.expect(pexpect.EOF)
        cells = [cell.strip() for cell in (tmp_path / "a.qat").read_text().split("# %%\n")[1:]]
        assert cells == [
            "data shapes limit 64 test 32 size 12", "model tiny = conv(4, 3) > relu > fc(10)",
            "teacher = train tiny epochs 1", "baseline = ptq teacher", "recipe baseline"]
        assert qatlab("run", "a.qat").returncode == 0
        assert "# long was stopped after" in (tmp_path / "b.qat").read_text()

    def test_nothing_is_replaced_without_a_yes(self, start, tmp_path):
        (tmp_path / "mine.qat").write_text("# %%\nset seed 3\n# %%\nmodel tiny = fc(10)\n")
        before = (tmp_path / "mine.qat").read_bytes()
        prompt = start()
        self.say(prompt, "model tiny = conv(4, 3) > relu > fc(10)", ":save mine.qat")
        prompt.expect_exact("mine.qat is there: replace it? (y/n) ")
        prompt.send("\r")
        prompt.expect("is left as it is")
        assert (tmp_path / "mine.qat").read_bytes() == before
        self.say(prompt, ":load mine.qat")
        prompt.expect_exact("makes tiny anew, which is saved in no file: run it? (y/n) ")
        prompt.send("n\r")
        prompt.expect("nothing was run")
        self.say(prompt, ":load mine.qat force")
        prompt.expect("tiny: 1 layer")
        self.say(prompt, ":save mine.qat force")
        prompt.expect("wrote 3 cells")
        self.say(prompt, "set seed 5", ":save mine.qat")
        prompt.expect("wrote 4 cells")
        self.say(prompt, ":quit")
        prompt.expect(pexpect.EOF)
