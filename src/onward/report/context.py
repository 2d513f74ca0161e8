"""What a report may use beside the document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContext:
    """Texts of guide.md by gate, and the way to the run directory with a trailing slash, as seen from the report.

    The way is absolute in texts and empty where it is not known.
    """

    guides: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    folder: str = ""


NO_CONTEXT = ReportContext()
