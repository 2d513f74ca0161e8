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
    """List, prune or clear runs, tools, environments and services. Entries that a live run uses are kept."""


@command.command(name="list", epilog="Example: onward cache list --format json")
@options.output_format
def list_(*, format_: str) -> None:
    """Show each entry, its size and when it was last used."""
    from onward.execute.cache import prune  # noqa: PLC0415

    _show(prune.entries(*_cache_dirs()), "", format_)


@command.command(epilog="Example: onward cache prune --older-than 14d --max-size 5GiB")
@click.option(
    "--older-than", default="30d", show_default=True, metavar="DURATION", help="Remove entries not used for DURATION."
)
@click.option("--max-size", metavar="SIZE", help="Then remove least recently used entries until the cache fits SIZE.")
@options.output_format
def prune(*, older_than: str, max_size: str | None, format_: str) -> None:
    """Remove entries that were not used recently or do not fit; imported advisories are kept."""
    from onward.config import units  # noqa: PLC0415
    from onward.execute.cache import prune  # noqa: PLC0415

    age = _number(units.seconds, older_than, "--older-than")
    most = int(_number(units.size, max_size, "--max-size")) if max_size else None
    _show(prune.prune(*_cache_dirs(), older_than_s=age, max_bytes=most), "removed ", format_)


@command.command(epilog="Example: onward cache clear --all")
@click.option("--all", "everything", is_flag=True, help="Also remove recorded runs and imported advisories.")
@options.output_format
def clear(*, everything: bool, format_: str) -> None:
    """Remove everything that onward can create again."""
    from onward.execute.cache import prune  # noqa: PLC0415

    removed, held = prune.clear(*_cache_dirs(), everything=everything)
    _show(removed, "removed ", format_, held)


def _cache_dirs() -> tuple[Places, tuple[Path, ...]]:
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
