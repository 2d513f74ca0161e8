"""Whether a check concerns a project, by rules that hold for more than one gate."""

from __future__ import annotations

from collections.abc import Callable

from onward.model.gate import Applies, CheckContext

Chosen = Callable[[CheckContext], tuple[tuple[str, ...], str]]


def has_application(context: CheckContext) -> Applies:
    """Apply where the definition says how the application is started."""
    if context.pipeline.application is not None:
        return Applies(yes=True, why="")
    return Applies(yes=False, why="onward.toml has no [application] section")


def has_python(context: CheckContext, suffixes: tuple[str, ...] = (".py", ".pyi")) -> Applies:
    """Apply where the project has files in Python."""
    there = context.project.holds(*suffixes)
    return Applies(yes=there, why="" if there else "the project has no Python files")


def is_among(name: str, chosen: Chosen, *, done: str, context: CheckContext) -> Applies:
    """Apply where `chosen` names this tool for the project's Python; `done` says what the tools do ("linted")."""
    python = has_python(context)
    if not python.yes:
        return python
    names, why = chosen(context)
    if name in names:
        return Applies(yes=True, why=why)
    return Applies(yes=False, why=f"the project is {done} by {', '.join(names)}")
