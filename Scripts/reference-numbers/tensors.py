"""Tensors as the fixtures hold them."""

import torch


def tensor(values):
    """A tensor's JSON form, in the digits of its type."""
    return {"shape": list(values.shape), "data": values.flatten().tolist()}


def read(value, dtype=torch.float32):
    """The tensor of a JSON form."""
    return torch.tensor(value["data"], dtype=dtype).reshape(value["shape"])


def normal(generator, *shape, scale=1.0):
    return torch.randn(*shape, generator=generator) * scale


def uniform(generator, *shape, low=0.0, high=1.0):
    return torch.rand(*shape, generator=generator) * (high - low) + low
