"""SARIF logs as several tools write them: rules by id and by position, paths by base, suppressions, silence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kit import values
from onward.errors import ReadError
from onward.model.evidence import Reading
from onward.model.finding import Finding, Severity
from onward.model.gate import ReadContext
from onward.readers import sarif

RULES = [
    {"id": "R1", "helpUri": "https://example.org/R1", "defaultConfiguration": {"level": "error"}},
    {"id": "R2", "properties": {"security-severity": "9.1"}, "messageStrings": {"m": {"text": "{0} in {1}"}}},
]


def read(data: Any) -> Reading:
    context = ReadContext(check=values.context("web"), tree="/tree")
    return sarif.read(data if isinstance(data, bytes) else json.dumps(data).encode(), context)


def log(*results: dict[str, Any], **run: Any) -> dict[str, Any]:
    driver = {"name": "probe", "rules": RULES}
    return {"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": list(results), **run}]}


def one(result: dict[str, Any], **run: Any) -> Finding:
    return read(log({"message": {"text": "bad"}, **result}, **run)).findings[0]


def at(uri: str, base: str = "", **region: int) -> dict[str, Any]:
    location = {"uri": uri, **({"uriBaseId": base} if base else {})}
    return {"locations": [{"physicalLocation": {"artifactLocation": location, "region": region}}]}


def test_a_result_by_rule_id() -> None:
    found = one({"ruleId": "R1", **at("app/a%20b.py", startLine=3, startColumn=5, endLine=4, endColumn=1)})
    assert (found.rule, found.tool, found.url, found.severity) == (
        "R1",
        "probe",
        "https://example.org/R1",
        Severity.HIGH,
    )
    place = found.place
    assert (place.path, place.line, place.column, place.end_line, place.end_column) == ("app/a b.py", 3, 5, 4, 1)


def test_a_result_by_position_and_message_id() -> None:
    found = one({"ruleIndex": 1, "message": {"id": "m", "arguments": ["md5", "a.py"]}})
    assert (found.rule, found.message, found.severity) == ("R2", "md5 in a.py", Severity.CRITICAL)
    assert found.place.path is None


@pytest.mark.parametrize(
    ("result", "severity"),
    [
        ({"level": "error"}, Severity.HIGH),
        ({"level": "warning"}, Severity.MEDIUM),
        ({"level": "note"}, Severity.LOW),
        ({"level": "none"}, Severity.INFO),
        ({}, Severity.MEDIUM),
        ({"ruleId": "R1"}, Severity.HIGH),
        ({"kind": "open"}, Severity.UNKNOWN),
        ({"properties": {"security-severity": "4.0"}}, Severity.MEDIUM),
        ({"properties": {"security-severity": "0"}}, Severity.LOW),
    ],
)
def test_severities(result: dict[str, Any], severity: Severity) -> None:
    assert one(result).severity is severity


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (at("file:///tree/app/a.py"), "app/a.py"),
        (at("/tree/app/a.py"), "app/a.py"),
        (at("a.py", base="SRC"), "app/a.py"),
        (at("./app/a.py"), "app/a.py"),
        (at("https://example.org/a.py"), "https://example.org/a.py"),
        ({"locations": [{"physicalLocation": {"artifactLocation": {"index": 0}}}]}, "app/listed.py"),
        ({"locations": [{"physicalLocation": {"artifactLocation": {}}}]}, None),
        ({"locations": [{}]}, None),
    ],
)
def test_paths(location: dict[str, Any], path: str | None) -> None:
    bases = {"SRC": {"uri": "file:///tree/app/"}}
    artifacts = [{"location": {"uri": "app/listed.py"}}]
    assert one(location, originalUriBaseIds=bases, artifacts=artifacts).place.path == path


@pytest.mark.parametrize(
    "extra",
    [
        {"suppressions": [{"kind": "inSource"}]},
        {"suppressions": [{"kind": "external", "status": "accepted"}]},
        {"baselineState": "absent"},
        {"kind": "pass"},
        {"kind": "notApplicable"},
    ],
)
def test_results_that_are_no_findings(extra: dict[str, Any]) -> None:
    assert read(log({"message": {"text": "bad"}, **extra})).findings == ()


def test_a_suppression_that_nobody_accepted_suppresses_nothing() -> None:
    reading = read(log({"message": {"text": "bad"}, "suppressions": [{"kind": "inSource", "status": "underReview"}]}))
    assert len(reading.findings) == 1
    assert reading.notes == ()


def test_suppressed_results_are_counted_aloud() -> None:
    reading = read(log({"message": {"text": "bad"}, "suppressions": [{"kind": "inSource"}]}))
    assert reading.notes == ("1 results are suppressed in the source",)


def test_listed_files_are_what_was_looked_at() -> None:
    looked = read(log(artifacts=[{"location": {"uri": "a.py"}}, {"location": {"uri": "b.py"}}])).looked_at[0]
    assert (looked.what, looked.count) == ("files in the log", 2)


def test_without_a_list_a_successful_invocation_counts() -> None:
    assert read(log(invocations=[{"executionSuccessful": True}])).looked_at[0].count == 1


def test_silence_without_evidence_counts_nothing() -> None:
    looked = read(log()).looked_at[0]
    assert (looked.count, looked.expected) == (0, None)
    assert read({"version": "2.1.0", "runs": []}).looked_at[0].count == 0


def test_what_the_tool_says_went_wrong_is_a_problem() -> None:
    notice = {"level": "error", "message": {"text": "cannot parse a.py"}}
    invocations = [
        {"executionSuccessful": False, "exitCodeDescription": "out of memory"},
        {"executionSuccessful": True, "toolExecutionNotifications": [notice, {"level": "note"}]},
    ]
    problems = read(log(invocations=invocations)).problems
    assert [problem.code for problem in problems] == ["tool-failed", "tool-error"]
    assert "out of memory" in problems[0].text
    assert "cannot parse a.py" in problems[1].text


def test_a_fix_is_shown() -> None:
    assert one({"fixes": [{"description": {"text": "use sha256"}, "artifactChanges": []}]}).fix == "use sha256"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        {"version": "2.0.0", "runs": []},
        {"version": "2.1.0"},
        {"version": "2.1.0", "runs": [{}]},
        {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "probe"}}}]},
        {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "probe"}}, "results": [{}]}]},
        {"version": "2.1.0", "runs": ["garbage"]},
        log({"message": {"id": "unknown"}}),
    ],
)
def test_what_is_not_sarif_is_unreadable(data: Any) -> None:
    with pytest.raises(ReadError):
        read(data)
