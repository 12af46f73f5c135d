"""Alternates runs of `qatlab bench` and of PyTorch on the same work, and writes the ratios as a table.

Each side runs in a process of its own, several rounds in turn, so that both see the same machine. A side's figure
is the median of its rounds' medians; PyTorch's is that of its fastest variant.
"""

import argparse
import datetime
import json
import pathlib
import platform
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent

# What is measured: label, qatlab's work, PyTorch's work, size, batch.
ROWS = [
    ("train, f32", "train", "train", 28, 128),
    ("QAT", "qat", "qat", 28, 128),
    ("QAT + DecoupledKD", "kd", "kd", 28, 128),
    ("train, f32", "train", "train", 64, 64),
    ("QAT", "qat", "qat", 64, 64),
    ("QAT + DecoupledKD", "kd", "kd", 64, 64),
    ("int8 inference", "int8", "int8", 64, 64),
    ("int8 inference", "int8", "int8", 64, 1),
    ("f32 inference", "float", "float", 64, 64),
]


def lines(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def shape(size, batch, steps):
    return ["--size", str(size), "--batch", str(batch), "--steps", str(steps)]


def best_variant(work, size, batch, steps):
    """The fastest way that PyTorch has, by the fastest step of each in one round over all of them.

    A median would let a busy moment of the machine choose.
    """
    records = lines([sys.executable, HERE / "pytorch_steps.py", work, *shape(size, batch, steps)])
    return min((r for r in records if "ms" in r), key=lambda r: r["min"])["variant"]


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--qatlab", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=9)
    parser.add_argument("--only", help="measure the rows whose name holds this text, and keep the others")
    options = parser.parse_args()
    known = json.loads((HERE / "results.json").read_text()) if options.only else []
    results = []
    for label, work, torch_work, size, batch in ROWS:
        name = f"{label}, {size} px, batch {batch}"
        kept = [r for r in known if (r["label"], r["size"], r["batch"]) == (label, size, batch)]
        if kept and options.only not in name:
            results += kept
            continue
        arguments = shape(size, batch, options.steps if batch > 1 else 50)
        variant = best_variant(torch_work, size, batch, options.steps)
        ours, theirs = [], []
        for _ in range(options.rounds):
            ours += lines([options.qatlab, "bench", work, "--json", *arguments])
            theirs += lines(
                [sys.executable, HERE / "pytorch_steps.py", torch_work, "--variants", variant, *arguments]
            )
        row = {
            "label": label,
            "size": size,
            "batch": batch,
            "variant": variant,
            "torch": theirs[0]["torch"],
            "ours": statistics.median(r["ms"] for r in ours),
            "theirs": statistics.median(r["ms"] for r in theirs),
            "our_peak": statistics.median(r["peak_mb"] for r in ours),
            "their_peak": statistics.median(r["peak_mb"] for r in theirs),
        }
        row["ratio"] = row["ours"] / row["theirs"]
        results.append(row)
        print(json.dumps(row), flush=True)
    write(results)


def write(results):
    cores = len(__import__("os").sched_getaffinity(0))
    text = [
        "| ResNet-18, 10 classes | qatlab | PyTorch's best | ratio | peak memory, qatlab | PyTorch |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for r in results:
        digits = 1 if r["ours"] >= 10 else 2
        text.append(
            f"| {r['label']}, {r['size']} px, batch {r['batch']} | {r['ours']:.{digits}f} ms "
            f"| {r['theirs']:.{digits}f} ms ({r['variant']}) | **{r['ratio']:.2f}** "
            f"| {r['our_peak']:.0f} MB | {r['their_peak']:.0f} MB |"
        )
    text += [
        "",
        f"{processor()}, {cores} cores, {datetime.date.today()}; PyTorch {results[0]['torch']}, "
        "fused Adam, the fastest of its variants; medians of alternating runs.",
        "",
    ]
    (HERE / "results.md").write_text("\n".join(text))
    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    print("\n".join(text))


if __name__ == "__main__":
    main()
