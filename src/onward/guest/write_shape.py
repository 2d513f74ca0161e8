"""Write what a guest program found, in the shape that is declared for it and for its reader."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

# fields of shapes that nobody but this module fills in: what the document is, and that all of it was there to be written
_STAMPS = {"format": 1, "complete": True}


def write_shape(path: str | Path, shape: object, indent: int | None = None) -> None:
    """Write a shape, or shapes, as JSON into the file at `path`."""
    Path(path).write_text(text_of(shape, indent), encoding="utf-8")


def text_of(shape: object, indent: int | None = None) -> str:
    """Return a shape as JSON."""
    return json.dumps(shape, default=_plain, indent=indent)


def _plain(value: Any) -> object:
    if isinstance(value, date):
        return value.isoformat()
    stamps = {name: one for name, one in _STAMPS.items() if name in value.__dataclass_fields__}
    return {**stamps, **vars(value)}
