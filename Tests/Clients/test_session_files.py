"""A session's folder in the hands of a person: parts of it removed, replaced, copied and packed."""

import json
import os
import shutil
import subprocess
import tarfile

import pytest

from conftest import PROGRAM
from sessions import PREPARATION, check_files, check_modes, column, lines

CELLS = "\n".join([*PREPARATION, "set seed 5", "t = train tiny epochs 1 batch 20"]) + "\n"


@pytest.fixture
def session(tmp_path, qatlab):
    assert qatlab("--session", "session", input=CELLS).returncode == 0
    return tmp_path / "session"


class Open:
    """A process that has the session open and runs cells when it is told to."""

    def __init__(self, folder, environment):
        self.process = subprocess.Popen(
            [PROGRAM, "--session", "session", "--json"], cwd=folder, env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, cell):
        self.process.stdin.write(cell + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        return self.process.wait(60)


def test_what_is_missing_is_not_taken_for_an_empty_session(session, qatlab):
    (session / "store.db").rename(session / "kept")
    process = qatlab("--session", "session", input="models\nset seed 6\n")
    assert process.returncode == 1
    assert "store.db is missing" in process.stderr and "--session" in process.stderr
    assert not (session / "store.db").exists()
    (session / "kept").rename(session / "store.db")
    process = qatlab("--session", "session", "--json", input="models\n")
    assert process.returncode == 0 and column(lines(process)[0]) == ["t"]


def test_a_log_that_was_removed_is_missed(tmp_path, environment, qatlab):
    opened = Open(tmp_path, environment)
    for cell in CELLS.splitlines():
        assert opened.run(cell)["status"] == "ok"
    opened.process.kill()
    opened.process.wait()
    session = tmp_path / "session"
    log = (session / "store.db-wal").read_bytes()
    (session / "store.db-wal").unlink()
    (session / "store.db-shm").unlink()
    process = qatlab("--session", "session", input="models\n")
    assert process.returncode == 1 and "store.db-wal is missing" in process.stderr, process.stderr
    (session / "store.db-wal").write_bytes(log)
    process = qatlab("--session", "session", "--json", input="models\n")
    assert process.returncode == 0 and column(lines(process)[0]) == ["t"], process.stderr


@pytest.mark.parametrize("what", ["moved", "replaced", "database", "lock"])
def test_a_folder_that_changes_during_a_cell_is_not_said_to_be_kept(session, tmp_path, environment, qatlab, what):
    opened = Open(tmp_path, environment)
    assert opened.run("set seed 6")["status"] == "ok"
    away = tmp_path / "away"
    if what in ("moved", "replaced"):
        session.rename(away)
    elif what == "database":
        (session / "store.db").rename(away)
    else:
        (session / "lock").unlink()
        (session / "lock").write_text("77\n")
    if what == "replaced":
        shutil.copytree(away, session)
    record = opened.run("u = train tiny epochs 1 batch 20")
    assert record["status"] == "error", record
    assert record["diagnostics"][-1]["message"].count("session"), record
    opened.end()


def test_a_removed_lock_lets_no_second_writer_in(session, tmp_path, environment, qatlab):
    opened = Open(tmp_path, environment)
    assert opened.run("set seed 6")["status"] == "ok"
    (session / "lock").unlink()
    process = qatlab("--session", "session", input="set seed 7\n")
    assert process.returncode == 1 and "reading only" in process.stderr
    assert opened.run("set seed 8")["status"] == "ok"
    assert opened.end() == 0
    process = qatlab("--session", "session", "--json", input="set\n")
    assert column(lines(process)[0], 1)[0] == "8"


def test_an_open_session_is_packed_and_opens_where_it_is_unpacked(session, tmp_path, environment, qatlab):
    opened = Open(tmp_path, environment)
    assert opened.run('export session "packed.tar"')["status"] == "ok"
    # A second process, which reads, packs it too.
    assert qatlab("--session", "session", input='export session "other.tar"\n').returncode == 0
    assert opened.run("set seed 9")["status"] == "ok"
    for name in ("packed", "other"):
        with tarfile.open(tmp_path / f"{name}.tar") as archive:
            members = archive.getmembers()
            assert all(member.name.split("/")[0] == name and not member.name.startswith("/") for member in members)
            assert all(member.mode & 0o77 == 0 for member in members)
            archive.extractall(tmp_path, filter="data")
        process = qatlab("--session", name, "--json", input="models\nset\nevaluate t\n")
        assert process.returncode == 0, process.stdout + process.stderr
        assert "warning" not in process.stderr
        models, settings, _ = lines(process)
        assert column(models) == ["t"] and column(settings, 1)[0] == "5"
        check_files(tmp_path / name)
        check_modes(tmp_path / name)
    assert os.stat(tmp_path / "packed.tar").st_mode & 0o77 == 0
    assert opened.end() == 0


def test_a_copy_of_an_open_session_opens(session, tmp_path, environment, qatlab):
    opened = Open(tmp_path, environment)
    assert opened.run("u = train tiny epochs 1 batch 20")["status"] == "ok"
    shutil.copytree(session, tmp_path / "copy")
    process = qatlab("--session", "copy", "--json", input="models\nset seed 8\n")
    assert process.returncode == 0 and column(lines(process)[0]) == ["t", "u"], process.stderr
    assert "warning" not in process.stderr
    assert opened.run("set seed 9")["status"] == "ok"
    assert opened.end() == 0


def test_a_session_that_everyone_could_read_is_its_owners_when_it_opens(session, qatlab):
    for path in [session, *session.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    (session / "objects" / "identity").unlink()
    assert qatlab("--session", "session", input="models\n").returncode == 0
    check_modes(session)
