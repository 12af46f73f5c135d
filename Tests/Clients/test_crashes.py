"""Sessions whose process is killed at any moment, and whose power is cut: what was printed as done is there.

QATLAB_CRASHES sets how many processes are killed in all (make check-crashes); QATLAB_SEED another series of them.
"""

import json
import os
import random
import signal
import subprocess
import threading
import time

import pexpect
import pytest

import faults
from conftest import PROGRAM
from sessions import CALM, PREPARATION, State, check_files, check_modes, found, program

CRASHES = int(os.environ.get("QATLAB_CRASHES", "40"))
SEED = int(os.environ.get("QATLAB_SEED", "1"))


class Killed:
    """Runs cells from a pipe and kills the process after a while; tells which cells were acknowledged."""

    def __init__(self, cells, folder, environment, session="session"):
        self.acknowledged, self.failed = 0, None
        self.process = subprocess.Popen(
            [PROGRAM, "--session", session, "--json"], cwd=folder, env={**environment, **CALM}, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.reader = threading.Thread(target=self._read)
        self.reader.start()
        self.process.stdin.write("".join(cell + "\n" for cell in cells).encode())
        self.process.stdin.close()

    def _read(self):
        for line in self.process.stdout:
            if not line.endswith(b"\n"):
                break
            record = json.loads(line)
            if record["status"] != "ok":
                self.failed = record
            else:
                self.acknowledged += 1

    def kill(self, seconds):
        time.sleep(seconds)
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.reader.join()
        assert self.failed is None, self.failed
        return self.acknowledged


def seconds_of(cells, folder, environment):
    begin = time.monotonic()
    run = Killed([*PREPARATION, *cells], folder, environment, session="measured")
    run.process.wait()
    run.reader.join()
    assert run.failed is None, run.failed
    return time.monotonic() - begin


def possible(states, acknowledged):
    """The cell that ran may have been kept without having been told."""
    return states[acknowledged:acknowledged + 2]


def test_what_was_acknowledged_outlives_a_kill(tmp_path, environment, qatlab):
    """One session after another is killed ten times, and goes on each time from what it was found with."""
    chance = random.Random(SEED)
    rounds = max(1, CRASHES * 3 // 4)
    collects = qatlab("--session", "none", "-c", "help gc").returncode == 0
    duration = None
    session, state = None, State()
    for number in range(rounds):
        if number % 10 == 0:
            session, state = tmp_path / f"session{number}", State()
        cells = program(f"{SEED} {number}", 10, state, f"r{number}x", collects)
        if duration is None:
            duration = seconds_of([cell for cell, _ in cells], tmp_path, environment)
        run = Killed([*PREPARATION, *(cell for cell, _ in cells)], tmp_path, environment, session=session.name)
        done = run.kill(chance.uniform(0, duration))
        states = [state] * (len(PREPARATION) + 1) + [after for _, after in cells]
        if not session.exists():
            continue
        state = found(tmp_path, session, environment)
        assert state in possible(states, done), f"round {number}: {done} cells were acknowledged"
        check_files(session)
        check_modes(session)
        temporaries = [path for path in session.rglob("*") if "qatlab-tmp" in path.name]
        assert temporaries == []


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    built = faults.build(tmp_path_factory.mktemp("faults"))
    if built is None:
        pytest.skip("there is no C compiler")
    return built


def test_what_was_acknowledged_outlives_a_power_cut(tmp_path, environment, library):
    """Nothing survives but what was synchronised: files' bytes by fsync, names by fsync of their folder."""
    chance = random.Random(SEED + 1)
    duration = None
    for number in range(max(1, CRASHES // 5)):
        folder = tmp_path / f"disk{number}"
        folder.mkdir()
        disk = faults.Disk(library, folder, tmp_path / f"shadow{number}")
        cells = program(f"{SEED} power {number}", 8)
        if duration is None:
            duration = seconds_of([cell for cell, _ in cells], tmp_path, environment)
        run = Killed([*PREPARATION, *(cell for cell, _ in cells)], folder, {**environment, **disk.environment})
        done = run.kill(chance.uniform(0.1, 1.2) * duration)
        after = tmp_path / f"after{number}"
        disk.after_power_cut(after)
        states = [State()] * (len(PREPARATION) + 1) + [state for _, state in cells]
        if not (after / "session" / "store.db").exists():
            assert done == 0
            continue
        state = found(after, after / "session", environment)
        assert state in possible(states, done), f"round {number}: {done} cells were acknowledged"
        check_files(after / "session")


def test_a_notebook_that_is_written_when_the_process_is_killed_is_whole(tmp_path, environment, qatlab):
    """`run --in-place` and `replay --update`: the file is what it was or what it becomes."""
    chance = random.Random(SEED + 2)
    (tmp_path / "a.qat").write_text("# %%\n" + "\n# %%\n".join([*PREPARATION, "t = train tiny epochs 2 batch 20"]))
    assert qatlab("convert", "a.qat", "a.ipynb").returncode == 0
    path = tmp_path / "a.ipynb"
    for number in range(max(1, CRASHES // 10)):
        command = ["run", "--in-place"] if number % 2 else ["replay", "--update"]
        process = subprocess.Popen(
            [PROGRAM, *command, "a.ipynb"], cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0, 0.6))
        process.kill()
        process.wait()
        notebook = json.loads(path.read_text())
        assert [cell["source"] for cell in notebook["cells"]][-1:] == [["t = train tiny epochs 2 batch 20"]]


def test_a_file_that_is_saved_when_the_prompt_is_killed_is_whole(tmp_path, environment):
    """`:save`, again and again, over a file that was there."""
    chance = random.Random(SEED + 3)
    path = tmp_path / "kept.qat"
    path.write_text("# %%\nset seed 1\n")
    for number in range(max(1, CRASHES // 20)):
        prompt = pexpect.spawn(
            str(PROGRAM), ["--session", f"s{number}"], cwd=tmp_path, env={**environment, "NO_COLOR": "1"},
            encoding="utf-8", timeout=60, dimensions=(40, 120))
        prompt.expect_exact("qatlab> ")
        # No more than a terminal takes in while nobody reads it.
        for value in range(20):
            prompt.send(f"set seed {value}\r:save kept.qat force\r")
        time.sleep(chance.uniform(0, 0.8))
        prompt.kill(signal.SIGKILL)
        prompt.wait()
        text = path.read_text()
        assert text.startswith("# %%\n") and text.endswith("\n")
        assert all(line.startswith(("# %%", "set seed ")) or not line for line in text.splitlines()), text
