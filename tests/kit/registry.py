"""A small registry of gates with every kind of option, so that tests of the definition depend on no real gate."""

from __future__ import annotations

from pathlib import Path

from onward.model.finding import Severity
from onward.model.gate import Gate
from onward.model.pipeline import Kind, Option, Profile

_EVERY_KIND = (
    Option(name="config", kind=Kind.STRING, default="", meaning="A file of settings"),
    Option(name="args", kind=Kind.STRINGS, default=(), meaning="More arguments."),
    Option(name="retries", kind=Kind.INTEGER, default=0, meaning="How often to try again.", minimum=0, maximum=5),
    Option(name="lines", kind=Kind.NUMBER, default=None, meaning="Least line coverage.", minimum=0, maximum=100),
    Option(name="strict", kind=Kind.BOOLEAN, default=False, meaning="Be strict."),
    Option(name="patience", kind=Kind.DURATION, default=1.5, meaning="How long to wait.", maximum=60.0),
    Option(name="budget", kind=Kind.SIZE, default=50_000_000, meaning="How much may be written.", maximum=10**9),
    Option(name="least", kind=Kind.SEVERITY, default="medium", meaning="From where on."),
    Option(name="paths", kind=Kind.PATHS, default=("tests/integration",), meaning="Where to look."),
    Option(name="markers", kind=Kind.STRINGS, default=("integration",), meaning="Marks of tests | and more."),
    Option(name="mode", kind=Kind.CHOICE, default="plain", meaning="Which way.", choices=("plain", "fancy")),
    Option(name="tools", kind=Kind.STRINGS, default=(), meaning="Tools.", choices=("black", "isort")),
)


def gate(name: str, *, options: tuple[Option, ...] = (), after: tuple[str, ...] = ()) -> Gate:
    """Return a gate without checks."""
    return Gate(
        id=name, title=name.title(), blurb=f"what {name} holds", folder=Path(), checks=(), options=options, after=after
    )


REGISTRY = (
    gate("lint"),
    gate("tests"),
    gate("integration", options=_EVERY_KIND),
    Gate(
        id="coverage",
        title="Coverage",
        blurb="lines and branches",
        folder=Path(),
        checks=(),
        profiles=(Profile.FULL, Profile.CI),
        block=Severity.MEDIUM,
        timeout_s=600.0,
        after=("tests",),
    ),
)
