"""Find the real Python interpreters of this machine, by asking each which version it is."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from onward.execute.process.processes import quick
from onward.files import atomic
from onward.model.places import Places

# Through the base executable a shim or a virtual environment leads to the interpreter itself.
_ASK = (
    "import sys, platform, os;"
    "base = getattr(sys, '_base_executable', None) or sys.executable;"
    "print(platform.python_version()); print(os.path.realpath(base)); print(platform.python_implementation())"
)
_MEMORY = "interpreters.json"
_ANSWER_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """A CPython that answered: its real path and its full version ("3.11.7")."""

    path: Path
    full_version: str


class Interpreters:
    """Finds interpreters and remembers, given `places` also across processes, what each unchanged program answered."""

    def __init__(self, environ: Mapping[str, str], places: Places | None = None) -> None:
        self._environ = environ
        self._memory = places.cache / _MEMORY if places else None
        self._found: dict[str, Interpreter | None] = {}
        self._known: dict[str, list[str]] | None = None
        self._guard = threading.Lock()

    def find(self, version: str) -> Interpreter | None:
        """Return an interpreter for "3.11" (or exactly "3.11.7"), None when this machine has none."""
        with self._guard:
            if version not in self._found:
                self._found[version] = self._search(version)
            return self._found[version]

    def _search(self, version: str) -> Interpreter | None:
        seen: set[Path] = set()
        for path in _candidates(version, self._environ):
            if path in seen or not os.access(path, os.X_OK):
                continue
            seen.add(path)
            found = self._ask(path)
            if found is not None and _is(found.full_version, version):
                return found
        return None

    def _ask(self, path: Path) -> Interpreter | None:
        key, state = str(path), _state(path)
        known = self._remembered().get(key)
        # What a shim leads to depends on more than the shim, so only programs themselves are remembered.
        if known is not None and known[0] == state:
            return Interpreter(path=Path(known[1]), full_version=known[2])
        code, output, _ = quick((key, "-I", "-c", _ASK), cwd=Path("/"), timeout_s=_ANSWER_S, env=dict(self._environ))
        lines = output.decode(errors="replace").splitlines()
        if code != 0 or len(lines) != 3 or lines[2] != "CPython":
            return None
        if Path(lines[1]) == path.resolve():
            self._remember(key, [state, lines[1], lines[0]])
        return Interpreter(path=Path(lines[1]), full_version=lines[0])

    def _remembered(self) -> dict[str, list[str]]:
        if self._known is None:
            if self._memory is None:
                self._known = {}
                return self._known
            try:
                known = json.loads(self._memory.read_bytes())
                self._known = {key: [str(word) for word in known[key]] for key in known if len(known[key]) == 3}
            except (OSError, ValueError, TypeError):
                self._known = {}
        return self._known

    def _remember(self, key: str, answer: list[str]) -> None:
        known = {**self._remembered(), key: answer}
        self._known = known
        if self._memory is None:
            return
        # Only a shortcut: without it the interpreter is asked again.
        with contextlib.suppress(OSError):
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            atomic.write(self._memory, json.dumps(known).encode())


def _is(full_version: str, wanted: str) -> bool:
    return full_version == wanted or full_version.startswith(f"{wanted}.")


def _state(path: Path) -> str:
    status = path.stat()
    return f"{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"


def _candidates(version: str, environ: Mapping[str, str]) -> Iterator[Path]:
    minor = ".".join(version.split(".")[:2])
    if _is(sys.version.split()[0], version):
        yield Path(getattr(sys, "_base_executable", None) or sys.executable)
    home = Path(environ.get("HOME") or "/")
    pyenv = Path(environ.get("PYENV_ROOT") or home / ".pyenv")
    folders = [folder for folder in environ.get("PATH", "").split(os.pathsep) if folder]
    # A shim only asks pyenv which of its versions to start, and each of those is looked at below.
    yield from (Path(folder) / f"python{minor}" for folder in folders if Path(folder) != pyenv / "shims")
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    managed = Path(environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
    for root, pattern in (
        (pyenv / "versions", f"{minor}*"),
        (managed, f"cpython-{minor}*"),
        (Path("/opt/python"), f"*{minor}*"),
    ):
        yield from (folder / "bin" / f"python{minor}" for folder in sorted(_listed(root, pattern), reverse=True))
    yield from (Path(folder) / f"python{minor}" for folder in ("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"))


def _listed(root: Path, pattern: str) -> list[Path]:
    try:
        return list(root.glob(pattern))
    except OSError:  # a folder that may not be read has no interpreter for this user
        return []
