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
from onward.model.document import Document, FindingEntry
from onward.model.evidence import Reason
from onward.model.finding import Severity
from onward.model.verdict import Status, Verdict
from onward.report import sarif
from onward.report.context import ReportContext

DOCUMENT = documents.document()
CONTEXT = documents.CONTEXT
FINDING = DOCUMENT.gates[0].findings[0]
KIT = Path(documents.__file__).parent
SCHEMA = jsonschema.Draft4Validator(json.loads((KIT / "sarif-2.1.0.json").read_text()))
ANYTHING = st.text(st.characters(codec="utf-8"))


def told(document: Document = DOCUMENT, context: ReportContext = CONTEXT) -> Any:
    log = json.loads(sarif.render(document, context))
    assert [error.message for error in SCHEMA.iter_errors(log)] == []
    return log


def runs(document: Document = DOCUMENT) -> dict[str, Any]:
    return {run["automationDetails"]["id"].removeprefix("onward/back end/"): run for run in told(document)["runs"]}


def with_findings(findings: tuple[FindingEntry, ...], **changes: Any) -> Document:
    gates = (replace(DOCUMENT.gates[0], findings=findings), *DOCUMENT.gates[1:])
    return replace(DOCUMENT, gates=gates, **changes)


def test_one_run_a_gate_that_looked_the_worst_first_and_one_that_speaks_for_onward() -> None:
    assert list(runs()) == ["dependencies/", "lint/", "tests/", "coverage/", ""]
    assert {run["tool"]["driver"]["name"] for run in runs().values()} == {"onward"}
    assert runs()["lint/"]["tool"]["extensions"] == [{"name": "flake8", "version": "7.3.0"}]


def test_standing_becomes_suppressions_and_baseline_state() -> None:
    results = {result["ruleId"]: result for result in runs()["lint/"]["results"]}
    assert results["lint/F401"]["baselineState"] == "new"
    assert "suppressions" not in results["lint/F401"]
    assert results["lint/C901"]["baselineState"] == "unchanged"
    assert results["lint/C901"]["suppressions"][0]["justification"] == "known: listed in the baseline"
    assert results["lint/E731"]["suppressions"][0]["justification"] == "waived by W-1 <b>"
    assert "lint/F811" not in results


def test_paths_are_percent_encoded_and_from_the_git_root() -> None:
    uris = {
        result["ruleId"]: result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in runs()["lint/"]["results"]
    }
    assert uris["lint/F401"] == "back%20end/app/main.py"
    assert unquote(uris["lint/E501<b>"]) == "back end/app/ü b#1%,:.py"


@pytest.mark.parametrize("path", ["/etc/passwd", "../../outside.py", None])
def test_what_has_no_file_in_the_repository_is_shown_at_the_definition(path: str | None) -> None:
    result = runs(with_findings((replace(FINDING, path=path, subject=None),)))["lint/"]["results"][0]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "back%20end/onward.toml"
    assert result["locations"][0].get("logicalLocations", [{}])[0].get("fullyQualifiedName") == path


def test_equal_fingerprints_are_told_apart() -> None:
    results = runs(with_findings((FINDING, FINDING)))["lint/"]["results"]
    assert {result["partialFingerprints"]["onward/v1"] for result in results} == {FINDING.fingerprint}
    assert len({result["partialFingerprints"]["primaryLocationLineHash"] for result in results}) == 2


def test_rules_bring_the_guide_and_security_rules_a_score() -> None:
    audit = runs()["dependencies/"]["tool"]["driver"]["rules"][0]
    assert audit["properties"] == {"tags": ["dependencies", "security"], "security-severity": "9.5"}
    lint = runs()["lint/"]["tool"]["driver"]["rules"][0]
    assert "security-severity" not in lint["properties"]
    assert "## How to fix" in lint["help"]["markdown"]
    for run in told()["runs"]:
        rules = run["tool"]["driver"].get("rules", [])
        assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_a_rule_is_as_bad_as_its_worst_finding() -> None:
    worse = replace(FINDING, severity=Severity.CRITICAL, status=Status.KNOWN)
    rules = runs(with_findings((FINDING, worse)))["lint/"]["tool"]["driver"]["rules"]
    assert [rule["defaultConfiguration"]["level"] for rule in rules] == ["error"]


def test_a_gate_that_found_nothing_has_an_empty_run_so_that_old_alerts_close() -> None:
    assert runs(with_findings(()))["lint/"]["results"] == []


def test_a_gate_that_could_not_look_has_none_so_that_old_alerts_stay() -> None:
    blind = replace(DOCUMENT.gates[0], verdict=Verdict.UNVERIFIED)
    assert "lint/" not in runs(replace(DOCUMENT, gates=(blind, *DOCUMENT.gates[1:])))


def test_a_gate_that_looked_in_part_says_so() -> None:
    step = replace(DOCUMENT.steps[0], verdict=Verdict.UNVERIFIED, reason=Reason(code="x", text="why"))
    run = runs(replace(DOCUMENT, steps=(step, *DOCUMENT.steps[1:])))["lint/"]["invocations"][0]
    assert run["executionSuccessful"] is False
    assert run["toolExecutionNotifications"][0]["message"]["text"] == "lint/flake8 is unverified: why"


def test_what_is_unverified_is_said() -> None:
    own = runs()[""]["invocations"][0]
    assert own["executionSuccessful"] is False
    assert "migrations is unverified" in own["toolExecutionNotifications"][0]["message"]["text"]


def test_too_many_results_keep_the_worst_and_say_so() -> None:
    many = tuple(replace(FINDING, severity=Severity.LOW, rule=f"R{number % 50}") for number in range(6000))
    worst = replace(FINDING, severity=Severity.CRITICAL, rule="worst")
    # results like these are held against the schema elsewhere; thousands of them take seconds
    log = json.loads(sarif.render(with_findings((*many, worst))))
    run = next(run for run in log["runs"] if run["automationDetails"]["id"].endswith("/lint/"))
    assert len(run["results"]) == sarif.RESULTS
    assert run["results"][0]["ruleId"] == "lint/worst"
    notice = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert notice == "1001 of 6001 results are omitted; the most severe are kept"


def test_too_many_bytes_keep_fewer_results() -> None:
    many = tuple(
        replace(FINDING, message="".join(hashlib.sha256(f"{number}.{part}".encode()).hexdigest() for part in range(30)))
        for number in range(300)
    )
    log = sarif.fitted(with_findings(many), CONTEXT, limit=100_000)
    assert 30_000 < len(gzip.compress(log.encode())) <= 100_000
    assert "results are omitted" in log


def test_too_many_gates_are_cut_and_named() -> None:
    many = tuple(replace(DOCUMENT.gates[0], gate=f"gate{number:02}", findings=()) for number in range(30))
    log = told(replace(DOCUMENT, gates=(*many, DOCUMENT.gates[0])))
    assert len(log["runs"]) == sarif.RUNS
    assert log["runs"][0]["automationDetails"]["id"] == "onward/back end/lint/"
    assert "omitted: gate18" in log["runs"][-1]["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]


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
    result = runs(with_findings((finding,)))["lint/"]["results"][0]
    assert result["locations"][0]["physicalLocation"]["region"] == region
