"""A session's folder as programs other than qatlab see it: SQLite's own check, hashes, permissions; and programs of cells
with what each is to leave behind."""

import hashlib
import json
import random
import sqlite3
import subprocess

from conftest import PROGRAM

# What is tried here does not compute much, and many processes share the cores.
CALM = {"OMP_NUM_THREADS": "1"}
PREPARATION = ["data shapes limit 60 test 30 size 8", "model tiny = conv(4, 3) > relu > fc(10)"]


class State:
    """What a session holds after a cell: its seed and the names of its models."""

    def __init__(self, seed="0", models=()):
        self.seed, self.models = seed, frozenset(models)

    def __eq__(self, other):
        return (self.seed, self.models) == (other.seed, other.models)

    def __repr__(self):
        return f"seed {self.seed}, models {sorted(self.models)}"

    def __hash__(self):
        return hash((self.seed, self.models))


def program(seed, count, state=None, tag="", collects=False):
    """Seeded cells with the state behind each; conversions are fewer, for they measure. `collects`: there is `gc`."""
    chance, state, cells, before = random.Random(seed), state or State(), [], []
    for number in range(count):
        kind = lambda letter: sorted(name for name in state.models if name.startswith(letter))
        name = f"{tag}{number}"
        choices = ["seed", "seed", "train", "train"] + ["qat"] * bool(kind("m")) + ["forget"] * bool(state.models)
        choices += ["undo"] * bool(before) + ["gc"] * collects
        if kind("q") and chance.random() < 0.05:
            choices = ["convert"]
        what = chance.choice(choices)
        if what not in ("undo", "gc"):
            before.append(state)
        if what == "gc":
            cell = "gc"
        elif what == "undo":
            cell, state = "undo", before.pop()
        elif what == "seed":
            value = str(chance.randrange(1, 10**6))
            cell, state = f"set seed {value}", State(value, state.models)
        elif what == "train":
            cell, state = f"m{name} = train tiny epochs 2 batch 20", State(state.seed, state.models | {f"m{name}"})
        elif what == "qat":
            start = chance.choice(kind("m"))
            cell = f"qat q{name} from {start} epochs 2 batch 20"
            state = State(state.seed, state.models | {f"q{name}"})
        elif what == "convert":
            cell = f"c{name} = convert {chance.choice(kind('q'))}"
            state = State(state.seed, state.models | {f"c{name}"})
        else:
            gone = chance.choice(sorted(state.models))
            cell, state = f"forget {gone}", State(state.seed, state.models - {gone})
        cells.append((cell, state))
    return cells


def column(record, number=0):
    """The texts of a column of a cell's first table; none where it has none."""
    tables = [output for output in record["outputs"] if output["type"] == "table"]
    return [row[number] for row in tables[0]["rows"]] if tables else []


def lines(process):
    return [json.loads(line) for line in process.stdout.splitlines()]


def found(folder, session, environment, program=PROGRAM):
    """The state of a session as qatlab tells it; nothing may be wrong with it."""
    process = subprocess.run(
        [program, "--session", str(session), "--json", "-c", "models\nset"], cwd=folder, env={**environment, **CALM},
        capture_output=True, text=True, timeout=120)
    assert process.returncode == 0, process.stdout + process.stderr
    assert "warning" not in process.stderr and "error" not in process.stderr, process.stderr
    models, settings = lines(process)
    values = dict(zip(column(settings), column(settings, 1)))
    return State(values["seed"].replace(",", ""), column(models))


def check_files(session):
    """What SQLite and SHA-256 say of a session that nobody has open."""
    database = sqlite3.connect(session / "store.db")
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    named = {row[0] for row in database.execute("SELECT object FROM model_version")}
    database.close()
    for name in named:
        file = session / "objects" / f"{name}.safetensors"
        assert hashlib.sha256(file.read_bytes()).hexdigest() == name


def check_modes(session):
    """Nobody else may read any of it."""
    for path in [session, *session.rglob("*")]:
        assert path.stat().st_mode & 0o77 == 0, path
