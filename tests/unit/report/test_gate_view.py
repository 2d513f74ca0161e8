from __future__ import annotations

from dataclasses import replace

from kit import documents
from onward.model.evidence import Reason
from onward.report import gate_view

DOCUMENT = documents.document()


def test_findings_are_sorted_by_what_they_mean_and_worst_first() -> None:
    found = gate_view.sort(DOCUMENT.gates[0])
    assert [finding.rule for finding in found.blocking] == ["E999", "E501<b>", "F401"]
    assert [finding.rule for finding in found.tolerated] == ["W605"]
    assert [finding.rule for finding in found.others] == ["C901", "E731"]


def test_gates_that_were_not_run_for_one_reason_share_a_line() -> None:
    same = Reason(code="x", text="not selected")
    gates = (*DOCUMENT.gates, *(replace(DOCUMENT.gates[-1], gate=name, reason=same) for name in "ab"))
    alone, alike = gate_view.grouped(gates)
    assert [gate.gate for gate in alone] == [gate.gate for gate in DOCUMENT.gates]
    assert [(reason, [gate.gate for gate in group]) for reason, group in alike] == [(same.text, ["a", "b"])]


GUIDE = """# T

## How to fix

One paragraph
over two lines.

- an item
  that goes on
- another
1. first

```
code  stays
as it is
```
After.

## How to waive

No.
"""


def test_a_section_ends_with_the_next() -> None:
    assert gate_view.section(GUIDE, "How to waive") == "No."
    assert gate_view.section(GUIDE, "Nothing") == ""


def test_paragraphs_become_lines_and_code_stays() -> None:
    assert gate_view.reflow(gate_view.section(GUIDE, "How to fix")) == [
        "One paragraph over two lines.",
        "",
        "- an item that goes on",
        "- another",
        "1. first",
        "",
        "  code  stays",
        "  as it is",
        "After.",
    ]
