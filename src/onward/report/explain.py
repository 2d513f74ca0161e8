"""Texts that explain gates, checks, rules, verdicts and exit codes, made from what the gates say of themselves (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from onward.model.gate import Gate
from onward.model.pipeline import Option
from onward.model.reasons import MEANING

VERDICTS: Mapping[str, str] = {
    "passed": "The tool ran, checked everything that it was meant to check, and policy holds.",
    "failed": "Policy does not hold: a new finding, a measure below its ratchet or beyond its threshold, an expired waiver.",
    "unverified": (
        "The result is unknown. The tool crashed, was killed, timed out, wrote unreadable output, checked less than it was\n"
        "meant to, or something that it needs did not start. onward never counts this as passed."
    ),
    "not_run": (
        "Outside this profile, disabled, or waiting for a step that did not pass. Always listed with its reason and never\n"
        "counted as passed."
    ),
}


def gate_text(gate: Gate, guide: str) -> str:
    """Return what a gate is, how it looks, what it must catch, which keys it has, and its guide."""
    parts = [f"{gate.id}: {gate.title}. {gate.blurb}", "", "Checks: " + ", ".join(check.id for check in gate.checks)]
    parts += ["Profiles: " + ", ".join(gate.profiles), f"Blocks findings of severity {gate.block} and higher"]
    if gate.ratchets:
        parts.append("Ratchets: " + ", ".join(gate.ratchets))
    parts += ["", "Known to catch:", *(f"  {defect.title} ({defect.check}: {defect.rule})" for defect in gate.defects)]
    if gate.options:
        parts += ["", f"Keys in [gates.{gate.id}]:", *(_option(option) for option in gate.options)]
    return "\n".join([*parts, "", guide.strip(), ""])


def _option(option: Option) -> str:
    return f"  {option.name} ({option.kind}): {option.meaning}"


def verdict_text(word: str) -> str:
    """Return what a verdict means, given as in tables or as in JSON."""
    return f"{word.replace('_', ' ')}\n\n{VERDICTS[word]}\n"


def reason_text(code: str) -> str:
    """Return what the code of a reason or of a problem means."""
    return f"{code}: {MEANING[code]}\n"


def rule_text(rule: str, gate: Gate, guide: str, seen: Sequence[str]) -> str:
    """Return where a rule comes from, where the last run saw it, and how its gate is dealt with."""
    # several checks of a gate may be shown the same fault
    planted = dict.fromkeys(defect.title for defect in gate.defects if defect.rule == rule)
    parts = [f"{rule}: a rule of the gate {gate.id} ({gate.title})"]
    parts += [f"  planted defect: {title}" for title in planted]
    if seen:
        parts += ["", "In the last recorded run:", *(f"  {line}" for line in seen)]
    return "\n".join([*parts, "", guide.strip(), ""])


def things(gates: Iterable[Gate]) -> Iterator[str]:
    """Yield every word that can be explained, rules of the last run aside."""
    for gate in gates:
        yield gate.id
        yield from (f"{gate.id}/{check.id}" for check in gate.checks)
    yield from VERDICTS
    yield from MEANING
