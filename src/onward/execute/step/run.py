"""Run one step: make everything environment, run its commands in order, read what came out, seal it."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from onward.errors import OnwardError, ReadError
from onward.execute.cleanup import orphans
from onward.execute.process.processes import Call, Ended, Processes
from onward.execute.resources.context import RunEnvironment
from onward.execute.step import artifacts, seal, tokens
from onward.execute.step.redact import Redactor, secret_values
from onward.model.application import SERVICE
from onward.model.event import StepProgress, StepStarted
from onward.model.evidence import Artifact, Attempt, Evidence, Reason
from onward.model.gate import Command, Outputs, Purpose, ReadContext
from onward.model.need import Lease
from onward.model.plan import Step

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """What an earlier step hands to this one: the name of its folder and its artifacts."""

    folder: str
    evidence: Evidence


Prepare = Callable[[Step, int, Path], AbstractContextManager[Lease]]


class StepRun:
    """One step while it is being executed; `perform` never raises what a user could act on, it becomes evidence."""

    def __init__(
        self,
        step: Step,
        cpus: int,
        fed: Sequence[Fed],
        *,
        site: RunEnvironment,
        processes: Processes,
        prepare: Prepare,
    ) -> None:
        self._step = step
        self._cpus = cpus
        self._site = site
        self._processes = processes
        self._prepare = prepare
        self._fed = fed
        self._out = self._site.folder(step.id)
        self._log = self._out / "log.txt"
        self._secrets = secret_values(self._site.pipeline.environment)
        self._redactor = Redactor(self._secrets)
        self._attempts: list[Attempt] = []
        self._cpu_s = 0.0
        self._output_from = 0
        self._environment: Lease | None = None

    def perform(self) -> Evidence:
        """Execute the step and return its sealed evidence."""
        started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        began = time.monotonic()
        self._site.listen(StepStarted(step=self._step.id, at=started_at))
        evidence = self._with_log(self._evidence())
        return replace(
            evidence,
            started_at=started_at,
            duration_s=time.monotonic() - began,
            attempts=tuple(self._attempts),
            cpu_s=self._cpu_s,
        )

    def _with_log(self, evidence: Evidence) -> Evidence:
        """Add the redacted logs; one that cannot be kept leaves nothing to believe."""
        try:
            logs = [self._log_artifact(log) for log in (self._log, *sorted(self._out.glob(f"{SERVICE}*.log")))]
        except OSError as error:
            return self._error(_reason_of_system(error))
        return replace(
            evidence, artifacts=(*evidence.artifacts, *logs), log_tail="\n".join(artifacts.ending(self._log))
        )

    def _log_artifact(self, log: Path) -> Artifact:
        self._redactor.redact_file(log)
        kind = "log" if log == self._log else "application-log"
        return artifacts.describe(log, self._site.run, kind=kind, media_type="text/plain")

    def _evidence(self) -> Evidence:
        try:
            self._log.touch()
            with ExitStack() as stack:
                return self._in(stack.enter_context(orphans.scratch(self._site.run)), stack)
        except OnwardError as error:
            return self._error(_reason_of(error))
        except OSError as error:
            return self._error(_reason_of_system(error))

    def _in(self, scratch: Path, stack: ExitStack) -> Evidence:
        self._progress("preparing")
        environment = self._environment = stack.enter_context(self._prepare(self._step, self._cpus, scratch))
        self._redactor = Redactor((*self._secrets, *environment.secrets))
        self._link_inputs(scratch)
        exits: list[int] = []
        for planned in self._step.commands:
            command = tokens.expand_command(planned, environment.tokens)
            ended = self._run(command, environment.variables)
            error = _error_of(command, ended, self._last_words())
            if error is not None:
                return self._error(environment.error() or error)
            exits.append(ended.exit if ended.exit is not None else -1)
        dead = environment.error()
        return self._error(dead) if dead else self._read(environment, tuple(exits))

    def _link_inputs(self, scratch: Path) -> None:
        fed = [(entry.folder, entry.evidence.artifacts) for entry in self._fed]
        artifacts.link_inputs(scratch / "inputs", fed, self._site.run, self._step.check.consumes)

    def _run(self, command: Command, env: Mapping[str, str]) -> Ended:
        self._progress(_describe(command))
        with self._log.open("a") as log:
            log.write(f"$ {shlex.join(command.argv)}\n")
        self._output_from = self._log.stat().st_size
        stdout = self._out / command.stdout if command.stdout else None
        if stdout is not None:
            stdout.parent.mkdir(parents=True, exist_ok=True)
        call = Call(
            argv=command.argv,
            cwd=Path(command.cwd),
            env=_joined(env, dict(command.env)),
            log=self._log,
            timeout_s=command.timeout_s or self._step.timeout_s,
            stdout=stdout,
            cap_bytes=64 * MIB,
        )
        ended = self._processes.run(call)
        self._attempts.append(Attempt(outcome=ended.outcome, duration_s=ended.duration_s))
        self._cpu_s += ended.cpu_s
        if ended.text:
            with self._log.open("a") as log:
                log.write(ended.text + "\n")
        return ended

    def _last_words(self) -> str:
        """Return the last line that the command wrote to the log; what failed is most often said there."""
        lines = artifacts.ending(self._log, self._output_from)
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def _read(self, environment: Lease, exits: tuple[int, ...]) -> Evidence:
        outputs = Outputs(files=artifacts.named_outputs(self._step.commands, self._out), exits=exits)
        context = ReadContext(check=self._step.context, tree=environment.tokens["tree"])
        reading = self._step.check.read(outputs, context)
        sealed = seal.seal(
            reading, gate=self._step.gate, tree=Path(environment.tokens["tree"]), secrets=self._redactor.values
        )
        kept = artifacts.collect(self._step.check.keeps, self._out, self._site.run)
        return replace(
            self._blank(),
            looked_at=sealed.looked_at,
            findings=sealed.findings,
            measures=sealed.measures,
            tests=sealed.tests,
            problems=sealed.problems,
            notes=(*environment.notes, *sealed.notes),
            artifacts=kept,
        )

    def _error(self, reason: Reason) -> Evidence:
        text = self._redactor.redact(reason.text)
        notes = self._environment.notes if self._environment else ()
        return replace(self._blank(), error=Reason(code=reason.code, text=text), notes=notes)

    def _blank(self) -> Evidence:
        tools = self._environment.tools if self._environment else ()
        services = self._environment.services if self._environment else ()
        return Evidence(step=self._step.id, gate=self._step.gate, tools=tools, services=services)

    def _progress(self, text: str) -> None:
        self._site.listen(StepProgress(step=self._step.id, text=text))


def _joined(step: Mapping[str, str], command: Mapping[str, str]) -> dict[str, str]:
    """Return the command's variables over the step's; import paths add up, the command's first."""
    paths = [entry["PYTHONPATH"] for entry in (command, step) if entry.get("PYTHONPATH")]
    return {**step, **command, **({"PYTHONPATH": os.pathsep.join(paths)} if paths else {})}


def _describe(command: Command) -> str:
    program = _program(command)
    return f"control: {program}" if command.purpose is Purpose.CONTROL else program


def _program(command: Command) -> str:
    """Return what people call the program: the module or script where an interpreter runs one."""
    first, *rest = (Path(word).name for word in command.argv[:3] if word != "-I")
    if not first.startswith("python") or not rest:
        return first
    return rest[1] if rest[0] == "-m" and len(rest) > 1 else Path(rest[0]).stem


def _reason_of(error: OnwardError) -> Reason:
    text = error.message if not error.hint else f"{error.message} ({error.hint})"
    code = error.kind if not isinstance(error, ReadError) else "unreadable"
    return Reason(code=code, text=text)


def _reason_of_system(error: OSError) -> Reason:
    where = f" ({error.filename})" if error.filename else ""
    return Reason(code="system", text=f"{error.strerror or error}{where}")


def _error_of(command: Command, ended: Ended, last_words: str) -> Reason | None:
    program = _program(command)
    if ended.exit is not None and ended.exit in command.accepts:
        return None
    if ended.exit is not None:
        text = f"{program} exited with code {ended.exit} (tool error)"
        return Reason(code="exit-code", text=f"{text}: {last_words}" if last_words else f"{text}; no output")
    kind, _, detail = ended.outcome.partition(":")
    texts = {
        "signal": f"{program} was killed by {detail}",
        "timeout": f"{program} did not finish within its time limit",
        "unstarted": f"cannot start {program}: {ended.text}",
        "interrupted": f"{program} was interrupted",
        "too-large": f"{program} printed more output than onward keeps",
    }
    return Reason(code=kind, text=texts.get(kind, ended.outcome))


def fed_from(step: Step, done: Mapping[str, Evidence], folder: Callable[[str], Path]) -> Iterator[Fed]:
    """Yield what the steps that feed `step` made."""
    for feed in step.feeds:
        yield Fed(folder=folder(feed).name, evidence=done[feed])
