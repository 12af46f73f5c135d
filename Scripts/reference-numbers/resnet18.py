"""A ResNet-18 whose weights come from a formula: logits, gradients' norms and five steps."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from tensors import tensor

MASK = (1 << 64) - 1


def formula(name, count):
    """`count` numbers in [-1, 1): SplitMix64 from the FNV-1a hash of the name, 24 bits of each."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = ((state ^ byte) * 0x100000001B3) & MASK
    values = []
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        values.append(((z ^ (z >> 31)) >> 40) * 2.0**-23 - 1)
    return torch.tensor(values, dtype=torch.float32)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class Network(nn.Module):
    """With the names of torchvision's."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        widths = [64, 64, 128, 256, 512]
        for stage in range(1, 5):
            stride = 1 if stage == 1 else 2
            blocks = [Block(widths[stage - 1], widths[stage], stride), Block(widths[stage], widths[stage], 1)]
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
        self.fc = nn.Linear(512, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for stage in range(1, 5):
            x = getattr(self, f"layer{stage}")(x)
        return self.fc(x.mean((2, 3)))


@torch.no_grad()
def fill(network, salt):
    for name, values in network.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        u = formula(salt + name, values.numel()).reshape(values.shape)
        if values.dim() > 1:
            u = u * math.sqrt(3 / values[0].numel())
        elif name.endswith(("running_var", "bn1.weight", "bn2.weight", "downsample.1.weight")):
            u = 1 + 0.1 * u
        else:
            u = 0.1 * u
        values.copy_(u)


class ResNet18:
    about = (
        "torchvision-shaped ResNet-18, 10 classes, input 8x3x32x32, labels i mod 10. Tensor value k (1-based k) = "
        "uniform(splitmix64(FNV1a64(salt + name) + k*0x9E3779B97F4A7C15) top 24 bits) mapped to [-1,1); conv/fc weights "
        "times sqrt(3/fan_in), batch-norm weight 1+0.1u, biases 0.1u, running_mean 0.1u, running_var 1+0.1u, input u. "
        "names as in torchvision's state_dict, input named 'input'. SGD lr 0.01 momentum 0.9 weight decay 1e-4 on all "
        "parameters, cross-entropy, 5 steps on the same batch in training mode.")

    @staticmethod
    def inputs(generator):
        yield {"salt": f"{int(torch.randint(1_000_000, (1,), generator=generator))}:"}

    @staticmethod
    def outputs(case, _):
        network = Network()
        fill(network, case["salt"])
        x = formula(case["salt"] + "input", 8 * 3 * 32 * 32).reshape(8, 3, 32, 32)
        labels = torch.arange(8) % 10

        def logits():
            network.eval()
            with torch.no_grad():
                result = tensor(network(x))
            network.train()
            return result

        before, losses, norms = logits(), [], {}
        optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
        for _ in range(5):
            optimizer.zero_grad()
            loss = F.cross_entropy(network(x), labels)
            loss.backward()
            norms = norms or {name: float(value.grad.norm()) for name, value in network.named_parameters()}
            optimizer.step()
            losses.append(float(loss.detach()))
        return {
            "eval_logits": before, "losses": losses, "first_grad_norms": norms, "eval_logits_after": logits()}
