"""A program gives the same, to the last bit, however it is divided: into cells, processes, a pipe, a prompt."""

import json
import random
import re

import pytest

from test_results import Terminal


def program(seed):
    """Statements that bind one after the other; names are assigned again, models go on from one another."""
    pick = random.Random(seed).choice
    lines = [
        f"data shapes limit 96 test 40 size 12 seed {seed}",
        "model tiny = conv(4, 3) > bn > relu > globalpool > fc(10)",
        f"a = train tiny epochs 1 lr {pick(['0.02', '0.005'])}",
    ]
    floats, students = ["a"], []
    for _ in range(4):
        start = pick(floats)
        kind = pick(["train", "again", "distill", "rescale", "seed", "qat", "qat"])
        if kind == "train":
            lines.append(f"a = train tiny epochs 1 optimizer {pick(['sgd', 'adamw'])}")
        elif kind == "again":
            lines.append(f"train {start} epochs 1")
        elif kind == "distill":
            lines.append(f"c = distill tiny with kd(teacher: {start if start != 'c' else 'a'}, weight: 0.3) epochs 1")
            floats.append("c")
        elif kind == "rescale":
            lines.append(f"w = rescale {start if start != 'w' else 'a'} by 3")
            floats.append("w")
        elif kind == "seed":
            lines.append(f"set seed {pick('123')}")
        else:
            name = pick("qr")
            lines.append(f"qat {name}{pick([f' from {start}', f' with kd({start})', ''])} epochs 1 bits {pick('48')}")
            students.append(name)
    if students:
        lines.append(f"i = convert {students[-1]}")
    return lines


def figures(qatlab, session, lines):
    """Accuracy and loss of all that a session holds, and its settings, as JSON has them."""
    names = sorted({re.match(r"(?:(\w+) = \w+|(?:qat) (\w+))", line)[0].split()[0 if " = " in line else 1]
                    for line in lines if re.match(r"\w+ = (train|distill|rescale|convert)|qat ", line)})
    found = {}
    for name in names:
        (session.parent / "look.qat").write_text(f"evaluate {name}\n")
        ended = qatlab("run", session.parent / "look.qat", "--session", session, "--json")
        found[name] = json.loads(ended.stdout.splitlines()[0])["values"]
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_a_program_gives_the_same_however_it_is_divided(qatlab, tmp_path, environment, seed):
    lines = program(seed)
    ways = {}

    def begin(name):
        ways[name] = tmp_path / name / ".qatlab"
        ways[name].parent.mkdir()
        return ways[name]

    def cells(name, text):
        session = begin(name)
        (session.parent / "a.qat").write_text(text)
        ended = qatlab("run", session.parent / "a.qat", "--session", session, "--json")
        assert ended.returncode == 0, ended.stdout + ended.stderr

    cells("one cell", "\n".join(lines) + "\n")
    cells("a cell a line", "\n# %%\n".join(lines) + "\n")
    session = begin("a process a line")
    for line in lines:
        (session.parent / "a.qat").write_text(line + "\n")
        assert qatlab("run", session.parent / "a.qat", "--session", session).returncode == 0
    session = begin("a pipe")
    assert qatlab("--session", session, input="\n".join(lines) + "\n").returncode == 0
    session = begin("a prompt")
    # The prompt opens the session of the folder that it is started in.
    terminal = Terminal(100, 40, {**environment, "QATLAB_PAGER": ""}, session.parent)
    for line in lines:
        terminal.run(line)
    terminal.leave()

    results = {name: figures(qatlab, session, lines) for name, session in ways.items()}
    first = results["one cell"]
    assert first and all("accuracy" in str(values) for values in first.values())
    for name, result in results.items():
        assert result == first, (name, lines)
