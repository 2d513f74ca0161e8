"""Licences of what is deployed: every package's is known, and none of them is denied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from onward.gates.dependencies import spdx
from onward.gates.dependencies.shapes import Licences, Said
from onward.guest.shared_shapes import Locks
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.model.pipeline import GateSettings
from onward.readers.decode import decode

DENIED, DECIDED = "licences-denied", "licences-decided"
SAID, LOCKS = "licences.json", "locks.json"
_CONTROL = "GPL-3.0-or-later"
# How many packages of a lock without licences are named.
_NAMED = 5


@dataclass(frozen=True)
class Shipped(Said):
    """A package that a JavaScript lock names; `licence` is None where locks of the kind hold none."""

    licence: str | None
    dev: bool
    lock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is denied, and what people have decided about packages that do not say it themselves."""

    denied: tuple[str, ...]
    decided: Mapping[str, str]
    misread: tuple[str, ...]

    def licence(self, package: Said) -> str | None:
        """Return the package's licence: as decided, else as it says, None when nobody knows."""
        read = self.decided.get(package.name) or spdx.stated(package)
        return None if read is None or spdx.is_unclear(read) else read


def policy(settings: GateSettings) -> Policy:
    """Return the policy of these settings; entries that are not NAME=EXPRESSION are kept as misread."""
    pairs = [(entry, *entry.partition("=")[::2]) for entry in settings.texts(DECIDED)]
    read = [(entry, name.strip().lower(), spdx.expression(text)) for entry, name, text in pairs]
    return Policy(
        denied=settings.texts(DENIED),
        decided={name: licence for _, name, licence in read if name and licence},
        misread=tuple(entry for entry, name, licence in read if not (name and licence)),
    )


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Judge every distribution of the deployed environment and every package of JavaScript locks that is shipped."""
    rules = policy(context.check.settings)
    said, locks = decode(outputs, SAID, Licences), decode(outputs, LOCKS, Locks)
    deployed = (*installed(said), *shipped(locks))
    judged = [one for one in deployed if not is_untold(one, rules)]
    untold = [one for one in deployed if isinstance(one, Shipped) and is_untold(one, rules)]
    return Reading(
        looked_at=(LookedAt(what="licences read", count=len(judged), expected=len(judged)),),
        findings=(*(finding for one in judged for finding in judge(one, rules)), *_untold(untold)),
        problems=(*_problems(rules, said.control, judged), *_unreadable(locks)),
        notes=tuple(_notes(deployed, rules)),
    )


def installed(said: Licences) -> tuple[Said, ...]:
    """Return what distributions say, the project's own left out."""
    return tuple(one for one in said.packages if not one.local)


def shipped(locks: Locks) -> tuple[Shipped, ...]:
    """Return the packages of JavaScript locks that are shipped, as packages that say their licence; each once."""
    found: dict[tuple[str, str], Shipped] = {}
    for lock, entries in locks.head.items():
        for one in entries or ():
            if one.ecosystem == "npm":
                before = found.get((one.name, one.version), one)
                licence = before.licence if one.licence is None else one.licence
                found[one.name, one.version] = Shipped(
                    ecosystem="npm", name=one.name, version=one.version, expression=licence or "", field="",
                    classifiers=(), local=False, licence=licence, dev=one.dev and before.dev, lock=lock,
                )  # fmt: skip
    return tuple(one for one in found.values() if not one.dev)


def is_untold(package: Said, rules: Policy) -> bool:
    """Return whether the package's lock is of a kind that holds no licences, and nobody has decided about it."""
    return isinstance(package, Shipped) and package.licence is None and package.name not in rules.decided


def judge(package: Said, rules: Policy) -> Iterator[Finding]:
    """Yield a finding when the package's licence is denied or when nobody knows it."""
    name, licence = package.name, rules.licence(package)
    if licence is None:
        yield _finding(
            "unknown-licence",
            f"{name} {package.version} does not say which licence it has: {_words(package)}",
            Severity.UNKNOWN,
            subject=name,
            fix=f'read its licence and write the decision down: {DECIDED} = ["{name}=SPDX-EXPRESSION"]',
        )
        return
    denied = spdx.denied_in(licence, rules.denied)
    if denied:
        yield _finding(
            "denied-licence",
            f"{name} {package.version} is under {licence}",
            Severity.HIGH,
            subject=f"{name} {', '.join(denied)}",
            fix=f"replace {name}, or have somebody who may decide it accept the licence in a waiver",
        )


def _untold(packages: Iterable[Shipped]) -> Iterator[Finding]:
    """Yield one finding for each lock without licences: hundreds that all say the same would help nobody."""
    locks: dict[str, list[str]] = {}
    for one in packages:
        locks.setdefault(one.lock, []).append(one.name)
    for lock, names in sorted(locks.items()):
        first = ", ".join((*sorted(set(names))[:_NAMED], *(("…",) if len(set(names)) > _NAMED else ())))
        finding = _finding(
            "unknown-licence",
            f"{lock} holds no licences, so nobody knows those of what it ships (packages: {len(names)}; {first})",
            Severity.UNKNOWN,
            subject=lock,
            fix=f'decide about each ({DECIDED} = ["NAME=SPDX-EXPRESSION"]), or waive it while something else looks',
        )
        yield replace(finding, place=Place(path=lock))


def _unreadable(locks: Locks) -> Iterator[Problem]:
    for path in sorted(path for path, entries in locks.head.items() if entries is None):
        yield Problem(code="lock-unreadable", text=f"{path} cannot be read as a lock")


def _words(package: Said) -> str:
    said = (package.expression, package.field[:60], *package.classifiers)
    words = "; ".join(" ".join(one.split()) for one in said if one)
    return f'it says "{words}"' if words else "it says nothing"


def _finding(rule: str, message: str, severity: Severity, *, subject: str, fix: str) -> Finding:
    return Finding(rule=rule, tool="onward", message=message, severity=severity, subject=subject, fix=fix)


def _problems(rules: Policy, control: Said, judged: Iterable[Said]) -> Iterator[Problem]:
    if spdx.stated(control) != _CONTROL:
        text = f"a made-up package under {_CONTROL} was not recognised, so nothing is known about the others"
        yield Problem(code="control-missed", text=text)
    for entry in rules.misread:
        yield Problem(code="licence-decision", text=f'{DECIDED}: "{entry}" is not NAME=SPDX-EXPRESSION')
    # what is judged must at least have a name to be judged by
    if any(not one.name for one in judged):
        yield Problem(code="nameless-package", text="a package without a name is listed")


def _notes(judged: Iterable[Said], rules: Policy) -> Iterator[str]:
    names = {one.name for one in judged}
    for name in sorted(set(rules.decided) - names):
        yield f"{DECIDED} speaks of {name}, which is not deployed"
    for one in judged:
        if one.name in rules.decided and (said := spdx.stated(one)) not in {None, rules.decided[one.name]}:
            yield f"{one.name} says {said}; {DECIDED} says {rules.decided[one.name]}"
