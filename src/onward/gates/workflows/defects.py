"""Weak workflows and loose installs to plant; each must be named by the check that knows it."""

from __future__ import annotations

from functools import partial

from onward.model.facts import Tree
from onward.model.gate import Change, Defect, Edit
from onward.model.pipeline import Pipeline

_HEAD = """name: Planted
on:
  issues:
    types: [opened]
permissions: {}
jobs:
  planted:
    name: Planted
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
"""
_UNPINNED = _HEAD + "      - uses: actions/setup-python@v6\n"
_INJECTION = _HEAD + '      - run: echo "${{ github.event.issue.title }}"\n'
_UNMET = _HEAD.replace("    runs-on", "    needs: [nobody]\n    runs-on") + "      - run: make\n"
_LOOSE = _HEAD + "      - run: python -m pip install requests\n"
_PIPED = _HEAD + "      - run: curl -sSf https://example.org/install.sh | sh\n"
_NEWEST = "FROM python\nCOPY . /srv\nUSER 10001\n"
_WORKFLOW = ".github/workflows/onward-planted.yml"


def _plant(path: str, text: str, _: Tree, __: Pipeline) -> tuple[Change, ...]:
    return (Change(edits=(Edit(path=path, text=text),)),)


def _defect(name: str, title: str, check: str, *, rule: str, text: str, path: str = _WORKFLOW) -> Defect:
    return Defect(id=name, title=title, check=check, rule=rule, plant=partial(_plant, path, text))


DEFECTS = (
    _defect("unpinned-action-zizmor", "an action named by a tag", "zizmor", rule="unpinned-uses", text=_UNPINNED),
    _defect(
        "injection", "the title of an issue becomes a command", "zizmor", rule="template-injection", text=_INJECTION
    ),
    _defect(
        "unmet-need",
        "a job that waits for one that is not there",
        "actionlint",
        rule="job-needs",
        text=_UNMET,
    ),
    _defect("unpinned-action", "an action named by a tag", "pins", rule="unpinned-action", text=_UNPINNED),
    _defect(
        "unpinned-install", "a package in whatever version is newest", "pins", rule="unpinned-install", text=_LOOSE
    ),
    _defect("piped-script", "a script from the network, run as it comes", "pins", rule="piped-script", text=_PIPED),
    _defect(
        "newest-image",
        "an image built on whatever is newest",
        "pins",
        rule="unpinned-base-image",
        text=_NEWEST,
        path="Dockerfile.planted",
    ),
)
