"""Measures an exported ResNet-18 in onnxruntime and OpenVINO beside qatlab itself, on one thread.

    Benchmarks/exported.py [--size 28] [--batches 1 64]

It trains on a handful of images, since only shapes matter. The programs run one after the other, each on one thread;
the figures are median milliseconds of a batch. OpenVINO is told to compute float models in f32, else it takes bf16.
It needs onnxruntime, openvino and numpy, as Tests/Clients/requirements.txt has them.
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
teacher = train resnet18 epochs 1 batch 32
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


def with_onnxruntime(path, batch):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda: session.run(None, {name: batch})


def with_openvino(path, batch):
    settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    compiled = openvino.Core().compile_model(path, "CPU", settings)
    return lambda: compiled([batch])


def qatlab_ms(work, size, batch, channels, repeats):
    """What the program's own benchmark measures."""
    command = [PROGRAM, "bench", work, "--size", size, "--batch", batch, "--channels", channels, "--steps", repeats]
    ended = subprocess.run(
        [*map(str, command), "--json"], capture_output=True, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"}, check=True)
    return json.loads(ended.stdout.splitlines()[-1])["ms"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=28)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 64])
    parser.add_argument("--repeats", type=int, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "a.qat").write_text(CELL.format(size=arguments.size))
        subprocess.run([PROGRAM, "run", "a.qat"], cwd=folder, check=True, stdout=sys.stderr)
        channels = json.loads({entry.key: entry.value for entry in onnx.load(f"{folder}/float.onnx").metadata_props}
                              ["mean"])
        rows = [("qatlab, f32", None, "float"), ("onnxruntime, f32", with_onnxruntime, "float"),
                ("OpenVINO, f32", with_openvino, "float"), ("qatlab, int8", None, "int8"),
                ("onnxruntime, int8", with_onnxruntime, "onnxruntime"),
                ("OpenVINO, int8", with_openvino, "openvino")]
        print("| program | " + " | ".join(f"batch {batch}" for batch in arguments.batches) + " |")
        print("|---|" + "---:|" * len(arguments.batches))
        for label, start, name in rows:
            figures = []
            for batch in arguments.batches:
                size = arguments.size
                if start is None:
                    figures.append(qatlab_ms(name, size, batch, len(channels), arguments.repeats))
                    continue
                images = np.zeros((batch, len(channels), size, size), np.float32)
                figures.append(median_ms(start(f"{folder}/{name}.onnx", images), arguments.repeats))
            print(f"| {label} | " + " | ".join(f"{figure:.2f} ms" for figure in figures) + " |")


main()
