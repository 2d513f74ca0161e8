"""What the gate's guest programs write (standard library only, Python ≥ 3.9); the watcher of Node writes the same lines."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Control:
    """Whether the browser can be used, why not, and which one it is."""

    worked: bool
    why: str
    browser: str
    playwright: str


@dataclass(frozen=True)
class Seen:
    """What a page did; `kind` is the rule that it breaks."""

    kind: str
    journey: str
    url: str
    text: str


@dataclass(frozen=True)
class Watched:
    """The last line of a process that watched journeys: how much there was to see."""

    browsers: int
    pages: int
    loaded: int
    kind: str = "watched"
