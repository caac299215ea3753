"""Errors form one tree with stable codes."""

import ast
import re

import pytest

from voicebot import errors
from voicebot.errors import VoicebotError
from voicebot.settings import PROJECT_DIR

CLASSES = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, VoicebotError)
]
NAMES = {kind.__name__ for kind in CLASSES}


def test_every_code_belongs_to_one_class() -> None:
    codes = [kind.code for kind in CLASSES]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_has_a_code_and_says_what_it_means(kind: type[VoicebotError]) -> None:
    assert "code" in vars(kind), "a code of its own, not its parent's"
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.code)
    assert kind.__doc__
    assert "__doc__" in vars(kind)


def test_the_drawing_shows_the_tree_as_it_is() -> None:
    assert errors.__doc__ is not None
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__)
    assert sorted(drawn) == sorted(NAMES - {"VoicebotError"})


def test_no_error_of_ours_grows_outside_the_tree() -> None:
    strays = [
        f"{path.relative_to(PROJECT_DIR)}: {node.name}"
        for path in (PROJECT_DIR / "voicebot").rglob("*.py")
        if path.name != "errors.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id in NAMES for base in node.bases)
    ]
    assert strays == []
