"""The rules of safetensors, held against the package of that name: what one writes the other reads, and what one refuses
the other does."""

import json
import struct

import numpy
import pytest
import safetensors.numpy

from sessions import lines

SETTING = ["data shapes limit 96 test 60 size 8", "model tiny = conv(4, 3) > relu > globalpool > fc(10)"]


@pytest.fixture
def trained(tmp_path, qatlab):
    """A model as qatlab writes it: the file's bytes."""
    cells = [*SETTING, "t = train tiny epochs 1 batch 32", 'export t "t.safetensors"']
    assert qatlab("run", "-", input="\n".join(cells)).returncode == 0
    return (tmp_path / "t.safetensors").read_bytes()


def split(data):
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8:8 + length]), data[8 + length:]


def joined(header, content):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content


def variants(data):
    """Files by what is otherwise in them."""
    header, content = split(data)
    names = [name for name in header if name != "__metadata__"]
    first, second = sorted(names, key=lambda name: header[name]["data_offsets"])[:2]
    text = json.dumps(header).encode()

    def changed(change):
        copy = json.loads(json.dumps(header))
        change(copy)
        return joined(copy, content)

    def offsets(name, begin, end):
        return changed(lambda header: header[name].update(data_offsets=[begin, end]))

    begin, end = header[second]["data_offsets"]
    start, stop = header[first]["data_offsets"]
    return {
        "as it is": data,
        "spaces after the header": joined(text + b" " * 64, content),
        "members in another order": joined({name: header[name] for name in reversed(header)}, content),
        "no metadata": changed(lambda header: header.pop("__metadata__", None)),
        "other metadata": changed(lambda header: header.update(__metadata__={"é\n": "\u2028"})),
        "metadata that is a number": changed(lambda header: header.update(__metadata__={"a": 1})),
        "metadata that is a list": changed(lambda header: header.update(__metadata__=[])),
        "overlap": offsets(second, begin - 4, end - 4),
        "hole": joined({**header, second: {**header[second], "data_offsets": [begin + 4, end + 4]}}, content + bytes(4)),
        "backwards": offsets(second, end, begin),
        "beyond the file": offsets(second, begin, end + 4 * len(content)),
        "negative": offsets(first, -4, stop - 4),
        "too large for its shape": offsets(first, start, stop + 4),
        "a shape that overflows": changed(lambda header: header[first].update(shape=[2**62, 2**62])),
        "a negative extent": changed(lambda header: header[first].update(shape=[-1])),
        "a fraction": changed(lambda header: header[first].update(shape=[1.5])),
        "an unknown type": changed(lambda header: header[first].update(dtype="F31")),
        "no type": changed(lambda header: header[first].pop("dtype")),
        "three offsets": changed(lambda header: header[first].update(data_offsets=[0, 4, 8])),
        "bytes after the last tensor": data + b"\0",
        "a byte too few": data[:-1],
        "nothing": b"",
        "no header": data[:8],
        "half a header": data[:8 + len(text) // 2],
        "a header of nothing": joined(b"", content),
        "a header longer than the file": struct.pack("<Q", len(data)) + data[8:],
        "a header of 100 MB and a byte": struct.pack("<Q", 100_000_001) + data[8:],
        "a header of 2^63 bytes": struct.pack("<Q", 2**63) + data[8:],
        "a list for a header": joined(b"[]", content),
        "text after the header": joined(text + b"x", content),
        "no UTF-8": joined(text.replace(b'"' + first.encode(), b'"\xff', 1), content),
        "the same tensor twice": joined(text[:-1] + b"," + json.dumps({first: header[first]}).encode()[1:], content),
    }


def is_read(data):
    try:
        return bool(safetensors.numpy.load(data))
    except Exception:
        return False


def test_each_refuses_what_the_other_refuses(tmp_path, qatlab, trained):
    cases = variants(trained)
    for number, data in enumerate(cases.values()):
        (tmp_path / f"{number}.safetensors").write_bytes(data)
    loads = [f'# %% tags=["raises-exception"]\nx = load tiny "{number}.safetensors"' for number in range(len(cases))]
    process = qatlab("run", "-", "--json", input="\n".join(["# %%", *SETTING, *loads]) + "\n")
    records = lines(process)[1:]
    assert len(records) == len(cases)
    read = {name: record["status"] == "ok" for name, record in zip(cases, records)}
    expected = {name: is_read(data) for name, data in cases.items()}
    # The package takes the last of two entries, and which bytes are a tensor's is then anybody's guess.
    expected["the same tensor twice"] = False
    assert read == expected
    assert sum(read.values()) >= 4
    for name, record in zip(cases, records):
        if not read[name]:
            assert len(record["diagnostics"][0]["message"]) > 20, name


def test_what_the_package_writes_is_read_and_the_other_way_round(tmp_path, qatlab, trained):
    """To the last bit, through both, in every type that holds the values."""
    tensors = safetensors.numpy.load(trained)
    header, _ = split(trained)
    again = safetensors.numpy.save(tensors, header.get("__metadata__"))
    assert split(again)[1] == split(trained)[1]
    (tmp_path / "again.safetensors").write_bytes(again)
    types = {"F64": numpy.float64, "F32": numpy.float32, "F16": numpy.float16}
    rounded = {name: tensor.astype(numpy.float16) for name, tensor in tensors.items()}
    for name, type in types.items():
        safetensors.numpy.save_file(
            {key: tensor.astype(type) for key, tensor in rounded.items()}, tmp_path / f"{name}.safetensors")
    # What no layer of the network has is passed over, whatever its type.
    others = {
        kind: numpy.arange(3).astype(kind)
        for kind in ("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64")}
    safetensors.numpy.save_file({**tensors, **others}, tmp_path / "others.safetensors")
    cells = [*SETTING]
    for name in ("again", "others", *types):
        cells += [f'{name}x = load tiny "{name}.safetensors"', f'export {name}x "{name}-out.safetensors"']
    process = qatlab("run", "-", "--json", input="\n".join(cells) + "\n")
    assert process.returncode == 0, process.stdout
    for name, expected in [("again", tensors), ("others", tensors), *((name, rounded) for name in types)]:
        written = safetensors.numpy.load((tmp_path / f"{name}-out.safetensors").read_bytes())
        assert written.keys() == expected.keys()
        for key, tensor in expected.items():
            assert (written[key] == tensor.astype(numpy.float32)).all() and written[key].dtype == numpy.float32


def test_headers_are_aligned_and_sorted_as_the_package_does(tmp_path, qatlab, trained):
    header, content = split(trained)
    (length,) = struct.unpack("<Q", trained[:8])
    assert (8 + length) % 8 == 0
    entries = [(name, entry) for name, entry in header.items() if name != "__metadata__"]
    assert [name for name, _ in entries] == sorted(name for name, _ in entries)
    ends = [entry["data_offsets"] for _, entry in entries]
    assert ends[0][0] == 0 and ends[-1][1] == len(content)
    assert all(before[1] == after[0] for before, after in zip(ends, ends[1:]))
