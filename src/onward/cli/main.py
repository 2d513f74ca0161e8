"""The entry: answers `--version` without loading anything, hands everything else to the command group."""

from __future__ import annotations

import sys
from typing import NoReturn

from onward import __version__


def run() -> NoReturn:
    """Run the command line of this process and exit with its code."""
    words = sys.argv[1:]
    if words in (["--version"], ["-V"]):
        sys.stdout.write(f"onward {__version__}\n")
        raise SystemExit(0)
    from onward.cli.group import main  # noqa: PLC0415  # nothing heavy before it is needed

    raise SystemExit(main(words))
