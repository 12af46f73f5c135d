"""The words of the language, as `qatlab help` lists them; `Scripts/jupyter-words.py` writes the file."""

import json
import pathlib

_WORDS = json.loads(pathlib.Path(__file__).with_name("words.json").read_text(encoding="utf-8"))

# Each command with its `options`, the `choices` that these offer, and the `words` that may stand behind it.
COMMANDS = _WORDS["commands"]
DATASETS = frozenset(_WORDS["datasets"])
LAYERS = frozenset(_WORDS["layers"])
LOSSES = frozenset(_WORDS["losses"])
NETWORKS = frozenset(_WORDS["networks"])

# Words that a parameter can stand for: what a command offers to choose from, but for names of commands.
VALUES = frozenset(
    DATASETS | LOSSES | NETWORKS | {word for entry in COMMANDS.values() for word in entry["choices"]}
) - frozenset(COMMANDS)
