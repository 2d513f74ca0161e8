"""Call onward in a corner of the machine that is made for one call: a full disk, a read-only home, ports all taken."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from kit import require
from kit.invocations import Onward, Said

_HINT = "needs Linux with `unshare` and either root or user namespaces"


def call(onward: Onward, setup: str, *words: str, cwd: Path, env: Mapping[str, str], network: bool = False) -> Said:
    """Run `setup` (shell) in mount or network namespaces of its own, then onward with `words` as JSON."""
    program = shutil.which("unshare")
    if program is None:
        require.absent("namespaces", _HINT)
    kinds = (*(() if os.geteuid() == 0 else ("--map-root-user",)), "--mount", *(("--net",) if network else ()))
    if subprocess.run((program, *kinds, "true"), capture_output=True, check=False).returncode:
        require.absent("namespaces", _HINT)
    command = shlex.join((sys.executable, "-m", "onward", *words))
    shell = f"set -e\nmount --make-rprivate / 2>/dev/null || true\n{setup}\nset +e\n{command}\n"
    done = subprocess.run(
        (program, *kinds, "sh", "-c", shell),
        cwd=cwd, env=onward.environ(env), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return Said(done.returncode, done.stdout, done.stderr)


def small_disk(folder: Path, size: str, *, fill: bool) -> str:
    """Return the words that mount a disk of `size` on `folder`, and fill it to the last byte."""
    place = shlex.quote(str(folder))
    full = f"head -c 1G /dev/zero > {place}/ballast 2>/dev/null || true\n" if fill else ""
    return f"mkdir -p {place}\nmount -t tmpfs -o size={size},mode=0755 none {place}\n{full}"


def read_only(folder: Path) -> str:
    """Return the words that make `folder` read-only, for root too."""
    place = shlex.quote(str(folder))
    return f"mkdir -p {place}\nmount --bind {place} {place}\nmount -o remount,bind,ro {place}\n"
