"""Prepare the run of schemathesis: the document with closed responses, a control that must fail, settings with a login.

Exit 0: all of it is there, and case.json says what it is. Exit 3: the document cannot be read or nobody is let in.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
import tomllib
from typing import Any, Dict

from .....guest.write_shape import write_shape
from ...shapes import Case
from ..openapi_document import LookError, fetch, headers_of, operations, published
from .openapi_closing import Closing

PROJECTS_OWN = "schemathesis.toml"


def main() -> int:
    """Prepare and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--specification", "--closed", "--work", "--out", "--url"):
        parser.add_argument(name, required=True)
    for name in ("--login-path", "--login-body", "--login-token"):
        parser.add_argument(name, default="")
    parser.add_argument("--header", action="append", default=[])
    parser.add_argument("--open", action="store_true")
    options = parser.parse_args()
    try:
        prepare(options)
    except LookError as error:
        print(error, file=sys.stderr)
        return 3
    return 0


def prepare(options: argparse.Namespace) -> None:
    """Write everything that the run needs."""
    document = published(options.specification)
    declared = len(list(operations(document)))
    closing = Closing(document)
    if not options.open:
        closing.perform()
    _write(options.closed, json.dumps(document))
    _write(os.path.join(options.work, "control.json"), json.dumps(control()))
    headers = headers_of(options.header)
    if options.login_path:
        headers["Authorization"] = f"Bearer {log_in(options, headers)}"
    _write(os.path.join(options.work, "settings.toml"), settings(headers))
    write_shape(os.path.join(options.out, "case.json"), Case(declared, closing.closed, closing.left_open))


def log_in(options: argparse.Namespace, headers: Dict[str, str]) -> str:
    """Return the token of a fresh login: the text at the dotted place in the answer."""
    sent = {**headers, "Content-Type": "application/json", "Accept": "application/json"}
    body = fetch(options.url + options.login_path, sent, options.login_body.encode())
    answer: object = json.loads(body)
    for name in options.login_token.split("."):
        answer = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(answer, str) or not answer:
        raise LookError(f"the response of the login at {options.login_path} has no {options.login_token}")
    return answer


def control() -> Dict[str, object]:
    """Return a document whose one operation no application serves as it says."""
    schema = {"type": "object", "properties": {"onward": {"const": "control"}}, "required": ["onward"]}
    answer = {"description": "Never given.", "content": {"application/x-onward-control+json": {"schema": schema}}}
    path = f"/onward-control-{secrets.token_hex(8)}"
    return {
        "openapi": "3.1.0",
        "info": {"title": "control", "version": "1"},
        "paths": {path: {"get": {"responses": {"299": answer}}}},
    }


def settings(headers: Dict[str, str]) -> str:
    """Return the project's own settings of schemathesis with the headers added."""
    own: Dict[str, Any] = {}
    if os.path.exists(PROJECTS_OWN):
        with open(PROJECTS_OWN, "rb") as file:
            own = tomllib.load(file)
    # In this file ${NAME} would be taken for a variable.
    literal = {name: value.replace("${", "$${") for name, value in headers.items()}
    merged = {**own, "headers": {**own.get("headers", {}), **literal}} if literal else own
    return "".join(f"{_toml(name)} = {_toml(value)}\n" for name, value in merged.items())


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(name)} = {_toml(child)}" for name, child in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(child) for child in value) + "]"
    if isinstance(value, str):
        # TOML wants characters, where JSON would have pairs of surrogates, and DEL escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)


if __name__ == "__main__":
    sys.exit(main())
