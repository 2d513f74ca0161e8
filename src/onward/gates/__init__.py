"""The registry: every gate that onward knows, in the order in which they are shown."""

from __future__ import annotations

from onward.gates import (
    container,
    contract,
    coverage,
    custom,
    dependencies,
    docs,
    e2e,
    format,
    frontend,
    integration,
    lint,
    migrations,
    performance,
    secrets,
    security,
    tests,
    types,
    workflows,
)
from onward.model.gate import Gate
from onward.model.pipeline import Pipeline

ALL: tuple[Gate, ...] = (
    format.GATE,
    lint.GATE,
    types.GATE,
    security.GATE,
    secrets.GATE,
    dependencies.GATE,
    tests.GATE,
    integration.GATE,
    migrations.GATE,
    coverage.GATE,
    contract.GATE,
    frontend.GATE,
    e2e.GATE,
    performance.GATE,
    container.GATE,
    workflows.GATE,
    docs.GATE,
)


def with_custom(pipeline: Pipeline) -> tuple[Gate, ...]:
    """Return all gates of a pipeline: the built-in ones and the user's own."""
    return (*ALL, *(custom.gate(declared) for declared in pipeline.custom))
