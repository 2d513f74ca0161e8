"""Where the front end is, what it asks for, and how its own scripts call a tool."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from onward.model.facts import FRONTEND, FRONTEND_MANAGERS, FRONTEND_PACKAGES, FRONTEND_SCRIPTS
from onward.model.gate import CheckContext
from onward.model.locks import BUN, NODE_LOCKS, NPM, node_lock, node_manager
from onward.model.need import Packages

# Words that make a script more than one call of one program.
_SHELL = ("&&", "||", "|", ";", "&", ">", ">>", "<")
NPM_LOCKS = tuple(lock for lock, manager in NODE_LOCKS.items() if manager == NPM)
_RUNNERS = ("npx", "npm", "pnpm", "yarn", "exec", "--")


def folder(context: CheckContext) -> str:
    """Return the front end's folder: the option, else the first detected one that has a lock file, else any; "." for none."""
    asked = context.settings.text("folder").strip("/")
    if asked:
        return asked
    found = context.project.fact(FRONTEND)
    return next(iter((*(entry for entry in found if _is_locked(context, entry)), *found)), ".")


def needed(context: CheckContext) -> tuple[Packages, ...]:
    """Return the need of its packages."""
    return (Packages(folder(context)),)


def others(context: CheckContext) -> tuple[str, ...]:
    """Return the detected front ends with a lock file that the gate does not look at."""
    chosen = folder(context)
    return tuple(entry for entry in context.project.fact(FRONTEND) if entry != chosen and _is_locked(context, entry))


def _is_locked(context: CheckContext, home: str) -> bool:
    return any(inside(home, name) in context.project.files for name in NODE_LOCKS)


def lock(context: CheckContext) -> str:
    """Return the lock file that is installed from, relative to the project; where there is none, what npm would write."""
    home = folder(context)
    # Nothing installs from a lock of bun, which is said when it is tried.
    there = [name for name in NODE_LOCKS if NODE_LOCKS[name] != BUN and inside(home, name) in context.project.files]
    return inside(home, node_lock(there, _manager(context)) or node_lock(there, "") or "package-lock.json")


def _manager(context: CheckContext) -> str:
    named = context.project.fact(FRONTEND_MANAGERS)
    return next((node_manager(entry.named)[0] for entry in named if entry.folder == folder(context)), "")


def exists(context: CheckContext) -> bool:
    """Return whether there is a package.json in the front end's folder."""
    return inside(folder(context), "package.json") in context.project.files


def inside(home: str, path: str) -> str:
    """Return `path` below the folder `home`, relative to the project."""
    return path if home == "." else f"{home}/{path}"


def packages(context: CheckContext) -> frozenset[str]:
    """Return the packages that the front end's package.json names."""
    home = folder(context)
    return frozenset(entry.name for entry in context.project.fact(FRONTEND_PACKAGES) if entry.folder == home)


def scripts(context: CheckContext) -> Mapping[str, str]:
    """Return the front end's scripts by name."""
    home = folder(context)
    return {entry.name: entry.command for entry in context.project.fact(FRONTEND_SCRIPTS) if entry.folder == home}


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
