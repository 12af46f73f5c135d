"""Writes files as `torch.save` does, in both of its forms, without PyTorch.

`python Tests/Clients/torch_files.py FOLDER` writes the small ones that the tests of TensorFiles read, with what is in
them as `expected.json`. Layouts are those of torch 2.15: a zip archive whose records are stored, aligned to 64 bytes,
with sizes in the central directory alone; or five pickles and the storages behind them.
"""

import collections
import contextlib
import io
import json
import math
import pathlib
import pickle
import struct
import sys
import types
import zlib

TYPES = {
    "float64": ("DoubleStorage", "d"), "float32": ("FloatStorage", "f"), "float16": ("HalfStorage", "e"),
    "bfloat16": ("BFloat16Storage", None), "int64": ("LongStorage", "q"), "int32": ("IntStorage", "i"),
    "int16": ("ShortStorage", "h"), "int8": ("CharStorage", "b"), "uint8": ("ByteStorage", "B"),
    "bool": ("BoolStorage", "?"),
}


class Storage:
    """Numbers of one type; a view is a part of another storage, as the older form has it."""

    def __init__(self, kind, values, view=None):
        self.kind, self.values, self.view = kind, list(values), view

    @property
    def bytes(self):
        letter = TYPES[self.kind][1]
        if letter is None:
            return b"".join(struct.pack("<f", value)[2:] for value in self.values)
        return struct.pack(f"<{len(self.values)}{letter}", *self.values)


class Tensor:
    def __init__(self, shape, values=None, kind="float32", storage=None, offset=0, strides=None, parameter=False):
        self.shape = tuple(shape)
        self.storage = storage if storage is not None else Storage(kind, values)
        self.offset = offset
        self.strides = tuple(strides) if strides is not None else row_major(self.shape)
        self.parameter = parameter

    def values(self):
        """Row-major, as floats."""
        start, length = self.storage.view or (0, len(self.storage.values))
        part = self.storage.values[start:start + length]
        places = [self.offset]
        for extent, stride in zip(self.shape, self.strides):
            places = [place + step * stride for place in places for step in range(extent)]
        return [float(part[place]) for place in places] if math.prod(self.shape) else []

    def __reduce__(self):
        function = sys.modules["torch._utils"]._rebuild_tensor_v2
        plain = (self.storage, self.offset, self.shape, self.strides, False, collections.OrderedDict())
        if not self.parameter:
            return function, plain
        inner = Tensor(self.shape, storage=self.storage, offset=self.offset, strides=self.strides)
        return sys.modules["torch._utils"]._rebuild_parameter, (inner, True, collections.OrderedDict())


def row_major(shape):
    return tuple(math.prod(shape[place + 1:]) for place in range(len(shape)))


@contextlib.contextmanager
def named_as_torch():
    """Stand-ins under torch's names, which are all that a pickle has of them."""
    torch, utilities = types.ModuleType("torch"), types.ModuleType("torch._utils")
    for name, _ in TYPES.values():
        setattr(torch, name, type(name, (), {"__module__": "torch"}))
    for name in ["_rebuild_tensor_v2", "_rebuild_parameter"]:
        function = types.FunctionType((lambda: None).__code__, {}, name)
        function.__module__, function.__qualname__ = "torch._utils", name
        setattr(utilities, name, function)
    before = {name: sys.modules.get(name) for name in ["torch", "torch._utils"]}
    sys.modules.update({"torch": torch, "torch._utils": utilities})
    try:
        yield torch
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def pickled(value, legacy):
    """The pickle and its storages by key."""
    storages = {}
    with named_as_torch() as torch:
        class Pickler(pickle.Pickler):
            def persistent_id(self, item):
                if not isinstance(item, Storage):
                    return None
                known = [key for key, storage in storages.items() if storage.values is item.values]
                key = known[0] if known else str(94443046143424 + 64 * len(storages) if legacy else len(storages))
                storages[key] = item
                kind = getattr(torch, TYPES[item.kind][0])
                view = (key + "1", *item.view) if item.view else None
                return ("storage", kind, key, "cpu", len(item.values)) + ((view,) if legacy else ())

        buffer = io.BytesIO()
        Pickler(buffer, protocol=2).dump(value)
    return buffer.getvalue(), storages


def write_archive(path, value):
    """The form of torch 1.6 and later."""
    description, storages = pickled(value, legacy=False)
    root = pathlib.Path(path).stem
    records = [("data.pkl", description), (".format_version", b"1"), (".storage_alignment", b"64"),
               ("byteorder", b"little")]
    records += [(f"data/{key}", storage.bytes) for key, storage in storages.items()]
    records += [("version", b"3\n")]
    body, directory = bytearray(), bytearray()
    for name, data in records:
        name, start, sum_ = f"{root}/{name}".encode(), len(body), zlib.crc32(data)
        padding = -(start + 30 + len(name) + 4) % 64
        body += struct.pack("<IHHHHHIIIHH", 0x04034B50, 0, 0x808, 0, 0, 0, 0, 0, 0, len(name), 4 + padding)
        body += name + b"FB" + struct.pack("<H", padding) + b"Z" * padding + data
        body += struct.pack("<IIII", 0x08074B50, sum_, len(data), len(data))
        directory += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 0, 0, 0x808, 0, 0, 0, sum_, len(data),
                                 len(data), len(name), 0, 0, 0, 0, 0, start) + name
    end = len(body) + len(directory)
    last = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 0x31E, 45, 0, 0, len(records), len(records),
                       len(directory), len(body))
    last += struct.pack("<IIQI", 0x07064B50, 0, end, 1)
    last += struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, len(records), len(records), len(directory), len(body), 0)
    pathlib.Path(path).write_bytes(bytes(body + directory) + last)


def write_legacy(path, value):
    """The form before torch 1.6."""
    description, storages = pickled(value, legacy=True)
    system = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}
    parts = [pickle.dumps(part, protocol=2) for part in (0x1950A86A20F9469CFC6C, 1001, system)]
    parts += [description, pickle.dumps(sorted(storages), protocol=2)]
    for key in sorted(storages):
        parts += [struct.pack("<q", len(storages[key].values)), storages[key].bytes]
    pathlib.Path(path).write_bytes(b"".join(parts))


class Hostile:
    """What would run a command if its pickle were loaded."""

    def __reduce__(self):
        import os
        return os.system, ("touch /tmp/qatlab-was-here",)


def examples():
    """Tensors of every type, and of every way to lie in a storage."""
    numbers = [0.5, -1.25, 3, 0, 2, -7.5]
    tensors = collections.OrderedDict()
    for kind in ["float64", "float32", "float16", "bfloat16"]:
        tensors[kind] = Tensor([2, 3], numbers, kind)
    for kind in ["int64", "int32", "int16", "int8"]:
        tensors[kind] = Tensor([3], [-5, 0, 100], kind)
    tensors["uint8"] = Tensor([3], [0, 7, 255], "uint8")
    tensors["bool"] = Tensor([2], [True, False], "bool")
    shared = Storage("float32", range(24))
    tensors["transposed"] = Tensor([3, 2], storage=shared, offset=1, strides=[1, 3])
    tensors["part"] = Tensor([2, 2, 2], storage=shared, offset=4, strides=[12, 4, 1])
    tensors["repeated"] = Tensor([2, 3], storage=shared, offset=5, strides=[0, 1])
    tensors["scalar"] = Tensor([], [41], "int64")
    tensors["empty"] = Tensor([0, 4], [])
    return tensors


def main(folder):
    folder = pathlib.Path(folder)
    tensors = examples()
    moments = {"state": {0: {"step": 3, "exp_avg": Tensor([2], [1, 2])}}, "param_groups": [{"lr": 0.1, "params": [0]}]}
    weights = collections.OrderedDict(
        (f"module.{name}", Tensor(tensor.shape, storage=tensor.storage, offset=tensor.offset,
                                  strides=tensor.strides,
                                  parameter="float" in tensor.storage.kind)) for name, tensor in tensors.items())
    checkpoint = {"epoch": 3, "arch": "resnet18", "best": 0.75, "none": None, "flag": True, "far": -70000,
                  "long": 1 << 40, "optimizer": moments, "state_dict": weights}
    viewed = collections.OrderedDict(
        seen=Tensor([2, 2], storage=Storage("float32", range(10), view=(3, 5)), offset=1))
    for write, form in [(write_archive, "archive"), (write_legacy, "legacy")]:
        write(folder / f"plain-{form}.pth", tensors)
        write(folder / f"checkpoint-{form}.pth", checkpoint)
        write(folder / f"hostile-{form}.pth", {"state_dict": tensors, "epoch": Hostile()})
    write_legacy(folder / "view-legacy.pth", viewed)
    expected = {name: {"shape": tensor.shape, "values": tensor.values()} for name, tensor in tensors.items()}
    expected["seen"] = {"shape": [2, 2], "values": viewed["seen"].values()}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
