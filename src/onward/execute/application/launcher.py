"""Which application a step gets, from which tree: the one that is looked at, and the base's to compare it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from onward.errors import OnwardError, RepositoryError
from onward.execute.application.server_group import AppEnvironment, ServerGroup, crew, made_up
from onward.execute.application.variables import import_path, plain_variables, project_variables
from onward.execute.process.processes import Processes
from onward.execute.provision.node.packages import NodeEnvironments
from onward.execute.provision.python.environment import Environments
from onward.execute.services.pool import Leased
from onward.execute.source.trees import base_tree
from onward.model.application import BASE_SERVICE, SERVICE, Application
from onward.model.evidence import Reason, ServiceUse
from onward.model.facts import Project
from onward.model.gate import Check, EnvironmentUse
from onward.model.pipeline import Pipeline

_PYTHONS_OWN = {"PYTHONUNBUFFERED": "1"}

Lease = Callable[[], AbstractContextManager[tuple[Leased, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """The applications of one step, none where it asked for none."""

    crews: tuple[ServerGroup, ...] = ()
    tokens: Mapping[str, str]
    variables: Mapping[str, str]
    notes: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()

    @property
    def uses(self) -> tuple[ServiceUse, ...]:
        """What ran, for the evidence."""
        return tuple(use for one in self.crews for use in one.uses)

    def error(self) -> Reason | None:
        """Return why the step's result cannot be believed: a server has died; None when all still run."""
        return next((reason for one in self.crews if (reason := one.error())), None)


NOTHING = Staged(tokens={}, variables={})


@dataclass(frozen=True, slots=True, kw_only=True)
class AppLauncher:
    """What applications of one step are made of. `lease` gives each one services of its own."""

    project: Project
    pipeline: Pipeline
    environ: Mapping[str, str]
    run: Path
    processes: Processes
    environments: Environments
    nodes: NodeEnvironments
    tree: Path
    scratch: Path
    logs: Path
    leases: tuple[Leased, ...]
    lease: Lease

    @contextmanager
    def staged(self, check: Check) -> Iterator[Staged]:
        """Yield what `check` asks for, running and healthy. Raises ServiceError or ProvisionError.

        A base that does not start is no error of the change: then {base.url} is empty, and a note says why.
        """
        spec = self.pipeline.application
        if SERVICE not in check.services or spec is None:
            yield NOTHING
            return
        with ExitStack() as stack:
            secrets = made_up(spec)
            now = stack.enter_context(self._crew(spec, self.project, self.leases, secrets))
            first = _staged(now, spec, secrets)
            wants_base = BASE_SERVICE in check.services and self.project.revision.base is not None
            yield self._with_base(first, spec, secrets, stack) if wants_base else first

    def _with_base(self, first: Staged, spec: Application, secrets: Mapping[str, str], stack: ExitStack) -> Staged:
        try:
            project = self._base()
            leases = stack.enter_context(self.lease())
            base = stack.enter_context(self._crew(spec, project, leases, secrets))
        except OnwardError as error:
            if self.processes.interrupted:
                raise
            tokens = {"base.url": "", "base.pid": "", "base.log": ""}
            return replace(
                first, tokens={**first.tokens, **tokens}, notes=(*first.notes, f"{BASE_SERVICE}: {error.message}")
            )
        tokens = {f"base.{what}": base.tokens[f"{SERVICE}.{what}"] for what in ("url", "pid", "log")}
        notes = tuple(note for use in base.uses for note in use.notes)
        known = tuple(value for leased in leases for value in leased.secrets)
        return replace(
            first,
            crews=(*first.crews, base),
            tokens={**first.tokens, **tokens},
            notes=(*first.notes, *notes),
            secrets=(*first.secrets, *known),
        )

    @contextmanager
    def _crew(
        self, spec: Application, project: Project, leases: tuple[Leased, ...], secrets: Mapping[str, str]
    ) -> Iterator[ServerGroup]:
        is_base = project is not self.project
        python = self.pipeline.deployed_python or self.pipeline.highest_python or ""
        environment = self.environments.prepare(project, self.pipeline, python, EnvironmentUse(deployed=True))
        tree = project.root if is_base else self.tree
        plain = plain_variables(self.environ, self.run, self.scratch, environment)
        stage = AppEnvironment(
            name=BASE_SERVICE if is_base else SERVICE,
            tree=tree,
            logs=self.logs,
            env=plain
            | dict(self._node_variables(spec, project, tree, plain["PATH"]))
            | _PYTHONS_OWN
            | project_variables(self.pipeline, leases)
            | import_path(environment, tree, self.pipeline),
            processes=self.processes,
            python=environment.version,
            secrets=secrets,
        )
        with crew(spec, stage) as running:
            yield running

    def _node_variables(self, spec: Application, project: Project, tree: Path, path: str) -> Mapping[str, str]:
        """Return what gives `prepare` the packages of the front end that it builds, put where npm looks for them."""
        if not spec.node_packages:
            return {}
        packages = self.nodes.prepare(project, spec.node_packages)
        return packages.place(tree / spec.node_packages).variables(path)

    def _base(self) -> Project:
        """Return the project as the base has it, unpacked beside the step's own tree."""
        tree = base_tree(self.project, self.environ)
        if not tree.paths:
            raise RepositoryError("the project is not in the base", where=self.project.prefix)
        folder = self.scratch / "base" / (self.project.root.name or "project")
        tree.unpack(folder)
        return replace(self.project, root=folder, files=tree.paths)


def _staged(now: ServerGroup, spec: Application, secrets: Mapping[str, str]) -> Staged:
    tokens = now.tokens
    return Staged(
        crews=(now,),
        tokens={**tokens, **{f"secret:{name}": value for name, value in secrets.items()}},
        variables={spec.server.variable: tokens[f"{SERVICE}.url"]},
        notes=tuple(note for use in now.uses for note in use.notes),
        secrets=tuple(secrets.values()),
    )
