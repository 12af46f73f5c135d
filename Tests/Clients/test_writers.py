"""Several processes on one session: one writes, the others read and say why they may not; none waits in vain, and no
write is lost.

QATLAB_WRITES sets how many cells each process runs (make check-writers).
"""

import json
import os
import sqlite3
import subprocess
import threading

import pytest

from conftest import PROGRAM
from kernels import running
from sessions import check_files, column, lines

WRITES = int(os.environ.get("QATLAB_WRITES", "200"))
BUSY = ("busy", "locked", "SQLite")


class Client:
    """A process that runs cells one at a time, as they are given to it."""

    def __init__(self, folder, environment):
        self.process = subprocess.Popen(
            [PROGRAM, "run", "-", "--json", "--session", "session"], cwd=folder, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, cells, keeps_going=False):
        """All cells as a notebook; those that may fail don't end it."""
        tag = ' tags=["raises-exception"]' if keeps_going else ""
        self.process.stdin.write("".join(f"# %%{tag}\n{cell}\n" for cell in cells))
        self.process.stdin.close()
        self.process.stdin = None

    def records(self):
        output, self.errors = self.process.communicate(timeout=3600)
        return [json.loads(line) for line in output.splitlines()]


def commits(session):
    database = sqlite3.connect(session / "store.db")
    try:
        return database.execute("SELECT commits FROM session_identity").fetchone()[0]
    finally:
        database.close()


def told(record):
    return " ".join(diagnostic["message"] for diagnostic in record.get("diagnostics", []))


def test_beside_a_writer_others_read_and_nothing_is_lost(tmp_path, environment, qatlab):
    """A prompt that writes, one that tries to, one that looks, and a program that reads the database by itself."""
    assert qatlab("--session", "session", input="set seed 1\nmodel tiny = fc(10)\n").returncode == 0
    before = commits(tmp_path / "session")
    writer = subprocess.Popen(
        [PROGRAM, "--session", "session", "--json"], cwd=tmp_path, env=environment, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    writer.stdin.write("set seed 2\n")
    writer.stdin.flush()
    assert json.loads(writer.stdout.readline())["status"] == "ok"
    other, reader = Client(tmp_path, environment), Client(tmp_path, environment)
    other.run([f"set seed {number}" for number in range(WRITES)], keeps_going=True)
    reader.run(["set" if number % 2 else "models" for number in range(WRITES)])
    answers = []

    def answer():
        for line in writer.stdout:
            answers.append(json.loads(line))

    listening = threading.Thread(target=answer)
    listening.start()
    looking = threading.Event()
    problems = []

    def look():
        while not looking.is_set():
            database = sqlite3.connect(f"file:{tmp_path}/session/store.db?mode=ro", uri=True, timeout=5)
            try:
                database.execute("SELECT count(*) FROM setting").fetchone()
            except sqlite3.Error as error:
                problems.append(str(error))
            finally:
                database.close()

    outsider = threading.Thread(target=look)
    outsider.start()
    writer.stdin.write("".join(f"set seed {number}\n" for number in range(3, WRITES + 3)))
    writer.stdin.close()
    listening.join()
    assert writer.wait() == 0
    refused, seen = other.records(), reader.records()
    looking.set()
    outsider.join()
    assert [record["status"] for record in answers] == ["ok"] * WRITES
    assert [record["status"] for record in refused] == ["error"] * WRITES
    assert [record["status"] for record in seen] == ["ok"] * WRITES
    assert all("open for reading only" in told(record) for record in refused)
    words = writer.stderr.read() + other.errors + reader.errors + " ".join(map(told, answers + refused + seen))
    assert not any(word in words for word in BUSY), words[:2000]
    assert f"process {writer.pid} writes to it" in other.errors
    assert problems == []
    # What the reader sees never goes back.
    seeds = [int(column(record, 1)[0].replace(",", "")) for record in seen[1::2]]
    assert seeds == sorted(seeds)
    assert commits(tmp_path / "session") == before + 1 + WRITES
    check_files(tmp_path / "session")
    (settings,) = lines(qatlab("--session", "session", "--json", input="set\n"))
    assert column(settings, 1)[0].replace(",", "") == str(WRITES + 2)


def test_processes_that_come_and_go_take_turns(tmp_path, environment, qatlab):
    """Each opens the session, writes once and leaves; it writes, or says who does, and is never told of a lock."""
    assert qatlab("--session", "session", input="set seed 1\n").returncode == 0
    before = commits(tmp_path / "session")
    rounds, outcomes = max(10, WRITES // 20), [[] for _ in range(3)]

    def turns(number):
        for turn in range(rounds):
            outcomes[number].append(
                qatlab("--session", "session", "--json", "-c", f"set seed {1000 * number + turn}"))

    threads = [threading.Thread(target=turns, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = 0
    for process in (process for outcome in outcomes for process in outcome):
        (record,) = lines(process)
        if record["status"] == "ok":
            kept += 1
        else:
            assert "open for reading only" in told(record), process.stdout + process.stderr
        assert not any(word in process.stdout + process.stderr for word in BUSY), process.stdout + process.stderr
    assert kept > 0
    assert commits(tmp_path / "session") == before + kept
    check_files(tmp_path / "session")


@pytest.mark.parametrize("line", ["1 1\n", "{pid} 1\n", ""])
def test_the_lock_of_a_process_that_is_gone_is_taken_over(tmp_path, environment, qatlab, line):
    """Also where its id is another process's by now, and where what it wrote is lost."""
    writer = subprocess.Popen(
        [PROGRAM, "--session", "session", "--json"], cwd=tmp_path, env=environment, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    writer.stdin.write(b"set seed 5\n")
    writer.stdin.flush()
    assert b'"ok"' in writer.stdout.readline()
    writer.kill()
    writer.wait()
    (tmp_path / "session" / "lock").write_text(line.format(pid=os.getpid()))
    process = qatlab("--session", "session", "--json", input="set seed 6\nset\n")
    assert process.returncode == 0, process.stdout + process.stderr
    assert "warning" not in process.stderr
    assert column(lines(process)[1], 1)[0] == "6"


def test_a_notebook_keeps_its_outputs_where_the_session_is_locked(tmp_path, environment, qatlab):
    (tmp_path / "a.qat").write_text("# %%\nset seed 7\n# %%\nexplain scale\n")
    assert qatlab("convert", "a.qat", "a.ipynb").returncode == 0
    assert qatlab("run", "--in-place", "--session", "session", "a.ipynb").returncode == 0
    before = (tmp_path / "a.ipynb").read_bytes()
    writer = subprocess.Popen(
        [PROGRAM, "--session", "session", "--json"], cwd=tmp_path, env=environment, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    writer.stdin.write(b"set seed 5\n")
    writer.stdin.flush()
    assert b'"ok"' in writer.stdout.readline()
    process = qatlab("run", "--in-place", "--session", "session", "--json", "a.ipynb")
    assert process.returncode == 1
    (record,) = lines(process)
    assert record["diagnostics"][0]["id"] == "read-only" and f"process {writer.pid}" in told(record)
    assert "no cell was run" in process.stderr
    assert (tmp_path / "a.ipynb").read_bytes() == before
    # Looking is allowed as long as nothing is written.
    assert qatlab("run", "--session", "session", "--json", "a.ipynb").returncode == 1
    writer.stdin.close()
    writer.wait()
    assert qatlab("run", "--in-place", "--session", "session", "a.ipynb").returncode == 0


def test_a_prompt_a_kernel_and_a_replay_share_a_session(tmp_path, environment, qatlab):
    """The prompt writes; beside it a kernel looks and is refused what it must not, and a replay is served from it."""
    (tmp_path / "a.qat").write_text("# %%\nset seed 7\n# %%\nexplain scale\n")
    assert qatlab("convert", "a.qat", "a.ipynb").returncode == 0
    assert qatlab("run", "--in-place", "--session", ".qatlab", "a.ipynb").returncode == 0
    writer = subprocess.Popen(
        [PROGRAM, "--session", ".qatlab", "--json"], cwd=tmp_path, env=environment, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    writer.stdin.write("set seed 1\n")
    writer.stdin.flush()
    assert json.loads(writer.stdout.readline())["status"] == "ok"
    rounds = max(20, WRITES // 10)
    with running(tmp_path) as kernel:
        writer.stdin.write("".join(f"set seed {number}\n" for number in range(2, rounds + 2)))
        writer.stdin.flush()
        for _ in range(rounds // 10):
            reply, _ = kernel.run("set seed 99")
            assert reply["status"] == "error" and reply["ename"] == "read-only", reply
            assert "seed" in kernel.text("set")
            process = qatlab("replay", "--cached", "--session", ".qatlab", "--json", "a.ipynb")
            assert process.returncode == 0, process.stdout + process.stderr
            assert not any(word in process.stdout + process.stderr for word in BUSY)
        assert all(json.loads(writer.stdout.readline())["status"] == "ok" for _ in range(rounds))
        writer.stdin.close()
        assert writer.wait(60) == 0
    check_files(tmp_path / ".qatlab")
