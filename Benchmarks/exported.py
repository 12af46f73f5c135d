"""Measures an exported network in onnxruntime and OpenVINO beside qatlab itself.

    Benchmarks/exported.py [--model resnet18] [--size 28] [--batches 1 64] [--threads 1] [--rounds 3]

It trains on a handful of images, since only shapes matter. The programs run in turn, round after round, each on so many
threads; a figure is the median of the rounds' median milliseconds of a batch. OpenVINO is told whether to compute float
models in f32 or in bf16, which needs a processor that has it. It needs onnxruntime, openvino and numpy, as Tests/Clients/requirements.txt has them.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime
import openvino

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / ".build" / "release" / "qatlab"
CELL = """data shapes size {size} limit 64 test 64
teacher = train {model} epochs 1 batch 32
small = ptq teacher calibration 2
export teacher "float.onnx"
export small "onnxruntime.onnx" for onnxruntime
export small "openvino.onnx" for openvino
"""


def median_ms(run, repeats):
    times = []
    for _ in range(repeats + 3):
        start = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[3:])


def with_onnxruntime(path, batch, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda: session.run(None, {name: batch})


def with_openvino(path, batch, threads, precision="f32"):
    settings = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads}
    compiled = openvino.Core().compile_model(path, "CPU", settings)
    return lambda: compiled([batch])


def with_openvino_in_bf16(path, batch, threads):
    return with_openvino(path, batch, threads, "bf16")


def qatlab_ms(work, batch, channels, options):
    """What the program's own benchmark measures."""
    work, _, precision = work.partition(" ")
    command = [PROGRAM, "bench", work, "--model", options.model, "--size", options.size, "--batch", batch,
               "--channels", channels, "--steps", options.repeats, "--precision", precision or "f32"]
    ended = subprocess.run(
        [*map(str, command), "--json"], capture_output=True, text=True,
        env={**os.environ, "OMP_NUM_THREADS": str(options.threads)}, check=True)
    return json.loads(ended.stdout.splitlines()[-1])["ms"]


def measure(folder, start, name, batch, channels, options):
    if start is None:
        return qatlab_ms(name, batch, channels, options)
    images = np.zeros((batch, channels, options.size, options.size), np.float32)
    return median_ms(start(f"{folder}/{name}.onnx", images, options.threads), options.repeats)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="resnet18")
    parser.add_argument("--size", type=int, default=28)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 64])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args()
    rows = [("qatlab, f32", None, "float"), ("onnxruntime, f32", with_onnxruntime, "float"),
            ("OpenVINO, f32", with_openvino, "float"), ("qatlab, int8", None, "int8"),
            ("onnxruntime, int8", with_onnxruntime, "onnxruntime"),
            ("OpenVINO, int8", with_openvino, "openvino")]
    if "avx512_bf16" in pathlib.Path("/proc/cpuinfo").read_text():
        rows[3:3] = [("qatlab, bf16", None, "float bf16"), ("OpenVINO, bf16", with_openvino_in_bf16, "float")]
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "a.qat").write_text(CELL.format(size=options.size, model=options.model))
        subprocess.run([PROGRAM, "run", "a.qat"], cwd=folder, check=True, stdout=sys.stderr)
        metadata = {entry.key: entry.value for entry in onnx.load(f"{folder}/float.onnx").metadata_props}
        channels = len(json.loads(metadata["mean"]))
        for _ in range(options.rounds):
            for label, start, name in rows:
                for batch in options.batches:
                    figure = measure(folder, start, name, batch, channels, options)
                    figures.setdefault((label, batch), []).append(figure)
    print(f"| {options.model}, {options.size} px | " + " | ".join(f"batch {batch}" for batch in options.batches) + " |")
    print("|---|" + "---:|" * len(options.batches))
    for label, _, _ in rows:
        medians = [statistics.median(figures[label, batch]) for batch in options.batches]
        print(f"| {label} | " + " | ".join(f"{figure:.2f} ms" for figure in medians) + " |")


main()
