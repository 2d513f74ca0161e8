"""Projects as values: a tree of texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import dedent


@dataclass(frozen=True, slots=True)
class Texts:
    """A read-only view of files given as text."""

    files: Mapping[str, str]

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the paths, sorted."""
        return tuple(sorted(self.files))

    def text(self, path: str) -> str | None:
        """Return a file's text, None when there is none."""
        return self.files.get(path)


def texts(files: Mapping[str, str]) -> Texts:
    """Return a tree of files by path, their texts without common indentation."""
    return Texts({path: dedent(text).lstrip("\n") for path, text in files.items()})
