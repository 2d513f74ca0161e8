"""Order for things that wait for each other; knows nothing of gates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from onward.errors import ConfigError


def ordered(names: Sequence[str], waits: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return `names` so that each comes after everything it waits for, else in the order given.

    `waits` maps a name to the names it waits for; names outside of `names` are ignored. A cycle is a ConfigError.

    >>> ordered(["report", "build", "test"], {"report": ["test"], "test": ["build"]})
    ('build', 'test', 'report')
    """
    position = {name: index for index, name in enumerate(names)}
    sorter = TopologicalSorter({name: [w for w in waits.get(name, ()) if w in position] for name in names})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " → ".join(str(name) for name in error.args[1])
        raise ConfigError(f"circular dependency: {circle}", hint="remove one of the `after` entries") from error
    result: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda name: position[name])
        result.extend(ready)
        sorter.done(*ready)
    return tuple(result)
