"""What text is written on: how wide it is, and whether it knows colours and more than ASCII."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from onward.model.verdict import Verdict
from onward.report import text

STACKED_BELOW = 72
_SYMBOLS = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.UNVERIFIED: "?", Verdict.NOT_RUN: "·"}
_PLAIN_SYMBOLS = {Verdict.PASSED: "+", Verdict.FAILED: "x", Verdict.UNVERIFIED: "?", Verdict.NOT_RUN: "-"}
_COLOURS = {Verdict.PASSED: "32", Verdict.FAILED: "31", Verdict.UNVERIFIED: "33", Verdict.NOT_RUN: "2"}
BOLD, DIM = "1", "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalStyle:
    """What the text is written on: columns, whether colours are understood, whether more than ASCII is."""

    width: int = 100
    colour: bool = False
    unicode: bool = True

    def paint(self, words: str, colour: str) -> str:
        """Return `words` in a colour, unchanged where there are none or nothing to see."""
        return f"\x1b[{colour}m{words}\x1b[0m" if self.colour and words.strip() else words

    def symbol(self, verdict: Verdict) -> str:
        """Return the symbol of a verdict."""
        return (_SYMBOLS if self.unicode else _PLAIN_SYMBOLS)[verdict]

    def join(self, words: Iterable[str | None]) -> str:
        """Return those of `words` that say something in one line, with dots between them."""
        return (" · " if self.unicode else " - ").join(text.one_line(word, 200) for word in words if word)

    def wrap(self, words: str, indent: int) -> Iterator[str]:
        """Yield `words`, made harmless, as lines indented by `indent` blanks, half as many on narrow style."""
        space = " " * (indent if self.width >= STACKED_BELOW else indent // 2)
        yield from (space + line for line in text.wrap(text.visible(words), self.width - len(space)))


PLAIN = TerminalStyle()


def colour_of(verdict: Verdict) -> str:
    """Return the colour of a verdict for `TerminalStyle.paint`."""
    return _COLOURS[verdict]
