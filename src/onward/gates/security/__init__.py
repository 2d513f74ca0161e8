"""Security: bandit over the source, medium severity and up blocks."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from onward.checks.applicability import has_python
from onward.gates.security.defects import DEFECTS
from onward.gates.security.read import read
from onward.model.facts import BANDIT_CONFIG
from onward.model.finding import Severity
from onward.model.gate import Check, CheckContext, Command, Gate, Keep, Matrix
from onward.model.toolbox import BANDIT


def configuration(context: CheckContext) -> tuple[str, ...]:
    """Return the options that hand bandit the project's own configuration, which it does not look for by itself."""
    found = context.project.fact(BANDIT_CONFIG)
    if not found:
        return ()
    return ("--ini", found) if found == ".bandit" else ("-c", found)


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
    blurb="bandit reports nothing of medium severity or worse",
    folder=Path(__file__).parent,
    checks=(
        Check(
            id="bandit",
            commands=commands,
            read=read,
            needs=(BANDIT,),
            applies=partial(has_python, suffixes=(".py",)),
            matrix=Matrix.HIGHEST,
            keeps=(Keep(kind="security-report", path="bandit.json", media_type="application/json"),),
            inputs=("*.py", "*.toml", "*.yaml", "*.yml", ".bandit"),
        ),
    ),
    defects=DEFECTS,
    facts=(BANDIT_CONFIG,),
    ratchets=("security.nosec",),
    block=Severity.MEDIUM,
    timeout_s=1200.0,
)
