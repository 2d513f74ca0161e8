"""Hand guest programs over: laid out once, outside of this package, where any interpreter can run and import them.

FOLDER/GATE/PROGRAM/__main__.py starts a program of a gate, FOLDER/PROGRAM/__main__.py one that gates share.
FOLDER/path/_onward_guest/ has all that programs import of each other, arranged as in this package. It is loaded before the
program begins, whose import path then has nothing of ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from onward.execute.cache.store import Store
from onward.model.guest import PACKAGE
from onward.model.places import Places

_MAIN = "__main__.py"
_START = """\
import os, runpy, sys
sys.path[0] = os.path.normpath(sys.path[0] + "/{up}/path")
import {package}
del sys.path[0]
runpy.run_module("{package}.{module}", run_name="__main__", alter_sys=True)
"""


class Guests:
    """The guest programs of this onward, kept in the cache for as long as somebody has this object."""

    def __init__(self, places: Places) -> None:
        self._store = Store(places.cache)

    def folder(self) -> Path:
        """Return the folder that {guest} stands for. Raises ProvisionError when the cache cannot be written."""
        digest = hashlib.sha256(repr(_laid_out()).encode()).hexdigest()
        return self._store.obtain("guests", digest[:16], _lay_out).path


def _lay_out(folder: Path) -> Mapping[str, str]:
    for name, content in _laid_out().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return {}


@cache
def _laid_out() -> Mapping[str, bytes]:
    """Return every file that is handed over, by its path in the folder."""
    laid = {f"path/{PACKAGE}/__init__.py": b""}
    for name, content in _files():
        laid[f"path/{PACKAGE}/{name}"] = content
        *places, file = name.split("/")
        if file == _MAIN:
            # of gates/GATE/guests/PROGRAM and of guest/PROGRAM, every second word names something
            called = places[1::2]
            start = _START.format(package=PACKAGE, module=".".join(places), up="/".join(".." for _ in called))
            laid["/".join((*called, _MAIN))] = start.encode()
    return laid


def _files() -> Iterator[tuple[str, bytes]]:
    """Yield every file that programs may need, with its path in this package, which may be an archive."""
    package = resources.files("onward")
    yield from _below(package / "guest", "guest")
    for gate in sorted((package / "gates").iterdir(), key=lambda entry: entry.name):
        yield from _below(gate / "guests", f"gates/{gate.name}/guests")
        if (shapes := gate / "shapes.py").is_file():
            yield f"gates/{gate.name}/shapes.py", shapes.read_bytes()


def _below(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name) if folder.is_dir() else ():
        if entry.is_file():
            yield f"{name}/{entry.name}", entry.read_bytes()
        elif entry.name != "__pycache__":
            yield from _below(entry, f"{name}/{entry.name}")
