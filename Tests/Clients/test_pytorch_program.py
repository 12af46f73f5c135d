"""`show pytorch`: what it writes is Python, for every way to make a model."""

import ast
import json
import py_compile

CELLS = """\
data shapes limit 128 test 32 size 16
model tiny = conv(4, 3) > bn > leakyrelu(0.1) > pool(2) > dropout(0.1) > conv(6, 3) > relu6 > globalpool > fc(10)
teacher = train tiny epochs 1 batch 32 optimizer adamw
lambda = train teacher epochs 1 batch 32 freeze conv1 optimizer sgd
qat student from teacher with kd(teacher, DecoupledKD, 0.5), kd(lambda, SoftTarget, 0.2) epochs 1 batch 32
qat four from teacher bits(conv1: 8, rest: 4) scheme lsq keep(fc) epochs 1 batch 32
student-int8 = convert student
four-int8 = convert four
baseline = ptq teacher equalize observer percentile
small = dynamic teacher
"""
MODELS = ["teacher", "lambda", "student", "four", "student-int8", "four-int8", "baseline", "small"]


def test_every_program_is_python_and_says_what_has_no_twin(tmp_path, qatlab):
    cells = CELLS + "".join(f'show pytorch {name} to "{tmp_path}/{name}.py"\n' for name in MODELS)
    ended = qatlab("--json", input=cells)
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr
    found = [json.loads(line) for line in ended.stdout.splitlines()]
    for name, cell in zip(MODELS, found[-len(MODELS):], strict=True):
        path = tmp_path / f"{name}.py"
        py_compile.compile(str(path), cfile=str(tmp_path / "out.pyc"), doraise=True)
        text = path.read_text()
        notes = [output["text"] for output in cell["outputs"] if output["type"] == "note"]
        gaps = [note.removeprefix("without a twin in PyTorch: ") for note in notes if "without a twin" in note]
        assert cell["values"][f"{name}.pytorch.gaps"] == len(gaps)
        comments = " ".join(line.lstrip("# ") for line in text.splitlines() if line.startswith("#"))
        for gap in gaps:
            assert " ".join(gap.split()) in comments
        check_names(ast.parse(text))


def check_names(tree):
    """Every name that the program reads is made by it, or Python's own."""
    made = set(dir(__builtins__)) | set(__builtins__ if isinstance(__builtins__, dict) else ()) | {"__name__"}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            made.add(node.name)
        elif isinstance(node, ast.arg):
            made.add(node.arg)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            made |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            made.add(node.id)
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    assert read <= made, read - made


def test_the_program_is_printed_where_no_file_is_named(qatlab):
    ended = qatlab(input="data shapes limit 64 test 32 size 16\nteacher = train lenet5 epochs 1\nshow pytorch teacher\n")
    assert ended.returncode == 0, ended.stderr
    start = ended.stdout.index("# The recipe of teacher")
    end = ended.stdout.index("without a twin in PyTorch")
    ast.parse(ended.stdout[start:end])
