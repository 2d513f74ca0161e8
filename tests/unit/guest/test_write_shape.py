"""What a guest program writes is what a reader decodes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from onward.guest.write_shape import write_shape
from onward.readers.decode import decoded


@dataclass(frozen=True)
class Part:
    day: date
    name: str


@dataclass(frozen=True)
class Whole:
    format: int = field(init=False)
    parts: tuple[Part, ...]
    complete: bool = field(init=False)


def test_a_shape_is_written_with_its_format_its_dates_and_that_it_is_complete(tmp_path: Path) -> None:
    write_shape(tmp_path / "whole.json", Whole((Part(date(2026, 1, 2), "a"),)))
    data = (tmp_path / "whole.json").read_bytes()
    assert json.loads(data) == {"format": 1, "parts": [{"day": "2026-01-02", "name": "a"}], "complete": True}
    read = decoded(data, "whole.json", Whole)
    assert (read.format, read.parts, read.complete) == (1, (Part(date(2026, 1, 2), "a"),), True)
