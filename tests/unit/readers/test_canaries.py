"""What planted files prove about a tool's sight."""

from __future__ import annotations

import pytest

from kit import values
from onward.guest.shared_shapes import Planted
from onward.readers import canaries

COPY = Planted(
    root="/scratch/copy",
    files=("setup.py", "app/a.py", "app/b.py", "tests/test_a.py"),
    canaries={"onward_canary_0.py": ".", "app/onward_canary_1.py": "app", "tests/onward_canary_2.py": "tests"},
)


def test_files_count_where_their_folders_canary_was_found() -> None:
    seen = canaries.sight(COPY, ["app/onward_canary_1.py", "onward_canary_0.py", "app/a.py"], what="files")
    assert seen.looked_at.count == 3
    assert seen.notes == ("excluded by the project's own configuration: tests",)
    assert seen.problems == ()


def test_a_canary_beside_a_file_speaks_for_that_file_alone() -> None:
    both = {"onward_canary_0.py": ".", "onward_canary_of_setup.py": "setup.py"}
    copy = Planted(root="/r", files=("app.py", "setup.py"), canaries=both)
    seen = canaries.sight(copy, ["onward_canary_of_setup.py"], what="files", within=("setup.py",))
    assert (seen.looked_at.count, seen.notes, seen.problems) == (1, (), ())


def test_folders_that_the_tool_was_not_told_about_are_not_mentioned() -> None:
    assert canaries.sight(COPY, ["app/onward_canary_1.py"], what="files", within=("app",)).notes == ()


def test_no_canary_found_is_a_problem() -> None:
    seen = canaries.sight(COPY, ["app/a.py"], what="files")
    assert seen.looked_at.count == 0
    assert [problem.code for problem in seen.problems] == ["control-missed"]


@pytest.mark.parametrize(("narrowed", "expected"), [(True, 0), (False, None)])
def test_no_file_is_legitimate_only_when_narrowed(narrowed: bool, expected: int | None) -> None:  # noqa: FBT001
    nothing = Planted(root="/r", files=(), canaries={})
    seen = canaries.sight(nothing, [], what="files", narrowed=narrowed)
    assert (seen.looked_at.count, seen.looked_at.expected) == (0, expected)
    assert seen.problems == ()


def test_paths_of_the_copy_become_paths_of_the_project() -> None:
    found = values.finding(path="/scratch/copy/app/a.py")
    assert canaries.replaced(found, COPY.root).place.path == "app/a.py"
    assert canaries.relative("./app/a.py", COPY.root) == "app/a.py"
