"""Vulnerable dependencies to plant; the gate must name the advisory."""

from __future__ import annotations

import re

from pawl.model.facts import Tree
from pawl.model.gate import Change, Defect, Edit
from pawl.model.pipeline import Pipeline


def _pinned(package: str, version: str, digest: str) -> tuple[str, str]:
    return package, f"{package}=={version} \\\n    --hash=sha256:{digest}\n"


def _plant(tree: Tree, pipeline: Pipeline, pin: tuple[str, str]) -> tuple[Change, ...]:
    """Pin `package` to a vulnerable version in every file that declares what is deployed."""
    package, entry = pin
    edits = []
    for path in pipeline.deployed_requirements or pipeline.requirements:
        text = tree.text(path) or ""
        hashed = "--hash=" in text
        line = entry if hashed else entry.split(" ")[0] + "\n"
        without = re.sub(rf"(?mi)^{re.escape(package)}==.*?(?=^\S|\Z)", "", text, flags=re.DOTALL | re.MULTILINE)
        edits.append(Edit(path=path, text=without.rstrip("\n") + "\n" + line))
    return (Change(edits=tuple(edits)),)


# Pure Python distributions without requirements of their own, so that nothing else has to change with them.
_PYYAML = _pinned("py", "1.11.0", "607c53218732647dff4acdfcd50cb62615cedf612e72d1724fb1a0cc6405b378")
_URLLIB = _pinned("idna", "3.6", "c05567e9c24a6b9faaa835c4821bad0590fbb9d5779e7caa6e1cc4978e7eb24f")


def plant_py(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Deploy py 1.11.0, which CVE-2022-42969 speaks of."""
    return _plant(tree, pipeline, _PYYAML)


def plant_idna(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Deploy idna 3.6, which CVE-2024-3651 speaks of."""
    return _plant(tree, pipeline, _URLLIB)


DEFECTS = (
    Defect(
        id="vulnerable-py",
        title="py with a known hole is deployed",
        check="pip-audit",
        rule="CVE-2022-42969",
        plant=plant_py,
    ),
    Defect(
        id="vulnerable-idna",
        title="idna with a known hole is deployed",
        check="pip-audit",
        rule="CVE-2024-3651",
        plant=plant_idna,
    ),
)
