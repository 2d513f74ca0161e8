"""How what a machine has, and what onward keeps on it, is written down."""

from __future__ import annotations

import json
import time

from onward.execute.cache.prune import Entry
from onward.execute.machine.doctor import Part

_DAY_S = 86_400


def parts_as_text(parts: tuple[Part, ...], note: str) -> str:
    """Return one line a part, and below a missing one what that costs and how to get it."""
    lines = [f"note: {note}", ""] if note else []
    for part in parts:
        found = part.availability
        lines.append(f"{'has  ' if found.present else 'lacks'}  {part.kind:<10}  {part.name:<12}  {found.detail}")
        if not found.present:
            told = (("costs", part.cost), ("get it", found.hint))
            lines += [f"       {label}: {text}" for label, text in told if text]
    return "\n".join(lines)


def parts_as_json(parts: tuple[Part, ...], note: str) -> str:
    """Return the document of `onward doctor`, schema 1."""
    return _document({"schema": 1, "note": note, "parts": [_part(part) for part in parts]})


def entries_as_text(entries: tuple[Entry, ...], verb: str = "", held: tuple[Entry, ...] = ()) -> str:
    """Return one line an entry, each after `verb`, then what is in use, then the sum."""
    now = time.time()
    lines = [
        f"{verb}{entry.kind:<12} {entry.bytes / 2**20:9.1f} MiB  "
        f"{max(0, now - entry.last_used) / _DAY_S:6.1f} days  {entry.name}"
        for entry in entries
    ]
    lines += [f"in use  {entry.kind:<12} {entry.name}" for entry in held]
    count = "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
    return "\n".join([*lines, f"{count}, {sum(entry.bytes for entry in entries) / 2**20:.1f} MiB"])


def entries_as_json(entries: tuple[Entry, ...], held: tuple[Entry, ...] = ()) -> str:
    """Return the document of `onward cache`, schema 1."""
    return _document({"schema": 1, "entries": [_entry(one) for one in entries], "held": [_entry(one) for one in held]})


def _part(part: Part) -> dict[str, str | bool]:
    found = part.availability
    missing = {"cost": part.cost, "hint": found.hint} if not found.present else {"cost": "", "hint": ""}
    return {"kind": part.kind, "name": part.name, "present": found.present, "detail": found.detail, **missing}


def _entry(entry: Entry) -> dict[str, str | int | float]:
    return {
        "kind": entry.kind,
        "name": entry.name,
        "path": str(entry.path),
        "bytes": entry.bytes,
        "last_used": round(entry.last_used, 3),
    }


def _document(value: dict[str, object]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
