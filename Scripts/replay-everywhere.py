#!/usr/bin/env python3
"""Shows that the notebooks replay in every environment, and that a planted change is found in each.

Each notebook is replayed at 1, 2, 3, 4 and 8 threads, with the saved run's number of threads as `qatlab replay` does by
itself and with those that are there (`--threads here`), and with oneDNN held to AVX2 and to SSE4.1. No cell may differ or
fail; where the environment is that of the saved run, every cell must be the same to the last bit. Then one thing at a time
is changed in a copy (a learning rate, a seed, the data, a loss's temperature, a layer's bits), and replayed with another
number of threads, where numbers are held to their spread: the cell must be found to differ, first as an edited program
whose results are the old ones, and then, but for the data, as results of the edited program beside the old one.

    Scripts/replay-everywhere.py                       everything, which takes hours on two cores
    Scripts/replay-everywhere.py -n 03 -c isa -c plants
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / ".build" / "release" / "qatlab"
THREADS = [1, 2, 3, 4, 8]
INSTRUCTIONS = ["AVX2", "SSE41"]
CHECKS = ["threads", "here", "isa", "plants"]

# What is changed, and how the line of the program changes; each notebook takes the changes whose text it has.
PLANTS = [
    ("learning rate", r"\blr 3e-2\b", "lr 2.7e-2"),
    ("learning rate", r"\blr 1e-3\b", "lr 1.1e-3"),
    ("learning rate", r"^(teacher = train .*)$", r"\1 lr 0.0028"),
    ("seed", r"^(teacher = train .*)$", r"\1 seed 1"),
    ("data", r"\blimit \$limit test\b", "limit 1900 test"),
    ("temperature", r"\bSoftTarget, 0\.9\b", "SoftTarget, 0.9, T: 10"),
    ("temperature", r"\bT: 8\b", "T: 16"),
    ("temperature", r"\bDecoupledKD, 0\.5\b", "DecoupledKD, 0.5, T: 8"),
    ("a layer's bits", r"^(qat \w+ from teacher) bits 2\b", r"\1 bits(conv2: 3, rest: 2)"),
    ("a layer's bits", r"^(many = ptq teacher) bits 4$", r"\1 bits(conv2: 5, rest: 4)"),
    ("a layer's bits", r"^(qat four .*) bits 4\b", r"\1 bits(conv2: 5, rest: 4)"),
    ("a layer's bits", r"^(qat student with .*)$", r"\1 bits(layer2.0.conv1: 7, rest: 8)"),
    ("bits", r"^(histogram teacher\.conv2) bits 4$", r"\1 bits 5"),
]


def replay(path, *arguments, **environment):
    """Replays a notebook; returns its cells, the summary and the seconds that it took."""
    start = time.monotonic()
    process = subprocess.run(
        [PROGRAM, "replay", "--json", *arguments, path], capture_output=True, text=True,
        env={**os.environ, **environment})
    lines = [json.loads(line) for line in process.stdout.splitlines()]
    if not lines or "summary" not in lines[-1]:
        sys.exit(f"{path}: {process.stderr.strip().splitlines()[-1:]}")
    return lines[:-1], lines[-1], time.monotonic() - start


def code(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def source(cell):
    return "".join(cell["source"])


def set_source(cell, text):
    cell["source"] = text.splitlines(keepends=True)


class Record:
    """What was tried, and whether it came out right."""

    def __init__(self):
        self.failures = 0

    def tell(self, notebook, what, is_right, words, seconds):
        self.failures += not is_right
        print(f"{'ok  ' if is_right else 'FAIL'} {notebook:42} {what:38} {words}  {seconds:.0f} s", flush=True)


def check_environment(record, path, what, *arguments, **environment):
    cells, ending, seconds = replay(path, *arguments, **environment)
    counts = {verdict: count for verdict, count in ending["summary"].items() if count}
    is_exact = ending["compared"] == "to the last bit"
    allowed = {"same", "skipped"} if is_exact else {"same", "skipped", "within tolerance"}
    is_right = ending["exit_code"] == 0 and set(counts) <= allowed
    words = ", ".join(f"{count} {verdict}" for verdict, count in counts.items()) + f" ({ending['compared']})"
    record.tell(path.stem, what, is_right, words, seconds)
    for cell in cells:
        for difference in cell["differences"]:
            if not difference["within_tolerance"]:
                print(f"       cell {cell['cell']}, {difference['name']}: saved {difference['saved']}, "
                      f"now {difference['now']}, limit {difference['limit']}", flush=True)


def check_plants(record, path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    saved = notebook["metadata"]["qatlab"]["environment"]["threads"]
    threads = str(1 if saved != 1 else 2)
    planted = 0
    for what, pattern, replacement in PLANTS:
        places = [place for place, cell in enumerate(code(notebook)) if re.search(pattern, source(cell), re.M)]
        # The layers that are named here are those of ResNet-18.
        if not places or ("layer2" in replacement and "resnet" not in json.dumps(notebook["cells"])):
            continue
        place, planted = places[0], planted + 1
        changed = json.loads(json.dumps(notebook))
        text = re.sub(pattern, replacement, source(code(changed)[place]), count=1, flags=re.M)
        set_source(code(changed)[place], text)
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / path.name
            copy.write_text(json.dumps(changed), encoding="utf-8")
            name = f"{what} in cell {place + 1}"
            check_plant(record, path, copy, name + ", program", place, threads)
            # Results say which images they are of by the images' hash, beside the words of the program.
            if what == "data":
                continue
            # The results of the changed program, under the program, the hashes and the spread of the old one.
            replay(copy, "--update")
            changed = json.loads(copy.read_text(encoding="utf-8"))
            for old, new in zip(code(notebook), code(changed)):
                new["source"] = old["source"]
                for key in ("key", "program", "inputs", "spread"):
                    new["metadata"].get("qatlab", {}).pop(key, None)
                    if key in old["metadata"].get("qatlab", {}):
                        new["metadata"]["qatlab"][key] = old["metadata"]["qatlab"][key]
            copy.write_text(json.dumps(changed), encoding="utf-8")
            check_plant(record, path, copy, name + ", results", place, threads)
    if not planted:
        record.tell(path.stem, "plants", False, "none fits this notebook", 0)


def check_plant(record, path, copy, what, place, threads):
    cells, ending, seconds = replay(copy, "--threads", "here", OMP_NUM_THREADS=threads)
    found = [cell["cell"] for cell in cells if cell["verdict"] == "different"]
    # Data are told by what was made of them.
    is_right = ending["exit_code"] == 3 and found[:1] in ([place + 1], [place + 2])
    record.tell(path.stem, what, is_right, f"found in cells {', '.join(map(str, found)) or 'none'}", seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", "--notebook", action="append", help="a part of the notebook's name; may be repeated")
    parser.add_argument("-c", "--check", action="append", choices=CHECKS, help="a check; may be repeated")
    arguments = parser.parse_args()
    checks = arguments.check or CHECKS
    paths = [path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
             if not arguments.notebook or any(part in path.name for part in arguments.notebook)]
    if not paths:
        sys.exit("no notebook has such a name")
    record = Record()
    for path in paths:
        for count in map(str, THREADS):
            if "threads" in checks:
                check_environment(record, path, f"{count} threads there are", OMP_NUM_THREADS=count)
            if "here" in checks:
                check_environment(
                    record, path, f"{count} threads are used", "--threads", "here", OMP_NUM_THREADS=count)
        for instructions in INSTRUCTIONS if "isa" in checks else []:
            check_environment(record, path, f"oneDNN held to {instructions}", DNNL_MAX_CPU_ISA=instructions)
        if "plants" in checks:
            check_plants(record, path)
    print(f"{record.failures} of these came out wrong" if record.failures else "all came out right")
    sys.exit(1 if record.failures else 0)


if __name__ == "__main__":
    main()
