"""What every test from outside needs: the built program, a folder of its own, and a calm environment."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".build" / "release" / "qatlab"


@pytest.fixture
def environment(tmp_path):
    """The environment of a user in UTF-8 whose own settings are out of reach."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "HOME": str(tmp_path), "LANG": "C.UTF-8", "TERM": "xterm-256color"}


@pytest.fixture
def qatlab(tmp_path, environment):
    """Runs the program to its end: `qatlab("run", "a.qat", input="…")` gives the completed process."""

    def run(*arguments, input="", env=(), timeout=300):
        return subprocess.run(
            [PROGRAM, *map(str, arguments)], cwd=tmp_path, env={**environment, **dict(env)}, input=input,
            capture_output=True, text=True, timeout=timeout)

    return run
