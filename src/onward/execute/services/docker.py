"""Containers of a local Docker engine: asked for politely, labelled, published on the loopback address only."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from onward.errors import ServiceError
from onward.execute.process import Call, Ended, Handle, quick
from onward.execute.services.awaiting import with_tail
from onward.execute.services.ports import LOOPBACK
from onward.execute.services.supply import Offer, Site, Supply
from onward.model.pipeline import ServiceSpec

PROVIDER = "docker"
_ASK_S = 5.0
_PULL_S = 300.0
_RUN_S = 60.0
LABEL = "onward.mark"
_REACHES = ("PATH", "HOME", "XDG_RUNTIME_DIR")


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what the docker program may see of `environ`."""
    return {name: value for name, value in environ.items() if name in _REACHES or name.startswith("DOCKER_")}


def refusal(environ: Mapping[str, str]) -> str:
    """Return why Docker cannot be used here, empty when it can; takes seconds at most."""
    if shutil.which("docker", path=environ.get("PATH", "")) is None:
        return "docker is not on the PATH"
    if environ.get("DOCKER_HOST", "unix:").partition(":")[0] != "unix":
        return "the Docker engine is on another machine, whose loopback address is not ours"
    code, _, errors = _docker(("version", "--format", "{{.Server.Version}}"), environment(environ), _ASK_S)
    return "" if code == 0 else f"the Docker engine does not answer: {_last_line(errors)}"


def offers(site: Site, spec: ServiceSpec, start: Callable[[ServiceSpec], Supply]) -> tuple[Offer, ...]:
    """Return the declared image as an offer; ServiceError when Docker cannot be used."""
    why = refusal(site.environ)
    if why:
        raise ServiceError(why)
    major = spec.version.partition(".")[0]
    return (Offer(provider=PROVIDER, detail=f"the image {spec.image}", major=major, open=start),)


def has(image: str, environ: Mapping[str, str]) -> bool:
    """Return whether the engine has the image already."""
    return _docker(("image", "inspect", image), environment(environ), _ASK_S)[0] == 0


def fetch(site: Site, image: str) -> None:
    """Pull the image unless the engine has it; ServiceError when it cannot be pulled."""
    if has(image, site.environ):
        return
    code, _, errors = _docker(("pull", "--quiet", image), environment(site.environ), _PULL_S)
    if code != 0:
        raise ServiceError(f"docker cannot pull {image}: {_last_line(errors)}")


def remove(mark: str, environ: Mapping[str, str] | None = None) -> bool:
    """Remove the containers and images labelled with `mark`; return whether none is left, as far as the engine tells."""
    label = f"label={LABEL}={mark}"
    containers = _gone(("ps", "--all", "--quiet"), ("rm", "--force", "--volumes"), label, environ)
    # what an image was built from stays: it is the engine's own layer cache
    return containers and _gone(
        ("image", "ls", "--quiet", "--no-trunc"), ("rmi", "--force", "--no-prune"), label, environ
    )


def _gone(listing: tuple[str, ...], removal: tuple[str, ...], label: str, environ: Mapping[str, str] | None) -> bool:
    code, output, _ = _docker((*listing, "--filter", label), environ, _ASK_S)
    if code != 0:
        # Without docker on this machine there was nothing either (127 is a program that is not there).
        return code == 127
    ids = tuple(dict.fromkeys(output.decode().split()))
    return not ids or _docker((*removal, *ids), environ, _RUN_S)[0] == 0


class Container:
    """One container for the length of a run or of a step."""

    def __init__(self, site: Site, spec: ServiceSpec) -> None:
        self._site = site
        self._image = spec.image
        self._belonging = replace(site.belongings.begin(spec.name, PROVIDER), container=True)
        self._follower: Handle | None = None
        self._id = ""
        self.mark = self._belonging.mark
        self.log = site.log(self._belonging.id)

    def start(self, port: int, words: tuple[str, ...], secrets: Mapping[str, str]) -> int:
        """Run the image with `words`; return the loopback port that its `port` is published on. Raises ServiceError.

        `secrets` become variables inside it; their values appear in no argument list.
        """
        self._site.belongings.keep(self._belonging)
        fetch(self._site, self._image)
        run = ("run", "--detach", "--label", f"onward.run={self._site.run_dir.name}", "--label", f"{LABEL}={self.mark}")
        names = (word for name in secrets for word in ("--env", name))
        self._id = self._ask((*run, "--publish", f"{LOOPBACK}::{port}", *names, self._image, *words), _RUN_S, secrets)
        self._follow()
        published = self._ask(("port", self._id, str(port)), _ASK_S)
        return int(published.splitlines()[0].rpartition(":")[2])

    def ended(self) -> str | None:
        """Return how the container ended, None while it runs."""
        words = ("inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", self._id)
        # A busy engine is no dead container: it has as long to answer as it has to start one.
        code, output, errors = _docker(words, environment(self._site.environ), _RUN_S)
        if code != 0:
            return _last_line(errors)
        status, _, exit_code = output.decode().strip().partition(" ")
        return None if status in {"created", "running"} else with_tail(f"{status} with exit code {exit_code}", self.log)

    def clear(self) -> None:
        """Remove the container and its volumes. Repeatable."""
        gone = remove(self.mark, environment(self._site.environ))
        if self._follower is not None:
            self._follower.stop(1)
        if gone:
            self._site.belongings.forget(self._belonging)

    def _follow(self) -> None:
        call = Call(
            argv=("docker", "logs", "--follow", self._id),
            cwd=Path("/"),
            env=environment(self._site.environ) | self._site.server_environment(),
            log=self.log,
        )
        started = self._site.processes.start(call)
        if isinstance(started, Ended):
            raise ServiceError(f"the container's log cannot be followed: {started.text or started.outcome}")
        self._follower = started

    def _ask(self, words: tuple[str, ...], timeout_s: float, secrets: Mapping[str, str] | None = None) -> str:
        code, output, errors = _docker(words, {**environment(self._site.environ), **(secrets or {})}, timeout_s)
        if code != 0:
            raise ServiceError(f"docker {words[0]} {self._image} failed: {_last_line(errors)}")
        return output.decode().strip()


def _docker(words: tuple[str, ...], environ: Mapping[str, str] | None, timeout_s: float) -> tuple[int, bytes, bytes]:
    return quick(("docker", *words), cwd=Path("/"), timeout_s=timeout_s, env=environ)


def _last_line(errors: bytes) -> str:
    lines = errors.decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "it says nothing"
