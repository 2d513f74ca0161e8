"""Words and numbers for people: harmless characters, widths in terminal cells, wrapped lines, durations, counts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from onward.model.document import FindingEntry, MeasureEntry
from onward.model.evidence import LookedAt
from onward.model.verdict import Verdict

# Everything that moves a cursor, rings, hides or turns the direction of text; line feed and tab are dealt with apart.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_BLANKS = re.compile(r"[ \t]+")
WORDS = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "failed",
    Verdict.UNVERIFIED: "unverified",
    Verdict.NOT_RUN: "not run",
}


def visible(text: str) -> str:
    r"""Return `text` with control and direction characters spelled out (`\x1b`); lines stay lines."""
    lined = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _UNSEEN.sub(_spelled, lined)


def one_line(text: str, limit: int = 300) -> str:
    """Return `text` as one visible line of at most `limit` characters."""
    return clip(" ".join(visible(text).split()), limit)


def clip(text: str, limit: int) -> str:
    """Return `text`, cut to `limit` characters with an ellipsis."""
    return text if len(text) <= limit else text[: max(0, limit - 1)].rstrip() + "…"


def cells(text: str) -> int:
    """Return how many columns of a terminal `text` fills."""
    if text.isascii():
        return len(text)
    return sum(map(_cell, text))


def pad(text: str, width: int) -> str:
    """Return `text` filled with blanks to `width` columns."""
    return text + " " * max(0, width - cells(text))


def wrap(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` columns (at least 8); words that are longer are broken."""
    width = max(8, width)
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_wrapped(paragraph, width))
    return lines


def duration(seconds: float) -> str:
    """Return seconds as a person says them: "0.4 s", "34 s", "2 min 5 s", "1 h 2 min"."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(count: int) -> str:
    """Return a number of bytes as a person says it."""
    for unit, step in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= step:
            return f"{count / step:.1f} {unit}"
    return f"{count} B"


def number(value: float) -> str:
    """Return a number without needless digits."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def counted(count: int, noun: str) -> str:
    """Return "1 finding", "3 findings"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def looked_at(looks: Iterable[LookedAt]) -> str:
    """Return what was looked at: "118 files, 0 changed lines", with the expectation where it was missed."""
    return ", ".join(_look(look) for look in looks)


def amount(measure: MeasureEntry) -> str:
    """Return a measure's value with its unit."""
    return _with_unit(measure.value, measure.unit)


def limit(measure: MeasureEntry) -> str:
    """Return the limit of a measure: "at least 72 % (ratchet)", empty when it has none."""
    if measure.limit is None:
        return ""
    side = "at least" if measure.better == "higher" else "at most"
    return f"{side} {_with_unit(measure.limit, measure.unit)}" + (
        f" ({measure.limit_from})" if measure.limit_from else ""
    )


def place(finding: FindingEntry) -> str:
    """Return where a finding is: "app/main.py:3:1", else its subject, commit or nothing."""
    if finding.path is None:
        return finding.subject or (finding.commit or "")[:12]
    spot = [finding.path, *(str(part) for part in (finding.line, finding.column) if part is not None)]
    return ":".join(spot) + (f" in {finding.commit[:12]}" if finding.commit else "")


def _look(look: LookedAt) -> str:
    short = look.expected is not None and look.count < look.expected
    return f"{look.count} {one_line(look.what, 60)}" + (f" of {look.expected}" if short else "")


def _with_unit(value: float, unit: str) -> str:
    return f"{number(value)} {'%' if unit == 'percent' else unit}".rstrip()


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _cell(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _wrapped(paragraph: str, width: int) -> list[str]:
    lines, line = [], ""
    for word in _pieces(paragraph, width):
        longer = f"{line} {word}" if line else word
        if cells(longer) <= width:
            line = longer
            continue
        lines.append(line)
        line = word
    return [*lines, line]


def _pieces(paragraph: str, width: int) -> Iterable[str]:
    for word in _BLANKS.split(paragraph.strip()):
        rest = word
        while cells(rest) > width:
            head = _head(rest, width)
            yield head
            rest = rest[len(head) :]
        yield rest


def _head(word: str, width: int) -> str:
    filled = 0
    for position, character in enumerate(word):
        filled += _cell(character)
        if filled > width:
            return word[:position]
    return word
