"""Workflows: hardened, valid, and exact about everything that they bring in."""

from __future__ import annotations

from pathlib import Path

from onward.gates.workflows import pins
from onward.gates.workflows.defects import DEFECTS
from onward.gates.workflows.read import ACTIONLINT, PLANTED, ZIZMOR, is_workflow, read_actionlint, read_zizmor
from onward.model.gate import Applies, Check, CheckContext, Command, Gate, Keep, Purpose
from onward.model.guest import guest_command
from onward.model.pipeline import Kind, Option
from onward.model.toolbox import ACTIONLINT as ACTIONLINT_TOOL
from onward.model.toolbox import ZIZMOR as ZIZMOR_TOOL

CANARY = ".github/workflows/onward-canary.yml"
PERSONA = "persona"
# findings by their severity, from informational to high; 1 is a file that cannot be read, and then nothing was audited
_ZIZMOR_EXITS = (0, 11, 12, 13, 14)
_COPY = "{scratch}/copy"
_CONFIGURATION = ("zizmor.yml", "zizmor.yaml")


def workflows(context: CheckContext) -> tuple[str, ...]:
    """Return the project's workflows and composite actions."""
    return tuple(path for path in context.project.files if is_workflow(path))


def _beside(context: CheckContext) -> tuple[str, ...]:
    """Return what checkers read besides workflows: their configuration and what `uses: ./…` may lead to."""
    files = context.project.files
    return tuple(
        path for path in files if (path.startswith(".github/") and not is_workflow(path)) or path in _CONFIGURATION
    )


def _plant(*paths: str) -> Command:
    argv = guest_command("workflows/plant_workflow", "--tree", "{tree}", "--copy", _COPY)
    return Command(
        argv=(*argv, "--manifest", "{out}/" + PLANTED, "--", *paths), writes=(PLANTED,), purpose=Purpose.CONTROL
    )


def zizmor_argv(context: CheckContext) -> tuple[str, ...]:
    """Audit every workflow by its name, offline, so that one that cannot be read ends the audit."""
    persona = ("--persona", context.settings.text(PERSONA) or "regular")
    argv = ("{tool:zizmor}", "--offline", "--no-progress", "--strict-collection", "--format", "json-v1", *persona)
    return (*argv, *workflows(context), *_other_kinds(context), CANARY)


def _other_kinds(context: CheckContext) -> tuple[str, ...]:
    names = (".github/dependabot.yml", ".github/dependabot.yaml")
    return tuple(name for name in names if name in context.project.files)


def actionlint_argv(context: CheckContext) -> tuple[str, ...]:
    """Check every workflow by its name; linters of scripts that a machine may have or lack take no part."""
    only = tuple(path for path in workflows(context) if path.startswith(".github/workflows/"))
    argv = ("{tool:actionlint}", "-no-color", "-shellcheck=", "-pyflakes=", "-format", "{{json .}}")
    return (*argv, *only, CANARY)


def zizmor_commands(context: CheckContext) -> tuple[Command, ...]:
    """Copy, plant a faulty workflow, audit."""
    run = Command(argv=zizmor_argv(context), cwd=_COPY, accepts=_ZIZMOR_EXITS, stdout=ZIZMOR)
    return (_plant(*workflows(context), *_beside(context)), run)


def actionlint_commands(context: CheckContext) -> tuple[Command, ...]:
    """Copy, plant a faulty workflow, check."""
    run = Command(argv=actionlint_argv(context), cwd=_COPY, accepts=(0, 1), stdout=ACTIONLINT)
    return (_plant(*workflows(context), *_beside(context)), run)


def pins_commands(context: CheckContext) -> tuple[Command, ...]:
    """Collect the texts of workflows, Dockerfiles and the requirement files that they may install from."""
    files = context.project.files
    lists = (path for path in files if pins.is_dockerfile(path) or pins.is_requirements(path))
    return (_plant(*workflows(context), *lists),)


def _has_workflows(context: CheckContext) -> Applies:
    if any(path.startswith(".github/workflows/") for path in workflows(context)):
        return Applies(yes=True, why="the project has workflows")
    return Applies(yes=False, why="the project has no .github/workflows")


def _has_files(context: CheckContext) -> Applies:
    if workflows(context) or any(pins.is_dockerfile(path) for path in context.project.files):
        return Applies(yes=True, why="the project has workflows or Dockerfiles")
    return Applies(yes=False, why="the project has neither .github/workflows nor a Dockerfile")


_INPUTS = (".github/*", "action.yml", "action.yaml", "*/action.yml", "*/action.yaml", *_CONFIGURATION)

GATE = Gate(
    id="workflows",
    title="Workflows",
    blurb="GitHub workflows are hardened and valid, and their installs are pinned",
    folder=Path(__file__).parent,
    checks=(
        Check(
            id="zizmor",
            commands=zizmor_commands,
            read=read_zizmor,
            needs=(ZIZMOR_TOOL,),
            applies=_has_workflows,
            keeps=(Keep(kind="workflows-report", path=ZIZMOR, media_type="application/json"),),
            inputs=_INPUTS,
        ),
        Check(
            id="actionlint",
            commands=actionlint_commands,
            read=read_actionlint,
            applies=_has_workflows,
            needs=(ACTIONLINT_TOOL,),
            inputs=_INPUTS,
        ),
        Check(
            id="pins",
            commands=pins_commands,
            read=pins.read,
            applies=_has_files,
            inputs=(*_INPUTS, "*Dockerfile*", "*Containerfile*", "*requirements*", "*constraints*"),
        ),
    ),
    defects=DEFECTS,
    options=(
        Option(
            PERSONA,
            Kind.CHOICE,
            "regular",
            "strictness of zizmor: pedantic adds style findings, auditor findings that need a human decision",
            choices=("regular", "pedantic", "auditor"),
        ),
        Option(
            pins.DIGESTS,
            Kind.BOOLEAN,
            False,
            "require image digests; otherwise a version tag is enough",
        ),
    ),
    timeout_s=300.0,
)
