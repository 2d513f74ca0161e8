"""Make one step's surroundings ready: tree, environment, tools, services, variables; and clear them away again."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pawl import guest
from pawl.execute.advisories.source import AdvisorySource
from pawl.execute.environment import Environment, Environments
from pawl.execute.interpreters import Interpreters
from pawl.execute.process import Processes
from pawl.execute.seal import Redactor
from pawl.execute.services.pool import Leased, ServicePool
from pawl.execute.strays import MARKER
from pawl.execute.tools import Obtained, Toolshop, registry_environment
from pawl.execute.variables import step_variables
from pawl.execute.workspace import Workspaces
from pawl.model.event import StepProgress, StepStarted
from pawl.model.evidence import Reason, ServiceUse, ToolUse
from pawl.model.facts import Project
from pawl.model.gate import Where
from pawl.model.pipeline import Pipeline
from pawl.model.plan import Step

Listen = Callable[[StepStarted | StepProgress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A step's surroundings. `secrets` must not be kept in any text. `dead_service` says afterwards whether a service died while the step used it."""

    tokens: Mapping[str, str]
    env: Mapping[str, str]
    tools: tuple[ToolUse, ...]
    services: tuple[ServiceUse, ...]
    notes: tuple[str, ...]
    secrets: tuple[str, ...]
    dead_service: Callable[[], Reason | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Everything that the steps of one run share."""

    run: Path
    project: Project
    pipeline: Pipeline
    environ: Mapping[str, str]
    processes: Processes
    workspaces: Workspaces
    environments: Environments
    interpreters: Interpreters
    toolshop: Toolshop
    services: ServicePool
    advisories: AdvisorySource
    redactor: Redactor
    folder: Callable[[str], Path]
    listen: Listen

    @contextmanager
    def make_ready(self, step: Step, cpus: int, scratch: Path) -> Iterator[Ready]:
        """Yield the surroundings of `step`; ProvisionError or ServiceError when they cannot be had."""
        with ExitStack() as stack:
            tree = stack.enter_context(self.workspaces.own()) if _needs_own(step) else self.workspaces.shared()
            python = self._interpreter(step)
            environment = self._environment(step)
            tools = {tool.name: self._obtain(step, environment, python, tool.name) for tool in step.check.tools}
            workers = cpus if step.check.environment is not None else 0
            leases = stack.enter_context(self.services.lease(step.id, self._service_names(step), workers))
            known = self.advisories.lease() if "advisories" in step.check.services else None
            yield Ready(
                tokens=self._tokens(step, cpus, scratch=scratch, tree=tree)
                | _tool_tokens(tools)
                | _service_tokens(leases)
                | ({"advisories.url": known[0]} if known else {})
                | _python_token(environment, python),
                env=self._variables(step, cpus, scratch=scratch, environment=environment, leases=leases)
                | _import_path(environment, tree, self.pipeline),
                tools=(*(obtained.use for obtained in tools.values()), *_python_use(environment)),
                services=(*(leased.use for leased in leases), *((known[1],) if known else ())),
                notes=tuple(note for leased in leases for note in leased.use.notes),
                secrets=tuple(secret for leased in leases for secret in leased.secrets),
                dead_service=lambda: self.services.check(leases),
            )

    def _interpreter(self, step: Step) -> Path | None:
        if step.context.python is None:
            return None
        found = self.interpreters.find(step.context.python)
        return found.path if found else None

    def _environment(self, step: Step) -> Environment | None:
        use, python = step.check.environment, step.context.python
        if use is None or python is None:
            return None
        return self.environments.prepare(self.project, self.pipeline, python=python, use=use)

    def _obtain(self, step: Step, environment: Environment | None, python: Path | None, name: str) -> Obtained:
        tool = next(tool for tool in step.check.tools if tool.name == name)
        return self.toolshop.obtain(
            tool, environment=environment, project=self.project, python=python if tool.parses_python else None
        )

    def _service_names(self, step: Step) -> tuple[str, ...]:
        kinds = step.check.services
        return tuple(spec.name for spec in self.pipeline.services if spec.kind in kinds)

    def _tokens(self, step: Step, cpus: int, *, scratch: Path, tree: Path) -> dict[str, str]:
        return {
            "tree": str(tree),
            "out": str(self.folder(step.id)),
            "scratch": str(scratch / "work"),
            "pawl": sys.executable,
            "guest": str(Path(guest.__file__).parent),
            "jobs": str(cpus),
            "inputs": str(scratch / "inputs"),
            "git": str(self.project.git_dir),
            "gitroot": str(self.project.git_root),
        }

    def _variables(
        self, step: Step, cpus: int, *, scratch: Path, environment: Environment | None, leases: tuple[Leased, ...]
    ) -> dict[str, str]:
        for name in ("work", "home", "tmp", "inputs"):
            (scratch / name).mkdir(exist_ok=True)
        path = os.pathsep.join([str(environment.bin)] if environment else []) + os.pathsep
        variables = {
            "PATH": (path + self.environ.get("PATH", os.defpath)).strip(os.pathsep),
            "HOME": str(scratch / "home"),
            "TMPDIR": str(scratch / "tmp"),
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
            MARKER: str(self.run),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_XDIST_AUTO_NUM_WORKERS": str(cpus),
        }
        if any(need.kind in {"network", "advisories"} for need in step.check.needs):
            variables = registry_environment(self.environ) | variables
        if step.check.environment is not None:
            variables |= step_variables(self.pipeline, leases)
        return variables


def _import_path(environment: Environment | None, tree: Path, pipeline: Pipeline) -> dict[str, str]:
    """Return PYTHONPATH: where the code of packages lies whose metadata alone is installed, then what is declared."""
    if environment is None:
        return {}
    roots = [str(tree / root) for root in environment.import_roots]
    declared = dict(pipeline.environment).get("PYTHONPATH")
    path = os.pathsep.join([*roots, *([declared] if declared else [])])
    return {"PYTHONPATH": path} if path else {}


def _needs_own(step: Step) -> bool:
    return step.check.where is Where.OWN


def _tool_tokens(tools: Mapping[str, Obtained]) -> dict[str, str]:
    return {f"tool:{name}": str(obtained.executable) for name, obtained in tools.items()}


def _service_tokens(leases: tuple[Leased, ...]) -> dict[str, str]:
    urls = {f"{leased.spec.kind}.url": leased.url for leased in leases}
    logs = {f"{leased.spec.kind}.log": str(leased.log) for leased in leases if leased.log}
    return urls | logs


def _python_token(environment: Environment | None, python: Path | None) -> dict[str, str]:
    chosen = environment.python if environment else python
    return {"python": str(chosen)} if chosen else {}


def _python_use(environment: Environment | None) -> tuple[ToolUse, ...]:
    if environment is None:
        return ()
    return (ToolUse(name="python", version=environment.version, source="path", digest=environment.digest),)
