"""OpenAPI documents as text: JSON or YAML."""

from __future__ import annotations

import json

from onward.errors import ReadError


def document(text: str) -> dict[str, object]:
    """Return the document that `text` holds; ReadError when it holds none."""
    from ruamel.yaml import YAML  # noqa: PLC0415  # costs more than most runs need
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415  # as above

    try:
        found = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise ReadError(f"neither JSON nor YAML ({error})", where="OpenAPI") from error
    if not isinstance(found, dict):
        raise ReadError("not an OpenAPI document: it is not an object", where="OpenAPI")
    # What YAML takes for dates and numbers is text here, as JSON would have it.
    return dict(json.loads(json.dumps(found, default=str)))
