"""Measures how long qatlab takes from its start to the prompt, and to the first training step.

The prompt is watched for on a pseudo-terminal, as a user sees it. The first step is that of `train resnet18` on data
that the system has cached: a pseudo-terminal shows the first progress. Medians of several starts.
"""

import argparse
import json
import os
import pathlib
import pty
import re
import select
import shutil
import statistics
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Colours may come between the sign and the space.
PROMPT = rb"qatlab>\S* "


def seconds_until(command, patterns, timeout=60):
    """Starts the command on a pseudo-terminal; the seconds after which each pattern appeared, in turn."""
    start = time.monotonic()
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm", LANG="C.UTF-8")
        os.execv(command[0], command)
    seen, times, origin = b"", [], start
    try:
        for pattern, answer in patterns:
            while not re.search(pattern, seen):
                left = start + timeout - time.monotonic()
                if left <= 0 or not select.select([terminal], [], [], left)[0]:
                    raise SystemExit(f"{' '.join(command)}: no {pattern!r} within {timeout} s; it showed {seen!r}")
                try:
                    chunk = os.read(terminal, 65536)
                except OSError:
                    raise SystemExit(f"{' '.join(command)}: ended without {pattern!r}; it showed {seen!r}") from None
                seen += chunk
            now = time.monotonic()
            times.append(now - origin)
            seen, origin = b"", now
            if answer:
                os.write(terminal, answer)
                origin = time.monotonic()
    finally:
        os.kill(child, 9)
        os.close(terminal)
        os.waitpid(child, 0)
    return times


def measured(program, data, model):
    folder = tempfile.mkdtemp()
    notebook = pathlib.Path(folder, "one-step.qat")
    notebook.write_text(f"data {data}\nteacher = train {model} epochs 1 seed 1\n")
    progress = rb"epoch 1/1"
    try:
        prompt = seconds_until([program, "--session", f"{folder}/new"], [(PROMPT, None)])[0]
        again = seconds_until(
            [program, "--session", f"{folder}/new"],
            [(PROMPT, f"data {data}\r".encode()), (rb"standardised[^\r]*\r", None)],
        )
        typed = seconds_until(
            [program, "--session", f"{folder}/new"],
            [(PROMPT, f"teacher = train {model} epochs 1\r".encode()), (progress, None)],
        )
        run = seconds_until([program, "run", str(notebook)], [(progress, None)])[0]
    finally:
        shutil.rmtree(folder)
    return {
        "prompt, new session": prompt,
        "prompt, a session that is there": again[0],
        f"data {data}, typed": again[1],
        f"first step of train {model}, typed, {data} not loaded yet": typed[1],
        f"first step of train {model}, from the start of a notebook run": run,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qatlab", default=str(ROOT / ".build/release/qatlab"))
    parser.add_argument("--data", default="fashion-mnist")
    parser.add_argument("--model", default="resnet18")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    # The first round reads the program and the data into the system's cache.
    rounds = [measured(options.qatlab, options.data, options.model) for _ in range(options.rounds + 1)][1:]
    medians = {key: statistics.median(r[key] for r in rounds) for key in rounds[0]}
    if options.json:
        print(json.dumps({key: round(1000 * value, 1) for key, value in medians.items()}))
        return
    for key, value in medians.items():
        print(f"{1000 * value:7.0f} ms  {key}")


if __name__ == "__main__":
    main()
