"""Mask secrets: the values of variables declared as secret, and what looks like a credential wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO
from urllib.parse import quote

from onward.files import atomic

MASK = "***"
_MASK = MASK.encode()
# Masking shorter values would take ordinary words and numbers out of every text.
_SHORTEST = 6
_PIECE = 1024 * 1024
_KEY_BEGINS = b"PRIVATE KEY-----"
_KEY_LIMIT = 64 * 1024

# What a text must hold for its pattern to be worth trying; the pattern keeps its first group (what introduces the
# secret) and its last one (what follows).
_TOKENS = tuple(
    (needle, re.compile(pattern))
    for needle, pattern in (
        (b"://", rb"(://[^\s/:@'\"]{0,100}:)[^\s/@'\"]{1,300}(@)"),
        (b"gh", rb"()\bgh[pousr]_[A-Za-z0-9]{30,255}()"),
        (b"github_pat_", rb"()\bgithub_pat_[A-Za-z0-9_]{22,255}()"),
        (b"glpat-", rb"()\bglpat-[A-Za-z0-9_-]{20,}()"),
        (b"AKIA", rb"()\bAKIA[0-9A-Z]{16}\b()"),
        (b"ASIA", rb"()\bASIA[0-9A-Z]{16}\b()"),
        (b"aws_secret_access_key", rb"(aws_secret_access_key[\"']?\s*[=:]\s*[\"']?)[A-Za-z0-9/+=]{40}()"),
        (b"AWS_SECRET_ACCESS_KEY", rb"(AWS_SECRET_ACCESS_KEY[\"']?\s*[=:]\s*[\"']?)[A-Za-z0-9/+=]{40}()"),
        (b"xox", rb"()\bxox[a-z]-[A-Za-z0-9-]{10,}()"),
        (b"hooks.slack.com", rb"(hooks\.slack\.com/services/)[A-Za-z0-9/]+()"),
        (b"eyJ", rb"()\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*()"),
        (b"k_live_", rb"()\b[rs]k_live_[A-Za-z0-9]{16,}()"),
        (
            b"PRIVATE KEY-----",
            rb"(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)(?s:.*?)(-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)",
        ),
    )
)
_ASSIGNED = re.compile(
    r"((?:passw(?:or)?d|passwd|secret|token|api_?key)\w*[\"']?\s*(?::\s*\w+\s*)?[:=]\s*[rbf]?([\"']))[^\"']{3,}(\2)",
    re.IGNORECASE,
)

_SECRET_WORDS = ("SECRET", "TOKEN", "PASSWORD", "PRIVATE", "API_KEY", "DSN")


def secret_values(variables: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the values of the variables whose names say that they are secret."""
    return tuple(value for name, value in variables if any(word in name.upper() for word in _SECRET_WORDS))


class Redactor:
    """Masks `values` (those of at least six characters) and everything shaped like a well-known kind of token."""

    def __init__(self, values: tuple[str, ...]) -> None:
        self.values = values
        forms = {form for value in values for form in _forms(value)}
        # The longest first, so that a value which contains another one leaves nothing behind.
        known = sorted((re.escape(form.encode()) for form in forms), key=len, reverse=True)
        self._known = re.compile(b"|".join(known)) if known else None

    def redact(self, text: str) -> str:
        """Return `text` with every secret replaced by `***`."""
        return self._redact(text.encode(errors="surrogateescape")).decode(errors="surrogateescape")

    def redact_code(self, code: str) -> str:
        """Return source code with secrets replaced, and literals assigned to names that speak of secrets."""
        return _ASSIGNED.sub(rf"\1{MASK}\3", self.redact(code))

    def redact_file(self, path: Path) -> None:
        """Replace every secret in the file; a file without any is not written. OSErrors are the caller's."""
        with path.open("rb") as file:
            if all(self._redact(piece) == piece for piece in _pieces(file)):
                return
            file.seek(0)
            with atomic.draft(path) as fresh, fresh.open("wb") as out:
                out.writelines(self._redact(piece) for piece in _pieces(file))

    def _redact(self, data: bytes) -> bytes:
        if self._known is not None:
            data = self._known.sub(_MASK, data)
        for needle, token in _TOKENS:
            if needle in data:
                data = token.sub(rb"\1" + _MASK + rb"\2", data)
        return data


def _forms(value: str) -> Iterator[str]:
    """Yield how a value may appear: as it is, quoted for a URL, and line by line."""
    for form in (value, value.strip(), quote(value, safe=""), *value.splitlines()):
        if len(form) >= _SHORTEST:
            yield form


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the file in pieces of whole lines, never ending within a private key."""
    while piece := file.read(_PIECE) + file.readline(_PIECE):
        limit = len(piece) + _KEY_LIMIT
        while piece.count(_KEY_BEGINS) % 2 and len(piece) < limit and (line := file.readline(_KEY_LIMIT)):
            piece += line
        yield piece
