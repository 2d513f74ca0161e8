"""Plant every defect in a copy of the reference application, run its whole pipeline, and say which gates turn red.

`PYTHONPATH=tests python -m kit.exercise [--alone] [GATE…]` takes a minute or two a defect; with `--alone` only the gate that
must catch it is run, which takes seconds. What cannot be planted in the example
(journeys of Node, a second opinion that is not here) is left out and named. One Python and base images of this machine
stand for the example's, whose front end's image is left out with them; the load gate runs for its own defects alone.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit import containers, images, repos
from kit.invocations import Onward, Said
from kit.planting import plant
from kit.repos import Repo
from onward import gates
from onward.model.gate import Check, Defect, Gate
from onward.model.pipeline import Profile

EXAMPLE = Path(__file__).parents[2] / "examples" / "namaskah"
_LEFT_BEHIND = shutil.ignore_patterns(".venv", "__pycache__", "node_modules", "dist", ".*_cache", ".coverage*")
_COSTLY = "performance"


@dataclass(frozen=True)
class Row:
    """One planted defect: gates that failed with their first rule, and gates that could not look."""

    gate: str
    defect: Defect
    failed: tuple[str, ...]
    unverified: tuple[str, ...]

    def __str__(self) -> str:
        """The row of a table in Markdown."""
        own = [entry for entry in self.failed if entry == f"{self.gate} (`{self.defect.rule}`)"]
        others = [
            entry
            for entry in (*self.failed, *(f"{entry} (unverified)" for entry in self.unverified))
            if entry not in own
        ]
        caught = ", ".join(own) or "**not caught**"
        return f"| {self.gate} | {self.defect.title} | {caught} | {', '.join(others) or 'none'} |"


def copy(folder: Path) -> Repo:
    """Return a repository with the example as its first commit, on a branch of its own."""
    shutil.copytree(EXAMPLE, folder, ignore=_LEFT_BEHIND)
    definition = (folder / "onward.toml").read_text()
    base = images.have(images.PYTHON)
    definition = re.sub(r"(?m)^python = .*$", 'python = ["3.11"]', definition, count=1)
    definition = definition.replace(
        'build-args = ["GIT_COMMIT={commit}"]', f'build-args = ["GIT_COMMIT={{commit}}", "PYTHON_IMAGE={base}"]'
    )
    definition = definition.replace('images = ["frontend/Dockerfile"]', "images = []")
    # the databases of tests are of no particular age, and know one package of each kind
    definition = definition.replace('advisories-max-age = "1000d"', 'advisories-max-age = "40000d"')
    (folder / "onward.toml").write_text(definition)
    repo = repos.make(folder)
    repo.commit("The example")
    return repo.branch("change")


def can_be_planted(check: Check) -> bool:
    """Return whether the example has what the check looks at."""
    return check.id not in {"ruff", "ruff-format", "playwright-test", "trufflehog", "osv-scanner"}


def look(onward: Onward, repo: Repo, gate: Gate, check: Check, *, alone: bool) -> Said:
    """Run everything but the costly, or what alone can catch this defect."""
    if check.profiles == (Profile.CI,):
        return onward.run(gate.id, "--profile", "ci", cwd=repo.root)
    if Profile.FULL not in check.profiles:
        return onward.run(gate.id, "--profile", check.profiles[0], "--offline", cwd=repo.root)
    if alone:
        return onward.run(gate.id, "--offline", cwd=repo.root)
    wanted = [entry.id for entry in gates.ALL if entry.id != _COSTLY or gate.id == _COSTLY]
    return onward.run(*wanted, "--offline", cwd=repo.root)


def row(said: Said, gate: str, defect: Defect) -> Row:
    """Say what turned red, and by which rule: the defect's own where it is among them."""
    verdicts = {entry["gate"]: entry for entry in said.document["gates"]}
    rules = {name: _rules(entry) for name, entry in verdicts.items() if entry["verdict"] == "failed"}
    failed = tuple(
        f"{name} (`{defect.rule if defect.rule in found else found[0]}`)" for name, found in rules.items() if found
    )
    unsure = tuple(name for name, entry in verdicts.items() if entry["verdict"] == "unverified")
    return Row(gate=gate, defect=defect, failed=failed, unverified=unsure)


def _rules(gate: Mapping[str, Any]) -> list[str]:
    """Return the rules of new findings, then the measures beyond their limits."""
    found = [finding["rule"] for finding in gate["findings"] if finding["status"] == "new"]
    beyond = (
        measure for measure in gate["measures"] if measure["limit"] is not None and measure["value"] != measure["limit"]
    )
    return found + [
        entry["name"] for entry in beyond if (entry["value"] < entry["limit"]) == (entry["better"] == "higher")
    ]


def exercise(names: Iterable[str], *, alone: bool) -> Iterator[str]:
    """Yield a line for each defect of the named gates, all where none is named."""
    chosen = set(names) or {gate.id for gate in gates.ALL}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve()
        onward, repo = Onward(folder / "home"), copy(folder / "namaskah")
        containers.import_databases(onward, folder)
        clean = onward.run(*(entry.id for entry in gates.ALL if entry.id != _COSTLY), "--offline", cwd=repo.root)
        if clean.code != 0:
            raise AssertionError(f"without a defect it must be green:\n{clean.document['gates']}")
        for gate in (entry for entry in gates.ALL if entry.id in chosen):
            for defect in gate.defects:
                check = next(entry for entry in gate.checks if entry.id == defect.check)
                if not can_be_planted(check):
                    yield f"| {gate.id} | {defect.title} | left out: the example has no {check.id} | |"
                    continue
                plant(repo, defect)
                yield str(row(look(onward, repo, gate, check, alone=alone), gate.id, defect))
                repo.git("reset", "--quiet", "--hard", "main")
                repo.git("clean", "--quiet", "--force", "-d")


if __name__ == "__main__":
    words = sys.argv[1:]
    for line in exercise((word for word in words if word != "--alone"), alone="--alone" in words):
        print(line, flush=True)
