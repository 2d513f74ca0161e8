"""The codes of reasons and problems are one table: what the source names is in it, what is in it the source names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import onward
from onward import errors
from onward.model import reasons
from onward.report import explain

SOURCE = Path(onward.__file__).parent
# Codes that are put together where they are used: the expression, and what it can be.
MADE: dict[str, set[str]] = {
    "f'beyond-{judged.limit_from}'": {"beyond-threshold", "beyond-ratchet"},
    # how a command ended, less its detail; see `Attempt`
    "kind": {"signal", "timeout", "unstarted", "interrupted", "too-large"},
}
# Codes that are handed on from another reason, problem or error.
HANDED_ON = re.compile(r"(\w+\.)+(code|kind)|code|problem\['code'\]")


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    paths = (path for path in sorted(SOURCE.rglob("*.py")) if "samples" not in path.parts and path.name != "reasons.py")
    return tuple((str(path.relative_to(SOURCE)), ast.parse(path.read_text())) for path in paths)


def codes() -> Iterator[tuple[str, ast.expr]]:
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Reason", "Problem"}:
                yield from ((f"{name}:{node.lineno}", word.value) for word in node.keywords if word.arg == "code")


@cache
def constants() -> dict[str, str]:
    """Return the texts that modules give a name in capitals."""
    return {
        node.targets[0].id: node.value.value
        for _, tree in trees()
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper()
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def literals() -> set[str]:
    return {
        node.value
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def kinds_of_errors() -> set[str]:
    family, found = [errors.OnwardError], set()
    while family:
        entry = family.pop()
        found.add(entry.kind)
        family += entry.__subclasses__()
    return found


def test_every_code_that_the_source_names_has_a_meaning() -> None:
    wrong = [f"{place} {ast.unparse(code)}" for place, code in codes() if not is_known(code)]
    assert wrong == []


def is_known(code: ast.expr) -> bool:
    if isinstance(code, ast.Constant):
        return code.value in reasons.MEANING
    expression = ast.unparse(code)
    named = constants().get(expression.rpartition(".")[2])
    return named in reasons.MEANING or expression in MADE or HANDED_ON.fullmatch(expression) is not None


def test_what_is_put_together_has_a_meaning() -> None:
    assert set().union(*MADE.values(), kinds_of_errors()) <= set(reasons.MEANING)


def test_every_meaning_is_of_a_code_that_the_source_names() -> None:
    assert set(reasons.MEANING) - literals() - MADE["f'beyond-{judged.limit_from}'"] == set()


def test_codes_and_meanings_have_one_form() -> None:
    for code, meaning in reasons.MEANING.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code), code
        assert re.fullmatch(r"[A-Za-z].*[^.]\.", meaning), code
    assert explain.reason_text("need-absent") == "need-absent: The machine lacks what the check needs.\n"
