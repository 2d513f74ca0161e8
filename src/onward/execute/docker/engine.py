"""Short calls of the local Docker engine: whether it answers, which images it has, removing what carries a label."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from onward.errors import ServiceError
from onward.execute.process.processes import quick

LABEL = "onward.label"
ASK_S = 5.0
RUN_S = 60.0
_PULL_S = 300.0
_REACHES = ("PATH", "HOME", "XDG_RUNTIME_DIR")


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what the docker program may see of `environ`."""
    return {name: value for name, value in environ.items() if name in _REACHES or name.startswith("DOCKER_")}


def unavailable(environ: Mapping[str, str]) -> str:
    """Return why Docker cannot be used here, empty when it can; takes seconds at most."""
    if shutil.which("docker", path=environ.get("PATH", "")) is None:
        return "docker not found on the PATH"
    if environ.get("DOCKER_HOST", "unix:").partition(":")[0] != "unix":
        return "the Docker engine runs on another machine; services on its loopback address are not reachable"
    code, _, errors = ask(("version", "--format", "{{.Server.Version}}"), environment(environ), ASK_S)
    return "" if code == 0 else f"the Docker engine does not answer: {last_line(errors)}"


def has(image: str, environ: Mapping[str, str]) -> bool:
    """Return whether the engine has the image already."""
    return ask(("image", "inspect", image), environment(environ), ASK_S)[0] == 0


def fetch(image: str, environ: Mapping[str, str]) -> None:
    """Pull the image unless the engine has it; ServiceError when it cannot be pulled."""
    if has(image, environ):
        return
    code, _, errors = ask(("pull", "--quiet", image), environment(environ), _PULL_S)
    if code != 0:
        raise ServiceError(f"docker cannot pull {image}: {last_line(errors)}")


def remove(label: str, environ: Mapping[str, str] | None = None) -> bool:
    """Remove the containers and images labelled with `label`; return whether none is left, as far as the engine tells."""
    label = f"label={LABEL}={label}"
    containers = _gone(("ps", "--all", "--quiet"), ("rm", "--force", "--volumes"), label, environ)
    # what an image was built from stays: it is the engine's own layer cache
    return containers and _gone(
        ("image", "ls", "--quiet", "--no-trunc"), ("rmi", "--force", "--no-prune"), label, environ
    )


def _gone(listing: tuple[str, ...], removal: tuple[str, ...], label: str, environ: Mapping[str, str] | None) -> bool:
    code, output, _ = ask((*listing, "--filter", label), environ, ASK_S)
    if code != 0:
        # Without docker on this machine there was nothing either (127 is a program that is not there).
        return code == 127
    ids = tuple(dict.fromkeys(output.decode().split()))
    return not ids or ask((*removal, *ids), environ, RUN_S)[0] == 0


def ask(words: tuple[str, ...], environ: Mapping[str, str] | None, timeout_s: float) -> tuple[int, bytes, bytes]:
    """Return exit code, output and errors of one call of docker (127: there is no such program)."""
    return quick(("docker", *words), cwd=Path("/"), timeout_s=timeout_s, env=environ)


def last_line(errors: bytes) -> str:
    """Return the last line that docker wrote about what went wrong."""
    lines = errors.decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "no output"
