"""Ask the Docker engine, also about an image that an earlier step built."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def ask(*words: str) -> bytes:
    """Return what `docker WORDS` printed; ends the program when docker cannot do it."""
    done = subprocess.run(["docker", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.stderr.write("docker %s: %s\n" % (words[0], done.stderr.decode(errors="replace").strip()))
        sys.exit(3)
    return done.stdout


def answers() -> bool:
    """Return whether the engine answers at all."""
    words = ["docker", "version", "--format", "{{.Server.Version}}"]
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False).returncode == 0


def built(inputs: Path, name: str) -> str:
    """Return the id of the image that an earlier step wrote down as `name` below `inputs`."""
    found = sorted(inputs.glob("*/" + name))
    if len(found) != 1:
        sys.stderr.write("expected one %s, found %d\n" % (name, len(found)))
        sys.exit(3)
    return str(json.loads(found[0].read_text(encoding="utf-8"))["id"])


def described(image: str) -> dict[str, Any]:
    """Return what the engine says of an image."""
    document: list[dict[str, Any]] = json.loads(ask("image", "inspect", image))
    return document[0]


def save(inputs: Path, name: str, archive: Path) -> None:
    """Save a built image as an archive."""
    ask("save", "--output", str(archive), built(inputs, name))
