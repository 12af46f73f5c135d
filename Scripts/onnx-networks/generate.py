"""Writes small networks as torch.onnx.export does, and the logits that onnxruntime computes with them.

    python -m venv .venv && .venv/bin/pip install -r requirements.txt
    .venv/bin/python generate.py ../../Tests/ONNXFormatTests/Fixtures

Each NAME.onnx has a NAME.json with "input" and "logits" of two images. The networks' weights come from a seed.
"""

import json
import pathlib
import sys
import warnings

import numpy as np
import onnxruntime
import torch
from torch import nn

SIZE = 16


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(out + (x if self.downsample is None else self.downsample(x)))


class Residual(nn.Module):
    """What a ResNet has, at a tenth of its width."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(6)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(Block(6, 6, 1), Block(6, 8, 2))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(8, 5)

    def forward(self, x):
        x = self.layer1(self.maxpool(self.relu(self.bn1(self.conv1(x)))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


class Chain(nn.Module):
    """Every activation and pooling, depthwise convolutions, dropout, a product without bias."""

    def __init__(self, curves):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU6(), nn.AvgPool2d(2),
            nn.Conv2d(6, 6, 3, padding=1, groups=6), nn.LeakyReLU(0.2), nn.MaxPool2d(2),
            nn.Conv2d(6, 4, 1), nn.Hardswish() if curves else nn.ReLU())
        self.classifier = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(4 * (SIZE // 4) ** 2, 12, bias=False), nn.ReLU(), nn.Linear(12, 5))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


def write(folder, name, network, options):
    torch.manual_seed(7)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(std=0.3)
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 2)
            module.bias.data.normal_(std=0.3)
    network.eval()
    path = folder / f"{name}.onnx"
    torch.onnx.export(network, (torch.zeros(2, 3, SIZE, SIZE),), path, **options)
    images = np.random.default_rng(3).normal(size=(2, 3, SIZE, SIZE)).round(3).astype(np.float32)
    session = onnxruntime.InferenceSession(path)
    logits = session.run(None, {session.get_inputs()[0].name: images})[0]
    numbers = {"input": images.ravel().tolist(), "logits": logits.ravel().tolist()}
    numbers["input"] = [round(value, 3) for value in numbers["input"]]
    (folder / f"{name}.json").write_text(json.dumps(numbers) + "\n")


def main():
    warnings.filterwarnings("ignore")
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    open_batch = {"input_names": ["images"], "dynamic_axes": {"images": {0: "batch"}}}
    whole = {"dynamo": False, "training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}
    torch.manual_seed(1)
    write(folder, "residual-9", Residual(), {"opset_version": 9, "dynamo": False, **open_batch})
    torch.manual_seed(2)
    write(folder, "residual-17", Residual(), {"opset_version": 17, **whole})
    torch.manual_seed(3)
    write(folder, "residual-20", Residual(), {"opset_version": 20, "dynamo": True, "external_data": False})
    torch.manual_seed(4)
    write(folder, "chain-11", Chain(False), {"opset_version": 11, "dynamo": False, **open_batch})
    torch.manual_seed(5)
    write(folder, "chain-18", Chain(True), {"opset_version": 18, "dynamo": True, "external_data": False})


main()
