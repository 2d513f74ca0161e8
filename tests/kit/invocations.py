"""Call onward as a user does: a process of its own, places of its own, and what it said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

_PASSED_ON = ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "GOPROXY", "GOFLAGS")
_PREFIXES = ("PIP_", "UV_", "NPM_CONFIG_", "NODE_EXTRA_")


def cache() -> Path:
    """Return the cache that all tests share, beside the user's own: tools are costly to make and safe to share."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "onward-tests"


@dataclass(frozen=True)
class Said:
    """How a call ended and what it printed."""

    code: int
    out: str
    err: str

    @cached_property
    def document(self) -> Any:
        """The JSON document on standard output."""
        return json.loads(self.out)

    def gate(self, name: str) -> Any:
        """One gate of the document."""
        return next(gate for gate in self.document["gates"] if gate["gate"] == name)

    def rules(self, name: str) -> set[str]:
        """The rules of a gate's findings that are new."""
        return {finding["rule"] for finding in self.gate(name)["findings"] if finding["status"] == "new"}


class Onward:
    """onward with a state directory of its own under `home`."""

    def __init__(self, home: Path, *, cache_dir: Path | None = None) -> None:
        self.state = home / "state"
        self.cache = cache_dir or cache()
        self.home = home

    def environ(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return what onward finds in its environment: no CI, no colours, no configuration of this user."""
        kept = {name: value for name, value in os.environ.items() if name in _PASSED_ON or name.startswith(_PREFIXES)}
        return {
            **kept,
            "HOME": str(Path.home()),
            "LANG": "C.UTF-8",
            "ONWARD_CACHE_DIR": str(self.cache),
            "ONWARD_STATE_DIR": str(self.state),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "NO_COLOR": "1",
            **(extra or {}),
        }

    def start(self, *words: str, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start onward and return at once."""
        return subprocess.Popen(
            (sys.executable, "-m", "onward", *words), cwd=cwd, env=self.environ(env),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __call__(self, *words: str, cwd: Path, env: Mapping[str, str] | None = None) -> Said:
        """Run onward to its end."""
        process = self.start(*words, cwd=cwd, env=env)
        out, err = process.communicate(timeout=900)
        return Said(process.returncode, out, err)

    def run(self, *words: str, cwd: Path, env: Mapping[str, str] | None = None) -> Said:
        """Run the pipeline and keep its JSON document."""
        return self("run", "--format", "json", *words, cwd=cwd, env=env)


def advisory(record_id: str, package: str, versions: tuple[str, ...], *aliases: str) -> dict[str, Any]:
    """Return a small OSV record."""
    return {
        "schema_version": "1.6.3",
        "id": record_id,
        "modified": "2026-01-01T00:00:00Z",
        "aliases": list(aliases),
        "details": f"A hole in {package}.",
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [{"package": {"name": package, "ecosystem": "PyPI"}, "versions": list(versions)}],
    }


NPM_RECORDS = (
    {
        "schema_version": "1.6.3",
        "id": "GHSA-35jh-r3h4-6jhm",
        "modified": "2026-01-01T00:00:00Z",
        "aliases": ["CVE-2021-23337"],
        "summary": "Command injection in lodash",
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [
            {
                "package": {"name": "lodash", "ecosystem": "npm"},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "4.17.21"}]}],
            }
        ],
    },
)
RECORDS = (
    advisory("PYSEC-2014-8", "jinja2", ("2.4",), "CVE-2014-1402"),
    advisory("PYSEC-2019-217", "jinja2", ("2.4",), "CVE-2019-10906"),
    advisory("PYSEC-2019-220", "jinja2", ("2.4",), "CVE-2016-10745"),
    advisory("PYSEC-2022-42969", "py", ("1.11.0",), "CVE-2022-42969"),
    advisory("PYSEC-2024-60", "idna", ("3.6",), "CVE-2024-3651"),
)


def archive(path: Path, records: tuple[dict[str, Any], ...] = RECORDS) -> Path:
    """Write an OSV archive with `records`."""
    with zipfile.ZipFile(path, "w") as packed:
        for record in records:
            packed.writestr(f"{record['id']}.json", json.dumps(record))
    return path
