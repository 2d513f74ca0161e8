"""`onward doctor`: what this machine can provision, and what each missing part costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from onward.cli import options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onward.execute.machine.doctor import Checkup
    from onward.model.need import Need
    from onward.model.pipeline import Pipeline

_PYTHONS: tuple[str, ...] = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
_YES = ("1", "true", "yes", "on")


@click.command(epilog="Example: onward doctor --format json")
@options.output_format
def command(*, format_: str) -> None:
    """Show what this machine can provision, what is missing, what that affects, and how to get it.

    With an onward.toml here or above, onward checks the interpreters and services declared there, else common ones.
    """
    from onward.cli import machine  # noqa: PLC0415

    checkup, note = _checkup()
    render = machine.parts_as_json if format_ == "json" else machine.parts_as_text
    click.echo(render(tuple(checkup.parts()), note))


def _checkup() -> tuple[Checkup, str]:
    from onward import gates  # noqa: PLC0415
    from onward.cli import run_request  # noqa: PLC0415
    from onward.config import definition, layers  # noqa: PLC0415
    from onward.errors import ConfigError  # noqa: PLC0415
    from onward.execute.machine.doctor import Checkup  # noqa: PLC0415
    from onward.model.pipeline import ServiceSpec  # noqa: PLC0415
    from onward.plan.candidates import users  # noqa: PLC0415

    environ = layers.environ()
    try:
        pipeline = definition.load(run_request.here(), gates.ALL, environ=environ).pipeline
    except ConfigError as error:
        usual = tuple(
            ServiceSpec(name=kind, kind=kind, image=f"{kind}:{version}", version=version, variables=())
            for kind, version in (("postgres", "15"), ("redis", "7"))
        )
        offline = environ.get("ONWARD_OFFLINE", "").strip().lower() in _YES
        known, note = users(gates.ALL), error.message
        pythons, services = _PYTHONS, usual
    else:
        offline, pythons, services = pipeline.offline, pipeline.pythons, pipeline.services
        known, note = _known(pipeline)
    return Checkup(
        environ=environ,
        places=layers.places(environ),
        users=known,
        pythons=pythons,
        services=services,
        offline=offline,
    ), note


def _known(pipeline: Pipeline) -> tuple[Mapping[Need, tuple[str, ...]], str]:
    """Return which checks ask for each need, those of this project's files among them, and why those are not known."""
    from dataclasses import replace  # noqa: PLC0415

    from onward import flow, gates  # noqa: PLC0415
    from onward.cli import run_request  # noqa: PLC0415
    from onward.errors import OnwardError  # noqa: PLC0415
    from onward.model.pipeline import Profile  # noqa: PLC0415
    from onward.plan.candidates import candidates, users  # noqa: PLC0415

    try:
        found = flow.consider(run_request.request())
    except OnwardError as error:
        return users(gates.with_custom(pipeline)), f"what depends on the project's files is left out: {error.message}"
    every = replace(found.asked, profile=Profile.CI)
    return users(found.gates, candidates(found.gates, pipeline, found.project, request=every)), ""
