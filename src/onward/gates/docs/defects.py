"""Documents that promise what is not there; each promise must be found out."""

from __future__ import annotations

from functools import partial

from onward.model.facts import Tree
from onward.model.gate import Change, Defect, Edit
from onward.model.pipeline import Pipeline

_DEAD_LINK = "# Planted\n\nSee [the plan](plan-that-nobody-wrote.md).\n"
_DEAD_ANCHOR = "# Planted\n\nSee [below](#what-nobody-wrote).\n"
_NO_SUCH_SCRIPT = "# Planted\n\n```console\n$ ./scripts/nobody-wrote-this.sh\n```\n"
_BADGE = "# Planted\n\n![state](../../actions/workflows/nobody-wrote-this.yml/badge.svg)\n"
_STALE = "# Planted\n\n<!-- onward:generated nobody -->\nold words\n<!-- onward:end -->\n"
_WRONG = "# Planted\n\n<!-- onward:claims -->\n164/173 tests passing (96 %)\n<!-- onward:end -->\n"


def _plant(text: str, _: Tree, __: Pipeline) -> tuple[Change, ...]:
    return (Change(edits=(Edit(path="PLANTED.md", text=text),)),)


def _defect(name: str, title: str, rule: str, text: str) -> Defect:
    return Defect(id=name, title=title, check="documents", rule=rule, plant=partial(_plant, text))


DEFECTS = (
    _defect("dead-link", "a link to a document that is not there", "dead-link", _DEAD_LINK),
    _defect("dead-anchor", "a link to a heading that is not there", "dead-anchor", _DEAD_ANCHOR),
    _defect("unknown-command", "a command that calls a script that is not there", "unknown-command", _NO_SUCH_SCRIPT),
    _defect("dead-badge", "a badge of a workflow that is not there", "dead-badge", _BADGE),
    _defect("ungenerated-block", "a block that says it is generated and is not", "ungenerated-block", _STALE),
    _defect("claim-arithmetic", "a claim whose own numbers contradict it", "claim-arithmetic", _WRONG),
)
