"""Ways of breaking a tool and the tests' own runner: none of them is ever green, and each says why."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kit import shop, tiny
from kit.invocations import Onward, Said
from kit.repos import Repo

pytestmark = [pytest.mark.tools, pytest.mark.slow]

SHORT = {"security": '\n[gates.security]\ntimeout = "2s"\n', "tests": '\n[gates.tests]\ntimeout = "6s"\n'}


def judged(said: Said, gate: str) -> tuple[str, str]:
    """Return verdict and reason of `gate`, after asserting what holds for every sabotage."""
    entry = said.gate(gate)
    assert "passed" not in {item["verdict"] for item in said.document["gates"]}, said.out
    assert said.code == {"failed": 1, "unverified": 3}[entry["verdict"]], said.err
    assert len(entry["reason"]["text"]) > 10
    assert "Traceback" not in said.err
    return str(entry["verdict"]), str(entry["reason"]["code"])


# a scanner


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Repo, Onward, Path]:
    """Make a project, a cache of this module's own, and the scanner in it."""
    home = tmp_path_factory.mktemp("scanned")
    repo = tiny.make(home / "tiny")
    onward = Onward(home, cache_dir=home / "cache")
    said = onward.run("security", "--offline", cwd=repo.root)
    assert said.code == 0, said.err + said.out
    (program,) = onward.cache.glob("tools/bandit-*/*/env/bin/bandit")
    return repo, onward, program


@contextmanager
def replaced(program: Path, script: str | None, mode: int = 0o755) -> Iterator[None]:
    """Put a shell script in the place of a program (None: nothing at all); the script finds the program as $REAL."""
    aside = program.with_name(program.name + ".real")
    program.rename(aside)
    try:
        if script is not None:
            program.write_text(f"#!/bin/sh\nREAL='{aside}'\nfor REPORT; do :; done\n{script}\n")
            program.chmod(mode)
        yield
    finally:
        program.unlink(missing_ok=True)
        aside.rename(program)


GREEN = '{"errors": [], "results": [], "metrics": {"_totals": {"loc": 0, "nosec": 0, "skipped_tests": 0}}}'
EMPTY = GREEN.replace("}}}", '}, "app/prices.py": {"loc": 0, "nosec": 0, "skipped_tests": 0}}}')
SCANNER = {
    "nothing": ("exit 0", "unreadable"),
    "nothing and exit code 1": ("exit 1", "unreadable"),
    "cannot work": ('echo "no such option" >&2; exit 2', "exit-code"),
    "garbage": ('head -c 4000 /dev/urandom > "$REPORT"', "unreadable"),
    "an empty report": (': > "$REPORT"', "unreadable"),
    "an empty object": ('echo "{}" > "$REPORT"', "unreadable"),
    "another document": ('echo "[1, 2]" > "$REPORT"', "unreadable"),
    "half a report": (
        '"$REAL" "$@"; head -c 200 "$REPORT" > "$REPORT.half"; mv "$REPORT.half" "$REPORT"',
        "unreadable",
    ),
    "a report of no file": (f"echo '{GREEN}' > \"$REPORT\"", "looked-at-too-little"),
    "a report of empty files": (f"echo '{EMPTY}' > \"$REPORT\"", "looked-at-too-little"),
    "a folder as report": ('mkdir "$REPORT"', "unreadable"),
    "a pipe as report": ('mkfifo "$REPORT"', "unreadable"),
    "an endless report": ('ln -s /dev/zero "$REPORT"', "unreadable"),
    "a huge report": ('truncate -s 100M "$REPORT"', "unreadable"),
    "100 MB on the terminal": ('head -c 100000000 /dev/zero; exec "$REAL" "$@"', "too-large"),
    "hangs": ("exec sleep 100", "timeout"),
    "hangs and will not go": ("trap '' TERM; sleep 100 & wait; sleep 100", "timeout"),
    "killed": ('"$REAL" "$@"; kill -KILL $$', "signal"),
    "crashes": ('"$REAL" "$@"; kill -SEGV $$', "signal"),
}


@pytest.mark.parametrize("case", SCANNER)
def test_scanner(case: str, scanned: tuple[Repo, Onward, Path], tmp_path: Path) -> None:
    repo, onward, program = scanned
    script, code = SCANNER[case]
    if code == "timeout":
        repo = tiny.make(tmp_path / "tiny", **{"onward.toml": tiny.ONWARD + SHORT["security"]})
    with replaced(program, script):
        said = onward.run("security", "--offline", cwd=repo.root)
    assert judged(said, "security") == ("unverified", code), said.gate("security")["reason"]


def test_scanner_disappears(scanned: tuple[Repo, Onward, Path]) -> None:
    repo, onward, program = scanned
    with replaced(program, None):
        said = onward.run("security", "--offline", cwd=repo.root)
    assert judged(said, "security") == ("unverified", "unstarted")


def test_scanner_is_not_executable(scanned: tuple[Repo, Onward, Path]) -> None:
    repo, onward, program = scanned
    with replaced(program, "exit 0", mode=0o644):
        said = onward.run("security", "--offline", cwd=repo.root)
    assert judged(said, "security") == ("unverified", "unstarted")


def test_scanner_cannot_read_a_file(scanned: tuple[Repo, Onward, Path], tmp_path: Path) -> None:
    _, onward, _ = scanned
    repo = tiny.make(tmp_path / "tiny", **{"app/broken.py": "def broken(:\n"})
    said = onward.run("security", "--offline", cwd=repo.root)
    assert judged(said, "security") == ("unverified", "not-parsed")
    assert "app/broken.py" in said.gate("security")["reason"]["text"]


def test_scanner_works_again_afterwards(scanned: tuple[Repo, Onward, Path]) -> None:
    repo, onward, _ = scanned
    assert onward.run("security", "--offline", cwd=repo.root).code == 0


# every scanner at once

PROGRAMS = {"black", "isort", "ruff", "flake8", "mypy", "bandit", "kingfisher"}
LOOKERS = ("format", "lint", "types", "security", "secrets")


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Repo, Onward, tuple[Path, ...]]:
    """Make the shop, and a cache with every tool that looks at text."""
    home = tmp_path_factory.mktemp("furnished")
    repo = shop.make(home / "shop")
    onward = Onward(home, cache_dir=home / "cache")
    said = onward.run(*LOOKERS, "--offline", cwd=repo.root)
    assert said.code == 0, said.err + said.out
    named = (*onward.cache.glob("tools/*/*/env/bin/*"), *onward.cache.glob("tools/*/*/bin/*"))
    programs = tuple(path for path in named if path.parents[3 if "env" in path.parts else 2].name.startswith(path.name))
    return repo, onward, programs


@pytest.mark.parametrize(
    ("case", "script"),
    [
        ("says nothing", "exit 0"),
        ("says nothing, exit code 1", "exit 1"),
        ("says yes", "echo '[]'; exit 0"),
        ("garbage", "head -c 3000 /dev/urandom; exit 0"),
        ("killed", "kill -KILL $$"),
    ],
)
def test_every_scanner(case: str, script: str, furnished: tuple[Repo, Onward, tuple[Path, ...]]) -> None:
    repo, onward, programs = furnished
    kept = {program: program.with_name(program.name + ".real") for program in programs}
    assert {program.name for program in programs} >= PROGRAMS
    for program, aside in kept.items():
        program.rename(aside)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    try:
        said = onward.run(*LOOKERS, "--offline", cwd=repo.root)
    finally:
        for program, aside in kept.items():
            aside.replace(program)
    verdicts = {gate["gate"]: gate["verdict"] for gate in said.document["gates"] if gate["gate"] in LOOKERS}
    green = {step["id"] for step in said.document["steps"] if step["verdict"] == "passed"}
    assert green == set(), case
    assert set(verdicts.values()) <= {"unverified", "failed"}, verdicts
    assert said.code in (1, 3)


# the tests' own runner

STOP = "import os\n\nos._exit(0)\n"
REPORT = 'import json\nimport os\n\nREPORT = json.loads(os.environ["ONWARD_TESTS"])["out"]\n'
CONFTEST = {
    "leaves at once": (STOP, "unreadable"),
    "exits while it is loaded": ("import sys\n\nsys.exit(0)\n", "unreadable"),
    "is killed": ("import os\nimport signal\n\nos.kill(os.getpid(), signal.SIGKILL)\n", "signal"),
    "hangs": ("import time\n\ntime.sleep(100)\n", "timeout"),
    "leaves at the end": ("import os\n\ndef pytest_sessionfinish():\n    os._exit(0)\n", "unreadable"),
    "prints 100 MB": (
        (
            "def pytest_terminal_summary(terminalreporter):\n"
            "    for _ in range(100):\n        terminalreporter.write('x' * 1_000_000)\n"
        ),
        "too-large",
    ),
    "spoils the report": (
        f"{REPORT}\ndef pytest_unconfigure():\n    open(REPORT, 'wb').write(os.urandom(4000))\n",
        "unreadable",
    ),
    "empties the report": (f"{REPORT}\ndef pytest_unconfigure():\n    open(REPORT, 'wb')\n", "unreadable"),
    "cuts the report": (
        f"{REPORT}\ndef pytest_unconfigure():\n    os.truncate(REPORT, os.path.getsize(REPORT) - 20)\n",
        "unreadable",
    ),
    "deletes the report": (
        f"{REPORT}\ndef pytest_unconfigure():\n    if os.path.exists(REPORT):\n        os.unlink(REPORT)\n",
        "unreadable",
    ),
    "sends the report elsewhere": (
        f'{REPORT}\nos.environ["ONWARD_TESTS"] = os.environ["ONWARD_TESTS"].replace(REPORT, "/dev/null")\n',
        "unreadable",
    ),
    "spoils the reporter's settings": ('import os\n\nos.environ["ONWARD_TESTS"] = "{}"\n', "exit-code"),
    "removes the reporter": (
        "def pytest_sessionstart(session):\n    session.config.pluginmanager.unregister(name='onward-report-tests')\n",
        "unreadable",
    ),
    "says that all is well": (
        "import pytest\n\n@pytest.hookimpl(tryfirst=True)\ndef pytest_runtestloop(session):\n    return True\n",
        "not-executed",
    ),
    "skips every test": (
        "import pytest\n\n@pytest.fixture(autouse=True)\ndef never():\n    pytest.skip('not today')\n",
        "looked-at-too-little",
    ),
    "ends the session": (
        "import pytest\n\ndef pytest_runtest_setup():\n    pytest.exit('done', returncode=0)\n",
        "not-executed",
    ),
    "is broken": ("import nowhere_to_be_found\n", "unreadable"),
}
TESTS = "tests/test_prices.py"


def run_tests(onward: Onward, root: Path, **files: str) -> Said:
    repo = tiny.make(root, **files)
    return onward.run("tests", "--offline", "--jobs", "1", cwd=repo.root)


@pytest.fixture
def onward(tmp_path: Path) -> Onward:
    return Onward(tmp_path / "home")


@pytest.mark.parametrize("case", CONFTEST)
def test_conftest(case: str, tmp_path: Path, onward: Onward) -> None:
    text, code = CONFTEST[case]
    limit = SHORT["tests"] if code == "timeout" else ""
    said = run_tests(onward, tmp_path / "tiny", **{"tests/conftest.py": text, "onward.toml": tiny.ONWARD + limit})
    assert judged(said, "tests") == ("unverified", code), said.gate("tests")["reason"]


def test_conftest_that_deselects_everything(tmp_path: Path, onward: Onward) -> None:
    text = "def pytest_collection_modifyitems(items):\n    items[:] = []\n"
    said = run_tests(onward, tmp_path / "tiny", **{"tests/conftest.py": text})
    assert judged(said, "tests")[0] in {"failed", "unverified"}
    assert "never-run" in said.rules("tests") or said.code == 3


FILES = {
    "every test skipped": ("import pytest\n\n@pytest.mark.skip\ndef test_it():\n    pass\n", "looked-at-too-little"),
    "a module that skips itself": (
        "import pytest\n\npytest.skip('no', allow_module_level=True)\n", "looked-at-too-little",
    ),
    "no test": ("def helper():\n    pass\n", "looked-at-too-little"),
    "an empty file": ("", "looked-at-too-little"),
    "not Python": ("def test_it(:\n", "collection-error"),
    "an import that fails": ("import nowhere_to_be_found\n\ndef test_it():\n    pass\n", "collection-error"),
    "exits while it is collected": ("import sys\n\nsys.exit(0)\n", ""),
    "leaves in the middle": ("import os\n\ndef test_it():\n    os._exit(0)\n", "unreadable"),
    "is killed in the middle": ("import os\n\ndef test_it():\n    os.kill(os.getpid(), 9)\n", "signal"),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_test_file(case: str, tmp_path: Path, onward: Onward) -> None:
    text, code = FILES[case]
    said = run_tests(onward, tmp_path / "tiny", **{TESTS: text})
    verdict, told = judged(said, "tests")
    assert verdict == "unverified", told
    assert told == code or not code


def test_one_broken_file_beside_a_good_one(tmp_path: Path, onward: Onward) -> None:
    said = run_tests(onward, tmp_path / "tiny", **{"tests/test_more.py": "import nowhere_to_be_found\n"})
    assert judged(said, "tests") == ("unverified", "collection-error")
    assert "tests/test_more.py" in said.gate("tests")["reason"]["text"]


@pytest.mark.parametrize(
    "words",
    [
        "--collect-only",
        "--setup-only",
        "--setup-plan",
        "-p no:_onward_guest.guest.report_tests",
        "-k nothing",
        "--help",
    ],
)
def test_options_that_run_nothing(words: str, tmp_path: Path, onward: Onward) -> None:
    options = f'[tool.pytest.ini_options]\naddopts = "{words}"\n'
    said = run_tests(onward, tmp_path / "tiny", **{"pyproject.toml": options})
    judged(said, "tests")


def test_coverage_switched_off(tmp_path: Path, onward: Onward) -> None:
    options = '[tool.pytest.ini_options]\naddopts = "--no-cov"\n'
    repo = tiny.make(tmp_path / "tiny", **{"pyproject.toml": options})
    said = onward.run("coverage", "--offline", cwd=repo.root)
    assert said.gate("coverage")["verdict"] == "unverified", said.gate("coverage")
    assert said.code == 3


def test_a_lost_workspace_is_made_again(tmp_path: Path) -> None:
    onward = Onward(tmp_path, cache_dir=tmp_path / "cache")
    repo = tiny.make(tmp_path / "tiny")
    assert onward.run(tiny.GATE, "--offline", cwd=repo.root).code == 0
    shutil.rmtree(tmp_path / "cache" / "workspaces")
    assert onward.run(tiny.GATE, "--offline", cwd=repo.root).code == 0
