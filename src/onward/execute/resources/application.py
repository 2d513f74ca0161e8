"""Which application a step gets, from which tree: the one that is looked at, and the base's to compare it with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from onward.errors import OnwardError, RepositoryError, ServiceError
from onward.execute.application.server_group import AppEnvironment, ServerGroup, made_up, running_group
from onward.execute.application.variables import addresses, import_path, plain_variables
from onward.execute.resources.context import LeaseContext, RunEnvironment
from onward.execute.services.pool import Leased
from onward.execute.source.trees import base_tree
from onward.model.application import BASE_SERVICE, SERVICE, Application
from onward.model.facts import Project
from onward.model.need import BASE_APPLICATION, EnvironmentUse, Lease, RunningApplication, Service

_PYTHONS_OWN = {"PYTHONUNBUFFERED": "1"}


def lease(needs: tuple[RunningApplication, ...], context: LeaseContext) -> Lease:
    """Give the running, healthy application, and that of the base beside it. Raises ServiceError or ProvisionError.

    A base that does not start is no error of the change: then {base.url} is empty, and a note says why.
    """
    site = context.run.site
    if site.pipeline.application is None:
        raise ServiceError("onward.toml has no [application] section", where="application")
    launcher = AppLauncher(context=context, spec=site.pipeline.application, secrets=made_up(site.pipeline.application))
    first = launcher.first()
    is_compared = BASE_APPLICATION in needs and site.project.revision.base is not None
    return launcher.with_base(first) if is_compared else first


@dataclass(frozen=True, slots=True, kw_only=True)
class AppLauncher:
    """Starts the applications of one step, each on services of its own; `secrets` are the made-up values of both."""

    context: LeaseContext
    spec: Application
    secrets: Mapping[str, str]

    @property
    def site(self) -> RunEnvironment:
        """Where the run works."""
        return self.context.run.site

    def first(self) -> Lease:
        """Start the application on the services of the step."""
        now = self._group(self.site.project, self.context.leased)
        return Lease(
            giver=SERVICE,
            tokens={**now.tokens, **{f"secret:{name}": value for name, value in self.secrets.items()}},
            variables={self.spec.server.variable: now.tokens[f"{SERVICE}.url"]},
            services=now.uses,
            notes=tuple(note for use in now.uses for note in use.notes),
            secrets=tuple(self.secrets.values()),
            error=now.error,
        )

    def with_base(self, first: Lease) -> Lease:
        """Start that of the base beside it."""
        run, step = self.context.run, self.context.step
        names = tuple(need.name for need in step.needs if isinstance(need, Service))
        try:
            project = self._base()
            leases = self.context.stack.enter_context(run.services.lease(step.id, names, 0))
            base = self._group(project, leases)
        except OnwardError as error:
            if run.processes.interrupted:
                raise
            tokens = {"base.url": "", "base.pid": "", "base.log": ""}
            note = f"{BASE_SERVICE}: {error.message}"
            return replace(first, tokens={**first.tokens, **tokens}, notes=(*first.notes, note))
        tokens = {f"base.{what}": base.tokens[f"{SERVICE}.{what}"] for what in ("url", "pid", "log")}
        return replace(
            first,
            tokens={**first.tokens, **tokens},
            services=(*first.services, *base.uses),
            notes=(*first.notes, *(note for use in base.uses for note in use.notes)),
            secrets=(*first.secrets, *(value for leased in leases for value in leased.secrets)),
            error=lambda: first.error() or base.error(),
        )

    def _group(self, project: Project, leases: tuple[Leased, ...]) -> ServerGroup:
        run, pipeline = self.context.run, self.site.pipeline
        is_base = project is not self.site.project
        python = pipeline.deployed_python or pipeline.highest_python or ""
        environment = run.environments.prepare(project, pipeline, python, EnvironmentUse(deployed=True))
        tree = project.root if is_base else self.context.tree
        plain = plain_variables(self.site.environ, self.site.run, self.context.scratch, environment)
        stage = AppEnvironment(
            name=BASE_SERVICE if is_base else SERVICE,
            tree=tree,
            logs=self.site.folder(self.context.step.id),
            env=plain
            | dict(self._node_variables(project, tree, plain["PATH"]))
            | _PYTHONS_OWN
            | dict(pipeline.environment)
            | addresses(leases)
            | import_path(environment, tree, pipeline),
            processes=run.processes,
            python=environment.version,
            secrets=self.secrets,
        )
        return self.context.stack.enter_context(running_group(self.spec, stage))

    def _node_variables(self, project: Project, tree: Path, path: str) -> Mapping[str, str]:
        """Return what gives `prepare` the packages of the front end that it builds, put where npm looks for them."""
        folder = self.spec.node_packages
        return self.context.run.nodes.prepare(project, folder).place(tree / folder).variables(path) if folder else {}

    def _base(self) -> Project:
        """Return the project as the base has it, unpacked beside the step's own tree."""
        project = self.site.project
        tree = base_tree(project, self.site.environ)
        if not tree.paths:
            raise RepositoryError("the project is not in the base", where=project.prefix)
        folder = self.context.scratch / "base" / (project.root.name or "project")
        tree.unpack(folder)
        return replace(project, root=folder, files=tree.paths)
