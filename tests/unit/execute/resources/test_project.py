from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kit.repos import make, scrubbed
from onward.execute.resources.project import base_tokens
from onward.execute.source.repository import survey


def test_a_step_sees_what_it_wants_of_the_base_or_why_it_cannot(tmp_path: Path) -> None:
    repo = make(tmp_path / "shop", {"app.py": "1\n", "requirements.txt": "click\n"})
    repo.branch("change").commit("Later", {"requirements.txt": "flask\n"})
    project = survey(repo.root, base="main", environ=scrubbed(), include=(), default_branch="main")
    seen = base_tokens(("",), project, scrubbed(), tmp_path / "whole" / "shop")
    assert seen["base.missing"] == ""
    assert seen["base.tree"] == str(tmp_path / "whole" / "shop")
    assert {path.name: path.read_text() for path in Path(seen["base.tree"]).iterdir()} == {
        "app.py": "1\n", "requirements.txt": "click\n",
    }  # fmt: skip

    lists = base_tokens((".txt",), project, scrubbed(), tmp_path / "lists")
    assert [path.name for path in Path(lists["base.tree"]).iterdir()] == ["requirements.txt"]

    gone = replace(project, revision=replace(project.revision, base="0" * 40))
    missing = base_tokens(("",), gone, scrubbed(), tmp_path / "gone")
    assert missing["base.missing"] == f"the commit {'0' * 40} is not in this repository"
    assert not Path(missing["base.tree"]).exists()
