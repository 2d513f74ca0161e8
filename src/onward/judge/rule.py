"""One gate: the merged evidence of its steps and policy in, one verdict out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from onward.judge import baseline, ratchet, waiver
from onward.model.event import PlannedStep
from onward.model.evidence import Evidence, LookedAt, Reason
from onward.model.finding import Finding
from onward.model.ledger import Debt, Ledgers
from onward.model.pipeline import Waiver
from onward.model.policy import GatePolicy
from onward.model.verdict import GateResult, JudgedMeasure, Ruling, Status, StepVerdict, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All that the judgement of one gate may know besides evidence."""

    demanded: GatePolicy
    waivers: tuple[Waiver, ...]
    ledgers: Ledgers
    today: date

    @property
    def gate(self) -> str:
        """The gate's id."""
        return self.demanded.gate


def judge_step(step: PlannedStep, evidence: Evidence, rules: Rules) -> StepVerdict:
    """Say what one step shows on its own; thresholds wait for the merged evidence of the whole gate."""
    rulings = _rulings(evidence.findings, rules).rulings
    verdict, reason = _first(
        _skipped(step, evidence), _blocked(rulings), _errored(evidence), _saw_too_little(evidence), _clean(evidence)
    )
    return StepVerdict(evidence=evidence, verdict=verdict, reason=reason)


def judge_gate(steps: Sequence[tuple[PlannedStep, Evidence]], rules: Rules) -> tuple[GateResult, tuple[str, ...]]:
    """Judge a gate once over all of its steps; also return what its ledgers may tighten."""
    step_verdicts = [judge_step(step, evidence, rules) for step, evidence in steps]
    ran = [(step, evidence) for step, evidence in steps if evidence.skipped is None]
    merged = baseline.merge_matrix(((step.check, evidence.findings) for step, evidence in ran), rules.gate)
    expired = waiver.expired_findings(rules.waivers, rules.gate, rules.today) if steps else ()
    found = _rulings((*merged, *expired), rules)
    measures = _judged_measures(ran, rules)
    verdict, reason = _first(
        _blocked(found.rulings),
        _beyond_limits(measures),
        _unsure(step_verdicts),
        _none_ran(step_verdicts),
        _not_shown([(step, verdict) for (step, _), verdict in zip(steps, step_verdicts, strict=True)]),
        _unmeasured(measures, rules, ran),
        _passed(step_verdicts),
    )
    complete = verdict in (Verdict.PASSED, Verdict.FAILED) and len(ran) == len(steps)
    narrowed = any(step.narrowed for step, _ in steps)
    gone = found.gone if complete and not narrowed else ()
    tighten = _tighten(gone, measures, rules) if verdict is Verdict.PASSED else ()
    result = GateResult(
        gate=rules.gate,
        verdict=verdict,
        reason=reason,
        steps=tuple(step.id for step, _ in steps),
        rulings=found.rulings,
        measures=measures,
        looked_at=_sum_looked_at(evidence for _, evidence in ran),
    )
    return result, tighten


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    rulings: tuple[Ruling, ...]
    gone: tuple[Debt, ...]


_Answer = tuple[Verdict, Reason] | None


def _first(*answers: _Answer) -> tuple[Verdict, Reason]:
    return next(answer for answer in answers if answer is not None)


def _rulings(findings: Sequence[Finding], rules: Rules) -> _Found:
    matched = baseline.match(rules.gate, findings, rules.ledgers.debts)
    rulings = tuple(
        _ruling(finding, print_, known=known, rules=rules)
        for finding, print_, known in zip(findings, matched.fingerprints, matched.known, strict=True)
    )
    return _Found(rulings=rulings, gone=matched.gone)


def _ruling(finding: Finding, print_: str, *, known: bool, rules: Rules) -> Ruling:
    skip_reason = waiver.covering(rules.waivers, rules.gate, finding, fingerprint=print_, today=rules.today)
    if skip_reason is not None:
        status = Status.QUARANTINED if skip_reason.test else Status.WAIVED
    else:
        status = Status.KNOWN if known else Status.NEW
    blocks = status is Status.NEW and finding.severity.rank >= rules.demanded.block.rank
    return Ruling(
        finding=finding,
        fingerprint=print_,
        status=status,
        blocks=blocks,
        waiver=skip_reason.id if skip_reason else None,
    )


def _skipped(step: PlannedStep, evidence: Evidence) -> _Answer:
    if evidence.skipped is None:
        return None
    required = step.required and evidence.skipped.code == "need-absent"
    return (Verdict.UNVERIFIED if required else Verdict.NOT_RUN), evidence.skipped


def _blocked(rulings: Sequence[Ruling]) -> _Answer:
    blocking = [ruling for ruling in rulings if ruling.blocks]
    if not blocking:
        return None
    first = blocking[0].finding
    where = f" in {first.place.path}" if first.place.path else ""
    count = "1 new finding" if len(blocking) == 1 else f"{len(blocking)} new findings"
    return Verdict.FAILED, Reason(code="new-findings", text=f"{count}, first: {first.rule}{where}: {first.message}")


def _errored(evidence: Evidence) -> _Answer:
    if evidence.error is not None:
        return Verdict.UNVERIFIED, evidence.error
    if evidence.problems:
        more = f" (and {len(evidence.problems) - 1} more)" if len(evidence.problems) > 1 else ""
        first = evidence.problems[0]
        return Verdict.UNVERIFIED, Reason(code=first.code, text=first.text + more)
    return None


def _saw_too_little(evidence: Evidence) -> _Answer:
    if not evidence.looked_at:
        return Verdict.UNVERIFIED, Reason(code="nothing-counted", text="the tool did not show what it looked at")
    for looked in evidence.looked_at:
        least = 1 if looked.expected is None else looked.expected
        if looked.count < least:
            text = f"looked at {looked.count} {looked.what}, expected at least {least}"
            return Verdict.UNVERIFIED, Reason(code="looked-at-too-little", text=text)
    return None


def _clean(evidence: Evidence) -> tuple[Verdict, Reason]:
    if all(looked.count == 0 for looked in evidence.looked_at):
        return Verdict.PASSED, Reason(code="nothing-to-check", text="nothing to check, as expected")
    counts = ", ".join(f"{looked.count} {looked.what}" for looked in evidence.looked_at)
    return Verdict.PASSED, Reason(code="holds", text=counts)


def _judged_measures(ran: Sequence[tuple[PlannedStep, Evidence]], rules: Rules) -> tuple[JudgedMeasure, ...]:
    merged = ratchet.merge_measures(measure for _, evidence in ran for measure in evidence.measures)
    limits = rules.demanded.limits
    marks = [mark for mark in rules.ledgers.marks if mark.gate == rules.gate]
    return tuple(ratchet.hold(measure, limits, marks) for measure in merged)


def _beyond_limits(measures: Sequence[JudgedMeasure]) -> _Answer:
    broken = [judged for judged in measures if not judged.holds]
    if not broken:
        return None
    first = broken[0]
    scope = f" [{first.measure.scope}]" if first.measure.scope else ""
    text = (
        f"{first.measure.name}{scope} is {first.measure.value:g} {first.measure.unit}, "
        f"the {first.limit_from} is {first.limit:g}"
    )
    return Verdict.FAILED, Reason(code=f"beyond-{first.limit_from}", text=text)


def _unsure(steps: Sequence[StepVerdict]) -> _Answer:
    unsure = next((step for step in steps if step.verdict is Verdict.UNVERIFIED), None)
    if unsure is None:
        return None
    text = unsure.reason.text if len(steps) == 1 else f"{unsure.evidence.step}: {unsure.reason.text}"
    return Verdict.UNVERIFIED, Reason(code=unsure.reason.code, text=text)


def _unmeasured(measures: Sequence[JudgedMeasure], rules: Rules, ran: Sequence[object]) -> _Answer:
    if not ran:
        return None
    there = {(judged.measure.name, judged.measure.scope) for judged in measures}
    for limit in rules.demanded.limits:
        if (limit.measure, limit.scope) not in there:
            text = f"policy limits {limit.measure}, but nothing measured it"
            return Verdict.UNVERIFIED, Reason(code="not-measured", text=text)
    return None


def _none_ran(steps: Sequence[StepVerdict]) -> _Answer:
    if any(step.verdict is not Verdict.NOT_RUN for step in steps):
        return None
    first = steps[0].reason if steps else Reason(code="no-check-applies", text="no check of this gate applies here")
    return Verdict.NOT_RUN, first


def _not_shown(steps: Sequence[tuple[PlannedStep, StepVerdict]]) -> _Answer:
    """Answer where what the gate promises could not be looked for on this machine, though other checks passed."""
    for proves in dict.fromkeys(step.proves for step, _ in steps if step.proves):
        alike = [verdict for step, verdict in steps if step.proves == proves]
        if all(one.verdict is Verdict.NOT_RUN and one.reason.code == "need-absent" for one in alike):
            held = "; ".join(one.reason.text for _, one in steps if one.verdict is Verdict.PASSED)
            text = f"nothing is known of {proves}: {alike[0].reason.text}" + (
                f"; what ran holds: {held}" if held else ""
            )
            return Verdict.NOT_RUN, Reason(code="need-absent", text=text)
    return None


def _passed(steps: Sequence[StepVerdict]) -> tuple[Verdict, Reason]:
    left = [step for step in steps if step.verdict is Verdict.NOT_RUN]
    passed = [step for step in steps if step.verdict is Verdict.PASSED]
    text = "; ".join(dict.fromkeys(step.reason.text for step in passed))
    if left:
        text += "; not run: " + ", ".join(step.evidence.step for step in left)
    code = "nothing-to-check" if all(step.reason.code == "nothing-to-check" for step in passed) else "holds"
    return Verdict.PASSED, Reason(code=code, text=text)


def _sum_looked_at(evidence: Iterable[Evidence]) -> tuple[LookedAt, ...]:
    sums: dict[str, LookedAt] = {}
    for looked in (looked for one in evidence for looked in one.looked_at):
        before = sums.get(looked.what)
        if before is None:
            sums[looked.what] = looked
            continue
        expected = [value for value in (before.expected, looked.expected) if value is not None]
        sums[looked.what] = LookedAt(
            what=looked.what, count=before.count + looked.count, expected=sum(expected) if expected else None
        )
    return tuple(sums.values())


def _tighten(gone: Sequence[Debt], measures: Sequence[JudgedMeasure], rules: Rules) -> tuple[str, ...]:
    marks = [mark for mark in rules.ledgers.marks if mark.gate == rules.gate]
    paid = tuple(f"{rules.gate}: debt {debt.fingerprint} ({debt.rule}) is gone and may be removed" for debt in gone)
    better = ratchet.may_tighten(rules.gate, (judged.measure for judged in measures), marks, rules.demanded.ratchets)
    return paid + better
