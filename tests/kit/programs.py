"""Put the programs that are built from source into the cache that all tests share, before the tests need them."""

from __future__ import annotations

import os
import shutil

from kit.invocations import cache
from onward.execute.process.processes import Processes
from onward.execute.provision.tools.provider import ToolProvider, registry_environment
from onward.model.places import Places
from onward.model.tool import Program
from onward.model.toolbox import TOOLS


def main() -> None:
    """Make each program that has a Go module, where there is a Go toolchain."""
    if shutil.which("go") is None:
        return
    places = Places(cache=cache(), state=cache() / "state")
    with Processes() as processes:
        shop = ToolProvider(places, processes, registry_environment(os.environ))
        for tool in TOOLS:
            if isinstance(tool.source, Program) and tool.source.module:
                print(f"{tool.name} {shop.obtain(tool).use.version}", flush=True)
        shop.close()


if __name__ == "__main__":
    main()
