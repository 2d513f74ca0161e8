"""The reference application under Docker Compose: it comes up whole, and says that its database and Redis answer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from kit import images, require

pytestmark = [pytest.mark.tools, pytest.mark.services, pytest.mark.slow]

EXAMPLE = Path(__file__).parents[2] / "examples" / "namaskah"
OVERRIDE = """services:
  postgres: {{image: {postgres}}}
  redis: {{image: {redis}}}
  migrate: {{build: {{args: {{PYTHON_IMAGE: {python}}}}}}}
  providers: {{build: {{args: {{PYTHON_IMAGE: {python}}}}}, ports: !override ["127.0.0.1::8001"]}}
  api: {{build: {{args: {{PYTHON_IMAGE: {python}}}}}, ports: !override ["127.0.0.1::8000"]}}
"""
SECRETS = ("JWT_SECRET", "PAYMENT_WEBHOOK_SECRET", "SMS_PROVIDER_KEY", "POSTGRES_PASSWORD")


class Compose:
    """One project under Docker Compose, in a folder of its own."""

    def __init__(self, folder: Path, override: Path) -> None:
        self._folder = folder
        files = ("--file", str(folder / "docker-compose.yml"), "--file", str(override))
        self._words = ("docker", "compose", "--project-name", f"onward-test-{uuid.uuid4().hex[:8]}", *files)
        self._environ = {**os.environ, **{name: uuid.uuid4().hex * 2 for name in SECRETS}}

    def __call__(self, *words: str) -> str:
        done = subprocess.run(
            (*self._words, *words),
            cwd=self._folder,
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if done.returncode != 0 and words[0] != "logs":
            pytest.fail(done.stderr[-1500:] + self("logs", "--no-color", "--tail", "30"))
        return done.stdout.strip()


@pytest.fixture
def compose(tmp_path: Path) -> Iterator[Compose]:
    images.engine()
    if subprocess.run(("docker", "compose", "version"), capture_output=True, check=False).returncode != 0:
        require.absent("docker-compose", "install Docker Compose as a plugin of docker")
    made = {
        entry: images.have(image)
        for entry, image in (("python", images.PYTHON), ("postgres", images.POSTGRES), ("redis", images.REDIS))
    }
    shutil.copytree(EXAMPLE, tmp_path / "namaskah", ignore=shutil.ignore_patterns("node_modules"))
    override = tmp_path / "override.yml"
    override.write_text(OVERRIDE.format(**made))
    project = Compose(tmp_path / "namaskah", override)
    try:
        yield project
    finally:
        project("down", "--volumes", "--rmi", "local", "--timeout", "5")


def get(address: str) -> tuple[int, Any]:
    with urlopen(address, timeout=10) as answer:
        return answer.status, json.load(answer)


def test_the_application_comes_up_with_its_services(compose: Compose) -> None:
    compose("up", "--detach", "--build", "--wait", "--wait-timeout", "240", "api")
    base = f"http://{compose('port', 'api', '8000')}"
    assert get(base + "/health")[0] == 200
    status, told = get(base + "/api/diagnostics")
    assert status == 200
    assert [told[name]["status"] for name in ("database", "redis")] == ["up", "up"], told
    assert compose("exec", "api", "id", "--user") == "10001"
