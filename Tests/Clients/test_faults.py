"""A disk that fails, once or from some moment on: a clear message, the session as it was, and the process goes on.

QATLAB_FAULTS sets how many calls of each kind are tried (make check-crashes tries all); without it a few are.
"""

import os
import random
import shutil
import subprocess

import pytest

import faults
from conftest import PROGRAM
from sessions import CALM, PREPARATION, State, check_files, column, found, lines

TRIED = int(os.environ.get("QATLAB_FAULTS", "2"))

CELLS = [
    "set seed 5", "m1 = train tiny epochs 1 batch 20", "qat q1 from m1 epochs 1 batch 20", "forget m1", "set seed 6"]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    built = faults.build(tmp_path_factory.mktemp("faults"))
    if built is None:
        pytest.skip("there is no C compiler")
    return built


class Bench:
    """A session with data and a network, which each fault gets a copy of."""

    def __init__(self, folder, environment, library):
        self.folder, self.environment = folder, environment
        self.disk = folder / "disk"
        self.calls = faults.Calls(library, self.disk, folder / "count")
        self.pristine = folder / "pristine"
        self.run(self.pristine, PREPARATION)
        # Each cell may fail, so that those after it show whether the process goes on.
        cells = [f'# %% tags=["raises-exception"]\n{cell}' for cell in CELLS] + ["# %%\nmodels"]
        (folder / "cells.qat").write_text("\n".join(cells) + "\n")

    def run(self, session, cells):
        process = subprocess.run(
            [PROGRAM, "--session", session, "--json", "-c", "\n".join(cells)], cwd=self.folder,
            env=self.environment, capture_output=True, text=True, timeout=120)
        assert process.returncode == 0, process.stdout + process.stderr

    def notebook(self, faulty):
        shutil.rmtree(self.disk, ignore_errors=True)
        self.disk.mkdir()
        shutil.copytree(self.pristine, self.disk / "session")
        return subprocess.run(
            [PROGRAM, "run", "cells.qat", "--json", "--session", self.disk / "session"], cwd=self.folder,
            env={**self.environment, **faulty}, capture_output=True, text=True, timeout=120)

    def check(self, process, fault):
        """Each cell did all that it does or nothing, a cell that failed says why, and the last one ran."""
        assert process.returncode >= 0, f"{fault}: died of signal {-process.returncode}\n{process.stderr}"
        records = lines(process)
        if len(records) == 1 and records[0]["cell"] == 0:
            # The session can't be opened at all, and that is said.
            assert len(records[0]["diagnostics"][0]["message"]) > 20, fault
            states = [State()]
        else:
            assert len(records) == len(CELLS) + 1, fault
            states = {State()}
            for record, cell in zip(records, CELLS):
                changed = {self.after(state, cell) for state in states}
                if record["status"] == "ok":
                    states = changed
                else:
                    assert record["diagnostics"], fault
                    # Of a write that fails at its very end nobody knows whether the disk has it.
                    states |= changed
            assert records[-1]["status"] == "ok", f"{fault}: {records[-1]}"
            told = State(models=column(records[-1]))
            assert any(state.models == told.models for state in states), f"{fault}: {told}, not one of {states}"
        state = found(self.folder, self.disk / "session", self.environment)
        assert state in states, f"{fault}: {state} is not one of {states}"
        check_files(self.disk / "session")

    @staticmethod
    def after(state, cell):
        """What a cell makes of a state; a cell that needs what isn't there makes nothing."""
        words = cell.split()
        if words[:2] == ["set", "seed"]:
            return State(words[2], state.models)
        if words[0] == "forget":
            return State(state.seed, state.models - {words[1]})
        if words[0] == "qat":
            return State(state.seed, state.models | {words[1]}) if words[3] in state.models else state
        return State(state.seed, state.models | {words[0]})


@pytest.fixture(scope="module")
def bench(tmp_path_factory, library):
    folder = tmp_path_factory.mktemp("bench").resolve()
    environment = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return Bench(folder, {**environment, **CALM, "HOME": str(folder), "LANG": "C.UTF-8"}, library)


@pytest.mark.parametrize("how", ["fail", "on", "short"])
@pytest.mark.parametrize("kind", ["write", "sync", "rename", "open", "truncate", "make"])
def test_a_call_that_fails_costs_at_most_its_cell(bench, kind, how):
    if how == "short" and kind != "write":
        pytest.skip("only writes can be short")
    assert bench.notebook(bench.calls.environment([kind])).returncode == 0
    count = bench.calls.count
    chosen = range(1, count + 1)
    if count > TRIED:
        chosen = sorted(random.Random(f"{kind} {how}").sample(chosen, TRIED))
    error = 5 if kind == "sync" else 28
    for at in chosen:
        fault = f"{kind} {at} of {count}, {how}"
        bench.check(bench.notebook(bench.calls.environment([kind], at, how, error)), fault)


def test_a_full_disk_lets_a_session_be_read(bench):
    """Every write fails from the first on: the session opens for reading and says why nothing can be changed."""
    shutil.rmtree(bench.disk, ignore_errors=True)
    bench.disk.mkdir()
    shutil.copytree(bench.pristine, bench.disk / "session")
    bench.run(bench.disk / "session", ["m1 = train tiny epochs 1 batch 20"])
    faulty = bench.calls.environment(["write", "truncate", "allocate", "make"], 1, "on")
    process = subprocess.run(
        [PROGRAM, "--session", bench.disk / "session", "--json"], cwd=bench.folder,
        env={**bench.environment, **faulty}, input="models\nevaluate m1\nset seed 7\n", capture_output=True,
        text=True, timeout=120)
    records = lines(process)
    assert [record["status"] for record in records] == ["ok", "ok", "error"], process.stdout + process.stderr
    assert column(records[0]) == ["m1"]
    assert "reading only" in process.stderr and "make room" in process.stderr
    assert records[2]["diagnostics"][0]["id"] == "read-only"


@pytest.mark.parametrize("killed", [False, True])
def test_where_no_file_may_grow_a_session_is_read(tmp_path, environment, qatlab, killed):
    """A file-size limit of nothing, for whoever runs the tests; also with a log that a killed process has left."""
    assert qatlab("--session", "s", input="\n".join(PREPARATION) + "\nm1 = train tiny epochs 1\n").returncode == 0
    if killed:
        process = subprocess.Popen(
            [PROGRAM, "--session", "s", "--json"], cwd=tmp_path, env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        process.stdin.write(b"set seed 7\n")
        process.stdin.flush()
        assert b'"ok"' in process.stdout.readline()
        process.kill()
        process.wait()
        assert (tmp_path / "s" / "store.db-wal").stat().st_size > 0
    process = subprocess.run(
        ["sh", "-c", 'ulimit -f 0; exec "$0" --session s --json', PROGRAM], cwd=tmp_path, env=environment,
        input="models\nset\nset seed 8\n", capture_output=True, text=True, timeout=120)
    records = lines(process)
    assert [record["status"] for record in records] == ["ok", "ok", "error"], process.stdout + process.stderr
    assert column(records[0]) == ["m1"]
    if killed:
        assert "7" in column(records[1], 1)
    assert "reading only" in process.stderr
    # With room it goes on.
    assert qatlab("--session", "s", input="set seed 8\n").returncode == 0
