"""Which files say what the project needs, and everything in them that an installation depends on."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onward.errors import ProvisionError
from onward.model.locks import PYTHON_LOCKS, python_lock

_DEPLOYED = ("requirements.txt", "requirements/base.txt", "requirements/prod.txt", "requirements/production.txt")
_METADATA = ("pyproject.toml", "Pipfile", "uv.toml", "setup.py", "setup.cfg")
_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg")
_LISTED = re.compile(r"requirements[^/]*\.txt|requirements/[^/]+\.txt")
_INCLUDE = re.compile(r"^(-r|--requirement|-c|--constraint)[ =]*(.+)$")
_LINKS = re.compile(r"^(-f|--find-links)[ =]*(.+)$")
_EDITABLE = re.compile(r"^(?:-e|--editable)[ =]*(.+)$")
_CONTINUED = re.compile(r"\\\n\s*")
_COMMENT = re.compile(r"(^|\s)#.*$", re.MULTILINE)
_PATH = re.compile(r"^(?:[\w.-]+\s*@\s*)?(?:file:(?://)?)?(\.{0,2}/?[^\[;\s]*)(?:\[([\w,.\s-]*)\])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """A package whose source is in the project itself: its folder relative to the root ("." is the root)."""

    folder: str
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the project declares: the files to install from, in order, and the text of all files that matter.

    Requirements in `files` are rewritten: what is local to the project is in `local` instead.
    """

    sources: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...]
    local: tuple[Local, ...]
    deployed: bool

    @property
    def digest(self) -> str:
        """Hexadecimal digest of everything declared."""
        parts = [repr((self.sources, self.local, self.deployed)).encode()]
        parts += [name.encode() + b"\0" + text for name, text in self.files]
        return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()

    def text(self, name: str) -> str:
        """Return one of the files as text; empty when it is not among them."""
        return dict(self.files).get(name, b"").decode(errors="replace")

    def toml(self, name: str) -> dict[str, Any]:
        """Return one of the files as decoded TOML; ProvisionError when it is malformed."""
        return _decode(dict(self.files).get(name, b""), name)


def declared(root: Path, files: Collection[str], given: tuple[str, ...], *, deployed: bool) -> Declared:
    """Read what the project at `root` declares in `given`, else in those of its `files` that usually say it.

    Nothing is executed. ProvisionError when a named file is missing or leads out of the project.
    """
    sources = given or _usual(files, deployed=deployed)
    reading = _Reading(root)
    for source in sources:
        reading.read(source)
    # A list of requirements says the same for whatever purpose it is read.
    narrower = deployed and not all(is_requirements(source) for source in sources)
    return Declared(
        sources=sources, files=tuple(sorted(reading.files.items())), local=tuple(reading.local), deployed=narrower
    )


def is_requirements(name: str) -> bool:
    """Return whether the file is a list of requirements rather than a lock or project metadata."""
    return Path(name).name not in (*PYTHON_LOCKS, *_PROJECT)


def _usual(files: Collection[str], *, deployed: bool) -> tuple[str, ...]:
    lock = python_lock(files)
    if lock is not None:
        return (lock,)
    listed = tuple(sorted(filter(_LISTED.fullmatch, files), key=lambda path: ("/" in path, path)))
    if listed:
        live = tuple(name for name in _DEPLOYED if name in listed)[:1]
        return live if deployed and live else listed
    return tuple(name for name in _PROJECT if name in files)[:1]


class _Reading:
    """Collects the files that one source leads to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: dict[str, bytes] = {}
        self.local: list[Local] = []

    def read(self, name: str) -> None:
        """Take in the file `name` and all that it names."""
        if name in self.files:
            return
        if is_requirements(name):
            self.files[name] = b""
            self.files[name] = "".join(f"{line}\n" for line in self._lines(name)).encode()
            return
        self.files[name] = self._bytes(name)
        folder = Path(name).parent
        self._take_metadata(folder)
        if Path(name).name == "uv.lock":
            self._read_uv_lock(name)
        elif Path(name).name != "Pipfile.lock" and self._is_package(folder):
            self._add(Local(folder=folder.as_posix()))

    def _take_metadata(self, folder: Path) -> None:
        for name in _METADATA:
            if (self.root / folder / name).is_file():
                path = (folder / name).as_posix()
                self.files[path] = self._bytes(path)

    def _read_uv_lock(self, name: str) -> None:
        """Take in the packages of the project itself: uv has written down which folders they are in."""
        for package in self._toml(name).get("package", ()):
            source = package.get("source", {})
            kept = source.get("editable") or source.get("directory")
            folder = kept or source.get("virtual")
            if folder is not None:
                inside = self._inside(Path(name).parent / folder)
                self._take_metadata(Path(inside))
                if kept is not None:
                    self._add(Local(folder=inside))

    def _is_package(self, folder: Path) -> bool:
        """Return whether the folder holds a package that its own tool would install beside its dependencies."""
        pyproject = self._toml((folder / "pyproject.toml").as_posix())
        if (folder / "setup.py").as_posix() in self.files and not pyproject:
            return True
        tool = pyproject.get("tool", {})
        if tool.get("uv", {}).get("package") is False or tool.get("poetry", {}).get("package-mode") is False:
            return False
        named = "name" in pyproject.get("project", {}) or "name" in tool.get("poetry", {})
        return named and ("build-system" in pyproject or tool.get("uv", {}).get("package") is True)

    def _toml(self, name: str) -> dict[str, Any]:
        return _decode(self.files.get(name, b""), name)

    def _lines(self, name: str) -> Iterator[str]:
        text = self._bytes(name).decode(errors="replace").removeprefix("\ufeff").replace("\r\n", "\n")
        for line in _COMMENT.sub("", _CONTINUED.sub(" ", text)).splitlines():
            kept = self._line(line.strip(), Path(name).parent)
            if kept:
                yield kept

    def _line(self, line: str, folder: Path) -> str:
        include = _INCLUDE.match(line)
        if include and "://" not in include[2]:
            self.read(self._inside(folder / include[2].strip()))
            return line
        links = _LINKS.match(line)
        if links and "://" not in links[2]:
            # The files are copied elsewhere, the archives that they find beside them are not.
            return f"--find-links {self.root / folder / links[2].strip()}"
        editable = _EDITABLE.match(line)
        wanted = editable[1].strip() if editable else line
        if _is_local(wanted, editable=editable is not None):
            # pip and uv read such a path from where they are called, the project's root, whatever file names it.
            return self._take_local(wanted, Path())
        return wanted

    def _take_local(self, wanted: str, folder: Path) -> str:
        match = _PATH.match(wanted)
        path = self._inside(folder / (match[1] if match else wanted))
        if (self.root / path).is_file():
            self.files[path] = self._bytes(path)
            return wanted
        extras = tuple(word.strip() for word in (match[2] or "").split(",")) if match and match[2] else ()
        self._take_metadata(Path(path))
        self._add(Local(folder=path, extras=extras))
        return ""

    def _add(self, local: Local) -> None:
        if local not in self.local:
            self.local.append(local)

    def _inside(self, path: Path) -> str:
        absolute = (self.root / path).resolve()
        if not absolute.is_relative_to(self.root.resolve()):
            raise ProvisionError(
                f"{path} is outside the project",
                where=str(path),
                hint="move it into the project, publish it as a package, or put onward.toml into the folder above both",
            )
        return absolute.relative_to(self.root.resolve()).as_posix()

    def _bytes(self, name: str) -> bytes:
        try:
            return (self.root / name).read_bytes()
        except OSError as error:
            raise ProvisionError(
                f"cannot read {name}, which declares the project's dependencies: {error.strerror}",
                where=name,
                hint="set `requirements` in onward.toml to the files that declare the project's dependencies",
            ) from error


def _decode(text: bytes, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.decode(errors="replace"))
    except tomllib.TOMLDecodeError as error:
        raise ProvisionError(f"{name} is not valid TOML: {error}", where=name, hint="correct the file") from error


def _is_local(wanted: str, *, editable: bool) -> bool:
    remote = "://" in wanted and not wanted.partition("@")[2].strip().startswith("file:")
    if wanted.startswith("-") or (remote and not wanted.startswith("file:")):
        return False
    named_file = wanted.partition("@")[2].strip().startswith("file:")
    return editable or named_file or wanted.startswith((".", "/", "file:"))
