"""Whether JupyterLab colours cells as the Pygments lexer of python/qatlab-jupyter does, letter by letter.

The two are written in two languages, and share but the list of words.
"""

import json

from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String

from qatlab_jupyter.lexer import QatlabLexer

# What no lesson has: lines that go on, strings and brackets without end, characters without meaning.
ODD = [
    "model m = conv(8, 3) >\n\n  # between\n  relu > fc(10)\nmodels", "train \\\n  net \\\n\nmodels",
    'print "open $a\ntrain net', 'print "goes \\\non $b" # "\nmodels', "qat a with kd(b, NKD(gamma: 1.5),\n0.5\nT: 4",
    "a = b = train c", "qat? -1.5e-3 3x 20% -> |; a/b @ $1 $$ é layer1.*", "help qat\nhelp losses\nset highlight off",
    "keep(conv1, fc: bf16)\nqat s from t keep(conv1, fc: bf16) bits(layer1.*: 4, rest: 8)", "epochs = 3 # three",
]

# The colours of JupyterLab's theme by the tokens of Pygments; of a token in two rows the first counts. Names are
# plain there, and so is what is wrong.
COLOURS = [
    (Comment, "comment"), (Keyword, "keyword"), (Number, "number"), (Operator, "operator"),
    (Punctuation, "punctuation"), (String.Interpol, "string-2"), (String, "string"), (Name.Attribute, "attribute"),
    (Name.Function, "builtin"), (Name.Class, "builtin"), (Name.Builtin, "builtin"), (Name.Constant, "atom"),
    (Name.Variable, "def"),
]

# The letters of a cell with their colours, line by line.
LETTERS = """
const lines = [];
for (const line of arguments[0].querySelectorAll('.cm-line')) {
  const letters = [];
  const walk = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const colour = getComputedStyle(walk.currentNode.parentElement).color;
    for (const letter of walk.currentNode.data) letters.push([letter, colour]);
  }
  lines.push(letters);
}
return lines;
"""


def notebook(root):
    """Every cell of the lessons, each text once, and odd ones."""
    texts = []
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    cells = [
        {"cell_type": "code", "id": f"cell{index}", "metadata": {}, "source": text, "outputs": [],
         "execution_count": None} for index, text in enumerate([*ODD, *dict.fromkeys(texts)])]
    kernel = {"display_name": "qatlab", "language": "qatlab", "name": "qatlab"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def expected(text, variables):
    """The letters of a text that aren't blank with the colours that they should have."""
    letters = []
    for _, token, piece in QatlabLexer().get_tokens_unprocessed(text):
        name = next((name for kind, name in COLOURS if token in kind), "plain")
        name = "variable-2" if piece.startswith("$") and token is Name.Variable else name
        letters += [(letter, variables[name]) for letter in piece if not letter.isspace()]
    return letters


def check(page):
    names = {name for _, name in COLOURS} | {"variable-2"}
    variables = {name: page.variable(f"--jp-mirror-editor-{name}-color") for name in names}
    page.until(lambda: page.all(".cm-line span"), "colours")
    variables["plain"] = page.color(page.all(".cm-content")[0])
    wrong = []
    for cell in page.code_cells():
        lines = page.until(lambda: page.driver.execute_script(LETTERS, cell), "the text of a cell")
        seen = [tuple(letter) for line in lines for letter in line if not letter[0].isspace()]
        text = "\n".join("".join(letter for letter, _ in line) for line in lines)
        wrong += [
            f"{text!r}: {here[0]} is {here[1]}, not {there[1]}"
            for here, there in zip(seen, expected(text, variables)) if here != there][:1]
    page.shoot("colours")
    assert not wrong, "\n".join(wrong)
