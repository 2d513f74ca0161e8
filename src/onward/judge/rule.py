"""One gate: the merged evidence of its steps and policy in, one verdict out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from onward.judge import baseline, ratchet, waiver
from onward.judge.located import Located, locate
from onward.model.event import PlannedStep
from onward.model.evidence import Evidence, Reason
from onward.model.finding import Finding
from onward.model.ledger import Debt, Ledgers, Mark
from onward.model.measure import Measure
from onward.model.pipeline import Waiver
from onward.model.policy import GatePolicy
from onward.model.verdict import GateResult, JudgedMeasure, Ruling, Status, StepResult, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All that the judgement of one gate may know besides evidence."""

    policy: GatePolicy
    waivers: tuple[Waiver, ...]
    ledgers: Ledgers
    today: date

    @property
    def gate(self) -> str:
        """The gate's id."""
        return self.policy.gate

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The gate's marks of the ratchet."""
        return tuple(mark for mark in self.ledgers.marks if mark.gate == self.gate)


def judge_step(step: PlannedStep, evidence: Evidence, rules: Rules) -> StepResult:
    """Say what one step shows on its own; thresholds wait for the merged evidence of the whole gate."""
    ruled, _ = _ruled(locate(step.id, evidence.findings), rules)
    verdict, reason = _first(
        _skipped(step, evidence), _blocked(ruled), _errored(evidence), _saw_too_little(evidence), _clean(evidence)
    )
    return StepResult(step=step.id, verdict=verdict, reason=reason)


def judge_gate(steps: Sequence[tuple[PlannedStep, Evidence]], rules: Rules) -> GateResult:
    """Judge a gate once over all of its steps."""
    results = [judge_step(step, evidence, rules) for step, evidence in steps]
    ran = [(step, evidence) for step, evidence in steps if evidence.skipped is None]
    merged = baseline.merge_matrix((step.check, locate(step.id, seen.findings)) for step, seen in ran)
    expired = waiver.expired_findings(rules.waivers, rules.gate, rules.today) if steps else ()
    ruled, gone = _ruled((*merged, *locate("", expired)), rules)
    measures = ratchet.merge_measures(each for step, seen in ran for each in locate(step.id, seen.measures))
    held = tuple(ratchet.hold(measure, rules.policy.limits, rules.marks) for measure in measures)
    verdict, reason = _first(
        _blocked(ruled),
        _beyond_limits(measures, held),
        _unsure(results),
        _none_ran(results),
        _not_shown([(step, result) for (step, _), result in zip(steps, results, strict=True)]),
        _unmeasured(measures, rules, ran),
        _passed(results),
    )
    whole = len(ran) == len(steps) and not any(step.narrowed for step, _ in steps)
    return GateResult(
        gate=rules.gate,
        verdict=verdict,
        reason=reason,
        rulings=tuple(ruling for _, ruling in ruled),
        measures=held,
        own_findings=expired,
        tighten=_tighten(gone if whole else (), measures, rules) if verdict is Verdict.PASSED else (),
    )


# Findings, each beside its ruling.
_Ruled = tuple[tuple[Finding, Ruling], ...]
_Answer = tuple[Verdict, Reason] | None


def _first(*answers: _Answer) -> tuple[Verdict, Reason]:
    return next(answer for answer in answers if answer is not None)


def _ruled(found: Sequence[Located[Finding]], rules: Rules) -> tuple[_Ruled, tuple[Debt, ...]]:
    matched = baseline.match(rules.gate, [each.fact for each in found], rules.ledgers.debts)
    ruled = tuple(
        (each.fact, _ruling(each, known=known, rules=rules)) for each, known in zip(found, matched.known, strict=True)
    )
    return ruled, matched.gone


def _ruling(found: Located[Finding], *, known: bool, rules: Rules) -> Ruling:
    covered = waiver.covering(rules.waivers, rules.gate, found.fact, today=rules.today)
    if covered is not None:
        status = Status.QUARANTINED if covered.test else Status.WAIVED
    else:
        status = Status.KNOWN if known else Status.NEW
    return Ruling(
        step=found.step,
        index=found.index,
        status=status,
        blocks=status is Status.NEW and found.fact.severity.rank >= rules.policy.block.rank,
        waiver=covered.id if covered else None,
        also=found.also,
    )


def _skipped(step: PlannedStep, evidence: Evidence) -> _Answer:
    if evidence.skipped is None:
        return None
    required = step.required and evidence.skipped.code == "need-absent"
    return (Verdict.UNVERIFIED if required else Verdict.NOT_RUN), evidence.skipped


def _blocked(ruled: _Ruled) -> _Answer:
    blocking = [finding for finding, ruling in ruled if ruling.blocks]
    if not blocking:
        return None
    first = blocking[0]
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
        return Verdict.UNVERIFIED, Reason(code="nothing-counted", text="the tool did not report what it checked")
    for looked in evidence.looked_at:
        least = 1 if looked.expected is None else looked.expected
        if looked.count < least:
            text = f"{looked.count} {looked.what}, expected at least {least}"
            return Verdict.UNVERIFIED, Reason(code="looked-at-too-little", text=text)
    return None


def _clean(evidence: Evidence) -> tuple[Verdict, Reason]:
    if all(looked.count == 0 for looked in evidence.looked_at):
        return Verdict.PASSED, Reason(code="nothing-to-check", text="nothing to check, as expected")
    counts = ", ".join(f"{looked.count} {looked.what}" for looked in evidence.looked_at)
    return Verdict.PASSED, Reason(code="holds", text=counts)


def _beyond_limits(measures: Sequence[Located[Measure]], held: Sequence[JudgedMeasure]) -> _Answer:
    broken = [(each.fact, judged) for each, judged in zip(measures, held, strict=True) if not judged.holds]
    if not broken:
        return None
    measure, judged = broken[0]
    scope = f" [{measure.scope}]" if measure.scope else ""
    text = f"{measure.name}{scope} is {measure.value:g} {measure.unit}, the {judged.limit_from} is {judged.limit:g}"
    return Verdict.FAILED, Reason(code=f"beyond-{judged.limit_from}", text=text)


def _unsure(steps: Sequence[StepResult]) -> _Answer:
    unsure = next((step for step in steps if step.verdict is Verdict.UNVERIFIED), None)
    if unsure is None:
        return None
    text = unsure.reason.text if len(steps) == 1 else f"{unsure.step}: {unsure.reason.text}"
    return Verdict.UNVERIFIED, Reason(code=unsure.reason.code, text=text)


def _unmeasured(measures: Sequence[Located[Measure]], rules: Rules, ran: Sequence[object]) -> _Answer:
    if not ran:
        return None
    there = {(each.fact.name, each.fact.scope) for each in measures}
    for limit in rules.policy.limits:
        if (limit.measure, limit.scope) not in there:
            text = f"policy limits {limit.measure}, but this run did not measure it"
            return Verdict.UNVERIFIED, Reason(code="not-measured", text=text)
    return None


def _none_ran(steps: Sequence[StepResult]) -> _Answer:
    if any(step.verdict is not Verdict.NOT_RUN for step in steps):
        return None
    first = steps[0].reason if steps else Reason(code="no-check-applies", text="no check of this gate applies here")
    return Verdict.NOT_RUN, first


def _not_shown(steps: Sequence[tuple[PlannedStep, StepResult]]) -> _Answer:
    """Answer where what the gate promises could not be looked for on this machine, though other checks passed."""
    for proves in dict.fromkeys(step.proves for step, _ in steps if step.proves):
        alike = [verdict for step, verdict in steps if step.proves == proves]
        if all(entry.verdict is Verdict.NOT_RUN and entry.reason.code == "need-absent" for entry in alike):
            held = "; ".join(entry.reason.text for _, entry in steps if entry.verdict is Verdict.PASSED)
            text = f"no check could verify {proves}: {alike[0].reason.text}" + (f"; passed: {held}" if held else "")
            return Verdict.NOT_RUN, Reason(code="need-absent", text=text)
    return None


def _passed(steps: Sequence[StepResult]) -> tuple[Verdict, Reason]:
    left = [step for step in steps if step.verdict is Verdict.NOT_RUN]
    passed = [step for step in steps if step.verdict is Verdict.PASSED]
    text = "; ".join(dict.fromkeys(step.reason.text for step in passed))
    if left:
        text += "; not run: " + ", ".join(step.step for step in left)
    code = "nothing-to-check" if all(step.reason.code == "nothing-to-check" for step in passed) else "holds"
    return Verdict.PASSED, Reason(code=code, text=text)


def _tighten(gone: Sequence[Debt], measures: Sequence[Located[Measure]], rules: Rules) -> tuple[str, ...]:
    paid = tuple(f"{rules.gate}: debt {debt.fingerprint} ({debt.rule}) is fixed; remove it" for debt in gone)
    better = ratchet.may_tighten(rules.gate, (each.fact for each in measures), rules.marks, rules.policy.ratchets)
    return paid + better
