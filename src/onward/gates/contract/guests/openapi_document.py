"""Read and resolve OpenAPI documents. To read one it takes an interpreter that has ruamel.yaml."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any, Dict, Iterator, Tuple

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_TIMEOUT_S = 30.0
Document = Dict[str, Any]


class LookError(Exception):
    """Something that it takes to look is missing."""


def published(path: str) -> Document:
    """Return the published document, JSON or YAML, with nothing in it that JSON does not know."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (OSError, ValueError) as error:
        raise LookError(f"cannot read {path}: {error}") from error
    return parse(text, path)


def served(url: str, headers: Dict[str, str]) -> Document:
    """Return the document that the application gives out."""
    return parse(fetch(url, headers).decode(errors="replace"), url)


def parse(text: str, name: str) -> Document:
    """Return the document in `text`; LookError when it is neither JSON nor YAML, or no OpenAPI document."""
    try:
        document = json.loads(text)
    except ValueError:
        document = _yaml(text, name)
    return plain(document, name)


def _yaml(text: str, name: str) -> Any:
    """Return what YAML 1.2 takes `text` for: NO and on are words there."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError) as error:
        raise LookError(f"{name} is neither JSON nor YAML: {error}") from error


def fetch(url: str, headers: Dict[str, str], data: bytes | None = None) -> bytes:
    """Return the body of a successful answer; LookError says what came instead."""
    request = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310  # onward started what is there
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310  # as above
            body: bytes = answer.read()
            return body
    except urllib.error.HTTPError as error:
        said = error.read(500).decode(errors="replace")
        raise LookError(f"{request.get_method()} {url} returned {error.code}: {said}") from error
    except OSError as error:
        raise LookError(f"{request.get_method()} got no answer: {error}") from error


def plain(document: object, name: str) -> Document:
    """Return `document` as JSON has it (texts as keys, dates as texts); LookError when it is no OpenAPI document."""
    if not isinstance(document, dict) or not {"openapi", "swagger"} & set(document):
        raise LookError(f"{name} is not an OpenAPI document: it has neither openapi nor swagger")
    result: Document = json.loads(json.dumps(document, default=str))
    return result


def resolve(document: Document, node: object) -> Any:
    """Follow references inside the document; one that leads nowhere, or out of it, stays as it is."""
    for _ in range(50):
        reference = node.get("$ref") if isinstance(node, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return node
        target: object = document
        for part in reference[2:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(target, dict) or name not in target:
                return node
            target = target[name]
        node = target
    return node


def operations(document: Document) -> Iterator[Tuple[str, str, Document]]:
    """Yield method, path and operation of everything that the document declares."""
    paths = document.get("paths")
    for path, given in (paths if isinstance(paths, dict) else {}).items():
        item = resolve(document, given)
        for method in METHODS:
            if isinstance(item, dict) and isinstance(item.get(method), dict):
                yield method, path, item[method]


def headers_of(words: list[str]) -> Dict[str, str]:
    """Return headers from "Name: value" words."""
    pairs = (word.partition(":") for word in words)
    return {name.strip(): value.strip() for name, _, value in pairs}
