"""Measures what it costs to read photographs of 500×375 pixels at 64 pixels, here and in Pillow.

    Benchmarks/pictures.py [--count 600] [--quality 75]

The pictures are noise whose spectrum falls as that of photographs does, stored as JPEG. Figures are milliseconds of
processor time a picture, the least of five runs: qatlab's whole process less that of one which reads two pictures, and
Pillow's draft mode, which reduces while it decodes as libjpeg-turbo does here. It needs Pillow and numpy, as
Tests/Clients/requirements.txt has them.
"""

import argparse
import pathlib
import resource
import subprocess
import tempfile
import time

import numpy as np
from PIL import Image

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / ".build" / "release" / "qatlab"
WIDTH, HEIGHT, SIDE = 500, 375, 64


def photograph(generator):
    spectrum = np.fft.rfft2(generator.standard_normal((HEIGHT, WIDTH, 3)), axes=(0, 1))
    rows, columns = np.fft.fftfreq(HEIGHT)[:, None, None], np.fft.rfftfreq(WIDTH)[None, :, None]
    pixels = np.fft.irfft2(spectrum / (np.hypot(rows, columns) + 0.01), s=(HEIGHT, WIDTH), axes=(0, 1))
    return Image.fromarray((255 * (pixels - pixels.min()) / np.ptp(pixels)).astype(np.uint8))


def write(folder, count, quality):
    generator = np.random.default_rng(0)
    for number in range(count):
        place = folder / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        photograph(generator).save(place / f"{number}.jpg", quality=quality)


def qatlab_seconds(folder):
    program = folder.parent / "read.qat"
    program.write_text(f'data "{folder}" size {SIDE} test 50%\n')
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([PROGRAM, "run", program], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def pillow_seconds(folder):
    start = time.process_time()
    for path in folder.glob("*/*.jpg"):
        with Image.open(path) as picture:
            picture.draft("RGB", (SIDE * WIDTH // HEIGHT, SIDE))
            scale = SIDE / min(picture.size)
            picture.resize([round(side * scale) for side in picture.size], Image.BILINEAR)
    return time.process_time() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--quality", type=int, default=75)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        few, many = pathlib.Path(folder) / "few", pathlib.Path(folder) / "many"
        write(few, 4, arguments.quality)
        write(many, arguments.count, arguments.quality)
        size = sum(path.stat().st_size for path in many.glob("*/*.jpg")) / arguments.count / 1000
        start = min(qatlab_seconds(few) for _ in range(5))
        ours = min(qatlab_seconds(many) for _ in range(5)) - start
        theirs = min(pillow_seconds(many) for _ in range(5))
        print(f"{arguments.count} JPEG files of {WIDTH}×{HEIGHT} pixels, {size:.0f} kB each, to {SIDE} pixels")
        print(f"qatlab {1000 * ours / (arguments.count - 4):.2f} ms, Pillow {1000 * theirs / arguments.count:.2f} ms")


main()
