"""Folders of pictures that Pillow wrote, and answers that NumPy reads."""

import csv
import gzip
import json
import pathlib

import numpy
import pytest
from PIL import Image

FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")
TRAINING, TEST = 2000, 1000

needs_fashion = pytest.mark.skipif(not FASHION.exists(), reason="Fashion-MNIST is not installed")


def idx(name, count, offset, *shape):
    data = gzip.open(FASHION / name).read()
    return numpy.frombuffer(data, numpy.uint8, offset=offset)[:count * int(numpy.prod(shape))].reshape(count, *shape)


def write_folders(folder, ending, **options):
    """Fashion-MNIST's first images as one folder a class: classes are digits, files are numbered."""
    for part, stem, count in (("train", "train", TRAINING), ("test", "t10k", TEST)):
        images = idx(f"{stem}-images-idx3-ubyte.gz", count, 16, 28, 28)
        labels = idx(f"{stem}-labels-idx1-ubyte.gz", count, 8)
        for number, (image, label) in enumerate(zip(images, labels)):
            place = folder / part / str(label)
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(place / f"{number:05}{ending}", **options)


@pytest.fixture
def cells(qatlab, tmp_path):
    """Runs statements, a cell each, and gives the cells' lines of JSON."""

    def run(*programs, session=None):
        (tmp_path / "cells.qat").write_text("\n# %%\n".join(programs) + "\n")
        place = ["--session", session] if session else []
        result = qatlab("run", "cells.qat", "--json", *place)
        assert result.returncode == 0, result.stdout + result.stderr
        return [json.loads(line) for line in result.stdout.splitlines()]

    return run


PROGRAM = """
model small = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > bn > relu > pool(2) > fc(10)
teacher = train small epochs 3
"""


def accuracy(cells, data):
    return cells(data + PROGRAM)[0]["values"]["teacher.accuracy"]


@needs_fashion
def test_class_folders_train_as_the_idx_files_do(cells, tmp_path):
    original = accuracy(cells, f"data fashion-mnist limit {TRAINING} test {TEST}")
    assert original > 0.6
    for ending, options in ((".png", {}), (".jpg", {"quality": 95})):
        folder = tmp_path / ending[1:]
        write_folders(folder, ending, **options)
        found = accuracy(cells, f'data "{folder}" grey')
        # Another order of the images is another run; four deviations by chance of 1,000 test images each.
        assert abs(found - original) < 4 * (2 * original * (1 - original) / TEST) ** 0.5, (ending, found, original)


@needs_fashion
def test_exported_images_are_those_of_the_data(cells, tmp_path):
    cells('data fashion-mnist limit 50 test 20\nexport data "out"')
    for part, stem, count in (("train", "train", 50), ("test", "t10k", 20)):
        images = idx(f"{stem}-images-idx3-ubyte.gz", count, 16, 28, 28)
        labels = idx(f"{stem}-labels-idx1-ubyte.gz", count, 8)
        files = sorted((tmp_path / "out" / part).glob("*/*.png"), key=lambda file: int(file.stem))
        assert [int(file.stem) for file in files] == list(range(1, count + 1))
        names = [file.parent.name for file in files]
        assert len(set(zip(names, labels.tolist()))) == len(set(labels.tolist()))
        for file, image in zip(files, images):
            with Image.open(file) as picture:
                assert picture.mode == "L" and (numpy.asarray(picture) == image).all()


def gradient(width, height, turn=0):
    y, x = numpy.mgrid[0:height, 0:width]
    pixels = numpy.stack([x * 255 // width, y * 255 // height, (x + 3 * y + 40 * turn) % 256], axis=-1)
    return Image.fromarray(pixels.astype(numpy.uint8))


@pytest.fixture
def trained(cells, tmp_path):
    """A session with a model of two classes, trained on gradients."""
    folder = tmp_path / "gradients"
    for name, turn in (("plain", 0), ("turned", 3)):
        for index in range(24):
            place = folder / name
            place.mkdir(parents=True, exist_ok=True)
            gradient(40 + index, 60 - index, turn).save(place / f"{index}.jpg", quality=90)
    session = tmp_path / "session"
    program = f"""data "{folder}" size 16
model small = conv(8, 3) > bn > relu > globalpool > fc(2)
teacher = train small epochs 2
"""
    cells(program, session=session)
    return session, folder


def test_answers_are_read_by_numpy_and_are_the_evaluations(cells, trained, tmp_path):
    session, _ = trained
    lines = cells(
        "evaluate teacher", 'predict teacher test "a.csv"', 'predict teacher test "a.npy"', session=session)
    accuracy = lines[0]["values"]["teacher.accuracy"]
    table = numpy.load(tmp_path / "a.npy")
    assert table.dtype == numpy.float32 and table.shape[1] == 4
    assert (table[:, 0] == table[:, 1]).mean() == pytest.approx(accuracy)
    assert (table[:, 2:].argmax(1) == table[:, 1]).all()
    rows = list(csv.reader(open(tmp_path / "a.csv")))
    assert rows[0] == ["label", "chosen", "plain", "turned"]
    assert numpy.array_equal(numpy.array(rows[1:], numpy.float32), table)


def test_odd_formats_of_one_picture_get_one_answer(cells, trained, tmp_path):
    """The same picture, in every form that Pillow writes without loss, has the same probability."""
    session, _ = trained
    image = gradient(64, 48, 3)
    image.save(tmp_path / "plain.png")
    image.convert("RGBA").save(tmp_path / "alpha.png")
    exif = Image.Exif()
    back = {1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
            4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90,
            7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270}
    for orientation, method in back.items():
        exif[0x0112] = orientation
        (image if method is None else image.transpose(method)).save(
            tmp_path / f"turned-{orientation}.png", exif=exif)
    names = ["plain.png", "alpha.png"] + [f"turned-{number}.png" for number in back]
    lines = cells(*(f'predict teacher "{name}"' for name in names), session=session)
    shares = [line["values"]["teacher.probability"] for line in lines]
    assert shares == pytest.approx([shares[0]] * len(shares), abs=0.01), dict(zip(names, shares))


def test_a_broken_picture_is_named_and_left_out_on_demand(qatlab, trained):
    session, folder = trained
    (folder / "plain" / "3.jpg").write_bytes((folder / "plain" / "4.jpg").read_bytes()[:300])
    result = qatlab("--session", session, input=f'data "{folder}" size 16\n')
    assert result.returncode == 1 and "plain/3.jpg can't be used" in result.stdout + result.stderr
    result = qatlab("--session", session, input=f'data "{folder}" size 16 skip-broken\n')
    assert result.returncode == 0 and "left out: 1 file" in result.stdout, result.stdout
