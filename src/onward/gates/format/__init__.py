"""Formatting: the project's formatters must find nothing to change."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from onward.checks import canary_copy
from onward.checks.applicability import is_among
from onward.gates.format.defects import DEFECTS
from onward.gates.format.read import read
from onward.model.facts import FORMATTER, LINTER
from onward.model.gate import Applies, Check, CheckContext, Command, Gate, Matrix, Purpose
from onward.model.guest import guest_command
from onward.model.pipeline import Kind, Option
from onward.model.tool import Tool
from onward.model.toolbox import BLACK, ISORT, RUFF

# No formatter leaves either of these alone, and isort has no order in which the second one is sorted.
UNFORMATTED = "onward_canary = {  'a':1 }\n"
UNSORTED = "import os\nimport sys, abc\n"

_INPUTS = ("*.py", "*.pyi", "*.toml", "*.cfg", "*.ini", ".editorconfig", "*/.editorconfig")
_MANIFEST = "{scratch}/planted.json"
_TOOL = {"black": "black", "isort": "isort", "ruff-format": "ruff"}


def chosen(context: CheckContext) -> tuple[tuple[str, ...], str]:
    """Return the formatters that concern this project, and why these."""
    asked = context.settings.texts("tools")
    if asked:
        return asked, "named in onward.toml"
    known = _known(context)
    found = tuple(name for name, tool in _TOOL.items() if tool in known)
    if found:
        return found, "found in the project's configuration or requirements"
    if "ruff" in context.project.fact(LINTER):
        return ("ruff-format",), "the project configures no formatter; onward uses that of its linter"
    return ("black", "isort"), "the project configures no formatter; onward uses its defaults"


def _known(context: CheckContext) -> set[str]:
    """Return the tools that format the project. That it requires ruff does not say that ruff formats it."""
    declared = {name for name in ("black", "isort") if context.project.declares(name)}
    return declared.union(context.project.fact(FORMATTER))


def _applies(name: str, context: CheckContext) -> Applies:
    return is_among(name, chosen, done="formatted", context=context)


def black_argv(_: CheckContext) -> tuple[str, ...]:
    """Format everything below the working directory that black's own configuration includes."""
    return ("{tool:black}", "--quiet", ".")


def isort_argv(context: CheckContext) -> tuple[str, ...]:
    """Sort all imports; where nothing says how, in the way that black leaves alone."""
    profile = () if "isort" in _known(context) else ("--profile", "black")
    return ("{tool:isort}", "--quiet", *profile, ".")


def ruff_argv(_: CheckContext) -> tuple[str, ...]:
    """Format everything below the working directory that ruff's own configuration includes."""
    return ("{tool:ruff}", "format", "--no-cache", "--quiet", ".")


_ARGV = {"black": black_argv, "isort": isort_argv, "ruff-format": ruff_argv}
_CANARY = {"black": UNFORMATTED, "isort": UNSORTED, "ruff-format": UNFORMATTED}
# 123 is black's word for "some file could not be formatted", 2 ruff's
_ACCEPTS = {"black": (0, 123), "isort": (0,), "ruff-format": (0, 2)}


def commands(name: str, context: CheckContext) -> tuple[Command, ...]:
    """Copy the code with a canary in every folder, format the copy, compare it with the tree."""
    canary = _CANARY[name]
    words = ("--tree", "{tree}", "--manifest", _MANIFEST, f"--canary={canary}", "--out", "{out}/format.json")
    compare = guest_command("format/compare_format", *words)
    limits = (("BLACK_NUM_WORKERS", "{jobs}"), ("RAYON_NUM_THREADS", "{jobs}"), ("BLACK_CACHE_DIR", "{scratch}/cache"))
    return (
        canary_copy.plant(canary, *canary_copy.only_narrowed(context), manifest=_MANIFEST),
        Command(argv=_ARGV[name](context), cwd=canary_copy.COPY, accepts=_ACCEPTS[name], env=limits),
        Command(argv=compare, writes=("format.json",), purpose=Purpose.CONVERT),
    )


def _check(name: str, tool: Tool) -> Check:
    return Check(
        id=name,
        commands=partial(commands, name),
        read=partial(read, name),
        needs=(tool,),
        applies=partial(_applies, name),
        matrix=Matrix.HIGHEST,
        inputs=_INPUTS,
        cpus=0,
        narrows=True,
    )


GATE = Gate(
    id="format",
    title="Format",
    blurb="the project's formatters would change nothing",
    folder=Path(__file__).parent,
    checks=(_check("black", BLACK), _check("isort", ISORT), _check("ruff-format", RUFF)),
    defects=DEFECTS,
    facts=(FORMATTER, LINTER),
    options=(
        Option(
            "tools",
            Kind.STRINGS,
            (),
            "formatters to use; default: those that the project configures or requires",
            choices=("black", "isort", "ruff-format"),
        ),
    ),
    timeout_s=900.0,
)
