"""External programs and how onward comes by them."""

from __future__ import annotations

from dataclasses import dataclass

from onward.model.need import Need


@dataclass(frozen=True, slots=True, kw_only=True)
class Pypi:
    """A tool from the Python registry in an environment of its own, made from a hashed lock that ships with onward."""

    package: str
    version: str
    lock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Npm:
    """A package from the npm registry, unpacked and checked against its integrity value."""

    package: str
    version: str
    integrity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program without a package: found on the PATH, else built from its Go module.

    `module` is "path@version" and `go_package` the main package inside it; empty where it has none.
    `go_link` are linker flags and `go_env` variables that the build needs besides; `build_time` says how long it takes.
    """

    version: str
    version_argv: tuple[str, ...] = ("--version",)
    module: str = ""
    go_package: str = ""
    go_link: str = ""
    go_env: tuple[tuple[str, str], ...] = ()
    build_time: str = "half a minute"


@dataclass(frozen=True, kw_only=True)
class Tool(Need):
    """A pinned program. Where the project declares `project_package` itself, its own version is used instead.

    Only one that is a Program may be absent; packages come from their registry when a step asks for them.
    """

    kind = "program"

    executable: str
    source: Pypi | Npm | Program
    project_package: str = ""
    parses_python: bool = False
