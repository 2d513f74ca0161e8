"""coverage.py's JSON report: percentages from counts, never from rounded text."""

from __future__ import annotations

import msgspec


class Counts(msgspec.Struct, frozen=True):
    """What was there to be covered and what was."""

    statements: int = msgspec.field(name="num_statements")
    covered: int = msgspec.field(name="covered_lines")
    branches: int = msgspec.field(name="num_branches", default=0)
    covered_branches: int = 0

    @property
    def lines_percent(self) -> float | None:
        """Return covered statements in percent, None where there are none."""
        return 100.0 * self.covered / self.statements if self.statements else None

    @property
    def branches_percent(self) -> float | None:
        """Return covered branches in percent, None where none were measured."""
        return 100.0 * self.covered_branches / self.branches if self.branches else None


class File(msgspec.Struct, frozen=True):
    """One source file and the lines that no test reached."""

    counts: Counts = msgspec.field(name="summary")
    missing: tuple[int, ...] = msgspec.field(name="missing_lines")


class Meta(msgspec.Struct, frozen=True):
    branch_coverage: bool


class Report(msgspec.Struct, frozen=True):
    """The whole report; files by their path."""

    meta: Meta
    total: Counts = msgspec.field(name="totals")
    files: dict[str, File]


def spans(lines: tuple[int, ...]) -> str:
    """Return sorted line numbers as "3-7, 12"."""
    groups: list[list[int]] = []
    for line in lines:
        if groups and line == groups[-1][1] + 1:
            groups[-1][1] = line
        else:
            groups.append([line, line])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in groups)
