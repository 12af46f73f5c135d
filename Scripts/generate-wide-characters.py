#!/usr/bin/env python3
"""Writes Sources/Text/WideCharacters.swift: the characters that take two columns in a terminal.

These are the wide and full-width ones of Unicode's East Asian Width (UAX 11), with the code points that it
reserves for more of them. Take the version of Unicode that Swift's own properties have:

    python3 -m venv .build/unicode && .build/unicode/bin/pip install unicodedata2==17.0.1
    .build/unicode/bin/python Scripts/generate-wide-characters.py
"""

import pathlib

import unicodedata2

TARGET = pathlib.Path(__file__).parent.parent / "Sources/Text/WideCharacters.swift"
PER_LINE = 5


def wide_ranges():
    ranges = []
    for code in range(0x110000):
        if unicodedata2.east_asian_width(chr(code)) not in ("W", "F"):
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return ranges


def main():
    words = [f"0x{first:04X}...0x{last:04X}" for first, last in wide_ranges()]
    lines = [", ".join(words[i : i + PER_LINE]) for i in range(0, len(words), PER_LINE)]
    TARGET.write_text(
        f"/// Code points of East Asian Width W and F in Unicode {unicodedata2.unidata_version}, in order.\n"
        "///\n"
        "/// Written by Scripts/generate-wide-characters.py.\n"
        "let wideCharacters: [ClosedRange<UInt32>] = [\n"
        + "".join(f"  {line},\n" for line in lines)
        + "]\n"
    )


main()
