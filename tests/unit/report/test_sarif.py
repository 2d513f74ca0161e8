from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import documents
from pawl.model.document import Annex, Document, FindingEntry
from pawl.model.evidence import Reason
from pawl.model.finding import Severity
from pawl.model.verdict import Status, Verdict
from pawl.report import sarif

DOCUMENT = documents.document()
ANNEX = documents.example_annex()
FINDING = DOCUMENT.gates[0].findings[0]
KIT = Path(documents.__file__).parent
SCHEMA = jsonschema.Draft4Validator(json.loads((KIT / "sarif-2.1.0.json").read_text()))
ANYTHING = st.text(st.characters(codec="utf-8"))


def told(document: Document = DOCUMENT, annex: Annex = ANNEX) -> Any:
    log = json.loads(sarif.render(document, annex))
    assert [error.message for error in SCHEMA.iter_errors(log)] == []
    return log


def runs(document: Document = DOCUMENT) -> dict[str, Any]:
    return {run["tool"]["driver"]["name"]: run for run in told(document)["runs"]}


def with_findings(findings: tuple[FindingEntry, ...], **changes: Any) -> Document:
    gates = (replace(DOCUMENT.gates[0], findings=findings), *DOCUMENT.gates[1:])
    return replace(DOCUMENT, gates=gates, **changes)


def test_one_run_a_tool_the_worst_first_and_one_that_speaks_for_pawl() -> None:
    assert list(runs()) == ["pip-audit", "flake8", "pytest", "pawl"]
    categories = [run["automationDetails"]["id"] for run in told()["runs"]]
    assert len(set(categories)) == len(categories)


def test_standing_becomes_suppressions_and_baseline_state() -> None:
    results = {result["ruleId"]: result for result in runs()["flake8"]["results"]}
    assert results["lint/F401"]["baselineState"] == "new"
    assert "suppressions" not in results["lint/F401"]
    assert results["lint/C901"]["baselineState"] == "unchanged"
    assert results["lint/C901"]["suppressions"][0]["justification"] == "known: a debt in the baseline"
    assert results["lint/E731"]["suppressions"][0]["justification"] == "waived by W-1 <b>"
    assert "lint/F811" not in results


def test_paths_are_percent_encoded_and_from_the_git_root() -> None:
    uris = {
        result["ruleId"]: result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in runs()["flake8"]["results"]
    }
    assert uris["lint/F401"] == "back%20end/app/main.py"
    assert unquote(uris["lint/E501<b>"]) == "back end/app/ü b#1%,:.py"


@pytest.mark.parametrize("path", ["/etc/passwd", "../../outside.py", None])
def test_what_has_no_file_in_the_repository_is_shown_at_the_definition(path: str | None) -> None:
    result = runs(with_findings((replace(FINDING, path=path, subject=None),)))["flake8"]["results"][0]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "back%20end/pawl.toml"
    assert result["locations"][0].get("logicalLocations", [{}])[0].get("fullyQualifiedName") == path


def test_equal_fingerprints_are_told_apart() -> None:
    results = runs(with_findings((FINDING, FINDING)))["flake8"]["results"]
    assert {result["partialFingerprints"]["pawl/v1"] for result in results} == {FINDING.fingerprint}
    assert len({result["partialFingerprints"]["primaryLocationLineHash"] for result in results}) == 2


def test_rules_bring_the_guide_and_security_rules_a_score() -> None:
    audit = runs()["pip-audit"]["tool"]["driver"]["rules"][0]
    assert audit["properties"] == {"tags": ["dependencies", "security"], "security-severity": "9.5"}
    lint = runs()["flake8"]["tool"]["driver"]["rules"][0]
    assert "security-severity" not in lint["properties"]
    assert "## How to fix" in lint["help"]["markdown"]
    for run in told()["runs"]:
        rules = run["tool"]["driver"].get("rules", [])
        assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_a_rule_is_as_bad_as_its_worst_finding() -> None:
    worse = replace(FINDING, severity=Severity.CRITICAL, status=Status.KNOWN)
    rules = runs(with_findings((FINDING, worse)))["flake8"]["tool"]["driver"]["rules"]
    assert [rule["defaultConfiguration"]["level"] for rule in rules] == ["error"]


def test_a_tool_that_found_nothing_has_an_empty_run_so_that_old_alerts_close() -> None:
    assert runs(with_findings(()))["flake8"]["results"] == []


def test_a_tool_that_could_not_look_has_none_so_that_old_alerts_stay() -> None:
    step = replace(DOCUMENT.steps[0], verdict=Verdict.UNVERIFIED, reason=Reason(code="x", text="x"))
    blind = with_findings((), steps=(step, *DOCUMENT.steps[1:]))
    assert "flake8" not in runs(blind)
    kept = runs(with_findings((FINDING,), steps=(step, *DOCUMENT.steps[1:])))
    assert kept["flake8"]["invocations"][0]["executionSuccessful"] is False


def test_what_is_unverified_is_said() -> None:
    own = runs()["pawl"]["invocations"][0]
    assert own["executionSuccessful"] is False
    assert "migrations is unverified" in own["toolExecutionNotifications"][0]["message"]["text"]


def test_too_many_results_keep_the_worst_and_say_so() -> None:
    many = tuple(replace(FINDING, severity=Severity.LOW, rule=f"R{number % 50}") for number in range(6000))
    worst = replace(FINDING, severity=Severity.CRITICAL, rule="worst")
    run = runs(with_findings((*many, worst)))["flake8"]
    assert len(run["results"]) == sarif.RESULTS
    assert run["results"][0]["ruleId"] == "lint/worst"
    notice = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert notice == "1001 of 6001 results were left out; the worst were kept"


def test_too_many_bytes_keep_fewer_results() -> None:
    many = tuple(
        replace(FINDING, message="".join(hashlib.sha256(f"{number}.{part}".encode()).hexdigest() for part in range(30)))
        for number in range(300)
    )
    log = sarif.fitted(with_findings(many), ANNEX, limit=100_000)
    assert 30_000 < len(gzip.compress(log.encode())) <= 100_000
    assert "results were left out" in log


def test_too_many_tools_are_cut_and_named() -> None:
    many = tuple(replace(FINDING, tool=f"tool{number:02}") for number in range(30))
    log = told(with_findings(many))
    assert len(log["runs"]) == sarif.RUNS
    assert "left out: tool" in log["runs"][-1]["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]


@settings(max_examples=60)
@given(
    st.builds(
        replace,
        st.just(FINDING),
        message=ANYTHING,
        rule=ANYTHING,
        tool=ANYTHING,
        path=ANYTHING,
        fix=ANYTHING,
        url=ANYTHING,
    )
)
def test_any_text_makes_valid_sarif(finding: FindingEntry) -> None:
    told(with_findings((finding,)))


@pytest.mark.parametrize(
    ("spot", "region"),
    [
        ((3, 1, None, None), {"startLine": 3, "startColumn": 1}),
        ((3, 5, 3, 2), {"startLine": 3, "startColumn": 5, "endLine": 3}),
        ((3, 5, 2, 9), {"startLine": 3, "startColumn": 5}),
        ((3, 5, 4, 1), {"startLine": 3, "startColumn": 5, "endLine": 4, "endColumn": 1}),
        ((None, 7, None, None), {"startLine": 1}),
        ((0, 0, 0, 0), {"startLine": 1}),
    ],
)
def test_regions_are_sane(spot: tuple[int | None, ...], region: dict[str, int]) -> None:
    line, column, end_line, end_column = spot
    finding = replace(FINDING, line=line, column=column, end_line=end_line, end_column=end_column)
    result = runs(with_findings((finding,)))["flake8"]["results"][0]
    assert result["locations"][0]["physicalLocation"]["region"] == region
