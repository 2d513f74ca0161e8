"""The user's Docker engine, and the images that it must have for a build."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from onward.execute.process.processes import quick
from onward.execute.resources.context import LeaseContext, ProbeContext
from onward.model.need import Availability, BaseImage, DockerEngine, Lease, Need

_ANSWER_S = 10.0


def available(_: DockerEngine, context: ProbeContext) -> Availability:
    """Say whether an engine answers."""
    program = shutil.which("docker", path=context.environ.get("PATH", ""))
    hint = "install Docker and start its daemon; embedded services need none"
    if program is None:
        return Availability(present=False, detail="docker not found on the PATH", hint=hint)
    argv = (program, "version", "--format", "{{.Server.Version}}")
    code, output, errors = quick(argv, cwd=Path("/"), timeout_s=_ANSWER_S, env=dict(context.environ))
    if code == 0:
        return Availability(present=True, detail=f"daemon {output.decode(errors='replace').strip()}")
    said = errors.decode(errors="replace").strip().splitlines()
    return Availability(present=False, detail=said[-1] if said else "the daemon does not answer", hint=hint)


def lease(needs: tuple[DockerEngine, ...], context: LeaseContext) -> Lease:
    """Give the way to the engine, and the labels by which what the step makes there is removed after the run."""
    from onward.execute.docker import images  # noqa: PLC0415  # for steps alone

    run, mark = context.run.images.labels()
    return Lease(
        giver=str(needs[0]),
        tokens={"image.run": run, "image.mark": mark},
        variables=images.environment(context.run.site.environ),
    )


def has_image(need: BaseImage, context: ProbeContext) -> Availability:
    """Say whether the engine has an image or may be able to fetch it."""
    from onward.execute.docker import base_images  # noqa: PLC0415  # what services need, for this need alone

    return base_images.availability(need.name, context.environ)


def nothing(needs: Sequence[Need], _: LeaseContext) -> Lease:
    """Give nothing: the engine has it."""
    return Lease(giver=str(needs[0]))
