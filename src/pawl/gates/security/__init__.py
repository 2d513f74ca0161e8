"""Security: bandit over the source, medium severity and up blocks."""

from __future__ import annotations

from pathlib import Path

from pawl.gates.security.defects import DEFECTS
from pawl.gates.security.read import read
from pawl.model.finding import Severity
from pawl.model.gate import Check, CheckContext, Command, EnvironmentUse, Gate, Keep, Matrix
from pawl.model.toolbox import BANDIT

_YAML = ("bandit.yaml", "bandit.yml", ".bandit.yaml", ".bandit.yml")
# the first Python whose standard library reads TOML, and the first bandit that knows
_TOML_PYTHON, _TOML_BANDIT = (3, 11), (1, 7, 5)


def configuration(context: CheckContext) -> tuple[str, ...]:
    """Return the options that hand bandit the project's own configuration, which it does not look for by itself."""
    files = set(context.project.files)
    ini = ("--ini", ".bandit") if ".bandit" in files else ()
    yaml = next((name for name in _YAML if name in files), None)
    if yaml is not None:
        return ("-c", yaml, *ini)
    return ("-c", "pyproject.toml", *ini) if "pyproject.toml" in files and _reads_toml(context) else ini


def _reads_toml(context: CheckContext) -> bool:
    pin = dict(context.project.declared).get("bandit")
    python = _numbers(context.python or "")
    return python >= _TOML_PYTHON and (pin is None or _numbers(pin) >= _TOML_BANDIT)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def bandit_argv(context: CheckContext) -> tuple[str, ...]:
    """Look at the source, recursively; what is blocked is decided later, so nothing is filtered by severity here."""
    source = context.pipeline.source or (".",)
    return ("{tool:bandit}", "--recursive", *source, "--format", "json", "--quiet", *configuration(context))


def commands(context: CheckContext) -> tuple[Command, ...]:
    """Run bandit; its report goes to a file, its complaints to the log."""
    argv = (*bandit_argv(context), "--output", "{out}/bandit.json")
    return (Command(argv=argv, accepts=(0, 1), writes=("bandit.json",)),)


GATE = Gate(
    id="security",
    title="Security",
    blurb="bandit finds nothing of medium severity or worse in the source",
    room=Path(__file__).parent,
    checks=(
        Check(
            id="bandit",
            commands=commands,
            read=read,
            tools=(BANDIT,),
            matrix=Matrix.HIGHEST,
            environment=EnvironmentUse(),
            keeps=(Keep(kind="security-report", path="bandit.json", media_type="application/json"),),
            inputs=("*.py", "*.toml", "*.cfg", ".bandit", *_YAML),
        ),
    ),
    defects=DEFECTS,
    ratchets=("security.nosec",),
    block=Severity.MEDIUM,
    timeout_s=1200.0,
)
