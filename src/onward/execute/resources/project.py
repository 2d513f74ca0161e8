"""What is made of the project itself: its environment, the packages of its front end, its running application."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from onward.errors import RepositoryError
from onward.execute.resources.context import EnvironmentLease, LeaseContext
from onward.model.evidence import ToolUse
from onward.model.facts import Project
from onward.model.need import BaseTree, EnvironmentUse, Lease, Packages, RunningApplication


def base_tree(needs: tuple[BaseTree, ...], context: LeaseContext) -> Lease:
    """Lay out what the step wants to see of the base; one that is not here is no error of the change."""
    run_env = context.run.run_env
    folder = context.scratch / "base-tree" / (run_env.project.root.name or "project")
    suffixes = tuple(suffix for need in needs for suffix in need.suffixes)
    return Lease(giver=str(needs[0]), tokens=base_tokens(suffixes, run_env.project, run_env.environ, folder))


def base_tokens(
    suffixes: tuple[str, ...], project: Project, environ: Mapping[str, str], folder: Path
) -> Mapping[str, str]:
    """Lay out files of the base in `folder`, and return the tokens that say where, and why there are none."""
    from onward.execute.source import trees  # noqa: PLC0415  # for steps alone

    missing = ""
    try:
        trees.base_tree(project, environ).unpack(folder, suffixes)
    except RepositoryError as error:
        missing = error.message
    return {"base.tree": str(folder), "base.missing": missing}


def environment(needs: tuple[EnvironmentUse, ...], context: LeaseContext) -> Lease:
    """Give {python} of the environment, its programs, and the declared variables."""
    from onward.execute.application import variables  # noqa: PLC0415  # for steps alone

    run_env, python = context.run.run_env, context.step.context.python
    if python is None:
        return Lease(giver=str(needs[0]))
    made = context.run.environments.prepare(run_env.project, run_env.pipeline, python=python, use=needs[0])
    return EnvironmentLease(
        giver=str(needs[0]),
        environment=made,
        tokens={"python": str(made.python)},
        variables={
            "PATH": variables.search_path(run_env.environ, made),
            **dict(run_env.pipeline.environment),
            **variables.import_path(made, context.tree, run_env.pipeline),
        },
        tools=(ToolUse(name="python", version=made.version, source="path", digest=made.digest),),
    )


def packages(needs: tuple[Packages, ...], context: LeaseContext) -> Lease:
    """Put the packages where the step's programs look for them, and give Node and npm."""
    (need,) = needs
    placed = context.run.nodes.prepare(context.run.run_env.project, need.name).place(context.tree / need.name)
    return Lease(
        giver=str(need),
        tokens=placed.tokens,
        variables=placed.variables(context.variables["PATH"]),
        tools=placed.uses,
        notes=placed.installed.notes,
    )


def running(needs: tuple[RunningApplication, ...], context: LeaseContext) -> Lease:
    """Start the application on the step's services, and that of the base on services of its own."""
    from onward.execute.resources import application  # noqa: PLC0415  # for steps alone

    return application.lease(needs, context)
