"""What is said when a command could not do its work: as text for people, as a document for programs."""

from __future__ import annotations

from dataclasses import dataclass

from onward import __version__
from onward.errors import AFTER_INTERRUPT, ConfigError, OnwardError


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorReport:
    """What happened, where, what to do next."""

    kind: str
    message: str
    where: str = ""
    hint: str = ""
    details: tuple[str, ...] = ()

    @classmethod
    def of(cls, error: OnwardError) -> ErrorReport:
        """Return the report for an expected error."""
        details = error.mistakes if isinstance(error, ConfigError) else ()
        return cls(kind=error.kind, message=error.message, where=error.where, hint=error.hint, details=details)

    @classmethod
    def interrupted(cls) -> ErrorReport:
        """Return the report for Ctrl-C and its like."""
        return cls(kind="interrupted", message="interrupted", hint=AFTER_INTERRUPT)

    @classmethod
    def bug(cls, trace: str) -> ErrorReport:
        """Return the report for a bug, shaped so that it can be pasted into a report."""
        return cls(
            kind="bug",
            message="onward has a bug",
            hint="report it with the text above and the command that you ran",
            details=(f"onward {__version__}", *trace.rstrip().splitlines()),
        )


def as_text(report: ErrorReport) -> str:
    """Return the lines for standard error."""
    lines = [f"onward: {report.message}"]
    lines += [f"  {detail}" for detail in report.details]
    if report.where:
        lines.append(f"  where: {report.where}")
    if report.hint:
        lines.append(f"  next:  {report.hint}")
    return "\n".join(lines) + "\n"


def as_json(report: ErrorReport, exit_code: int) -> str:
    """Return the JSON document of a command that ended before a run began."""
    from onward.model.document import ErrorEntry, error_document  # noqa: PLC0415  # only when it is asked for
    from onward.report import json  # noqa: PLC0415

    message = "; ".join((report.message, *report.details)) if report.kind != "bug" else report.message
    entry = ErrorEntry(kind=report.kind, message=message, where=report.where, hint=report.hint)
    return json.render(error_document(__version__, error=entry, exit_code=exit_code))
