from __future__ import annotations

import pytest
from kit import values
from kit.hall import read_context_of  # type: ignore[attr-defined]  # replaced below
