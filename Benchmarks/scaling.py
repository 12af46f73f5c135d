"""Measures how the cost of a training step grows with the number of images and with their size.

The arithmetic is that of the convolutions and dense layers by their definition, counted by the program from the
graph: a multiplication and an addition for each weight at each place; a step is three forward passes less the first
layer's data gradient. Winograd's algorithm needs fewer multiplications, so GFLOP/s may exceed the processor's peak.
Each figure is the median of a process of its own; the rows of a table are measured in turn, several rounds of them.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Height and width with a batch whose activations fit into a small machine's memory.
SIZES = [(28, 64), (64, 64), (128, 16), (224, 8)]
BATCHES = [16, 32, 64, 128]


def bench(options, work, size, batch):
    command = [options.qatlab, "bench", work, "--json", "--model", options.model, "--channels", "3"]
    command += ["--size", str(size), "--batch", str(batch), "--steps", str(options.steps)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def measured(options, work, shapes):
    """One row a shape: the median of the rounds, by the figure that comes from the times."""
    rounds = [[bench(options, work, *shape) for shape in shapes] for _ in range(options.rounds)]
    rows = []
    for records in zip(*rounds):
        ms = statistics.median(r["ms"] for r in records)
        rows.append({**records[0], "ms": ms, "peak_mb": max(r["peak_mb"] for r in records)})
    return rows


def table(work, rows):
    """Milliseconds and arithmetic an image, each also as a multiple of the first row's."""
    first = rows[0]["ms"] / rows[0]["batch"], rows[0]["arithmetic"]
    lines = [
        f"| {work} | ms a step | ms an image | × first | GFLOP an image | × first | GFLOP/s | peak memory |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for r in rows:
        image = r["ms"] / r["batch"]
        lines.append(
            f"| {r['size']} px, batch {r['batch']} | {r['ms']:.1f} | {image:.2f} | {image / first[0]:.2f} "
            f"| {r['arithmetic']:.3f} | {r['arithmetic'] / first[1]:.2f} "
            f"| {1000 * r['arithmetic'] / image:.0f} | {r['peak_mb']:.0f} MB |"
        )
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qatlab", default=str(ROOT / ".build/release/qatlab"))
    parser.add_argument("--model", default="resnet18")
    parser.add_argument("--works", nargs="+", default=["train", "qat"], choices=["train", "qat", "kd"])
    parser.add_argument("--size", type=int, default=64, help="height and width while the batch grows")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args()
    for work in options.works:
        for shapes in (SIZES, [(options.size, batch) for batch in BATCHES]):
            rows = measured(options, work, shapes)
            if options.json:
                print("\n".join(json.dumps(row) for row in rows), flush=True)
            else:
                print(table(work, rows) + "\n", flush=True)


if __name__ == "__main__":
    main()
