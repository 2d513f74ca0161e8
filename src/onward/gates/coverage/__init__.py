"""The gate `coverage`: lines and branches over everything that the test gates ran, merged."""

from __future__ import annotations

from pathlib import Path

from onward.gates.coverage.defects import DEFECTS
from onward.gates.coverage.read import BRANCHES, LINES, MERGED, REPORT, read
from onward.model.gate import Check, CheckContext, Command, Gate, Keep, Matrix, Where
from onward.model.guest import hosting_command
from onward.model.measure import Limit
from onward.model.need import EnvironmentUse
from onward.model.pipeline import GateSettings, Kind, Option, Profile


def commands(context: CheckContext) -> tuple[Command, ...]:
    """Merge the data of all steps and report on it, under the newest interpreter because it parses every source."""
    source = (word for path in context.pipeline.source for word in ("--source", path))
    tests = (word for path in context.pipeline.tests for word in ("--tests", path))
    argv = hosting_command("coverage/merge_coverage", "--inputs", "{inputs}", "--out", "{out}", *source, *tests)
    return (Command(argv=argv, writes=(REPORT, MERGED)),)


def limits(settings: GateSettings) -> tuple[Limit, ...]:
    """Return the thresholds that the definition sets."""
    wanted = ((LINES, settings.number("lines")), (BRANCHES, settings.number("branches")))
    return tuple(Limit(measure=measure, value=value) for measure, value in wanted if value is not None)


def _percent(name: str, meaning: str) -> Option:
    return Option(name, Kind.NUMBER, None, meaning, minimum=0, maximum=100)


GATE = Gate(
    id="coverage",
    title="Coverage",
    blurb="line and branch coverage of tests, integration and the whole matrix, with a ratchet",
    folder=Path(__file__).parent,
    checks=(
        Check(
            id="coverage",
            commands=commands,
            read=read,
            profiles=(Profile.FULL, Profile.CI),
            matrix=Matrix.HIGHEST,
            where=Where.SHARED,
            # the same as the test gates ask for, so that no further environment has to be made
            needs=(EnvironmentUse(additions=("pytest-cov", "pytest-xdist")),),
            consumes=("coverage-data", "tests"),
            keeps=(
                Keep(kind="coverage-json", path=REPORT, media_type="application/json"),
                Keep(kind="coverage-xml", path="coverage.xml", media_type="application/xml"),
                Keep(kind="coverage-html", path="html", media_type="text/html"),
            ),
        ),
    ),
    defects=DEFECTS,
    options=(
        _percent("lines", "Minimum statement coverage, in percent."),
        _percent("branches", "Minimum branch coverage, in percent; setting it always measures branches."),
    ),
    limits=limits,
    ratchets=(LINES, BRANCHES),
    profiles=(Profile.FULL, Profile.CI),
    timeout_s=600.0,
)
