from __future__ import annotations

import pytest

from onward.model.locks import NODE_LOCKS, PYTHON_LOCKS, node_lock, node_manager, python_lock


def test_of_several_python_locks_the_first_known_one_counts() -> None:
    assert python_lock(("poetry.lock", "pylock.toml", "Pipfile.lock")) == "pylock.toml"
    assert python_lock(PYTHON_LOCKS) == "uv.lock"
    assert python_lock(("requirements.txt", "web/uv.lock", "pdm.lock")) is None


@pytest.mark.parametrize(
    ("names", "manager", "lock"),
    [
        (("yarn.lock", "package-lock.json"), "", "package-lock.json"),
        (("yarn.lock", "package-lock.json"), "yarn", "yarn.lock"),
        (("yarn.lock", "package-lock.json"), "pnpm", None),
        (("package-lock.json", "npm-shrinkwrap.json"), "npm", "npm-shrinkwrap.json"),
        (("bun.lockb", "bun.lock"), "", "bun.lock"),
        (("package.json",), "", None),
    ],
)
def test_a_named_manager_decides_else_the_order(names: tuple[str, ...], manager: str, lock: str | None) -> None:
    assert node_lock(names, manager) == lock
    assert lock is None or lock in NODE_LOCKS


@pytest.mark.parametrize(
    ("said", "manager"),
    [
        ("pnpm@10.1.0+sha512.abc", ("pnpm", 10)),
        ("yarn@4", ("yarn", 4)),
        ("npm", ("", None)),
        ("other@1.0", ("", None)),
        (None, ("", None)),
        ({"name": "npm"}, ("", None)),
    ],
)
def test_the_manager_that_a_package_names(said: object, manager: tuple[str, int | None]) -> None:
    assert node_manager(said) == manager
