"""What the migrations gate concludes from the walk and from squawk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import msgspec

from onward.errors import ReadError
from onward.gates.migrations.shapes import Revision, Walk
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity, normalise
from onward.model.gate import CheckContext, Outputs, ReadContext
from onward.model.measure import Better, Measure
from onward.model.pipeline import Profile
from onward.readers.decode import decode

WALK = "walk.json"
LINTED = "squawk.json"
REVERSIBLE = "migrations.reversible"
_SEVERITY = {"Warning": Severity.MEDIUM, "Error": Severity.HIGH}
_MEDIUM = ("round-trip-differs", "rows-changed")


class _Lint(msgspec.Struct, frozen=True):
    """One entry of squawk's report; lines count from 0."""

    file: str
    line: int
    line_end: int
    level: str
    message: str
    help: str | None
    rule_name: str


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Return what walking showed; a phase that could not be walked is a finding or a problem, never left out."""
    walk, linted = decode(outputs, WALK, Walk), decode(outputs, LINTED, tuple[_Lint, ...])
    return _with_base(_reading(walk, linted), context.check)


def _reading(walk: Walk, linted: Sequence[_Lint]) -> Reading:
    revisions = {revision.id: revision for revision in walk.revisions}
    new = [revision for revision in walk.revisions if revision.new]
    return Reading(
        looked_at=(
            LookedAt(what="revisions", count=len(revisions)),
            LookedAt(what="new revisions walked", count=len(walk.walked), expected=_walkable(walk, len(new))),
            LookedAt(what="tables with rows", count=len(walk.filled), expected=0),
        ),
        findings=(*_walk_findings(walk), *_lint_findings(linted, revisions)),
        measures=(
            Measure(name=REVERSIBLE, value=walk.reversible, unit="revisions", better=Better.HIGHER),
            Measure(name="migrations.count", value=len(revisions), unit="revisions", better=Better.HIGHER),
        ),
        problems=tuple(Problem(code=problem.code, text=problem.text) for problem in walk.problems),
        notes=tuple(_notes(walk)),
    )


def _with_base(reading: Reading, context: CheckContext) -> Reading:
    """Say when nothing could be compared with: then no revision is new, which `ci` must not take for an answer."""
    if context.project.changed is not None:
        return reading
    text = "no base to compare with, so no revision counts as new"
    if context.profile is Profile.CI:
        return replace(reading, problems=(*reading.problems, Problem(code="no-base", text=text)))
    return replace(reading, notes=(*reading.notes, text))


def _walkable(walk: Walk, new: int) -> int:
    """Return how many new revisions had to be walked: a finding ends the walk early and is verdict enough."""
    return 0 if walk.findings else new


def _walk_findings(walk: Walk) -> Iterator[Finding]:
    for found in walk.findings:
        yield Finding(
            rule=found.rule,
            tool="alembic",
            message=found.message,
            severity=Severity.MEDIUM if found.rule in _MEDIUM else Severity.HIGH,
            place=Place(path=found.path, line=found.line),
            subject=found.subject,
        )


def _lint_findings(linted: Sequence[_Lint], revisions: Mapping[str, Revision]) -> Iterator[Finding]:
    for found in linted:
        revision = revisions.get(found.file.rpartition("/")[2].removesuffix(".sql"))
        if revision is None:
            raise ReadError(f"{LINTED}: {found.file} is not one of the revisions that ran", where=LINTED)
        lines = revision.sql.splitlines()[found.line : found.line_end + 1]
        statement = " ".join(" ".join(lines).split())
        yield Finding(
            rule=found.rule_name,
            tool="squawk",
            message=f"{found.message} In: {statement}",
            severity=_SEVERITY.get(found.level, Severity.UNKNOWN),
            place=Place(path=revision.path, line=revision.line),
            subject=f"{revision.id} {normalise(statement)}",
            fix=found.help or "",
            url=f"https://squawkhq.com/docs/{found.rule_name}",
        )


def _notes(walk: Walk) -> Iterator[str]:
    yield f"alembic {walk.alembic} on {walk.server}"
    yield from walk.notes
    if walk.unfilled:
        tables = ", ".join(f"{entry.table} ({entry.why})" for entry in walk.unfilled)
        yield f"cannot insert rows into: {tables}"
