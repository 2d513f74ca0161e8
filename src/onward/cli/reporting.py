"""Reports as files: `KIND=PATH` from the command line, checked before a run and written after it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from onward.errors import RecordError, UsageError
from onward.files import atomic
from onward.model.document import Document
from onward.model.gate import Gate
from onward.report.context import ReportContext


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequest:
    """A report that was asked for."""

    kind: str
    path: Path


def parse(wishes: Iterable[str]) -> tuple[ReportRequest, ...]:
    """Return what `KIND=PATH` words ask for; UsageError for an unknown kind or a folder that is not there."""
    return tuple(_parse(wish) for wish in wishes)


def write(
    wanted: Iterable[ReportRequest], document: Document, context: ReportContext, *, folder: Path | None = None
) -> tuple[Path, ...]:
    """Write each report whole or not at all, linked to the run directory `folder`; return their absolute paths.

    RecordError for one that cannot be written.
    """
    return tuple(_write(each, document, context, folder) for each in wanted)


def keep(document: Document, context: ReportContext, folder: Path) -> None:
    """Write into the run directory what every run leaves there: its reports, and the page that leads to all files.

    RecordError where one cannot be written.
    """
    from onward.report import index  # noqa: PLC0415  # as below

    for name, told in index.reports(document, context).items():
        target = folder / name
        try:
            target.parent.mkdir(exist_ok=True)
            _replace(target, told.encode())
        except OSError as error:
            raise RecordError(f"cannot write the run's index: {error.strerror}", where=str(target)) from error


def guides(gates: Iterable[Gate]) -> Mapping[str, str]:
    """Return the guide of each gate that has one."""
    files = {gate.id: gate.folder / "guide.md" for gate in gates}
    return {gate: file.read_text(encoding="utf-8") for gate, file in files.items() if file.is_file()}


def _parse(wish: str) -> ReportRequest:
    from onward.report.formats import FORMATS  # noqa: PLC0415  # most runs want no report

    kind, separator, path = wish.partition("=")
    known = ", ".join(FORMATS)
    if not separator or not path:
        raise UsageError(f"--report: expected KIND=PATH, got {wish!r}", hint=f"KIND is one of {known}")
    if kind not in FORMATS:
        raise UsageError(f"unknown report kind {kind!r}", hint=f"known kinds: {known}")
    target = Path(path).absolute()
    if not target.parent.is_dir():
        raise UsageError(f"the folder of {wish} does not exist", where=str(target.parent), hint="create it first")
    if target.is_dir():
        raise UsageError(f"{wish} is a folder, expected a file", where=str(target))
    return ReportRequest(kind=kind, path=target)


def _write(wanted: ReportRequest, document: Document, context: ReportContext, folder: Path | None) -> Path:
    from onward.report.formats import FORMATS  # noqa: PLC0415  # as above

    way = quote(os.path.relpath(folder, wanted.path.parent)) + "/" if folder else ""
    told = FORMATS[wanted.kind](document, replace(context, folder=way))
    try:
        _replace(wanted.path, told.encode())
    except OSError as error:
        raise RecordError(
            f"cannot write the {wanted.kind} report: {error.strerror}",
            where=str(wanted.path),
            hint="free disk space or choose another path; then `onward show --report` writes it",
        ) from error
    return wanted.path


def _replace(path: Path, data: bytes) -> None:
    if _is_device(path):
        with path.open("ab") as file:
            file.write(data)
        return
    atomic.write(path.resolve(), data)


def _is_device(path: Path) -> bool:
    """Return whether `path` is something of the machine's (/dev/stdout, a pipe) that must never be replaced."""
    return path.parts[1] in {"dev", "proc"} or (path.exists() and not path.is_file())
