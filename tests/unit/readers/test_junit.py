"""JUnit XML as test runners of several languages write it, and what must not be believed or even parsed."""

from __future__ import annotations

import pytest

from kit import values
from onward.errors import ReadError
from onward.model.evidence import Reading, TestOutcome
from onward.model.gate import ReadContext
from onward.readers import junit

MIXED = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="prices" tests="4" failures="1" errors="1" skipped="1">
    <testcase classname="prices" name="adds" time="0.25" file="/tree/web/prices.test.ts" line="12"/>
    <testcase classname="prices" name="rounds" time="1,000.5"><failure message="2 is not 3&#10;more">at …</failure></testcase>
    <testcase classname="prices" name="loads"><error>no such module</error></testcase>
    <testcase name="later"><skipped message="not yet"/></testcase>
  </testsuite>
</testsuites>"""


def read(text: str | bytes) -> Reading:
    context = ReadContext(check=values.context("web"), tree="/tree")
    return junit.read(text.encode() if isinstance(text, str) else text, context)


def test_every_outcome() -> None:
    reading = read(MIXED)
    assert [(test.node_id, test.outcome) for test in reading.tests] == [
        ("prices::adds", TestOutcome.PASSED),
        ("prices::rounds", TestOutcome.FAILED),
        ("prices::loads", TestOutcome.ERROR),
        ("later", TestOutcome.SKIPPED),
    ]
    assert [test.duration_s for test in reading.tests] == [0.25, 1000.5, 0.0, 0.0]
    assert (reading.tests[0].path, reading.tests[0].line) == ("web/prices.test.ts", 12)
    assert reading.tests[3].reason == "not yet"
    assert reading.looked_at[0].count == 3
    assert reading.problems == ()


def test_failures_are_findings_about_their_test() -> None:
    rules = [(finding.rule, finding.subject, finding.message) for finding in read(MIXED).findings]
    assert rules == [
        ("test-failed", "prices::rounds", "prices::rounds: 2 is not 3"),
        ("test-error", "prices::loads", "prices::loads: no such module"),
    ]


def test_all_skipped_is_nothing_executed() -> None:
    reading = read('<testsuite tests="1"><testcase name="a"><skipped/></testcase></testsuite>')
    assert (reading.looked_at[0].count, reading.looked_at[0].expected) == (0, None)


def test_no_test_at_all_is_nothing_executed() -> None:
    assert read("<testsuites/>").looked_at[0].count == 0


def test_a_report_that_announces_more_than_it_holds() -> None:
    reading = read('<testsuite tests="3" errors="1"><testcase name="a"/></testsuite>')
    assert [problem.code for problem in reading.problems] == ["tests-missing", "failures-missing"]


def test_nested_suites_are_not_counted_twice() -> None:
    inner = '<testsuite tests="1"><testcase name="a"/></testsuite>'
    assert read(f'<testsuites><testsuite tests="1">{inner}</testsuite></testsuites>').problems == ()


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><testsuite><testcase name="&b;"/></testsuite>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><testsuite><testcase name="&a;"/></testsuite>'


@pytest.mark.parametrize("text", [BOMB, OUTSIDE, '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><testsuite/>'])
def test_document_types_are_refused(text: str) -> None:
    with pytest.raises(ReadError, match="document type"):
        read(text)
    with pytest.raises(ReadError, match="document type"):
        read(text.encode("utf-16"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not xml",
        MIXED[: len(MIXED) // 2],
        "<html/>",
        "<testsuite><testcase/></testsuite>",
        '<testsuite><testcase name="a" time="soon"/></testsuite>',
        b"\xff\xfe\x00garbage",
    ],
)
def test_what_is_not_a_report_is_unreadable(text: str | bytes) -> None:
    with pytest.raises(ReadError):
        read(text)
