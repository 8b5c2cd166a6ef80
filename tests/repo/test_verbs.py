"""What the journal calls an action is what ``opstui log --kind`` takes: read from the source, so that no new verb is missed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from opstui.cli.log import KINDS
from opstui.domain.kinds import ACTED
from opstui.store.log import WRITING
from tests.support.shell import ROOT


def texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


def writes(function: ast.FunctionDef) -> bool:
    """Whether a function hands its ``verb`` on as the name of an action."""
    return any(
        isinstance(node, ast.Call)
        and (
            any(word.arg == "verb" and isinstance(word.value, ast.Name) for word in node.keywords)
            or any(isinstance(arg, ast.Name) and arg.id == "verb" for arg in node.args)
        )
        for node in ast.walk(function)
    )


def verbs_of(file: Path) -> Iterator[str]:
    """Every literal that is given as a verb: by keyword, by its place, or as a variable of that name."""
    tree = ast.parse(file.read_text("utf-8"))
    places = {"Intent": 0}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and writes(node):
            names = [arg.arg for arg in node.args.args if arg.arg != "self"]
            if "verb" in names:
                places[node.name] = names.index("verb")
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(isinstance(name, ast.Name) and name.id == "verb" for name in node.targets):
            yield from texts(node.value)
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for word in node.keywords:
                if word.arg == "verb":
                    yield from texts(word.value)
            if name in places and len(node.args) > places[name]:
                yield from texts(node.args[places[name]])


def found() -> set[str]:
    files = [*(ROOT / "opstui/services/desk").glob("*.py"), ROOT / "opstui/services/importing.py"]
    return {verb for file in files for verb in verbs_of(file)}


def test_every_verb_of_the_journal_is_a_kind_that_the_log_takes() -> None:
    assert {"standup", "blocker_owner", "tick", "resolve", "retry", "due"} <= found()  # each way of saying it is seen
    assert found() - set(WRITING) <= set(KINDS)


def test_no_kind_of_the_log_is_an_action_that_nothing_does() -> None:
    assert set(ACTED) <= found()
