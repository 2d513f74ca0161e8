"""`onward doctor`: what this machine can provision, and what each missing part costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from onward.cli import options

if TYPE_CHECKING:
    from onward.execute.machine.doctor import Checkup

_PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
_YES = ("1", "true", "yes", "on")


@click.command(epilog="Example: onward doctor --format json")
@options.output_format
def command(*, format_: str) -> None:
    """Say what this machine can provision, what is missing, what that costs, and how to get it.

    With an onward.toml here or above, that is about its interpreters and services; without, about the usual ones.
    """
    from onward.cli import machine  # noqa: PLC0415

    checkup, note = _checkup()
    render = machine.parts_as_json if format_ == "json" else machine.parts_as_text
    click.echo(render(tuple(checkup.parts()), note))


def _checkup() -> tuple[Checkup, str]:
    from pathlib import Path  # noqa: PLC0415

    from onward import gates  # noqa: PLC0415
    from onward.config import definition, layers  # noqa: PLC0415
    from onward.errors import ConfigError  # noqa: PLC0415
    from onward.execute.machine.doctor import Checkup  # noqa: PLC0415
    from onward.model.pipeline import ServiceSpec  # noqa: PLC0415

    environ = layers.environ()
    places = layers.places(environ)
    try:
        pipeline = definition.load(Path.cwd(), gates.ALL, environ=environ).pipeline
    except ConfigError as error:
        usual = tuple(
            ServiceSpec(name=kind, kind=kind, image=f"{kind}:{version}", version=version, variables=())
            for kind, version in (("postgres", "15"), ("redis", "7"))
        )
        return Checkup(
            environ=environ,
            places=places,
            gates=gates.ALL,
            pythons=_PYTHONS,
            services=usual,
            offline=environ.get("ONWARD_OFFLINE", "").strip().lower() in _YES,
        ), error.message
    return Checkup(
        environ=environ,
        places=places,
        gates=gates.ALL,
        pythons=pipeline.pythons,
        services=pipeline.services,
        offline=pipeline.offline,
    ), ""
