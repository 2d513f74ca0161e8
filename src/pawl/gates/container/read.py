"""What hadolint says of Dockerfiles, what became of the build, and what the image says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pawl.errors import ReadError
from pawl.model.evidence import LookedAt, Problem, Reading
from pawl.model.finding import Finding, Place, Severity
from pawl.model.gate import CheckContext, Outputs, ReadContext
from pawl.model.measure import Better, Measure

_HADOLINT = "hadolint.json"
_CONTROL = "/control"
_LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "info": Severity.LOW, "style": Severity.INFO}
_DOCS = "https://github.com/hadolint/hadolint/wiki/"


def dockerfiles(context: CheckContext) -> tuple[str, ...]:
    """Return the project's Dockerfiles: the declared one first, then those that are called so."""
    declared = context.settings.text("dockerfile")
    named = (path for path in context.project.files if path.rpartition("/")[2].startswith("Dockerfile"))
    found = tuple(path for path in named if not path.endswith(".dockerignore"))
    return tuple(dict.fromkeys((*((declared,) if declared in context.project.files else ()), *found)))


def read_hadolint(outputs: Outputs, context: ReadContext) -> Reading:
    """Read hadolint's findings. It counts nothing; that it saw the faulty file given to it shows that it looked."""
    data = outputs.json(_HADOLINT)
    try:
        control = [one for one in data if one["file"].endswith(_CONTROL)]
        findings = tuple(_hadolint(one, context) for one in data if one not in control)
    except (KeyError, TypeError, AttributeError) as error:
        raise ReadError(f"hadolint's report is not complete ({error!r})", where=_HADOLINT) from error
    there = len(dockerfiles(context.check))
    looked = LookedAt(what="Dockerfiles", count=there if control else 0, expected=max(1, there))
    text = "the faults of a made-up Dockerfile were not found, so silence about the project's own means nothing"
    problems = () if control else (Problem(code="control-missed", text=text),)
    return Reading(looked_at=(looked,), findings=findings, problems=problems)


def _hadolint(entry: Mapping[str, Any], context: ReadContext) -> Finding:
    code = str(entry["code"])
    return Finding(
        rule=code,
        tool="hadolint",
        message=entry["message"],
        severity=_LEVELS.get(entry["level"], Severity.UNKNOWN),
        place=Place(path=context.relative(entry["file"]), line=entry["line"], column=entry["column"]),
        url=_DOCS + code if code.startswith("DL") else "",
    )


def read_build(outputs: Outputs, _: ReadContext) -> Reading:
    """Read what became of the build; a Dockerfile that does not build is a problem, with the engine's last words."""
    data = outputs.json("image.json")
    try:
        if not data["built"]:
            said = "; ".join(data["said"][-2:]) or "docker says nothing"
            problem = Problem(code="not-built", text=f"the image could not be built: {said}")
            return Reading(looked_at=(LookedAt(what="images built", count=0),), problems=(problem,))
        notes = (f"{data['tag']} is {data['id']}, built by Docker {data['engine']} ({data['builder']} builder)",)
    except (KeyError, TypeError, AttributeError) as error:
        raise ReadError(f"the record of the build is not complete ({error!r})", where="image.json") from error
    return Reading(looked_at=(LookedAt(what="images built", count=1),), notes=notes)


def read_image(outputs: Outputs, context: ReadContext) -> Reading:
    """Read whom the image runs as, whether it says how healthy it is, and how large it is."""
    data = outputs.json("inspect.json")
    try:
        findings = tuple(_image_findings(data, context))
        measures = (
            Measure(name="container.size", value=int(data["size"]), unit="bytes", better=Better.LOWER),
            Measure(name="container.layers", value=int(data["layers"]), unit="count", better=Better.LOWER),
        )
        problems = _unknown_user(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReadError(f"the description of the image is not complete ({error!r})", where="inspect.json") from error
    looked = LookedAt(what="images inspected", count=1)
    return Reading(looked_at=(looked,), findings=findings, measures=measures, problems=problems)


def _image_findings(data: Mapping[str, Any], context: ReadContext) -> Iterator[Finding]:
    place = Place(path=context.check.settings.text("dockerfile") or "Dockerfile")
    if data["uid"] == 0:
        named = f"the user {data['user']}, who is root" if data["user"] else "root, because it names no user"
        yield Finding(
            rule="runs-as-root",
            tool="docker",
            message=f"the image runs as {named}",
            severity=Severity.HIGH,
            place=place,
            subject="user of the image",
            fix="make a user in the Dockerfile and end with USER and its number",
        )
    if not data["healthcheck"]:
        yield Finding(
            rule="no-healthcheck",
            tool="docker",
            message="the image does not say how to see that it is healthy",
            severity=Severity.HIGH,
            place=place,
            subject="health check of the image",
            fix="add a HEALTHCHECK that asks the application itself",
        )


def _unknown_user(data: Mapping[str, Any]) -> tuple[Problem, ...]:
    if data["uid"] is not None:
        return ()
    text = f"the image runs as {data['user']}, whom it does not know, so nobody can say whether that is root"
    return (Problem(code="unknown-user", text=text),)
