"""A Markdown document as what can be checked in it: links, anchors, commands and marked blocks, each with its line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token

_SHELLS = {"console", "shell-session", "shellsession", "sh-session", "sh", "bash", "shell", "zsh"}
_SESSIONS = {"console", "shell-session", "shellsession", "sh-session"}
_MARKER = re.compile(r"<!--\s*onward:(generated|claims|end)(?:\s+(\S+))?\s*-->")
_UNDEFINED = re.compile(r"(?<![\w\])])\[[^\]\[]+\]\[([^\]\[]*[A-Za-z][^\]\[]*)\]")
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where a link, image or HTML attribute leads, as written; `undefined` for a reference that nothing defines."""

    target: str
    line: int
    undefined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A line that a reader is told to type, without its prompt."""

    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The lines of one code block that are commands; a change of folder holds until the block ends."""

    lines: tuple[Typed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What stands between a mark and its end; `closed` is False where the end is missing."""

    kind: str
    name: str
    line: int
    text: str
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document."""

    links: tuple[Link, ...]
    anchors: frozenset[str]
    scripts: tuple[Script, ...]
    blocks: tuple[Block, ...]


def document(text: str) -> Document:
    """Return what stands in a document by the rules of CommonMark with tables; what is code holds no links."""
    from markdown_it import MarkdownIt  # noqa: PLC0415  # a parser, needed only where there are documents

    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    html = [piece for token in tokens for piece in _html(token)]
    return Document(
        links=(
            *(link for token in tokens for link in _links(token)),
            *(link for piece in html for link in piece.links),
        ),
        anchors=frozenset((*_headings(tokens), *(anchor for piece in html for anchor in piece.anchors))),
        scripts=tuple(_scripts(tokens)),
        blocks=tuple(_blocks(tokens, text.splitlines())),
    )


def anchor(title: str, seen: Counter[str]) -> str:
    """Return the anchor that GitHub gives to a heading; `seen` counts equal ones before it and is added to."""
    plain = _NOT_IN_ANCHORS.sub("", title.strip().lower()).replace(" ", "-")
    number = seen[plain]
    seen[plain] += 1
    return f"{plain}-{number}" if number else plain


def _headings(tokens: Sequence[Token]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            words = (child.content for child in inline.children or () if child.type in {"text", "code_inline", "image"})
            yield anchor("".join(words), seen)


def _links(token: Token) -> Iterator[Link]:
    line = _line(token)
    for child in token.children or ():
        line += child.type in {"softbreak", "hardbreak"}
        if child.type == "link_open":
            yield Link(target=str(child.attrs["href"]), line=line)
        elif child.type == "image":
            yield Link(target=str(child.attrs["src"]), line=line)
        elif child.type == "text":
            for found in _UNDEFINED.finditer(child.content):
                yield Link(target=found[1], line=line, undefined=True)


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


class _Html(HTMLParser):
    """The links and anchors in a piece of HTML."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.links: list[Link] = []
        self.anchors: list[str] = []
        self._first = line

    def handle_starttag(self, _: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Take what the element links to and what it can be linked by."""
        values: Mapping[str, str] = {name: value for name, value in attrs if value}
        line = self._first + self.getpos()[0] - 1
        for name in ("href", "src"):
            if name in values:
                self.links.append(Link(target=values[name], line=line))
        self.anchors += [values[name] for name in ("id", "name") if name in values]


def _html(token: Token) -> Iterator[_Html]:
    line = _line(token)
    if token.type == "html_block":
        yield _fed(token.content, line)
    for child in token.children or ():
        line += child.type in {"softbreak", "hardbreak"}
        if child.type == "html_inline":
            yield _fed(child.content, line)


def _fed(text: str, line: int) -> _Html:
    piece = _Html(line)
    piece.feed(text)
    return piece


def _scripts(tokens: Sequence[Token]) -> Iterator[Script]:
    for token in tokens:
        language = token.info.split()[0].lower() if token.type == "fence" and token.info.split() else ""
        if language in _SHELLS:
            lines = enumerate(token.content.splitlines(), start=_line(token) + 1)
            yield Script(lines=tuple(_typed(lines, session=language in _SESSIONS)))


def _typed(lines: Iterator[tuple[int, str]], *, session: bool) -> Iterator[Typed]:
    """Yield what is typed; in a session that is what follows a prompt, the rest is what the machine answers."""
    for number, line in lines:
        bare = line.strip()
        if bare.startswith(("$ ", "# ") if session else "$ "):
            yield Typed(text=bare[2:], line=number)
        elif not session and bare and not bare.startswith("#"):
            yield Typed(text=bare, line=number)


def _blocks(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[Block]:
    marks = list(_markers(tokens))
    for index, (kind, name, line) in enumerate(marks):
        if kind == "end":
            continue
        following = marks[index + 1] if index + 1 < len(marks) else None
        closed = following is not None and following[0] == "end"
        end = following[2] - 1 if closed and following else len(lines)
        yield Block(kind=kind, name=name, line=line, text="\n".join(lines[line:end]), closed=closed)


def _markers(tokens: Sequence[Token]) -> Iterator[tuple[str, str, int]]:
    for token in tokens:
        if token.type == "html_block":
            for offset, line in enumerate(token.content.splitlines()):
                for found in _MARKER.finditer(line):
                    yield found[1], found[2] or "", _line(token) + offset
