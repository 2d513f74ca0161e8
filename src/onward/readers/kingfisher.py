"""What a report of kingfisher says about how much was searched."""

from __future__ import annotations

import msgspec


class _Summary(msgspec.Struct, frozen=True):
    scan_failed: int
    scan_partial: int
    pending: int


class _Stats(msgspec.Struct, frozen=True):
    blobs_scanned: int


class _Git(msgspec.Struct, frozen=True):
    fetched_commit_count: int | None = None


class _Target(msgspec.Struct, frozen=True):
    stats: _Stats
    git: _Git | None = None


class _Audit(msgspec.Struct, frozen=True):
    summary: _Summary
    repositories: tuple[_Target, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """One search."""

    audit: _Audit

    @property
    def is_partial(self) -> bool:
        """Whether it says itself that it did not search everything."""
        summary = self.audit.summary
        return bool(summary.scan_failed or summary.scan_partial or summary.pending)

    @property
    def blobs(self) -> int:
        """How many files, or versions of files, were searched."""
        return sum(repository.stats.blobs_scanned for repository in self.audit.repositories)

    @property
    def commits(self) -> int | None:
        """How many commits were searched, None where it took the first target for a plain folder."""
        first = next(iter(self.audit.repositories), None)
        return first.git.fetched_commit_count if first and first.git else None
