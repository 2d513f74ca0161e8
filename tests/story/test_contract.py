"""The public contract at every way to end: exit codes, the JSON document with all of its keys, closed enumerations."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kit import tiny
from kit.aftermath import await_until
from kit.invocations import Onward, Said
from kit.repos import Repo
from onward.cli.group import COMMANDS

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs/document.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
# What scripts read: these keep their names and meanings.
GATE = {"gate", "verdict", "findings"}
STEP = {"id", "gate", "looked_at"}
FINDING = {"rule", "path", "line"}
VERDICTS = {"passed", "failed", "unverified", "not_run"}
SLOW = 'echo started > "$ONWARD_RUN/begun"\nsleep 60\necho checked 3 files\n'


@pytest.fixture
def onward(tmp_path: Path) -> Onward:
    return Onward(tmp_path / "home")


@pytest.fixture
def project(tmp_path: Path) -> Repo:
    return tiny.make(tmp_path / "tiny")


def check(document: Any, code: int) -> None:
    """Assert that `document` is what its published schema says: every key, and no word outside of its enumerations."""
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []
    assert (document["schema"], document["exit_code"]) == (2, code)
    assert set(document) == set(SCHEMA["$defs"]["Document"]["required"])


def test_what_scripts_read_is_in_the_schema_and_the_schema_is_current(
    project: Repo, onward: Onward, tmp_path: Path
) -> None:
    assert onward("show", "--schema", cwd=tmp_path).out == (ROOT / "docs/document.schema.json").read_text()
    parts = SCHEMA["$defs"]
    assert set(parts["GateEntry"]["required"]) >= GATE
    assert set(parts["StepEntry"]["required"]) >= STEP
    assert set(parts["FindingEntry"]["required"]) >= FINDING
    assert set(parts["LookedAt"]["required"]) >= {"what", "count"}
    assert set(parts["Verdict"]["enum"]) == VERDICTS
    told = onward.run(tiny.GATE, "--offline", cwd=project.root).document
    assert told["steps"][0]["log_tail"] == "$ sh check.sh"
    assert told["steps"][0]["looked_at"] == [{"what": "files", "count": 3, "expected": None}]


def ended(said: Said, code: int) -> Any:
    assert said.code == code, said.err
    check(said.document, code)
    return said.document


def test_passed(project: Repo, onward: Onward) -> None:
    document = ended(onward.run(tiny.GATE, "--offline", cwd=project.root), 0)
    assert (document["verdict"], document["error"]) == ("passed", None)
    assert {gate["gate"]: gate["verdict"] for gate in document["gates"]}.pop(tiny.GATE) == "passed"
    assert len({gate["gate"] for gate in document["gates"]}) == len(document["gates"])


def test_failed(tmp_path: Path, onward: Onward) -> None:
    project = tiny.make(tmp_path / "red", check="echo checked 3 files; exit 4\n")
    document = ended(onward.run(tiny.GATE, "--offline", cwd=project.root), 1)
    assert (document["verdict"], document["error"]) == ("failed", None)
    (finding,) = next(gate["findings"] for gate in document["gates"] if gate["gate"] == tiny.GATE)
    assert finding["status"] == "new"


@pytest.mark.parametrize(
    "words",
    [
        ("--bogus",),
        ("--profile", "everything"),
        ("--jobs", "0"),
        ("--jobs", "many"),
        ("no-such-gate",),
        ("--report", "sarif"),
        ("--report", "word=x.doc"),
        ("--report", "json=no/such/folder/x.json"),
        ("--base",),
        ("--base", "no-such-revision"),
        ("--profile", "ci", "--offline"),
    ],
)
def test_usage(project: Repo, onward: Onward, words: tuple[str, ...]) -> None:
    for form in (("--format", "json"), ("--format=json",)):
        document = ended(onward("run", *form, *words, cwd=project.root), 2)
        assert document["error"]["kind"] in {"usage", "configuration"}
        assert document["error"]["hint"]
        assert document["run"] is None
    assert not (onward.state / "runs").exists()


def test_format_itself_misspelt(project: Repo, onward: Onward) -> None:
    said = onward("run", "--format", "jsn", cwd=project.root)
    assert (said.code, said.out) == (2, "")
    assert "json" in said.err


def test_unverified(tmp_path: Path, onward: Onward) -> None:
    project = tiny.make(tmp_path / "dark", check="exit 0\n")
    document = ended(onward.run(tiny.GATE, "--offline", cwd=project.root), 3)
    assert (document["verdict"], document["error"]) == ("unverified", None)


def test_failed_outranks_unverified(tmp_path: Path, onward: Onward) -> None:
    other = '\n[gates.other]\ncommand = ["true"]\nformat = "exit"\ncount = \'x=(\\d+)\'\n'
    project = tiny.make(
        tmp_path / "both", check="echo checked 3 files; exit 4\n", **{"onward.toml": tiny.ONWARD + other}
    )
    document = ended(onward.run(tiny.GATE, "other", "--offline", cwd=project.root), 1)
    verdicts = {gate["gate"]: gate["verdict"] for gate in document["gates"]}
    assert (verdicts[tiny.GATE], verdicts["other"]) == ("failed", "unverified")


def test_nothing_passed(project: Repo, onward: Onward) -> None:
    document = ended(onward.run("migrations", "--offline", cwd=project.root), 3)
    assert document["verdict"] == "unverified"
    assert {gate["verdict"] for gate in document["gates"]} == {"not_run"}


def test_a_bug(project: Repo, onward: Onward) -> None:
    """A fault planted in the installation, where nothing of the user's could cause it."""
    broken = "import sys, onward.flow\ndel onward.flow.survey\nsys.argv[0] = 'onward'\nfrom onward.cli.main import run\nrun()\n"
    words = (sys.executable, "-c", broken, "run", "--format", "json", tiny.GATE)
    done = subprocess.run(words, cwd=project.root, env=onward.environ(), capture_output=True, text=True, check=False)
    document = ended(Said(done.returncode, done.stdout, done.stderr), 4)
    assert document["error"]["kind"] == "bug"
    assert "Traceback" in done.stderr
    assert "report" in done.stderr


def test_a_bug_in_the_middle_of_a_run(project: Repo, onward: Onward) -> None:
    broken = (
        "import onward.judge.run\n"
        "def fall(*_): raise ZeroDivisionError('planted')\n"
        "onward.judge.run.Judge.run = fall\n"
        "from onward.cli.main import run\nrun()\n"
    )
    words = (sys.executable, "-c", broken, "run", "--format", "json", "--offline", tiny.GATE)
    done = subprocess.run(words, cwd=project.root, env=onward.environ(), capture_output=True, text=True, check=False)
    document = ended(Said(done.returncode, done.stdout, done.stderr), 4)
    assert document["error"]["kind"] == "bug"
    assert document["verdict"] == "unverified"


@pytest.mark.parametrize("code", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted(tmp_path: Path, onward: Onward, code: signal.Signals) -> None:
    project = tiny.make(tmp_path / "slow", check=SLOW)
    process = onward.start("run", "--format", "json", "--offline", tiny.GATE, cwd=project.root)
    assert await_until(lambda: any(onward.state.glob("runs/*/begun")), 30)
    process.send_signal(code)
    out, err = process.communicate(timeout=30)
    document = ended(Said(process.returncode, out, err), 130)
    assert document["error"]["kind"] == "interrupted"
    assert document["error"]["hint"] in err
    assert document["verdict"] == "unverified"
    assert next(gate for gate in document["gates"] if gate["gate"] == tiny.GATE)["verdict"] == "unverified"
    (events,) = onward.state.glob("runs/*/events.jsonl")
    assert json.loads(events.read_text().splitlines()[-1])["type"] == "run.failed"
    assert "It broke off: interrupted" in (events.parent / "index.html").read_text()


def test_interrupted_before_the_run(project: Repo, onward: Onward) -> None:
    git = project.root.parent / "bin" / "git"
    git.parent.mkdir()
    git.write_text('#!/bin/sh\necho here > "$0.begun"\nexec sleep 60\n')
    git.chmod(0o755)
    env = {"PATH": f"{git.parent}:{onward.environ()['PATH']}"}
    process = onward.start("run", "--format", "json", tiny.GATE, cwd=project.root, env=env)
    assert await_until(Path(f"{git}.begun").exists, 30)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    document = ended(Said(process.returncode, out, err), 130)
    assert document["error"]["kind"] == "interrupted"


def test_a_report_that_cannot_be_written(project: Repo, onward: Onward) -> None:
    said = onward.run(tiny.GATE, "--offline", "--report", "json=/dev/full", cwd=project.root)
    document = ended(said, 3)
    assert (document["error"]["kind"], document["error"]["where"]) == ("record", "/dev/full")
    assert document["error"]["hint"] in said.err
    assert said.gate(tiny.GATE)["verdict"] == "passed"


def test_a_report_that_cannot_be_written_does_not_soften_a_failure(tmp_path: Path, onward: Onward) -> None:
    project = tiny.make(tmp_path / "red", check="echo checked 3 files; exit 4\n")
    document = ended(onward.run(tiny.GATE, "--offline", "--report", "html=/dev/full", cwd=project.root), 1)
    assert document["verdict"] == "failed"
    assert document["error"]["kind"] == "record"


def test_output_that_nobody_reads(project: Repo, onward: Onward) -> None:
    with onward.start("run", "--offline", tiny.GATE, cwd=project.root) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
    assert process.returncode == 0, err
    assert "Traceback" not in err


def test_output_to_a_full_device(project: Repo, onward: Onward) -> None:
    with Path("/dev/full").open("w") as full:
        words = (sys.executable, "-m", "onward", "run", "--offline", "--format", "json", tiny.GATE)
        done = subprocess.run(
            words, cwd=project.root, env=onward.environ(), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 3, done.stderr
    assert "cannot write the output" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_has_an_example(tmp_path: Path, onward: Onward, command: str) -> None:
    said = onward(*filter(None, (command, "--help")), cwd=tmp_path)
    assert said.code == 0
    assert f"onward {command}".rstrip() in said.out.partition("Usage:")[2].partition("\n")[2]
    assert "xample" in said.out or not command


def test_unknown_command(tmp_path: Path, onward: Onward) -> None:
    said = onward("rnu", cwd=tmp_path)
    assert said.code == 2
    assert "rnu" in said.err
    assert "next:" in said.err


def test_without_a_word(tmp_path: Path, onward: Onward) -> None:
    said = onward(cwd=tmp_path)
    assert said.code in (0, 2)
    assert "onward init" in said.out + said.err
