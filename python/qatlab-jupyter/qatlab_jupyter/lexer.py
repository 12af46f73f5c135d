"""A Pygments lexer for qatlab, which colours cells on nbconvert's pages and files wherever Pygments is used."""

import re

from pygments.lexer import Lexer
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, Punctuation, String, Whitespace

from .words import COMMANDS, DATASETS, LAYERS, LOSSES, NETWORKS

__all__ = ["QatlabLexer"]

# The marks are accents behind their letter; a dot belongs to a word only between two of its parts.
_PART = r"[\w\u0300-\u036f]"
_PIECES = re.compile(
    rf"""
      (?P<newline>\r\n|\r|\n)
    | (?P<blank>[^\S\r\n]+)
    | (?P<comment>\#[^\r\n]*)
    | (?P<string>"(?:\\(?:\r\n|.)|[^"\\\r\n])*(?P<end>"?))
    | (?P<parameter>\$[A-Za-z][A-Za-z0-9_]*)
    | (?P<number>[-+\u2212\u2013]?\.?[0-9](?:{_PART}|\.|(?<=[eE])[-+](?=[0-9])|-(?={_PART}))*%?)
    | (?P<word>(?:[^\W\d]|\*)(?:{_PART}|\*|-(?!>)|\.(?={_PART}|\*))*)
    | (?P<continuation>\\(?=[^\S\r\n]*(?:[\r\n]|\Z)))
    | (?P<operator>[=>:?]|\$\$)
    | (?P<bracket>[()\[\]])
    | (?P<comma>,)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL)
_IN_STRING = re.compile(r'(?P<interpol>\$[A-Za-z][A-Za-z0-9_]*|\$\$)|(?P<escape>\\["\\n]|\\(?:\r\n|\r|\n))')
_ASSIGNS = re.compile(r"[^\S\r\n]*=")
_LABELS = re.compile(r"[^\S\r\n]*:")
_KINDS = {
    "newline": Whitespace, "blank": Whitespace, "comment": Comment.Single, "parameter": Name.Variable,
    "continuation": Punctuation, "operator": Operator, "bracket": Punctuation, "comma": Punctuation,
    "other": Error,
}


class QatlabLexer(Lexer):
    """For statements such as `student = qat from teacher bits 4`; every text has some reading."""

    name = "qatlab"
    aliases = ["qatlab"]
    filenames = ["*.qat"]
    mimetypes = ["text/x-qatlab"]

    def get_tokens_unprocessed(self, text):
        """Index, token and text of each piece, in order and without a gap."""
        statement = _Statement()
        for match in _PIECES.finditer(text):
            kind, piece = match.lastgroup, match.group()
            if kind == "string":
                yield from _string(match)
            elif kind == "number":
                whole = piece.lstrip("+-").isdigit()
                yield match.start(), Number.Integer if whole else Number.Float, piece
            elif kind == "word":
                yield match.start(), statement.token(piece, text, match.end()), piece
            else:
                yield match.start(), _KINDS[kind], piece
            statement.pass_by(kind, piece)


def _string(match):
    """A string with its $parameters and escapes; of one without end the quote is wrong."""
    position, end = match.span()
    if not match["end"]:
        yield position, Error, '"'
        position += 1
    for inner in _IN_STRING.finditer(match.string, position, end):
        if inner.start() > position:
            yield position, String.Double, match.string[position:inner.start()]
        yield inner.start(), String.Interpol if inner["interpol"] else String.Escape, inner.group()
        position = inner.end()
    if position < end:
        yield position, String.Double, match.string[position:end]


class _Statement:
    """Where in a statement a word stands, which decides what it is."""

    def __init__(self):
        self.begin()

    def begin(self):
        self.command = None
        # True before the command, also behind `name =`.
        self.is_at_head = True
        self.depth = 0
        # The kind of the last piece that isn't blank, and its text.
        self.last = (None, "")

    def pass_by(self, kind, piece):
        """Notes a piece: a statement ends with its line, unless a bracket is open or `,`, `>` or `\\` ends it."""
        if kind == "newline":
            if self.last[0] == "continuation":
                self.last = (None, "")
            elif self.depth == 0 and self.last[1] not in (",", ">"):
                self.begin()
        elif kind not in ("blank", "comment"):
            self.last = (kind, piece)
            if kind == "bracket":
                self.depth = max(0, self.depth + (1 if piece in "([" else -1))
            self.is_at_head = self.is_at_head and kind in ("word", "operator")

    def token(self, word, text, end):
        """What a word is that ends at an index of the text."""
        if _ASSIGNS.match(text, end):
            return Name.Variable
        if self.is_at_head:
            self.is_at_head = False
            if word in COMMANDS:
                self.command = word
                return Keyword
        entry = COMMANDS.get(self.command, {"options": [], "choices": [], "words": []})
        if word in entry["options"] or _LABELS.match(text, end):
            return Name.Attribute
        if self.command == "model" and word in LAYERS:
            return Name.Function
        if word in LOSSES:
            return Name.Class
        if word in NETWORKS or word in DATASETS:
            return Name.Builtin
        if word in entry["choices"] or word in entry["words"]:
            return Name.Constant
        return Name.Function if text.startswith("(", end) else Name
