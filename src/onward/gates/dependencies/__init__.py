"""Dependencies: what is deployed holds no known vulnerability, no denied licence, and is written down."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from onward.gates.dependencies import licences, review, safety, sbom
from onward.gates.dependencies.defects import DEFECTS
from onward.gates.dependencies.read import read
from onward.model.finding import Severity
from onward.model.gate import Applies, Check, CheckContext, Command, Gate, Keep, Matrix, Purpose
from onward.model.guest import OWN_MARK, guest_command
from onward.model.locks import BUN, NODE_LOCKS, PYTHON_LOCKS
from onward.model.need import Account, Advisories, BaseTree, EnvironmentUse
from onward.model.pipeline import Kind, Option, Profile
from onward.model.toolbox import CYCLONEDX, PIP_AUDIT, SAFETY
from onward.readers.advisories import ASKED, MAX_AGE_OPTION

CONTROL_PACKAGE = "jinja2==2.4"
_SAFETY_FOUND = 64


def audit(requirements: str, result: str, purpose: Purpose = Purpose.RUN) -> Command:
    """Return the pip-audit call over pinned `requirements`; it exits with 1 for findings and for failures alike."""
    argv = (
        "{tool:pip-audit}", "-r", requirements, "--no-deps", "--disable-pip", "--progress-spinner", "off",
        "--cache-dir", "{scratch}/cache", "-s", "osv", "--osv-url", "{advisories.url}/v1/query",
        "-f", "json", "-o", "{out}/" + result,
    )  # fmt: skip
    return Command(argv=argv, accepts=(0, 1), cwd="{scratch}", writes=(result,), purpose=purpose)


def commands(_: CheckContext) -> tuple[Command, ...]:
    """List what is deployed, show that the source of advisories knows something, audit, and ask for severities."""
    control = ("{onward}", "-c", f"open('control.txt', 'w').write('{CONTROL_PACKAGE}\\n')")
    asking = guest_command("dependencies/ask_advisories", "{advisories.url}", "{out}")
    return (
        _INSTALLED,
        Command(argv=control, cwd="{scratch}", purpose=Purpose.CONTROL),
        audit("control.txt", "control.json", Purpose.CONTROL),
        audit("{out}/requirements.txt", "audit.json"),
        Command(argv=asking, cwd="{scratch}", writes=("advisories.json",), purpose=Purpose.CONVERT),
    )


JAVASCRIPT_LOCKS = tuple(lock for lock, manager in NODE_LOCKS.items() if manager != BUN)
LISTS = (".txt", ".in")
LOCKS = (*JAVASCRIPT_LOCKS, *PYTHON_LOCKS)


def javascript_locks(context: CheckContext) -> tuple[str, ...]:
    """Return the project's JavaScript locks."""
    return tuple(path for path in _own(context) if PurePosixPath(path).name in JAVASCRIPT_LOCKS)


def _own(context: CheckContext) -> tuple[str, ...]:
    """Return the files of this project alone: a folder with a definition of its own is another one, tests are not shipped."""
    others = tuple(path.removesuffix("onward.toml") for path in context.project.files if path.endswith("/onward.toml"))
    return tuple(path for path in context.project.files if not path.startswith((*others, "tests/")))


def reviewed_locks(context: CheckContext) -> tuple[str, ...]:
    """Return every file whose change changes what is installed: those that the pipeline names, and every lock."""
    declared = (*context.pipeline.requirements, *context.pipeline.deployed_requirements)
    lists = (path for path in declared if path.endswith(LISTS))
    found = (path for path in _own(context) if PurePosixPath(path).name in LOCKS)
    return tuple(dict.fromkeys((*lists, *found)))


def _listing(program: str, writes: str) -> Command:
    """Return the call of a program that lists what is installed, the project's own packages apart."""
    argv = guest_command(f"dependencies/{program}", "{out}", OWN_MARK, python="{python}")
    return Command(argv=argv, writes=(writes,))


_INSTALLED, _LICENCES = _listing("list_installed", sbom.INSTALLED), _listing("list_licences", licences.LICENCES)


def _locks(*paths: str, since: tuple[str, ...] = ()) -> Command:
    argv = guest_command("list_locks", "--tree", "{tree}", "--out", "{out}/" + licences.LOCKS)
    return Command(argv=(*argv, *since, "--", *paths), writes=(licences.LOCKS,))


def licences_commands(context: CheckContext) -> tuple[Command, ...]:
    """List what distributions say of their licences, and what JavaScript locks say."""
    return (_LICENCES, _locks(*javascript_locks(context)))


def sbom_commands(context: CheckContext) -> tuple[Command, ...]:
    """List what is installed, have CycloneDX describe it, add what JavaScript locks name, and validate the whole."""
    argv = ("{tool:cyclonedx}", "-m", "cyclonedx_py", "environment", "--of", "JSON", "-o", "{out}/python.cdx.json")
    writing = guest_command("dependencies/write_sbom", "{out}", python="{tool:cyclonedx}")
    return (
        _INSTALLED,
        _locks(*javascript_locks(context)),
        Command(argv=(*argv, "{python}"), cwd="{scratch}"),
        Command(argv=writing, cwd="{scratch}", writes=(sbom.BILL, sbom.CHECKED), purpose=Purpose.CONVERT),
    )


def review_commands(context: CheckContext) -> tuple[Command, ...]:
    """Compare the locks with those of the base, and ask about what came."""
    asking = guest_command("ask_packages", "{advisories.url}", "{out}")
    return (
        _LICENCES,
        _locks(*reviewed_locks(context), since=("--base", "{base.tree}")),
        Command(argv=asking, cwd="{scratch}", writes=(ASKED,)),
    )


def safety_commands(_: CheckContext) -> tuple[Command, ...]:
    """List what is installed, have safety name an old jinja2, then have it look at the list."""
    control = ("{onward}", "-c", f"open('control.txt', 'w').write('{CONTROL_PACKAGE}\\n')")
    return (
        _INSTALLED,
        Command(argv=control, cwd="{scratch}", purpose=Purpose.CONTROL),
        _safety("control.txt", safety.CONTROL, Purpose.CONTROL),
        _safety("{out}/requirements.txt", safety.REPORT),
    )


def _safety(requirements: str, result: str, purpose: Purpose = Purpose.RUN) -> Command:
    # `scan` looks for declarations in a folder by itself; `check` takes the list of what is installed
    words = ("--disable-optional-telemetry", "check", "-r", requirements, "--save-json", "{out}/" + result)
    argv = ("{tool:safety}", *words, "--output", "screen")
    return Command(argv=argv, accepts=(0, _SAFETY_FOUND), cwd="{scratch}", writes=(result,), purpose=purpose)


def _has_base(context: CheckContext) -> Applies:
    revision = context.project.revision
    if revision.base is None:
        return Applies(yes=False, why=f"nothing to compare with: {revision.base_from or 'no base found'}")
    return Applies(yes=True, why=f"compared with {revision.base[:12]}")


_DEPLOYED = EnvironmentUse(deployed=True)

GATE = Gate(
    id="dependencies",
    title="Dependencies",
    blurb="no deployed dependency has a known vulnerability",
    folder=Path(__file__).parent,
    checks=(
        Check(
            id="pip-audit",
            commands=commands,
            read=read,
            matrix=Matrix.DEPLOYED,
            needs=(PIP_AUDIT, _DEPLOYED, Advisories("PyPI")),
            proves="vulnerabilities",
            keeps=(
                Keep(kind="dependencies-report", path="audit.json", media_type="application/json"),
                Keep(kind="dependencies-list", path="requirements.txt", media_type="text/plain"),
            ),
        ),
        Check(
            id="licences",
            commands=licences_commands,
            read=licences.read,
            matrix=Matrix.DEPLOYED,
            needs=(_DEPLOYED,),
            keeps=(Keep(kind="licences-report", path=licences.LICENCES, media_type="application/json"),),
        ),
        Check(
            id="sbom",
            commands=sbom_commands,
            read=sbom.read,
            matrix=Matrix.DEPLOYED,
            needs=(CYCLONEDX, _DEPLOYED),
            keeps=(Keep(kind="sbom", path=sbom.BILL, media_type="application/vnd.cyclonedx+json"),),
        ),
        Check(
            id="review",
            commands=review_commands,
            read=review.read,
            applies=_has_base,
            matrix=Matrix.DEPLOYED,
            needs=(BaseTree(suffixes=(*LISTS, *LOCKS, "package.json")), _DEPLOYED, Advisories("PyPI")),
            keeps=(Keep(kind="dependencies-review", path=ASKED, media_type="application/json"),),
        ),
        Check(
            id="safety",
            commands=safety_commands,
            read=safety.read,
            matrix=Matrix.DEPLOYED,
            needs=(SAFETY, _DEPLOYED, Account("SAFETY_API_KEY")),
            keeps=(Keep(kind="safety-report", path=safety.REPORT, media_type="application/json"),),
            optional=True,
        ),
    ),
    defects=DEFECTS,
    options=(
        MAX_AGE_OPTION,
        Option(
            licences.DENIED,
            Kind.STRINGS,
            ("GPL-3.0", "AGPL-3.0"),
            "denied SPDX licences of deployed packages; without -only or -or-later, every form of the licence",
        ),
        Option(
            licences.DECIDED,
            Kind.STRINGS,
            (),
            'licences of packages that do not state theirs clearly, as "NAME=SPDX-EXPRESSION"',
        ),
    ),
    profiles=(Profile.FULL, Profile.CI),
    block=Severity.LOW,
)
