"""The gate `contract`: the published OpenAPI document is valid, matches the served one, and the running application conforms to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from onward.checks.applicability import has_application
from onward.gates.contract import read
from onward.gates.contract.defects import DEFECTS
from onward.gates.contract.options import OPTIONS, headers, hook_variables, specification
from onward.model.finding import Severity
from onward.model.gate import Applies, Check, CheckContext, Command, Gate, Keep, Matrix, Purpose, Where
from onward.model.guest import guest_command
from onward.model.need import APPLICATION
from onward.model.pipeline import Profile
from onward.model.toolbox import OPENAPI, SCHEMATHESIS

_PROFILES = (Profile.FULL, Profile.CI)
_FAILED = 1


def validate(context: CheckContext) -> tuple[Command, ...]:
    """Validate the published document."""
    argv = _guest(context, "openapi_validate", "--out", "{out}")
    return (Command(argv=argv, writes=(read.VALIDATION,)),)


def compare(context: CheckContext) -> tuple[Command, ...]:
    """Fetch what the application gives out, beside what is published."""
    place = "{application.url}" + context.settings.text("served")
    argv = _guest(context, "contract_documents", "--served", place, "--out", "{out}", *headers(context))
    return (Command(argv=argv, writes=(read.PUBLISHED, read.SERVED)),)


def obey(context: CheckContext) -> tuple[Command, ...]:
    """Prepare the case, let a control fail, then run the published document against the application."""
    # beside the published document, so that references to files next to it still lead there
    folder = specification(context).rpartition("/")[0]
    closed = "/".join(filter(None, ("{tree}", folder, ".onward-closed.json")))
    return (_case(context, closed), _control(), _run(context, closed))


def _guest(context: CheckContext, program: str, *words: str) -> tuple[str, ...]:
    return guest_command(
        f"contract/{program}", "--specification", specification(context), *words, python="{tool:openapi-spec-validator}"
    )


def _case(context: CheckContext, closed: str) -> Command:
    settings = context.settings
    words = ["--closed", closed, "--work", "{scratch}", "--out", "{out}", "--url", "{application.url}"]
    words += headers(context)
    words += ["--open"] if settings.flag("open-schemas") else []
    for name in ("login-path", "login-body", "login-token") if settings.text("login-path") else ():
        words += [f"--{name}", settings.text(name)]
    argv = _guest(context, "contract_case", *words)
    return Command(argv=argv, writes=(read.CASE,), purpose=Purpose.CONVERT)


def _control() -> Command:
    words = ("--checks", "status_code_conformance", "--phases", "coverage,fuzzing", "--max-examples", "1")
    argv = (*_schemathesis("{scratch}/control.json"), *words, "--report-json-path", "{out}/" + read.CONTROL)
    return Command(argv=argv, accepts=(_FAILED,), cwd="{scratch}", writes=(read.CONTROL,), purpose=Purpose.CONTROL)


def _run(context: CheckContext, closed: str) -> Command:
    settings, hooks = context.settings, context.settings.text("hooks")
    words = ["--max-examples", str(int(settings.number("examples") or 1)), "--continue-on-failure"]
    for name in ("phases", "checks", "exclude-checks"):
        words += [f"--{name}", ",".join(settings.texts(name))] if settings.texts(name) else []
    words += ["--report-junit-path", "{out}/" + read.JUNIT, "--report-json-path", "{out}/" + read.REPORT]
    words += ["--report-har-path", "{out}/" + read.TRAFFIC] if settings.flag("traffic") else []
    return Command(
        argv=(*_schemathesis(closed), *words),
        accepts=(0, _FAILED),
        env=(("SCHEMATHESIS_HOOKS", "{tree}/" + hooks), *hook_variables(context)) if hooks else (),
        writes=(read.JUNIT, read.REPORT),
    )


def _schemathesis(location: str) -> tuple[str, ...]:
    """Return the call that always generates the same requests, in the same order."""
    return (
        "{tool:schemathesis}", "--config-file", "{scratch}/settings.toml", "--no-color", "run", location,
        "--url", "{application.url}", "--workers", "1", "--seed", "1", "--generation-deterministic",
    )  # fmt: skip


def has_document(context: CheckContext) -> Applies:
    """Apply where a document is published, or where the definition says so."""
    if specification(context):
        return Applies(yes=True, why="")
    return Applies(yes=False, why="no published OpenAPI document found; set `specification` to its path")


def has_both(context: CheckContext) -> Applies:
    """Apply where a document is published and an application can be started."""
    document = has_document(context)
    return has_application(context) if document.yes else document


def is_served(context: CheckContext) -> Applies:
    """Apply where the application gives out its own document as well."""
    both = has_both(context)
    if both.yes and not context.settings.text("served"):
        return Applies(yes=False, why="the application does not serve its document (served is empty)")
    return both


PUBLISHED = Check(
    id="published",
    commands=compare,
    read=read.read_documents,
    needs=(OPENAPI, APPLICATION),
    applies=is_served,
    profiles=_PROFILES,
    matrix=Matrix.DEPLOYED,
    where=Where.OWN,
    keeps=(
        Keep(kind="contract", path=read.PUBLISHED, media_type="application/json"),
        Keep(kind="contract", path=read.SERVED, media_type="application/json"),
    ),
)

GATE = Gate(
    id="contract",
    title="Contract",
    blurb="the published OpenAPI document is valid, matches the served one, and the running application conforms to it",
    folder=Path(__file__).parent,
    checks=(
        Check(
            id="specification",
            commands=validate,
            read=read.read_validation,
            needs=(OPENAPI,),
            applies=has_document,
            profiles=_PROFILES,
            keeps=(Keep(kind="contract", path=read.VALIDATION, media_type="application/json"),),
        ),
        PUBLISHED,
        replace(
            PUBLISHED,
            id="schemathesis",
            commands=obey,
            read=read.read_run,
            needs=(OPENAPI, SCHEMATHESIS, APPLICATION),
            applies=has_both,
            keeps=(
                Keep(kind="contract", path=read.REPORT, media_type="application/json"),
                Keep(kind="contract", path=read.JUNIT, media_type="application/xml"),
                Keep(kind="traffic", path=read.TRAFFIC, media_type="application/json", optional=True),
            ),
        ),
    ),
    defects=DEFECTS,
    options=OPTIONS,
    profiles=_PROFILES,
    block=Severity.MEDIUM,
    timeout_s=900.0,
    after=("tests", "lint"),
)
