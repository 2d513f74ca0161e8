from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from onward.execute.docker import base_images
from onward.model.need import Availability

# a port of this machine at which nothing listens
NOWHERE = "127.0.0.1:1"
PLAIN = {"RegistryConfig": {"Mirrors": [], "IndexConfigs": {"docker.io": {"Secure": True}}}}


def ask(image: str, folder: Path, says: Mapping[str, Any] | None = None, **environ: str) -> Availability:
    """Ask an engine that has no image but `there:1`, and says `says` of itself."""
    folder.mkdir(exist_ok=True)
    (folder / "says").write_text(json.dumps(says) if says is not None else "")
    (folder / "docker").write_text(
        '#!/bin/sh\ncase "$1 $3" in\n"image there:1") exit 0;;\n"image "*) exit 1;;\nesac\n'
        f"[ -s {folder}/says ] && exec /bin/cat {folder}/says\nexit 1\n"
    )
    (folder / "docker").chmod(0o755)
    return base_images.availability(image, {"PATH": str(folder), **environ})


@pytest.fixture
def port() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


def test_an_image_that_the_engine_has_needs_no_registry(tmp_path: Path) -> None:
    assert ask("there:1", tmp_path) == Availability(present=True, detail="the engine has there:1")


def test_an_engine_that_does_not_answer_has_nothing(tmp_path: Path) -> None:
    assert ask("python:3.11", tmp_path).detail == "the Docker engine does not answer"


def test_a_registry_that_can_be_reached_is_believed(tmp_path: Path, port: int) -> None:
    assert ask(f"127.0.0.1:{port}/base:1", tmp_path, PLAIN).detail == f"127.0.0.1:{port} can be reached"


def test_a_registry_that_cannot_be_reached_is_an_absent_need(tmp_path: Path) -> None:
    absent = ask(f"{NOWHERE}/base:1", tmp_path, PLAIN)
    assert not absent.present
    assert absent.detail.startswith(f"the engine has no {NOWHERE}/base:1, and cannot reach {NOWHERE} (")
    assert "build-args" in absent.hint


@pytest.mark.parametrize(
    ("image", "says", "environ"),
    [
        ("python:3.11", {"RegistryConfig": {"Mirrors": ["https://mirror.invalid/"]}}, {}),
        ("docker.io/library/python:3.11", {"RegistryConfig": {"Mirrors": ["https://mirror.invalid/"]}}, {}),
        (f"{NOWHERE}/base:1", {"HttpProxy": "http.docker.internal:3128", **PLAIN}, {}),
        (f"{NOWHERE}/base:1", {"RegistryConfig": {"IndexConfigs": {NOWHERE: {"Secure": False}}}}, {}),
        (f"{NOWHERE}/base:1", PLAIN, {"DOCKER_HOST": "ssh://builder"}),
    ],
)
def test_an_engine_with_a_way_of_its_own_is_not_second_guessed(
    image: str, says: Mapping[str, Any], environ: Mapping[str, str], tmp_path: Path
) -> None:
    found = ask(image, tmp_path, says, **environ)
    assert (found.present, found.detail.partition(":")[0]) == (True, "assumed")


def test_a_mirror_of_docker_hub_is_none_of_others(tmp_path: Path) -> None:
    assert not ask(f"{NOWHERE}/base:1", tmp_path, {"RegistryConfig": {"Mirrors": ["https://mirror.invalid/"]}}).present
