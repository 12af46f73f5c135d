#!/usr/bin/env python3
"""Writes the words that python/qatlab-jupyter colours, from what the built program's `help` lists.

With --check it writes nothing, and fails where the file isn't what it would write.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
WORDS = ROOT / "python" / "qatlab-jupyter" / "qatlab_jupyter" / "words.json"


def tables(program, cells):
    """The tables that each cell puts out, as (titles, rows)."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "help.qat"
        path.write_text("".join(f"# %%\n{cell}\n" for cell in cells), encoding="utf-8")
        ended = subprocess.run(
            [program, "run", "--json", path], check=True, capture_output=True, text=True, encoding="utf-8")
    for line in ended.stdout.splitlines():
        yield [
            ([column["title"] for column in output["columns"]], output["rows"])
            for output in json.loads(line).get("outputs", []) if output["type"] == "table"]


def first_column(tables_of_cell, title):
    """The words of the tables whose first column has a title."""
    return [row[0] for titles, rows in tables_of_cell if titles[0] == title for row in rows]


def choices(tables_of_cell):
    """What options offer as `one of a, b, c`."""
    takes = [row[titles.index("takes")] for titles, rows in tables_of_cell if titles[0] == "option" for row in rows]
    return [word for text in takes if text.startswith("one of ") for word in text[len("one of "):].split(", ")]


def words(program):
    """All words by what they are."""
    topics = {"losses": "loss", "layers": "layer", "networks": "network", "datasets": "data"}
    overview, *of_topics = tables(program, ["help", *(f"help {topic}" for topic in topics)])
    commands = first_column(overview, "command")
    of_commands = tables(program, [f"help {command}" for command in commands])
    found = {topic: sorted(first_column(rows, title)) for (topic, title), rows in zip(topics.items(), of_topics)}
    found["commands"] = {
        command: {
            "choices": sorted(set(choices(rows))),
            # An option of two words is coloured word by word.
            "options": sorted({word for name in first_column(rows, "option") for word in name.split()}),
            # After `help` stands any command.
            "words": sorted(first_column(rows, "word") + (commands if command == "help" else [])),
        }
        for command, rows in zip(commands, of_commands)}
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default=ROOT / ".build" / "release" / "qatlab")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    text = json.dumps(words(options.program), indent=1, sort_keys=True) + "\n"
    if not options.check:
        WORDS.write_text(text, encoding="utf-8")
    elif WORDS.read_text(encoding="utf-8") != text:
        sys.exit(f"{WORDS.relative_to(ROOT)} is not what `help` lists: run {pathlib.Path(__file__).name} and commit")


if __name__ == "__main__":
    main()
