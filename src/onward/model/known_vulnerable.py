"""A project with one package whose vulnerability everybody knows: whoever says nothing of it knows no advisories."""

from __future__ import annotations

import json
from collections.abc import Mapping

# GHSA-35jh-r3h4-6jhm, published in 2021
_PACKAGE, _VERSION = "lodash", "4.17.20"


def npm_project() -> Mapping[str, str]:
    """Return the texts of package.json and package-lock.json."""
    wanted = {"name": "control", "version": "1.0.0", "dependencies": {_PACKAGE: _VERSION}}
    locked = {
        "name": "control",
        "version": "1.0.0",
        "lockfileVersion": 3,
        "requires": True,
        "packages": {"": wanted, f"node_modules/{_PACKAGE}": {"version": _VERSION}},
    }
    return {"package.json": json.dumps({**wanted, "private": True}), "package-lock.json": json.dumps(locked)}
