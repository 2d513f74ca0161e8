"""One word, one thing: words that were given up do not come back, and the glossary's words are those of the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src/onward"

# Names that no module, class, function or field may have. Local variables and prose may use them as English words.
# A capital letter means a class: `order` is a word of the language, `Order` was a thing.
GIVEN_UP = frozenset(
    re.findall(
        r"\w+",
        """
        hall room Workshop workshop Bench bench Site site Toolshop toolshop Obtained ready Ready Crew crew Stage Staging
        staging Belonging belonging belongings ground pristine given Given strays carriers held hold_off heed excuse left_out
        trouble demanded second_opinion stands_in_for promise Order desk Refusal refusal Sheet sheet Spot spot spots Paper
        paper standing Judgement GateVerdict asking wanted Wanted kept Kept said told print_ one Annex annex Claims
        """,
    )
)
# Names with one meaning each, and the modules that have it.
ONE_MEANING = {"claims": ("gates/docs/blocks.py",), "marks": ("model/ledger.py", "judge/rule.py")}
# Keys of files that guest programs and tools write: a reader's field is called as the key is.
WRITTEN_KEYS = {("gates/container/shapes.py", "said"), ("gates/e2e/read_node.py", "left_out")}
DIALECT = ("hall", "room", "toolshop", "crew", "belonging", "sheet", "annex")
OLD_NAME = "pa" + "wl"
TELLS_THE_OLD_NAME = {"CHANGELOG.md", "docs/decisions/0011-a-name-of-its-own.md"}
TEXTS = {".py", ".md", ".toml", ".cjs", ".js", ".jinja", ".css", ".html", ".json", ".txt", ".yml", ".yaml", ""}


@cache
def modules() -> dict[str, ast.Module]:
    return {
        path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text())
        for path in sorted(SOURCE.rglob("*.py"))
        if "samples" not in path.parts
    }


def names(module: str, tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the names of a module, its classes, functions and fields, and of its constants, with their lines."""
    yield from ((part, 1) for part in Path(module).with_suffix("").parts)
    yield from (
        (target.id, node.lineno) for node in tree.body for target in targets(node) if isinstance(target, ast.Name)
    )
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name, node.lineno
            yield from (
                (target.id, child.lineno)
                for child in node.body
                for target in targets(child)
                if isinstance(target, ast.Name)
            )
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno
        yield from ((target.attr, target.lineno) for target in targets(node) if isinstance(target, ast.Attribute))


def targets(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Assign(targets=assigned):
            return [
                part for target in assigned for part in (target.elts if isinstance(target, ast.Tuple) else [target])
            ]
        case ast.AnnAssign(target=target):
            return [target]
        case _:
            return []


def bare(name: str) -> str:
    """Return `name` as it is spoken of: without the marks of what is private, a constant in small letters."""
    inner = name.lstrip("_")
    return inner.lower() if inner.isupper() and len(inner) > 1 else inner


def test_words_that_were_given_up_are_no_names() -> None:
    wrong = [
        f"{module}:{line} {name}"
        for module, tree in modules().items()
        for name, line in names(module, tree)
        if bare(name) in GIVEN_UP and (module, name) not in WRITTEN_KEYS
    ]
    assert wrong == []


def test_words_with_one_meaning_stand_in_one_place() -> None:
    wrong = [
        f"{module}:{line} {name}"
        for module, tree in modules().items()
        for name, line in names(module, tree)
        if module not in ONE_MEANING.get(name.lstrip("_"), (module,))
    ]
    assert wrong == []


def texts(*tops: str) -> Iterator[tuple[str, str]]:
    for top in tops:
        for path in [ROOT / top] if (ROOT / top).is_file() else sorted((ROOT / top).rglob("*")):
            inside = path.relative_to(ROOT)
            if (
                path.is_file()
                and path.suffix in TEXTS
                and not {"samples", "node_modules", "__pycache__"} & {*inside.parts}
            ):
                yield inside.as_posix(), path.read_text(errors="replace")


@pytest.mark.parametrize("word", DIALECT)
def test_the_nouns_of_the_dialect_stand_nowhere(word: str) -> None:
    pattern = re.compile(rf"(?<![A-Za-z]){word}(s|es)?(?![A-Za-z])", re.IGNORECASE)
    documents = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs")
    wrong = [
        f"{name}:{text.count(chr(10), 0, found.start()) + 1}"
        for name, text in texts("src", "tests", *documents)
        if name not in {"tests/test_words.py", "tests/kit/sarif-2.1.0.json"} and "/locks/" not in name
        for found in pattern.finditer(text)
        if not (word == "belonging" and text[found.end() :].startswith(" to"))
    ]
    assert wrong == []


def test_the_old_name_is_told_where_it_is_history() -> None:
    wrong = [
        name
        for name, text in texts(
            "src",
            "tests",
            "docs",
            "scripts",
            "bench",
            "examples",
            *(path.name for path in ROOT.glob("*.*") if path.is_file()),
        )
        if OLD_NAME in text.lower() and name not in TELLS_THE_OLD_NAME
    ]
    assert wrong == []


def glossary() -> list[str]:
    text = (ROOT / "CONTRIBUTING.md").read_text().partition("\n## Words\n")[2].partition("\n## ")[0]
    return [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")][2:]


def in_words(name: str) -> str:
    """Return an identifier as lower-case words: `ServerGroup` and `server_group` are "server group"."""
    return " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)).lower()


def test_every_word_of_the_glossary_exists_in_the_code() -> None:
    known = {in_words(name) for module, tree in modules().items() for name, _ in names(module, tree)}
    spoken = " | ".join(f" {name} " for name in known)
    words = glossary()
    assert len(words) > 50
    assert [word for word in words if not re.search(rf" {word}(s|es)? ", spoken) and word not in PLURALS] == []


# Words whose plural the code has in another form, and one that names a folder rather than a value.
PLURALS = {"advisory", "canary", "gate package", "registry"}
