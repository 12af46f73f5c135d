"""Measures what a step of quantization-aware training costs beside a float step of the same network.

Every work runs in a process of its own, all of them in turn for some rounds. A ratio is the median of the rounds' ratios,
each of two processes that ran one after another, with the least and the largest of them beside it.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

NETWORKS = [
    ("resnet18", 64, 64),
    ("resnet18", 28, 128),
    ("mobilenetv2", 64, 64),
    ("resnet50", 64, 32),
    ("vgg11_bn", 64, 32),
]
# The first is what the others are divided by.
WORKS = [("train", "f32"), ("qat", "f32"), ("train", "bf16"), ("qat", "bf16"), ("kd", "f32")]


def bench(options, network, work, precision):
    model, size, batch = network
    command = [options.qatlab, "bench", work, "--json", "--model", model, "--precision", precision]
    command += ["--size", str(size), "--batch", str(batch), "--steps", str(options.steps)]
    command += ["--cached"] if work == "kd" else []
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def row(options, network):
    rounds = [[bench(options, network, *work) for work in WORKS] for _ in range(options.rounds)]
    cells = [f"{network[0]} {network[1]} px, batch {network[2]}"]
    cells.append(f"{statistics.median(r[0]['ms'] for r in rounds):.0f} ms")
    for index in range(1, len(WORKS)):
        ratios = [r[index]["ms"] / r[0]["ms"] for r in rounds]
        cells.append(f"**{statistics.median(ratios):.2f}** ({min(ratios):.2f}–{max(ratios):.2f})")
    peak = max(r[-1]["peak_resident_bytes"] for r in rounds)
    cells.append(f"{peak / 1e6:.0f} MB")
    return "| " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qatlab", default=str(ROOT / ".build/release/qatlab"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=7)
    options = parser.parse_args()
    print("| network | train f32 | QAT f32 | train bf16 | QAT bf16 | QAT + kept logits, f32 | its peak |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for network in NETWORKS:
        print(row(options, network), flush=True)


if __name__ == "__main__":
    main()
