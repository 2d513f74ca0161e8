"""What rooms that look at the running application have in common."""

from __future__ import annotations

from onward.model.gate import Applies, CheckContext


def applies(context: CheckContext) -> Applies:
    """Apply where the definition says how the application is started."""
    if context.pipeline.application is not None:
        return Applies(yes=True, why="")
    return Applies(yes=False, why="onward.toml has no [application], so there is nothing to start")
