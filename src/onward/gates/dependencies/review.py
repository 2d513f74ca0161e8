"""What a change does to the locks: what it adds, upgrades and removes, and what is known about the additions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onward.errors import ReadError
from onward.gates.dependencies import licences
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding
from onward.model.gate import Outputs, ReadContext
from onward.readers import advisories

Entry = Mapping[str, Any]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One package whose locked versions changed: versions that came and versions that went, and where it stands now."""

    ecosystem: str
    name: str
    came: tuple[str, ...]
    went: tuple[str, ...]

    @property
    def told(self) -> str:
        """The change in words."""
        if not self.came:
            return f"removes {self.name} {', '.join(self.went)}"
        versions = ", ".join(version or "in any version" for version in self.came)
        if self.went:
            return f"changes {self.name} from {', '.join(self.went)} to {versions}"
        return f"adds {self.name} {versions}"


def changes(locks: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return what differs between the locks of the base and those of the head, package by package."""
    before, after = _versions(locks["base"] or {}), _versions(locks["head"])
    found = []
    for ecosystem, name in sorted({*before, *after}):
        old, new = before.get((ecosystem, name), set()), after.get((ecosystem, name), set())
        if old != new:
            came, went = tuple(sorted(new - old)), tuple(sorted(old - new))
            found.append(Change(ecosystem=ecosystem, name=name, came=came, went=went))
    return tuple(found)


def _versions(files: Mapping[str, Sequence[Entry] | None]) -> dict[Key, set[str]]:
    found: dict[Key, set[str]] = {}
    for entries in files.values():
        for one in entries or ():
            found.setdefault((one["ecosystem"], one["name"]), set()).add(one["version"])
    return found


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Return findings about additions alone; a change that touches no lock has nothing to check."""
    locks, asked = outputs.json(licences.LOCKS), outputs.json(advisories.ASKED)
    rules = licences.policy(context.check.settings)
    try:
        changed = changes(locks)
        packages = {(one["ecosystem"], one["name"]): one for one in _described(outputs)}
        known = [one for one in asked["answers"] if (one["ecosystem"], one["name"]) in {_key(two) for two in changed}]
        added = advisories.vulnerable(known, prefix="this change adds ")
        findings = (*added, *_licensed(changed, packages, rules))
        problems = (*_problems(locks, rules), *advisories.problems(asked, context))
        told = (f"{one.told}{_under(one, packages, rules)}" for one in changed)
        notes = (*told, *advisories.undetermined(asked))
        measures = advisories.ages(asked)
    except (KeyError, TypeError, AttributeError) as error:
        raise ReadError(f"the review is not shaped as expected ({error!r})", where=advisories.ASKED) from error
    expected = sum(1 for one in changed for version in one.came if version)
    looked = LookedAt(what="added versions looked up", count=len(known), expected=expected)
    return Reading(looked_at=(looked,), findings=findings, measures=measures, problems=problems, notes=notes)


def _key(one: Change) -> Key:
    return one.ecosystem, one.name


def _described(outputs: Outputs) -> Iterator[licences.Package]:
    """Yield what is known about licences: of what is installed, and of what JavaScript locks say that is shipped."""
    yield from licences.python_packages(outputs)[0]
    yield from (one for one in licences.shipped(outputs) if not one["dev"])


def _licensed(
    changed: Sequence[Change], packages: Mapping[Key, licences.Package], rules: licences.Policy
) -> Iterator[Finding]:
    for one in changed:
        package = packages.get(_key(one))
        # What a lock cannot say is said once for the whole lock, by the check of licences, and noted here.
        if one.came and package and package["version"] in one.came and not licences.is_untold(package, rules):
            yield from licences.judge(package, rules)


def _problems(locks: Mapping[str, Any], rules: licences.Policy) -> Iterator[Problem]:
    if locks["base"] is None:
        yield Problem(code="base-absent", text="the base is not in this clone, so nobody knows what changed")
    sides = (("now", locks["head"]), ("at the base", locks["base"] or {}))
    for when, files in sides:
        for path in sorted(path for path, entries in files.items() if entries is None):
            yield Problem(code="lock-unreadable", text=f"{path} cannot be read as a lock {when}")
    for entry in rules.misread:
        yield Problem(code="licence-decision", text=f'{licences.DECIDED}: "{entry}" is not NAME=SPDX-EXPRESSION')


def _under(one: Change, packages: Mapping[Key, licences.Package], rules: licences.Policy) -> str:
    package = packages.get(_key(one))
    if not one.came or package is None or package["version"] not in one.came:
        return ", which is not deployed" if one.came else ""
    return f" ({rules.licence(package) or 'licence unknown'})"
