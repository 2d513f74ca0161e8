"""Licences of what is deployed: every package's is known, and none of them is denied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from onward.errors import ReadError
from onward.gates.dependencies import spdx
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.model.pipeline import GateSettings

DENIED, DECIDED = "licences-denied", "licences-decided"
SAID, LOCKS = "licences.json", "locks.json"
_CONTROL = "GPL-3.0-or-later"
# How many packages of a lock without licences are named.
_NAMED = 5

Package = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is denied, and what people have decided about packages that do not say it themselves."""

    denied: tuple[str, ...]
    decided: Mapping[str, str]
    misread: tuple[str, ...]

    def licence(self, package: Package) -> str | None:
        """Return the package's licence: as decided, else as it says, None when nobody knows."""
        read = self.decided.get(package["name"]) or spdx.stated(package)
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
    try:
        python, control = python_packages(outputs)
        deployed = [*python, *(one for one in shipped(outputs) if not one["dev"])]
        judged = [one for one in deployed if not is_untold(one, rules)]
        untold = [one for one in deployed if is_untold(one, rules)]
        findings = (*(finding for one in judged for finding in judge(one, rules)), *_untold(untold))
        problems = (*_problems(rules, control, judged), *_unreadable(outputs))
    except (KeyError, TypeError, AttributeError) as error:
        raise ReadError(f"the list of licences is not shaped as expected ({error!r})", where=SAID) from error
    return Reading(
        looked_at=(LookedAt(what="licences read", count=len(judged), expected=len(judged)),),
        findings=findings,
        problems=problems,
        notes=tuple(_notes(deployed, rules)),
    )


def python_packages(outputs: Outputs) -> tuple[list[Package], Package]:
    """Return what distributions say, the project's own left out, and what the made-up one says."""
    data = outputs.json(SAID)
    return [one for one in data["packages"] if not one["local"]], data["control"]


def shipped(outputs: Outputs) -> list[Package]:
    """Return the packages of JavaScript locks as packages that say their licence in a field; each once."""
    found: dict[tuple[str, str], Package] = {}
    for lock, entries in outputs.json(LOCKS)["head"].items():
        for one in entries or ():
            if one["ecosystem"] == "npm":
                key = (one["name"], one["version"])
                before = found.get(key, one)
                dev = one["dev"] and before["dev"]
                licence = before["licence"] if one["licence"] is None else one["licence"]
                said = {"licence": licence, "expression": licence or "", "field": "", "classifiers": ()}
                found[key] = {**one, **said, "dev": dev, "lock": lock}
    return list(found.values())


def is_untold(package: Package, rules: Policy) -> bool:
    """Return whether the package's lock is of a kind that holds no licences, and nobody has decided about it."""
    return package.get("licence", "") is None and package["name"] not in rules.decided


def judge(package: Package, rules: Policy) -> Iterator[Finding]:
    """Yield a finding when the package's licence is denied or when nobody knows it."""
    name, licence = package["name"], rules.licence(package)
    if licence is None:
        yield _finding(
            "unknown-licence",
            f"{name} {package['version']} does not say which licence it has: {_words(package)}",
            Severity.UNKNOWN,
            subject=name,
            fix=f'read its licence and write the decision down: {DECIDED} = ["{name}=SPDX-EXPRESSION"]',
        )
        return
    denied = spdx.denied_in(licence, rules.denied)
    if denied:
        yield _finding(
            "denied-licence",
            f"{name} {package['version']} is under {licence}",
            Severity.HIGH,
            subject=f"{name} {', '.join(denied)}",
            fix=f"replace {name}, or have somebody who may decide it accept the licence in a waiver",
        )


def _untold(packages: Iterable[Package]) -> Iterator[Finding]:
    """Yield one finding for each lock without licences: hundreds that all say the same would help nobody."""
    locks: dict[str, list[str]] = {}
    for one in packages:
        locks.setdefault(one["lock"], []).append(one["name"])
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


def _unreadable(outputs: Outputs) -> Iterator[Problem]:
    for path in sorted(path for path, entries in outputs.json(LOCKS)["head"].items() if entries is None):
        yield Problem(code="lock-unreadable", text=f"{path} cannot be read as a lock")


def _words(package: Package) -> str:
    said = [package["expression"], package["field"][:60], *package["classifiers"]]
    words = "; ".join(" ".join(one.split()) for one in said if one)
    return f'it says "{words}"' if words else "it says nothing"


def _finding(rule: str, message: str, severity: Severity, *, subject: str, fix: str) -> Finding:
    return Finding(rule=rule, tool="onward", message=message, severity=severity, subject=subject, fix=fix)


def _problems(rules: Policy, control: Package, judged: Iterable[Package]) -> Iterator[Problem]:
    if spdx.stated(control) != _CONTROL:
        text = f"a made-up package under {_CONTROL} was not recognised, so nothing is known about the others"
        yield Problem(code="control-missed", text=text)
    for entry in rules.misread:
        yield Problem(code="licence-decision", text=f'{DECIDED}: "{entry}" is not NAME=SPDX-EXPRESSION')
    # what is judged must at least have a name to be judged by
    if any(not one["name"] for one in judged):
        yield Problem(code="nameless-package", text="a package without a name is listed")


def _notes(judged: Iterable[Package], rules: Policy) -> Iterator[str]:
    names = {one["name"] for one in judged}
    for name in sorted(set(rules.decided) - names):
        yield f"{DECIDED} speaks of {name}, which is not deployed"
    for one in judged:
        if one["name"] in rules.decided and (said := spdx.stated(one)) not in {None, rules.decided[one["name"]]}:
            yield f"{one['name']} says {said}; {DECIDED} says {rules.decided[one['name']]}"
