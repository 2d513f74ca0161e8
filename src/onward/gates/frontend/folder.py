"""Where the front end is, what it asks for, and how its own scripts call a tool."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from onward.model.gate import CheckContext
from onward.model.locks import BUN, NODE_LOCKS, NPM, node_lock, node_manager

# Words that make a script more than one call of one program.
_SHELL = ("&&", "||", "|", ";", "&", ">", ">>", "<")
NPM_LOCKS = tuple(lock for lock, manager in NODE_LOCKS.items() if manager == NPM)
_RUNNERS = ("npx", "npm", "pnpm", "yarn", "exec", "--")


def folder(context: CheckContext) -> str:
    """Return the front end's folder: the option, else the first detected one that has a lock file, else any; "." for none."""
    asked = context.settings.text("folder").strip("/")
    if asked:
        return asked
    found = _detected(context)
    return next(iter((*(one for one in found if _is_locked(context, one)), *found)), ".")


def others(context: CheckContext) -> tuple[str, ...]:
    """Return the detected front ends with a lock file that the gate does not look at."""
    chosen = folder(context)
    return tuple(one for one in _detected(context) if one != chosen and _is_locked(context, one))


def _is_locked(context: CheckContext, home: str) -> bool:
    return any(inside(home, name) in context.project.files for name in NODE_LOCKS)


def lock(context: CheckContext) -> str:
    """Return the lock file that is installed from, relative to the project; where there is none, what npm would write."""
    home = folder(context)
    # Nothing installs from a lock of bun, which is said when it is tried.
    there = [name for name in NODE_LOCKS if NODE_LOCKS[name] != BUN and inside(home, name) in context.project.files]
    return inside(home, node_lock(there, _manager(context)) or node_lock(there, "") or "package-lock.json")


def _manager(context: CheckContext) -> str:
    named = (entry.split("\t", 1) for entry in _values(context, "frontend-managers"))
    return next((node_manager(said)[0] for home, said in named if home == folder(context)), "")


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
    return _values(context, "frontend")


def _values(context: CheckContext, fact: str) -> tuple[str, ...]:
    value = context.project.fact(fact).value
    return (value,) if isinstance(value, str) else value or ()


def _entries(context: CheckContext, fact: str) -> Iterator[tuple[str, str]]:
    for entry in _values(context, fact):
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
