"""The whole run: every gate judged once, and declared = executed = reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from onward.judge.rule import Rules, judge_gate, judge_step
from onward.model.event import PlannedStep, RunStarted
from onward.model.evidence import Evidence, Reason
from onward.model.ledger import Ledgers
from onward.model.policy import Policy
from onward.model.verdict import GateResult, RunResult, StepResult, Verdict


def judge(
    announced: RunStarted, evidence: Mapping[str, Evidence], policy: Policy, ledgers: Ledgers, *, today: date
) -> RunResult:
    """Judge a run from its record alone: what was announced, the evidence of each step, policy and ledgers."""
    return Judge(announced, policy, ledgers, today).run(evidence)


class Judge:
    """Policy and ledgers held ready for one announced plan; its answers depend on evidence alone."""

    def __init__(self, announced: RunStarted, policy: Policy, ledgers: Ledgers, today: date) -> None:
        self._announced = announced
        self._steps = {step.id: step for step in announced.steps}
        self._rules = {
            gate.id: Rules(policy=policy.of(gate.id), waivers=policy.waivers, ledgers=ledgers, today=today)
            for gate in announced.gates
        }

    def step(self, step_id: str, evidence: Evidence) -> StepResult:
        """Judge one step on its own."""
        step = self._steps[step_id]
        return judge_step(step, evidence, self._rules[step.gate])

    def may_run(self, step_id: str, evidence: Mapping[str, Evidence]) -> Reason | None:
        """Return why a step must be left out: one that it needs did not pass.

        One that the plan excuses (no such interpreter here) holds nobody back who only comes after it.
        """
        step = self._steps[step_id]
        for needed in (*step.after, *step.feeds):
            verdict = self.step(needed, evidence[needed]).verdict
            may_lack = needed in step.feeds or self._steps[needed].skip_reason is not None
            if verdict is Verdict.PASSED or (may_lack and verdict is Verdict.NOT_RUN):
                continue
            text = f"{needed} did not pass ({verdict.replace('_', ' ')})"
            return Reason(code="needed-step-did-not-pass", text=text)
        if step.feeds and all(evidence[feed].skipped is not None for feed in step.feeds):
            return Reason(code="needed-step-did-not-pass", text="no step whose results it uses ran")
        return None

    def gate(self, gate_id: str, evidence: Mapping[str, Evidence]) -> GateResult:
        """Judge one gate over the evidence of its steps."""
        planned = self._announced.gate(gate_id)
        if planned.skip_reason is not None:
            return GateResult(gate=gate_id, verdict=Verdict.NOT_RUN, reason=planned.skip_reason)
        steps = [(self._steps[step], evidence[step]) for step in planned.steps]
        return judge_gate(steps, self._rules[gate_id])

    def run(self, evidence: Mapping[str, Evidence]) -> RunResult:
        """Judge everything; planned steps without evidence, or evidence nobody planned, make the run unverified."""
        complete = {step: evidence.get(step) or _missing(planned) for step, planned in self._steps.items()}
        gates = tuple(self.gate(gate.id, complete) for gate in self._announced.gates)
        steps = tuple(self.step(step, complete[step]) for step in self._steps)
        stray = sorted(set(evidence) - set(complete))
        verdict, reason = _overall(gates, stray)
        return RunResult(verdict=verdict, reason=reason, gates=gates, steps=steps)


def _missing(step: PlannedStep) -> Evidence:
    reason = Reason(code="not-executed", text="planned but not executed")
    return Evidence(step=step.id, gate=step.gate, error=reason)


def _overall(gates: Sequence[GateResult], stray: Sequence[str]) -> tuple[Verdict, Reason]:
    failed = [gate.gate for gate in gates if gate.verdict is Verdict.FAILED]
    unsure = [gate.gate for gate in gates if gate.verdict is Verdict.UNVERIFIED]
    passed = [gate.gate for gate in gates if gate.verdict is Verdict.PASSED]
    if failed:
        return Verdict.FAILED, Reason(code="gates-failed", text="failed: " + ", ".join(failed))
    if stray:
        return Verdict.FAILED, Reason(code="not-declared", text="executed but not planned: " + ", ".join(stray))
    if unsure:
        return Verdict.UNVERIFIED, Reason(code="gates-unverified", text="unverified: " + ", ".join(unsure))
    if not passed:
        return Verdict.UNVERIFIED, Reason(code="nothing-passed", text="no gate passed, so nothing is verified")
    count = "1 gate passed" if len(passed) == 1 else f"{len(passed)} gates passed"
    return Verdict.PASSED, Reason(code="gates-passed", text=count)
