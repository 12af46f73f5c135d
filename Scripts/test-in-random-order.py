#!/usr/bin/env python3
"""Runs the whole suite of tests in random order on busy cores, again and again, and reports what failed.

Swift Testing has no option for the order of tests. So each round deals them at random into groups and runs the groups one
after the other, each in a process of its own, half of them with the tests beside one another and half one by one: what a
test leaves behind in its process meets other tests in each round. Meanwhile loops keep every core busy.

    Scripts/test-in-random-order.py                    20 rounds of everything
    Scripts/test-in-random-order.py -n 3 -f Terminal   3 rounds of the tests whose names match
    Scripts/test-in-random-order.py --seed 7           the same order as before
"""

import argparse
import multiprocessing
import os
import pathlib
import random
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
OPTIONS = ["-c", "release", "--disable-testable-imports", "--disable-xctest"]
# As in the Makefile: idle kernel threads leave the cores after a short wait.
ENVIRONMENT = {"GOMP_SPINCOUNT": "2000"} | os.environ


def keep_busy():
    while True:
        pass


def listed_tests(pattern):
    result = subprocess.run(
        ["swift", "test", "list", *OPTIONS], cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        sys.exit("the tests could not be built")
    names = [line for line in result.stdout.splitlines() if re.fullmatch(r"\w+\.\S+\(.*\)", line)]
    return sorted(name for name in names if re.search(pattern, name))


def run_group(names, in_parallel):
    """Whether the tests passed, how many ran, and the lines that tell of failures."""
    # A test's full name goes on with its place in the source. In a session of its own, no test has a terminal.
    filters = [part for name in names for part in ("--filter", f"^{re.escape(name)}(/|$)")]
    order = "--parallel" if in_parallel else "--no-parallel"
    result = subprocess.run(
        ["swift", "test", "--skip-build", *OPTIONS, order, *filters], cwd=ROOT, env=ENVIRONMENT,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        start_new_session=True)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", result.stdout).splitlines()
    ran = re.search(r"Test run with (\d+) tests?", result.stdout)
    failures = [line for line in lines if line.startswith("✘")]
    if result.returncode != 0 and not failures:
        failures = lines[-5:]
    return result.returncode == 0, int(ran.group(1)) if ran else 0, failures


def run_round(names, groups, choice):
    """Runs every test once; returns the lines that tell of failures."""
    names = choice.sample(names, len(names))
    failures = []
    for index in range(groups):
        group = names[index::groups]
        in_parallel = choice.random() < 0.5
        passed, ran, lines = run_group(group, in_parallel)
        if passed and ran != len(group):
            lines = [f"{ran} tests ran of {len(group)}"]
        if lines:
            how = "beside one another" if in_parallel else "one by one"
            failures += [f"group {index + 1}, {len(group)} tests {how}:", *lines]
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", "--rounds", type=int, default=20)
    parser.add_argument("-f", "--filter", default="", help="a regular expression: only these tests")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--groups", type=int, default=6, help="processes in a round")
    parser.add_argument("--busy", type=int, default=os.cpu_count(), help="loops beside the tests")
    arguments = parser.parse_args()

    names = listed_tests(arguments.filter)
    if not names:
        sys.exit("no test is called so")
    groups = min(arguments.groups, len(names))
    print(f"{len(names)} tests, {arguments.rounds} rounds, {arguments.busy} busy loops, seed {arguments.seed}", flush=True)
    loops = [multiprocessing.Process(target=keep_busy, daemon=True) for _ in range(arguments.busy)]
    for loop in loops:
        loop.start()
    failed = 0
    choice = random.Random(arguments.seed)
    for number in range(1, arguments.rounds + 1):
        start = time.monotonic()
        failures = run_round(names, groups, choice)
        failed += bool(failures)
        verdict = "failed" if failures else "passed"
        print(f"round {number}: {verdict} in {time.monotonic() - start:.0f} s", *failures, sep="\n  ", flush=True)
    for loop in loops:
        loop.terminate()
    print(f"{arguments.rounds - failed} of {arguments.rounds} rounds without a failure")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
