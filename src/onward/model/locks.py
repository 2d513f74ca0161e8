"""Which files lock what a project needs, and which of them counts where there are several in one folder."""

from __future__ import annotations

import re
from collections.abc import Collection

NPM, PNPM, YARN, BUN = "npm", "pnpm", "yarn", "bun"
# Both in the order in which they count.
PYTHON_LOCKS = ("uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock")
NODE_LOCKS = {
    "npm-shrinkwrap.json": NPM,
    "package-lock.json": NPM,
    "pnpm-lock.yaml": PNPM,
    "yarn.lock": YARN,
    "bun.lock": BUN,
    "bun.lockb": BUN,
}
_MANAGER = re.compile(r"(npm|pnpm|yarn|bun)@(\d+)")


def python_lock(names: Collection[str]) -> str | None:
    """Return which of the files `names` Python packages are installed from, None when no lock is among them."""
    return next((lock for lock in PYTHON_LOCKS if lock in names), None)


def node_lock(names: Collection[str], manager: str) -> str | None:
    """Return which of the files `names` a front end is installed from: one of `manager`, any where that is empty."""
    return next((lock for lock, owner in NODE_LOCKS.items() if lock in names and manager in ("", owner)), None)


def node_manager(said: object) -> tuple[str, int | None]:
    """Return the manager that packageManager in package.json names, and its major version; "" and None for none."""
    match = _MANAGER.match(said) if isinstance(said, str) else None
    return (match[1], int(match[2])) if match else ("", None)
