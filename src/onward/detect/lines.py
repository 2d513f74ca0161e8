"""Places in a project's texts that speak for a fact, written as "path:line text"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from onward.model.facts import Fact, Tree

_LONGEST = 2_000_000
_WIDEST = 4_000
_SHOWN = 120
_LOGIN = re.compile(r"(://)[^\s/@\"']*:[^\s/@\"']*(@)")
_SECRET = re.compile(r"(?i)(\w*(?:secret|token|passw(?:or)?d|api_?key|private_?key)\w*[\"']?\s*[=:]\s*)\S.*")
TEST_FILE = re.compile(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing found in a text: `value` is what it says, the rest is where. Line 0 speaks for the whole file."""

    value: str
    path: str
    line: int = 0
    text: str = ""

    def says(self, value: str) -> Hit:
        """Return the same place read as another value."""
        return replace(self, value=value)

    @property
    def evidence(self) -> str:
        """Return "path:line text"."""
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place} {_short(self.text)}".rstrip()


@dataclass(slots=True)
class Remembered:
    """A tree that reads each file once, because many detectors look into the same texts.

    Folders with a definition of their own are other projects and left out.
    """

    tree: Tree
    paths: tuple[str, ...] = field(init=False)
    texts: dict[str, str | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Leave out the files of other projects."""
        others = tuple(path.removesuffix("onward.toml") for path in self.tree.paths if path.endswith("/onward.toml"))
        self.paths = tuple(path for path in self.tree.paths if not others or not path.startswith(others))

    def text(self, path: str) -> str | None:
        """Return a file's text; None as well for files so large that nobody wrote them."""
        if path not in self.texts:
            text = self.tree.text(path)
            self.texts[path] = text if text is not None and len(text) <= _LONGEST else None
        return self.texts[path]


def matching(tree: Tree, pattern: str) -> tuple[str, ...]:
    """Return the paths that match the regular expression as a whole."""
    compiled = re.compile(pattern)
    return tuple(path for path in tree.paths if compiled.fullmatch(path))


def code(tree: Tree) -> tuple[str, ...]:
    """Return the Python files that are not tests."""
    return tuple(path for path in tree.paths if path.endswith(".py") and not TEST_FILE.search(path))


def search(tree: Tree, paths: Iterable[str], pattern: str, *, holds: str = "") -> tuple[Hit, ...]:
    """Return each line that the pattern is found in; the value is its first group, else the match.

    `holds` is plain text without which a file is not looked at: it saves time on large projects.
    """
    anywhere = re.compile(pattern, re.MULTILINE)
    texts = ((path, tree.text(path)) for path in paths)
    likely = ((path, text) for path, text in texts if text and holds in text and anywhere.search(text))
    return tuple(hit for path, text in likely for hit in _lines(path, text, re.compile(pattern)))


def _lines(path: str, text: str, pattern: re.Pattern[str]) -> Iterator[Hit]:
    for number, line in enumerate(text.split("\n"), 1):
        match = pattern.search(line[:_WIDEST])
        if match:
            yield Hit(value=match[1] if pattern.groups else match[0], path=path, line=number, text=line)


def line_of(text: str, needle: str, *, after: str = "") -> tuple[int, str]:
    """Return number and text of the first line with `needle`, at or below one with `after`; (0, "") without any."""
    reached = not after
    for number, line in enumerate(text.split("\n"), 1):
        reached = reached or after in line
        if reached and needle in line:
            return number, line
    return 0, ""


def agreed(name: str, hits: Iterable[Hit], *, weaker: Iterable[Hit] = ()) -> Fact:
    """Return the value on which all hits agree, None when they differ; `weaker` hits count only without others."""
    first, second = tuple(hits), tuple(weaker)
    values = {hit.value for hit in first or second}
    return Fact(name=name, value=values.pop() if len(values) == 1 else None, evidence=evidence((*first, *second)))


def gathered(name: str, hits: Iterable[Hit]) -> Fact:
    """Return all different values, sorted; None when there is none."""
    found = tuple(hits)
    return Fact(name=name, value=tuple(sorted({hit.value for hit in found})) or None, evidence=evidence(found))


def recorded(name: str, found: Iterable[tuple[tuple[str, ...], Hit]]) -> Fact:
    """Return all different records, sorted, with the places that speak for them; None when there is none."""
    pairs = tuple(found)
    values = tuple(sorted({record for record, _ in pairs}))
    return Fact(name=name, value=values or None, evidence=evidence(hit for _, hit in pairs))


def evidence(hits: Iterable[Hit]) -> tuple[str, ...]:
    """Return the evidence of each hit once, in order."""
    return tuple(dict.fromkeys(hit.evidence for hit in hits))


def _short(text: str) -> str:
    """Return one line that fits a report, without what might be a credential."""
    stripped = _SECRET.sub(r"\1…", _LOGIN.sub(r"\1…\2", " ".join(text[:_WIDEST].split())))
    return stripped if len(stripped) <= _SHOWN else stripped[: _SHOWN - 1] + "…"
