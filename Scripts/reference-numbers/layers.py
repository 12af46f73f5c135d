"""Fake quantization, a convolution with batch norm under it, and an integer convolution."""

import torch
import torch.nn.functional as F

from tensors import normal, read, tensor, uniform


def with_ties(x, scale):
    """The values, the first six of which lie between two codes or on zero."""
    flat = x.flatten().clone()
    flat[:6] = torch.tensor([0.5, 1.5, 2.5, -0.5, -1.5, 0.0]) * scale
    return flat.reshape(x.shape)


class FakeQuantize:
    about = (
        "q = zp + round_half_even(x * (1/scale)), clamped to [qmin, qmax]; y = (q - zp) * scale; grad_x = grad_y where "
        "the unclamped q lies inside [qmin, qmax], else 0.")
    grids = [
        (8, 0, 255, 128), (8, 0, 255, 3), (8, 0, 127, 17), (8, -128, 127, 0), (8, -127, 127, 0), (4, -8, 7, 0),
        (4, 0, 15, 5), (2, -2, 1, 0)]

    @classmethod
    def inputs(cls, generator):
        for bits, low, high, zero in cls.grids:
            scale = float(uniform(generator, 1, low=0.05, high=0.13))
            x = with_ties(normal(generator, 3, 37, scale=scale * (high - low) / 4), scale)
            yield {
                "kind": "per_tensor", "bits": bits, "qmin": low, "qmax": high, "scale": scale, "zero_point": zero,
                "x": tensor(x), "grad_y": tensor(normal(generator, 3, 37))}
        for low, high in [(-128, 127), (-8, 7)]:
            yield {
                "kind": "per_channel", "axis": 0, "qmin": low, "qmax": high,
                "scale": tensor(uniform(generator, 5, low=0.01, high=0.05)),
                "zero_point": tensor(torch.zeros(5, dtype=torch.int32)), "x": tensor(normal(generator, 5, 2, 3, 3)),
                "grad_y": tensor(normal(generator, 5, 2, 3, 3))}

    @staticmethod
    def outputs(case, _):
        x = read(case["x"]).requires_grad_()
        if case["kind"] == "per_tensor":
            y = torch.fake_quantize_per_tensor_affine(
                x, case["scale"], case["zero_point"], case["qmin"], case["qmax"])
        else:
            y = torch.fake_quantize_per_channel_affine(
                x, read(case["scale"]), read(case["zero_point"], torch.int32), case["axis"], case["qmin"],
                case["qmax"])
        y.backward(read(case["grad_y"]))
        return {"y": tensor(y.detach()), "grad_x": tensor(x.grad)}


class ConvolutionWithBatchNorm:
    about = (
        "Training-mode ConvBn with the fold simulated: weights scaled by gamma/sqrt(running_var+eps), fake-quantized per "
        "output channel on [-127,127] (scale = max|w|/127, constant in the backward pass), convolved, unscaled, then "
        "batch-normalised with the batch's statistics.")

    @staticmethod
    def inputs(generator):
        for stride, kernel, groups in [(1, 3, 1), (2, 3, 1), (1, 1, 1), (1, 3, 4)]:
            x = normal(generator, 3, 4, 7, 7)
            case = {
                "stride": stride, "kernel": kernel, "padding": kernel // 2, "groups": groups, "eps": 1e-5,
                "momentum": 0.1, "x": x, "weight": normal(generator, 8, 4 // groups, kernel, kernel, scale=0.4),
                "gamma": uniform(generator, 8, low=0.4, high=1.4), "beta": normal(generator, 8, scale=0.3),
                "running_mean": normal(generator, 8, scale=0.2),
                "running_var": uniform(generator, 8, low=0.9, high=1.5)}
            side = (7 - 1) // stride + 1
            case["grad_y"] = normal(generator, 3, 8, side, side)
            yield {key: tensor(value) if isinstance(value, torch.Tensor) else value for key, value in case.items()}

    @staticmethod
    def outputs(case, _):
        x, weight, gamma, beta = (read(case[key]).requires_grad_() for key in ["x", "weight", "gamma", "beta"])
        mean, variance = read(case["running_mean"]), read(case["running_var"])
        factor = (gamma / (variance + case["eps"]).sqrt()).reshape(-1, 1, 1, 1)
        folded = weight * factor
        scale = folded.detach().abs().amax((1, 2, 3)) / 127
        zeros = torch.zeros(len(scale), dtype=torch.int32)
        rounded = torch.fake_quantize_per_channel_affine(folded, scale, zeros, 0, -127, 127)
        sums = F.conv2d(x, rounded, None, case["stride"], case["padding"], 1, case["groups"])
        y = F.batch_norm(
            sums / factor.reshape(1, -1, 1, 1), mean, variance, gamma, beta, True, case["momentum"], case["eps"])
        y.backward(read(case["grad_y"]))
        results = {
            "weight_scale": scale, "y": y.detach(), "new_running_mean": mean, "new_running_var": variance,
            "grad_x": x.grad, "grad_weight": weight.grad, "grad_gamma": gamma.grad, "grad_beta": beta.grad}
        return {key: tensor(value) for key, value in results.items()}


class IntegerConvolution:
    about = (
        "uint8 activations, int8 weights per output channel, float bias; zero padding means the zero point. Codes agree "
        "exactly, or within 1 where the product lies on a rounding edge.")

    @staticmethod
    def inputs(generator):
        for relu in [False, True]:
            for stride, padding in [(1, 1), (2, 1), (1, 0)]:
                weight = normal(generator, 6, 5, 3, 3, scale=50).round().clamp(-127, 127).int()
                yield {
                    "relu": relu, "stride": stride, "padding": padding,
                    "x": tensor((normal(generator, 2, 5, 6, 6, scale=25) + 37).round().clamp(0, 127).int()),
                    "x_scale": 0.04, "x_zero_point": 37, "weight": tensor(weight),
                    "weight_scale": tensor(uniform(generator, 6, low=0.004, high=0.008)),
                    "bias": tensor(normal(generator, 6, scale=0.2)), "y_scale": 0.03, "y_zero_point": 64}

    @staticmethod
    def outputs(case, _):
        # In whole numbers of double precision, which are exact here.
        x = read(case["x"], torch.float64) - case["x_zero_point"]
        sums = F.conv2d(x, read(case["weight"], torch.float64), None, case["stride"], case["padding"])
        scale = case["x_scale"] * read(case["weight_scale"], torch.float64)
        real = sums * scale.reshape(1, -1, 1, 1) + read(case["bias"], torch.float64).reshape(1, -1, 1, 1)
        if case["relu"]:
            real = real.relu()
        codes = (real / case["y_scale"]).round() + case["y_zero_point"]
        return {"y": tensor(codes.clamp(0, 255).int())}
