"""What the gate's guest program writes (standard library only, Python ≥ 3.9)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Planted:
    """The copy that checkers look at: texts of the project's files, and the faulty workflow beside them."""

    root: str
    canary: str
    canary_text: str
    texts: dict[str, str | None]
