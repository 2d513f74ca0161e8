"""From YAML text to the model, positions kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import FoldedScalarString, LiteralScalarString

from onward.errors import ReadError
from onward.model.finding import Place
from onward.workflow.model import Job, Step, Text, Workflow


def workflow(text: str, path: str) -> Workflow:
    """Return the workflow or composite action in `text`; ReadError when it is neither.

    Expressions stay as they are written. YAML 1.2 holds, so the key `on` is a string.
    """
    document = _document(text, path)
    runs = document.get("runs")
    if isinstance(runs, CommentedMap):
        return Workflow(path=path, jobs=(_job("runs", document, "runs"),))
    jobs = document.get("jobs")
    if not isinstance(jobs, CommentedMap):
        raise ReadError("the file has no `jobs`", where=path, hint="a workflow needs the key `jobs`")
    return Workflow(path=path, jobs=tuple(_job(str(name), jobs, name) for name in jobs))


def error_place(error: ReadError, path: str) -> Place:
    """Return where in `path` the text could not be read; the whole file when nobody knows."""
    line = error.where.rpartition(":")[2]
    return Place(path=path, line=int(line) if line.isdigit() else None)


def _document(text: str, path: str) -> CommentedMap:
    try:
        document = YAML(typ="rt").load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else path
        problem = getattr(error, "problem", None) or "it is not YAML"
        raise ReadError(f"cannot read the file: {problem}", where=where) from error
    if not isinstance(document, CommentedMap):
        raise ReadError("the file is not a mapping", where=path)
    return document


def _job(name: str, parent: CommentedMap, key: Any) -> Job:
    line = parent.lc.key(key)[0] + 1
    body = parent[key]
    if not isinstance(body, CommentedMap):
        return Job(id=name, line=line)
    return Job(id=name, line=line, steps=tuple(_steps(body)), uses=_text(body, "uses"), images=tuple(_images(body)))


def _steps(body: CommentedMap) -> Iterator[Step]:
    steps = body.get("steps")
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, CommentedMap):
            shell = step.get("shell")
            yield Step(
                line=step.lc.line + 1,
                uses=_text(step, "uses"),
                run=_text(step, "run"),
                shell=shell if isinstance(shell, str) else "",
            )


def _images(body: CommentedMap) -> Iterator[Text]:
    """Yield the images of the job's container and services; a container may be named by a bare string."""
    services = body.get("services")
    named = [(body, "container")]
    named += [(services, name) for name in services] if isinstance(services, CommentedMap) else []
    for parent, key in named:
        value = parent.get(key)
        image = _text(value, "image") if isinstance(value, Mapping) else _text(parent, key)
        if image is not None:
            yield image


def _text(parent: Any, key: Any) -> Text | None:
    value = parent.get(key)
    if not isinstance(value, str):
        return None
    line = parent.lc.value(key)[0] + 1
    return Text(value=str(value), line=line + isinstance(value, LiteralScalarString | FoldedScalarString))
