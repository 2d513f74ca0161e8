"""From marked secrets to findings: one for each secret, wherever and however often it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from onward.errors import ReadError
from onward.gates.secrets.shapes import History, Scanned, Staged
from onward.guest.shared_shapes import Marked
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.readers import kingfisher
from onward.readers.decode import decode

_MARKED, _HISTORY = "secrets.json", "history.json"
Spots = tuple[Marked, ...]
SCANNED = "scanned.json"
# reports about files rather than about history: those of the project as they are, and those that wait to be committed
_FILES = {"present", "pending"}


def read_kingfisher(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the searches of history and files; every blob must have been searched and both canaries found."""
    history, spots = decode(outputs, _HISTORY, History), decode(outputs, _MARKED, Spots)
    past, present = (decode(outputs, name, kingfisher.Report) for name in ("past.json", "present.json"))
    if past.commits is None:
        raise ReadError("past.json: kingfisher's report does not list the commits it searched", where="past.json")
    looked = (
        LookedAt(what="commits", count=max(past.commits - history.planted_commits, 0), expected=history.commits),
        LookedAt(
            what="versions of files",
            count=min(past.blobs - history.planted_blobs, history.blobs),
            expected=history.blobs,
        ),
        LookedAt(what="files", count=present.blobs, expected=min(1, len(context.check.project.files))),
    )
    searched = (*_partly(past, "past.json"), *_partly(present, "present.json"))
    problems = (*_gaps(history), *_missed(history, spots), *searched)
    ours = _without_canaries(history, spots)
    return _reading(ours, context, tool="kingfisher", looked=looked, problems=problems)


def read_gitleaks(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the search of history. gitleaks counts nothing; that both ends of the log were read is what shows all of it."""
    history, spots = decode(outputs, _HISTORY, History), decode(outputs, _MARKED, Spots)
    missed = _missed(history, spots)
    looked = (
        LookedAt(what="commits read by gitleaks", count=0 if missed else history.commits, expected=history.commits),
    )
    ours = _without_canaries(history, spots)
    return _reading(ours, context, tool="gitleaks", looked=looked, problems=_gaps(history) + missed)


def read_trufflehog(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the search of history; pieces of it are counted, and both ends of it must have been read."""
    history, spots, scanned = (
        decode(outputs, _HISTORY, History),
        decode(outputs, _MARKED, Spots),
        decode(outputs, SCANNED, Scanned),
    )
    missed = _missed(history, spots)
    failed = tuple(Problem(code="searched-in-part", text=f"trufflehog: {error}") for error in scanned.errors)
    # each canary is a piece of its own
    pieces = max(scanned.chunks - history.planted_blobs, 0)
    looked = (
        LookedAt(what="commits read by trufflehog", count=0 if missed else history.commits, expected=history.commits),
        LookedAt(what="pieces of history", count=pieces, expected=min(1, history.blobs)),
    )
    ours = _without_canaries(history, spots)
    return _reading(ours, context, tool="trufflehog", looked=looked, problems=_gaps(history) + missed + failed)


def read_staged(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the search of what is staged or changed; nothing staged is nothing to check."""
    waiting, spots = decode(outputs, "staged.json", Staged), decode(outputs, _MARKED, Spots)
    scan = decode(outputs, "pending.json", kingfisher.Report)
    there, file = waiting.staged + waiting.changed, waiting.file
    # a path inside of an archive counts as well, so more may be seen than was copied
    looked = (LookedAt(what="changed files", count=min(scan.blobs - 1, there), expected=there),)
    found = any(_plain(spot.path) == file for spot in spots)
    problems = _partly(scan, "pending.json") + (() if found else (_control_missed(file),))
    ours = [_as_in_repository(spot) for spot in spots if _plain(spot.path) != file]
    return _reading(ours, context, tool="kingfisher", looked=looked, problems=problems)


def _as_in_repository(spot: Marked) -> Marked:
    """Return the spot without the folder of the copy; what is staged and what is in the work tree lie apart there."""
    return replace(spot, path=_plain(spot.path).removeprefix("index/").removeprefix("work/"))


def _gaps(history: History) -> tuple[Problem, ...]:
    deepen = "fetch all of it (`git fetch --unshallow`, or `fetch-depth: 0` in actions/checkout)"
    edge = Problem(code="shallow-history", text=f"the clone is shallow, so it lacks most of the history; {deepen}")
    holes = Problem(
        code="partial-history", text=f"the clone is partial: {history.missing} objects of the history are not here"
    )
    return ((edge,) if history.shallow else ()) + ((holes,) if history.missing else ())


def _partly(scan: kingfisher.Report, name: str) -> tuple[Problem, ...]:
    text = f"kingfisher reports that it searched only a part ({name})"
    return (Problem(code="searched-in-part", text=text),) if scan.is_partial else ()


def _missed(history: History, spots: Sequence[Marked]) -> tuple[Problem, ...]:
    found = {spot.commit for spot in spots if _plain(spot.path) == history.file}
    return () if set(history.canaries) <= found else (_control_missed(history.file),)


def _control_missed(file: str) -> Problem:
    text = f"the scanner did not report the control token in {file}, so an empty result for the project proves nothing"
    return Problem(code="control-missed", text=text)


def _without_canaries(history: History, spots: Sequence[Marked]) -> list[Marked]:
    return [spot for spot in spots if spot.commit not in history.canaries]


def _reading(
    spots: Sequence[Marked],
    context: ReadContext,
    *,
    tool: str,
    looked: tuple[LookedAt, ...],
    problems: tuple[Problem, ...],
) -> Reading:
    # git keeps what was amended or only staged for a while; no branch or tag leads there, and no clone has it
    ours = [spot for spot in spots if spot.in_history or spot.report in _FILES]
    note = f"{len(spots) - len(ours)} more in commits or objects that no branch or tag reaches; they are not published"
    marks = dict.fromkeys((spot.rule, spot.mark) for spot in ours)
    findings = tuple(
        _finding(tool, [spot for spot in ours if (spot.rule, spot.mark) == mark], context) for mark in marks
    )
    return Reading(
        looked_at=looked, findings=findings, problems=problems, notes=(note,) if len(ours) < len(spots) else ()
    )


def _finding(tool: str, spots: Sequence[Marked], context: ReadContext) -> Finding:
    """Return one finding for one secret: shown where it is now, else where it was."""
    first = min(spots, key=lambda spot: (spot.commit != "", spot.path, spot.line, spot.commit))
    prefix = context.check.project.prefix
    path = _relative(first, prefix)
    past = len({spot.commit for spot in spots if spot.commit})
    where = f"in {_count(past, 'commit')} of the history" if first.commit else _now(past)
    outside = f" ({_plain(first.path)})" if path is None else ""
    return Finding(
        rule=first.rule,
        tool=tool,
        message=f"{first.title} It is {where}{outside}.",
        severity=Severity.HIGH,
        place=Place(path=path, line=first.line if path else None, commit=first.commit or None),
        subject=f"secret {first.mark}",
    )


def _now(past: int) -> str:
    return "in the files" + (f" and in {_count(past, 'commit')} of the history" if past else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _relative(spot: Marked, prefix: str) -> str | None:
    """Return the path relative to the project, None outside of it. Only its present files are named so already."""
    path = _plain(spot.path)
    if spot.report == "present" or not prefix:
        return path
    return path.removeprefix(prefix + "/") if path.startswith(prefix + "/") else None


def _plain(path: str) -> str:
    return path.removeprefix("./")
