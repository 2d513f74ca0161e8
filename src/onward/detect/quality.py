"""Formatters, linters, type checkers and scanners that the project already uses, and where each is configured."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from onward.detect.declarations import declared_hits
from onward.detect.documents import ini, table, texts, toml
from onward.detect.lines import Hit, evidence, gathered, line_of, matching, search
from onward.model.facts import Fact, Tree

_OWN_FILES = {
    "black": (),
    "isort": (".isort.cfg",),
    "ruff": (".ruff.toml", "ruff.toml"),
    "flake8": (".flake8",),
    "mypy": ("mypy.ini", ".mypy.ini"),
    "bandit": (".bandit", "bandit.yaml", "bandit.yml", ".bandit.yaml", ".bandit.yml", "bandit.toml"),
    "gitleaks": (".gitleaks.toml", "gitleaks.toml"),
}
_SHARED = {"setup.cfg": ("isort", "flake8", "mypy"), "tox.ini": ("isort", "flake8")}
_COMMANDS = (
    r"(?:Makefile|[^/]+\.sh|scripts/[^/]+\.sh|\.github/workflows/[^/]+\.ya?ml|tox\.ini|\.pre-commit-config\.ya?ml)"
)


def formatter(tree: Tree) -> Fact:
    """Return what formats the code: black, isort, ruff (which counts only where its formatter is used)."""
    return gathered("formatter", (*_used(tree, "black"), *_used(tree, "isort"), *_ruff_format(tree)))


def linter(tree: Tree) -> Fact:
    """Return what lints the code: flake8, ruff, pylint."""
    return gathered("linter", (*_used(tree, "flake8"), *_used(tree, "ruff"), *_used(tree, "pylint")))


def type_checker(tree: Tree) -> Fact:
    """Return what checks types: mypy, pyright."""
    return gathered("type-checker", (*_used(tree, "mypy"), *_used(tree, "pyright")))


def mypy_files(tree: Tree) -> Fact:
    """Return the files, packages and modules that mypy's configuration names itself."""
    config = next(iter(_configs(tree, "mypy")), None)
    if config is None:
        return Fact(name="mypy-files", value=None)
    shared = config.path == "pyproject.toml"
    settings = table(toml(tree, config.path), "tool", "mypy") if shared else ini(tree, config.path).get("mypy", {})
    hits = []
    for name in ("files", "packages", "modules"):
        line, shown = line_of(tree.text(config.path) or "", name, after="mypy]")
        for value in texts(settings.get(name)):
            named = filter(None, (part.strip() for part in value.split(",")))
            hits += [Hit(value=part, path=config.path, line=line, text=shown) for part in named]
    return gathered("mypy-files", hits)


def config_of(tool: str) -> Callable[[Tree], Fact]:
    """Make the detector of one tool's place of configuration; the tool's own file comes first."""

    def detector(tree: Tree) -> Fact:
        found = tuple(_configs(tree, tool))
        return Fact(name=f"{tool}-config", value=found[0].value if found else None, evidence=evidence(found))

    return detector


def _used(tree: Tree, tool: str) -> Iterable[Hit]:
    yield from declared_hits(tree, {tool: tool})
    for hit in _configs(tree, tool):
        yield hit.says(tool)
    pattern = rf"^\s*-?\s*(?:id:|run:|python -m)?\s*({tool})(?:\s|$)"
    yield from search(tree, matching(tree, _COMMANDS), pattern, holds=tool)


def _ruff_format(tree: Tree) -> Iterable[Hit]:
    if table(toml(tree, "pyproject.toml"), "tool", "ruff", "format"):
        line, shown = line_of(tree.text("pyproject.toml") or "", "[tool.ruff.format")
        yield Hit(value="ruff", path="pyproject.toml", line=line, text=shown)
    for path in _OWN_FILES["ruff"]:
        yield from (hit.says("ruff") for hit in search(tree, (path,), r"^\[format\]"))
    for hit in search(tree, matching(tree, _COMMANDS), r"\bruff[ -]format\b", holds="ruff"):
        yield hit.says("ruff")


def _configs(tree: Tree, tool: str) -> Iterable[Hit]:
    for path in _OWN_FILES.get(tool, ()):
        if tree.text(path) is not None:
            yield Hit(value=path, path=path)
    if tool in table(toml(tree, "pyproject.toml"), "tool"):
        line, shown = line_of(tree.text("pyproject.toml") or "", f"[tool.{tool}")
        yield Hit(value="pyproject.toml", path="pyproject.toml", line=line, text=shown)
    for path, tools in _SHARED.items():
        if tool in tools and tool in ini(tree, path):
            line, shown = line_of(tree.text(path) or "", f"[{tool}]")
            yield Hit(value=path, path=path, line=line, text=shown)
