from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kit import documents
from onward.cli.group import main
from onward.record.runs import Records

RUN = "20261121T084841Z-5f0c2a"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "onward.toml").write_text("schema = 1\n")
    monkeypatch.chdir(root)
    monkeypatch.setenv("ONWARD_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("ONWARD_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("GITHUB_ACTIONS", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return root


def record(state: Path, run: str, root: Path) -> None:
    with Records(state).begin(run) as folder:
        folder.append(replace(documents.started(str(root)), run=run))
        for event in documents.events()[1:]:
            folder.append(event)


def test_a_recorded_run_is_shown_again(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(project.parent / "state", RUN, project)
    assert main(["show"]) == 0
    told = capsys.readouterr()
    assert "FAILED · 3 of 7 gates failed" in told.out
    assert told.err == ""


def test_the_newest_run_of_this_project_is_meant(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(project.parent / "state", "20261121T000001Z-aa", project)
    record(project.parent / "state", "20261121T000002Z-bb", project.parent / "other")
    assert main(["show", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["run"] == "20261121T000001Z-aa"
    assert main(["show", "20261121T000002", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["run"] == "20261121T000002Z-bb"


def test_reports_are_written_and_lead_to_the_artifacts(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(project.parent / "state", RUN, project)
    words = ["show", "--report", "html=report.html", "--report", "junit=junit.xml", "--report", "sarif=onward.sarif"]
    assert main(words) == 0
    page = (project / "report.html").read_text()
    assert f'href="../state/runs/{RUN}/steps/tests-pytest-3.9-1a2b3c4d/tests.jsonl"' in page
    assert sorted(path.name for path in project.iterdir()) == [
        "junit.xml",
        "onward.sarif",
        "onward.toml",
        "report.html",
    ]


def test_runs_are_listed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "--list"]) == 0
    assert capsys.readouterr().out == "no recorded runs\n"
    record(project.parent / "state", RUN, project)
    assert main(["show", "--list"]) == 0
    assert capsys.readouterr().out.startswith(f"{RUN}  failed       full   {project}\n")
    assert main(["show", "--list", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["exit_code"] == 1


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["show", "nope"], 3, "no recorded run 'nope'"),
        (["show", "--report", "html"], 2, "--report: expected KIND=PATH"),
        (["show", "--report", "pdf=x.pdf"], 2, "unknown report kind 'pdf'"),
        (["show", "--report", "html=no/such/folder/x.html"], 2, "does not exist"),
        (["show", "--report", "html=."], 2, "expected a file"),
    ],
)
def test_what_cannot_be_shown_says_why(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, message: str
) -> None:
    assert main(words) == code
    told = capsys.readouterr()
    assert message in told.err
    assert "next:" in told.err or "expected a file" in message
    assert told.out == ""


def test_a_report_that_cannot_be_written_is_no_success(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(project.parent / "state", RUN, project)
    assert main(["show", "--report", "html=/dev/full"]) == 3
    assert "cannot write the html report: No space left on device" in capsys.readouterr().err


def test_a_report_may_go_to_a_pipe(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    record(project.parent / "state", RUN, project)
    assert main(["show", "--format", "json", "--report", "github=/dev/stderr"]) == 0
    told = capfd.readouterr()
    assert told.err.startswith("## :x: onward: failed")
    assert json.loads(told.out)["exit_code"] == 1
    assert Path("/dev/stderr").is_symlink()


def test_a_link_stays_a_link(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(project.parent / "state", RUN, project)
    (project / "kept").mkdir()
    (project / "junit.xml").symlink_to("kept/real.xml")
    for _ in range(2):
        assert main(["show", "--report", "junit=junit.xml"]) == 0
    assert (project / "junit.xml").is_symlink()
    assert (project / "kept" / "real.xml").read_text().count("<testsuites") == 1


def test_a_damaged_record_is_not_shown_as_anything(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(project.parent / "state", RUN, project)
    events = project.parent / "state" / "runs" / RUN / "events.jsonl"
    events.write_bytes(events.read_bytes().replace(b'"seq":5', b'"seq":7'))
    assert main(["show", RUN]) == 3
    assert "event 5 is missing" in capsys.readouterr().err
