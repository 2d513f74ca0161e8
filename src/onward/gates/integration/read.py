"""What the integration gate concludes from pytest's report."""

from __future__ import annotations

from onward.checks import pytest_command
from onward.model.evidence import Reading
from onward.model.gate import Outputs, ReadContext
from onward.readers import tests


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Return the facts; none is legitimate only where nothing but a marker could have claimed a test."""
    expected = None if pytest_command.integration_tests(context.check).paths else 0
    return tests.reading(tests.read(outputs), expected=expected, config_findings=False)
