"""Faults that the contract gate must catch."""

from __future__ import annotations

import json
from typing import Any

from onward.gates.contract import planted
from onward.gates.contract.compare import operations
from onward.gates.contract.options import USUAL
from onward.model.facts import Tree
from onward.model.gate import Change, Defect, Edit
from onward.model.pipeline import Pipeline
from onward.readers import openapi


def _place(tree: Tree, pipeline: Pipeline) -> str:
    named = pipeline.settings("contract").text("specification")
    return named or next((path for path in USUAL if path in tree.paths), USUAL[0])


def _document(tree: Tree, pipeline: Pipeline) -> dict[str, Any]:
    return openapi.document(tree.text(_place(tree, pipeline)) or "{}")


def _rewritten(tree: Tree, pipeline: Pipeline, document: dict[str, Any]) -> tuple[Change, ...]:
    # JSON is YAML as well, so this is right whatever the file is called.
    text = json.dumps(document, indent=2) + "\n"
    return (Change(edits=(Edit(path=_place(tree, pipeline), text=text),)),)


def plant_invalid(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Publish a document without its `info`."""
    document = _document(tree, pipeline)
    document.pop("info", None)
    return _rewritten(tree, pipeline, document)


def plant_not_served(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Publish a path that nobody serves."""
    document = _document(tree, pipeline)
    answer = {"description": "A path that nobody serves."}
    document.setdefault("paths", {})["/planted-not-served"] = {"get": {"responses": {"200": answer}}}
    return _rewritten(tree, pipeline, document)


def plant_field(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Let the application add a field to its answers."""
    if pipeline.application is None:
        return ()
    served = pipeline.settings("contract").text("served")
    return _change(planted.undeclared_field(pipeline.application, tree, served))


def plant_error(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Let one published operation that is not the health check answer 500; a reading one where there is any."""
    application = pipeline.application
    if application is None:
        return ()
    known = [entry for entry in operations(_document(tree, pipeline)) if entry[1] != application.server.health.path]
    chosen = next((entry for entry in known if entry[0] == "get"), next(iter(known), None))
    return _change(planted.server_error(application, tree, *chosen)) if chosen else ()


def _change(edits: tuple[Edit, ...]) -> tuple[Change, ...]:
    return (Change(edits=edits),) if edits else ()


DEFECTS = (
    Defect(
        id="invalid-specification",
        title="a published document that is not valid OpenAPI",
        check="specification",
        rule="invalid-specification",
        plant=plant_invalid,
    ),
    Defect(
        id="path-not-served",
        title="a published path that the application does not serve",
        check="published",
        rule="removed-path",
        plant=plant_not_served,
    ),
    Defect(
        id="undeclared-field",
        title="a response with a field that the document does not declare",
        check="schemathesis",
        rule="undeclared-field",
        plant=plant_field,
    ),
    Defect(
        id="server-error",
        title="an operation that returns 500",
        check="schemathesis",
        rule="server-error",
        plant=plant_error,
    ),
)
