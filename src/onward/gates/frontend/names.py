"""The names that the commands and the readers of this gate share."""

from __future__ import annotations

LINES, BRANCHES = "frontend.lines", "frontend.branches"
BUNDLE, BUNDLE_GZIP = "frontend.bundle", "frontend.bundle-gzip"

PLANTED = "planted.json"
ESLINT, PRETTIER, TESTS, BUILT = "eslint.json", "prettier.txt", "tests.json", "built.json"
AUDIT, CONTROL = "audit.json", "control.json"
LOCKS = "locks.json"
COVERAGE = "coverage/coverage-summary.json"


def types_output(number: int) -> str:
    """Return the output of the compiler for the configuration with this number."""
    return f"types-{number}.txt"
