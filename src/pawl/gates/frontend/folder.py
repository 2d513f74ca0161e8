"""Where the front end is, what it asks for, and how its own scripts call a tool."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from pawl.model.gate import CheckContext

# Words that make a script more than one call of one program.
_SHELL = ("&&", "||", "|", ";", "&", ">", ">>", "<")
NPM_LOCKS = ("npm-shrinkwrap.json", "package-lock.json")
LOCKS = (*NPM_LOCKS, "pnpm-lock.yaml", "yarn.lock")
_RUNNERS = ("npx", "npm", "exec", "--")


def folder(context: CheckContext) -> str:
    """Return the front end's folder: the option, else the first detected one that has a lock file, else any; "." for none."""
    asked = context.settings.text("folder").strip("/")
    if asked:
        return asked
    found = _detected(context)
    locked = [one for one in found if inside(one, "package-lock.json") in context.project.files]
    return next(iter((*locked, *found)), ".")


def others(context: CheckContext) -> tuple[str, ...]:
    """Return the detected front ends with a lock file that the gate does not look at."""
    chosen = folder(context)
    return tuple(
        one for one in _detected(context) if one != chosen and inside(one, "package-lock.json") in context.project.files
    )


def lock(context: CheckContext) -> str:
    """Return the front end's lock file, relative to the project; where there is none, the one that npm would write."""
    home = folder(context)
    found = (inside(home, name) for name in LOCKS)
    return next((path for path in found if path in context.project.files), inside(home, "package-lock.json"))


def exists(context: CheckContext) -> bool:
    """Return whether there is a package.json in the front end's folder."""
    return inside(folder(context), "package.json") in context.project.files


def inside(home: str, path: str) -> str:
    """Return `path` below the folder `home`, relative to the project."""
    return path if home == "." else f"{home}/{path}"


def packages(context: CheckContext) -> frozenset[str]:
    """Return the packages that the front end's package.json names."""
    return frozenset(name for name, _ in _entries(context, "frontend-packages"))


def scripts(context: CheckContext) -> Mapping[str, str]:
    """Return the front end's scripts by name."""
    return dict(_entries(context, "frontend-scripts"))


def _detected(context: CheckContext) -> tuple[str, ...]:
    value = context.project.fact("frontend").value
    return (value,) if isinstance(value, str) else value or ()


def _entries(context: CheckContext, fact: str) -> Iterator[tuple[str, str]]:
    value = context.project.fact(fact).value
    for entry in (value,) if isinstance(value, str) else value or ():
        home, name, rest = entry.split("\t", 2)
        if home == folder(context):
            yield name, rest


def arguments(context: CheckContext, program: str) -> tuple[str, ...] | None:
    """Return the arguments of the first script that is one plain call of `program`; None when no script is."""
    for _, command in sorted(scripts(context).items()):
        words = _words(command)
        while words and words[0] in _RUNNERS:
            words = words[1:]
        if words and words[0] == program and not any(word in _SHELL for word in words):
            return tuple(words[1:])
    return None


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        # Quotes that do not close: npm would not run it either.
        return []


def without(words: tuple[str, ...], *, flags: tuple[str, ...], valued: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return `words` without these flags, and without those that take a value (`--a b` and `--a=b`)."""
    kept: list[str] = []
    skipping = False
    for word in words:
        name, has_value, _ = word.partition("=")
        if skipping:
            skipping = False
        elif name in valued:
            skipping = not has_value
        elif name not in flags:
            kept.append(word)
    return tuple(kept)
