"""Make one step's surroundings ready: tree, environment, tools, services, variables; and clear them away again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from onward.errors import RepositoryError
from onward.execute.advisories.databases import Database
from onward.execute.advisories.source import AdvisorySource
from onward.execute.application.launcher import AppLauncher
from onward.execute.application.variables import import_path, plain_variables, step_variables
from onward.execute.docker import images
from onward.execute.docker.images import Images
from onward.execute.machine.probe import browser
from onward.execute.process.processes import Processes
from onward.execute.provision.guests import Guests
from onward.execute.provision.node.packages import NodeEnvironments, PlacedPackages
from onward.execute.provision.python.environment import Environment, Environments
from onward.execute.provision.python.interpreters import Interpreters
from onward.execute.provision.tools.provider import ResolvedTool, ToolProvider, registry_environment
from onward.execute.services.pool import Leased, ServicePool
from onward.execute.source.trees import base_tree
from onward.execute.source.workspace import Workspaces
from onward.execute.step.seal import Redactor
from onward.model.application import SERVICE
from onward.model.event import StepProgress, StepStarted
from onward.model.evidence import Reason, ServiceUse, ToolUse
from onward.model.facts import Project
from onward.model.gate import Check, Where
from onward.model.pipeline import Pipeline
from onward.model.plan import Step

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
class RunResources:
    """Everything that the steps of one run share."""

    run: Path
    project: Project
    pipeline: Pipeline
    environ: Mapping[str, str]
    processes: Processes
    workspaces: Workspaces
    environments: Environments
    nodes: NodeEnvironments
    interpreters: Interpreters
    tool_provider: ToolProvider
    guests: Guests
    services: ServicePool
    images: Images
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
            packages = self._packages(step, tree)
            tools = {tool.name: self._obtain(step, environment, python, tool.name) for tool in step.check.tools}
            workers = cpus if step.check.environment is not None else 0
            leases = stack.enter_context(self.services.lease(step.id, self._service_names(step), workers))
            known = self.advisories.lease() if "advisories" in step.check.services else None
            databases = self.advisories.databases(step.check.services)
            staged = stack.enter_context(self._staging(step, scratch, tree, leases).staged(step.check))
            variables = self._variables(step, cpus, scratch=scratch, environment=environment, leases=leases)
            yield Ready(
                tokens=self._tokens(step, cpus, scratch=scratch, tree=tree)
                | base_tokens(step.check, self.project, self.environ, scratch)
                | _tool_tokens(tools)
                | _service_tokens(leases)
                | dict(staged.tokens)
                | ({"advisories.url": known[0]} if known else {})
                | _database_tokens(databases)
                | self._image_tokens(step)
                | self._browser_token(step)
                | _python_token(environment, python)
                | (dict(packages.tokens) if packages else {}),
                env=variables
                | (dict(packages.variables(variables["PATH"])) if packages else {})
                | dict(staged.variables)
                | import_path(environment, tree, self.pipeline),
                tools=(
                    *(obtained.use for obtained in tools.values()),
                    *_python_use(environment),
                    *(packages.uses if packages else ()),
                ),
                services=(
                    *(leased.use for leased in leases),
                    *staged.uses,
                    *((known[1],) if known else ()),
                    *(one.use for one in databases),
                ),
                notes=(*_notes(leases, packages), *staged.notes),
                secrets=(
                    *(secret for leased in leases for secret in leased.secrets),
                    *staged.secrets,
                    *self._accounts(step).values(),
                ),
                dead_service=lambda: self.services.check(leases) or staged.error(),
            )

    def _staging(self, step: Step, scratch: Path, tree: Path, leases: tuple[Leased, ...]) -> AppLauncher:
        return AppLauncher(
            project=self.project,
            pipeline=self.pipeline,
            environ=self.environ,
            run=self.run,
            processes=self.processes,
            environments=self.environments,
            nodes=self.nodes,
            tree=tree,
            scratch=scratch,
            logs=self.folder(step.id),
            leases=leases,
            lease=lambda: self.services.lease(step.id, self._service_names(step), 0),
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

    def _packages(self, step: Step, tree: Path) -> PlacedPackages | None:
        if step.check.node is None:
            return None
        folder = step.check.node(step.context)
        return self.nodes.prepare(self.project, folder).place(tree / folder)

    def _obtain(self, step: Step, environment: Environment | None, python: Path | None, name: str) -> ResolvedTool:
        tool = next(tool for tool in step.check.tools if tool.name == name)
        return self.tool_provider.obtain(
            tool, environment=environment, project=self.project, python=python if tool.parses_python else None
        )

    def _service_names(self, step: Step) -> tuple[str, ...]:
        kinds = step.check.services
        # What the application needs, the step that uses the application gets.
        every = SERVICE in kinds and self.pipeline.application is not None
        return tuple(spec.name for spec in self.pipeline.services if every or spec.kind in kinds or spec.name in kinds)

    def _tokens(self, step: Step, cpus: int, *, scratch: Path, tree: Path) -> dict[str, str]:
        return {
            "tree": str(tree),
            "out": str(self.folder(step.id)),
            "scratch": str(scratch / "work"),
            "onward": sys.executable,
            "guest": str(self.guests.folder()),
            "jobs": str(cpus),
            "inputs": str(scratch / "inputs"),
            "git": str(self.project.git_dir),
            "gitroot": str(self.project.git_root),
        }

    def _browser_token(self, step: Step) -> dict[str, str]:
        found = browser(self.environ) if any(need.kind == "browser" for need in step.check.needs) else None
        return {"browser": str(found)} if found else {}

    def _image_tokens(self, step: Step) -> dict[str, str]:
        if not _uses_docker(step):
            return {}
        run, mark = self.images.labels()
        return {"image.run": run, "image.mark": mark}

    def _variables(
        self, step: Step, cpus: int, *, scratch: Path, environment: Environment | None, leases: tuple[Leased, ...]
    ) -> dict[str, str]:
        for name in ("work", "home", "tmp", "inputs"):
            (scratch / name).mkdir(exist_ok=True)
        variables = plain_variables(self.environ, self.run, scratch, environment)
        variables["PYTEST_XDIST_AUTO_NUM_WORKERS"] = str(cpus)
        if any(need.kind in {"network", "advisories", "account"} for need in step.check.needs):
            variables = registry_environment(self.environ) | variables
        if _uses_docker(step):
            variables |= images.environment(self.environ)
        variables |= self._accounts(step)
        if step.check.environment is not None:
            variables |= step_variables(self.pipeline, leases)
        return variables

    def _accounts(self, step: Step) -> dict[str, str]:
        """Return the keys of the accounts that the step needs: no other step gets them."""
        names = (need.name for need in step.check.needs if need.kind == "account")
        return {name: self.environ[name] for name in names if name in self.environ}


def base_tokens(check: Check, project: Project, environ: Mapping[str, str], scratch: Path) -> dict[str, str]:
    """Lay out what `check` wants to see of the base; one that is not here is no error of the change."""
    if not check.base:
        return {}
    folder, missing = scratch / "base-tree" / (project.root.name or "project"), ""
    try:
        base_tree(project, environ).unpack(folder, check.base)
    except RepositoryError as error:
        missing = error.message
    return {"base.tree": str(folder), "base.missing": missing}


def _needs_own(step: Step) -> bool:
    return step.check.where is Where.OWN or SERVICE in step.check.services


def _uses_docker(step: Step) -> bool:
    return any(need.kind == "docker" for need in step.check.needs)


def _database_tokens(databases: tuple[Database, ...]) -> dict[str, str]:
    folders = {f"{one.name}.folder": str(one.folder) for one in databases}
    return folders | {f"{one.name}.source": one.source for one in databases}


def _notes(leases: tuple[Leased, ...], packages: PlacedPackages | None) -> Iterator[str]:
    yield from (note for leased in leases for note in leased.use.notes)
    yield from packages.installed.notes if packages else ()


def _tool_tokens(tools: Mapping[str, ResolvedTool]) -> dict[str, str]:
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
