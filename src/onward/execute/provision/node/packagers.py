"""Which package manager a front end's lock file belongs to, which of onward's pinned ones reads it, and how that installs.

Every manager installs exactly what the lock says or fails, into a flat node_modules, with all that it keeps for itself
below onward's cache. Install scripts of packages run where the manager itself would run them, so it is given package.json
without the project's scripts, which do not run: pnpm 9 and Yarn up to 4.13 run all of them, pnpm 10 and Yarn from 4.14
on those that the project allows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onward.errors import ProvisionError
from onward.model.locks import BUN, NODE_LOCKS, NPM, PNPM, YARN, node_lock, node_manager
from onward.model.tool import Tool
from onward.model.toolbox import PNPM_9, PNPM_10, YARN_1, YARN_3, YARN_4, YARN_4_13, YARN_4_14

_PNPM_SETTINGS = "pnpm-workspace.yaml"
_PNPM_FORMAT = re.compile(r"^lockfileVersion: '?(\d+)", re.MULTILINE)
_BERRY_FORMAT = re.compile(r"^__metadata:\n(?: .*\n)*? +version: (\d+)$", re.MULTILINE)
_CLASSIC = re.compile(r"^# yarn lockfile v1$", re.MULTILINE)
# Yarn refuses to read a lock of another format than its own when it must not write it.
_BERRIES = {6: YARN_3, 8: YARN_4_13, 9: YARN_4_14, 10: YARN_4}
# package.json, decoded
Manifest = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packager:
    """A package manager that onward brings: its pinned tool, what it reads besides package.json and the lock, how it installs.

    `folders` are read with all that is in them. `words` hold {home}, a folder below the cache that the manager has for
    itself; `settings` are variables with the same token, which hold whenever it is called.
    """

    name: str
    tool: Tool
    files: tuple[str, ...]
    folders: tuple[str, ...]
    words: tuple[str, ...]
    settings: Mapping[str, str]

    def install(self, home: Path, folder: Path) -> tuple[str, ...]:
        """Return the words after the program's name that install what `folder` holds."""
        words = tuple(word.replace("{home}", str(home)) for word in self.words)
        # Without its file, pnpm would look for a workspace in every folder above.
        alone = self.name == PNPM and not (folder / _PNPM_SETTINGS).is_file()
        return (*words, "--ignore-workspace") if alone else words

    def variables(self, home: Path) -> dict[str, str]:
        """Return the settings as variables."""
        return {name: value.replace("{home}", str(home)) for name, value in self.settings.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """The lock file that decides, the manager that onward brings for it (None: npm, which comes with Node), and a note."""

    file: str
    packager: Packager | None
    note: str = ""


def _pnpm(tool: Tool) -> Packager:
    return Packager(
        name=PNPM,
        tool=tool,
        files=(_PNPM_SETTINGS, ".npmrc", ".pnpmfile.cjs"),
        folders=("patches",),
        words=(
            "install",
            "--frozen-lockfile",
            "--node-linker=hoisted",
            # Hard links would let whatever writes into a package write into the store.
            "--package-import-method=clone-or-copy",
            "--store-dir={home}/store",
        ),
        settings={
            "NPM_CONFIG_STORE_DIR": "{home}/store",
            "NPM_CONFIG_CACHE_DIR": "{home}/cache",
            "NPM_CONFIG_STATE_DIR": "{home}/state",
            "NPM_CONFIG_UPDATE_NOTIFIER": "false",
            # The version is onward's matter: no other one is fetched because package.json names it.
            "NPM_CONFIG_MANAGE_PACKAGE_MANAGER_VERSIONS": "false",
            "NPM_CONFIG_PACKAGE_MANAGER_STRICT": "false",
        },
    )


def _classic() -> Packager:
    return Packager(
        name=YARN,
        tool=YARN_1,
        files=(".yarnrc", ".npmrc"),
        folders=(),
        # Its cache takes only one writer at a time.
        words=("install", "--frozen-lockfile", "--non-interactive", "--no-progress", "--mutex", "file:{home}/mutex"),
        settings={
            "YARN_CACHE_FOLDER": "{home}/cache",
            "YARN_GLOBAL_FOLDER": "{home}/global",
            "YARN_PREFIX": "{home}/global",
            "YARN_IGNORE_PATH": "1",
            "SKIP_YARN_COREPACK_CHECK": "1",
        },
    )


def _berry(tool: Tool) -> Packager:
    return Packager(
        name=YARN,
        tool=tool,
        files=(".yarnrc.yml",),
        folders=(".yarn/patches", ".yarn/plugins"),
        words=("install", "--immutable"),
        settings={
            "YARN_GLOBAL_FOLDER": "{home}",
            "YARN_ENABLE_GLOBAL_CACHE": "true",
            "YARN_IGNORE_PATH": "1",
            "YARN_NODE_LINKER": "node-modules",
            "YARN_NM_MODE": "classic",
            "YARN_ENABLE_TELEMETRY": "false",
            "YARN_ENABLE_PROGRESS_BARS": "false",
            # What a build script says belongs into the log, not into a file somewhere else.
            "YARN_ENABLE_INLINE_BUILDS": "true",
        },
    )


def registries(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what Yarn from 2 on does not read itself: the registry that npm's variable names, and the proxies."""
    known = {name.upper(): value for name, value in environ.items()}
    manifest = (
        ("YARN_NPM_REGISTRY_SERVER", "NPM_CONFIG_REGISTRY"),
        ("YARN_HTTP_PROXY", "HTTP_PROXY"),
        ("YARN_HTTPS_PROXY", "HTTPS_PROXY"),
    )
    return {yarn: known[name] for yarn, name in manifest if name in known and yarn not in known}


def locked(folder: Path, manifest: Manifest, names: Collection[str]) -> Locked:
    """Return what `folder` is installed from, of the files `names`: packageManager decides, else npm's lock comes first.

    ProvisionError: no lock, one of a manager that onward does not bring, or one that the named manager does not read.
    """
    present = tuple(name for name in NODE_LOCKS if name in names and (folder / name).is_file())
    named, major = node_manager(manifest.get("packageManager"))
    file = node_lock(present, named)
    if not present:
        raise ProvisionError(
            "no lock file found in the front end; dependency versions are not pinned",
            where=str(folder),
            hint="commit the lock file of its package manager (`npm install --package-lock-only` writes npm's)",
        )
    if file is None:
        raise ProvisionError(
            f"package.json names {named} as its package manager, but the lock file is {_listed(present)}",
            where=str(folder / "package.json"),
            hint=f"commit the lock file that {named} writes, or correct packageManager",
        )
    packager = _packager(folder / file, NODE_LOCKS[file], major)
    return Locked(file=file, packager=packager, note=_note(file, present, named))


def _note(file: str, present: Sequence[str], named: str) -> str:
    others = tuple(name for name in present if NODE_LOCKS[name] != NODE_LOCKS[file])
    if not others:
        return ""
    why = "package.json names its package manager" if named else "package.json names no packageManager"
    return f"the front end has several lock files; onward uses {file}, not {_listed(others)} ({why})"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names)


def _packager(path: Path, manager: str, major: int | None) -> Packager | None:
    if manager == NPM:
        return None
    if manager == BUN:
        raise ProvisionError(
            f"{path.name} is bun's lock file; onward cannot install with bun yet",
            where=str(path),
            hint="commit a package-lock.json (`npm install --package-lock-only`)",
        )
    text = path.read_text(encoding="utf-8", errors="replace")
    return _of_pnpm(path, text, major) if manager == PNPM else _of_yarn(path, text, major)


def _of_pnpm(path: Path, text: str, major: int | None) -> Packager:
    formats = _PNPM_FORMAT.findall(text)
    wrote = int(formats[-1]) if formats else 0
    if wrote not in (6, 9):
        raise _unread(path, f"format {wrote}" if wrote else "an unknown format", "pnpm 8 or later")
    # pnpm 8 writes 6 and refuses 9; pnpm 9 reads both; 10 and later write 9 and refuse 6.
    if major is not None and (major > 9 if wrote == 6 else major < 9):
        raise _mismatch(path, f"pnpm {major}", f"format {wrote}")
    return _pnpm(PNPM_9 if wrote == 6 or major == 9 else PNPM_10)


def _of_yarn(path: Path, text: str, major: int | None) -> Packager:
    berry = _BERRY_FORMAT.search(text.replace("\r\n", "\n"))
    if berry is None:
        if not _CLASSIC.search(text.replace("\r\n", "\n")):
            raise _unread(path, "an unknown format", "Yarn 1, 3 or 4")
        if major not in (None, 1):
            raise _mismatch(path, f"Yarn {major}", "Yarn 1's format")
        return _classic()
    wrote = int(berry[1])
    if wrote not in _BERRIES:
        raise _unread(path, f"format {wrote}", "Yarn 3.2 to 3.8 or Yarn 4")
    if major is not None and (major != 3 if wrote == 6 else major < 4):
        raise _mismatch(path, f"Yarn {major}", f"format {wrote}")
    return _berry(_BERRIES[wrote])


def _unread(path: Path, what: str, writers: str) -> ProvisionError:
    return ProvisionError(
        f"{path.name} has {what}; onward supports lock files of {writers}",
        where=str(path),
        hint=f"regenerate it with {writers} and commit {path.name}",
    )


def _mismatch(path: Path, named: str, what: str) -> ProvisionError:
    return ProvisionError(
        f"package.json names {named}, which cannot read {path.name} ({what})",
        where=str(path),
        hint=f"regenerate it with {named} and commit {path.name}, or correct packageManager",
    )
