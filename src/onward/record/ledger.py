"""The committed ledgers of a project: `.onward/baseline.jsonl` and `.onward/ratchet.jsonl`."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from onward.errors import ConfigError
from onward.model.ledger import Debt, Ledgers, Mark

BASELINE = ".onward/baseline.jsonl"
RATCHET = ".onward/ratchet.jsonl"
_T = TypeVar("_T")
_MARKERS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")


def load_ledgers(root: Path) -> Ledgers:
    """Return both ledgers of the project at `root`, empty where a file is absent.

    Conflict markers and lines that are no entries are a ConfigError that lists every one of them: a ledger that cannot
    be read must not count as an empty one.
    """
    mistakes: list[str] = []
    debts = _entries(root, BASELINE, Debt, mistakes)
    marks = _entries(root, RATCHET, Mark, mistakes)
    if mistakes:
        raise ConfigError(
            "cannot read the ledgers",
            where=mistakes[0].partition(": ")[0],
            hint="correct these lines (in a merge conflict keep the stricter side), then run again",
            mistakes=tuple(mistakes),
        )
    return Ledgers(debts=debts, marks=marks)


def _entries(root: Path, name: str, kind: type[_T], mistakes: list[str]) -> tuple[_T, ...]:
    try:
        text = (root / name).read_text(encoding="utf-8")
    except FileNotFoundError:  # a project without debts
        return ()
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(f"{name}: cannot read it ({error})")
        return ()
    found: list[_T] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(_MARKERS):
            mistakes.append(f"{name}:{number}: conflict marker of a merge")
        elif line.strip():
            try:
                found.append(msgspec.json.decode(line, type=kind))
            except msgspec.DecodeError as error:
                mistakes.append(f"{name}:{number}: not an entry ({error})")
    return tuple(found)
