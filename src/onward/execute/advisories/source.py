"""Where a run takes its advisories from: the imported archives through the mirror, else the live service."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType

from onward.execute.advisories import databases, store
from onward.execute.advisories.mirror import Mirror
from onward.model.evidence import ServiceUse
from onward.model.need import Availability
from onward.model.places import Places

LIVE = "https://api.osv.dev"
_KNOWN = "/v1/vulns/PYSEC-2014-8"


def availability(ecosystem: str, places: Places, environ: Mapping[str, str], *, offline: bool) -> Availability:
    """Say whether advisories about an ecosystem can be had: imported, else live, which `offline` forbids to ask.

    Once anything is imported the live service is not asked any more, about nothing.
    """
    known = store.editions(places)
    if ecosystem in known:
        edition = known[ecosystem]
        return Availability(present=True, detail=f"{edition.records} records of {edition.data_date[:10]}, imported")
    hint = f"run `onward advisories import FILE` with OSV's archive for {ecosystem}"
    if known:
        there = f"advisories are imported for {', '.join(known)}, none for {ecosystem}"
        return Availability(present=False, detail=there, hint=hint)
    if offline:
        return Availability(present=False, detail=f"offline, and no advisories for {ecosystem} imported", hint=hint)
    from onward.execute import http  # noqa: PLC0415  # slow to import, and needed only where nothing is imported

    if http.answers(LIVE + _KNOWN, environ):
        return Availability(present=True, detail="the live OSV service")
    return Availability(present=False, detail="cannot reach the OSV service, and no advisories are imported", hint=hint)


class AdvisorySource(AbstractContextManager["AdvisorySource"]):
    """The advisories of one run; the mirror starts with the first step that asks."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._guard = threading.Lock()
        self._mirror: Mirror | None = None

    def lease(self) -> tuple[str, ServiceUse]:
        """Return the address of the OSV API and what stands behind it; AdvisoryError when imported data is damaged."""
        known = store.editions(self._places)
        if not known:
            return LIVE, ServiceUse(name="advisories", asked="OSV", ran="OSV, live", provider="live")
        with self._guard:
            if self._mirror is None:
                self._mirror = Mirror({name: store.Library(self._places, name) for name in known}, known)
        ran = "; ".join(
            f"OSV archive for {name} of {entry.data_date[:10]}, {entry.records} records, sha256 {entry.sha256[:12]}"
            for name, entry in known.items()
        )
        return self._mirror.url, ServiceUse(name="advisories", asked="OSV", ran=ran, provider="imported")

    def database(self, name: str) -> databases.Database:
        """Return a scanner's own database ("trivy" or "osv"); AdvisoryError when it is damaged."""
        return databases.database(name, self._places)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop the mirror."""
        if self._mirror is not None:
            self._mirror.close()
