"""Write down what an image says of itself, and whom the user that it names really is."""

from __future__ import annotations

import argparse
import io
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from .....guest.write_shape import write_shape
from ...shapes import Inspected
from .. import docker_engine


def passwd(image: str, labels: list[str]) -> str:
    """Return the image's table of users; empty when it has none. Nothing in the image is executed."""
    words = [word for label in labels for word in ("--label", label)]
    container = docker_engine.ask("create", *words, "--entrypoint", "/onward", image).decode().strip()
    try:
        copy = ["docker", "cp", "--follow-link", container + ":/etc/passwd", "-"]
        copied = subprocess.run(copy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    finally:
        docker_engine.ask("rm", "--force", "--volumes", container)
    if copied.returncode != 0:
        return ""
    with tarfile.open(fileobj=io.BytesIO(copied.stdout)) as files:
        content = next((files.extractfile(file) for file in files if file.isreg()), None)
        return content.read().decode(errors="replace") if content else ""


def uid(user: str, table: str) -> int | None:
    """Return the number of the user that a USER instruction names; None when the image does not know the name."""
    name = user.partition(":")[0]
    if not name:
        return 0
    if name.isdigit():
        return int(name)
    for line in table.splitlines():
        fields = line.split(":")
        if len(fields) > 2 and fields[0] == name and fields[2].isdigit():
            return int(fields[2])
    return None


def summary(document: dict[str, Any], table: str) -> Inspected:
    """Return the facts of an inspected image that something is to be concluded from."""
    config = document.get("Config") or {}
    user = config.get("User") or ""
    test = (config.get("Healthcheck") or {}).get("Test") or []
    return Inspected(
        user=user,
        uid=uid(user, table),
        healthcheck=bool(test) and test[0] != "NONE",
        size=document["Size"],
        layers=len(document["RootFS"]["Layers"]),
    )


def main() -> None:
    """Inspect one of the built images."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--inputs", type=Path, required=True)
    parser.add_argument("--image", required=True)
    parser.add_argument("--label", action="append", default=[])
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    image = docker_engine.built(asked.inputs, asked.image)
    document = docker_engine.described(image)
    named = ((document.get("Config") or {}).get("User") or "").partition(":")[0]
    table = passwd(image, asked.label) if named and not named.isdigit() else ""
    write_shape(asked.out, summary(document, table))


if __name__ == "__main__":
    main()
