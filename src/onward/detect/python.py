"""Which Python is deployed, and which ones the project says it is tested under."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onward.detect import images
from onward.detect.documents import table, texts, toml
from onward.detect.lines import Hit, agreed, evidence, line_of, matching, search
from onward.detect.services import WORKFLOW
from onward.detect.yaml import Node, parse
from onward.model.facts import Fact, Tree

_NOT_DEPLOYED = re.compile(r"test|dev|ci\b|local", re.IGNORECASE)
_IMAGE = re.compile(r"(?:\S+/)?python:(\S+)")
_MINOR = re.compile(r"(?:python-?|cpython-?|py)?\s*v?(3\.\d+)(?:\.\d+)?(?![\d])")


def deployed_python(tree: Tree) -> Fact:
    """Return the Python that Dockerfile, render.yaml and runtime.txt agree on; .python-version speaks where they do not."""
    strong = (*_dockerfiles(tree), *_render(tree), *search(tree, ("runtime.txt",), r"^\s*python-(3\.\d+)"))
    return agreed("deployed-python", strong, weaker=_version_file(tree))


def python(tree: Tree) -> Fact:
    """Return the matrix: what workflows test, else tox, else the classifiers, else the one that is deployed."""
    deployed = deployed_python(tree)
    sources = (tuple(_workflows(tree)), tuple(_tox(tree)), tuple(_classifiers(tree)))
    first = next((hits for hits in sources if hits), ())
    hits = (*first, *(hit for hits in sources for hit in hits), *_requires_python(tree))
    values = {hit.value for hit in first} or ({deployed.value} if isinstance(deployed.value, str) else set())
    shown = evidence(hits) if first else (*evidence(hits), *deployed.evidence)
    return Fact(name="python", value=tuple(sorted(values, key=_order)) or None, evidence=shown)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _minor(text: str) -> str:
    match = _MINOR.match(text.strip())
    return match[1] if match else ""


def _dockerfiles(tree: Tree) -> Iterator[Hit]:
    """The last stage that starts from Python counts: earlier ones only build."""
    for path in matching(tree, images.DOCKERFILE):
        if _NOT_DEPLOYED.search(path):
            continue
        arguments = images.defaults(tree, path)
        stages = [hit.says(_tag(images.filled(hit.value, arguments))) for hit in search(tree, (path,), images.FROM)]
        yield from [hit for hit in stages if hit.value][-1:]


def _tag(image: str) -> str:
    match = _IMAGE.fullmatch(image)
    return _minor(match[1]) if match else ""


def _render(tree: Tree) -> Iterator[Hit]:
    for path in matching(tree, r"render\.ya?ml"):
        for service in parse(tree, path).at("services").elements():
            for variable in service.at("envVars").elements():
                value = variable.at("value")
                if variable.at("key").text == "PYTHON_VERSION" and _minor(value.text):
                    yield Hit(
                        value=_minor(value.text), path=path, line=value.line, text=f"PYTHON_VERSION: {value.text}"
                    )


def _version_file(tree: Tree) -> Iterator[Hit]:
    yield from search(tree, (".python-version",), _MINOR.pattern)
    yield from search(tree, (".tool-versions",), r"^python\s+(3\.\d+)")


def _workflows(tree: Tree) -> Iterator[Hit]:
    for path in matching(tree, WORKFLOW):
        for job in parse(tree, path).at("jobs").children():
            matrix = job.at("strategy", "matrix")
            lists = [node for name, node in matrix.pairs() if re.fullmatch(r"python(?:[-_]?versions?)?", name)]
            for node in (element for found in lists for element in found.elements()):
                yield from _version_hit(node, path)


def _version_hit(node: Node, path: str) -> Iterator[Hit]:
    if _minor(node.text):
        yield Hit(value=_minor(node.text), path=path, line=node.line, text=f"python-version: {node.text}")


def _tox(tree: Tree) -> Iterator[Hit]:
    for hit in search(tree, ("tox.ini", "setup.cfg", "pyproject.toml"), r"^\s*env_?list\s*=.*|^\s+py3\d+.*"):
        for major, minor in re.findall(r"py\{?(3)\.?(\d+)", hit.text):
            yield hit.says(f"{major}.{minor}")
        for group in re.findall(r"py\{([\d,.]+)\}", hit.text):
            yield from (hit.says(f"3.{entry.removeprefix('3').lstrip('.')}") for entry in group.split(","))


def _classifiers(tree: Tree) -> Iterator[Hit]:
    files = ("pyproject.toml", "setup.cfg", "setup.py")
    yield from search(tree, files, r"Programming Language :: Python :: (3\.\d+)\b")


def _requires_python(tree: Tree) -> Iterator[Hit]:
    """A lower bound names no matrix; it is shown beside one."""
    document, text = toml(tree, "pyproject.toml"), tree.text("pyproject.toml") or ""
    for value in texts(table(document, "project").get("requires-python")):
        line, shown = line_of(text, "requires-python")
        yield Hit(value=value, path="pyproject.toml", line=line, text=shown)
    for value in texts(table(document, "tool", "poetry", "dependencies").get("python")):
        line, shown = line_of(text, f'"{value}"')
        yield Hit(value=value, path="pyproject.toml", line=line, text=shown)
