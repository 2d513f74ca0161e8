"""What the tests gate concludes from pytest's report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from onward.checks import pytest_command
from onward.model.evidence import Reading
from onward.model.finding import Finding, Severity
from onward.model.gate import CheckContext, Outputs, ReadContext
from onward.readers import tests


def named_paths(context: CheckContext) -> tuple[str, ...]:
    """Return the test paths that the definition names; without any, pytest follows its own configuration."""
    return pytest_command.test_paths(context)


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Return the facts in the report, and the configured test paths that are not there."""
    found = tests.reading(tests.read(outputs), expected=None, config_findings=True)
    return replace(found, findings=(*found.findings, *_missing_paths(context.check)))


def _missing_paths(context: CheckContext) -> Iterator[Finding]:
    for path in named_paths(context):
        if not context.project.has(path):
            yield Finding(
                rule="missing-test-path",
                tool="pytest",
                message=f"the test path {path} does not exist; set `tests` in [project]",
                severity=Severity.MEDIUM,
                subject=path,
            )
