"""The front end: its own linter, formatter, types, tests and build, from the packages that its lock file names."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from onward.gates.frontend import commands, folder, names
from onward.gates.frontend.audit import read_advisories, read_audit
from onward.gates.frontend.checks import read_build, read_tests
from onward.gates.frontend.defects import DEFECTS
from onward.gates.frontend.names import BRANCHES, BUNDLE, BUNDLE_GZIP, LINES
from onward.gates.frontend.read import read_eslint, read_prettier, read_types
from onward.model.facts import FRONTEND, FRONTEND_MANAGERS, FRONTEND_PACKAGES, FRONTEND_SCRIPTS
from onward.model.gate import Applies, Check, CheckContext, Gate, Keep, Where
from onward.model.measure import Limit
from onward.model.need import NPM_AUDIT, Advisories
from onward.model.pipeline import GateSettings, Kind, Option, Profile
from onward.readers.advisories import ASKED, MAX_AGE_OPTION

_KIB = 1024
_NONE = "no front end found (no package.json with scripts or dependencies)"


def limits(settings: GateSettings) -> tuple[Limit, ...]:
    """Return the thresholds that the definition sets; the bundle's is held in KiB."""
    largest = settings.number("bundle")
    wanted = (
        (LINES, settings.number("lines")),
        (BRANCHES, settings.number("branches")),
        (BUNDLE, None if largest is None else largest / _KIB),
    )
    return tuple(Limit(measure=measure, value=value) for measure, value in wanted if value is not None)


def _with_packages(names: tuple[str, ...], what: str, context: CheckContext) -> Applies:
    if not folder.exists(context):
        return Applies(yes=False, why=_NONE)
    if folder.packages(context).isdisjoint(names):
        return Applies(yes=False, why=f"the front end does not require {what}")
    return Applies(yes=True, why=f"{folder.inside(folder.folder(context), 'package.json')} requires {what}")


def _types(context: CheckContext) -> Applies:
    there = _with_packages(("typescript",), "typescript", context)
    if there.yes and not any(path in context.project.files for path in commands.tsconfigs(context)):
        return Applies(yes=False, why="the front end has no tsconfig.json")
    return there


def _builds(context: CheckContext) -> Applies:
    if not folder.exists(context):
        return Applies(yes=False, why=_NONE)
    there = "build" in folder.scripts(context)
    return Applies(yes=there, why="" if there else "the front end has no script build")


def _audited(context: CheckContext) -> Applies:
    listed = _listed(context)
    if listed.yes and not folder.lock(context).endswith(folder.NPM_LOCKS):
        return Applies(yes=False, why=f"npm cannot audit {folder.lock(context)}")
    return listed


def _listed(context: CheckContext) -> Applies:
    if not context.settings.flag("audit"):
        return Applies(yes=False, why="disabled in onward.toml")
    there = folder.exists(context)
    return Applies(yes=there, why="" if there else _NONE)


_PROFILES = (Profile.FULL, Profile.CI)

ESLINT = Check(
    id="eslint",
    commands=commands.eslint,
    read=read_eslint,
    applies=partial(_with_packages, ("eslint",), "eslint"),
    profiles=_PROFILES,
    where=Where.OWN,
    needs=(folder.needed,),
)
PRETTIER = Check(
    id="prettier",
    commands=commands.prettier,
    read=read_prettier,
    applies=partial(_with_packages, ("prettier",), "prettier"),
    profiles=_PROFILES,
    where=Where.OWN,
    needs=(folder.needed,),
)
TYPES = Check(
    id="types",
    commands=commands.types,
    read=read_types,
    applies=_types,
    profiles=_PROFILES,
    where=Where.OWN,
    needs=(folder.needed,),
)
TESTS = Check(
    id="tests",
    commands=commands.tests,
    read=read_tests,
    applies=partial(_with_packages, ("vitest", "jest"), "vitest or jest"),
    profiles=_PROFILES,
    where=Where.OWN,
    needs=(folder.needed,),
    keeps=(
        Keep(kind="tests-json", path=names.TESTS, media_type="application/json"),
        Keep(kind="coverage-html", path="coverage", media_type="text/html", optional=True),
    ),
    cpus=0,
)
BUILD = Check(
    id="build",
    commands=commands.build,
    read=read_build,
    applies=_builds,
    profiles=_PROFILES,
    where=Where.OWN,
    needs=(folder.needed,),
)
AUDIT = Check(
    id="audit",
    commands=commands.audit,
    read=read_audit,
    applies=_audited,
    # The answer is the registry's of today, and some registries give none: nothing for every run on a laptop.
    profiles=(Profile.CI,),
    where=Where.OWN,
    needs=(folder.needed, NPM_AUDIT),
    keeps=(Keep(kind="audit-json", path=names.AUDIT, media_type="application/json"),),
)

ADVISORIES = Check(
    id="advisories",
    commands=commands.advisories,
    read=read_advisories,
    applies=_listed,
    profiles=(Profile.CI,),
    needs=(Advisories("npm"),),
    keeps=(Keep(kind="audit-json", path=ASKED, media_type="application/json"),),
    fallback_for="audit",
)

GATE = Gate(
    id="frontend",
    title="Front end",
    blurb="the front end passes its linter, formatter, type checker and tests, builds, and does not grow",
    folder=Path(__file__).parent,
    checks=(ESLINT, PRETTIER, TYPES, TESTS, BUILD, AUDIT, ADVISORIES),
    defects=DEFECTS,
    facts=(FRONTEND, FRONTEND_SCRIPTS, FRONTEND_PACKAGES, FRONTEND_MANAGERS),
    options=(
        Option(
            "folder",
            Kind.STRING,
            "",
            "Folder of the front end's package.json; default: the first one with a lock file.",
        ),
        Option(
            "tsconfig",
            Kind.STRINGS,
            (),
            "The compiler's configurations, relative to that folder; default: tsconfig.json, or the parts that it references.",
        ),
        Option(
            "output",
            Kind.STRING,
            "",
            "Output folder of the build, relative to that folder; default: the usual one of the bundler.",
        ),
        Option(
            "lines", Kind.NUMBER, None, "Minimum line coverage of the front end, in percent.", minimum=0, maximum=100
        ),
        Option(
            "branches",
            Kind.NUMBER,
            None,
            "Minimum branch coverage of the front end, in percent.",
            minimum=0,
            maximum=100,
        ),
        Option("bundle", Kind.SIZE, None, "Maximum total size of the build output."),
        Option(
            "audit",
            Kind.BOOLEAN,
            True,
            "Audit the locked packages for advisories, in profile ci: from the registry, else from OSV's data.",
        ),
        MAX_AGE_OPTION,
    ),
    limits=limits,
    ratchets=(LINES, BRANCHES, BUNDLE, BUNDLE_GZIP),
    profiles=_PROFILES,
    timeout_s=900.0,
)
