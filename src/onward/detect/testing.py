"""How the project is tested: pytest's configuration, folders, and markers that ask for a real database."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from onward.detect.declarations import declared_hits
from onward.detect.documents import ini, table, texts, toml
from onward.detect.lines import Hit, agreed, evidence, gathered, line_of, matching
from onward.model.facts import Fact, Tree

_TEST = r"(?:(?P<folder>.*)/)?(?:test_[^/]*|[^/]*_tests?)\.py"
_DATABASE_NAME = re.compile(r"sqlite|postgres|database|(^|_)(db|pg|pgsql)(_|$)", re.IGNORECASE)
_DATABASE_WORDS = re.compile(r"sqlite|postgres", re.IGNORECASE)
_ELSEWHERE = re.compile(r"(^|/)(e2e|load|performance|perf|contract|integration[^/]*|browser)(/|$)")


def pytest_config(tree: Tree) -> Fact:
    """Return the file that pytest reads, by its own order of precedence."""
    found = tuple(_configs(tree))
    return Fact(name="pytest-config", value=found[0].value if found else None, evidence=evidence(found))


def test_runner(tree: Tree) -> Fact:
    """Tell whether pytest is the runner: declared, configured, or given fixtures."""
    hits = (*declared_hits(tree, {"pytest": "pytest"}), *(hit.says("pytest") for hit in _configs(tree)))
    fixtures = [Hit(value="pytest", path=path) for path in matching(tree, r"(?:.*/)?conftest\.py")]
    return agreed("test-runner", hits, weaker=fixtures)


def tests(tree: Tree) -> Fact:
    """Return the folders with tests: as configured, else those that hold test files."""
    configured = tuple(_setting(tree, "testpaths"))
    if configured:
        return gathered("tests", configured)
    return gathered("tests", (Hit(value=_top(path), path=path) for path in _first_of_each(matching(tree, _TEST))))


def integration_tests(tree: Tree) -> Fact:
    """Return the folders whose name says that their tests want real services."""
    hits = []
    for path in matching(tree, _TEST):
        match = re.match(r"(?:.*/)?integration[^/]*(?=/)", path)
        if match:
            hits.append(Hit(value=match[0], path=match[0]))
    return gathered("integration-tests", hits)


def database_markers(tree: Tree) -> Fact:
    """Return the markers which say that SQLite cannot run a test, by their name or description."""
    hits = []
    for hit in _setting(tree, "markers"):
        name, _, words = hit.value.partition(":")
        name = name.split("(", maxsplit=1)[0].strip()
        if _DATABASE_NAME.search(name) or _DATABASE_WORDS.search(words):
            hits.append(hit.says(name))
    return gathered("database-markers", hits)


def _configs(tree: Tree) -> Iterator[Hit]:
    """pytest.ini counts even when empty; the others only with their section."""
    for path, section in _SECTIONS:
        text = tree.text(path)
        if text is None:
            continue
        present = bool(_options(tree, path, section))
        line, shown = line_of(text, f"[{section}")
        if present or line or path.endswith("pytest.ini"):
            yield Hit(value=path, path=path, line=line, text=shown)


_SECTIONS = (
    ("pytest.ini", "pytest"),
    (".pytest.ini", "pytest"),
    ("pyproject.toml", "tool.pytest"),
    ("tox.ini", "pytest"),
    ("setup.cfg", "tool:pytest"),
)


def _setting(tree: Tree, name: str) -> Iterator[Hit]:
    config = next(_configs(tree), None)
    if config is None:
        return
    section = dict(_SECTIONS)[config.path]
    values = _options(tree, config.path, section).get(name, "")
    words = texts(values) if name == "markers" or isinstance(values, list) else tuple(str(values).split())
    for value in words:
        line, shown = line_of(tree.text(config.path) or "", value, after=name)
        yield Hit(value=value.rstrip("/"), path=config.path, line=line, text=shown)


def _options(tree: Tree, path: str, section: str) -> dict[str, object]:
    if path != "pyproject.toml":
        return dict(ini(tree, path).get(section, {}))
    settings = table(toml(tree, path), "tool", "pytest")
    return {**settings, **table(settings, "ini_options")}


def _first_of_each(paths: tuple[str, ...]) -> list[str]:
    first: dict[str, str] = {}
    for path in paths:
        first.setdefault(_top(path), path)
    return [path for top, path in first.items() if not _ELSEWHERE.search(top)]


def _top(path: str) -> str:
    """Return the outermost folder whose name speaks of tests, else the file's own folder."""
    folders = posixpath.dirname(path).split("/")
    for depth, folder in enumerate(folders, 1):
        if re.fullmatch(r"tests?|testing", folder):
            return "/".join(folders[:depth])
    return posixpath.dirname(path) or path
