"""Vulnerable, wrongly licensed and unidentified dependencies to plant; the gate must name what is wrong with them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from onward.model.facts import Tree
from onward.model.gate import Change, Defect, Edit
from onward.model.pipeline import Pipeline


def _pinned(package: str, version: str, digest: str) -> tuple[str, str]:
    return package, f"{package}=={version} \\\n    --hash=sha256:{digest}\n"


def _plant(tree: Tree, pipeline: Pipeline, pin: tuple[str, str]) -> tuple[Change, ...]:
    """Pin a package to one version in every file that declares what is deployed."""
    return _pin(tree, pipeline.deployed_requirements or pipeline.requirements, pin)


def _pin(tree: Tree, paths: Iterable[str], pin: tuple[str, str]) -> tuple[Change, ...]:
    package, entry = pin
    edits = []
    for path in paths:
        text = tree.text(path) or ""
        hashed = "--hash=" in text
        line = entry if hashed else entry.split(" ")[0] + "\n"
        without = re.sub(rf"(?mi)^{re.escape(package)}==.*?(?=^\S|\Z)", "", text, flags=re.DOTALL | re.MULTILINE)
        edits.append(Edit(path=path, text=without.rstrip("\n") + "\n" + line))
    return (Change(edits=tuple(edits)),)


# Pure Python distributions without requirements of their own, so that nothing else has to change with them.
_PY_1_11 = _pinned("py", "1.11.0", "607c53218732647dff4acdfcd50cb62615cedf612e72d1724fb1a0cc6405b378")
_IDNA = _pinned("idna", "3.6", "c05567e9c24a6b9faaa835c4821bad0590fbb9d5779e7caa6e1cc4978e7eb24f")
_HTML2TEXT = _pinned("html2text", "2025.4.15", "00569167ffdab3d7767a4cdf589b7f57e777a5ed28d12907d8c58769ec734acc")
_UNIDENTIFIED = {
    "name": "planted",
    "version": "1.0.0",
    "lockfileVersion": 3,
    "packages": {"": {"name": "planted"}, "node_modules/left-pad": {"version": "1.3.0", "license": "MIT"}},
}


def plant_py(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Deploy py 1.11.0, which CVE-2022-42969 speaks of."""
    return _plant(tree, pipeline, _PY_1_11)


def plant_idna(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Deploy idna 3.6, which CVE-2024-3651 speaks of."""
    return _plant(tree, pipeline, _IDNA)


def plant_gpl(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Deploy html2text, which is under the GPL in version 3."""
    return _plant(tree, pipeline, _HTML2TEXT)


def plant_addition(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Add idna 3.6 to what is developed with; nothing of it is deployed where the two are declared apart."""
    return _pin(tree, pipeline.requirements, _IDNA)


def plant_unidentified(_: Tree, __: Pipeline) -> tuple[Change, ...]:
    """Lock a JavaScript package without saying what its archive must contain."""
    text = json.dumps(_UNIDENTIFIED, indent=2) + "\n"
    return (Change(edits=(Edit(path="planted/package-lock.json", text=text),)),)


DEFECTS = (
    Defect(
        id="vulnerable-py",
        title="py with a known vulnerability is deployed",
        check="pip-audit",
        rule="CVE-2022-42969",
        plant=plant_py,
    ),
    Defect(
        id="vulnerable-idna",
        title="idna with a known vulnerability is deployed",
        check="pip-audit",
        rule="CVE-2024-3651",
        plant=plant_idna,
    ),
    Defect(
        id="gpl-dependency",
        title="a package under the GPL is deployed",
        check="licences",
        rule="denied-licence",
        plant=plant_gpl,
    ),
    Defect(
        id="unidentified-component",
        title="a JavaScript package is locked without a digest",
        check="sbom",
        rule="unidentified-component",
        plant=plant_unidentified,
    ),
    Defect(
        id="vulnerable-addition",
        title="a change adds idna with a known vulnerability",
        check="review",
        rule="CVE-2024-3651",
        plant=plant_addition,
    ),
)
