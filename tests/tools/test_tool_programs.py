"""Programs of ours that run in the environments of tools, with what those really have installed."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from kit import guests
from onward.execute.process.processes import Processes
from onward.execute.provision.tools.provider import ToolProvider, registry_environment
from onward.model.places import Places
from onward.model.tool import Tool
from onward.model.toolbox import CYCLONEDX, OPENAPI

pytestmark = pytest.mark.tools

PUBLISHED = """\
openapi: 3.1.0
info: {title: Letters, version: "1"}
paths:
  /letters:
    get:
      parameters:
        - {name: country, in: query, schema: {type: string, enum: [SE, NO, on]}}
      responses:
        "200": {description: All of them., content: {application/json: {schema: {type: object}}}}
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def run(tool: Tool, program: str, *words: str, cache: Path, cwd: Path) -> None:
    environ = registry_environment(os.environ)
    with Processes() as processes:
        python = ToolProvider(Places(cache=cache, state=cwd / "state"), processes, environ).obtain(tool).executable
    ran = subprocess.run(
        guests.argv(program, *words, python=python), cwd=cwd, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


def npm(name: str, licence: str) -> dict[str, Any]:
    said = {"ecosystem": "npm", "name": name, "version": "1.0.0", "dev": False, "integrity": "", "licence": licence}
    return {**said, "line": 1}


def test_licences_of_a_bill_are_those_of_spdx_where_it_knows_them(cache: Path, tmp_path: Path) -> None:
    bill = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}
    said = {
        "a": ("MIT", {"license": {"id": "MIT"}}),
        "b": ("apache-2.0", {"license": {"id": "Apache-2.0"}}),
        "c": ("(MIT OR Apache-2.0)", {"expression": "(MIT OR Apache-2.0)"}),
        "d": ("SEE LICENSE IN LICENSE", {"license": {"name": "SEE LICENSE IN LICENSE"}}),
        "@e/e": (
            "GPL-2.0-only WITH Classpath-exception-2.0",
            {"expression": "GPL-2.0-only WITH Classpath-exception-2.0"},
        ),
    }
    (tmp_path / "python.cdx.json").write_text(json.dumps(bill))
    locks = {"head": {"package-lock.json": [npm(name, words) for name, (words, _) in said.items()]}}
    (tmp_path / "locks.json").write_text(json.dumps(locks))
    run(CYCLONEDX, "dependencies/write_sbom", str(tmp_path), cache=cache, cwd=tmp_path)
    written = json.loads((tmp_path / "sbom.cdx.json").read_text())
    assert {component["name"]: component["licenses"] for component in written["components"]} == {
        name: [licence] for name, (_, licence) in said.items()
    }
    assert json.loads((tmp_path / "sbom-check.json").read_text())["error"] is None


def test_a_document_is_read_as_yaml_1_2(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(PUBLISHED)
    words = ("--specification", "openapi.yaml", "--out", ".")
    run(OPENAPI, "contract/openapi_validate", *words, cache=cache, cwd=tmp_path)
    assert json.loads((tmp_path / "validation.json").read_text())["errors"] == []
    case = (*words, "--closed", "closed.json", "--work", ".", "--url", "http://127.0.0.1:1")
    run(OPENAPI, "contract/contract_case", *case, cache=cache, cwd=tmp_path)
    closed = json.loads((tmp_path / "closed.json").read_text())
    assert closed["paths"]["/letters"]["get"]["parameters"][0]["schema"]["enum"] == ["SE", "NO", "on"]


def test_settings_hold_characters_as_toml_wants_them(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(PUBLISHED)
    own = 'base-url = "\\u007f😀"\nlimit = 1e16\nsince = 2024-01-01\n[headers]\n"x-😀" = "ä\\"\\\\\\t"\n[[more]]\nis = true\n'
    (tmp_path / "schemathesis.toml").write_text(own)
    words = ("--specification", "openapi.yaml", "--out", ".", "--closed", "closed.json", "--work", ".", "--url", "u")
    run(OPENAPI, "contract/contract_case", *words, "--header", "X-Mood: 🙂${HOME}", cache=cache, cwd=tmp_path)
    read = tomllib.loads((tmp_path / "settings.toml").read_text(encoding="utf-8"))
    expected = tomllib.loads(own)
    assert read == {**expected, "headers": {**expected["headers"], "X-Mood": "🙂$${HOME}"}}
