"""Exported models in onnxruntime and OpenVINO: the same answers, from the same integers."""

import json
import os

import numpy as np
import onnx
import pytest
from safetensors.numpy import load_file

import onnx_runs as runs

COUNT = 2000
CURVES = ("model curves = conv(12, 3) > bn > leakyrelu(0.1) > conv(16, 3, stride: 2) > bn > hardswish > bn > "
          "conv(24, 3) > relu6 > avgpool(2) > conv(24, 3) > relu > globalpool > fc(32) > relu > fc(10)")
# Network, what it is trained with, and the name of its last layer.
NETWORKS = {
    "lenet5": ("lenet5", "epochs 3", "fc3"),
    "qatcnn": ("qatcnn", "epochs 2", "fc"),
    "curves": ("curves", "epochs 8 lr 0.01", "fc2"),
    "resnet20": ("resnet20", "epochs 3 lr 3e-3", "fc"),
    "resnet18": ("resnet18", "epochs 1", "fc"),
    "mobilenetv2": ("mobilenetv2", "epochs 6", "classifier.1"),
    "vgg11_bn": ("vgg11_bn", "epochs 1", "classifier.6"),
}
VARIANTS = {
    "x86": "", "qnnpack": "backend qnnpack", "tensorrt": "backend tensorrt", "four": "bits 4", "kept": "keep({last})",
}
ALL = [(network, variant) for network in NETWORKS for variant in VARIANTS]
# What every run of the tests looks at; QATLAB_ONNX=all looks at everything.
SHARE = [("lenet5", "x86"), ("lenet5", "tensorrt"), ("qatcnn", "qnnpack"), ("qatcnn", "kept"), ("curves", "x86"),
         ("curves", "tensorrt"), ("curves", "four"), ("resnet20", "x86")]
CASES = ALL if os.environ.get("QATLAB_ONNX") == "all" else SHARE


def session(qatlab, folder, lines):
    program = folder / "program.qat"
    program.write_text("\n".join(lines) + "\n")
    ended = qatlab("run", program, "--session", folder / ".qatlab", "--json", timeout=1200)
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-2000:]
    return json.loads(ended.stdout.splitlines()[0])


@pytest.fixture(params=[name for name in NETWORKS if any(name == network for network, _ in CASES)])
def trained(request, qatlab, tmp_path):
    """A network, and its models that go out, each with qatlab's own answers."""
    network, options, last = NETWORKS[request.param]
    variants = [variant for name, variant in CASES if name == request.param]
    lines = [f"data fashion-mnist limit 2000 test {COUNT}"]
    if network == "curves":
        lines.append(CURVES)
    lines += [f"m = train {network} {options}", 'predict m test "m.csv"', 'export m "m.onnx"']
    for variant in variants:
        lines += [f"{variant} = ptq m calibration 8 {VARIANTS[variant].format(last=last)}",
                  f'predict {variant} test "{variant}.csv"']
        for target in ("onnxruntime", "openvino"):
            lines.append(f'export {variant} "{variant}-{target}.onnx" for {target}')
        if variant == "tensorrt":
            lines.append('export tensorrt "tensorrt-tensorrt.onnx" for tensorrt')
    session(qatlab, tmp_path, lines)
    return tmp_path, variants


def checked(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    return model


def test_other_programs_give_the_same_answers_from_the_same_integers(trained):
    folder, variants = trained
    model = checked(folder / "m.onnx")
    images = runs.standardised(model, COUNT)
    logits = runs.with_onnxruntime(folder / "m.onnx", images, True)
    np.testing.assert_allclose(logits, runs.answers(folder / "m.csv"), rtol=0, atol=2e-4 * np.abs(logits).max())
    for variant in variants:
        integers(folder, variant, images)


def integers(folder, variant, images):
    wanted = runs.answers(folder / f"{variant}.csv")
    floats = 1 if variant == "kept" else 0
    path = folder / f"{variant}-onnxruntime.onnx"
    checked(path)
    kept = folder / "optimized.onnx"
    for optimized in (False, True):
        found = runs.with_onnxruntime(path, images, optimized, kept if optimized else None)
        assert runs.same_class(found, wanted) >= 0.999, (variant, optimized)
    ops = runs.operations(kept)
    assert sum(ops[name] for name in ("Conv", "FusedConv", "Gemm", "FusedGemm", "MatMul")) == floats, ops
    assert ops["QLinearConv"] + ops["ConvInteger"] > 0 and ops["QGemm"] > 0 or floats

    path = folder / f"{variant}-openvino.onnx"
    checked(path)
    # Codes of 7 bits never saturate.
    exact = not runs.HAS_BYTE_PRODUCTS and variant in ("qnnpack", "tensorrt")
    found, precisions = runs.with_openvino(path, images, exact)
    assert runs.same_class(found, wanted) >= 0.995, variant
    assert sum(count for kind, count in precisions.items() if kind not in ("u8", "i8")) == floats, precisions

    if variant == "tensorrt":
        checked(folder / "tensorrt-tensorrt.onnx")
        # This form is another program's: here it computes in float between the codes, where ties go either way.
        found = runs.with_onnxruntime(folder / "tensorrt-tensorrt.onnx", images, False)
        assert runs.same_class(found, wanted) >= 0.995


def test_a_graph_that_takes_pixels_and_a_dynamic_model(qatlab, tmp_path):
    session(qatlab, tmp_path, [
        f"data fashion-mnist limit 2000 test {COUNT}", "m = train qatcnn epochs 2", 'predict m test "m.csv"',
        "d = dynamic m", 'predict d test "d.csv"', 'export m "m.onnx" pixels opset 13', 'export d "d.onnx"',
        'export m "m.safetensors"', "q = ptq m calibration 8", 'export q "q.safetensors"'])
    model = checked(tmp_path / "m.onnx")
    assert json.loads(runs.texts(model)["classes"])[0] and runs.texts(model)["kind"] == "float"
    found = runs.with_onnxruntime(tmp_path / "m.onnx", runs.pixels(COUNT).astype(np.float32), True)
    np.testing.assert_allclose(found, runs.answers(tmp_path / "m.csv"), rtol=0, atol=2e-3)

    images = runs.standardised(checked(tmp_path / "d.onnx"), COUNT)
    # Its grids follow from the whole batch, which is another here.
    found = runs.with_onnxruntime(tmp_path / "d.onnx", images, True)
    assert runs.same_class(found, runs.answers(tmp_path / "d.csv")) >= 0.995

    tensors = load_file(tmp_path / "m.safetensors")
    assert {"conv1.weight", "conv1.bias", "fc.weight"} <= set(tensors)
    assert tensors["conv2.weight"].shape == (32, 16, 3, 3) and tensors["fc.weight"].dtype == np.float32
    codes = load_file(tmp_path / "q.safetensors")
    near = codes["conv2.weight"] * codes["conv2.scale"].reshape(-1, 1, 1, 1)
    assert codes["conv2.weight"].dtype == np.int8
    assert np.abs(near - tensors["conv2.weight"]).max() <= codes["conv2.scale"].max() * 0.51
    unit = codes["conv2.input_scale"] * codes["conv2.scale"]
    assert np.abs(codes["conv2.bias"] * unit - tensors["conv2.bias"]).max() <= unit.max()
