"""Weights of every width, as another program reads them from a session's files."""

import json
import pathlib
import re
import struct

import numpy
import pytest
from safetensors import safe_open

NETWORK = "tiny = conv(5, 3) > relu > pool(2) > conv(7, 3) > relu > fc(9) > relu > fc(10)"
LAYERS = ["conv1", "conv2", "fc1", "fc2"]
PROGRAM = f"""
data shapes limit 128 test 64 size 8
model {NETWORK}
teacher = train tiny epochs 1
small = ptq teacher bits(conv1: BITS, fc2: BITS, rest: BITS) calibration 2
"""


def tensors(path):
    with safe_open(path, framework="numpy") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}


def unpacked(payload, bits, count):
    """The codes of a stream of bits, by way of one great number: code i stands in bits i*bits and on."""
    assert len(payload) == -(-count * bits // 8), "the fewest bytes that hold them"
    number = int.from_bytes(payload.tobytes(), "little")
    assert number >> (count * bits) == 0, "nothing after the last code"
    codes = [number >> (index * bits) & ((1 << bits) - 1) for index in range(count)]
    return numpy.array([code - (1 << bits) if code >> (bits - 1) else code for code in codes], numpy.int8)


@pytest.fixture
def session(tmp_path, qatlab):
    """Runs the program with weights of so many bits: the files of both models, and the cells as JSON."""

    def run(bits):
        path = tmp_path / "cells.qat"
        path.write_text(PROGRAM.replace("BITS", str(bits)))
        done = qatlab("run", path, "--json", "--session", "session")
        assert done.returncode == 0, done.stdout + done.stderr
        files = list(pathlib.Path(tmp_path, "session", "objects").glob("*.safetensors"))
        kinds = {tensors(file)[1]["qatlab"]: file for file in files}
        values = {}
        for line in done.stdout.splitlines():
            values.update(json.loads(line)["values"])
        return kinds["float"], kinds["int8"], values

    return run


@pytest.mark.parametrize("bits", range(2, 9))
def test_weights_are_those_of_the_float_model_rounded_to_their_width(session, bits):
    float_file, integer_file, values = session(bits)
    floats, _ = tensors(float_file)
    stored, metadata = tensors(integer_file)
    assert values["small.size_bytes"] == integer_file.stat().st_size
    for layer in LAYERS:
        weights = floats[f"{layer}.weight"]
        codes = stored[f"{layer}.weight"]
        if bits < 8:
            name, order, shape = re.fullmatch(
                r"(int\d) (low-bits-first|low-nibble-first) \[([\d,]+)\]", metadata[f"packed:{layer}.weight"]).groups()
            assert name == f"int{bits}"
            assert order == ("low-nibble-first" if bits == 4 else "low-bits-first")
            assert [int(extent) for extent in shape.split(",")] == list(weights.shape)
            assert codes.dtype == numpy.uint8
            codes = unpacked(codes, bits, weights.size).reshape(weights.shape)
        assert codes.dtype == numpy.int8
        scales = stored[f"{layer}.scale"].reshape(-1, *[1] * (weights.ndim - 1))
        edge = 2 ** (bits - 1) - 1
        expected = numpy.clip(numpy.rint(weights / scales), -edge - 1, edge)
        # A quotient in single precision may fall on the other side of a tie.
        assert numpy.abs(codes - weights / scales).max() <= 0.5 + 1e-5 or (codes == expected).all()
        assert numpy.abs(codes - expected).max() <= 1 and (codes != expected).mean() < 0.01
        assert codes.min() < 0 < codes.max()


def test_what_the_program_packs_is_what_is_packed_here(session, tmp_path, qatlab):
    """The bytes of three-bit codes, packed here from what was read, are those of the file."""
    _, integer_file, _ = session(3)
    stored, metadata = tensors(integer_file)
    for layer in LAYERS:
        shape = metadata[f"packed:{layer}.weight"].split("[")[1][:-1]
        count = numpy.prod([int(extent) for extent in shape.split(",")])
        payload = stored[f"{layer}.weight"]
        codes = unpacked(payload, 3, int(count))
        bits = ((codes.view(numpy.uint8)[:, None] >> numpy.arange(3)) & 1).reshape(-1)
        assert (numpy.packbits(bits, bitorder="little") == payload).all()


def test_a_file_whose_width_lies_is_refused(session, tmp_path, qatlab):
    _, integer_file, _ = session(3)
    content = integer_file.read_bytes()
    assert content.count(b"int3 low-bits-first") == len(LAYERS)
    length, = struct.unpack("<Q", content[:8])
    changed = content[:8 + length].replace(b"int3 low-bits", b"int2 low-bits") + content[8 + length:]
    integer_file.write_bytes(changed)
    done = qatlab("--session", "session", input="evaluate small\n")
    assert done.returncode == 1
    assert "small" in done.stdout + done.stderr
