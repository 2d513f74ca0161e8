"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from onward.model.pipeline import Profile

_F = TypeVar("_F", bound=Callable[..., Any])


def selection(function: _F) -> _F:
    """Add what selects the steps of a run: gates, profile, base, changed, jobs, offline."""
    for decorate in reversed(
        (
            click.argument("gates", nargs=-1, metavar="[GATE]..."),
            click.option(
                "--profile",
                type=click.Choice([str(profile) for profile in Profile]),
                help="Selection of gates; default: full.",
            ),
            click.option(
                "--base", metavar="REF", help="Revision to compare with; default: from CI, else the merge base."
            ),
            click.option("--changed", is_flag=True, help="Run only checks that the change since the base can affect."),
            click.option("--jobs", "-j", type=click.IntRange(1, 1024), help="CPUs to use; default: all."),
            click.option("--offline", is_flag=True, help="Do not query data services such as advisory databases."),
        )
    ):
        function = decorate(function)
    return function


def output_format(function: _F) -> _F:
    """Add `--format text|json`."""
    return click.option(
        "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Format."
    )(function)
