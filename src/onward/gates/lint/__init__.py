"""Linting: flake8 or ruff, as the project configures them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from onward.checks import canary_copy
from onward.checks.applicability import is_among
from onward.gates.lint.defects import DEFECTS
from onward.gates.lint.read import FORMAT, read_flake8, read_ruff
from onward.model.facts import LINTER
from onward.model.gate import Applies, Check, CheckContext, Command, Gate, Matrix
from onward.model.need import EnvironmentUse
from onward.model.pipeline import Kind, Option
from onward.model.toolbox import FLAKE8, RUFF

# What is wrong rather than a matter of taste: syntax, names, imports, comparisons that never do what they say.
DEFAULT_RULES = "E4,E7,E9,F,W6"

# An unused import, an undefined name, spaces at the end and a return outside of any function: something of it is an
# error under every usual selection of rules.
CANARY = "import os\nonward_canary=undefined_name \nreturn onward_canary\n"

_INPUTS = ("*.py", "*.pyi", "*.ipynb", "*.toml", "*.cfg", "*.ini", ".flake8", "*/.flake8")


def chosen(context: CheckContext) -> tuple[tuple[str, ...], str]:
    """Return the linters that concern this project, and why these."""
    asked = context.settings.texts("tools")
    if asked:
        return asked, "named in onward.toml"
    known = context.project.fact(LINTER)
    found = tuple(name for name in ("flake8", "ruff") if name in known or context.project.declares(name))
    if found:
        return found, "found in the project's configuration or requirements"
    return ("ruff",), "the project configures no linter; onward uses ruff with a short list of rules"


def _applies(name: str, context: CheckContext) -> Applies:
    return is_among(name, chosen, done="linted", context=context)


def flake8_argv(context: CheckContext) -> tuple[str, ...]:
    """Run flake8 over the copy, with a format that cannot be confused with what it reports."""
    jobs = () if context.narrowed is not None else ("--jobs", "{jobs}")
    return ("{tool:flake8}", f"--format={FORMAT}", "--output-file={out}/flake8.txt", *jobs, ".")


def ruff_argv(context: CheckContext) -> tuple[str, ...]:
    """Run ruff over the copy; where the project says nothing about ruff, with rules that are named here."""
    configured = "ruff" in context.project.fact(LINTER) or context.project.declares("ruff")
    select = () if configured else ("--select", DEFAULT_RULES)
    return ("{tool:ruff}", "check", "--output-format", "json", "--no-cache", "--no-fix", *select, ".")


def flake8_commands(context: CheckContext) -> tuple[Command, ...]:
    """Copy the code with a canary in every folder and lint the copy."""
    run = Command(argv=flake8_argv(context), cwd=canary_copy.COPY, accepts=(0, 1), writes=("flake8.txt",))
    return (canary_copy.plant(CANARY, *canary_copy.only_narrowed(context)), run)


def ruff_commands(context: CheckContext) -> tuple[Command, ...]:
    """Copy the code with a canary in every folder and lint the copy."""
    limits = (("RAYON_NUM_THREADS", "{jobs}"),)
    run = Command(argv=ruff_argv(context), cwd=canary_copy.COPY, accepts=(0, 1), stdout="ruff.json", env=limits)
    return (canary_copy.plant(CANARY, *canary_copy.only_narrowed(context)), run)


FLAKE8_CHECK = Check(
    id="flake8",
    commands=flake8_commands,
    read=read_flake8,
    # its plugins are packages of the project's environment
    needs=(FLAKE8, EnvironmentUse()),
    applies=partial(_applies, "flake8"),
    matrix=Matrix.HIGHEST,
    inputs=_INPUTS,
    cpus=0,
    narrows=True,
)
RUFF_CHECK = Check(
    id="ruff",
    commands=ruff_commands,
    read=read_ruff,
    needs=(RUFF,),
    applies=partial(_applies, "ruff"),
    matrix=Matrix.HIGHEST,
    inputs=_INPUTS,
    cpus=0,
    narrows=True,
)

GATE = Gate(
    id="lint",
    title="Lint",
    blurb="the project's linters report no new finding",
    folder=Path(__file__).parent,
    checks=(FLAKE8_CHECK, RUFF_CHECK),
    defects=DEFECTS,
    facts=(LINTER,),
    options=(
        Option(
            "tools",
            Kind.STRINGS,
            (),
            "linters to use; default: those that the project configures or requires",
            choices=("flake8", "ruff"),
        ),
    ),
    timeout_s=900.0,
)
