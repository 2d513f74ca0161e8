"""Types: mypy under the project's own configuration, seeing the project's environment."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from onward.checks import canary_copy
from onward.checks.applicability import has_python
from onward.gates.types.defects import DEFECTS
from onward.gates.types.read import read, targets
from onward.model.facts import MYPY_FILES
from onward.model.gate import Check, CheckContext, Command, Gate, Matrix
from onward.model.need import EnvironmentUse
from onward.model.pipeline import Kind, Option
from onward.model.toolbox import MYPY

CANARY = 'onward_canary: int = ""\n'
# the first release that writes JSON
_JSON_SINCE = (1, 11)
# what makes the text of older releases one line a message, with everything in its place
_ONE_LINE = (
    "--show-column-numbers",
    "--show-error-codes",
    "--no-pretty",
    "--hide-error-context",
    "--no-color-output",
)


def speaks_json(context: CheckContext) -> bool:
    """Return whether the mypy that will run can write JSON: the project's pin decides, else it is a recent one."""
    pin = dict(context.project.declared).get("mypy")
    numbers = tuple(int(part) for part in (pin or "").split(".")[:2] if part.isdigit())
    return len(numbers) < 2 or numbers >= _JSON_SINCE


def mypy_argv(context: CheckContext) -> tuple[str, ...]:
    """Check the copy against the packages of the project's environment."""
    output = ("-O", "json") if speaks_json(context) else _ONE_LINE
    return (
        "{tool:mypy}",
        "--python-executable",
        "{python}",
        *output,
        "--no-error-summary",
        "--cache-dir={scratch}/cache",
        "--linecount-report={out}/lines",
        *(("--strict",) if context.settings.flag("strict") else ()),
        *targets(context),
        *_canaries(context).values(),
    )


def _canaries(context: CheckContext) -> dict[str, str]:
    """Return a canary beside each file that mypy is told by name: it looks at nothing else in that folder."""
    named = [path for path in targets(context) if path in context.project.files]
    return {
        path: str(PurePosixPath(path).with_name(f"onward_canary_of_{PurePosixPath(path).stem}.py")) for path in named
    }


def commands(context: CheckContext) -> tuple[Command, ...]:
    """Copy the code with a canary in every folder and beside every named file, and check the copy."""
    beside = (word for path, canary in _canaries(context).items() for word in ("--beside", path, canary))
    return (
        canary_copy.plant(CANARY, *beside),
        Command(
            argv=mypy_argv(context),
            cwd=canary_copy.COPY,
            accepts=(0, 1, 2),
            stdout="mypy.txt",
            writes=("lines/linecount.txt",),
        ),
    )


GATE = Gate(
    id="types",
    title="Types",
    blurb="mypy reports no new error",
    folder=Path(__file__).parent,
    checks=(
        Check(
            id="mypy",
            commands=commands,
            read=read,
            applies=has_python,
            matrix=Matrix.HIGHEST,
            needs=(MYPY, EnvironmentUse()),
            cpus=1,
        ),
    ),
    defects=DEFECTS,
    facts=(MYPY_FILES,),
    options=(
        Option("strict", Kind.BOOLEAN, False, "run mypy with --strict, whatever its configuration says"),
        Option(
            "paths",
            Kind.PATHS,
            (),
            "paths to check; default: those of mypy's configuration, else `source` of [project]",
        ),
    ),
    ratchets=("types.annotated",),
    timeout_s=900.0,
)
