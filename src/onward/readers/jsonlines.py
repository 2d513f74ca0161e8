"""JSON lines: one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from onward.errors import ReadError
from onward.model.gate import Outputs


def objects(outputs: Outputs, name: str) -> tuple[dict[str, Any], ...]:
    """Return the objects in output `name`; ReadError when it is missing or any line is not a JSON object."""
    return tuple(_objects(outputs.text(name), name))


def _objects(text: str, name: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise ReadError(f"{name}:{number} is not JSON ({error})", where=f"{name}:{number}") from error
        if not isinstance(value, dict):
            raise ReadError(f"{name}:{number} is not a JSON object", where=f"{name}:{number}")
        yield value
