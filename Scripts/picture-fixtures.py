"""Writes small pictures of every kind with Pillow (from PyPI), and what Pillow reads from each, for PicturesTests."""

import io
import math
import pathlib

from PIL import Image, ImageOps

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "Tests" / "PicturesTests" / "Fixtures"
WIDTH, HEIGHT = 37, 22


def drawing(mode="RGB"):
    """Slopes of colour and a disc, nowhere symmetric."""
    image = Image.new("RGB", (WIDTH, HEIGHT))
    for y in range(HEIGHT):
        for x in range(WIDTH):
            inside = math.hypot(x - 24, y - 8) < 6
            image.putpixel((x, y), (230, 60, 30) if inside else (6 * x, 10 * y, 200 - 3 * x))
    return image.convert(mode) if mode != "RGB" else image


def with_alpha(mode):
    image = drawing(mode)
    image.putalpha(Image.linear_gradient("L").resize((WIDTH, HEIGHT)))
    return image


def sixteen_bit():
    image = Image.new("I;16", (WIDTH, HEIGHT))
    for y in range(HEIGHT):
        for x in range(WIDTH):
            image.putpixel((x, y), (x * 1700 + y * 113) % 65536)
    return image


def expected(data, mode):
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if image.mode.startswith("I"):
        # Pillow clips 16-bit grey instead of scaling it.
        image = image.point(lambda value: value / 257).convert("L")
    return image.convert(mode)


def cropped(image, side):
    """torchvision's Resize and CenterCrop."""
    width, height = image.size
    short = min(width, height)
    size = (side * width // short, side * height // short)
    image = image.resize(size, Image.BILINEAR)
    left, top = round((size[0] - side) / 2), round((size[1] - side) / 2)
    return image.crop((left, top, left + side, top + side))


def keep(name, image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG" if name.endswith("jpg") else "PNG", **options)
    data = buffer.getvalue()
    (FOLDER / name).write_bytes(data)
    stem = name.replace(".", "-")
    expected(data, "RGB").save(FOLDER / f"{stem}.ppm")
    expected(data, "L").save(FOLDER / f"{stem}.pgm")
    cropped(expected(data, "RGB"), 9).save(FOLDER / f"{stem}-crop.ppm")
    expected(data, "RGB").resize((31, 31), Image.BILINEAR).save(FOLDER / f"{stem}-stretch.ppm")


def main():
    FOLDER.mkdir(exist_ok=True)
    keep("baseline.jpg", drawing(), quality=92)
    keep("progressive.jpg", drawing(), quality=92, progressive=True)
    keep("full-chroma.jpg", drawing(), quality=95, subsampling=0)
    keep("grey.jpg", drawing("L"), quality=92)
    keep("cmyk.jpg", drawing("CMYK"), quality=95, subsampling=0)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        keep(f"orientation-{orientation}.jpg", drawing(), quality=92, exif=exif)
    keep("colour.png", drawing())
    keep("alpha.png", with_alpha("RGB"))
    keep("grey.png", drawing("L"))
    keep("grey-alpha.png", with_alpha("L"))
    keep("black-and-white.png", drawing("1"))
    keep("palette.png", drawing().convert("P", palette=Image.ADAPTIVE, colors=13))
    keep("palette-transparent.png", drawing().convert("P", palette=Image.ADAPTIVE, colors=7), transparency=2)
    keep("sixteen-bit.png", sixteen_bit())
    exif = Image.Exif()
    exif[0x0112] = 6
    keep("turned.png", drawing(), exif=exif)


main()
