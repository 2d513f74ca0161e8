"""The exit codes of onward: a public contract, in one table."""

from __future__ import annotations

from enum import IntEnum

from onward.errors import OnwardError
from onward.model.verdict import RunResult, Verdict


class Exit(IntEnum):
    """What a process that ended with this code is telling."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    UNVERIFIED = 3
    BUG = 4
    INTERRUPTED = 130


MEANING = {
    Exit.PASSED: "every gate of the run passed, or is listed as not run with its reason",
    Exit.FAILED: "policy is violated: a new finding, a measure beyond its limit, an expired waiver",
    Exit.USAGE: "the command line or the configuration is wrong; nothing ran",
    Exit.UNVERIFIED: "nothing failed, but a gate is unverified, or no gate passed",
    Exit.BUG: "a bug in onward; report it with the printed text",
    Exit.INTERRUPTED: "interrupted before the end",
}

_UNVERIFIED_KINDS = frozenset({"record", "provision", "service", "unreadable", "advisories"})


def of_judgement(judgement: RunResult) -> Exit:
    """Return the exit code of a finished run."""
    match judgement.verdict:
        case Verdict.PASSED:
            return Exit.PASSED
        case Verdict.FAILED:
            return Exit.FAILED
        case Verdict.UNVERIFIED | Verdict.NOT_RUN:
            return Exit.UNVERIFIED


def of_error(error: OnwardError) -> Exit:
    """Return the exit code of an error: 3 where the world did not let onward look, else 2."""
    return Exit.UNVERIFIED if error.kind in _UNVERIFIED_KINDS else Exit.USAGE
