"""Where the project's own code and its front end are."""

from __future__ import annotations

import re

from onward.detect.documents import jsons, table
from onward.detect.lines import TEST_FILE, Hit, gathered, matching
from onward.model.facts import Fact, Tree

_NOT_SOURCE = re.compile(
    r"tests?|testing|docs?|examples?|scripts?|tools?|bench(marks?)?|migrations|alembic|node_modules|venv|\.venv|env|build|"
    r"dist|deploy(ment)?|infra|ci|load|e2e|notebooks|site-packages|static|templates|frontend|requirements|fixtures"
)
_NOT_MODULE = re.compile(
    r"setup|conftest|noxfile|tasks|fabfile|gunicorn(\.conf|_conf)?|manage|test_.*|.*_test|locustfile"
)


def source(tree: Tree) -> Fact:
    """Return the folders and modules with the project's own code: src, packages and modules at the top."""
    inside = [path for path in matching(tree, r"src/(?:.*/)?[^/]+\.py") if not TEST_FILE.search(path)]
    if inside:
        return gathered("source", [Hit(value="src", path=inside[0])])
    packages: dict[str, str] = {}
    for path in matching(tree, r"[^/.][^/]*/(?:.*/)?[^/]+\.py"):
        packages.setdefault(path.split("/", maxsplit=1)[0], path)
    modules = [path for path in matching(tree, r"[^/]+\.py") if not _NOT_MODULE.fullmatch(path.removesuffix(".py"))]
    hits = [Hit(value=top, path=path) for top, path in packages.items() if not _NOT_SOURCE.fullmatch(top)]
    return gathered("source", (*hits, *(Hit(value=path, path=path) for path in modules)))


def frontend(tree: Tree) -> Fact:
    """Return the folders with a package.json that has scripts or dependencies; workspaces below them are theirs."""
    hits = []
    for path in matching(tree, r"(?:(?!node_modules/)[^/]+/){0,3}package\.json"):
        document = jsons(tree, path)
        if table(document, "scripts") or table(document, "dependencies"):
            hits.append(Hit(value=path.removesuffix("package.json").rstrip("/") or ".", path=path))
    return gathered("frontend", hits)
