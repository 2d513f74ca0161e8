"""A user's own gate: a few lines of `onward.toml` become the same value as a built-in one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from onward.errors import ReadError
from onward.model.evidence import LookedAt, Reading
from onward.model.finding import Finding, Severity
from onward.model.gate import Check, CheckContext, Command, Gate, Matrix, Outputs, Read, ReadContext, Where
from onward.model.need import EnvironmentUse, Service
from onward.model.pipeline import CustomGate
from onward.readers import evidence, junit, sarif

_ANY_EXIT = tuple(range(126))
_STDOUT = "stdout.txt"


def gate(declared: CustomGate) -> Gate:
    """Return the gate for a declaration; its program runs in a workspace of its own, with the declared services."""
    needs_python = declared.environment
    check = Check(
        id="command",
        commands=_commands(declared),
        read=_reader(declared),
        where=Where.OWN,
        matrix=Matrix.DEPLOYED if needs_python else Matrix.NONE,
        needs=(*((EnvironmentUse(),) if needs_python else ()), *(Service(name) for name in declared.services)),
    )
    return Gate(
        id=declared.id,
        title=declared.title,
        blurb=f"custom gate: {' '.join(declared.command)}",
        folder=Path(__file__).parent / "custom_guide",
        checks=(check,),
    )


def _commands(declared: CustomGate) -> Callable[[CheckContext], tuple[Command, ...]]:
    def commands(_: CheckContext) -> tuple[Command, ...]:
        writes = (declared.output,) if declared.output else ()
        return (Command(argv=declared.command, accepts=_ANY_EXIT, stdout=_STDOUT, writes=writes),)

    return commands


def _reader(declared: CustomGate) -> Read:
    name = declared.output or _STDOUT
    match declared.format:
        case "sarif":
            return lambda outputs, context: sarif.read(outputs.data(name), context)
        case "junit":
            return lambda outputs, context: junit.read(outputs.data(name), context)
        case "evidence":
            return lambda outputs, context: evidence.read(outputs.data(name), context)
        case _:
            return _exit_reader(declared, name)


def _exit_reader(declared: CustomGate, name: str) -> Read:
    r"""Judge by the exit code alone; `count` ("files checked=(\d+) files") must show how much was looked at."""
    what, _, pattern = declared.count.partition("=")

    def read(outputs: Outputs, _: ReadContext) -> Reading:
        found = re.search(pattern, outputs.text(name))
        if found is None:
            raise ReadError(f"the output does not show how much was checked: nothing matches {pattern!r}", where=name)
        if not found.group(1).isdecimal():
            raise ReadError(f"{pattern!r} does not match a number: {found.group(1)!r}", where=name)
        looked = LookedAt(what=what, count=int(found.group(1)))
        code = outputs.exits[-1]
        failed = Finding(
            rule="exit-code",
            tool=declared.id,
            message=f"{declared.command[0]} exited with code {code}",
            severity=Severity.HIGH,
            subject=declared.id,
        )
        return Reading(looked_at=(looked,), findings=(failed,) if code else ())

    return read
