"""Format, lint, types, security and secrets with the real tools, through a whole run, in odd repositories."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kit import repos, require
from onward.config.layers import Flags
from onward.flow import RunRequest, run_pipeline
from onward.gates import dependencies, format, lint, secrets, security, types  # noqa: A004  # the gates' names
from onward.gates.secrets.defects import made_up_token
from onward.model.event import Event, StepFinished
from onward.model.evidence import Evidence
from onward.model.gate import Gate
from onward.model.pipeline import Profile
from onward.model.places import Places
from onward.model.verdict import GateResult, RunResult, Verdict

pytestmark = pytest.mark.tools

GATES = (format.GATE, lint.GATE, types.GATE, security.GATE, secrets.GATE)
DEFINITION = """schema = 1

[project]
name = "shop"
python = ["3.11"]
source = ["app"]
tests = ["tests"]

[gates.format]
tools = ["black", "isort", "ruff-format"]

[gates.lint]
tools = ["flake8", "ruff"]
"""
SHOP = {
    "onward.toml": DEFINITION,
    "app/__init__.py": "",
    "app/prices.py": "def total(count: int, price: float) -> float:\n    return count * price\n",
    "app/orders/__init__.py": "",
    "app/orders/basket.py": "from app.prices import total\n\nBASKET = total(2, 2.5)\n",
    "tests/test_prices.py": "from app.prices import total\n\n\ndef test_total() -> None:\n    assert total(2, 2.5) == 5\n",
    "pyproject.toml": '[tool.isort]\nprofile = "black"\n',
    "gitleaks.toml": 'title = "shop"\n\n[extend]\nuseDefault = true\n',
}


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a run concluded, and the evidence of its steps."""

    judgement: RunResult
    evidence: dict[str, Evidence]
    folder: Path

    def gate(self, gate: Gate) -> GateResult:
        return next(verdict for verdict in self.judgement.gates if verdict.gate == gate.id)

    def step(self, name: str) -> Evidence:
        return next(evidence for step, evidence in self.evidence.items() if step.partition("[")[0] == name)

    def found(self, step: str) -> list[tuple[str, str | None]]:
        return [(finding.rule, finding.place.path) for finding in self.step(step).findings]

    def problems(self, step: str) -> list[str]:
        return [problem.code for problem in self.step(step).problems]

    def counted(self, step: str) -> dict[str, int]:
        return {looked.what: looked.count for looked in self.step(step).looked_at}


Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("onward")
    places = Places(cache=home / "cache", state=home / "state")
    numbers = iter(range(1000))

    def perform(
        root: Path, *gates: Gate, profile: Profile = Profile.FULL, changed: bool = False, base: str = ""
    ) -> Ran:
        finished: dict[str, Evidence] = {}

        def listen(event: Event) -> None:
            if isinstance(event, StepFinished):
                finished[event.step] = event.evidence

        request = RunRequest(
            start=root,
            flags=Flags(profile=profile, jobs=2, offline=True),
            environ=os.environ,
            places=places,
            clock=lambda: datetime.now(UTC),
            run_id=f"20260101T000000-{next(numbers):06x}",
            named=tuple(gate.id for gate in gates),
            changed=changed,
            base=base or None,
        )
        outcome = run_pipeline(request, listen, lambda _: 0)
        return Ran(judgement=outcome.judgement, evidence=finished, folder=outcome.folder)

    return perform


@pytest.fixture
def shop(tmp_path: Path) -> repos.Repo:
    return repos.make(tmp_path / "shop", SHOP)


def need_gitleaks() -> None:
    if shutil.which("gitleaks") is None:
        require.program("go", "install Go, or gitleaks itself")


def test_a_clean_project_is_green(run: Run, shop: repos.Repo) -> None:
    need_gitleaks()
    before = shop.git("status", "--porcelain", "--ignored")
    ran = run(shop.root, *GATES)
    for gate in GATES:
        assert ran.gate(gate).verdict is Verdict.PASSED, ran.gate(gate).reason
    assert ran.counted("format/black") == {"files compared": 5}
    assert ran.counted("lint/flake8") == ran.counted("lint/ruff") == {"files linted": 5}
    assert ran.counted("types/mypy") == {"files checked": 4, "modules with counted lines": 4}
    assert ran.counted("security/bandit")["files scanned"] == 4
    assert ran.counted("secrets/kingfisher")["commits"] == 1
    assert shop.git("status", "--porcelain", "--ignored") == before


@pytest.mark.parametrize(
    "configuration",
    [
        {"onward.toml": DEFINITION.replace('["app"]', '["app.py"]')},
        {"pyproject.toml": '[tool.mypy]\nfiles = ["app.py"]\n'},
        {"mypy.ini": "[mypy]\nfiles = app.py, settings.py\n", "settings.py": "DEBUG = False\n"},
    ],
)
def test_an_application_in_a_single_file_is_checked(run: Run, tmp_path: Path, configuration: dict[str, str]) -> None:
    repo = repos.make(tmp_path / "one", {"onward.toml": DEFINITION, "app.py": "PRICE: int = 5\n", **configuration})
    ran = run(repo.root, types.GATE)
    assert ran.gate(types.GATE).verdict is Verdict.PASSED, ran.gate(types.GATE).reason
    count = 2 if "settings.py" in configuration else 1
    assert ran.counted("types/mypy") == {"files checked": count, "modules with counted lines": count}
    repo.write({"app.py": 'PRICE: int = "5"\n'})
    assert run(repo.root, types.GATE).found("types/mypy") == [("assignment", "app.py")]


def test_a_project_that_is_a_package_is_no_dependency_of_its_own(run: Run, tmp_path: Path) -> None:
    package = {
        "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["iniconfig"]\n'
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        '[tool.setuptools]\npackages = ["app", "app.orders"]\n'
    }
    repo = repos.make(tmp_path / "shop", {**SHOP, **package})
    ran = run(repo.root, dependencies.GATE)
    assert ran.found("dependencies/licences") == ran.found("dependencies/sbom") == []
    assert ran.counted("dependencies/licences") == {"licences read": 1}
    assert ran.counted("dependencies/sbom") == {"components listed": 1}


def test_excluded_folders_are_named_and_total_blindness_is_not_green(run: Run, shop: repos.Repo) -> None:
    shop.commit("Exclude", {".flake8": "[flake8]\nexclude = tests\n"})
    ran = run(shop.root, lint.GATE)
    assert ran.counted("lint/flake8") == {"files linted": 4}
    assert "tests" in ran.step("lint/flake8").notes[0]
    shop.commit("Exclude everything", {".flake8": "[flake8]\nexclude = app,tests\n"})
    blind = run(shop.root, lint.GATE)
    assert blind.problems("lint/flake8") == ["control-missed"]
    assert blind.gate(lint.GATE).verdict is Verdict.UNVERIFIED


def test_a_file_that_does_not_parse_is_never_green(run: Run, shop: repos.Repo) -> None:
    shop.commit("Half", {"app/half.py": "def half(:\n"})
    ran = run(shop.root, format.GATE, types.GATE, security.GATE, lint.GATE)
    assert ran.problems("format/black") == ["not-parsed"]
    assert ran.problems("types/mypy") == ["tool-gave-up"]
    assert ran.problems("security/bandit") == ["not-parsed"]
    assert ran.gate(lint.GATE).verdict is Verdict.FAILED
    assert all(ran.gate(gate).verdict is not Verdict.PASSED for gate in (format.GATE, types.GATE, security.GATE))


def test_only_what_changed_is_looked_at_when_asked(run: Run, shop: repos.Repo) -> None:
    base = shop.commit("Old", {"app/old.py": "import os\nx = {  'a':1 }\n"})
    shop.commit("New", {"app/new.py": "import os\n"})
    ran = run(shop.root, lint.GATE, format.GATE, changed=True, base=base)
    assert ran.found("lint/flake8") == ran.found("lint/ruff") == [("F401", "app/new.py")]
    assert ran.counted("format/black") == {"files compared": 1}
    assert ran.found("format/black") == []


def secret(name: str) -> str:
    return f'ACCESS_TOKEN = "{made_up_token(name)}"\n'


def test_one_secret_is_one_finding_whose_fingerprint_stays(run: Run, shop: repos.Repo) -> None:
    need_gitleaks()
    shop.commit("Leak", {"app/leak.py": secret("one")})
    first = run(shop.root, secrets.GATE)
    shop.commit("Move", {"app/leak.py": "", "app/moved.py": "\n\n" + secret("one")})
    second = run(shop.root, secrets.GATE)
    prints = [
        {found.fingerprint for value in ran.evidence.values() for found in value.findings} for ran in (first, second)
    ]
    assert "" not in prints[0]
    assert prints[0] == prints[1]
    assert second.found("secrets/kingfisher") == [("betterleaks.github-pat", "app/moved.py")]
    marks = {finding.subject for finding in second.step("secrets/kingfisher").findings}
    assert marks == {finding.subject for finding in second.step("secrets/gitleaks").findings}


def test_no_output_of_a_run_holds_the_secret(run: Run, shop: repos.Repo) -> None:
    shop.commit("Leak", {"app/leak.py": secret("two")})
    ran = run(shop.root, secrets.GATE)
    token = made_up_token("two").encode()
    holding = [path for path in ran.folder.rglob("*") if path.is_file() and token in path.read_bytes()]
    assert holding == []


def test_a_linked_work_tree_sees_the_whole_history(run: Run, shop: repos.Repo, tmp_path: Path) -> None:
    shop.commit("Leak", {"app/leak.py": secret("three")})
    shop.commit("Remove", {"app/leak.py": ""})
    linked = shop.linked(tmp_path / "linked", "side")
    linked.commit("On the side", {"app/side.py": secret("four")})
    linked.git("switch", "--quiet", "--detach")
    shop.git("branch", "--quiet", "-D", "side")
    ran = run(linked.root, secrets.GATE)
    found = ran.found("secrets/kingfisher")
    assert ("betterleaks.github-pat", "app/leak.py") in found
    assert ("betterleaks.github-pat", "app/side.py") in found


def test_a_project_in_a_subfolder_names_its_own_paths(run: Run, tmp_path: Path) -> None:
    files = {f"services/shop/{name}": text for name, text in SHOP.items()}
    repo = repos.make(tmp_path / "all", files)
    repo.commit("Leak", {"services/shop/app/leak.py": secret("five"), "other/leak.py": secret("six")})
    repo.commit("Remove", {"services/shop/app/leak.py": "", "other/leak.py": ""})
    ran = run(repo.root / "services/shop", secrets.GATE)
    assert sorted(ran.found("secrets/kingfisher"), key=str) == [
        ("betterleaks.github-pat", "app/leak.py"),
        ("betterleaks.github-pat", None),
    ]
    assert any("other/leak.py" in finding.message for finding in ran.step("secrets/kingfisher").findings)
    repo.write({"services/shop/app/next.py": secret("seven")})
    quick = run(repo.root / "services/shop", secrets.GATE, profile=Profile.QUICK)
    assert quick.found("secrets/staged") == [("betterleaks.github-pat", "app/next.py")]


def test_a_shallow_clone_is_unverified(run: Run, shop: repos.Repo, tmp_path: Path) -> None:
    shop.commit("More", {"app/more.py": ""})
    shallow = shop.clone(tmp_path / "shallow", depth=1)
    ran = run(shallow.root, secrets.GATE)
    assert ran.problems("secrets/kingfisher") == ["shallow-history"]
    assert ran.gate(secrets.GATE).verdict is Verdict.UNVERIFIED


def test_a_repository_without_commits_has_nothing_in_its_history(run: Run, tmp_path: Path) -> None:
    repo = repos.make(tmp_path / "new")
    repo.write({name: text for name, text in SHOP.items() if name != "gitleaks.toml"})
    ran = run(repo.root, secrets.GATE)
    assert ran.counted("secrets/kingfisher")["commits"] == 0
    assert ran.gate(secrets.GATE).verdict is Verdict.PASSED
    repo.write({"app/leak.py": secret("eight")})
    repo.git("add", "--all")
    assert run(repo.root, secrets.GATE, profile=Profile.QUICK).found("secrets/staged") == [
        ("betterleaks.github-pat", "app/leak.py")
    ]


def test_what_was_amended_away_is_not_history(run: Run, shop: repos.Repo) -> None:
    need_gitleaks()
    shop.commit("Leak", {"app/leak.py": secret("nine")})
    shop.write({"app/leak.py": ""})
    shop.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    ran = run(shop.root, secrets.GATE)
    assert ran.gate(secrets.GATE).verdict is Verdict.PASSED
    assert "no branch or tag reaches" in ran.step("secrets/kingfisher").notes[0]


def test_rules_that_do_not_know_the_canary_are_not_believed(run: Run, shop: repos.Repo) -> None:
    need_gitleaks()
    own = "title = \"shop\"\n\n[[rules]]\nid = \"shop-key\"\nregex = '''shop-[0-9]{20}'''\n"
    shop.commit("Own rules", {"gitleaks.toml": own})
    assert run(shop.root, secrets.GATE).problems("secrets/gitleaks") == ["control-missed"]
