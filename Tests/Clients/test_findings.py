"""Findings of runs as other programs see them, and what a full disk is told before."""

import json
import os
import resource
import subprocess

from conftest import PROGRAM


def run(folder, cells, *arguments, **options):
    (folder / "cells.qat").write_text("\n".join("# %%\n" + cell for cell in cells))
    done = subprocess.run(
        [str(PROGRAM), "run", *arguments, "--json", "cells.qat"], cwd=folder, capture_output=True, text=True,
        timeout=300, **options)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_findings_stand_beside_diagnostics(tmp_path):
    code, cells = run(tmp_path, [
        "data shapes limit 33 test 20",
        "model m = conv(8,3) > bn > relu > fc(16) > bn > relu > fc(10)",
        "t = train m epochs 1 batch 1"])
    assert code == 0
    (finding, *_) = cells[2]["findings"]
    assert finding["id"] == "batch-norm-on-one-value" and finding["severity"] == "warning"
    assert finding["cell"] == "t = train m epochs 1 batch 32"
    assert finding["figure"] == {"name": "batch", "value": 1}
    assert finding["line"] == 1 and finding["column"] > 1 and finding["cause"]
    assert any(one["id"] == finding["id"] for one in cells[2]["diagnostics"])
    assert any(one["type"] == "finding" for one in cells[2]["outputs"])
    assert "findings" not in cells[0]


def test_a_full_disk_is_told_before_anything_is_forgotten(tmp_path):
    session = ["--session", "session"]
    code, _ = run(tmp_path, [
        "data shapes limit 64 test 16 size 12\nmodel tiny = conv(4) > relu > fc(10)\nt = train tiny epochs 1"],
        *session)
    assert code == 0

    def full():
        # The write-ahead log can't grow: nothing can be written down.
        size = os.path.getsize(tmp_path / "session" / "store.db")
        resource.setrlimit(resource.RLIMIT_FSIZE, (min(size, 4096), min(size, 4096)))

    code, cells = run(tmp_path, ["forget t"], *session, preexec_fn=full)
    said = json.dumps(cells)
    assert code != 0 and "is forgotten" not in said
    code, cells = run(tmp_path, ["forget t"], *session)
    assert code == 0 and "t is forgotten" in json.dumps(cells)
