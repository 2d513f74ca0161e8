"""Which waiver, if any, covers a finding, and which waivers have run out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from onward.model.finding import Finding, Place, Severity, fingerprint
from onward.model.pipeline import Waiver


def is_expired(waiver: Waiver, today: date) -> bool:
    """Return whether the last day of `waiver` lies before `today`."""
    return waiver.expires < today


def covers(waiver: Waiver, gate: str, finding: Finding) -> bool:
    """Return whether `waiver` speaks of this finding; every criterion that it names must match.

    A waiver that names no criterion besides its gate covers nothing: an exception has to be named.
    """
    if waiver.gate != gate:
        return False
    criteria = (
        (waiver.rule, waiver.rule == finding.rule),
        (waiver.fingerprint, waiver.fingerprint == finding.fingerprint),
        (waiver.path, fnmatchcase(finding.place.path or "", waiver.path)),
        (waiver.subject, waiver.subject == finding.subject),
        (waiver.test, waiver.test == finding.subject),
    )
    named = [matches for criterion, matches in criteria if criterion]
    return bool(named) and all(named)


def covering(waivers: Iterable[Waiver], gate: str, finding: Finding, *, today: date) -> Waiver | None:
    """Return the first waiver in force that covers the finding."""
    return next(
        (waiver for waiver in waivers if not is_expired(waiver, today) and covers(waiver, gate, finding)),
        None,
    )


def expired_findings(waivers: Iterable[Waiver], gate: str, today: date) -> tuple[Finding, ...]:
    """Return one finding for each waiver of `gate` that has run out: an exception ends, or is renewed in the open."""
    return tuple(_expired(waiver) for waiver in waivers if waiver.gate == gate and is_expired(waiver, today))


def _expired(waiver: Waiver) -> Finding:
    found = Finding(
        rule="expired-waiver",
        tool="onward",
        message=f"waiver {waiver.id} of {waiver.owner} expired on {waiver.expires.isoformat()}: {waiver.reason}",
        severity=Severity.HIGH,
        place=Place(path="onward.toml"),
        subject=f"waiver {waiver.id}",
        fix="fix the waived finding, or renew the waiver with a new date and reason",
    )
    return replace(found, fingerprint=fingerprint(waiver.gate, found))
