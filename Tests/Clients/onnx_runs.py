"""An exported model in other programs: its images, its answers there, and what its layers run in."""

import collections
import csv
import gzip
import json
import pathlib

import numpy as np
import onnx
import onnxruntime
import openvino

IMAGES = pathlib.Path("/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz")

# Without these, products of unsigned and signed bytes are added in 16 bits, which saturates.
HAS_BYTE_PRODUCTS = "vnni" in pathlib.Path("/proc/cpuinfo").read_text()


def texts(model):
    return {entry.key: entry.value for entry in model.metadata_props}


def pixels(count):
    """The first test images, [count, 1, 28, 28] bytes."""
    with gzip.open(IMAGES) as file:
        return np.frombuffer(file.read()[16:], np.uint8).reshape(-1, 1, 28, 28)[:count]


def standardised(model, count):
    """The first test images as the file says that they are to come in."""
    of = texts(model)
    shape = (1, -1, 1, 1)
    mean = np.float32(json.loads(of["mean"])).reshape(shape)
    deviation = np.float32(json.loads(of["deviation"])).reshape(shape)
    return ((pixels(count).astype(np.float32) / np.float32(255) - mean) / deviation).astype(np.float32)


def answers(path):
    """qatlab's own logits, an image a row: label, class, logits."""
    with open(path) as file:
        rows = list(csv.reader(file))[1:]
    return np.array([[float(value) for value in row[2:]] for row in rows], np.float32)


def same_class(one, other):
    return float((one.argmax(1) == other.argmax(1)).mean())


def in_batches(run, images):
    return np.concatenate([run(images[start:start + 100]) for start in range(0, len(images), 100)])


def with_onnxruntime(path, images, optimized, kept=None):
    """Logits; the optimized graph is saved as `kept`."""
    options = onnxruntime.SessionOptions()
    level = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = level.ORT_ENABLE_ALL if optimized else level.ORT_DISABLE_ALL
    options.log_severity_level = 3
    if kept:
        options.optimized_model_filepath = str(kept)
    # Exact byte products on processors without VNNI.
    options.add_session_config_entry("session.x64quantprecision", "1")
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return in_batches(lambda part: session.run(None, {name: part})[0], images)


def operations(path):
    return collections.Counter(node.op_type for node in onnx.load(path).graph.node)


def with_openvino(path, images, exact):
    """Logits, and what layers with weights run in; `exact` computes in float where integers would saturate."""
    core = openvino.Core()
    settings = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = core.compile_model(core.read_model(path), "CPU", settings)
    precisions = collections.Counter()
    for operation in compiled.get_runtime_model().get_ops():
        told = operation.get_rt_info()
        if told["layerType"].value in ("Convolution", "FullyConnected", "MatMul"):
            precisions[told["runtimePrecision"].value] += 1
    if exact:
        compiled = core.compile_model(core.read_model(path), "CPU", {**settings, "LP_TRANSFORMS_MODE": "NO"})
    return in_batches(lambda part: compiled([part])[0], images), precisions
