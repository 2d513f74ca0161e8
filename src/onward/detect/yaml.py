"""YAML as nodes that know their line and keep scalars as written: 3.10 stays "3.10", `on` stays "on"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from onward.model.facts import Tree

_LONGEST = 300_000
_DEEPEST_MERGE = 20


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a YAML text, read on demand, so that aliases cost nothing until they are followed."""

    raw: Any

    @property
    def line(self) -> int:
        """Return the 1-based line, 0 for what is not there."""
        return self.raw.start_mark.line + 1 if self.raw is not None else 0

    @property
    def text(self) -> str:
        """Return a scalar as it is written, empty for anything else."""
        return str(self.raw.value) if self._is("scalar") else ""

    def pairs(self, depth: int = 0) -> Iterator[tuple[str, Node]]:
        """Walk over a mapping's pairs, those of merged mappings included."""
        if not self._is("mapping") or depth > _DEEPEST_MERGE:
            return
        for key, value in self.raw.value:
            if Node(key).text == "<<":
                yield from Node(value).pairs(depth + 1)
            else:
                yield Node(key).text, Node(value)

    def children(self) -> tuple[Node, ...]:
        """Return a mapping's values."""
        return tuple(value for _, value in self.pairs())

    def elements(self) -> tuple[Node, ...]:
        """Return a sequence's elements; a scalar counts as a sequence of one."""
        if self._is("sequence"):
            return tuple(Node(element) for element in self.raw.value)
        return (self,) if self._is("scalar") else ()

    def at(self, *keys: str) -> Node:
        """Return the node at `keys`, an empty one when it is not there."""
        node = self
        for key in keys:
            node = next((value for name, value in node.pairs() if name == key), NOTHING)
        return node

    def _is(self, kind: str) -> bool:
        return getattr(self.raw, "id", "") == kind


NOTHING = Node(None)


def parse(tree: Tree, path: str) -> Node:
    """Return the root of a YAML file, an empty node when it is absent, broken or too long for people."""
    return _root(tree.text(path) or "")


@lru_cache(maxsize=64)
def _root(text: str) -> Node:
    """Parse once what several detectors ask for."""
    from ruamel.yaml import YAML  # noqa: PLC0415  # slow to import, and many projects have no YAML
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415  # as above

    try:
        return Node(YAML(typ="safe", pure=True).compose(text)) if len(text) <= _LONGEST else NOTHING
    except (YAMLError, ValueError, RecursionError):
        return NOTHING
