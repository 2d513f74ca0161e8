"""Guest programs as a step finds them: handed over, and called by the same words; and modules of their names."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import onward
from kit import invocations
from onward.execute.provision.guests import Guests
from onward.model.guest import guest_command
from onward.model.places import Places


@cache
def _handed() -> Guests:
    return Guests(Places(cache=invocations.cache(), state=invocations.cache() / "state"))


def folder() -> Path:
    """Return the folder of guest programs."""
    return _handed().folder()


def argv(program: str, *words: object, python: str | Path = sys.executable) -> list[str]:
    """Return the command line of a program that runs isolated."""
    words = guest_command(program, *map(str, words), python=str(python))
    return [str(word).replace("{guest}", str(folder())) for word in words]


def _names() -> set[str]:
    source = Path(onward.__file__).parent
    modules = (path for place in (source / "guest", *source.glob("gates/*/guests")) for path in place.rglob("*.py"))
    found = {name for path in modules for name in (path.stem, path.parent.name)}
    return found - {"__main__", "__init__"} | {"shapes", "path"}


# A project whose modules are called as ours are. Its code checks that it gets its own by each of these names.
NAMESAKES = {f"{name}.py": 'WHOSE = "the project"\n' for name in sorted(_names() | {"__main__"})}
CHECK = f"""import importlib

for name in {sorted(_names())}:
    assert importlib.import_module(name).WHOSE == "the project", name
"""
