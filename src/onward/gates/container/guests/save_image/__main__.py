"""Save an image that an earlier step built. Arguments: INPUTS NAME ARCHIVE."""

from __future__ import annotations

import sys
from pathlib import Path

from ..docker_engine import save

if __name__ == "__main__":
    save(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
