"""The reference: what the program says of itself, and the files in docs/ that hold it."""

import re
import shutil
import subprocess

import pytest

from conftest import PROGRAM, ROOT


@pytest.mark.parametrize("option, file", [("--markdown", "reference.md"), ("--man", "qatlab.1")])
def test_the_files_in_docs_are_what_the_program_writes(qatlab, option, file):
    ended = qatlab("help", option)
    assert ended.returncode == 0 and ended.stderr == ""
    assert ended.stdout == (ROOT / "docs" / file).read_text(encoding="utf-8"), "run make reference"


def test_every_option_of_the_program_is_in_the_reference(qatlab):
    page = qatlab("help", "--markdown").stdout
    for command in ("run", "replay", "convert", "kernel install", "bench", "help"):
        assert f"\n### qatlab {command}\n" in page
        for option in re.findall(r"^  (?:-\w, )?(--[a-z-]+)", qatlab(*command.split(), "--help").stdout, re.M):
            assert option in page, (command, option)


def test_every_variable_that_is_read_is_in_the_reference(qatlab):
    page = qatlab("help", "--markdown").stdout
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "Sources").rglob("*.[sc]*") if path.suffix in (".swift", ".c")]
    read = {name for text in sources
            for name in re.findall(r"(?:environment|environmentVariable|getenv|named)\(\"([A-Z][A-Z_]+)\"\)", text)}
    assert {"NO_COLOR", "QATLAB_PAGER", "HOME"} <= read
    for name in read:
        assert re.search(rf"\| `[^`]*\b{name}\b[^`]*` \|", page), name


@pytest.mark.parametrize("words, shown", [
    ((), "USAGE: qatlab"), (("run",), "USAGE: qatlab run"), (("kernel", "install"), "USAGE: qatlab kernel install"),
    (("qat",), "qat: train with quantization in the loop"), (("losses",), "DecoupledKD"),
])
def test_help_tells_of_the_program_and_of_the_language(qatlab, words, shown):
    ended = qatlab("help", *words)
    assert ended.returncode == 0 and shown in ended.stdout


def test_help_refuses_what_it_does_not_know(qatlab):
    ended = qatlab("help", "trian")
    assert ended.returncode == 2 and "trian" in ended.stderr and '"train"' in ended.stderr
    assert qatlab("help", "--man", "--markdown").returncode == 2


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff isn't installed")
def test_the_manual_is_set_without_a_warning():
    manual = subprocess.run([PROGRAM, "help", "--man"], capture_output=True, check=True).stdout
    ended = subprocess.run(["groff", "-k", "-man", "-ww", "-Tutf8"], input=manual, capture_output=True)
    assert ended.returncode == 0 and ended.stderr == b""
