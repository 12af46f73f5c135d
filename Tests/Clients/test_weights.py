"""Weights that other programs wrote: PyTorch's files, written here without PyTorch."""

import collections
import json
import pathlib
import struct

import pytest
import torch_files
from torch_files import Tensor

SETTING = """data shapes limit 96 test 60 size 12
model tiny = conv(4, 3) > bn > relu > globalpool > fc(10)
"""


def read_safetensors(path):
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    tensors = collections.OrderedDict()
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = (8 + length + offset for offset in entry["data_offsets"])
            tensors[name] = Tensor(entry["shape"], struct.unpack(f"<{(end - start) // 4}f", data[start:end]))
    return tensors


def cells(completed):
    return [json.loads(line) for line in completed.stdout.splitlines()]


@pytest.fixture
def trained(qatlab, tmp_path):
    """A trained model's tensors, and its accuracy and loss."""
    (tmp_path / "train.qat").write_text(SETTING + "first = train tiny epochs 2\n")
    values = cells(qatlab("run", "train.qat", "--session", "session", "--json"))[0]["values"]
    objects = list((tmp_path / "session" / "objects").glob("*.safetensors"))
    assert len(objects) == 1
    return read_safetensors(objects[0]), values["first.accuracy"], values["first.loss"]


@pytest.mark.parametrize("form", ["archive", "legacy"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_what_was_saved_as_pytorch_does_computes_the_same(qatlab, tmp_path, trained, form, wrapped):
    tensors, accuracy, loss = trained
    count = len(tensors)
    weights = collections.OrderedDict(tensors, **{"bn1.num_batches_tracked": Tensor([], [7], "int64")})
    if wrapped:
        weights = collections.OrderedDict((f"module.{name}", tensor) for name, tensor in weights.items())
    value = {"epoch": 3, "state_dict": weights} if wrapped else weights
    {"archive": torch_files.write_archive, "legacy": torch_files.write_legacy}[form](tmp_path / "weights.pth", value)
    (tmp_path / "load.qat").write_text(SETTING + 'second = load tiny "weights.pth"\nevaluate second\n')
    completed = qatlab("run", "load.qat", "--json")
    values = cells(completed)[0]["values"]
    assert values["second.matched_tensors"] == count, completed.stdout
    assert (values["second.new_tensors"], values["second.extra_tensors"]) == (0, 0)
    assert (values["second.accuracy"], values["second.loss"]) == (accuracy, loss)


@pytest.mark.parametrize("form", ["archive", "legacy"])
def test_nothing_in_a_file_is_executed(qatlab, tmp_path, form):
    flag = pathlib.Path("/tmp/qatlab-was-here")
    flag.unlink(missing_ok=True)
    write = {"archive": torch_files.write_archive, "legacy": torch_files.write_legacy}[form]
    write(tmp_path / "weights.pth", {"state_dict": torch_files.examples(), "epoch": torch_files.Hostile()})
    (tmp_path / "load.qat").write_text(SETTING + 'second = load tiny "weights.pth"\n')
    completed = qatlab("run", "load.qat", "--json")
    assert completed.returncode == 1
    message = cells(completed)[0]["diagnostics"][0]["message"]
    assert "posix.system" in message and "nothing is executed" in message
    assert not flag.exists()


def test_a_changed_file_is_loaded_again_where_results_are_kept(qatlab, tmp_path, trained):
    tensors, _, _ = trained
    torch_files.write_archive(tmp_path / "weights.pth", tensors)
    (tmp_path / "load.qat").write_text(SETTING + '# %%\nsecond = load tiny "weights.pth"\nevaluate second\n')

    def served():
        lines = cells(qatlab("replay", "--cached", "--session", "kept", "--json", "load.ipynb"))[:-1]
        return [line["cell"] for line in lines if line.get("cached")]

    assert qatlab("convert", "load.qat", "load.ipynb").returncode == 0
    assert qatlab("run", "--in-place", "--session", "kept", "load.ipynb").returncode == 0
    assert served() == [2]
    changed = collections.OrderedDict(tensors)
    bias = next(name for name in changed if name.endswith(".bias"))
    changed[bias] = Tensor(changed[bias].shape, [value + 1 for value in changed[bias].values()])
    torch_files.write_archive(tmp_path / "weights.pth", changed)
    assert served() == []
