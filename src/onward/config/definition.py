"""From a folder to the validated definition: find, read, decode, build, lay environment and flags over it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from onward import __version__
from onward.config.build import build
from onward.config.layers import Flags, Loaded, overlay
from onward.config.reader import ConfigReader
from onward.config.requires import may_read
from onward.config.schema import FILE
from onward.config.source import decode, find, read, read_from
from onward.errors import ConfigError
from onward.model.facts import Tree
from onward.model.gate import Gate
from onward.model.pipeline import Pipeline

NO_FLAGS = Flags()


def load(start: Path, gates: tuple[Gate, ...], *, environ: Mapping[str, str], flags: Flags = NO_FLAGS) -> Loaded:
    """Return the definition that holds for `start`, the nearest one upwards.

    Nothing is executed. Raises ConfigError with every mistake of the file at once.
    """
    path = find(start)
    if path is None:
        raise ConfigError(f"no {FILE} found here or above", where=str(start), hint="create it with `onward init`")
    pipeline = parse(read(path), gates, where=str(path), name=path.parent.name)
    layered, profile, jobs = overlay(pipeline, environ, flags)
    return Loaded(pipeline=layered, root=path.parent, profile=profile, jobs=jobs)


def load_from(tree: Tree, gates: tuple[Gate, ...], *, where: str, name: str) -> Pipeline | None:
    """Return the definition in `tree` as it is written, None when there is none. ConfigError and `name` as in `parse`."""
    text = read_from(tree, where)
    return None if text is None else parse(text, gates, where=where, name=name)


def parse(text: str, gates: tuple[Gate, ...], *, where: str, name: str) -> Pipeline:
    """Return the pipeline that `text` describes; ConfigError with all its mistakes, which are said to stand in `where`.

    `name` is that of the project's folder, for a definition that does not say how the project is called.
    """
    raw, positions = decode(text, where)
    reader = ConfigReader(FILE, positions)
    if may_read(raw, reader, __version__):
        pipeline = build(raw, reader, gates, name or "project")
    if not reader.wrong:
        return pipeline
    mistakes = reader.mistakes()
    count = "one mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
    raise ConfigError(
        f"{FILE} has {count}",
        where=where,
        hint="correct the lines above; `onward config --reference` describes every key",
        mistakes=mistakes,
    )
