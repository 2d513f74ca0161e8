"""Build an image of the project with BuildKit where its plugin is, else with the classic builder, and say which image it is."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections import deque
from pathlib import Path

from .....guest.write_shape import write_shape
from ...shapes import Attempted, Built, Unbuilt
from .. import docker_engine

# docker knows these by itself and keeps them out of the image's history
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")
LAST_LINES = 12


def builder() -> str:
    """Return "buildx" where docker has that plugin, else "classic"."""
    words = ["docker", "buildx", "version"]
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return "buildx" if done.returncode == 0 else "classic"


def argv(asked: argparse.Namespace, kind: str, id_file: Path) -> list[str]:
    """Return the build as one call."""
    words = ["docker", "buildx", "build", "--load", "--progress", "plain"] if kind == "buildx" else ["docker", "build"]
    words += ["--iidfile", str(id_file), "--file", asked.file, "--tag", asked.tag]
    words += ["--network", asked.network] if asked.network else []
    arguments = [*asked.build_arg, *(name for name in PROXIES if os.environ.get(name))]
    for option, values in (("--label", asked.label), ("--build-arg", arguments)):
        words += [word for value in values for word in (option, value)]
    return [*words, asked.context]


def build(words: list[str]) -> tuple[int, list[str]]:
    """Run the build, its output passed on line by line; return the exit code and the last lines."""
    last: deque[str] = deque(maxlen=LAST_LINES)
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        for line in process.stdout or ():
            sys.stdout.buffer.write(line)
            sys.stdout.flush()
            last.append(line.decode(errors="replace").rstrip())
    return process.returncode, [line for line in last if line.strip()]


def main() -> None:
    """Build, and write down the outcome. Exit 3 when the engine, not the Dockerfile, is what failed."""
    parser = argparse.ArgumentParser()
    for name in ("--context", "--file", "--tag", "--out"):
        parser.add_argument(name, required=True)
    parser.add_argument("--network", default="")
    for name in ("--label", "--build-arg"):
        parser.add_argument(name, action="append", default=[])
    asked = parser.parse_args()
    kind, id_file = builder(), Path(asked.out).with_suffix(".id")
    words = argv(asked, kind, id_file)
    sys.stdout.write("$ %s\n" % " ".join(words))
    sys.stdout.flush()
    code, last = build(words)
    if code == 0:
        engine = docker_engine.ask("version", "--format", "{{.Server.Version}}").decode().strip()
        image = id_file.read_text(encoding="ascii").strip()
        found: Attempted = Built(built=True, id=image, tag=asked.tag, builder=kind, engine=engine)
    elif docker_engine.answers():
        found = Unbuilt(built=False, builder=kind, said=tuple(last))
    else:
        sys.stderr.write("the Docker engine no longer answers\n")
        sys.exit(3)
    id_file.unlink(missing_ok=True)
    write_shape(asked.out, found)


if __name__ == "__main__":
    main()
