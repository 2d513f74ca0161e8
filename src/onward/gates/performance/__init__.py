"""The gate `performance`: locust against the running application, and the change against its base."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

from onward.checks.applicability import has_application
from onward.gates.performance import compare, read
from onward.gates.performance.defects import DEFECTS
from onward.gates.performance.options import OPTIONS, limits
from onward.model.facts import is_within
from onward.model.gate import Applies, Check, CheckContext, Command, Gate, Keep, Matrix, Where
from onward.model.guest import guest_command, hosting_command
from onward.model.need import APPLICATION, BASE_APPLICATION, EnvironmentUse
from onward.model.pipeline import GateSettings, Profile
from onward.model.toolbox import LOCUST

_GRACE_S = 150.0
# Blocks in a round, as the guest program has them.
ROUND = 16
_WORDS = (".md", ".rst")


def load(context: CheckContext) -> tuple[Command, ...]:
    """Load with the declared users; outside of `ci` for the short duration."""
    settings = context.settings
    whole, short = settings.number("duration") or 0, settings.number("short-duration") or 0
    seconds = whole if context.profile is Profile.CI else min(short, whole)
    return (_run(settings, settings.text("locustfile"), users=settings.number("users") or 1, seconds=seconds),)


def sustained(context: CheckContext) -> tuple[Command, ...]:
    """Load with the users of the long run for as long as declared."""
    settings = context.settings
    locustfile = settings.text("sustained-locustfile") or settings.text("locustfile")
    users, seconds = settings.number("sustained-users") or 1, settings.number("sustained-duration") or 0
    return (_run(settings, locustfile, users=users, seconds=seconds),)


def _run(settings: GateSettings, locustfile: str, *, users: float, seconds: float) -> Command:
    argv = _guest("run_load", settings, locustfile, users=users)
    return Command(
        argv=(*argv, "--seconds", f"{seconds:g}"),
        writes=(read.LOCUST, read.REQUESTS, read.WATCH),
        timeout_s=seconds + _grace(settings, users),
    )


def _grace(settings: GateSettings, users: float) -> float:
    """Return how long the programs may take beside the load itself: until users are there, and until they have left."""
    return _GRACE_S + users / (settings.number("spawn-rate") or 1)


def _guest(program: str, settings: GateSettings, locustfile: str, *, users: float) -> tuple[str, ...]:
    _, recorder = hosting_command("performance/record_requests")
    locust = ("--locust", "{tool:locust}", "--recorder", recorder, "--locustfile", locustfile)
    rate = f"{settings.number('spawn-rate') or 1:g}"
    more = tuple(f"--arg={word}" for word in settings.texts("args"))
    application = ("--host", "{application.url}", "--pid", "{application.pid}")
    load = ("--users", f"{users:g}", "--spawn-rate", rate, *more)
    return guest_command(f"performance/{program}", *locust, "--out", "{out}", *application, *load)


def comparison(context: CheckContext) -> tuple[Command, ...]:
    """Let base and change work in turns."""
    settings = context.settings
    rounds, seconds = settings.number("compare-rounds") or 1, settings.number("compare-block") or 1
    warm_up = settings.number("compare-warm-up") or 0
    users = settings.number("compare-users") or 1
    argv = _guest("compare_load", settings, settings.text("locustfile"), users=users)
    turns = ("--rounds", f"{rounds:g}", "--block-seconds", f"{seconds:g}", "--warm-up", f"{warm_up:g}")
    return (
        Command(
            argv=(*argv, "--base={base.url}", *turns),
            writes=(compare.TURNS, compare.BASE, compare.HEAD),
            timeout_s=rounds * ROUND * seconds + warm_up + _grace(settings, users),
        ),
    )


def applies(context: CheckContext) -> Applies:
    """Apply where there is an application and a locustfile."""
    path = context.settings.text("locustfile")
    if path in context.project.files:
        return has_application(context)
    return Applies(yes=False, why=f"the project has no {path}")


def applies_sustained(context: CheckContext) -> Applies:
    """Apply where the long run is declared."""
    if not context.settings.flag("sustained"):
        return Applies(yes=False, why="the sustained run is not enabled (sustained = false)")
    path = context.settings.text("sustained-locustfile")
    if path and path not in context.project.files:
        return Applies(yes=False, why=f"the project has no {path}")
    return applies(context)


def applies_comparison(context: CheckContext) -> Applies:
    """Apply where there is a base, and something that can make an answer slower is different from it."""
    there = applies(context)
    if not there.yes:
        return there
    if not context.settings.flag("compare"):
        return Applies(yes=False, why="the comparison with the base is disabled (compare = false)")
    if context.project.changed is None or context.project.revision.base is None:
        return Applies(yes=False, why="no base to compare with")
    if not any(_can_matter(path, context) for path in context.project.changed):
        return Applies(yes=False, why="no file of the application differs from the base")
    return there


def _can_matter(path: str, context: CheckContext) -> bool:
    return not is_within(path, context.pipeline.tests) and PurePosixPath(path).suffix not in _WORDS


_KEEPS = (
    Keep(kind="load", path=read.LOCUST, media_type="application/json", optional=True),
    Keep(kind="load-requests", path=read.REQUESTS, media_type="application/json", optional=True),
    Keep(kind="load-report", path="load.html", media_type="text/html", optional=True),
    Keep(kind="load-watch", path=read.WATCH, media_type="application/json"),
)


LOAD = Check(
    id="load",
    commands=load,
    read=read.read,
    applies=applies,
    profiles=(Profile.FULL, Profile.CI),
    matrix=Matrix.DEPLOYED,
    where=Where.OWN,
    needs=(LOCUST, EnvironmentUse(), APPLICATION),
    keeps=_KEEPS,
    # whatever worked beside it would be measured too
    alone=True,
)
SUSTAINED = replace(
    LOAD,
    id="sustained",
    commands=sustained,
    read=read.read_sustained,
    applies=applies_sustained,
    profiles=(Profile.CI,),
)
COMPARE = replace(
    LOAD,
    id="compare",
    commands=comparison,
    read=compare.read,
    applies=applies_comparison,
    needs=(*LOAD.needs, BASE_APPLICATION),
    keeps=(
        Keep(kind="load-turns", path=compare.TURNS, media_type="application/json"),
        Keep(kind="load-requests", path=compare.BASE, media_type="application/json", optional=True),
        Keep(kind="load-requests", path=compare.HEAD, media_type="application/json", optional=True),
    ),
)

GATE = Gate(
    id="performance",
    title="Performance",
    blurb="response times, errors and memory of the running application under load; not slower than the base",
    folder=Path(__file__).parent,
    checks=(LOAD, SUSTAINED, COMPARE),
    defects=DEFECTS,
    options=OPTIONS,
    limits=limits,
    profiles=(Profile.FULL, Profile.CI),
    timeout_s=1800.0,
    after=("tests", "lint"),
)
