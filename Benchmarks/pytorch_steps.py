"""Times the work of `qatlab bench` in PyTorch: one JSON object a line, {"work", "variant", "ms", ...}.

Usage: pytorch_steps.py WORK [--size 28] [--batch 128] [--steps 15] [--variants a,b]
WORK is train, qat, kd or int8. Variants are the ways a PyTorch user would make it fast; the comparison takes
the best of them.
"""

import argparse
import copy
import json
import resource
import statistics
import time
import warnings

import torch
from torch import nn
import torch.nn.functional as F

warnings.filterwarnings("ignore")


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu2 = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        y = self.relu1(self.bn1(self.conv1(x)))
        return self.relu2(self.bn2(self.conv2(y)) + identity)


class ResNet18(nn.Module):
    def __init__(self, channels, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        stages = []
        inputs = 64
        for index, outputs in enumerate([64, 128, 256, 512]):
            stages.append(BasicBlock(inputs, outputs, 2 if index else 1))
            stages.append(BasicBlock(outputs, outputs, 1))
            inputs = outputs
        self.layers = nn.Sequential(*stages)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(512, classes)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        return self.fc(torch.flatten(self.avgpool(self.layers(x)), 1))


def decoupled_kd(student, teacher, target, T=4.0, alpha=1.0, beta=8.0):
    hot = F.one_hot(target, student.shape[1]).bool()
    p_s, p_t = F.softmax(student / T, 1), F.softmax(teacher / T, 1)
    pair = lambda p: torch.stack([p[hot], 1 - p[hot]], 1).clamp_min(1e-7)
    tckd = F.kl_div(pair(p_s).log(), pair(p_t), reduction="batchmean")
    rest = lambda z: F.log_softmax(z / T - 1000.0 * hot, 1)
    nckd = F.kl_div(rest(student), rest(teacher).exp(), reduction="batchmean")
    return T * T * (alpha * tckd + beta * nckd)


def prepared(model, example):
    from torch.ao.quantization import get_default_qat_qconfig_mapping
    from torch.ao.quantization.quantize_fx import prepare_qat_fx

    return prepare_qat_fx(model.train(), get_default_qat_qconfig_mapping("x86"), (example,))


def timed(step, steps, warm=3):
    for _ in range(warm):
        step()
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        step()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times), min(times), max(times)


def training_step(work, variant, images, labels, channels):
    """A step as the variant does it: fused Adam always; channels-last, compile or bf16 by name."""
    torch.manual_seed(0)
    model = ResNet18(channels, 10).train()
    teacher = copy.deepcopy(model).eval() if work == "kd" else None
    if work in ("qat", "kd"):
        model = prepared(model, images)
    if "channels-last" in variant:
        model = model.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
        teacher = teacher and teacher.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    run = torch.compile(model) if "compile" in variant else model

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled="bf16" in variant):
            logits = run(images)
            loss = F.cross_entropy(logits, labels)
            if teacher is not None:
                with torch.no_grad():
                    soft = teacher(images)
                loss = 0.5 * loss + 0.5 * decoupled_kd(logits, soft, labels)
        loss.backward()
        optimizer.step()

    return step


def inference_step(variant, images, channels):
    torch.manual_seed(0)
    model = ResNet18(channels, 10)
    if "int8" in variant:
        from torch.ao.quantization.quantize_fx import convert_fx

        model = prepared(model, images)
        model(images)
        model = convert_fx(model.eval())
    else:
        model = model.eval()
        if "channels-last" in variant:
            model = model.to(memory_format=torch.channels_last)
            images = images.contiguous(memory_format=torch.channels_last)
        if "frozen" in variant:
            with torch.no_grad():
                model = torch.jit.optimize_for_inference(torch.jit.trace(model, images))

    def step():
        with torch.no_grad():
            model(images)

    return step


VARIANTS = {
    "train": ["contiguous", "channels-last", "channels-last compile"],
    "bf16": ["channels-last bf16"],
    "qat": ["contiguous", "channels-last"],
    "kd": ["contiguous", "channels-last"],
    "int8": ["int8"],
    "float": ["channels-last", "frozen"],
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=VARIANTS)
    parser.add_argument("--size", type=int, default=28)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--variants")
    options = parser.parse_args()
    channels = 1 if options.size == 28 else 3
    images = torch.randn(options.batch, channels, options.size, options.size)
    labels = torch.arange(options.batch) % 10
    for variant in options.variants.split(",") if options.variants else VARIANTS[options.work]:
        record = {"work": options.work, "variant": variant, "size": options.size, "batch": options.batch}
        try:
            if options.work in ("int8", "float"):
                step = inference_step(variant, images, channels)
            else:
                step = training_step(options.work, variant, images, labels, channels)
            record["ms"], record["min"], record["max"] = timed(step, options.steps)
            record["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        except Exception as problem:  # a variant that this version can't do is reported, not hidden
            record["problem"] = f"{type(problem).__name__}: {problem}".splitlines()[0][:200]
        record["torch"] = torch.__version__
        print(json.dumps(record), flush=True)


if __name__ == "__main__":
    main()
