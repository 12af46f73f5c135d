"""What torch.ao's observers make of some batches."""

import torch
from torch.ao import quantization

from tensors import normal, read, tensor

OBSERVERS = {
    "MinMax": quantization.MinMaxObserver,
    "MovingAverageMinMax": quantization.MovingAverageMinMaxObserver,
    "Histogram": quantization.HistogramObserver,
    "PerChannelMinMax": quantization.PerChannelMinMaxObserver,
    "MovingAveragePerChannelMinMax": quantization.MovingAveragePerChannelMinMaxObserver,
}
TYPES = {"quint8": torch.quint8, "qint8": torch.qint8}


def draw_batches(generator):
    """Five batches of growing size, every second one behind a ReLU."""
    for index in range(5):
        batch = normal(generator, 4, 6, 5, 5, scale=1 + index / 2)
        yield batch.relu() if index % 2 else batch


class Observers:
    about = (
        "Each observer saw the five batches of observer_batches.json in order (channel axis 1). Histogram is torch.ao's, "
        "with 2048 bins: scale within 2 %.")

    @staticmethod
    def inputs(_):
        for name in OBSERVERS:
            for dtype, scheme, reduced, low, high in [
                ("quint8", "affine", False, 0, 255), ("quint8", "affine", True, 0, 127),
                ("qint8", "symmetric", False, -128, 127),
            ]:
                yield {
                    "observer": name, "dtype": dtype, "qscheme": scheme, "reduce_range": reduced, "qmin": low,
                    "qmax": high}

    @staticmethod
    def outputs(case, batches):
        options = {"dtype": TYPES[case["dtype"]], "reduce_range": case["reduce_range"]}
        is_per_channel = "PerChannel" in case["observer"]
        level = "per_channel" if is_per_channel else "per_tensor"
        options["qscheme"] = getattr(torch, f"{level}_{case['qscheme']}")
        if is_per_channel:
            options["ch_axis"] = 1
        observer = OBSERVERS[case["observer"]](**options)
        for batch in batches:
            observer(read(batch))
        scale, zero_point = observer.calculate_qparams()
        return {
            "scale": tensor(scale), "zero_point": tensor(zero_point), "min": tensor(observer.min_val),
            "max": tensor(observer.max_val)}
