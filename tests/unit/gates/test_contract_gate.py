"""What the contract gate takes for a difference that breaks clients, and what it plants."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from kit import values
from onward.gates import contract
from onward.gates.contract import planted
from onward.gates.contract.compare import differences
from onward.gates.contract.options import headers, hook_variables, specification
from onward.model.application import Application, Health, Server
from onward.model.pipeline import GateSettings

ORDER: dict[str, Any] = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "integer"},
        "state": {"type": "string", "enum": ["open", "paid"]},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Order"}},
    },
}
NEW: dict[str, Any] = {
    "type": "object",
    "required": ["title"],
    "properties": {"title": {"type": "string", "maxLength": 80}},
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/orders/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "get": {
                "parameters": [{"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1}}],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}},
                    "404": {"description": "No such order."},
                },
            },
        },
        "/orders": {
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/New"}}}},
                "responses": {"201": {"description": "Made."}},
            }
        },
    },
    "components": {"schemas": {"Order": ORDER, "New": NEW}},
}
GET, POST = DOCUMENT["paths"]["/orders/{id}"]["get"], DOCUMENT["paths"]["/orders"]["post"]


def changed(*path: str, to: Any) -> dict[str, Any]:
    """Return the document with one place replaced, or removed where `to` is None."""
    document = deepcopy(DOCUMENT)
    target: Any = document
    for name in path[:-1]:
        target = target[name]
    if to is None:
        del target[path[-1]]
    else:
        target[path[-1]] = to
    return document


def found(served: dict[str, Any], published: dict[str, Any] | None = None) -> list[tuple[str, str, bool]]:
    return [
        (difference.rule, difference.subject, difference.breaking)
        for difference in differences(published or DOCUMENT, served)
    ]


SCHEMAS = ("components", "schemas")
ORDERS = ("paths", "/orders/{id}", "get")
IN_ORDER = "GET /orders/{id} response 200"
IN_NEW = "POST /orders request"


def test_the_same_document_has_no_differences() -> None:
    assert found(deepcopy(DOCUMENT)) == []


def test_texts_for_people_are_no_difference() -> None:
    served = changed(*SCHEMAS, "Order", to={**ORDER, "title": "Order", "description": "One order.", "example": {}})
    assert found(served) == []


@pytest.mark.parametrize(
    ("served", "expected"),
    [
        (changed("paths", "/orders", to=None), ("removed-path", "POST /orders", True)),
        (changed(*ORDERS, to=None), ("removed-path", "GET /orders/{id}", True)),
        (changed("paths", "/orders", to={"get": POST}), ("removed-operation", "POST /orders", True)),
        (changed(*ORDERS, "responses", "404", to=None), ("removed-response", "GET /orders/{id} response 404", True)),
        (
            changed(*ORDERS, "responses", "500", to={"description": "It broke."}),
            ("unpublished-response", "GET /orders/{id} response 500", False),
        ),
        (
            changed(*ORDERS, "parameters", to=[{**GET["parameters"][0], "required": True}]),
            ("required-parameter", "GET /orders/{id} query parameter page", True),
        ),
        (
            changed(*ORDERS, "parameters", to=[*GET["parameters"], {"name": "q", "in": "query", "required": True}]),
            ("required-parameter", "GET /orders/{id} query parameter q", True),
        ),
        (
            changed(*ORDERS, "parameters", to=[*GET["parameters"], {"name": "q", "in": "query"}]),
            ("unpublished-parameter", "GET /orders/{id} query parameter q", False),
        ),
        (
            changed(*ORDERS, "parameters", to=[{**GET["parameters"][0], "schema": {"type": "integer", "minimum": 5}}]),
            ("narrowed-type", "GET /orders/{id} query parameter page", True),
        ),
        (
            changed(*ORDERS, "parameters", to=[{**GET["parameters"][0], "schema": {"type": "integer"}}]),
            ("narrowed-type", "GET /orders/{id} query parameter page", False),
        ),
        (
            changed(*SCHEMAS, "New", "properties", "title", to={"type": "string", "maxLength": 40}),
            ("narrowed-type", f"{IN_NEW}.title", True),
        ),
        (
            changed(*SCHEMAS, "New", "properties", "title", to={"type": "integer", "maxLength": 80}),
            ("narrowed-type", f"{IN_NEW}.title", True),
        ),
        (
            changed(*SCHEMAS, "New", "properties", "title", to={"type": ["string", "null"], "maxLength": 80}),
            ("narrowed-type", f"{IN_NEW}.title", False),
        ),
        (
            changed(*SCHEMAS, "New", to={**NEW, "required": ["title", "size"], "properties": {**NEW["properties"], "size": {}}}),
            ("required-field", f"{IN_NEW}.size", True),
        ),
        (
            changed(*SCHEMAS, "New", "properties", "size", to={"type": "integer"}),
            ("unpublished-field", f"{IN_NEW}.size", False),
        ),
        (changed(*SCHEMAS, "Order", "properties", "id", to=None), ("removed-field", f"{IN_ORDER}.id", True)),
        (changed(*SCHEMAS, "Order", "required", to=[]), ("removed-field", f"{IN_ORDER}.id", True)),
        (
            changed(*SCHEMAS, "Order", "properties", "state", to={"type": "string", "enum": ["open", "paid", "lost"]}),
            ("narrowed-type", f"{IN_ORDER}.state", True),
        ),
        (
            changed(*SCHEMAS, "Order", "properties", "state", to={"type": "string", "enum": ["open"]}),
            ("narrowed-type", f"{IN_ORDER}.state", False),
        ),
        (
            changed(*SCHEMAS, "Order", "properties", "note", to={"anyOf": [{"type": "string"}, {"type": "integer"}]}),
            ("narrowed-type", f"{IN_ORDER}.note", True),
        ),
        (
            changed(*SCHEMAS, "Order", "properties", "note", to={"anyOf": [{"type": "string"}]}),
            ("narrowed-type", f"{IN_ORDER}.note", False),
        ),
    ],
)  # fmt: skip
def test_one_difference(served: dict[str, Any], expected: tuple[str, str, bool]) -> None:
    differing = found(served)
    assert expected in differing, differing
    assert len({subject for _, subject, _ in differing}) == len(differing)


def test_what_is_served_beyond_the_published_is_mentioned() -> None:
    assert found(DOCUMENT, changed("paths", "/orders", to=None)) == [("unpublished-operation", "POST /orders", False)]


def test_schemas_that_hold_themselves_come_to_an_end() -> None:
    served = changed(*SCHEMAS, "Order", "properties", "parts", "items", to={"type": "string"})
    assert ("narrowed-type", f"{IN_ORDER}.parts[]", True) in found(served)


APPLICATION = Application(
    server=Server(
        name="application",
        command=("uvicorn", "shop.web:app", "--port", "{port}"),
        health=Health(path="/health", host="shop.example", headers=(("X-Forwarded-Proto", "https"),)),
        environment=(("KEY", "{secret:key}"), ("LISTEN", "{host}:{port}"), ("MODE", "test")),
    )
)


class Files:
    paths = ("shop/__init__.py", "shop/web.py")

    def text(self, path: str) -> str | None:
        return "app = make()\n" if path in self.paths else None


@pytest.mark.parametrize("command", [("uvicorn", "shop.web:app"), ("gunicorn", "shop.web:app"), ("gunicorn", "-k", "uvicorn.workers.UvicornWorker", "shop:app")])  # fmt: skip
def test_planted_code_is_code(command: tuple[str, ...]) -> None:
    application = replace(APPLICATION, server=replace(APPLICATION.server, command=command))
    for edits in (
        planted.undeclared_field(application, Files(), "/openapi.json"),
        planted.server_error(application, Files(), "get", "/orders/{id}"),
    ):
        assert [edit.path for edit in edits] == ["shop/__init__.py" if command[-1] == "shop:app" else "shop/web.py"]
        compile(str(edits[0].text), "planted", "exec")
        assert ("async def app" in str(edits[0].text)) == any("uvicorn" in word for word in command)


def test_nothing_is_planted_where_no_module_is_served() -> None:
    application = replace(APPLICATION, server=replace(APPLICATION.server, command=("docker", "compose", "up")))
    assert planted.undeclared_field(application, Files(), "") == ()


def test_a_planted_wsgi_application_behaves() -> None:
    application = replace(APPLICATION, server=replace(APPLICATION.server, command=("gunicorn", "shop.web:app")))

    def plain(_: Any, start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
        return [b"{}"]

    def ask(edits: Any, path: str) -> tuple[str, bytes]:
        space: dict[str, Any] = {"app": plain}
        exec(edits[0].text, space)  # the code that is planted
        said: list[Any] = []
        body = space["app"]({"REQUEST_METHOD": "GET", "PATH_INFO": path}, lambda *words: said.append(words))
        return said[0][0], b"".join(body)

    field = planted.undeclared_field(application, Files(), "/openapi.json")
    assert ask(field, "/orders/1") == ("200 OK", b'{"planted_internal_id": 1}')
    assert ask(field, "/openapi.json") == ("200 OK", b"{}")
    error = planted.server_error(application, Files(), "get", "/orders/{id}")
    assert ask(error, "/orders/1")[0].startswith("500")
    assert ask(error, "/orders")[0] == "200 OK"


def context(**more: Any) -> Any:
    options = {option.name: option.default for option in contract.GATE.options} | more.pop("options", {})
    settings = GateSettings(gate="contract", options=options)
    return values.context("contract", settings=settings, pipeline=values.pipeline(application=APPLICATION), **more)


def test_every_request_is_one_that_the_application_admits() -> None:
    words = headers(context(options={"headers": ("X-Key: {secret:key}",)}))
    assert words == (
        "--header", "X-Forwarded-Proto: https", "--header", "Host: shop.example", "--header", "X-Key: {secret:key}",
    )  # fmt: skip


def test_hooks_see_the_variables_that_a_step_can_name() -> None:
    assert hook_variables(context()) == (("KEY", "{secret:key}"), ("MODE", "test"))


def test_the_published_document_is_found_or_named() -> None:
    project = values.project(files=("docs/openapi.yaml", "app/a.py"))
    assert specification(context(project=project)) == "docs/openapi.yaml"
    assert specification(context(project=project, options={"specification": "api.yml"})) == "api.yml"
    assert not contract.has_document(context()).yes
    bare = replace(context(project=project), pipeline=values.pipeline())
    assert not contract.has_both(bare).yes
    assert not contract.is_served(context(project=project, options={"served": ""})).yes


def test_the_closed_document_lies_beside_the_published_one() -> None:
    project = values.project(files=("docs/openapi.yaml",))
    case, control, run = contract.obey(context(project=project, options={"login-path": "/login", "login-body": "{}"}))
    assert "{tree}/docs/.onward-closed.json" in case.argv
    assert "{tree}/docs/.onward-closed.json" in run.argv
    assert case.argv[-6:] == ("--login-path", "/login", "--login-body", "{}", "--login-token", "access_token")
    assert control.accepts == (1,)
