"""Secrets that must be found: one that is there, and one that was committed and removed again."""

from __future__ import annotations

import hashlib

from onward.checks.defects import beside_source, new_file
from onward.model.facts import Tree
from onward.model.gate import Change, Defect, Edit
from onward.model.pipeline import Pipeline


def made_up_token(seed: str) -> str:
    """Return what looks like an access token and opens nothing; put together here, so that no file of onward's holds one."""
    return "gh" + "p_" + hashlib.sha256(seed.encode()).hexdigest()[:36]


_present = new_file("onward_settings.py", f'ACCESS_TOKEN = "{made_up_token("present")}"\n', commit=False)


def _removed(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    path = beside_source(tree, pipeline, "onward_removed_settings.py")
    text = f'ACCESS_TOKEN = "{made_up_token("removed")}"\n'
    return (Change(edits=(Edit(path=path, text=text),)), Change(edits=(Edit(path=path, text=None),)))


DEFECTS = (
    Defect(
        id="token",
        title="an access token in a file",
        check="kingfisher",
        rule="betterleaks.github-pat",
        plant=_present,
    ),
    Defect(
        id="removed-token",
        title="an access token that was committed and then removed",
        check="kingfisher",
        rule="betterleaks.github-pat",
        plant=_removed,
    ),
    Defect(
        id="removed-token-gitleaks",
        title="an access token that was committed and then removed",
        check="gitleaks",
        rule="github-pat",
        plant=_removed,
    ),
    Defect(
        id="removed-token-trufflehog",
        title="an access token that was committed and then removed",
        check="trufflehog",
        rule="Github",
        plant=_removed,
    ),
    Defect(
        id="staged-token",
        title="an access token that is about to be committed",
        check="staged",
        rule="betterleaks.github-pat",
        plant=_present,
    ),
)
