"""What hadolint says of Dockerfiles, what became of the build, and what the image says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from onward.gates.container.images import Image, absent, dockerfiles, images, is_built, mistake, not_built, of_each
from onward.gates.container.shapes import Attempted, Built, Inspected, Unbuilt
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import CheckContext, Outputs, ReadContext
from onward.model.measure import Better, Measure
from onward.readers.decode import decode

BUILT = "image.json"
_BUILDS = "images built"
_CONTROL = "/control"
_LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "info": Severity.LOW, "style": Severity.INFO}
_DOCS = "https://github.com/hadolint/hadolint/wiki/"


class _Fault(msgspec.Struct, frozen=True):
    """One entry of hadolint's report."""

    file: str
    code: str
    level: str
    message: str
    line: int
    column: int


def read_hadolint(outputs: Outputs, context: ReadContext) -> Reading:
    """Read hadolint's findings. It counts nothing; that it saw the faulty file given to it shows that it looked."""
    data = decode(outputs, "hadolint.json", tuple[_Fault, ...])
    control = [entry for entry in data if entry.file.endswith(_CONTROL)]
    findings = tuple(_hadolint(entry, context) for entry in data if entry not in control)
    there = len(dockerfiles(context.check))
    looked = LookedAt(what="Dockerfiles", count=there if control else 0, expected=max(1, there))
    text = "hadolint did not report the control Dockerfile, so an empty result proves nothing"
    problems = () if control else (Problem(code="control-missed", text=text),)
    # where nothing is built, there is no build that could say so
    notes = () if is_built(context.check) else not_built(context.check)
    return Reading(looked_at=(looked,), findings=findings, problems=(*problems, *_gone(context.check)), notes=notes)


def _gone(context: CheckContext) -> tuple[Problem, ...]:
    """Return that a Dockerfile which policy names is not there: found also where there is no engine to build it."""
    texts = [absent(image, context) for image in images(context.settings)] if is_built(context) else []
    return tuple(Problem(code="no-dockerfile", text=text) for text in texts if text)


def _hadolint(entry: _Fault, context: ReadContext) -> Finding:
    return Finding(
        rule=entry.code,
        tool="hadolint",
        message=entry.message,
        severity=_LEVELS.get(entry.level, Severity.UNKNOWN),
        place=Place(path=context.relative(entry.file), line=entry.line, column=entry.column),
        url=_DOCS + entry.code if entry.code.startswith("DL") else "",
    )


def read_build(outputs: Outputs, context: ReadContext) -> Reading:
    """Read what became of the builds; a Dockerfile that does not build is a problem, with the engine's last words."""
    reading = of_each(context.check, lambda image: _build(outputs, context, image))
    return replace(reading, notes=(*reading.notes, *not_built(context.check)))


def _build(outputs: Outputs, context: ReadContext, image: Image) -> Reading:
    wrong, name = mistake(image, context.check), image.called(BUILT)
    if wrong:
        return _unbuilt(Problem(code="wrong-image", text=wrong))
    if not decode(outputs, name, Attempted).built:
        said = "; ".join(decode(outputs, name, Unbuilt).said[-2:]) or "no output"
        text = f"cannot build the image of {image.dockerfile}: {said}"
        return _unbuilt(Problem(code="not-built", text=text))
    built = decode(outputs, name, Built)
    note = f"{built.tag} is {built.id}, built by Docker {built.engine} ({built.builder} builder)"
    return Reading(looked_at=(LookedAt(what=_BUILDS, count=1),), notes=(note,))


def _unbuilt(problem: Problem) -> Reading:
    return Reading(looked_at=(LookedAt(what=_BUILDS, count=0),), problems=(problem,))


def read_image(outputs: Outputs, context: ReadContext) -> Reading:
    """Read whom each image runs as, whether it says how healthy it is, and how large it is."""
    return of_each(context.check, lambda image: _inspected(outputs, image))


def _inspected(outputs: Outputs, image: Image) -> Reading:
    data = decode(outputs, image.called("inspect.json"), Inspected)
    numbers = (("container.size", data.size, "bytes"), ("container.layers", data.layers, "count"))
    return Reading(
        looked_at=(LookedAt(what="images inspected", count=1),),
        findings=tuple(_image_findings(data, image)),
        measures=tuple(
            Measure(name=name, value=value, unit=unit, better=Better.LOWER, scope=image.scope)
            for name, value, unit in numbers
        ),
        problems=_unknown_user(data, image),
    )


def _image_findings(data: Inspected, image: Image) -> Iterator[Finding]:
    place = Place(path=image.dockerfile)
    if data.uid == 0:
        named = f"the user {data.user}, who is root" if data.user else "root, because it sets no user"
        yield Finding(
            rule="runs-as-root",
            tool="docker",
            message=f"the image runs as {named}",
            severity=Severity.HIGH,
            place=place,
            subject=image.about("user of the image"),
            fix="create a user in the Dockerfile and end it with USER and the user's number",
        )
    if not data.healthcheck:
        yield Finding(
            rule="no-healthcheck",
            tool="docker",
            message="the image has no health check",
            severity=Severity.HIGH,
            place=place,
            subject=image.about("health check of the image"),
            fix="add a HEALTHCHECK that requests a page of the application",
        )


def _unknown_user(data: Inspected, image: Image) -> tuple[Problem, ...]:
    if data.uid is not None:
        return ()
    text = (
        f"the image of {image.dockerfile} runs as {data.user}, whom it does not know, "
        "so onward cannot tell whether that is root"
    )
    return (Problem(code="unknown-user", text=text),)
