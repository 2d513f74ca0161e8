"""Where onward keeps things outside of any work tree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# In the directory of a run: whoever holds it alone is the live onward that records the run.
RUN_LOCK = "lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """`cache` holds what can be made again (tools, environments, workspaces); `state` holds records of runs."""

    cache: Path
    state: Path
