"""One fact that a tool reports, and the fingerprint that survives moved and reformatted code."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

_SPACE = re.compile(r"\s+")


class Severity(StrEnum):
    """How bad a finding is; `unknown` blocks wherever `medium` does, because nobody knows."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """Order of severities, higher is worse; unknown ranks as high so that it is never the way round a floor."""
        return _RANK[self]


_RANK = {
    Severity.CRITICAL: 4,
    Severity.HIGH: 3,
    Severity.UNKNOWN: 3,
    Severity.MEDIUM: 2,
    Severity.LOW: 1,
    Severity.INFO: 0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a finding is: path relative to the project root, 1-based lines and columns, commit for history."""

    path: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    commit: str | None = None


NOWHERE = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fact without judgement: no status, no policy.

    `subject` names what the finding is about where that is not a line of code ("jinja2 2.4", a test's node id).
    `excerpt`, `symbol` and `fingerprint` are attached when evidence is sealed; readers leave them empty.
    """

    rule: str
    tool: str
    message: str
    severity: Severity
    place: Place = NOWHERE
    subject: str = ""
    url: str = ""
    fix: str = ""
    excerpt: str = ""
    symbol: str = ""
    fingerprint: str = ""


def normalise(code: str) -> str:
    """Return `code` without any white space, so that reformatting does not change it."""
    return _SPACE.sub("", code)


def fingerprint(gate: str, finding: Finding) -> str:
    """Return `1:` and 32 hexadecimal digits over gate, rule and subject or normalised code.

    No path, line, message or tool version takes part, so moved, renamed and reformatted code keeps its debts.
    Equal fingerprints are legitimate; they are matched as counted multisets.
    """
    about = finding.subject or normalise(finding.excerpt)
    digest = hashlib.sha256(f"{gate}\0{finding.rule}\0{about}".encode()).hexdigest()
    return f"1:{digest[:32]}"
