"""`onward cache`: what is kept outside of work trees, and removing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from onward.cli import options

if TYPE_CHECKING:
    from pathlib import Path

    from onward.execute.cache.prune import Entry
    from onward.model.places import Places


@click.group(name="cache", epilog="Example: onward cache prune --older-than 14d --max-size 5GiB")
def command() -> None:
    """List, prune or clear runs, tools, environments and services. What a live run uses stays."""


@command.command(name="list", epilog="Example: onward cache list --format json")
@options.output_format
def list_(*, format_: str) -> None:
    """Show what is kept, how large it is and when it was last used."""
    from onward.execute.cache import prune  # noqa: PLC0415

    _show(prune.entries(*_kept()), "", format_)


@command.command(epilog="Example: onward cache prune --older-than 14d --max-size 5GiB")
@click.option("--older-than", default="30d", show_default=True, metavar="DURATION", help="Not used for so long.")
@click.option("--max-size", metavar="SIZE", help="Then the least recently used, until this holds the rest.")
@options.output_format
def prune(*, older_than: str, max_size: str | None, format_: str) -> None:
    """Remove what was not used for a while, and what does not fit; imported advisories stay."""
    from onward.config import units  # noqa: PLC0415
    from onward.execute.cache import prune  # noqa: PLC0415

    age = _number(units.seconds, older_than, "--older-than")
    most = int(_number(units.size, max_size, "--max-size")) if max_size else None
    _show(prune.prune(*_kept(), older_than_s=age, max_bytes=most), "removed ", format_)


@command.command(epilog="Example: onward cache clear --all")
@click.option("--all", "everything", is_flag=True, help="Also recorded runs and imported advisories: nothing is left.")
@options.output_format
def clear(*, everything: bool, format_: str) -> None:
    """Remove all that onward can make again."""
    from onward.execute.cache import prune  # noqa: PLC0415

    removed, held = prune.clear(*_kept(), everything=everything)
    _show(removed, "removed ", format_, held)


def _kept() -> tuple[Places, tuple[Path, ...]]:
    from onward.config import layers  # noqa: PLC0415
    from onward.execute.services.server_dirs import extra_places  # noqa: PLC0415

    return layers.places(layers.environ()), extra_places()


def _number(read: Callable[[str], float], text: str, option: str) -> float:
    try:
        return read(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from error


def _show(entries: tuple[Entry, ...], verb: str, format_: str, held: tuple[Entry, ...] = ()) -> None:
    from onward.cli import machine  # noqa: PLC0415

    text = machine.entries_as_text(entries, verb, held)
    click.echo(machine.entries_as_json(entries, held) if format_ == "json" else text)
