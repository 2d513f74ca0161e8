"""What workflows, actions and Dockerfiles bring in without saying exactly what: onward's own look at the files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from onward.errors import ReadError
from onward.gates.workflows import dockerfile, installs, shell
from onward.gates.workflows.read import PLANTED, control_missed, is_workflow, workflows_read
from onward.gates.workflows.shapes import Planted
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.readers.decode import decode

if TYPE_CHECKING:
    from onward.workflow.model import Job, Text

DIGESTS = "image-digests"
_SHA = re.compile(r"@[0-9a-f]{40}(?:[0-9a-f]{24})?$")
_CONTROL = frozenset({"unpinned-action", "unpinned-install"})


def is_dockerfile(path: str) -> bool:
    """Return whether a path is named like a Dockerfile."""
    name = PurePosixPath(path).name
    return name in {"Dockerfile", "Containerfile"} or name.startswith("Dockerfile.") or name.endswith(".Dockerfile")


def is_requirements(path: str) -> bool:
    """Return whether a path is named like a list that pip installs from."""
    name = PurePosixPath(path)
    words = ("requirements", "constraints")
    return name.suffix in {".txt", ".in"} and (name.parent.name in words or any(word in name.name for word in words))


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Judge each file; one that cannot be read is a finding, because GitHub cannot read it either."""
    copy, digests = decode(outputs, PLANTED, Planted), context.check.settings.flag(DIGESTS)
    files = {path: text for path, text in copy.texts.items() if text is not None and is_requirements(path)}
    planted_faults = _of_workflow(copy.canary, copy.canary_text, files, digests=digests)
    seen = {finding.rule for finding in planted_faults} >= _CONTROL
    looked = (workflows_read(copy, what="workflows read", seen=seen), _dockerfiles_read(copy))
    return Reading(
        looked_at=tuple(entry for entry in looked if entry.expected),
        findings=tuple(_all(copy, files, digests=digests)),
        problems=(*_not_text(copy), *(() if seen else (control_missed(copy),))),
    )


def _dockerfiles_read(copy: Planted) -> LookedAt:
    there = [path for path in copy.texts if is_dockerfile(path)]
    readable = [path for path in there if copy.texts[path] is not None]
    return LookedAt(what="Dockerfiles read", count=len(readable), expected=len(there))


def _not_text(copy: Planted) -> Iterator[Problem]:
    for path, text in copy.texts.items():
        if text is None:
            yield Problem(code="unreadable-file", text=f"{path} is not text, so its installs are unknown")


def _all(copy: Planted, files: Mapping[str, str], *, digests: bool) -> Iterator[Finding]:
    for path, text in copy.texts.items():
        if text is not None and is_workflow(path):
            yield from _of_workflow(path, text, files, digests=digests)
        elif text is not None and is_dockerfile(path):
            yield from _of_dockerfile(path, text, files, digests=digests)


def _of_workflow(path: str, text: str, files: Mapping[str, str], *, digests: bool) -> Iterator[Finding]:
    from onward.workflow import read as reading  # noqa: PLC0415  # a YAML reader, needed only where there are workflows

    try:
        workflow = reading.workflow(text, path)
    except ReadError as error:
        place = reading.error_place(error, path)
        yield _finding("unreadable-workflow", error.message, Severity.HIGH, place=place)
        return
    for job in workflow.jobs:
        yield from _of_job(path, job, files, digests=digests)


def _of_job(path: str, job: Job, files: Mapping[str, str], *, digests: bool) -> Iterator[Finding]:
    for uses in (job.uses, *(step.uses for step in job.steps)):
        if uses is not None and not _is_pinned(uses.value):
            yield _unpinned_action(path, uses)
    for image in job.images:
        # an expression is decided where it is written, in the matrix or in an input
        loose = None if "${{" in image.value else dockerfile.looseness(image.value, digests=digests)
        if loose:
            yield _base(path, image.line, f"the image {image.value} {loose}")
    for step in job.steps:
        if step.run is not None:
            yield from _of_script(path, step.run.value, step.run.line, files)


def _of_dockerfile(path: str, text: str, files: Mapping[str, str], *, digests: bool) -> Iterator[Finding]:
    found = dockerfile.instructions(text)
    if not any(entry.name == "FROM" for entry in found):
        place = Place(path=path)
        yield _finding("unreadable-dockerfile", "the file has no FROM: not a Dockerfile", Severity.HIGH, place=place)
    for base in dockerfile.bases(found):
        loose = dockerfile.looseness(base.image, digests=digests)
        if loose:
            yield _base(path, base.line, f"the base image {base.image or base.written} {loose}")
    for entry in found:
        if entry.name == "RUN":
            yield from _of_script(path, dockerfile.script(entry), entry.line, files)


def _of_script(path: str, script: str, line: int, files: Mapping[str, str]) -> Iterator[Finding]:
    for spoken in shell.commands(script, line):
        loose = installs.judge(spoken, files)
        if loose is not None:
            place = Place(path=path, line=spoken.line)
            yield _finding(loose.rule, loose.message, loose.severity, place=place, fix=loose.fix)


def _is_pinned(uses: str) -> bool:
    if uses.startswith(("./", "../")):
        return True
    return "@sha256:" in uses if uses.startswith("docker://") else bool(_SHA.search(uses))


def _unpinned_action(path: str, uses: Text) -> Finding:
    return _finding(
        "unpinned-action",
        f"{uses.value} is not pinned: its owner can move that name",
        Severity.HIGH,
        place=Place(path=path, line=uses.line),
        fix="pin the full commit, with the version in a comment",
    )


def _base(path: str, line: int, message: str) -> Finding:
    fix = "pin a version, or better the digest: IMAGE:TAG@sha256:…"
    return _finding("unpinned-base-image", message, Severity.MEDIUM, place=Place(path=path, line=line), fix=fix)


def _finding(rule: str, message: str, severity: Severity, *, place: Place, fix: str = "") -> Finding:
    return Finding(rule=rule, tool="onward", message=message, severity=severity, place=place, fix=fix)
