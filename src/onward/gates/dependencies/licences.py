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
LICENCES, LOCKS = "licences.json", "locks.json"
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
    said, locks = decode(outputs, LICENCES, Licences), decode(outputs, LOCKS, Locks)
    deployed = (*installed(said), *shipped(locks))
    judged = [entry for entry in deployed if not is_untold(entry, rules)]
    untold = [entry for entry in deployed if isinstance(entry, Shipped) and is_untold(entry, rules)]
    return Reading(
        looked_at=(LookedAt(what="licences read", count=len(judged), expected=len(judged)),),
        findings=(*(finding for entry in judged for finding in judge(entry, rules)), *_untold(untold)),
        problems=(*_problems(rules, said.control, judged), *_unreadable(locks)),
        notes=tuple(_notes(deployed, rules)),
    )


def installed(said: Licences) -> tuple[Said, ...]:
    """Return what distributions say, the project's own left out."""
    return tuple(package for package in said.packages if not package.local)


def shipped(locks: Locks) -> tuple[Shipped, ...]:
    """Return the packages of JavaScript locks that are shipped, as packages that say their licence; each once."""
    found: dict[tuple[str, str], Shipped] = {}
    for lock, entries in locks.head.items():
        for entry in entries or ():
            if entry.ecosystem == "npm":
                before = found.get((entry.name, entry.version), entry)
                licence = before.licence if entry.licence is None else entry.licence
                found[entry.name, entry.version] = Shipped(
                    ecosystem="npm", name=entry.name, version=entry.version, expression=licence or "", field="",
                    classifiers=(), local=False, licence=licence, dev=entry.dev and before.dev, lock=lock,
                )  # fmt: skip
    return tuple(value for value in found.values() if not value.dev)


def is_untold(package: Said, rules: Policy) -> bool:
    """Return whether the package's lock is of a kind that holds no licences, and nobody has decided about it."""
    return isinstance(package, Shipped) and package.licence is None and package.name not in rules.decided


def judge(package: Said, rules: Policy) -> Iterator[Finding]:
    """Yield a finding when the package's licence is denied or when nobody knows it."""
    name, licence = package.name, rules.licence(package)
    if licence is None:
        yield _finding(
            "unknown-licence",
            f"{name} {package.version} does not state its licence: {_words(package)}",
            Severity.UNKNOWN,
            subject=name,
            fix=f'read its licence and record the decision: {DECIDED} = ["{name}=SPDX-EXPRESSION"]',
        )
        return
    denied = spdx.denied_in(licence, rules.denied)
    if denied:
        yield _finding(
            "denied-licence",
            f"{name} {package.version} is under {licence}",
            Severity.HIGH,
            subject=f"{name} {', '.join(denied)}",
            fix=f"replace {name}, or accept the licence in a waiver",
        )


def _untold(packages: Iterable[Shipped]) -> Iterator[Finding]:
    """Yield one finding for each lock without licences: hundreds that all say the same would help nobody."""
    locks: dict[str, list[str]] = {}
    for package in packages:
        locks.setdefault(package.lock, []).append(package.name)
    for lock, names in sorted(locks.items()):
        first = ", ".join((*sorted(set(names))[:_NAMED], *(("…",) if len(set(names)) > _NAMED else ())))
        finding = _finding(
            "unknown-licence",
            f"{lock} contains no licences, so those of its packages are unknown (packages: {len(names)}; {first})",
            Severity.UNKNOWN,
            subject=lock,
            fix=f'record each ({DECIDED} = ["NAME=SPDX-EXPRESSION"]), or waive it if another tool checks them',
        )
        yield replace(finding, place=Place(path=lock))


def _unreadable(locks: Locks) -> Iterator[Problem]:
    for path in sorted(path for path, entries in locks.head.items() if entries is None):
        yield Problem(code="lock-unreadable", text=f"{path} is not a readable lock file")


def _words(package: Said) -> str:
    said = (package.expression, package.field[:60], *package.classifiers)
    words = "; ".join(" ".join(entry.split()) for entry in said if entry)
    return f'found "{words}"' if words else "no metadata"


def _finding(rule: str, message: str, severity: Severity, *, subject: str, fix: str) -> Finding:
    return Finding(rule=rule, tool="onward", message=message, severity=severity, subject=subject, fix=fix)


def _problems(rules: Policy, control: Said, judged: Iterable[Said]) -> Iterator[Problem]:
    if spdx.stated(control) != _CONTROL:
        text = f"the licence {_CONTROL} of a control package was not recognised, so the result proves nothing"
        yield Problem(code="control-missed", text=text)
    for entry in rules.misread:
        yield Problem(code="licence-decision", text=f'{DECIDED}: "{entry}" is not NAME=SPDX-EXPRESSION')
    # what is judged must at least have a name to be judged by
    if any(not item.name for item in judged):
        yield Problem(code="nameless-package", text="a listed package has no name")


def _notes(judged: Iterable[Said], rules: Policy) -> Iterator[str]:
    names = {entry.name for entry in judged}
    for name in sorted(set(rules.decided) - names):
        yield f"{DECIDED} lists {name}, which is not deployed"
    for entry in judged:
        if entry.name in rules.decided and (said := spdx.stated(entry)) not in {None, rules.decided[entry.name]}:
            yield f"{entry.name} says {said}; {DECIDED} says {rules.decided[entry.name]}"
