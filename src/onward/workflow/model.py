"""What a workflow or a composite action says, with the lines on which it says it; lines count from 1."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A scalar and the line of its first character; a block scalar starts below its key."""

    value: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a job: it uses an action or runs a script."""

    line: int
    uses: Text | None = None
    run: Text | None = None
    shell: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job; `uses` names a reusable workflow, `images` those of its container and its services."""

    id: str
    line: int
    steps: tuple[Step, ...] = ()
    uses: Text | None = None
    images: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """One file. A composite action is a workflow with the one job "runs"."""

    path: str
    jobs: tuple[Job, ...]
