from __future__ import annotations

import json

import pytest

from onward.errors import ReadError
from onward.model.gate import Outputs
from onward.readers import coverage
from onward.readers.decode import decode


def report(**totals: int) -> Outputs:
    summary = {"num_statements": 3, "covered_lines": 2, **totals}
    data = {
        "meta": {"branch_coverage": "num_branches" in totals},
        "totals": summary,
        "files": {"app/a.py": {"summary": summary, "missing_lines": [4]}},
    }
    return Outputs(files={"c.json": json.dumps(data).encode()}, exits=(0,))


def test_percent_comes_from_counts() -> None:
    assert decode(report(), "c.json", coverage.Report).total.lines_percent == pytest.approx(66.6666, abs=0.001)


def test_no_branches_is_not_all_branches() -> None:
    read = decode(report(), "c.json", coverage.Report)
    assert read.total.branches_percent is None
    assert not read.meta.branch_coverage


def test_branches() -> None:
    read = decode(report(num_branches=8, covered_branches=2), "c.json", coverage.Report)
    assert read.total.branches_percent == 25.0
    assert read.meta.branch_coverage


def test_nothing_to_cover_is_no_percentage() -> None:
    assert decode(report(num_statements=0, covered_lines=0), "c.json", coverage.Report).total.lines_percent is None


@pytest.mark.parametrize("text", [b"{}", b"[]", b'{"totals": 1, "files": 1, "meta": 1}', b"null"])
def test_anything_else_is_unreadable(text: bytes) -> None:
    with pytest.raises(ReadError):
        decode(Outputs(files={"c.json": text}, exits=(0,)), "c.json", coverage.Report)


@pytest.mark.parametrize(
    ("lines", "words"), [((), ""), ((3,), "3"), ((3, 4, 5, 9), "3-5, 9"), ((1, 3, 5, 6), "1, 3, 5-6")]
)
def test_spans(lines: tuple[int, ...], words: str) -> None:
    assert coverage.spans(lines) == words
