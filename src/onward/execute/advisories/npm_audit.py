"""Whether the registry of this machine answers `npm audit`: many mirrors and proxies do not."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from onward.execute.process.processes import quick
from onward.model.known_vulnerable import npm_project
from onward.model.need import Availability

_ANSWER_S = 10.0
_HINT = "run `onward advisories import FILE` with OSV's archive for npm"


def availability(environ: Mapping[str, str]) -> Availability:
    """Say whether the registry names the known vulnerability of a made-up project.

    It is asked as a step would ask: without the settings of this user's home. Without an npm on the PATH nobody can ask.
    """
    npm = shutil.which("npm", path=environ.get("PATH", ""))
    if npm is None:
        detail = "npm not found on the PATH; onward needs it to query the registry for advisories"
        return Availability(present=False, detail=detail, hint=f"install Node.js, or {_HINT}")
    with tempfile.TemporaryDirectory(prefix="onward-") as folder:
        for name, text in npm_project().items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        argv = (npm, "audit", "--json", "--package-lock-only", "--fetch-retries=0")
        _, output, errors = quick(argv, cwd=Path(folder), timeout_s=_ANSWER_S, env={**environ, "HOME": folder})
    return _judged(output, errors)


def _judged(output: bytes, errors: bytes) -> Availability:
    try:
        said = json.loads(output)
        known, words = said.get("vulnerabilities"), str(said.get("message") or "")
    except (ValueError, AttributeError):
        known, words = None, next(iter(errors.decode(errors="replace").strip().splitlines()), "")
    if known:
        return Availability(present=True, detail="the registry answers npm audit")
    why = words or "it did not report a known vulnerability"
    return Availability(present=False, detail=f"the registry does not answer npm audit ({why})", hint=_HINT)
