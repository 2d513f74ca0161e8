"""coverage.py's JSON report: percentages from counts, never from rounded text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from onward.errors import ReadError
from onward.model.gate import Outputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was there to be covered and what was."""

    statements: int
    covered: int
    branches: int
    covered_branches: int

    @property
    def lines_percent(self) -> float | None:
        """Return covered statements in percent, None where there are none."""
        return 100.0 * self.covered / self.statements if self.statements else None

    @property
    def branches_percent(self) -> float | None:
        """Return covered branches in percent, None where none were measured."""
        return 100.0 * self.covered_branches / self.branches if self.branches else None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One source file and the lines that no test reached."""

    path: str
    counts: Counts
    missing: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole report; `has_branches` says whether branches were measured at all."""

    total: Counts
    files: tuple[File, ...]
    has_branches: bool


def read(outputs: Outputs, name: str) -> Report:
    """Return the report in output `name`; ReadError when it is not a JSON report of coverage.py."""
    data = outputs.json(name)
    try:
        return Report(
            total=_counts(data["totals"]),
            files=tuple(_files(data["files"])),
            has_branches=bool(data["meta"]["branch_coverage"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReadError(f"{name} is not a JSON report of coverage.py ({error!r})", where=name) from error


def _files(data: Mapping[str, Any]) -> Iterator[File]:
    for path, file in data.items():
        missing = tuple(int(line) for line in file["missing_lines"])
        yield File(path=path, counts=_counts(file["summary"]), missing=missing)


def _counts(data: Mapping[str, Any]) -> Counts:
    return Counts(
        statements=int(data["num_statements"]),
        covered=int(data["covered_lines"]),
        branches=int(data.get("num_branches", 0)),
        covered_branches=int(data.get("covered_branches", 0)),
    )


def spans(lines: tuple[int, ...]) -> str:
    """Return sorted line numbers as "3-7, 12"."""
    groups: list[list[int]] = []
    for line in lines:
        if groups and line == groups[-1][1] + 1:
            groups[-1][1] = line
        else:
            groups.append([line, line])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in groups)
