"""The whole run: every gate judged once, and declared = executed = reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from onward.judge.rule import Policy, judge_gate, judge_step
from onward.model.evidence import Evidence, Reason
from onward.model.ledger import Ledgers
from onward.model.pipeline import Pipeline
from onward.model.plan import Plan, Selection, Step
from onward.model.verdict import GateResult, RunResult, StepVerdict, Verdict


class Judge:
    """Policy held ready for one plan; its answers depend on evidence alone."""

    def __init__(self, plan: Plan, pipeline: Pipeline, ledgers: Ledgers, today: date) -> None:
        self._plan = plan
        self._policies = {
            selection.gate.id: Policy(
                gate=selection.gate,
                settings=pipeline.settings(selection.gate.id),
                waivers=pipeline.waivers,
                ledgers=ledgers,
                today=today,
            )
            for selection in plan.selections
        }

    def step(self, step: Step, evidence: Evidence) -> StepVerdict:
        """Judge one step on its own."""
        return judge_step(step, evidence, self._policies[step.gate])

    def may_run(self, step: Step, evidence: Mapping[str, Evidence]) -> Reason | None:
        """Return why `step` must be left out: a step that it needs did not pass.

        One that the plan excuses (no such interpreter here) holds nobody back who only comes after it.
        """
        for needed in (*step.after, *step.feeds):
            before = self._plan.step(needed)
            verdict = self.step(before, evidence[needed]).verdict
            may_lack = needed in step.feeds or before.skip_reason is not None
            if verdict is Verdict.PASSED or (may_lack and verdict is Verdict.NOT_RUN):
                continue
            text = f"{needed} did not pass ({verdict.replace('_', ' ')})"
            return Reason(code="needed-step-did-not-pass", text=text)
        if step.feeds and all(evidence[feed].skipped is not None for feed in step.feeds):
            return Reason(code="needed-step-did-not-pass", text="no step that feeds this one was run")
        return None

    def gate(self, selection: Selection, evidence: Mapping[str, Evidence]) -> tuple[GateResult, tuple[str, ...]]:
        """Judge one gate over the evidence of its steps."""
        if selection.skip_reason is not None:
            required = selection.required and selection.skip_reason.code == "need-absent"
            verdict = Verdict.UNVERIFIED if required else Verdict.NOT_RUN
            return GateResult(gate=selection.gate.id, verdict=verdict, reason=selection.skip_reason), ()
        steps = [(self._plan.step(step), evidence[step]) for step in selection.steps]
        return judge_gate(steps, self._policies[selection.gate.id])

    def run(self, evidence: Mapping[str, Evidence]) -> RunResult:
        """Judge everything; planned steps without evidence, or evidence nobody planned, make the run unverified."""
        complete = {step.id: evidence.get(step.id) or _missing(step) for step in self._plan.steps}
        judged = [self.gate(selection, complete) for selection in self._plan.selections]
        gates = tuple(verdict for verdict, _ in judged)
        steps = tuple(self.step(step, complete[step.id]) for step in self._plan.steps)
        stray = sorted(set(evidence) - set(complete))
        verdict, reason = _overall(gates, stray)
        tighten = tuple(line for _, lines in judged for line in lines)
        return RunResult(verdict=verdict, reason=reason, gates=gates, steps=steps, tighten=tighten)


def _missing(step: Step) -> Evidence:
    reason = Reason(code="not-executed", text="planned, but never executed")
    return Evidence(step=step.id, gate=step.gate, error=reason)


def _overall(gates: Sequence[GateResult], stray: Sequence[str]) -> tuple[Verdict, Reason]:
    failed = [gate.gate for gate in gates if gate.verdict is Verdict.FAILED]
    unsure = [gate.gate for gate in gates if gate.verdict is Verdict.UNVERIFIED]
    passed = [gate.gate for gate in gates if gate.verdict is Verdict.PASSED]
    if failed:
        return Verdict.FAILED, Reason(code="gates-failed", text="failed: " + ", ".join(failed))
    if stray:
        return Verdict.FAILED, Reason(code="not-declared", text="executed but never planned: " + ", ".join(stray))
    if unsure:
        return Verdict.UNVERIFIED, Reason(code="gates-unverified", text="unverified: " + ", ".join(unsure))
    if not passed:
        return Verdict.UNVERIFIED, Reason(code="nothing-passed", text="no gate passed, so nothing is known")
    count = "1 gate passed" if len(passed) == 1 else f"{len(passed)} gates passed"
    return Verdict.PASSED, Reason(code="gates-passed", text=count)
