# ruff: noqa: INP001, T201  # a script beside the package, which prints
"""Write the hashed lock of each tool in the toolbox anew: `python scripts/lock_tools.py [NAME…]`.

Locks hold for every platform and for all interpreters from the oldest that a tool may run under; where the pinned
version has dropped an old interpreter, uv picks the last one that still knows it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

from onward.model.tool import Pypi, Tool
from onward.model.toolbox import TOOLS

LOCKS = Path(__file__).resolve().parent.parent / "src/onward/execute/locks"
OLDEST_PROJECT = "3.9"
OLDEST_ONWARD = "3.11"
EXTRAS = {"bandit": "[toml]", "coverage": "[toml]"}
# What our own programs need that run in the environment of a tool.
BESIDES = {"openapi-spec-validator": "ruamel.yaml>=0.18\n"}


def lock(tool: Tool, source: Pypi) -> None:
    """Resolve `tool` and write its lock; refuse a lock that does not hold the pinned version."""
    wanted = f"{source.package}{EXTRAS.get(source.package, '')}<={source.version}\n{BESIDES.get(source.package, '')}"
    oldest = OLDEST_PROJECT if tool.parses_python else OLDEST_ONWARD
    argv = [find_uv_bin(), "pip", "compile", "-", "--quiet", "--no-config", "--universal", "--python-version", oldest]
    argv += ["--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate"]
    text = subprocess.run(argv, input=wanted, capture_output=True, text=True, check=True).stdout
    if f"{source.package}=={source.version}" not in text:
        raise SystemExit(f"{source.package} {source.version} does not resolve; the registry may not have it")
    (LOCKS / source.lock).write_text(text, encoding="utf-8")
    print(f"{source.lock}: {text.count('==')} pins")


def main(names: list[str]) -> None:
    """Lock the named tools, or all of them."""
    for tool in TOOLS:
        if isinstance(tool.source, Pypi) and (not names or tool.name in names):
            lock(tool, tool.source)


if __name__ == "__main__":
    main(sys.argv[1:])
