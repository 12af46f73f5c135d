#!/usr/bin/env python3
"""Computes the numbers that the tests hold this program against, with PyTorch.

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
    .venv/bin/python generate.py                   computes each case of the tests' fixtures anew from its inputs, and tells
                                                   how far what stands there lies from that
    .venv/bin/python generate.py --write           writes what was computed
    .venv/bin/python generate.py --seed 7 FOLDER   draws other inputs, and writes files of the same form in a folder, which
                                                   the tests take where QATLAB_REFERENCE names it

A file holds cases. Each has its inputs and what PyTorch makes of them; a tensor is {"shape", "data"}, row-major, NCHW.
"""

import argparse
import json
import pathlib

import torch

import layers
import losses
import observers
import resnet18
from tensors import tensor

TESTS = pathlib.Path(__file__).resolve().parents[2] / "Tests"
# File: the test target that has it, and what computes it.
FILES = {
    "distillation_losses.json": ("DistillationTests", losses.Logits),
    "feature_losses.json": ("DistillationTests", losses.Features),
    "fake_quantize.json": ("QuantizationTests", layers.FakeQuantize),
    "observers.json": ("QuantizationTests", observers.Observers),
    "conv_bn_qat.json": ("ExecutionTests", layers.ConvolutionWithBatchNorm),
    "int8_conv.json": ("ExecutionTests", layers.IntegerConvolution),
    "resnet18.json": ("ExecutionTests", resnet18.ResNet18),
}
BATCHES = "observer_batches.json"


def numbers(value):
    """All numbers in a JSON value, in order."""
    if isinstance(value, dict):
        return [number for member in value.values() for number in numbers(member)]
    if isinstance(value, list):
        return [number for element in value for number in numbers(element)]
    return [float(value)] if isinstance(value, (int, float)) else []


def distance(found, expected):
    """The Euclidean distance of two JSON values' numbers beside the size of the second."""
    a, b = torch.tensor(numbers(found), dtype=torch.float64), torch.tensor(numbers(expected), dtype=torch.float64)
    return float("inf") if a.shape != b.shape else float((a - b).norm() / max(float(b.norm()), 1e-30))


def recompute(writes):
    for name, (target, kind) in FILES.items():
        path = TESTS / target / "Fixtures" / name
        content = json.loads(path.read_text())
        context = json.loads((path.parent / BATCHES).read_text())["batches"] if name == "observers.json" else None
        worst = {}
        for case in content["cases"]:
            for key, value in kind.outputs(case, context).items():
                worst[key] = max(worst.get(key, 0), distance(value, case[key]))
                case[key] = value
        told = ", ".join(f"{key} {value:.1e}" for key, value in worst.items())
        print(f"{name} (PyTorch {content['torch']}, here {torch.__version__}): {told}")
        if writes:
            content["torch"] = torch.__version__
            path.write_text(json.dumps(content, separators=(",", ":")))


def draw(seed, folder):
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(seed)
    batches = [tensor(batch) for batch in observers.draw_batches(generator)]
    (folder / BATCHES).write_text(json.dumps({"batches": batches}, separators=(",", ":")))
    for name, (_, kind) in FILES.items():
        cases = [case | kind.outputs(case, batches) for case in kind.inputs(generator)]
        content = {"about": kind.about, "torch": torch.__version__, "cases": cases}
        (folder / name).write_text(json.dumps(content, separators=(",", ":")))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if (arguments.seed is None) != (arguments.folder is None):
        parser.error("--seed and a folder belong together")
    torch.use_deterministic_algorithms(True)
    if arguments.folder:
        draw(arguments.seed, arguments.folder)
    else:
        recompute(arguments.write)


if __name__ == "__main__":
    main()
