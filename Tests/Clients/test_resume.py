"""Runs that lose their terminal, seen from outside."""

import json
import pathlib

from prompt import Prompt

BEGINNING = "data shapes limit 2000 test 128 size 12\nmodel tiny = conv(8, 3) > bn > relu > pool(2) > fc(10)\n"


def weights(folder):
    """Hashes of all weights that a session keeps, which are the names of their files."""
    return {path.name for path in (folder / ".qatlab" / "objects").iterdir()}


def curves(qatlab):
    cell = json.loads(qatlab("--json", "-c", "show run").stdout.splitlines()[-1])
    return [output for output in cell["outputs"] if "points" in json.dumps(output)]


def test_a_closed_terminal_leaves_a_run_that_goes_on_to_the_same_bits(tmp_path, environment, qatlab):
    whole = pathlib.Path(tmp_path / "whole")
    whole.mkdir()
    cell = "t = train tiny epochs 40 batch 4"
    prompt = Prompt(tmp_path, {**environment, "QATLAB_PAGER": ""}).ready()
    for line in BEGINNING.splitlines():
        prompt.run(line)
    prompt.type(cell, "<enter>")
    prompt.see("epoch 2/40")
    # The terminal is gone: the kernel tells the program so, and nothing that it says arrives any more.
    prompt.child.close(force=False)
    prompt.child.wait() if prompt.child.isalive() else None
    listed = qatlab("-c", "runs").stdout
    assert "interrupted" in listed and "resume goes on with it: " + cell in listed
    resumed = qatlab("-c", "resume")
    assert resumed.returncode == 0 and "goes on after step" in resumed.stdout, resumed.stderr
    found = curves(qatlab)
    assert qatlab("--session", whole / ".qatlab", "-c", BEGINNING + cell).returncode == 0
    assert weights(whole) <= weights(tmp_path)
    assert len(found) == 1 and len(json.dumps(found)) > 1000
