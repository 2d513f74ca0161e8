"""Whether the Docker engine of this machine can have an image: it has it, or the image's registry can be reached."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from onward.execute.docker import engine
from onward.execute.process.processes import quick
from onward.model.need import Availability

_ANSWER_S = 10.0
_REACH_S = 5.0
_HUB = "docker.io"
# Where Docker Hub's images come from: https://distribution.github.io/distribution/recipes/mirror/
_REGISTRIES = {_HUB: "registry-1.docker.io", "index.docker.io": "registry-1.docker.io"}
_HINT = "pull or load it while online, or use `build-args` to select an image of this machine"


def availability(image: str, environ: Mapping[str, str]) -> Availability:
    """Say whether the engine has the image or may be able to fetch it.

    Absent is only what surely cannot be had: no engine answers, or its registry cannot be reached from here though the
    engine would reach it in no other way (through a proxy, a mirror, from another machine).
    """
    environ = engine.environment(environ)
    if engine.has(image, environ):
        return Availability(present=True, detail=f"the engine has {image}")
    info = _engine_info(environ)
    if info is None:
        return Availability(present=False, detail="the Docker engine does not answer", hint="start the Docker daemon")
    registry = _registry(image)
    if _has_other_ways(info, registry, environ):
        return Availability(present=True, detail=f"assumed: the engine has its own route to {registry}")
    why = _unreachable(_REGISTRIES.get(registry, registry))
    if not why:
        return Availability(present=True, detail=f"{registry} can be reached")
    return Availability(present=False, detail=f"the engine has no {image}, and {why}", hint=_HINT)


def _engine_info(environ: Mapping[str, str]) -> dict[str, Any] | None:
    """Return what the engine says of itself, None when it does not answer."""
    code, output, _ = quick(
        ("docker", "info", "--format", "{{json .}}"), cwd=Path("/"), timeout_s=_ANSWER_S, env=environ
    )
    with suppress(ValueError):  # nothing, or words instead of JSON
        said = json.loads(output)
        return said if code == 0 and isinstance(said, dict) else None
    return None


def _registry(image: str) -> str:
    """Return the registry that an image's name begins with, Docker Hub where it names none."""
    first, slash, _ = image.partition("/")
    named = slash and ("." in first or ":" in first or first == "localhost")
    return first if named else _HUB


def _has_other_ways(info: Mapping[str, Any], registry: str, environ: Mapping[str, str]) -> bool:
    config = info.get("RegistryConfig") or {}
    if environ.get("DOCKER_HOST", "unix:").partition(":")[0] != "unix":
        return True
    if info.get("HttpProxy") or info.get("HttpsProxy"):
        return True
    if registry in _REGISTRIES:
        return bool(config.get("Mirrors"))
    # one that is spoken to without TLS may listen anywhere
    return (config.get("IndexConfigs") or {}).get(registry, {}).get("Secure") is False


def _unreachable(registry: str) -> str:
    """Return why the registry cannot be reached, empty when it can."""
    host, _, port = registry.partition(":")
    try:
        socket.create_connection((host, int(port or 443)), timeout=_REACH_S).close()
    except (OSError, ValueError) as error:
        return f"cannot reach {registry} ({getattr(error, 'strerror', None) or error})"
    return ""
