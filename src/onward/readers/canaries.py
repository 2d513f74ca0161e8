"""What was planted in a copy of the code, and how much of it a tool has shown to look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from onward.guest.shared_shapes import Planted
from onward.model.evidence import LookedAt, Problem
from onward.model.facts import is_within
from onward.model.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the canaries prove: the files of folders whose canary was found, what was not seen, and why to doubt."""

    looked_at: LookedAt
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def sight(
    copy: Planted, found: Iterable[str], *, what: str, narrowed: bool = False, within: tuple[str, ...] = (".",)
) -> Sight:
    """Say what finding these canaries proves. No file at all is legitimate only when a change narrows the check.

    `within` are the folders that the tool was told to look at.
    """
    if not copy.files:
        return Sight(looked_at=LookedAt(what=what, count=0, expected=0 if narrowed else None))
    seen = {copy.canaries[path] for path in found if path in copy.canaries}
    count = sum(1 for path in copy.files if _folder(path) in seen or path in seen)
    unseen = sorted(folder for folder in set(copy.canaries.values()) - seen if is_within(folder, within))
    if not seen:
        text = "none of the planted faults was reported, so an empty result for the project proves nothing"
        return Sight(looked_at=LookedAt(what=what, count=0), problems=(Problem(code="control-missed", text=text),))
    note = f"excluded by the project's own configuration: {', '.join(unseen)}"
    return Sight(looked_at=LookedAt(what=what, count=count), notes=(note,) if unseen else ())


def _folder(path: str) -> str:
    head, _, _ = path.rpartition("/")
    return head or "."


def relative(path: str, root: str) -> str:
    """Return a path that a tool printed about the copy at `root`, relative to the project."""
    return path.removeprefix(root + "/").removeprefix("./")


def replaced(finding: Finding, root: str) -> Finding:
    """Return the finding with its path relative to the project."""
    path = finding.place.path
    return finding if path is None else replace(finding, place=replace(finding.place, path=relative(path, root)))
