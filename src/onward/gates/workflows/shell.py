"""Scripts as commands: enough of a shell's grammar to see what is installed, and nothing is ever run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

# what may stand before a command without changing what it installs
_PREFIXES = {"sudo", "exec", "command", "time", "then", "do", "else", "if", "!", "{", "("}
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_OPERATORS = {"&&", "||", ";", "|", "|&", "&", "(", ")", ";;"}
_SHELLS = {"sh", "bash", "zsh", "dash", "ash", "python", "python3", "node", "perl", "ruby"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One command of a script: its words, the line of its first word, the program whose output it reads ("" for none)."""

    words: tuple[str, ...]
    line: int
    reads: str = ""

    @property
    def program(self) -> str:
        """The program's name without its folder."""
        return self.words[0].rpartition("/")[2]

    @property
    def is_shell(self) -> bool:
        """Whether the program runs what it reads."""
        return re.sub(r"[\d.]+$", "", self.program) in _SHELLS or self.program in _SHELLS


def commands(script: str, first_line: int) -> tuple[Spoken, ...]:
    """Return the commands of `script`, whose first line is number `first_line` of its file."""
    return tuple(spoken for line, text in _logical_lines(script, first_line) for spoken in _of_line(text, line))


def _logical_lines(script: str, first_line: int) -> Iterator[tuple[int, str]]:
    """Yield lines with continuations joined, and the number of each one's first physical line."""
    held: list[str] = []
    start = first_line
    for number, line in enumerate(script.splitlines(), start=first_line):
        start = start if held else number
        # a comment between continued lines is left out by Dockerfiles
        if held and line.lstrip().startswith("#"):
            continue
        held.append(line.rstrip().removesuffix("\\"))
        if not line.rstrip().endswith("\\"):
            yield start, " ".join(held)
            held = []
    if held:
        yield start, " ".join(held)


def _of_line(text: str, line: int) -> Iterator[Spoken]:
    tokens = _tokens(text)
    cuts = [-1, *(index for index, token in enumerate(tokens) if token in _OPERATORS), len(tokens)]
    feeding = ""
    for before, after in pairwise(cuts):
        words = _without_prefix(tokens[before + 1 : after])
        piped = before >= 0 and tokens[before] in {"|", "|&"}
        if words:
            yield Spoken(words=words, line=line, reads=feeding if piped else "")
        feeding = words[0].rpartition("/")[2] if words else ""


def _tokens(text: str) -> list[str]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars="();|&")
    lexer.whitespace_split = True
    try:
        return list(lexer)
    except ValueError:
        # a quotation that goes on over several lines
        return text.split()


def _without_prefix(words: list[str]) -> tuple[str, ...]:
    rest = list(words)
    while rest and (rest[0] in _PREFIXES or _ASSIGNMENT.match(rest[0])):
        rest = rest[1:]
    return tuple(rest)
