"""`pawl doctor`: what this machine can provision, and what each missing part costs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from pawl.cli import options

if TYPE_CHECKING:
    from pawl.execute.checkup import Checkup, Part

_PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")


@click.command(epilog="Example: pawl doctor --format json")
@options.output_format
def command(*, format_: str) -> None:
    """Say what this machine can provision, what is missing, what that costs, and how to get it.

    With a pawl.toml here or above, that is about its interpreters and services; without, about the usual ones.
    """
    checkup, note = _checkup()
    parts = tuple(checkup.parts())
    if format_ == "json":
        document = {"schema": 1, "note": note, "parts": [_as_json(part) for part in parts]}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    if note:
        click.echo(f"note: {note}\n")
    for part in parts:
        click.echo(_as_text(part))


def _checkup() -> tuple[Checkup, str]:
    from pathlib import Path  # noqa: PLC0415

    from pawl import gates  # noqa: PLC0415
    from pawl.config import definition, layers  # noqa: PLC0415
    from pawl.errors import ConfigError  # noqa: PLC0415
    from pawl.execute.checkup import Checkup  # noqa: PLC0415
    from pawl.model.pipeline import ServiceSpec  # noqa: PLC0415

    environ = layers.environ()
    places = layers.places(environ)
    try:
        pipeline = definition.load(Path.cwd(), gates.ALL, environ=environ).pipeline
    except ConfigError as error:
        usual = tuple(
            ServiceSpec(name=kind, kind=kind, image=f"{kind}:{version}", version=version, variables=())
            for kind, version in (("postgres", "15"), ("redis", "7"))
        )
        return Checkup(environ=environ, places=places, gates=gates.ALL, pythons=_PYTHONS, services=usual), error.message
    return Checkup(
        environ=environ,
        places=places,
        gates=gates.ALL,
        pythons=pipeline.pythons,
        services=pipeline.services,
        offline=pipeline.offline,
    ), ""


def _as_text(part: Part) -> str:
    found = part.availability
    lines = [f"{'has  ' if found.present else 'lacks'}  {part.kind:<10}  {part.name:<12}  {found.detail}"]
    if not found.present:
        lines += [f"       {label}: {text}" for label, text in (("costs", part.cost), ("get it", found.hint)) if text]
    return "\n".join(lines)


def _as_json(part: Part) -> dict[str, str | bool]:
    found = part.availability
    missing = {"cost": part.cost, "hint": found.hint} if not found.present else {"cost": "", "hint": ""}
    return {"kind": part.kind, "name": part.name, "present": found.present, "detail": found.detail, **missing}
