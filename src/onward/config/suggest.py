"""What somebody may have meant by a word that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `did you mean "…"?` for the closest known word, empty when none is close."""
    plain = {candidate.lower(): candidate for candidate in known}
    close = get_close_matches(word.lower().replace("_", "-"), plain, n=1, cutoff=0.6)
    return f'did you mean "{plain[close[0]]}"?' if close else ""


def one_of(known: Iterable[str]) -> str:
    """Return the known words as a list for a message."""
    return ", ".join(sorted(known)) or "none"
