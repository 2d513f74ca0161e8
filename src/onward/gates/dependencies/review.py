"""What a change does to the locks: what it adds, upgrades and removes, and what is known about the additions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from onward.gates.dependencies import licences
from onward.gates.dependencies.shapes import Licences, Said
from onward.guest.shared_shapes import Asked, Locked, Locks
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding
from onward.model.gate import Outputs, ReadContext
from onward.readers import advisories
from onward.readers.decode import decode

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One package whose locked versions changed: versions that came and versions that went, and where it stands now."""

    ecosystem: str
    name: str
    came: tuple[str, ...]
    went: tuple[str, ...]

    @property
    def key(self) -> Key:
        """What makes it one package."""
        return self.ecosystem, self.name

    @property
    def summary(self) -> str:
        """The change in words."""
        if not self.came:
            return f"removes {self.name} {', '.join(self.went)}"
        versions = ", ".join(version or "any version" for version in self.came)
        if self.went:
            return f"changes {self.name} from {', '.join(self.went)} to {versions}"
        return f"adds {self.name} {versions}"


def changes(locks: Locks) -> tuple[Change, ...]:
    """Return what differs between the locks of the base and those of the head, package by package."""
    before, after = _versions(locks.base or {}), _versions(locks.head)
    found = []
    for ecosystem, name in sorted({*before, *after}):
        old, new = before.get((ecosystem, name), set()), after.get((ecosystem, name), set())
        if old != new:
            came, went = tuple(sorted(new - old)), tuple(sorted(old - new))
            found.append(Change(ecosystem=ecosystem, name=name, came=came, went=went))
    return tuple(found)


def _versions(files: Mapping[str, list[Locked] | None]) -> dict[Key, set[str]]:
    found: dict[Key, set[str]] = {}
    for entries in files.values():
        for entry in entries or ():
            found.setdefault((entry.ecosystem, entry.name), set()).add(entry.version)
    return found


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Return findings about additions alone; a change that touches no lock has nothing to check."""
    locks, asked = decode(outputs, licences.LOCKS, Locks), decode(outputs, advisories.ASKED, Asked)
    rules = licences.policy(context.check.settings)
    changed = changes(locks)
    described = (*licences.installed(decode(outputs, licences.LICENCES, Licences)), *licences.shipped(locks))
    packages = {(entry.ecosystem, entry.name): entry for entry in described}
    known = [answer for answer in asked.answers if (answer.ecosystem, answer.name) in {two.key for two in changed}]
    added = advisories.vulnerable(known, prefix="this change adds ")
    told = (f"{entry.summary}{_under(entry, packages, rules)}" for entry in changed)
    expected = sum(1 for entry in changed for version in entry.came if version)
    return Reading(
        looked_at=(LookedAt(what="added versions looked up", count=len(known), expected=expected),),
        findings=(*added, *_licensed(changed, packages, rules)),
        measures=advisories.ages(asked),
        problems=(*_problems(locks, rules), *advisories.problems(asked, context)),
        notes=(*told, *advisories.undetermined(asked)),
    )


def _licensed(changed: Sequence[Change], packages: Mapping[Key, Said], rules: licences.Policy) -> Iterator[Finding]:
    for entry in changed:
        package = packages.get(entry.key)
        # What a lock cannot say is said once for the whole lock, by the check of licences, and noted here.
        if entry.came and package and package.version in entry.came and not licences.is_untold(package, rules):
            yield from licences.judge(package, rules)


def _problems(locks: Locks, rules: licences.Policy) -> Iterator[Problem]:
    if locks.base is None:
        yield Problem(code="base-absent", text="the base is not in this clone, so the change is unknown; fetch it")
    sides = (("now", locks.head), ("at the base", locks.base or {}))
    for when, files in sides:
        for path in sorted(path for path, entries in files.items() if entries is None):
            yield Problem(code="lock-unreadable", text=f"{path} is not a readable lock file {when}")
    for entry in rules.misread:
        yield Problem(code="licence-decision", text=f'{licences.DECIDED}: "{entry}" is not NAME=SPDX-EXPRESSION')


def _under(one: Change, packages: Mapping[Key, Said], rules: licences.Policy) -> str:
    package = packages.get(one.key)
    if not one.came or package is None or package.version not in one.came:
        return ", which is not deployed" if one.came else ""
    return f" ({rules.licence(package) or 'unknown licence'})"
