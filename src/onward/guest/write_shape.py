"""Write what a guest program found, in the shape that is declared for it and for its reader."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path


def write_shape(path: str | Path, shape: object, indent: int | None = None) -> None:
    """Write a shape, or shapes, as JSON into the file at `path`."""
    Path(path).write_text(text_of(shape, indent), encoding="utf-8")


def text_of(shape: object, indent: int | None = None) -> str:
    """Return a shape as JSON, its fields in the order in which they are declared."""
    return json.dumps(shape, default=_plain, indent=indent)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else vars(value)
