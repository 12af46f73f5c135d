"""Parameters as a cell of qatlab holds them, written from Python's values and read back for papermill's help."""

import math
import numbers
import re

from .words import VALUES

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_LINE = re.compile(
    r"""[^\S\n]*(?P<name>[A-Za-z]\w*)[^\S\n]*=[^\S\n]*"""
    r"""(?P<value>"(?:\\.|[^"\\])*"|[^\s#"]+)[^\S\n]*(?:\#[^\S\n]*(?P<help>.*))?\Z""")
_PERCENTAGE = re.compile(r"-?[0-9]+(?:\.[0-9]+)?%\Z")
_QUOTED = re.compile(r'"(?:\\["\\n]|[^"\\\n])*"\Z')


class ParameterError(ValueError):
    """A value or a name that a cell of parameters can't hold."""


class Translator:
    """What papermill asks of a language: the text of a cell of parameters, and what such a cell holds."""

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        """The cell's text: a comment, and a line `name = value` for each parameter."""
        lines = [f"{name} = {literal(name, value)}" for name, value in parameters.items()]
        return "".join(line + "\n" for line in [f"# {comment}", *lines])

    @classmethod
    def inspect(cls, parameters_cell):
        """The parameters of a cell with their kinds, defaults and the comments behind them."""
        from papermill.models import Parameter

        matches = (_LINE.match(line) for line in parameters_cell["source"].splitlines())
        return [
            Parameter(match["name"], _kind(match["value"]), match["value"], (match["help"] or "").strip())
            for match in matches if match]


def literal(name, value):
    """A value as a program writes it.

    A text that a command offers as a choice (`adamw`, `resnet18`) is a word, a percentage is a number, and a text
    in double quotes is one that is written already; any other is quoted. Raises ParameterError for what has no form
    in the language.
    """
    if not _NAME.match(name):
        raise ParameterError(
            f'"{name}" can\'t name a parameter of qatlab: a name has letters, digits and _ of ASCII, a letter first')
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real) and math.isfinite(value):
        return repr(float(value))
    if isinstance(value, str):
        return _text(name, value)
    what = repr(value) if value is None or isinstance(value, numbers.Number) else f"a {type(value).__name__}"
    raise ParameterError(
        f'parameter "{name}" can\'t be {what}: a parameter of qatlab is a number, a word or a text')


def _text(name, text):
    if text in VALUES or _PERCENTAGE.match(text) or _QUOTED.match(text):
        return text
    strange = next((sign for sign in text if ord(sign) < 32 and sign not in "\n\t" or ord(sign) == 127), None)
    if strange is not None:
        raise ParameterError(f'parameter "{name}" has the control character {strange!r}, which no text of qatlab holds')
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _kind(value):
    """A kind's name in papermill's help."""
    if value.startswith('"'):
        return "str"
    try:
        float(value.rstrip("%"))
    except ValueError:
        return "word"
    return "int" if re.match(r"-?[0-9]+\Z", value) else "float"
