"""From marked secrets to findings: one for each secret, wherever and however often it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from onward.errors import ReadError
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext

_MARKED = "secrets.json"
SCANNED = "scanned.json"
# reports about files rather than about history: those of the project as they are, and those that wait to be committed
_FILES = {"present", "pending"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """One place where a secret stands; `commit` is empty for files as they are now."""

    rule: str
    title: str
    mark: str
    path: str
    commit: str
    line: int
    report: str
    in_history: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _History:
    """The mirror that was searched: what it held of the project's, what was planted, the commits and the file of canaries."""

    commits: int
    blobs: int
    planted_commits: int
    planted_blobs: int
    canaries: tuple[str, ...]
    file: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scan:
    """What kingfisher says that it searched; no `commits` where it took the target for a plain folder."""

    commits: int | None
    blobs: int
    problems: tuple[Problem, ...]


def read_kingfisher(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the searches of history and files; every blob must have been searched and both canaries found."""
    history, spots = _history(outputs), _spots(outputs)
    past, present = _scan(outputs, "past.json"), _scan(outputs, "present.json")
    if past.commits is None:
        raise ReadError("kingfisher does not say which commits it searched", where="past.json")
    looked = (
        LookedAt(what="commits", count=max(past.commits - history.planted_commits, 0), expected=history.commits),
        LookedAt(
            what="versions of files",
            count=min(past.blobs - history.planted_blobs, history.blobs),
            expected=history.blobs,
        ),
        LookedAt(what="files", count=present.blobs, expected=min(1, len(context.check.project.files))),
    )
    problems = history.problems + _missed(history, spots) + past.problems + present.problems
    ours = _without_canaries(history, spots)
    return _reading(ours, context, tool="kingfisher", looked=looked, problems=problems)


def read_gitleaks(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the search of history. gitleaks counts nothing; that both ends of the log were read is what shows all of it."""
    history, spots = _history(outputs), _spots(outputs)
    missed = _missed(history, spots)
    looked = (
        LookedAt(what="commits read by gitleaks", count=0 if missed else history.commits, expected=history.commits),
    )
    ours = _without_canaries(history, spots)
    return _reading(ours, context, tool="gitleaks", looked=looked, problems=history.problems + missed)


def read_trufflehog(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the search of history; pieces of it are counted, and both ends of it must have been read."""
    history, spots, scanned = _history(outputs), _spots(outputs), outputs.json(SCANNED)
    missed = _missed(history, spots)
    try:
        chunks = int(scanned["chunks"])
        failed = tuple(Problem(code="searched-in-part", text=f"trufflehog: {one}") for one in scanned["errors"])
    except (KeyError, TypeError, ValueError) as error:
        raise ReadError("trufflehog does not say how much it searched", where=SCANNED) from error
    # each canary is a piece of its own
    pieces = max(chunks - history.planted_blobs, 0)
    looked = (
        LookedAt(what="commits read by trufflehog", count=0 if missed else history.commits, expected=history.commits),
        LookedAt(what="pieces of history", count=pieces, expected=min(1, history.blobs)),
    )
    ours = _without_canaries(history, spots)
    return _reading(ours, context, tool="trufflehog", looked=looked, problems=history.problems + missed + failed)


def read_staged(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the search of what is staged or changed; nothing staged is nothing to check."""
    data, scan, spots = outputs.json("staged.json"), _scan(outputs, "pending.json"), _spots(outputs)
    try:
        there, file = data["staged"] + data["changed"], data["file"]
    except (KeyError, TypeError) as error:
        raise ReadError(f"the list of staged files is not complete ({error})", where="staged.json") from error
    # a path inside of an archive counts as well, so more may be seen than was copied
    looked = (LookedAt(what="changed files", count=min(scan.blobs - 1, there), expected=there),)
    found = any(_plain(spot.path) == file for spot in spots)
    problems = scan.problems + (() if found else (_control_missed(file),))
    ours = [_as_in_repository(spot) for spot in spots if _plain(spot.path) != file]
    return _reading(ours, context, tool="kingfisher", looked=looked, problems=problems)


def _as_in_repository(spot: _Spot) -> _Spot:
    """Return the spot without the folder of the copy; what is staged and what is in the work tree lie apart there."""
    return replace(spot, path=_plain(spot.path).removeprefix("index/").removeprefix("work/"))


def _history(outputs: Outputs) -> _History:
    data = outputs.json("history.json")
    try:
        return _History(
            commits=data["commits"],
            blobs=data["blobs"],
            planted_commits=data["planted_commits"],
            planted_blobs=data["planted_blobs"],
            canaries=tuple(data["canaries"]),
            file=data["file"],
            problems=_gaps(shallow=data["shallow"], missing=data["missing"]),
        )
    except (KeyError, TypeError) as error:
        raise ReadError(f"the description of the history is not complete ({error})", where="history.json") from error


def _gaps(*, shallow: bool, missing: int) -> tuple[Problem, ...]:
    deepen = "fetch all of it (git fetch --unshallow, or fetch-depth: 0 when checking out)"
    edge = Problem(code="shallow-history", text=f"the clone is shallow, so most of the history is not here; {deepen}")
    holes = Problem(code="partial-history", text=f"the clone is partial: {missing} objects of the history are not here")
    return ((edge,) if shallow else ()) + ((holes,) if missing else ())


def _spots(outputs: Outputs) -> list[_Spot]:
    try:
        return [_Spot(**record) for record in outputs.json(_MARKED)]
    except TypeError as error:
        raise ReadError(f"a marked secret is not complete ({error})", where=_MARKED) from error


def _scan(outputs: Outputs, name: str) -> _Scan:
    """Return the counts of a kingfisher report, and a problem when it says that it did not search everything."""
    try:
        data = outputs.json(name)
        summary, entries = data["audit"]["summary"], data["audit"]["repositories"]
        blobs = sum(entry["stats"]["blobs_scanned"] for entry in entries)
        commits = next((entry.get("git", {}).get("fetched_commit_count") for entry in entries), None)
        failed = summary["scan_failed"] + summary["scan_partial"] + summary["pending"]
    except (KeyError, TypeError) as error:
        raise ReadError(f"kingfisher's report is not complete ({error})", where=name) from error
    text = f"kingfisher says that it did not search everything ({name})"
    problems = (Problem(code="searched-in-part", text=text),) if failed else ()
    return _Scan(commits=commits, blobs=blobs, problems=problems)


def _missed(history: _History, spots: Sequence[_Spot]) -> tuple[Problem, ...]:
    found = {spot.commit for spot in spots if _plain(spot.path) == history.file}
    return () if set(history.canaries) <= found else (_control_missed(history.file),)


def _control_missed(file: str) -> Problem:
    text = f"the made-up token in {file} was not found, so silence about the project's own files means nothing"
    return Problem(code="control-missed", text=text)


def _without_canaries(history: _History, spots: Sequence[_Spot]) -> list[_Spot]:
    return [spot for spot in spots if spot.commit not in history.canaries]


def _reading(
    spots: Sequence[_Spot],
    context: ReadContext,
    *,
    tool: str,
    looked: tuple[LookedAt, ...],
    problems: tuple[Problem, ...],
) -> Reading:
    # git keeps what was amended or only staged for a while; no branch or tag leads there, and no clone has it
    ours = [spot for spot in spots if spot.in_history or spot.report in _FILES]
    note = f"{len(spots) - len(ours)} more in commits or objects that no branch or tag leads to; they are not published"
    marks = dict.fromkeys((spot.rule, spot.mark) for spot in ours)
    findings = tuple(
        _finding(tool, [spot for spot in ours if (spot.rule, spot.mark) == mark], context) for mark in marks
    )
    return Reading(
        looked_at=looked, findings=findings, problems=problems, notes=(note,) if len(ours) < len(spots) else ()
    )


def _finding(tool: str, spots: Sequence[_Spot], context: ReadContext) -> Finding:
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
        message=f"{first.title} It stands {where}{outside}.",
        severity=Severity.HIGH,
        place=Place(path=path, line=first.line if path else None, commit=first.commit or None),
        subject=f"secret {first.mark}",
    )


def _now(past: int) -> str:
    return "in the files" + (f" and in {_count(past, 'commit')} of the history" if past else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _relative(spot: _Spot, prefix: str) -> str | None:
    """Return the path relative to the project, None outside of it. Only its present files are named so already."""
    path = _plain(spot.path)
    if spot.report == "present" or not prefix:
        return path
    return path.removeprefix(prefix + "/") if path.startswith(prefix + "/") else None


def _plain(path: str) -> str:
    return path.removeprefix("./")
